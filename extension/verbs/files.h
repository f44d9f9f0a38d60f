/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the files on the command line are dumps, and which is the vmlinux. */
#ifndef PFS_VERBS_FILES_H
#define PFS_VERBS_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include <pfnscope/err.h>

struct pfs_files {
	const char **dumps; /* owned; the strings are the caller's */
	size_t nr_dumps;
	const char *vmlinux; /* NULL: none */
	bool found;	     /* nobody gave it: it has the dump's build-id */
};

/*
 * By content: an ELF file that is no core is the vmlinux, all others are dumps.
 * Errors: errno of open(2) and read(2); -EINVAL: two vmlinuxes, or no dump.
 */
int pfs_files_sort(char *const *paths, size_t nr, struct pfs_files *ret, struct pfs_err *err);
void pfs_files_free(struct pfs_files *f);

#endif
