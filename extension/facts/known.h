/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tables in the dumps of one kernel have answered, kept from one dump to the next.
 * Of a hundred thousand symbols and types a few hundred are ever asked for, so a file of
 * some ten kilobytes stands for megabytes of kallsyms and BTF that need not be decoded.
 *
 * The build-id finds the file, and proves nothing: tables may be damaged, and whoever made a
 * dump could have written any build-id into it. What counts is that the tables of this dump
 * have, byte for byte, what those had that gave the answers, at the same distance from
 * _stext. So they are read and summed up each time, which is fast, and decoded only where the
 * sum is another, or where a question is new. The sum is UMAC-64 under a key of the file's
 * own: who makes a dump cannot know it, and so cannot make tables of the same sum.
 *
 * What is not the same in each dump of a kernel is not in the file: symbols are kept as
 * distances from _stext, and all that depends on the machine (page tables, phys_base, the
 * memmap's place) is read from the dump. A kernel whose VMCOREINFO has no build-id (before
 * v5.9) has no file.
 */
#ifndef PFS_FACTS_KNOWN_H
#define PFS_FACTS_KNOWN_H

#include "base/store.h"
#include "facts/kernel.h"

enum { PFS_KNOWN_SYMBOLS, PFS_KNOWN_TYPES, PFS_KNOWN_LOOKUPS };

/* Of whom is asked, and how the tables are opened where it has to be: all outlive the lookups. */
struct pfs_known_at {
	const struct pfs_store *store;
	struct pfs_mem *mem;
	struct pfs_arena *arena;
	struct pfs_vmcoreinfo v;
	const char *build_id;
	uint64_t stext;
	int (*open)(struct pfs_mem *m, const struct pfs_vmcoreinfo *v, struct pfs_arena *a,
		    struct pfs_lookup **ret, struct pfs_err *err);
};

/* Lookups that have the answers of earlier dumps. -ENOENT: there are none; -ENOMEM. */
int pfs_known_recall(const struct pfs_known_at *at, struct pfs_lookup **ret);
/*
 * Put lookups in the place of those of this dump that keep what they answer. Where this is
 * not possible, lookups stay as they are. -ENOMEM.
 */
int pfs_known_learn(const struct pfs_known_at *at, struct pfs_lookup **lookups);
/* Write what such a lookup has learned; of any other, nothing is kept. */
void pfs_known_keep(struct pfs_lookup *l);

#endif
