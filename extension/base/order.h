/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads from unaligned bytes. What a kernel left in memory is little-endian; the headers of a
 * dump are in the order of who wrote them.
 */
#ifndef PFS_BASE_ORDER_H
#define PFS_BASE_ORDER_H

#include <stdint.h>

enum pfs_order { PFS_LITTLE, PFS_BIG };

static inline uint64_t pfs_le64(const void *p)
{
	const unsigned char *b = p;

	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
	       (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[7] << 56;
}

static inline uint32_t pfs_le32(const void *p)
{
	const unsigned char *b = p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint64_t pfs_be64(const void *p)
{
	return __builtin_bswap64(pfs_le64(p));
}

static inline uint64_t pfs_get64(enum pfs_order order, const void *p)
{
	return order == PFS_BIG ? pfs_be64(p) : pfs_le64(p);
}

static inline uint32_t pfs_get32(enum pfs_order order, const void *p)
{
	return order == PFS_BIG ? __builtin_bswap32(pfs_le32(p)) : pfs_le32(p);
}

static inline uint16_t pfs_get16(enum pfs_order order, const void *p)
{
	const unsigned char *b = p;

	return (uint16_t)(order == PFS_BIG ? b[0] << 8 | b[1] : b[1] << 8 | b[0]);
}

#endif
