/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The collapsible parts of report.html: findings, and everything behind the verdict. */
#include <inttypes.h>
#include <stdio.h>

#include "core/panic/arch.h"
#include "report/html.h"

#define MAX_FINDINGS 200
#define MAX_RANGES 500
#define MAX_CANDIDATES 64
#define MAX_FRAMES 64

static void put_finding(struct pfs_out *o, const struct pfs_model *m, const struct pfs_finding *f)
{
	unsigned int shift = m->layout.page_shift;
	size_t i;

	pfs_markup(o, "<details id=\"%s-%" PRIx64 "\"", f->problem->code, f->start);
	if (f->severity >= PFS_SEV_CORRUPT)
		pfs_markup(o, " open=\"open\"");
	pfs_markup(o, "><summary><span class=\"sev %s\">%s</span> %.*s%s",
		   pfs_severity_name(f->severity), pfs_severity_name(f->severity),
		   PFS_CLIPPED(f->title ? f->title : f->problem->title));
	if (f->end > f->start)
		pfs_markup(o, ", PFN 0x%" PRIx64 "-0x%" PRIx64, f->start, f->end - 1);
	pfs_markup(o,
		   "</summary>\n<p>%s</p>\n<dl><dt>Code</dt><dd class=\"v\">%s</dd>"
		   "<dt>Confidence</dt><dd>%s</dd>",
		   f->problem->meaning, f->problem->code, pfs_confidence_name(f->confidence));
	if (f->decided_by)
		pfs_markup(o, "<dt>To decide</dt><dd>%s</dd>", f->decided_by);
	if (f->end > f->start)
		pfs_markup(o,
			   "<dt>Physical</dt><dd class=\"v\">0x%" PRIx64 "-0x%" PRIx64
			   "</dd><dt>Pages</dt>"
			   "<dd>%" PRIu64 "</dd>",
			   f->start << shift, (f->end << shift) - 1, f->pages);
	if (f->problem->advice)
		pfs_markup(o, "<dt>Advice</dt><dd>%s</dd>", f->problem->advice);
	pfs_markup(o, "</dl>\n<ul>\n");
	for (i = 0; i < f->evidence.nr; i++)
		pfs_markup(o, "<li>%.*s%s</li>\n", PFS_CLIPPED(f->evidence.line[i]));
	pfs_markup(o, "</ul>\n</details>\n");
}

static void put_findings(struct pfs_out *o, const struct pfs_session *s)
{
	size_t i, shown = 0;
	int sev;

	pfs_markup(o, "<section id=\"findings\">\n<h2>Findings</h2>\n");
	if (!s->findings.nr)
		pfs_markup(o, "<p>None.</p>\n");
	for (sev = PFS_SEV_FATAL; sev >= PFS_SEV_NOTE; sev--)
		for (i = 0; i < s->findings.nr; i++)
			if ((int)s->findings.f[i].severity == sev && shown++ < MAX_FINDINGS)
				put_finding(o, &s->model, &s->findings.f[i]);
	if (shown > MAX_FINDINGS)
		pfs_markup(o, "<p>And %zu more, in report.json.</p>\n", shown - MAX_FINDINGS);
	pfs_markup(o, "</section>\n");
}

static void put_panic(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_panic *p = &s->panic;
	char name[16];
	size_t i;

	if (p->kind == PFS_PANIC_NONE)
		return;
	pfs_markup(
		o,
		"<details><summary>Panic: message, registers, call trace</summary>\n<pre tabindex=\"0\">%.*s%s\n",
		PFS_CLIPPED(p->message ? p->message : pfs_panic_kind_name(p->kind)));
	if (p->cpu >= 0 || p->pid >= 0)
		pfs_markup(o, "CPU: %d PID: %" PRId64 " Comm: %.*s\n", p->cpu, p->pid, 64,
			   p->comm ? p->comm : "?");
	if (p->function)
		pfs_markup(o, "%s: %.*s+0x%" PRIx64 "\n", pfs_ip_label(&s->model), 200, p->function,
			   p->offset);
	if (p->operand.valid && p->operand.text)
		pfs_markup(o, "Instruction: %s\n", p->operand.text);
	if (p->has_fault_address)
		pfs_markup(o, "Fault address: 0x%016" PRIx64 "\n", p->fault_address);
	for (i = 0; i < p->nr_regs; i++) {
		snprintf(name, sizeof(name), "%-8s", p->regs[i].name);
		pfs_markup(o, "%s%016" PRIx64, name, p->regs[i].value);
		pfs_markup(o, i % 3 == 2 || i + 1 == p->nr_regs ? "\n" : "   ");
	}
	if (p->nr_stack)
		pfs_markup(o, "Call trace:\n");
	for (i = 0; i < p->nr_stack && i < MAX_FRAMES; i++) {
		const struct pfs_frame *f = &p->stack[i];

		if (f->inlined)
			pfs_markup(o, "  %.*s (inlined)", 200, f->function);
		else
			pfs_markup(o, "  %s%.*s+0x%" PRIx64 "/0x%" PRIx64, f->guess ? "? " : "",
				   200, f->function ? f->function : "?", f->offset, f->size);
		if (f->file)
			pfs_markup(o, " %.*s:%d", 200, f->file, f->line);
		pfs_markup(o, "\n");
	}
	pfs_markup(o, "</pre>\n</details>\n");
}

static void put_candidates(struct pfs_out *o, const struct pfs_verdict *v)
{
	size_t i;

	if (!v->nr_candidates)
		return;
	pfs_markup(
		o,
		"<details><summary>Candidates: the pages that the panic names, %zu</summary>\n"
		"<div class=\"scroll\" tabindex=\"0\"><table>\n<tr><th>PFN</th><th>From</th><th>Accepted</th><th>Why"
		"</th></tr>\n",
		v->nr_candidates);
	for (i = 0; i < v->nr_candidates && i < MAX_CANDIDATES; i++)
		pfs_markup(o,
			   "<tr><td class=\"v\">0x%" PRIx64 "</td><td>%.*s</td><td>%s</td>"
			   "<td class=\"t\">%.*s%s</td></tr>\n",
			   v->candidates[i].pfn, 200,
			   v->candidates[i].from ? v->candidates[i].from : "nowhere",
			   v->candidates[i].accepted ? "yes" : "no",
			   PFS_CLIPPED(v->candidates[i].why ? v->candidates[i].why : ""));
	pfs_markup(o, "</table></div>\n</details>\n");
}

static void put_claims(struct pfs_out *o, const struct pfs_claims *cs)
{
	size_t i;

	if (!cs->nr)
		return;
	pfs_markup(
		o,
		"<details><summary>To check it by hand in crash or drgn</summary>\n"
		"<div class=\"scroll\" tabindex=\"0\"><table>\n<tr><th>Claim</th><th>Command</th><th>Gives</th>"
		"</tr>\n");
	for (i = 0; i < cs->nr; i++) {
		pfs_markup(o, "<tr><td class=\"t\">%s</td><td class=\"v cmd\">crash&gt; %s",
			   cs->c[i].claim, cs->c[i].crash);
		if (*cs->c[i].drgn)
			pfs_markup(o, "<br/>&gt;&gt;&gt; %s", cs->c[i].drgn);
		pfs_markup(o, "</td><td class=\"v cmd\">%s</td></tr>\n", cs->c[i].gives);
	}
	pfs_markup(o, "</table></div>\n</details>\n");
}

static void put_ranges(struct pfs_out *o, const struct pfs_session *s)
{
	unsigned int shift = s->model.layout.page_shift;
	size_t i;

	if (!s->has_scan || !s->scan.nr_runs)
		return;
	pfs_markup(
		o,
		"<details><summary>Ranges of struct pages that are not sound, or not in the dump: %zu</summary>\n"
		"<div class=\"scroll\" tabindex=\"0\"><table>\n<tr><th>PFN</th><th>Physical</th><th>Pages</th>"
		"<th>State</th></tr>\n",
		s->scan.nr_runs);
	for (i = 0; i < s->scan.nr_runs && i < MAX_RANGES; i++) {
		const struct pfs_run *r = &s->scan.runs[i];

		pfs_markup(o,
			   "<tr><td class=\"v\">0x%" PRIx64 "-0x%" PRIx64
			   "</td><td class=\"v\">0x%" PRIx64 "-0x%" PRIx64
			   "</td><td class=\"n\">%" PRIu64 "</td><td>%s</td></tr>\n",
			   r->start, r->end - 1, r->start << shift, (r->end << shift) - 1,
			   r->end - r->start, pfs_state_name(r->state));
	}
	pfs_markup(o, "</table></div>\n");
	if (i < s->scan.nr_runs)
		pfs_markup(o, "<p>And %zu more.</p>\n", s->scan.nr_runs - i);
	pfs_markup(o, "</details>\n");
}

static void put_counts(struct pfs_out *o, const struct pfs_session *s)
{
	int st;

	if (!s->has_scan)
		return;
	pfs_markup(o,
		   "<details><summary>Struct pages by state: %" PRIu64 "%s</summary>\n<table>\n"
		   "<tr><th>State</th><th>Pages</th><th>Meaning</th></tr>\n",
		   s->scan.pages, s->scan.complete ? "" : ", not all were scanned");
	for (st = 0; st < PFS_NR_STATES; st++)
		if (s->scan.count[st])
			pfs_markup(o,
				   "<tr><td>%s</td><td class=\"n\">%" PRIu64
				   "</td><td>%s</td></tr>\n",
				   pfs_state_name((enum pfs_state)st), s->scan.count[st],
				   pfs_state_meaning((enum pfs_state)st));
	pfs_markup(o, "</table>\n</details>\n");
}

static void put_facts(struct pfs_out *o, const struct pfs_facts *f)
{
	struct pfs_fact_row row[PFS_NR_FACTS];
	size_t nr = pfs_facts_sorted(f, row), i;

	pfs_markup(
		o,
		"<details class=\"long\"><summary>Facts about this kernel, and where they are from</summary>\n"
		"<div class=\"scroll\" tabindex=\"0\"><table>\n<tr><th>Name</th><th>Value</th><th>From</th></tr>\n");
	for (i = 0; i < nr; i++)
		if (row[i].fact->from)
			pfs_markup(o,
				   "<tr><td class=\"v\">%s</td><td class=\"v\">0x%" PRIx64
				   "</td><td>%s"
				   "</td></tr>\n",
				   row[i].name, row[i].fact->value, row[i].fact->from);
	pfs_markup(o, "</table></div>\n</details>\n");
}

static void put_limits(struct pfs_out *o, const struct pfs_model *m)
{
	size_t i;

	if (!m->nr_limits)
		return;
	pfs_markup(o, "<h3>Limits of this dump</h3>\n<ul>\n");
	for (i = 0; i < m->nr_limits; i++)
		pfs_markup(o, "<li>%s: %.*s%s</li>\n", m->limits[i].what,
			   PFS_CLIPPED(m->limits[i].why));
	pfs_markup(o, "</ul>\n");
}

void pfs_html_details(struct pfs_out *o, const struct pfs_ticket *t)
{
	const struct pfs_session *s = t->s;

	put_findings(o, s);
	pfs_markup(o, "<section id=\"behind\">\n<h2>Behind it</h2>\n");
	if (s->has_panic)
		put_panic(o, s);
	put_claims(o, &t->claims);
	put_candidates(o, &s->verdict);
	put_ranges(o, s);
	put_counts(o, s);
	put_facts(o, &s->facts);
	put_limits(o, &s->model);
	pfs_markup(o, "</section>\n");
}
