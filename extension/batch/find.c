/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files below the paths that were given. The root of a search may be a symbolic
 * link; others are left alone, and so are loops of mounts, which fts(3) sees. A
 * file that is reached twice, by a hard link or by two paths, is one.
 */
#include "batch/find.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct walk {
	struct pfs_batch_found *found;
	struct stat out; /* the folder of results: its distilled dumps are not ours */
	bool has_out;
	bool deep;
	struct pfs_err *err;
};

size_t pfs_batch_folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* A name may hold anything but a NUL. */
void pfs_batch_skip(struct pfs_batch_found *f, const char *path, const char *why)
{
	char name[4096];

	pfs_escape(name, sizeof(name), path, strlen(path), false);
	fprintf(stderr, "pfnscope: skipped: %s: %s\n", name, why);
	f->skipped++;
}

static int add(struct walk *w, const char *path, const struct stat *st, bool named)
{
	struct pfs_batch_found *f = w->found;

	if (f->nr_files == f->cap_files) {
		size_t cap = f->cap_files ? 2 * f->cap_files : 64;
		void *p = reallocarray(f->files, cap, sizeof(*f->files));

		if (!p)
			return pfs_err_set(w->err, ENOMEM, "out of memory");
		f->files = p;
		f->cap_files = cap;
	}
	f->files[f->nr_files] = (struct pfs_batch_file){
		.path = strdup(path),
		.st = *st,
		.named = named,
	};
	if (!f->files[f->nr_files].path)
		return pfs_err_set(w->err, ENOMEM, "out of memory");
	f->nr_files++;
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_out(const struct walk *w, const struct stat *st)
{
	return w->has_out && st->st_dev == w->out.st_dev && st->st_ino == w->out.st_ino;
}

static bool has(const FTSENT *dir, const char *name)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", dir->fts_accpath, name);

	return n > 0 && (size_t)n < sizeof(path) &&
	       !faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW);
}

/*
 * What report -o wrote, or kdump's hooks or another batch by its means: the dump that
 * it holds is a part of one, which would be there twice.
 */
static bool is_report(const FTSENT *dir)
{
	return dir->fts_level > 0 && has(dir, "MANIFEST") && has(dir, "report.json");
}

static int take(struct walk *w, FTS *fts, FTSENT *e)
{
	switch (e->fts_info) {
	case FTS_D:
		if (is_out(w, e->fts_statp) || (!w->deep && e->fts_level > 0) || is_report(e))
			fts_set(fts, e, FTS_SKIP);
		return 0;
	case FTS_F:
		/* An empty file is no dump, unless somebody says so. */
		if (!e->fts_statp->st_size && e->fts_level)
			return 0;
		return add(w, e->fts_path, e->fts_statp, e->fts_level == FTS_ROOTLEVEL);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		pfs_batch_skip(w->found, e->fts_path, strerror(e->fts_errno));
		return 0;
	case FTS_DEFAULT:
		/* A FIFO, a socket, a device: not what one finds a dump in. */
		if (e->fts_level == FTS_ROOTLEVEL)
			pfs_batch_skip(w->found, e->fts_path, "no regular file");
		return 0;
	default:
		return 0;
	}
}

static int walk(struct walk *w, const char *path)
{
	char *real = realpath(path, NULL);
	char *roots[2] = { real, NULL };
	FTSENT *e;
	FTS *fts;
	int r = 0;

	if (!real) {
		pfs_batch_skip(w->found, path, strerror(errno));
		return 0;
	}
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (!fts) {
		r = pfs_err_set(w->err, errno, "%s: %s", path, strerror(errno));
		free(real);
		return r;
	}
	while (!r && (errno = 0, e = fts_read(fts)))
		r = take(w, fts, e);
	if (!r && errno)
		pfs_batch_skip(w->found, path, strerror(errno));
	fts_close(fts);
	free(real);
	return r;
}

static int walk_list(struct walk *w, const char *list)
{
	FILE *f = !strcmp(list, "-") ? stdin : fopen(list, "re");
	size_t size = 0;
	char *line = NULL;
	ssize_t n;
	int r = 0;

	if (!f)
		return pfs_err_set(w->err, errno, "cannot open '%s': %s", list, strerror(errno));
	errno = 0;
	while (!r && (n = getline(&line, &size, f)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (*line)
			r = walk(w, line);
		errno = 0;
	}
	if (!r && ferror(f))
		r = pfs_err_set(w->err, errno ? errno : EIO, "cannot read '%s': %s", list,
				strerror(errno ? errno : EIO));
	free(line);
	if (f != stdin)
		fclose(f);
	return r;
}

static int by_inode(const void *a, const void *b)
{
	const struct pfs_batch_file *x = a, *y = b;

	if (x->st.st_dev != y->st.st_dev)
		return x->st.st_dev < y->st.st_dev ? -1 : 1;
	if (x->st.st_ino != y->st.st_ino)
		return x->st.st_ino < y->st.st_ino ? -1 : 1;
	if (x->named != y->named)
		return x->named ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct pfs_batch_file *)a)->path,
		      ((const struct pfs_batch_file *)b)->path);
}

static void unique(struct pfs_batch_found *f)
{
	size_t i, n = 0;

	if (!f->nr_files)
		return;
	qsort(f->files, f->nr_files, sizeof(*f->files), by_inode);
	for (i = 0; i < f->nr_files; i++) {
		if (n && f->files[n - 1].st.st_dev == f->files[i].st.st_dev &&
		    f->files[n - 1].st.st_ino == f->files[i].st.st_ino)
			free(f->files[i].path);
		else
			f->files[n++] = f->files[i];
	}
	f->nr_files = n;
	qsort(f->files, n, sizeof(*f->files), by_path);
}

int pfs_batch_walk(const struct pfs_batch_opts *o, struct pfs_batch_found *ret, struct pfs_err *err)
{
	struct walk w = { .found = ret, .deep = true, .err = err };
	size_t i;
	int r = 0;

	w.has_out = o->out && !stat(o->out, &w.out);
	for (i = 0; i < o->nr_paths && !r; i++)
		r = walk(&w, o->paths[i]);
	if (!r && o->from)
		r = walk_list(&w, o->from);
	unique(ret);
	return r;
}

int pfs_batch_walk_siblings(const char *folder, struct pfs_batch_found *ret, struct pfs_err *err)
{
	struct walk w = { .found = ret, .err = err };
	size_t first = ret->nr_files, i, k, n = first;
	int r = walk(&w, folder);

	for (i = first; i < ret->nr_files; i++) {
		for (k = 0; k < first && strcmp(ret->files[k].path, ret->files[i].path); k++)
			;
		if (k < first)
			free(ret->files[i].path);
		else
			ret->files[n++] = ret->files[i];
	}
	ret->nr_files = n;
	return r;
}

int pfs_batch_find(const struct pfs_batch_opts *o, struct pfs_batch_found *ret, struct pfs_err *err)
{
	int r;

	*ret = (struct pfs_batch_found){ 0 };
	r = pfs_batch_walk(o, ret, err);
	if (!r)
		r = pfs_batch_scout(o, ret, 0, err);
	if (!r)
		r = pfs_batch_assemble(o, ret, err);
	if (r)
		pfs_batch_found_deinit(ret);
	return r;
}

void pfs_batch_found_deinit(struct pfs_batch_found *f)
{
	size_t i;

	for (i = 0; i < f->nr_files; i++)
		free(f->files[i].path);
	for (i = 0; i < f->nr_dumps; i++)
		free(f->dumps[i].files);
	free(f->files);
	free(f->dumps);
	*f = (struct pfs_batch_found){ 0 };
}
