/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no struct page of a running kernel looks like: mostly what the allocator
 * itself calls a bad page. One page is checked, and for compound pages and free
 * blocks also the pages around it.
 */
#include "core/pages/classify.h"

/*
 * Does va point to kernel memory, as a list pointer does, or is it what
 * list_del() leaves behind?
 */
static bool list_pointer(const struct pfs_classifier *c, uint64_t va)
{
	return (!(va & 7) && pfs_kernel_address(c, va)) || pfs_list_poison(c, va);
}

/*
 * _refcount never falls below zero. _mapcount is -1 and more, or a page type:
 * up to v6.9 some cleared bits below 0xf0000000 (6e292b9be7f4 "mm: split
 * page_type out from _mapcount", v4.18), from v6.12 a top byte of 0xf0 to 0xfe
 * (4ffca5a96678 "mm: support only one page_type per page").
 */
static const char *bad_counts(const struct pfs_classifier *c, const unsigned char *bytes)
{
	uint32_t type;

	if (c->has_refcount && pfs_le32(bytes + c->refcount_offset) >> 31)
		return "its reference count is negative";
	if (!c->mapcount_offset)
		return NULL;
	type = pfs_le32(bytes + c->mapcount_offset);
	if (!(type >> 31) || type == UINT32_MAX)
		return NULL;
	if ((c->type_bits && (type | c->type_bits) != UINT32_MAX) ||
	    (c->type_is_byte && (type >> 24 < 0xf0 || type >> 24 == 0xff)))
		return "its map count is negative, and no page type";
	return NULL;
}

static uint64_t pfn_of(const struct pfs_classifier *c, uint64_t page_va)
{
	return (page_va - c->m->layout.vmemmap) / c->struct_page;
}

static const unsigned char *neighbour(const struct pfs_classify_ctx *ctx, uint64_t pfn)
{
	return ctx->page ? ctx->page(ctx->arg, pfn) : NULL;
}

static bool has_head_flag(const struct pfs_classifier *c, const unsigned char *bytes)
{
	return pfs_le64(bytes + c->flags_offset) & c->head_mask;
}

static bool is_hugetlb(const struct pfs_classifier *c, const unsigned char *bytes)
{
	return c->hugetlb_mask && c->type_offset &&
	       (pfs_le32(bytes + c->type_offset) & c->hugetlb_mask) == c->hugetlb_value;
}

/*
 * Has somebody the page? What has a type may be frozen, without a reference; a free block has
 * one, too, and so may a copy of the head of a huge page.
 */
static bool in_use(const struct pfs_classifier *c, const unsigned char *bytes)
{
	uint32_t type = c->type_offset ? pfs_le32(bytes + c->type_offset) : UINT32_MAX;

	if (c->has_refcount && pfs_le32(bytes + c->refcount_offset))
		return true;
	return c->type_is_byte && type >> 24 >= 0xf0 && type >> 24 != 0xff &&
	       (type & c->buddy_mask) != c->buddy_value && !is_hugetlb(c, bytes);
}

/*
 * Since compound_info is a mask, all tails of a compound page hold the same one: is this another
 * than two of its neighbours have? It may lead to the same head, so that nothing else tells.
 */
static bool odd_mask(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx,
		     uint64_t pfn, uint64_t word, uint64_t head)
{
	const uint64_t near[] = { pfn - 1, pfn + 1, pfn - 2, pfn + 2 };
	uint64_t other = 0, at, va;
	size_t i;

	for (i = 0; c->head_is_mask && i < sizeof(near) / sizeof(near[0]); i++) {
		const unsigned char *bytes = near[i] > head && near[i] <= pfn + 2 ?
						     neighbour(ctx, near[i]) :
						     NULL;

		if (!bytes || !pfs_compound_head(c, pfs_pfn_to_page(c->m, near[i]), bytes, &va) ||
		    pfn_of(c, va) != head)
			continue;
		at = pfs_le64(bytes + c->head_offset);
		if (at == word)
			return false;
		if (at == other)
			return true;
		other = at;
	}
	return false;
}

/*
 * Is this head unused, as while free_pages_prepare() unlinks its tails, the first ones first?
 * With panic_on_taint the machine may die of one of them.
 */
static bool half_freed(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx,
		       uint64_t head, uint64_t pfn)
{
	const unsigned char *bytes = head < pfn ? neighbour(ctx, head) : NULL;

	return bytes && has_head_flag(c, bytes) && c->has_refcount && !in_use(c, bytes);
}

/*
 * prep_compound_page() makes all pages behind a head its tails, and
 * free_tail_page_prepare() checks that they still are. So the page before a
 * tail is its head or another tail of it. For the first page of a section, and
 * behind pages that were not seen, only the head can be checked.
 */
static const char *bad_tail(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx,
			    uint64_t pfn, uint64_t word, uint64_t head_va)
{
	uint64_t head = pfn_of(c, head_va);
	const unsigned char *bytes;

	/* prep_compound_tail() of v7.1 on stores the negated size of the compound page. */
	if (c->head_is_mask && ~(word - 1) & (~(word - 1) + 1))
		return "a tail page whose compound_info is no mask";
	if (!ctx->compound || ctx->head != head || (ctx->last + 1 != pfn && ctx->seen == pfn)) {
		if (ctx->seen && ctx->seen == pfn && !half_freed(c, ctx, head, pfn))
			return "a tail page of another head than the pages before it";
		bytes = neighbour(ctx, head);
		if (bytes && !has_head_flag(c, bytes))
			return "a tail page whose compound head is no head";
		ctx->compound = true;
		ctx->head = head;
	}
	ctx->last = pfn;
	return odd_mask(c, ctx, pfn, word, head) ?
		       "a tail page whose compound_info is not that of the other tails" :
		       NULL;
}

static bool names(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx, uint64_t pfn,
		  uint64_t head_va)
{
	const unsigned char *bytes = neighbour(ctx, pfn);
	uint64_t va;

	return bytes && pfs_compound_head(c, pfs_pfn_to_page(c->m, pfn), bytes, &va) &&
	       va == head_va;
}

/*
 * With HVO, tails are replaced by the page of the memmap that has the head
 * (e7d324850bfc "mm: hugetlb: free the 2nd vmemmap page associated with each
 * HugeTLB page", v5.18). The fake head at its start is followed by tails that
 * name the real head. Seven of the eight sections of a 1 GiB page begin with a
 * fake head, before which no page was seen.
 */
static bool fake_head(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx,
		      uint64_t pfn, uint64_t head_va)
{
	uint64_t va = pfs_pfn_to_page(c->m, pfn);

	if (va & (c->m->layout.page_size - 1))
		return false;
	if (ctx->seen == pfn)
		return ctx->compound && head_va == pfs_pfn_to_page(c->m, ctx->head);
	return head_va < va && head_va >= c->m->layout.vmemmap;
}

/*
 * A head is followed by its first tail; if that is damaged, the second one
 * tells. When a huge page is freed, copies of its head may be left (see
 * pfs_check_head_copies()), so that PG_head is believed only of a page in use.
 */
static const char *bad_head(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx,
			    uint64_t pfn, bool used)
{
	uint64_t va = pfs_pfn_to_page(c->m, pfn), head_va;
	const unsigned char *next = neighbour(ctx, pfn + 1);

	if (next && pfs_compound_head(c, va + c->struct_page, next, &head_va)) {
		if (head_va != va && fake_head(c, ctx, pfn, head_va)) {
			ctx->compound = true;
			ctx->head = pfn_of(c, head_va);
			ctx->last = pfn;
			return NULL;
		}
	} else if (next && used && pfs_le64(next + c->head_offset) != va &&
		   !names(c, ctx, pfn + 2, va) &&
		   !(c->head_is_mask && pfs_le64(next + c->head_offset) >> 32 == UINT32_MAX)) {
		return "a compound head without a tail behind it";
	}
	/* The first tail may be the bad one. */
	if (used || names(c, ctx, pfn + 1, va) || names(c, ctx, pfn + 2, va)) {
		ctx->compound = true;
		ctx->head = ctx->last = pfn;
	}
	return NULL;
}

bool pfs_head_copy(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx, uint64_t pfn,
		   const unsigned char *bytes)
{
	uint64_t va = pfs_pfn_to_page(c->m, pfn), word = pfs_le64(bytes + c->head_offset);
	bool head = c->has_refcount && pfs_le64(bytes + c->flags_offset) & c->head_mask &&
		    !pfs_le32(bytes + c->refcount_offset);
	const unsigned char *next;

	if (!c->head_offset || word & 1 || va & (c->m->layout.page_size - 1) ||
	    !(pfn & (c->huge_pages - 1)))
		return false;
	if (!head && !is_hugetlb(c, bytes))
		return false;
	next = neighbour(ctx, pfn + 1);
	/* If the next page has the type as well, something else gave it to both. */
	return next && !(pfs_le64(next + c->head_offset) & 1) && (head || !is_hugetlb(c, next));
}

/*
 * Is this a tail that lost bit 0? It still holds the address or the mask of its
 * head, and no reference.
 */
static bool lost_tail(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx, uint64_t pfn,
		      const unsigned char *bytes)
{
	uint64_t word = pfs_le64(bytes + c->head_offset);

	/* A mask is the negated size of a compound page and no address. */
	if (c->head_is_mask && word >> 32 == UINT32_MAX)
		word &= pfs_pfn_to_page(c->m, pfn);
	if (!ctx->compound || ctx->last + 1 != pfn || !c->has_refcount ||
	    pfs_le32(bytes + c->refcount_offset) || word != pfs_pfn_to_page(c->m, ctx->head))
		return false;
	ctx->last = pfn;
	return true;
}

/*
 * page->mapping of a page on an LRU list holds two bits of type and the address
 * of an object. Its list pointers point to other list heads, unless it is
 * unevictable: such a page is on no list (b109b87050df "mm/munlock: replace
 * clear_page_mlock() by final clearance", v5.18).
 */
const char *pfs_bad_lru(const struct pfs_classifier *c, uint64_t flags, const unsigned char *bytes)
{
	uint64_t mapping = c->mapping_offset ? pfs_le64(bytes + c->mapping_offset) : 0;

	if (mapping & ~UINT64_C(3) && !pfs_kernel_address(c, mapping))
		return "on an LRU list, and its mapping is no kernel address";
	if (c->lru_offset && !(flags & c->unevictable_mask) &&
	    !(list_pointer(c, pfs_le64(bytes + c->lru_offset)) &&
	      list_pointer(c, pfs_le64(bytes + c->lru_offset + 8))))
		return "on an LRU list, and its list pointers are no kernel addresses";
	return NULL;
}

/* __init_zone_device_page() (once memmap_init_zone_device()) stores the pagemap in every page. */
static const char *bad_device(const struct pfs_classifier *c, uint64_t pfn, uint64_t flags,
			      const unsigned char *bytes)
{
	if (!c->pgmap_offset || !c->has_links ||
	    (int64_t)(flags >> c->m->layout.zone_shift & c->zone_mask) != c->device_zone ||
	    !pfs_pgmap_of(c->m, pfn) || pfs_kernel_address(c, pfs_le64(bytes + c->pgmap_offset)))
		return NULL;
	return "in a device pagemap and linked to ZONE_DEVICE, and its device pagemap is no kernel address";
}

const char *pfs_bad_page(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx, uint64_t pfn,
			 const unsigned char *bytes)
{
	uint64_t head_va, flags = pfs_le64(bytes + c->flags_offset);
	const char *bad = bad_counts(c, bytes);

	if (bad)
		return bad;
	if (pfs_compound_head(c, pfs_pfn_to_page(c->m, pfn), bytes, &head_va)) {
		if (c->head_mask)
			bad = bad_tail(c, ctx, pfn, pfs_le64(bytes + c->head_offset), head_va);
		return bad || pfn_of(c, head_va) + 1 != pfn ? bad : pfs_bad_second(c, bytes);
	}
	if (c->head_offset && flags & c->head_mask)
		bad = bad_head(c, ctx, pfn, in_use(c, bytes));
	else if (c->head_offset && lost_tail(c, ctx, pfn, bytes))
		bad = "inside a compound page, and not marked as a tail";
	if (!bad && flags & c->lru_mask)
		bad = pfs_bad_lru(c, flags, bytes);
	return bad ? bad : bad_device(c, pfn, flags, bytes);
}

/*
 * check_new_page_bad() and PAGE_FLAGS_CHECK_AT_PREP: "Bad page state". At the
 * start of a page of the memmap there may be a copy of the head of a huge page
 * that was restored from HVO: with PG_head, and of its type.
 */
const char *pfs_bad_free_page(const struct pfs_classifier *c, uint64_t pfn,
			      const unsigned char *bytes)
{
	bool copy = !(pfs_pfn_to_page(c->m, pfn) & (c->m->layout.page_size - 1));
	uint64_t flags = c->free_mask & ~(copy ? c->head_mask : 0);

	if (c->has_refcount && pfs_le32(bytes + c->refcount_offset))
		return "in the buddy allocator, and its reference count is not zero";
	if (pfs_le64(bytes + c->flags_offset) & flags)
		return "in the buddy allocator, with flags that no free page has";
	if (!copy && c->mapcount_offset && c->type_offset == c->mapcount_offset &&
	    pfs_le32(bytes + c->mapcount_offset) != UINT32_MAX &&
	    (pfs_le32(bytes + c->type_offset) & c->buddy_mask) != c->buddy_value)
		return "in the buddy allocator, and mapped or of another type";
	return NULL;
}

/*
 * Are the pages of this block in use? If one of those checked is, that page is
 * wrong; if most are, the head is.
 */
static bool block_in_use(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx,
			 uint64_t pfn, uint64_t pages)
{
	const uint64_t at[] = { 1, pages / 4, pages / 2, pages / 4 * 3, pages - 1 };
	unsigned int used = 0, idle = 0;
	size_t i;

	for (i = 0; pages >= 4 && i < sizeof(at) / sizeof(at[0]); i++) {
		const unsigned char *bytes = neighbour(ctx, pfn + at[i]);

		if (bytes && c->has_refcount && pfs_le32(bytes + c->refcount_offset) &&
		    !(pfs_le32(bytes + c->refcount_offset) >> 31))
			used++;
		else if (bytes)
			idle++;
	}
	return used > 1 && used >= idle;
}

const char *pfs_bad_free_head(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx,
			      uint64_t pfn, const unsigned char *bytes)
{
	uint64_t order = pfs_le64(bytes + c->order_offset);

	if (order >= c->max_order)
		return "in the buddy allocator, with an order that there is not";
	if (pfn & ((UINT64_C(1) << order) - 1))
		return "in the buddy allocator, and not aligned to its order";
	if (c->lru_offset && !(list_pointer(c, pfs_le64(bytes + c->lru_offset)) &&
			       list_pointer(c, pfs_le64(bytes + c->lru_offset + 8))))
		return "in the buddy allocator, and its list pointers are no kernel addresses";
	if (block_in_use(c, ctx, pfn, UINT64_C(1) << order))
		return "in the buddy allocator, with a block whose pages are in use";
	return pfs_bad_free_page(c, pfn, bytes);
}
