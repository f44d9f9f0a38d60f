/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"

#define PARENTS 2 /* as many folders above ours as are made */

static bool is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* In a folder of somebody else, as sudo leaves it in $HOME, nothing is made. */
static int make(const char *path, unsigned int parents)
{
	char parent[sizeof(((struct pfs_store *)NULL)->path)];
	const char *slash = strrchr(path, '/');
	struct stat st;
	int r = 0;

	if (!slash || slash == path)
		return -ENOENT;
	memcpy(parent, path, (size_t)(slash - path));
	parent[slash - path] = '\0';
	if (stat(parent, &st)) {
		r = parents && errno == ENOENT ? make(parent, parents - 1) : -errno;
		if (!r && stat(parent, &st))
			r = -errno;
	}
	if (r)
		return r;
	if (!is_ours(&st))
		return -EPERM;
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

int pfs_store_open(struct pfs_store *s, const char *path)
{
	const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct stat st;
	int r;

	s->fd = -1;
	if (*path != '/' || strlen(path) >= sizeof(s->path))
		return -EINVAL;
	strcpy(s->path, path);
	s->fd = open(path, how);
	if (s->fd < 0 && errno == ENOENT) {
		r = make(path, PARENTS);
		if (r)
			return r;
		s->fd = open(path, how);
	}
	if (s->fd < 0)
		return -errno;
	if (!fstat(s->fd, &st) && is_ours(&st))
		return 0;
	pfs_store_close(s);
	return -EPERM;
}

void pfs_store_close(struct pfs_store *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static int read_all(int fd, size_t len, void **ret)
{
	char *buf = malloc(len ? len : 1);
	size_t done = 0;
	ssize_t n = 1;

	if (!buf)
		return -ENOMEM;
	while (done < len && n > 0) {
		n = read(fd, buf + done, len - done);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			done += (size_t)n;
	}
	if (done < len) {
		free(buf);
		return -EIO;
	}
	*ret = buf;
	return 0;
}

int pfs_store_read(const struct pfs_store *s, const char *name, void **ret, size_t *ret_len)
{
	int fd = openat(s->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		r = -errno;
	else if (!S_ISREG(st.st_mode) || !is_ours(&st))
		r = -EPERM;
	else if ((size_t)st.st_size > PFS_STORE_FILE)
		r = -EFBIG;
	if (!r) {
		*ret_len = (size_t)st.st_size;
		r = read_all(fd, *ret_len, ret);
	}
	close(fd);
	return r;
}

static bool is_older(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec < b->st_mtim.tv_sec :
							a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

/* Is there room for one more? If not, the oldest file is gone now. */
static bool make_room(const struct pfs_store *s)
{
	int fd = openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	char name[sizeof(((struct dirent *)NULL)->d_name)] = "";
	struct stat st, oldest = { 0 };
	size_t nr = 0;
	struct dirent *d;

	if (!dir && fd >= 0)
		close(fd);
	if (!dir)
		return false;
	while ((d = readdir(dir))) {
		if (fstatat(s->fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) || S_ISDIR(st.st_mode))
			continue;
		nr++;
		if (!*name || is_older(&st, &oldest)) {
			strcpy(name, d->d_name);
			oldest = st;
		}
	}
	closedir(dir);
	return nr < PFS_STORE_FILES || !unlinkat(s->fd, name, 0);
}

int pfs_store_write(const struct pfs_store *s, const char *name, const void *buf, size_t len)
{
	char tmp[64];
	int fd, r;

	if (s->fd < 0)
		return -EBADF;
	if (len > PFS_STORE_FILE)
		return -EFBIG;
	if (!make_room(s))
		return -ENOSPC;
	/* Two machines with one home may have one PID: who reads half of a file will see. */
	snprintf(tmp, sizeof(tmp), ".%ld", (long)getpid());
	unlinkat(s->fd, tmp, 0);
	fd = openat(s->fd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = pfs_write_all(fd, buf, len);
	if (close(fd) && !r)
		r = -errno;
	if (!r && renameat(s->fd, tmp, s->fd, name))
		r = -errno;
	if (r)
		unlinkat(s->fd, tmp, 0);
	return r;
}
