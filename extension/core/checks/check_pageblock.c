/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks that the pageblock bits hold a migratetype that exists. */
#include "core/checks/check.h"

#define ULL(x) ((unsigned long long)(x))

void pfs_check_pageblocks(struct pfs_check *c)
{
	struct pfs_model *m = c->m;
	const struct pfs_facts *f = m->facts;
	uint64_t pages, blocks, per_read, at, i, types = pfs_pageblock_types(m);
	struct pfs_finding *open = NULL;
	unsigned int order, width;
	unsigned char buf[512];
	size_t s;

	if (!types || !pfs_pageblock_geometry(m, &order, &width))
		return;
	pages = UINT64_C(1) << order;
	blocks = m->layout.pages_per_section >> order;
	per_read = sizeof(buf) * 8 / width;
	for (s = 0; s < m->nr_sections; s++) {
		const struct pfs_section *sec = &m->sections[s];
		uint64_t va = sec->usage + pfs_val(f, PFS_F_MSU_PAGEBLOCK_FLAGS);
		uint64_t first = sec->nr * m->layout.pages_per_section;

		if (!(sec->flags & PFS_SEC_HAS_MEM_MAP) || !sec->subsections)
			continue;
		for (at = 0; at < blocks; at += per_read) {
			uint64_t n = blocks - at < per_read ? blocks - at : per_read;

			/* The bitmap is of longs. */
			if (pfs_read_va(m->mem, va + at * width / 8, buf, (n * width + 63) / 64 * 8,
					NULL))
				break;
			for (i = 0; i < n; i++) {
				unsigned int byte = buf[i * width / 8];
				unsigned int bits = byte >> i * width % 8;
				uint64_t pfn = first + (at + i) * pages;

				if ((bits & PFS_PAGEBLOCK_TYPE) < types)
					continue;
				if (open && open->end == pfn) {
					open->end += pages;
					open->pages += pages;
					continue;
				}
				open = pfs_find(c, PFS_P_PAGEBLOCK_TYPE_ILLEGAL, pfn, pfn + pages);
				pfs_evidence(c, open,
					     "migratetype %u in pageblock_flags at 0x%llx, section "
					     "%llu; this kernel has types 0 to %llu",
					     bits & PFS_PAGEBLOCK_TYPE, ULL(va), ULL(sec->nr),
					     ULL(types - 1));
			}
		}
	}
}
