/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells which of the files on the command line are dumps, and which one is the vmlinux. */
#ifndef PFS_VERBS_FILES_H
#define PFS_VERBS_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include <pfnscope/err.h>

#include "session/origin.h"
#include "session/packed_vmlinux.h"

struct pfs_files {
	const char **dumps; /* owned; the strings are the caller's, or in `own` */
	size_t nr_dumps;
	char **own; /* what was found in folders */
	size_t nr_own;
	const char *vmlinux; /* NULL: none; it may be a package */
	bool found;	     /* not given, but found by the build-id of the dump */
	struct pfs_packed_vmlinux packed;
};

/*
 * Sort files by their content: an ELF file that is no core is the vmlinux, as is a package that
 * may have one, and all others are dumps. A folder, as kdump writes one for each crash, stands
 * for the dump in it, and for the vmlinux where it has one and none is named. Errors are those
 * of open(2) and read(2); -EINVAL: two vmlinux files, no dump, or more than one in a folder.
 */
int pfs_files_sort(char *const *paths, size_t nr, struct pfs_files *ret, struct pfs_err *err);
void pfs_files_free(struct pfs_files *f);

/* Unpack the vmlinux that fits this dump, if it is in a package. t: NULL, any will do. */
int pfs_files_unpack(struct pfs_files *f, const struct pfs_target *t, const struct pfs_unpacking *p,
		     struct pfs_err *err);
/* What to open for it; NULL: none. */
const char *pfs_files_vmlinux(const struct pfs_files *f);

/*
 * The log in the folder at path, as vmcore-dmesg.txt. 0: *ret is a new string; -ENOTDIR: it is
 * no folder; -EINVAL: no log in it, or more than one.
 */
int pfs_files_log(const char *path, char **ret, struct pfs_err *err);

#endif
