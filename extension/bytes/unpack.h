/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decompresses a page of a kdump-compressed file. */
#ifndef PFS_BYTES_UNPACK_H
#define PFS_BYTES_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes/kdump_format.h"

/* The flags of a page descriptor that pfs_unpack() understands. */
#define PFS_UNPACK_FLAGS ((uint32_t)(KDUMP_ZLIB | KDUMP_LZO | KDUMP_SNAPPY | KDUMP_ZSTD))

/* The decompressors of one thread. Each is allocated for the first page that needs it. */
struct pfs_unpack {
	struct libdeflate_decompressor *deflate;
	struct ZSTD_DCtx_s *zstd;
};

/*
 * False: liblzo2 does not work on this machine. pfs_unpack_deinit() also takes
 * a struct whose init() failed, or one that is all zero.
 */
bool pfs_unpack_init(struct pfs_unpack *u);
void pfs_unpack_deinit(struct pfs_unpack *u);

/*
 * flags are those of the descriptor, and none beyond PFS_UNPACK_FLAGS. False if
 * src is damaged or does not decompress to exactly size bytes; dst may be half
 * written then.
 */
bool pfs_unpack(struct pfs_unpack *u, uint32_t flags, const unsigned char *src, size_t len,
		unsigned char *dst, size_t size);

#endif
