/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/unfinished.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MARK ".tmp"	/* and the process's number */

char *pfs_unfinished(const char *path)
{
	char *name;

	return asprintf(&name, "%s" MARK "%ld", path, (long)getpid()) < 0 ? NULL : name;
}

bool pfs_is_unfinished(const char *name)
{
	const char *mark = strstr(name, MARK);

	if (mark)
		mark += strlen(MARK);
	return mark && *mark && !mark[strspn(mark, "0123456789")];
}
