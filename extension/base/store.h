/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of small files that this user alone has written, and of nothing else: what was
 * worked out once, and need not be again. Whatever is wrong with the folder or a file in it,
 * the file is not there, and whatever cannot be written is not kept; nobody is told.
 */
#ifndef PFS_BASE_STORE_H
#define PFS_BASE_STORE_H

#include <stddef.h>

#define PFS_STORE_FILE ((size_t)256 << 10) /* bytes of a file */
#define PFS_STORE_FILES 256 /* of these, the one that was written longest ago goes first */

struct pfs_store {
	int fd; /* of the folder; -1: there is none */
	char path[4096];
};

/*
 * Open the folder, and make it, with up to two above it, where it is missing and this is for
 * us to do. It counts only if it is ours, and nobody else may write in it. -errno.
 */
int pfs_store_open(struct pfs_store *s, const char *path);
void pfs_store_close(struct pfs_store *s);

/*
 * The bytes of a file, which the caller frees. -errno, among them -EPERM of a file that is
 * not ours alone. name has no '/'.
 */
int pfs_store_read(const struct pfs_store *s, const char *name, void **ret, size_t *ret_len);
/* All of it, or what was there before. -errno. */
int pfs_store_write(const struct pfs_store *s, const char *name, const void *buf, size_t len);

#endif
