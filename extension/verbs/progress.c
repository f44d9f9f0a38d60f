/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verbs/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DELAY_MS 1000
#define INTERVAL_MS 100

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void pfs_progress_init(struct pfs_progress *p, bool enabled)
{
	*p = (struct pfs_progress){ .enabled = enabled, .begin = now_ms() };
}

void pfs_progress_update(struct pfs_progress *p, const char *what, uint64_t done, uint64_t total)
{
	static const char bar[] = "####################";
	unsigned int percent, cells;
	uint64_t now;

	if (!p->enabled || !total)
		return;
	now = now_ms();
	if (now - p->begin < DELAY_MS || (p->shown && now - p->last < INTERVAL_MS))
		return;
	if (done > total)
		done = total;
	percent = (unsigned int)((double)done / (double)total * 100);
	cells = percent / 5;
	fprintf(stderr, "\r%-28.28s [%.*s%*s] %3u %%\033[K", what, (int)cells, bar,
		(int)(sizeof(bar) - 1 - cells), "", percent);
	fflush(stderr);
	p->shown = true;
	p->last = now;
}

void pfs_progress_clear(struct pfs_progress *p)
{
	if (!p->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->shown = false;
}
