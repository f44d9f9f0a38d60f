/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The predicates behind the page states. */
#include "core/pages/classify.h"

#include <errno.h>
#include <string.h>

#include "base/range.h"

static int collect_ram(struct pfs_classifier *c, struct pfs_model *m)
{
	size_t i, cap = 0;

	c->ram_known = m->nr_resources != 0;
	for (i = 0; i < m->nr_resources; i++) {
		const struct pfs_resource *r = &m->resources[i];
		struct pfs_pfn_range *range;
		uint64_t start, end;

		if (strncmp(r->name, "System RAM", 10) || r->end < r->start)
			continue;
		start = (r->start + m->layout.page_size - 1) >> m->layout.page_shift;
		end = (r->end + 1) >> m->layout.page_shift;
		if (start >= end || (c->nr_ram && start < c->ram[c->nr_ram - 1].end))
			continue;
		range = pfs_grow(&m->arena, &c->ram, &c->nr_ram, &cap, sizeof(*range));
		if (!range)
			return -ENOMEM;
		range->start = start;
		range->end = end;
	}
	return 0;
}

static int index_links(struct pfs_classifier *c, struct pfs_model *m)
{
	const struct pfs_layout *l = &m->layout;
	size_t i;

	/* A zone that could not be read would make every page of it look mislinked. */
	if (!l->zone_width || !m->nr_zones || !m->zones_known)
		return 0;
	c->node_mask = l->node_width ? (UINT64_C(1) << l->node_width) - 1 : 0;
	c->zone_mask = (UINT64_C(1) << l->zone_width) - 1;
	c->by_link = pfs_calloc(&m->arena, (c->node_mask + 1) << 3, sizeof(*c->by_link));
	if (!c->by_link)
		return -ENOMEM;
	for (i = 0; i < m->nr_zones; i++) {
		const struct pfs_zone *z = &m->zones[i];

		if (z->node <= c->node_mask && z->index <= c->zone_mask)
			c->by_link[z->node << 3 | z->index] = z;
	}
	c->has_links = true;
	return 0;
}

/*
 * The page type of a buddy page, in the word of _mapcount. Up to v6.11 a
 * cleared bit below 0xf0000000 (PG_buddy, 0x80); from v6.12 the top byte
 * (4ffca5a96678 "mm: support only one page_type per page"). VMCOREINFO's
 * PAGE_BUDDY_MAPCOUNT_VALUE tells which.
 */
static void buddy(struct pfs_classifier *c, const struct pfs_facts *f)
{
	uint32_t v = (uint32_t)pfs_val(f, PFS_F_BUDDY_VALUE);

	if (!pfs_have(f, PFS_F_BUDDY_VALUE) ||
	    !pfs_page_member(c->m, PFS_F_PG_PRIVATE, 8, &c->order_offset))
		return;
	if (!pfs_page_member(c->m, PFS_F_PG_PAGE_TYPE, 4, &c->type_offset))
		pfs_page_member(c->m, PFS_F_PG_MAPCOUNT, 4, &c->type_offset);
	if (v >> 24 == 0xff) {
		c->buddy_mask = 0xf0000000 | ~v;
		c->buddy_value = 0xf0000000;
	} else {
		c->buddy_mask = 0xff000000;
		c->buddy_value = v & 0xff000000;
	}
	/*
	 * The other types that there are: PG_offline, PG_table, PG_guard and, for a
	 * while, PG_kmemcg from v4.18 on, and what VMCOREINFO names. The values of
	 * v6.10 and v6.11, a bit each below 0x80000000, are not told apart.
	 */
	if (v >> 7 == 0x1fffffe && (v & 0x7f) == 0x7f) {
		c->type_bits = 0x780;
		if (pfs_have(f, PFS_F_HUGETLB_VALUE))
			c->type_bits |= ~(uint32_t)pfs_val(f, PFS_F_HUGETLB_VALUE);
		if (pfs_have(f, PFS_F_SLAB_VALUE))
			c->type_bits |= ~(uint32_t)pfs_val(f, PFS_F_SLAB_VALUE);
	}
	c->type_is_byte = v == 0xf0000000;
	if (pfs_have(f, PFS_F_HUGETLB_VALUE) && (c->type_bits || c->type_is_byte)) {
		uint32_t hugetlb = (uint32_t)pfs_val(f, PFS_F_HUGETLB_VALUE);

		c->hugetlb_mask = c->type_is_byte ? 0xff000000 : 0xf0000000 | ~hugetlb;
		c->hugetlb_value = hugetlb & c->hugetlb_mask;
	}
	if (c->type_is_byte && pfs_have(f, PFS_F_SLAB_VALUE))
		c->slab_type = (uint32_t)pfs_val(f, PFS_F_SLAB_VALUE) & 0xff000000;
	c->max_order = pfs_have(f, PFS_F_ZONE_FREE_AREA_LEN)
			       ? (unsigned int)pfs_val(f, PFS_F_ZONE_FREE_AREA_LEN)
			       : 11;
	if (c->max_order > 20)
		c->max_order = 20;
}

bool pfs_page_member(const struct pfs_model *m, enum pfs_fact_id id, size_t size, size_t *ret)
{
	if (!pfs_have(m->facts, id) || pfs_val(m->facts, id) > m->layout.struct_page - size)
		return false;
	*ret = pfs_val(m->facts, id);
	return true;
}

static uint64_t flag_mask(const struct pfs_facts *f, enum pfs_fact_id id)
{
	return pfs_have(f, id) && pfs_val(f, id) < 64 ? UINT64_C(1) << pfs_val(f, id) : 0;
}

/* Canonical addresses with the top bit set: all from a power of two below the end on. */
static uint64_t kernel_start(const struct pfs_mem *mem)
{
	unsigned int shift = 63;

	while (mem && mem->arch && shift &&
	       !mem->arch->canonical(mem, (uint64_t)0 - (UINT64_C(1) << shift)))
		shift--;
	return (uint64_t)0 - (UINT64_C(1) << shift);
}

int pfs_classifier_init(struct pfs_classifier *c, struct pfs_model *m, struct pfs_err *err)
{
	const struct pfs_facts *f = m->facts;

	memset(c, 0, sizeof(*c));
	if (!pfs_have(f, PFS_F_BUDDY_VALUE))
		pfs_limit(m, "free pages", "%s is not known: they count as in use",
			  pfs_fact_name(PFS_F_BUDDY_VALUE));
	c->m = m;
	c->struct_page = m->layout.struct_page;
	if (!(c->struct_page & (c->struct_page - 1)))
		c->struct_page_shift = (unsigned int)__builtin_ctzll(c->struct_page);
	c->end_pfn = pfs_end_pfn(m);
	c->kernel_start = kernel_start(m->mem);
	c->device_zone = -1;
	if (pfs_have(f, PFS_F_ZONE_DEVICE))
		c->device_zone = (int64_t)pfs_val(f, PFS_F_ZONE_DEVICE);
	pfs_page_member(m, PFS_F_PG_FLAGS, 8, &c->flags_offset);
	c->reserved_mask = flag_mask(f, PFS_F_FLAG_RESERVED);
	c->hwpoison_mask = flag_mask(f, PFS_F_FLAG_HWPOISON);
	c->head_mask = flag_mask(f, PFS_F_FLAG_HEAD);
	c->busy_mask = flag_mask(f, PFS_F_FLAG_LRU) | flag_mask(f, PFS_F_FLAG_SLAB);
	c->unevictable_mask = flag_mask(f, PFS_F_FLAG_UNEVICTABLE);
	c->lru_mask = c->unevictable_mask ? flag_mask(f, PFS_F_FLAG_LRU) : 0;
	/* PG_reserved and PG_hwpoison have findings of their own. */
	if (pfs_have(f, PFS_F_FLAG_NR) && pfs_val(f, PFS_F_FLAG_NR) < 64 &&
	    pfs_have(f, PFS_F_FLAG_REPORTED))
		c->free_mask = ((UINT64_C(1) << pfs_val(f, PFS_F_FLAG_NR)) - 1) &
			       ~(flag_mask(f, PFS_F_FLAG_REPORTED) | c->reserved_mask |
				 c->hwpoison_mask);
	pfs_page_member(m, PFS_F_PG_MAPCOUNT, 4, &c->mapcount_offset);
	pfs_page_member(m, PFS_F_PG_LRU, 16, &c->lru_offset);
	pfs_page_member(m, PFS_F_PG_MAPPING, 8, &c->mapping_offset);
	if (!pfs_page_member(m, PFS_F_PG_PGMAP, 8, &c->pgmap_offset))
		pfs_page_member(m, PFS_F_FOLIO_PGMAP, 8, &c->pgmap_offset);
	if (!pfs_page_member(m, PFS_F_PG_COMPOUND_INFO, 8, &c->head_offset))
		pfs_page_member(m, PFS_F_PG_COMPOUND_HEAD, 8, &c->head_offset);
	/*
	 * 8c846c879e22 (v7.1): a mask where struct page is a power of two and HVO
	 * is built in.
	 */
	c->head_is_mask = pfs_have(f, PFS_F_PG_COMPOUND_INFO) &&
			  pfs_have(f, PFS_F_ZONE_VMEMMAP_TAILS) &&
			  !(c->struct_page & (c->struct_page - 1));
	c->has_refcount = pfs_page_member(m, PFS_F_PG_REFCOUNT, 4, &c->refcount_offset);
	buddy(c, f);
	if (collect_ram(c, m) || index_links(c, m))
		return pfs_err_set(err, ENOMEM, "struct pages: out of memory");
	c->alike_mask = pfs_alike_mask(c);
	return 0;
}

int pfs_pages_open(struct pfs_model *m, struct pfs_err *err)
{
	m->classifier = pfs_alloc(&m->arena, sizeof(*m->classifier));
	if (!m->classifier)
		return pfs_err_set(err, ENOMEM, "struct pages: out of memory");
	return pfs_classifier_init(m->classifier, m, err);
}

static bool in_range(const struct pfs_pfn_range *r, uint64_t pfn)
{
	return pfn >= r->start && pfn < r->end;
}

bool pfs_classifier_is_ram(const struct pfs_classifier *c, uint64_t pfn)
{
	size_t lo = 0, hi = c->nr_ram, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (pfn >= c->ram[mid].end)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < c->nr_ram && in_range(&c->ram[lo], pfn);
}

static bool spans(const struct pfs_zone *z, uint64_t pfn)
{
	return pfs_within(pfn, z->start_pfn, z->spanned);
}

/* Does a zone of RAM span the PFN? ZONE_DEVICE spans what lies in others, too. */
static bool ram_zone_spans(const struct pfs_classifier *c, uint64_t pfn)
{
	size_t i;

	for (i = 0; i < c->m->nr_zones; i++)
		if ((int64_t)c->m->zones[i].index != c->device_zone && spans(&c->m->zones[i], pfn))
			return true;
	return false;
}

bool pfs_page_busy(const struct pfs_classifier *c, const unsigned char *bytes)
{
	return pfs_le64(bytes + c->flags_offset) & c->busy_mask ||
	       (c->slab_type && c->type_offset &&
		(pfs_le32(bytes + c->type_offset) & 0xff000000) == c->slab_type);
}

bool pfs_compound_head(const struct pfs_classifier *c, uint64_t page_va, const unsigned char *bytes,
		       uint64_t *ret_head_va)
{
	uint64_t word;

	if (!c->head_offset)
		return false;
	word = pfs_le64(bytes + c->head_offset);
	if (!(word & 1))
		return false;
	*ret_head_va = c->head_is_mask ? page_va & (word - 1) : word - 1;
	return true;
}

/*
 * A tail's head lies before it, whole struct pages away, and no further than
 * the largest compound page there is (1 GiB of DAX or hugetlb, 16 GiB on ppc64).
 */
static bool head_plausible(const struct pfs_classifier *c, uint64_t page_va, uint64_t head_va)
{
	uint64_t back = page_va - head_va;

	return head_va < page_va && head_va >= c->m->layout.vmemmap && !(back % c->struct_page) &&
	       back / c->struct_page <= pfs_compound_max(c);
}

static enum pfs_state why(const char **ret, enum pfs_state s, const char *text)
{
	if (ret)
		*ret = text;
	return s;
}

static enum pfs_state check_links(const struct pfs_classifier *c, uint64_t pfn, uint64_t flags,
				  bool ram, const struct pfs_pfn_range *next_ram,
				  const char **ret_why)
{
	const struct pfs_layout *l = &c->m->layout;
	uint64_t node = c->node_mask ? flags >> l->node_shift & c->node_mask : 0;
	uint64_t index = flags >> l->zone_shift & c->zone_mask;
	const struct pfs_zone *z = c->by_link[node << 3 | index];
	bool reserved = flags & c->reserved_mask;

	/*
	 * With CONFIG_DEFERRED_STRUCT_PAGE_INIT, init_reserved_page() looks for the
	 * zone that spans a memblock-reserved page, and where none does it links the
	 * page to the number after the last: ACPI tables behind the end of RAM.
	 */
	if (!z && reserved && pfs_have(c->m->facts, PFS_F_MAX_NR_ZONES) &&
	    index == pfs_val(c->m->facts, PFS_F_MAX_NR_ZONES) && !ram_zone_spans(c, pfn))
		return why(ret_why, PFS_ST_RESERVED,
			   "PG_reserved, in no zone's span, linked to no zone");
	if (!z)
		return why(ret_why, PFS_ST_MISLINKED,
			   "its node and zone links name no zone of this machine");
	if ((int64_t)z->index == c->device_zone) {
		/* Memory that was a device's is nobody's now, and never System RAM. */
		if (c->ram_known && ram && (!c->m->pgmaps_known || !pfs_pgmap_of(c->m, pfn)))
			return why(ret_why, PFS_ST_MISLINKED,
				   "System RAM in no device pagemap, linked to ZONE_DEVICE");
		if (!spans(z, pfn))
			return why(ret_why, PFS_ST_STALE,
				   "linked to ZONE_DEVICE, which does not span it");
		if (c->m->pgmaps_known && !pfs_pgmap_of(c->m, pfn))
			return why(ret_why, PFS_ST_STALE,
				   "linked to ZONE_DEVICE, but in no device pagemap");
		return why(ret_why, PFS_ST_DEVICE, "ZONE_DEVICE, in a device pagemap");
	}
	if (spans(z, pfn))
		return PFS_ST_OK;
	/*
	 * A hole takes the links of the RAM before it, also past that zone's end
	 * (0740a50b9baa "mm/page_alloc.c: refactor initialization of struct page
	 * for holes in memory layout", v5.12); node 0, zone 0 before.
	 */
	if (reserved && !ram_zone_spans(c, pfn))
		return why(ret_why, PFS_ST_RESERVED, "PG_reserved, in no zone's span");
	/*
	 * The same commit: init_unavailable_range() gives the hole before a range of
	 * RAM that range's zone, also where the hole begins in the zone below.
	 */
	if (reserved && c->ram_known && !ram && next_ram && spans(z, next_ram->start))
		return why(ret_why, PFS_ST_RESERVED, "a hole, linked to the zone of the RAM behind it");
	if (reserved && c->ram_known && !ram)
		return why(ret_why, PFS_ST_MISLINKED, "a hole inside one zone, linked to another");
	if (reserved && !c->ram_known)
		return PFS_ST_OK;
	return why(ret_why, PFS_ST_MISLINKED, "linked to a zone that does not span it");
}

static bool is_ram(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx, uint64_t pfn)
{
	while (ctx->ram < c->nr_ram && pfn >= c->ram[ctx->ram].end)
		ctx->ram++;
	return ctx->ram < c->nr_ram && in_range(&c->ram[ctx->ram], pfn);
}

static enum pfs_state classify(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx,
			       uint64_t pfn, const unsigned char *bytes, const char **ret_why)
{
	uint64_t first = pfs_le64(bytes), differ = 0, flags, head;
	uint64_t page_va = pfs_pfn_to_page(c->m, pfn);
	const char *bad;
	enum pfs_state s;
	bool ram, reserved;
	size_t i;

	for (i = 8; i < c->struct_page; i += 8)
		differ |= pfs_le64(bytes + i) ^ first;
	if (!differ) {
		if (first == PFS_FILL_POISON)
			return why(ret_why, PFS_ST_POISONED, "every byte is 0xff");
		if (first == PFS_FILL_UNUSED)
			return why(ret_why, PFS_ST_DEPOPULATED, "every byte is 0xfd");
		if (!first)
			return why(ret_why, PFS_ST_ZERO, "every byte is zero");
	}
	flags = pfs_le64(bytes + c->flags_offset);
	if (flags == PFS_FILL_POISON || flags == PFS_FILL_UNUSED)
		return why(ret_why, PFS_ST_GARBAGE, "flags hold a fill pattern, the rest does not");
	if (pfs_compound_head(c, page_va, bytes, &head) && !head_plausible(c, page_va, head))
		return why(ret_why, PFS_ST_GARBAGE,
			   "a tail page whose compound head is not a struct page before it");
	bad = pfs_bad_page(c, ctx, pfn, bytes);
	if (bad)
		return why(ret_why, PFS_ST_GARBAGE, bad);
	reserved = flags & c->reserved_mask;
	ram = is_ram(c, ctx, pfn);
	if (c->has_links) {
		s = check_links(c, pfn, flags, ram, ctx->ram < c->nr_ram ? &c->ram[ctx->ram] : NULL,
				ret_why);
		if (s != PFS_ST_OK)
			return s;
	}
	if (c->type_offset &&
	    (pfs_le32(bytes + c->type_offset) & c->buddy_mask) == c->buddy_value) {
		bad = pfs_bad_free_head(c, ctx, pfn, bytes);
		if (bad)
			return why(ret_why, PFS_ST_GARBAGE, bad);
		ctx->free_until = pfn + (UINT64_C(1) << pfs_le64(bytes + c->order_offset));
		return why(ret_why, PFS_ST_FREE, "its page type is buddy");
	}
	if (pfn < ctx->free_until) {
		bad = pfs_bad_free_page(c, pfn, bytes);
		if (bad)
			return why(ret_why, PFS_ST_GARBAGE, bad);
		return why(ret_why, PFS_ST_FREE, "inside the buddy block of a page before it");
	}
	if (reserved && c->ram_known && !ram)
		return why(ret_why, PFS_ST_RESERVED, "PG_reserved, and not System RAM");
	return why(ret_why, PFS_ST_OK, reserved ? "initialised, PG_reserved" : "initialised");
}

enum pfs_state pfs_classify(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx,
			    uint64_t pfn, const unsigned char *bytes, const char **ret_why)
{
	enum pfs_state s = classify(c, ctx, pfn, bytes, ret_why);

	ctx->seen = pfn + 1;
	/* A tail that cannot be told as one does not end its compound page. */
	if (pfs_state_abnormal(s) && ctx->compound && ctx->last + 1 == pfn)
		ctx->last = pfn;
	return s;
}
