/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel image, as the kernel's own page tables map it. */
#ifndef PFS_FACTS_IMAGE_H
#define PFS_FACTS_IMAGE_H

#include "facts/kernel.h"

struct pfs_image {
	/* In ascending order. Neighbours that touch differ in exec. Allocated in the arena. */
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
 * Call hit() with the address of each occurrence of needle in the ranges with
 * this exec, in ascending order, until it returns other than 0, which is then
 * returned. Pages that cannot be read hold no occurrence. -ENOMEM.
 */
int pfs_image_search(struct pfs_mem *m, const struct pfs_image *image, bool exec,
		     const void *needle, size_t len, int (*hit)(void *arg, uint64_t va), void *arg);

#endif
