/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes of ours, which end with us. */
#ifndef PFS_BATCH_CHILD_H
#define PFS_BATCH_CHILD_H

#include <sys/types.h>

/*
 * fork(2), into a process group of its own, which gets SIGKILL when we are gone,
 * reads nothing and prints nothing. As fork(2) returns.
 */
pid_t pfs_batch_fork(void);
void pfs_batch_kill(pid_t pid);

#endif
