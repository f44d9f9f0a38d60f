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

#define PFS_BUNDLE_FILES 8

struct pfs_bundle {
	const char *path; /* of the folder, or of the archive */
	FILE *tar;	  /* NULL: a folder */
	char *tmp;	  /* the archive's name until it is complete */
	char *staged;	  /* a member that was written beside the archive */
	struct pfs_bundle_file {
		const char *name;
		uint64_t bytes;
		char sha256[65];
	} file[PFS_BUNDLE_FILES];
	size_t nr;
};

/* Start a bundle. If the folder exists already, files in it are replaced. */
int pfs_bundle_open(struct pfs_bundle *b, const char *path, bool tar, struct pfs_err *err);
/* name must outlive the bundle. */
int pfs_bundle_add(struct pfs_bundle *b, const char *name, const void *data, size_t len,
		   struct pfs_err *err);
/*
 * For a member that some other function writes: pfs_bundle_stage() returns the
 * path to write to, which the caller frees (NULL when out of memory), and
 * pfs_bundle_add_staged() then adds the file.
 */
char *pfs_bundle_stage(struct pfs_bundle *b, const char *name);
int pfs_bundle_add_staged(struct pfs_bundle *b, const char *name, struct pfs_err *err);
/* Write MANIFEST and end the archive. */
int pfs_bundle_finish(struct pfs_bundle *b, struct pfs_err *err);
/*
 * Call this at the end, also after a failure. An unfinished archive is removed;
 * files in a folder stay.
 */
void pfs_bundle_close(struct pfs_bundle *b);

#endif
