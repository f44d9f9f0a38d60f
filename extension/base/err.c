/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Error messages that gain context on their way up. */
#include <pfnscope/err.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int pfs_err_set(struct pfs_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return -code;
}

int pfs_err_wrap(struct pfs_err *err, const char *fmt, ...)
{
	char tail[sizeof(err->msg)];
	va_list ap;
	int n;

	memcpy(tail, err->msg, sizeof(tail));
	va_start(ap, fmt);
	n = vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(err->msg))
		snprintf(err->msg + n, sizeof(err->msg) - (size_t)n, ": %s", tail);
	return -err->code;
}
