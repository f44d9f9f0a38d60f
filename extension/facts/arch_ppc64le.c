/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ppc64le of the server kind (book3s), with the radix MMU: four levels of tables for 52 bits,
 * with pages of 4 or 64 KiB.
 *
 *	bits of an address	51-39	38-30	29-21	20-12 (4 KiB), or 20-16 (64 KiB)
 *	table			pgd	pud	pmd	pte
 *
 * The tables are big-endian, although all else in memory is not. An entry, read so:
 *
 *	 63 62  61 60        56 55                                       12 11 9 8 7 6  5   0
 *	+--+--+----+-----------+-------------------------------------------+----+-+-+--+-----+
 *	| V| L| sw | 0, or sw  | physical address of a leaf                | sw |R|C| att| EAA|
 *	| V| 0| 0  | physical address of a table                           | 8          | NLS |
 *	+--+--+----+-----------+-------------------------------------------+----+-+-+--+-----+
 *
 * V is set in all that is present, L (_PAGE_PTE) makes it a leaf. EAA is privileged, read,
 * write, execute. NLS is log2 of the entries of the next table; a CPU refuses what is none of
 * its sizes. PROT_NONE and entries that are being changed have no V.
 *
 * All of the kernel is in 0xc00: the direct map of RAM at its beginning, which holds the
 * kernel's image as well, vmalloc and modules at 0xc008, I/O at 0xc00a, the memmap at 0xc00c.
 * With the hash MMU the direct map and the memmap are in no table that has addresses.
 */
#include "facts/arch.h"

#include <errno.h>
#include <string.h>

#define SHIFT_4K	12
#define SHIFT_64K	16
#define VA_BITS		52
#define LEVELS		4
#define PMD_SHIFT	21
#define PMD_INDEX	9	/* log2 of the entries of a pmd, and of a pud */
#define PGD_INDEX	13

#define PTE_V		(1ULL << 63)
#define PTE_L		(1ULL << 62)
#define PTE_ADDRESS	0x01fffffffffff000ULL
#define PTE_WRITE	(1ULL << 1)
#define PTE_EXEC	(1ULL << 0)
#define TABLE_ADDRESS	0x0fffffffffffff00ULL
#define TABLE_NLS	0x1fULL

#define PAGE_OFFSET	0xc000000000000000ULL
#define REGION		0xc00ULL	/* the first 12 bits of all kernel addresses */
#define VIRT_START	0xc008000000000000ULL
#define IMAGE_REACH	(UINT64_C(128) << 20)	/* more than is behind the root table */

#define MAX_UTS		512	/* bytes of init_uts_ns that the machine's name is in */

#define MMU_FTR_TYPE_RADIX	0x40	/* of cpu_spec.mmu_features */

/* Facts of this machine alone: the order of fact_names. */
enum {
	RADIX_MMU = PFS_NR_COMMON_FACTS,
	CUR_CPU_SPEC,
	MMU_FEATURES,
};

static const char *const fact_names[] = {
	"NUMBER(RADIX_MMU)", /* after v6.6, as the next two */
	"SYMBOL(cur_cpu_spec)",
	"OFFSET(cpu_spec.mmu_features)",
	NULL,
};

/* Level 0 is the pte. */
static unsigned int shift_of(const struct pfs_mem *m, unsigned int level)
{
	return level ? PMD_SHIFT + PMD_INDEX * (level - 1) : m->page_shift;
}

static unsigned int index_of(const struct pfs_mem *m, unsigned int level)
{
	return level == 0 ? PMD_SHIFT - m->page_shift : level < LEVELS - 1 ? PMD_INDEX : PGD_INDEX;
}

static bool canonical(const struct pfs_mem *m, uint64_t va)
{
	return va >> m->root.va_bits == REGION;
}

static bool is_leaf(uint64_t entry)
{
	return entry & PTE_L;
}

static uint64_t entry_address(const struct pfs_mem *m, uint64_t entry)
{
	return is_leaf(entry) ? entry & m->pte_mask : entry & TABLE_ADDRESS;
}

/* What the CPU takes: no leaf in the pgd, no table below the pte, and tables of one size. */
static bool is_valid(const struct pfs_mem *m, unsigned int level, uint64_t entry)
{
	if (!(entry & PTE_V))
		return false;
	if (is_leaf(entry))
		return level < LEVELS - 1;
	return level && (entry & TABLE_NLS) == index_of(m, level - 1);
}

static void walk(struct pfs_mem *m, const struct pfs_root *root, uint64_t va, struct pfs_walk *ret)
{
	static const char *const names[] = { "pte", "pmd", "pud", "pgd" };
	uint64_t table = root->pa;
	unsigned int depth;

	*ret = (struct pfs_walk){ .va = va };
	/* A process has a root of its own for what begins with 0, the kernel one for 0xc00. */
	if (va >> root->va_bits && va >> root->va_bits != REGION) {
		ret->leaf_size = 1ULL << root->va_bits;
		return;
	}
	for (depth = 0; depth < LEVELS; depth++) {
		unsigned int level = LEVELS - 1 - depth, shift = shift_of(m, level);
		struct pfs_step *s = &ret->step[depth];

		s->level = names[level];
		s->entry_pa = table + (va >> shift & ((1u << index_of(m, level)) - 1)) * 8;
		s->presence = pfs_table_entry(m, depth, s->entry_pa, &s->entry);
		ret->nr = depth + 1;
		ret->leaf_size = 1ULL << shift;
		if (s->presence != PFS_PRESENT)
			return;
		s->entry = __builtin_bswap64(s->entry);
		if (!is_valid(m, level, s->entry))
			return;
		table = entry_address(m, s->entry);
		if (is_leaf(s->entry)) {
			ret->mapped = true;
			ret->writable = s->entry & PTE_WRITE;
			ret->executable = s->entry & PTE_EXEC;
			ret->pa = (table & ~(ret->leaf_size - 1)) | (va & (ret->leaf_size - 1));
			return;
		}
	}
}

/*
 * Which MMU? Where VMCOREINFO does not say, the CPU's features do, and before that the root
 * table: with the hash MMU it maps no RAM, with the other one RAM is its first entry.
 */
static int is_radix(struct pfs_mem *m, const struct pfs_facts *f, bool *ret, struct pfs_err *err)
{
	unsigned char b[8];
	uint64_t at, entry;

	if (pfs_have(f, RADIX_MMU)) {
		*ret = pfs_val(f, RADIX_MMU);
		return 0;
	}
	if (pfs_have(f, CUR_CPU_SPEC) && pfs_have(f, MMU_FEATURES) &&
	    pfs_read_phys(m, pfs_val(f, CUR_CPU_SPEC) - PAGE_OFFSET, b, 8, &at) == PFS_PRESENT &&
	    pfs_read_phys(m, pfs_le64(b) - PAGE_OFFSET + pfs_val(f, MMU_FEATURES), b, 4, &at) ==
		    PFS_PRESENT) {
		*ret = pfs_le32(b) & MMU_FTR_TYPE_RADIX;
		return 0;
	}
	if (pfs_table_entry(m, 0, m->root.pa, &entry) != PFS_PRESENT)
		return pfs_err_set(err, EINVAL,
				   "neither VMCOREINFO nor memory tells which MMU the kernel uses");
	*ret = is_valid(m, LEVELS - 1, __builtin_bswap64(entry));
	return 0;
}

/* The name of a machine of the other order is the same without "le". */
static bool is_big_endian(struct pfs_mem *m, const struct pfs_facts *f)
{
	unsigned char uts[MAX_UTS];
	uint64_t at;

	return pfs_have(f, PFS_F_INIT_UTS_NS) &&
	       pfs_read_phys(m, pfs_val(f, PFS_F_INIT_UTS_NS) - PAGE_OFFSET, uts, sizeof(uts),
			     &at) == PFS_PRESENT &&
	       !memmem(uts, sizeof(uts), "ppc64le", sizeof("ppc64le")) &&
	       memmem(uts, sizeof(uts), "ppc64", sizeof("ppc64"));
}

static int init(struct pfs_mem *m, const struct pfs_facts *f, struct pfs_err *err)
{
	uint64_t va, page = UINT64_C(1) << m->page_shift;
	bool radix = false;
	int r;

	if (!pfs_have(f, PFS_F_SWAPPER_PG_DIR))
		return pfs_err_set(err, EINVAL, "VMCOREINFO has no %s",
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR));
	va = pfs_val(f, PFS_F_SWAPPER_PG_DIR);
	/* The image is in the direct map, wherever kexec has put it. */
	if (va < PAGE_OFFSET || va >= VIRT_START || va & (page - 1))
		return pfs_err_set(err, EINVAL, "%s is 0x%llx: not a page of the kernel image",
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR), (unsigned long long)va);
	m->root = (struct pfs_root){ va - PAGE_OFFSET, LEVELS, VA_BITS };
	m->pte_mask = PTE_ADDRESS & -page;
	m->image_start = pfs_have(f, PFS_F_STEXT) ? pfs_val(f, PFS_F_STEXT) & -page : PAGE_OFFSET;
	m->image_end = va + IMAGE_REACH;
	if (is_big_endian(m, f))
		return pfs_err_set(err, EINVAL, "a big-endian kernel: not supported");
	r = is_radix(m, f, &radix, err);
	if (!r && !radix)
		r = pfs_err_set(err, EINVAL, "a kernel with the hash MMU: not supported");
	return r;
}

/* arch/powerpc/include/asm/sparsemem.h */
static unsigned int section_size_bits(const struct pfs_facts *f)
{
	(void)f;
	return 24;
}

/*
 * 51 or 46, and other numbers before v5.2. What VMCOREINFO does not say before v5.9 follows
 * from the number of sections: LENGTH(mem_section) and those that a root, one page, holds.
 */
static unsigned int max_physmem_bits(const struct pfs_facts *f)
{
	uint64_t sections;

	if (!pfs_have(f, PFS_F_NR_ROOTS) || !pfs_have(f, PFS_F_SZ_MEM_SECTION) ||
	    !pfs_have(f, PFS_F_PAGESIZE) || !pfs_val(f, PFS_F_SZ_MEM_SECTION) ||
	    pfs_val(f, PFS_F_NR_ROOTS) >> 32 || pfs_val(f, PFS_F_PAGESIZE) >> 32)
		return 51;
	sections = pfs_val(f, PFS_F_PAGESIZE) / pfs_val(f, PFS_F_SZ_MEM_SECTION) *
		   pfs_val(f, PFS_F_NR_ROOTS);
	return sections && !(sections & (sections - 1)) ?
		       24 + (unsigned int)__builtin_ctzll(sections) :
		       51;
}

/* A pmd: radix has no other huge pages but those of a pud. */
static unsigned int hugetlb_order(const struct pfs_mem *m)
{
	return PMD_SHIFT - m->page_shift;
}

/* A variable of the image, whose value is in VMCOREINFO from v6.9 on. */
static bool vmemmap(struct pfs_mem *m, const struct pfs_facts *f, uint64_t *ret)
{
	struct pfs_err ignored;

	if (!pfs_have(f, PFS_F_VMEMMAP))
		return false;
	*ret = pfs_val(f, PFS_F_VMEMMAP);
	return *ret >= VIRT_START ||
	       (!pfs_read_u64(m, *ret, ret, "vmemmap", &ignored) && canonical(m, *ret));
}

const struct pfs_arch pfs_arch_ppc64le = {
	.name = "ppc64le",
	.family = "ppc64le",
	.facts = fact_names,
	.page_sizes = 1 << SHIFT_4K | 1 << SHIFT_64K,
	.kernel_half = PAGE_OFFSET,
	.image_start = PAGE_OFFSET,
	.image_end = PAGE_OFFSET + 2 * IMAGE_REACH,
	.top_symbol = "swapper_pg_dir",
	.entry_present = PTE_V,
	.section_size_bits = section_size_bits,
	.max_physmem_bits = max_physmem_bits,
	.hugetlb_order = hugetlb_order,
	.vmemmap = vmemmap,
	.init = init,
	.canonical = canonical,
	.entry_address = entry_address,
	.walk = walk,
	.list_poison = 0x5deadbeef0000000ULL,
	.max_folio_shift = 34, /* gigantic pages of 16 GiB, which the hash MMU has */
};
