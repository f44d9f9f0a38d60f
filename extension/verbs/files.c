/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verbs/files.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* e_type is at the same offset in ELF files of both classes, right behind e_ident. */
#define HEADER (EI_NIDENT + 2)

static int is_vmlinux(const char *path, bool *ret, struct pfs_err *err)
{
	unsigned char h[HEADER] = { 0 };
	unsigned int type;
	struct stat st;
	ssize_t n;
	int fd, code;

	if (stat(path, &st))
		return pfs_err_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return pfs_err_set(err, EISDIR, "%s: is a directory", path);
	/* To open one may wait for ever, or do something. */
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		return pfs_err_set(err, EINVAL, "%s: not a dump: cannot seek in it (a %s)", path,
				   S_ISFIFO(st.st_mode) ? "pipe" : "device");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return pfs_err_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
	n = pread(fd, h, sizeof(h), 0);
	code = errno;
	close(fd);
	if (n < 0)
		return pfs_err_set(err, code, "%s: cannot read: %s", path, strerror(code));
	type = h[EI_DATA] == ELFDATA2MSB ? (unsigned int)h[EI_NIDENT] << 8 | h[EI_NIDENT + 1] :
					   (unsigned int)h[EI_NIDENT + 1] << 8 | h[EI_NIDENT];
	*ret = n == HEADER && !memcmp(h, ELFMAG, SELFMAG) && type != ET_CORE;
	return 0;
}

int pfs_files_sort(char *const *paths, size_t nr, struct pfs_files *ret, struct pfs_err *err)
{
	struct pfs_files f = { .dumps = calloc(nr ? nr : 1, sizeof(*f.dumps)) };
	size_t i;
	int rc = 0;

	if (!f.dumps)
		return pfs_err_set(err, ENOMEM, "out of memory");
	for (i = 0; i < nr && !rc; i++) {
		bool vmlinux = false;

		rc = is_vmlinux(paths[i], &vmlinux, err);
		if (rc)
			break;
		if (!vmlinux)
			f.dumps[f.nr_dumps++] = paths[i];
		else if (!f.vmlinux)
			f.vmlinux = paths[i];
		else
			rc = pfs_err_set(err, EINVAL, "'%s' and '%s' are both vmlinuxes", f.vmlinux,
					 paths[i]);
	}
	if (!rc && !f.nr_dumps)
		rc = pfs_err_set(err, EINVAL, "'%s' is a vmlinux; no vmcore given", f.vmlinux);
	if (rc) {
		pfs_files_free(&f);
		return rc;
	}
	*ret = f;
	return 0;
}

void pfs_files_free(struct pfs_files *f)
{
	free(f->dumps);
	f->dumps = NULL;
}
