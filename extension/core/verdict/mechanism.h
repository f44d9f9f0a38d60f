/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mechanism that left a page as it is. */
#ifndef PFS_CORE_VERDICT_MECHANISM_H
#define PFS_CORE_VERDICT_MECHANISM_H

#include "core/checks/finding.h"

/* The first row of mechanisms.def that fits; NULL: none that we know. */
const struct pfs_mechanism *pfs_mechanism_of(const struct pfs_model *m, const struct pfs_page *p);

/*
 * Its text, with the sizes of the dumped kernel in it; m NULL: of the first machine
 * of archs.def, as it mostly is. Cut off at size.
 */
void pfs_mechanism_text(const struct pfs_model *m, const struct pfs_mechanism *mech, char *buf,
			size_t size);

/*
 * Would memmap_init_zone_device() make a good page of this one, which a device
 * pagemap covers that is not being taken away?
 */
bool pfs_device_pending(const struct pfs_model *m, uint64_t pfn, enum pfs_state state);

#endif
