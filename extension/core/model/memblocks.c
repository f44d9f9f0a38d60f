/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory blocks are the units of memory hotplug in sysfs. They are in an XArray
 * by block id since 4fb6eabf1037 "drivers/base/memory.c: cache memory blocks in
 * xarray to accelerate lookup" (v5.7). Before, only the bus memory_subsys has them,
 * in its list of devices:
 *
 *	bus_type -> subsys_private.klist_devices <-> device_private -> memory_block.dev
 */
#include "core/model/xarray.h"

#include <errno.h>
#include <stdlib.h>

#define MAX_BLOCKS (1u << 20)

struct build {
	struct pfs_model *m;
	size_t cap;
	uint64_t sections; /* per block */
	uint64_t unreadable;
};

static int read_u32(struct pfs_model *m, uint64_t va, uint32_t *ret)
{
	unsigned char buf[4];

	if (pfs_read_va(m->mem, va, buf, sizeof(buf), NULL))
		return -EIO;
	*ret = pfs_le32(buf);
	return 0;
}

/* The state is an unsigned long, and an enum from v6.18 on; the fact tells which. */
static int read_state(struct pfs_model *m, uint64_t va, uint64_t *ret)
{
	unsigned char buf[8] = { 0 };

	if (pfs_read_va(m->mem, va, buf, pfs_val(m->facts, PFS_F_MB_STATE_SIZE) == 8 ? 8 : 4, NULL))
		return -EIO;
	*ret = pfs_le64(buf);
	return 0;
}

static int add_block(void *arg, uint64_t first, uint64_t last, uint64_t entry)
{
	struct build *b = arg;
	struct pfs_model *m = b->m;
	const struct pfs_facts *f = m->facts;
	struct pfs_memory_block mb = { .va = entry, .sections = b->sections, .nid = -1 }, *p;
	unsigned char start[8];
	uint32_t nid;

	(void)first;
	(void)last;
	if (pfs_read_va(m->mem, entry + pfs_val(f, PFS_F_MB_START_NR), start, 8, NULL) ||
	    read_state(m, entry + pfs_val(f, PFS_F_MB_STATE), &mb.state)) {
		b->unreadable++;
		return 0;
	}
	mb.start_section = pfs_le64(start);
	if (pfs_have(f, PFS_F_MB_NID) && !read_u32(m, entry + pfs_val(f, PFS_F_MB_NID), &nid))
		mb.nid = (int)nid;
	p = pfs_grow(&m->arena, &m->memory_blocks, &m->nr_memory_blocks, &b->cap, sizeof(*p));
	if (!p)
		return -ENOMEM;
	*p = mb;
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct pfs_memory_block *x = a, *y = b;

	return x->start_section < y->start_section ? -1 : x->start_section > y->start_section;
}

static int from_xarray(struct build *b)
{
	struct pfs_model *m = b->m;
	struct pfs_xa_stat stat;
	struct pfs_err why;
	int r = pfs_xa_walk(m, pfs_val(m->facts, PFS_F_MEMORY_BLOCKS), add_block, b, &stat, &why);

	if (r == -ENOMEM)
		return r;
	if (r)
		pfs_limit(m, "memory blocks", "%s", why.msg);
	else if (stat.unreadable || stat.damaged || stat.truncated || b->unreadable)
		pfs_limit(
			m, "memory blocks",
			"incomplete: %llu XArray nodes and %llu blocks unreadable, %llu entries damaged%s",
			(unsigned long long)stat.unreadable, (unsigned long long)b->unreadable,
			(unsigned long long)stat.damaged, stat.truncated ? ", too many nodes" : "");
	else
		m->memory_blocks_known = true;
	return 0;
}

/* The memory block whose device is linked into the bus's list at node. */
static bool block_at(struct pfs_model *m, uint64_t node, uint64_t *ret)
{
	const struct pfs_facts *f = m->facts;
	uint64_t private = node - pfs_val(f, PFS_F_KLIST_NODE) - pfs_val(f, PFS_F_DEVP_KNODE_BUS);

	if (!pfs_read_long(m, private, PFS_F_DEVP_DEVICE, ret) || !*ret)
		return false;
	*ret -= pfs_val(f, PFS_F_MB_DEV);
	return true;
}

/* Each entry has to know the one before it, so that the walk ends. */
static int from_bus(struct build *b)
{
	struct pfs_model *m = b->m;
	const struct pfs_facts *f = m->facts;
	uint64_t subsys, head, at, before, next, prev, block;
	unsigned int n = 0;
	int r = 0;

	if (!pfs_read_long(m, pfs_val(f, PFS_F_MEMORY_SUBSYS), PFS_F_BUS_P, &subsys)) {
		pfs_limit(m, "memory blocks", "memory_subsys cannot be read");
		return 0;
	}
	head = subsys + pfs_val(f, PFS_F_SUBSYS_DEVICES) + pfs_val(f, PFS_F_KLIST_LIST);
	for (at = head;; at = next) {
		unsigned char links[16];

		before = at;
		if (pfs_read_va(m->mem, at, links, sizeof(links), NULL))
			break;
		next = pfs_le64(links);
		if (pfs_read_va(m->mem, next, links, sizeof(links), NULL))
			break;
		prev = pfs_le64(links + 8);
		if (prev != before || n++ == MAX_BLOCKS)
			break;
		if (next == head) {
			m->memory_blocks_known = !b->unreadable;
			break;
		}
		if (!block_at(m, next, &block))
			b->unreadable++;
		else
			r = add_block(b, 0, 0, block);
		if (r)
			return r;
	}
	if (!m->memory_blocks_known)
		pfs_limit(m, "memory blocks",
			  "incomplete: the list of memory_subsys is damaged or not in the dump, "
			  "%llu blocks unreadable",
			  (unsigned long long)b->unreadable);
	return 0;
}

static bool facts_suffice(struct pfs_model *m, const enum pfs_fact_id *need, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!pfs_have(m->facts, need[i])) {
			pfs_limit(m, "memory blocks", "%s is not known", pfs_fact_name(need[i]));
			return false;
		}
	}
	return true;
}

#define SUFFICE(m, need) facts_suffice(m, need, sizeof(need) / sizeof(*(need)))

int pfs_model_memory_blocks(struct pfs_model *m, struct pfs_err *err)
{
	static const enum pfs_fact_id need[] = { PFS_F_SECTIONS_PER_BLOCK, PFS_F_MB_START_NR,
						 PFS_F_MB_STATE, PFS_F_MB_STATE_SIZE };
	static const enum pfs_fact_id bus[] = { PFS_F_BUS_P,	      PFS_F_SUBSYS_DEVICES,
						PFS_F_KLIST_LIST,     PFS_F_KLIST_NODE,
						PFS_F_DEVP_KNODE_BUS, PFS_F_DEVP_DEVICE,
						PFS_F_MB_DEV };
	bool xarray = pfs_have(m->facts, PFS_F_MEMORY_BLOCKS);
	struct build b = { .m = m };
	uint32_t sections;

	if (!xarray && !pfs_have(m->facts, PFS_F_MEMORY_SUBSYS)) {
		pfs_limit(m, "memory blocks", "%s is not known",
			  pfs_fact_name(PFS_F_MEMORY_BLOCKS));
		return 0;
	}
	if (!SUFFICE(m, need) || (!xarray && !SUFFICE(m, bus)))
		return 0;
	if (read_u32(m, pfs_val(m->facts, PFS_F_SECTIONS_PER_BLOCK), &sections) || !sections ||
	    sections > m->layout.nr_sections) {
		pfs_limit(m, "memory blocks", "sections_per_block cannot be read, or is absurd");
		return 0;
	}
	b.sections = sections;
	if (xarray ? from_xarray(&b) : from_bus(&b))
		return pfs_err_set(err, ENOMEM, "memory blocks: out of memory");
	if (m->nr_memory_blocks)
		qsort(m->memory_blocks, m->nr_memory_blocks, sizeof(*m->memory_blocks), by_start);
	return 0;
}

/*
 * As long as the member was an unsigned long, the states were bits: MEM_ONLINE
 * 1 << 0, MEM_GOING_OFFLINE 1 << 1 and MEM_OFFLINE 1 << 2. Since v6.18 they are
 * enumerators that count from 0.
 */
enum pfs_block_state pfs_memory_block_state(const struct pfs_model *m,
					    const struct pfs_memory_block *b)
{
	static const struct {
		enum pfs_fact_id fact;
		uint64_t bit;
		enum pfs_block_state state;
	} states[] = {
		{ PFS_F_MEM_ONLINE, 1, PFS_BLOCK_ONLINE },
		{ PFS_F_MEM_GOING_OFFLINE, 2, PFS_BLOCK_GOING_OFFLINE },
		{ PFS_F_MEM_OFFLINE, 4, PFS_BLOCK_OFFLINE },
	};
	bool bits = pfs_val(m->facts, PFS_F_MB_STATE_SIZE) == 8;
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(*states); i++) {
		if (pfs_have(m->facts, states[i].fact) ?
			    b->state == pfs_val(m->facts, states[i].fact) :
			    bits && b->state == states[i].bit)
			return states[i].state;
	}
	return PFS_BLOCK_OTHER;
}

const struct pfs_memory_block *pfs_memory_block_of(const struct pfs_model *m, uint64_t pfn)
{
	uint64_t nr = pfn / m->layout.pages_per_section;
	size_t lo = 0, hi = m->nr_memory_blocks, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (m->memory_blocks[mid].start_section <= nr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo || nr - m->memory_blocks[lo - 1].start_section >= m->memory_blocks[lo - 1].sections)
		return NULL;
	return &m->memory_blocks[lo - 1];
}
