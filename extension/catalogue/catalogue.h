/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What batch found on one machine or on many, in an SQLite file. A dump is known by
 * the id of its row, its size and its time; to bring in the same rows again changes
 * nothing.
 */
#ifndef PFS_CATALOGUE_H
#define PFS_CATALOGUE_H

#include "report/report.h"

struct sqlite3;

struct pfs_catalogue {
	struct sqlite3 *db;
	const char *path;
};

/*
 * A file of an older schema is brought up to date, one of a newer is refused.
 * create: make it where there is none. -ENOENT; -EINVAL: another kind of file.
 */
int pfs_catalogue_open(const char *path, bool create, struct pfs_catalogue *ret,
		       struct pfs_err *err);
void pfs_catalogue_close(struct pfs_catalogue *c);

struct pfs_catalogue_counts {
	uint64_t rows;	  /* read */
	uint64_t added;	  /* dumps that were not there */
	uint64_t dropped; /* dumps that have changed since their row was written */
	uint64_t bad;	  /* lines that are no rows; said on stderr */
};

/* The results.jsonl that path is, or that is in the folder path; NULL: out of memory. */
char *pfs_catalogue_results(const char *path);

/* Of what pfs_catalogue_results() says, all, or nothing. */
int pfs_catalogue_import(struct pfs_catalogue *c, const char *path,
			 struct pfs_catalogue_counts *counts, struct pfs_err *err);

/*
 * Documents for --json, and what the text is made of. by: see pfs_catalogue_groups()
 * -EINVAL, NULL: "signature". show: a path or an id; -ENOENT.
 */
int pfs_catalogue_list(struct pfs_catalogue *c, json_t **ret, struct pfs_err *err);
int pfs_catalogue_show(struct pfs_catalogue *c, const char *what, json_t **ret,
		       struct pfs_err *err);
int pfs_catalogue_groups(struct pfs_catalogue *c, const char *by, json_t **ret,
			 struct pfs_err *err);

void pfs_text_catalogue_list(struct pfs_out *o, const json_t *doc);
void pfs_text_catalogue_show(struct pfs_out *o, const json_t *doc);
void pfs_text_catalogue_groups(struct pfs_out *o, const json_t *doc);

/* DIR/index.html, and in DIR/reports a copy of every report.html that is there. */
int pfs_catalogue_html(struct pfs_catalogue *c, const char *dir, bool force, struct pfs_err *err);

#endif
