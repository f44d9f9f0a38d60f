/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pfn_valid() and its relatives, evaluated over the model. */
#include "core/pages/predicate.h"

#include "core/pages/classify.h"
#include "facts/arch.h"

static int subsection_bit(const struct pfs_model *m, const struct pfs_section *s, uint64_t pfn)
{
	const struct pfs_layout *l = &m->layout;
	uint64_t sub = pfn % l->pages_per_section / l->pages_per_subsection;

	if (s->subsections)
		return s->subsections[sub / 64] >> sub % 64 & 1;
	/* A kernel without subsections has sections that are valid as a whole. */
	if (!pfs_has_subsections(m))
		return 1;
	/* Without VMEMMAP there is no map, and pfn_section_valid() is constant. */
	if (!pfs_have(m->facts, PFS_F_MSU_SUBSECTION_MAP) &&
	    pfs_have(m->facts, PFS_F_MSU_PAGEBLOCK_FLAGS))
		return 1;
	return -1;
}

static int flag(const struct pfs_model *m, uint64_t pfn, enum pfs_section_flag_id id)
{
	const struct pfs_section *s = pfs_section_of(m, pfn);

	if (!pfs_has_section_flag(m, id))
		return -1;
	return s && s->flags >> id & 1;
}

/* One of enum pfs_pfn_valid, of a section that has a memmap. */
static int valid_by(const struct pfs_model *m, unsigned int kind, const struct pfs_section *s,
		    uint64_t pfn)
{
	const struct pfs_memblock *r;

	if (kind != PFS_VALID_MAPPED && !(s->flags & PFS_SEC_EARLY))
		return subsection_bit(m, s, pfn);
	if (kind == PFS_VALID_GENERIC)
		return 1;
	if (!m->memblock_known)
		return -1;
	r = pfs_memblock_of(m, pfn << m->layout.page_shift);
	return r && (kind == PFS_VALID_EARLY_MEMORY || !r->nomap);
}

static unsigned int kinds_of(const struct pfs_model *m)
{
	const struct pfs_arch *arch = m->mem->arch;

	return arch->pfn_valid_kinds ? arch->pfn_valid_kinds(m->facts) : PFS_VALID_GENERIC;
}

bool pfs_pfn_valid_is_generic(const struct pfs_model *m)
{
	return kinds_of(m) == PFS_VALID_GENERIC;
}

int pfs_section_pfn_valid(const struct pfs_model *m, const struct pfs_section *s, uint64_t pfn)
{
	unsigned int kinds = kinds_of(m);
	int answer = -1, r, i;

	if (!s || !(s->flags & PFS_SEC_HAS_MEM_MAP))
		return 0;
	/* Whichever it is: an answer counts if all of them give it. */
	for (i = 0; i < PFS_NR_VALID_KINDS; i++) {
		if (!(kinds >> i & 1))
			continue;
		r = valid_by(m, 1u << i, s, pfn);
		if (r < 0 || (answer >= 0 && r != answer))
			return -1;
		answer = r;
	}
	return answer;
}

int pfs_pfn_valid(const struct pfs_model *m, uint64_t pfn)
{
	return pfs_section_pfn_valid(m, pfs_section_of(m, pfn), pfn);
}

int pfs_present_section(const struct pfs_model *m, uint64_t pfn)
{
	return flag(m, pfn, PFS_SF_PRESENT);
}

int pfs_online_section(const struct pfs_model *m, uint64_t pfn)
{
	return flag(m, pfn, PFS_SF_ONLINE);
}

int pfs_early_section(const struct pfs_model *m, uint64_t pfn)
{
	return flag(m, pfn, PFS_SF_EARLY);
}

int pfs_pfn_section_valid(const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_section *s = pfs_section_of(m, pfn);

	/* Without a memmap there is no usage, because the kernel never asks for it. */
	return s && s->flags & PFS_SEC_HAS_MEM_MAP ? subsection_bit(m, s, pfn) : 0;
}

int pfs_get_dev_pagemap(const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_pgmap *g = pfs_pgmap_of(m, pfn);

	if (!g)
		return m->pgmaps_known ? 0 : -1;
	if (g->ref == PFS_REF_UNREADABLE)
		return -1;
	return g->ref != PFS_REF_DEAD;
}

/* What v5.12 added to pfn_to_online_page(), for a page of an ONLINE section. */
static int online_subsection(const struct pfs_model *m, const struct pfs_section *s, uint64_t pfn)
{
	int r = subsection_bit(m, s, pfn);

	if (r != 1 || !(s->flags & PFS_SEC_TAINT_ZONE_DEVICE))
		return r;
	r = pfs_get_dev_pagemap(m, pfn);
	return r < 0 ? r : !r;
}

bool pfs_asks_pfn_valid_only(const struct pfs_model *m)
{
	return pfs_have(m->facts, PFS_F_BIT_LAST) && !pfs_has_section_flag(m, PFS_SF_ONLINE);
}

/* As far as sections and subsections tell. */
static int online_by_section(const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_section *s = pfs_section_of(m, pfn);
	const struct pfs_facts *f = m->facts;
	bool functions = pfs_have(f, PFS_F_FN_SCHEDULE);
	int r;

	if ((functions && !pfs_have(f, PFS_F_FN_ONLINE_PAGES)) || pfs_asks_pfn_valid_only(m))
		return pfs_pfn_valid(m, pfn);
	r = pfs_online_section(m, pfn);
	if (r != 1)
		return s ? r : 0;
	if (pfs_have(f, PFS_F_FN_PFN_TO_ONLINE) ||
	    pfs_has_section_flag(m, PFS_SF_TAINT_ZONE_DEVICE))
		return online_subsection(m, s, pfn);
	/*
	 * A distilled dump has no names of functions; that it has the last flag
	 * bit shows that the original had them.
	 */
	if (functions || pfs_have(f, PFS_F_BIT_LAST) || pfs_have(f, PFS_F_MS_PAGEBLOCK_FLAGS))
		return 1;
	return online_subsection(m, s, pfn) == 1 && pfs_get_dev_pagemap(m, pfn) == 0 ? 1 : -1;
}

/*
 * With a pfn_valid() of the architecture's own it is asked for this one, too: since v5.12
 * because there is one, before that by pfn_valid_within(), which came some time after v4.19.
 */
int pfs_pfn_to_online_page(const struct pfs_model *m, uint64_t pfn)
{
	int r = online_by_section(m, pfn), valid;

	if (r != 1 || pfs_pfn_valid_is_generic(m))
		return r;
	valid = pfs_pfn_valid(m, pfn);
	return !valid && pfs_have(m->facts, PFS_F_MS_PAGEBLOCK_FLAGS) ? -1 : valid;
}

int pfs_is_zone_device_page(const struct pfs_model *m, const struct pfs_page *p)
{
	const struct pfs_facts *f = m->facts;

	/* Without ZONE_DEVICE this is a constant and reads nothing. */
	if (pfs_have(f, PFS_F_MAX_NR_ZONES) && !pfs_have(f, PFS_F_ZONE_DEVICE) && !pfs_inferred(m))
		return 0;
	if (!p || !p->has_bytes || !m->layout.zone_width || !pfs_have(f, PFS_F_ZONE_DEVICE) ||
	    m->classifier->device_apart)
		return -1;
	/* Not p->zone, which is decoded only where the links can be looked up. */
	return (p->flags >> m->layout.zone_shift & ((UINT64_C(1) << m->layout.zone_width) - 1)) ==
	       pfs_val(f, PFS_F_ZONE_DEVICE);
}

int pfs_page_reserved(const struct pfs_model *m, const struct pfs_page *p)
{
	uint64_t bit = pfs_val(m->facts, PFS_F_FLAG_RESERVED);

	if (!p || !p->has_bytes || !pfs_have(m->facts, PFS_F_FLAG_RESERVED) || bit >= 64)
		return -1;
	return p->flags >> bit & 1;
}

int pfs_any_ram(const struct pfs_model *m, uint64_t start, uint64_t end)
{
	const struct pfs_classifier *c = m->classifier;
	size_t i;

	if (!c || !c->ram_known)
		return -1;
	for (i = 0; i < c->nr_ram; i++)
		if (c->ram[i].start < end && start < c->ram[i].end)
			return 1;
	return 0;
}

int pfs_all_ram(const struct pfs_model *m, uint64_t start, uint64_t end)
{
	const struct pfs_classifier *c = m->classifier;
	size_t i;

	if (!c || !c->ram_known)
		return -1;
	/* Ascending and without overlap; blocks that were added one by one may touch. */
	for (i = 0; i < c->nr_ram && start < end; i++)
		if (c->ram[i].start <= start && start < c->ram[i].end)
			start = c->ram[i].end;
	return start >= end;
}

int pfs_pfn_active(const struct pfs_model *m, uint64_t pfn)
{
	uint64_t per = m->layout.pages_per_subsection, first = pfn / per * per;
	int valid = pfs_pfn_section_valid(m, pfn), online, ram;
	size_t i;

	if (valid != 1)
		return valid;
	for (i = 0; i < m->nr_pgmaps; i++)
		if (m->pgmaps[i].start_pfn < first + per && first < m->pgmaps[i].end_pfn)
			return 1;
	online = pfs_online_section(m, pfn);
	ram = pfs_any_ram(m, first, first + per);
	if (online == 1 && ram == 1)
		return 1;
	return online < 0 || ram < 0 || !m->pgmaps_known ? -1 : 0;
}
