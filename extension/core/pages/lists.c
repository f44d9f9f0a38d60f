/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links of list members, and where they lead. */
#include "core/pages/lists.h"

#include <string.h>

/*
 * A read may have to decompress a page. The limit is twice the number of blocks
 * of the largest order in a section.
 */
#define READS_PER_SECTION 128

void pfs_lists_start(struct pfs_lists *l, struct pfs_section_scan *s, struct pfs_mem *mem)
{
	*l = (struct pfs_lists){ .scan = s, .mem = mem, .reads = READS_PER_SECTION };
}

static bool is_buddy(const struct pfs_classifier *c, const unsigned char *bytes)
{
	return c->type_offset &&
	       (pfs_le32(bytes + c->type_offset) & c->buddy_mask) == c->buddy_value;
}

bool pfs_lists_has(const struct pfs_classifier *c, enum pfs_state st, const unsigned char *bytes)
{
	uint64_t flags = pfs_le64(bytes + c->flags_offset);

	if (!c->lru_offset)
		return false;
	if (st == PFS_ST_FREE)
		return is_buddy(c, bytes);
	return st == PFS_ST_OK && flags & c->lru_mask && !(flags & c->unevictable_mask);
}

bool pfs_lists_pfn(const struct pfs_classifier *c, uint64_t va, uint64_t *ret)
{
	uint64_t off = va - c->m->layout.vmemmap - c->lru_offset;

	/* Each page on a list gets here, and a division costs as much as all the rest. */
	*ret = c->struct_page_shift ? off >> c->struct_page_shift : off / c->struct_page;
	return *ret < c->end_pfn && *ret * c->struct_page == off;
}

const unsigned char *pfs_lists_next(const struct pfs_classifier *c,
				    const struct pfs_classify_ctx *ctx, uint64_t pfn,
				    const unsigned char *bytes, uint64_t *ret_pfn)
{
	const unsigned char *next;

	if (!pfs_lists_pfn(c, pfs_le64(bytes + c->lru_offset), ret_pfn))
		return NULL;
	next = ctx->page(ctx->arg, *ret_pfn);
	return next && pfs_le64(next + c->lru_offset + 8) ==
				       pfs_pfn_to_page(c->m, pfn) + c->lru_offset ?
		       next :
		       NULL;
}

enum answer { NO, YES, UNKNOWN };

/* The target of a list pointer: a struct page, or a list head somewhere else. */
struct peer {
	enum answer there; /* NO: nothing can be there */
	bool is_page;
	uint64_t pfn, at, next, prev;
	unsigned char bytes[128];
};

static void page_at(struct pfs_lists *l, uint64_t pfn, struct peer *p)
{
	const struct pfs_model *m = l->scan->m;
	const struct pfs_section *s = pfs_section_of(m, pfn);
	const unsigned char *bytes = l->scan->ctx.page(l->scan->ctx.arg, pfn);

	p->is_page = true;
	p->pfn = pfn;
	/* A section that lost its memmap has a finding of its own. */
	if (!s || !(s->flags & PFS_SEC_HAS_MEM_MAP))
		return;
	if (bytes) {
		memcpy(p->bytes, bytes, m->layout.struct_page);
	} else {
		if (pfn / m->layout.pages_per_section == l->scan->section->nr || !l->reads)
			return;
		l->reads--;
		if (pfs_read_va(l->mem, pfs_pfn_to_page(m, pfn), p->bytes, m->layout.struct_page,
				NULL) != PFS_REACH_OK)
			return;
	}
	p->there = YES;
	p->next = pfs_le64(p->bytes + m->classifier->lru_offset);
	p->prev = pfs_le64(p->bytes + m->classifier->lru_offset + 8);
}

static void peer_get(struct pfs_lists *l, uint64_t va, struct peer *p)
{
	const struct pfs_model *m = l->scan->m;
	unsigned char buf[16];
	struct pfs_walk w;
	uint64_t pfn;

	memset(p, 0, sizeof(*p));
	p->there = UNKNOWN;
	p->at = va;
	if (pfs_lists_pfn(m->classifier, va, &pfn)) {
		page_at(l, pfn, p);
		return;
	}
	pfs_walk_va(l->mem, va, &w);
	if (pfs_walk_reach(&w) == PFS_REACH_UNMAPPED)
		p->there = NO;
	if (!w.mapped || !l->reads)
		return;
	l->reads--;
	if (pfs_read_va(l->mem, va, buf, sizeof(buf), NULL) != PFS_REACH_OK)
		return;
	p->there = YES;
	p->next = pfs_le64(buf);
	p->prev = pfs_le64(buf + 8);
}

/* Does the entry after, or before, a peer in its list point back to it? */
static bool linked(struct pfs_lists *l, const struct peer *p, bool after)
{
	struct peer other;

	peer_get(l, after ? p->next : p->prev, &other);
	return other.there == YES && (after ? other.prev : other.next) == p->at;
}

/*
 * Does the neighbour after the page, or before it, deny knowing it? For that,
 * the neighbour has to be linked itself: to another page in place of this one
 * or, if its flags say that it is on a list, on its other side. A neighbour
 * that was overwritten or freed, or is mapped wrongly, proves nothing.
 */
static bool denies(struct pfs_lists *l, const struct peer *p, bool after, uint64_t here)
{
	const struct pfs_classifier *c = l->scan->m->classifier;

	if (p->there != YES || (after ? p->prev : p->next) == here)
		return p->there == NO;
	if (linked(l, p, !after))
		return true;
	return (!p->is_page || is_buddy(c, p->bytes) ||
		pfs_le64(p->bytes + c->flags_offset) & c->lru_mask) &&
	       linked(l, p, after);
}

/*
 * While a page is put on a list or taken off it, one neighbour may not know it.
 * While it is off the list and not yet marked so, neither does: then list_del()
 * has left its poison in it. Without poison, nobody is at work on the page.
 */
enum pfs_link pfs_lists_look(struct pfs_lists *l, uint64_t pfn, const unsigned char *bytes,
			     struct pfs_pfn_range *ret_lost)
{
	const struct pfs_classifier *c = l->scan->m->classifier;
	uint64_t here = pfs_pfn_to_page(l->scan->m, pfn) + c->lru_offset;
	uint64_t next = pfs_le64(bytes + c->lru_offset), prev = pfs_le64(bytes + c->lru_offset + 8);
	const unsigned char *near;
	struct peer after, before;
	uint64_t next_pfn;

	if (pfs_list_poison(c, next) || pfs_list_poison(c, prev))
		return PFS_LINK_GOOD;
	/* Mostly the next page is in memory, and all is well. */
	near = pfs_lists_next(c, &l->scan->ctx, pfn, bytes, &next_pfn);
	if (near)
		return is_buddy(c, bytes) && pfs_lists_lost(c, near, next_pfn, here, ret_lost) ?
			       PFS_LINK_LOST :
			       PFS_LINK_GOOD;
	peer_get(l, next, &after);
	if (after.there == YES && after.prev == here)
		return after.is_page && is_buddy(c, bytes) &&
				       pfs_lists_lost(c, after.bytes, after.pfn, here, ret_lost) ?
			       PFS_LINK_LOST :
			       PFS_LINK_GOOD;
	if (after.there == UNKNOWN)
		return PFS_LINK_GOOD;
	peer_get(l, prev, &before);
	if (before.there == UNKNOWN || (before.there == YES && before.next == here))
		return PFS_LINK_GOOD;
	/* If a list was emptied, the head of the list is the neighbour on both sides. */
	if (after.there == YES && before.there == YES && after.prev == prev &&
	    before.next == next && (next != prev || !after.is_page))
		return PFS_LINK_PASSED;
	return denies(l, &after, true, here) && denies(l, &before, false, here) ? PFS_LINK_STALE :
										  PFS_LINK_GOOD;
}

bool pfs_lists_lost(const struct pfs_classifier *c, const unsigned char *bytes, uint64_t pfn,
		    uint64_t prev, struct pfs_pfn_range *ret)
{
	uint64_t order, head;

	if (is_buddy(c, bytes) || !c->has_refcount || !c->mapcount_offset ||
	    pfs_le64(bytes + c->lru_offset + 8) != prev || pfs_le32(bytes + c->refcount_offset) ||
	    pfs_le32(bytes + c->mapcount_offset) != UINT32_MAX ||
	    pfs_compound_head(c, 0, bytes, &head))
		return false;
	order = pfs_le64(bytes + c->order_offset);
	if (order >= c->max_order || pfn & ((UINT64_C(1) << order) - 1))
		return false;
	*ret = (struct pfs_pfn_range){ pfn, pfn + (UINT64_C(1) << order) };
	return true;
}
