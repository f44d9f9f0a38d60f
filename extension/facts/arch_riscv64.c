/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * riscv64, with Sv39, Sv48 and Sv57: three, four or five levels of tables of 512 entries.
 *
 *	 63 62  61 60        54 53                        10 9  8 7 6 5 4 3 2 1 0
 *	+--+------+------------+----------------------------+----+-+-+-+-+-+-+-+-+
 *	|N | PBMT |  reserved  | physical page number       |RSW |D|A|G|U|X|W|R|V|
 *	+--+------+------------+----------------------------+----+-+-+-+-+-+-+-+-+
 *
 * V is set in all that is present. One of R, W and X makes it a leaf, at any level; without
 * them it leads to a table. PROT_NONE and swap entries have no V.
 *
 * N (Svnapot) is set in each of 16 ptes that are one range of 64 KiB. The last four bits of
 * their number are 1000, and those of the address take their place.
 *
 * The kernel's image, its modules and BPF have the last 2 GiB; the direct map and the memmap
 * are at the beginning of the upper half.
 */
#include "facts/arch.h"

#include <errno.h>

#define PAGE_SHIFT	12
#define STRIDE		9

#define PTE_V		(1ULL << 0)
#define PTE_R		(1ULL << 1)
#define PTE_W		(1ULL << 2)
#define PTE_X		(1ULL << 3)
#define PTE_NAPOT	(1ULL << 63)
#define PTE_PPN		0x003ffffffffffc00ULL
#define PPN_SHIFT	10
#define NAPOT_SHIFT	16	/* log2 of the bytes in the only range that is defined */

#define IMAGE_START	0xffffffff80000000ULL	/* KERNEL_LINK_ADDR */
#define IMAGE_END	0xfffffffffffff000ULL

/* Facts of this machine alone: the order of fact_names. */
enum {
	VA_BITS = PFS_NR_COMMON_FACTS,
	VA_KERNEL_PA_OFFSET,
};

static const char *const fact_names[] = {
	"NUMBER(VA_BITS)",	       /* in use, not those of the CPU */
	"NUMBER(va_kernel_pa_offset)", /* kernel image: virtual less physical (after v6.4) */
	NULL,
};

static bool canonical(const struct pfs_mem *m, uint64_t va)
{
	return va >> (m->root.va_bits - 1) == UINT64_MAX >> (m->root.va_bits - 1);
}

static uint64_t entry_address(const struct pfs_mem *m, uint64_t entry)
{
	return (entry & m->pte_mask) >> PPN_SHIFT << PAGE_SHIFT;
}

static bool is_leaf(uint64_t entry)
{
	return entry & (PTE_R | PTE_W | PTE_X);
}

/* Reserved are writable without readable, a pte that leads on, and a leaf that is not aligned. */
static bool is_valid(const struct pfs_mem *m, unsigned int level, uint64_t entry)
{
	uint64_t size = 1ULL << (PAGE_SHIFT + STRIDE * level);

	if (!(entry & PTE_V) || (entry & (PTE_R | PTE_W)) == PTE_W)
		return false;
	return is_leaf(entry) ? !(entry_address(m, entry) & (size - 1)) : level;
}

/* What an entry of 64 KiB leads to begins before it: its own page is one of the 16. */
static void take_leaf(const struct pfs_mem *m, unsigned int level, uint64_t entry,
		      struct pfs_walk *ret)
{
	if (!level && entry & PTE_NAPOT)
		ret->leaf_size = 1ULL << NAPOT_SHIFT;
	ret->mapped = true;
	ret->writable = entry & PTE_W;
	ret->executable = entry & PTE_X;
	ret->pa = (entry_address(m, entry) & ~(ret->leaf_size - 1)) |
		  (ret->va & (ret->leaf_size - 1));
}

static void walk(struct pfs_mem *m, const struct pfs_root *root, uint64_t va, struct pfs_walk *ret)
{
	static const char *const names[] = { "pte", "pmd", "pud", "p4d", "pgd" };
	uint64_t table = root->pa;
	unsigned int depth;

	*ret = (struct pfs_walk){ .va = va };
	/* The two halves have one root, and what is between them nothing at all. */
	if (va >> (root->va_bits - 1) != UINT64_MAX >> (root->va_bits - 1) &&
	    va >> (root->va_bits - 1)) {
		ret->leaf_size = 1ULL << (root->va_bits - 1);
		return;
	}
	for (depth = 0; depth < root->levels && depth < PFS_MAX_LEVELS; depth++) {
		unsigned int level = root->levels - 1 - depth; /* 0: pte */
		unsigned int shift = PAGE_SHIFT + STRIDE * level;
		struct pfs_step *s = &ret->step[depth];

		/* The top level is the pgd, also where others are folded into it. */
		s->level = depth ? names[level] : "pgd";
		s->entry_pa = table + (va >> shift & ((1u << STRIDE) - 1)) * 8;
		s->presence = pfs_table_entry(m, depth, s->entry_pa, &s->entry);
		ret->nr = depth + 1;
		ret->leaf_size = 1ULL << shift;
		if (s->presence != PFS_PRESENT || !is_valid(m, level, s->entry))
			return;
		if (is_leaf(s->entry)) {
			take_leaf(m, level, s->entry, ret);
			return;
		}
		table = entry_address(m, s->entry);
	}
}

static int init(struct pfs_mem *m, const struct pfs_facts *f, struct pfs_err *err)
{
	static const unsigned int needed[] = { PFS_F_SWAPPER_PG_DIR, VA_BITS, VA_KERNEL_PA_OFFSET };
	uint64_t va, bits;
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!pfs_have(f, needed[i]))
			return pfs_err_set(err, EINVAL, "VMCOREINFO has no %s",
					   pfs_facts_name(f, needed[i]));
	bits = pfs_val(f, VA_BITS);
	if (bits != 39 && bits != 48 && bits != 57)
		return pfs_err_set(err, EINVAL, "virtual addresses of %llu bits: no such mode",
				   (unsigned long long)bits);
	m->root.va_bits = (unsigned int)bits;
	m->root.levels = (m->root.va_bits - PAGE_SHIFT) / STRIDE;
	m->pte_mask = PTE_PPN;
	va = pfs_val(f, PFS_F_SWAPPER_PG_DIR);
	m->root.pa = va - pfs_val(f, VA_KERNEL_PA_OFFSET);
	if (!canonical(m, va) || va & ((1u << PAGE_SHIFT) - 1))
		return pfs_err_set(err, EINVAL, "%s is 0x%llx: not a page of the kernel image",
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR), (unsigned long long)va);
	if (m->root.pa & ~(PTE_PPN >> PPN_SHIFT << PAGE_SHIFT))
		return pfs_err_set(err, EINVAL, "%s at physical address 0x%llx: impossible",
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR),
				   (unsigned long long)m->root.pa);
	return 0;
}

/* arch/riscv/include/asm/sparsemem.h, with 64 bits */
static unsigned int section_size_bits(const struct pfs_facts *f)
{
	(void)f;
	return 27;
}

static unsigned int max_physmem_bits(const struct pfs_facts *f)
{
	(void)f;
	return 56;
}

static unsigned int hugetlb_order(const struct pfs_mem *m)
{
	(void)m;
	return STRIDE;
}

/*
 * vmemmap() is left out: the memmap begins with PFN 0, later with phys_ram_base, and
 * then with the section of that; no fact of VMCOREINFO tells which. The sections do.
 */
const struct pfs_arch pfs_arch_riscv64 = {
	.name = "riscv64",
	.family = "riscv64",
	.facts = fact_names,
	.page_sizes = 1 << PAGE_SHIFT,
	.kernel_half = 0xff00000000000000ULL, /* with 57 bits; canonical() knows the rest */
	.image_start = IMAGE_START,
	.image_end = IMAGE_END,
	.top_symbol = "swapper_pg_dir",
	.entry_present = PTE_V,
	.section_size_bits = section_size_bits,
	.max_physmem_bits = max_physmem_bits,
	.hugetlb_order = hugetlb_order,
	.init = init,
	.canonical = canonical,
	.entry_address = entry_address,
	.walk = walk,
	.list_poison = 0xdead000000000000ULL,
	.max_folio_shift = 30, /* PUD_ORDER, with gigantic pages */
};
