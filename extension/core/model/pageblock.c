/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pageblock bits: a few bits for each pageblock, in the usage of its section. */
#include "core/model/model.h"

#include <errno.h>

/*
 * A pageblock is a huge page where hugetlb is built in, else the largest buddy
 * block (include/linux/pageblock-flags.h).
 */
static unsigned int pageblock_order(const struct pfs_model *m)
{
	if (pfs_have(m->facts, PFS_F_HSTATES))
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

	if (!pfs_have(m->facts, PFS_F_MSU_PAGEBLOCK_FLAGS) || !width || order > 20 ||
	    !(m->layout.pages_per_section >> order))
		return false;
	*ret_order = order;
	*ret_width = width;
	return true;
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

	if (!s || !s->usage || !pfs_pageblock_geometry(m, &order, &width))
		return pfs_err_set(err, ENOENT, "pfn 0x%llx: the pageblock's bits are not known",
				   (unsigned long long)pfn);
	index = (pfn % m->layout.pages_per_section >> order) * width;
	r = pfs_read_u64(m->mem,
			 s->usage + pfs_val(m->facts, PFS_F_MSU_PAGEBLOCK_FLAGS) + index / 64 * 8,
			 &word, "pageblock_flags", err);
	if (r)
		return r;
	*ret_bits = word >> index % 64 & ((UINT64_C(1) << width) - 1);
	*ret_type = type_name(m->facts, *ret_bits);
	return 0;
}
