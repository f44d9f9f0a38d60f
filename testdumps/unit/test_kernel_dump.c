/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel image in RAM with kallsyms tables of every encoding and BTF:
 * symbols, and from there the whole way to the facts.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
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

	put(RELATIVE_BASE, base, 8);
	for (i = 0; i < NR; i++) {
		uint64_t a = symbols[i].addr, at = OFFSETS + i * 4;

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
			put(at, a - (KERNEL + at), 4);
			break;
		}
	}
}

static size_t vmcoreinfo(enum encoding e)
{
	int n = snprintf(text, sizeof(text),
			 "OSRELEASE=6.1.0-test\nBUILD-ID=ABCDEF01\nPAGESIZE=4096\n"
			 "SYMBOL(_stext)=%llx\nSYMBOL(init_uts_ns)=%llx\n"
			 "SYMBOL(swapper_pg_dir)=%llx\nNUMBER(phys_base)=0\n"
			 "SYMBOL(mem_section)=ffff88803fff0000\nLENGTH(mem_section)=2048\n"
			 "KERNELOFFSET=0\nNUMBER(pgtable_l5_enabled)=0\nSIZE(page)=64\n"
			 "SYMBOL(kallsyms_names)=%llx\nSYMBOL(kallsyms_num_syms)=%llx\n"
			 "SYMBOL(kallsyms_token_table)=%llx\nSYMBOL(kallsyms_token_index)=%llx\n",
			 (unsigned long long)(KERNEL + STEXT),
			 (unsigned long long)(KERNEL + STEXT + 0x1000),
			 (unsigned long long)(KERNEL + RAM_ROOT),
			 (unsigned long long)(KERNEL + NAMES),
			 (unsigned long long)(KERNEL + NUM_SYMS),
			 (unsigned long long)(KERNEL + TOKEN_TABLE),
			 (unsigned long long)(KERNEL + TOKEN_INDEX));

	n += snprintf(text + n, sizeof(text) - (size_t)n, "SYMBOL(kallsyms_%s)=%llx\n",
		      e == ADDRESSES ? "addresses" : "offsets",
		      (unsigned long long)(KERNEL + OFFSETS));
	if (e == ABSOLUTE_PERCPU || e == UNSIGNED)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "SYMBOL(kallsyms_relative_base)=%llx\n",
			      (unsigned long long)(KERNEL + RELATIVE_BASE));
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
	ram_facts(&ram, &f);
	assert_int_equal(pfs_mem_init(&mem, &ram.t, pfs_arch_by_name("x86_64"), &f, &err), 0);
	put_names();
	put_addresses(e, KERNEL + (absolute ? STEXT : 0x80000));
	pfs_arena_init(&arena);
	assert_int_equal(pfs_vmcoreinfo_parse(&arena, text, vmcoreinfo(e), &info, &err), 0);
}

static void teardown(void)
{
	pfs_arena_deinit(&arena);
}

static void check_encoding(enum encoding e)
{
	struct pfs_lookup *l;
	struct pfs_err err;
	const char *name;
	uint64_t v, off;
	size_t i, j;

	setup(e);
	assert_int_equal(pfs_kallsyms_open(&mem, &info, &l, &err), 0);
	assert_string_equal(l->from, "kallsyms");
	for (i = 0; i < NR; i++) {
		assert_int_equal(l->ops->symbol(l, symbols[i].name + 1, &v), 0);
		/* Of two of a name the first one counts. */
		for (j = 0; strcmp(symbols[j].name + 1, symbols[i].name + 1);)
			j++;
		assert_int_equal(v, symbols[j].addr);
	}
	assert_int_equal(l->ops->symbol(l, "T_stext", &v), -ENOENT);
	assert_int_equal(l->ops->symbol(l, "", &v), -ENOENT);
	assert_int_equal(l->ops->symbol_at(l, KERNEL + STEXT + 0x3f, &name, &off), 0);
	assert_string_equal(name, "_stext");
	assert_int_equal(off, 0x3f);
	assert_int_equal(l->ops->symbol_at(l, KERNEL + STEXT + 0x80, &name, &off), 0);
	assert_string_equal(name, LONG_NAME);
	assert_int_equal(l->ops->symbol_at(l, 0x1c000, &name, &off), -ENOENT);
	assert_int_equal(l->ops->symbol_at(l, KERNEL + 0x1ff000, &name, &off), -ENOENT);
	assert_int_equal(l->ops->symbol_at(l, KERNEL + 0x1fefff, &name, &off), 0);
	assert_string_equal(name, "__start_BTF");
	l->ops->free(l);
	teardown();
}

static void encodings(void **unused)
{
	(void)unused;
	check_encoding(ADDRESSES);
	check_encoding(ABSOLUTE_PERCPU);
	check_encoding(UNSIGNED);
	check_encoding(PLACE_RELATIVE);
}

static void expect(int code, const char *part)
{
	struct pfs_lookup *l = NULL;
	struct pfs_err err;

	memset(mem.table, 0, sizeof(mem.table));
	assert_int_equal(pfs_kallsyms_open(&mem, &info, &l, &err), -code);
	assert_non_null(strstr(err.msg, part));
	teardown();
}

static void refused(void **unused)
{
	struct pfs_err err;

	(void)unused;
	/* No tables named, as before v6.0. */
	setup(UNSIGNED);
	assert_int_equal(pfs_vmcoreinfo_parse(&arena, "A=1\n", 4, &info, &err), 0);
	expect(ENOENT, "v6.0");
	/* Another place for _stext than VMCOREINFO's: no encoding fits. */
	setup(UNSIGNED);
	put(RELATIVE_BASE, KERNEL + 0x81000, 8);
	expect(EINVAL, "encoding");
	/* One address out of order. */
	setup(ABSOLUTE_PERCPU);
	put(OFFSETS + 8 * 4, 0xffffffff, 4);
	expect(EINVAL, "encoding");
	setup(UNSIGNED);
	put(NUM_SYMS, 0, 4);
	expect(EINVAL, "absurd");
	setup(UNSIGNED);
	put(NUM_SYMS, 0xffffffff, 4);
	expect(EINVAL, "absurd");
	/* More symbols than names: what follows are zeroes, and no name is empty. */
	setup(UNSIGNED);
	put(NUM_SYMS, NR + 1, 4);
	expect(EINVAL, "symbol 14 of 15 is damaged");
	setup(UNSIGNED);
	put(NAMES, 0xff, 1);
	expect(EINVAL, "symbol 0 of 14 is damaged");
	setup(UNSIGNED);
	put(TOKEN_TABLE + 5, 0x07, 1);
	expect(EINVAL, "damaged");
	setup(UNSIGNED);
	put(TOKEN_INDEX, 0xffff, 2);
	expect(EINVAL, "damaged");
	setup(UNSIGNED);
	ram.presence[OFFSETS / 4096] = PFS_EXCLUDED;
	expect(ENODATA, "kallsyms addresses: 56 bytes at 0xffffffff80016000: excluded");
	setup(UNSIGNED);
	ram.presence[NAMES / 4096] = PFS_EXCLUDED;
	expect(ENODATA, "kallsyms_num_syms");
	setup(UNSIGNED);
	ram.presence[TOKEN_TABLE / 4096] = PFS_EXCLUDED;
	expect(EINVAL, "token 0 is damaged");
}

/* Damage anywhere in the tables: refused or survived. */
static void fuzzed(void **unused)
{
	const char *name;
	uint64_t v;
	int i;

	(void)unused;
	srand(1);
	for (i = 0; i < 3000; i++) {
		static const struct {
			uint64_t at, len;
		} areas[] = {
			{ NUM_SYMS, 1 },      { NAMES, 400 },	   { TOKEN_TABLE, 300 },
			{ TOKEN_INDEX, 512 }, { OFFSETS, NR * 4 }, { RELATIVE_BASE, 8 },
		};
		struct pfs_lookup *l;
		struct pfs_err err;
		int n = rand() % 4 + 1;

		setup(i & 1 ? UNSIGNED : PLACE_RELATIVE);
		while (n--) {
			size_t k = (size_t)rand() % (sizeof(areas) / sizeof(areas[0]));

			ram.bytes[areas[k].at + (uint64_t)rand() % areas[k].len] =
				(unsigned char)rand();
		}
		if (!pfs_kallsyms_open(&mem, &info, &l, &err)) {
			(void)l->ops->symbol(l, "vmemmap_base", &v);
			(void)l->ops->symbol_at(l, KERNEL + STEXT + 0x3001, &name, &v);
			l->ops->free(l);
		}
		teardown();
	}
}

static void discover(void **unused)
{
	struct pfs_lookup *l[4];
	struct pfs_facts f;
	struct pfs_err err;
	size_t nr, len, i;

	(void)unused;
	setup(ABSOLUTE_PERCPU);
	len = blob_make(ram.bytes + BTF, 0x10000);
	assert_true(len > 0);
	symbols[12].addr = KERNEL + BTF + len;
	put_addresses(ABSOLUTE_PERCPU, KERNEL + STEXT);
	symbols[12].addr = KERNEL + BTF;
	ram.t.info.vmcoreinfo = text;
	ram.t.info.vmcoreinfo_len = vmcoreinfo(ABSOLUTE_PERCPU);
	assert_int_equal(pfs_kernel_discover(&ram.t, NULL, &arena, &f, &mem, l, 4, &nr, &err), 0);
	assert_int_equal(err.code, 0);
	assert_int_equal(nr, 2);
	assert_string_equal(f.release, "6.1.0-test");
	assert_string_equal(f.build_id, "abcdef01");
	assert_int_equal(machine_fact(&f, "SYMBOL(vmemmap_base)")->value, KERNEL + STEXT + 0x3000);
	assert_string_equal(machine_fact(&f, "SYMBOL(vmemmap_base)")->from, "kallsyms");
	assert_string_equal(f.f[PFS_F_STEXT].from, "VMCOREINFO");
	assert_string_equal(f.f[PFS_F_SZ_PAGE].from, "BTF");
	assert_int_equal(pfs_val(&f, PFS_F_PG_COMPOUND_HEAD), 8);
	assert_string_equal(f.f[PFS_F_FLAG_RESERVED].from, "BTF");
	assert_int_equal(pfs_val(&f, PFS_F_BIT_LAST), 6);
	assert_false(pfs_have(&f, PFS_F_BIT_ONLINE));
	assert_int_equal(pfs_val(&f, PFS_F_THREAD_SIZE), 16384);
	for (i = 0; i < nr; i++)
		l[i]->ops->free(l[i]);

	/* Without BTF in the image: facts stay partial, and err says why. */
	put(BTF, 0, 8);
	assert_int_equal(pfs_kernel_discover(&ram.t, NULL, &arena, &f, &mem, l, 4, &nr, &err), 0);
	assert_int_equal(nr, 1);
	assert_int_equal(err.code, EINVAL);
	assert_non_null(strstr(err.msg, "no types from the dump: no BTF header"));
	assert_string_equal(f.f[PFS_F_SZ_PAGE].from, "VMCOREINFO");
	l[0]->ops->free(l[0]);

	ram.t.info.arch = "alpha";
	assert_int_equal(pfs_kernel_discover(&ram.t, NULL, &arena, &f, &mem, l, 4, &nr, &err),
			 -EINVAL);
	ram.t.info.arch = "x86_64";
	assert_int_equal(pfs_kernel_discover(
				 &ram.t, &(struct pfs_hints){ .vmlinux = "/nonexistent/vmlinux" },
				 &arena, &f, &mem, l, 4, &nr, &err),
			 -ENOENT);
	assert_int_equal(nr, 0);
	ram.t.info.vmcoreinfo = NULL;
	assert_int_equal(pfs_kernel_discover(&ram.t, NULL, &arena, &f, &mem, l, 4, &nr, &err),
			 -EINVAL);
	assert_non_null(strstr(err.msg, "no VMCOREINFO"));
	teardown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodings),
		cmocka_unit_test(refused),
		cmocka_unit_test(fuzzed),
		cmocka_unit_test(discover),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
