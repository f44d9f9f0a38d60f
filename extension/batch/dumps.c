/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From files to dumps: a dump may be split over several (makedumpfile --split). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

#include "batch/find.h"

/* Sorts the parts of a set together, by their pages, and all else by path. */
static int by_set(const void *a, const void *b)
{
	const struct pfs_batch_file *x = *(const struct pfs_batch_file *const *)a;
	const struct pfs_batch_file *y = *(const struct pfs_batch_file *const *)b;
	size_t n = pfs_batch_folder_len(x->path), m = pfs_batch_folder_len(y->path);
	int c;

	if (x->probe.part != y->probe.part)
		return x->probe.part ? 1 : -1;
	if (!x->probe.part)
		return strcmp(x->path, y->path);
	if (x->probe.set != y->probe.set)
		return x->probe.set < y->probe.set ? -1 : 1;
	c = memcmp(x->path, y->path, n < m ? n : m);
	if (c || n != m)
		return c ? c : n < m ? -1 : 1;
	if (x->probe.start != y->probe.start)
		return x->probe.start < y->probe.start ? -1 : 1;
	return strcmp(x->path, y->path);
}

static bool same_set(const struct pfs_batch_file *a, const struct pfs_batch_file *b)
{
	size_t n = pfs_batch_folder_len(a->path);

	return a->probe.part && b->probe.part && a->probe.set == b->probe.set &&
	       n == pfs_batch_folder_len(b->path) && !memcmp(a->path, b->path, n);
}

static bool is_dump(const struct pfs_batch_file *f)
{
	return f->named || f->probe.dump || f->probe.log || f->unreadable;
}

static bool before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/*
 * Of a file, its path. Of a set, the folder and what its files have in common: it is
 * the same dump when another of them arrives.
 */
static void set_id(struct pfs_batch_dump *d, const struct pfs_batch_file *f)
{
	struct sha256_ctx ctx;
	char set[18] = "";
	uint8_t digest[8];
	size_t i, len = strlen(f->path);

	if (f->probe.part) {
		len = pfs_batch_folder_len(f->path);
		snprintf(set, sizeof(set), "/%016" PRIx64, f->probe.set);
	}
	sha256_init(&ctx);
	sha256_update(&ctx, len, (const uint8_t *)f->path);
	/* A NUL, which no path has. */
	sha256_update(&ctx, 1, (const uint8_t *)"");
	sha256_update(&ctx, strlen(set), (const uint8_t *)set);
	sha256_digest(&ctx, sizeof(digest), digest);
	for (i = 0; i < sizeof(digest); i++)
		snprintf(d->id + 2 * i, 3, "%02x", digest[i]);
}

static int add_dump(struct pfs_batch_found *f, struct pfs_batch_file *const *files, size_t nr,
		    struct pfs_err *err)
{
	struct pfs_batch_dump d = {
		.nr_files = nr,
		.log = files[0]->probe.log,
		.named = files[0]->named,
		.unreadable = files[0]->unreadable,
		.scout_status = files[0]->scout_status,
		.looked = files[0]->looked,
	};
	size_t i;

	if (f->nr_dumps == f->cap_dumps) {
		size_t cap = f->cap_dumps ? 2 * f->cap_dumps : 64;
		void *p = reallocarray(f->dumps, cap, sizeof(*f->dumps));

		if (!p)
			return pfs_err_set(err, ENOMEM, "out of memory");
		f->dumps = p;
		f->cap_dumps = cap;
	}
	d.files = calloc(nr, sizeof(*d.files));
	if (!d.files)
		return pfs_err_set(err, ENOMEM, "out of memory");
	for (i = 0; i < nr; i++) {
		d.files[i] = files[i]->path;
		d.bytes += (uint64_t)files[i]->st.st_size;
		if (before(&d.modified, &files[i]->st.st_mtim))
			d.modified = files[i]->st.st_mtim;
	}
	set_id(&d, files[0]);
	f->dumps[f->nr_dumps++] = d;
	return 0;
}

/* A part that the user named. */
struct named {
	const char *path;
	size_t at;
};

static int by_folder(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	size_t n = pfs_batch_folder_len(x->path), m = pfs_batch_folder_len(y->path);
	int c = memcmp(x->path, y->path, n < m ? n : m);

	return c ? c : n != m ? n < m ? -1 : 1 : strcmp(x->path, y->path);
}

/*
 * Those beside parts of one folder. They take no more room in the list than they
 * must: what is no part is dropped again.
 */
static int find_beside(const struct pfs_batch_opts *o, struct pfs_batch_found *f,
		       const struct named *parts, size_t nr, struct pfs_err *err)
{
	char *folder = strndup(parts->path, pfs_batch_folder_len(parts->path));
	size_t first = f->nr_files, i, k, n;
	int r;

	if (!folder)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = pfs_batch_walk_siblings(*folder ? folder : "/", f, err);
	free(folder);
	if (!r)
		r = pfs_batch_scout(o, f, first, err);
	if (r)
		return r;
	for (k = n = first; k < f->nr_files; k++) {
		for (i = 0; i < nr && !same_set(&f->files[parts[i].at], &f->files[k]); i++)
			;
		if (i < nr)
			f->files[n++] = f->files[k];
		else
			free(f->files[k].path);
	}
	f->nr_files = n;
	return 0;
}

/* The other parts of a set of which the user named one are beside it. */
static int find_siblings(const struct pfs_batch_opts *o, struct pfs_batch_found *f,
			 struct pfs_err *err)
{
	struct named *parts = calloc(f->nr_files ? f->nr_files : 1, sizeof(*parts));
	size_t i, k, nr = 0;
	int r = 0;

	if (!parts)
		return pfs_err_set(err, ENOMEM, "out of memory");
	for (i = 0; i < f->nr_files; i++)
		if (f->files[i].named && f->files[i].probe.part)
			parts[nr++] = (struct named){ f->files[i].path, i };
	qsort(parts, nr, sizeof(*parts), by_folder);
	for (i = 0; i < nr && !r; i = k) {
		size_t len = pfs_batch_folder_len(parts[i].path);

		for (k = i + 1; k < nr && pfs_batch_folder_len(parts[k].path) == len &&
				!memcmp(parts[i].path, parts[k].path, len);
		     k++)
			;
		r = find_beside(o, f, parts + i, k - i, err);
	}
	free(parts);
	return r;
}

static int by_first_path(const void *a, const void *b)
{
	return strcmp(((const struct pfs_batch_dump *)a)->files[0],
		      ((const struct pfs_batch_dump *)b)->files[0]);
}

int pfs_batch_assemble(const struct pfs_batch_opts *o, struct pfs_batch_found *f,
		       struct pfs_err *err)
{
	struct pfs_batch_file **sorted;
	size_t i, k, nr = 0;
	int r = find_siblings(o, f, err);

	if (r)
		return r;
	sorted = calloc(f->nr_files ? f->nr_files : 1, sizeof(*sorted));
	if (!sorted)
		return pfs_err_set(err, ENOMEM, "out of memory");
	for (i = 0; i < f->nr_files; i++) {
		if (is_dump(&f->files[i]))
			sorted[nr++] = &f->files[i];
		else if (f->files[i].probe.error)
			pfs_batch_skip(f, f->files[i].path, strerror(f->files[i].probe.error));
		else
			f->others++;
	}
	qsort(sorted, nr, sizeof(*sorted), by_set);
	for (i = 0; i < nr && !r; i = k) {
		for (k = i + 1; k < nr && same_set(sorted[i], sorted[k]); k++)
			;
		r = add_dump(f, sorted + i, k - i, err);
	}
	free(sorted);
	if (f->nr_dumps)
		qsort(f->dumps, f->nr_dumps, sizeof(*f->dumps), by_first_path);
	return r;
}
