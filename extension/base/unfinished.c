/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/unfinished.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MARK ".tmp"	/* a number follows */

char *pfs_unfinished(const char *path)
{
	struct timespec now;
	char *name;

	/*
	 * A PID alone is not unique: containers and capture kernels use the
	 * same ones again.
	 */
	clock_gettime(CLOCK_REALTIME, &now);
	return asprintf(&name, "%s" MARK "%ld%09ld", path, (long)getpid(), now.tv_nsec) < 0 ? NULL :
											      name;
}

bool pfs_is_unfinished(const char *name)
{
	const char *mark = strrchr(name, '.');

	if (!mark || strncmp(mark, MARK, strlen(MARK)))
		return false;
	mark += strlen(MARK);
	return *mark && !mark[strspn(mark, "0123456789")];
}
