/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One dump, opened by libdrgn: memory, symbols, types (module.c, types.c) and
 * the crashed thread's stack (stack.c). Only this folder sees drgn.h.
 */
#ifndef PFS_BYTES_DRGN_LIBDRGN_H
#define PFS_BYTES_DRGN_LIBDRGN_H

#include <drgn.h>

#include <pfnscope/module.h>

struct pfs_libdrgn {
	struct pfs_module m;
	char *dump, *vmlinux;	   /* vmlinux: NULL: none */
	struct drgn_program *prog; /* NULL: not yet opened */
};

/* Open the program, if it is not open. -errno. */
int pfs_libdrgn_program(struct pfs_libdrgn *d, struct pfs_err *err);

/* What an error means to our caller, which is freed: 0, -ENOENT, -ENOMEM, -EFAULT or -EIO. */
int pfs_libdrgn_errno(struct drgn_error *e);
/* The same, with its message and what failed in err. */
int pfs_libdrgn_err(struct pfs_err *err, struct drgn_error *e, const char *what);

/* For struct pfs_callbacks; arg is the struct pfs_libdrgn. */
int pfs_libdrgn_symbol(void *arg, const char *name, uint64_t *ret);
int pfs_libdrgn_type_size(void *arg, const char *type, uint64_t *ret);
int pfs_libdrgn_member(void *arg, const char *type, const char *member, struct pfs_member *ret);
int pfs_libdrgn_enumerator(void *arg, const char *name, int64_t *ret);

/* For struct pfs_unwinder; u is that of a struct pfs_libdrgn. */
int pfs_libdrgn_unwind(struct pfs_unwinder *u, int (*frame)(void *arg, const struct pfs_unwound *f),
		       void *arg, struct pfs_err *err);

#endif
