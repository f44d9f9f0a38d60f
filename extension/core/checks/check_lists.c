/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of lists: pages that their list does not know, and lists that hold
 * pages of another kind.
 */
#include "core/checks/check.h"

#include "core/pages/lists.h"

#define ULL(x) ((unsigned long long)(x))
#define MAX_TYPES 16

void pfs_check_stale_lists(struct pfs_check *c)
{
	const struct pfs_runs *runs = &c->scan->marks[PFS_MARK_STALE];
	struct pfs_finding *f;
	size_t i;

	for (i = 0; i < runs->nr; i++) {
		/* Struct pages that share memory with others cannot all be what they say. */
		if (pfs_found(c, PFS_P_MEMMAP_ALIASED, runs->r[i].start, runs->r[i].end))
			continue;
		f = pfs_find(c, PFS_P_MEMMAP_STALE, runs->r[i].start, runs->r[i].end);
		f->severity = PFS_SEV_CORRUPT;
		pfs_doubt(f, PFS_CONF_MEDIUM,
			  "a walk of every free list and LRU list of the node: "
			  "is one of these pages on any");
		f->title = "struct pages that are on no list of this kernel";
		pfs_evidence(c, f, "%s, and neither neighbour in their lists points back to them",
			     runs->r[i].state == PFS_ST_FREE ? "in the buddy allocator" :
							       "marked as on an LRU list");
		pfs_evidence(c, f,
			     "they were never initialised and show another life of this "
			     "memory, or they or their lists were overwritten");
	}
}

static void leaked(struct pfs_check *c, uint64_t start, uint64_t end, const char *why)
{
	struct pfs_finding *f;

	if (pfs_found(c, PFS_P_MEMMAP_ALIASED, start, end) ||
	    pfs_found(c, PFS_P_BUDDY_BLOCK_LEAKED, start, end))
		return;
	f = pfs_find(c, PFS_P_BUDDY_BLOCK_LEAKED, start, end);
	pfs_doubt(f, PFS_CONF_MEDIUM,
		  "the stacks of the CPUs (bt -a in crash): is one inside the "
		  "page allocator");
	pfs_evidence(c, f, "%s", why);
	pfs_evidence(c, f, "a CPU in the allocator, stopped under zone->lock, would explain it");
}

/* What the first and the last entry of each free list are. */
static void list_ends(struct pfs_check *c, const struct pfs_zone *z, size_t lists)
{
	struct pfs_model *m = c->m;
	const struct pfs_facts *f = m->facts;
	uint64_t area = pfs_val(f, PFS_F_SZ_FREE_AREA), order, pfn, va;
	unsigned char heads[MAX_TYPES * 16];
	struct pfs_pfn_range lost;
	struct pfs_err ignored;
	struct pfs_page p;
	size_t i;

	for (order = 0; order < m->classifier->max_order; order++) {
		va = z->va + pfs_val(f, PFS_F_ZONE_FREE_AREA) + order * area;
		if (pfs_read_va(m->mem, va, heads, lists * 16, NULL))
			continue;
		for (i = 0; i < lists; i++, va += 16) {
			if (pfs_lists_pfn(m->classifier, pfs_le64(heads + i * 16), &pfn) &&
			    !pfs_page_get(m, pfn, &p, &ignored) && p.state == PFS_ST_OK &&
			    pfs_lists_lost(m->classifier, p.bytes, pfn, va, &lost))
				leaked(c, lost.start, lost.end,
				       "first on a free list, and not marked as free");
		}
	}
}

void pfs_check_free_lists(struct pfs_check *c)
{
	const struct pfs_runs *runs = &c->scan->marks[PFS_MARK_LOST];
	const struct pfs_facts *f = c->m->facts;
	size_t i, lists;

	for (i = 0; i < c->scan->marks[PFS_MARK_PASSED].nr; i++)
		leaked(c, c->scan->marks[PFS_MARK_PASSED].r[i].start,
		       c->scan->marks[PFS_MARK_PASSED].r[i].end,
		       "marked as free, and their neighbours in the free list pass them by");
	for (i = 0; i < runs->nr; i++)
		leaked(c, runs->r[i].start, runs->r[i].end,
		       "on a free list, and not marked as free");
	if (!pfs_have(f, PFS_F_ZONE_FREE_AREA) || !pfs_have(f, PFS_F_SZ_FREE_AREA) ||
	    !c->m->classifier->lru_offset || !c->m->classifier->type_offset)
		return;
	/* struct free_area: a list for each migratetype, and nr_free. */
	lists = pfs_val(f, PFS_F_SZ_FREE_AREA) / 16;
	for (i = 0; i < c->m->nr_zones && lists && lists <= MAX_TYPES; i++)
		list_ends(c, &c->m->zones[i], lists);
}
