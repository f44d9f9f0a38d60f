/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of batch into the catalogue. They come from other machines: nothing is taken for granted. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "catalogue/db.h"

/* Values of a row, in the order of the statement's parameters from 1 on. */
static const struct {
	const char *object, *key;	/* object NULL: of the row itself */
	bool must;
} columns[] = {
	{ NULL, "id", true },		{ NULL, "modified", true },
	{ NULL, "path", true },		{ NULL, "outcome", true },
	{ "verdict", "status", false },	{ "verdict", "title", false },
	{ "signature", "title", false },
	{ "signature", "defect", false }, { "signature", "crash", false },
	{ "kernel", "release", false },	{ "kernel", "build_id", false },
	{ NULL, "host", false },	{ NULL, "time", false },
};

#define NR_COLUMNS ((int)(sizeof(columns) / sizeof(columns[0])))

enum {
	AT_ID = 1,
	AT_MODIFIED = 2,
	AT_BYTES = NR_COLUMNS + 1,
	AT_STATUS,
	AT_RESULTS,
	AT_REPORT,
	AT_ROW,
};

static const char upsert[] =
	"INSERT INTO dump (id, modified, path, outcome, verdict, title, signature, defect, crash,"
	" release, build_id, host, time, bytes, status, results, report, row)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"
	" ON CONFLICT (id, bytes, modified) DO UPDATE SET path = excluded.path,"
	" outcome = excluded.outcome, verdict = excluded.verdict, title = excluded.title,"
	" signature = excluded.signature, defect = excluded.defect, crash = excluded.crash,"
	" release = excluded.release, build_id = excluded.build_id, host = excluded.host,"
	" time = excluded.time, status = excluded.status, results = excluded.results,"
	" report = excluded.report, row = excluded.row"
	" RETURNING nr";

/* The same file, with a later row: the dump has changed, and what it was is gone. */
static const char drop_older[] =
	"DELETE FROM dump WHERE results = ?1 AND id = ?2 AND (bytes <> ?3 OR modified <> ?4)";
static const char drop_findings[] = "DELETE FROM finding WHERE dump = ?1";
static const char add_finding[] =
	"INSERT OR REPLACE INTO finding (dump, code, severity, findings) VALUES (?1, ?2, ?3, ?4)";

struct import {
	struct pfs_catalogue *c;
	const char *results;	/* absolute */
	sqlite3_stmt *upsert, *drop_older, *drop_findings, *add_finding;
	struct pfs_catalogue_counts *counts;
	struct pfs_err *err;
};

static bool is_hex(const char *s, size_t len)
{
	return strspn(s, "0123456789abcdef") == len && !s[len];
}

/* "reports/ID" and nothing else: by it files are found. */
static bool is_report(const char *s)
{
	return !strncmp(s, "reports/", 8) && is_hex(s + 8, 16);
}

static bool is_row(const json_t *row)
{
	const char *schema = json_string_value(json_object_get(row, "schema"));
	const char *version = json_string_value(json_object_get(row, "version"));
	const json_t *bytes = json_object_get(row, "bytes"), *v;
	const char *report;
	int i;

	if (!schema || strcmp(schema, "pfnscope/batch-row") || !version || strncmp(version, "1.", 2))
		return false;
	if (!json_is_integer(json_object_get(row, "status")) ||
	    (!json_is_integer(bytes) && !json_is_string(bytes)))
		return false;
	for (i = 0; i < NR_COLUMNS; i++) {
		v = columns[i].object ? json_object_get(row, columns[i].object) : row;
		v = json_object_get(v, columns[i].key);
		if (v ? !json_is_string(v) : columns[i].must)
			return false;
	}
	v = json_object_get(row, "report");
	report = json_string_value(v);
	return is_hex(json_string_value(json_object_get(row, "id")), 16) &&
	       (!v || (report && is_report(report)));
}

static int put_findings(struct import *m, const json_t *row, sqlite3_int64 nr)
{
	const json_t *f;
	size_t i;
	int r;

	sqlite3_bind_int64(m->drop_findings, 1, nr);
	r = pfs_db_step(m->c, m->drop_findings, m->err);
	json_array_foreach(json_object_get(row, "findings"), i, f) {
		const char *code = json_string_value(json_object_get(f, "code"));
		const char *severity = json_string_value(json_object_get(f, "severity"));

		if (r || !code || !severity)
			continue;
		sqlite3_bind_int64(m->add_finding, 1, nr);
		pfs_db_bind(m->add_finding, 2, code);
		pfs_db_bind(m->add_finding, 3, severity);
		sqlite3_bind_int64(m->add_finding, 4,
				   json_integer_value(json_object_get(f, "findings")));
		r = pfs_db_step(m->c, m->add_finding, m->err);
	}
	return r;
}

static const char *bytes_of(const json_t *row, char buf[32])
{
	const json_t *bytes = json_object_get(row, "bytes");

	if (json_is_string(bytes))
		return json_string_value(bytes);
	snprintf(buf, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(bytes));
	return buf;
}

static int put_row(struct import *m, const json_t *row, const char *line)
{
	sqlite3_int64 nr = 0;
	char bytes[32];
	int i, r;

	for (i = 0; i < NR_COLUMNS; i++) {
		const json_t *v = columns[i].object ? json_object_get(row, columns[i].object) : row;

		pfs_db_bind(m->upsert, i + 1,
			    json_string_value(json_object_get(v, columns[i].key)));
	}
	pfs_db_bind(m->upsert, AT_BYTES, bytes_of(row, bytes));
	sqlite3_bind_int64(m->upsert, AT_STATUS,
			   json_integer_value(json_object_get(row, "status")));
	pfs_db_bind(m->upsert, AT_RESULTS, m->results);
	pfs_db_bind(m->upsert, AT_REPORT, json_string_value(json_object_get(row, "report")));
	pfs_db_bind(m->upsert, AT_ROW, line);
	while ((r = pfs_db_step(m->c, m->upsert, m->err)) > 0)
		nr = sqlite3_column_int64(m->upsert, 0);
	if (!r)
		r = put_findings(m, row, nr);
	if (r)
		return r;
	pfs_db_bind(m->drop_older, 1, m->results);
	pfs_db_bind(m->drop_older, 2, json_string_value(json_object_get(row, "id")));
	pfs_db_bind(m->drop_older, 3, bytes_of(row, bytes));
	pfs_db_bind(m->drop_older, 4, json_string_value(json_object_get(row, "modified")));
	r = pfs_db_step(m->c, m->drop_older, m->err);
	if (!r)
		m->counts->dropped += (uint64_t)sqlite3_changes(m->c->db);
	return r;
}

static int put_file(struct import *m, FILE *f)
{
	size_t size = 0, nr = 0;
	char *line = NULL;
	ssize_t n;
	int r = 0;

	/* A last line without its end is being written, or was torn. */
	while (!r && (n = getline(&line, &size, f)) > 0 && line[n - 1] == '\n') {
		json_t *row;

		line[n - 1] = '\0';
		nr++;
		row = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		if (row && is_row(row)) {
			m->counts->rows++;
			r = put_row(m, row, line);
		} else {
			m->counts->bad++;
			fprintf(stderr, "pfnscope: line %zu of the results: not a row: skipped\n", nr);
		}
		json_decref(row);
	}
	if (!r && ferror(f))
		r = pfs_err_set(m->err, EIO, "%s: cannot read it", m->results);
	free(line);
	return r;
}

static int count_dumps(const struct pfs_catalogue *c, uint64_t *ret, struct pfs_err *err)
{
	sqlite3_stmt *s;
	int r = pfs_db_prepare(c, "SELECT count(*) FROM dump", &s, err);

	if (r)
		return r;
	r = pfs_db_step(c, s, err);
	*ret = r > 0 ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
	sqlite3_finalize(s);
	return r < 0 ? r : 0;
}

static int import_file(struct import *m, FILE *f)
{
	uint64_t before = 0, after = 0, dropped = m->counts->dropped;
	struct pfs_err ignored;
	int r = pfs_db_exec(m->c, "BEGIN IMMEDIATE", m->err);

	if (r)
		return r;
	r = count_dumps(m->c, &before, m->err);
	if (!r)
		r = pfs_db_prepare(m->c, upsert, &m->upsert, m->err);
	if (!r)
		r = pfs_db_prepare(m->c, drop_older, &m->drop_older, m->err);
	if (!r)
		r = pfs_db_prepare(m->c, drop_findings, &m->drop_findings, m->err);
	if (!r)
		r = pfs_db_prepare(m->c, add_finding, &m->add_finding, m->err);
	if (!r)
		r = put_file(m, f);
	sqlite3_finalize(m->upsert);
	sqlite3_finalize(m->drop_older);
	sqlite3_finalize(m->drop_findings);
	sqlite3_finalize(m->add_finding);
	if (!r)
		r = count_dumps(m->c, &after, m->err);
	if (!r)
		r = pfs_db_exec(m->c, "COMMIT", m->err);
	if (r)
		pfs_db_exec(m->c, "ROLLBACK", &ignored);
	else
		m->counts->added += after + (m->counts->dropped - dropped) - before;
	return r;
}

int pfs_catalogue_import(struct pfs_catalogue *c, const char *path,
			 struct pfs_catalogue_counts *counts, struct pfs_err *err)
{
	struct import m = { .c = c, .counts = counts, .err = err };
	char *file = NULL, *results;
	struct stat st;
	FILE *f;
	int r;

	if (!stat(path, &st) && S_ISDIR(st.st_mode)) {
		if (asprintf(&file, "%s/results.jsonl", path) < 0)
			return pfs_err_set(err, ENOMEM, "out of memory");
		path = file;
	}
	results = realpath(path, NULL);
	f = results ? fopen(results, "re") : NULL;
	if (!f) {
		r = pfs_err_set(err, errno, "cannot open '%s': %s", path, strerror(errno));
	} else {
		m.results = results;
		r = import_file(&m, f);
		fclose(f);
	}
	free(results);
	free(file);
	return r;
}
