/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/origin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/order.h"
#include "bytes/record.h"
#include "facts/kernel.h"

#define NSEC_PER_SEC INT64_C(1000000000)
#define MAX_TIME ((int64_t)1 << 34)	/* seconds that a clock may show: to the year 2514 */
#define DRIFT 2000		/* of so many seconds, two clocks are one apart */
#define UTS_LEN 65		/* of each string of struct new_utsname */
#define MAX_UTS 512		/* bytes of init_uts_ns that its first strings are in */

static void get(const struct pfs_vmcoreinfo *v, const char *key, char *buf, size_t size)
{
	const char *s = pfs_vmcoreinfo_get(v, key);

	snprintf(buf, size, "%s", s ? s : "");
}

void pfs_origin_read(const struct pfs_target *t, struct pfs_origin *ret)
{
	struct pfs_vmcoreinfo v;
	struct pfs_arena a;
	struct pfs_err err;
	const char *time;

	*ret = (struct pfs_origin){ 0 };
	pfs_arena_init(&a);
	if (t->info.vmcoreinfo &&
	    !pfs_vmcoreinfo_parse(&a, t->info.vmcoreinfo, t->info.vmcoreinfo_len, &v, &err)) {
		get(&v, "OSRELEASE", ret->release, sizeof(ret->release));
		get(&v, "BUILD-ID", ret->build_id, sizeof(ret->build_id));
		time = pfs_vmcoreinfo_get(&v, "CRASHTIME");
		if (!time || sscanf(time, "%" SCNd64, &ret->time) != 1)
			ret->time = 0;
	}
	pfs_arena_deinit(&a);
}

/*
 * struct new_utsname: sysname, nodename, release, ... of UTS_LEN bytes each. What is
 * before it in struct uts_namespace differs by kernel: the release says where it is.
 */
void pfs_session_host(struct pfs_session *s, char ret[66])
{
	struct pfs_recorder *r = pfs_target_recorder(s->target);
	const char *release = s->facts.release;
	unsigned char uts[MAX_UTS];
	unsigned char *at = NULL;

	ret[0] = '\0';
	if (!release || !*release || !pfs_have(&s->facts, PFS_F_INIT_UTS_NS))
		return;
	if (r)
		pfs_recorder_pause(r);
	if (pfs_read_va(&s->mem, pfs_val(&s->facts, PFS_F_INIT_UTS_NS), uts, sizeof(uts), NULL) ==
	    PFS_REACH_OK)
		at = memmem(uts, sizeof(uts), release, strlen(release) + 1);
	if (r) {
		pfs_mem_forget(&s->mem);
		pfs_recorder_resume(r);
	}
	if (!at || at - uts < 2 * UTS_LEN || memcmp(at - 2 * UTS_LEN, "Linux", 6))
		return;
	/* What a kernel is built with, and calls itself until somebody gives it a name. */
	if (!strcmp((char *)at - UTS_LEN, "(none)"))
		return;
	memcpy(ret, at - UTS_LEN, UTS_LEN);
	ret[UTS_LEN] = '\0';
}

/* 64 bits that are `skip` bytes into a member. */
static bool read_s64(struct pfs_session *s, uint64_t at, enum pfs_fact_id f, uint64_t skip,
		     int64_t *ret)
{
	unsigned char buf[8];

	if (!pfs_have(&s->facts, f) ||
	    pfs_read_va(&s->mem, at + pfs_val(&s->facts, f) + skip, buf, sizeof(buf), NULL))
		return false;
	*ret = (int64_t)pfs_le64(buf);
	return true;
}

/* Seconds since 1970 and since boot. */
struct clock {
	int64_t real, mono;
};

/*
 * Is there a struct timekeeper at that address? Its two clocks have to agree with each
 * other: tk_update_ktime_data() carries the nanoseconds over, and both parts of a struct
 * timespec are of 64 bits. One that was being updated may be a second off. Where ktime_sec
 * is not there (before v3.19), it is the log that tells how long the machine had been up.
 */
static bool read_clock(struct pfs_session *s, uint64_t at, struct clock *ret)
{
	const struct pfs_model *m = &s->model;
	uint64_t logged = m->nr_log ? m->log[m->nr_log - 1].ts_nsec / NSEC_PER_SEC : 0;
	int64_t sec, nsec, mono, ktime;

	if (!read_s64(s, at, PFS_F_TK_XTIME_SEC, 0, &ret->real) ||
	    !read_s64(s, at, PFS_F_TK_WTM, 0, &sec) || !read_s64(s, at, PFS_F_TK_WTM, 8, &nsec) ||
	    ret->real <= 0 || ret->real > MAX_TIME || sec > 0 || sec < -MAX_TIME || nsec < 0 ||
	    nsec >= NSEC_PER_SEC)
		return false;
	ret->mono = mono = ret->real + sec;
	if (mono < 0)
		return false;
	if (read_s64(s, at, PFS_F_TK_KTIME_SEC, 0, &ktime))
		return ktime >= mono - 1 && ktime <= mono + 2;
	return logged && mono >= (int64_t)(logged - logged / DRIFT) - 2;
}

/* Before v6.13 the type of tk_core has no name: a sequence count, then the timekeeper. */
static bool find_clock(struct pfs_session *s, struct clock *ret)
{
	enum pfs_fact_id of = pfs_have(&s->facts, PFS_F_TK_DATA) ? PFS_F_TK_DATA : PFS_F_TK_CORE;
	uint64_t at, off;

	if (pfs_have(&s->facts, PFS_F_TIMEKEEPER) && !pfs_have(&s->facts, of))
		return read_clock(s, pfs_val(&s->facts, PFS_F_TIMEKEEPER), ret);
	if (!pfs_have(&s->facts, of))
		return false;
	at = pfs_val(&s->facts, of);
	if (pfs_have(&s->facts, PFS_F_TKD_TIMEKEEPER))
		return read_clock(s, at + pfs_val(&s->facts, PFS_F_TKD_TIMEKEEPER), ret);
	for (off = 8; off <= 64; off += 8)
		if (read_clock(s, at + off, ret))
			return true;
	return false;
}

/* The time stamp of the panic's message; -1: not known. */
static int64_t panic_stamp(const struct pfs_session *s)
{
	const struct pfs_model *m = &s->model;
	size_t i;

	for (i = m->nr_log; s->has_panic && s->panic.message && i-- > 0;)
		if (m->log[i].text == s->panic.message && m->log[i].ts_nsec)
			return (int64_t)(m->log[i].ts_nsec / NSEC_PER_SEC);
	return -1;
}

/*
 * The clock is that of the last tick, and panic() lets it tick on: who dumps the machine
 * an hour later, as one can from outside, finds it an hour later. The stamps of the log
 * are of another counter, which is not slewed, by 500 ppm at most: beyond that, the
 * message is the time.
 */
int64_t pfs_session_time(struct pfs_session *s)
{
	struct pfs_recorder *r = pfs_target_recorder(s->target);
	int64_t stamp = panic_stamp(s);
	struct clock c;
	bool found;

	if (r)
		pfs_recorder_pause(r);
	found = find_clock(s, &c);
	if (r) {
		pfs_mem_forget(&s->mem);
		pfs_recorder_resume(r);
	}
	if (!found)
		return 0;
	return stamp >= 0 && c.mono - stamp > stamp / DRIFT + 2 ? c.real - c.mono + stamp : c.real;
}
