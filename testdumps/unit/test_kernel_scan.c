/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kallsyms tables and BTF that nobody names: kernel images in RAM, laid out as
 * scripts/kallsyms.c of several versions does, sound and damaged.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "btf_blob.h"

#include "facts/image.h"

#define STEXT	0x20000
#define BTF	0x1a0000
#include "kallsyms_image.h"

static struct pfs_mem mem;
static struct pfs_arena arena;
static struct pfs_image image;
static struct pfs_vmcoreinfo info;
static char text[512];

static void set_info(const char *s)
{
	struct pfs_err err;

	assert_int_equal(pfs_vmcoreinfo_parse(&arena, s, strlen(s), &info, &err), 0);
}

static void setup(bool nx)
{
	struct pfs_facts f;
	struct pfs_err err;

	ram_init(&ram, 4);
	ram_map(&ram, KERNEL, 21, P_W | PS | (nx ? NX : 0));
	ram_facts(&ram, &f);
	assert_int_equal(pfs_mem_init(&mem, &ram.t, pfs_arch_by_name("x86_64"), &f, &err), 0);
	pfs_arena_init(&arena);
	assert_int_equal(pfs_image_find(&mem, &arena, &image, &err), 0);
	sprintf(text, "SYMBOL(_stext)=%llx\nSYMBOL(init_uts_ns)=%llx\n",
		(unsigned long long)(KERNEL + STEXT),
		(unsigned long long)(KERNEL + STEXT + (NR - 2) * 16));
	set_info(text);
}

static void teardown(void)
{
	pfs_arena_deinit(&arena);
}

static void check_symbols(struct pfs_lookup *l)
{
	const char *name;
	uint64_t v, off;
	unsigned int i;

	assert_string_equal(l->from, "kallsyms (scan)");
	for (i = 0; i < NR; i++) {
		assert_int_equal(l->ops->symbol(l, names[i] + 1, &v), 0);
		assert_int_equal(v, addrs[i]);
	}
	assert_int_equal(l->ops->symbol_at(l, addrs[300] + 3, &name, &off), 0);
	assert_string_equal(name, names[300] + 1);
	assert_int_equal(off, 3);
}

static void found(enum order order, enum encoding e, unsigned int size, unsigned int to)
{
	struct pfs_lookup *l = NULL;
	struct pfs_err err = { 0 };

	layout(order, e, size, to);
	assert_int_equal(pfs_kallsyms_scan(&mem, &image, &info, 0, &l, &err), 0);
	check_symbols(l);
	l->ops->free(l);
}

static void layouts(void **unused)
{
	int nx;

	(void)unused;
	for (nx = 0; nx < 2; nx++) {
		setup(nx);
		/* To v4.20: everything in words of 64 bits. */
		found(BEFORE, ADDRESSES, 8, 8);
		found(BEFORE, ABSOLUTE_PERCPU, 8, 8);
		/* v5.0 to v6.1 */
		found(BEFORE, ABSOLUTE_PERCPU, 4, 8);
		found(BEFORE, UNSIGNED, 4, 8);
		found(BEFORE, ADDRESSES, 4, 8);
		/* v6.2, v6.3 */
		found(BEFORE_SEQS, ABSOLUTE_PERCPU, 4, 8);
		found(BEFORE_SEQS, UNSIGNED, 4, 8);
		/* From v6.4 on */
		found(BEHIND, ABSOLUTE_PERCPU, 4, 8);
		found(BEHIND, ADDRESSES, 4, 8);
		found(BEHIND, UNSIGNED, 4, 8);
		found(BEHIND, UNSIGNED, 4, 4);
		found(BEHIND, PLACE_RELATIVE, 4, 8);
		found(BEHIND, PLACE_RELATIVE, 4, 4);
		teardown();
	}
}

/* Without VMCOREINFO: the page tables know where the image begins. */
static void by_text(void **unused)
{
	struct pfs_lookup *l = NULL;
	struct pfs_err err = { 0 };

	(void)unused;
	setup(true);
	layout(BEFORE, ABSOLUTE_PERCPU, 4, 8);
	set_info("OSRELEASE=5.10\n");
	assert_int_equal(pfs_kallsyms_scan(&mem, &image, &info, 0, &l, &err), -EINVAL);
	assert_int_equal(pfs_kallsyms_scan(&mem, &image, &info, KERNEL, &l, &err), -EINVAL);
	assert_int_equal(pfs_kallsyms_scan(&mem, &image, &info, KERNEL + STEXT, &l, &err), 0);
	check_symbols(l);
	l->ops->free(l);
	teardown();
}

/* Everything else in the image may look a little like it. */
static void lookalikes(void **unused)
{
	struct pfs_lookup *l = NULL;
	struct pfs_err err = { 0 };
	int i;

	(void)unused;
	setup(true);
	layout(BEFORE, ABSOLUTE_PERCPU, 4, 8);
	for (i = 0; i < 63; i++)
		memcpy(ram.bytes + 0x30000 + i * 64,
		       "0\0001\0002\0003\0004\0005\0006\0007\0008\0009", 20);
	assert_int_equal(pfs_kallsyms_scan(&mem, &image, &info, 0, &l, &err), 0);
	check_symbols(l);
	l->ops->free(l);
	/* More of them than anybody means well. */
	memcpy(ram.bytes + 0x31000, ram.bytes + 0x30000, 64);
	assert_int_equal(pfs_kallsyms_scan(&mem, &image, &info, 0, &l, &err), -ENOENT);
	teardown();
}

static void refuse(int code, const char *part)
{
	struct pfs_lookup *l = NULL;
	struct pfs_err err = { 0 };

	memset(mem.table, 0, sizeof(mem.table));
	assert_int_equal(pfs_kallsyms_scan(&mem, &image, &info, 0, &l, &err), -code);
	assert_null(l);
	if (!strstr(err.msg, part))
		fail_msg("%s", err.msg);
	teardown();
}

static void sound(void)
{
	setup(true);
	layout(BEFORE, ABSOLUTE_PERCPU, 4, 8);
}

/* Take the first names of the last chunk out of it, in whole words of 8 bytes. */
static void two_counts(void)
{
	uint64_t chunk = at.names + ram.bytes[at.markers + 8] + ram.bytes[at.markers + 9] * 256u;
	uint64_t pa = chunk;
	unsigned int n = 0;

	do {
		pa += ram.bytes[pa] + 1u;
		n++;
	} while ((pa - chunk) % 8);
	put(at.names + (pa - chunk) - 8, NR - n, 8);
}

static void refused(void **unused)
{
	(void)unused;
	setup(true);
	refuse(ENOENT, "no kallsyms tables");
	sound();
	set_info("SYMBOL(_stext)=ffffffff81000000\n");
	refuse(EINVAL, "kallsyms found by scanning: kallsyms addresses: damaged");
	/* Of another kernel: one known symbol is elsewhere. */
	sound();
	strcpy(strstr(text, "init_uts_ns)=") + 13, "ffffffff80000000\n");
	set_info(text);
	refuse(EINVAL, "kallsyms addresses: damaged");
	sound();
	put(at.addresses + 350 * 4, 0xfff00000, 4);
	refuse(EINVAL, "kallsyms addresses: damaged");
	sound();
	put(at.base, KERNEL + STEXT + 16, 8);
	refuse(EINVAL, "kallsyms addresses: damaged");
	/* A count that the markers contradict. */
	sound();
	put(at.num, 0xffffffff, 4);
	refuse(ENOENT, "no kallsyms tables");
	sound();
	put(at.num, NR + 256, 4);
	refuse(ENOENT, "no kallsyms tables");
	sound();
	put(at.num, NR - 1, 4);
	refuse(ENOENT, "no kallsyms tables");
	sound();
	put(at.markers + 4, 0, 4);
	refuse(ENOENT, "no kallsyms tables");
	sound();
	put(at.markers + 8, 0xfffffff0, 4);
	refuse(ENOENT, "no kallsyms tables");
	/* Two numbers of symbols, each with a last chunk that ends at the markers. */
	sound();
	two_counts();
	refuse(ENOENT, "no kallsyms tables");
	/* A length in the first chunk: the names end elsewhere. */
	sound();
	put(at.names, ram.bytes[at.names] - 1u, 1);
	refuse(EINVAL, "kallsyms_names");
	sound();
	put(at.index + 100 * 2, 0, 2);
	refuse(ENOENT, "no kallsyms tables");
	sound();
	put(at.table + 3, 0x07, 1);
	refuse(EINVAL, "damaged");
	/* Pages that are not in the dump, one for each part. */
	sound();
	ram.presence[at.table / 4096] = PFS_EXCLUDED;
	refuse(ENOENT, "no kallsyms tables");
	sound();
	ram.presence[at.markers / 4096] = PFS_EXCLUDED;
	refuse(ENOENT, "no kallsyms tables");
	sound();
	ram.presence[at.names / 4096 + 1] = PFS_EXCLUDED;
	refuse(EINVAL, "not readable");
	setup(true);
	layout(BEFORE, ADDRESSES, 4, 8);
	ram.presence[at.addresses / 4096] = PFS_EXCLUDED;
	refuse(EINVAL, "kallsyms addresses");
}

/* Damage anywhere in the tables: refused, or survived. */
static void fuzzed(void **unused)
{
	int i, lived = 0;

	(void)unused;
	srand(1);
	setup(true);
	for (i = 0; i < 600; i++) {
		enum order order = (enum order)(i % 3);
		struct pfs_lookup *l = NULL;
		struct pfs_err err;
		uint64_t v;
		int n = rand() % 4 + 1;

		layout(order, order == BEHIND ? PLACE_RELATIVE : UNSIGNED, 4, 8);
		while (n--)
			ram.bytes[TABLES + (uint64_t)rand() % (at.end - TABLES)] =
				(unsigned char)rand();
		if (!pfs_kallsyms_scan(&mem, &image, &info, 0, &l, &err)) {
			(void)l->ops->symbol(l, "init_uts_ns", &v);
			l->ops->free(l);
			lived++;
		}
	}
	/* Damage to a name's letters goes unseen, most other does not. */
	assert_in_range(lived, 1, 599);
	teardown();
}

static void images(void **unused)
{
	struct pfs_image none;
	struct pfs_err err;
	struct pfs_walk w;

	(void)unused;
	setup(true);
	assert_int_equal(image.nr, 1);
	assert_int_equal(image.r[0].start, KERNEL);
	assert_int_equal(image.r[0].end, KERNEL + 0x200000);
	assert_false(image.r[0].exec);
	/* Text and data apart, a gap, and data again. */
	ram_map(&ram, KERNEL + 0x200000, 21, P_W | PS);
	ram_map(&ram, KERNEL + 0x600000, 12, P_W | NX);
	ram_map(&ram, KERNEL + 0x601000, 12, 0x1000 | P_W | NX);
	pfs_mem_forget(&mem);
	assert_int_equal(pfs_image_find(&mem, &arena, &image, &err), 0);
	assert_int_equal(image.nr, 3);
	assert_true(image.r[1].exec);
	assert_int_equal(image.r[1].start, image.r[0].end);
	assert_int_equal(image.r[2].start, KERNEL + 0x600000);
	assert_int_equal(image.r[2].end, KERNEL + 0x602000);
	/* A table that is its own child ends as any other. */
	pfs_walk_va(&mem, KERNEL, &w);
	put(w.step[2].entry_pa, (w.step[2].entry_pa & ~(uint64_t)4095) | P_W, 8);
	pfs_mem_forget(&mem);
	(void)pfs_image_find(&mem, &arena, &image, &err);
	/* Nothing is mapped. */
	put(RAM_ROOT + 511 * 8, 0, 8);
	pfs_mem_forget(&mem);
	assert_int_equal(pfs_image_find(&mem, &arena, &none, &err), -ENOENT);
	teardown();
}

/* A needle on the border of two windows, and one before a page that is missing. */
static int count(void *arg, uint64_t va)
{
	uint64_t *hits = arg;

	hits[++hits[0]] = va;
	return hits[0] == 4 ? 7 : 0;
}

static void searches(void **unused)
{
	uint64_t hits[8] = { 0 };

	(void)unused;
	setup(true);
	memcpy(ram.bytes + 0xffffc, "needle!!", 8);
	memcpy(ram.bytes + 0x1fff8, "needle!!", 8);
	memcpy(ram.bytes + 0x21000, "needle!!", 8);
	ram.presence[0x20] = PFS_EXCLUDED;
	assert_int_equal(pfs_image_search(&mem, &image, true, "needle!!", 8, count, hits), 0);
	assert_int_equal(hits[0], 0);
	assert_int_equal(pfs_image_search(&mem, &image, false, "needle!!", 8, count, hits), 0);
	assert_int_equal(hits[0], 3);
	assert_int_equal(hits[1], KERNEL + 0x1fff8);
	assert_int_equal(hits[2], KERNEL + 0x21000);
	assert_int_equal(hits[3], KERNEL + 0xffffc);
	memcpy(ram.bytes + 0x1ffff8, "needle!!", 8);
	hits[0] = 0;
	assert_int_equal(pfs_image_search(&mem, &image, false, "needle!!", 8, count, hits), 7);
	assert_int_equal(hits[4], KERNEL + 0x1ffff8);
	teardown();
}

static void btf(void **unused)
{
	struct pfs_lookup *l = NULL;
	struct pfs_err err;
	uint64_t v;
	size_t len;

	(void)unused;
	setup(true);
	assert_int_equal(pfs_btf_scan(&mem, &image, &l, &err), -ENOENT);
	len = blob_make(ram.bytes + BTF, 0x10000);
	/* A header whose strings are longer than memory, and one of nothing. */
	memcpy(ram.bytes + BTF - 0x1000, ram.bytes + BTF, 24);
	put(BTF - 0x1000 + 20, 0xffffffff, 4);
	memcpy(ram.bytes + BTF - 0x2000, ram.bytes + BTF, 24);
	put(BTF - 0x2000 + 12, 0, 8);
	put(BTF - 0x2000 + 20, 1, 4);
	assert_int_equal(pfs_btf_scan(&mem, &image, &l, &err), 0);
	assert_string_equal(l->from, "BTF (scan)");
	assert_int_equal(l->ops->type_size(l, "page", &v), 0);
	l->ops->free(l);
	/* Cut off. */
	ram.presence[(BTF + len - 1) / 4096] = PFS_EXCLUDED;
	assert_int_equal(pfs_btf_scan(&mem, &image, &l, &err), -ENOENT);
	teardown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images),  cmocka_unit_test(searches),	 cmocka_unit_test(layouts),
		cmocka_unit_test(by_text), cmocka_unit_test(lookalikes), cmocka_unit_test(refused),
		cmocka_unit_test(fuzzed),  cmocka_unit_test(btf),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
