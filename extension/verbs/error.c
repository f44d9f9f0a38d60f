/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells a program what kind of failure it was. */
#include <errno.h>

#include "verbs/args.h"

const char *pfs_error_code(const struct pfs_err *err)
{
	switch (err->code) {
	case ENOENT:
		return "not-found";
	case EACCES:
	case EPERM:
		return "not-permitted";
	case EINVAL:
		return "invalid";
	case EIO:
		return "damaged";
	case ENOMEM:
		return "out-of-memory";
	case ENOSYS:
	case ENOTSUP:
		return "not-supported";
	default:
		return "failed";
	}
}
