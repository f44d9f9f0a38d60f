/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements; files of this folder only. Values are bound, never printed into one. */
#ifndef PFS_CATALOGUE_DB_H
#define PFS_CATALOGUE_DB_H

#include <sqlite3.h>

#include "catalogue/catalogue.h"

/* What SQLite says of its last failure. */
int pfs_db_fail(const struct pfs_catalogue *c, struct pfs_err *err);
int pfs_db_exec(const struct pfs_catalogue *c, const char *sql, struct pfs_err *err);
int pfs_db_prepare(const struct pfs_catalogue *c, const char *sql, sqlite3_stmt **ret,
		   struct pfs_err *err);
/* Text, or NULL for null. */
int pfs_db_bind(const struct pfs_catalogue *c, sqlite3_stmt *s, int i, const char *text,
		struct pfs_err *err);
int pfs_db_bind_int(const struct pfs_catalogue *c, sqlite3_stmt *s, int i, int64_t value,
		    struct pfs_err *err);
/* 1: a row; 0: the end, and s can be used again. */
int pfs_db_step(const struct pfs_catalogue *c, sqlite3_stmt *s, struct pfs_err *err);
const char *pfs_db_text(sqlite3_stmt *s, int column);

#endif
