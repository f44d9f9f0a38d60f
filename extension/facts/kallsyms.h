/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kallsyms tables: what those who find them (VMCOREINFO, kallsyms_scan.c)
 * hand to the one who reads them (kallsyms.c).
 */
#ifndef PFS_FACTS_KALLSYMS_H
#define PFS_FACTS_KALLSYMS_H

#include "facts/kernel.h"

#define PFS_KALLSYMS_MAX	((uint32_t)1 << 22)	/* symbols */
#define PFS_KALLSYMS_NAME	1024	/* bytes; twice the kernel's KSYM_NAME_LEN */
#define PFS_KALLSYMS_TOKENS	256

enum pfs_kallsyms_encoding {
	PFS_KALLSYMS_ADDRESSES,
	PFS_KALLSYMS_ABSOLUTE_PERCPU,
	PFS_KALLSYMS_UNSIGNED,
	PFS_KALLSYMS_PLACE_RELATIVE,
};

struct pfs_kallsyms_at {
	const char *from; /* provenance, a constant */
	uint64_t num_syms, names, token_table, token_index;
	uint64_t names_end; /* 0: not known */
	uint32_t nr;
	/* Possible encodings and places of the addresses; the first one that fits is taken. */
	struct pfs_kallsyms_try {
		enum pfs_kallsyms_encoding encoding;
		uint64_t table, base;
		uint64_t base_at; /* where base was read; 0: it is derived */
	} try[8];
	unsigned int tries;
};

/*
 * Addresses fit if they are in order and if known symbols, _stext among them,
 * are where VMCOREINFO has them. text: where the image begins according to the
 * page tables, which is then where _text must be; 0: not known.
 */
int pfs_kallsyms_read(struct pfs_mem *m, const struct pfs_kallsyms_at *at,
		      const struct pfs_vmcoreinfo *v, uint64_t text, struct pfs_lookup **ret,
		      struct pfs_err *err);

/*
 * All that the answers of a lookup of the functions above rest on: the addresses from the
 * first to the last of the tables, and among them a pointer, which KASLR moves.
 */
struct pfs_kallsyms_extent {
	uint64_t start, end;
	uint64_t base_at; /* 0: there is none */
};

void pfs_kallsyms_extent(struct pfs_lookup *l, struct pfs_kallsyms_extent *ret);

#endif
