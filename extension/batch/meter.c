/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it goes: on a terminal one line that is written over, elsewhere a line now
 * and then, for a log.
 */
#include <stdio.h>
#include <unistd.h>

#include "batch/batch.h"

#define INTERVAL 0.2
#define INTERVAL_LOG 10.0

double pfs_batch_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void pfs_batch_meter_init(struct pfs_batch_meter *m, bool enabled)
{
	double now = pfs_batch_now();

	*m = (struct pfs_batch_meter){
		.enabled = enabled,
		.terminal = isatty(STDERR_FILENO),
		.begin = now,
		.last = now,
	};
}

/* By bytes: dumps differ in size more than in anything else. */
static void eta(const struct pfs_batch_meter *m, double elapsed, char buf[32])
{
	double left;

	if (!m->done || !m->bytes_done) {
		snprintf(buf, 32, "?");
		return;
	}
	left = elapsed * (double)(m->bytes_total - m->bytes_done) / (double)m->bytes_done;
	if (left >= 360000)
		snprintf(buf, 32, "%.0f days", left / 86400);
	else
		snprintf(buf, 32, "%u:%02u:%02u", (unsigned int)left / 3600,
			 (unsigned int)left / 60 % 60, (unsigned int)left % 60);
}

void pfs_batch_meter_show(struct pfs_batch_meter *m, bool now)
{
	double at = pfs_batch_now(), elapsed = at - m->begin;
	char left[32];

	if (!m->enabled || (!now && at - m->last < (m->terminal ? INTERVAL : INTERVAL_LOG)))
		return;
	m->last = at;
	eta(m, elapsed, left);
	fprintf(stderr, "%s%zu of %zu dumps done, %zu failed, %.1f/s, ETA %s%s",
		m->terminal ? "\r" : "pfnscope: ", m->before + m->done, m->before + m->total,
		m->failed, elapsed > 0 ? (double)m->done / elapsed : 0.0, left,
		m->terminal ? "\033[K" : "\n");
	fflush(stderr);
	m->shown = true;
}

void pfs_batch_meter_clear(struct pfs_batch_meter *m)
{
	if (!m->shown || !m->terminal)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	m->shown = false;
}
