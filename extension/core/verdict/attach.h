/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who was attaching the device whose struct pages are not initialised: the
 * panicking task itself, by its call trace, or another task of the dump, by the
 * return addresses on its kernel stack.
 */
#ifndef PFS_CORE_VERDICT_ATTACH_H
#define PFS_CORE_VERDICT_ATTACH_H

#include "core/checks/finding.h"

/* Is the verdict (may be NULL), or a finding from number first on, about such pages? */
bool pfs_attach_wanted(const struct pfs_model *m, const struct pfs_verdict *v,
		       const struct pfs_findings *f, size_t first);

/* Is it the panicking task that attaches? Then no other has to be looked for. */
bool pfs_attach_by_panic(const struct pfs_panic *p);

/*
 * Look through all tasks, into p->attachers. lookups, best first, name the
 * functions. What cannot be read is a limit. -ENOMEM.
 */
int pfs_attach_find(struct pfs_model *m, struct pfs_lookup *const *lookups, size_t nr_lookups,
		    struct pfs_panic *p, struct pfs_err *err);

/*
 * Add what is known of it to the evidence of a verdict, and of the findings
 * from number first on. -ENOMEM.
 */
int pfs_attach_explain(struct pfs_model *m, const struct pfs_panic *p, struct pfs_verdict *v,
		       struct pfs_findings *f, size_t first, struct pfs_err *err);

#endif
