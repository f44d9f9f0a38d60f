/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock, the list of memory of early boot. Some architectures keep it, and their own
 * pfn_valid() asks it:
 *
 *	memblock.memory		.cnt  .regions ---> { base, size, flags } ...
 *
 * Regions are in order and do not overlap. What firmware keeps for itself may be NOMAP: it has
 * struct pages, and no place in the direct map. No other kernel is asked: there the list is
 * gone after boot, and its pages are somebody else's.
 */
#include "core/model/model.h"

#include <errno.h>

#define MAX_REGIONS 65536u
#define FLAGS_SIZE 4 /* enum memblock_flags */

static const enum pfs_fact_id needed[] = {
	PFS_F_MEMBLOCK, PFS_F_MEMBLOCK_MEMORY, PFS_F_MBT_CNT,	PFS_F_MBT_REGIONS,    PFS_F_SZ_MBR,
	PFS_F_MBR_BASE, PFS_F_MBR_SIZE,	       PFS_F_MBR_FLAGS, PFS_F_MEMBLOCK_NOMAP,
};

static bool known(struct pfs_model *m)
{
	const struct pfs_facts *f = m->facts;
	uint64_t size = pfs_val(f, PFS_F_SZ_MBR);
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (pfs_have(f, needed[i]))
			continue;
		pfs_limit(m, "pfn_valid()", "it asks memblock, and %s is not known",
			  pfs_fact_name(needed[i]));
		return false;
	}
	if (size >= 16 && size <= 64 && pfs_val(f, PFS_F_MBR_BASE) <= size - 8 &&
	    pfs_val(f, PFS_F_MBR_SIZE) <= size - 8 &&
	    pfs_val(f, PFS_F_MBR_FLAGS) <= size - FLAGS_SIZE)
		return true;
	pfs_limit(m, "pfn_valid()", "it asks memblock, and struct memblock_region is absurd");
	return false;
}

/* Of the regions read so far, this is the next. */
static bool in_order(const struct pfs_model *m, const struct pfs_memblock *r)
{
	const struct pfs_memblock *last = m->nr_memblock ? &m->memblock[m->nr_memblock - 1] : NULL;

	return r->end > r->start && (!last || r->start >= last->end);
}

static int read_region(struct pfs_model *m, uint64_t va, size_t *cap)
{
	const struct pfs_facts *f = m->facts;
	struct pfs_memblock r, *p;
	unsigned char buf[64];

	if (pfs_read_va(m->mem, va, buf, pfs_val(f, PFS_F_SZ_MBR), NULL))
		return -EIO;
	r.start = pfs_le64(buf + pfs_val(f, PFS_F_MBR_BASE));
	r.end = r.start + pfs_le64(buf + pfs_val(f, PFS_F_MBR_SIZE));
	r.nomap = pfs_le32(buf + pfs_val(f, PFS_F_MBR_FLAGS)) & pfs_val(f, PFS_F_MEMBLOCK_NOMAP);
	if (!in_order(m, &r))
		return -EIO;
	p = pfs_grow(&m->arena, &m->memblock, &m->nr_memblock, cap, sizeof(*p));
	if (!p)
		return -ENOMEM;
	*p = r;
	return 0;
}

int pfs_model_memblock(struct pfs_model *m, struct pfs_err *err)
{
	const struct pfs_arch *arch = m->mem->arch;
	uint64_t list, nr, regions, i;
	size_t cap = 0;
	int r = 0;

	if (!arch->pfn_valid_kinds || arch->pfn_valid_kinds(m->facts) == PFS_VALID_GENERIC ||
	    !known(m))
		return 0;
	list = pfs_val(m->facts, PFS_F_MEMBLOCK) + pfs_val(m->facts, PFS_F_MEMBLOCK_MEMORY);
	if (!pfs_read_long(m, list, PFS_F_MBT_CNT, &nr) ||
	    !pfs_read_long(m, list, PFS_F_MBT_REGIONS, &regions) || !nr || nr > MAX_REGIONS)
		r = -EIO;
	for (i = 0; !r && i < nr; i++)
		r = read_region(m, regions + i * pfs_val(m->facts, PFS_F_SZ_MBR), &cap);
	m->memblock_known = !r;
	if (r == -ENOMEM)
		return pfs_err_set(err, ENOMEM, "memblock: out of memory");
	if (r)
		pfs_limit(m, "pfn_valid()",
			  "it asks memblock, which is not in the dump or damaged");
	return 0;
}

const struct pfs_memblock *pfs_memblock_of(const struct pfs_model *m, uint64_t pa)
{
	size_t low = 0, high = m->nr_memblock;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (pa >= m->memblock[mid].end)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->nr_memblock && pa >= m->memblock[low].start ? &m->memblock[low] : NULL;
}
