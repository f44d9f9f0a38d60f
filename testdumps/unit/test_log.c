/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Both formats of the kernel log, whole, wrapped round and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

/* 8 descriptors, 256 bytes of text */
#define PRB	(OBJ + 0x100)
#define DESCS	(OBJ + 0x1000)
#define INFOS	(OBJ + 0x2000)
#define TEXT	(OBJ + 0x3000)
#define COMMITTED 1ull
#define FINAL	2ull
#define FIRST_ID 0x3ffffffffffffff8ull	/* ids wrap round soon */

static uint64_t id_of(unsigned int i)
{
	return (FIRST_ID + i) & (UINT64_MAX >> 2);
}

static struct world *prb_new(unsigned int records)
{
	struct world *w = w_new();

	w_prb_facts(w);
	w_u64(w, OBJ, KERNEL + PRB);
	w_u32(w, PRB, 3);
	w_u64(w, PRB + 8, KERNEL + DESCS);
	w_u64(w, PRB + 16, KERNEL + INFOS);
	w_u64(w, PRB + 24, id_of(records - 1));
	w_u64(w, PRB + 32, id_of(0));
	w_u32(w, PRB + 40, 8);
	w_u64(w, PRB + 48, KERNEL + TEXT);
	return w;
}

/* Record i with a block [begin, next); text NULL: none is written. */
static void prb_put(struct world *w, unsigned int i, uint64_t state, uint64_t begin, uint64_t next,
		    const char *text)
{
	uint64_t d = DESCS + (id_of(i) & 7) * 24, n = INFOS + (id_of(i) & 7) * 88, at;

	w_u64(w, d, id_of(i) | state << 62);
	w_u64(w, d + 8, begin);
	w_u64(w, d + 16, next);
	w_u64(w, n, 100 + i);
	w_u64(w, n + 8, 1000 * (i + 1));
	w_u16(w, n + 16, text ? (unsigned int)strlen(text) : 0);
	if (!text)
		return;
	at = TEXT + (begin >> 8 == next >> 8 || !(next & 0xff) ? begin & 0xff : 0);
	w_u64(w, at, id_of(i));
	memcpy(w->ram.bytes + at + 8, text, strlen(text));
}

static void line_is(const struct world *w, size_t i, uint64_t ts, const char *text)
{
	assert_true(i < w->m.nr_log);
	assert_string_equal(w->m.log[i].text, text);
	assert_int_equal(w->m.log[i].len, strlen(text));
	assert_int_equal(w->m.log[i].ts_nsec, ts);
}

static void ring(void **state)
{
	struct world *w = prb_new(8);

	(void)state;
	prb_put(w, 0, FINAL, 0x1f30, 0x1f40, "one");
	prb_put(w, 1, FINAL, 0x1f40, 0x1f70, "two\nthree\n\nfive");
	prb_put(w, 2, FINAL, 3, 3, NULL);		       /* an empty line */
	prb_put(w, 3, FINAL, 0x1ff0, 0x2020, "wrapped round"); /* lies at the start */
	prb_put(w, 4, 3, 0x2020, 0x2030, NULL);		       /* reusable */
	prb_put(w, 5, 0, 0x2030, 0x2040, NULL);		       /* reserved */
	prb_put(w, 6, COMMITTED, 0x2080, 0x2090, "last");
	prb_put(w, 7, FINAL, 0x20e8, 0x2100, "up to the end"); /* v6.18 */
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_limits, 0);
	assert_int_equal(w->m.nr_log, 9);
	line_is(w, 0, 1000, "one");
	line_is(w, 1, 2000, "two");
	line_is(w, 2, 2000, "three");
	line_is(w, 3, 2000, "");
	line_is(w, 4, 2000, "five");
	line_is(w, 5, 3000, "");
	line_is(w, 6, 4000, "wrapped round");
	line_is(w, 7, 7000, "last");
	line_is(w, 8, 8000, "up to the end");
	w_free(w);
}

static void ring_damaged(void **state)
{
	struct world *w = prb_new(2);

	(void)state;
	/* The newest record's number decides: what is not below it is out of order. */
	prb_put(w, 0, FINAL, 0, 0x10, "stale");
	prb_put(w, 1, FINAL, 0x10, 0x20, "good");
	w_u64(w, INFOS + (id_of(0) & 7) * 88, 500);
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_true(w_limit(w, "log", "1 damaged"));
	assert_int_equal(w->m.nr_log, 1);
	w_free(w);

	w = prb_new(5);
	prb_put(w, 0, FINAL, 0, 0x10, "good");
	prb_put(w, 1, FINAL, 0x10, 0x20, "alien");
	w_u64(w, TEXT + 0x10, 77);
	prb_put(w, 2, FINAL, 0x20, 0x10000020, NULL);
	prb_put(w, 3, FINAL, 0x23, 0x30, NULL);
	prb_put(w, 4, FINAL, 0x40, 0x50, "clipped");
	w_u16(w, INFOS + (id_of(4) & 7) * 88 + 16, 0xffff);
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_true(w_limit(w, "log", "0 records unreadable, 3 damaged"));
	assert_int_equal(w->m.nr_log, 2);
	line_is(w, 0, 1000, "good");
	assert_int_equal(w->m.log[1].len, 8);
	w_free(w);

	/* Absurd sizes; a head that its tail never meets; a page that is gone. */
	w = prb_new(1);
	w_u32(w, PRB, 40);
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_true(w_limit(w, "log", "absurd sizes"));
	w_u32(w, PRB, 26);
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_log, 0);
	w_free(w);

	w = prb_new(1);
	prb_put(w, 0, FINAL, 0, 0x10, "gone");
	w->ram.presence[TEXT / 4096] = PFS_EXCLUDED;
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_true(w_limit(w, "log", "1 damaged"));
	w_free(w);
}

/* Three records, and one of another id in the slot of what is at the end. */
static struct world *ring_of_three(unsigned int head, unsigned int tail)
{
	struct world *w = prb_new(3);

	prb_put(w, 0, FINAL, 0, 0x10, "one");
	prb_put(w, 1, FINAL, 0x10, 0x20, "two");
	prb_put(w, 2, FINAL, 0x20, 0x30, "three");
	w_u64(w, PRB + 24, id_of(head));
	w_u64(w, PRB + 32, id_of(tail));
	return w;
}

/* A head or tail that leaves out records, and slots of ids that no kernel leaves there. */
static void ring_ends(void **state)
{
	static const struct {
		unsigned int head, tail, lines;
		unsigned int slot; /* of this record, or 0 */
		uint64_t what;
		bool damaged, live;
	} rows[] = {
		{ .head = 2, .lines = 3 },
		{ .head = 1, .lines = 2, .damaged = true }, /* the newest is left out */
		{ .head = 1, .lines = 2, .live = true }, /* or was not there when head was read */
		{ .head = 2, .tail = 1, .lines = 2, .damaged = true }, /* the oldest */
		{ .head = 3, .lines = 3 },			       /* no state is written yet */
		{ .head = 3, .slot = 3, .what = 3, .lines = 3 },       /* what was there before */
		{ .head = 3, .slot = 3, .what = FINAL, .lines = 3, .damaged = true },
		{ .head = 2, .slot = 1, .what = FINAL, .lines = 2, .damaged = true },
		{ .head = 2, .slot = 1, .what = FINAL, .lines = 2, .live = true },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world *w = ring_of_three(rows[i].head, rows[i].tail);
		uint64_t before = (id_of(rows[i].slot) - 8) & (UINT64_MAX >> 2);

		if (rows[i].slot)
			w_u64(w, DESCS + (id_of(rows[i].slot) & 7) * 24,
			      before | rows[i].what << 62);
		w->ram.t.info.live = rows[i].live;
		assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
		assert_int_equal(w->m.nr_log, rows[i].lines);
		assert_int_equal(w->m.log_damaged, rows[i].damaged);
		assert_int_equal(w_limit(w, "log", "1 damaged"), rows[i].damaged);
		w_free(w);
	}
}

#define BUF (OBJ + 0x1000)

static struct world *old_new(uint32_t len, uint32_t first, uint32_t next)
{
	struct world *w = w_new();

	w_fact(w, PFS_F_LOG_BUF, KERNEL + OBJ);
	w_fact(w, PFS_F_LOG_BUF_LEN, KERNEL + OBJ + 8);
	w_fact(w, PFS_F_LOG_FIRST_IDX, KERNEL + OBJ + 12);
	w_fact(w, PFS_F_LOG_NEXT_IDX, KERNEL + OBJ + 16);
	w_fact(w, PFS_F_SZ_PRINTK_LOG, 16);
	w_fact(w, PFS_F_PL_TS, 0);
	w_fact(w, PFS_F_PL_LEN, 8);
	w_fact(w, PFS_F_PL_TEXT_LEN, 10);
	w_u64(w, OBJ, KERNEL + BUF);
	w_u32(w, OBJ + 8, len);
	w_u32(w, OBJ + 12, first);
	w_u32(w, OBJ + 16, next);
	return w;
}

static void old_put(struct world *w, unsigned int at, uint64_t ts, unsigned int len,
		    const char *text)
{
	w_u64(w, BUF + at, ts);
	w_u16(w, BUF + at + 8, len);
	w_u16(w, BUF + at + 10, (unsigned int)strlen(text));
	memcpy(w->ram.bytes + BUF + at + 16, text, strlen(text));
}

static void records(void **state)
{
	struct world *w = old_new(256, 160, 64);

	(void)state;
	old_put(w, 160, 1, 32, "first");
	old_put(w, 192, 2, 32, "a\nb");
	w_u16(w, BUF + 224 + 8, 0); /* on to the start */
	old_put(w, 0, 3, 32, "third");
	old_put(w, 32, 4, 32, "last");
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_limits, 0);
	assert_int_equal(w->m.nr_log, 5);
	line_is(w, 0, 1, "first");
	line_is(w, 1, 2, "a");
	line_is(w, 2, 2, "b");
	line_is(w, 3, 3, "third");
	line_is(w, 4, 4, "last");
	w_free(w);
}

/*
 * Pieces that KERN_CONT printed, with a line of another CPU between them: LOG_CONT without
 * LOG_PREFIX goes on with a record that has no LOG_NEWLINE (kernel/printk.c).
 */
static void fragments(void **state)
{
	static const struct {
		const char *text;
		unsigned int flags, caller;
	} put[] = {
		{ "Code: 48 89", 4, 7 }, { "of another", 6, 8 }, { " fb 0f", 8, 7 },
		{ " 0b", 10, 7 },	 { "next", 8, 7 },
	};
	struct world *w = old_new(256, 0, 160);
	unsigned int i, with;

	(void)state;
	for (i = 0; i < 5; i++) {
		old_put(w, i * 32, i, 32, put[i].text);
		w->ram.bytes[BUF + i * 32 + 15] = (unsigned char)put[i].flags;
		/* Behind the longest of these texts, as no kernel has it. */
		w_u32(w, BUF + i * 32 + 28, put[i].caller);
	}
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	/* Not known who printed: the line between ends what was open. */
	assert_int_equal(w->m.nr_log, 4);
	line_is(w, 0, 0, "Code: 48 89");
	line_is(w, 2, 2, " fb 0f 0b");

	w->m.nr_log = 0;
	w->m.log = NULL;
	w_fact(w, PFS_F_PL_CALLER, 28);
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	with = 0;
	assert_int_equal(w->m.nr_log, 3);
	line_is(w, with++, 0, "Code: 48 89 fb 0f 0b");
	line_is(w, with++, 1, "of another");
	/* The last piece ended with a newline. */
	line_is(w, with, 4, "next");
	assert_true(w->m.log[0].has_caller);
	assert_int_equal(w->m.log[0].caller, 7);
	w_free(w);
}

static void records_damaged(void **state)
{
	struct world *w = old_new(256, 0, 64);

	(void)state;
	/* Records that step over the end: round and round. */
	old_put(w, 0, 1, 48, "one");
	old_put(w, 48, 2, 48, "two");
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_true(w_limit(w, "log", "damaged"));
	assert_int_equal(w->m.nr_log, 2);
	w_free(w);

	/* Shorter than its header. */
	w = old_new(256, 0, 64);
	old_put(w, 0, 1, 8, "");
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_log, 0);
	w_free(w);

	w = old_new(256, 0, 0x7fffffff);
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_true(w_limit(w, "log", "absurd"));
	w_free(w);

	/* A text is no longer than its record. */
	w = old_new(64, 0, 32);
	old_put(w, 0, 1, 32, "long");
	w_u16(w, BUF + 10, 0xffff);
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_log, 1);
	assert_int_equal(w->m.log[0].len, 16);
	assert_true(w_limit(w, "log", "1 damaged"));
	w_free(w);
}

static void none(void **state)
{
	struct world *w = w_new();

	(void)state;
	assert_int_equal(pfs_model_log(&w->m, &w->err), 0);
	assert_true(w_limit(w, "log", "neither prb nor log_buf"));
	w_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring),	     cmocka_unit_test(ring_damaged),
		cmocka_unit_test(ring_ends), cmocka_unit_test(records),
		cmocka_unit_test(fragments), cmocka_unit_test(records_damaged),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
