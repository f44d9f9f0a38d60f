/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file is either complete or not there: it is written under another name in
 * the same folder and renamed at the end. A process that is killed leaves that
 * other name behind.
 */
#ifndef PFS_BASE_UNFINISHED_H
#define PFS_BASE_UNFINISHED_H

#include <stdbool.h>

/*
 * A name, used by no other process, under which to write the file at path. The
 * caller frees it. NULL: out of memory.
 */
char *pfs_unfinished(const char *path);

/* Remove from a folder what pfs_unfinished() has named, files and folders of files. */
void pfs_sweep(const char *folder);

/* Remove a folder and the files in it. */
void pfs_remove_folder(const char *path);

#endif
