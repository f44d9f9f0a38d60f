/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vmlinux that was given as the package of debug information that it is in. */
#ifndef PFS_SESSION_PACKED_VMLINUX_H
#define PFS_SESSION_PACKED_VMLINUX_H

#include "bytes/unarchive.h"

struct pfs_packed_vmlinux {
	struct pfs_unpacked u;
	char path[32]; /* opens it, as long as we have it */
};

/* Is the file at path such a package? */
bool pfs_vmlinux_is_packed(const char *path);

/*
 * Unpack the one with the build-id of the dump; where that is "", the first. To be closed. The
 * errors of pfs_package_open(), and those of open(2).
 */
int pfs_packed_vmlinux_open(const char *path, const char *build_id, const struct pfs_unpacking *p,
			    struct pfs_packed_vmlinux *ret, struct pfs_err *err);
/* Also of one that is all zero, or was not opened. */
void pfs_packed_vmlinux_close(struct pfs_packed_vmlinux *v);

#endif
