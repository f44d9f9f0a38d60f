/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many dumps: find them, give each a process of its own, write a line about each.
 * What is done with a dump is the caller's; here is all that must go on when it
 * crashes, hangs or eats the memory.
 *
 *	OUT/results.jsonl	a row (include/pfnscope/batch.schema.json) a line
 *	OUT/reports/ID/		the attachments of the dump with that id
 */
#ifndef PFS_BATCH_H
#define PFS_BATCH_H

#include <sys/resource.h>
#include <time.h>

#include "report/report.h"

/* One dump: a file, or the files of a split one; or a log that stands for one. */
struct pfs_batch_dump {
	const char **files; /* absolute, by their pages; owned, the strings are not */
	size_t nr_files;
	uint64_t bytes;		  /* of all */
	struct timespec modified; /* the latest */
	char id[17];		  /* of the path, or of the folder and the set, in hex */
	bool log;		  /* a kernel log, without a dump */
	bool named;		  /* by the user */
	bool unreadable;	  /* could not be looked at: */
	int scout_status;	  /* who looked ended so, as of wait4(2); 0: not in time */
	double looked;		  /* after so many seconds */
};

struct pfs_batch_opts {
	char *const *paths; /* files, and folders to search */
	size_t nr_paths;
	const char *from; /* a file with more of them, one a line; NULL: none */
	const char *out;
	unsigned int jobs;    /* workers at a time; 0: one a CPU */
	unsigned int timeout; /* seconds that a dump may take; 0: no limit */
	uint64_t memory;      /* bytes of address space of a worker; 0: no limit */
	bool again;	      /* do anew what failed */
	bool progress;
	/*
	 * In the worker: a new object with what there is to say of the dump, or
	 * NULL when out of memory. threads: what a CPU each would be.
	 */
	json_t *(*analyse)(void *arg, const struct pfs_batch_dump *d, unsigned int threads);
	/* In a process that looks at files, before the first of them. */
	int (*confine)(void *arg, struct pfs_err *err);
	void *arg;
};

/* Files that are to be looked at, and what was found (find.c, scout.c, dumps.c). */
struct pfs_batch_file;

struct pfs_batch_found {
	struct pfs_batch_file *files;
	size_t nr_files, cap_files;
	struct pfs_batch_dump *dumps; /* by path */
	size_t nr_dumps, cap_dumps;
	size_t others;	/* files that are no dumps */
	size_t skipped; /* what is left out; said on stderr */
};

/*
 * All dumps below o->paths and o->from, by content. Symbolic links are followed
 * where they are named, not where they are found. o->out is left out, and so is a
 * folder of attachments that is found: its distilled dump is of another one.
 */
int pfs_batch_find(const struct pfs_batch_opts *o, struct pfs_batch_found *ret,
		   struct pfs_err *err);
void pfs_batch_found_deinit(struct pfs_batch_found *f);
/* Say that something is left out, and why, and count it. */
void pfs_batch_skip(struct pfs_batch_found *f, const char *path, const char *why);

/* The rows of a folder, locked for us until it is closed (results.c). */
struct pfs_batch_results {
	const char *out;
	int fd;
	json_t *rows;	 /* by id, the last of each */
	uint64_t end;	 /* of the last whole line */
	uint64_t synced; /* monotonic seconds */
};

int pfs_batch_results_open(const char *out, struct pfs_batch_results *ret, struct pfs_err *err);
/* Takes row over. A line is written by one write(), or taken back. */
int pfs_batch_results_add(struct pfs_batch_results *r, json_t *row, struct pfs_err *err);
/* 0, or what the disk says of it. */
int pfs_batch_results_close(struct pfs_batch_results *r, struct pfs_err *err);

/* What is known of the dump without looking into it; NULL: out of memory (row.c). */
json_t *pfs_batch_row(const struct pfs_batch_dump *d);
/* Was this very dump done before? again: and did that come to an end? */
bool pfs_batch_row_is_of(const json_t *row, const struct pfs_batch_dump *d, bool again);
/*
 * Is this, of a log, the row of a crash that has one already, of the dump beside it in
 * its folder, or of another log of it? Or of a log that was found, in which nothing
 * happened? Then it is left out (same.c).
 */
bool pfs_batch_row_is_idle(const struct pfs_batch_results *results, const struct pfs_batch_dump *d,
			   const json_t *row);
/*
 * What became of the worker: status as of wait4(2), doc what it left, taken over,
 * NULL: nothing.
 */
json_t *pfs_batch_row_finish(const struct pfs_batch_dump *d, json_t *doc, int status,
			     bool timed_out, double wall, const struct rusage *ru);

/*
 * Do all dumps that have no row, and then all logs. *ret_signal: what ended it early, 0: nothing
 * did. (pool.c)
 */
int pfs_batch_run(const struct pfs_batch_opts *o, const struct pfs_batch_found *found,
		  struct pfs_batch_results *results, int *ret_signal, struct pfs_err *err);

/* All rows by signature; a new document (summary.c). */
json_t *pfs_batch_summary(const struct pfs_batch_results *results,
			  const struct pfs_batch_found *found);
void pfs_text_batch(struct pfs_out *o, const json_t *summary);
/*
 * The exit status of the command, of the dumps that were found now: 1 where one
 * shows a problem, else 3 where of one nothing is known, else 0.
 */
int pfs_batch_status(const struct pfs_batch_results *results, const struct pfs_batch_found *found);

/* The line about how it goes, on stderr (meter.c). */
struct pfs_batch_meter {
	bool enabled, terminal, shown;
	double begin, last;
	size_t total, done, failed, before; /* before: done by an earlier run */
	uint64_t bytes_total, bytes_done;
};

void pfs_batch_meter_init(struct pfs_batch_meter *m, bool enabled);
void pfs_batch_meter_show(struct pfs_batch_meter *m, bool now);
void pfs_batch_meter_clear(struct pfs_batch_meter *m);

/* Seconds of the monotonic clock. */
double pfs_batch_now(void);

#endif
