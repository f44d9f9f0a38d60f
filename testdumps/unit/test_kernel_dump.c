/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel image in RAM with kallsyms tables of every encoding and BTF:
 * symbols, and from there the whole way to the facts.
 */
#include <errno.h>

#include "dump_image.h"

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
	size_t nr, i;

	(void)unused;
	setup_all(ABSOLUTE_PERCPU);
	assert_int_equal(pfs_kernel_discover(&ram.t, NULL, &arena, &f, &mem, l, 4, &nr, &err), 0);
	assert_int_equal(err.code, 0);
	assert_int_equal(nr, 2);
	assert_string_equal(f.release, "6.1.0-test");
	assert_string_equal(f.build_id, "abcdef0123456789");
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
