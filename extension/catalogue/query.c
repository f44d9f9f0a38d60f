/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list, show, groups: documents out of the catalogue. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue/db.h"
#include "report/json.h"

/* What dumps are grouped by, as an expression and in words. */
static const struct {
	const char *name, *key, *title, *from;
} groupings[] = {
	{ "signature",
	  "coalesce(defect, crash, CASE outcome WHEN 'done' THEN verdict ELSE outcome END)",
	  "coalesce(signature, CASE outcome WHEN 'done' THEN verdict ELSE outcome END)", "dump" },
	{ "crash", "coalesce(crash, CASE outcome WHEN 'done' THEN verdict ELSE outcome END)",
	  "coalesce(signature, CASE outcome WHEN 'done' THEN verdict ELSE outcome END)", "dump" },
	{ "kernel", "coalesce(release, 'unknown')", "coalesce(release, 'unknown')", "dump" },
	{ "host", "coalesce(host, 'unknown')", "coalesce(host, 'unknown')", "dump" },
	{ "time", "coalesce(substr(time, 1, 10), 'unknown')",
	  "coalesce(substr(time, 1, 10), 'unknown')", "dump" },
	{ "finding", "code", "code || ' (' || severity || ')'",
	  "dump JOIN finding ON dump.nr = finding.dump" },
};

#define NR_GROUPINGS (sizeof(groupings) / sizeof(groupings[0]))

static const char list_sql[] =
	"SELECT nr, id, path, bytes, modified, outcome, status, verdict, title, signature, defect,"
	" crash, release, build_id, host, time, results, report,"
	" CASE WHEN json_valid(row) AND json_extract(row, '$.log') THEN 'only' END FROM dump";

static const char *const list_keys[] = {
	"nr",	   "id",    "path",	 "bytes",  "modified", "outcome", "status",
	"verdict", "title", "signature", "defect", "crash",    "release", "build_id",
	"host",	   "time",  "results",	 "report", "log",
};

#define NR_LIST_KEYS ((int)(sizeof(list_keys) / sizeof(list_keys[0])))

static json_t *columns(struct pfs_json *j, sqlite3_stmt *s, const char *const *keys, int nr)
{
	json_t *o = pfs_json_object(j);
	int i;

	for (i = 0; i < nr; i++) {
		if (sqlite3_column_type(s, i) == SQLITE_INTEGER)
			pfs_json_int(j, o, keys[i], (uint64_t)sqlite3_column_int64(s, i));
		else
			pfs_json_str(j, o, keys[i], pfs_db_text(s, i));
	}
	return o;
}

/* All rows of a prepared statement, which goes with it. */
static int rows(const struct pfs_catalogue *c, sqlite3_stmt *s, const char *const *keys, int nr,
		struct pfs_json *j, json_t **ret, struct pfs_err *err)
{
	json_t *a = pfs_json_array(j);
	int r;

	while ((r = pfs_db_step(c, s, err)) > 0)
		pfs_json_add(j, a, columns(j, s, keys, nr));
	sqlite3_finalize(s);
	if (!r && j->oom)
		r = pfs_err_set(err, ENOMEM, "out of memory");
	if (r)
		json_decref(a);
	else
		*ret = a;
	return r;
}

static int finish(struct pfs_json *j, const char *schema, const char *key, json_t *a, json_t **ret,
		  struct pfs_err *err)
{
	json_t *doc = pfs_json_document(j, schema, NULL);

	pfs_json_set(j, doc, key, a);
	*ret = pfs_json_done(j, doc);
	return *ret ? 0 : pfs_err_set(err, ENOMEM, "out of memory");
}

int pfs_catalogue_list(struct pfs_catalogue *c, json_t **ret, struct pfs_err *err)
{
	struct pfs_json j = { false };
	sqlite3_stmt *s;
	char *sql = NULL;
	json_t *a;
	int r;

	if (asprintf(&sql, "%s ORDER BY path, modified, bytes", list_sql) < 0)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = pfs_db_prepare(c, sql, &s, err);
	free(sql);
	if (!r)
		r = rows(c, s, list_keys, NR_LIST_KEYS, &j, &a, err);
	return r ? r : finish(&j, "pfnscope/catalogue-list", "dumps", a, ret, err);
}

int pfs_catalogue_show(struct pfs_catalogue *c, const char *what, json_t **ret, struct pfs_err *err)
{
	static const char *const keys[] = { "row", "results" };
	struct pfs_json j = { false };
	size_t i, len = strlen(what), size = pfs_escape(NULL, 0, what, len, true) + 1;
	char *escaped = malloc(size);
	sqlite3_stmt *s = NULL;
	json_t *a, *dump;
	int r;

	if (!escaped)
		return pfs_err_set(err, ENOMEM, "out of memory");
	/* A path may be no text: as in the rows. */
	pfs_escape(escaped, size, what, len, true);
	r = pfs_db_prepare(c,
			   "SELECT row, results FROM dump WHERE path = ?1 OR id = ?1"
			   " ORDER BY path, modified, bytes",
			   &s, err);
	if (!r)
		r = pfs_db_bind(c, s, 1, escaped, err);
	free(escaped);
	if (r) {
		sqlite3_finalize(s);
		return r;
	}
	r = rows(c, s, keys, 2, &j, &a, err);
	if (r)
		return r;
	if (!json_array_size(a)) {
		json_decref(a);
		return pfs_err_set(err, ENOENT, "no dump with the path or id '%s'", what);
	}
	/* As batch wrote it, and where that is. */
	json_array_foreach(a, i, dump)
		pfs_json_set(&j, dump, "row",
			     json_loads(json_string_value(json_object_get(dump, "row")), 0, NULL));
	return finish(&j, "pfnscope/catalogue-show", "dumps", a, ret, err);
}

int pfs_catalogue_groups(struct pfs_catalogue *c, const char *by, json_t **ret, struct pfs_err *err)
{
	static const char *const keys[] = {
		"key", "title", "dumps", "problems", "kernels", "hosts", "first", "last", "example",
	};
	struct pfs_json j = { false };
	sqlite3_stmt *s;
	char *sql = NULL;
	json_t *a;
	size_t i;
	int r;

	for (i = 0; by && i < NR_GROUPINGS && strcmp(by, groupings[i].name); i++)
		;
	if (i == NR_GROUPINGS)
		return pfs_err_set(err, EINVAL,
				   "--by=%s: want signature, crash, kernel, host, time or "
				   "finding",
				   by);
	/* Constants of ours, all of them. */
	if (asprintf(
		    &sql,
		    "SELECT %s AS key, min(%s), count(*) AS n, sum(status = 1),"
		    " count(DISTINCT release), count(DISTINCT host), min(time), max(time), min(path)"
		    " FROM %s GROUP BY key ORDER BY %s",
		    groupings[i].key, groupings[i].title, groupings[i].from,
		    strcmp(groupings[i].name, "time") ? "n DESC, key" : "key") < 0)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = pfs_db_prepare(c, sql, &s, err);
	free(sql);
	if (!r)
		r = rows(c, s, keys, (int)(sizeof(keys) / sizeof(keys[0])), &j, &a, err);
	if (r)
		return r;
	r = finish(&j, "pfnscope/catalogue-groups", "groups", a, ret, err);
	if (!r)
		pfs_json_str(&j, *ret, "by", groupings[i].name);
	return r;
}
