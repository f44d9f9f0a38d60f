/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Predicates of the kernel about a PFN, as the dumped kernel would answer them.
 * Each function is named after the one of the kernel. They return 1, 0, or -1
 * where the dump or its debug information cannot tell, or where this kernel has
 * no such predicate.
 */
#ifndef PFS_CORE_PAGES_PREDICATE_H
#define PFS_CORE_PAGES_PREDICATE_H

#include "core/pages/page.h"

/*
 * Does this PFN have a struct page? Before v5.3 that holds of whole sections;
 * since then of whole early sections, and of subsections in others
 * (ba72b4c8cf60 "mm/sparsemem: support sub-section hotplug").
 * An architecture may
 * have one of its own, which asks memblock; -1 where that is not known well enough.
 */
int pfs_pfn_valid(const struct pfs_model *m, uint64_t pfn);
bool pfs_pfn_valid_is_generic(const struct pfs_model *m);
int pfs_section_pfn_valid(const struct pfs_model *m, const struct pfs_section *s, uint64_t pfn);

/* Was the section there at boot (v5.3, 326e1b8f83a4)? */
int pfs_early_section(const struct pfs_model *m, uint64_t pfn);
/* Is the bit of the PFN's subsection set, early section or not (v5.3)? */
int pfs_pfn_section_valid(const struct pfs_model *m, uint64_t pfn);
/* Is the section marked ONLINE (v4.13, 2d070eab2e82)? */
int pfs_online_section(const struct pfs_model *m, uint64_t pfn);
/* Is the section marked PRESENT? */
int pfs_present_section(const struct pfs_model *m, uint64_t pfn);

/*
 * Is this a kernel without SECTION_IS_ONLINE (2d070eab2e82 "mm: consider zone which is
 * not fully populated to have holes", v4.13)? It has no pfn_to_online_page(), and all
 * that walks PFNs asks pfn_valid() alone.
 */
bool pfs_asks_pfn_valid_only(const struct pfs_model *m);

/*
 * Does pfn_to_online_page() return the page? Without memory hotplug, and where
 * nothing more is asked, it is pfn_valid(). Otherwise it asks for ONLINE alone up to
 * v5.11, and from v5.12 on also for the subsection and, in a tainted section, for
 * the absence of a device pagemap (9f9b02e5b346 "mm: teach pfn_to_online_page() to
 * consider subsection validity", 1f90a3477df3 "mm: teach pfn_to_online_page() about
 * ZONE_DEVICE section collisions"). The newer function is out of line, so that its
 * symbol shows which one a kernel has; so does a taint bit.
 */
int pfs_pfn_to_online_page(const struct pfs_model *m, uint64_t pfn);

/*
 * Does get_dev_pagemap() find a pagemap, and does percpu_ref_tryget_live() get
 * a reference to it? Where the facts about its reference are not known, as in
 * dumps that were distilled without them, a pagemap that is found counts as
 * live: memunmap_pages() kills the reference only shortly before it takes the
 * pagemap out of pgmap_array.
 */
int pfs_get_dev_pagemap(const struct pfs_model *m, uint64_t pfn);

/*
 * These predicates read page->flags and believe them, whatever the state of the
 * page. -1 where the struct page cannot be read: the kernel would fault, or the
 * dump lacks it. p may be NULL.
 */
int pfs_is_zone_device_page(const struct pfs_model *m, const struct pfs_page *p);
int pfs_page_reserved(const struct pfs_model *m, const struct pfs_page *p);

/*
 * An estimate: no kernel has pfn_active(). It was proposed as one more bit for
 * each subsection, set once the memmap of the subsection is initialised and
 * cleared before that goes away ("Don't mark hotplugged pages PG_reserved
 * (including ZONE_DEVICE)", October 2019). Had it been merged, it would be set
 * in valid subsections that hold RAM of an online section, or pages of a device
 * pagemap. It cannot tell a pagemap's uninitialised altmap reserve from the
 * pages after it in the same subsection.
 */
int pfs_pfn_active(const struct pfs_model *m, uint64_t pfn);

/* Is any page, or every page, of [start, end) System RAM? -1: resources are not known. */
int pfs_any_ram(const struct pfs_model *m, uint64_t start, uint64_t end);
int pfs_all_ram(const struct pfs_model *m, uint64_t start, uint64_t end);

#endif
