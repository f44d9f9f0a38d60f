/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers that the code for sections and pages relies on, checked once. */
#include "core/model/model.h"

#include <errno.h>

/* f46edbd1b151 "mm/sparsemem: add helpers track active portions of a section at boot" (v5.3) */
#define MAX_PHYSMEM_BITS 56 /* of riscv64; the others have 52 at most */
#define SUBSECTION_SHIFT 21

/* log2 of v; 64 if v is no power of two. */
static unsigned int log2_exact(uint64_t v)
{
	return v && !(v & (v - 1)) ? (unsigned int)__builtin_ctzll(v) : 64;
}

static int need(struct pfs_model *m, enum pfs_fact_id id, uint64_t min, uint64_t max, uint64_t *ret,
		struct pfs_err *err)
{
	if (!pfs_have(m->facts, id))
		return pfs_err_set(err, EINVAL,
				   "%s is not known: neither VMCOREINFO nor debug information has "
				   "it; a vmlinux may help",
				   pfs_fact_name(id));
	*ret = pfs_val(m->facts, id);
	if (*ret < min || *ret > max)
		return pfs_err_set(err, EINVAL, "%s: absurd value %llu (from %s)",
				   pfs_fact_name(id), (unsigned long long)*ret,
				   m->facts->f[id].from);
	return 0;
}

/*
 * page->flags from the top: SECTION (classic sparsemem only), NODE, ZONE. The
 * widths follow from MAX_NUMNODES and __MAX_NR_ZONES as in
 * include/linux/page-flags-layout.h; a field of width 0 does not exist.
 */
static void links(struct pfs_model *m)
{
	const struct pfs_facts *f = m->facts;
	struct pfs_layout *l = &m->layout;
	uint64_t zones, nodes;

	if (!pfs_have(f, PFS_F_MAX_NR_ZONES)) {
		pfs_limit(m, "node and zone links", "%s is not known",
			  pfs_fact_name(PFS_F_MAX_NR_ZONES));
		return;
	}
	zones = pfs_val(f, PFS_F_MAX_NR_ZONES);
	/* Without NUMA there is neither an array of nodes nor a field for the node. */
	if (pfs_have(f, PFS_F_NODE_DATA) && !pfs_have(f, PFS_F_NR_NODES_MAX)) {
		pfs_limit(m, "node and zone links", "%s is not known",
			  pfs_fact_name(PFS_F_NR_NODES_MAX));
		return;
	}
	nodes = pfs_have(f, PFS_F_NR_NODES_MAX) ? pfs_val(f, PFS_F_NR_NODES_MAX) : 1;
	if (zones < 1 || zones > 8 || log2_exact(nodes) > 16) {
		pfs_limit(m, "node and zone links", "absurd number of zones (%llu) or nodes (%llu)",
			  (unsigned long long)zones, (unsigned long long)nodes);
		return;
	}
	l->node_width = log2_exact(nodes);
	l->zone_width = zones == 1 ? 0 : zones == 2 ? 1 : zones <= 4 ? 2 : 3;
	l->node_shift = 64 - l->node_width;
	l->zone_shift = l->node_shift - l->zone_width;
}

static void flag_bits(struct pfs_model *m)
{
	static const enum pfs_fact_id ids[PFS_NR_SECTION_FLAGS] = {
#define SECTION_FLAG(id, fact, bit, letter, name, words) [PFS_SF_##id] = PFS_F_BIT_##fact,
#include <pfnscope/section_flags.def>
#undef SECTION_FLAG
	};
	struct pfs_layout *l = &m->layout;
	/*
	 * The memmap of a section is aligned to at least 64 bytes, so that the
	 * lowest six bits can always be cleared, whatever this kernel uses them
	 * for.
	 */
	unsigned int last = 6, i;

	for (i = 0; i < PFS_NR_SECTION_FLAGS; i++) {
		uint64_t bit = pfs_val(m->facts, ids[i]);

		l->flag_bits[i] = pfs_have(m->facts, ids[i]) && bit < 12 ? (unsigned int)bit : 64;
		if (l->flag_bits[i] < 64 && l->flag_bits[i] >= last)
			last = l->flag_bits[i] + 1;
	}
	if (pfs_have(m->facts, PFS_F_BIT_LAST) && pfs_val(m->facts, PFS_F_BIT_LAST) > last &&
	    pfs_val(m->facts, PFS_F_BIT_LAST) <= 12)
		last = (unsigned int)pfs_val(m->facts, PFS_F_BIT_LAST);
	l->map_mask = ~((UINT64_C(1) << last) - 1);
}

/*
 * The base of the memmap: VMCOREINFO has its value from v6.9 on. What the architecture knows
 * comes first, as vmemmap may be a variable there.
 */
static void vmemmap_base(struct pfs_model *m)
{
	const struct pfs_arch *arch = m->mem->arch;
	struct pfs_layout *l = &m->layout;

	if (arch->vmemmap) {
		l->vmemmap_known = arch->vmemmap(m->mem, m->facts, &l->vmemmap);
	} else if (pfs_have(m->facts, PFS_F_VMEMMAP)) {
		l->vmemmap = pfs_val(m->facts, PFS_F_VMEMMAP);
		l->vmemmap_known = true;
	}
}

int pfs_model_layout(struct pfs_model *m, struct pfs_err *err)
{
	struct pfs_layout *l = &m->layout;
	uint64_t v, physmem;
	int r;

	l->page_shift = m->mem->page_shift;
	l->page_size = UINT64_C(1) << l->page_shift;

	r = need(m, PFS_F_SZ_PAGE, 32, 128, &l->struct_page, err);
	if (r)
		return r;
	if (l->struct_page % 8)
		return pfs_err_set(err, EINVAL, "%s: absurd value %llu",
				   pfs_fact_name(PFS_F_SZ_PAGE),
				   (unsigned long long)l->struct_page);
	r = need(m, PFS_F_SECTION_SIZE_BITS, l->page_shift + 8, 34, &v, err);
	if (r)
		return r;
	l->section_shift = (unsigned int)v;
	r = need(m, PFS_F_MAX_PHYSMEM_BITS, l->section_shift, MAX_PHYSMEM_BITS, &physmem, err);
	if (r)
		return r;
	l->pages_per_section = UINT64_C(1) << (l->section_shift - l->page_shift);
	l->nr_sections = UINT64_C(1) << (physmem - l->section_shift);
	l->subsections = 1u << (l->section_shift - SUBSECTION_SHIFT);
	l->pages_per_subsection = l->pages_per_section / l->subsections;

	links(m);
	flag_bits(m);
	vmemmap_base(m);
	return 0;
}
