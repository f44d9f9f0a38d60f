/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that the dump is in. Where it is in several, crash's own list of
 * them is text that it prints, a file a line:
 *
 *	/var/tmp/ramdump_elf_XXXXXX [temporary ELF header]
 *	              ram.0
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "crash/crash.h"

#define MAX_LIST 65536

/* Is it one of the files that crash has open? */
static bool is_open(const struct stat *want)
{
	struct stat st;
	struct dirent *d;
	bool found = false;
	DIR *dir = opendir("/proc/self/fd");

	while (dir && !found && (d = readdir(dir)))
		found = !fstatat(dirfd(dir), d->d_name, &st, 0) && st.st_dev == want->st_dev &&
			st.st_ino == want->st_ino;
	if (dir)
		closedir(dir);
	return found;
}

/* A name that leads to another file by now is none of the dump's. */
static int add(struct pfs_crash_files *f, const char *path)
{
	struct stat st;
	char **v;

	if (stat(path, &st) || !is_open(&st))
		return 0;
	v = realloc(f->paths, (f->nr + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	f->paths = v;
	v[f->nr] = strdup(path);
	if (!v[f->nr])
		return -ENOMEM;
	f->nr++;
	f->bytes += (uint64_t)st.st_size;
	return 0;
}

/* Without what crash says of the file, in brackets. */
static int add_line(struct pfs_crash_files *f, char *line)
{
	char *end = line + strlen(line), *says = line, *next;

	line += strspn(line, " ");
	while ((next = strstr(says + 1, " [")))
		says = next;
	if (end > line && end[-1] == ']' && *says == ' ' && says > line) {
		if (strstr(says, "temporary"))
			return 0;
		*says = '\0';
	}
	return add(f, line);
}

int pfs_crash_files(const struct pfs_crash_info *info, struct pfs_crash_files *ret)
{
	char list[MAX_LIST], *at = list, *line;
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	if (!info->dumpfile)
		return 0;
	if (!pfs_crash_file_list(list, sizeof(list)))
		return add(ret, info->dumpfile);
	while (!r && (line = strsep(&at, "\n")))
		r = add_line(ret, line);
	if (r)
		pfs_crash_files_free(ret);
	return r;
}

void pfs_crash_files_free(struct pfs_crash_files *f)
{
	while (f->nr)
		free(f->paths[--f->nr]);
	free(f->paths);
	memset(f, 0, sizeof(*f));
}
