/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page of a kdump-compressed file from its stored bytes, by the compressions there are. */
#ifndef PFS_BYTES_UNPACK_H
#define PFS_BYTES_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes/kdump_format.h"

/* Flags of a page descriptor that pfs_unpack() understands. */
#define PFS_UNPACK_FLAGS ((uint32_t)(KDUMP_ZLIB | KDUMP_LZO | KDUMP_SNAPPY | KDUMP_ZSTD))

/* Of one thread; each from the first page that needs it. */
struct pfs_unpack {
	struct libdeflate_decompressor *deflate;
	struct ZSTD_DCtx_s *zstd;
};

/* False: liblzo2 does not work here. deinit() takes one whose init() failed, or of zeroes. */
bool pfs_unpack_init(struct pfs_unpack *u);
void pfs_unpack_deinit(struct pfs_unpack *u);

/*
 * flags: of the descriptor, not more than PFS_UNPACK_FLAGS. False: src is damaged, or holds
 * anything but size bytes; dst may be half written then.
 */
bool pfs_unpack(struct pfs_unpack *u, uint32_t flags, const unsigned char *src, size_t len,
		unsigned char *dst, size_t size);

#endif
