/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of ranges, and the targets that stand on others: record and fault. */
#include "bytes/fault.h"
#include "bytes/ranges.h"
#include "bytes/record.h"
#include "dumpfile.h"

static void ranges(void **state)
{
	struct pfs_ranges r = { 0 };
	static unsigned char want[5000];
	unsigned int seed = 1, i;
	uint64_t end;

	(void)state;
	assert_false(pfs_ranges_at(&r, 0, &end));
	assert_true(end == UINT64_MAX);
	assert_int_equal(pfs_ranges_add(&r, 7, 7), 0);
	assert_int_equal(pfs_ranges_add(&r, 9, 7), 0);
	assert_int_equal(r.nr, 0);
	for (i = 0; i < 3000; i++) {
		unsigned int a, n;

		seed = seed * 1103515245 + 12345;
		a = (seed >> 8) % 4900;
		n = (seed >> 24) % 2 ? 1 : (seed >> 4) % 4;
		assert_int_equal(pfs_ranges_add(&r, a, a + n), 0);
		memset(want + a, 1, n);
	}
	pfs_ranges_settle(&r);
	for (i = 0; i < 5000; i++) {
		bool in = pfs_ranges_at(&r, i, &end);

		assert_int_equal(in, want[i]);
		if (end < sizeof(want))
			assert_int_not_equal(want[end], want[i]);
	}
	for (i = 1; i < r.nr; i++)
		assert_true(r.v[i].start > r.v[i - 1].end);
	pfs_ranges_deinit(&r);

	r.max = 8;
	for (i = 0; i < 1024; i++)
		assert_int_equal(pfs_ranges_add(&r, i * 10, i * 10 + 1), 0);
	assert_int_equal(pfs_ranges_add(&r, 99999, 100000), -ENOSPC);
	pfs_ranges_deinit(&r);
}

/* Against a byte a place: holes in the middle, over several ranges, over nothing. */
static void ranges_removed(void **state)
{
	struct pfs_ranges r = { 0 };
	static unsigned char want[600];
	unsigned int seed = 7, i;
	uint64_t end;

	(void)state;
	assert_int_equal(pfs_ranges_remove(&r, 0, 10), 0);
	for (i = 0; i < 2000; i++) {
		unsigned int a, n;
		bool remove;

		seed = seed * 1103515245 + 12345;
		a = (seed >> 8) % 560;
		n = (seed >> 20) % 40;
		remove = i % 3 == 2;
		assert_int_equal(remove ? pfs_ranges_remove(&r, a, a + n) :
					  pfs_ranges_add(&r, a, a + n),
				 0);
		memset(want + a, !remove, n);
		if (i % 50)
			continue;
		pfs_ranges_settle(&r);
		for (a = 0; a < sizeof(want); a++)
			assert_int_equal(pfs_ranges_at(&r, a, &end), want[a]);
		for (a = 1; a < r.nr; a++)
			assert_true(r.v[a].start > r.v[a - 1].end);
	}
	pfs_ranges_deinit(&r);
}

static struct pfs_target *open_pages(const char *pages)
{
	struct blob b = { 0 };
	struct pfs_target *t;
	struct pfs_err err;

	dump_kdump(&b, pages, &(struct dump_opts){ .machine = "x86_64" });
	assert_int_equal(dump_try(&b, &t, &err), 0);
	blob_free(&b);
	return t;
}

static void expect_ranges(struct pfs_recorder *r, enum pfs_presence p, const uint64_t *want,
			  size_t nr)
{
	const struct pfs_ranges *got = pfs_recorder_ranges(r, p);
	size_t i;

	assert_non_null(got);
	assert_int_equal(got->nr, nr);
	for (i = 0; i < nr; i++) {
		assert_int_equal(got->v[i].start, want[2 * i]);
		assert_int_equal(got->v[i].end, want[2 * i + 1]);
	}
}

static void record(void **state)
{
	struct pfs_target *lower = open_pages("zzzx.Dzz"), *t, *c;
	struct pfs_recorder *r;
	struct pfs_err err;
	unsigned char buf[8 * PAGE];
	size_t got;

	(void)state;
	assert_null(pfs_target_recorder(lower));
	assert_int_equal(pfs_target_record(lower, &t, &err), 0);
	r = pfs_target_recorder(t);
	assert_non_null(r);
	assert_int_equal(t->info.max_pfn, 8);
	assert_int_equal(t->ops->clone(t, &c, &err), 0);
	assert_ptr_equal(pfs_target_recorder(c), r);

	pfs_target_read(t, 100, buf, 50, &got);
	pfs_target_read(c, 150, buf, 10, &got);
	pfs_target_read(t, 90, buf, 20, &got);
	pfs_target_read(t, PAGE, buf, 4 * PAGE, &got); /* excluded at page 3 */
	pfs_target_read(c, 5 * PAGE + 8, buf, 8, &got);
	pfs_target_read(c, 4 * PAGE + 8, buf, 8, &got);
	pfs_recorder_pause(r);
	pfs_recorder_pause(r);
	assert_int_equal(pfs_target_read(c, 7 * PAGE, buf, 8, &got), PFS_PRESENT);
	pfs_recorder_resume(r);
	pfs_target_read(t, 6 * PAGE, buf, 8, &got);
	pfs_recorder_resume(r);
	pfs_target_read(t, 8 * PAGE - 4, buf, 8, &got);
	pfs_target_free(t);

	expect_ranges(r, PFS_PRESENT,
		      (uint64_t[]){ 90, 160, PAGE, 3 * PAGE, 8 * PAGE - 4, 8 * PAGE }, 3);
	expect_ranges(r, PFS_EXCLUDED, (uint64_t[]){ 3 * PAGE, 4 * PAGE }, 1);
	expect_ranges(r, PFS_UNDECIDABLE, (uint64_t[]){ 5 * PAGE, 6 * PAGE }, 1);
	expect_ranges(r, PFS_ABSENT, (uint64_t[]){ 4 * PAGE, 5 * PAGE, 8 * PAGE, 9 * PAGE }, 2);
	pfs_target_free(c);
}

/* What was read on trial is kept or not; what is dropped was never read. */
static void record_trial(void **state)
{
	struct pfs_target *t;
	struct pfs_recorder *r;
	struct pfs_err err;
	unsigned char buf[2 * PAGE];
	size_t got;

	(void)state;
	assert_int_equal(pfs_target_record(open_pages("zzzx"), &t, &err), 0);
	assert_true(t->info.exact);
	r = pfs_target_recorder(t);
	pfs_target_read(t, 0, buf, 8, &got);
	pfs_target_trial(t, PFS_TRIAL_BEGIN);
	pfs_target_read(t, 16, buf, 8, &got);
	pfs_target_read(t, 3 * PAGE, buf, 8, &got);
	pfs_target_trial(t, PFS_TRIAL_DROP);
	expect_ranges(r, PFS_PRESENT, (uint64_t[]){ 0, 8 }, 1);
	expect_ranges(r, PFS_EXCLUDED, (uint64_t[]){ 0 }, 0);
	pfs_target_trial(t, PFS_TRIAL_BEGIN);
	pfs_target_read(t, 32, buf, 8, &got);
	pfs_target_read(t, 3 * PAGE, buf, 8, &got);
	pfs_target_trial(t, PFS_TRIAL_KEEP);
	pfs_target_read(t, PAGE, buf, 2 * PAGE, &got);
	expect_ranges(r, PFS_PRESENT, (uint64_t[]){ 0, 8, 32, 40, PAGE, 3 * PAGE }, 3);
	expect_ranges(r, PFS_EXCLUDED, (uint64_t[]){ 3 * PAGE, 4 * PAGE }, 1);
	assert_int_equal(pfs_recorder_drop(r, PAGE + 64, 2 * PAGE), 0);
	expect_ranges(r, PFS_PRESENT,
		      (uint64_t[]){ 0, 8, 32, 40, PAGE, PAGE + 64, 2 * PAGE, 3 * PAGE }, 4);
	pfs_target_free(t);
}

static void fault(void **state)
{
	struct pfs_fault f[8];
	struct pfs_target *t, *c;
	struct pfs_err err;
	unsigned char buf[6 * PAGE];
	size_t nr, got, i;

	(void)state;
	assert_int_equal(pfs_fault_parse("excluded:0x1000-0x1fff,absent:0x2010-0x201f,"
					 "undecidable:0-0,flip:0x3000-0x3fff:0x80:0x800,"
					 "flip:0x4000-0x4000:1",
					 f, 8, &nr, &err),
			 0);
	assert_int_equal(nr, 5);
	assert_int_equal(pfs_target_fault(open_pages("zzzzzz"), f, nr, &t, &err), 0);
	assert_int_equal(t->ops->clone(t, &c, &err), 0);
	pfs_target_free(t);
	t = c;
	assert_int_equal(dump_answer(t, 0), PFS_UNDECIDABLE);
	assert_int_equal(dump_answer(t, 1), PFS_PRESENT);
	assert_int_equal(dump_answer(t, PAGE), PFS_EXCLUDED);
	assert_int_equal(dump_answer(t, 2 * PAGE), PFS_PRESENT);
	assert_int_equal(dump_answer(t, 2 * PAGE + 31), PFS_ABSENT);
	memset(buf, 0xaa, sizeof(buf));
	assert_int_equal(pfs_target_read(t, 1, buf, sizeof(buf), &got), PFS_EXCLUDED);
	assert_int_equal(got, PAGE - 1);
	dump_check(buf, 1, got);
	assert_int_equal(buf[got], 0xaa);
	assert_int_equal(pfs_target_read(t, 2 * PAGE + 32, buf, 3 * PAGE, &got), PFS_PRESENT);
	for (i = 0; i < got; i++) {
		uint64_t pa = 2 * PAGE + 32 + i;
		unsigned int x = pa == 3 * PAGE || pa == 3 * PAGE + 0x800 ? 0x80 : pa == 4 * PAGE;

		assert_int_equal(buf[i], dump_byte(pa) ^ x);
	}
	/* A read that starts between two flipped bytes. */
	assert_int_equal(pfs_target_read(t, 3 * PAGE + 0x7ff, buf, 2, &got), PFS_PRESENT);
	assert_int_equal(buf[0], dump_byte(3 * PAGE + 0x7ff));
	assert_int_equal(buf[1], dump_byte(3 * PAGE + 0x800) ^ 0x80);
	pfs_target_free(t);
}

static void fault_syntax(void **state)
{
	static const char *const bad[] = {
		"x",
		"excluded",
		"excluded:",
		"excluded:1",
		"excluded:2-1",
		"excluded:1-2:3",
		"flip:1-2",
		"flip:1-2:0",
		"flip:1-2:256",
		"flip:1-2:1:0",
		"absent:1-2,,",
		"absent:1-2;absent:3-4",
		"absent:-1-2",
		"absent:0-0xffffffffffffffff",
		"absent:1-99999999999999999999999",
	};
	struct pfs_fault f[2];
	struct pfs_err err;
	size_t i, nr;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (pfs_fault_parse(bad[i], f, 2, &nr, &err) != -EINVAL)
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(pfs_fault_parse("absent:1-1,absent:1-1,absent:1-1", f, 2, &nr, &err),
			 -EINVAL);
	assert_int_equal(pfs_fault_parse("", f, 2, &nr, &err), 0);
	assert_int_equal(nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges), cmocka_unit_test(ranges_removed),
		cmocka_unit_test(record), cmocka_unit_test(record_trial),
		cmocka_unit_test(fault),  cmocka_unit_test(fault_syntax),
	};

	return cmocka_run_group_tests(tests, dump_setup, dump_teardown);
}
