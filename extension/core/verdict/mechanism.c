/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells how a page came to be bad, with one function for each row of mechanisms.def. */
#include "core/verdict/mechanism.h"

#include <string.h>

#include "core/pages/classify.h"
#include "core/pages/predicate.h"
#include "core/verdict/attach.h"

/* Is any of the section's memmap mapped? An early section is never unmapped as a whole. */
static bool partly_mapped(const struct pfs_model *m, const struct pfs_section *s)
{
	uint64_t start = pfs_pfn_to_page(m, s->nr * m->layout.pages_per_section);
	uint64_t end = start + m->layout.pages_per_section * m->layout.struct_page;
	size_t i;

	for (i = 0; i < m->nr_vmemmap; i++)
		if (m->vmemmap[i].mapped && m->vmemmap[i].start < end && m->vmemmap[i].end > start)
			return true;
	return false;
}

/*
 * What was taken away is memory of a device: no part of a section's RAM ever is. Where the
 * resources are not known, it has to be the device's by something else.
 */
static bool early_depopulated(struct pfs_model *m, const struct pfs_page *p)
{
	const struct pfs_section *s = pfs_section_of(m, p->pfn);

	if (pfs_is_system_ram(m, p->pfn))
		return false;
	/* Where the machine has a pfn_valid() of its own, it may well say no of them. */
	if (!s || !(s->flags & PFS_SEC_EARLY) ||
	    (!pfs_pfn_valid_is_generic(m) && pfs_section_pfn_valid(m, s, p->pfn) != 1))
		return false;
	return p->state == PFS_ST_DEPOPULATED ||
	       (p->state == PFS_ST_UNMAPPED && partly_mapped(m, s));
}

/* Is any subsection of s not valid whose struct pages lie in [start, end)? Its first PFN. */
static bool removed_in(struct pfs_model *m, const struct pfs_section *s, uint64_t start,
		       uint64_t end, uint64_t *ret_pfn)
{
	uint64_t size = m->layout.pages_per_section / m->layout.subsections;
	uint64_t first = s->nr * m->layout.pages_per_section;
	unsigned int i;

	for (i = 0; i < m->layout.subsections; i++) {
		uint64_t va = pfs_pfn_to_page(m, first + i * size);

		if (va < end && va + size * m->layout.struct_page > start &&
		    !pfs_section_pfn_valid(m, s, first + i * size)) {
			*ret_pfn = first + i * size;
			return true;
		}
	}
	return false;
}

/*
 * vmemmap_populate() of arm64 with pages of 4 KiB took a leaf for what is not a whole section,
 * too, and unmap_hotplug_pmd_range() clears a leaf whole (d4234d131b0a "arm64: mm: Populate
 * vmemmap at the page level if not section aligned", v6.14). An entry that has but one wrong
 * bit was not cleared.
 */
static bool removed_beside(struct pfs_model *m, const struct pfs_page *p, uint64_t *ret_pfn)
{
	const struct pfs_section *s = pfs_section_of(m, p->pfn);
	uint64_t start, end, first, last;

	if (!m->mem->arch->frees_whole_leaves || p->state != PFS_ST_UNMAPPED || !p->walk.nr ||
	    p->walk.step[p->walk.nr - 1].entry)
		return false;
	if (!s || s->flags & PFS_SEC_EARLY || !s->subsections ||
	    pfs_section_pfn_valid(m, s, p->pfn) != 1)
		return false;
	start = p->va & -p->walk.leaf_size;
	end = start + p->walk.leaf_size;
	first = pfs_pfn_to_page(m, s->nr * m->layout.pages_per_section);
	last = first + m->layout.pages_per_section * m->layout.struct_page;
	return start >= first && end <= last && removed_in(m, s, start, end, ret_pfn);
}

static bool shared_leaf_removed(struct pfs_model *m, const struct pfs_page *p)
{
	uint64_t pfn;

	return removed_beside(m, p, &pfn);
}

static bool altmap_reserve_walked(struct pfs_model *m, const struct pfs_page *p)
{
	return pfs_state_raw(p->state) && pfs_in_altmap_reserve(pfs_pgmap_of(m, p->pfn), p->pfn);
}

/*
 * Where such sections are tainted (1f90a3477df3 "mm: teach pfn_to_online_page() about ZONE_DEVICE
 * section collisions", v5.12), it is who does not ask pfn_to_online_page() that comes there.
 */
static bool altmap_reserve_in_block(struct pfs_model *m, const struct pfs_page *p)
{
	const struct pfs_section *s = pfs_section_of(m, p->pfn);

	return altmap_reserve_walked(m, p) && s && s->flags & PFS_SEC_ONLINE &&
	       s->flags & PFS_SEC_TAINT_ZONE_DEVICE && pfs_have(m->facts, PFS_F_FN_PAGES_IN_A_ZONE);
}

/* ZONE_DEVICE is left out, because it also spans what belongs to other zones. */
static bool in_ram_zone(const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_zone *z = NULL;

	do {
		z = pfs_zone_spanning(m, pfn, z);
	} while (z && (int64_t)z->index == m->classifier->device_zone);
	return z;
}

static bool hole_linked(struct pfs_model *m, const struct pfs_page *p)
{
	return p->state == PFS_ST_MISLINKED && p->has_bytes &&
	       p->flags & m->classifier->reserved_mask && !p->node && !p->zone &&
	       !pfs_is_system_ram(m, p->pfn) && in_ram_zone(m, p->pfn);
}

static bool offline_walked(struct pfs_model *m, const struct pfs_page *p)
{
	const struct pfs_section *s = pfs_section_of(m, p->pfn);

	return s && pfs_has_section_flag(m, PFS_SF_ONLINE) && !(s->flags & PFS_SEC_ONLINE) &&
	       m->pgmaps_known && !pfs_pgmap_of(m, p->pfn) && pfs_state_raw(p->state);
}

/* The page is as if it were walked; only who met it tells, see pfs_mechanism_removing(). */
static bool offline_removed(struct pfs_model *m, const struct pfs_page *p)
{
	return offline_walked(m, p) && p->state == PFS_ST_POISONED;
}

/*
 * memmap_init_zone_device() goes through a range from its first page to its last: where that
 * is initialised, all are, and what is bad among them became so later.
 */
static bool is_initialised(struct pfs_model *m, const struct pfs_pgmap *g)
{
	struct pfs_err ignored;
	struct pfs_page last;

	return !pfs_page_get(m, g->end_pfn - 1, &last, &ignored) && last.has_bytes &&
	       !pfs_state_raw(last.state);
}

/*
 * memunmap_pages() kills the reference before remove_pfn_range_from_zone()
 * poisons what was initialised (d33695b16a9f "mm/memory_hotplug: poison memmap in
 * remove_pfn_range_from_zone()", v5.6).
 */
bool pfs_device_pending(struct pfs_model *m, uint64_t pfn, enum pfs_state state)
{
	const struct pfs_pgmap *g = pfs_pgmap_of(m, pfn);

	return g && g->ref != PFS_REF_DEAD && pfs_state_raw(state) &&
	       !pfs_in_altmap_reserve(g, pfn) && !is_initialised(m, g);
}

static bool device_not_initialised(struct pfs_model *m, const struct pfs_page *p)
{
	return pfs_device_pending(m, p->pfn, p->state);
}

/*
 * Was the section there at boot? SECTION_IS_EARLY says so (326e1b8f83a4 "mm/sparsemem:
 * introduce a SECTION_IS_EARLY flag", v5.3). Before, a section was added as a whole: all of
 * it is System RAM, or a device's; what is online and neither was there at boot.
 */
static bool boot_section(const struct pfs_model *m, const struct pfs_section *s, uint64_t pfn)
{
	if (pfs_has_section_flag(m, PFS_SF_EARLY))
		return s->flags & PFS_SEC_EARLY;
	return !pfs_pgmap_of(m, pfn) &&
	       (!pfs_has_section_flag(m, PFS_SF_ONLINE) || s->flags & PFS_SEC_ONLINE);
}

static bool outside_zone_span(struct pfs_model *m, const struct pfs_page *p)
{
	const struct pfs_section *s = pfs_section_of(m, p->pfn);

	return s && boot_section(m, s, p->pfn) && pfs_state_raw(p->state) && m->nr_zones &&
	       !pfs_zone_spanning(m, p->pfn, NULL) && pfs_is_system_ram(m, p->pfn) == 0;
}

/* Is this a tail, or what HVO has in place of the first one in a page: the head once more? */
static bool shared_tail(const struct pfs_model *m, const struct pfs_page *p)
{
	uint64_t head;

	return pfs_compound_head(m->classifier, p->va, p->bytes, &head) ||
	       (p->flags & m->classifier->head_mask && !(p->va & (m->layout.page_size - 1)));
}

/* HVO maps tails by single pages (hugetlb_vmemmap.c: PAGE_KERNEL_RO). */
static bool read_only_tail(struct pfs_model *m, const struct pfs_page *p)
{
	return p->has_bytes && !pfs_state_abnormal(p->state) && !p->walk.writable &&
	       p->walk.leaf_size == m->layout.page_size && shared_tail(m, p);
}

static bool (*const tests[])(struct pfs_model *, const struct pfs_page *) = {
#define MECHANISM(function, ...) function,
#include <pfnscope/mechanisms.def>
#undef MECHANISM
};

static const struct pfs_mechanism *row_of(bool (*test)(struct pfs_model *, const struct pfs_page *))
{
	const struct pfs_mechanism *rows;
	size_t i, nr;

	rows = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++)
		if (tests[i] == test)
			return &rows[i];
	return NULL;
}

bool pfs_mechanism_removed(struct pfs_model *m, const struct pfs_mechanism *mech,
			   const struct pfs_page *page, uint64_t *ret_pfn)
{
	return mech == row_of(shared_leaf_removed) && removed_beside(m, page, ret_pfn);
}

/* clear_hwpoisoned_pages() is inlined into its caller, which had another name up to v5.2. */
static bool is_removing(const struct pfs_panic *p)
{
	size_t i;

	for (i = 0; i < p->nr_stack; i++)
		if (!p->stack[i].guess && !p->stack[i].module &&
		    (!strcmp(p->stack[i].function, "sparse_remove_section") ||
		     !strcmp(p->stack[i].function, "sparse_remove_one_section")))
			return true;
	return false;
}

const struct pfs_mechanism *pfs_mechanism_removing(struct pfs_model *m, const struct pfs_panic *p,
						   const struct pfs_page *page)
{
	const struct pfs_section *s = pfs_section_of(m, page->pfn);

	/* Of a device that is detached it is as true: no pagemap need be known. */
	if (!s || !pfs_has_section_flag(m, PFS_SF_ONLINE) || s->flags & PFS_SEC_ONLINE ||
	    page->state != PFS_ST_POISONED || !is_removing(p))
		return NULL;
	return row_of(offline_removed);
}

const struct pfs_mechanism *pfs_mechanism_attaching(struct pfs_model *m, const struct pfs_panic *p,
						    const struct pfs_page *page)
{
	if (m->pgmaps_known || m->nr_pgmaps || !pfs_state_raw(page->state) ||
	    pfs_is_system_ram(m, page->pfn) != 0 || !pfs_attach_by_panic(p))
		return NULL;
	return row_of(device_not_initialised);
}

const struct pfs_mechanism *pfs_mechanism_of(struct pfs_model *m, const struct pfs_page *p)
{
	const struct pfs_mechanism *rows;
	size_t i, nr;

	rows = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++)
		if (tests[i](m, p))
			return &rows[i];
	return NULL;
}
