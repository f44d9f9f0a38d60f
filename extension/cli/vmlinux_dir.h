/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder with the vmlinuxes of many kernels, each found by what is in it. */
#ifndef PFS_CLI_VMLINUX_DIR_H
#define PFS_CLI_VMLINUX_DIR_H

#include <stdbool.h>
#include <stddef.h>

#include <pfnscope/err.h>

struct pfs_vmlinux_dir {
	struct pfs_vmlinux_file {
		char *path;	   /* owned */
		char build_id[72]; /* lower-case hex */
		bool packed;	   /* a package, whose build-id nobody looked for */
	} *files;		   /* sorted by build_id */
	size_t nr, cap;
};

/* Symbolic links are followed, as debug trees are made of them. */
int pfs_vmlinux_dir_open(const char *dir, struct pfs_vmlinux_dir *ret, struct pfs_err *err);
void pfs_vmlinux_dir_close(struct pfs_vmlinux_dir *d);

/*
 * By build-id; where the dump's is "", by a path that names the release, which
 * proves nothing: see whether the file fits. NULL: none.
 */
const char *pfs_vmlinux_dir_find(const struct pfs_vmlinux_dir *d, const char *build_id,
				 const char *release);

/*
 * The first package, or the first after that one, whose name has the release in it, as those of
 * distributions have: one of a few flavours that may have the vmlinux. NULL: no more.
 */
const char *pfs_vmlinux_dir_package(const struct pfs_vmlinux_dir *d, const char *release,
				    const char *after);

#endif
