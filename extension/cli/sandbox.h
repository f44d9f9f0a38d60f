/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this process cannot do any more, whatever a dump makes of it: start programs, open
 * sockets, touch files that were not named here. The kernel's Landlock sees to files (and
 * connections, where it knows of them), seccomp to system calls; what a kernel does not have
 * is left out. The command alone calls this: a library does not confine its host.
 */
#ifndef PFS_CLI_SANDBOX_H
#define PFS_CLI_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include <pfnscope/err.h>

enum pfs_may {
	PFS_MAY_READ,	/* a file, or a folder with all below it */
	PFS_MAY_WRITE,	/* likewise; in a folder also make, rename and remove files and folders */
	PFS_MAY_REMOVE, /* empty folders below a folder */
	PFS_MAY_KEEP,	/* files of a folder: read, make, rename and remove */
	PFS_NR_MAY
};

struct pfs_sandbox {
	int fd;	 /* the ruleset of Landlock; -1: this kernel has none that will do */
	int abi; /* its version; 0 */
};

/* Nothing of a file is allowed yet. */
int pfs_sandbox_begin(struct pfs_sandbox *s, struct pfs_err *err);
/* A path that leads nowhere, or may not be opened, is none. */
int pfs_sandbox_allow(struct pfs_sandbox *s, const char *path, enum pfs_may may,
		      struct pfs_err *err);
/* From here on, for this thread and those that it starts. Ends s in any case. */
int pfs_sandbox_enter(struct pfs_sandbox *s, struct pfs_err *err);
/* Give it up. */
void pfs_sandbox_discard(struct pfs_sandbox *s);

/* What of it this kernel has, as --version says it; buf is returned. */
const char *pfs_sandbox_words(char *buf, size_t size);

#endif
