/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device pagemaps: the ranges for which memremap_pages() made ZONE_DEVICE
 * pages. pgmap_array holds them by PFN; in older kernels pgmap_radix, a radix tree in 4.12 and
 * 4.15, an XArray in RHEL's 4.18. A pagemap may have several ranges (v5.10, b7b3c01b1915
 * "mm/memremap_pages: support multiple ranges per invocation"). In 4.15 and before an entry is a
 * struct page_map that has a copy of the range and of the altmap, to which the pagemap inside it
 * points.
 */
#include "core/model/xarray.h"

#include <errno.h>
#include <stdlib.h>

#define MAX_RANGES 4096

struct build {
	struct pfs_model *m;
	size_t cap;
	uint64_t *seen; /* pgmaps met so far */
	size_t nr_seen, cap_seen;
	uint64_t last; /* the pagemap met last: its entries mostly follow each other */
	uint64_t unreadable, absurd;
};

/*
 * Does the pagemap have an altmap, and where? PGMAP_ALTMAP_VALID is bit 0 of flags
 * since 514caf23a70f "memremap: replace the altmap_valid field with a
 * PGMAP_ALTMAP_VALID flag" (v5.3), and altmap is a pointer up to v4.15. Where a
 * kernel has neither, the model has no altmaps.
 */
static bool find_altmap(struct build *b, const struct pfs_pgmap *p, uint64_t *ret)
{
	const struct pfs_facts *f = b->m->facts;
	unsigned char valid;

	*ret = 0;
	if (!pfs_have(f, PFS_F_PGMAP_ALTMAP))
		return true;
	if (pfs_have(f, PFS_F_PGMAP_ALTMAP_SIZE) && pfs_val(f, PFS_F_PGMAP_ALTMAP_SIZE) == 8)
		return pfs_read_long(b->m, p->va, PFS_F_PGMAP_ALTMAP, ret);
	valid = p->flags & 1;
	if (pfs_have(f, PFS_F_PGMAP_ALTMAP_VALID) &&
	    pfs_read_va(b->m->mem, p->va + pfs_val(f, PFS_F_PGMAP_ALTMAP_VALID), &valid, 1, NULL))
		return false;
	if (valid)
		*ret = p->va + pfs_val(f, PFS_F_PGMAP_ALTMAP);
	return true;
}

static bool read_altmap(struct build *b, struct pfs_pgmap *p)
{
	const struct pfs_facts *f = b->m->facts;
	struct pfs_altmap *a = &p->altmap;
	uint64_t va;

	if (!find_altmap(b, p, &va))
		return false;
	if (!va)
		return true;
	if (!pfs_have(f, PFS_F_ALT_BASE) || !pfs_have(f, PFS_F_ALT_RESERVE) ||
	    !pfs_have(f, PFS_F_ALT_FREE))
		return true;
	if (!pfs_read_long(b->m, va, PFS_F_ALT_BASE, &a->base_pfn) ||
	    !pfs_read_long(b->m, va, PFS_F_ALT_RESERVE, &a->reserve) ||
	    !pfs_read_long(b->m, va, PFS_F_ALT_FREE, &a->free) ||
	    (pfs_have(f, PFS_F_ALT_END) && !pfs_read_long(b->m, va, PFS_F_ALT_END, &a->end_pfn)) ||
	    (pfs_have(f, PFS_F_ALT_ALIGN) &&
	     !pfs_read_long(b->m, va, PFS_F_ALT_ALIGN, &a->align)) ||
	    (pfs_have(f, PFS_F_ALT_ALLOC) && !pfs_read_long(b->m, va, PFS_F_ALT_ALLOC, &a->alloc)))
		return false;
	p->has_altmap = true;
	return true;
}

/*
 * struct percpu_ref.percpu_count_ptr:
 *
 *	63                                      2   1   0
 *	+---------------------------------------+---+---+
 *	| address of the per-CPU counters       | D | A |
 *	+---------------------------------------+---+---+
 *	A __PERCPU_REF_ATOMIC: counted in one place  D __PERCPU_REF_DEAD: killed
 *
 * percpu_ref_tryget_live() refuses a dead one, here from v5.10 to v7.2. Up to
 * b80892ca022e "memremap: remove support for external pgmap refcounts" (v5.17)
 * dev_pagemap.ref is a pointer, often into another object; memunmap_pages()
 * leaves NULL there before it takes the pagemap out of pgmap_array.
 */
static enum pfs_pgmap_ref read_ref(struct build *b, uint64_t va)
{
	const struct pfs_facts *f = b->m->facts;
	uint64_t at = va + pfs_val(f, PFS_F_PGMAP_REF), word;

	if (!pfs_have(f, PFS_F_PGMAP_REF) || !pfs_have(f, PFS_F_PGMAP_REF_SIZE) ||
	    !pfs_have(f, PFS_F_PREF_COUNT_PTR))
		return PFS_REF_NO_FACT;
	if (pfs_val(f, PFS_F_PGMAP_REF_SIZE) == 8) {
		if (!pfs_read_long(b->m, va, PFS_F_PGMAP_REF, &at))
			return PFS_REF_UNREADABLE;
		if (!at)
			return PFS_REF_DEAD;
	}
	/* Zero means that percpu_ref_init() was not called. */
	if (!pfs_read_long(b->m, at, PFS_F_PREF_COUNT_PTR, &word) || !word)
		return PFS_REF_UNREADABLE;
	return word & 2 ? PFS_REF_DEAD : PFS_REF_LIVE;
}

/*
 * Add range number p->range of a pagemap; va is the address of its struct range
 * or struct resource.
 */
static int add_range(struct build *b, struct pfs_pgmap *p, uint64_t va, enum pfs_fact_id start_at,
		     enum pfs_fact_id end_at)
{
	struct pfs_model *m = b->m;
	struct pfs_pgmap *q;
	uint64_t start, end;

	if (!pfs_read_long(b->m, va, start_at, &start) || !pfs_read_long(b->m, va, end_at, &end)) {
		b->unreadable++;
		return 0;
	}
	if (end < start || end >> 56) {
		b->absurd++;
		return 0;
	}
	p->start_pfn = start >> m->layout.page_shift;
	p->end_pfn = (end >> m->layout.page_shift) + 1;
	q = pfs_grow(&m->arena, &m->pgmaps, &m->nr_pgmaps, &b->cap, sizeof(*q));
	if (!q)
		return -ENOMEM;
	*q = *p;
	return 0;
}

/* The only range, in a struct resource: a member, or up to v4.15 what one points to. */
static int add_resource(struct build *b, struct pfs_pgmap *p)
{
	const struct pfs_facts *f = b->m->facts;
	uint64_t va = p->va + pfs_val(f, PFS_F_PGMAP_RES);

	if (pfs_have(f, PFS_F_PGMAP_RES_SIZE) && pfs_val(f, PFS_F_PGMAP_RES_SIZE) == 8 &&
	    !pfs_read_long(b->m, p->va, PFS_F_PGMAP_RES, &va)) {
		b->unreadable++;
		return 0;
	}
	return add_range(b, p, va, PFS_F_RES_START, PFS_F_RES_END);
}

static int add_pgmap(struct build *b, uint64_t va)
{
	const struct pfs_facts *f = b->m->facts;
	struct pfs_pgmap p = { .va = va };
	uint64_t ranges = 1, i;
	int r = 0;

	if ((pfs_have(f, PFS_F_PGMAP_TYPE) && !pfs_read_int(b->m, va, PFS_F_PGMAP_TYPE, &p.type)) ||
	    (pfs_have(f, PFS_F_PGMAP_FLAGS) &&
	     !pfs_read_int(b->m, va, PFS_F_PGMAP_FLAGS, &p.flags)) ||
	    (pfs_have(f, PFS_F_PGMAP_SHIFT) &&
	     !pfs_read_long(b->m, va, PFS_F_PGMAP_SHIFT, &p.vmemmap_shift)) ||
	    (pfs_have(f, PFS_F_PGMAP_NR_RANGE) &&
	     !pfs_read_int(b->m, va, PFS_F_PGMAP_NR_RANGE, &ranges)) ||
	    !read_altmap(b, &p)) {
		b->unreadable++;
		return 0;
	}
	p.ref = read_ref(b, va);
	if (!pfs_have(f, PFS_F_PGMAP_RANGE))
		return add_resource(b, &p);
	/*
	 * memremap_pages() counts a range when it has finished it (v5.10), so
	 * that a pagemap without any is just being attached.
	 */
	if (ranges > MAX_RANGES)
		b->absurd++;
	if (!ranges || ranges > MAX_RANGES)
		ranges = 1;
	for (i = 0; i < ranges && !r; i++) {
		p.range = (unsigned int)i;
		r = add_range(b, &p,
			      va + pfs_val(f, PFS_F_PGMAP_RANGE) + i * pfs_val(f, PFS_F_SZ_RANGE),
			      PFS_F_RANGE_START, PFS_F_RANGE_END);
		/* The altmap belongs to the first range only. */
		p.has_altmap = false;
	}
	return r;
}

static int add_entry(void *arg, uint64_t first, uint64_t last, uint64_t entry)
{
	struct build *b = arg;
	uint64_t *seen;
	size_t i;

	(void)first;
	(void)last;
	if (entry == b->last)
		return 0;
	b->last = entry;
	/* All of these structures have words in them. */
	if (entry & 7) {
		b->absurd++;
		return 0;
	}
	for (i = 0; i < b->nr_seen; i++)
		if (b->seen[i] == entry)
			return 0;
	if (b->nr_seen == MAX_RANGES) {
		b->absurd++;
		return 0;
	}
	seen = pfs_grow(&b->m->arena, &b->seen, &b->nr_seen, &b->cap_seen, sizeof(*seen));
	if (!seen)
		return -ENOMEM;
	*seen = entry;
	if (pfs_have(b->m->facts, PFS_F_PAGE_MAP_PGMAP))
		entry += pfs_val(b->m->facts, PFS_F_PAGE_MAP_PGMAP);
	return add_pgmap(b, entry);
}

static int by_start(const void *a, const void *b)
{
	const struct pfs_pgmap *x = a, *y = b;

	if (x->start_pfn != y->start_pfn)
		return x->start_pfn < y->start_pfn ? -1 : 1;
	return x->va < y->va ? -1 : x->va > y->va;
}

static bool facts_suffice(struct pfs_model *m)
{
	const struct pfs_facts *f = m->facts;
	bool range = pfs_have(f, PFS_F_PGMAP_RANGE) && pfs_have(f, PFS_F_SZ_RANGE) &&
		     pfs_have(f, PFS_F_RANGE_START) && pfs_have(f, PFS_F_RANGE_END);
	bool res = !pfs_have(f, PFS_F_PGMAP_RANGE) && pfs_have(f, PFS_F_PGMAP_RES) &&
		   pfs_have(f, PFS_F_RES_START) && pfs_have(f, PFS_F_RES_END);

	if (!pfs_have(f, PFS_F_PGMAP_ARRAY) && !pfs_have(f, PFS_F_PGMAP_RADIX)) {
		/*
		 * A kernel without ZONE_DEVICE has no pagemaps, so that all of
		 * them are known.
		 */
		if (pfs_have(f, PFS_F_MAX_NR_ZONES) && !pfs_have(f, PFS_F_ZONE_DEVICE) &&
		    !pfs_inferred(m))
			m->pgmaps_known = true;
		else
			pfs_limit(m, "device pagemaps", "%s is not known",
				  pfs_fact_name(PFS_F_PGMAP_ARRAY));
		return false;
	}
	if (!range && !res)
		pfs_limit(m, "device pagemaps", "the layout of struct dev_pagemap is not known");
	return range || res;
}

int pfs_model_pgmaps(struct pfs_model *m, struct pfs_err *err)
{
	struct build b = { .m = m };
	struct pfs_xa_stat stat;
	struct pfs_err why;
	int r;

	if (!facts_suffice(m))
		return 0;
	r = pfs_xa_walk(m,
			pfs_have(m->facts, PFS_F_PGMAP_ARRAY) ?
				pfs_val(m->facts, PFS_F_PGMAP_ARRAY) :
				pfs_val(m->facts, PFS_F_PGMAP_RADIX),
			add_entry, &b, &stat, &why);
	if (r == -ENOMEM)
		return pfs_err_set(err, ENOMEM, "device pagemaps: out of memory");
	if (r)
		pfs_limit(m, "device pagemaps", "%s", why.msg);
	else if (stat.unreadable || stat.damaged || stat.truncated || b.unreadable || b.absurd)
		pfs_limit(
			m, "device pagemaps",
			"incomplete: %llu XArray nodes and %llu pagemaps unreadable, %llu entries damaged%s",
			(unsigned long long)stat.unreadable, (unsigned long long)b.unreadable,
			(unsigned long long)(stat.damaged + b.absurd),
			stat.truncated ? ", too many nodes" : "");
	else
		m->pgmaps_known = true;
	if (m->nr_pgmaps)
		qsort(m->pgmaps, m->nr_pgmaps, sizeof(*m->pgmaps), by_start);
	return 0;
}

const struct pfs_pgmap *pfs_pgmap_of(const struct pfs_model *m, uint64_t pfn)
{
	size_t i;

	/* There are few, and those of a damaged dump may overlap: a bisection would not do. */
	for (i = 0; i < m->nr_pgmaps && m->pgmaps[i].start_pfn <= pfn; i++)
		if (pfn < m->pgmaps[i].end_pfn)
			return &m->pgmaps[i];
	return NULL;
}

bool pfs_altmap_reserve(const struct pfs_pgmap *g, uint64_t *ret_start, uint64_t *ret_end)
{
	const struct pfs_altmap *a = &g->altmap;
	uint64_t start = a->base_pfn > g->start_pfn ? a->base_pfn : g->start_pfn, end;

	if (!g->has_altmap)
		return false;
	if (__builtin_add_overflow(a->base_pfn, a->reserve, &end) || end > g->end_pfn)
		end = g->end_pfn;
	if (start >= end)
		return false;
	*ret_start = start;
	*ret_end = end;
	return true;
}

bool pfs_in_altmap_reserve(const struct pfs_pgmap *g, uint64_t pfn)
{
	uint64_t start, end;

	return g && pfs_altmap_reserve(g, &start, &end) && pfn >= start && pfn < end;
}

const char *pfs_pgmap_ref_name(const struct pfs_pgmap *g)
{
	static const char *const names[] = {
		[PFS_REF_UNREADABLE] = "not in the dump",
		[PFS_REF_LIVE] = "live",
		[PFS_REF_DEAD] = "dead",
	};

	return names[g->ref];
}
