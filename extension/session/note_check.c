/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The panic note of a distilled dump is what a file says, and its parts were once one: each is
 * held against the others and against the dump. The first contradiction is enough.
 */
#include "session/note_check.h"

#include <string.h>

#include "base/range.h"
#include "core/model/model.h"
#include "core/panic/arch.h"

#define ULL(x) ((unsigned long long)(x))

/*
 * A base and a displacement are the address, where the registers are known. Segments, bit
 * strings and what is relative to the instruction are left out: they take more than the note has.
 */
static const char *operand(struct pfs_model *m, const struct pfs_panic *p)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	const struct pfs_operand *op = &p->operand;
	const struct pfs_reg *base = op->valid && op->base ? pfs_panic_reg(p, op->base) : NULL;

	if (!base || op->index || !op->text || strchr(op->text, ':') ||
	    !strncmp(op->text, "bt", 2) || (arch && arch->ip && !strcmp(op->base, arch->ip)))
		return NULL;
	if (base->value + (uint64_t)op->disp == op->address)
		return NULL;
	return pfs_printf(&m->arena, "with %s 0x%llx '%s' does not access 0x%llx", base->name,
			  ULL(base->value), op->text, ULL(op->address));
}

/*
 * The one is derived from the other. Where an operand crosses into a page that is not mapped,
 * the address of a page fault is the first byte of that page.
 */
static const char *fault(struct pfs_model *m, const struct pfs_panic *p)
{
	const struct pfs_operand *op = &p->operand;

	if (!p->has_effective || !op->valid ||
	    pfs_within(p->fault_address_effective, op->address, op->size ? op->size : 1))
		return NULL;
	return pfs_printf(&m->arena, "the instruction accessed 0x%llx, and the fault is at 0x%llx",
			  ULL(op->address), ULL(p->fault_address_effective));
}

/* What dump_page() prints of a page is its address and its PFN. */
static const char *named(struct pfs_model *m, const struct pfs_named_page *n, size_t nr)
{
	uint64_t pfn;
	size_t i;

	for (i = 0; i < nr; i++)
		if (n[i].has_page && n[i].has_pfn && pfs_in_memmap(m, n[i].page, &pfn) &&
		    pfn != n[i].pfn)
			return pfs_printf(&m->arena,
					  "0x%llx is the struct page of PFN 0x%llx, and the note "
					  "says of PFN 0x%llx",
					  ULL(n[i].page), ULL(pfn), ULL(n[i].pfn));
	return NULL;
}

void pfs_note_check(struct pfs_model *m, struct pfs_panic *p)
{
	const char *why = operand(m, p);

	if (!why)
		why = fault(m, p);
	if (!why)
		why = named(m, p->named, p->nr_named);
	p->doubted = why != NULL;
	if (why)
		pfs_limit(m, "panic note", "contradicts itself: %s", why);
}
