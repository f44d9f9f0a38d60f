/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A document that diff reads, against itself. */
#include "fuzz.h"

#include "report/diff.h"

static int nowhere(struct pfs_out *o, const char *buf, size_t len)
{
	(void)o;
	feed_look(buf, len);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pfs_out o = { .write = nowhere, .width = 78 };
	struct pfs_diff_side a = { 0 }, b = { 0 };
	struct pfs_err err;
	char path[32];
	int fd = feed_file(data, size, path);
	json_t *doc;
	bool differ;

	if (!pfs_diff_load(path, &a, &err) && !pfs_diff_load(path, &b, &err) &&
	    !pfs_diff(&a, &b, &doc, &differ, &err)) {
		if (differ)
			abort(); /* from itself */
		pfs_text_diff(&o, doc);
		json_decref(doc);
	}
	pfs_diff_side_deinit(&a);
	pfs_diff_side_deinit(&b);
	close(fd);
	return 0;
}
