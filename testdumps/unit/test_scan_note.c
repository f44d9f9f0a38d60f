/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scan note of distilled dumps: there and back, damaged, and untrue. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "distill/scan_note.h"

#define PER 0x100

static struct pfs_section sections[] = { { .nr = 1 }, { .nr = 2 }, { .nr = 9 } };
static struct pfs_run runs[] = {
	{ 0x1f0, 0x210, PFS_ST_POISONED },
	{ 0x210, 0x211, PFS_ST_EXCLUDED },
	{ 0x9ff, 0xa00, PFS_ST_GARBAGE },
};
static struct pfs_run marked[] = { { 0x104, 0x105, PFS_ST_FREE }, { 0x900, 0x901, PFS_ST_OK } };
static struct pfs_section_count counts[3];

static struct pfs_scan whole(void)
{
	struct pfs_scan s = { .sections = counts, .runs = runs, .nr_runs = 3, .complete = true };
	int i, st;

	memset(counts, 0, sizeof(counts));
	counts[0].count[PFS_ST_OK] = 0xe0;
	counts[0].count[PFS_ST_FREE] = 0x10;
	counts[0].count[PFS_ST_POISONED] = 0x10;
	counts[1].count[PFS_ST_POISONED] = 0x10;
	counts[1].count[PFS_ST_EXCLUDED] = 1;
	counts[1].count[PFS_ST_OK] = 0xef;
	counts[2].count[PFS_ST_OK] = 0xff;
	counts[2].count[PFS_ST_GARBAGE] = 1;
	for (i = 0; i < 3; i++)
		for (st = 0; st < PFS_NR_STATES; st++)
			s.count[st] += counts[i].count[st];
	s.pages = 0x300;
	s.marks[PFS_MARK_HWPOISON_FREE] = (struct pfs_runs){ marked, 1 };
	s.marks[PFS_MARK_BACKING_USED] = (struct pfs_runs){ marked + 1, 1 };
	return s;
}

static void model(struct pfs_model *m)
{
	memset(m, 0, sizeof(*m));
	pfs_arena_init(&m->arena);
	m->layout.pages_per_section = PER;
	m->layout.nr_sections = 16;
	m->sections = sections;
	m->nr_sections = 3;
}

static int from(struct pfs_model *m, const char *text, struct pfs_scan *s, struct pfs_err *err)
{
	return pfs_scan_from_json(text, strlen(text), m, s, err);
}

static void round_trip(void **state)
{
	struct pfs_scan s = whole(), back;
	struct pfs_model m;
	struct pfs_err err;
	char *text, *again;

	(void)state;
	model(&m);
	text = pfs_scan_to_json(&m, &s);
	assert_string_equal(
		text, "{\"schema\":\"pfnscope/scan-note\",\"version\":1,"
		      "\"states\":[\"excluded\",\"poisoned\",\"garbage\",\"free\",\"ok\"],"
		      "\"sections\":[[1,0,16,0,16,224],[2,1,16,0,0,239],[9,0,0,1,0,255]],"
		      "\"runs\":[[496,32,1],[528,1,0],[2559,1,2]],"
		      "\"marks\":{\"hwpoison-free\":[[260,1,3]],\"backing-used\":[[2304,1,4]]}}");
	assert_int_equal(from(&m, text, &back, &err), 0);
	assert_memory_equal(back.sections, counts, sizeof(counts));
	assert_int_equal(back.nr_runs, 3);
	assert_memory_equal(back.runs, runs, sizeof(runs));
	assert_int_equal(back.marks[PFS_MARK_BACKING_USED].r[0].start, 0x900);
	memcpy(back.count, s.count, sizeof(s.count));
	again = pfs_scan_to_json(&m, &back);
	assert_string_equal(again, text);
	free(text);
	free(again);
	pfs_arena_deinit(&m.arena);
}

/* What the scan of a distilled dump sees: all is left out but PFNs 0x1f0-0x21f. */
static struct pfs_run left[] = {
	{ 0x100, 0x1f0, PFS_ST_EXCLUDED }, { 0x1f0, 0x210, PFS_ST_POISONED },
	{ 0x210, 0x211, PFS_ST_EXCLUDED }, { 0x220, 0x300, PFS_ST_EXCLUDED },
	{ 0x900, 0xa00, PFS_ST_EXCLUDED },
};
static struct pfs_section_count left_counts[3];

static struct pfs_scan rest(void)
{
	struct pfs_scan s = { .sections = left_counts,
			      .runs = left,
			      .nr_runs = 5,
			      .pages = 0x300,
			      .complete = true };

	memset(left_counts, 0, sizeof(left_counts));
	left_counts[0].count[PFS_ST_EXCLUDED] = 0xf0;
	left_counts[0].count[PFS_ST_POISONED] = 0x10;
	left_counts[1].count[PFS_ST_POISONED] = 0x10;
	left_counts[1].count[PFS_ST_EXCLUDED] = 0xe1;
	left_counts[1].count[PFS_ST_OK] = 0x0f;
	left_counts[2].count[PFS_ST_EXCLUDED] = 0x100;
	s.count[PFS_ST_EXCLUDED] = 0xf0 + 0xe1 + 0x100;
	s.count[PFS_ST_POISONED] = 0x20;
	s.count[PFS_ST_OK] = 0x0f;
	return s;
}

static void adopted(void **state)
{
	struct pfs_scan s = rest(), w = whole();
	struct pfs_model m;
	struct pfs_err err;

	(void)state;
	model(&m);
	assert_int_equal(pfs_scan_adopt(&m, &s, &w, &err), 0);
	assert_memory_equal(s.count, w.count, sizeof(s.count));
	assert_ptr_equal(s.runs, runs);
	assert_int_equal(s.marks[PFS_MARK_HWPOISON_FREE].nr, 1);
	assert_int_equal(m.nr_limits, 1);
	/* All that were left out, but the one that the original lacks as well. */
	assert_int_equal(strtol(m.limits[0].why, NULL, 10), 0xf0 + 0xe0 + 0x100);
	pfs_arena_deinit(&m.arena);
}

/* One lie at a time. */
static void untrue(void **state)
{
	struct pfs_scan s, w;
	struct pfs_run lie[3], mark;
	struct pfs_model m;
	struct pfs_err err;
	int i;

	(void)state;
	model(&m);
	for (i = 0; i < 12; i++) {
		s = rest();
		w = whole();
		memcpy(lie, runs, sizeof(lie));
		w.runs = lie;
		mark = (struct pfs_run){ 0x104, 0x105, PFS_ST_FREE };
		w.marks[PFS_MARK_HWPOISON_FREE].r = &mark;
		switch (i) {
		case 0: /* a page more */
			counts[2].count[PFS_ST_OK]++;
			break;
		case 1: /* a bad page that no run has */
			counts[2].count[PFS_ST_OK]--;
			counts[2].count[PFS_ST_GARBAGE]++;
			break;
		case 2: /* a run outside every section */
			lie[2] = (struct pfs_run){ 0xa00, 0xa01, PFS_ST_GARBAGE };
			break;
		case 3: /* half outside */
			lie[2].end++;
			break;
		case 4: /* in the wrong order */
			lie[1] = runs[0];
			lie[0] = runs[1];
			break;
		case 5: /* poisoned pages, which are there, are said to be zero */
			lie[0].state = PFS_ST_ZERO;
			for (int k = 0; k < 2; k++) {
				counts[k].count[PFS_ST_ZERO] = 0x10;
				counts[k].count[PFS_ST_POISONED] = 0;
			}
			break;
		case 6: /* they are said to be sound */
			w.runs++;
			w.nr_runs--;
			for (int k = 0; k < 2; k++) {
				counts[k].count[PFS_ST_OK] += 0x10;
				counts[k].count[PFS_ST_POISONED] = 0;
			}
			break;
		case 7: /* sound ones, which are there, are said to be poisoned */
			lie[1] = (struct pfs_run){ 0x211, 0x212, PFS_ST_POISONED };
			counts[1].count[PFS_ST_POISONED]++;
			counts[1].count[PFS_ST_EXCLUDED]--;
			break;
		case 8: /* what was left out before is said to be known now: that may be */
			lie[1].state = PFS_ST_GARBAGE;
			counts[1].count[PFS_ST_GARBAGE]++;
			counts[1].count[PFS_ST_EXCLUDED]--;
			assert_int_equal(pfs_scan_adopt(&m, &s, &w, &err), 0);
			continue;
		case 9: /* a mark of a bad page */
			mark.state = PFS_ST_POISONED;
			break;
		case 10: /* a mark of no page */
			mark = (struct pfs_run){ 0x300, 0x301, PFS_ST_FREE };
			break;
		case 11:
			w.sections = NULL;
			break;
		}
		if (pfs_scan_adopt(&m, &s, &w, &err) != -EINVAL)
			fail_msg("lie %d believed", i);
		assert_int_equal(s.nr_runs, 5);
		assert_int_equal(s.count[PFS_ST_OK], 0x0f);
	}
	pfs_arena_deinit(&m.arena);
}

static void refused(void **state)
{
#define HEAD "{\"schema\":\"pfnscope/scan-note\",\"version\":1,"
#define STATES "\"states\":[\"poisoned\",\"ok\"],"
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"null",
		"{\"schema\":\"pfnscope/scan-note\"}",
		"{\"schema\":\"pfnscope/scan-note\",\"version\":2," STATES
		"\"sections\":[],\"runs\":[],\"marks\":{}}",
		HEAD "\"states\":[\"fine\"],\"sections\":[],\"runs\":[],\"marks\":{}}",
		HEAD "\"states\":[\"ok\",\"ok\"],\"sections\":[],\"runs\":[],\"marks\":{}}",
		HEAD "\"states\":[1],\"sections\":[],\"runs\":[],\"marks\":{}}",
		HEAD "\"states\":[],\"sections\":[],\"runs\":[[0,1,0]],\"marks\":{}}",
		HEAD "\"states\":[],\"sections\":[],\"runs\":[[0,1,-1]],\"marks\":{}}",
		HEAD STATES "\"sections\":{},\"runs\":[],\"marks\":{}}",
		HEAD STATES "\"sections\":[1],\"runs\":[],\"marks\":{}}",
		HEAD STATES "\"sections\":[[1,0]],\"runs\":[],\"marks\":{}}",
		HEAD STATES "\"sections\":[[1,0,0,0]],\"runs\":[],\"marks\":{}}",
		HEAD STATES "\"sections\":[[3,0,0]],\"runs\":[],\"marks\":{}}",
		HEAD STATES "\"sections\":[[-1,0,0]],\"runs\":[],\"marks\":{}}",
		HEAD STATES "\"sections\":[[1,257,0]],\"runs\":[],\"marks\":{}}",
		HEAD STATES "\"sections\":[[2,0,0],[1,0,0]],\"runs\":[],\"marks\":{}}",
		HEAD STATES "\"sections\":[[1,0,0],[1,0,0]],\"runs\":[],\"marks\":{}}",
		HEAD STATES "\"sections\":[],\"runs\":[[256,1,1]],\"marks\":{}}",
		HEAD STATES "\"sections\":[],\"runs\":[[256,1,2]],\"marks\":{}}",
		HEAD STATES "\"sections\":[],\"runs\":[[256,0,0]],\"marks\":{}}",
		HEAD STATES "\"sections\":[],\"runs\":[[256,3841,0]],\"marks\":{}}",
		HEAD STATES "\"sections\":[],\"runs\":[[4097,1,0]],\"marks\":{}}",
		HEAD STATES "\"sections\":[],\"runs\":[[256,9223372036854775807,0]],\"marks\":{}}",
		HEAD STATES "\"sections\":[],\"runs\":[[256,1,0,0]],\"marks\":{}}",
		HEAD STATES "\"sections\":[],\"runs\":[],\"marks\":[]}",
		HEAD STATES "\"sections\":[],\"runs\":[],\"marks\":{\"new\":[]}}",
		HEAD STATES "\"sections\":[],\"runs\":[],\"marks\":{\"hwpoison\":[[256,1,0]]}}",
		HEAD STATES "\"sections\":[],\"runs\":[]}",
	};
	struct pfs_scan s;
	struct pfs_model m;
	struct pfs_err err;
	char *text, old;
	size_t i, len;

	(void)state;
	model(&m);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (from(&m, bad[i], &s, &err) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
		assert_non_null(strstr(err.msg, "scan note"));
	}
	/* Every byte spoiled: refused, or read and then found true or not. */
	s = whole();
	text = pfs_scan_to_json(&m, &s);
	len = strlen(text);
	for (i = 0; i < len * 256; i++) {
		old = text[i / 256];
		text[i / 256] = (char)(i % 256);
		if (!pfs_scan_from_json(text, len, &m, &s, &err)) {
			struct pfs_scan r = rest();

			pfs_scan_adopt(&m, &r, &s, &err);
		}
		text[i / 256] = old;
	}
	free(text);
	pfs_arena_deinit(&m.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(adopted),
		cmocka_unit_test(untrue),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
