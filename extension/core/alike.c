/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Most struct pages are like the one before them: inside one free block, tails of
 * one compound page, of one device, memory of the kernel in a row. Where all that
 * pfs_classify() asks for is the same, so is its answer. What is looked at here is
 * what it looks at; anything in doubt is left to it.
 */
#include "core/classify.h"

/* Bits of a struct page that have to be as they are in another one. */
struct word {
	size_t at;
	uint64_t want, mask;
};

static uint64_t min64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Flags whose pages have rules of their own. */
static uint64_t special_mask(const struct pfs_classifier *c)
{
	return c->head_mask | c->lru_mask | c->hwpoison_mask;
}

uint64_t pfs_alike_mask(const struct pfs_classifier *c)
{
	const struct pfs_layout *l = &c->m->layout;
	uint64_t mask = special_mask(c) | c->reserved_mask | c->free_mask;

	/* Of pages without special flags, none holds a fill pattern. */
	if (!c->has_links || !c->has_refcount || !c->head_offset || !c->head_mask ||
	    !(special_mask(c) & PFS_FILL_UNUSED))
		return 0;
	/* One word of both counts, whose lower half is the page type, too. */
	if (!c->mapcount_offset || c->refcount_offset != c->mapcount_offset + 4 ||
	    c->type_offset != c->mapcount_offset || c->buddy_mask == c->buddy_value)
		return 0;
	return mask | c->zone_mask << l->zone_shift |
	       (c->node_mask ? c->node_mask << l->node_shift : 0);
}

static const struct pfs_zone *zone_of(const struct pfs_classifier *c, uint64_t flags)
{
	const struct pfs_layout *l = &c->m->layout;
	uint64_t node = c->node_mask ? flags >> l->node_shift & c->node_mask : 0;

	return c->by_link[node << 3 | (flags >> l->zone_shift & c->zone_mask)];
}

/* Where the pages of this state end at the latest; pfn itself: this one is of no use. */
static uint64_t state_end(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx,
			  uint64_t pfn, uint64_t flags, enum pfs_state st)
{
	const struct pfs_zone *z = zone_of(c, flags);
	const struct pfs_pgmap *g;
	uint64_t end;

	if (!z || pfn < z->start_pfn || __builtin_add_overflow(z->start_pfn, z->spanned, &end))
		return pfn;
	if ((int64_t)z->index != c->device_zone) {
		if (flags & c->reserved_mask)
			return pfn;
		if (st == PFS_ST_FREE)
			return min64(end, ctx->free_until);
		return st == PFS_ST_OK && pfn >= ctx->free_until ? end : pfn;
	}
	g = st == PFS_ST_DEVICE && c->m->pgmaps_known ? pfs_pgmap_of(c->m, pfn) : NULL;
	return g ? min64(end, g->end_pfn) : pfn;
}

/* Where the tails of its compound page end at the latest. */
static uint64_t tails_end(const struct pfs_classifier *c, uint64_t pfn, uint64_t word,
			  uint64_t head_va)
{
	uint64_t head = (head_va - c->m->layout.vmemmap) / c->struct_page;
	/* head_plausible() */
	uint64_t end = head + ((UINT64_C(16) << 30) >> c->m->layout.page_shift);

	/* The same mask names another head behind the compound page that it is the size of. */
	if (c->head_is_mask)
		end = min64(end, head + (0 - (word - 1)) / c->struct_page);
	return end > pfn ? end : pfn;
}

static bool differs(const unsigned char *bytes, const struct word *w)
{
	return (pfs_le64(bytes + w->at) ^ w->want) & w->mask;
}

static uint64_t count(struct word flags, struct word head, struct word counts,
		      const unsigned char *bytes, size_t struct_page, uint64_t max)
{
	uint64_t n;

	for (n = 0; n < max; n++, bytes += struct_page)
		if (differs(bytes, &flags) | differs(bytes, &head) | differs(bytes, &counts))
			break;
	return n;
}

uint64_t pfs_alike(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx, uint64_t pfn,
		   const unsigned char *bytes, enum pfs_state st, uint64_t max)
{
	struct word flags = { c->flags_offset, pfs_le64(bytes + c->flags_offset), c->alike_mask };
	struct word head = { c->head_offset, pfs_le64(bytes + c->head_offset), UINT64_MAX };
	/* The same _mapcount, and a _refcount that is not negative. */
	struct word counts = { c->mapcount_offset, pfs_le32(bytes + c->mapcount_offset),
			       UINT64_C(0x80000000ffffffff) };
	uint64_t head_va, end, n;
	bool tail;

	if (!max || !c->alike_mask || flags.want & special_mask(c))
		return 0;
	end = state_end(c, ctx, pfn, flags.want, st);
	tail = pfs_compound_head(c, pfs_pfn_to_page(c->m, pfn), bytes, &head_va);
	if (tail) {
		if (st == PFS_ST_FREE || !ctx->compound || ctx->last != pfn)
			return 0;
		end = min64(end, tails_end(c, pfn, head.want, head_va));
	} else if (ctx->compound && ctx->last >= pfn) {
		return 0;
	} else if (st == PFS_ST_DEVICE && c->pgmap_offset) {
		/* In the place of the tails' word. */
		if (c->pgmap_offset != c->head_offset)
			return 0;
	} else {
		head.mask = 1;
	}
	if (st == PFS_ST_FREE) {
		counts.want = UINT32_MAX;
		counts.mask = UINT64_MAX;
	}
	/* A page of zeroes is another matter. */
	if (end <= pfn + 1 || !(flags.want & flags.mask || head.want & head.mask || counts.want))
		return 0;
	n = count(flags, head, counts, bytes + c->struct_page, c->struct_page,
		  min64(max, end - pfn - 1));
	ctx->seen = pfn + n + 1;
	if (tail)
		ctx->last = pfn + n;
	return n;
}
