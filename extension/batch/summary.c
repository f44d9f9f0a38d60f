/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all rows come to: dumps by signature, the most frequent first. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "batch/batch.h"
#include "report/json.h"

struct row {
	const json_t *row;
	const char *path;
	const char *kind, *key; /* of its group */
	const char *title;
};

static const char *get(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* The best key that there is: of the defect, else of the crash, else of the failure. */
static void group_of(const json_t *row, struct row *ret)
{
	const json_t *sig = json_object_get(row, "signature"), *e = json_object_get(row, "error");
	const char *status = get(json_object_get(row, "verdict"), "status");

	*ret = (struct row){ .row = row, .path = get(row, "path"), .title = get(sig, "title") };
	if (!ret->path)
		ret->path = "";
	if (get(sig, "defect")) {
		ret->kind = "defect";
		ret->key = get(sig, "defect");
	} else if (get(sig, "crash")) {
		ret->kind = "crash";
		ret->key = get(sig, "crash");
	} else if (e || !status) {
		ret->kind = "failed";
		ret->key = get(e, "code") ? get(e, "code") : "failed";
		ret->title = ret->key;
	} else {
		ret->kind = "none";
		ret->key = ret->title = status;
	}
	if (!ret->title)
		ret->title = ret->key;
}

static int by_group(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = strcmp(x->kind, y->kind);

	if (!c)
		c = strcmp(x->key, y->key);
	return c ? c : strcmp(x->path, y->path);
}

static int by_string(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Different values of one key, sorted. NULL: out of memory. */
static json_t *different(struct pfs_json *j, const struct row *rows, size_t nr, bool kernel)
{
	const char **v = calloc(nr, sizeof(*v));
	size_t i, n = 0, k = 0;
	json_t *a;

	if (!v) {
		j->oom = true;
		return NULL;
	}
	for (i = 0; i < nr; i++) {
		const char *s = kernel ? get(json_object_get(rows[i].row, "kernel"), "release") :
					 get(rows[i].row, "host");

		if (s)
			v[n++] = s;
	}
	qsort(v, n, sizeof(*v), by_string);
	for (i = 0; i < n; i++)
		if (!k || strcmp(v[k - 1], v[i]))
			v[k++] = v[i];
	a = pfs_json_strings(j, v, k);
	free(v);
	return a;
}

static json_t *group(struct pfs_json *j, const struct row *rows, size_t nr)
{
	json_t *g = pfs_json_object(j);

	pfs_json_int(j, g, "dumps", nr);
	pfs_json_str(j, g, "kind", rows->kind);
	pfs_json_str(j, g, "key", rows->key);
	pfs_json_str(j, g, "title", rows->title);
	pfs_json_set(j, g, "kernels", different(j, rows, nr, true));
	pfs_json_set(j, g, "hosts", different(j, rows, nr, false));
	pfs_json_str(j, g, "first", rows->path);
	return g;
}

static int by_size(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	json_int_t n = json_integer_value(json_object_get(x, "dumps"));
	json_int_t m = json_integer_value(json_object_get(y, "dumps"));

	if (n != m)
		return n < m ? 1 : -1;
	return strcmp(get(x, "first"), get(y, "first"));
}

static json_t *groups(struct pfs_json *j, const struct row *rows, size_t nr)
{
	json_t *a = pfs_json_array(j), **sorted = calloc(nr ? nr : 1, sizeof(json_t *));
	size_t i, k, n = 0;

	for (i = 0; sorted && i < nr; i = k) {
		for (k = i + 1; k < nr && !strcmp(rows[i].kind, rows[k].kind) &&
				!strcmp(rows[i].key, rows[k].key);
		     k++)
			;
		sorted[n] = group(j, rows + i, k - i);
		if (sorted[n])
			n++;
	}
	if (!sorted || j->oom)
		j->oom = true;
	else
		qsort(sorted, n, sizeof(*sorted), by_size);
	for (i = 0; i < n; i++)
		pfs_json_add(j, a, sorted[i]);
	free(sorted);
	return a;
}

static uint64_t count_logs(const struct row *rows, size_t nr)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		n += json_is_true(json_object_get(rows[i].row, "log"));
	return n;
}

static const char *const outcomes[] = { "done", "failed", "timeout", "memory", "crashed" };
#define NR_OUTCOMES (sizeof(outcomes) / sizeof(outcomes[0]))

static json_t *count_outcomes(struct pfs_json *j, const struct row *rows, size_t nr)
{
	json_t *o = pfs_json_object(j);
	size_t i, k;

	for (k = 0; k < NR_OUTCOMES; k++) {
		uint64_t n = 0;

		for (i = 0; i < nr; i++) {
			const char *outcome = get(rows[i].row, "outcome");

			n += outcome && !strcmp(outcome, outcomes[k]);
		}
		pfs_json_int(j, o, outcomes[k], n);
	}
	return o;
}

json_t *pfs_batch_summary(const struct pfs_batch_results *results,
			  const struct pfs_batch_found *found)
{
	struct pfs_json j = { false };
	json_t *doc = pfs_json_document(&j, "pfnscope/batch", NULL);
	size_t nr = json_object_size(results->rows), i = 0;
	struct row *rows = calloc(nr ? nr : 1, sizeof(*rows));
	const char *id;
	json_t *row;

	if (!rows) {
		json_decref(doc);
		return NULL;
	}
	json_object_foreach(results->rows, id, row)
		group_of(row, &rows[i++]);
	qsort(rows, nr, sizeof(*rows), by_group);
	pfs_json_str(&j, doc, "out", results->out);
	pfs_json_int(&j, doc, "dumps", nr);
	pfs_json_int(&j, doc, "logs", count_logs(rows, nr));
	pfs_json_set(&j, doc, "outcomes", count_outcomes(&j, rows, nr));
	pfs_json_int(&j, doc, "others", found->others);
	pfs_json_int(&j, doc, "skipped", found->skipped);
	pfs_json_set(&j, doc, "groups", groups(&j, rows, nr));
	free(rows);
	return pfs_json_done(&j, doc);
}

int pfs_batch_status(const struct pfs_batch_results *results, const struct pfs_batch_found *found)
{
	bool unknown = found->skipped;
	size_t i;

	for (i = 0; i < found->nr_dumps; i++) {
		const json_t *row = json_object_get(results->rows, found->dumps[i].id);
		json_int_t st = json_integer_value(json_object_get(row, "status"));

		if (st == 1)
			return 1;
		/* A log has no row where its dump has it. */
		unknown |= st != 0 || (!row && !found->dumps[i].log);
	}
	return unknown ? 3 : 0;
}

void pfs_text_batch(struct pfs_out *o, const json_t *summary)
{
	const json_t *group, *counts = json_object_get(summary, "outcomes");
	json_int_t logs = json_integer_value(json_object_get(summary, "logs"));
	size_t i, shown = 0;

	pfs_outf(o, "%" JSON_INTEGER_FORMAT " dumps in %s",
		 json_integer_value(json_object_get(summary, "dumps")), get(summary, "out"));
	if (logs)
		pfs_outf(o, ", %" JSON_INTEGER_FORMAT " of them but a log", logs);
	for (i = 0; i < NR_OUTCOMES; i++) {
		json_int_t n = json_integer_value(json_object_get(counts, outcomes[i]));

		if (n)
			pfs_outf(o, "%s%" JSON_INTEGER_FORMAT " %s", shown++ ? ", " : ": ", n,
				 outcomes[i]);
	}
	pfs_outf(o, "\n\n");
	pfs_outf(o, "%7s %7s %5s  %s\n", "DUMPS", "KERNELS", "HOSTS", "SIGNATURE");
	json_array_foreach(json_object_get(summary, "groups"), i, group) {
		pfs_outf(o, "%7" JSON_INTEGER_FORMAT " %7zu %5zu  ",
			 json_integer_value(json_object_get(group, "dumps")),
			 json_array_size(json_object_get(group, "kernels")),
			 json_array_size(json_object_get(group, "hosts")));
		pfs_outf(o, "%s%s\n", strcmp(get(group, "kind"), "failed") ? "" : "no verdict: ",
			 get(group, "title"));
		if (!strcmp(get(group, "kind"), "defect") || !strcmp(get(group, "kind"), "crash"))
			pfs_outf(o, "%23s%s\n", "", get(group, "key"));
		pfs_outf(o, "%23s%s\n", "", get(group, "first"));
	}
}
