/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the mechanism that left a page as it is. */
#ifndef PFS_CORE_VERDICT_MECHANISM_H
#define PFS_CORE_VERDICT_MECHANISM_H

#include "core/checks/finding.h"

/* The first row of mechanisms.def that fits the page; NULL: we know none. */
const struct pfs_mechanism *pfs_mechanism_of(struct pfs_model *m, const struct pfs_page *p);

/* That of memory which is not online and was met by the task that removes it; NULL otherwise. */
const struct pfs_mechanism *pfs_mechanism_removing(struct pfs_model *m, const struct pfs_panic *p,
						   const struct pfs_page *page);

/*
 * The mechanism of a device whose memmap is being initialised, where no pagemap is known, so
 * that pfs_mechanism_of() cannot ask for it: the page was never initialised, is no RAM, and
 * the task that met it is the one that attaches a device. NULL otherwise.
 */
const struct pfs_mechanism *pfs_mechanism_attaching(struct pfs_model *m, const struct pfs_panic *p,
						    const struct pfs_page *page);

/* Of a leaf that went with removed memory: the first PFN that was behind it and is not valid. */
bool pfs_mechanism_removed(struct pfs_model *m, const struct pfs_mechanism *mech,
			   const struct pfs_page *page, uint64_t *ret_pfn);

/*
 * The text of a mechanism, with the sizes of the dumped kernel filled in. If m
 * is NULL they are those of the first architecture of archs.def, which most
 * dumps are of. Text that does not fit into size is cut off.
 */
void pfs_mechanism_text(const struct pfs_model *m, const struct pfs_mechanism *mech, char *buf,
			size_t size);

/*
 * Is memmap_init_zone_device() still to initialise this page? That is so if a
 * device pagemap covers it that is not being removed, a struct page that was never
 * initialised can be in this state, and the last page of the range is not initialised either.
 */
bool pfs_device_pending(struct pfs_model *m, uint64_t pfn, enum pfs_state state);

#endif
