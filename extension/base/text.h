/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text, or bytes, that are put together in memory. Not open_memstream(3): what that lost
 * for want of memory neither ferror(3) nor fclose(3) tells.
 */
#ifndef PFS_BASE_TEXT_H
#define PFS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <pfnscope/err.h>

/* All zero: empty. */
struct pfs_text {
	char *p;
	size_t len, cap;
	bool lost; /* for want of memory: all that follows is dropped */
};

void pfs_text_add(struct pfs_text *t, const void *p, size_t len);
void pfs_text_printf(struct pfs_text *t, const char *fmt, ...) PFS_PRINTF(2, 3);

/* The whole, terminated, for the caller to free; NULL: out of memory. */
char *pfs_text_take(struct pfs_text *t, size_t *ret_len);

#endif
