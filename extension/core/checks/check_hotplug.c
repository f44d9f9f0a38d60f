/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of what memory hotplug records twice: ONLINE and memory blocks, TAINT
 * and pagemaps.
 */
#include "core/checks/check.h"
#include "core/pages/predicate.h"

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

	if (!pfs_has_section_flag(m, PFS_SF_TAINT_ZONE_DEVICE))
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
				     m->layout.flag_bits[PFS_SF_TAINT_ZONE_DEVICE]);
		}
	}
}

static void block_differs(struct pfs_check *c, const struct pfs_memory_block *b,
			  const struct pfs_section *s)
{
	uint64_t per = c->m->layout.pages_per_section;
	bool online = pfs_memory_block_state(c->m, b) == PFS_BLOCK_ONLINE;
	struct pfs_finding *f = pfs_find(c, PFS_P_MEMORY_BLOCK_VS_SECTION, s->nr * per,
					 (s->nr + 1) * per);

	pfs_evidence(c, f, "memory block 0x%llx is %s, section %llu in it is %s", ULL(b->va),
		     online ? "MEM_ONLINE" : "MEM_OFFLINE", ULL(s->nr),
		     pfs_section_flag_names(&c->m->arena, s->flags));
	if (online)
		return;
	/* memory_block_action() sets the state after online_pages(). */
	f->severity = PFS_SEV_SUSPICIOUS;
	pfs_doubt(f, PFS_CONF_MEDIUM,
		  "the stacks of all tasks (foreach bt in crash): is one in "
		  "online_pages()");
	pfs_evidence(c, f, "a task in online_pages() would explain it");
}

/*
 * A section that is missing from the section table, while everything else still
 * has its memory.
 */
static void section_gone(struct pfs_check *c, const struct pfs_memory_block *b, uint64_t nr)
{
	uint64_t per = c->m->layout.pages_per_section, start = nr * per;
	struct pfs_finding *f;

	/* A block of several sections may have holes. */
	if (pfs_section_of(c->m, start) ||
	    (b->sections == 1 ? pfs_any_ram(c->m, start, start + per) :
				pfs_all_ram(c->m, start, start + per)) != 1)
		return;
	f = pfs_find(c, PFS_P_MEMORY_BLOCK_VS_SECTION, start, start + per);
	pfs_evidence(c, f,
		     "memory block 0x%llx is MEM_ONLINE, there is System RAM in it, and "
		     "section %llu is not there: section_mem_map is zero",
		     ULL(b->va), ULL(nr));
}

/*
 * May a section in a memory block with RAM be offline? Yes, if it holds only
 * memory of a device.
 */
static bool device_alone(const struct pfs_model *m, const struct pfs_section *s)
{
	uint64_t start = s->nr * m->layout.pages_per_section;
	uint64_t end = start + m->layout.pages_per_section;
	size_t k;

	for (k = 0; k < m->nr_pgmaps; k++)
		if (m->pgmaps[k].start_pfn < end && m->pgmaps[k].end_pfn > start)
			return pfs_any_ram(m, start, end) != 1;
	return false;
}

/*
 * All sections of a memory block go online and offline together. But holes in a
 * block of boot memory are not present, and device memory that shares the block
 * is in no zone of RAM: neither is online.
 */
void pfs_check_memory_blocks(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	uint64_t nr;
	size_t i;

	if (!m->pgmaps_known || !pfs_has_section_flag(m, PFS_SF_ONLINE))
		return;
	for (i = 0; i < m->nr_memory_blocks; i++) {
		const struct pfs_memory_block *b = &m->memory_blocks[i];
		enum pfs_block_state state = pfs_memory_block_state(m, b);
		bool online = state == PFS_BLOCK_ONLINE;

		if (!online && state != PFS_BLOCK_OFFLINE)
			continue;
		for (nr = b->start_section; nr - b->start_section < b->sections; nr++) {
			const struct pfs_section *s =
				pfs_section_of(m, nr * m->layout.pages_per_section);

			if (!s) {
				if (online && m->sections_known)
					section_gone(c, b, nr);
				continue;
			}
			if (!(s->flags & PFS_SEC_HAS_MEM_MAP) ||
			    !(s->flags & PFS_SEC_ONLINE) == !online)
				continue;
			if (s->flags & PFS_SEC_ONLINE || !device_alone(m, s))
				block_differs(c, b, s);
		}
	}
}
