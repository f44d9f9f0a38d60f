/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arithmetic on addresses from a dump, which may have any value: it must not wrap. */
#ifndef PFS_BASE_RANGE_H
#define PFS_BASE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Is at one of the size bytes that begin at start? A range that would reach
 * past the last address ends there, so that nothing below start is ever in it.
 */
static inline bool pfs_within(uint64_t at, uint64_t start, uint64_t size)
{
	return at >= start && at - start < size;
}

static inline uint64_t pfs_min64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t pfs_max64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

#endif
