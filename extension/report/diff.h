/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares two analyses of one machine. Both sides are JSON as the command
 * writes it: a report or a view from a file, or all documents of a dump.
 * Addresses are not compared, because they differ from boot to boot; nor is it
 * compared which pages are free and which in use.
 */
#ifndef PFS_REPORT_DIFF_H
#define PFS_REPORT_DIFF_H

#include "report/report.h"

struct pfs_diff_side {
	const char *path;
	const char *kind; /* "dump", or the schema of the document */
	json_t *docs[3];  /* owned */
	size_t nr_docs;
};

/* Does the file begin like JSON? -errno of open(2) or read(2). */
int pfs_diff_is_json(const char *path, bool *ret, struct pfs_err *err);
/* Load one document from a file. -EINVAL: it is none of ours. */
int pfs_diff_load(const char *path, struct pfs_diff_side *ret, struct pfs_err *err);
/* Make all documents of a session that was diagnosed and scanned; -ENOMEM. */
int pfs_diff_from(const struct pfs_session *s, const char *path, struct pfs_diff_side *ret,
		  struct pfs_err *err);
void pfs_diff_side_deinit(struct pfs_diff_side *s);

/*
 * Return the differences as a document of the schema pfnscope/diff, and whether
 * there are any. -EINVAL: a side is malformed, or the two are not of one
 * machine; -ENOMEM.
 */
int pfs_diff(const struct pfs_diff_side *a, const struct pfs_diff_side *b, json_t **ret_doc,
	     bool *ret_differ, struct pfs_err *err);
void pfs_text_diff(struct pfs_out *o, const json_t *doc);

#endif
