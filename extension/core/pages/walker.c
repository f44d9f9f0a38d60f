/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guards and the first accesses of the PFN walkers of the kernel, evaluated
 * over the model.
 */
#include "core/pages/walker.h"

#include <string.h>

#include "base/range.h"
#include "core/pages/classify.h"
#include "core/pages/predicate.h"

#define V(major, minor) ((major) << 8 | (minor))
#define MAX_RULES	5
/*
 * A memory block has at most 64 GiB and a MAX_ORDER area 4 MiB: if it takes
 * more steps, the dump is damaged.
 */
#define MAX_STEPS	16384

enum guard {
	VALID = 1 << 0,
	ONLINE = 1 << 1,
	VALID_ONLINE = 1 << 2,
	ONLINE_PGMAP = 1 << 3,
	KPAGE_VALID = 1 << 4,
	KPAGE_ONLINE = 1 << 5,
	ORDER_VALID = 1 << 6,
	COMPACT = 1 << 7,
	RAM_BLOCK = 1 << 8,
	VALID_BLOCK = 1 << 9,
	ZONE_STEP = 1 << 10,
	PRESENT = 1 << 11,
	RAM_ONLINE = 1 << 12,
	NEVER = 1 << 13,
};

/* What a walker touches first. */
enum pfs_touch {
	TOUCH_PAGE,	  /* struct page alone */
	TOUCH_HEAD,	  /* and its compound head */
	TOUCH_SOUND_HEAD, /* the same, unless the page has PG_hwpoison */
	TOUCH_KPAGE,	  /* as TOUCH_HEAD, or a copy of it where there is snapshot_page() */
	TOUCH_PAGEBLOCK,  /* and of the first page of a pageblock the section's usage; */
			  /* with CONFIG_DEBUG_VM the zone that it links to */
	TOUCH_BLOCK_ZONE, /* and of the first page of a memory block its zone */
};

struct rule {
	unsigned int from, guards;
};

struct walker {
	const char *name;
	enum pfs_fact_id fact, other;
	enum pfs_touch touch;
	struct rule rules[MAX_RULES]; /* by version; guards 0: the end */
};

#define SINCE(fact, version)
#define BEFORE(fact, version)
#define WITHOUT(known, fact, version)
#define FROM(version, guards) { version, guards }
#define WALKER(id, name, fact, other, touch, ...) \
	[PFS_WALKER_##id] = { name, PFS_F_##fact, PFS_F_##other, TOUCH_##touch, { __VA_ARGS__ } },
static const struct walker walkers[PFS_NR_WALKERS] = {
#include <pfnscope/walkers.def>
};
#undef SINCE
#undef BEFORE
#undef WITHOUT
#undef WALKER

/* What is known of the version of the kernel: since <= version < before. */
struct age {
	unsigned int since, before;
};

struct query {
	struct pfs_model *m;
	uint64_t pfn;
	const struct pfs_page *page;
	struct age age;
};

static struct age kernel_age(const struct pfs_facts *f)
{
	struct age a = { 0, V(255, 0) };
#define SINCE(fact, version) \
	if (pfs_have(f, PFS_F_##fact) && a.since < (version)) \
		a.since = (version);
#define BEFORE(fact, version) \
	if (pfs_have(f, PFS_F_##fact) && a.before > (version)) \
		a.before = (version);
#define WITHOUT(known, fact, version) \
	if (pfs_have(f, PFS_F_##known) && !pfs_have(f, PFS_F_##fact) && a.since < (version) && \
	    a.before > (version)) \
		a.before = (version);
#define WALKER(...)
#include <pfnscope/walkers.def>
#undef SINCE
#undef BEFORE
#undef WITHOUT
#undef WALKER
	return a;
}

static int both(int a, int b)
{
	if (!a || !b)
		return 0;
	return a < 0 || b < 0 ? -1 : 1;
}

static int either(int a, int b)
{
	if (a == 1 || b == 1)
		return 1;
	return a < 0 || b < 0 ? -1 : 0;
}

/* The highest order of the buddy allocator is the number of free lists minus 1. */
static uint64_t max_order_pages(const struct pfs_model *m)
{
	return m->classifier && m->classifier->max_order ?
		       UINT64_C(1) << (m->classifier->max_order - 1) :
		       0;
}

static int below_max_pfn(struct pfs_model *m, uint64_t pfn)
{
	struct pfs_err ignored;
	uint64_t max;
	size_t i;

	/* No zone of RAM ends behind max_pfn. */
	for (i = 0; m->classifier && i < m->nr_zones; i++)
		if ((int64_t)m->zones[i].index != m->classifier->device_zone &&
		    m->zones[i].start_pfn + m->zones[i].spanned > pfn)
			return 1;
	if (!pfs_have(m->facts, PFS_F_MAX_PFN) ||
	    pfs_read_u64(m->mem, pfs_val(m->facts, PFS_F_MAX_PFN), &max, "max_pfn", &ignored))
		return -1;
	return pfn < max;
}

static int order_valid(struct pfs_model *m, uint64_t pfn)
{
	uint64_t area = max_order_pages(m);
	int first = area ? pfs_pfn_valid(m, pfn & ~(area - 1)) : -1;
	int own = pfs_pfn_valid(m, pfn);

	/* Later kernels ask for the page itself, and no fact tells them apart. */
	return both(below_max_pfn(m, pfn), first == own ? own : -1);
}

/* pageblock_pfn_to_page() for the pageblock around the page, in one zone. */
static int compacts(struct pfs_model *m, const struct pfs_zone *z, uint64_t pfn)
{
	uint64_t per = pfs_pageblock_pages(m);
	uint64_t start = pfn & ~(per - 1), end = start + per;
	struct pfs_err ignored;
	struct pfs_page first;
	int r;

	if (z->contiguous)
		return z->contiguous;
	if (start < z->start_pfn)
		start = z->start_pfn;
	if (end > z->start_pfn + z->spanned)
		end = z->start_pfn + z->spanned;
	r = both(both(pfs_pfn_valid(m, start), pfs_pfn_valid(m, end - 1)),
		 pfs_pfn_to_online_page(m, start));
	if (r != 1)
		return r;
	if (pfs_page_get(m, start, &first, &ignored) || !first.has_bytes || !m->layout.zone_width ||
	    !m->zones_known)
		return -1;
	return pfs_zone_by_link(m, first.node, first.zone) == z;
}

static int compaction(struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_zone *z = NULL;
	int r = m->zones_known ? 0 : -1;
	size_t i;

	if (!m->classifier)
		return -1;
	for (i = 0; i < m->nr_zones; i++) {
		z = pfs_zone_spanning(m, pfn, z);
		if (!z)
			break;
		/* ZONE_DEVICE is not populated: kcompactd and reclaim pass it by. */
		if ((int64_t)z->index != m->classifier->device_zone && z->present)
			r = either(r, compacts(m, z, pfn));
	}
	return r;
}

static int online_block(const struct pfs_model *m, const struct pfs_memory_block *b)
{
	if (!b)
		return m->nr_memory_blocks ? 0 : -1;
	return b->state == 1; /* MEM_ONLINE */
}

/*
 * memory_failure() of a page that a device pagemap covers, but for the altmap's
 * part of it (34dc45be4563 "mm: fix memory_failure() handling of dax-namespace
 * metadata", v5.12 and stable kernels).
 */
static int device_failure(const struct query *q)
{
	const struct pfs_pgmap *g = pfs_pgmap_of(q->m, q->pfn);
	int found = pfs_get_dev_pagemap(q->m, q->pfn);

	if (!g || found != 1)
		return found;
	if (!g->has_altmap || !pfs_within(q->pfn, g->start_pfn, g->altmap.reserve + g->altmap.free))
		return 1;
	return q->age.since >= V(5, 12) ? 0 : -1;
}

/*
 * test_pages_in_a_zone() looks at the first page of each MAX_ORDER area, and
 * ends where one is not of the zone of those before it.
 */
static int zone_step(struct pfs_model *m, const struct pfs_memory_block *b, uint64_t pfn)
{
	uint64_t area = max_order_pages(m), at, mask;
	const struct pfs_zone *z = NULL;
	struct pfs_err ignored;
	struct pfs_page p;
	uint64_t link = 0;

	if (!b || !area || !m->layout.zone_width || !m->zones_known)
		return -1;
	if (pfn & (area - 1))
		return 0;
	at = b->start_section * m->layout.pages_per_section;
	if (at > pfn || (pfn - at) / area > MAX_STEPS)
		return -1;
	mask = ~((UINT64_C(1) << m->layout.zone_shift) - 1);
	for (; at < pfn; at += area) {
		if (pfs_present_section(m, at) != 1)
			continue;
		if (pfs_page_get(m, at, &p, &ignored) || !p.has_bytes)
			return -1;
		if (z && (p.flags & mask) != link)
			return 0;
		link = p.flags & mask;
		z = pfs_zone_by_link(m, p.node, p.zone);
		if (!z)
			return -1;
	}
	/* zone_spans_pfn() comes before the page is looked at. */
	return !z || pfs_within(pfn, z->start_pfn, z->spanned);
}

static int ask(const struct query *q, enum guard g)
{
	const struct pfs_memory_block *b = pfs_memory_block_of(q->m, q->pfn);
	uint64_t per = q->m->layout.pages_per_section;
	struct pfs_model *m = q->m;
	uint64_t pfn = q->pfn;
	int r;

	switch (g) {
	case VALID:
		return pfs_pfn_valid(m, pfn);
	case ONLINE:
		return pfs_pfn_to_online_page(m, pfn);
	case VALID_ONLINE:
		return both(pfs_pfn_valid(m, pfn), pfs_pfn_to_online_page(m, pfn));
	case ONLINE_PGMAP:
		return either(pfs_pfn_to_online_page(m, pfn),
			      both(pfs_pfn_valid(m, pfn), device_failure(q)));
	case KPAGE_VALID:
		return both(pfs_pfn_valid(m, pfn), below_max_pfn(m, pfn));
	case KPAGE_ONLINE:
		return both(pfs_pfn_to_online_page(m, pfn), below_max_pfn(m, pfn));
	case ORDER_VALID:
		return order_valid(m, pfn);
	case COMPACT:
		return compaction(m, pfn);
	case RAM_BLOCK:
		return both(online_block(m, b),
			    b ? pfs_all_ram(m, b->start_section * per,
					    (b->start_section + b->sections) * per) :
				-1);
	case VALID_BLOCK:
		return both(online_block(m, b), pfs_pfn_valid(m, pfn));
	case ZONE_STEP:
		r = both(online_block(m, b), pfs_present_section(m, pfn));
		return r == 1 ? zone_step(m, b, pfn) : r;
	case PRESENT:
		return pfs_present_section(m, pfn);
	case RAM_ONLINE:
		return both(pfs_pfn_to_online_page(m, pfn), pfs_any_ram(m, pfn, pfn + 1));
	case NEVER:
		return 0;
	}
	return -1;
}

/*
 * The answer on which all guards that kernels of this age may have agree; -1 if
 * they do not.
 */
static int guarded(const struct query *q, const struct rule *rules)
{
	unsigned int i, guards = 0, bit;
	int answer = -1, a;
	bool any = false;

	for (i = 0; i < MAX_RULES && rules[i].guards; i++) {
		bool last = i + 1 == MAX_RULES || !rules[i + 1].guards;

		if (rules[i].from < q->age.before && (last || rules[i + 1].from > q->age.since))
			guards |= rules[i].guards;
	}
	for (bit = 0; bit < 14; bit++) {
		if (!(guards >> bit & 1))
			continue;
		a = ask(q, (enum guard)(1u << bit));
		if (any && a != answer)
			return -1;
		answer = a;
		any = true;
	}
	return answer;
}

static void set(struct pfs_walker *w, int faults, const char *why)
{
	w->faults = faults;
	w->why = why;
}

static void set_at(struct pfs_walker *w, const char *why, uint64_t at)
{
	set(w, 1, why);
	w->has_at = true;
	w->at = at;
}

/* Do the page tables of init_mm map va? -1: unknown. */
static int mapped(struct pfs_model *m, uint64_t va)
{
	struct pfs_walk w;

	if (!m->mem->arch->canonical(m->mem, va))
		return 0;
	pfs_walk_va(m->mem, va, &w);
	switch (pfs_walk_reach(&w)) {
	case PFS_REACH_OK:
		return 1;
	case PFS_REACH_UNMAPPED:
		return 0;
	default:
		return -1;
	}
}

static void touch_head(const struct query *q, struct pfs_walker *w)
{
	int r;

	if (!q->page->tail)
		return;
	r = mapped(q->m, q->page->head_va);
	if (!r)
		set_at(w, "its compound head is not mapped", q->page->head_va);
	else if (r < 0)
		set(w, -1, "the page tables of its compound head are not in the dump");
	else
		set(w, 0, "the struct page and its compound head are mapped");
}

/*
 * Access NODE_DATA() of the node that the page links to: it is NULL where there
 * is no such node.
 */
static void touch_zone(const struct query *q, struct pfs_walker *w)
{
	const struct pfs_model *m = q->m;
	size_t i;

	if (!m->zones_known || !m->nr_zones || !m->layout.zone_width) {
		set(w, -1, "nodes and zones are not known");
		return;
	}
	for (i = 0; i < m->nr_nodes; i++)
		if (m->nodes[i].nid == q->page->node)
			return;
	set(w, 1, "it links to a node that does not exist");
}

static void touch_pageblock(const struct query *q, struct pfs_walker *w)
{
	const struct pfs_section *s = pfs_section_of(q->m, q->pfn);
	const struct pfs_facts *f = q->m->facts;

	if (q->pfn & (pfs_pageblock_pages(q->m) - 1))
		return;
	if (s && pfs_have(f, PFS_F_MS_USAGE) && !s->usage)
		set(w, 1, "its section has no usage, where the pageblock's flags are");
	else if (s && !pfs_has_subsections(q->m) && !s->pageblocks)
		set(w, 1, "its section has no pageblock_flags");
	else if (pfs_have(f, PFS_F_FN_INIT_POISON))
		touch_zone(q, w);
	else if (!pfs_have(f, PFS_F_FN_SCHEDULE) && !w->faults) {
		touch_zone(q, w);
		if (w->faults == 1)
			set(w, -1, "it links to no node: a fault with CONFIG_DEBUG_VM only");
	}
}

static uint64_t max_folio_pages(const struct pfs_model *m)
{
	return UINT64_C(1) << (m->mem->arch->max_folio_shift - m->layout.page_shift);
}

static void touch_kpage(const struct query *q, struct pfs_walker *w)
{
	const struct pfs_facts *f = q->m->facts;

	/* snapshot_page() follows a tail to its head if that is a folio's length before it. */
	if (pfs_have(f, PFS_F_FN_SNAPSHOT_PAGE) &&
	    (q->page->head_va > q->page->va ||
	     (q->page->va - q->page->head_va) / q->m->layout.struct_page >= max_folio_pages(q->m)))
		return;
	touch_head(q, w);
	if (w->faults == 1 && !pfs_have(f, PFS_F_FN_SCHEDULE) && q->age.before > V(6, 10)) {
		set(w, -1, "its compound head is not mapped; whether that is checked is not known");
		w->has_at = false;
	}
}

static void touch(const struct query *q, enum pfs_touch t, struct pfs_walker *w)
{
	const struct pfs_memory_block *b;
	const struct pfs_page *p = q->page;
	uint64_t va, bit;
	int r;

	if (!p) {
		va = pfs_pfn_to_page(q->m, q->pfn);
		r = q->m->layout.vmemmap_known ? mapped(q->m, va) : -1;
		if (!r)
			set_at(w, "the struct page is not mapped", va);
		else
			set(w, -1, "there is no struct page to look at");
		return;
	}
	if (p->state == PFS_ST_UNMAPPED) {
		set_at(w, "the struct page is not mapped", p->va);
		return;
	}
	if (p->state == PFS_ST_UNDECIDABLE && !p->walk.mapped) {
		set(w, -1, "the page tables of the struct page are not in the dump");
		return;
	}
	if (!p->has_bytes) {
		set(w, t == TOUCH_PAGE ? 0 : -1, "the struct page is mapped, and not in the dump");
		return;
	}
	set(w, 0, "the struct page is mapped");
	switch (t) {
	case TOUCH_PAGE:
		return;
	case TOUCH_HEAD:
		touch_head(q, w);
		return;
	case TOUCH_SOUND_HEAD:
		bit = pfs_val(q->m->facts, PFS_F_FLAG_HWPOISON);
		if (pfs_have(q->m->facts, PFS_F_FLAG_HWPOISON) && bit < 64 && p->flags >> bit & 1)
			set(w, 0, "its bit PG_hwpoison is set, and that is asked first");
		else
			touch_head(q, w);
		return;
	case TOUCH_KPAGE:
		touch_kpage(q, w);
		return;
	case TOUCH_PAGEBLOCK:
		touch_pageblock(q, w);
		return;
	case TOUCH_BLOCK_ZONE:
		b = pfs_memory_block_of(q->m, q->pfn);
		if (b && q->pfn == b->start_section * q->m->layout.pages_per_section)
			touch_zone(q, w);
		return;
	}
}

static int in_kernel(const struct pfs_facts *f, const struct walker *d)
{
	if (pfs_have(f, d->fact) || pfs_have(f, d->other))
		return 1;
	return pfs_have(f, PFS_F_FN_SCHEDULE) ? 0 : -1;
}

void pfs_walkers(struct pfs_model *m, uint64_t pfn, const struct pfs_page *page,
		 struct pfs_walker ret[PFS_NR_WALKERS])
{
	struct query q = { m, pfn, page, kernel_age(m->facts) };
	unsigned int i;

	memset(ret, 0, sizeof(*ret) * PFS_NR_WALKERS);
	for (i = 0; i < PFS_NR_WALKERS; i++) {
		struct pfs_walker *w = &ret[i];

		w->name = walkers[i].name;
		w->exists = in_kernel(m->facts, &walkers[i]);
		if (w->exists != 1) {
			w->reads = w->faults = w->exists;
			w->why = w->exists ? "no function of this kernel is known by name" :
					     "this kernel does not have it";
			continue;
		}
		w->reads = guarded(&q, walkers[i].rules);
		if (w->reads != 1) {
			w->faults = w->reads;
			w->why = w->reads ? "what it asks first is not known" :
					    "what it asks first keeps it away";
			continue;
		}
		touch(&q, walkers[i].touch, w);
	}
}

int pfs_walker_comes(struct pfs_model *m, enum pfs_walker_id id, uint64_t pfn)
{
	struct query q = { m, pfn, NULL, kernel_age(m->facts) };
	int exists = in_kernel(m->facts, &walkers[id]);

	return exists == 1 ? guarded(&q, walkers[id].rules) : exists;
}
