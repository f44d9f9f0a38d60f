/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The predicates behind the page states. */
#include "core/pages/classify.h"

#include <string.h>

#include "base/range.h"

static bool in_range(const struct pfs_pfn_range *r, uint64_t pfn)
{
	return pfn >= r->start && pfn < r->end;
}

static bool spans(const struct pfs_zone *z, uint64_t pfn)
{
	return pfs_within(pfn, z->start_pfn, z->spanned);
}

/*
 * Does a zone of RAM span the PFN? ZONE_DEVICE is left out, because it also
 * spans what belongs to other zones.
 */
static bool ram_zone_spans(const struct pfs_classifier *c, uint64_t pfn)
{
	size_t i;

	for (i = 0; i < c->m->nr_zones; i++)
		if ((int64_t)c->m->zones[i].index != c->device_zone && spans(&c->m->zones[i], pfn))
			return true;
	return false;
}

/*
 * The head of a tail is before it, at a distance of whole struct pages, and no
 * farther than the largest compound page (1 GiB of DAX or hugetlb, 16 GiB on
 * ppc64).
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

/*
 * Where ZONE_DEVICE is no zone link, the pagemap alone tells; such kernels add and
 * initialise the memmap of whole sections for it.
 */
static bool in_device_section(const struct pfs_classifier *c, uint64_t pfn)
{
	uint64_t per = c->m->layout.pages_per_section, start = pfn / per * per;
	size_t i;

	for (i = 0; i < c->m->nr_pgmaps; i++)
		if (c->m->pgmaps[i].start_pfn < start + per && start < c->m->pgmaps[i].end_pfn)
			return true;
	return false;
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

	if (c->device_apart && !ram && in_device_section(c, pfn))
		return why(ret_why, PFS_ST_DEVICE, "in the section of a device pagemap");
	/* Without types there are no pagemaps, and how a device's pages are linked is not known. */
	if (pfs_inferred(c->m) && !c->m->pgmaps_known && c->ram_known && !ram &&
	    !(z && spans(z, pfn)))
		return PFS_ST_OK;
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
		/*
		 * Memory of a device that is gone belongs to nobody, and is
		 * never System RAM.
		 */
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
		return why(ret_why, PFS_ST_RESERVED,
			   "a hole, linked to the zone of the RAM behind it");
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
		if (first == c->unused_fill)
			return why(ret_why, PFS_ST_DEPOPULATED, "every byte is 0xfd");
		if (!first)
			return why(ret_why, PFS_ST_ZERO, "every byte is zero");
	}
	flags = pfs_le64(bytes + c->flags_offset);
	if (flags == PFS_FILL_POISON || flags == c->unused_fill)
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
	/* A tail that is damaged beyond recognition does not end its compound page. */
	if (pfs_state_abnormal(s) && ctx->compound && ctx->last + 1 == pfn)
		ctx->last = pfn;
	return s;
}
