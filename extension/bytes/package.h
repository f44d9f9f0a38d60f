/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vmlinux in a package of debug information (.deb, .ddeb, .rpm), or compressed by itself:
 * nothing is installed. Only that file is unpacked, into a temporary one without a name.
 */
#ifndef PFS_BYTES_PACKAGE_H
#define PFS_BYTES_PACKAGE_H

#include "bytes/unarchive.h"

/* Enough of a file's beginning for the question. */
#define PFS_PACKAGE_HEAD 512

/* Is the file at path, which begins so, one that may have a vmlinux in it? */
bool pfs_is_package(const char *path, const unsigned char *b, size_t len);

/*
 * Unpack the vmlinux. fits() is asked of each that is in it; NULL: the first will do. 0: the
 * caller deinits ret; -EINVAL: there is none, none fits, or no libarchive; -EIO, -ENOSPC,
 * -EFBIG, -ENOMEM.
 */
int pfs_package_open(int fd, bool (*fits)(void *arg, int fd), void *arg,
		     const struct pfs_unpacking *p, struct pfs_unpacked *ret, struct pfs_err *err);

#endif
