/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names with values (symbols, types, enumerators), found by either. */
#ifndef PFS_FACTS_NAMES_H
#define PFS_FACTS_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Add all names before the first look-up, which builds the indexes. */
struct pfs_names {
	/* Make the text of a name that has none so far; NULL: out of memory, or all have. */
	const char *(*text)(struct pfs_names *t, size_t i);
	/* NULL: names are hashed as pfs_names_add() does. */
	uint32_t (*hash_of)(const char *name, size_t len);
	struct pfs_name {
		const char *name; /* belongs to the caller; NULL: text() makes it */
		uint64_t value;
		uint32_t hash;
	} *n;
	size_t nr, cap;
	uint32_t *hash;	     /* index + 1 into n; 0: free */
	size_t hash_size;    /* power of two */
	uint32_t *by_value;  /* indexes into n, sorted */
	uint64_t start, end; /* of the kernel image, for pfs_names_at() */
};

/* len is that of name in bytes. -ENOMEM; -E2BIG beyond 2^24 names. */
int pfs_names_add(struct pfs_names *t, const char *name, size_t len, uint64_t value);
/* Add one whose text is made when it is asked for; hash is what hash_of() returns for it. */
int pfs_names_add_hashed(struct pfs_names *t, const char *name, uint32_t hash, uint64_t value);
/* The text of number i; NULL: out of memory. */
const char *pfs_names_text(struct pfs_names *t, size_t i);
void pfs_names_deinit(struct pfs_names *t);

/* 0, -ENOENT or -ENOMEM. Among equal names, the one that was added first is found. */
int pfs_names_find(struct pfs_names *t, const char *name, uint64_t *ret_value);
/* For symbols: the nearest one at or below addr, and only inside the kernel image. */
int pfs_names_at(struct pfs_names *t, uint64_t addr, const char **ret_name, uint64_t *ret_offset);

#endif
