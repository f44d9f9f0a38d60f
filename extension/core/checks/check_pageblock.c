/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks that the pageblock bits hold a migratetype that exists. */
#include "core/checks/check.h"

#define ULL(x) ((unsigned long long)(x))

/*
 * Has anybody written the bits of this section? Up to v5.2 those of added memory came out of
 * kmalloc() (326e1b8f83a4 and its series, v5.3, made it a zeroed usage), and were set
 * as it went online; a device's are not all set, because its altmap reserve is left out.
 */
static bool bits_are_set(const struct pfs_model *m, const struct pfs_section *s)
{
	uint64_t start = s->nr * m->layout.pages_per_section;
	uint64_t end = start + m->layout.pages_per_section;
	size_t i;

	if (pfs_has_subsections(m))
		return s->subsections;
	if (pfs_has_section_flag(m, PFS_SF_ONLINE) && !(s->flags & PFS_SEC_ONLINE))
		return false;
	for (i = 0; i < m->nr_pgmaps; i++)
		if (m->pgmaps[i].start_pfn < end && start < m->pgmaps[i].end_pfn)
			return false;
	return m->pgmaps_known || pfs_has_section_flag(m, PFS_SF_ONLINE);
}

void pfs_check_pageblocks(struct pfs_check *c)
{
	struct pfs_model *m = c->m;
	uint64_t pages, blocks, at, types = pfs_pageblock_types(m);
	struct pfs_finding *open = NULL;
	unsigned int order, width, per_word, i;
	unsigned char buf[8];
	size_t s;

	if (!types || !pfs_pageblock_geometry(m, &order, &width))
		return;
	pages = UINT64_C(1) << order;
	blocks = m->layout.pages_per_section >> order;
	per_word = 64 / width;
	for (s = 0; s < m->nr_sections; s++) {
		const struct pfs_section *sec = &m->sections[s];
		uint64_t first = sec->nr * m->layout.pages_per_section, va = sec->pageblocks;

		if (!(sec->flags & PFS_SEC_HAS_MEM_MAP) || !va || !bits_are_set(m, sec))
			continue;
		for (at = 0; at < blocks; at += per_word) {
			if (pfs_read_va(m->mem, va + at * width / 8, buf, sizeof(buf), NULL))
				break;
			for (i = 0; i < per_word && at + i < blocks; i++) {
				uint64_t bits = pfs_pageblock_bits(m, pfs_le64(buf), i, width);
				uint64_t pfn = first + (at + i) * pages;

				if ((bits & PFS_PAGEBLOCK_TYPE) < types)
					continue;
				if (open && open->end == pfn) {
					open->end += pages;
					open->pages += pages;
					continue;
				}
				open = pfs_find(c, PFS_P_PAGEBLOCK_TYPE_ILLEGAL, pfn, pfn + pages);
				pfs_evidence(
					c, open,
					"migratetype %llu in pageblock_flags at 0x%llx, section "
					"%llu; this kernel has types 0 to %llu",
					ULL(bits & PFS_PAGEBLOCK_TYPE), ULL(va), ULL(sec->nr),
					ULL(types - 1));
			}
		}
	}
}
