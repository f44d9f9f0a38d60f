/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model over ram.h: kernel objects are laid out in the image from OBJ on, and
 * facts are whatever the test says.
 */
#ifndef PFS_TEST_WORLD_H
#define PFS_TEST_WORLD_H

#include <stdlib.h>

#include "core/model/model.h"
#include "ram.h"

#define OBJ 0x10000		/* image offset; KERNEL + OBJ is its address */

struct world {
	struct ram ram;
	struct pfs_facts f;
	struct pfs_mem mem;
	struct pfs_model m;
	struct pfs_err err;
};

static inline void w_fact(struct world *w, enum pfs_fact_id id, uint64_t v)
{
	w->f.f[id] = (struct pfs_fact){ v, "test" };
}

static inline void w_no_fact(struct world *w, enum pfs_fact_id id)
{
	w->f.f[id] = (struct pfs_fact){ 0, NULL };
}

static inline void w_u64(struct world *w, uint64_t at, uint64_t v)
{
	ram_put(&w->ram, at, v);
}

static inline void w_u32(struct world *w, uint64_t at, uint32_t v)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		w->ram.bytes[at + i] = (unsigned char)(v >> 8 * i);
}

static inline void w_u16(struct world *w, uint64_t at, unsigned int v)
{
	w->ram.bytes[at] = (unsigned char)v;
	w->ram.bytes[at + 1] = (unsigned char)(v >> 8);
}

static inline void w_str(struct world *w, uint64_t at, const char *s)
{
	memcpy(w->ram.bytes + at, s, strlen(s) + 1);
}

static inline struct world *w_new(void)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	ram_init(&w->ram, 4);
	ram_facts(&w->ram, &w->f);
	if (pfs_mem_init(&w->mem, &w->ram.t, pfs_arch_by_name("x86_64"), &w->f, &w->err))
		abort();
	pfs_arena_init(&w->m.arena);
	w->m.facts = &w->f;
	w->m.mem = &w->mem;
	w->m.layout = (struct pfs_layout){
		.page_shift = 12,
		.page_size = 4096,
		.section_shift = 27,
		.pages_per_section = 32768,
		.pages_per_subsection = 512,
		.subsections = 64,
		.nr_sections = 1 << 19,
		.struct_page = 64,
	};
	return w;
}

/* The layout of printk's ring (v5.10), whose address is at OBJ. */
static inline void w_prb_facts(struct world *w)
{
	w_fact(w, PFS_F_PRB, KERNEL + OBJ);
	w_fact(w, PFS_F_PRB_DESC_RING, 0);
	w_fact(w, PFS_F_PRB_TEXT_RING, 40);
	w_fact(w, PFS_F_PDR_COUNT_BITS, 0);
	w_fact(w, PFS_F_PDR_DESCS, 8);
	w_fact(w, PFS_F_PDR_INFOS, 16);
	w_fact(w, PFS_F_PDR_HEAD, 24);
	w_fact(w, PFS_F_PDR_TAIL, 32);
	w_fact(w, PFS_F_SZ_DESC, 24);
	w_fact(w, PFS_F_DESC_STATE, 0);
	w_fact(w, PFS_F_DESC_BLK, 8);
	w_fact(w, PFS_F_BLK_BEGIN, 0);
	w_fact(w, PFS_F_BLK_NEXT, 8);
	w_fact(w, PFS_F_PDATA_SIZE_BITS, 0);
	w_fact(w, PFS_F_PDATA_DATA, 8);
	w_fact(w, PFS_F_SZ_PRINTK_INFO, 88);
	w_fact(w, PFS_F_PI_SEQ, 0);
	w_fact(w, PFS_F_PI_TS, 8);
	w_fact(w, PFS_F_PI_TEXT_LEN, 16);
}

static inline void w_free(struct world *w)
{
	pfs_model_deinit(&w->m);
	free(w);
}

/* Is there a limit on this part whose reason contains why? */
static inline bool w_limit(const struct world *w, const char *what, const char *why)
{
	size_t i;

	for (i = 0; i < w->m.nr_limits; i++)
		if (!strcmp(w->m.limits[i].what, what) && strstr(w->m.limits[i].why, why))
			return true;
	return false;
}

#endif
