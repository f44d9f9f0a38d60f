/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free lists and LRU lists, seen from the pages on them. The neighbours of a
 * page on its list are mostly struct pages of the same section, which are in
 * memory already. Any other costs a read, and each section has a limited number
 * of these.
 */
#ifndef PFS_CORE_PAGES_LISTS_H
#define PFS_CORE_PAGES_LISTS_H

#include "core/pages/scan.h"

enum pfs_link {
	PFS_LINK_GOOD,	 /* it is linked, or that cannot be told */
	PFS_LINK_STALE,	 /* neither neighbour knows the page */
	PFS_LINK_PASSED, /* its neighbours are linked to each other instead */
	PFS_LINK_LOST	 /* the next page on the free list is not in the buddy allocator */
};

struct pfs_lists {
	struct pfs_section_scan *scan;
	struct pfs_mem *mem; /* of the calling thread */
	unsigned int reads;  /* left for this section */
};

/* Call for each section, after it was read. */
void pfs_lists_start(struct pfs_lists *l, struct pfs_section_scan *s, struct pfs_mem *mem);

/*
 * Is this page linked into a list, as the head of a free block or of a folio on
 * an LRU list?
 */
bool pfs_lists_has(const struct pfs_classifier *c, enum pfs_state st, const unsigned char *bytes);

/*
 * How a page on a list is linked. With PFS_LINK_LOST, *ret_lost is the block of
 * the next page.
 */
enum pfs_link pfs_lists_look(struct pfs_lists *l, uint64_t pfn, const unsigned char *bytes,
			     struct pfs_pfn_range *ret_lost);

/*
 * Is this page, which follows prev on a free list, not in the buddy allocator?
 * Then the block that it was is lost, and set in *ret. False also where that
 * cannot be told.
 */
bool pfs_lists_lost(const struct pfs_classifier *c, const unsigned char *bytes, uint64_t pfn,
		    uint64_t prev, struct pfs_pfn_range *ret);

/* The PFN whose struct page has its lru member at this address. */
bool pfs_lists_pfn(const struct pfs_classifier *c, uint64_t va, uint64_t *ret);

/* The struct page behind this one in its list; NULL: not at hand, or it names another one. */
const unsigned char *pfs_lists_next(const struct pfs_classifier *c,
				    const struct pfs_classify_ctx *ctx, uint64_t pfn,
				    const unsigned char *bytes, uint64_t *ret_pfn);

#endif
