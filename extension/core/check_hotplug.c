/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of what hotplug keeps in two places: ONLINE and memory blocks, TAINT and pagemaps. */
#include "core/check.h"

#define ULL(x) ((unsigned long long)(x))

/*
 * 1f90a3477df3 "mm: teach pfn_to_online_page() about ZONE_DEVICE section
 * collisions" (v5.12): a section in which a ZONE_DEVICE range begins or ends is
 * tainted for good. An online section that meets a pagemap is always one.
 */
void pfs_check_taint(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	uint64_t per = m->layout.pages_per_section;
	size_t i, j;

	if (m->layout.flag_bits[4] >= 64)
		return;
	for (i = 0; i < m->nr_sections; i++) {
		const struct pfs_section *s = &m->sections[i];

		if (!(s->flags & PFS_SEC_ONLINE) || s->flags & PFS_SEC_TAINT_ZONE_DEVICE)
			continue;
		for (j = 0; j < m->nr_pgmaps; j++) {
			const struct pfs_pgmap *p = &m->pgmaps[j];
			uint64_t start = s->nr * per, end = start + per;
			struct pfs_finding *f;

			if (p->start_pfn >= end || p->end_pfn <= start)
				continue;
			start = p->start_pfn > start ? p->start_pfn : start;
			end = p->end_pfn < end ? p->end_pfn : end;
			f = pfs_find(c, PFS_P_TAINT_MISSING, start, end);
			pfs_evidence(c, f,
				     "section %llu: section_mem_map 0x%llx (%s), and device "
				     "pagemap 0x%llx covers these PFNs of it",
				     ULL(s->nr), ULL(s->raw),
				     pfs_section_flag_names(&c->m->arena, s->flags), ULL(p->va));
			pfs_evidence(c, f, "bit %u of the word is clear and should be set",
				     m->layout.flag_bits[4]);
		}
	}
}

static void block_differs(struct pfs_check *c, const struct pfs_memory_block *b,
			  const struct pfs_section *s)
{
	uint64_t per = c->m->layout.pages_per_section;
	bool block_online = pfs_memory_block_state(c->m, b) == PFS_BLOCK_ONLINE;
	struct pfs_finding *f =
		pfs_find(c, PFS_P_MEMORY_BLOCK_VS_SECTION, s->nr * per, (s->nr + 1) * per);

	pfs_evidence(c, f, "memory block 0x%llx is %s, section %llu in it is %s", ULL(b->va),
		     block_online ? "MEM_ONLINE" : "MEM_OFFLINE", ULL(s->nr),
		     pfs_section_flag_names(&c->m->arena, s->flags));
	if (block_online)
		return;
	/* memory_block_action() sets the state after online_pages(). */
	f->severity = PFS_SEV_SUSPICIOUS;
	f->confidence = PFS_CONF_MEDIUM;
	pfs_evidence(c, f, "a task in online_pages() would explain it");
}

/*
 * A block's sections go online and offline together. Holes of a boot block are
 * not present, and device memory that shares a block's range is in no zone of
 * RAM: neither is online.
 */
void pfs_check_memory_blocks(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	size_t i, j = 0;

	if (!m->pgmaps_known || m->layout.flag_bits[2] >= 64)
		return;
	for (i = 0; i < m->nr_memory_blocks; i++) {
		const struct pfs_memory_block *b = &m->memory_blocks[i];
		enum pfs_block_state state = pfs_memory_block_state(m, b);

		if (state != PFS_BLOCK_ONLINE && state != PFS_BLOCK_OFFLINE)
			continue;
		while (j < m->nr_sections && m->sections[j].nr < b->start_section)
			j++;
		for (; j < m->nr_sections && m->sections[j].nr - b->start_section < b->sections;
		     j++) {
			const struct pfs_section *s = &m->sections[j];
			uint64_t start = s->nr * m->layout.pages_per_section;
			bool differs = !(s->flags & PFS_SEC_ONLINE) == (state == PFS_BLOCK_ONLINE);
			size_t k;

			if (!(s->flags & PFS_SEC_HAS_MEM_MAP) || !differs)
				continue;
			for (k = 0; k < m->nr_pgmaps; k++)
				if (m->pgmaps[k].start_pfn < start + m->layout.pages_per_section &&
				    m->pgmaps[k].end_pfn > start)
					break;
			if (k == m->nr_pgmaps)
				block_differs(c, b, s);
		}
	}
}
