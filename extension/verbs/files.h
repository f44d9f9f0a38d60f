/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells which of the files on the command line are dumps, and which one is the vmlinux. */
#ifndef PFS_VERBS_FILES_H
#define PFS_VERBS_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include <pfnscope/err.h>

struct pfs_files {
	const char **dumps; /* owned; the strings are the caller's */
	size_t nr_dumps;
	const char *vmlinux; /* NULL: none */
	bool found;	     /* not given, but found by the build-id of the dump */
};

/*
 * Sort files by their content: an ELF file that is no core is the vmlinux, all
 * others are dumps. Errors are those of open(2) and read(2); -EINVAL: two
 * vmlinux files, or no dump.
 */
int pfs_files_sort(char *const *paths, size_t nr, struct pfs_files *ret, struct pfs_err *err);
void pfs_files_free(struct pfs_files *f);

#endif
