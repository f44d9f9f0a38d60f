/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results.jsonl: batch takes it up again, and the catalogue imports it and prints it. */
#include "fuzz.h"

#include <sys/stat.h>

#include "batch/batch.h"
#include "catalogue/catalogue.h"

static char folder[] = "/tmp/fuzz-rows.XXXXXX";
static char results[64], database[64];

static void clean(void)
{
	unlink(results);
	unlink(database);
	rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	/* What is said of each bad line; libFuzzer writes to the descriptor. */
	stderr = fopen("/dev/null", "w");
	if (!mkdtemp(folder) || !stderr)
		abort();
	snprintf(results, sizeof(results), "%s/results.jsonl", folder);
	snprintf(database, sizeof(database), "%s/db", folder);
	atexit(clean);
	return 0;
}

static int nowhere(struct pfs_out *o, const char *buf, size_t len)
{
	(void)o;
	feed_look(buf, len);
	return 0;
}

static void print(json_t *doc, void (*text)(struct pfs_out *o, const json_t *doc))
{
	struct pfs_out o = { .write = nowhere, .width = 78 };

	text(&o, doc);
	json_decref(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = open(results, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct pfs_catalogue_counts counts = { 0 };
	const struct pfs_batch_found found = { 0 };
	struct pfs_batch_results r;
	struct pfs_catalogue c;
	struct pfs_err err;
	json_t *doc;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	unlink(database);
	if (!pfs_catalogue_open(database, true, &c, &err)) {
		pfs_catalogue_import(&c, folder, &counts, &err);
		if (!pfs_catalogue_list(&c, &doc, &err))
			print(doc, pfs_text_catalogue_list);
		if (!pfs_catalogue_groups(&c, NULL, &doc, &err))
			print(doc, pfs_text_catalogue_groups);
		pfs_catalogue_close(&c);
	}
	if (!pfs_batch_results_open(folder, &r, &err)) {
		doc = pfs_batch_summary(&r, &found);
		if (doc)
			print(doc, pfs_text_batch);
		pfs_batch_results_close(&r, &err);
	}
	return 0;
}
