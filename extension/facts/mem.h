/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory as the engine reads it: physical reads with the four answers of a
 * target, page-table walks that keep every entry as evidence, and virtual reads
 * that combine both. Each thread has its own struct pfs_mem; only mem.c,
 * archs.c and arch_*.c look inside.
 */
#ifndef PFS_FACTS_MEM_H
#define PFS_FACTS_MEM_H

#include <pfnscope/target.h>

#include "base/order.h"
#include "base/range.h"

#define PFS_MAX_LEVELS 5
/* Bytes of a page table that are read in one go: a whole table where pages have 4 KiB. */
#define PFS_TABLE_PIECE 4096

struct pfs_arch;
struct pfs_facts;

/*
 * Where a page-table walk starts. It is a parameter, because init_mm and each
 * task have tables of their own.
 */
struct pfs_root {
	uint64_t pa; /* physical address of the top-level table */
	unsigned int levels;
	unsigned int va_bits; /* of a virtual address that they translate */
};

struct pfs_step {
	const char *level;	    /* the kernel's name: "pgd", "p4d", "pud", "pmd", "pte" */
	uint64_t entry_pa;	    /* physical address of the entry */
	uint64_t entry;		    /* its value, valid only if presence is PFS_PRESENT */
	enum pfs_presence presence; /* of the table page */
};

struct pfs_walk {
	uint64_t va;
	unsigned int nr; /* steps taken */
	struct pfs_step step[PFS_MAX_LEVELS];
	bool mapped; /* the last step is a present leaf; if not, ask pfs_walk_reach() */
	bool writable, executable;
	uint64_t pa;	    /* of va, if mapped */
	uint64_t leaf_size; /* bytes mapped (or left unmapped) by the last entry */
};

/* The answer to a virtual read. */
enum pfs_reach {
	PFS_REACH_OK,
	PFS_REACH_UNMAPPED, /* walked to an entry that is not present */
	PFS_REACH_EXCLUDED, /* mapped; the page behind it has this presence ... */
	PFS_REACH_ABSENT,
	PFS_REACH_UNDECIDABLE,
	PFS_REACH_NO_TABLE,    /* a page-table page is not in the dump */
	PFS_REACH_BAD_ADDRESS, /* not canonical, or the range wraps */
};

/* The last step of a walk; NULL: it took none. */
static inline const struct pfs_step *pfs_walk_end(const struct pfs_walk *w)
{
	return w->nr ? &w->step[w->nr - 1] : NULL;
}

/* The result of a walk: PFS_REACH_OK, PFS_REACH_UNMAPPED or PFS_REACH_NO_TABLE. */
static inline enum pfs_reach pfs_walk_reach(const struct pfs_walk *w)
{
	const struct pfs_step *end = pfs_walk_end(w);

	if (!end || end->presence != PFS_PRESENT)
		return PFS_REACH_NO_TABLE;
	return w->mapped ? PFS_REACH_OK : PFS_REACH_UNMAPPED;
}

struct pfs_mem {
	struct pfs_target *target;
	const struct pfs_arch *arch;
	struct pfs_root root;		 /* init_mm */
	uint64_t image_start, image_end; /* where the kernel image is mapped, and little else */
	unsigned int page_shift;	 /* log2 bytes of a page */
	uint64_t pte_mask;		 /* physical address bits of an entry */
	uint64_t pac_mask; /* bits of a signed kernel address that hold its signature */
	/*
	 * The piece of a table that was read last at each level, so that a walk
	 * to a neighbour costs no read. Not used on a live target.
	 */
	struct {
		uint64_t pa;
		bool valid;
		uint64_t entry[PFS_TABLE_PIECE / 8];
	} table[PFS_MAX_LEVELS];
};

/* A return address as it was before it was signed; bit 55 tells the halves apart. */
static inline uint64_t pfs_unsigned(const struct pfs_mem *m, uint64_t va)
{
	return va >> 55 & 1 ? va | m->pac_mask : va;
}

/* Forget the cached tables: the next walk reads them again, so that a recorder notes them. */
void pfs_mem_forget(struct pfs_mem *m);

/* Read exactly len bytes of physical memory; *ret_at is the first address not read. */
enum pfs_presence pfs_read_phys(struct pfs_mem *m, uint64_t pa, void *buf, size_t len,
				uint64_t *ret_at);

/*
 * For the walk of an architecture: read the 8-byte entry of a page table at pa.
 * depth is 0 for the root table. *ret is set on PFS_PRESENT.
 */
enum pfs_presence pfs_table_entry(struct pfs_mem *m, unsigned int depth, uint64_t pa,
				  uint64_t *ret);

/* Walk init_mm's page tables. */
void pfs_walk_va(struct pfs_mem *m, uint64_t va, struct pfs_walk *ret);

/*
 * Read exactly len bytes of virtual memory through the page tables of init_mm.
 * On anything but PFS_REACH_OK, *ret_at (may be NULL) is the first virtual
 * address not read.
 */
enum pfs_reach pfs_read_va(struct pfs_mem *m, uint64_t va, void *buf, size_t len, uint64_t *ret_at);

/* The same, with a message in err: "what: 8 bytes at 0x...: address not mapped". */
int pfs_read_obj(struct pfs_mem *m, uint64_t va, void *buf, size_t len, const char *what,
		 struct pfs_err *err);
int pfs_read_u64(struct pfs_mem *m, uint64_t va, uint64_t *ret, const char *what,
		 struct pfs_err *err);
/* Read a string of at most size - 1 bytes, up to its NUL; buf is always terminated. */
int pfs_read_str(struct pfs_mem *m, uint64_t va, char *buf, size_t size, const char *what,
		 struct pfs_err *err);

const char *pfs_reach_name(enum pfs_reach r);

#endif
