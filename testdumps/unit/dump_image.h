/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel image in RAM with kallsyms tables of an encoding, room for BTF, and the
 * VMCOREINFO that names them. KASLR has moved it by `moved`.
 */
#ifndef PFS_TEST_DUMP_IMAGE_H
#define PFS_TEST_DUMP_IMAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "btf_blob.h"
#include "ram.h"

enum encoding { ADDRESSES, ABSOLUTE_PERCPU, UNSIGNED, PLACE_RELATIVE };

/* Places in the image. */
#define NUM_SYMS	0x10000
#define NAMES		0x10010
#define TOKEN_TABLE	0x14000
#define TOKEN_INDEX	0x15000
#define OFFSETS		0x16000
#define RELATIVE_BASE	0x17000
#define BTF		0x180000
#define STEXT		0x100000

#define LONG_NAME "_RNvMs_4_long_" \
	"0123456789012345678901234567890123456789012345678901234567890123456789" \
	"0123456789012345678901234567890123456789012345678901234567890123456789"

static struct {
	uint64_t addr;
	const char *name; /* with its type */
} symbols[] = {
	/* Per-CPU symbols have small, absolute addresses on x86 to v6.14. */
	{ 0x0, "A__per_cpu_start" },
	{ 0x1c000, "Acpu_number" },
	{ KERNEL + STEXT, "T_stext" },
	{ KERNEL + STEXT, "T_text_alias" },
	{ KERNEL + STEXT + 0x40, "tinit_once" },
	{ KERNEL + STEXT + 0x80, "t" LONG_NAME },
	{ KERNEL + STEXT + 0x1000, "Dinit_uts_ns" },
	{ KERNEL + STEXT + 0x2000, "dinit_once" },
	/* VMCOREINFO names the first one; whose file has the other is nobody's business. */
	{ KERNEL + STEXT + 0x2008, "dinit_uts_ns" },
	{ KERNEL + STEXT + 0x3000, "Rvmemmap_base" },
	{ KERNEL + STEXT + 0x4000, "Binit_top_pgt" },
	{ KERNEL + BTF, "r__start_BTF" },
	{ KERNEL + BTF, "r__stop_BTF" },
	{ KERNEL + 0x1ff000, "B_end" },
};
#define NR (sizeof(symbols) / sizeof(symbols[0]))

static struct ram ram;
static struct pfs_mem mem;
static struct pfs_arena arena;
static struct pfs_vmcoreinfo info;
static char text[2048];
static size_t names_len;
static uint64_t moved;

static void put(uint64_t pa, uint64_t v, int bytes)
{
	int i;

	for (i = 0; i < bytes; i++)
		ram.bytes[pa + (uint64_t)i] = (unsigned char)(v >> (8 * i));
}

/* Token 1 is "init_", token c is the character c, the others are empty. */
static void put_names(void)
{
	uint64_t at = NAMES, table = TOKEN_TABLE;
	size_t i;
	int c;

	for (c = 0; c < 256; c++) {
		const char one[2] = { c > 32 && c < 127 ? (char)c : '\0', '\0' };
		const char *s = c == 1 ? "init_" : one;

		put(TOKEN_INDEX + (uint64_t)c * 2, table - TOKEN_TABLE, 2);
		memcpy(ram.bytes + table, s, strlen(s) + 1);
		table += strlen(s) + 1;
	}
	for (i = 0; i < NR; i++) {
		unsigned char buf[512];
		const char *s = symbols[i].name;
		size_t n = 0;

		while (*s) {
			if (!strncmp(s, "init_", 5)) {
				buf[n++] = 1;
				s += 5;
			} else {
				buf[n++] = (unsigned char)*s++;
			}
		}
		if (n > 127) {
			ram.bytes[at++] = (unsigned char)(n | 0x80);
			ram.bytes[at++] = (unsigned char)(n >> 7);
		} else {
			ram.bytes[at++] = (unsigned char)n;
		}
		memcpy(ram.bytes + at, buf, n);
		at += n;
	}
	names_len = at - NAMES;
	put(NUM_SYMS, NR, 4);
}

static void put_addresses(enum encoding e, uint64_t base)
{
	size_t i;

	base += moved;
	put(RELATIVE_BASE, base, 8);
	for (i = 0; i < NR; i++) {
		uint64_t a = symbols[i].addr, at = OFFSETS + i * 4;

		a += a >> 63 ? moved : 0;
		switch (e) {
		case ADDRESSES:
			put(OFFSETS + i * 8, a, 8);
			break;
		case ABSOLUTE_PERCPU:
			put(at, a >> 63 ? base - 1 - a : a, 4);
			break;
		case UNSIGNED:
			put(at, a - base, 4);
			break;
		case PLACE_RELATIVE:
			put(at, a - (KERNEL + moved + at), 4);
			break;
		}
	}
}

static size_t vmcoreinfo(enum encoding e)
{
	int n = snprintf(text, sizeof(text),
			 "OSRELEASE=6.1.0-test\nBUILD-ID=ABCDEF0123456789\nPAGESIZE=4096\n"
			 "SYMBOL(_stext)=%llx\nSYMBOL(init_uts_ns)=%llx\n"
			 "SYMBOL(swapper_pg_dir)=%llx\nNUMBER(phys_base)=-%llu\n"
			 "SYMBOL(mem_section)=ffff88803fff0000\nLENGTH(mem_section)=2048\n"
			 "KERNELOFFSET=%llx\nNUMBER(pgtable_l5_enabled)=0\nSIZE(page)=64\n"
			 "SYMBOL(kallsyms_names)=%llx\nSYMBOL(kallsyms_num_syms)=%llx\n"
			 "SYMBOL(kallsyms_token_table)=%llx\nSYMBOL(kallsyms_token_index)=%llx\n",
			 (unsigned long long)(KERNEL + moved + STEXT),
			 (unsigned long long)(KERNEL + moved + STEXT + 0x1000),
			 (unsigned long long)(KERNEL + moved + RAM_ROOT), (unsigned long long)moved,
			 (unsigned long long)moved, (unsigned long long)(KERNEL + moved + NAMES),
			 (unsigned long long)(KERNEL + moved + NUM_SYMS),
			 (unsigned long long)(KERNEL + moved + TOKEN_TABLE),
			 (unsigned long long)(KERNEL + moved + TOKEN_INDEX));

	n += snprintf(text + n, sizeof(text) - (size_t)n, "SYMBOL(kallsyms_%s)=%llx\n",
		      e == ADDRESSES ? "addresses" : "offsets",
		      (unsigned long long)(KERNEL + moved + OFFSETS));
	if (e == ABSOLUTE_PERCPU || e == UNSIGNED)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "SYMBOL(kallsyms_relative_base)=%llx\n",
			      (unsigned long long)(KERNEL + moved + RELATIVE_BASE));
	return (size_t)n;
}

/* An image with symbols in encoding e; per-CPU symbols move where it cannot say 0. */
static void setup(enum encoding e)
{
	struct pfs_facts f;
	struct pfs_err err;
	bool absolute = e == ADDRESSES || e == ABSOLUTE_PERCPU;

	symbols[0].addr = absolute ? 0 : KERNEL + 0x80000;
	symbols[1].addr = absolute ? 0x1c000 : KERNEL + 0x9c000;
	ram_init(&ram, 4);
	ram_map(&ram, KERNEL + moved, 21, P_W | PS);
	ram_facts(&ram, &f);
	assert_int_equal(pfs_mem_init(&mem, &ram.t, pfs_arch_by_name("x86_64"), &f, &err), 0);
	put_names();
	put_addresses(e, KERNEL + (absolute ? STEXT : 0x80000));
	pfs_arena_init(&arena);
	assert_int_equal(pfs_vmcoreinfo_parse(&arena, text, vmcoreinfo(e), &info, &err), 0);
}

/* The same, with BTF, as pfs_kernel_discover() finds it. */
static void setup_all(enum encoding e)
{
	size_t len;

	setup(e);
	len = blob_make(ram.bytes + BTF, 0x10000);
	assert_true(len > 0);
	symbols[12].addr = KERNEL + BTF + len;
	put_addresses(e, KERNEL + (e == UNSIGNED ? 0x80000 : STEXT));
	symbols[12].addr = KERNEL + BTF;
	ram.t.info.vmcoreinfo = text;
	ram.t.info.vmcoreinfo_len = vmcoreinfo(e);
}

#endif
