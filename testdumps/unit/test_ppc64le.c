/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ppc64le: walks over radix tables, oops texts, and operands of instructions. Entries are as the
 * architecture has them, encodings as binutils assembles them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MACHINE "ppc64le"
#include "machine.h"

#define DIRECT	UINT64_C(0xc000000000000000)
#define VMEMMAP UINT64_C(0xc00c000000000000)

#define V    (UINT64_C(1) << 63)
#define LEAF (V | UINT64_C(1) << 62)
#define RW   (LEAF | 0x18e) /* accessed, dirty, privileged, read, write */

static unsigned int page_shift;

/* Empty tables of a kernel whose image begins at physical address 0; bits: 16 are 64 KiB. */
static void setup(unsigned int bits)
{
	struct pfs_err err;

	page_shift = bits == 16 ? 16 : 12;
	machine_clear(DIRECT + ROOT, UINT64_C(1) << page_shift);
	set("NUMBER(RADIX_MMU)", 1);
	assert_int_equal(init(&err), 0);
	assert_true(mem.root.pa == ROOT);
}

static void put_entry(uint64_t at, uint64_t entry)
{
	ram_put(&ram, at, __builtin_bswap64(entry));
	pfs_mem_forget(&mem);
}

/* As ram_map(), with tables of this machine. */
static void map(uint64_t va, unsigned int shift, uint64_t entry)
{
	static const unsigned int shifts[] = { 39, 30, 21 }, widths[] = { 13, 9, 9 };
	uint64_t table = ROOT, at, next;
	unsigned int i, width;

	for (i = 0; i < 3; i++) {
		at = table + (va >> shifts[i] & ((1u << widths[i]) - 1)) * 8;
		if (shifts[i] == shift) {
			put_entry(at, entry);
			return;
		}
		width = i < 2 ? 9 : 21 - page_shift;
		if (!ram_get(&ram, at)) {
			put_entry(at, V | ram.next_table | width);
			ram.next_table += 4096;
		}
		next = __builtin_bswap64(ram_get(&ram, at));
		table = next & 0x0fffffffffffff00;
	}
	put_entry(table + (va >> page_shift & ((1u << (21 - page_shift)) - 1)) * 8, entry);
}

static void walks(void **state)
{
	static const unsigned int shifts[] = { 12, 16 };
	struct pfs_walk w;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		uint64_t page = UINT64_C(1) << shifts[i];

		setup(shifts[i]);
		assert_int_equal(mem.page_shift, shifts[i]);
		assert_true(mem.arch->canonical(&mem, DIRECT));
		assert_true(mem.arch->canonical(&mem, UINT64_C(0xc00fffffffffffff)));
		assert_false(mem.arch->canonical(&mem, UINT64_C(0xc010000000000000)));
		assert_false(mem.arch->canonical(&mem, UINT64_C(0x7fff00000000)));
		map(VMEMMAP + 3 * page, shifts[i], 0x390000 | RW);
		pfs_walk_va(&mem, VMEMMAP + 3 * page + 0x123, &w);
		assert_true(w.mapped && w.writable && !w.executable);
		assert_true(w.pa == 0x390123);
		assert_int_equal(w.leaf_size, page);
		assert_int_equal(w.nr, 4);
		assert_string_equal(w.step[0].level, "pgd");
		assert_string_equal(w.step[3].level, "pte");
		/* The entry as the kernel prints it, not as memory has it. */
		assert_true(w.step[3].entry == (0x390000 | RW));
		assert_true(w.step[0].entry_pa == ROOT + 0x1800 * 8);
		/* What is beside the region of the kernel is stepped over. */
		pfs_walk_va(&mem, UINT64_C(0xd000000000000000), &w);
		assert_int_equal(w.nr, 0);
		assert_true(w.leaf_size == UINT64_C(1) << 52);
	}
}

static void leaves(void **state)
{
	struct pfs_walk w;

	(void)state;
	setup(16);
	map(VMEMMAP + 0x200000, 21, 0x80200000 | LEAF | 0x5);
	pfs_walk_va(&mem, VMEMMAP + 0x323456, &w);
	assert_true(w.mapped && !w.writable && w.executable);
	assert_true(w.pa == 0x80323456);
	assert_int_equal(w.leaf_size, 2 << 20);
	map(DIRECT + 0x40000000, 30, UINT64_C(0x100000000) | RW);
	pfs_walk_va(&mem, DIRECT + 0x40654321, &w);
	assert_true(w.pa == UINT64_C(0x100654321));
	assert_int_equal(w.leaf_size, 1 << 30);
	/* What software keeps beside the address is none of it. */
	map(VMEMMAP + 0x60000, 16, 0x390000 | RW | UINT64_C(0x26) << 56 | 0xe00);
	pfs_walk_va(&mem, VMEMMAP + 0x60000, &w);
	assert_true(w.mapped && w.pa == 0x390000);
}

static void nothing_there(void **state)
{
	static const uint64_t entries[] = {
		0, RW & ~V,		       /* PROT_NONE */
		(RW & ~V) | UINT64_C(1) << 61, /* being changed */
		V | 0x390000 | 9,	       /* a table below a pte */
	};
	const uint64_t va = VMEMMAP + 0x7000;
	struct pfs_walk w;
	size_t i;

	(void)state;
	setup(12);
	for (i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		map(va, 12, entries[i]);
		pfs_walk_va(&mem, va, &w);
		assert_false(w.mapped || w.writable || w.executable);
		assert_int_equal(w.nr, 4);
		assert_int_equal(pfs_walk_reach(&w), PFS_REACH_UNMAPPED);
	}
	/* A table of a size that is none, and one that is not in the dump. */
	map(va, 21, V | 0x390000 | 8);
	pfs_walk_va(&mem, va, &w);
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_UNMAPPED);
	map(va, 21, V | 0x123456000 | 9);
	pfs_walk_va(&mem, va, &w);
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_NO_TABLE);
	/* A leaf in the root table. */
	map(va, 39, 0x390000 | RW);
	pfs_walk_va(&mem, va, &w);
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_UNMAPPED);
}

/* Which MMU, where VMCOREINFO does not say. */
static void which_mmu(void **state)
{
	struct pfs_err err;

	(void)state;
	setup(12);
	set("NUMBER(RADIX_MMU)", 0);
	init_fails("hash MMU");
	set("SYMBOL(cur_cpu_spec)", DIRECT + 0x300000);
	set("OFFSET(cpu_spec.mmu_features)", 16);
	ram_put(&ram, 0x300000, DIRECT + 0x300100);
	ram_put(&ram, 0x300110, 0x7c006e01);
	machine_fact(&facts, "NUMBER(RADIX_MMU)")->from = NULL;
	assert_int_equal(init(&err), -EINVAL);
	ram_put(&ram, 0x300110, 0x7c006e41);
	assert_int_equal(init(&err), 0);
	/* The root maps RAM, or not. */
	setup(12);
	machine_fact(&facts, "NUMBER(RADIX_MMU)")->from = NULL;
	assert_int_equal(init(&err), -EINVAL);
	map(DIRECT, 30, RW);
	assert_int_equal(init(&err), 0);
	ram.presence[ROOT / 4096] = PFS_EXCLUDED;
	machine_fact(&facts, "NUMBER(RADIX_MMU)")->from = NULL;
	init_fails("neither VMCOREINFO nor memory");
}

static void init_errors(void **state)
{
	(void)state;
	setup(12);
	facts.f[PFS_F_SWAPPER_PG_DIR].from = NULL;
	init_fails("has no SYMBOL(swapper_pg_dir)");
	facts.f[PFS_F_SWAPPER_PG_DIR].value += 8;
	init_fails("not a page of the kernel image");
	facts.f[PFS_F_SWAPPER_PG_DIR].value = 0x10000;
	init_fails("not a page of the kernel image");
	facts.f[PFS_F_INIT_UTS_NS] = (struct pfs_fact){ DIRECT + 0x300000, "test" };
	memcpy(ram.bytes + 0x300000 + 4 * 65, "ppc64", 6);
	init_fails("big-endian kernel");
	facts.f[PFS_F_PAGESIZE].value = 16384;
	init_fails("page size 16384 is not one of ppc64le");
}

#define REGS                                                                                       \
	"NIP:  c0000000006a6f44 LR: c0000000006a7564 CTR: c0000000006a74b0\n"                      \
	"REGS: c000000006e3b8f0 TRAP: 0300   Not tainted  (6.12.107)\n"                            \
	"MSR:  8000000000009033 <SF,EE,ME,IR,DR,RI,LE>  CR: 24002282  XER: 00000000\n"             \
	"CFAR: c0000000006a7560 DAR: c00c000000410000 DSISR: 42000000 IRQMASK: 0 \n"               \
	"GPR00: c0000000006a7564 c000000006e3bb90 c000000001bb8100 c00c000000410000 \n"            \
	"GPR04: 0000000000000000 0000000000000042 0000000000000000 0000000000000000 \n"            \
	"NIP [c0000000006a6f44] stable_page_flags+0x24/0x3b0\n"                                    \
	"LR [c0000000006a7564] kpageflags_read+0xb4/0x180\n"

#define TRACE                                                                                      \
	"Call Trace:\n"                                                                            \
	"[c000000006e3bb90] [c0000000006a7400] guessed+0x4/0x180 (unreliable)\n"                   \
	"[c000000006e3bbe0] [c0000000006a7564] kpageflags_read+0xb4/0x180\n"                       \
	"--- interrupt: 3000 at 0x7fff8f2a4a34\n"                                                  \
	"NIP:  00007fff8f2a4a34 LR: 00007fff8f2a4a34 CTR: 0000000000000000\n"                      \
	"[c000000006e3be10] [c00000000000c270] not_this+0xf0/0x280\n"

static void page_fault(void **state)
{
	static const char *const heads[] = {
		"BUG: Unable to handle kernel data access on write at 0xc00c000000410000\n",
		/* v5.2 to v5.5, and before */
		"BUG: Unable to handle kernel data access at 0xc00c000000410000\n",
		"Unable to handle kernel paging request for data at address 0xc00c000000410000\n",
	};
	static const char *const codes[] = {
		"Code: 60000000 4182034c f821ffb1 <f9430000> 7fe00008\n",
		"Instruction dump:\n60000000 4182034c XXXXXXXX\nf821ffb1 <f9430000> 7fe00008 \n",
	};
	char text[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		struct world *w;
		struct pfs_panic p;

		snprintf(text, sizeof(text), "%s%s%s%s%s", heads[i],
			 "Faulting instruction address: 0xc0000000006a6f44\n"
			 "Oops: Kernel access of bad area, sig: 11 [#1]\n"
			 "LE PAGE_SIZE=64K MMU=Radix SMP NR_CPUS=2048 NUMA pSeries\n"
			 "CPU: 1 UID: 0 PID: 161 Comm: cat Not tainted 6.12.107 #1\n",
			 REGS, TRACE, codes[i & 1]);
		w = machine_log(text);
		p = find(w);
		assert_int_equal(p.kind, PFS_PANIC_PAGE_FAULT);
		assert_string_equal(p.function, "stable_page_flags");
		assert_int_equal(p.offset, 0x24);
		assert_true(p.fault_address == UINT64_C(0xc00c000000410000));
		assert_string_equal(p.access, "write");
		assert_int_equal(p.error_code, 0x42000000);
		assert_false(p.bad_entry);
		assert_int_equal(p.cpu, 1);
		assert_int_equal(p.pid, 161);
		assert_int_equal(p.nr_stack, 2);
		assert_true(p.stack[0].guess && !p.stack[1].guess);
		assert_string_equal(p.stack[1].function, "kpageflags_read");
		assert_true(pfs_panic_reg(&p, "nip")->value == UINT64_C(0xc0000000006a6f44));
		assert_true(pfs_panic_reg(&p, "lr")->value == UINT64_C(0xc0000000006a7564));
		assert_int_equal(pfs_panic_reg(&p, "r5")->value, 0x42);
		assert_true(p.operand.valid);
		assert_string_equal(p.operand.text, "std r10,0(r3)");
		w_free(w);
	}
}

static void other_deaths(void **state)
{
	struct world *w = machine_log("BUG: Unable to handle kernel instruction fetch\n"
				      "Faulting instruction address: 0xc00c000000000000\n"
				      "Oops: Kernel access of bad area, sig: 11 [#1]\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_PAGE_FAULT);
	assert_string_equal(p.access, "exec");
	assert_true(p.has_fault_address && p.fault_address == VMEMMAP);
	w_free(w);
	w = machine_log("BUG: Kernel NULL pointer dereference on read at 0x00000008\n"
			"Faulting instruction address: 0xc0000000006a6f44\n"
			"Oops: Kernel access of bad area, sig: 7 [#1]\n");
	p = find(w);
	assert_int_equal(p.kind, PFS_PANIC_PAGE_FAULT);
	assert_int_equal(p.fault_address, 8);
	w_free(w);
	w = machine_log("kernel BUG at mm/page_alloc.c:1!\n"
			"Oops: Exception in kernel mode, sig: 5 [#1]\n" REGS);
	p = find(w);
	assert_int_equal(p.kind, PFS_PANIC_BUG);
	assert_string_equal(p.message, "kernel BUG at mm/page_alloc.c:1!");
	assert_string_equal(p.function, "stable_page_flags");
	w_free(w);
	w = machine_log("BUG: Unable to handle kernel data access on read at 0xc00c000000410000\n"
			"Oops: Kernel access of bad area, sig: 11 [#1]\n"
			"DAR: c00c000000410000 DSISR: 00080000 IRQMASK: 0 \n");
	p = find(w);
	assert_true(p.bad_entry);
	w_free(w);
}

static struct pfs_panic with_code(struct world **ret, const char *code)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "Oops: Kernel access of bad area, sig: 11 [#1]\n"
		 "NIP:  c0000000006a6f44 LR: c0000000006a7564 CTR: c0000000006a74b0\n"
		 "REGS: c000000006e3b8f0 TRAP: 0300   Not tainted  (6.12.107)\n"
		 "GPR00: 0000000000000000 c000000006e3bb90 c000000001bb8100 c00c000000001000 \n"
		 "GPR04: c00c000000002000 0000000000000040 \n"
		 "NIP [c0000000006a6f44] f+0x24/0x3b0\n"
		 "Code: 60000000 %s 7fe00008\n",
		 code);
	*ret = machine_log(text);
	return find(*ret);
}

static void operands(void **state)
{
	static const struct operand_case cases[] = {
		{ "<8064fffc>", "lwz r3,-4(r4)", 0xc00c000000001ffc, 4, false },
		{ "<84640004>", "lwzu r3,4(r4)", 0xc00c000000002004, 4, false },
		{ "<88a407ff>", "lbz r5,2047(r4)", 0xc00c0000000027ff, 1, false },
		{ "<8ca40001>", "lbzu r5,1(r4)", 0xc00c000000002001, 1, false },
		{ "<90a48000>", "stw r5,-32768(r4)", 0xc00bffffffffa000, 4, true },
		{ "<94a40008>", "stwu r5,8(r4)", 0xc00c000000002008, 4, true },
		{ "<98a40000>", "stb r5,0(r4)", 0xc00c000000002000, 1, true },
		{ "<9ca4ffff>", "stbu r5,-1(r4)", 0xc00c000000001fff, 1, true },
		{ "<a0a40002>", "lhz r5,2(r4)", 0xc00c000000002002, 2, false },
		{ "<a4a40002>", "lhzu r5,2(r4)", 0xc00c000000002002, 2, false },
		{ "<a8a40002>", "lha r5,2(r4)", 0xc00c000000002002, 2, false },
		{ "<aca40002>", "lhau r5,2(r4)", 0xc00c000000002002, 2, false },
		{ "<b0a47ffe>", "sth r5,32766(r4)", 0xc00c000000009ffe, 2, true },
		{ "<b4a40002>", "sthu r5,2(r4)", 0xc00c000000002002, 2, true },
		{ "<e9240008>", "ld r9,8(r4)", 0xc00c000000002008, 8, false },
		{ "<e9240009>", "ldu r9,8(r4)", 0xc00c000000002008, 8, false },
		{ "<e924fffa>", "lwa r9,-8(r4)", 0xc00c000000001ff8, 4, false },
		{ "<f9240038>", "std r9,56(r4)", 0xc00c000000002038, 8, true },
		{ "<f924fff9>", "stdu r9,-8(r4)", 0xc00c000000001ff8, 8, true },
		{ "<7d201828>", "lwarx r9,r0,r3", 0xc00c000000001000, 4, false },
		{ "<7d2018a8>", "ldarx r9,r0,r3", 0xc00c000000001000, 8, false },
		{ "<7d201868>", "lbarx r9,r0,r3", 0xc00c000000001000, 1, false },
		{ "<7d2418e8>", "lharx r9,r4,r3", 0x8018000000003000, 2, false },
		{ "<7d24282a>", "ldx r9,r4,r5", 0xc00c000000002040, 8, false },
		{ "<7d24286a>", "ldux r9,r4,r5", 0xc00c000000002040, 8, false },
		{ "<7d24282e>", "lwzx r9,r4,r5", 0xc00c000000002040, 4, false },
		{ "<7d24286e>", "lwzux r9,r4,r5", 0xc00c000000002040, 4, false },
		{ "<7d2428ae>", "lbzx r9,r4,r5", 0xc00c000000002040, 1, false },
		{ "<7d2428ee>", "lbzux r9,r4,r5", 0xc00c000000002040, 1, false },
		{ "<7d242a2e>", "lhzx r9,r4,r5", 0xc00c000000002040, 2, false },
		{ "<7d242a6e>", "lhzux r9,r4,r5", 0xc00c000000002040, 2, false },
		{ "<7d242aae>", "lhax r9,r4,r5", 0xc00c000000002040, 2, false },
		{ "<7d242aaa>", "lwax r9,r4,r5", 0xc00c000000002040, 4, false },
		{ "<7d24292a>", "stdx r9,r4,r5", 0xc00c000000002040, 8, true },
		{ "<7d24296a>", "stdux r9,r4,r5", 0xc00c000000002040, 8, true },
		{ "<7d24292e>", "stwx r9,r4,r5", 0xc00c000000002040, 4, true },
		{ "<7d24296e>", "stwux r9,r4,r5", 0xc00c000000002040, 4, true },
		{ "<7d2429ae>", "stbx r9,r4,r5", 0xc00c000000002040, 1, true },
		{ "<7d2429ee>", "stbux r9,r4,r5", 0xc00c000000002040, 1, true },
		{ "<7d242b2e>", "sthx r9,r4,r5", 0xc00c000000002040, 2, true },
		{ "<7d242b6e>", "sthux r9,r4,r5", 0xc00c000000002040, 2, true },
		{ "<7d20192d>", "stwcx. r9,r0,r3", 0xc00c000000001000, 4, true },
		{ "<7d2019ad>", "stdcx. r9,r0,r3", 0xc00c000000001000, 8, true },
		{ "<7d201d6d>", "stbcx. r9,r0,r3", 0xc00c000000001000, 1, true },
		{ "<7d201dad>", "sthcx. r9,r0,r3", 0xc00c000000001000, 2, true },
		{ "<7d242c28>", "ldbrx r9,r4,r5", 0xc00c000000002040, 8, false },
		{ "<7d242c2c>", "lwbrx r9,r4,r5", 0xc00c000000002040, 4, false },
		{ "<7d242d28>", "stdbrx r9,r4,r5", 0xc00c000000002040, 8, true },
		{ "<7d242d2c>", "stwbrx r9,r4,r5", 0xc00c000000002040, 4, true },
		{ "<7d242e2c>", "lhbrx r9,r4,r5", 0xc00c000000002040, 2, false },
		{ "<7d242f2c>", "sthbrx r9,r4,r5", 0xc00c000000002040, 2, true },
	};

	(void)state;
	has_operands(cases, sizeof(cases) / sizeof(*cases));
}

static void no_operand(void **state)
{
	/* addi, blr, add, bl, b, cmpd; an address without a register; no mark; not known: r6 */
	static const char *const code[] = {
		"<38630001>", "<4e800020>", "<7c642a14>", "<48001235>", "<48000008>",
		"<7c232000>", "<e9200034>", "8064fffc",	  "<80660000>",
	};

	(void)state;
	has_no_operands(code, sizeof(code) / sizeof(*code));
}

static void calls(void **state)
{
	const struct pfs_oops_arch *a = &pfs_oops_ppc64le;
	const uint64_t code = VMEMMAP + 0x7000;
	uint64_t target;

	(void)state;
	setup(12);
	map(code, 12, 0x390000 | RW | 1);
	ram_put(&ram, 0x390100, UINT64_C(0x4800023560000000)); /* nop; bl .+0x234 */
	assert_true(a->call_target(&mem, code + 0x108, &target));
	assert_true(target == code + 0x104 + 0x234);
	/* Behind what sets r2, the function has begun. */
	ram_put(&ram, 0x390100 + 0x4 + 0x234 - 8, UINT64_C(0x384281003c4c0151));
	assert_true(a->call_target(&mem, code + 0x108, &target));
	assert_true(target == code + 0x104 + 0x234 - 8);
	ram_put(&ram, 0x390100, UINT64_C(0x4bffff0160000000)); /* bl .-0x100 */
	assert_true(a->call_target(&mem, code + 0x108, &target));
	assert_true(target == code + 0x104 - 0x100);
	ram_put(&ram, 0x390100, UINT64_C(0x4800023460000000)); /* b */
	assert_false(a->call_target(&mem, code + 0x108, &target));
	ram_put(&ram, 0x390100, UINT64_C(0x4e80042160000000)); /* bctrl */
	assert_false(a->call_target(&mem, code + 0x108, &target));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks),	 cmocka_unit_test(leaves),
		cmocka_unit_test(nothing_there), cmocka_unit_test(which_mmu),
		cmocka_unit_test(init_errors),	 cmocka_unit_test(page_fault),
		cmocka_unit_test(other_deaths),	 cmocka_unit_test(operands),
		cmocka_unit_test(no_operand),	 cmocka_unit_test(calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
