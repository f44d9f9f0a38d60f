/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict as text, which an engineer reads first and pastes into the ticket. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/report.h"

#define MAX_CANDIDATES 12
#define MAX_FRAMES 4
#define MAX_SOURCE_FRAMES 8

static enum pfs_color status_color(enum pfs_status st)
{
	switch (st) {
	case PFS_EXPLAINED:
	case PFS_UNEXPLAINED:
		return PFS_RED;
	case PFS_INCONCLUSIVE:
		return PFS_YELLOW;
	default:
		return PFS_GREEN;
	}
}

static void put_title(struct pfs_out *o, const struct pfs_verdict *v)
{
	char status[32];
	size_t i;

	snprintf(status, sizeof(status), "%s: ", pfs_status_name(v->status));
	for (i = 0; status[i]; i++)
		if (status[i] >= 'a' && status[i] <= 'z')
			status[i] = (char)(status[i] - 'a' + 'A');
	pfs_out_color(o, status_color(v->status));
	pfs_out_para(o, 0, status, "%s", v->title ? v->title : "no verdict");
	pfs_out_color(o, PFS_PLAIN);
}

static void put_dump(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_target_info *i = &s->target->info;
	char size[32];

	/* Memory that a host reads for us has no format. */
	if (i->live && !i->path)
		pfs_out_field(o, "dump", "%s (live)", pfs_dump_name(i));
	else
		pfs_out_field(o, pfs_is_log(&s->model) ? "log" : "dump", "%s (%s, %s)",
			      pfs_dump_name(i), i->format ? i->format : "unknown format",
			      i->live ? "live" : pfs_fmt_size(size, i->bytes));
	pfs_out_field(o, "kernel", "%s, %s",
		      s->facts.release && *s->facts.release ? s->facts.release : "unknown release",
		      i->arch ? i->arch : "unknown architecture");
}

/* "f+0x27 <- g <- h": the frames the kernel was sure of. */
static void put_trace(struct pfs_out *o, const struct pfs_panic *p)
{
	char line[512];
	size_t i, at = 0;
	unsigned int n = 0;

	if (p->function)
		at = (size_t)snprintf(line, sizeof(line), "%s+0x%" PRIx64 "%s%s%s", p->function,
				      p->offset, p->module ? " [" : "", p->module ? p->module : "",
				      p->module ? "]" : "");
	for (i = 0; i < p->nr_stack && n < MAX_FRAMES && at < sizeof(line); i++) {
		if (!pfs_frame_telling(p, i))
			continue;
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s", at ? " <- " : "",
				       p->stack[i].function);
		n++;
	}
	if (at)
		pfs_out_field(o, "in", "%s", line);
}

/* Where the source of these frames is, and what their variables held. */
static void put_source(struct pfs_out *o, const struct pfs_panic *p)
{
	const char *label = "source";
	unsigned int n = 0;
	char line[512];
	size_t i, k, at;

	for (i = 0; i < p->nr_stack && n < MAX_SOURCE_FRAMES; i++) {
		const struct pfs_frame *f = &p->stack[i];

		if (!f->file || !f->function)
			continue;
		at = (size_t)snprintf(line, sizeof(line), "%s%s, %s:%d", f->function,
				      f->inlined ? " (inlined)" : "", f->file, f->line);
		for (k = 0; k < f->nr_locals && at < sizeof(line); k++)
			at += (size_t)snprintf(line + at, sizeof(line) - at, ", %s = 0x%" PRIx64,
					       f->locals[k].name, f->locals[k].value);
		pfs_out_field(o, label, "%s", line);
		label = NULL;
		n++;
	}
}

static void put_registers(struct pfs_out *o, const struct pfs_model *m, const struct pfs_panic *p,
			  const struct pfs_verdict *v)
{
	const struct pfs_layout *l = &m->layout;
	const char *label = "registers";
	size_t i;

	for (i = 0; i < p->nr_regs; i++) {
		const struct pfs_reg *r = &p->regs[i];
		char as[48] = "";

		if (v->has_pfn && l->struct_page && r->value >= v->page.va &&
		    r->value - v->page.va < l->struct_page) {
			if (r->value == v->page.va)
				snprintf(as, sizeof(as), "the struct page");
			else
				snprintf(as, sizeof(as), "the struct page + 0x%" PRIx64,
					 r->value - v->page.va);
		} else if (v->has_pfn && v->page.pfn && r->value == v->page.pfn) {
			snprintf(as, sizeof(as), "its PFN");
		} else if (v->has_pfn && v->page.pfn && r->value == v->page.pfn << l->page_shift) {
			snprintf(as, sizeof(as), "its physical address");
		} else if (p->operand.valid &&
			   ((p->operand.base && !strcmp(p->operand.base, r->name)) ||
			    (p->operand.index && !strcmp(p->operand.index, r->name)))) {
			snprintf(as, sizeof(as), "in the faulting operand");
		}
		if (!*as)
			continue;
		pfs_out_field(o, label, "%-3s = 0x%016" PRIx64 ", %s", r->name, r->value, as);
		label = NULL;
	}
}

static void put_panic(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_panic *p = &s->panic;
	char task[96] = "", cpu[24] = "";

	if (p->kind == PFS_PANIC_NONE)
		return;
	pfs_out_field(o, "panic", "%s", p->message ? p->message : pfs_panic_kind_name(p->kind));
	put_trace(o, p);
	put_source(o, p);
	if (p->cpu >= 0)
		snprintf(cpu, sizeof(cpu), "CPU %d", p->cpu);
	if (p->pid >= 0)
		snprintf(task, sizeof(task), "%spid %" PRId64 "%s%.40s%s", *cpu ? ", " : "", p->pid,
			 p->comm ? " (" : "", p->comm ? p->comm : "", p->comm ? ")" : "");
	else if (p->comm)
		snprintf(task, sizeof(task), "%s%.40s", *cpu ? ", " : "", p->comm);
	if (*cpu || *task)
		pfs_out_field(o, "task", "%s%s", cpu, task);
	if (p->has_fault_address && p->has_effective &&
	    p->fault_address != p->fault_address_effective)
		pfs_out_field(o, "address",
			      "0x%016" PRIx64 " as printed, 0x%016" PRIx64
			      " as the instruction computes it%s%s",
			      p->fault_address, p->fault_address_effective, p->access ? ", " : "",
			      p->access ? p->access : "");
	else if (p->has_fault_address || p->has_effective)
		pfs_out_field(o, "address", "0x%016" PRIx64 "%s%s",
			      p->has_effective ? p->fault_address_effective : p->fault_address,
			      p->access ? ", " : "", p->access ? p->access : "");
	if (p->operand.valid && p->operand.text)
		pfs_out_field(o, "instruction", "%s", p->operand.text);
	put_registers(o, &s->model, p, &s->verdict);
}

static void put_fixes(struct pfs_out *o, const struct pfs_mechanism *mech)
{
	size_t i;

	for (i = 0; i < sizeof(mech->fixes) / sizeof(mech->fixes[0]) && mech->fixes[i]; i++) {
		const struct pfs_fix *f = mech->fixes[i];

		pfs_out_field(o, i ? NULL : "fix", "\"%s\"", f->title);
		pfs_out_field(o, NULL, "commit %s, in %s", f->commit, f->in);
	}
	if (i)
		pfs_out_field(o, NULL,
			      "This kernel is not known to contain %s. Vendor kernels "
			      "may carry %s as a backport: look for the title.",
			      i > 1 ? "them" : "it", i > 1 ? "them" : "it");
}

static void put_possible(struct pfs_out *o, const struct pfs_verdict *v)
{
	size_t i;

	for (i = 0; i < v->nr_possible; i++) {
		const struct pfs_possible *p = &v->possible[i];

		if (p->mechanism)
			pfs_out_cfield(o, PFS_BOLD, i ? NULL : "would be", "%s",
				       p->mechanism->title);
		pfs_out_field(o, i || p->mechanism ? NULL : "would be", "\"%s\"", p->fix->title);
		if (*p->fix->commit)
			pfs_out_field(o, NULL, "commit %s%s%s; %s", p->fix->commit,
				      *p->fix->in ? ", in " : "", p->fix->in, p->because);
		else
			pfs_out_field(o, NULL, "%s", p->because);
	}
}

void pfs_text_candidates(struct pfs_out *o, const struct pfs_verdict *v)
{
	size_t i, shown = 0;

	if (!v->nr_candidates)
		return;
	pfs_out_heading(o, "Candidates tried");
	for (i = 0; i < v->nr_candidates; i++) {
		const struct pfs_candidate *c = &v->candidates[i];

		/* Always show the accepted candidate, wherever it is in the order. */
		if (shown >= MAX_CANDIDATES && !c->accepted)
			continue;
		shown++;
		pfs_out_para(o, 0, c->accepted ? "  + " : "  - ", "pfn 0x%" PRIx64 " from %s: %s%s",
			     c->pfn, c->from ? c->from : "nowhere", c->accepted ? "accepted, " : "",
			     c->why ? c->why : "");
	}
	if (shown < v->nr_candidates)
		pfs_outf(o, "    and %zu more that fell; --json lists them all\n",
			 v->nr_candidates - shown);
}

void pfs_text_range(struct pfs_out *o, const struct pfs_model *m, const struct pfs_run *r)
{
	uint64_t pages = r->end - r->start;
	char size[32];

	if (r->end <= r->start)
		return;
	pfs_out_field(o, "range",
		      "pfn 0x%" PRIx64 "-0x%" PRIx64 " (%" PRIu64 " %s, %s) %s in this "
		      "state",
		      r->start, r->end - 1, pages, pages == 1 ? "page" : "pages",
		      pfs_fmt_size(size, pages << m->layout.page_shift), pages == 1 ? "is" : "are");
}

void pfs_text_why(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_verdict *v = &s->verdict;
	struct pfs_signature sig;
	size_t i;

	if (!v->mechanism && !v->evidence.nr && !v->advice)
		return;
	pfs_out_heading(o, "Why");
	put_possible(o, v);
	if (v->mechanism) {
		pfs_out_cfield(o, PFS_BOLD, "mechanism", "%s", v->mechanism->title);
		pfs_out_field(o, NULL, "%s", v->explanation);
		put_fixes(o, v->mechanism);
	}
	if (v->advice)
		pfs_out_field(o, "advice", "%s", v->advice);
	if (v->status != PFS_NO_PANIC)
		pfs_out_field(o, "confidence", "%s", pfs_confidence_name(v->confidence));
	if (v->decided_by)
		pfs_out_field(o, "to decide", "%s", v->decided_by);
	if (v->evidence.nr)
		pfs_out_field(o, "evidence", "- %s", v->evidence.line[0]);
	for (i = 1; i < v->evidence.nr; i++)
		pfs_out_field(o, NULL, "- %s", v->evidence.line[i]);
	pfs_signature(s, &sig);
	if (*sig.defect)
		pfs_out_field(o, "signature", "%s%s%s", sig.defect, *sig.crash ? " " : "",
			      sig.crash);
	else if (s->model.log_only && *sig.crash)
		pfs_out_field(o, "signature", "%s", sig.crash);
}

void pfs_text_panic(struct pfs_out *o, const struct pfs_session *s)
{
	put_title(o, &s->verdict);
	pfs_out_raw(o, "\n", 1);
	put_dump(o, s);
	put_panic(o, s);
}

void pfs_text_verdict(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_verdict *v = &s->verdict;
	const struct pfs_model *m = &s->model;

	pfs_text_panic(o, s);
	if (v->has_pfn) {
		pfs_out_heading(o, "The page");
		pfs_text_page_block(o, m, &v->page);
		pfs_text_range(o, m, &v->run);
	}
	pfs_text_why(o, s);
	pfs_text_candidates(o, v);
}
