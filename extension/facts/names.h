/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names with values, by name and by value: symbols, types and enumerators. */
#ifndef PFS_FACTS_NAMES_H
#define PFS_FACTS_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Add all, then look up: the indexes are built by the first look-up. */
struct pfs_names {
	struct pfs_name {
		const char *name; /* the owner's */
		uint64_t value;
		uint32_t hash;
	} *n;
	size_t nr, cap;
	uint32_t *hash;	     /* index + 1 into n; 0: free */
	size_t hash_size;    /* power of two */
	uint32_t *by_value;  /* indexes into n, sorted */
	uint64_t start, end; /* of the kernel image, for pfs_names_at() */
};

/* len: of the name, in bytes. -ENOMEM; -E2BIG past 2^24 names. */
int pfs_names_add(struct pfs_names *t, const char *name, size_t len, uint64_t value);
void pfs_names_deinit(struct pfs_names *t);

/* 0, -ENOENT, -ENOMEM. Of equal names the one that was added first. */
int pfs_names_find(struct pfs_names *t, const char *name, uint64_t *ret_value);
/* Of symbols: the nearest one at or below addr, inside the kernel image only. */
int pfs_names_at(struct pfs_names *t, uint64_t addr, const char **ret_name, uint64_t *ret_offset);

#endif
