/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does a fault look like that of a bad struct page, where none can be looked at? */
#include <string.h>

#include "core/panic/arch.h"
#include "core/verdict/deciding.h"

#define ULL(x) ((unsigned long long)(x))

static bool all_bytes(uint64_t v, uint64_t byte)
{
	return v == byte * 0x0101010101010101;
}

static void found_symptom(struct pfs_deciding *d, enum pfs_problem_id id)
{
	if (!d->has_symptom)
		d->symptom = id;
	d->has_symptom = true;
}

/* Is this what a struct page is filled with that is not, or no longer, in use? */
static void look_at_word(struct pfs_deciding *d, uint64_t value, const char *where)
{
	bool gone = all_bytes(value, 0xfd);

	if (!gone && !all_bytes(value, 0xff))
		return;
	found_symptom(d, gone ? PFS_P_MEMMAP_DEPOPULATED : PFS_P_MEMMAP_POISONED);
	pfs_tell(d, "%s holds 0x%llx, which is what %s", where, ULL(value),
		 gone ? "x86 writes over a freed part of the memmap" :
			"a struct page is filled with before it is initialised");
}

static void look_at_operand(struct pfs_deciding *d)
{
	const struct pfs_operand *op = &d->p->operand;
	const char *const names[] = { op->base, op->index };
	const struct pfs_reg *r;
	size_t i;

	for (i = 0; op->valid && i < 2; i++) {
		r = names[i] ? pfs_panic_reg(d->p, names[i]) : NULL;
		if (r)
			look_at_word(d, r->value, r->name);
	}
	/* A list word is followed without a displacement. */
	if (!op->valid && d->p->has_fault_address)
		look_at_word(d, d->p->fault_address, "the faulting address");
}

static bool may_be_memmap(const struct pfs_deciding *d, uint64_t va)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(d->m);
	uint64_t pfn;

	if (d->m->layout.vmemmap_known)
		return pfs_in_memmap(d->m, va, &pfn);
	return va >> 63 && (!arch || !arch->may_be_memmap || arch->may_be_memmap(d->p, va));
}

bool pfs_may_name_page(const struct pfs_deciding *d, const struct pfs_named_page *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		const struct pfs_named_page *n = &list[i];

		if (n->by != PFS_NAMED_BY_MCE &&
		    (n->by != PFS_NAMED_BY_LIST || may_be_memmap(d, n->page)))
			return true;
	}
	return false;
}

/* Could the fault itself be at a struct page? */
static bool look_at_fault(struct pfs_deciding *d)
{
	uint64_t at, pfn;

	if (d->p->kind != PFS_PANIC_PAGE_FAULT || !pfs_fault_at(d->p, &at) || !may_be_memmap(d, at))
		return false;
	found_symptom(d, PFS_P_MEMMAP_UNMAPPED);
	if (pfs_in_memmap(d->m, at, &pfn))
		pfs_tell(d, "the fault at 0x%llx is at the struct page of PFN 0x%llx", ULL(at),
			 ULL(pfn));
	else
		pfs_tell(d,
			 "the fault at 0x%llx may be at a struct page: the log does not say where "
			 "the memmap is",
			 ULL(at));
	return true;
}

/*
 * Words in the names of functions that follow pointers of struct pages. That of the
 * fault's handler is none of them.
 */
static bool works_on_pages(const char *name)
{
	static const char *const words[] = {
		"page",	   "folio",   "pfn",	 "vmemmap", "memmap",	       "lruvec",
		"rmqueue", "compact", "hugetlb", "kfree",   "kmem_cache_free", "slab_free",
	};
	size_t i;

	if (!name || strstr(name, "page_fault"))
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(name, words[i]))
			return true;
	return false;
}

/*
 * An access that was not canonical has no address but that of its operand, which a log that
 * lost the mark in "Code:" does not tell: then it may have been any pointer.
 */
static bool look_at_unknown(struct pfs_deciding *d)
{
	if (d->p->kind != PFS_PANIC_GP_FAULT || !works_on_pages(d->p->function))
		return false;
	pfs_tell(d, "%s() follows pointers of struct pages, and which one led nowhere is not known",
		 d->p->function);
	return true;
}

/*
 * A pointer that leads nowhere: from where it is, a dump tells. What called the function
 * has to do with it only where it is not NULL with an offset.
 */
static bool look_at_pointer(struct pfs_deciding *d)
{
	const struct pfs_panic *p = d->p;
	const char *name = NULL;
	size_t i, n = 0;
	uint64_t at;
	bool wild, fetch = p->access && !strcmp(p->access, "exec");

	if (p->kind != PFS_PANIC_PAGE_FAULT && p->kind != PFS_PANIC_GP_FAULT)
		return false;
	if (!pfs_fault_at(p, &at))
		return look_at_unknown(d);
	wild = at + PFS_MAX_OFFSET >= 2 * PFS_MAX_OFFSET;
	if (works_on_pages(p->function))
		name = p->function;
	for (i = 0; wild && !name && i < p->nr_stack && n < 2; i++) {
		const struct pfs_frame *f = &p->stack[i];

		/* What called where no function is, the kernel can only guess. */
		if (f->added || (f->guess && !fetch))
			continue;
		n++;
		if (works_on_pages(f->function))
			name = f->function;
	}
	if (name)
		pfs_tell(d,
			 "%s() follows pointers of struct pages, and 0x%llx is where one led that "
			 "leads nowhere",
			 name, ULL(at));
	return name;
}

static void look_at_words(struct pfs_deciding *d, const struct pfs_named_page *n)
{
	if (n->poisoned || (n->nr_raw && all_bytes(n->raw[0], 0xff)))
		found_symptom(d, PFS_P_MEMMAP_POISONED);
	else if (n->nr_raw && all_bytes(n->raw[0], 0xfd))
		found_symptom(d, PFS_P_MEMMAP_DEPOPULATED);
}

bool pfs_looks_like_page(struct pfs_deciding *d, const struct pfs_named_page *accused)
{
	if (accused)
		look_at_words(d, accused);
	look_at_operand(d);
	return look_at_fault(d) || look_at_pointer(d);
}
