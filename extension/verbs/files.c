/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verbs/files.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/order.h"
#include "bytes/package.h"
#include "bytes/probe.h"

/* e_type is at the same offset in ELF files of both classes, right behind e_ident. */
#define HEADER (EI_NIDENT + 2)

/* Or a package that has one in it. */
static int is_vmlinux(const char *path, bool *ret, struct pfs_err *err)
{
	unsigned char h[PFS_PACKAGE_HEAD] = { 0 };
	unsigned int type;
	struct stat st;
	ssize_t n;
	int fd, code;

	if (stat(path, &st))
		return pfs_err_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
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
	type = pfs_get16(h[EI_DATA] == ELFDATA2MSB ? PFS_BIG : PFS_LITTLE, h + EI_NIDENT);
	*ret = (n >= HEADER && !memcmp(h, ELFMAG, SELFMAG) && type != ET_CORE) ||
	       pfs_is_package(path, h, (size_t)n);
	return 0;
}

#define MAX_ENTRIES 4096	/* of a folder that is given in place of a dump */

/* What is in a folder. */
struct folder {
	const char *path;
	char **dumps, **logs; /* owned, as are the strings */
	size_t nr_dumps, nr_logs;
	bool parts; /* all dumps are of one split dump */
	uint64_t set;
	char *vmlinux; /* owned; NULL: none, or more than one */
	size_t nr_vmlinuxes;
};

static int keep(char ***list, size_t *nr, char *path, struct pfs_err *err)
{
	char **p = reallocarray(*list, *nr + 1, sizeof(*p));

	if (!p) {
		free(path);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	*list = p;
	p[(*nr)++] = path;
	return 0;
}

/* Of files that nobody named. */
static bool may_be_vmlinux(const char *name)
{
	static const char *const ends[] = { ".deb", ".ddeb", ".rpm" };
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!strcmp(dot, ends[i]))
			return true;
	return !strncmp(name, "vmlinux", 7);
}

/* Takes path over. */
static int look_at(struct folder *f, char *path, struct pfs_err *err)
{
	const char *name = strrchr(path, '/') + 1;
	struct pfs_err ignored;
	struct pfs_probe p;
	bool vmlinux = false;

	if (may_be_vmlinux(name) && !is_vmlinux(path, &vmlinux, &ignored) && vmlinux) {
		free(f->vmlinux);
		f->vmlinux = f->nr_vmlinuxes++ ? NULL : path;
		if (!f->vmlinux)
			free(path);
		return 0;
	}
	pfs_probe(path, &p);
	if (p.dump) {
		f->parts = p.part && (!f->nr_dumps || (f->parts && f->set == p.set));
		f->set = p.set;
		return keep(&f->dumps, &f->nr_dumps, path, err);
	}
	if (p.log)
		return keep(&f->logs, &f->nr_logs, path, err);
	free(path);
	return 0;
}

static void folder_close(struct folder *f)
{
	size_t i;

	for (i = 0; i < f->nr_dumps; i++)
		free(f->dumps[i]);
	for (i = 0; i < f->nr_logs; i++)
		free(f->logs[i]);
	free(f->dumps);
	free(f->logs);
	free(f->vmlinux);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int folder_open(struct folder *f, const char *path, struct pfs_err *err)
{
	struct dirent **e = NULL;
	int n = scandir(path, &e, NULL, by_name), i, r = 0;

	*f = (struct folder){ .path = path };
	if (n < 0)
		return pfs_err_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
	if (n > MAX_ENTRIES)
		r = pfs_err_set(err, EINVAL, "%s: a folder of %d files: name the dump", path, n);
	for (i = 0; i < n; i++) {
		char *name = NULL;

		if (!r && e[i]->d_name[0] != '.') {
			if (asprintf(&name, "%s/%s", path, e[i]->d_name) < 0)
				r = pfs_err_set(err, ENOMEM, "out of memory");
			else
				r = look_at(f, name, err);
		}
		free(e[i]);
	}
	free(e);
	return r;
}

/* The one dump in it. */
static int check_folder(const struct folder *f, struct pfs_err *err)
{
	if (!f->nr_dumps && f->nr_logs == 1)
		return pfs_err_set(err, EINVAL,
				   "%s: no dump in this folder, but a log: pfnscope log %s",
				   f->path, f->logs[0]);
	if (!f->nr_dumps)
		return pfs_err_set(err, EINVAL, "%s: no dump in this folder", f->path);
	if (f->nr_dumps > 1 && !f->parts)
		return pfs_err_set(
			err, EINVAL,
			"%s: %zu dumps in this folder: name one, as %s; or pfnscope batch", f->path,
			f->nr_dumps, f->dumps[0]);
	return 0;
}

static int add_dump(struct pfs_files *f, const char *path, struct pfs_err *err)
{
	const char **p = reallocarray(f->dumps, f->nr_dumps + 1, sizeof(*p));

	if (!p)
		return pfs_err_set(err, ENOMEM, "out of memory");
	f->dumps = p;
	p[f->nr_dumps++] = path;
	return 0;
}

static int own(struct pfs_files *f, char **path, struct pfs_err *err)
{
	char *p = *path;

	*path = NULL;
	return keep(&f->own, &f->nr_own, p, err);
}

/* ret_vmlinux: for want of another. */
static int add_folder(struct pfs_files *f, const char *path, const char **ret_vmlinux,
		      struct pfs_err *err)
{
	struct folder d;
	size_t i;
	int r = folder_open(&d, path, err);

	if (!r)
		r = check_folder(&d, err);
	for (i = 0; i < d.nr_dumps && !r; i++) {
		r = add_dump(f, d.dumps[i], err);
		if (!r)
			r = own(f, &d.dumps[i], err);
	}
	if (!r && d.vmlinux) {
		*ret_vmlinux = d.vmlinux;
		r = own(f, &d.vmlinux, err);
	}
	folder_close(&d);
	return r;
}

static int add_file(struct pfs_files *f, const char *path, const char **found, struct pfs_err *err)
{
	bool vmlinux = false;
	struct stat st;
	int r;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return add_folder(f, path, found, err);
	r = is_vmlinux(path, &vmlinux, err);
	if (r || !vmlinux)
		return r ? r : add_dump(f, path, err);
	if (f->vmlinux)
		return pfs_err_set(err, EINVAL, "'%s' and '%s' are both vmlinuxes", f->vmlinux,
				   path);
	f->vmlinux = path;
	return 0;
}

int pfs_files_sort(char *const *paths, size_t nr, struct pfs_files *ret, struct pfs_err *err)
{
	struct pfs_files f = { 0 };
	const char *found = NULL;
	size_t i;
	int rc = 0;

	for (i = 0; i < nr && !rc; i++)
		rc = add_file(&f, paths[i], &found, err);
	if (!rc && !f.nr_dumps)
		rc = pfs_err_set(err, EINVAL, "'%s' is a vmlinux; no vmcore given",
				 nr ? paths[0] : "");
	if (rc) {
		pfs_files_free(&f);
		return rc;
	}
	if (!f.vmlinux)
		f.vmlinux = found;
	*ret = f;
	return 0;
}

int pfs_files_unpack(struct pfs_files *f, const struct pfs_target *t, const struct pfs_unpacking *p,
		     struct pfs_err *err)
{
	struct pfs_origin origin = { 0 };

	if (!f->vmlinux || *f->packed.path || !pfs_vmlinux_is_packed(f->vmlinux))
		return 0;
	if (t)
		pfs_origin_read(t, &origin);
	return pfs_packed_vmlinux_open(f->vmlinux, origin.build_id, p, &f->packed, err);
}

const char *pfs_files_vmlinux(const struct pfs_files *f)
{
	return *f->packed.path ? f->packed.path : f->vmlinux;
}

int pfs_files_log(const char *path, char **ret, struct pfs_err *err)
{
	struct folder d;
	struct stat st;
	size_t i;
	int r;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return -ENOTDIR;
	r = folder_open(&d, path, err);
	if (!r && !d.nr_logs)
		r = pfs_err_set(err, EINVAL, "%s: no log in this folder", path);
	/* Beside it kdump leaves that of its own kernel. */
	for (i = 0; i < d.nr_logs && !r && !*ret; i++)
		if (d.nr_logs == 1 || strstr(d.logs[i], "/vmcore-dmesg")) {
			*ret = d.logs[i];
			d.logs[i] = NULL;
		}
	if (!r && !*ret)
		r = pfs_err_set(err, EINVAL, "%s: %zu logs in this folder: name one, as %s", path,
				d.nr_logs, d.logs[0]);
	folder_close(&d);
	return r;
}

void pfs_files_free(struct pfs_files *f)
{
	size_t i;

	for (i = 0; i < f->nr_own; i++)
		free(f->own[i]);
	pfs_packed_vmlinux_close(&f->packed);
	free(f->own);
	free(f->dumps);
	*f = (struct pfs_files){ 0 };
}
