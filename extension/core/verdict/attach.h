/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds who was attaching the device whose struct pages are not initialised:
 * the panicking task, by its call trace, or another task of the dump, by the
 * return addresses on its kernel stack.
 */
#ifndef PFS_CORE_VERDICT_ATTACH_H
#define PFS_CORE_VERDICT_ATTACH_H

#include "core/checks/finding.h"

/* Is the verdict (may be NULL), or any finding from number first on, about such pages? */
bool pfs_attach_wanted(struct pfs_model *m, const struct pfs_verdict *v,
		       const struct pfs_findings *f, size_t first);

/* Is the panicking task attaching a device? Then no other task has to be looked for. */
bool pfs_attach_by_panic(const struct pfs_panic *p);
/* Was it writing the struct pages of the device, by its own call trace? */
bool pfs_writes_device_pages(const struct pfs_panic *p);

/*
 * Search all tasks, and put those that were attaching into p->attachers.
 * lookups, best first, name the functions. What cannot be read is a limit.
 * -ENOMEM.
 */
int pfs_attach_find(struct pfs_model *m, struct pfs_lookup *const *lookups, size_t nr_lookups,
		    struct pfs_panic *p, struct pfs_err *err);

/*
 * Add what is known of them to the evidence of the verdict and of the findings
 * from number first on. -ENOMEM.
 */
int pfs_attach_explain(struct pfs_model *m, const struct pfs_panic *p, struct pfs_verdict *v,
		       struct pfs_findings *f, size_t first, struct pfs_err *err);

#endif
