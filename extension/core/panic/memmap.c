/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the memmap is, told by a log alone: a page that is named by the address of its
 * struct page and by its PFN says where that of PFN 0 would be. Where the memmap begins
 * is a round number on every machine, which a wrong size, or a PFN that is not of this
 * address, does not come to.
 */
#include "core/panic/arch.h"

#include "base/range.h"

/* Of every distribution's kernel, and of those with as few configured in as can be. */
static const uint64_t sizes[] = { 64, 56 };

#define ROUND ((uint64_t)1 << 20) /* a section of 128 MiB has 2 MiB of memmap */
#define MAX_PAGES ((uint64_t)1 << 34) /* 64 TiB of RAM */

/*
 * Nobody says that two registers are of one page, so that the number has to be rounder: on
 * x86 it is a multiple of 1 GiB (PUD_SIZE, mm/kaslr.c).
 */
#define ROUND_OF_REGS ((uint64_t)1 << 30)

static bool base_of(uint64_t page, uint64_t pfn, uint64_t size, uint64_t round, uint64_t *ret)
{
	uint64_t below;

	if (__builtin_mul_overflow(pfn, size, &below) || below > page)
		return false;
	*ret = page - below;
	return !(*ret & (round - 1));
}

/* All pairs agree, or none is believed. */
static bool agree(const struct pfs_named_page *list, size_t nr, uint64_t size, uint64_t *base,
		  const char **ret_line)
{
	uint64_t b;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!list[i].has_page || !list[i].has_pfn)
			continue;
		if (!base_of(list[i].page, list[i].pfn, size, ROUND, &b) ||
		    (*ret_line && b != *base))
			return false;
		*base = b;
		*ret_line = list[i].line;
	}
	return true;
}

/* Is there a line that names a page in both ways? */
static bool has_pair(const struct pfs_named_page *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (list[i].has_page && list[i].has_pfn)
			return true;
	return false;
}

/* Where the fault is at a member of the struct page that a register points to. */
static const struct pfs_reg *page_register(const struct pfs_model *m, const struct pfs_panic *p)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	const struct pfs_operand *op = &p->operand;
	const struct pfs_reg *r;

	if (p->kind != PFS_PANIC_PAGE_FAULT || !op->valid || !op->base || op->index)
		return NULL;
	r = pfs_panic_reg(p, op->base);
	if (!r || r->value % 8 || !pfs_within(op->address, r->value, sizes[0]))
		return NULL;
	return arch && arch->may_be_memmap && arch->may_be_memmap(p, op->address) ? r : NULL;
}

/*
 * The registers at a fault often hold a struct page and its PFN, as where a function walks
 * through both. Two PFNs that contradict each other tell nothing.
 */
static const char *by_registers(struct pfs_model *m, const struct pfs_panic *p, uint64_t *base)
{
	const struct pfs_reg *page = page_register(m, p), *pfn = NULL;
	uint64_t b;
	size_t i;

	for (i = 0; page && i < p->nr_regs; i++) {
		const struct pfs_reg *r = &p->regs[i];

		/* A round PFN fits a round address, whatever they are of. */
		if (r == page || r->value >= MAX_PAGES ||
		    !(r->value * sizes[0] & (ROUND_OF_REGS - 1)) ||
		    !base_of(page->value, r->value, sizes[0], ROUND_OF_REGS, &b))
			continue;
		if (pfn && b != *base)
			return NULL;
		*base = b;
		pfn = r;
	}
	return pfn ? pfs_printf(&m->arena, "%s, which is the struct page of the PFN in %s",
				page->name, pfn->name) :
		     NULL;
}

static void set_base(struct pfs_layout *l, uint64_t base, uint64_t size)
{
	l->vmemmap = base;
	l->vmemmap_known = true;
	l->struct_page = size;
	l->nr_sections = 1;
	l->pages_per_section = MAX_PAGES;
	l->pages_per_subsection = MAX_PAGES;
}

void pfs_panic_memmap(struct pfs_model *m, const struct pfs_panic *p, const char **ret_line)
{
	uint64_t base = 0;
	size_t i;

	*ret_line = NULL;
	if (m->layout.vmemmap_known)
		return;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !*ret_line; i++) {
		const char *line = NULL;

		if (!agree(p->named, p->nr_named, sizes[i], &base, &line) ||
		    !agree(p->elsewhere, p->nr_elsewhere, sizes[i], &base, &line) || !line)
			continue;
		set_base(&m->layout, base, sizes[i]);
		*ret_line = pfs_printf(&m->arena, "\"%s\"", line);
	}
	if (*ret_line || has_pair(p->named, p->nr_named) || has_pair(p->elsewhere, p->nr_elsewhere))
		return;
	*ret_line = by_registers(m, p, &base);
	if (*ret_line)
		set_base(&m->layout, base, sizes[0]);
}
