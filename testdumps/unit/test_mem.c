/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Page walks and virtual reads over tables of every shape, and their four answers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ram.h"

#define DIRECT4	UINT64_C(0xffff888000000000)
#define DIRECT5	UINT64_C(0xff11000000000000)

static struct ram ram;
static struct pfs_mem mem;

static void setup(unsigned int levels, bool live)
{
	struct pfs_facts f;
	struct pfs_err err;

	ram_init(&ram, levels);
	ram.t.info.live = live;
	ram_facts(&ram, &f);
	assert_int_equal(pfs_mem_init(&mem, &ram.t, pfs_arch_by_name("x86_64"), &f, &err), 0);
}

static void four_levels(void **unused)
{
	struct pfs_walk w;

	(void)unused;
	setup(4, false);
	ram_map(&ram, DIRECT4 + 0x40200000, 21, 0x200000 | 0x1000 | PS | 1 | NX);
	ram_map(&ram, DIRECT4 + 0x80000000, 30, UINT64_C(0x40000000) | PS | P_W);
	/* 4 KiB, with NX and the global bit; PAT in the place of PS is no leaf bit here. */
	ram_map(&ram, DIRECT4 + 0x5000, 12, RAM_FREE | P_W | NX | 0x100 | PS);
	pfs_walk_va(&mem, DIRECT4 + 0x5123, &w);
	assert_true(w.mapped && w.writable);
	assert_int_equal(w.pa, RAM_FREE + 0x123);
	assert_int_equal(w.leaf_size, 4096);
	assert_int_equal(w.nr, 4);
	assert_string_equal(w.step[0].level, "pgd");
	assert_string_equal(w.step[1].level, "pud");
	assert_string_equal(w.step[2].level, "pmd");
	assert_string_equal(w.step[3].level, "pte");
	assert_int_equal(w.step[3].entry, RAM_FREE | P_W | NX | 0x100 | PS);

	/* 2 MiB with PAT (bit 12) set: no part of the address. */
	pfs_walk_va(&mem, DIRECT4 + 0x40323456, &w);
	assert_true(w.mapped && !w.writable);
	assert_int_equal(w.pa, 0x323456);
	assert_int_equal(w.leaf_size, 2 << 20);
	assert_int_equal(w.nr, 3);

	pfs_walk_va(&mem, DIRECT4 + 0x80654321, &w);
	assert_true(w.mapped);
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_OK);
	assert_ptr_equal(pfs_walk_end(&w), &w.step[1]);
	assert_int_equal(w.pa, 0x40654321);
	assert_int_equal(w.leaf_size, 1 << 30);
	assert_int_equal(w.nr, 2);
}

static void five_levels(void **unused)
{
	struct pfs_walk w;

	(void)unused;
	setup(5, false);
	ram_map(&ram, DIRECT5, 12, RAM_FREE | P_W);
	pfs_walk_va(&mem, DIRECT5 + 8, &w);
	assert_true(w.mapped);
	assert_int_equal(w.nr, 5);
	assert_string_equal(w.step[0].level, "pgd");
	assert_string_equal(w.step[1].level, "p4d");
	assert_string_equal(w.step[4].level, "pte");
	assert_int_equal(w.pa, RAM_FREE + 8);
	/* PS in a p4d or pgd entry is reserved, not a leaf. */
	pfs_walk_va(&mem, KERNEL + 0x1234, &w);
	assert_int_equal(w.pa, 0x1234);
	assert_true(mem.arch->canonical(&mem, DIRECT5));
	assert_false(mem.arch->canonical(&mem, UINT64_C(0x0100000000000000)));
	setup(4, false);
	assert_false(mem.arch->canonical(&mem, DIRECT5));
	assert_true(mem.arch->canonical(&mem, DIRECT4));
	assert_true(mem.arch->canonical(&mem, 0x7fffffffffff));
	assert_false(mem.arch->canonical(&mem, 0x800000000000));
}

static void unmapped(void **unused)
{
	unsigned char b[16];
	struct pfs_walk w;
	struct pfs_err err;
	uint64_t at, v, pte;

	(void)unused;
	setup(4, false);
	pfs_walk_va(&mem, DIRECT4, &w);
	assert_false(w.mapped);
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_UNMAPPED);
	assert_int_equal(w.nr, 1);
	assert_int_equal(w.leaf_size, UINT64_C(1) << 39);
	assert_int_equal(pfs_read_va(&mem, DIRECT4, b, 8, &at), PFS_REACH_UNMAPPED);
	assert_int_equal(at, DIRECT4);

	/* Without P an entry is empty, whatever else is in it (PROT_NONE: bit 8). */
	setup(4, false);
	pte = ram_map(&ram, DIRECT4 + 0x200000, 12, RAM_FREE | 0x100 | 2);
	pfs_walk_va(&mem, DIRECT4 + 0x200000, &w);
	assert_false(w.mapped);
	assert_int_equal(w.nr, 4);
	assert_int_equal(w.step[3].entry_pa, pte);
	assert_int_equal(pfs_read_u64(&mem, DIRECT4 + 0x200000, &v, "thing", &err), -EFAULT);
	assert_string_equal(err.msg, "thing: 8 bytes at 0xffff888000200000: address not mapped "
				     "(pte entry 0x300102 at 0x204000)");

	/* Readable up to a page that is not mapped. */
	ram_map(&ram, DIRECT4 + 0x201000, 12, RAM_FREE | P_W);
	memset(mem.table, 0, sizeof(mem.table));
	assert_int_equal(pfs_read_va(&mem, DIRECT4 + 0x201ff8, b, 16, &at), PFS_REACH_UNMAPPED);
	assert_int_equal(at, DIRECT4 + 0x202000);
	assert_int_equal(pfs_read_obj(&mem, DIRECT4 + 0x201ff8, b, 16, "thing", &err), -EFAULT);
	assert_string_equal(err.msg, "thing: 16 bytes at 0xffff888000201ff8, from "
				     "0xffff888000202000 on: address not mapped "
				     "(pte entry 0x0 at 0x204010)");
	assert_int_equal(pfs_read_va(&mem, DIRECT5, b, 8, NULL), PFS_REACH_BAD_ADDRESS);
	assert_int_equal(pfs_read_va(&mem, UINT64_MAX - 3, b, 8, NULL), PFS_REACH_BAD_ADDRESS);
	assert_int_equal(pfs_read_va(&mem, DIRECT5, b, 0, NULL), PFS_REACH_OK);
}

/* Mapped, but not in the dump: in each of three ways; and a table that is not. */
static void not_in_dump(void **unused)
{
	unsigned char b[16];
	struct pfs_walk w;
	struct pfs_err err;
	uint64_t at, v;

	(void)unused;
	setup(4, false);
	ram.presence[RAM_FREE / 4096 + 1] = PFS_EXCLUDED;
	ram.presence[RAM_FREE / 4096 + 2] = PFS_UNDECIDABLE;
	ram_map(&ram, DIRECT4 + 0x200000, 21, 0x200000 | P_W | PS);
	ram_map(&ram, DIRECT4 + 0x400000, 21, UINT64_C(0x10000000) | P_W | PS);
	assert_int_equal(pfs_read_va(&mem, DIRECT4 + 0x300ff8, b, 16, &at), PFS_REACH_EXCLUDED);
	assert_int_equal(at, DIRECT4 + 0x301000);
	assert_int_equal(pfs_read_va(&mem, DIRECT4 + 0x302000, b, 1, &at), PFS_REACH_UNDECIDABLE);
	assert_int_equal(pfs_read_va(&mem, DIRECT4 + 0x400000, b, 1, &at), PFS_REACH_ABSENT);
	assert_int_equal(pfs_read_u64(&mem, DIRECT4 + 0x301008, &v, "thing", &err), -ENODATA);
	assert_string_equal(err.msg, "thing: 8 bytes at 0xffff888000301008: excluded from the dump "
				     "(physical address 0x301008)");

	ram.presence[RAM_TABLES / 4096 + 2] = PFS_EXCLUDED;
	memset(mem.table, 0, sizeof(mem.table));
	pfs_walk_va(&mem, KERNEL, &w);
	assert_true(w.mapped);
	pfs_walk_va(&mem, DIRECT4 + 0x200000, &w);
	assert_false(w.mapped);
	assert_int_equal(pfs_walk_end(&w)->presence, PFS_EXCLUDED);
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_NO_TABLE);
	assert_int_equal(pfs_read_va(&mem, DIRECT4 + 0x200000, b, 1, NULL), PFS_REACH_NO_TABLE);
	assert_int_equal(pfs_read_obj(&mem, DIRECT4 + 0x200000, b, 1, "thing", &err), -ENODATA);
	assert_string_equal(err.msg, "thing: 1 byte at 0xffff888000200000: page table not in the "
				     "dump (pud table page at 0x202000)");
	/* Pages are not of 4 KiB everywhere. */
	mem.page_shift = 14;
	assert_int_equal(pfs_read_obj(&mem, DIRECT4 + 0x200000, b, 1, "thing", &err), -ENODATA);
	assert_non_null(strstr(err.msg, "(pud table page at 0x200000)"));
}

/* A walk that was never made says nothing, and has no end. */
static void no_walk(void **unused)
{
	struct pfs_walk w = { .mapped = true };

	(void)unused;
	assert_null(pfs_walk_end(&w));
	assert_int_equal(pfs_walk_reach(&w), PFS_REACH_NO_TABLE);
}

/* A root that maps itself, entries that lead to themselves: as deep as there are levels. */
static void cyclic_tables(void **unused)
{
	struct pfs_walk w;
	unsigned int i;

	(void)unused;
	setup(4, false);
	for (i = 0; i < 512; i++)
		ram_put(&ram, RAM_ROOT + i * 8, RAM_ROOT | P_W);
	pfs_walk_va(&mem, DIRECT4 + 0x123, &w);
	assert_true(w.mapped);
	assert_int_equal(w.nr, 4);
	assert_int_equal(w.pa, RAM_ROOT + 0x123);
	/* Tables beyond RAM. */
	setup(4, false);
	ram_put(&ram, RAM_ROOT + (DIRECT4 >> 39 & 511) * 8, UINT64_C(0x000ffffffffff000) | P_W);
	pfs_walk_va(&mem, DIRECT4, &w);
	assert_false(w.mapped);
	assert_int_equal(w.step[1].presence, PFS_ABSENT);
}

static void encrypted(void **unused)
{
	struct pfs_facts f;
	struct pfs_walk w;
	struct pfs_err err;

	(void)unused;
	setup(4, false);
	ram_facts(&ram, &f);
	*machine_fact(&f, "NUMBER(sme_mask)") = (struct pfs_fact){ UINT64_C(1) << 47, "test" };
	assert_int_equal(pfs_mem_init(&mem, &ram.t, pfs_arch_by_name("x86_64"), &f, &err), 0);
	ram_map(&ram, DIRECT4, 12, RAM_FREE | P_W | UINT64_C(1) << 47);
	pfs_walk_va(&mem, DIRECT4 + 1, &w);
	assert_true(w.mapped);
	assert_int_equal(w.pa, RAM_FREE + 1);
}

static void reads_few(void **unused)
{
	static unsigned char buf[0x100000];
	unsigned long before;
	uint64_t v;
	struct pfs_err err;

	(void)unused;
	setup(4, false);
	assert_int_equal(pfs_read_va(&mem, KERNEL, buf, 8, NULL), PFS_REACH_OK);
	before = ram.reads;
	assert_int_equal(pfs_read_va(&mem, KERNEL + 0x800, buf, sizeof(buf), NULL), PFS_REACH_OK);
	assert_int_equal(ram.reads - before, 1);
	assert_memory_equal(buf, ram.bytes + 0x800, sizeof(buf));

	/* A live target: tables are read anew, so that a change is seen. */
	setup(4, true);
	ram_map(&ram, DIRECT4, 12, RAM_FREE | P_W);
	ram_put(&ram, RAM_FREE, 1);
	ram_put(&ram, RAM_FREE + 0x1000, 2);
	assert_int_equal(pfs_read_u64(&mem, DIRECT4, &v, "", &err), 0);
	assert_int_equal(v, 1);
	ram_map(&ram, DIRECT4, 12, (RAM_FREE + 0x1000) | P_W);
	assert_int_equal(pfs_read_u64(&mem, DIRECT4, &v, "", &err), 0);
	assert_int_equal(v, 2);
}

static void strings(void **unused)
{
	struct pfs_err err;
	char buf[16];

	(void)unused;
	setup(4, false);
	ram_map(&ram, DIRECT4, 12, RAM_FREE | P_W);
	memcpy(ram.bytes + RAM_FREE + 4096 - 5, "pmem", 5);
	/* The page behind it is not mapped, and not needed. */
	assert_int_equal(pfs_read_str(&mem, DIRECT4 + 4096 - 5, buf, sizeof(buf), "name", &err), 0);
	assert_string_equal(buf, "pmem");
	memcpy(ram.bytes + RAM_FREE, "0123456789abcdefghij", 20);
	assert_int_equal(pfs_read_str(&mem, DIRECT4, buf, sizeof(buf), "name", &err), 0);
	assert_string_equal(buf, "0123456789abcde");
	ram.bytes[RAM_FREE + 4095] = 'x';
	assert_int_equal(pfs_read_str(&mem, DIRECT4 + 4091, buf, sizeof(buf), "name", &err),
			 -EFAULT);
	assert_string_equal(buf, "");
}

static void init_errors(void **unused)
{
	const struct pfs_arch *arch = pfs_arch_by_name("x86_64");
	struct pfs_facts f;
	struct pfs_err err;

	(void)unused;
	assert_null(pfs_arch_by_name("pdp11"));
	assert_null(pfs_arch_by_name(NULL));
	setup(4, false);
	ram_facts(&ram, &f);
	/* phys_base may be negative. */
	(*machine_fact(&f, "NUMBER(phys_base)")).value = (uint64_t)-0x1000;
	assert_int_equal(pfs_mem_init(&mem, &ram.t, arch, &f, &err), 0);
	assert_int_equal(mem.root.pa, RAM_ROOT - 0x1000);
	(*machine_fact(&f, "NUMBER(phys_base)")).value = (uint64_t)-0x100000;
	assert_int_equal(pfs_mem_init(&mem, &ram.t, arch, &f, &err), -EINVAL);
	(*machine_fact(&f, "NUMBER(phys_base)")).from = NULL;
	assert_int_equal(pfs_mem_init(&mem, &ram.t, arch, &f, &err), -EINVAL);
	ram_facts(&ram, &f);
	f.f[PFS_F_INIT_TOP_PGT].value = 0x1000;
	assert_int_equal(pfs_mem_init(&mem, &ram.t, arch, &f, &err), -EINVAL);
	f.f[PFS_F_INIT_TOP_PGT].from = NULL;
	assert_int_equal(pfs_mem_init(&mem, &ram.t, arch, &f, &err), -EINVAL);
	ram_facts(&ram, &f);
	f.f[PFS_F_PAGESIZE] = (struct pfs_fact){ 65536, "test" };
	assert_int_equal(pfs_mem_init(&mem, &ram.t, arch, &f, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_levels), cmocka_unit_test(five_levels),
		cmocka_unit_test(unmapped),    cmocka_unit_test(not_in_dump),
		cmocka_unit_test(no_walk),     cmocka_unit_test(cyclic_tables),
		cmocka_unit_test(encrypted),   cmocka_unit_test(reads_few),
		cmocka_unit_test(strings),     cmocka_unit_test(init_errors),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
