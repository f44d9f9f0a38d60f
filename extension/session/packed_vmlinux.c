/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/packed_vmlinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/package.h"
#include "facts/kernel.h"

bool pfs_vmlinux_is_packed(const char *path)
{
	unsigned char b[PFS_PACKAGE_HEAD];
	struct stat st;
	ssize_t n;
	int fd;

	/* Opening something that is no regular file, such as a FIFO, would block. */
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = pread(fd, b, sizeof(b), 0);
	close(fd);
	return n > 0 && pfs_is_package(path, b, (size_t)n);
}

static void set_path(char *path, size_t size, int fd)
{
	snprintf(path, size, "/proc/self/fd/%d", fd);
}

/* A file that tells no build-id may be the one. */
static bool fits(void *arg, int fd)
{
	const char *build_id = arg;
	struct pfs_err ignored;
	char path[32], own[72];

	set_path(path, sizeof(path), fd);
	return !pfs_vmlinux_build_id(path, own, sizeof(own), &ignored) &&
	       (!*own || !*build_id || !strcasecmp(own, build_id));
}

int pfs_packed_vmlinux_open(const char *path, const char *build_id, const struct pfs_unpacking *p,
			    struct pfs_packed_vmlinux *ret, struct pfs_err *err)
{
	char id[72];
	struct stat st;
	struct pfs_unpacking counted = *p;
	int fd, r;

	*ret = (struct pfs_packed_vmlinux){ .u.fd = -1 };
	snprintf(id, sizeof(id), "%s", build_id);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		r = pfs_err_set(err, errno, "%s: %s", path, strerror(errno));
	} else {
		counted.total = (uint64_t)st.st_size;
		r = pfs_package_open(fd, fits, id, &counted, &ret->u, err);
		if (r)
			pfs_err_wrap(err, "%s", path);
	}
	if (fd >= 0)
		close(fd);
	if (!r)
		set_path(ret->path, sizeof(ret->path), ret->u.fd);
	return r;
}

void pfs_packed_vmlinux_close(struct pfs_packed_vmlinux *v)
{
	/* All zero is no descriptor of ours. */
	if (*v->path)
		pfs_unpacked_deinit(&v->u);
	*v = (struct pfs_packed_vmlinux){ .u.fd = -1 };
}
