/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One analysis, from target to verdict. The command line, the crash extension
 * and the drgn plugin drive it, and the reports read it. The stages run in the
 * order of these functions, and each needs those before it.
 */
#ifndef PFS_SESSION_H
#define PFS_SESSION_H

#include "base/output.h"
#include "base/store.h"
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
	void (*stage)(void *arg, const char *name); /* as in the options that opened it */
	void *stage_arg;
};

/* What a distilled dump carries in addition to what each of them does. */
struct pfs_distill_opts {
	bool full; /* the struct pages of all sections */
	bool log;  /* the records of the kernel log */
};

struct pfs_session_opts {
	const char *vmlinux, *system_map; /* NULL: none given */
	const struct pfs_store *store;	  /* of what earlier dumps told; NULL: none is kept */
	const struct pfs_inputs *inputs;  /* what no output may replace; NULL: not known */
	bool log_will_do;  /* where no section can be read, diagnose what the log tells */
	unsigned int jobs; /* 0: one per CPU */
	int (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *arg;
	/* A stage begins, and what was before it is done; NULL: nobody asks. */
	void (*stage)(void *arg, const char *name);
	void *stage_arg;
};

/*
 * Resolve the facts and build the model. Takes t over, also on failure.
 * -EINVAL: the vmlinux is that of another kernel, or facts are missing; -EIO.
 * With o->log_will_do a panic in the log is enough: the session can be diagnosed then, and
 * nothing else, and model.lost says why.
 */
int pfs_session_open(struct pfs_session *s, struct pfs_target *t, const struct pfs_session_opts *o,
		     struct pfs_err *err);
/* Build the model of what the target holds now, and set up what classifies its pages. */
int pfs_session_decode(struct pfs_session *s, struct pfs_model *m, struct pfs_err *err);
int pfs_session_diagnose(struct pfs_session *s, struct pfs_err *err); /* panic, verdict */
/* The same by the panic that was found, where the log is all there is. */
int pfs_session_diagnose_log(struct pfs_session *s, struct pfs_err *err);
int pfs_session_scan(struct pfs_session *s, const struct pfs_session_opts *o,
		     struct pfs_err *err); /* scan, all findings */
/*
 * The two halves of pfs_session_scan(). The second one may be called after a
 * scan that succeeded or was stopped with -EINTR.
 */
int pfs_session_scan_pages(struct pfs_session *s, const struct pfs_session_opts *o,
			   struct pfs_err *err);
int pfs_session_check_pages(struct pfs_session *s, struct pfs_err *err);
/*
 * For a live target: read everything again, and turn findings that are gone
 * then into notes (session/live.c). pfs_session_scan() calls it.
 */
int pfs_session_confirm(struct pfs_session *s, const struct pfs_session_opts *o,
			struct pfs_err *err);
/*
 * The dump for the library of a debugger, with the registers of its panic. It is
 * valid until the session is closed.
 */
int pfs_session_core(struct pfs_session *s, struct pfs_core *ret, struct pfs_err *err);
/* Keep what was learned of the kernel, while the dump is open; pfs_session_close() does. */
void pfs_session_keep(struct pfs_session *s);
void pfs_session_close(struct pfs_session *s);

/*
 * Write what the analysis read to fd, an empty file, as a distilled dump
 * (session/distill.c). The session must have been opened on a record target and
 * diagnosed, but not scanned; it is scanned afterwards. Without `full`, only
 * the struct pages of abnormal pages and their neighbours are kept. Symbol
 * tables, type tables and the stack are never kept, and the log only if `log`
 * is set: what they yielded is in the facts and in the panic note.
 */
int pfs_session_distill(struct pfs_session *s, const struct pfs_session_opts *o,
			const struct pfs_distill_opts *d, int fd, struct pfs_err *err);

#endif
