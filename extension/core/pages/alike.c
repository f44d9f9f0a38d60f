/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Most struct pages are like the one before them: inside one free block, tails
 * of one compound page, pages of one device, memory of the kernel in a row. If
 * everything that pfs_classify() looks at is the same, so is its answer. This
 * file compares just that, and leaves anything in doubt to pfs_classify().
 */
#include "core/pages/lists.h"

/* Bits of a struct page that must be the same in the next one. */
struct word {
	size_t at;
	uint64_t want, mask;
};

/* Flags that make pages subject to other rules. */
static uint64_t special_mask(const struct pfs_classifier *c)
{
	return c->head_mask | c->hwpoison_mask;
}

static const struct pfs_zone *zone_of(const struct pfs_classifier *c, uint64_t flags)
{
	const struct pfs_layout *l = &c->m->layout;
	uint64_t node = c->node_mask ? flags >> l->node_shift & c->node_mask : 0;

	return c->by_link[node << 3 | (flags >> l->zone_shift & c->zone_mask)];
}

/* Where the pages in this state end at the latest; pfn itself: it cannot be told. */
static uint64_t state_end(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx,
			  uint64_t pfn, uint64_t flags, enum pfs_state st)
{
	const struct pfs_zone *z = zone_of(c, flags);
	const struct pfs_pgmap *g;
	uint64_t end;

	if (!z || pfn < z->start_pfn || __builtin_add_overflow(z->start_pfn, z->spanned, &end))
		return pfn;
	if ((int64_t)z->index != c->device_zone) {
		if (st == PFS_ST_FREE)
			return flags & c->reserved_mask ? pfn : pfs_min64(end, ctx->free_until);
		if (st != PFS_ST_OK || pfn < ctx->free_until)
			return pfn;
		/* Past the end of RAM such a page may belong to a hole. */
		if (flags & c->reserved_mask && c->ram_known)
			return ctx->ram < c->nr_ram ? pfs_min64(end, c->ram[ctx->ram].end) : pfn;
		return end;
	}
	g = st == PFS_ST_DEVICE && c->m->pgmaps_known ? pfs_pgmap_of(c->m, pfn) : NULL;
	return g ? pfs_min64(end, g->end_pfn) : pfn;
}

/* Where the tails of this compound page end at the latest. */
static uint64_t tails_end(const struct pfs_classifier *c, uint64_t pfn, uint64_t word,
			  uint64_t head_va)
{
	uint64_t head = pfn - (pfs_pfn_to_page(c->m, pfn) - head_va) / c->struct_page;
	uint64_t end = head + pfs_compound_max(c);

	/*
	 * A mask is the size of the compound page: behind that, the same mask
	 * names another head.
	 */
	if (c->head_is_mask)
		end = pfs_min64(end, head + (0 - (word - 1)) / c->struct_page);
	return end > pfn ? end : pfn;
}

/* The words that decide. */
struct pattern {
	struct word flags, head, counts;
};

static inline uint64_t differs(const unsigned char *bytes, const struct word *w)
{
	return (pfs_le64(bytes + w->at) ^ w->want) & w->mask;
}

static inline uint64_t differ(const unsigned char *bytes, const struct pattern *p)
{
	return differs(bytes, &p->flags) | differs(bytes, &p->head) | differs(bytes, &p->counts);
}

/*
 * p is passed by value to be kept in registers. Four pages are compared at a
 * time, because branches take most of the time.
 */
static uint64_t count(struct pattern p, const unsigned char *bytes, size_t size, uint64_t max)
{
	uint64_t n;

	for (n = 0; max - n >= 4; n += 4, bytes += 4 * size)
		if (differ(bytes, &p) | differ(bytes + size, &p) | differ(bytes + 2 * size, &p) |
		    differ(bytes + 3 * size, &p))
			break;
	for (; n < max && !differ(bytes, &p); n++)
		bytes += size;
	return n;
}

/* Is this a normal page on an LRU list, whose next one is in memory and points back? */
static bool well_listed(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx,
			uint64_t pfn, const unsigned char *bytes)
{
	uint64_t next_pfn;

	return !pfs_bad_lru(c, pfs_le64(bytes + c->flags_offset), bytes) &&
	       pfs_lists_next(c, ctx, pfn, bytes, &next_pfn);
}

uint64_t pfs_alike(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx, uint64_t pfn,
		   const unsigned char *bytes, enum pfs_state st, uint64_t max)
{
	struct pattern p = {
		{ c->flags_offset, pfs_le64(bytes + c->flags_offset), c->alike_mask },
		{ c->head_offset, pfs_le64(bytes + c->head_offset), UINT64_MAX },
		/* The same _mapcount, and a _refcount that is not negative. */
		{ c->mapcount_offset, pfs_le32(bytes + c->mapcount_offset),
		  UINT64_C(0x80000000ffffffff) },
	};
	bool tail, listed = p.flags.want & c->lru_mask;
	size_t struct_page = c->struct_page;
	uint64_t head_va = 0, end, n = 0;

	if (!max || !c->alike_mask || p.flags.want & special_mask(c))
		return 0;
	tail = pfs_compound_head(c, pfs_pfn_to_page(c->m, pfn), bytes, &head_va);
	if (listed && (st != PFS_ST_OK || tail || p.flags.want & c->unevictable_mask ||
		       !c->lru_offset || !ctx->page))
		return 0;
	end = state_end(c, ctx, pfn, p.flags.want, st);
	if (tail) {
		if (st == PFS_ST_FREE || !ctx->compound || ctx->last != pfn)
			return 0;
		end = pfs_min64(end, tails_end(c, pfn, p.head.want, head_va));
	} else if (ctx->compound && ctx->last >= pfn) {
		return 0;
	} else if (st == PFS_ST_DEVICE && c->pgmap_offset) {
		/* This member is where a tail has its link. */
		if (c->pgmap_offset != c->head_offset)
			return 0;
	} else {
		p.head.mask = 1;
	}
	if (st == PFS_ST_FREE) {
		p.counts.want = UINT32_MAX;
		p.counts.mask = UINT64_MAX;
	}
	/* pfs_head_copy() goes by the page type, too. */
	if (c->hugetlb_mask && ((uint32_t)p.counts.want & c->hugetlb_mask) == c->hugetlb_value)
		return 0;
	/* Pages of zeroes have rules of their own. */
	if (end <= pfn + 1 ||
	    !(p.flags.want & p.flags.mask || p.head.want & p.head.mask || p.counts.want))
		return 0;
	max = pfs_min64(max, end - pfn - 1);
	bytes += struct_page;
	if (!listed)
		n = count(p, bytes, struct_page, max);
	else
		while (n < max && !differ(bytes, &p) && well_listed(c, ctx, pfn + 1 + n, bytes)) {
			bytes += struct_page;
			n++;
		}
	ctx->seen = pfn + n + 1;
	if (tail)
		ctx->last = pfn + n;
	return n;
}
