/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One analysis, from target to verdict: what the command line, the crash
 * extension and the drgn plugin drive, and what the reports read. The stages
 * run in the order of these functions; each stands on the ones before it.
 */
#ifndef PFS_SESSION_H
#define PFS_SESSION_H

#include "core/checks/finding.h"

struct pfs_session {
	struct pfs_target *target;     /* owned */
	struct pfs_lookup *lookups[4]; /* owned, best first */
	size_t nr_lookups;
	struct pfs_facts facts;
	struct pfs_mem mem;
	struct pfs_model model;
	struct pfs_panic panic;
	struct pfs_verdict verdict;
	struct pfs_findings findings;
	struct pfs_scan scan;
	struct pfs_arena arena; /* strings of facts */
	bool built, has_panic, has_verdict, has_scan;
};

/* What a distilled dump carries beside what every one does. */
struct pfs_distill_opts {
	bool full; /* the struct pages of all sections */
	bool log;  /* the records of the kernel log */
};

struct pfs_session_opts {
	const char *vmlinux, *system_map; /* NULL: none given */
	unsigned int jobs;		  /* 0: one per CPU */
	int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *arg;
};

/*
 * Takes the target over, also on failure. Resolves the facts and builds the
 * model. -EINVAL: vmlinux of another kernel, or facts missing; -EIO.
 */
int pfs_session_open(struct pfs_session *s, struct pfs_target *t, const struct pfs_session_opts *o,
		     struct pfs_err *err);
/* The model of what the target holds now, and what tells the states of its pages. */
int pfs_session_decode(struct pfs_session *s, struct pfs_model *m, struct pfs_err *err);
int pfs_session_diagnose(struct pfs_session *s, struct pfs_err *err); /* panic, verdict */
int pfs_session_scan(struct pfs_session *s, const struct pfs_session_opts *o,
		     struct pfs_err *err); /* scan, all findings */
/* The two halves of it: the second is for a scan that ended well, or by -EINTR. */
int pfs_session_scan_pages(struct pfs_session *s, const struct pfs_session_opts *o,
			   struct pfs_err *err);
int pfs_session_check_pages(struct pfs_session *s, struct pfs_err *err);
/*
 * Of a live target: findings that are not there when all is read again become
 * notes (session/live.c). pfs_session_scan() calls it.
 */
int pfs_session_confirm(struct pfs_session *s, const struct pfs_session_opts *o,
			struct pfs_err *err);
void pfs_session_close(struct pfs_session *s);

/*
 * Write what the analysis read to path, as a distilled dump (session/distill.c).
 * The session must have been opened on a record target and diagnosed, not
 * scanned; it is scanned afterwards. Without `full`, the struct pages of
 * abnormal pages and their neighbours are kept. Symbol and type tables and the
 * stack are never kept, the log only if it is asked for: what they gave is in
 * the facts and in the panic note.
 */
int pfs_session_distill(struct pfs_session *s, const struct pfs_session_opts *o,
			const struct pfs_distill_opts *d, const char *path, struct pfs_err *err);

#endif
