/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The panic note of distilled dumps: there and back, and damaged. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "distill/panic_note.h"

static struct pfs_reg regs[] = { { "rax", 0xfdfdfdfdfdfdfdfd }, { "rip", 0 } };
static struct pfs_local locals[] = { { "page", 0xffd4000044000000 }, { "pfn", 0 } };
static struct pfs_frame frames[] = {
	{ .function = "kpageflags_read", .offset = 0x81, .size = 0x150 },
	{ .function = "dev_dax_probe",
	  .offset = 0x69,
	  .size = 0x160,
	  .guess = true,
	  .module = "device_dax" },
	{ .function = "PageSlab",
	  .added = true,
	  .inlined = true,
	  .file = "include/x.h",
	  .line = 7,
	  .locals = locals,
	  .nr_locals = 2 },
};
static struct pfs_named_page named[] = {
	{ .line = "page:ffd4000044000000 is uninitialized and poisoned",
	  .page = 0xffd4000044000000,
	  .has_page = true,
	  .poisoned = true,
	  .raw = { UINT64_MAX, 1 },
	  .nr_raw = 2 },
	{ .line = "list_del corruption. next->prev ...",
	  .by = PFS_NAMED_BY_LIST,
	  .reason = "nonzero mapcount",
	  .ts_nsec = 1,
	  .pfn = 0x44000,
	  .has_pfn = true,
	  .word_at = 0xffd4000044000010,
	  .word_is = 0x5a,
	  .word_should = 0xffd4000044000048 },
};
static struct pfs_stack_word words[] = { { 0x48, 0xffd4000044000000 } };

static struct pfs_attacher attachers[] = {
	{ 102, "n\xe9", "memmap_init_zone_device", "memremap_pages", 0xff421960409a8ea0 },
	{ 7, "kworker/u4:0", "memremap_pages", "memremap_pages", 0 },
};

static const struct pfs_panic full = {
	.kind = PFS_PANIC_GP_FAULT,
	.message = "general \"fault\" \t\x01\x7f\x80\xff\xc3\xa9",
	.function = "stable_page_flags",
	.module = "m",
	.offset = 0x40e,
	.has_fault_address = true,
	.fault_address = 0xfdfdfdfdfdfdfdfd,
	.has_effective = true,
	.fault_address_effective = 0xfdfdfdfdfdfdfdfc,
	.access = "read",
	.has_error_code = true,
	.error_code = 0,
	.pid = 160,
	.comm = "c\xe9t",
	.cpu = 1,
	.regs = regs,
	.nr_regs = 2,
	.regs_from = "log",
	.stack = frames,
	.nr_stack = 3,
	.operand = { true, "mov rax, qword ptr [rdx - 1]", "rdx", NULL, 0, -1, 8, true,
		     0xfdfdfdfdfdfdfdfc },
	.named = named,
	.nr_named = 2,
	.elsewhere = named + 1,
	.nr_elsewhere = 1,
	.words = words,
	.nr_words = 1,
	.attach_search = PFS_ATTACH_IN_PART,
	.attachers = attachers,
	.nr_attachers = 2,
};

static int back(struct pfs_arena *a, const char *text, struct pfs_panic *p, struct pfs_err *err)
{
	return pfs_panic_from_json(text, strlen(text), a, p, err);
}

static void round_trip(void **state)
{
	struct pfs_arena a;
	struct pfs_err err;
	struct pfs_panic p;
	char *one, *two;

	(void)state;
	pfs_arena_init(&a);
	one = pfs_panic_to_json(&full);
	assert_non_null(one);
	assert_int_equal(back(&a, one, &p, &err), 0);
	assert_string_equal(p.message, full.message);
	assert_string_equal(p.comm, full.comm);
	assert_int_equal(p.kind, PFS_PANIC_GP_FAULT);
	assert_true(p.has_error_code);
	assert_true(p.fault_address_effective == full.fault_address_effective);
	assert_int_equal(p.nr_regs, 2);
	assert_string_equal(p.regs[0].name, "rax");
	assert_true(p.regs[0].value == regs[0].value);
	assert_true(p.stack[1].guess);
	assert_null(p.stack[0].module);
	assert_null(p.stack[1].file);
	assert_false(p.stack[1].added);
	assert_true(p.stack[2].added && p.stack[2].inlined);
	assert_string_equal(p.stack[2].file, "include/x.h");
	assert_int_equal(p.stack[2].line, 7);
	assert_int_equal(p.stack[2].nr_locals, 2);
	assert_string_equal(p.stack[2].locals[0].name, "page");
	assert_true(p.stack[2].locals[0].value == locals[0].value);
	assert_true(p.operand.valid);
	assert_int_equal(p.operand.disp, -1);
	assert_null(p.operand.index);
	assert_true(p.named[0].has_page);
	assert_false(p.named[0].has_pfn);
	assert_true(p.named[0].raw[0] == UINT64_MAX);
	assert_int_equal(p.named[0].nr_raw, 2);
	assert_int_equal(p.named[0].by, PFS_NAMED_BY_DUMP);
	assert_null(p.named[0].reason);
	assert_int_equal(p.named[1].by, PFS_NAMED_BY_LIST);
	assert_string_equal(p.named[1].reason, "nonzero mapcount");
	assert_true(p.named[1].word_at == named[1].word_at);
	assert_int_equal(p.named[1].word_is, 0x5a);
	assert_int_equal(p.nr_elsewhere, 1);
	assert_true(p.elsewhere[0].ts_nsec == named[1].ts_nsec);
	assert_true(p.named[1].word_should == named[1].word_should);
	assert_true(p.words[0].value == words[0].value);
	assert_int_equal(p.attach_search, PFS_ATTACH_IN_PART);
	assert_int_equal(p.nr_attachers, 2);
	assert_string_equal(p.attachers[0].comm, "n\xe9");
	assert_true(p.attachers[0].pgmap == attachers[0].pgmap);
	assert_true(p.attachers[1].pgmap == 0);
	two = pfs_panic_to_json(&p);
	assert_string_equal(one, two);
	free(one);
	free(two);
	pfs_arena_deinit(&a);
}

static void empty(void **state)
{
	const struct pfs_panic none = { .kind = PFS_PANIC_NONE, .pid = -1, .cpu = -1 };
	struct pfs_arena a;
	struct pfs_err err;
	struct pfs_panic p;
	char *text = pfs_panic_to_json(&none);

	(void)state;
	pfs_arena_init(&a);
	assert_int_equal(back(&a, text, &p, &err), 0);
	assert_int_equal(p.kind, PFS_PANIC_NONE);
	assert_int_equal(p.pid, -1);
	assert_null(p.message);
	assert_false(p.operand.valid);
	assert_false(p.has_fault_address);
	assert_int_equal(p.attach_search, PFS_ATTACH_NOT_LOOKED);
	free(text);
	pfs_arena_deinit(&a);
}

static void refused(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"null",
		"{}",
		"\"x\"",
		"{\"schema\":\"other\"}",
		"{\"schema\":\"pfnscope/panic-note\",\"version\":2}",
		"{\"schema\":\"pfnscope/panic-note\",\"version\":1,\"kind\":\"nonsense\"}",
		"{\"schema\":\"pfnscope/panic-note\",\"version\":1,\"kind\":\"bug\"}",
	};
	struct pfs_arena a;
	struct pfs_err err;
	struct pfs_panic p = { .pid = 42 };
	size_t i;

	(void)state;
	pfs_arena_init(&a);
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(back(&a, texts[i], &p, &err), -EINVAL);
		assert_int_equal(strncmp(err.msg, "panic note: ", 12), 0);
	}
	assert_int_equal(p.pid, 42);
	pfs_arena_deinit(&a);
}

/* Every byte of a good note turned into others, and every length cut: no crash, no leak. */
static void mangled(void **state)
{
	static const char with[] = "\"0x{}[],:-\\\xff"
				   "9nt";
	struct pfs_arena a;
	struct pfs_err err;
	struct pfs_panic p;
	char *good = pfs_panic_to_json(&full), *text = strdup(good), *again;
	size_t n = strlen(good), i, k;

	(void)state;
	for (i = 0; i < n; i++) {
		pfs_arena_init(&a);
		assert_int_equal(pfs_panic_from_json(good, i, &a, &p, &err), -EINVAL);
		for (k = 0; k < sizeof(with); k++) {
			text[i] = with[k];
			if (!pfs_panic_from_json(text, n, &a, &p, &err)) {
				again = pfs_panic_to_json(&p);
				assert_non_null(again);
				free(again);
			}
		}
		text[i] = good[i];
		pfs_arena_deinit(&a);
	}
	free(good);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(empty),
		cmocka_unit_test(refused),
		cmocka_unit_test(mangled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
