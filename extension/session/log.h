/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log without a dump: a session for each boot in it. Nothing is known of memory, and
 * the stages that need it are left out; what reads the log and the panic is the same.
 */
#ifndef PFS_SESSION_LOG_H
#define PFS_SESSION_LOG_H

#include "bytes/log.h"
#include "session/session.h"

struct pfs_log_session {
	struct pfs_session s; /* has_panic and has_verdict */
	struct pfs_events events;
	const char
		*memmap_from; /* the line or registers that tell where the memmap is; NULL: none */
	const char *host;     /* NULL: not known */
};

struct pfs_log {
	struct pfs_text text;
	struct pfs_arena arena;
	struct pfs_log_session **boots; /* oldest first */
	size_t nr;
	size_t first;  /* boots before these are left out */
	size_t chosen; /* the last boot that died, else that has an event, else the last */
	size_t lines;
};

/*
 * Read a log ("-": standard input) and find the verdict of each boot. -EINVAL: there is
 * no line of a kernel in it, or it is a dump; -ENOMEM; errors of open(2) and read(2).
 */
int pfs_log_open(const char *path, struct pfs_log *ret, struct pfs_err *err);
void pfs_log_close(struct pfs_log *l);

/* The session that speaks for the whole log. */
static inline const struct pfs_log_session *pfs_log_chosen(const struct pfs_log *l)
{
	return l->boots[l->chosen];
}

#endif
