/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module for libdrgn, loaded when something is asked of it: a reader of its
 * own where the user wants that, and else the stack of the crashed thread alone.
 */
#ifndef PFS_CLI_MODULE_H
#define PFS_CLI_MODULE_H

#include <pfnscope/module.h>

#include "verbs/files.h"

struct pfs_library {
	struct pfs_unwinder unwinder; /* finds nothing where there is no module */
	const struct pfs_files *files;
	void *handle;
	struct pfs_module *m;
};

/* The folder of this program, with a '/' behind it. 0, or -ENOENT. */
int pfs_own_folder(char *path, size_t size);

/* files must outlive l, and so must every target of it be freed before it. */
void pfs_library_init(struct pfs_library *l, const struct pfs_files *files);
void pfs_library_deinit(struct pfs_library *l);

/* Memory, symbols and types through libdrgn alone. */
int pfs_library_target(struct pfs_library *l, struct pfs_target **ret, struct pfs_err *err);

#endif
