/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A target that is a log: nothing can be read of its machine's memory. */
#include <errno.h>
#include <stdlib.h>

#include <pfnscope/version.h>

#include "bytes/log.h"

static enum pfs_presence log_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				  size_t *ret_len)
{
	(void)t;
	(void)pa;
	(void)buf;
	*ret_len = 0;
	return len ? PFS_UNDECIDABLE : PFS_PRESENT;
}

static enum pfs_presence log_presence(struct pfs_target *t, uint64_t pa, uint64_t *ret_end)
{
	(void)t;
	(void)pa;
	*ret_end = UINT64_MAX;
	return PFS_UNDECIDABLE;
}

static void log_free(struct pfs_target *t)
{
	free(t);
}

int pfs_target_log(const char *path, const struct pfs_text *text, const struct pfs_log_boot *boot,
		   struct pfs_target **ret, struct pfs_err *err)
{
	static const struct pfs_target_ops ops = {
		.name = "log",
		.read = log_read,
		.presence = log_presence,
		.free = log_free,
	};
	struct pfs_target *t = calloc(1, sizeof(*t));

	if (!t)
		return pfs_err_set(err, ENOMEM, "out of memory");
	t->ops = &ops;
	t->info = (struct pfs_target_info){
		.path = path,
		.format = "log",
		.compression = text->compression,
		.reader = "pfnscope",
		.reader_version = PFS_VERSION,
		.bytes = text->bytes,
		.log = boot->lines,
		.nr_log = boot->nr,
	};
	*ret = t;
	return 0;
}
