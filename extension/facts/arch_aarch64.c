/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aarch64 with pages of 4 KiB: page tables of 3, 4 or 5 levels for virtual addresses
 * of 39, 48 or 52 bits, with leaves of 4 KiB, 2 MiB and 1 GiB.
 *
 * A descriptor, as far as a walk needs it:
 *
 *	 63 62 61 60   59      54  53  52   51  50 49                12 11 10 9  8 7  6 5  2 1 0
 *	+--+-----+----+----+..+---+---+----+---+--+--------------------+-----+----+----+----+---+
 *	|NS| APT |UXNT|PXNT|  |UXN|PXN|Cont|DBM|GP| physical address   |nG AF| SH | AP |attr|typ|
 *	+--+-----+----+----+..+---+---+----+---+--+--------------------+-----+----+----+----+---+
 *	   of a table      |           of a leaf  |
 *
 * typ 3 is a table, or in a pte a page; 1 is a block, which only a pud and a pmd can be.
 * Without its bit 0 nothing is mapped, whatever the other bits say: PROT_NONE and swap
 * entries keep a value there.
 *
 * AP[2] (bit 7) forbids writing, but where DBM is set, too, the page is one that was not
 * yet written to. PXN forbids the kernel's execution. Of a table, APT[1] (bit 62) and PXNT
 * forbid them to all that is behind it.
 *
 * Addresses have 48 bits. Tables of 5 levels are there with FEAT_LPA2 alone, which makes
 * them 52: bits 49 and 48 are then in their place, 51 and 50 are where SH was.
 *
 * TTBR1 has the tables of init_mm, and these translate the upper half alone. What is below
 * would be found in the tables of a process.
 *
 * With pages of 16 and 64 KiB the number of levels does not tell how many bits are
 * translated, which struct pfs_mem has no room for.
 */
#include "facts/arch.h"

#include <errno.h>
#include <stdlib.h>

#define PAGE_SHIFT	12
#define STRIDE		(PAGE_SHIFT - 3)	/* bits that a level translates */
#define LEVELS_LPA2	5

#define PTE_TYPE	3ULL
#define PTE_BLOCK	1ULL
#define PTE_TABLE	3ULL		/* of a pte: page */
#define PTE_VALID	(1ULL << 0)
#define PTE_AP_RDONLY	(1ULL << 7)
#define PTE_DBM		(1ULL << 51)
#define PTE_PXN		(1ULL << 53)
#define TABLE_PXN	(1ULL << 59)
#define TABLE_RDONLY	(1ULL << 62)
#define PTE_ADDR	0x0000fffffffff000ULL
#define PTE_ADDR_LPA2	0x0003fffffffff000ULL
#define PTE_ADDR_HIGH	0x0000000000000300ULL	/* with LPA2: address bits 51 and 50 */
#define ADDR_HIGH_SHIFT	(50 - 8)

/* From modules to the end of vmalloc, with 48 bits: KASLR puts the image anywhere there. */
#define IMAGE_START	0xffff800000000000ULL
#define IMAGE_END	0xfffffbfff0000000ULL

/* Facts of this machine alone: the order of fact_names. */
enum {
	VA_BITS = PFS_NR_COMMON_FACTS,
	T1SZ,
	KIMAGE_VOFFSET,
	PHYS_OFFSET,
	VMEMMAP_START,
	IS_MAP_MEMORY,
};

static const char *const fact_names[] = {
	"NUMBER(VA_BITS)",	     /* that the kernel was built for */
	"NUMBER(TCR_EL1_T1SZ)",	     /* 64 less those in use (v5.8) */
	"NUMBER(kimage_voffset)",    /* kernel image: virtual less physical (v4.6) */
	"NUMBER(PHYS_OFFSET)",	     /* what the direct map begins with; signed */
	"NUMBER(VMEMMAP_START)",     /* struct page of PHYS_OFFSET (v6.0) */
	"SYMBOL(pfn_is_map_memory)", /* v5.14 */
	NULL,
};

static unsigned int va_bits_of(unsigned int levels)
{
	return levels == LEVELS_LPA2 ? 52 : PAGE_SHIFT + STRIDE * levels;
}

static bool in_upper_half(unsigned int levels, uint64_t va)
{
	unsigned int bits = va_bits_of(levels);

	return bits < 64 && va >> bits == UINT64_MAX >> bits;
}

/* Of the half that init_mm's tables translate. A tag in the top byte (KASAN) is none of it. */
static bool canonical(const struct pfs_mem *m, uint64_t va)
{
	return in_upper_half(m->root.levels, va);
}

static uint64_t address_of(const struct pfs_mem *m, unsigned int levels, uint64_t entry)
{
	uint64_t pa = entry & m->pte_mask;

	return levels == LEVELS_LPA2 ? pa | (entry & PTE_ADDR_HIGH) << ADDR_HIGH_SHIFT : pa;
}

static bool is_leaf(unsigned int level, uint64_t entry)
{
	return level == 0 || (entry & PTE_TYPE) == PTE_BLOCK;
}

/* Blocks are not there at the pgd and p4d, and a pte cannot be one. */
static bool is_valid(unsigned int level, uint64_t entry)
{
	if ((entry & PTE_TYPE) == PTE_TABLE)
		return true;
	return entry & PTE_VALID && (level == 1 || level == 2);
}

/* What an entry takes away of what the walk may do. */
static void restrict_to(struct pfs_walk *w, bool leaf, uint64_t entry)
{
	if (leaf ? (entry & PTE_AP_RDONLY) && !(entry & PTE_DBM) : entry & TABLE_RDONLY)
		w->writable = false;
	if (entry & (leaf ? PTE_PXN : TABLE_PXN))
		w->executable = false;
}

static void walk(struct pfs_mem *m, const struct pfs_root *root, uint64_t va, struct pfs_walk *ret)
{
	static const char *const names[] = { "pte", "pmd", "pud", "p4d", "pgd" };
	unsigned int bits = va_bits_of(root->levels), depth;
	uint64_t table = root->pa;

	*ret = (struct pfs_walk){ .va = va };
	/* These tables have no entry for it: nothing is mapped until the next such range. */
	if (!in_upper_half(root->levels, va)) {
		ret->leaf_size = 1ULL << bits;
		return;
	}
	ret->writable = true;
	ret->executable = true;
	for (depth = 0; depth < root->levels && depth < PFS_MAX_LEVELS; depth++) {
		unsigned int level = root->levels - 1 - depth; /* 0: pte */
		unsigned int shift = PAGE_SHIFT + STRIDE * level;
		unsigned int width = depth || bits - shift > STRIDE ? STRIDE : bits - shift;
		unsigned int idx = (unsigned int)(va >> shift) & ((1u << width) - 1);
		struct pfs_step *s = &ret->step[depth];
		bool leaf;

		/* The top level is the pgd, also where others are folded into it. */
		s->level = depth ? names[level] : "pgd";
		s->entry_pa = table + idx * 8;
		s->presence = pfs_table_entry(m, depth, s->entry_pa, &s->entry);
		ret->nr = depth + 1;
		ret->leaf_size = 1ULL << shift;
		if (s->presence != PFS_PRESENT || !is_valid(level, s->entry)) {
			ret->writable = false;
			ret->executable = false;
			return;
		}
		leaf = is_leaf(level, s->entry);
		restrict_to(ret, leaf, s->entry);
		table = address_of(m, root->levels, s->entry);
		if (leaf) {
			ret->mapped = true;
			ret->pa = (table & ~(ret->leaf_size - 1)) | (va & (ret->leaf_size - 1));
			return;
		}
	}
}

/* Bits of virtual addresses in use; 0: not known. T1SZ knows of a CPU without LPA2. */
static unsigned int va_bits(const struct pfs_facts *f)
{
	if (pfs_have(f, T1SZ) && pfs_val(f, T1SZ) < 64)
		return 64 - (unsigned int)pfs_val(f, T1SZ);
	return pfs_have(f, VA_BITS) && pfs_val(f, VA_BITS) < 64 ?
		       (unsigned int)pfs_val(f, VA_BITS) :
		       0;
}

/* Physical addresses have more than 48 bits with virtual ones of 52 only. */
static unsigned int max_physmem_bits(const struct pfs_facts *f)
{
	return pfs_have(f, VA_BITS) && pfs_val(f, VA_BITS) == 52 ? 52 : 48;
}

static int set_levels(struct pfs_mem *m, const struct pfs_facts *f, struct pfs_err *err)
{
	unsigned int bits = va_bits(f), levels;

	for (levels = 3; levels <= LEVELS_LPA2; levels++) {
		if (va_bits_of(levels) != bits)
			continue;
		m->root.levels = levels;
		m->pte_mask = levels == LEVELS_LPA2 ? PTE_ADDR_LPA2 : PTE_ADDR;
		return 0;
	}
	if (!bits)
		return pfs_err_set(err, EINVAL, "VMCOREINFO has neither %s nor %s",
				   pfs_facts_name(f, T1SZ), pfs_facts_name(f, VA_BITS));
	return pfs_err_set(err, EINVAL, "virtual addresses of %u bits: not with pages of 4 KiB",
			   bits);
}

static int init(struct pfs_mem *m, const struct pfs_facts *f, struct pfs_err *err)
{
	uint64_t va;
	int r;

	if (!pfs_have(f, PFS_F_SWAPPER_PG_DIR))
		return pfs_err_set(err, EINVAL, "VMCOREINFO has no %s",
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR));
	if (!pfs_have(f, KIMAGE_VOFFSET))
		return pfs_err_set(err, EINVAL, "VMCOREINFO has no %s",
				   pfs_facts_name(f, KIMAGE_VOFFSET));
	r = set_levels(m, f, err);
	if (r)
		return r;
	va = pfs_val(f, PFS_F_SWAPPER_PG_DIR);
	if (!canonical(m, va) || va & 0xfff)
		return pfs_err_set(err, EINVAL, "%s is 0x%llx: not a page of the kernel image",
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR), (unsigned long long)va);
	m->root.pa = va - pfs_val(f, KIMAGE_VOFFSET);
	if (m->root.pa >> (m->root.levels == LEVELS_LPA2 ? 52 : 48))
		return pfs_err_set(err, EINVAL, "%s at physical address 0x%llx: impossible",
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR),
				   (unsigned long long)m->root.pa);
	return 0;
}

static bool before(const struct pfs_facts *f, unsigned long major, unsigned long minor)
{
	char *end;
	unsigned long a = f->release ? strtoul(f->release, &end, 10) : 0, b;

	if (!a || *end != '.')
		return false;
	b = strtoul(end + 1, NULL, 10);
	return a < major || (a == major && b < minor);
}

/* f0b13ee23241 "arm64/sparsemem: reduce SECTION_SIZE_BITS", v5.12. */
static unsigned int section_size_bits(const struct pfs_facts *f)
{
	return before(f, 5, 12) ? 30 : 27;
}

/* HPAGE_SHIFT is a pmd's, although hugetlb has pages of 64 KiB, too. */
static unsigned int hugetlb_order(const struct pfs_mem *m)
{
	(void)m;
	return STRIDE;
}

/* The memmap begins with the page that the direct map begins with. */
static bool vmemmap(struct pfs_mem *m, const struct pfs_facts *f, uint64_t *ret)
{
	int64_t first;

	if (!pfs_have(f, VMEMMAP_START) || !pfs_have(f, PHYS_OFFSET) || !pfs_have(f, PFS_F_SZ_PAGE))
		return false;
	/* Below 0 where a kernel for 52 bits runs with 48: it moves the direct map. */
	first = (int64_t)pfs_val(f, PHYS_OFFSET) >> m->page_shift;
	*ret = pfs_val(f, VMEMMAP_START) - (uint64_t)first * pfs_val(f, PFS_F_SZ_PAGE);
	return true;
}

/*
 * Until 16c9afc77660 "arm64/mm: drop HAVE_ARCH_PFN_VALID" (v5.14) pfn_valid() asked memblock,
 * too, which says no to what firmware keeps from the direct map. The same release has
 * 873ba463914c "arm64: decouple check whether pfn is in linear map from pfn_valid()", whose
 * function is out of line. pfn_valid itself does not tell: Debian's 6.1 and 6.12 have the
 * generic one out of line under that name.
 */
static bool own_pfn_valid(const struct pfs_facts *f)
{
	return !pfs_have(f, IS_MAP_MEMORY);
}

const struct pfs_arch pfs_arch_aarch64 = {
	.name = "aarch64",
	.family = "arm64",
	.facts = fact_names,
	.page_sizes = 1 << PAGE_SHIFT,
	.kernel_half = 0xfff0000000000000ULL, /* with 52 bits; canonical() knows the rest */
	.image_start = IMAGE_START,
	.image_end = IMAGE_END,
	.top_symbol = "swapper_pg_dir",
	.section_size_bits = section_size_bits,
	.max_physmem_bits = max_physmem_bits,
	.hugetlb_order = hugetlb_order,
	.vmemmap = vmemmap,
	.own_pfn_valid = own_pfn_valid,
	.init = init,
	.canonical = canonical,
	.walk = walk,
	.list_poison = 0xdead000000000000ULL,
	.max_folio_shift = 30, /* PUD_ORDER, with gigantic pages */
};
