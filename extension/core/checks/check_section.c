/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of mem_section itself: flags, base and usage, and device memory in
 * online sections.
 */
#include "core/checks/check.h"

#include "core/pages/predicate.h"

/* Why this section breaks the rule, as constant text; NULL if it does not. */
typedef const char *(*section_rule)(const struct pfs_model *m, const struct pfs_section *s,
				    enum pfs_severity *severity);

/*
 * Bits below the base that are no flags of this kernel. From v6.0 on these are
 * the bits from SECTION_MAP_LAST_BIT on. Before, TAINT_ZONE_DEVICE was the last
 * flag, and only from v5.12 on (1f90a3477df3), which also made
 * pfn_to_online_page() an out-of-line function.
 */
static uint64_t no_flags(const struct pfs_model *m)
{
	const struct pfs_facts *f = m->facts;
	uint64_t last = PFS_SF_TAINT_ZONE_DEVICE + 1;

	if (pfs_have(f, PFS_F_BIT_LAST))
		last = pfs_val(f, PFS_F_BIT_LAST);
	else if (pfs_have(f, PFS_F_FN_SCHEDULE) && !pfs_have(f, PFS_F_FN_PFN_TO_ONLINE) &&
		 !pfs_has_section_flag(m, PFS_SF_TAINT_ZONE_DEVICE))
		last = PFS_SF_TAINT_ZONE_DEVICE;
	return last < 64 ? ~m->layout.map_mask & ~((UINT64_C(1) << last) - 1) : 0;
}

/*
 * The bit that, if flipped, makes the word a sound one: with the common base,
 * PRESENT and HAS_MEM_MAP, whatever the other flags are. -1 if there is no such
 * bit.
 */
static int flipped_bit(const struct pfs_model *m, const struct pfs_section *s)
{
	const struct pfs_layout *l = &m->layout;
	uint64_t need;

	if (!l->vmemmap_known || !pfs_has_section_flag(m, PFS_SF_PRESENT) ||
	    !pfs_has_section_flag(m, PFS_SF_HAS_MEM_MAP))
		return -1;
	need = UINT64_C(1) << l->flag_bits[PFS_SF_PRESENT] |
	       UINT64_C(1) << l->flag_bits[PFS_SF_HAS_MEM_MAP];
	return pfs_one_bit(s->base | (s->raw & (need | no_flags(m))), l->vmemmap | need);
}

/* One finding per run of neighbouring sections that break a rule in the same way. */
static void each_section(struct pfs_check *c, enum pfs_problem_id id, section_rule rule)
{
	const struct pfs_model *m = c->m;
	uint64_t pages = m->layout.pages_per_section;
	struct pfs_finding *f = NULL;
	const char *last = NULL;
	size_t i;
	int bit;

	for (i = 0; i < m->nr_sections; i++) {
		const struct pfs_section *s = &m->sections[i];
		enum pfs_severity severity = pfs_problem(id)->severity;
		const char *why = rule(m, s, &severity);

		if (!why) {
			f = NULL;
			continue;
		}
		if (f && why == last && f->end == s->nr * pages) {
			f->end += pages;
			f->pages += pages;
			continue;
		}
		f = pfs_find(c, id, s->nr * pages, (s->nr + 1) * pages);
		f->severity = severity;
		last = why;
		pfs_evidence(c, f, "%s", why);
		pfs_evidence(c, f, "section %llu: section_mem_map 0x%llx (%s) at 0x%llx",
			     (unsigned long long)s->nr, (unsigned long long)s->raw,
			     pfs_section_flag_names(&c->m->arena, s->flags),
			     (unsigned long long)s->va);
		bit = f->severity >= PFS_SEV_CORRUPT && id != PFS_P_SECTION_USAGE_NULL ?
			      flipped_bit(m, s) :
			      -1;
		if (bit >= 0)
			pfs_evidence(c, f, "one bit from a sound word, bit %d: bad memory looks so",
				     bit);
	}
}

static const char *flags_rule(const struct pfs_model *m, const struct pfs_section *s,
			      enum pfs_severity *severity)
{
	uint64_t start = s->nr * m->layout.pages_per_section;

	if (!(s->flags & PFS_SEC_PRESENT)) {
		/*
		 * v5.3 to v5.5 left encode(NULL) behind on removal, until 1f503443e7df
		 * "mm/sparse.c: reset section's mem_map when fully deactivated" (v5.6).
		 */
		if (s->raw == -(start * m->layout.struct_page))
			return NULL;
		return "not present, but not zero";
	}
	if (!(s->flags & PFS_SEC_HAS_MEM_MAP)) {
		if (s->flags & PFS_SEC_ONLINE)
			return "online without a memmap";
		*severity = PFS_SEV_SUSPICIOUS;
		return "present without a memmap: being removed, or its memmap could not be "
		       "allocated";
	}
	return NULL;
}

/*
 * From v5.3 on, sparse_add_section() stored the direct map's address of the section's first page
 * in place of its struct page, where it added a part of a section that does not begin it, until
 * "mm/sparsemem: get address to page struct instead of address to pfn". With SPARSEMEM_VMEMMAP
 * the kernel does not use the word. The array of sections is in the direct map as well.
 */
static bool holds_page_address(const struct pfs_model *m, const struct pfs_section *s)
{
	uint64_t start = s->nr * m->layout.pages_per_section;
	struct pfs_walk w;

	pfs_walk_va(m->mem, s->va, &w);
	return pfs_walk_reach(&w) == PFS_REACH_OK && w.pa < s->va &&
	       s->base ==
		       s->va - w.pa + start * m->layout.page_size - start * m->layout.struct_page;
}

static const char *base_rule(const struct pfs_model *m, const struct pfs_section *s,
			     enum pfs_severity *severity)
{
	if (!m->layout.vmemmap_known || !(s->flags & PFS_SEC_HAS_MEM_MAP))
		return NULL;
	if (s->base == m->layout.vmemmap)
		return s->raw & no_flags(m) ? "bits of the word are set that are no flags of this "
					      "kernel: they belong to its memmap base" :
					      NULL;
	if (holds_page_address(m, s)) {
		*severity = PFS_SEV_NOTE;
		return "it has the address of its first page in place of that of the struct page: "
		       "kernels from v5.3 on left it so where part of a section was added, until "
		       "\"mm/sparsemem: get address to page struct instead of address to pfn\"; the "
		       "kernel does not use it, but tools that read the dump do";
	}
	return "its memmap base differs from all other sections'";
}

static const char *no_usage_rule(const struct pfs_model *m, const struct pfs_section *s,
				 enum pfs_severity *severity)
{
	(void)severity;
	if (!(s->flags & PFS_SEC_HAS_MEM_MAP))
		return NULL;
	if (pfs_have(m->facts, PFS_F_MS_USAGE))
		return s->usage ? NULL : "mem_section.usage is NULL";
	return !pfs_has_subsections(m) && !s->pageblocks ? "mem_section.pageblock_flags is NULL" :
							   NULL;
}

static const char *wild_usage_rule(const struct pfs_model *m, const struct pfs_section *s,
				   enum pfs_severity *severity)
{
	bool usage = pfs_have(m->facts, PFS_F_MS_USAGE);

	(void)severity;
	if (!(s->flags & PFS_SEC_HAS_MEM_MAP) || !(usage ? s->usage : s->pageblocks))
		return NULL;
	if (s->usage_reach == PFS_REACH_BAD_ADDRESS)
		return usage ? "mem_section.usage is no kernel address" :
			       "mem_section.pageblock_flags is no kernel address";
	if (s->usage_reach == PFS_REACH_UNMAPPED)
		return usage ? "mem_section.usage points to an address that is not mapped" :
			       "mem_section.pageblock_flags points to an address that is not mapped";
	return NULL;
}

void pfs_check_section_flags(struct pfs_check *c)
{
	each_section(c, PFS_P_SECTION_FLAGS_ILLEGAL, flags_rule);
}

void pfs_check_section_base(struct pfs_check *c)
{
	each_section(c, PFS_P_SECTION_MISLINKED, base_rule);
}

void pfs_check_section_usage(struct pfs_check *c)
{
	size_t i;

	each_section(c, PFS_P_SECTION_USAGE_NULL, no_usage_rule);
	i = c->out->nr;
	each_section(c, PFS_P_SECTION_USAGE_NULL, wild_usage_rule);
	for (; i < c->out->nr; i++)
		c->out->f[i].title = "section has a memmap, and its usage is a wild pointer";
}

void pfs_check_online_device(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	uint64_t per = m->layout.pages_per_section, at, end;
	size_t i;

	/* check_hotplug.c checks kernels that have this bit. */
	if (pfs_has_section_flag(m, PFS_SF_TAINT_ZONE_DEVICE))
		return;
	for (i = 0; i < m->nr_pgmaps; i++) {
		const struct pfs_pgmap *p = &m->pgmaps[i];
		struct pfs_finding *f = NULL;

		for (at = p->start_pfn; at < p->end_pfn; at = end) {
			const struct pfs_section *s = pfs_section_of(m, at);

			end = (at / per + 1) * per;
			if (end > p->end_pfn)
				end = p->end_pfn;
			if (!s || !(s->flags & PFS_SEC_ONLINE) ||
			    pfs_pfn_to_online_page(m, at) != 1) {
				f = NULL;
				continue;
			}
			if (f) {
				f->end = end;
				f->pages = end - f->start;
				continue;
			}
			f = pfs_find(c, PFS_P_ONLINE_DEVICE_OVERLAP, at, end);
			pfs_evidence(
				c, f,
				"device pagemap 0x%llx covers PFNs of online section %llu (%s)",
				(unsigned long long)p->va, (unsigned long long)s->nr,
				pfs_section_flag_names(&c->m->arena, s->flags));
			pfs_evidence(c, f,
				     "pfn_to_online_page() returns these pages in this kernel");
		}
	}
}
