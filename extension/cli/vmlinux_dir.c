/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/vmlinux_dir.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "facts/kernel.h"
#include "session/packed_vmlinux.h"

/* Smaller ones are no kernels: spares a look into every shared library. */
#define MIN_SIZE ((off_t)4 << 20)

static int add(struct pfs_vmlinux_dir *d, const char *path, struct pfs_err *err)
{
	struct pfs_vmlinux_file f = { 0 };
	struct pfs_err ignored;

	f.packed = pfs_vmlinux_is_packed(path);
	if (!f.packed && pfs_vmlinux_build_id(path, f.build_id, sizeof(f.build_id), &ignored))
		return 0;
	if (d->nr == d->cap) {
		size_t cap = d->cap ? 2 * d->cap : 16;
		void *p = reallocarray(d->files, cap, sizeof(*d->files));

		if (!p)
			return pfs_err_set(err, ENOMEM, "out of memory");
		d->files = p;
		d->cap = cap;
	}
	f.path = strdup(path);
	if (!f.path)
		return pfs_err_set(err, ENOMEM, "out of memory");
	d->files[d->nr++] = f;
	return 0;
}

static int by_build_id(const void *a, const void *b)
{
	const struct pfs_vmlinux_file *x = a, *y = b;
	int c = strcmp(x->build_id, y->build_id);

	return c ? c : strcmp(x->path, y->path);
}

int pfs_vmlinux_dir_open(const char *dir, struct pfs_vmlinux_dir *ret, struct pfs_err *err)
{
	char *path = strdup(dir);
	char *const roots[] = { path, NULL };
	FTS *fts = path ? fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL) : NULL;
	FTSENT *e;
	int r = 0;

	*ret = (struct pfs_vmlinux_dir){ 0 };
	if (!fts) {
		free(path);
		return pfs_err_set(err, errno, "%s: %s", dir, strerror(errno));
	}
	while (!r && (e = fts_read(fts))) {
		if (e->fts_info == FTS_F && e->fts_statp->st_size >= MIN_SIZE)
			r = add(ret, e->fts_path, err);
		else if (e->fts_level == FTS_ROOTLEVEL &&
			 (e->fts_info == FTS_NS || e->fts_info == FTS_DNR))
			r = pfs_err_set(err, e->fts_errno, "%s: %s", dir, strerror(e->fts_errno));
	}
	fts_close(fts);
	free(path);
	if (r)
		pfs_vmlinux_dir_close(ret);
	else if (ret->nr)
		qsort(ret->files, ret->nr, sizeof(*ret->files), by_build_id);
	return r;
}

void pfs_vmlinux_dir_close(struct pfs_vmlinux_dir *d)
{
	size_t i;

	for (i = 0; i < d->nr; i++)
		free(d->files[i].path);
	free(d->files);
	*d = (struct pfs_vmlinux_dir){ 0 };
}

/* Is it in the text, behind one of these characters, and before one of those or the end? */
static bool has_release(const char *text, const char *release, const char *behind,
			const char *before)
{
	size_t len = strlen(release);
	const char *p = text;

	while ((p = strstr(p, release))) {
		/* strchr() finds the end of a text, too. */
		if (p > text && strchr(behind, p[-1]) && strchr(before, p[len]))
			return true;
		p += len;
	}
	return false;
}

/* "vmlinux-RELEASE", or a folder of that name. */
static bool names(const char *path, const char *release)
{
	return has_release(path, release, "/-", "/");
}

const char *pfs_vmlinux_dir_find(const struct pfs_vmlinux_dir *d, const char *build_id,
				 const char *release)
{
	size_t i;

	for (i = 0; i < d->nr; i++) {
		const struct pfs_vmlinux_file *f = &d->files[i];

		if (f->packed)
			continue;
		if (*build_id ? !strcmp(f->build_id, build_id) :
				*release && names(f->path, release))
			return f->path;
	}
	return NULL;
}

/* "kernel-debuginfo-RELEASE.rpm", "linux-image-RELEASE-dbg_VERSION_amd64.deb" */
static bool package_names(const char *path, const char *release)
{
	return has_release(pfs_base_name(path), release, "-", ".-_");
}

const char *pfs_vmlinux_dir_package(const struct pfs_vmlinux_dir *d, const char *release,
				    const char *after)
{
	size_t i;

	for (i = 0; i < d->nr; i++) {
		const struct pfs_vmlinux_file *f = &d->files[i];

		if (after) {
			if (f->path == after)
				after = NULL;
		} else if (f->packed && *release && package_names(f->path, release)) {
			return f->path;
		}
	}
	return NULL;
}
