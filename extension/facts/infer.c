/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts of a kernel whose types are nowhere: no BTF before v5.2 and in many later
 * builds, and no vmlinux at hand. VMCOREINFO has struct page, and sizes; what it
 * lacks of zones, resources, sections and the firmware's map is looked for in
 * memory, where the kernel's own invariants tell the right place from a wrong one.
 * A fact is taken only if exactly one candidate keeps all of them:
 *
 *	zones		names that the kernel gives them, in its order; spans that add up
 *			to those of their nodes
 *	resources	iomem_resource is called "PCI mem", and its first child knows it
 *	flags		the kernel's own text is in struct pages that have PG_reserved
 *			and nothing else
 *	sections	the section of the kernel's text is early and online, if there
 *			are such bits
 *	e820		entries that ascend from address 0 without overlap
 *
 * None of this names what only debug information can: NUMBER(pfnscope_inferred) says
 * that it was done, and lowers the confidence of all that follows.
 */
#include "facts/infer.h"

#include <string.h>

#include "facts/arch.h"
#include "facts/kernel.h"

#define MAX_ZONES	6
#define MAX_NODES	64
#define MAX_ZONE_SIZE	4096
#define TEXT_PAGES	64

struct infer {
	struct pfs_mem *m;
	struct pfs_facts *f;
	uint64_t text_pfn; /* of _stext */
	uint64_t vmemmap;
	unsigned int taken;
};

static void take(struct infer *x, enum pfs_fact_id id, uint64_t value, const char *from)
{
	if (pfs_have(x->f, id))
		return;
	x->f->f[id] = (struct pfs_fact){ value, from };
	x->taken++;
}

static bool word_at(struct infer *x, uint64_t va, uint64_t *ret)
{
	unsigned char buf[8];

	if (va & 7 || pfs_read_va(x->m, va, buf, sizeof(buf), NULL))
		return false;
	*ret = pfs_le64(buf);
	return true;
}

static bool kernel_pointer(const struct infer *x, uint64_t va)
{
	return va && pfs_in_kernel_half(x->m, va) && x->m->arch->canonical(x->m, va);
}

static bool string_at(struct infer *x, uint64_t va, char *buf, size_t size)
{
	struct pfs_err ignored;
	uint64_t s;

	return word_at(x, va, &s) && kernel_pointer(x, s) &&
	       !pfs_read_str(x->m, s, buf, size, "name", &ignored);
}

/* Zones */

/* The place of a zone's name in the order of enum zone_type; -1: it is none. */
static int zone_rank(const char *name)
{
	static const char *const names[] = { "DMA",	"DMA32",   "Normal",
					     "HighMem", "Movable", "Device" };
	int i;

	for (i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++)
		if (!strcmp(name, names[i]))
			return i;
	return -1;
}

/* How many zones follow each other whose names are at this offset; *ret_movable is its number. */
static unsigned int named_zones(struct infer *x, uint64_t node, uint64_t at, int *ret_movable,
				int *ret_device)
{
	uint64_t zones = node + pfs_val(x->f, PFS_F_PGDAT_ZONES);
	int rank, last = -1;
	unsigned int n;
	char name[16];

	*ret_movable = *ret_device = -1;
	for (n = 0; n < MAX_ZONES; n++) {
		if (!string_at(x, zones + n * pfs_val(x->f, PFS_F_SZ_ZONE) + at, name,
			       sizeof(name)))
			break;
		rank = zone_rank(name);
		if (rank <= last)
			break;
		last = rank;
		if (!strcmp(name, "Movable"))
			*ret_movable = (int)n;
		if (!strcmp(name, "Device"))
			*ret_device = (int)n;
	}
	return *ret_movable < 0 ? 0 : n;
}

static void zone_names(struct infer *x, uint64_t node)
{
	uint64_t size = pfs_val(x->f, PFS_F_SZ_ZONE), at, found = 0;
	unsigned int n, nr = 0, candidates = 0;
	int movable = -1, device = -1, a, b;

	for (at = 0; at + 8 <= size; at += 8) {
		n = named_zones(x, node, at, &a, &b);
		if (!n)
			continue;
		candidates++;
		found = at;
		nr = n;
		movable = a;
		device = b;
	}
	if (candidates != 1)
		return;
	take(x, PFS_F_ZONE_NAME, found, "inferred (zone names)");
	take(x, PFS_F_MAX_NR_ZONES, nr, "inferred (zone names)");
	take(x, PFS_F_ZONE_MOVABLE, (uint64_t)movable, "inferred (zone names)");
	if (device >= 0)
		take(x, PFS_F_ZONE_DEVICE, (uint64_t)device, "inferred (zone names)");
}

/* Do the zones of this node, with their start at this offset, make up its span? */
static bool spans_add_up(struct infer *x, uint64_t node, uint64_t start_at, uint64_t present_at)
{
	const struct pfs_facts *f = x->f;
	uint64_t node_start, node_spanned, lowest = UINT64_MAX, highest = 0, i;

	if (!word_at(x, node + pfs_val(f, PFS_F_PGDAT_START), &node_start) ||
	    !word_at(x, node + pfs_val(f, PFS_F_PGDAT_SPANNED), &node_spanned))
		return false;
	for (i = 0; i < pfs_val(f, PFS_F_MAX_NR_ZONES); i++) {
		uint64_t zone = node + pfs_val(f, PFS_F_PGDAT_ZONES) +
				i * pfs_val(f, PFS_F_SZ_ZONE);
		uint64_t start, spanned, present;

		if (!word_at(x, zone + pfs_val(f, PFS_F_ZONE_SPANNED), &spanned) ||
		    !word_at(x, zone + start_at, &start) ||
		    !word_at(x, zone + present_at, &present))
			return false;
		if (present > spanned)
			return false;
		if (!spanned)
			continue;
		if (start < node_start || start - node_start > node_spanned ||
		    spanned > node_spanned - (start - node_start))
			return false;
		lowest = start < lowest ? start : lowest;
		highest = start + spanned > highest ? start + spanned : highest;
	}
	return !node_spanned || (lowest == node_start && highest == node_start + node_spanned);
}

/*
 * zone_start_pfn comes before spanned_pages, with managed_pages between them in most
 * kernels; present_pages comes behind it in all.
 */
static void zone_spans(struct infer *x, const uint64_t *node, size_t nr)
{
	uint64_t spanned = pfs_val(x->f, PFS_F_ZONE_SPANNED), back, found = 0;
	unsigned int candidates = 0;
	size_t i;

	for (back = 8; back <= 32 && back <= spanned; back += 8) {
		for (i = 0; i < nr && spans_add_up(x, node[i], spanned - back, spanned + 8); i++)
			;
		if (i < nr)
			continue;
		candidates++;
		found = spanned - back;
	}
	if (candidates != 1)
		return;
	take(x, PFS_F_ZONE_START, found, "inferred (zone spans)");
	take(x, PFS_F_ZONE_PRESENT, spanned + 8, "inferred (zone spans)");
}

static size_t nodes(struct infer *x, uint64_t *node)
{
	const struct pfs_facts *f = x->f;
	uint64_t max = pfs_have(f, PFS_F_NR_NODES_MAX) ? pfs_val(f, PFS_F_NR_NODES_MAX) : 1, i;
	size_t nr = 0;

	if (!pfs_have(f, PFS_F_NODE_DATA)) {
		node[0] = pfs_val(f, PFS_F_CONTIG_PAGE_DATA);
		return pfs_have(f, PFS_F_CONTIG_PAGE_DATA);
	}
	for (i = 0; i < max && nr < MAX_NODES; i++)
		if (word_at(x, pfs_val(f, PFS_F_NODE_DATA) + i * 8, &node[nr]) &&
		    kernel_pointer(x, node[nr]))
			nr++;
	return nr;
}

static void zones(struct infer *x)
{
	static const enum pfs_fact_id need[] = { PFS_F_PGDAT_ZONES, PFS_F_SZ_ZONE,
						 PFS_F_ZONE_SPANNED, PFS_F_PGDAT_START,
						 PFS_F_PGDAT_SPANNED };
	uint64_t node[MAX_NODES];
	size_t nr = nodes(x, node), i;

	for (i = 0; i < sizeof(need) / sizeof(need[0]); i++)
		if (!pfs_have(x->f, need[i]))
			return;
	if (!nr || pfs_val(x->f, PFS_F_SZ_ZONE) > MAX_ZONE_SIZE)
		return;
	zone_names(x, node[0]);
	if (pfs_have(x->f, PFS_F_MAX_NR_ZONES))
		zone_spans(x, node, nr);
}

/* Resources: start, end, name, flags, since v4.6 desc, then parent, sibling, child. */

static void resources(struct infer *x)
{
	static const uint64_t parents[] = { 32, 40 };
	uint64_t root = pfs_val(x->f, PFS_F_IOMEM_RESOURCE), start, end, child, up, found = 0;
	unsigned int candidates = 0;
	char name[16];
	size_t i;

	if (!pfs_have(x->f, PFS_F_IOMEM_RESOURCE) || !string_at(x, root + 16, name, sizeof(name)) ||
	    strcmp(name, "PCI mem") || !word_at(x, root, &start) || !word_at(x, root + 8, &end) ||
	    start || end < UINT32_MAX)
		return;
	for (i = 0; i < sizeof(parents) / sizeof(parents[0]); i++) {
		if (!word_at(x, root + parents[i] + 16, &child) || !kernel_pointer(x, child) ||
		    !word_at(x, child + parents[i], &up) || up != root)
			continue;
		candidates++;
		found = parents[i];
	}
	if (candidates != 1)
		return;
	take(x, PFS_F_SZ_RESOURCE, found + 24, "inferred (iomem_resource)");
	take(x, PFS_F_RES_START, 0, "inferred (iomem_resource)");
	take(x, PFS_F_RES_END, 8, "inferred (iomem_resource)");
	take(x, PFS_F_RES_NAME, 16, "inferred (iomem_resource)");
	take(x, PFS_F_RES_FLAGS, 24, "inferred (iomem_resource)");
	take(x, PFS_F_RES_SIBLING, found + 8, "inferred (iomem_resource)");
	take(x, PFS_F_RES_CHILD, found + 16, "inferred (iomem_resource)");
}

/* Sections */

#define FLAGS UINT64_C(63) /* that a memmap base leaves to flags, at most */

/* The struct mem_section of the section with this page, in a table of roots at this address. */
static bool section_of(struct infer *x, uint64_t table, uint64_t pfn, uint64_t *ret_va,
		       uint64_t *ret_word)
{
	const struct pfs_facts *f = x->f;
	uint64_t size = pfs_val(f, PFS_F_SZ_MEM_SECTION), root;
	uint64_t nr = pfn >> (pfs_val(f, PFS_F_SECTION_SIZE_BITS) - x->m->page_shift);
	uint64_t per_root = (UINT64_C(1) << x->m->page_shift) / size;

	if (!kernel_pointer(x, table) || !word_at(x, table + nr / per_root * 8, &root) ||
	    !kernel_pointer(x, root))
		return false;
	*ret_va = root + nr % per_root * size;
	return word_at(x, *ret_va + pfs_val(f, PFS_F_MS_MAP), ret_word) && (*ret_word & 3) == 3 &&
	       kernel_pointer(x, *ret_word & ~FLAGS);
}

/*
 * Which flags there are: a section of boot memory has all that say so. The word
 * behind section_mem_map points to the usage where there is an early bit (v5.3), else
 * to the pageblock bits.
 */
static void section_flags(struct infer *x, uint64_t va, uint64_t word)
{
	static const struct {
		uint64_t bits;
		enum pfs_fact_id behind;
	} ages[] = {
		{ 3, PFS_F_MS_PAGEBLOCK_FLAGS },
		{ 7, PFS_F_MS_PAGEBLOCK_FLAGS },
		{ 15, PFS_F_MS_USAGE },
	};
	static const enum pfs_fact_id flag[] = { PFS_F_BIT_PRESENT, PFS_F_BIT_HAS_MEM_MAP,
						 PFS_F_BIT_ONLINE, PFS_F_BIT_EARLY };
	uint64_t behind, bits = word & 15;
	size_t i, k;

	for (i = 0; i < sizeof(ages) / sizeof(ages[0]) && ages[i].bits != bits; i++)
		;
	if (i == sizeof(ages) / sizeof(ages[0]) || pfs_val(x->f, PFS_F_MS_MAP) ||
	    pfs_val(x->f, PFS_F_SZ_MEM_SECTION) < 16 || !word_at(x, va + 8, &behind) ||
	    !kernel_pointer(x, behind))
		return;
	take(x, ages[i].behind, 8, "inferred (section of the kernel's text)");
	for (k = 0; k < 4 && bits >> k & 1; k++)
		take(x, flag[k], k, "inferred (section of the kernel's text)");
}

static void sections(struct infer *x)
{
	const struct pfs_facts *f = x->f;
	uint64_t table = pfs_val(f, PFS_F_MEM_SECTION), size = pfs_val(f, PFS_F_SZ_MEM_SECTION), va,
		 word, first;

	if (!pfs_have(f, PFS_F_MEM_SECTION) || !pfs_have(f, PFS_F_MS_MAP) ||
	    !pfs_have(f, PFS_F_SECTION_SIZE_BITS) || size < 16 || size > 128 || size & (size - 1) ||
	    pfs_val(f, PFS_F_SECTION_SIZE_BITS) < x->m->page_shift ||
	    pfs_val(f, PFS_F_SECTION_SIZE_BITS) > 40)
		return;
	/* Its value, or the address of the variable: see facts.def. */
	if (!section_of(x, table, x->text_pfn, &va, &word) &&
	    (!word_at(x, table, &table) || !section_of(x, table, x->text_pfn, &va, &word)))
		return;
	section_flags(x, va, word);
	/*
	 * A section that RAM and a device share may have another base (check_section.c); the
	 * first one is RAM in all kernels that need this.
	 */
	if (!section_of(x, table, 0, &va, &first))
		first = word;
	x->vmemmap = first & ~FLAGS;
}

/* Page flags */

/* All struct pages of the first pages of text have PG_reserved, and no other flag. */
static void reserved_flag(struct infer *x)
{
	const struct pfs_facts *f = x->f;
	uint64_t first = 0, flags, i, at = x->vmemmap + pfs_val(f, PFS_F_PG_FLAGS);

	if (!x->vmemmap || !pfs_have(f, PFS_F_SZ_PAGE) || !pfs_have(f, PFS_F_PG_FLAGS))
		return;
	for (i = 0; i < TEXT_PAGES; i++) {
		if (!word_at(x, at + (x->text_pfn + i) * pfs_val(f, PFS_F_SZ_PAGE), &flags))
			return;
		flags &= (1 << 22) - 1;
		if (i && flags != first)
			return;
		first = flags;
	}
	/* It has been bit 10 to 14 in all kernels. */
	if (first & (first - 1) || first < 1 << 10 || first > 1 << 14)
		return;
	take(x, PFS_F_FLAG_RESERVED, (uint64_t)__builtin_ctzll(first),
	     "inferred (pages of the kernel's text)");
}

bool pfs_facts_infer(struct pfs_mem *m, struct pfs_facts *f)
{
	struct infer x = { .m = m, .f = f };
	struct pfs_walk w;

	if (pfs_have(f, PFS_F_MAX_NR_ZONES) || !pfs_have(f, PFS_F_STEXT))
		return false;
	pfs_walk_va(m, pfs_val(f, PFS_F_STEXT), &w);
	if (!w.mapped)
		return false;
	x.text_pfn = w.pa >> m->page_shift;
	zones(&x);
	resources(&x);
	sections(&x);
	reserved_flag(&x);
	if (m->arch->infer)
		x.taken += m->arch->infer(m, f);
	if (x.taken)
		f->f[PFS_F_INFERRED] = (struct pfs_fact){ x.taken, "inferred" };
	return x.taken;
}
