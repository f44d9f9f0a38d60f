/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors: a function that can fail returns 0 or a negative errno value, and
 * describes the failure in the struct pfs_err of its caller. On the way up,
 * each caller puts its own context in front ("section 136: usage: address not
 * mapped").
 */
#ifndef PFNSCOPE_ERR_H
#define PFNSCOPE_ERR_H

#define PFS_API __attribute__((visibility("default")))
#define PFS_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

struct pfs_err {
	int code;      /* positive errno value, 0: no error */
	char msg[512]; /* lower case, no full stop, one line */
};

/* Set the message. Returns -code, so that one can write return pfs_err_set(...). */
PFS_API int pfs_err_set(struct pfs_err *err, int code, const char *fmt, ...) PFS_PRINTF(3, 4);

/* Put "context: " before the message that is there; returns -err->code. */
PFS_API int pfs_err_wrap(struct pfs_err *err, const char *fmt, ...) PFS_PRINTF(2, 3);

#endif
