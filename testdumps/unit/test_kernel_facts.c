/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMCOREINFO's syntax, which source wins for which fact, and what the tables fill in. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "facts/kernel.h"

static struct pfs_arena arena;

static int setup(void **unused)
{
	(void)unused;
	pfs_arena_init(&arena);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	pfs_arena_deinit(&arena);
	return 0;
}

static struct pfs_vmcoreinfo parse(const char *text, size_t len)
{
	struct pfs_vmcoreinfo v;
	struct pfs_err err;

	assert_int_equal(pfs_vmcoreinfo_parse(&arena, text, len, &v, &err), 0);
	return v;
}

#define PARSE(text) parse(text, sizeof(text) - 1)

static void syntax(void **unused)
{
	struct pfs_vmcoreinfo v = PARSE("OSRELEASE=5.10.0\nPAGESIZE=4096\n"
					"NUMBER(phys_base)=-1048576\n"
					"NUMBER(VMALLOC_START)=0xff60000000000000\n"
					"SYMBOL(_stext)=ffffffff81000000\nKERNELOFFSET=1ac00000\n"
					"SIZE(page)=64\nSIZE(page)=56\nCRASHTIME=\nX=a=b\n");
	uint64_t n;

	(void)unused;
	assert_string_equal(pfs_vmcoreinfo_get(&v, "OSRELEASE"), "5.10.0");
	assert_string_equal(pfs_vmcoreinfo_get(&v, "CRASHTIME"), "");
	assert_string_equal(pfs_vmcoreinfo_get(&v, "X"), "a=b");
	assert_null(pfs_vmcoreinfo_get(&v, "OSREL"));
	assert_int_equal(pfs_vmcoreinfo_number(&v, "PAGESIZE", &n), 0);
	assert_int_equal(n, 4096);
	assert_int_equal(pfs_vmcoreinfo_number(&v, "NUMBER(phys_base)", &n), 0);
	assert_int_equal(n, (uint64_t)-1048576);
	assert_int_equal(pfs_vmcoreinfo_number(&v, "NUMBER(VMALLOC_START)", &n), 0);
	assert_int_equal(n, UINT64_C(0xff60000000000000));
	assert_int_equal(pfs_vmcoreinfo_number(&v, "SYMBOL(_stext)", &n), 0);
	assert_int_equal(n, UINT64_C(0xffffffff81000000));
	assert_int_equal(pfs_vmcoreinfo_number(&v, "KERNELOFFSET", &n), 0);
	assert_int_equal(n, 0x1ac00000);
	/* The last of two equal keys: the distilled dump appends. */
	assert_int_equal(pfs_vmcoreinfo_number(&v, "SIZE(page)", &n), 0);
	assert_int_equal(n, 56);
	assert_int_equal(v.nr, 9);
	assert_int_equal(pfs_vmcoreinfo_number(&v, "SIZE(zone)", &n), -ENOENT);
	assert_int_equal(pfs_vmcoreinfo_number(&v, "CRASHTIME", &n), -EINVAL);
	assert_int_equal(pfs_vmcoreinfo_number(&v, "X", &n), -EINVAL);
}

static void bad_numbers(void **unused)
{
	static const char *const bad[] = {
		"",
		"-",
		"0x",
		"-0x",
		" 1",
		"1 ",
		"+1",
		"1a",
		"0xg",
		"--1",
		"18446744073709551616",
		"-9223372036854775809",
		"0x10000000000000000",
		"1e3",
	};
	struct pfs_vmcoreinfo v;
	uint64_t n;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[64] = "NUMBER(x)=";

		strcat(text, bad[i]);
		v = parse(text, strlen(text));
		assert_int_equal(pfs_vmcoreinfo_number(&v, "NUMBER(x)", &n), -EINVAL);
	}
	v = PARSE("NUMBER(x)=-9223372036854775808\nSYMBOL(y)=-1\nSYMBOL(z)=10");
	assert_int_equal(pfs_vmcoreinfo_number(&v, "NUMBER(x)", &n), 0);
	assert_true(n == UINT64_C(1) << 63);
	assert_int_equal(pfs_vmcoreinfo_number(&v, "SYMBOL(y)", &n), -EINVAL);
	assert_int_equal(pfs_vmcoreinfo_number(&v, "SYMBOL(z)", &n), 0);
	assert_int_equal(n, 16);
}

static void hostile_text(void **unused)
{
	struct pfs_vmcoreinfo v;
	struct pfs_err err;
	char *big, buf[256];
	int i, j;

	(void)unused;
	v = PARSE("");
	assert_int_equal(v.nr, 0);
	v = parse(NULL, 0);
	assert_int_equal(v.nr, 0);
	v = PARSE("\n\n=\n=x\nnothing\nA\tB=1\nC=\x1b[31m\nD=\xff\nE=5\0F=6\0\0\0");
	assert_int_equal(v.nr, 2);
	assert_string_equal(pfs_vmcoreinfo_get(&v, "E"), "5");
	assert_string_equal(pfs_vmcoreinfo_get(&v, "F"), "6");
	big = calloc(1, (1 << 20) + 1);
	assert_int_equal(pfs_vmcoreinfo_parse(&arena, big, (1 << 20) + 1, &v, &err), -EINVAL);
	memset(big, '\n', 1 << 20);
	assert_int_equal(pfs_vmcoreinfo_parse(&arena, big, 1 << 20, &v, &err), 0);
	assert_int_equal(v.nr, 0);
	free(big);
	srand(1);
	for (i = 0; i < 2000; i++) {
		static const char alphabet[] = "A=\n\0x0(";
		size_t n = (size_t)rand() % sizeof(buf);

		for (j = 0; j < (int)n; j++)
			buf[j] = alphabet[(size_t)rand() % sizeof(alphabet)];
		v = parse(buf, n);
		assert_null(pfs_vmcoreinfo_get(&v, ""));
	}
}

/* A look-up made of tables. */
struct fake {
	struct pfs_lookup l;
	const char *symbols[8];	    /* at 0x1000, 0x2000, ... */
	const char *members[8];	    /* "type.member": offset 1, 2, ...; 8 bytes */
	uint64_t lengths[8];	    /* of those that are arrays */
	const char *enumerators[8]; /* 0, 1, ... */
};

static int fake_find(const char *const *names, const char *name)
{
	int i;

	for (i = 0; i < 8; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	return -1;
}

static int fake_symbol(struct pfs_lookup *l, const char *name, uint64_t *ret)
{
	int i = fake_find(((struct fake *)l)->symbols, name);

	if (i < 0)
		return -ENOENT;
	*ret = (uint64_t)(i + 1) * 0x1000;
	return 0;
}

static int fake_member(struct pfs_lookup *l, const char *type, const char *member,
		       struct pfs_member *ret)
{
	char name[64];
	int i;

	strcpy(name, type);
	strcat(name, ".");
	strcat(name, member);
	i = fake_find(((struct fake *)l)->members, name);
	if (i < 0)
		return -ENOENT;
	*ret = (struct pfs_member){ (uint64_t)i + 1, 8, ((struct fake *)l)->lengths[i] };
	return 0;
}

static int fake_enumerator(struct pfs_lookup *l, const char *name, int64_t *ret)
{
	int i = fake_find(((struct fake *)l)->enumerators, name);

	if (i < 0)
		return -ENOENT;
	*ret = i;
	return 0;
}

static const struct pfs_lookup_ops fake_ops = {
	.symbol = fake_symbol,
	.member = fake_member,
	.enumerator = fake_enumerator,
};

static void resolve(struct pfs_facts *f, struct fake *a, struct fake *b, const char *text)
{
	struct pfs_lookup *l[2] = { a ? &a->l : NULL, b ? &b->l : NULL };
	struct pfs_vmcoreinfo v = parse(text, strlen(text));
	struct pfs_err err;

	if (a) {
		a->l.ops = &fake_ops;
		a->l.from = "first";
	}
	if (b) {
		b->l.ops = &fake_ops;
		b->l.from = "second";
	}
	assert_int_equal(pfs_facts_resolve(f, &arena, l, (a != NULL) + (b != NULL), &v,
					   pfs_arch_by_name("x86_64"), &err),
			 0);
}

static void check(const struct pfs_facts *f, enum pfs_fact_id id, uint64_t value, const char *from)
{
	assert_true(pfs_have(f, id));
	assert_int_equal(pfs_val(f, id), value);
	assert_string_equal(f->f[id].from, from);
}

static void precedence(void **unused)
{
	struct fake a = { .members = { "page.flags", "page.lru" }, .symbols = { "mem_section" } };
	struct fake b = { .members = { "page.lru", "page.flags", "page.index" },
			  .symbols = { "max_pfn", "_stext" } };
	struct pfs_facts f;

	(void)unused;
	resolve(&f, &a, &b,
		"OFFSET(page.flags)=77\nOFFSET(page.private)=40\n"
		"SYMBOL(mem_section)=ff10\nLENGTH(node_data)=64\nSYMBOL(_stext)=abc\n"
		"NUMBER(phys_base)=16777216\nKERNELOFFSET=c0ffee\nPAGESIZE=4096\n"
		"SIZE(page)=junk\nBUILD-ID=xyz\n");
	check(&f, PFS_F_PG_FLAGS, 1, "first");
	check(&f, PFS_F_PG_LRU, 2, "first");
	check(&f, PFS_F_PG_INDEX, 3, "second");
	check(&f, PFS_F_PG_PRIVATE, 40, "VMCOREINFO");
	check(&f, PFS_F_MEM_SECTION, 0xff10, "VMCOREINFO");
	check(&f, PFS_F_STEXT, 0xabc, "VMCOREINFO");
	check(&f, PFS_F_MAX_PFN, 0x1000, "second");
	check(&f, PFS_F_NR_NODES_MAX, 64, "VMCOREINFO");
	check(&f, (enum pfs_fact_id)pfs_facts_find(&f, "NUMBER(phys_base)"), 16777216,
	      "VMCOREINFO");
	check(&f, PFS_F_KERNELOFFSET, 0xc0ffee, "VMCOREINFO");
	check(&f, PFS_F_PAGESIZE, 4096, "VMCOREINFO");
	/* Not a number: absent, and not zero. A build-id that is none: unknown. */
	assert_false(pfs_have(&f, PFS_F_SZ_PAGE));
	assert_string_equal(f.build_id, "");
	assert_string_equal(f.release, "");
	/* The variable's address where VMCOREINFO has no value. */
	resolve(&f, &a, &b, "");
	check(&f, PFS_F_MEM_SECTION, 0x1000, "first");
	assert_false(pfs_have(&f, PFS_F_KERNELOFFSET));
}

static void table(void **unused)
{
	struct pfs_facts f;

	(void)unused;
	resolve(&f, NULL, NULL, "");
	check(&f, PFS_F_SECTION_SIZE_BITS, 27, "table x86_64");
	check(&f, PFS_F_MAX_PHYSMEM_BITS, 46, "table x86_64");
	resolve(&f, NULL, NULL, "NUMBER(pgtable_l5_enabled)=1\n");
	check(&f, PFS_F_MAX_PHYSMEM_BITS, 52, "table x86_64");
	resolve(&f, NULL, NULL, "NUMBER(MAX_PHYSMEM_BITS)=44\nNUMBER(SECTION_SIZE_BITS)=30\n");
	check(&f, PFS_F_MAX_PHYSMEM_BITS, 44, "VMCOREINFO");
	check(&f, PFS_F_SECTION_SIZE_BITS, 30, "VMCOREINFO");
}

static void section_flags(void **unused)
{
	struct fake v44 = { .members = { "mem_section.section_mem_map" } };
	struct fake v419 = { .symbols = { "__highest_present_section_nr" } };
	struct fake v510 = { .members = { "mem_section.usage" } };
	struct fake v515 = { .members = { "mem_section.usage" },
			     .symbols = { "pfn_to_online_page" } };
	struct fake v60 = { .members = { "mem_section.usage" },
			    .symbols = { "pfn_to_online_page" },
			    .enumerators = { "SECTION_MARKED_PRESENT_BIT",
					     "SECTION_HAS_MEM_MAP_BIT", "SECTION_IS_ONLINE_BIT",
					     "SECTION_IS_EARLY_BIT", "SECTION_MAP_LAST_BIT" } };
	struct pfs_facts f;

	(void)unused;
	/* Nothing known but VMCOREINFO: only what was always so. */
	resolve(&f, NULL, NULL, "");
	check(&f, PFS_F_BIT_HAS_MEM_MAP, 1, "table x86_64");
	assert_false(pfs_have(&f, PFS_F_BIT_ONLINE));
	assert_false(pfs_have(&f, PFS_F_BIT_LAST));

	resolve(&f, &v44, NULL, "");
	assert_false(pfs_have(&f, PFS_F_BIT_ONLINE));
	check(&f, PFS_F_BIT_LAST, 2, "table x86_64");

	resolve(&f, &v419, NULL, "");
	check(&f, PFS_F_BIT_ONLINE, 2, "table x86_64");
	assert_false(pfs_have(&f, PFS_F_BIT_EARLY));
	check(&f, PFS_F_BIT_LAST, 3, "table x86_64");

	resolve(&f, &v510, NULL, "");
	check(&f, PFS_F_BIT_EARLY, 3, "table x86_64");
	assert_false(pfs_have(&f, PFS_F_BIT_TAINT));
	check(&f, PFS_F_BIT_LAST, 4, "table x86_64");

	resolve(&f, &v515, NULL, "");
	check(&f, PFS_F_BIT_TAINT, 4, "table x86_64");
	check(&f, PFS_F_BIT_LAST, 5, "table x86_64");

	/* Enumerators: without ZONE_DEVICE there is no taint bit, and none is made up. */
	resolve(&f, &v60, NULL, "");
	check(&f, PFS_F_BIT_EARLY, 3, "first");
	check(&f, PFS_F_BIT_LAST, 4, "first");
	assert_false(pfs_have(&f, PFS_F_BIT_TAINT));

	/* A distilled dump brings what was resolved. */
	resolve(&f, NULL, NULL,
		"NUMBER(SECTION_MARKED_PRESENT_BIT)=0\n"
		"NUMBER(SECTION_IS_ONLINE_BIT)=2\nOFFSET(mem_section.usage)=8\n");
	check(&f, PFS_F_BIT_ONLINE, 2, "VMCOREINFO");
	assert_false(pfs_have(&f, PFS_F_BIT_EARLY));
}

static void stack_size(void **unused)
{
	struct fake one = { .symbols = { "__start_init_task", NULL, NULL, NULL,
					 "__end_init_task" } };
	struct fake two = { .symbols = { "__start_init_stack", "__end_init_stack" } };
	struct fake odd = { .symbols = { "__start_init_task", "x", "y", "__end_init_task" } };
	struct pfs_facts f;

	(void)unused;
	resolve(&f, &one, NULL, "");
	check(&f, PFS_F_THREAD_SIZE, 0x4000, "first");
	resolve(&f, &two, NULL, "");
	check(&f, PFS_F_THREAD_SIZE, 0x1000, "first");
	resolve(&f, &odd, NULL, "");
	assert_false(pfs_have(&f, PFS_F_THREAD_SIZE));
	resolve(&f, &two, NULL, "SIZE(thread_union)=32768\n");
	check(&f, PFS_F_THREAD_SIZE, 32768, "VMCOREINFO");
}

/* On arm64, VMCOREINFO has no LENGTH(node_data): types tell it. */
static void node_length(void **unused)
{
	struct fake cache = { .members = { "kmem_cache.node", "zonelist._zonerefs" },
			      .lengths = { 64, 81 } };
	struct fake zones = { .members = { "zonelist._zonerefs" },
			      .lengths = { 81 },
			      .enumerators = { "a", "b", "c", "d", "e", "__MAX_NR_ZONES" } };
	struct fake odd = { .members = { "zonelist._zonerefs" },
			    .lengths = { 80 },
			    .enumerators = { "a", "b", "c", "d", "e", "__MAX_NR_ZONES" } };
	struct pfs_facts f;

	(void)unused;
	resolve(&f, &cache, &zones, "");
	check(&f, PFS_F_NR_NODES_MAX, 64, "first");
	/* 16 nodes of 5 zones, and the end mark. */
	resolve(&f, &zones, NULL, "");
	check(&f, PFS_F_NR_NODES_MAX, 16, "first");
	resolve(&f, &zones, NULL, "LENGTH(node_data)=4\n");
	check(&f, PFS_F_NR_NODES_MAX, 4, "VMCOREINFO");
	/* What is no whole number of nodes, or of unknown zones, is not guessed at. */
	resolve(&f, &odd, NULL, "");
	assert_false(pfs_have(&f, PFS_F_NR_NODES_MAX));
	zones.enumerators[5] = NULL;
	resolve(&f, &zones, NULL, "");
	assert_false(pfs_have(&f, PFS_F_NR_NODES_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(syntax, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_text, setup, teardown),
		cmocka_unit_test_setup_teardown(precedence, setup, teardown),
		cmocka_unit_test_setup_teardown(table, setup, teardown),
		cmocka_unit_test_setup_teardown(section_flags, setup, teardown),
		cmocka_unit_test_setup_teardown(stack_size, setup, teardown),
		cmocka_unit_test_setup_teardown(node_length, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
