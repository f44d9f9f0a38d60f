/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * riscv64: walks over tables of each mode, oops texts, and operands of instructions. Entries are
 * as the privileged architecture has them, encodings as binutils assembles them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MACHINE	"riscv64"
#include "machine.h"

#define IMAGE	UINT64_C(0xffffffff80000000)

#define V	UINT64_C(1)
#define R	UINT64_C(2)
#define W	UINT64_C(4)
#define X	UINT64_C(8)
#define RW	(V | R | W | 0xe0) /* global, accessed, dirty */
#define NAPOT	(UINT64_C(1) << 63)

/* Empty tables of a kernel whose image begins at physical address 0. */
static void setup(unsigned int bits)
{
	struct pfs_err err;

	machine_clear(IMAGE + ROOT, 4096);
	set("NUMBER(va_kernel_pa_offset)", IMAGE);
	set("NUMBER(VA_BITS)", bits);
	assert_int_equal(init(&err), 0);
	assert_true(mem.root.pa == ROOT);
}

static uint64_t ppn(uint64_t pa)
{
	return pa >> 12 << 10;
}

/* As ram_map(), with tables of this machine. */
static void map(uint64_t va, unsigned int shift, uint64_t entry)
{
	unsigned int s = 12 + 9 * (mem.root.levels - 1);
	uint64_t table = ROOT, at;

	for (;; s -= 9) {
		at = table + (va >> s & 511) * 8;
		if (s == shift)
			break;
		if (!ram_get(&ram, at)) {
			ram_put(&ram, at, ppn(ram.next_table) | V);
			ram.next_table += 4096;
		}
		table = ram_get(&ram, at) >> 10 << 12;
	}
	ram_put(&ram, at, entry);
	pfs_mem_forget(&mem);
}

static void modes(void **state)
{
	static const struct {
		unsigned int bits, levels;
		const char *second;
	} cases[] = { { 39, 3, "pmd" }, { 48, 4, "pud" }, { 57, 5, "p4d" } };
	struct pfs_walk w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t first = -(UINT64_C(1) << (cases[i].bits - 1));

		setup(cases[i].bits);
		assert_int_equal(mem.root.levels, cases[i].levels);
		assert_true(mem.arch->canonical(&mem, first));
		assert_true(mem.arch->canonical(&mem, UINT64_MAX));
		assert_false(mem.arch->canonical(&mem, first - 1));
		assert_false(mem.arch->canonical(&mem, 0));
		map(first + 0x5000, 12, ppn(RAM_FREE) | RW);
		pfs_walk_va(&mem, first + 0x5123, &w);
		assert_true(w.mapped && w.writable && !w.executable);
		assert_true(w.pa == RAM_FREE + 0x123);
		assert_int_equal(w.leaf_size, 4096);
		assert_int_equal(w.nr, cases[i].levels);
		assert_string_equal(w.step[0].level, "pgd");
		assert_string_equal(w.step[1].level, cases[i].second);
		assert_string_equal(w.step[w.nr - 1].level, "pte");
		/* The upper half begins in the middle of the root. */
		assert_true(w.step[0].entry_pa == ROOT + 256 * 8);
		/* What is between the halves has no entry, and must be stepped over. */
		pfs_walk_va(&mem, first - 4096, &w);
		assert_int_equal(w.nr, 0);
		assert_false(w.mapped);
		assert_true(w.leaf_size == UINT64_C(1) << (cases[i].bits - 1));
	}
}

static void leaves(void **state)
{
	const uint64_t first = UINT64_C(0xffff800000000000);
	struct pfs_walk w;

	(void)state;
	setup(48);
	map(first + 0x200000, 21, ppn(0x80200000) | V | R | X);
	pfs_walk_va(&mem, first + 0x323456, &w);
	assert_true(w.mapped && !w.writable && w.executable);
	assert_true(w.pa == 0x80323456);
	assert_int_equal(w.leaf_size, 2 << 20);
	map(first + 0x40000000, 30, ppn(UINT64_C(0x100000000)) | RW);
	pfs_walk_va(&mem, first + 0x40654321, &w);
	assert_true(w.pa == UINT64_C(0x100654321));
	assert_int_equal(w.leaf_size, 1 << 30);
	/* One that is not aligned to its size faults. */
	map(first + 0x400000, 21, ppn(0x80201000) | RW);
	pfs_walk_va(&mem, first + 0x400000, &w);
	assert_false(w.mapped);
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_UNMAPPED);
	/* The attributes (62:61) and the reserved bits are no address. */
	map(first + 0x6000, 12, ppn(RAM_FREE) | RW | UINT64_C(0x7fc) << 52);
	pfs_walk_va(&mem, first + 0x6000, &w);
	assert_true(w.pa == RAM_FREE);
	/* 64 KiB: the fourth page of the range. */
	map(first + 0x13000, 12, NAPOT | ppn(0x308000) | RW);
	pfs_walk_va(&mem, first + 0x13010, &w);
	assert_true(w.mapped);
	assert_int_equal(w.leaf_size, 0x10000);
	assert_true(w.pa == 0x303010);
}

static void nothing_there(void **state)
{
	static const uint64_t entries[] = {
		0, R | W, /* PROT_NONE: no V */
		V | W,	  /* reserved */
		V,	  /* a table below a pte */
	};
	const uint64_t va = UINT64_C(0xffff800000007000);
	struct pfs_walk w;
	size_t i;

	(void)state;
	setup(48);
	for (i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		map(va, 12, ppn(RAM_FREE) | entries[i]);
		pfs_walk_va(&mem, va, &w);
		assert_false(w.mapped || w.writable || w.executable);
		assert_int_equal(w.nr, 4);
		assert_int_equal(pfs_walk_reach(&w), PFS_REACH_UNMAPPED);
	}
	map(va, 21, ppn(0x123456000) | V);
	pfs_walk_va(&mem, va, &w);
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_NO_TABLE);
}

static void init_errors(void **state)
{
	(void)state;
	setup(48);
	facts.f[PFS_F_SWAPPER_PG_DIR].from = NULL;
	init_fails("has no SYMBOL(swapper_pg_dir)");
	machine_fact(&facts, "NUMBER(VA_BITS)")->from = NULL;
	init_fails("has no NUMBER(VA_BITS)");
	machine_fact(&facts, "NUMBER(va_kernel_pa_offset)")->from = NULL;
	init_fails("has no NUMBER(va_kernel_pa_offset)");
	set("NUMBER(VA_BITS)", 47);
	init_fails("47 bits: no such mode");
	facts.f[PFS_F_SWAPPER_PG_DIR].value += 8;
	init_fails("not a page of the kernel image");
	facts.f[PFS_F_SWAPPER_PG_DIR].value = 0x1000;
	init_fails("not a page of the kernel image");
	set("NUMBER(va_kernel_pa_offset)", IMAGE + ROOT + 0x1000);
	init_fails("impossible");
}

#define HEAD                                                                                       \
	"Unable to handle kernel paging request at virtual address ff1c000001100000\n"             \
	"Oops [#1]\n"                                                                              \
	"CPU: 1 PID: 161 Comm: cat Not tainted 6.12.118+deb13-riscv64 #1\n"                        \
	"epc : stable_page_flags+0x1a/0x2f0\n"                                                     \
	" ra : kpageflags_read+0x8c/0x130\n"                                                       \
	"epc : ffffffff8026f3f2 ra : ffffffff8026f754 sp : ff2000000060bd70\n"                     \
	" gp : ffffffff81506f38 tp : ff6000000183c600 t0 : ffffffff8026f754\n"                     \
	" s1 : ff1c000000000100 a0 : ff1c000001100000 a1 : 0000000000000000\n"                     \
	" s2 : ff1c000000000200 s11: 0000000000000042 ssp : 0000000000000000\n"

static void page_fault(void **state)
{
	struct world *w = machine_log(HEAD "status: 0000000200000120 badaddr: ff1c000001100000 "
					   "cause: 000000000000000f\n"
					   "[<ffffffff8026f3f2>] stable_page_flags+0x1a/0x2f0\n"
					   "[<ffffffff8026f754>] kpageflags_read+0x8c/0x130\n"
					   "Code: 0001 0001 (611c) 8b85\n"
					   "---[ end trace 0000000000000000 ]---\n"
					   "Kernel panic - not syncing: Fatal exception\n"
					   "Call Trace:\n"
					   "[<ffffffff80001234>] dump_stack+0x1/0x2\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_PAGE_FAULT);
	assert_string_equal(p.function, "stable_page_flags");
	assert_int_equal(p.offset, 0x1a);
	assert_true(p.fault_address == UINT64_C(0xff1c000001100000));
	assert_string_equal(p.access, "write");
	assert_int_equal(p.error_code, 15);
	assert_int_equal(p.cpu, 1);
	assert_int_equal(p.nr_stack, 2);
	assert_string_equal(p.stack[1].function, "kpageflags_read");
	assert_true(pfs_panic_reg(&p, "pc")->value == UINT64_C(0xffffffff8026f3f2));
	assert_true(pfs_panic_reg(&p, "ra")->value == UINT64_C(0xffffffff8026f754));
	assert_int_equal(pfs_panic_reg(&p, "s11")->value, 0x42);
	assert_true(p.operand.valid);
	assert_string_equal(p.operand.text, "ld 0(a0)");
	w_free(w);
}

static void other_deaths(void **state)
{
	struct world *w = machine_log("Oops - load access fault [#1]\n"
				      "CPU: 0 PID: 0 Comm: swapper/0 Not tainted 6.5.0-rc3 #1\n"
				      "epc : __plic_toggle+0x5a/0x62\n"
				      "status: 0000000200000100 badaddr: ffffffc801002080 "
				      "cause: 0000000000000005\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_OOPS);
	assert_string_equal(p.function, "__plic_toggle");
	assert_false(p.has_fault_address);
	w_free(w);
	w = machine_log("kernel BUG at mm/page_alloc.c:1!\n"
			"Kernel BUG [#1]\n"
			"epc : f+0x1/0x2\n");
	p = find(w);
	assert_int_equal(p.kind, PFS_PANIC_BUG);
	assert_string_equal(p.message, "kernel BUG at mm/page_alloc.c:1!");
	assert_string_equal(p.function, "f");
	w_free(w);
}

/* An access that was refused behind the page tables. */
static struct pfs_panic with_code(struct world **ret, const char *code)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "Oops - load access fault [#1]\n"
		 "epc : f+0x10/0x20\n"
		 "epc : ffffffff8026f3f2 ra : ffffffff8026f754 sp : ff20000000001000\n"
		 " s1 : ff1c000000000100 a0 : ff1c000000001000 s2 : ff1c000000002000\n"
		 "status: 0 badaddr: 0 cause: 0000000000000005\n"
		 "Code: 0001 0001 %s\n",
		 code);
	*ret = machine_log(text);
	return find(*ret);
}

static void operands(void **state)
{
	static const struct operand_case cases[] = {
		{ "(a783) ffc4", "lw -4(s1)", 0xff1c0000000000fc, 4, false },
		{ "(4503) 7ff9", "lbu 2047(s2)", 0xff1c0000000027ff, 1, false },
		{ "(5503) 8009", "lhu -2048(s2)", 0xff1c000000001800, 2, false },
		{ "(6283) 0005", "lwu 0(a0)", 0xff1c000000001000, 4, false },
		{ "(0283) 0015", "lb 1(a0)", 0xff1c000000001001, 1, false },
		{ "(3c23) feb9", "sd -8(s2)", 0xff1c000000001ff8, 8, true },
		{ "(0fa3) 7eb1", "sb 2047(sp)", 0xff200000000017ff, 1, true },
		{ "(1023) 80b9", "sh -2048(s2)", 0xff1c000000001800, 2, true },
		{ "(2223) 0005", "sw 4(a0)", 0xff1c000000001004, 4, true },
		{ "(3787) 0089", "fld 8(s2)", 0xff1c000000002008, 8, false },
		{ "(2e27) fef9", "fsw -4(s2)", 0xff1c000000001ffc, 4, true },
		{ "(352f) 1009", "lr 0(s2)", 0xff1c000000002000, 8, false },
		{ "(25af) 18a9", "amo 0(s2)", 0xff1c000000002000, 4, true }, /* sc.w */
		{ "(252f) 06b9", "amo 0(s2)", 0xff1c000000002000, 4, true },
		{ "(651c) 0001", "ld 8(a0)", 0xff1c000000001008, 8, false },
		{ "(7cfc) 0001", "ld 248(s1)", 0xff1c0000000001f8, 8, false },
		{ "(415c) 0001", "lw 4(a0)", 0xff1c000000001004, 4, false },
		{ "(5cfc) 0001", "lw 124(s1)", 0xff1c00000000017c, 4, false },
		{ "(413c) 0001", "lw 64(a0)", 0xff1c000000001040, 4, false },
		{ "(e17c) 0001", "sd 192(a0)", 0xff1c0000000010c0, 8, true },
		{ "(c17c) 0001", "sw 68(a0)", 0xff1c000000001044, 4, true },
		{ "(289c) 0001", "fld 16(s1)", 0xff1c000000000110, 8, false },
		{ "(bd1c) 0001", "fsd 56(a0)", 0xff1c000000001038, 8, true },
		{ "(72fe) 0001", "ld 504(sp)", 0xff200000000011f8, 8, false },
		{ "(62a2) 0001", "ld 8(sp)", 0xff20000000001008, 8, false },
		{ "(7282) 0001", "ld 32(sp)", 0xff20000000001020, 8, false },
		{ "(52fe) 0001", "lw 252(sp)", 0xff200000000010fc, 4, false },
		{ "(5282) 0001", "lw 32(sp)", 0xff20000000001020, 4, false },
		{ "(4292) 0001", "lw 4(sp)", 0xff20000000001004, 4, false },
		{ "(2506) 0001", "fld 64(sp)", 0xff20000000001040, 8, false },
		{ "(ff96) 0001", "sd 504(sp)", 0xff200000000011f8, 8, true },
		{ "(e416) 0001", "sd 8(sp)", 0xff20000000001008, 8, true },
		{ "(df96) 0001", "sw 252(sp)", 0xff200000000010fc, 4, true },
		{ "(c096) 0001", "sw 64(sp)", 0xff20000000001040, 4, true },
		{ "(a3aa) 0001", "fsd 448(sp)", 0xff200000000011c0, 8, true },
	};

	(void)state;
	has_operands(cases, sizeof(cases) / sizeof(*cases));
}

static void no_operand(void **state)
{
	/* addi, ret, add, mv, jal; half an instruction; no mark; a register that is not known */
	static const char *const code[] = {
		"(0505) 0001", "(8082) 0001", "(952e) 0001", "(852e) 0001",
		"(10ef) 2340", "(a783)",      "a783 ffc4",   "(4198) 0001",
	};

	(void)state;
	has_no_operands(code, sizeof(code) / sizeof(*code));
}

static void calls(void **state)
{
	const struct pfs_oops_arch *a = &pfs_oops_riscv64;
	const uint64_t code = UINT64_C(0xffff800000007000);
	uint64_t target;

	(void)state;
	setup(48);
	map(code, 12, ppn(RAM_FREE) | V | R | X);
	ram_put(&ram, RAM_FREE + 0x100, UINT64_C(0x234010ef00010001)); /* jal ra, .+0x1234 */
	assert_true(a->call_target(&mem, code + 0x108, &target));
	assert_true(target == code + 0x104 + 0x1234);
	ram_put(&ram, RAM_FREE + 0x100, UINT64_C(0x800ff0ef00010001)); /* jal ra, .-0x1000 */
	assert_true(a->call_target(&mem, code + 0x108, &target));
	assert_true(target == code + 0x104 - 0x1000);
	/* auipc ra, 0x12; jalr ra, -4(ra) */
	ram_put(&ram, RAM_FREE + 0x100, UINT64_C(0xffc080e700012097));
	assert_true(a->call_target(&mem, code + 0x108, &target));
	assert_true(target == code + 0x100 + 0x12000 - 4);
	ram_put(&ram, RAM_FREE + 0x100, UINT64_C(0x9782000100010001)); /* c.jalr a5 */
	assert_false(a->call_target(&mem, code + 0x108, &target));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes),	 cmocka_unit_test(leaves),
		cmocka_unit_test(nothing_there), cmocka_unit_test(init_errors),
		cmocka_unit_test(page_fault),	 cmocka_unit_test(other_deaths),
		cmocka_unit_test(operands),	 cmocka_unit_test(no_operand),
		cmocka_unit_test(calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
