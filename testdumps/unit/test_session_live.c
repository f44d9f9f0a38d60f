/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A live target: the memory of a sound machine (a distilled dump), in which some
 * struct pages are 0xfd for a while, or for good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/report.h"
#include "session/session.h"

#define DUMP "testdumps/debian-6.1/debian-6.1.kdump"
#define FIRST 0x5000u		/* PFNs of RAM in one section */
#define LAST 0x5003u

struct moving {
	struct pfs_target t;
	struct pfs_target *lower;
	uint64_t start, end; /* physical, of the struct pages */
	unsigned int left;   /* reads of them that are bad yet */
	unsigned int bad;
};

static enum pfs_presence moving_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				     size_t *ret_len)
{
	struct moving *m = (struct moving *)t;
	enum pfs_presence p = pfs_target_read(m->lower, pa, buf, len, ret_len);
	uint64_t at = pa > m->start ? pa : m->start;

	if (m->left && at < m->end && at < pa + *ret_len) {
		uint64_t end = pa + *ret_len < m->end ? pa + *ret_len : m->end;

		memset((char *)buf + (at - pa), 0xfd, end - at);
		m->left--;
		m->bad++;
	}
	return p;
}

static enum pfs_presence moving_presence(struct pfs_target *t, uint64_t pa, uint64_t *ret_end)
{
	struct moving *m = (struct moving *)t;

	return m->lower->ops->presence(m->lower, pa, ret_end);
}

static void moving_free(struct pfs_target *t)
{
	pfs_target_free(((struct moving *)t)->lower);
}

static struct pfs_session s;
static struct moving m;
static const struct pfs_session_opts opts = { .jobs = 1 };
static struct pfs_err err;

/* The first `bad` reads of [start, end) are bad. */
static int open_session(uint64_t start, uint64_t end, unsigned int bad, bool live)
{
	static const struct pfs_target_ops ops = {
		.name = "moving",
		.read = moving_read,
		.presence = moving_presence,
		.free = moving_free,
	};
	const char *paths[] = { DUMP };

	memset(&m, 0, sizeof(m));
	if (pfs_target_open_kdump(paths, 1, NULL, NULL, &m.lower, &err))
		fail_msg("%s", err.msg);
	m.t.ops = &ops;
	m.t.info = m.lower->info;
	m.t.info.live = live;
	m.start = start;
	m.end = end;
	m.left = bad;
	return pfs_session_open(&s, &m.t, &opts, &err);
}

/* A scan during which the first `bad` reads of the pages are bad. */
static void scan(unsigned int bad, bool live)
{
	struct pfs_walk w;

	if (open_session(0, 0, 0, live))
		fail_msg("%s", err.msg);
	pfs_walk_va(&s.mem, pfs_pfn_to_page(&s.model, FIRST), &w);
	assert_true(w.mapped);
	m.start = w.pa;
	m.end = w.pa + (LAST - FIRST + 1) * s.model.layout.struct_page;
	m.left = bad;
	if (pfs_session_scan(&s, &opts, &err))
		fail_msg("%s", err.msg);
	assert_true(!bad || m.bad);
}

static const struct pfs_finding *the_finding(void)
{
	assert_int_equal(s.findings.nr, 1);
	assert_string_equal(s.findings.f[0].problem->code, "memmap-depopulated");
	assert_int_equal(s.findings.f[0].start, FIRST);
	assert_int_equal(s.findings.f[0].end, LAST + 1);
	return &s.findings.f[0];
}

static bool has_limit(const char *what)
{
	size_t i;

	for (i = 0; i < s.model.nr_limits; i++)
		if (!strcmp(s.model.limits[i].what, what))
			return true;
	return false;
}

static void at_rest(void **unused)
{
	(void)unused;
	scan(0, true);
	assert_int_equal(s.findings.nr, 0);
	assert_true(has_limit("time"));
	pfs_session_close(&s);
	scan(0, false);
	assert_int_equal(s.findings.nr, 0);
	assert_false(has_limit("time"));
	pfs_session_close(&s);
}

static void for_a_while(void **unused)
{
	const struct pfs_finding *f;

	(void)unused;
	scan(1, true);
	f = the_finding();
	assert_int_equal(f->severity, PFS_SEV_NOTE);
	assert_int_equal(f->confidence, PFS_CONF_LOW);
	assert_non_null(
		strstr(f->evidence.line[f->evidence.nr - 1], "gone when memory was read again"));
	assert_false(pfs_has_problems(&s.findings));
	pfs_session_close(&s);
	/* A dump holds still: what it has is what was. */
	scan(1, false);
	assert_true(the_finding()->severity > PFS_SEV_NOTE);
	pfs_session_close(&s);
}

static void for_good(void **unused)
{
	const struct pfs_finding *f;

	(void)unused;
	scan(1000000, true);
	f = the_finding();
	assert_true(f->severity > PFS_SEV_NOTE);
	assert_int_equal(f->confidence, PFS_CONF_HIGH);
	pfs_session_close(&s);
}

/* The section table is being changed, once; or it is broken. */
static void table_in_use(void **unused)
{
	struct pfs_walk w;

	(void)unused;
	if (open_session(0, 0, 0, true))
		fail_msg("%s", err.msg);
	pfs_walk_va(&s.mem, pfs_val(&s.facts, PFS_F_MEM_SECTION), &w);
	assert_true(w.mapped);
	pfs_session_close(&s);
	assert_int_equal(open_session(w.pa, w.pa + 4096, 1, true), 0);
	assert_true(m.bad && s.model.nr_sections);
	pfs_session_close(&s);
	assert_true(open_session(w.pa, w.pa + 4096, 1, false) < 0);
	assert_true(open_session(w.pa, w.pa + 4096, 1000000, true) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_rest),
		cmocka_unit_test(for_a_while),
		cmocka_unit_test(for_good),
		cmocka_unit_test(table_in_use),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
