/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Little-endian loads from unaligned bytes. */
#ifndef PFS_BASE_LE_H
#define PFS_BASE_LE_H

#include <stdint.h>

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

#endif
