/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks an XArray, or a radix tree, of the dumped kernel in the order of its indices. */
#ifndef PFS_CORE_MODEL_XARRAY_H
#define PFS_CORE_MODEL_XARRAY_H

#include "core/model/model.h"

/*
 * Called for each entry; for a multi-index entry once, with its whole range.
 * Other than 0 ends the walk, which then returns it.
 */
typedef int pfs_xa_fn(void *arg, uint64_t first, uint64_t last, uint64_t entry);

struct pfs_xa_stat {
	uint64_t unreadable; /* nodes that could not be read */
	uint64_t damaged;    /* nodes or entries that no kernel writes */
	bool truncated;	     /* there were more nodes than a kernel would have: the walk ended */
};

/*
 * va is the address of the struct xarray, which is a struct radix_tree_root where
 * the kernel's has a member rnode. Value entries and zero entries
 * (reserved indices) are left out. -EINVAL where a fact is missing or absurd,
 * -EIO where the struct itself cannot be read; what cannot be read below it is
 * counted in *stat and left out.
 */
int pfs_xa_walk(struct pfs_model *m, uint64_t va, pfs_xa_fn *fn, void *arg,
		struct pfs_xa_stat *stat, struct pfs_err *err);

#endif
