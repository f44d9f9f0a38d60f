/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds leads from the panic to pages. */
#include "core/verdict/candidate.h"

#include <errno.h>
#include <string.h>

#include "base/range.h"
#include "core/panic/arch.h"

#define MAX_LEADS 64

bool pfs_fault_at(const struct pfs_panic *p, uint64_t *ret)
{
	if (p->has_effective)
		*ret = p->fault_address_effective;
	else if (p->has_fault_address)
		*ret = p->fault_address;
	return p->has_effective || p->has_fault_address;
}

static bool has_memmap(const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_section *s = pfs_section_of(m, pfn);

	/* Of a log alone, no section is known. */
	return m->log_only || (s && s->flags & PFS_SEC_HAS_MEM_MAP);
}

static int add(struct pfs_model *m, struct pfs_leads *leads, uint64_t pfn, enum pfs_source source,
	       const char *from)
{
	struct pfs_lead *l;
	size_t i;

	if (!from)
		return -ENOMEM;
	for (i = 0; i < leads->nr; i++) {
		if (leads->l[i].pfn != pfn)
			continue;
		leads->l[i].from = pfs_printf(&m->arena, "%s, %s", leads->l[i].from, from);
		return leads->l[i].from ? 0 : -ENOMEM;
	}
	if (leads->nr == MAX_LEADS)
		return 0;
	l = pfs_grow(&m->arena, &leads->l, &leads->nr, &leads->cap, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->pfn = pfn;
	l->source = source;
	l->from = from;
	return 0;
}

static int from_line(struct pfs_model *m, const struct pfs_named_page *d, const char *what,
		     struct pfs_leads *leads)
{
	uint64_t pfn;

	if (!pfs_named_pfn(m, d, &pfn) || !has_memmap(m, pfn))
		return 0;
	return add(m, leads, pfn, PFS_SRC_LOG,
		   pfs_printf(&m->arena, "%s \"%s\"%s", what, d->line,
			      d->hashed && d->has_page ?
				      ", whose address is that of this page, hashed with ptr_key" :
				      ""));
}

static int from_log(struct pfs_model *m, const struct pfs_panic *p, struct pfs_leads *leads)
{
	struct pfs_named_page holder;
	size_t i;
	int r = 0;

	for (i = 0; i < p->nr_named && !r; i++) {
		const struct pfs_named_page *d = &p->named[i];

		if (d->by == PFS_NAMED_BY_MCE)
			continue;
		r = from_line(m, d, "log line", leads);
		if (!r && !m->log_only && pfs_list_holder(m, d, &holder))
			r = from_line(m, &holder, "the list that is named in log line", leads);
	}
	return r;
}

static int from_register(struct pfs_model *m, const struct pfs_reg *reg, struct pfs_leads *leads)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	uint64_t pfn;

	/* The instruction and stack pointers never point to a struct page. */
	if (!reg || !arch || !strcmp(reg->name, arch->ip) || !strcmp(reg->name, arch->sp) ||
	    !pfs_in_memmap(m, reg->value, &pfn) || !has_memmap(m, pfn))
		return 0;
	return add(m, leads, pfn, PFS_SRC_REG_PAGE, pfs_printf(&m->arena, "%s", reg->name));
}

static int from_registers(struct pfs_model *m, const struct pfs_panic *p, struct pfs_leads *leads)
{
	size_t i;
	int r = 0;

	if (p->operand.valid && p->operand.base)
		r = from_register(m, pfs_panic_reg(p, p->operand.base), leads);
	for (i = 0; !r && i < p->nr_regs; i++)
		if (!p->operand.valid || !p->operand.base ||
		    strcmp(p->regs[i].name, p->operand.base))
			r = from_register(m, &p->regs[i], leads);
	return r;
}

static int from_stack(struct pfs_model *m, const struct pfs_panic *p, struct pfs_leads *leads)
{
	uint64_t pfn;
	size_t i;
	int r;

	for (i = 0; i < p->nr_words; i++) {
		if (!pfs_in_memmap(m, p->words[i].value, &pfn) || !has_memmap(m, pfn))
			continue;
		r = add(m, leads, pfn, PFS_SRC_STACK,
			pfs_printf(&m->arena, "stack+0x%llx", (unsigned long long)p->words[i].at));
		if (r)
			return r;
	}
	return 0;
}

static int from_pfns(struct pfs_model *m, const struct pfs_panic *p, struct pfs_leads *leads)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	size_t i;
	int r;

	/* Any number could be one, where nothing says which there are. */
	if (m->log_only)
		return 0;
	for (i = 0; arch && i < p->nr_regs; i++) {
		if (pfs_reg_special(arch, p->regs[i].name) || !p->regs[i].value ||
		    !has_memmap(m, p->regs[i].value))
			continue;
		r = add(m, leads, p->regs[i].value, PFS_SRC_REG_PFN,
			pfs_printf(&m->arena, "%s (as PFN)", p->regs[i].name));
		if (r)
			return r;
	}
	return 0;
}

/*
 * The name of a variable says what it holds: "page", "pfn". A variable makes a
 * lead, or improves one, only where nothing better names the page: otherwise
 * people without the library of a debugger would get other candidates.
 */
static int from_local(struct pfs_model *m, const struct pfs_frame *f, const struct pfs_local *v,
		      struct pfs_leads *leads)
{
	uint64_t pfn = v->value;
	const char *from;
	size_t i;
	int r;

	if (strcmp(v->name, "pfn") &&
	    (strcmp(v->name, "page") || !pfs_in_memmap(m, v->value, &pfn)))
		return 0;
	if (!has_memmap(m, pfn))
		return 0;
	for (i = 0; i < leads->nr; i++)
		if (leads->l[i].pfn == pfn && leads->l[i].source <= PFS_SRC_LOCAL)
			return 0;
	from = pfs_printf(&m->arena, "%s in %s()", v->name, f->function);
	if (!from)
		return -ENOMEM;
	for (i = 0; i < leads->nr && leads->l[i].pfn != pfn; i++)
		;
	if (i == leads->nr) {
		r = add(m, leads, pfn, PFS_SRC_LOCAL, from);
		if (r || i == leads->nr)
			return r;
	}
	leads->l[i].without = leads->l[i].source;
	leads->l[i].source = PFS_SRC_LOCAL;
	leads->l[i].local = from;
	return 0;
}

static int from_locals(struct pfs_model *m, const struct pfs_panic *p, struct pfs_leads *leads)
{
	size_t i, k;
	int r = 0;

	for (i = 0; i < p->nr_stack; i++)
		for (k = 0; !r && k < p->stack[i].nr_locals; k++)
			r = from_local(m, &p->stack[i], &p->stack[i].locals[k], leads);
	return r;
}

int pfs_leads_find(struct pfs_model *m, const struct pfs_panic *p, struct pfs_leads *ret)
{
	uint64_t at, pfn;
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	if (pfs_fault_at(p, &at) && pfs_in_memmap(m, at, &pfn))
		r = add(m, ret, pfn, PFS_SRC_FAULT_ADDRESS, "fault address");
	if (!r)
		r = from_log(m, p, ret);
	if (!r)
		r = from_registers(m, p, ret);
	if (!r)
		r = from_stack(m, p, ret);
	if (!r)
		r = from_pfns(m, p, ret);
	if (!r)
		r = from_locals(m, p, ret);
	return r;
}
