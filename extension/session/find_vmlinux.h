/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vmlinux of a dump's kernel, where nobody gave one. */
#ifndef PFS_SESSION_FIND_VMLINUX_H
#define PFS_SESSION_FIND_VMLINUX_H

#include "session/origin.h"

/*
 * Where distributions install debug information, below root ("": the machine's
 * own): a file with the dump's build-id, into path. -ENOENT: there is none, or
 * the dump has no build-id to know it by. No server is asked.
 */
int pfs_find_vmlinux(const char *root, const struct pfs_origin *o, char *path, size_t size);

#endif
