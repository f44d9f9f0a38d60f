/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of batch into the catalogue. They come from other machines: nothing is taken for granted. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "catalogue/db.h"

/* Values of a row, in the order of the statement's parameters from 1 on. */
static const struct {
	const char *object, *key; /* object NULL: of the row itself */
	bool must;
} columns[] = {
	{ NULL, "id", true },
	{ NULL, "modified", true },
	{ NULL, "path", true },
	{ NULL, "outcome", true },
	{ "verdict", "status", false },
	{ "verdict", "title", false },
	{ "signature", "title", false },
	{ "signature", "defect", false },
	{ "signature", "crash", false },
	{ "kernel", "release", false },
	{ "kernel", "build_id", false },
	{ NULL, "host", false },
	{ NULL, "time", false },
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
	" report = excluded.report, row = excluded.row";

static const char find_nr[] = "SELECT nr FROM dump WHERE id = ?1 AND bytes = ?2 AND modified = ?3";
/*
 * A row with a later one behind it: the dump has changed, and what it was is gone. By
 * all that it is known by: the same path may be another machine's dump, too.
 */
static const char drop_row[] =
	"DELETE FROM dump WHERE id = ?1 AND bytes = ?2 AND modified = ?3 AND results = ?4";
static const char drop_findings[] = "DELETE FROM finding WHERE dump = ?1";
static const char add_finding[] =
	"INSERT OR REPLACE INTO finding (dump, code, severity, findings) VALUES (?1, ?2, ?3, ?4)";

struct import {
	struct pfs_catalogue *c;
	const char *results; /* absolute */
	json_t *last;	     /* by id, the number of its last row's line, and what it is of */
	sqlite3_stmt *upsert, *find_nr, *drop_row, *drop_findings, *add_finding;
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
	const json_t *status = json_object_get(row, "status");
	const char *report;
	int i;

	if (!schema || strcmp(schema, "pfnscope/batch-row") || !version ||
	    strncmp(version, "1.", 2))
		return false;
	if (!json_is_integer(status) || json_integer_value(status) < 0 ||
	    json_integer_value(status) > 3 || (!json_is_integer(bytes) && !json_is_string(bytes)))
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

	r = pfs_db_bind_int(m->c, m->drop_findings, 1, nr, m->err);
	if (!r)
		r = pfs_db_step(m->c, m->drop_findings, m->err);
	json_array_foreach(json_object_get(row, "findings"), i, f) {
		const char *code = json_string_value(json_object_get(f, "code"));
		const char *severity = json_string_value(json_object_get(f, "severity"));

		if (r || !code || !severity)
			continue;
		r = pfs_db_bind_int(m->c, m->add_finding, 1, nr, m->err);
		if (!r)
			r = pfs_db_bind(m->c, m->add_finding, 2, code, m->err);
		if (!r)
			r = pfs_db_bind(m->c, m->add_finding, 3, severity, m->err);
		if (!r)
			r = pfs_db_bind_int(m->c, m->add_finding, 4,
					    json_integer_value(json_object_get(f, "findings")),
					    m->err);
		if (!r)
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

/* What a dump is known by, as parameters 1 to 3. */
static int bind_key(struct import *m, sqlite3_stmt *s, const json_t *row)
{
	char bytes[32];
	int r = pfs_db_bind(m->c, s, 1, json_string_value(json_object_get(row, "id")), m->err);

	if (!r)
		r = pfs_db_bind(m->c, s, 2, bytes_of(row, bytes), m->err);
	if (!r)
		r = pfs_db_bind(m->c, s, 3, json_string_value(json_object_get(row, "modified")),
				m->err);
	return r;
}

static int bind_row(struct import *m, const json_t *row, const char *line)
{
	char bytes[32];
	int i, r = 0;

	for (i = 0; i < NR_COLUMNS && !r; i++) {
		const json_t *v = columns[i].object ? json_object_get(row, columns[i].object) : row;

		r = pfs_db_bind(m->c, m->upsert, i + 1,
				json_string_value(json_object_get(v, columns[i].key)), m->err);
	}
	if (!r)
		r = pfs_db_bind(m->c, m->upsert, AT_BYTES, bytes_of(row, bytes), m->err);
	if (!r)
		r = pfs_db_bind_int(m->c, m->upsert, AT_STATUS,
				    json_integer_value(json_object_get(row, "status")), m->err);
	if (!r)
		r = pfs_db_bind(m->c, m->upsert, AT_RESULTS, m->results, m->err);
	if (!r)
		r = pfs_db_bind(m->c, m->upsert, AT_REPORT,
				json_string_value(json_object_get(row, "report")), m->err);
	return r ? r : pfs_db_bind(m->c, m->upsert, AT_ROW, line, m->err);
}

static int put_row(struct import *m, const json_t *row, const char *line)
{
	sqlite3_int64 nr = 0;
	int r = bind_row(m, row, line);

	if (!r)
		r = pfs_db_step(m->c, m->upsert, m->err);
	if (!r)
		r = bind_key(m, m->find_nr, row);
	if (r)
		return r;
	while ((r = pfs_db_step(m->c, m->find_nr, m->err)) > 0)
		nr = sqlite3_column_int64(m->find_nr, 0);
	return r ? r : put_findings(m, row, nr);
}

static int drop_older(struct import *m, const json_t *row)
{
	int r = bind_key(m, m->drop_row, row);

	if (!r)
		r = pfs_db_bind(m->c, m->drop_row, 4, m->results, m->err);
	if (!r)
		r = pfs_db_step(m->c, m->drop_row, m->err);
	if (!r)
		m->counts->dropped += (uint64_t)sqlite3_changes(m->c->db);
	return r;
}

/* NULL: no row of ours. */
static json_t *parse(const char *line, size_t len)
{
	json_t *row = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

	if (!row || is_row(row))
		return row;
	json_decref(row);
	return NULL;
}

/* Which rows of the file hold: of each dump the last. */
static int note_row(struct import *m, const json_t *row, size_t nr)
{
	char bytes[32];
	json_t *mark = json_pack("[Iss]", (json_int_t)nr, bytes_of(row, bytes),
				 json_string_value(json_object_get(row, "modified")));

	if (!mark ||
	    json_object_set_new(m->last, json_string_value(json_object_get(row, "id")), mark))
		return pfs_err_set(m->err, ENOMEM, "out of memory");
	return 0;
}

/* The last of its dump goes in; what the dump was before goes, if that is another one. */
static int take_row(struct import *m, const json_t *row, const char *line, size_t nr)
{
	const json_t *mark = json_object_get(m->last,
					     json_string_value(json_object_get(row, "id")));
	char bytes[32];

	if (json_integer_value(json_array_get(mark, 0)) == (json_int_t)nr)
		return put_row(m, row, line);
	if (!strcmp(json_string_value(json_array_get(mark, 1)), bytes_of(row, bytes)) &&
	    !strcmp(json_string_value(json_array_get(mark, 2)),
		    json_string_value(json_object_get(row, "modified"))))
		return 0;
	return drop_older(m, row);
}

/*
 * Lines are only ever added: a second pass, over as many as the first has seen, finds
 * them as they were. *lines: 0: the first pass, which counts them.
 */
static int pass(struct import *m, FILE *f, size_t *lines)
{
	size_t size = 0, nr = 0, end = *lines ? *lines : SIZE_MAX;
	char *line = NULL;
	ssize_t n = 0;
	int r = 0;

	rewind(f);
	/* A last line without its end is being written, or was torn. */
	while (!r && nr < end && (n = getline(&line, &size, f)) > 0 && line[n - 1] == '\n') {
		json_t *row = parse(line, (size_t)n - 1);

		line[n - 1] = '\0';
		nr++;
		if (row && *lines) {
			r = take_row(m, row, line, nr);
		} else if (row) {
			m->counts->rows++;
			r = note_row(m, row, nr);
		} else if (!*lines) {
			m->counts->bad++;
			fprintf(stderr, "pfnscope: line %zu of the results: not a row: skipped\n",
				nr);
		}
		json_decref(row);
	}
	if (!r && n < 0 && !feof(f))
		r = pfs_err_set(m->err, errno ? errno : EIO, "%s: cannot read it", m->results);
	free(line);
	*lines = nr;
	return r;
}

static int put_file(struct import *m, FILE *f)
{
	size_t lines = 0;
	int r;

	m->last = json_object();
	if (!m->last)
		return pfs_err_set(m->err, ENOMEM, "out of memory");
	r = pass(m, f, &lines);
	if (!r && lines)
		r = pass(m, f, &lines);
	json_decref(m->last);
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
		r = pfs_db_prepare(m->c, find_nr, &m->find_nr, m->err);
	if (!r)
		r = pfs_db_prepare(m->c, drop_row, &m->drop_row, m->err);
	if (!r)
		r = pfs_db_prepare(m->c, drop_findings, &m->drop_findings, m->err);
	if (!r)
		r = pfs_db_prepare(m->c, add_finding, &m->add_finding, m->err);
	if (!r)
		r = put_file(m, f);
	sqlite3_finalize(m->upsert);
	sqlite3_finalize(m->find_nr);
	sqlite3_finalize(m->drop_row);
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

char *pfs_catalogue_results(const char *path)
{
	char *file = NULL;
	struct stat st;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return strdup(path);
	return asprintf(&file, "%s/results.jsonl", path) < 0 ? NULL : file;
}

int pfs_catalogue_import(struct pfs_catalogue *c, const char *path,
			 struct pfs_catalogue_counts *counts, struct pfs_err *err)
{
	struct import m = { .c = c, .counts = counts, .err = err };
	char *file = pfs_catalogue_results(path), *results;
	FILE *f;
	int r;

	if (!file)
		return pfs_err_set(err, ENOMEM, "out of memory");
	path = file;
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
