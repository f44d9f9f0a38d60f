/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file is complete or not there: it is written under another name beside its own, and
 * renamed in the end. A process that is killed leaves that name behind.
 */
#ifndef PFS_BASE_UNFINISHED_H
#define PFS_BASE_UNFINISHED_H

#include <stdbool.h>

/* Nobody else's, for the file at path; to be freed. NULL: out of memory. */
char *pfs_unfinished(const char *path);

/* Is this the name of such a file? */
bool pfs_is_unfinished(const char *name);

#endif
