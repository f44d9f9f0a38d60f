/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target made of bytes: 4 MiB of RAM from physical address 0 on, each page
 * with a presence of its own, and x86_64 page tables to map it with. The
 * kernel image is one 2 MiB leaf: virtual KERNEL + x is physical x.
 *
 *	0x000000	the image; its second page is the root page table
 *	0x200000	page tables, one after the other
 *	0x300000	free for the test
 */
#ifndef PFS_TEST_RAM_H
#define PFS_TEST_RAM_H

#include <stdlib.h>
#include <string.h>

#include "facts/kernel.h"

#define KERNEL		UINT64_C(0xffffffff80000000)
#define RAM_SIZE	((size_t)4 << 20)
#define RAM_ROOT	0x1000
#define RAM_TABLES	0x200000
#define RAM_FREE	0x300000
#define P_W		UINT64_C(3)	/* present, writable */
#define PS		UINT64_C(0x80)
#define NX		(UINT64_C(1) << 63)

struct ram {
	struct pfs_target t;
	unsigned char bytes[RAM_SIZE];
	unsigned char presence[RAM_SIZE / 4096];
	uint64_t next_table;
	unsigned int levels;
	unsigned long reads;
};

static enum pfs_presence ram_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				  size_t *ret_len)
{
	struct ram *r = (struct ram *)t;
	size_t done = 0;

	r->reads++;
	while (done < len) {
		size_t n = 4096 - (size_t)((pa + done) & 4095);
		enum pfs_presence p = pa + done >= RAM_SIZE ?
					      PFS_ABSENT :
					      (enum pfs_presence)r->presence[(pa + done) / 4096];

		if (p != PFS_PRESENT) {
			*ret_len = done;
			return p;
		}
		if (n > len - done)
			n = len - done;
		memcpy((unsigned char *)buf + done, r->bytes + pa + done, n);
		done += n;
	}
	*ret_len = done;
	return PFS_PRESENT;
}

static inline uint64_t ram_get(const struct ram *r, uint64_t pa)
{
	return pfs_le64(r->bytes + pa);
}

static inline void ram_put(struct ram *r, uint64_t pa, uint64_t v)
{
	int i;

	for (i = 0; i < 8; i++)
		r->bytes[pa + (uint64_t)i] = (unsigned char)(v >> (8 * i));
}

/* Put entry in the tables of va at the level with 2^shift bytes an entry; returns its place. */
static inline uint64_t ram_map(struct ram *r, uint64_t va, unsigned int shift, uint64_t entry)
{
	unsigned int s = 12 + 9 * (r->levels - 1);
	uint64_t table = RAM_ROOT, at;

	for (;; s -= 9) {
		at = table + (va >> s & 511) * 8;
		if (s == shift)
			break;
		if (!ram_get(r, at)) {
			ram_put(r, at, r->next_table | P_W);
			r->next_table += 4096;
		}
		table = ram_get(r, at) & ~UINT64_C(0xfff);
	}
	ram_put(r, at, entry);
	return at;
}

static inline void ram_init(struct ram *r, unsigned int levels)
{
	static const struct pfs_target_ops ops = { .name = "ram", .read = ram_read };

	memset(r, 0, sizeof(*r));
	r->t.ops = &ops;
	r->t.info.arch = "x86_64";
	r->t.info.page_size = 4096;
	r->next_table = RAM_TABLES;
	r->levels = levels;
	ram_map(r, KERNEL, 21, 0 | P_W | PS);
}

/* A fact that has a name alone. */
static inline struct pfs_fact *machine_fact(struct pfs_facts *f, const char *name)
{
	int id = pfs_facts_find(f, name);

	if (id < 0)
		abort();
	return &f->f[id];
}

/* Facts for pfs_mem_init() on it. */
static inline void ram_facts(const struct ram *r, struct pfs_facts *f)
{
	memset(f, 0, sizeof(*f));
	f->machine = pfs_arch_by_name("x86_64")->facts;
	f->f[PFS_F_INIT_TOP_PGT] = (struct pfs_fact){ KERNEL + RAM_ROOT, "test" };
	*machine_fact(f, "NUMBER(phys_base)") = (struct pfs_fact){ 0, "test" };
	*machine_fact(f, "NUMBER(pgtable_l5_enabled)") = (struct pfs_fact){ r->levels == 5,
									    "test" };
}

#endif
