/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparing addresses that a dump holds: any value may come, and none may wrap. */
#ifndef PFS_BASE_WITHIN_H
#define PFS_BASE_WITHIN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Does at lie in the size bytes from start on? A range that would reach past
 * the last address ends with it: nothing below start is ever in it.
 */
static inline bool pfs_within(uint64_t at, uint64_t start, uint64_t size)
{
	return at >= start && at - start < size;
}

#endif
