/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.txt, which people paste into a mail to a kernel list. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pfnscope/version.h>

#include "core/panic/arch.h"
#include "report/ticket.h"

#define MAX_RANGES 24

/*
 * A sink in front of the real one: no line gets longer than the width, whatever
 * is written. The writers wrap text themselves, so that what is longer is a
 * single long word.
 */
struct narrow {
	struct pfs_out o;
	struct pfs_out *to;
	unsigned int col;
};

static int narrow_write(struct pfs_out *o, const char *buf, size_t len)
{
	struct narrow *n = o->arg;
	size_t i, from = 0;

	for (i = 0; i < len; i++) {
		if (buf[i] == '\n') {
			n->col = 0;
			continue;
		}
		if (n->col == PFS_TICKET_WIDTH) {
			pfs_out_raw(n->to, buf + from, i - from);
			pfs_out_raw(n->to, "\n  ", 3);
			from = i;
			n->col = 2;
		}
		n->col++;
	}
	pfs_out_raw(n->to, buf + from, len - from);
	return n->to->error;
}

/* The first five lines are a summary. */
static void put_head(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_verdict *v = &s->verdict;
	const struct pfs_mechanism *mech = v->mechanism;
	char more[32] = "";
	size_t i;

	if (v->has_pfn)
		pfs_out_para(o, 0, v->status == PFS_EXPLAINED ? "EXPLAINED: " : "UNEXPLAINED: ",
			     "%.40s%s stepped on PFN 0x%" PRIx64 " (%s)",
			     s->panic.function ? s->panic.function : "the kernel",
			     s->panic.function ? "()" : "", v->page.pfn,
			     pfs_state_name(v->page.state));
	else
		pfs_out_para(o, 0,
			     v->status == PFS_UNRELATED	   ? "UNRELATED: " :
			     v->status == PFS_NO_PANIC	   ? "NO PANIC: " :
			     v->status == PFS_INCONCLUSIVE ? "INCONCLUSIVE: " :
							     "UNEXPLAINED: ",
			     "%.120s", v->title ? v->title : "no verdict");
	if (mech) {
		for (i = 0; i < sizeof(mech->fixes) / sizeof(mech->fixes[0]) && mech->fixes[i]; i++)
			;
		if (i > 1)
			snprintf(more, sizeof(more), " (and %zu more)", i - 1);
		pfs_out_field(o, "cause", "%s", mech->title);
		if (i)
			pfs_out_field(o, "fix", "%s (\"%s\"), in %s%s", mech->fixes[0]->commit,
				      mech->fixes[0]->title, mech->fixes[0]->in, more);
	} else if (v->advice) {
		pfs_out_field(o, "advice", "%s", v->advice);
	}
	pfs_out_field(o, "kernel", "%.40s, %s; confidence %s",
		      s->facts.release && *s->facts.release ? s->facts.release : "unknown release",
		      s->mem.arch ? s->mem.arch->name : "unknown architecture",
		      pfs_confidence_name(v->confidence));
}

/*
 * A name that is too long for three registers in a row is left out: orig_rax of
 * x86_64, which is no register.
 */
static void put_registers(struct pfs_out *o, const struct pfs_panic *p)
{
	size_t i, k, n = 0;
	char name[8];

	for (i = 0; i < p->nr_regs; i++) {
		if (strlen(p->regs[i].name) >= sizeof(name))
			continue;
		for (k = 0; k + 1 < sizeof(name) && p->regs[i].name[k]; k++)
			name[k] = p->regs[i].name[k] >= 'a' && p->regs[i].name[k] <= 'z' ?
					  (char)(p->regs[i].name[k] - 'a' + 'A') :
					  p->regs[i].name[k];
		name[k] = '\0';
		if (n)
			pfs_outf(o, n % 3 ? " " : "\n");
		pfs_outf(o, "%-7s %016" PRIx64, name, p->regs[i].value);
		n++;
	}
	if (n)
		pfs_outf(o, "\n");
}

/*
 * Print the oops in the format of the kernel, but from what was parsed: the log
 * may hold anything.
 */
static void put_panic(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_panic *p = &s->panic;
	const char *name = p->message ? p->message : pfs_panic_kind_name(p->kind);
	char ip[16];
	size_t i;

	snprintf(ip, sizeof(ip), "%s: ", pfs_ip_label(&s->model));
	if (!s->has_panic || p->kind == PFS_PANIC_NONE)
		return;
	pfs_out_heading(o, "Panic");
	pfs_out_para(o, 0, "", "%.*s%s", PFS_CLIPPED(name));
	if (p->cpu >= 0 || p->pid >= 0)
		pfs_outf(o, "CPU: %d PID: %" PRId64 " Comm: %.40s\n", p->cpu, p->pid,
			 p->comm ? p->comm : "?");
	if (p->function)
		pfs_out_para(o, 0, ip, "%.120s+0x%" PRIx64 "%s%.40s%s", p->function, p->offset,
			     p->module ? " [" : "", p->module ? p->module : "",
			     p->module ? "]" : "");
	if (p->operand.valid && p->operand.text)
		pfs_out_para(o, 0, "Instruction: ", "%s, %s 0x%016" PRIx64, p->operand.text,
			     p->access ? p->access : "at", p->operand.address);
	if (p->has_fault_address)
		pfs_outf(o, "Fault address: 0x%016" PRIx64 "%s%s\n", p->fault_address,
			 p->access ? ", " : "", p->access ? p->access : "");
	put_registers(o, p);
	if (p->nr_stack)
		pfs_outf(o, "Call Trace:\n");
	for (i = 0; i < p->nr_stack && i < 24; i++) {
		const struct pfs_frame *f = &p->stack[i];

		if (f->inlined)
			pfs_outf(o, " %.60s (inlined)", f->function);
		else
			pfs_outf(o, " %s%.60s+0x%" PRIx64 "/0x%" PRIx64, f->guess ? "? " : "",
				 f->function ? f->function : "?", f->offset, f->size);
		if (f->file)
			pfs_outf(o, " %.80s:%d", f->file, f->line);
		pfs_outf(o, "\n");
	}
	if (p->nr_stack > 24)
		pfs_outf(o, " and %zu more\n", p->nr_stack - 24);
}

/* struct mem_section and its usage, word by word. */
static void put_section(struct pfs_out *o, const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_section *sec = pfs_section_of(m, pfn);
	const struct pfs_layout *l = &m->layout;
	enum pfs_section_flag_id id;
	unsigned int i;

	pfs_out_heading(o, "Its section, word by word");
	if (!sec) {
		pfs_outf(o, "section %" PRIu64 " is not present\n",
			 l->pages_per_section ? pfn / l->pages_per_section : 0);
		return;
	}
	pfs_outf(o, "struct mem_section %" PRIu64 " at 0x%" PRIx64 "\n", sec->nr, sec->va);
	pfs_outf(o, "  section_mem_map    %016" PRIx64 "\n", sec->raw);
	for (id = 0; id < PFS_NR_SECTION_FLAGS; id++)
		if (pfs_has_section_flag(m, id))
			pfs_outf(o, "    bit %-2u %-20s %u\n", l->flag_bits[id],
				 pfs_section_flag_name(id), sec->flags >> id & 1);
	pfs_outf(o, "    mem_map of PFN 0  %016" PRIx64 "%s\n", sec->base,
		 l->vmemmap_known && sec->base == l->vmemmap ? ", the vmemmap's base" : "");
	if (sec->usage)
		pfs_outf(o, "  usage              %016" PRIx64 "%s%s\n", sec->usage,
			 sec->usage_reach == PFS_REACH_OK ? "" : ": ",
			 sec->usage_reach == PFS_REACH_OK ? "" : pfs_reach_name(sec->usage_reach));
	for (i = 0; sec->subsections && i < (l->subsections + 63) / 64; i++)
		pfs_outf(o, "    subsection_map   %016" PRIx64 "\n", sec->subsections[i]);
}

static void put_claims(struct pfs_out *o, const struct pfs_session *s, const struct pfs_claims *cs)
{
	char lead[8];
	size_t i;

	if (!cs->nr)
		return;
	pfs_out_heading(o, "To check it by hand in crash or drgn");
	pfs_text_opening(o, s);
	for (i = 0; i < cs->nr; i++) {
		const struct pfs_claim *c = &cs->c[i];

		snprintf(lead, sizeof(lead), "%2zu. ", i + 1);
		pfs_out_para(o, 0, lead, "%s", c->claim);
		pfs_outf(o, "    crash> %s\n", c->crash);
		if (*c->drgn)
			pfs_outf(o, "    >>> %s\n", c->drgn);
		pfs_outf(o, "    gives: %s\n", c->gives);
	}
}

static void put_ranges(struct pfs_out *o, const struct pfs_session *s)
{
	unsigned int shift = s->model.layout.page_shift;
	size_t i;

	if (!s->has_scan || !s->scan.nr_runs)
		return;
	pfs_out_heading(o, "Ranges of struct pages that are not sound, or not in the dump");
	for (i = 0; i < s->scan.nr_runs && i < MAX_RANGES; i++) {
		const struct pfs_run *r = &s->scan.runs[i];

		pfs_outf(o,
			 "pfn 0x%" PRIx64 "-0x%" PRIx64 "  0x%" PRIx64 "-0x%" PRIx64 "  %" PRIu64
			 " %s\n",
			 r->start, r->end - 1, r->start << shift, (r->end << shift) - 1,
			 r->end - r->start, pfs_state_name(r->state));
	}
	if (i < s->scan.nr_runs)
		pfs_outf(o, "and %zu more\n", s->scan.nr_runs - i);
}

static void put_fact(struct pfs_out *o, const struct pfs_facts *f, const char *name)
{
	int id = pfs_facts_find(f, name);

	if (id >= 0 && pfs_have(f, (unsigned int)id))
		pfs_outf(o, "%-40s 0x%-16" PRIx64 " %s\n", name, f->f[id].value, f->f[id].from);
}

static void put_facts(struct pfs_out *o, const struct pfs_session *s)
{
	static const enum pfs_fact_id matter[] = {
		PFS_F_PAGESIZE,		PFS_F_SECTION_SIZE_BITS, PFS_F_MAX_PHYSMEM_BITS,
		PFS_F_SZ_PAGE,		PFS_F_MEM_SECTION,	 PFS_F_NR_ROOTS,
		PFS_F_SZ_MEM_SECTION,	PFS_F_MS_USAGE,		 PFS_F_MSU_SUBSECTION_MAP,
		PFS_F_BIT_ONLINE,	PFS_F_BIT_EARLY,	 PFS_F_BIT_TAINT,
		PFS_F_FN_PFN_TO_ONLINE,
	};
	size_t i;

	pfs_out_heading(o, "Facts that matter");
	if (s->facts.build_id && *s->facts.build_id)
		pfs_outf(o, "build-id %.48s\n", s->facts.build_id);
	if (s->model.layout.vmemmap_known)
		pfs_outf(o, "vmemmap  %016" PRIx64 "\n", s->model.layout.vmemmap);
	for (i = 0; i < sizeof(matter) / sizeof(matter[0]); i++)
		put_fact(o, &s->facts, pfs_fact_name(matter[i]));
	/*
	 * On an architecture with this fact: where the image of the kernel is
	 * in physical memory.
	 */
	put_fact(o, &s->facts, "NUMBER(phys_base)");
	put_fact(o, &s->facts, pfs_fact_name(PFS_F_KERNELOFFSET));
	put_fact(o, &s->facts, pfs_fact_name(PFS_F_INIT_TOP_PGT));
}

void pfs_text_ticket(struct pfs_out *to, const struct pfs_ticket *t)
{
	struct narrow n = { .to = to };
	const struct pfs_session *s = t->s;
	const struct pfs_verdict *v = &s->verdict;
	struct pfs_out *o = &n.o;

	n.o = (struct pfs_out){
		.write = narrow_write, .arg = &n, .dialect = PFS_ASCII, .width = PFS_TICKET_WIDTH
	};
	put_head(o, s);
	put_panic(o, s);
	if (v->has_pfn) {
		pfs_out_heading(o, "The page");
		pfs_text_page_block(o, &s->model, &v->page);
		pfs_text_range(o, &s->model, &v->run);
		put_section(o, &s->model, v->page.pfn);
	}
	pfs_text_why(o, s);
	put_claims(o, s, &t->claims);
	put_ranges(o, s);
	pfs_text_findings(o, s);
	put_facts(o, s);
	pfs_text_limits(o, s);
	pfs_text_summary(o, s);
	pfs_out_heading(o, "To make it again");
	pfs_outf(o, "    %s\n", t->command);
	if (s->target->info.live) {
		pfs_out_para(o, 0, "", "by pfnscope " PFS_VERSION ", as long as the kernel runs.");
	} else {
		pfs_out_para(o, 0, "",
			     "by pfnscope " PFS_VERSION ", or without the vmcore from the "
			     "distilled dump that comes with this file:");
		pfs_outf(o, "    pfnscope report memmap.kdump -o DIR\n");
	}
	if (!to->error)
		to->error = n.o.error;
}
