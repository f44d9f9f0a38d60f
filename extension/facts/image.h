/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel image, as the kernel's own page tables map it. */
#ifndef PFS_FACTS_IMAGE_H
#define PFS_FACTS_IMAGE_H

#include "facts/kernel.h"

struct pfs_image {
	/* Ascending; neighbours that touch differ in exec. Arena. */
	struct pfs_image_range {
		uint64_t start, end;
		bool exec;
	} *r;
	size_t nr;
};

/* -ENOENT: nothing is mapped where an image would be. */
int pfs_image_find(struct pfs_mem *m, struct pfs_arena *a, struct pfs_image *ret,
		   struct pfs_err *err);

/*
 * Calls hit() with the address of every occurrence of needle, in the ranges
 * with this exec, ascending, until it returns other than 0, which is what this
 * returns then. Pages that cannot be read hold none. -ENOMEM.
 */
int pfs_image_search(struct pfs_mem *m, const struct pfs_image *image, bool exec,
		     const void *needle, size_t len, int (*hit)(void *arg, uint64_t va), void *arg);

#endif
