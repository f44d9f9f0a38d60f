/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -v and --timings: what is tried, how long each stage took and what it read, on stderr. */
#ifndef PFS_CLI_TIMINGS_H
#define PFS_CLI_TIMINGS_H

#include "session/session.h"
#include "verbs/progress.h"

struct pfs_timings {
	bool verbose;
	struct pfs_progress *progress; /* makes way for a line */
	double began, at;	       /* the command; the stage that runs */
	const struct pfs_io *io;       /* of the dump; NULL: not opened, or nobody counts */
	struct pfs_io read;	       /* until the stage that runs began */
	size_t nr;
	struct pfs_timing {
		const char *name;
		double seconds;
		struct pfs_io io;
	} stage[16]; /* in the order in which they began last */
};

void pfs_timings_init(struct pfs_timings *t, bool verbose, struct pfs_progress *progress);
/* The stage of pfs_session_opts: arg is a struct pfs_timings. NULL: the last one is done. */
void pfs_timings_begin(void *arg, const char *name);
/* The dump is about to be closed: what was read of it so far is all. */
void pfs_timings_closing(struct pfs_timings *t);
/* Say something of the stage that runs, where -v wants to know. */
void pfs_timings_say(struct pfs_timings *t, const char *fmt, ...) PFS_PRINTF(2, 3);
/* From where the facts of the session are. */
void pfs_timings_facts(struct pfs_timings *t, const struct pfs_session *s);
/* One line of JSON. */
void pfs_timings_json(const struct pfs_timings *t);

#endif
