/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/unfinished.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool is_unfinished(const char *name)
{
	const char *mark = strrchr(name, '.');

	if (!mark || strncmp(mark, MARK, strlen(MARK)))
		return false;
	mark += strlen(MARK);
	return *mark && !mark[strspn(mark, "0123456789")];
}

static DIR *open_dir(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

static void remove_folder(int at, const char *name)
{
	DIR *dir = open_dir(at, name);
	const struct dirent *e;

	while (dir && (e = readdir(dir)))
		unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
	unlinkat(at, name, AT_REMOVEDIR);
}

void pfs_remove_folder(const char *path)
{
	remove_folder(AT_FDCWD, path);
}

void pfs_sweep(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (is_unfinished(e->d_name) && unlinkat(dirfd(dir), e->d_name, 0))
			remove_folder(dirfd(dir), e->d_name);
	if (dir)
		closedir(dir);
}
