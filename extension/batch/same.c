/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log beside its dump is no second crash. kdump writes both into one folder,
 * distributions give the log different names, and a folder may hold many dumps: so it
 * is what they say of the panic that tells.
 */
#include <string.h>

#include "batch/find.h"

static const char *get(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static bool equal(const json_t *a, const json_t *b, const char *key)
{
	const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);

	return x && y && json_equal(x, y);
}

/* A log need not say it. */
static bool same_release(const json_t *a, const json_t *b)
{
	const char *x = get(a, "release"), *y = get(b, "release");

	return !x || !y || !strcmp(x, y);
}

static bool same_folder(const char *a, const char *b)
{
	size_t n = pfs_batch_folder_len(a);

	return n == pfs_batch_folder_len(b) && !memcmp(a, b, n);
}

/* One kernel, one crash key, and the message, task and CPU of one panic. */
static bool same_crash(const json_t *a, const json_t *b)
{
	return equal(json_object_get(a, "signature"), json_object_get(b, "signature"), "crash") &&
	       same_release(json_object_get(a, "kernel"), json_object_get(b, "kernel")) &&
	       equal(a, b, "panic");
}

bool pfs_batch_row_is_idle(const struct pfs_batch_results *results, const struct pfs_batch_dump *d,
			   const json_t *row)
{
	const char *status = get(json_object_get(row, "verdict"), "status");
	const char *id;
	json_t *other;

	if (!d->log || !status)
		return false;
	if (!d->named && !strcmp(status, "no-panic") &&
	    !json_array_size(json_object_get(row, "findings")))
		return true;
	json_object_foreach(results->rows, id, other) {
		const char *path = get(other, "path");

		if (path && strcmp(id, d->id) && same_folder(path, d->files[0]) &&
		    same_crash(row, other))
			return true;
	}
	return false;
}
