/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO of a dump that brings none: by a CPU's page tables, among the pages
 * of memory, and made up of symbols. The kernel image is KERNEL to KERNEL + 2 MiB.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define STEXT	0
#include "kallsyms_image.h"

#include "facts/image.h"

/* Symbols lie 16 bytes apart: these are where their numbers put them. */
#define TOP_NR		(RAM_ROOT / 16)
#define BANNER_NR	600
#define NOTE_NR		(NR - 3)
#define UTS		((NR - 2) * 16)
#define NOTE		0x180000
#define PAGE		RAM_FREE

static struct pfs_arena arena;
static struct pfs_found_vmcoreinfo found;
static unsigned char qemu[2][440];
static struct pfs_qemu_note cpus[2] = { { qemu[0], 440 }, { qemu[1], 440 } };
static struct pfs_err err;
static char text[512];

static enum pfs_presence presence(struct pfs_target *t, uint64_t pa, uint64_t *ret_end)
{
	struct ram *r = (struct ram *)t;

	*ret_end = pa >= RAM_SIZE ? UINT64_MAX : (pa | 4095) + 1;
	return pa >= RAM_SIZE ? PFS_ABSENT : (enum pfs_presence)r->presence[pa / 4096];
}

static void put_qemu(unsigned int cpu, uint64_t cr3, bool l5)
{
	unsigned char *q = qemu[cpu];
	int i;

	memset(q, 0, 440);
	q[0] = 1;
	q[392 + 3] = 0x80;
	for (i = 0; i < 8; i++)
		q[416 + i] = (unsigned char)(cr3 >> 8 * i);
	q[424 + 1] = l5 ? 0x10 : 0;
}

static const char *info(const char *release, uint64_t stext)
{
	snprintf(text, sizeof(text),
		 "OSRELEASE=%s\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=%llx\n"
		 "SYMBOL(_stext)=%llx\nSYMBOL(swapper_pg_dir)=%llx\nNUMBER(phys_base)=0\n"
		 "NUMBER(pgtable_l5_enabled)=%d\n",
		 release, (unsigned long long)(KERNEL + UTS), (unsigned long long)stext,
		 (unsigned long long)(KERNEL + RAM_ROOT), ram.levels == 5);
	return text;
}

static void put_text(uint64_t pa, const char *s)
{
	memset(ram.bytes + pa, 0, 4096);
	memcpy(ram.bytes + pa, s, strlen(s));
}

static void put_note(const char *s)
{
	put(NOTE_NR * 16, KERNEL + NOTE, 8);
	put(NOTE, 11, 4);
	put(NOTE + 4, strlen(s), 4);
	memcpy(ram.bytes + NOTE + 12, "VMCOREINFO", 11);
	memcpy(ram.bytes + NOTE + 24, s, strlen(s));
}

static void setup(unsigned int levels)
{
	static struct pfs_target_ops ops;

	ram_init(&ram, levels);
	ops = *ram.t.ops;
	ops.presence = presence;
	ram.t.ops = &ops;
	ram.t.info.max_pfn = RAM_SIZE / 4096;
	memset(extra, 0, sizeof(extra));
	extra[TOP_NR] = "Dinit_top_pgt";
	extra[BANNER_NR] = "Rlinux_banner";
	extra[NOTE_NR] = "Bvmcoreinfo_note";
	layout(BEFORE, ABSOLUTE_PERCPU, 4, 8);
	memcpy(ram.bytes + UTS + 100, "5.10.0-test", 11);
	memcpy(ram.bytes + BANNER_NR * 16, "Linux version 5.10.0-test (me)", 30);
	put_qemu(0, RAM_ROOT, levels == 5);
	put_qemu(1, RAM_ROOT, levels == 5);
	ram.t.info.qemu = cpus;
	ram.t.info.nr_qemu = 2;
	pfs_arena_init(&arena);
	memset(&found, 0, sizeof(found));
}

static int find(void)
{
	return pfs_vmcoreinfo_find(&ram.t, pfs_arch_by_name("x86_64"), &arena, &found, &err);
}

static void expect(const char *want, const char *from)
{
	assert_int_equal(find(), 0);
	assert_int_equal(found.len, strlen(want));
	assert_memory_equal(found.text, want, found.len);
	assert_string_equal(found.from, from);
	pfs_arena_deinit(&arena);
}

static void refuse(const char *part)
{
	assert_int_equal(find(), -ENOENT);
	if (!strstr(err.msg, part))
		fail_msg("%s", err.msg);
	pfs_arena_deinit(&arena);
}

static void by_cpu(void **unused)
{
	unsigned int levels;

	(void)unused;
	for (levels = 4; levels <= 5; levels++) {
		setup(levels);
		put_note(info("5.10.0-test", KERNEL));
		expect(text, "VMCOREINFO (memory)");
	}
	/* The first CPU was in user space, with the tables that PTI leaves it. */
	setup(4);
	put_note(info("5.10.0-test", KERNEL));
	memcpy(ram.bytes + 0x2fe000, ram.bytes + RAM_ROOT, 4096);
	put_qemu(0, 0x2ff000 | 0x800, false);
	put_qemu(1, 0x2fd000, false);
	expect(text, "VMCOREINFO (memory)");
	/* The first CPU's note is of no use. */
	setup(4);
	put_note(info("5.10.0-test", KERNEL));
	cpus[0].len = 439;
	expect(text, "VMCOREINFO (memory)");
	cpus[0].len = 440;
	setup(4);
	put_note(info("5.10.0-test", KERNEL));
	put_qemu(0, UINT64_C(0xffffffff000), true);
	expect(text, "VMCOREINFO (memory)");
}

static void by_page(void **unused)
{
	const char *want;

	(void)unused;
	setup(4);
	ram.t.info.nr_qemu = 0;
	/* Of another kernel, of this one but elsewhere, cut off, and the right one. */
	put_text(PAGE, info("4.19.0-old", KERNEL));
	put_text(PAGE + 0x1000, info("5.10.0-test", KERNEL + 0x300000));
	put_text(PAGE + 0x2000, "OSRELEASE=5.10.0-test\n");
	put_text(PAGE + 0x3000, "OSRELEASE=");
	want = info("5.10.0-test", KERNEL);
	put_text(PAGE + 0x5000, want);
	/* Two copies of one text are one. */
	put_text(PAGE + 0x7000, want);
	expect(want, "VMCOREINFO (memory)");
	/* It fills its page: what the next one holds is not known to belong to it. */
	setup(4);
	ram.t.info.nr_qemu = 0;
	want = info("5.10.0-test", KERNEL);
	put_text(PAGE, want);
	memset(ram.bytes + PAGE + strlen(want), 'x', 4096 - strlen(want));
	put_text(PAGE + 0x1000, "=y\nSECRET=z\n");
	expect(want, "VMCOREINFO (memory)");
	/* Not at the start of a page: part of something else. */
	setup(4);
	ram.t.info.nr_qemu = 0;
	put_text(PAGE + 8, info("5.10.0-test", KERNEL));
	refuse("0 texts");
	setup(4);
	ram.t.info.nr_qemu = 0;
	put_text(PAGE, info("5.10.0-test", KERNEL));
	strcat(text, "NUMBER(more)=1\n");
	put_text(PAGE + 0x1000, text);
	refuse("two different ones");
	setup(4);
	ram.t.info.nr_qemu = 0;
	put_text(PAGE, info("4.19.0-old", KERNEL));
	refuse("1 texts of other kernels");
	/* The page is not in the dump. */
	setup(4);
	ram.t.info.nr_qemu = 0;
	put_text(PAGE, info("5.10.0-test", KERNEL));
	ram.presence[PAGE / 4096] = PFS_EXCLUDED;
	refuse("0 texts");
}

static void made_up(void **unused)
{
	(void)unused;
	setup(5);
	put(NOTE_NR * 16, 0, 8);
	assert_int_equal(find(), 0);
	assert_string_equal(found.from, "CPU and kernel image");
	snprintf(text, sizeof(text),
		 "OSRELEASE=5.10.0-test\nSYMBOL(_stext)=%llx\n"
		 "SYMBOL(init_uts_ns)=%llx\nPAGESIZE=4096\nSYMBOL(init_top_pgt)=%llx\n"
		 "NUMBER(phys_base)=0\nNUMBER(pgtable_l5_enabled)=1\n",
		 (unsigned long long)KERNEL, (unsigned long long)(KERNEL + UTS),
		 (unsigned long long)(KERNEL + RAM_ROOT));
	expect(text, "CPU and kernel image");
	/* Without the release in two places nothing is believed. */
	setup(5);
	put(BANNER_NR * 16 + 14, '6', 1);
	refuse("2 CPUs with page tables");
	setup(5);
	put(BANNER_NR * 16, 'l', 1);
	refuse("2 CPUs with page tables");
	/* Symbols that are not where the page tables have the image. */
	setup(5);
	put(at.base, KERNEL + 0x1000, 8);
	refuse("2 CPUs with page tables");
}

/* Damage to the note, to what names it, to the page tables: refused or survived. */
static void hostile(void **unused)
{
	int i;

	(void)unused;
	setup(4);
	put_note(info("5.10.0-test", KERNEL));
	put(NOTE + 4, 0xffffffff, 4);
	put(BANNER_NR * 16, 0, 8);
	refuse("0 texts");
	setup(4);
	put_note(info("5.10.0-test", KERNEL + 0x200000));
	put(BANNER_NR * 16, 0, 8);
	refuse("2 texts"); /* one for each CPU */
	/* More texts than anybody means well. */
	setup(4);
	ram.t.info.nr_qemu = 0;
	for (i = 0; i < 256; i++)
		put_text(PAGE + (uint64_t)i * 0x1000, info("4.19.0-old", KERNEL));
	refuse("256 texts");
	/* A root table that is its own child. */
	setup(4);
	put(RAM_ROOT + 511 * 8, RAM_ROOT | P_W, 8);
	refuse("CPUs");
	srand(2);
	for (i = 0; i < 60; i++) {
		int n = rand() % 3 + 1;

		setup(4);
		put_note(info("5.10.0-test", KERNEL));
		while (n--) {
			static const struct {
				uint64_t at, len;
			} areas[] = {
				{ NOTE, 24 }, { NOTE + 24, 200 },	 { NOTE_NR * 16, 8 },
				{ UTS, 200 }, { RAM_ROOT + 511 * 8, 8 }, { RAM_TABLES, 4096 },
			};
			size_t k = (size_t)rand() % (sizeof(areas) / sizeof(areas[0]));

			ram.bytes[areas[k].at + (uint64_t)rand() % areas[k].len] =
				(unsigned char)rand();
		}
		(void)find();
		pfs_arena_deinit(&arena);
	}
}

/* The build-id of a kernel whose VMCOREINFO has none, as before v5.9. */
static void build_id(void **unused)
{
	static const unsigned char notes[] = {
		4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 'X', 'e', 'n', 0, 1,    2,	  3,	4,
		4, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 0xab, 0x01, 0xff, 0,
	};
	struct pfs_vmcoreinfo v;
	struct pfs_lookup *l[1];
	struct pfs_facts f;
	struct pfs_image image;
	struct pfs_mem mem;

	(void)unused;
	setup(4);
	/* 48 bytes: the last 8 are zero, and no note. */
	extra[400] = "R__start_notes";
	extra[403] = "R__stop_notes";
	layout(BEFORE, ABSOLUTE_PERCPU, 4, 8);
	memcpy(ram.bytes + 400 * 16, notes, sizeof(notes));
	ram_facts(&ram, &f);
	assert_int_equal(pfs_mem_init(&mem, &ram.t, pfs_arch_by_name("x86_64"), &f, &err), 0);
	assert_int_equal(pfs_image_find(&mem, &arena, &image, &err), 0);
	info("5.10.0-test", KERNEL);
	assert_int_equal(pfs_vmcoreinfo_parse(&arena, text, strlen(text), &v, &err), 0);
	assert_int_equal(pfs_kallsyms_scan(&mem, &image, &v, 0, &l[0], &err), 0);
	assert_string_equal(pfs_build_id_read(&mem, l, 1, &arena), "ab01ff");
	/* A length that leads out of the notes. */
	put(400 * 16 + 4, 0xfffffff0, 4);
	assert_null(pfs_build_id_read(&mem, l, 1, &arena));
	put(400 * 16 + 4, 4, 4);
	put(400 * 16 + 20 + 4, 0, 4);
	assert_null(pfs_build_id_read(&mem, l, 1, &arena));
	assert_null(pfs_build_id_read(&mem, NULL, 0, &arena));
	l[0]->ops->free(l[0]);
	pfs_arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_cpu),  cmocka_unit_test(by_page),  cmocka_unit_test(made_up),
		cmocka_unit_test(hostile), cmocka_unit_test(build_id),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
