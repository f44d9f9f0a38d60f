/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file and its schema. PRAGMA user_version is the number of steps that it has
 * taken; a new file takes all of them. A step that was released is never changed:
 * another schema is another step.
 */
#include "catalogue/db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define APPLICATION_ID 0x70666e73	/* "pfns", by which file(1) and we know it */
#define BUSY_MS 30000			/* imports wait for one another */

static const char *const steps[] = {
	/* 1: a dump a row; what has no column is in the row as batch wrote it. */
	"CREATE TABLE dump ("
	" nr INTEGER PRIMARY KEY,"
	" id TEXT NOT NULL, bytes TEXT NOT NULL, modified TEXT NOT NULL,"
	" path TEXT NOT NULL, outcome TEXT NOT NULL, status INTEGER NOT NULL,"
	" verdict TEXT, title TEXT, signature TEXT, defect TEXT, crash TEXT,"
	" release TEXT, build_id TEXT, host TEXT, time TEXT,"
	" results TEXT NOT NULL, report TEXT, row TEXT NOT NULL,"
	" UNIQUE (id, bytes, modified));"
	"CREATE INDEX dump_path ON dump (path);"
	"CREATE INDEX dump_defect ON dump (defect);"
	"CREATE INDEX dump_crash ON dump (crash);"
	"CREATE INDEX dump_release ON dump (release);"
	"CREATE INDEX dump_host ON dump (host);"
	"CREATE INDEX dump_time ON dump (time);",
	/* 2: findings, to group by them; those of the rows that are there already. */
	"CREATE TABLE finding ("
	" dump INTEGER NOT NULL REFERENCES dump (nr) ON DELETE CASCADE,"
	" code TEXT NOT NULL, severity TEXT NOT NULL, findings INTEGER NOT NULL,"
	" PRIMARY KEY (dump, code)) WITHOUT ROWID;"
	"CREATE INDEX finding_code ON finding (code);"
	"INSERT OR IGNORE INTO finding SELECT nr, json_extract(value, '$.code'),"
	" json_extract(value, '$.severity'), json_extract(value, '$.findings')"
	" FROM dump, json_each(CASE WHEN json_valid(row) THEN row ELSE '{}' END, '$.findings')"
	" WHERE type = 'object';",
};

#define NR_STEPS ((int)(sizeof(steps) / sizeof(steps[0])))

int pfs_db_fail(const struct pfs_catalogue *c, struct pfs_err *err)
{
	int code;

	switch (sqlite3_errcode(c->db) & 0xff) {
	case SQLITE_NOMEM:
		code = ENOMEM;
		break;
	case SQLITE_FULL:
		code = ENOSPC;
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		code = EBUSY;
		break;
	case SQLITE_CANTOPEN:
		code = ENOENT;
		break;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		code = EACCES;
		break;
	case SQLITE_NOTADB:
		code = EINVAL;
		break;
	default:
		code = EIO;
	}
	return pfs_err_set(err, code, "%s: %s", c->path, sqlite3_errmsg(c->db));
}

int pfs_db_exec(const struct pfs_catalogue *c, const char *sql, struct pfs_err *err)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) ? pfs_db_fail(c, err) : 0;
}

int pfs_db_prepare(const struct pfs_catalogue *c, const char *sql, sqlite3_stmt **ret,
		   struct pfs_err *err)
{
	return sqlite3_prepare_v2(c->db, sql, -1, ret, NULL) ? pfs_db_fail(c, err) : 0;
}

int pfs_db_bind(const struct pfs_catalogue *c, sqlite3_stmt *s, int i, const char *text,
		struct pfs_err *err)
{
	return sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT) ? pfs_db_fail(c, err) : 0;
}

int pfs_db_bind_int(const struct pfs_catalogue *c, sqlite3_stmt *s, int i, int64_t value,
		    struct pfs_err *err)
{
	return sqlite3_bind_int64(s, i, value) ? pfs_db_fail(c, err) : 0;
}

int pfs_db_step(const struct pfs_catalogue *c, sqlite3_stmt *s, struct pfs_err *err)
{
	switch (sqlite3_step(s)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		sqlite3_reset(s);
		return 0;
	default:
		pfs_db_fail(c, err);
		sqlite3_reset(s);
		return -err->code;
	}
}

const char *pfs_db_text(sqlite3_stmt *s, int column)
{
	return (const char *)sqlite3_column_text(s, column);
}

static int number(const struct pfs_catalogue *c, const char *sql, int *ret, struct pfs_err *err)
{
	sqlite3_stmt *s;
	int r = pfs_db_prepare(c, sql, &s, err);

	if (r)
		return r;
	r = pfs_db_step(c, s, err);
	if (r > 0)
		*ret = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return r < 0 ? r : 0;
}

static int take_steps(const struct pfs_catalogue *c, int version, struct pfs_err *err)
{
	char pragma[96];
	int r = 0;

	for (; version < NR_STEPS && !r; version++)
		r = pfs_db_exec(c, steps[version], err);
	snprintf(pragma, sizeof(pragma), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 APPLICATION_ID, NR_STEPS);
	return r ? r : pfs_db_exec(c, pragma, err);
}

/* In one transaction with the look at the version: another process may do the same. */
static int migrate(const struct pfs_catalogue *c, bool create, struct pfs_err *err)
{
	int version = 0, application = 0, tables = 0, r;
	struct pfs_err ignored;

	r = pfs_db_exec(c, "BEGIN IMMEDIATE", err);
	if (r)
		return r;
	r = number(c, "PRAGMA user_version", &version, err);
	if (!r)
		r = number(c, "PRAGMA application_id", &application, err);
	if (!r)
		r = number(c, "SELECT count(*) FROM sqlite_master", &tables, err);
	/* Of an empty file a catalogue can be made, by who means to. */
	if (!r &&
	    (version < 0 || (application != APPLICATION_ID && (application || tables || !create))))
		r = pfs_err_set(err, EINVAL, "%s: not a catalogue of ours", c->path);
	if (!r && version > NR_STEPS)
		r = pfs_err_set(err, EINVAL,
				"%s: written by a newer pfnscope (schema %d, this one "
				"knows %d)",
				c->path, version, NR_STEPS);
	if (!r)
		r = take_steps(c, version, err);
	if (!r)
		r = pfs_db_exec(c, "COMMIT", err);
	if (r)
		pfs_db_exec(c, "ROLLBACK", &ignored);
	return r;
}

/* An up-to-date file is only read: it may be somebody else's. */
static bool is_current(const struct pfs_catalogue *c)
{
	int version = 0, application = 0;
	struct pfs_err ignored;

	return !number(c, "PRAGMA user_version", &version, &ignored) &&
	       !number(c, "PRAGMA application_id", &application, &ignored) && version == NR_STEPS &&
	       application == APPLICATION_ID;
}

int pfs_catalogue_open(const char *path, bool create, struct pfs_catalogue *ret,
		       struct pfs_err *err)
{
	struct pfs_catalogue c = { .path = path };
	int r = 0;

	/* To SQLite these are no files, or not under that name. */
	if (!*path || *path == ':' || !strncmp(path, "file:", 5))
		return pfs_err_set(err, EINVAL, "'%s': no name of a file%s%s", path,
				   *path ? ": want ./" : "", path);
	if (sqlite3_open_v2(path, &c.db, SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0),
			    NULL))
		r = c.db ? pfs_db_fail(&c, err) : pfs_err_set(err, ENOMEM, "out of memory");
	if (!r) {
		sqlite3_busy_timeout(c.db, BUSY_MS);
		sqlite3_db_config(c.db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(c.db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		r = pfs_db_exec(&c, "PRAGMA foreign_keys = ON", err);
	}
	if (!r && !is_current(&c))
		r = migrate(&c, create, err);
	if (r)
		sqlite3_close(c.db);
	else
		*ret = c;
	return r;
}

void pfs_catalogue_close(struct pfs_catalogue *c)
{
	sqlite3_close(c->db);
	c->db = NULL;
}
