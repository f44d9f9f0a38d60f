/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with the page-table entry that maps a struct page: the page itself may be
 * sound, and nobody can know. Of an entry that is not present the page's state tells.
 */
#include "core/verdict/candidate.h"

#include "base/range.h"

#define ULL(x) ((unsigned long long)(x))

/* The entry is present, and the CPU does not take it. */
static bool refused(const struct pfs_model *m, const struct pfs_panic *p,
		    const struct pfs_page *page)
{
	uint64_t fault;

	return p->bad_entry && pfs_fault_at(p, &fault) &&
	       pfs_within(fault, page->va, m->layout.struct_page);
}

/*
 * Is there no memory of any kind where the entry leads? A memmap is in RAM, or in memory of
 * the device that it is about, and the kernel has either among its resources.
 */
bool pfs_leaf_beyond(const struct pfs_model *m, const struct pfs_page *page)
{
	return page->state == PFS_ST_ABSENT && page->walk.mapped && m->nr_resources &&
	       !pfs_resource_of(m, page->walk.pa >> m->layout.page_shift);
}

const char *pfs_leaf_wrong(struct pfs_model *m, const struct pfs_panic *p,
			   const struct pfs_page *page)
{
	const struct pfs_step *last = pfs_walk_end(&page->walk);

	if (!last || !page->walk.mapped)
		return NULL;
	if (refused(m, p, page))
		return "whose page-table entry has a reserved bit";
	return pfs_leaf_beyond(m, page) ? "which is mapped to where there is no memory" : NULL;
}

enum pfs_reproduces pfs_leaf_reproduces(struct pfs_model *m, const struct pfs_panic *p,
					const struct pfs_page *page,
					enum pfs_confidence *ret_confidence, const char **ret_why)
{
	const struct pfs_step *last = pfs_walk_end(&page->walk);
	uint64_t fault = 0;

	if (!pfs_leaf_wrong(m, p, page))
		return PFS_DOES_NOT;
	pfs_fault_at(p, &fault);
	if (refused(m, p, page)) {
		*ret_confidence = PFS_CONF_HIGH;
		*ret_why = pfs_printf(
			&m->arena,
			"the fault address 0x%llx lies in its struct page, and the error code says "
			"that an entry has a reserved bit: %s entry 0x%llx at physical 0x%llx",
			ULL(fault), last->level, ULL(last->entry), ULL(last->entry_pa));
	} else {
		*ret_confidence = PFS_CONF_MEDIUM;
		*ret_why = pfs_printf(
			&m->arena,
			"its struct page is mapped to physical 0x%llx (%s entry 0x%llx at physical "
			"0x%llx), where iomem_resource has nothing: what is read there is no "
			"memory's",
			ULL(page->walk.pa), last->level, ULL(last->entry), ULL(last->entry_pa));
	}
	return PFS_REPRODUCES;
}
