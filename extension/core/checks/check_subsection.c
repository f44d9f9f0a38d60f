/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks that a subsection with its bit set has a memmap and something that
 * uses it, and that RAM and pagemaps have their bits set.
 */
#include "core/checks/check.h"
#include "core/pages/classify.h"
#include "core/pages/predicate.h"

#define ULL(x) ((unsigned long long)(x))

static bool bit(const struct pfs_section *s, uint64_t sub)
{
	return s->subsections[sub / 64] >> sub % 64 & 1;
}

static bool map_empty(const struct pfs_model *m, const struct pfs_section *s)
{
	unsigned int i;

	for (i = 0; i < m->layout.subsections; i++)
		if (bit(s, i))
			return false;
	return true;
}

/* Add [start, end) to the finding that ends there, or open one. True if it is new. */
static bool extend(struct pfs_check *c, struct pfs_finding **f, enum pfs_problem_id id,
		   uint64_t start, uint64_t end)
{
	if (*f && (*f)->end == start) {
		(*f)->end = end;
		(*f)->pages += end - start;
		return false;
	}
	*f = pfs_find(c, id, start, end);
	return true;
}

/*
 * Is a page of the memmap mapped that belongs to this subsection only? A large
 * leaf does not count: it stays until all of it is freed.
 */
static bool leaf_left(const struct pfs_model *m, uint64_t pfn, struct pfs_walk *ret)
{
	const struct pfs_layout *l = &m->layout;
	uint64_t bytes = l->pages_per_subsection * l->struct_page, at;
	uint64_t va = pfs_pfn_to_page(m, pfn);

	for (at = 0; at < bytes; at += l->page_size) {
		pfs_walk_va(m->mem, va + at, ret);
		if (ret->mapped && ret->leaf_size == l->page_size)
			return true;
	}
	return false;
}

/* Is there a page of RAM here that is not reserved: the allocator's, or in use? */
static bool allocatable(struct pfs_model *m, uint64_t start, uint64_t end)
{
	struct pfs_err ignored;
	struct pfs_page p;
	uint64_t pfn;

	for (pfn = start; pfn < end; pfn++) {
		if (pfs_page_get(m, pfn, &p, &ignored) || !p.has_bytes)
			return false;
		if ((p.state == PFS_ST_FREE || p.state == PFS_ST_OK) &&
		    !(p.flags & m->classifier->reserved_mask) && pfs_is_system_ram(m, pfn) == 1)
			return true;
	}
	return false;
}

/*
 * subsection_map_init() sets the bit of each subsection with memory of memblock
 * (f46edbd1b151 "mm/sparsemem: add helpers track active portions of a section at
 * boot", v5.3), and only hot-removal takes it away. Firmware may describe RAM that
 * belongs to no node: that is in no memblock, has no bit, and stays reserved.
 */
static void ram_not_valid(struct pfs_check *c, const struct pfs_section *s)
{
	const struct pfs_layout *l = &c->m->layout;
	uint64_t first = s->nr * l->pages_per_section, sub, pfn;
	struct pfs_finding *f = NULL;

	for (sub = 0; sub < l->subsections; sub++) {
		pfn = first + sub * l->pages_per_subsection;
		if (bit(s, sub) || pfs_pgmap_of(c->m, pfn) ||
		    pfs_any_ram(c->m, pfn, pfn + l->pages_per_subsection) != 1 ||
		    !allocatable(c->m, pfn, pfn + l->pages_per_subsection) ||
		    !extend(c, &f, PFS_P_SUBSECTION_VS_MEMMAP, pfn, pfn + l->pages_per_subsection))
			continue;
		f->title = "subsections with RAM are not valid";
		pfs_evidence(c, f,
			     "section %llu (%s): the bit of subsection %llu is clear, and there is "
			     "System RAM in it that is free or in use",
			     ULL(s->nr), pfs_section_flag_names(&c->m->arena, s->flags), ULL(sub));
		pfs_evidence(c, f,
			     pfs_have(c->m->facts, PFS_F_FN_PFN_TO_ONLINE) ?
				     "pfn_to_online_page() of this kernel leaves them out" :
				     "no function of this kernel asks for the bit: the section "
				     "is early");
	}
}

void pfs_check_subsection_memmap(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	const struct pfs_layout *l = &m->layout;
	struct pfs_finding *empty = NULL, *left = NULL;
	uint64_t bytes = l->pages_per_subsection * l->struct_page;
	struct pfs_walk w;
	size_t i;

	for (i = 0; i < m->nr_sections; i++) {
		const struct pfs_section *s = &m->sections[i];
		uint64_t first = s->nr * l->pages_per_section, sub, pfn;

		if (!(s->flags & PFS_SEC_HAS_MEM_MAP) || !s->subsections)
			continue;
		if (map_empty(m, s)) {
			/*
			 * Boot sets a bit for every subsection with memory, and
			 * section_deactivate() takes HAS_MEM_MAP with the last bit
			 * (d41e2f3bd546, v5.6; before, the whole word).
			 */
			if (extend(c, &empty, PFS_P_SUBSECTION_VS_MEMMAP, first,
				   first + l->pages_per_section))
				pfs_evidence(c, empty,
					     "section %llu (%s) has a memmap, and no bit of its "
					     "subsection map is set",
					     ULL(s->nr),
					     pfs_section_flag_names(&c->m->arena, s->flags));
			continue;
		}
		if (s->flags & PFS_SEC_EARLY && s->flags & PFS_SEC_ONLINE)
			ram_not_valid(c, s);
		if (s->flags & PFS_SEC_EARLY || bytes % l->page_size || !l->vmemmap_known)
			continue;
		for (sub = 0; sub < l->subsections; sub++) {
			pfn = first + sub * l->pages_per_subsection;
			if (bit(s, sub) || !leaf_left(m, pfn, &w))
				continue;
			if (!extend(c, &left, PFS_P_SUBSECTION_VS_MEMMAP, pfn,
				    pfn + l->pages_per_subsection))
				continue;
			left->severity = PFS_SEV_SUSPICIOUS;
			left->title = "memmap of subsections that are not valid is still mapped";
			pfs_evidence(c, left,
				     "section %llu is not early and the bit of subsection %llu is "
				     "clear, but its struct pages at 0x%llx are mapped",
				     ULL(s->nr), ULL(sub), ULL(w.va));
		}
	}
}

/* The first section from pfn on, as a PFN; UINT64_MAX if there is none. */
static uint64_t next_section(const struct pfs_model *m, uint64_t pfn)
{
	uint64_t nr = pfn / m->layout.pages_per_section;
	size_t lo = 0, hi = m->nr_sections, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (m->sections[mid].nr < nr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < m->nr_sections ? m->sections[lo].nr * m->layout.pages_per_section : UINT64_MAX;
}

/* The PFNs of a pagemap are valid for its whole life, except for a moment at either end. */
static void pgmap_not_valid(struct pfs_check *c, const struct pfs_pgmap *p)
{
	const struct pfs_model *m = c->m;
	struct pfs_finding *f = NULL;
	uint64_t at, end, per = m->layout.pages_per_subsection;

	for (at = p->start_pfn; at < p->end_pfn; at = end) {
		const struct pfs_section *s = pfs_section_of(m, at);

		end = s ? (at / per + 1) * per : next_section(m, at);
		if (end > p->end_pfn)
			end = p->end_pfn;
		if (s ? pfs_section_pfn_valid(m, s, at) < 0 : !m->sections_known)
			continue;
		if (s && s->flags & PFS_SEC_HAS_MEM_MAP &&
		    (!s->subsections || bit(s, at % m->layout.pages_per_section / per)))
			continue;
		if (!extend(c, &f, PFS_P_SUBSECTION_VS_PGMAP, at, end))
			continue;
		pfs_doubt(f, PFS_CONF_MEDIUM,
			  "the stacks of all tasks (foreach bt in crash): is one "
			  "in memremap_pages() or memunmap_pages()");
		pfs_evidence(c, f, "device pagemap 0x%llx covers them (0x%llx-0x%llx)", ULL(p->va),
			     ULL(p->start_pfn), ULL(p->end_pfn - 1));
		pfs_evidence(c, f,
			     s ? "the bit of their subsection is clear" : "no section is there");
		pfs_evidence(c, f,
			     "a task in memremap_pages() or memunmap_pages() would explain it");
	}
}

void pfs_check_subsection_pgmap(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	const struct pfs_layout *l = &m->layout;
	struct pfs_finding *f = NULL;
	uint64_t sub, pfn;
	size_t i;

	for (i = 0; i < m->nr_pgmaps; i++)
		pgmap_not_valid(c, &m->pgmaps[i]);
	if (!m->pgmaps_known || !m->memory_blocks_known || !m->nr_memory_blocks)
		return;
	/*
	 * Valid subsections outside boot memory are either a device's, whose
	 * pagemap is stored before they are added and erased after they are
	 * removed, or hot-added memory's, which has memory blocks.
	 */
	for (i = 0; i < m->nr_sections; i++) {
		const struct pfs_section *s = &m->sections[i];

		if (!(s->flags & PFS_SEC_HAS_MEM_MAP) || !s->subsections ||
		    s->flags & (PFS_SEC_EARLY | PFS_SEC_ONLINE))
			continue;
		for (sub = 0; sub < l->subsections; sub++) {
			pfn = s->nr * l->pages_per_section + sub * l->pages_per_subsection;
			if (!bit(s, sub) || pfs_pgmap_of(m, pfn) || pfs_memory_block_of(m, pfn) ||
			    pfs_is_system_ram(m, pfn))
				continue;
			if (!extend(c, &f, PFS_P_SUBSECTION_VS_PGMAP, pfn,
				    pfn + l->pages_per_subsection))
				continue;
			f->title = "subsections are valid, but nothing uses them";
			pfs_evidence(
				c, f,
				"section %llu (%s): subsection %llu is valid, and in no device "
				"pagemap, no memory block and no System RAM",
				ULL(s->nr), pfs_section_flag_names(&c->m->arena, s->flags),
				ULL(sub));
		}
	}
}
