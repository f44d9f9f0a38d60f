/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths as text. */
#ifndef PFS_BASE_PATH_H
#define PFS_BASE_PATH_H

#include <string.h>

/* What is behind the last slash, or all of it. */
static inline const char *pfs_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif
