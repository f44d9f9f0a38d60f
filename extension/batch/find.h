/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that may be dumps; files find.c, scout.c and dumps.c only. */
#ifndef PFS_BATCH_FIND_H
#define PFS_BATCH_FIND_H

#include <sys/stat.h>

#include "batch/batch.h"
#include "bytes/probe.h"

struct pfs_batch_file {
	char *path; /* absolute, owned */
	struct stat st;
	bool named;	  /* by the user: a dump, whatever is in it */
	bool unreadable;  /* the look at it did not end in time, or crashed */
	int scout_status; /* as in struct pfs_batch_dump */
	double looked;
	struct pfs_probe probe;
};

/* -ENOMEM alone is a failure; what cannot be looked at is said and counted. */
int pfs_batch_walk(const struct pfs_batch_opts *o, struct pfs_batch_found *ret,
		   struct pfs_err *err);
/* The regular files of one folder, that are not in the list yet. */
int pfs_batch_walk_siblings(const char *folder, struct pfs_batch_found *ret, struct pfs_err *err);

/*
 * Look into files [from, nr_files), in another process, which may hang on one of
 * them, or die.
 */
int pfs_batch_scout(const struct pfs_batch_opts *o, struct pfs_batch_found *f, size_t from,
		    struct pfs_err *err);

/* Split sets put together, and ids. */
int pfs_batch_assemble(const struct pfs_batch_opts *o, struct pfs_batch_found *f,
		       struct pfs_err *err);

/* Length of the folder's name in a path, without the slash. */
size_t pfs_batch_folder_len(const char *path);

#endif
