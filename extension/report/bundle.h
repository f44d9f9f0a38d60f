/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of files for a ticket, in a folder or in a tar archive (POSIX ustar).
 * The same contents give the same bytes: times, owners and modes are fixed.
 * MANIFEST lists all files, in the format of sha256sum(1).
 */
#ifndef PFS_REPORT_BUNDLE_H
#define PFS_REPORT_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <pfnscope/err.h>

#include "base/output.h"

#define PFS_BUNDLE_FILES 8

struct pfs_bundle {
	const char *path;      /* of the folder, or of the archive */
	FILE *tar;	       /* NULL: a folder */
	struct pfs_output out; /* the archive */
	char *folder;	       /* where the files are until all are complete */
	bool fresh;	       /* folder: there is none at path yet */
	const char *staged;    /* the member that somebody else is writing, */
	int staged_fd;	       /* here; -1: none */
	struct pfs_bundle_file {
		const char *name;
		uint64_t bytes;
		char sha256[65];
	} file[PFS_BUNDLE_FILES];
	size_t nr;
};

/*
 * Start a bundle, which may have the nr members of these names. A folder that is
 * there already keeps its other files. Those members of it that are there must be
 * of a bundle: its MANIFEST lists them. in: as pfs_output_check() has it.
 */
int pfs_bundle_open(struct pfs_bundle *b, const char *path, bool tar, const char *const *names,
		    size_t nr, const struct pfs_inputs *in, struct pfs_err *err);
/* name must outlive the bundle. */
int pfs_bundle_add(struct pfs_bundle *b, const char *name, const void *data, size_t len,
		   struct pfs_err *err);
/*
 * For a member that some other function writes: pfs_bundle_stage() returns a
 * descriptor to write to, which stays the bundle's, or -errno;
 * pfs_bundle_add_staged() then adds what was written.
 */
int pfs_bundle_stage(struct pfs_bundle *b, const char *name, struct pfs_err *err);
int pfs_bundle_add_staged(struct pfs_bundle *b, struct pfs_err *err);
/* Write MANIFEST, and put all of it in its place. */
int pfs_bundle_finish(struct pfs_bundle *b, struct pfs_err *err);
/* Call this at the end, also after a failure, of which nothing is left. */
void pfs_bundle_close(struct pfs_bundle *b);

#endif
