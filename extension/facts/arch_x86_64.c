/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86_64: page tables of 4 or 5 levels with leaves of 4 KiB, 2 MiB and 1 GiB.
 *
 * A page-table entry, as far as a walk needs it:
 *
 *	 63   62    52 51                          12 11   8  7   6     2  1   0
 *	+----+--------+------------------------------+------+----+-------+---+---+
 *	| NX | ignored| physical address             | AVL  | PS |  ...  | W | P |
 *	+----+--------+------------------------------+------+----+-------+---+---+
 *
 * PS makes a leaf of a pud (1 GiB) or pmd (2 MiB) entry; in a pte the same bit
 * is PAT. In a large leaf PAT is bit 12, below the address. With memory
 * encryption one of the address bits is the C bit (sme_mask) and no address.
 * An entry without P is not mapped, whatever its other bits say: PROT_NONE
 * (bit 8) and swap entries keep a value there.
 */
#include "facts/arch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PAGE_SHIFT	12
#define PTE_P		(1ULL << 0)
#define PTE_W		(1ULL << 1)
#define PTE_PS		(1ULL << 7)
#define PTE_ADDR	0x000ffffffffff000ULL
#define PTE_NX		(1ULL << 63)

/* Virtual address that the linker gives to physical address 0 of the image. */
#define START_KERNEL_MAP 0xffffffff80000000ULL
/*
 * The image takes at most 1 GiB from there on (KERNEL_IMAGE_SIZE); where it
 * takes less, modules follow inside this range.
 */
#define END_KERNEL_MAP	0xffffffffc0000000ULL

/* Facts that only x86_64 has, in the order of fact_names. */
enum {
	PHYS_BASE = PFS_NR_COMMON_FACTS,
	L5,
	SME_MASK,
	PAGE_OFFSET_BASE,
	VMEMMAP_BASE,
	E820_TABLE,
	E820_NR,
	E820_ENTRIES,
	SZ_E820_ENTRY,
	E820_ADDR,
	E820_SIZE,
	E820_TYPE,
	PHYS_BASE_AT,
	E820_MAP,
	E820_MAP_NR,
	E820_MAP_ENTRIES,
	SZ_E820ENTRY,
	E820ENTRY_ADDR,
	E820ENTRY_SIZE,
	E820ENTRY_TYPE,
};

static const char *const fact_names[] = {
	"NUMBER(phys_base)",	      /* kernel image: virtual to physical */
	"NUMBER(pgtable_l5_enabled)", /* 5-level page tables */
	"NUMBER(sme_mask)",	      /* encryption bit in page table entries */
	"SYMBOL(page_offset_base)",   /* start of the direct map (variable) */
	"SYMBOL(vmemmap_base)",	      /* start of the memmap (variable) */
	"SYMBOL(e820_table)",	      /* firmware memory map, as the kernel amended it */
	"OFFSET(e820_table.nr_entries)",
	"OFFSET(e820_table.entries)",
	"SIZE(e820_entry)",
	"OFFSET(e820_entry.addr)",
	"OFFSET(e820_entry.size)",
	"OFFSET(e820_entry.type)",
	"SYMBOL(phys_base)", /* where its value is (to v4.9) */
	/* The firmware's seven as they were up to v4.11. */
	"SYMBOL(e820)",
	"OFFSET(e820map.nr_map)",
	"OFFSET(e820map.map)",
	"SIZE(e820entry)",
	"OFFSET(e820entry.addr)",
	"OFFSET(e820entry.size)",
	"OFFSET(e820entry.type)",
	NULL,
};

static const char *const dwarf_units[] = { "arch/x86/kernel/e820.c", NULL };

static bool canonical(const struct pfs_mem *m, uint64_t va)
{
	unsigned int bits = m->root.levels == 5 ? 57 : 48;
	uint64_t top = va >> (bits - 1);

	return top == 0 || top == UINT64_MAX >> (bits - 1);
}

static uint64_t entry_address(const struct pfs_mem *m, uint64_t entry)
{
	return entry & m->pte_mask;
}

static void walk(struct pfs_mem *m, const struct pfs_root *root, uint64_t va, struct pfs_walk *ret)
{
	static const char *const names[] = { "pte", "pmd", "pud", "p4d", "pgd" };
	uint64_t table = root->pa & m->pte_mask;
	unsigned int depth;

	ret->va = va;
	ret->nr = 0;
	ret->mapped = false;
	ret->writable = true;
	ret->executable = true;
	ret->pa = 0;
	for (depth = 0; depth < root->levels && depth < PFS_MAX_LEVELS; depth++) {
		unsigned int level = root->levels - 1 - depth; /* 0: pte */
		unsigned int shift = PAGE_SHIFT + 9 * level;
		unsigned int idx = (unsigned int)(va >> shift) & 511;
		struct pfs_step *s = &ret->step[depth];
		uint64_t size = 1ULL << shift;

		/* The top level is called pgd even where the p4d is folded into it. */
		s->level = depth ? names[level] : "pgd";
		s->entry_pa = table + idx * 8;
		s->entry = 0;
		s->presence = pfs_table_entry(m, depth, s->entry_pa, &s->entry);
		ret->nr = depth + 1;
		ret->leaf_size = size;
		if (s->presence != PFS_PRESENT || !(s->entry & PTE_P)) {
			ret->writable = false;
			ret->executable = false;
			return;
		}
		if (!(s->entry & PTE_W))
			ret->writable = false;
		if (s->entry & PTE_NX)
			ret->executable = false;
		if (level == 0 || (level <= 2 && s->entry & PTE_PS)) {
			ret->mapped = true;
			ret->pa = (s->entry & m->pte_mask & ~(size - 1)) | (va & (size - 1));
			return;
		}
		table = s->entry & m->pte_mask;
	}
}

static bool l5(const struct pfs_facts *f)
{
	return pfs_have(f, L5) && pfs_val(f, L5);
}

/* These hold from v2.6.31 on; the paging mode counts from v4.17 on. */
static unsigned int max_physmem_bits(const struct pfs_facts *f)
{
	return l5(f) ? 52 : 46;
}

/*
 * Up to v4.9 VMCOREINFO has the address of phys_base and not its value. The
 * variable is in the image, whose place its value tells: it is right where the
 * root table that follows from it maps the variable to just that place.
 */
static bool find_phys_base(struct pfs_mem *m, const struct pfs_facts *f, uint64_t top,
			   uint64_t *ret)
{
	const uint64_t step = UINT64_C(2) << 20, below = 8;
	uint64_t va = pfs_val(f, PHYS_BASE_AT), end, i, base, pa, stop;
	unsigned char buf[8];
	struct pfs_walk w;

	if (!pfs_have(f, PHYS_BASE_AT) || va < START_KERNEL_MAP)
		return false;
	end = m->target->info.max_pfn;
	end = (end > UINT64_C(1) << 40 ? 0 : end << PAGE_SHIFT) / step;
	/* Below where it was linked for, too. */
	for (i = 0; i < end + below; i++) {
		base = (i < end ? i : end - 1 - i) * step;
		pa = va - START_KERNEL_MAP + base;
		if (pfs_read_phys(m, pa, buf, 8, &stop) != PFS_PRESENT || pfs_le64(buf) != base)
			continue;
		m->root.pa = top - START_KERNEL_MAP + base;
		pfs_mem_forget(m);
		pfs_walk_va(m, va, &w);
		if (w.mapped && w.pa == pa) {
			*ret = base;
			return true;
		}
	}
	return false;
}

/* What init() found. */
static void learn(const struct pfs_mem *m, struct pfs_facts *f)
{
	enum pfs_fact_id top = pfs_have(f, PFS_F_INIT_TOP_PGT) ? PFS_F_INIT_TOP_PGT :
								 PFS_F_SWAPPER_PG_DIR;

	if (pfs_have(f, PHYS_BASE) || !pfs_have(f, top))
		return;
	f->f[PHYS_BASE].value = m->root.pa - (pfs_val(f, top) - START_KERNEL_MAP);
	f->f[PHYS_BASE].from = "memory (page tables)";
}

static void set_root_levels(struct pfs_mem *m, bool five)
{
	m->root.levels = five ? 5 : 4;
	m->root.va_bits = five ? 57 : 48;
}

static int init(struct pfs_mem *m, const struct pfs_facts *f, struct pfs_err *err)
{
	enum pfs_fact_id top = pfs_have(f, PFS_F_INIT_TOP_PGT) ? PFS_F_INIT_TOP_PGT :
								 PFS_F_SWAPPER_PG_DIR;
	uint64_t va, base = pfs_val(f, PHYS_BASE);

	if (!pfs_have(f, top))
		return pfs_err_set(err, EINVAL, "VMCOREINFO has neither %s nor %s",
				   pfs_fact_name(PFS_F_INIT_TOP_PGT),
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR));
	if (!pfs_have(f, PHYS_BASE) && !pfs_have(f, PHYS_BASE_AT))
		return pfs_err_set(err, EINVAL, "VMCOREINFO has no %s", fact_names[0]);
	va = pfs_val(f, top);
	if (va < START_KERNEL_MAP || va & 0xfff)
		return pfs_err_set(err, EINVAL, "%s is 0x%llx: not a page of the kernel image",
				   pfs_fact_name(top), (unsigned long long)va);
	m->pte_mask = PTE_ADDR;
	if (pfs_have(f, SME_MASK))
		m->pte_mask &= ~pfs_val(f, SME_MASK);
	set_root_levels(m, l5(f));
	if (!pfs_have(f, PHYS_BASE) && !find_phys_base(m, f, va, &base))
		return pfs_err_set(err, EINVAL, "the dump has no page tables that agree with %s",
				   pfs_facts_name(f, PHYS_BASE_AT));
	/* phys_base is signed: the image may lie below where it was linked for. */
	m->root.pa = va - START_KERNEL_MAP + base;
	if (m->root.pa & ~m->pte_mask)
		return pfs_err_set(err, EINVAL, "%s at physical address 0x%llx: impossible",
				   pfs_fact_name(top), (unsigned long long)m->root.pa);
	return 0;
}

/*
 * QEMUCPUState, version 1: cr0 to cr4 and kernel_gs_base come after 18 general
 * registers and 10 segments of 24 bytes.
 */
#define QEMU_CR0	392
#define QEMU_CR3	416
#define QEMU_CR4	424
#define QEMU_SIZE	440
#define CR0_PG		(1ULL << 31)
#define CR4_LA57	(1ULL << 12)

/*
 * The page tables of every process map the half of the kernel. With page table
 * isolation, a CPU in user space uses tables that do not, which lie one page
 * behind those that do (PTI_USER_PGTABLE_BIT).
 */
static int bootstrap(struct pfs_mem *m, const void *qemu, size_t len, unsigned int attempt)
{
	const unsigned char *p = qemu;
	uint64_t cr3;

	if (len < QEMU_SIZE || pfs_le32(p) != 1 || !(pfs_le64(p + QEMU_CR0) & CR0_PG))
		return -ENOENT;
	cr3 = pfs_le64(p + QEMU_CR3) & PTE_ADDR;
	if (attempt > 1 || (attempt == 1 && !(cr3 & 0x1000)))
		return -ENOENT;
	memset(m->table, 0, sizeof(m->table));
	m->pte_mask = PTE_ADDR;
	m->root.pa = attempt ? cr3 & ~0x1000ULL : cr3;
	set_root_levels(m, pfs_le64(p + QEMU_CR4) & CR4_LA57);
	m->page_shift = PAGE_SHIFT;
	return 0;
}

static int describe(struct pfs_mem *m, uint64_t text, uint64_t top, char *buf, size_t size)
{
	struct pfs_walk w;
	int64_t phys_base;

	pfs_walk_va(m, text, &w);
	if (!w.mapped)
		return -EFAULT;
	phys_base = (int64_t)(w.pa - (text - START_KERNEL_MAP));
	return snprintf(buf, size,
			"PAGESIZE=4096\nSYMBOL(init_top_pgt)=%llx\n"
			"NUMBER(phys_base)=%lld\nNUMBER(pgtable_l5_enabled)=%d\n",
			(unsigned long long)top, (long long)phys_base, m->root.levels == 5);
}

/* Since v2.6.13. */
static unsigned int section_size_bits(const struct pfs_facts *f)
{
	(void)f;
	return 27;
}

/* A pmd leaf has 2 MiB. */
static unsigned int hugetlb_order(const struct pfs_mem *m)
{
	(void)m;
	return 9;
}

/* VMCOREINFO says it from v6.9 on. With KASLR the base is in a variable. */
static bool vmemmap(struct pfs_mem *m, const struct pfs_facts *f, uint64_t *ret)
{
	struct pfs_err ignored;

	if (pfs_have(f, PFS_F_VMEMMAP)) {
		*ret = pfs_val(f, PFS_F_VMEMMAP);
		return true;
	}
	return pfs_have(f, VMEMMAP_BASE) &&
	       !pfs_read_u64(m, pfs_val(f, VMEMMAP_BASE), ret, "vmemmap_base", &ignored);
}

#define MAX_E820 4096

/* enum e820_type (arch/x86/include/asm/e820/types.h) */
static const char *type_name(uint32_t type)
{
	switch (type) {
	case 1:
		return "RAM";
	case 2:
		return "reserved";
	case 3:
		return "ACPI data";
	case 4:
		return "ACPI NVS";
	case 5:
		return "unusable";
	case 7:
		return "persistent memory";
	case 12:
		return "persistent memory (type 12)";
	case 128:
		return "reserved by the kernel";
	case 0xefffffff:
		return "soft reserved";
	default:
		return "of unknown type";
	}
}

static void e820_type(struct pfs_firmware_range *r, uint32_t type)
{
	r->type = type_name(type);
	r->kind = type == 1 ? PFS_FW_RAM : type == 7 ? PFS_FW_DEVICE : PFS_FW_OTHER;
}

/*
 * Where the table is and how many entries it has. e820_table (4.12 has it) is a pointer; e820,
 * which older kernels have, is one in later of them, and in 4.4 the table itself: then the first
 * word is no kernel address but a count.
 */
static int find_e820(struct pfs_mem *m, const struct pfs_facts *f, unsigned int first,
		     uint64_t *ret_table, uint64_t *ret_nr, struct pfs_err *err)
{
	uint64_t at = pfs_val(f, first), word;
	unsigned char buf[4];

	if (pfs_read_u64(m, at, &word, "e820", err))
		return err->code = ENODATA, -ENODATA;
	*ret_table = first == E820_TABLE || word >> 63 ? word : at;
	if (pfs_read_va(m, *ret_table + pfs_val(f, first + 1), buf, 4, NULL))
		return pfs_err_set(err, ENODATA, "the table cannot be read");
	*ret_nr = pfs_le32(buf);
	if (*ret_nr > MAX_E820)
		return pfs_err_set(err, ENODATA, "absurd number of entries: %llu",
				   (unsigned long long)*ret_nr);
	return 0;
}

static int firmware_map(struct pfs_mem *m, const struct pfs_facts *f,
			int (*entry)(void *arg, const struct pfs_firmware_range *r), void *arg,
			struct pfs_err *err)
{
	unsigned int first = pfs_have(f, E820_TABLE) || !pfs_have(f, E820_MAP) ? E820_TABLE :
										 E820_MAP;
	unsigned int size_of = first + SZ_E820_ENTRY - E820_TABLE, id;
	uint64_t addr, len, type, table = 0, size, nr = 0, i;
	struct pfs_firmware_range r;
	unsigned char buf[64];
	int ret;

	for (id = first; id <= first + E820_TYPE - E820_TABLE; id++)
		if (!pfs_have(f, id))
			return pfs_err_set(err, ENODATA, "%s is not known", pfs_facts_name(f, id));
	size = pfs_val(f, size_of);
	addr = pfs_val(f, size_of + 1);
	len = pfs_val(f, size_of + 2);
	type = pfs_val(f, size_of + 3);
	if (size < 20 || size > sizeof(buf) || addr > size - 8 || len > size - 8 || type > size - 4)
		return pfs_err_set(err, ENODATA, "%s: absurd layout", pfs_facts_name(f, size_of));
	ret = find_e820(m, f, first, &table, &nr, err);
	if (ret)
		return ret;
	for (i = 0; i < nr; i++) {
		if (pfs_read_va(m, table + pfs_val(f, first + 2) + i * size, buf, size, NULL))
			return pfs_err_set(err, ENODATA, "entries from %llu on cannot be read",
					   (unsigned long long)i);
		r.addr = pfs_le64(buf + addr);
		r.size = pfs_le64(buf + len);
		e820_type(&r, pfs_le32(buf + type));
		ret = entry(arg, &r);
		if (ret)
			return ret;
	}
	return 0;
}

/* Do n entries at this address ascend from 0 without overlap, each of a known type? */
static bool e820_ascends(struct pfs_mem *m, uint64_t entries, uint64_t n)
{
	unsigned char buf[20];
	uint64_t i, end = 0;

	for (i = 0; i < n; i++) {
		uint64_t addr, size;

		if (pfs_read_va(m, entries + i * sizeof(buf), buf, sizeof(buf), NULL))
			return false;
		addr = pfs_le64(buf);
		size = pfs_le64(buf + 8);
		if ((!i && addr) || addr < end || !size ||
		    __builtin_add_overflow(addr, size, &end) ||
		    !strcmp(type_name(pfs_le32(buf + 16)), "of unknown type"))
			return false;
	}
	return n > 1;
}

/* The layout of the table is that of the firmware's, the same in all versions. */
static unsigned int infer(struct pfs_mem *m, struct pfs_facts *f)
{
	static const unsigned int layout[] = { 0, 4, 20, 0, 8, 16 };
	unsigned int first = pfs_have(f, E820_TABLE) ? E820_TABLE : E820_MAP, i, n = 0;
	struct pfs_err ignored;
	uint64_t table, nr;

	if (!pfs_have(f, first) || pfs_have(f, first + 1))
		return 0;
	f->f[first + 1].value = 0;
	if (find_e820(m, f, first, &table, &nr, &ignored) || !e820_ascends(m, table + 4, nr))
		return 0;
	for (i = 0; i < sizeof(layout) / sizeof(layout[0]); i++, n++)
		f->f[first + 1 + i] = (struct pfs_fact){ layout[i],
							 "inferred (ascending entries)" };
	return n;
}

const struct pfs_arch pfs_arch_x86_64 = {
	.name = "x86_64",
	.family = "x86",
	.facts = fact_names,
	.dwarf_units = dwarf_units,
	.page_sizes = 1 << PAGE_SHIFT,
	.kernel_half = 1ULL << 63,
	.image_start = START_KERNEL_MAP,
	.image_end = END_KERNEL_MAP,
	.top_symbol = "init_top_pgt",
	.entry_present = PTE_P,
	.section_size_bits = section_size_bits,
	.max_physmem_bits = max_physmem_bits,
	.hugetlb_order = hugetlb_order,
	.vmemmap = vmemmap,
	.init = init,
	.learn = learn,
	.canonical = canonical,
	.entry_address = entry_address,
	.walk = walk,
	.bootstrap = bootstrap,
	.describe = describe,
	.firmware_map = firmware_map,
	.firmware_map_name = "e820",
	.infer = infer,
	.unused_fill = 0xfdfdfdfdfdfdfdfdULL, /* PAGE_UNUSED, once PAGE_INUSE */
	.list_poison = 0xdead000000000000ULL,
	.max_folio_shift = 30, /* PUD_ORDER, with gigantic pages */
};
