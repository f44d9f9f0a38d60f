/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The progress line on stderr. It is shown on a terminal only, after the first
 * second, changes at most ten times a second, and is erased when the work is
 * done.
 */
#ifndef PFS_VERBS_PROGRESS_H
#define PFS_VERBS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct pfs_progress {
	bool enabled;
	bool shown;
	uint64_t begin, last; /* milliseconds of the monotonic clock */
};

void pfs_progress_init(struct pfs_progress *p, bool enabled);
void pfs_progress_update(struct pfs_progress *p, const char *what, uint64_t done, uint64_t total);
void pfs_progress_clear(struct pfs_progress *p);

#endif
