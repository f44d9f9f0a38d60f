/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb diff: two reports or dumps, and perhaps the vmlinux of the dumps. */
#include <errno.h>
#include <stdlib.h>

#include "report/diff.h"
#include "verbs/args.h"
#include "verbs/files.h"

static int from_dump(const char *path, const struct pfs_session_opts *opts,
		     struct pfs_diff_side *ret, struct pfs_err *err)
{
	struct pfs_session *s = calloc(1, sizeof(*s));
	struct pfs_target *t = NULL;
	int r;

	if (!s)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = pfs_target_open_kdump(&path, 1, NULL, NULL, &t, err);
	if (!r)
		r = pfs_session_open(s, t, opts, err);
	if (!r) {
		r = pfs_session_diagnose(s, err);
		if (!r)
			r = pfs_session_scan(s, opts, err);
		if (!r)
			r = pfs_diff_from(s, path, ret, err);
		pfs_session_close(s);
	}
	free(s);
	return r;
}

static int read_side(const char *path, const struct pfs_session_opts *opts,
		     struct pfs_diff_side *ret, struct pfs_err *err)
{
	bool json;
	int r = pfs_diff_is_json(path, &json, err);

	if (r)
		return r;
	return json ? pfs_diff_load(path, ret, err) : from_dump(path, opts, ret, err);
}

enum pfs_exit pfs_run_diff(const struct pfs_args *a, struct pfs_out *o, struct pfs_err *err)
{
	struct pfs_session_opts opts = { .jobs = a->jobs };
	struct pfs_diff_side sides[2] = { 0 };
	enum pfs_exit st = PFS_EXIT_FAILED;
	struct pfs_files files;
	json_t *doc;
	bool differ;

	if (pfs_files_sort(a->files, a->nr_files, &files, err))
		return st;
	if (pfs_files_unpack(&files, NULL, &(struct pfs_unpacking){ 0 }, err)) {
		pfs_files_free(&files);
		return st;
	}
	opts.vmlinux = pfs_files_vmlinux(&files);
	opts.system_map = a->system_map;
	if (files.nr_dumps != 2) {
		pfs_err_set(err, EINVAL, "diff: two reports or dumps are wanted, not %zu",
			    files.nr_dumps);
	} else if (!read_side(files.dumps[0], &opts, &sides[0], err) &&
		   !read_side(files.dumps[1], &opts, &sides[1], err) &&
		   !pfs_diff(&sides[0], &sides[1], &doc, &differ, err)) {
		st = differ ? PFS_EXIT_PROBLEMS : PFS_EXIT_OK;
		if (a->json) {
			pfs_json_write(o, doc);
		} else {
			pfs_text_diff(o, doc);
			json_decref(doc);
		}
	}
	pfs_diff_side_deinit(&sides[0]);
	pfs_diff_side_deinit(&sides[1]);
	pfs_files_free(&files);
	return st;
}
