/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pageblock bits: a few bits for each pageblock, in the usage of its section,
 * and up to v5.2 where mem_section.pageblock_flags points. Those of a pageblock lie
 * together, in one of two orders:
 *
 *	up	pageblock 0 lowest: skip bit above the migratetype. To v3.15 and from
 *		v5.9 on (d93d5ab9ca01 "mm/page_alloc.c: simplify pageblock bitmap
 *		access")
 *	down	pageblock 0 highest: skip bit below the migratetype (e58469bafd05 "mm:
 *		page_alloc: use word-based accesses for get/set pageblock bitmaps",
 *		v3.16)
 *
 * Nothing in the dump says which, but nearly all memory is movable.
 */
#include "core/model/model.h"

#include <errno.h>

#define MAX_VOTERS 64 /* sections */

/*
 * Variables are no symbols of a dump without KALLSYMS_ALL, but the type is empty where hugetlb is
 * not built in.
 */
static bool has_hugetlb(const struct pfs_facts *f)
{
	return pfs_have(f, PFS_F_HSTATES) ||
	       (pfs_have(f, PFS_F_SZ_HSTATE) && pfs_val(f, PFS_F_SZ_HSTATE));
}

/*
 * A pageblock is a huge page where hugetlb is built in, else the largest buddy
 * block (include/linux/pageblock-flags.h).
 */
static unsigned int pageblock_order(const struct pfs_model *m)
{
	if (has_hugetlb(m->facts))
		return m->mem->arch->hugetlb_order(m->mem);
	if (pfs_have(m->facts, PFS_F_ZONE_FREE_AREA_LEN))
		return (unsigned int)(pfs_val(m->facts, PFS_F_ZONE_FREE_AREA_LEN) - 1) & 63;
	return 64;
}

uint64_t pfs_pageblock_pages(const struct pfs_model *m)
{
	unsigned int order = pageblock_order(m);

	return UINT64_C(1) << (order < 64 ? order : m->mem->arch->hugetlb_order(m->mem));
}

/* 4 bits, or 8 in kernels where isolation has a bit of its own: always a power of two. */
static unsigned int bits_per_block(const struct pfs_facts *f)
{
	uint64_t used = pfs_have(f, PFS_F_NR_PAGEBLOCK_BITS) ? pfs_val(f, PFS_F_NR_PAGEBLOCK_BITS) :
			pfs_have(f, PFS_F_NR_PB_BITS_USED)   ? pfs_val(f, PFS_F_NR_PB_BITS_USED) :
							       0;

	return used < 1 || used > 8 ? 0 : used <= 4 ? 4 : 8;
}

static const char *type_name(const struct pfs_facts *f, uint64_t bits)
{
	static const struct {
		enum pfs_fact_id id;
		const char *name;
	} types[] = {
		{ PFS_F_MT_UNMOVABLE, "Unmovable" },
		{ PFS_F_MT_MOVABLE, "Movable" },
		{ PFS_F_MT_RECLAIMABLE, "Reclaimable" },
		{ PFS_F_MT_HIGHATOMIC, "HighAtomic" },
		{ PFS_F_MT_CMA, "CMA" },
		{ PFS_F_MT_ISOLATE, "Isolate" },
	};
	size_t i;

	if (pfs_have(f, PFS_F_PB_ISOLATE) && bits >> (pfs_val(f, PFS_F_PB_ISOLATE) & 63) & 1)
		return "Isolate";
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (pfs_have(f, types[i].id) && pfs_val(f, types[i].id) == (bits & 7))
			return types[i].name;
	return "?";
}

bool pfs_pageblock_geometry(const struct pfs_model *m, unsigned int *ret_order,
			    unsigned int *ret_width)
{
	unsigned int order = pageblock_order(m), width = bits_per_block(m->facts);

	if (m->layout.pageblocks == PFS_PAGEBLOCKS_UNKNOWN || !width || order > 20 ||
	    !(m->layout.pages_per_section >> order))
		return false;
	*ret_order = order;
	*ret_width = width;
	return true;
}

uint64_t pfs_pageblock_bits(const struct pfs_model *m, uint64_t word, unsigned int i,
			    unsigned int width)
{
	uint64_t mask = (UINT64_C(1) << width) - 1, bits;

	if (m->layout.pageblocks != PFS_PAGEBLOCKS_DOWN)
		return word >> i * width & mask;
	bits = word >> (64 - (i + 1) * width) & mask;
	return bits >> 1 | (bits & 1) << (width - 1);
}

/* How many pageblocks of this word are movable in one order and in the other? */
static void vote(uint64_t word, uint64_t movable, uint64_t *up, uint64_t *down)
{
	for (; word; word >>= 4) {
		*up += (word & 7) == movable;
		*down += (word & 15) >> 1 == movable;
	}
}

void pfs_model_pageblocks(struct pfs_model *m)
{
	uint64_t movable = pfs_val(m->facts, PFS_F_MT_MOVABLE), up = 0, down = 0;
	uint64_t blocks = m->layout.pages_per_section / pfs_pageblock_pages(m), at;
	unsigned char buf[8];
	size_t i;

	/* The ring buffer of records came one version after the present order. */
	if (pfs_have(m->facts, PFS_F_PRB) || bits_per_block(m->facts) == 8) {
		m->layout.pageblocks = PFS_PAGEBLOCKS_UP;
		return;
	}
	if (!pfs_have(m->facts, PFS_F_MT_MOVABLE) || bits_per_block(m->facts) != 4 || blocks % 16)
		return;
	for (i = 0; i < m->nr_sections && i < MAX_VOTERS; i++) {
		const struct pfs_section *s = &m->sections[i];

		/* Nobody may have written those of memory that is not online. */
		if (pfs_has_section_flag(m, PFS_SF_ONLINE) && !(s->flags & PFS_SEC_ONLINE))
			continue;
		for (at = 0; s->pageblocks && at < blocks / 2; at += 8) {
			if (pfs_read_va(m->mem, s->pageblocks + at, buf, sizeof(buf), NULL))
				break;
			vote(pfs_le64(buf), movable, &up, &down);
		}
	}
	if (up / 2 > down)
		m->layout.pageblocks = PFS_PAGEBLOCKS_UP;
	else if (down / 2 > up)
		m->layout.pageblocks = PFS_PAGEBLOCKS_DOWN;
	else
		pfs_limit(m, "pageblocks",
			  "the order of their bits is not known: %llu are movable in one, %llu in "
			  "the other",
			  (unsigned long long)up, (unsigned long long)down);
}

uint64_t pfs_pageblock_types(const struct pfs_model *m)
{
	const struct pfs_facts *f = m->facts;
	uint64_t types = pfs_have(f, PFS_F_MT_TYPES) ? pfs_val(f, PFS_F_MT_TYPES) : 0;

	if (types < 3 || types > PFS_PAGEBLOCK_TYPE)
		return 0;
	/* Where isolation is a bit of its own, MIGRATE_ISOLATE is a value that is not stored. */
	if (pfs_have(f, PFS_F_MT_END) && pfs_have(f, PFS_F_PB_ISOLATE) &&
	    pfs_val(f, PFS_F_MT_END) < types)
		types = pfs_val(f, PFS_F_MT_END) + 1;
	return types;
}

int pfs_pageblock(struct pfs_model *m, uint64_t pfn, uint64_t *ret_bits, const char **ret_type,
		  struct pfs_err *err)
{
	const struct pfs_section *s = pfs_section_of(m, pfn);
	unsigned int order, width;
	uint64_t index, word;
	int r;

	if (!s || !s->pageblocks || !pfs_pageblock_geometry(m, &order, &width))
		return pfs_err_set(err, ENOENT, "pfn 0x%llx: the pageblock's bits are not known",
				   (unsigned long long)pfn);
	index = (pfn % m->layout.pages_per_section >> order) * width;
	r = pfs_read_u64(m->mem, s->pageblocks + index / 64 * 8, &word, "pageblock_flags", err);
	if (r)
		return r;
	*ret_bits = pfs_pageblock_bits(m, word, (unsigned int)(index % 64) / width, width);
	*ret_type = type_name(m->facts, *ret_bits);
	return 0;
}
