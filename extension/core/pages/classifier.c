/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks up once per model what pages are compared with, and reads what their words mean. */
#include "core/pages/classify.h"

#include <errno.h>
#include <string.h>

bool pfs_page_member(const struct pfs_model *m, enum pfs_fact_id id, size_t size, size_t *ret)
{
	if (!pfs_have(m->facts, id) || pfs_val(m->facts, id) > m->layout.struct_page - size)
		return false;
	*ret = pfs_val(m->facts, id);
	return true;
}

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
 * The page type of a buddy page, in the word of _mapcount. Up to v4.17 one value of
 * a few, -128; then a cleared bit below 0xf0000000 (PG_buddy, 0x80; 6e292b9be7f4 "mm:
 * split page_type out from _mapcount"); from v6.12 the top byte (4ffca5a96678 "mm:
 * support only one page_type per page"). VMCOREINFO's PAGE_BUDDY_MAPCOUNT_VALUE
 * tells which.
 */
static void buddy(struct pfs_classifier *c, const struct pfs_facts *f)
{
	uint32_t v = (uint32_t)pfs_val(f, PFS_F_BUDDY_VALUE);

	if (!pfs_have(f, PFS_F_BUDDY_VALUE) ||
	    !pfs_page_member(c->m, PFS_F_PG_PRIVATE, 8, &c->order_offset))
		return;
	if (!pfs_page_member(c->m, PFS_F_PG_PAGE_TYPE, 4, &c->type_offset))
		pfs_page_member(c->m, PFS_F_PG_MAPCOUNT, 4, &c->type_offset);
	if (v >> 24 == 0xff && ~v & (~v - 1)) {
		c->buddy_mask = UINT32_MAX;
		c->buddy_value = v;
	} else if (v >> 24 == 0xff) {
		c->buddy_mask = 0xf0000000 | ~v;
		c->buddy_value = 0xf0000000;
	} else {
		c->buddy_mask = 0xff000000;
		c->buddy_value = v & 0xff000000;
	}
	/*
	 * Other types are PG_offline, PG_table, PG_guard and, for a while,
	 * PG_kmemcg from v4.18 on, and those that VMCOREINFO names. The values
	 * of v6.10 and v6.11, one bit each below 0x80000000, are not told
	 * apart.
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
	c->max_order = pfs_have(f, PFS_F_ZONE_FREE_AREA_LEN) ?
			       (unsigned int)pfs_val(f, PFS_F_ZONE_FREE_AREA_LEN) :
			       11;
	if (c->max_order > 20)
		c->max_order = 20;
}

static uint64_t flag_mask(const struct pfs_facts *f, enum pfs_fact_id id)
{
	return pfs_have(f, id) && pfs_val(f, id) < 64 ? UINT64_C(1) << pfs_val(f, id) : 0;
}

/*
 * The kernel's canonical addresses are a power of two of them: at the end of the address space,
 * or where its half begins (ppc64le).
 */
static void kernel_addresses(struct pfs_classifier *c, const struct pfs_mem *mem)
{
	const struct pfs_arch *arch = mem ? mem->arch : NULL;
	unsigned int shift = 63;
	bool top = !arch || arch->canonical(mem, UINT64_MAX);

	while (arch && shift &&
	       !(top ? arch->canonical(mem, -(UINT64_C(1) << shift)) :
		       arch->canonical(mem, arch->kernel_half + ((UINT64_C(1) << shift) - 1))))
		shift--;
	c->kernel_size = UINT64_C(1) << shift;
	c->kernel_start = top ? -c->kernel_size : arch->kernel_half;
}

/* Flags that make pages subject to other rules. */
static uint64_t special_mask(const struct pfs_classifier *c)
{
	return c->head_mask | c->hwpoison_mask;
}

/* The flags that pfs_alike() compares; 0: it must not be called. */
static uint64_t alike_mask(const struct pfs_classifier *c)
{
	const struct pfs_layout *l = &c->m->layout;
	uint64_t mask = special_mask(c) | c->lru_mask | c->unevictable_mask | c->reserved_mask |
			c->free_mask;

	/* No page without special flags may hold a fill pattern. */
	if (!c->has_links || !c->has_refcount || !c->head_offset || !c->head_mask ||
	    !(special_mask(c) & c->unused_fill))
		return 0;
	/* One word has to hold both counts; its lower half is also the page type. */
	if (!c->mapcount_offset || c->refcount_offset != c->mapcount_offset + 4 ||
	    c->type_offset != c->mapcount_offset || c->buddy_mask == c->buddy_value)
		return 0;
	return mask | c->zone_mask << l->zone_shift |
	       (c->node_mask ? c->node_mask << l->node_shift : 0);
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
	kernel_addresses(c, m->mem);
	c->unused_fill = m->mem->arch->unused_fill ? m->mem->arch->unused_fill : PFS_FILL_POISON;
	c->list_poison = m->mem->arch->list_poison;
	c->huge_pages = UINT64_C(1) << m->mem->arch->hugetlb_order(m->mem);
	c->device_zone = -1;
	if (pfs_have(f, PFS_F_ZONE_DEVICE))
		c->device_zone = (int64_t)pfs_val(f, PFS_F_ZONE_DEVICE);
	c->device_apart = pfs_have(f, PFS_F_ZONE_DEVICE) && pfs_have(f, PFS_F_MAX_NR_ZONES) &&
			  pfs_val(f, PFS_F_ZONE_DEVICE) >= pfs_val(f, PFS_F_MAX_NR_ZONES);
	pfs_page_member(m, PFS_F_PG_FLAGS, 8, &c->flags_offset);
	c->reserved_mask = flag_mask(f, PFS_F_FLAG_RESERVED);
	c->hwpoison_mask = flag_mask(f, PFS_F_FLAG_HWPOISON);
	c->head_mask = flag_mask(f, PFS_F_FLAG_HEAD);
	c->busy_mask = flag_mask(f, PFS_F_FLAG_LRU) | flag_mask(f, PFS_F_FLAG_SLAB);
	c->unevictable_mask = flag_mask(f, PFS_F_FLAG_UNEVICTABLE);
	c->lru_mask = c->unevictable_mask ? flag_mask(f, PFS_F_FLAG_LRU) : 0;
	/*
	 * PG_reserved and PG_hwpoison have findings of their own. Who knows the number of
	 * flags knows all of them: without PG_reported (v5.7) there is none.
	 */
	if (pfs_have(f, PFS_F_FLAG_NR) && pfs_val(f, PFS_F_FLAG_NR) < 64)
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
	if (!c->head_offset && pfs_page_member(m, PFS_F_PG_FIRST_PAGE, 8, &c->first_page_offset))
		c->tail_mask = flag_mask(f, PFS_F_FLAG_TAIL);
	c->has_refcount = pfs_page_member(m, PFS_F_PG_REFCOUNT, 4, &c->refcount_offset);
	buddy(c, f);
	pfs_second_init(c);
	if (collect_ram(c, m) || index_links(c, m))
		return pfs_err_set(err, ENOMEM, "struct pages: out of memory");
	c->alike_mask = alike_mask(c);
	return 0;
}

int pfs_pages_open(struct pfs_model *m, struct pfs_err *err)
{
	m->classifier = pfs_alloc(&m->arena, sizeof(*m->classifier));
	if (!m->classifier)
		return pfs_err_set(err, ENOMEM, "struct pages: out of memory");
	return pfs_classifier_init(m->classifier, m, err);
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
	return lo < c->nr_ram && pfn >= c->ram[lo].start;
}
