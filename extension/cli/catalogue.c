/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catalogue DB [import PATH...|list|show DUMP|groups] */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "catalogue/catalogue.h"
#include "verbs/args.h"

static enum pfs_exit import(struct pfs_catalogue *c, const struct pfs_args *a, struct pfs_out *o,
			    struct pfs_err *err)
{
	struct pfs_catalogue_counts n = { 0 };
	size_t i;

	for (i = 2; i < a->nr_files; i++)
		if (pfs_catalogue_import(c, a->files[i], &n, err))
			return PFS_EXIT_FAILED;
	if (!a->json)
		pfs_outf(o,
			 "%" PRIu64 " rows: %" PRIu64 " new dumps, %" PRIu64
			 " no longer there, %" PRIu64 " bad lines\n",
			 n.rows, n.added, n.dropped, n.bad);
	else
		pfs_json_write(o, json_pack("{ssss sI sI sI sI}", "schema",
					    "pfnscope/catalogue-import", "version", "1.0", "rows",
					    (json_int_t)n.rows, "added", (json_int_t)n.added,
					    "dropped", (json_int_t)n.dropped, "bad",
					    (json_int_t)n.bad));
	return n.bad ? PFS_EXIT_INCONCLUSIVE : PFS_EXIT_OK;
}

static void print(struct pfs_out *o, bool json, json_t *doc,
		  void (*text)(struct pfs_out *o, const json_t *doc))
{
	if (json) {
		pfs_json_write(o, doc);
	} else {
		text(o, doc);
		json_decref(doc);
	}
}

static enum pfs_exit run(struct pfs_catalogue *c, const struct pfs_args *a, const char *what,
			 struct pfs_out *o, struct pfs_err *err)
{
	enum pfs_exit st = PFS_EXIT_OK;
	json_t *doc;
	int r = 0;

	if (!strcmp(what, "import")) {
		st = import(c, a, o, err);
	} else if (!strcmp(what, "list")) {
		r = pfs_catalogue_list(c, &doc, err);
		if (!r)
			print(o, a->json, doc, pfs_text_catalogue_list);
	} else if (!strcmp(what, "show")) {
		r = pfs_catalogue_show(c, a->files[2], &doc, err);
		if (!r)
			print(o, a->json, doc, pfs_text_catalogue_show);
	} else {
		r = pfs_catalogue_groups(c, a->by, &doc, err);
		if (!r)
			print(o, a->json, doc, pfs_text_catalogue_groups);
	}
	if (!r && st != PFS_EXIT_FAILED && a->html)
		r = pfs_catalogue_html(c, a->html, a->force, err);
	return r ? PFS_EXIT_FAILED : st;
}

/* What is wrong with the words after the verb; they name the rest too. */
static int check(const struct pfs_args *a, const char *what, struct pfs_err *err)
{
	static const struct {
		const char *what;
		size_t min, max; /* words */
	} grammar[] = {
		{ "groups", 1, 2 },
		{ "import", 3, SIZE_MAX },
		{ "list", 2, 2 },
		{ "show", 3, 3 },
	};
	size_t i;

	for (i = 0; i < sizeof(grammar) / sizeof(grammar[0]); i++) {
		if (strcmp(what, grammar[i].what))
			continue;
		if (a->nr_files < grammar[i].min || a->nr_files > grammar[i].max)
			return pfs_err_set(err, EINVAL, "catalogue: %s takes %s", what,
					   grammar[i].max == 3 ? "the path or id of one dump" :
					   grammar[i].min == 3 ? "folders that batch wrote" :
								 "no argument");
		if (a->by && strcmp(what, "groups"))
			return pfs_err_set(err, EINVAL, "catalogue: %s has no option --by", what);
		return 0;
	}
	return pfs_err_set(err, EINVAL, "catalogue: '%s': want import, list, show or groups", what);
}

/* What kind of file it is, SQLite sees. */
static bool anything(int fd)
{
	(void)fd;
	return true;
}

static int check_database(const struct pfs_args *a, struct pfs_err *err)
{
	struct pfs_inputs in = { 0 };
	size_t i;
	int r = 0;

	for (i = 2; i < a->nr_files && !r; i++) {
		char *path = pfs_catalogue_results(a->files[i]);

		r = path ? pfs_inputs_add(&in, path, err) :
			   pfs_err_set(err, ENOMEM, "out of memory");
		free(path);
	}
	if (!r)
		r = pfs_output_check(a->files[0], &in, anything, err);
	pfs_inputs_deinit(&in);
	return r;
}

enum pfs_exit pfs_run_catalogue(const struct pfs_args *a, struct pfs_out *o, struct pfs_err *err)
{
	const char *what = a->nr_files > 1 ? a->files[1] : "groups";
	struct pfs_catalogue c;
	enum pfs_exit st;

	if (check(a, what, err) || check_database(a, err) ||
	    pfs_catalogue_open(a->files[0], !strcmp(what, "import"), &c, err))
		return PFS_EXIT_FAILED;
	st = run(&c, a, what, o, err);
	pfs_catalogue_close(&c);
	return st;
}
