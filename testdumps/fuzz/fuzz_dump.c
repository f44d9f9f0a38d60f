/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of any format: headers, bitmaps, descriptors, pages, flattened records, notes. */
#include "fuzz.h"

#include <libkdumpfile/kdumpfile.h>

#define PIECES 200

/*
 * A file whose compression we do not know goes to libkdumpfile, which is not what is tried
 * here, and loses 4 MiB each time (bytes/kdump_free.h).
 */
kdump_status kdump_open_fdset(kdump_ctx_t *ctx, unsigned nfiles, const int *fds)
{
	(void)ctx;
	(void)nfiles;
	(void)fds;
	return KDUMP_ERR_NOTIMPL;
}

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libkdumpfile";
}

static void look_through(struct pfs_target *t)
{
	uint64_t end = t->info.max_pfn * t->info.page_size, pa = 0, until;
	static unsigned char buf[65536 * 2];
	unsigned int i;
	size_t n;

	for (i = 0; i < PIECES && pa < end; i++) {
		enum pfs_presence p = t->ops->presence(t, pa, &until);

		if (until <= pa)
			abort(); /* it does not go on */
		if (p == PFS_PRESENT) {
			p = t->ops->read(t, pa, buf, t->info.page_size + 8, &n);
			if ((p == PFS_PRESENT) != (n == t->info.page_size + 8))
				abort();
			feed_look(buf, n);
			if (until > pa + t->info.page_size)
				until = pa + t->info.page_size;
		}
		if (t->ops->next_data && t->ops->next_data(t, pa) < pa)
			abort();
		pa = until;
	}
	feed_look(t->info.vmcoreinfo, t->info.vmcoreinfo ? t->info.vmcoreinfo_len : 0);
	for (n = 0; n < t->info.nr_cpus; n++)
		feed_look(t->info.cpus[n].prstatus, t->info.cpus[n].len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pfs_target *t, *clone;
	struct pfs_err err;
	char path[32];
	const char *paths[] = { path };
	int fd = feed_file(data, size, path);

	if (!pfs_target_open_kdump(paths, 1, NULL, NULL, &t, &err)) {
		look_through(t);
		if (t->ops->clone && !t->ops->clone(t, &clone, &err)) {
			look_through(clone);
			pfs_target_free(clone);
		}
		pfs_target_free(t);
	}
	close(fd);
	return 0;
}
