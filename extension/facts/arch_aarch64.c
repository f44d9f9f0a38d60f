/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aarch64, of each granule and each width of virtual addresses that Linux has:
 *
 *	page	bits of virtual addresses, and levels	leaves
 *	4 KiB	39: 3	48: 4	52: 5 (LPA2)		4 KiB, 2 MiB, 1 GiB
 *	16 KiB	36: 2	47: 3	48: 4	52: 4 (LPA2)	16 KiB, 32 MiB
 *	64 KiB	42: 2	48: 3	52: 3 (LVA)		64 KiB, 512 MiB
 *
 * A descriptor, as far as a walk needs it:
 *
 *	 63 62 61 60   59      54  53  52   51  50 49                12 11 10 9  8 7  6 5  2 1 0
 *	+--+-----+----+----+..+---+---+----+---+--+--------------------+-----+----+----+----+---+
 *	|NS| APT |UXNT|PXNT|  |UXN|PXN|Cont|DBM|GP| physical address   |nG AF| SH | AP |attr|typ|
 *	+--+-----+----+----+..+---+---+----+---+--+--------------------+-----+----+----+----+---+
 *	   of a table      |           of a leaf  |
 *
 * typ 3 is a table, or in a pte a page; 1 is a block, which only a pmd can be, and with
 * pages of 4 KiB a pud. Without its bit 0 nothing is mapped, whatever the other bits say:
 * PROT_NONE and swap entries keep a value there.
 *
 * Cont is a word to the TLB: 16 leaves (32 pages of 16 or 64 KiB) are one range. Each of
 * them still has its own address, and a walk takes them one by one.
 *
 * AP[2] (bit 7) forbids writing, but where DBM is set, too, the page is one that was not
 * yet written to. PXN forbids the kernel's execution. Of a table, APT[1] (bit 62) and PXNT
 * forbid them to all that is behind it.
 *
 * Physical addresses have 48 bits. Bits 51 to 48 of an address are in 15 to 12 where pages
 * have 64 KiB (LPA; zero in a CPU without). With FEAT_LPA2, bits 49 and 48 are in their
 * place, and 51 and 50 where SH was. That is how a kernel of smaller pages runs if, and only
 * if, 52 bits are translated.
 *
 * TTBR1 has the tables of init_mm, and these translate the upper half alone. What is below
 * would be found in the tables of a process.
 */
#include "facts/arch.h"

#include <errno.h>

#define SHIFT_4K	12
#define SHIFT_16K	14
#define SHIFT_64K	16
#define BITS_WIDE	52	/* LVA or LPA2 */

#define PTE_TYPE	3ULL
#define PTE_BLOCK	1ULL
#define PTE_TABLE	3ULL		/* of a pte: page */
#define PTE_VALID	(1ULL << 0)
#define PTE_AP_RDONLY	(1ULL << 7)
#define PTE_DBM		(1ULL << 51)
#define PTE_PXN		(1ULL << 53)
#define TABLE_PXN	(1ULL << 59)
#define TABLE_RDONLY	(1ULL << 62)
#define PTE_LPA		0x000000000000f000ULL	/* address bits 51 to 48 */
#define LPA_SHIFT	(48 - 12)
#define PTE_LPA2	0x0000000000000300ULL	/* address bits 51 and 50 */
#define LPA2_SHIFT	(50 - 8)

#define IMAGE_REACH	(UINT64_C(256) << 20)	/* more than any image has */
/* From modules to the end of vmalloc, with 48 bits. */
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
	PAC_MASK,
};

static const char *const fact_names[] = {
	"NUMBER(VA_BITS)",	     /* that the kernel was built for */
	"NUMBER(TCR_EL1_T1SZ)",	     /* 64 less those in use (v5.8) */
	"NUMBER(kimage_voffset)",    /* kernel image: virtual less physical (v4.6) */
	"NUMBER(PHYS_OFFSET)",	     /* what the direct map begins with; signed */
	"NUMBER(VMEMMAP_START)",     /* struct page of PHYS_OFFSET (v6.0) */
	"SYMBOL(pfn_is_map_memory)", /* v5.14 */
	"NUMBER(KERNELPACMASK)",     /* pointer authentication: where signatures are (v5.10) */
	NULL,
};

/* Bits of a virtual address that one table translates. */
static unsigned int stride(const struct pfs_mem *m)
{
	return m->page_shift - 3;
}

static bool in_upper_half(const struct pfs_root *root, uint64_t va)
{
	return va >> root->va_bits == UINT64_MAX >> root->va_bits;
}

/* Of the half that init_mm's tables translate. A tag in the top byte (KASAN) is none of it. */
static bool canonical(const struct pfs_mem *m, uint64_t va)
{
	return in_upper_half(&m->root, va);
}

static uint64_t address_of(const struct pfs_mem *m, const struct pfs_root *root, uint64_t entry)
{
	uint64_t pa = entry & m->pte_mask & -(UINT64_C(1) << m->page_shift);

	if (m->page_shift == SHIFT_64K)
		return pa | (entry & PTE_LPA) << LPA_SHIFT;
	return root->va_bits == BITS_WIDE ? pa | (entry & PTE_LPA2) << LPA2_SHIFT : pa;
}

/* Processes have tables of the same granule, and with 52 bits of the same entries. */
static uint64_t entry_address(const struct pfs_mem *m, uint64_t entry)
{
	return address_of(m, &m->root, entry);
}

static bool is_leaf(unsigned int level, uint64_t entry)
{
	return level == 0 || (entry & PTE_TYPE) == PTE_BLOCK;
}

/* A pte cannot be a block, and what stands above a pmd only where pages have 4 KiB. */
static bool is_valid(const struct pfs_mem *m, unsigned int level, uint64_t entry)
{
	if ((entry & PTE_TYPE) == PTE_TABLE)
		return true;
	return entry & PTE_VALID && (level == 1 || (level == 2 && m->page_shift == SHIFT_4K));
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
	unsigned int bits = root->va_bits, depth;
	uint64_t table = root->pa;

	*ret = (struct pfs_walk){ .va = va };
	/* These tables have no entry for it: nothing is mapped until the next such range. */
	if (!in_upper_half(root, va)) {
		ret->leaf_size = 1ULL << bits;
		return;
	}
	ret->writable = true;
	ret->executable = true;
	for (depth = 0; depth < root->levels && depth < PFS_MAX_LEVELS; depth++) {
		unsigned int level = root->levels - 1 - depth; /* 0: pte */
		unsigned int shift = m->page_shift + stride(m) * level;
		unsigned int width = depth ? stride(m) : bits - shift;
		unsigned int idx = (unsigned int)(va >> shift) & ((1u << width) - 1);
		struct pfs_step *s = &ret->step[depth];
		bool leaf;

		/* The top level is the pgd, also where others are folded into it. */
		s->level = depth ? names[level] : "pgd";
		s->entry_pa = table + idx * 8;
		s->presence = pfs_table_entry(m, depth, s->entry_pa, &s->entry);
		ret->nr = depth + 1;
		ret->leaf_size = 1ULL << shift;
		if (s->presence != PFS_PRESENT || !is_valid(m, level, s->entry)) {
			ret->writable = false;
			ret->executable = false;
			return;
		}
		leaf = is_leaf(level, s->entry);
		restrict_to(ret, leaf, s->entry);
		table = address_of(m, root, s->entry);
		if (leaf) {
			ret->mapped = true;
			ret->pa = (table & ~(ret->leaf_size - 1)) | (va & (ret->leaf_size - 1));
			return;
		}
	}
}

/*
 * Bits of virtual addresses in use; 0: not known. T1SZ (v5.8) knows of a CPU that has fewer
 * than the kernel was built for. With pages of 64 KiB the root table is one of 52 bits all the
 * same, of which such a CPU gets the end: walked from its start, it translates as much.
 */
static unsigned int va_bits(const struct pfs_mem *m, const struct pfs_facts *f)
{
	uint64_t built = pfs_have(f, VA_BITS) ? pfs_val(f, VA_BITS) : 0;

	if (pfs_have(f, T1SZ) && pfs_val(f, T1SZ) < 64 &&
	    !(m->page_shift == SHIFT_64K && built == BITS_WIDE))
		return 64 - (unsigned int)pfs_val(f, T1SZ);
	return built < 64 ? (unsigned int)built : 0;
}

static int set_levels(struct pfs_mem *m, const struct pfs_facts *f, struct pfs_err *err)
{
	static const struct {
		unsigned int page_shift, va_bits;
	} known[] = {
		{ SHIFT_4K, 39 },  { SHIFT_4K, 48 },  { SHIFT_4K, 52 },	 { SHIFT_16K, 36 },
		{ SHIFT_16K, 47 }, { SHIFT_16K, 48 }, { SHIFT_16K, 52 }, { SHIFT_64K, 42 },
		{ SHIFT_64K, 48 }, { SHIFT_64K, 52 },
	};
	unsigned int bits = va_bits(m, f), top;
	size_t i;

	if (!bits)
		return pfs_err_set(err, EINVAL, "VMCOREINFO has neither %s nor %s",
				   pfs_facts_name(f, T1SZ), pfs_facts_name(f, VA_BITS));
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (known[i].page_shift == m->page_shift && known[i].va_bits == bits)
			break;
	if (i == sizeof(known) / sizeof(*known))
		return pfs_err_set(err, EINVAL,
				   "virtual addresses of %u bits: not with pages of %u KiB", bits,
				   1u << (m->page_shift - 10));
	m->root.va_bits = bits;
	m->root.levels = (bits - m->page_shift + stride(m) - 1) / stride(m);
	/* With LPA2, bits 49 and 48 are in their place. */
	top = m->page_shift != SHIFT_64K && bits == BITS_WIDE ? 50 : 48;
	m->pte_mask = (UINT64_C(1) << top) - (UINT64_C(1) << m->page_shift);
	if (m->page_shift == SHIFT_64K)
		m->pte_mask |= PTE_LPA;
	else if (bits == BITS_WIDE)
		m->pte_mask |= PTE_LPA2;
	return 0;
}

static int init(struct pfs_mem *m, const struct pfs_facts *f, struct pfs_err *err)
{
	uint64_t page = UINT64_C(1) << m->page_shift, va;
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
	if (!canonical(m, va) || va & (page - 1))
		return pfs_err_set(err, EINVAL, "%s is 0x%llx: not a page of the kernel image",
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR), (unsigned long long)va);
	m->root.pa = va - pfs_val(f, KIMAGE_VOFFSET);
	/* It is one of the image's last pages, wherever KASLR or an older layout put that. */
	m->pac_mask = pfs_have(f, PAC_MASK) ? pfs_val(f, PAC_MASK) : 0;
	m->image_start = va > IMAGE_REACH ? va - IMAGE_REACH : 0;
	m->image_end = va < UINT64_MAX - IMAGE_REACH ? va + IMAGE_REACH : UINT64_MAX;
	if (m->root.pa >> (m->page_shift == SHIFT_64K || m->root.va_bits == BITS_WIDE ? 52 : 48))
		return pfs_err_set(err, EINVAL, "%s at physical address 0x%llx: impossible",
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR),
				   (unsigned long long)m->root.pa);
	return 0;
}

/*
 * What VMCOREINFO does not say before v5.13 (sections) and v5.9 (addresses) follows from the
 * number of sections, which is log2 of LENGTH(mem_section) and the sections that a root, one
 * page, holds: no two of these have the same.
 *
 *	sections	of 1 GiB	until v5.11
 *			of 128 MiB	later (f0b13ee23241 "arm64/sparsemem: reduce
 *					SECTION_SIZE_BITS"), or 512 MiB where pages have 64 KiB
 *	addresses	of 48 bits	or 52 (PA_BITS)
 */
static const struct sparsemem {
	unsigned int sections, section_size, physmem; /* log2 each */
} sparsemem[] = {
	{ 18, 30, 48 }, { 19, 29, 48 }, { 21, 27, 48 },
	{ 22, 30, 52 }, { 23, 29, 52 }, { 25, 27, 52 },
};

static const struct sparsemem *find_sparsemem(const struct pfs_facts *f)
{
	uint64_t sections;
	size_t i;

	if (!pfs_have(f, PFS_F_NR_ROOTS) || !pfs_have(f, PFS_F_SZ_MEM_SECTION) ||
	    !pfs_have(f, PFS_F_PAGESIZE) || !pfs_val(f, PFS_F_SZ_MEM_SECTION) ||
	    pfs_val(f, PFS_F_NR_ROOTS) >> 32 || pfs_val(f, PFS_F_PAGESIZE) >> 32)
		return NULL;
	sections = pfs_val(f, PFS_F_PAGESIZE) / pfs_val(f, PFS_F_SZ_MEM_SECTION);
	sections *= pfs_val(f, PFS_F_NR_ROOTS);
	for (i = 0; i < sizeof(sparsemem) / sizeof(*sparsemem); i++)
		if (sections == UINT64_C(1) << sparsemem[i].sections)
			return &sparsemem[i];
	return NULL;
}

static unsigned int section_size_bits(const struct pfs_facts *f)
{
	const struct sparsemem *s = find_sparsemem(f);

	if (s)
		return s->section_size;
	return pfs_have(f, PFS_F_PAGESIZE) && pfs_val(f, PFS_F_PAGESIZE) == 1 << SHIFT_64K ? 29 :
											     27;
}

static unsigned int max_physmem_bits(const struct pfs_facts *f)
{
	const struct sparsemem *s = find_sparsemem(f);

	if (s)
		return s->physmem;
	/* Smaller pages have physical addresses of 52 bits with virtual ones of 52 only. */
	return pfs_have(f, VA_BITS) && pfs_val(f, VA_BITS) == BITS_WIDE ? BITS_WIDE : 48;
}

/* HPAGE_SHIFT is a pmd's, although hugetlb has pages of 64 KiB, too. */
static unsigned int hugetlb_order(const struct pfs_mem *m)
{
	return stride(m);
}

/*
 * The memmap begins with the page that the direct map begins with. Where it begins was
 * another place in v5.4, v5.11 and v6.9; VMCOREINFO says it from v6.0 on. vmemmap was a
 * variable from v5.4 (c8b6d2ccf9b1 "arm64: mm: Separate out vmemmap") to v5.10, and is else no
 * symbol at all.
 */
static bool vmemmap(struct pfs_mem *m, const struct pfs_facts *f, uint64_t *ret)
{
	struct pfs_err ignored;
	int64_t first;

	if (!pfs_have(f, VMEMMAP_START))
		return pfs_have(f, PFS_F_VMEMMAP) &&
		       !pfs_read_u64(m, pfs_val(f, PFS_F_VMEMMAP), ret, "vmemmap", &ignored) &&
		       canonical(m, *ret);
	if (!pfs_have(f, PHYS_OFFSET) || !pfs_have(f, PFS_F_SZ_PAGE))
		return false;
	/* Below 0 where a kernel for 52 bits runs with 48: it moves the direct map. */
	first = (int64_t)pfs_val(f, PHYS_OFFSET) >> m->page_shift;
	*ret = pfs_val(f, VMEMMAP_START) - (uint64_t)first * pfs_val(f, PFS_F_SZ_PAGE);
	return true;
}

/*
 * Whose pfn_valid() it is, from the oldest on:
 *
 *	MAPPED		until eeb0753ba27b "arm64/mm: Fix pfn_valid() for ZONE_DEVICE based
 *			memory" (v5.12, and stable releases of v5.4 and v5.10), which no symbol
 *			or type shows
 *	EARLY_MAPPED	until 873ba463914c "arm64: decouple check whether pfn is in linear map
 *			from pfn_valid()" (v5.14), which brought pfn_is_map_memory()
 *	EARLY_MEMORY	until v5.15: 16c9afc77660 "arm64/mm: drop HAVE_ARCH_PFN_VALID" was
 *			taken back in v5.14 (3eb9cdffb397) and came again in v5.16, which is
 *			also the release of struct folio
 *	GENERIC		since
 *
 * pfn_valid itself does not tell: Debian's 6.1 and 6.12 have the generic one out of line under
 * that name. VMEMMAP_START is in VMCOREINFO since v6.0.
 */
static unsigned int pfn_valid_kinds(const struct pfs_facts *f)
{
	if (pfs_have(f, VMEMMAP_START) || pfs_have(f, PFS_F_SZ_FOLIO))
		return PFS_VALID_GENERIC;
	if (pfs_have(f, IS_MAP_MEMORY))
		return PFS_VALID_EARLY_MEMORY | PFS_VALID_GENERIC;
	/* Functions are known by name, and that one is not there. */
	if (pfs_have(f, PFS_F_FN_SCHEDULE))
		return PFS_VALID_MAPPED | PFS_VALID_EARLY_MAPPED;
	return PFS_VALID_MAPPED | PFS_VALID_EARLY_MAPPED | PFS_VALID_EARLY_MEMORY |
	       PFS_VALID_GENERIC;
}

const struct pfs_arch pfs_arch_aarch64 = {
	.name = "aarch64",
	.family = "arm64",
	.facts = fact_names,
	.page_sizes = 1 << SHIFT_4K | 1 << SHIFT_16K | 1 << SHIFT_64K,
	.kernel_half = 0xfff0000000000000ULL, /* with 52 bits; canonical() knows the rest */
	.image_start = IMAGE_START,
	.image_end = IMAGE_END,
	.top_symbol = "swapper_pg_dir",
	.entry_present = PTE_VALID,
	.section_size_bits = section_size_bits,
	.max_physmem_bits = max_physmem_bits,
	.hugetlb_order = hugetlb_order,
	.vmemmap = vmemmap,
	.pfn_valid_kinds = pfn_valid_kinds,
	.init = init,
	.canonical = canonical,
	.entry_address = entry_address,
	.walk = walk,
	.list_poison = 0xdead000000000000ULL,
	.frees_whole_leaves = true, /* until d4234d131b0a, which has no such leaves */
	.max_folio_shift = 30,	    /* PUD_ORDER, with gigantic pages */
};
