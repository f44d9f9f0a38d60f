/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump opened by libdrgn: its memory, symbols and types (module.c, types.c)
 * and the stack of the crashed thread (stack.c). Only this folder includes
 * drgn.h.
 */
#ifndef PFS_BYTES_DRGN_LIBDRGN_H
#define PFS_BYTES_DRGN_LIBDRGN_H

#include <drgn.h>

#include <pfnscope/module.h>

struct pfs_libdrgn {
	struct pfs_module m;
	char *dump, *vmlinux;	   /* vmlinux is NULL where there is none */
	struct drgn_program *prog; /* NULL: not yet opened */
	bool own_reader;	   /* libdrgn reads the dump; else the core is read */
	struct pfs_core core;	   /* valid while the stack is unwound */
};

/* Open the program over an core, if it is not open. -errno. */
int pfs_libdrgn_program(struct pfs_libdrgn *d, const struct pfs_core *core, struct pfs_err *err);

/* What e means to our caller: 0, -ENOENT, -ENOMEM, -EFAULT or -EIO. Frees e. */
int pfs_libdrgn_errno(struct drgn_error *e);
/* The same, and sets err to the message of e and to what failed. */
int pfs_libdrgn_err(struct pfs_err *err, struct drgn_error *e, const char *what);

/* Functions for struct pfs_callbacks; arg is the struct pfs_libdrgn. */
int pfs_libdrgn_symbol(void *arg, const char *name, uint64_t *ret);
int pfs_libdrgn_type_size(void *arg, const char *type, uint64_t *ret);
int pfs_libdrgn_member(void *arg, const char *type, const char *member, struct pfs_member *ret);
int pfs_libdrgn_enumerator(void *arg, const char *name, int64_t *ret);

/* The function for struct pfs_unwinder; u is the member of a struct pfs_libdrgn. */
int pfs_libdrgn_unwind(struct pfs_unwinder *u, const struct pfs_core *core,
		       int (*frame)(void *arg, const struct pfs_unwound *f), void *arg,
		       struct pfs_err *err);

#endif
