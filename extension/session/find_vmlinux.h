/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the vmlinux of the dumped kernel where nobody gave one. */
#ifndef PFS_SESSION_FIND_VMLINUX_H
#define PFS_SESSION_FIND_VMLINUX_H

#include "session/origin.h"

/*
 * Look where distributions install debug information, below root ("": on this
 * machine), for a file with the build-id of the dump, and write its path to
 * path. -ENOENT: there is none, or the dump has no build-id to recognise it by.
 * No server is asked.
 */
int pfs_find_vmlinux(const char *root, const struct pfs_origin *o, char *path, size_t size);

#endif
