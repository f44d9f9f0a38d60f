/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command gives up what its verb does not need, before it reads the first byte of a dump:
 * what may be read and written from then on is in its arguments, or in the table of
 * privileges.c. Not in a build with instruments (sanitizers, coverage), which start programs
 * and write files of their own.
 */
#ifndef PFS_CLI_PRIVILEGES_H
#define PFS_CLI_PRIVILEGES_H

#include "base/store.h"
#include "batch/batch.h"
#include "cli/vmlinux_dir.h"
#include "verbs/args.h"

/* batch itself writes for all of its workers, and gives up programs and sockets alone. */
int pfs_privileges_drop(const struct pfs_args *a, const struct pfs_store *cache,
			struct pfs_err *err);
/* A worker of batch; report: its folder of attachments, or "". */
int pfs_privileges_drop_worker(const struct pfs_args *a, const struct pfs_batch_dump *d,
			       const struct pfs_vmlinux_dir *vmlinuxes, const char *report,
			       const struct pfs_store *cache, struct pfs_err *err);
/* Who only looks at files, of which it gets to know later, and writes none. */
int pfs_privileges_drop_scout(const struct pfs_args *a, struct pfs_err *err);

/* What is in force with these arguments, or would be (NULL); buf is returned. */
const char *pfs_privileges_words(const struct pfs_args *a, char *buf, size_t size);

#endif
