/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aarch64: walks over tables of each granule and number of levels, oops texts, and operands
 * of instructions. Entries are as the Arm manual has them, texts as kernels print them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MACHINE	"aarch64"
#include "machine.h"

#define IMAGE	UINT64_C(0xffff800080000000)
#define DIRECT	UINT64_C(0xffff000000000000)
#define DIRECT3	UINT64_C(0xffffff8000000000)
#define DIRECT5	UINT64_C(0xfff0000000000000)

#define TABLE	UINT64_C(3)
#define PAGE	UINT64_C(0x403)			/* AF */
#define BLOCK	UINT64_C(0x401)
#define RDONLY	(UINT64_C(1) << 7)
#define DBM	(UINT64_C(1) << 51)
#define CONT	(UINT64_C(1) << 52)
#define PXN	(UINT64_C(1) << 53)
#define UXN	(UINT64_C(1) << 54)
#define PXNT	(UINT64_C(1) << 59)
#define APT_RO	(UINT64_C(1) << 62)

static unsigned int bits; /* of virtual addresses */

/*
 * Empty tables, for a kernel of these bits and pages of 1 << page_shift bytes. Its image
 * begins at physical address 0.
 */
static void setup_granule(unsigned int page_shift, unsigned int va_bits)
{
	struct pfs_err err;

	bits = va_bits;
	machine_clear(-(UINT64_C(1) << 36) + ROOT, UINT64_C(1) << page_shift);
	set("NUMBER(kimage_voffset)", facts.f[PFS_F_SWAPPER_PG_DIR].value - ROOT);
	set("NUMBER(VA_BITS)", va_bits);
	assert_int_equal(init(&err), 0);
	assert_true(mem.root.pa == ROOT);
}

static void setup(unsigned int va_bits)
{
	setup_granule(12, va_bits);
}

/* As ram_map(), with tables of this machine; returns where the entry is. */
static uint64_t map(uint64_t va, unsigned int shift, uint64_t entry)
{
	unsigned int stride = mem.page_shift - 3;
	unsigned int s = mem.page_shift + stride * (mem.root.levels - 1);
	uint64_t table = ROOT, at;

	va &= (UINT64_C(1) << bits) - 1;
	for (;; s -= stride) {
		at = table + (va >> s & ((1u << stride) - 1)) * 8;
		if (s == shift)
			break;
		if (!ram_get(&ram, at)) {
			ram_put(&ram, at, ram.next_table | TABLE);
			ram.next_table += UINT64_C(1) << mem.page_shift;
		}
		table = ram_get(&ram, at) & UINT64_C(0xfffffffff000);
	}
	ram_put(&ram, at, entry);
	pfs_mem_forget(&mem);
	return at;
}

static void four_levels(void **state)
{
	static const char *const names[] = { "pgd", "pud", "pmd", "pte" };
	struct pfs_walk w;
	unsigned int i;

	(void)state;
	setup(48);
	assert_int_equal(mem.root.levels, 4);
	assert_int_equal(mem.page_shift, 12);
	map(DIRECT + 0x5000, 12, RAM_FREE | PAGE);
	pfs_walk_va(&mem, DIRECT + 0x5123, &w);
	assert_true(w.mapped && w.writable && w.executable);
	assert_true(w.pa == RAM_FREE + 0x123);
	assert_int_equal(w.leaf_size, 4096);
	assert_int_equal(w.nr, 4);
	for (i = 0; i < 4; i++)
		assert_string_equal(w.step[i].level, names[i]);
	assert_true(w.step[0].entry_pa == ROOT);
	assert_true(w.step[3].entry == (RAM_FREE | PAGE));
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_OK);

	/* The top half of the root is the image's: bit 47 is part of the index. */
	map(IMAGE + 0x200000, 21, 0x80200000 | BLOCK);
	pfs_walk_va(&mem, IMAGE + 0x323456, &w);
	assert_true(w.mapped);
	assert_true(w.step[0].entry_pa == ROOT + 0x800);
	assert_true(w.pa == 0x80323456);
	assert_int_equal(w.leaf_size, 2 << 20);
	assert_int_equal(w.nr, 3);

	map(DIRECT + 0x80000000, 30, UINT64_C(0x40000000) | BLOCK);
	pfs_walk_va(&mem, DIRECT + 0x80654321, &w);
	assert_true(w.mapped);
	assert_true(w.pa == 0x40654321);
	assert_int_equal(w.leaf_size, 1 << 30);
	assert_int_equal(w.nr, 2);

	/* SH (9:8), bits 49:48, software bits and what is above are no address. */
	map(DIRECT + 0x6000, 12, RAM_FREE | PAGE | 0x300 | UINT64_C(0xffff) << 48);
	pfs_walk_va(&mem, DIRECT + 0x6000, &w);
	assert_true(w.mapped);
	assert_true(w.pa == RAM_FREE);
}

static void three_levels(void **state)
{
	struct pfs_walk w;

	(void)state;
	setup(39);
	assert_int_equal(mem.root.levels, 3);
	map(DIRECT3 + 0x7000, 12, RAM_FREE | PAGE);
	pfs_walk_va(&mem, DIRECT3 + 0x7008, &w);
	assert_true(w.mapped);
	assert_true(w.pa == RAM_FREE + 8);
	assert_int_equal(w.nr, 3);
	assert_string_equal(w.step[0].level, "pgd");
	assert_string_equal(w.step[1].level, "pmd");
	assert_string_equal(w.step[2].level, "pte");
	/* The pud is folded into the pgd, and may be a block. */
	map(DIRECT3 + 0x40000000, 30, UINT64_C(0x80000000) | BLOCK);
	pfs_walk_va(&mem, DIRECT3 + 0x40001234, &w);
	assert_true(w.mapped);
	assert_true(w.pa == 0x80001234);
	assert_int_equal(w.nr, 1);
}

/* LPA2: address bits 49 and 48 in their place, 51 and 50 where SH is otherwise. */
static void five_levels(void **state)
{
	uint64_t entry = UINT64_C(0x0003000000123000) | 0x300 | PAGE;
	struct pfs_walk w;

	(void)state;
	setup(52);
	assert_int_equal(mem.root.levels, 5);
	map(DIRECT5 + 0x5000, 12, entry);
	pfs_walk_va(&mem, DIRECT5 + 0x5678, &w);
	assert_true(w.mapped);
	assert_true(w.pa == UINT64_C(0x000f000000123678));
	assert_int_equal(w.nr, 5);
	assert_string_equal(w.step[0].level, "pgd");
	assert_string_equal(w.step[1].level, "p4d");
	assert_true(w.step[0].entry_pa == ROOT);
	/* The root has 16 entries. */
	map(IMAGE, 21, BLOCK);
	pfs_walk_va(&mem, IMAGE + 0x10, &w);
	assert_true(w.mapped);
	assert_true(w.pa == 0x10);
	assert_true(w.step[0].entry_pa == ROOT + 15 * 8);
	map(DIRECT5 + 0x200000, 21, UINT64_C(0x0001000000400000) | 0x100 | BLOCK);
	pfs_walk_va(&mem, DIRECT5 + 0x200004, &w);
	assert_true(w.pa == UINT64_C(0x0005000000400004));

	/* A kernel of 52 bits on a CPU without LPA2: 48. */
	set("NUMBER(TCR_EL1_T1SZ)", 16);
	assert_int_equal(init(&(struct pfs_err){ 0 }), 0);
	assert_int_equal(mem.root.levels, 4);
	set("NUMBER(TCR_EL1_T1SZ)", 12);
	assert_int_equal(init(&(struct pfs_err){ 0 }), 0);
	assert_int_equal(mem.root.levels, 5);
}

/*
 * Every granule and width, with a page at the first address of the upper half and at the
 * last: levels, entries of the root, leaves that are blocks, and one that cannot be.
 */
static void granules(void **state)
{
	static const struct {
		unsigned int page_shift, bits, levels;
		unsigned int root;	      /* entries */
		unsigned int block, no_block; /* log2 */
	} cases[] = {
		{ 12, 39, 3, 512, 30, 0 },   { 12, 48, 4, 512, 30, 39 },  { 12, 52, 5, 16, 30, 39 },
		{ 14, 36, 2, 2048, 25, 0 },  { 14, 47, 3, 2048, 25, 36 }, { 14, 48, 4, 2, 25, 36 },
		{ 14, 52, 4, 32, 25, 36 },   { 16, 42, 2, 8192, 29, 0 },  { 16, 48, 3, 64, 29, 42 },
		{ 16, 52, 3, 1024, 29, 42 },
	};
	static const char *const names[] = { "pte", "pmd", "pud", "p4d" };
	struct pfs_walk w;
	unsigned int j;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t first = -(UINT64_C(1) << cases[i].bits);
		uint64_t page = UINT64_C(1) << cases[i].page_shift;
		uint64_t block = UINT64_C(1) << cases[i].block;
		unsigned int levels = cases[i].levels;

		setup_granule(cases[i].page_shift, cases[i].bits);
		assert_int_equal(mem.root.levels, levels);
		assert_int_equal(mem.root.va_bits, cases[i].bits);
		assert_true(mem.arch->canonical(&mem, first));
		assert_false(mem.arch->canonical(&mem, first - 1));
		map(first, cases[i].page_shift, RAM_FREE | PAGE);
		pfs_walk_va(&mem, first + 0x123, &w);
		assert_true(w.mapped);
		assert_true(w.pa == RAM_FREE + 0x123);
		assert_true(w.leaf_size == page);
		assert_int_equal(w.nr, levels);
		assert_string_equal(w.step[0].level, "pgd");
		assert_true(w.step[0].entry_pa == ROOT);
		for (j = 1; j < levels; j++)
			assert_string_equal(w.step[j].level, names[levels - 1 - j]);

		map(UINT64_MAX, cases[i].page_shift, RAM_FREE | PAGE);
		pfs_walk_va(&mem, UINT64_MAX, &w);
		assert_true(w.pa == RAM_FREE + page - 1);
		assert_true(w.step[0].entry_pa == ROOT + (cases[i].root - 1) * 8);

		/* Address bits below the size of a leaf are none. */
		map(first + block, cases[i].block, block | (block - page) | BLOCK);
		pfs_walk_va(&mem, first + block + 0x12345, &w);
		assert_true(w.mapped);
		assert_true(w.pa == block + 0x12345);
		assert_true(w.leaf_size == block);
		if (!cases[i].no_block)
			continue;
		map(first + (UINT64_C(1) << cases[i].no_block), cases[i].no_block, BLOCK);
		pfs_walk_va(&mem, first + (UINT64_C(1) << cases[i].no_block), &w);
		assert_false(w.mapped);
		assert_true(w.leaf_size == UINT64_C(1) << cases[i].no_block);
	}
}

/* Bits 15 to 12 (LPA), 9 and 8 (LPA2), or none: 51 to 48 of a physical address. */
static void wide_addresses(void **state)
{
	static const struct {
		unsigned int page_shift, bits;
		uint64_t entry, pa;
	} cases[] = {
		{ 14, 48, UINT64_C(0x0003000000124000) | 0x300, UINT64_C(0x0000000000124000) },
		{ 14, 52, UINT64_C(0x0003000000124000) | 0x300, UINT64_C(0x000f000000124000) },
		{ 14, 52, UINT64_C(0x0001000000124000) | 0x200, UINT64_C(0x0009000000124000) },
		/* Software's, and of a CPU with LPA2 alone. */
		{ 16, 48, UINT64_C(0x0003000000120000) | 0x300, UINT64_C(0x0000000000120000) },
		{ 16, 48, UINT64_C(0x000000000012a000) | 0x300, UINT64_C(0x000a000000120000) },
		{ 16, 52, UINT64_C(0x000000000012f000) | 0x300, UINT64_C(0x000f000000120000) },
	};
	struct pfs_walk w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		setup_granule(cases[i].page_shift, cases[i].bits);
		map(UINT64_MAX, cases[i].page_shift, cases[i].entry | PAGE);
		pfs_walk_va(&mem, UINT64_MAX - 1, &w);
		assert_true(w.pa == cases[i].pa + (UINT64_C(1) << cases[i].page_shift) - 2);
		/* What a wrong bit is looked for in, where the address is none of it. */
		assert_true(!(mem.pte_mask & (PAGE | PXN | RDONLY)));
		assert_int_equal(mem.pte_mask & 0x300,
				 cases[i].page_shift == 14 && bits == 52 ? 0x300 : 0);
		assert_int_equal(mem.pte_mask & 0xf000,
				 cases[i].page_shift == 16 ? 0xf000 : 0xc000);
	}
}

/* Each entry of a contiguous range has an address of its own. */
static void contiguous(void **state)
{
	struct pfs_walk w;
	uint64_t i;

	(void)state;
	setup_granule(14, 47);
	for (i = 0; i < 128; i++)
		map(-(UINT64_C(1) << 47) + i * 16384, 14, (0x200000 + i * 16384) | CONT | PAGE);
	for (i = 0; i < 128; i++) {
		pfs_walk_va(&mem, -(UINT64_C(1) << 47) + i * 16384 + 5, &w);
		assert_true(w.mapped);
		assert_true(w.pa == 0x200000 + i * 16384 + 5);
		assert_int_equal(w.leaf_size, 16384);
	}
}

/* Kernels of 52 bits on a CPU that translates fewer. */
static void narrow_cpu(void **state)
{
	struct pfs_walk w;

	(void)state;
	setup_granule(14, 52);
	set("NUMBER(TCR_EL1_T1SZ)", 64 - 47);
	assert_int_equal(init(&(struct pfs_err){ 0 }), 0);
	assert_int_equal(mem.root.va_bits, 47);
	assert_int_equal(mem.root.levels, 3);
	/* Its root is of 52 bits still, and TTBR1 points to the last 64 entries. */
	setup_granule(16, 52);
	map(-(UINT64_C(1) << 48), 16, RAM_FREE | PAGE);
	set("NUMBER(TCR_EL1_T1SZ)", 16);
	assert_int_equal(init(&(struct pfs_err){ 0 }), 0);
	pfs_walk_va(&mem, -(UINT64_C(1) << 48), &w);
	assert_true(w.mapped);
	assert_true(w.step[0].entry_pa == ROOT + (1024 - 64) * 8);
	assert_int_equal(w.nr, 3);
}

static void permissions(void **state)
{
	static const struct {
		uint64_t table, leaf;
		bool writable, executable;
	} cases[] = {
		{ 0, 0, true, true },
		{ 0, RDONLY, false, true },
		{ 0, RDONLY | DBM, true, true }, /* clean */
		{ 0, DBM, true, true },
		{ 0, PXN, true, false },
		{ 0, UXN, true, true }, /* of user mode alone */
		{ 0, RDONLY | PXN, false, false },
		{ APT_RO, 0, false, true },
		{ PXNT, 0, true, false },
		/* of a leaf no limits of a table, and the other way round */
		{ RDONLY | PXN, 0, true, true },
		{ 0, APT_RO | PXNT, true, true },
	};
	struct pfs_walk w;
	uint64_t pmd;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		setup(48);
		map(DIRECT, 12, RAM_FREE | PAGE | cases[i].leaf);
		pmd = map(DIRECT, 21, 0);
		ram_put(&ram, pmd, (ram.next_table - 4096) | TABLE | cases[i].table);
		pfs_walk_va(&mem, DIRECT, &w);
		assert_true(w.mapped);
		assert_true(w.pa == RAM_FREE);
		assert_int_equal(w.writable, cases[i].writable);
		assert_int_equal(w.executable, cases[i].executable);
	}
}

static void not_mapped(void **state)
{
	/* The lowest bit decides; PROT_NONE and swap entries have others. */
	static const uint64_t pte[] = {
		0, RAM_FREE | 0x402, RAM_FREE | 0x400 | UINT64_C(1) << 58,
		RAM_FREE | BLOCK, /* reserved in a pte */
	};
	struct pfs_walk w;
	struct pfs_err err;
	uint64_t v, at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pte) / sizeof(*pte); i++) {
		setup(48);
		at = map(DIRECT + 0x200000, 12, pte[i]);
		pfs_walk_va(&mem, DIRECT + 0x200000, &w);
		assert_false(w.mapped || w.writable || w.executable);
		assert_int_equal(w.nr, 4);
		assert_true(w.step[3].entry_pa == at);
		assert_true(w.step[3].entry == pte[i]);
		assert_int_equal(pfs_walk_reach(&w), PFS_REACH_UNMAPPED);
		assert_int_equal(w.leaf_size, 4096);
	}
	assert_int_equal(pfs_read_u64(&mem, DIRECT + 0x200000, &v, "thing", &err), -EFAULT);
	assert_string_equal(err.msg, "thing: 8 bytes at 0xffff000000200000: address not mapped "
				     "(pte entry 0x300401 at 0x202000)");

	/* Nor are there blocks in a pgd of four levels, or a p4d. */
	setup(48);
	map(DIRECT, 39, BLOCK);
	pfs_walk_va(&mem, DIRECT, &w);
	assert_false(w.mapped);
	assert_int_equal(w.nr, 1);
	assert_true(w.leaf_size == UINT64_C(1) << 39);
	setup(52);
	map(DIRECT5, 39, BLOCK);
	pfs_walk_va(&mem, DIRECT5, &w);
	assert_false(w.mapped);
	assert_int_equal(w.nr, 2);
}

static void not_in_dump(void **state)
{
	unsigned char b[8];
	struct pfs_walk w;
	struct pfs_err err;

	(void)state;
	setup(48);
	map(DIRECT, 12, RAM_FREE | PAGE);
	ram.presence[RAM_TABLES / 4096 + 1] = PFS_EXCLUDED;
	pfs_walk_va(&mem, DIRECT, &w);
	assert_false(w.mapped || w.writable);
	assert_int_equal(w.nr, 3);
	assert_int_equal(pfs_walk_end(&w)->presence, PFS_EXCLUDED);
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_NO_TABLE);
	assert_int_equal(pfs_read_obj(&mem, DIRECT, b, 8, "thing", &err), -ENODATA);
	assert_string_equal(err.msg, "thing: 8 bytes at 0xffff000000000000: page table not in the "
				     "dump (pmd table page at 0x201000)");
	/* Entries that lead to themselves end, too; and so do those that lead nowhere. */
	setup(48);
	ram_put(&ram, ROOT, ROOT | TABLE);
	pfs_walk_va(&mem, DIRECT + 0x123, &w);
	assert_true(w.mapped);
	assert_true(w.pa == ROOT + 0x123);
	ram_put(&ram, ROOT, UINT64_C(0xfffffffff000) | TABLE);
	pfs_mem_forget(&mem);
	pfs_walk_va(&mem, DIRECT, &w);
	assert_int_equal(w.step[1].presence, PFS_ABSENT);
}

/* TTBR1 has the upper half alone: a user's address is none of init_mm's tables. */
static void lower_half(void **state)
{
	static const struct {
		unsigned int bits;
		uint64_t first;
	} cases[] = { { 39, DIRECT3 }, { 48, DIRECT }, { 52, DIRECT5 } };
	struct pfs_walk w;
	unsigned char b[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		setup(cases[i].bits);
		map(0, 12, RAM_FREE | PAGE);
		assert_true(mem.arch->canonical(&mem, cases[i].first));
		assert_true(mem.arch->canonical(&mem, UINT64_MAX));
		assert_false(mem.arch->canonical(&mem, cases[i].first - 1));
		assert_false(mem.arch->canonical(&mem, 0));
		/* KASAN's tag in the top byte */
		assert_false(mem.arch->canonical(&mem, UINT64_C(0xf4ff000000000000)));
		assert_int_equal(pfs_read_va(&mem, cases[i].first, b, 8, NULL), PFS_REACH_OK);
		pfs_walk_va(&mem, 0, &w);
		assert_false(w.mapped || w.writable);
		assert_int_equal(w.nr, 0);
		assert_true(w.leaf_size == UINT64_C(1) << cases[i].bits);
		assert_int_equal(pfs_read_va(&mem, 0, b, 8, NULL), PFS_REACH_BAD_ADDRESS);
		assert_int_equal(pfs_read_va(&mem, cases[i].first - 4, b, 8, NULL),
				 PFS_REACH_BAD_ADDRESS);
	}
}

static void init_errors(void **state)
{
	(void)state;
	setup(48);
	facts.f[PFS_F_SWAPPER_PG_DIR].from = NULL;
	init_fails("has no SYMBOL(swapper_pg_dir)");
	machine_fact(&facts, "NUMBER(kimage_voffset)")->from = NULL;
	init_fails("has no NUMBER(kimage_voffset)");
	machine_fact(&facts, "NUMBER(VA_BITS)")->from = NULL;
	init_fails("neither NUMBER(TCR_EL1_T1SZ) nor NUMBER(VA_BITS)");
	set("NUMBER(VA_BITS)", 42); /* of 64 KiB */
	init_fails("42 bits: not with pages of 4 KiB");
	set("NUMBER(VA_BITS)", 47); /* of 16 KiB */
	init_fails("47 bits");
	set("NUMBER(VA_BITS)", UINT64_MAX);
	init_fails("neither");
	facts.f[PFS_F_SWAPPER_PG_DIR].value = 0x1000;
	init_fails("not a page of the kernel image");
	facts.f[PFS_F_SWAPPER_PG_DIR].value += 8;
	init_fails("not a page of the kernel image");
	set("NUMBER(kimage_voffset)", facts.f[PFS_F_SWAPPER_PG_DIR].value + 0x1000);
	init_fails("impossible");
	facts.f[PFS_F_PAGESIZE] = (struct pfs_fact){ 8192, "test" };
	init_fails("page size 8192");
	setup_granule(14, 47);
	set("NUMBER(VA_BITS)", 39);
	init_fails("39 bits: not with pages of 16 KiB");
	setup_granule(16, 48);
	set("NUMBER(VA_BITS)", 47);
	init_fails("47 bits: not with pages of 64 KiB");
	/* Half a page of 64 KiB is one of 4 KiB. */
	setup_granule(16, 48);
	facts.f[PFS_F_SWAPPER_PG_DIR].value += 0x1000;
	init_fails("not a page of the kernel image");
	assert_int_equal(init(&(struct pfs_err){ 0 }), 0);
}

/* What VMCOREINFO of old kernels lacks. */
static void constants(void **state)
{
	const struct pfs_arch *a = pfs_arch_by_name("aarch64");
	uint64_t v;

	(void)state;
	setup(48);
	/* Debian's 6.1 in 512 MiB from 1 GiB on */
	set("NUMBER(VMEMMAP_START)", UINT64_C(0xfffffc0000000000));
	assert_false(a->vmemmap(&mem, &facts, &v));
	set("NUMBER(PHYS_OFFSET)", 0x40000000);
	assert_false(a->vmemmap(&mem, &facts, &v));
	facts.f[PFS_F_SZ_PAGE] = (struct pfs_fact){ 64, "test" };
	assert_true(a->vmemmap(&mem, &facts, &v));
	assert_true(v == UINT64_C(0xfffffbffff000000));
	/* 6.12 for 52 bits on a CPU with 48; v is what its own SYMBOL(vmemmap) says. */
	set("NUMBER(VMEMMAP_START)", UINT64_C(0xffffc1ffc0000000));
	set("NUMBER(PHYS_OFFSET)", UINT64_C(0xfff0e54340000000));
	assert_true(a->vmemmap(&mem, &facts, &v));
	assert_true(v == UINT64_C(0xfffffe6ab3000000));

	/* vmemmap was a variable where VMCOREINFO has no VMEMMAP_START yet. */
	machine_fact(&facts, "NUMBER(VMEMMAP_START)")->from = NULL;
	assert_false(a->vmemmap(&mem, &facts, &v));
	map(DIRECT, 12, RAM_FREE | PAGE);
	ram_put(&ram, RAM_FREE + 0x18, UINT64_C(0xfffffdfffee00000));
	facts.f[PFS_F_VMEMMAP] = (struct pfs_fact){ DIRECT + 0x18, "test" };
	assert_true(a->vmemmap(&mem, &facts, &v));
	assert_true(v == UINT64_C(0xfffffdfffee00000));
	ram_put(&ram, RAM_FREE + 0x18, 0x1000);
	assert_false(a->vmemmap(&mem, &facts, &v));
	facts.f[PFS_F_VMEMMAP].value = DIRECT + 0x1000; /* not mapped */
	assert_false(a->vmemmap(&mem, &facts, &v));

	assert_int_equal(a->max_physmem_bits(&facts), 48);
	set("NUMBER(VA_BITS)", 52);
	assert_int_equal(a->max_physmem_bits(&facts), 52);
	assert_int_equal(a->hugetlb_order(&mem), 9);
	setup_granule(14, 47);
	assert_int_equal(a->hugetlb_order(&mem), 11);
	setup_granule(16, 48);
	assert_int_equal(a->hugetlb_order(&mem), 13);

	/* Whose pfn_valid() it is; the generic one may be out of line under that name. */
	assert_int_equal(a->pfn_valid_kinds(&facts), PFS_VALID_MAPPED | PFS_VALID_EARLY_MAPPED |
							     PFS_VALID_EARLY_MEMORY |
							     PFS_VALID_GENERIC);
	facts.f[PFS_F_FN_SCHEDULE] = (struct pfs_fact){ IMAGE, "test" };
	assert_int_equal(a->pfn_valid_kinds(&facts), PFS_VALID_MAPPED | PFS_VALID_EARLY_MAPPED);
	set("SYMBOL(pfn_is_map_memory)", IMAGE + 0x36000);
	assert_int_equal(a->pfn_valid_kinds(&facts), PFS_VALID_EARLY_MEMORY | PFS_VALID_GENERIC);
	facts.f[PFS_F_SZ_FOLIO] = (struct pfs_fact){ 64, "test" };
	assert_int_equal(a->pfn_valid_kinds(&facts), PFS_VALID_GENERIC);
	facts.f[PFS_F_SZ_FOLIO].from = NULL;
	set("NUMBER(VMEMMAP_START)", UINT64_C(0xfffffc0000000000));
	assert_int_equal(a->pfn_valid_kinds(&facts), PFS_VALID_GENERIC);
}

/* The sizes follow from how many sections there are. */
static void sections(void **state)
{
	static const struct {
		uint64_t page, size, roots;
		unsigned int section, physmem;
	} cases[] = {
		{ 4096, 16, 1024, 30, 48 },   /* 5.10, and 4.19 */
		{ 4096, 32, 2048, 30, 48 },   /* with page_ext */
		{ 4096, 16, 8192, 27, 48 },   /* 6.1 */
		{ 4096, 16, 131072, 27, 52 }, /* 6.12 for 52 bits */
		{ 16384, 16, 2048, 27, 48 },
		{ 16384, 16, 32768, 27, 52 },
		{ 65536, 16, 64, 30, 48 },
		{ 65536, 16, 1024, 30, 52 },
		{ 65536, 16, 128, 29, 48 },
		{ 65536, 16, 2048, 29, 52 },
		/* Neither: what kernels have now. */
		{ 4096, 16, 1000, 27, 48 },
		{ 65536, 16, 7, 29, 48 },
		{ 4096, 16, UINT64_MAX, 27, 48 },
		{ 4096, 0, 1024, 27, 48 },
	};
	const struct pfs_arch *a = pfs_arch_by_name("aarch64");
	size_t i;

	(void)state;
	setup(48);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		facts.f[PFS_F_PAGESIZE] = (struct pfs_fact){ cases[i].page, "test" };
		facts.f[PFS_F_SZ_MEM_SECTION] = (struct pfs_fact){ cases[i].size, "test" };
		facts.f[PFS_F_NR_ROOTS] = (struct pfs_fact){ cases[i].roots, "test" };
		assert_int_equal(a->section_size_bits(&facts), cases[i].section);
		assert_int_equal(a->max_physmem_bits(&facts), cases[i].physmem);
	}
	facts.f[PFS_F_NR_ROOTS].from = NULL;
	assert_int_equal(a->section_size_bits(&facts), 27);
}

/* A log of text, a line each; level and time stamp are not part of a record. */
static uint64_t reg(const struct pfs_panic *p, const char *name)
{
	const struct pfs_reg *r = pfs_panic_reg(p, name);

	if (!r)
		fail_msg("no register %s", name);
	return r->value;
}

/* Of user mode: no symbols. */
#define USER_REGS \
	"pstate: 20001000 (nzCv daif -PAN -UAO -TCO -DIT -SSBS BTYPE=--)\n" \
	"pc : 0000ffff9f6f1a2c\n" \
	"lr : 0000ffff9f6f19f0\n" \
	"sp : 0000ffffd7f4f0a0\n" \
	"x29: 0000ffffd7f4f0a0 x28: 0000000000000bad x27: 0000000000000bad\n" \
	"x2 : 0000000000000bad x1 : 0000000000000bad x0 : 0000000000000bad\n"

/* Debian's 6.12 in QEMU: a memmap that was filled with ones, under /proc/kpageflags. */
static void data_abort(void **state)
{
	struct world *w = machine_log(
		"Unable to handle kernel NULL pointer dereference at virtual address 0000000000000016\n"
		"Mem abort info:\n"
		"  ESR = 0x0000000096000006\n"
		"  EC = 0x25: DABT (current EL), IL = 32 bits\n"
		"  SET = 0, FnV = 0\n"
		"  EA = 0, S1PTW = 0\n"
		"  FSC = 0x06: level 2 translation fault\n"
		"Data abort info:\n"
		"  ISV = 0, ISS = 0x00000006, ISS2 = 0x00000000\n"
		"  CM = 0, WnR = 0, TnD = 0, TagAccess = 0\n"
		"  GCS = 0, Overlay = 0, DirtyBit = 0, Xs = 0\n"
		"user pgtable: 4k pages, 52-bit VAs, pgdp=0000000043792f00\n"
		"[0000000000000016] pgd=080000004448b003, p4d=0800000044491003, pud=0800000044492003, pmd=0000000000000000\n"
		"Internal error: Oops: 0000000096000006 [#1] SMP\n"
		"Modules linked in: qemu_fw_cfg\n"
		"CPU: 0 UID: 0 PID: 139 Comm: busybox Not tainted 6.12.118+deb13-arm64 #1  Debian 6.12.118-1\n"
		"Hardware name: linux,dummy-virt (DT)\n"
		"pstate: 01400005 (nzcv daif +PAN -UAO -TCO +DIT -SSBS BTYPE=--)\n"
		"pc : stable_page_flags+0x44/0x2f8\n"
		"lr : kpageflags_read+0xfc/0x158\n"
		"sp : ffff8000829ebb90\n"
		"x29: ffff8000829ebb90 x28: fff0000003553780 x27: 0000000000000000\n"
		"x26: 0000ffff9f784000 x25: 000ffffffffffff8 x24: fff0000003553780\n"
		"x23: 0000ffff9f784000 x22: fffffffffffffffe x21: 0000ffff9f794000\n"
		"x20: ffffc1ffc0480000 x19: 0000ffff9f784000 x18: 0000000000000000\n"
		"x11: 0000000000000000 x10: 0000000000000000 x9 : ffff800080531f6c\n"
		"x8 : 0000000000000009 x7 : 0000000000000018 x6 : fff0000003553780\n"
		"x5 : 0000000000000000 x4 : ffff800080531e70 x3 : 0000ffff9f784000\n"
		"x2 : 0000ffff9f784000 x1 : ffffffffffffffff x0 : fffffffffffffffe\n"
		"Call trace:\n"
		" stable_page_flags+0x44/0x2f8\n"
		" kpageflags_read+0xfc/0x158\n"
		" el0t_64_sync+0x190/0x198\n"
		"Code: 9a9412d6 d1000420 f240003f 9a941000 (f9400ec2) \n"
		"---[ end trace 0000000000000000 ]---\n"
		"Kernel panic - not syncing: Oops: Fatal exception\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_PAGE_FAULT);
	assert_true(p.has_fault_address);
	assert_int_equal(p.fault_address, 0x16);
	assert_true(p.has_error_code);
	assert_true(p.error_code == 0x96000006);
	assert_string_equal(p.access, "read");
	assert_string_equal(p.function, "stable_page_flags");
	assert_int_equal(p.offset, 0x44);
	assert_null(p.module);
	assert_int_equal(p.cpu, 0);
	assert_int_equal(p.pid, 139);
	assert_string_equal(p.comm, "busybox");
	assert_string_equal(p.regs_from, "log");
	assert_true(reg(&p, "sp") == 0xffff8000829ebb90);
	assert_true(reg(&p, "x29") == 0xffff8000829ebb90);
	assert_true(reg(&p, "x20") == 0xffffc1ffc0480000);
	assert_true(reg(&p, "x9") == 0xffff800080531f6c);
	assert_true(reg(&p, "x0") == 0xfffffffffffffffe);
	assert_true(reg(&p, "pstate") == 0x01400005);
	assert_int_equal(p.nr_stack, 3);
	assert_string_equal(p.stack[1].function, "kpageflags_read");
	assert_true(p.operand.valid);
	assert_string_equal(p.operand.text, "ldr x2, [x22, #0x18]");
	assert_string_equal(p.operand.base, "x22");
	assert_int_equal(p.operand.disp, 0x18);
	assert_true(p.operand.address == 0x16);
	assert_int_equal(p.operand.size, 8);
	assert_false(p.operand.write);
	assert_true(p.has_effective);
	assert_int_equal(p.fault_address_effective, 0x16);
	w_free(w);
}

/* untagged_addr() takes the top byte away from what is printed: the register has the address. */
static void untagged_address(void **state)
{
	static const char *const text =
		"Unable to handle kernel paging request at virtual address %s\n"
		"Mem abort info:\n"
		"  ESR = 0x0000000096000004\n"
		"[%s] address between user and kernel address ranges\n"
		"Internal error: Oops: 0000000096000004 [#1] SMP\n"
		"CPU: 1 UID: 0 PID: 207 Comm: dd Not tainted 6.12.118+deb13-arm64-16k #1\n"
		"pc : __list_del_entry_valid_or_report+0x34/0xe0\n"
		"lr : __rmqueue_pcplist+0xd0c/0x10d0\n"
		"sp : ffffc0008056b4f0\n"
		"x2 : 5a5a5a5a5a5a5a5a x1 : dead000000000122 x0 : fffff03fc00c0008\n"
		"Call trace:\n"
		" __list_del_entry_valid_or_report+0x34/0xe0\n"
		"Code: d503201f d503201f d503201f d503201f (f9400041) \n"
		"---[ end trace 0000000000000000 ]---\n";
	char log[2048];
	struct pfs_panic p;
	struct world *w;

	(void)state;
	snprintf(log, sizeof(log), text, "005a5a5a5a5a5a5a", "005a5a5a5a5a5a5a");
	w = machine_log(log);
	p = find(w);
	assert_true(p.operand.valid);
	assert_true(p.fault_address == 0x005a5a5a5a5a5a5a);
	assert_true(p.fault_address_effective == 0x5a5a5a5a5a5a5a5a);
	w_free(w);
	/* Another byte than the first is another address. */
	snprintf(log, sizeof(log), text, "00a55a5a5a5a5a5a", "00a55a5a5a5a5a5a");
	w = machine_log(log);
	p = find(w);
	assert_false(p.operand.valid);
	assert_true(p.fault_address_effective == 0x00a55a5a5a5a5a5a);
	w_free(w);
}

/* What was accessed how, by the words of the line or the syndrome. */
static void accesses(void **state)
{
	static const struct {
		const char *text;
		enum pfs_panic_kind kind;
		const char *access;
		uint64_t esr; /* 0: none */
	} cases[] = {
		/* do_mem_abort(): the name of the fault, in place of "paging request" */
		{ "Unable to handle kernel level 2 address size fault at virtual address fffffdffc0c00034\n"
		  "Mem abort info:\n  ESR = 0x0000000096000002\n"
		  "Internal error: Oops: 0000000096000002 [#1] SMP\n",
		  PFS_PANIC_PAGE_FAULT, "read", 0x96000002 },
		{ "Unable to handle kernel paging request at virtual address fffffdffc0c00034\n"
		  "Mem abort info:\n  ESR = 0x0000000096000046\n"
		  "Internal error: Oops: 0000000096000046 [#1] SMP\n",
		  PFS_PANIC_PAGE_FAULT, "write", 0x96000046 },
		/* before v5.18 of eight digits; before v4.15 in die()'s line alone */
		{ "Unable to handle kernel paging request at virtual address fffffdffc0c00034\n"
		  "Mem abort info:\n  ESR = 0x96000006\n"
		  "Internal error: Oops: 96000006 [#1] PREEMPT SMP\n",
		  PFS_PANIC_PAGE_FAULT, "read", 0x96000006 },
		{ "Unable to handle kernel paging request at virtual address fffffdffc0c00034\n"
		  "pgd = ffff000009cf0000\n"
		  "Internal error: Oops: 96000047 [#1] SMP\n",
		  PFS_PANIC_PAGE_FAULT, "write", 0x96000047 },
		/* cache maintenance sets WnR as well */
		{ "Unable to handle kernel paging request at virtual address fffffdffc0c00034\n"
		  "  ESR = 0x0000000096000146\n"
		  "Internal error: Oops: 0000000096000146 [#1] SMP\n",
		  PFS_PANIC_PAGE_FAULT, "read", 0x96000146 },
		{ "Unable to handle kernel paging request at virtual address fffffdffc0c00034\n"
		  "  ESR = 0x0000000086000006\n"
		  "Internal error: Oops: 0000000086000006 [#1] SMP\n",
		  PFS_PANIC_PAGE_FAULT, "exec", 0x86000006 },
		{ "Unable to handle kernel write to read-only memory at virtual address ffff8000093d0000\n"
		  "Internal error: Oops: 000000009600004e [#1] SMP\n",
		  PFS_PANIC_PAGE_FAULT, "write", 0x9600004e },
		{ "Unable to handle kernel read from unreadable memory at virtual address ffff8000093d0000\n"
		  "Internal error: Oops: 000000009600000e [#1] SMP\n",
		  PFS_PANIC_PAGE_FAULT, "read", 0x9600000e },
		{ "Unable to handle kernel execute from non-executable memory at virtual address ffff8000093d0000\n"
		  "Internal error: Oops: 000000008600000e [#1] SMP\n",
		  PFS_PANIC_PAGE_FAULT, "exec", 0x8600000e },
		/* an undefined instruction is no access */
		{ "Internal error: Oops - Undefined instruction: 0000000002000000 [#1] SMP\n",
		  PFS_PANIC_OOPS, NULL, 0x02000000 },
		{ "Internal error: Oops - undefined instruction: 0 [#1] SMP\n", PFS_PANIC_OOPS,
		  NULL, 0 },
		{ "SError Interrupt on CPU1, code 0x00000000be000011 -- SError\n", PFS_PANIC_OOPS,
		  NULL, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world *w = machine_log(cases[i].text);
		struct pfs_panic p = find(w);

		assert_int_equal(p.kind, cases[i].kind);
		assert_int_equal(p.bad_entry, !!strstr(cases[i].text, "address size"));
		assert_int_equal(p.has_error_code, cases[i].esr != 0);
		if (cases[i].esr)
			assert_true(p.error_code == cases[i].esr);
		if (cases[i].access) {
			assert_non_null(p.access);
			assert_string_equal(p.access, cases[i].access);
		} else {
			assert_null(p.access);
		}
		assert_int_equal(p.has_fault_address, p.kind == PFS_PANIC_PAGE_FAULT);
		w_free(w);
	}
}

/* v4.14: an address and a symbol for pc and lr, three registers in one line. */
static void old_format(void **state)
{
	struct world *w = machine_log(
		"Unable to handle kernel paging request at virtual address ffff7e0000c00020\n"
		"Mem abort info:\n"
		"  Exception class = DABT (current EL), IL = 32 bits\n"
		"  SET = 0, FnV = 0\n"
		"  EA = 0, S1PTW = 0\n"
		"Data abort info:\n"
		"  ISV = 0, ISS = 0x00000006\n"
		"  CM = 0, WnR = 0\n"
		"swapper pgtable: 4k pages, 48-bit VAs, pgd = ffff000009001000\n"
		"[ffff7e0000c00020] *pgd=000000007fffe003, *pud=000000007fffd003, *pmd=0000000000000000\n"
		"Internal error: Oops: 96000006 [#1] SMP\n"
		"Modules linked in: lab(O)\n"
		"CPU: 1 PID: 2211 Comm: cat Tainted: G           O    4.14.336 #1\n"
		"Hardware name: linux,dummy-virt (DT)\n"
		"task: ffff80003d2f1c00 task.stack: ffff00000b2c8000\n"
		"PC is at lab_read+0x14/0x40 [lab]\n"
		"LR is at kpageflags_read+0x8c/0x130\n"
		"pc : [<ffff00000828c0f4>] lr : [<ffff00000828c0e8>] pstate: 60000145\n"
		"sp : ffff00000b2cbd80\n"
		"x29: ffff00000b2cbd80 x28: ffff80003d2f1c00 \n"
		"x21: 0000000000010000 x20: ffff7e0000c00000 \n"
		"x1 : ffff7e0000c00000 x0 : 0000000000000000 \n"
		"Process cat (pid: 2211, stack limit = 0xffff00000b2c8000)\n"
		"Call trace:\n"
		"Exception stack(0xffff00000b2cbc40 to 0xffff00000b2cbd80)\n"
		"bc40: 0000000000000000 ffff7e0000c00000 0000000000000001 0000000000000000\n"
		"[<ffff00000828c0f4>] lab_read+0x14/0x40 [lab]\n"
		"[<ffff00000828b1d0>] proc_reg_read+0x60/0xa8\n"
		"Code: a9bd7bfd 910003fd f9000bf3 aa0003f3 (f9401281) \n"
		"---[ end trace 8f0e2d6a9a0b1c2d ]---\n"
		"Kernel panic - not syncing: Fatal exception\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_PAGE_FAULT);
	assert_true(p.fault_address == 0xffff7e0000c00020);
	assert_true(p.error_code == 0x96000006);
	assert_string_equal(p.access, "read");
	assert_string_equal(p.function, "lab_read");
	assert_string_equal(p.module, "lab");
	assert_int_equal(p.offset, 0x14);
	assert_string_equal(p.comm, "cat");
	assert_int_equal(p.pid, 2211);
	assert_int_equal(p.cpu, 1);
	assert_true(reg(&p, "pc") == 0xffff00000828c0f4);
	assert_true(reg(&p, "x30") == 0xffff00000828c0e8);
	assert_true(reg(&p, "sp") == 0xffff00000b2cbd80);
	assert_true(reg(&p, "x20") == 0xffff7e0000c00000);
	assert_int_equal(p.nr_stack, 2);
	assert_string_equal(p.stack[1].function, "proc_reg_read");
	assert_true(p.operand.valid); /* ldr x1, [x20, #0x20] */
	assert_true(p.operand.address == 0xffff7e0000c00020);
	w_free(w);
}

/* brk 0x800: the syndrome of BUG is no access, and its code no operand. */
static void bug(void **state)
{
	static const char *const die[] = {
		"Internal error: Oops - BUG: 00000000f2000800 [#1] SMP",
		"Internal error: Oops - BUG: 0 [#1] SMP",
	};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		char text[1024];
		struct world *w;
		struct pfs_panic p;

		snprintf(text, sizeof(text),
			 "page:fffffc0000100000 refcount:0 mapcount:0 mapping:0000000000000000 "
			 "index:0x0 pfn:0x44000\n"
			 "page dumped because: VM_BUG_ON_PAGE(PagePoisoned(p))\n"
			 "------------[ cut here ]------------\n"
			 "kernel BUG at include/linux/mm.h:1087!\n"
			 "%s\n"
			 "CPU: 1 PID: 77 Comm: cat Not tainted 6.1.0-56-arm64 #1\n"
			 "pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)\n"
			 "pc : get_page+0x30/0x48 [lab]\n"
			 "lr : get_page+0x30/0x48 [lab]\n"
			 "sp : ffff80000b2cbd80\n"
			 "x1 : fffffc0000100000 x0 : 0000000000000034\n"
			 "Call trace:\n"
			 " get_page+0x30/0x48 [lab]\n"
			 " do_one_initcall+0x50/0x200\n"
			 "Code: b0005f61 91318021 aa1303e0 9400d8ab (d4210000) \n"
			 "---[ end trace 0000000000000000 ]---\n",
			 die[i]);
		w = machine_log(text);
		p = find(w);
		assert_int_equal(p.kind, PFS_PANIC_BUG);
		assert_string_equal(p.message, "kernel BUG at include/linux/mm.h:1087!");
		assert_string_equal(p.function, "get_page");
		assert_string_equal(p.module, "lab");
		assert_null(p.access);
		assert_false(p.operand.valid);
		assert_false(p.has_fault_address);
		assert_true(reg(&p, "x1") == 0xfffffc0000100000);
		assert_int_equal(p.nr_named, 1);
		assert_int_equal(p.named[0].pfn, 0x44000);
		w_free(w);
	}
}

/* Registers of user mode are not the kernel's, whether they come behind its own or alone. */
static void user_mode(void **state)
{
	struct world *w = machine_log(
		"Unable to handle kernel paging request at virtual address fffffdffc0c00034\n"
		"  ESR = 0x0000000096000006\n"
		"Internal error: Oops: 0000000096000006 [#1] SMP\n"
		"CPU: 0 PID: 1 Comm: cat Not tainted 6.1\n" USER_REGS "Call trace:\n"
		" f+0x1/0x2\n"
		"Code: d503201f (f9400000)\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_null(p.function);
	assert_null(pfs_panic_reg(&p, "pc"));
	assert_null(pfs_panic_reg(&p, "x0"));
	assert_null(pfs_panic_reg(&p, "sp"));
	assert_int_equal(p.nr_stack, 0);
	assert_false(p.operand.valid);
	w_free(w);

	w = machine_log(
		"Unable to handle kernel paging request at virtual address fffffdffc0c00034\n"
		"Internal error: Oops: 0000000096000006 [#1] SMP\n"
		"pc : f+0x1/0x2\n"
		"sp : ffff8000829ebb90\n"
		"x1 : fffffdffc0c00000 x0 : 0000000000000001\n"
		"Call trace:\n"
		" f+0x1/0x2\n" USER_REGS);
	p = find(w);
	assert_string_equal(p.function, "f");
	assert_true(reg(&p, "sp") == 0xffff8000829ebb90);
	assert_int_equal(reg(&p, "x0"), 1);
	assert_null(pfs_panic_reg(&p, "x28"));
	w_free(w);

	/* Where the kernel has no symbol for pc, it prints an address with 0x. */
	w = machine_log(
		"Unable to handle kernel paging request at virtual address 0000000000000040\n"
		"Internal error: Oops: 0000000086000006 [#1] SMP\n"
		"pc : 0x40\n"
		"lr : f+0x1/0x2\n"
		"x1 : fffffdffc0c00000 x0 : 0000000000000001\n");
	p = find(w);
	assert_int_equal(reg(&p, "pc"), 0x40);
	assert_null(p.function);
	assert_string_equal(p.access, "exec");
	assert_int_equal(reg(&p, "x0"), 1);
	w_free(w);
}

/* Debian's 6.1: panic() by itself, whose trace the kernel's dumpers head. */
static void sysrq(void **state)
{
	unsigned char note[392] = { 0 };
	const struct pfs_oops_arch *arch = &pfs_oops_aarch64;
	struct pfs_cpu_note cpus[] = { { 0, NULL, 0 }, { 1, note, sizeof(note) } };
	struct world *w = machine_log("sysrq: Trigger a crash\n"
				      "Kernel panic - not syncing: sysrq triggered crash\n"
				      "CPU: 1 PID: 1 Comm: init Not tainted 6.1.0-56-arm64 #1\n"
				      "Hardware name: linux,dummy-virt (DT)\n"
				      "Call trace:\n"
				      " dump_backtrace+0xe4/0x140\n"
				      " show_stack+0x20/0x30\n"
				      " panic+0x184/0x364\n"
				      " sysrq_reset_seq_param_set+0x0/0xa0\n"
				      "SMP: stopping secondary CPUs\n"
				      "Kernel Offset: disabled\n");
	struct pfs_panic p = find(w);
	unsigned int i;

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_SYSRQ);
	assert_string_equal(p.comm, "init");
	assert_int_equal(p.cpu, 1);
	assert_null(p.function);
	assert_int_equal(p.nr_stack, 4);
	assert_string_equal(p.stack[0].function, "dump_backtrace");
	assert_int_equal(p.nr_regs, 0);

	/* struct user_pt_regs, behind 112 bytes of struct elf_prstatus_common */
	for (i = 0; i < 34; i++) {
		note[112 + i * 8] = (unsigned char)i;
		note[112 + i * 8 + 6] = 0xff;
		note[112 + i * 8 + 7] = 0xff;
	}
	w->ram.t.info.cpus = cpus;
	w->ram.t.info.nr_cpus = 2;
	p = find(w);
	assert_string_equal(p.regs_from, "PRSTATUS");
	assert_int_equal(p.nr_regs, 34);
	assert_int_equal(arch->nr_regs, 34);
	assert_true(reg(&p, "x0") == 0xffff000000000000);
	assert_true(reg(&p, "x30") == 0xffff00000000001e);
	assert_true(reg(&p, "sp") == 0xffff00000000001f);
	assert_true(reg(&p, "pc") == 0xffff000000000020);
	assert_true(reg(&p, "pstate") == 0xffff000000000021);
	/* in user mode */
	memset(note, 0x11, sizeof(note));
	assert_int_equal(find(w).nr_regs, 0);
	w_free(w);
}

/* An instruction as a word; registers as in the text. Not a page fault: any address is good. */
static struct pfs_panic with_code(struct world **ret, const char *code)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "Internal error: Oops: 0000000096000006 [#1] SMP\n"
		 "CPU: 0 PID: 1 Comm: x Not tainted 6.1\n"
		 "pc : f+0x10/0x20\n"
		 "lr : g+0x10/0x20\n"
		 "sp : ffff800000001000\n"
		 "x29: ffff800000002000 x22: ffff000000000100 x2 : 00000000fffffffe\n"
		 "x1 : 0000000000000010 x0 : ffff000000000200\n"
		 "Call trace:\n"
		 "Code: d503201f d503201f %s\n",
		 code);
	*ret = machine_log(text);
	return find(*ret);
}

static void operands(void **state)
{
	static const struct operand_case cases[] = {
		{ "(f9400ec2)", "ldr x2, [x22, #0x18]", 0xffff000000000118, 8, false },
		{ "(f85f82c0)", "ldur x0, [x22, #-8]", 0xffff0000000000f8, 8, false },
		{ "(b8617809)", "ldr w9, [x0, x1, lsl #2]", 0xffff000000000240, 4, false },
		{ "(f8616ac0)", "ldr x0, [x22, x1]", 0xffff000000000110, 8, false },
		/* w2 is -2, or 4 GiB less 2; by 8: x1 is 0x10 */
		{ "(f862d820)", "ldr x0, [x1, w2, sxtw #3]", 0, 8, false },
		{ "(f8624820)", "ldr x0, [x1, w2, uxtw]", 0x10000000e, 8, false },
		{ "(a97f06c0)", "ldp x0, x1, [x22, #-0x10]", 0xffff0000000000f0, 16, false },
		{ "(a9be7bfd)", "stp x29, x30, [sp, #-0x20]!", 0xffff800000000fe0, 16, true },
		{ "(2d4006c0)", "ldp s0, s1, [x22]", 0xffff000000000100, 8, false },
		{ "(694106c0)", "ldpsw x0, x1, [x22, #8]", 0xffff000000000108, 8, false },
		/* the base is moved afterwards */
		{ "(f84086c0)", "ldr x0, [x22], #8", 0xffff000000000100, 8, false },
		{ "(a88106c0)", "stp x0, x1, [x22], #0x10", 0xffff000000000100, 16, true },
		{ "(394006c0)", "ldrb w0, [x22, #1]", 0xffff000000000101, 1, false },
		{ "(794006c0)", "ldrh w0, [x22, #2]", 0xffff000000000102, 2, false },
		{ "(b98006c0)", "ldrsw x0, [x22, #4]", 0xffff000000000104, 4, false },
		{ "(398002c0)", "ldrsb x0, [x22]", 0xffff000000000100, 1, false },
		{ "(390013e1)", "strb w1, [sp, #4]", 0xffff800000001004, 1, true },
		{ "(f90006df)", "str xzr, [x22, #8]", 0xffff000000000108, 8, true },
		{ "(3d8002c0)", "str q0, [x22]", 0xffff000000000100, 16, true },
		{ "(fd4007a0)", "ldr d0, [x29, #8]", 0xffff800000002008, 8, false },
		{ "(88dffec0)", "ldar w0, [x22]", 0xffff000000000100, 4, false },
		{ "(889ffec1)", "stlr w1, [x22]", 0xffff000000000100, 4, true },
		{ "(c8007ec1)", "stxr w0, x1, [x22]", 0xffff000000000100, 8, true },
		{ "(c87f06c0)", "ldxp x0, x1, [x22]", 0xffff000000000100, 16, false },
		/* ARMv8.1 and 8.3 */
		{ "(b82102c2)", "ldadd [x22]", 0xffff000000000100, 4, true },
		{ "(f8e102c2)", "ldadd [x22]", 0xffff000000000100, 8, true }, /* ldaddal */
		{ "(786102c2)", "ldadd [x22]", 0xffff000000000100, 2, true }, /* ldaddlh */
		{ "(f82132df)", "ldset [x22]", 0xffff000000000100, 8, true }, /* stset */
		{ "(382182c2)", "swp [x22]", 0xffff000000000100, 1, true },   /* swpb */
		{ "(88a17ec2)", "cas [x22]", 0xffff000000000100, 4, true },
		{ "(c8e1fec2)", "cas [x22]", 0xffff000000000100, 8, true }, /* casal */
		{ "(48207ec2)", "casp [x22]", 0xffff000000000100, 16, true },
		{ "(0860fec2)", "casp [x22]", 0xffff000000000100, 8, true }, /* caspal, w */
		{ "(f8bfc2c0)", "ldapr [x22]", 0xffff000000000100, 8, false },
		{ "(b82103e2)", "ldadd [sp]", 0xffff800000001000, 4, true },
	};
	struct pfs_panic p;
	struct world *w;

	(void)state;
	has_operands(cases, sizeof(cases) / sizeof(*cases));
	/* The index by its name, and what it counts. */
	p = with_code(&w, "(b8617809)");
	assert_string_equal(p.operand.base, "x0");
	assert_string_equal(p.operand.index, "x1");
	assert_int_equal(p.operand.scale, 4);
	w_free(w);
}

static void no_operand(void **state)
{
	/* clang-format off */
	static const char *const code[] = {
		"(d503201f)",			/* nop */
		"(8b020020)",			/* add */
		"(d4210000)",			/* brk */
		"(d63f0020)",			/* blr */
		"(d50b7436)",			/* dc zva */
		"(58000040)",			/* ldr of a literal: pc was not printed */
		"(f94003c0)",			/* x30 was not printed */
		"(00000000)",			/* no instruction */
		"f9400ec2",			/* no mark */
		"(f9400ec2",			/* cut off */
		"(f940",
		"(",
		"(zzzzzzzz)",
		"(f9400ec2f9400ec2f)",
		"bad PC value",
		"",
	};
	/* clang-format on */
	struct pfs_panic p;
	struct world *w;

	(void)state;
	has_no_operands(code, sizeof(code) / sizeof(*code));
	/* No access to memory, or none that is this instruction's. */
	w = machine_log("Internal error: Oops - bad mode: 0 [#1] SMP\n"
			"pc : f+0x10/0x20\n"
			"x22: ffff000000000100\n"
			"Code: (f9400ec2)\n");
	assert_false(find(w).operand.valid);
	w_free(w);
	w = machine_log("Insufficient stack space to handle exception!\n"
			"ESR: 0x0000000096000047 -- DABT (current EL)\n"
			"FAR: 0xffff80000a67bff0\n"
			"pc : f+0x10/0x20\n"
			"x22: ffff000000000100\n"
			"Code: (f9400ec2)\n"
			"Kernel panic - not syncing: kernel stack overflow\n");
	p = find(w);
	assert_int_equal(p.kind, PFS_PANIC_OOPS);
	assert_false(p.operand.valid);
	assert_true(p.fault_address_effective == 0xffff80000a67bff0);
	w_free(w);
	/* A page fault elsewhere than at the operand: it was not the operand. */
	w = machine_log(
		"Unable to handle kernel paging request at virtual address ffff000000000500\n"
		"Internal error: Oops: 0000000096000006 [#1] SMP\n"
		"pc : f+0x10/0x20\n"
		"x22: ffff000000000100\n"
		"Code: (f9400ec2)\n");
	p = find(w);
	assert_false(p.operand.valid);
	assert_true(p.fault_address_effective == 0xffff000000000500);
	w_free(w);
	/* Any byte of it may be what faulted. */
	w = machine_log(
		"Unable to handle kernel paging request at virtual address ffff00000000011f\n"
		"Internal error: Oops: 0000000096000006 [#1] SMP\n"
		"pc : f+0x10/0x20\n"
		"x22: ffff000000000100\n"
		"Code: (f9400ec2)\n");
	p = find(w);
	assert_true(p.operand.valid);
	w_free(w);
}

/* bl: back and forth, by words. */
static void calls(void **state)
{
	static const struct {
		uint32_t insn;
		bool call;
		uint64_t target;
	} cases[] = {
		{ 0x94000002, true, KERNEL + OBJ + 8 },
		{ 0x97ffffff, true, KERNEL + OBJ - 4 },
		{ 0x96000000, true, KERNEL + OBJ - 0x8000000 },
		{ 0x14000002, false, 0 }, /* b */
		{ 0xd63f0020, false, 0 }, /* blr */
	};
	struct world *w = w_new();
	uint64_t target;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		w_u32(w, OBJ, cases[i].insn);
		assert_int_equal(pfs_oops_aarch64.call_target(&w->mem, KERNEL + OBJ + 4, &target),
				 cases[i].call);
		if (cases[i].call)
			assert_true(target == cases[i].target);
	}
	assert_false(pfs_oops_aarch64.call_target(&w->mem, 0x1004, &target));
	w_free(w);
}

/* Nothing here may hang, overrun or be believed. */
static void hostile(void **state)
{
	static const char *const lines[] = {
		"Unable to handle kernel ",
		"Unable to handle kernel  at virtual address ",
		"Unable to handle kernel write to  at virtual address fffffffffffffffff",
		"Internal error: ",
		"Internal error: [#",
		"Internal error:  [#1]",
		"Internal error: : [#1]",
		"Internal error: x: fffffffffffffffff [#1]",
		"Bad mode in ",
		"Unhandled  exception on CPU",
		"ESR = ",
		"ESR = 0x",
		"ESR = fffffffffffffffff",
		"pc : ",
		"pc : 0x",
		"pc : [<",
		"pc : [<ffffffffffffffffff>] lr : [<",
		"pc : [<ffff000000000000>] lr : [<",
		"pc : +0x1/0x2",
		"pc : ffffffffffffffff",
		"PC is at ",
		"PC is at f+0x",
		"lr : ",
		"sp : ",
		"sp : x",
		"x",
		"x0",
		"x0 :",
		"x0 : ",
		"x0 : 11111111111111111",
		"x99: 1111111111111111",
		"x0 : 1 x0 : 2 x1",
		"x29: : : :",
		"pstate: ",
		"Code: ",
		"Code: (",
		"Code: ()",
		"Code: (f9400ec2",
		"Code: (ffffffffffffffffffff)",
		"Call trace:",
		" f+0x1/0x2",
	};
	size_t n = sizeof(lines) / sizeof(*lines), i, k;
	struct world *w;
	char *text, *q;

	(void)state;
	/* Every line behind every other, each of them in an oops. */
	for (i = 0; i < n; i++) {
		text = calloc(1, 1 << 16);
		assert_non_null(text);
		q = text + sprintf(text, "Unable to handle kernel x at virtual address 1\n");
		for (k = 0; k < n; k++)
			q += sprintf(q, "%s\n%s\n", lines[i], lines[k]);
		w = machine_log(text);
		find(w);
		w_free(w);
		free(text);
	}
	/* One line of a megabyte. */
	text = malloc((1 << 20) + 1);
	assert_non_null(text);
	for (i = 0; i < 1 << 20; i += 16)
		memcpy(text + i, "x0 : 0123456789 ", 16);
	text[1 << 20] = '\0';
	w = machine_log(text);
	assert_int_equal(find(w).kind, PFS_PANIC_NONE);
	w_free(w);
	memcpy(text, "Internal error: [#1]\nx0 : 0000 ", 31);
	w = machine_log(text);
	assert_int_equal(find(w).kind, PFS_PANIC_OOPS);
	w_free(w);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_levels),
		cmocka_unit_test(three_levels),
		cmocka_unit_test(five_levels),
		cmocka_unit_test(granules),
		cmocka_unit_test(wide_addresses),
		cmocka_unit_test(contiguous),
		cmocka_unit_test(narrow_cpu),
		cmocka_unit_test(sections),
		cmocka_unit_test(permissions),
		cmocka_unit_test(not_mapped),
		cmocka_unit_test(not_in_dump),
		cmocka_unit_test(lower_half),
		cmocka_unit_test(init_errors),
		cmocka_unit_test(constants),
		cmocka_unit_test(data_abort),
		cmocka_unit_test(untagged_address),
		cmocka_unit_test(accesses),
		cmocka_unit_test(old_format),
		cmocka_unit_test(bug),
		cmocka_unit_test(user_mode),
		cmocka_unit_test(sysrq),
		cmocka_unit_test(operands),
		cmocka_unit_test(no_operand),
		cmocka_unit_test(calls),
		cmocka_unit_test(hostile),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
