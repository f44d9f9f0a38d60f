/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the command keeps what it learned of kernels: $XDG_CACHE_HOME/pfnscope/facts. */
#ifndef PFS_CLI_CACHE_H
#define PFS_CLI_CACHE_H

#include "base/store.h"
#include "verbs/args.h"

/*
 * Before the sandbox is entered, which lets only this folder be written. s->fd is -1 where
 * there is none, or where the verb has no use for it.
 */
void pfs_cache_open(struct pfs_store *s, const struct pfs_args *a);

#endif
