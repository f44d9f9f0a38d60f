/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report of a log without a dump, as text. */
#include <inttypes.h>
#include <stdio.h>

#include "report/log.h"

#define MAX_SHOWN 40		/* events of a boot; --json has all */

static void put_page(struct pfs_out *o, const char *label, const struct pfs_model *m,
		     const struct pfs_named_page *n)
{
	char pfn_text[32] = "", page[48] = "";
	uint64_t pfn;

	if (pfs_named_pfn(m, n, &pfn))
		snprintf(pfn_text, sizeof(pfn_text), "pfn 0x%" PRIx64 ", ", pfn);
	if (n->has_page)
		snprintf(page, sizeof(page), "%s 0x%" PRIx64 ", ",
			 n->by == PFS_NAMED_BY_LIST ? "list head" : "struct page", n->page);
	pfs_out_field(o, label, "%s%sline %zu", pfn_text, page, n->line_nr);
}

static void put_pages(struct pfs_out *o, const struct pfs_log_session *b)
{
	const struct pfs_model *m = &b->s.model;
	const struct pfs_panic *p = &b->s.panic;
	const char *label = "names";
	size_t i;

	for (i = 0; i < p->nr_named; i++, label = NULL)
		put_page(o, label, m, &p->named[i]);
	for (i = 0; i < p->nr_elsewhere; i++, label = NULL)
		put_page(o, label, m, &p->elsewhere[i]);
	if (b->memmap_from)
		pfs_out_field(o, "memmap", "0x%" PRIx64 " for PFN 0, by %s", m->layout.vmemmap,
			      b->memmap_from);
	else if (!label)
		pfs_out_field(o, "memmap", "where it is, the log does not say");
}

static void put_event(struct pfs_out *o, const struct pfs_log_session *b, const struct pfs_event *e)
{
	const struct pfs_log_line *line = &b->s.model.log[e->line];
	char lead[64], when[32] = "";

	if (line->ts_nsec)
		snprintf(when, sizeof(when), "%" PRIu64 ".%06" PRIu64, line->ts_nsec / 1000000000,
			 line->ts_nsec / 1000 % 1000000);
	snprintf(lead, sizeof(lead), "%c %7zu  %14s  %-10s  ", e->deadly ? '+' : '-', line->nr,
		 when, e->kind);
	pfs_out_para(o, 0, lead, "%s%s%s", line->text, e->panic.function ? ", in " : "",
		     e->panic.function ? e->panic.function : "");
}

static void put_events(struct pfs_out *o, const struct pfs_log_session *b)
{
	const struct pfs_events *l = &b->events;
	size_t i, skip = l->nr > MAX_SHOWN ? l->nr - MAX_SHOWN : 0, hidden = l->more;

	if (!l->nr)
		return;
	pfs_out_heading(o, "What the kernel reported (line, time, kind; +: it killed the machine)");
	for (i = 0; i < l->nr; i++) {
		if (i < skip && !l->e[i].deadly)
			hidden++;
		else
			put_event(o, b, &l->e[i]);
	}
	if (hidden)
		pfs_outf(o, "  and %zu more; --json lists %s\n", hidden,
			 l->more ? "more of them" : "them all");
}

/* The other boots: a line each, and one of the verdict where there was a panic. */
static void put_boot(struct pfs_out *o, const struct pfs_log_session *b)
{
	const struct pfs_session *s = &b->s;
	struct pfs_signature sig;

	pfs_out_para(o, 0, "- ", "lines %zu-%zu, %s: %s%s%s", s->model.log[0].nr,
		     s->model.log[s->model.nr_log - 1].nr,
		     *s->facts.release ? s->facts.release : "unknown release",
		     pfs_status_name(s->verdict.status), s->verdict.title ? ", " : "",
		     s->verdict.title ? s->verdict.title : "");
	if (s->panic.kind == PFS_PANIC_NONE)
		return;
	pfs_signature(s, &sig);
	pfs_out_para(o, 2, "", "%s", s->panic.message ? s->panic.message : "");
	pfs_out_para(o, 2, "", "%s", sig.crash);
}

void pfs_text_log(struct pfs_out *o, const struct pfs_log *l)
{
	const struct pfs_log_session *b = pfs_log_chosen(l);
	size_t i;

	pfs_text_panic(o, &b->s);
	put_pages(o, b);
	pfs_text_why(o, &b->s);
	pfs_text_candidates(o, &b->s.verdict);
	put_events(o, b);
	if (l->nr > 1)
		pfs_out_heading(o, "Other boots in this log");
	for (i = 0; i < l->nr; i++)
		if (i != l->chosen)
			put_boot(o, l->boots[i]);
	pfs_text_findings(o, &b->s);
	pfs_text_limits(o, &b->s);
}
