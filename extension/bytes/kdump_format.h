/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Offsets of the fields of a 64-bit kdump-compressed file, as the file
 * IMPLEMENTATION of makedumpfile describes it. They are byte offsets
 * and not structs, because the reader meets hostile bytes, and the writer wants
 * all padding to be zero.
 */
#ifndef PFS_BYTES_KDUMP_FORMAT_H
#define PFS_BYTES_KDUMP_FORMAT_H

#include <stdbool.h>

#include "base/order.h"

/* The most bytes of notes that the reader accepts and the writer writes. */
#define KDUMP_MAX_NOTES ((uint64_t)64 << 20)

/* struct disk_dump_header, block 0 */
enum {
	KDUMP_HDR_SIGNATURE = 0, /* "KDUMP   " */
	KDUMP_HDR_VERSION = 8,
	KDUMP_HDR_UTSNAME = 12, /* six strings of KDUMP_UTS_LEN */
	KDUMP_UTS_LEN = 65,
	KDUMP_HDR_RELEASE = KDUMP_HDR_UTSNAME + 2 * KDUMP_UTS_LEN,
	KDUMP_HDR_MACHINE = KDUMP_HDR_UTSNAME + 4 * KDUMP_UTS_LEN,
	KDUMP_HDR_TIMESTAMP = 408, /* struct timeval */
	KDUMP_HDR_STATUS = 424,
	KDUMP_HDR_BLOCK_SIZE = 428,
	KDUMP_HDR_SUB_SIZE = 432,      /* in blocks */
	KDUMP_HDR_BITMAP_BLOCKS = 436, /* of both bitmaps */
	KDUMP_HDR_MAX_MAPNR = 440,
	KDUMP_HDR_TOTAL_RAM = 444,
	KDUMP_HDR_DEVICE_BLOCKS = 448,
	KDUMP_HDR_WRITTEN = 452,
	KDUMP_HDR_CURRENT_CPU = 456,
	KDUMP_HDR_NR_CPUS = 460,
	KDUMP_HDR_SIZE = 464,
};

/* struct kdump_sub_header, block 1. [n]: the header version that added the field. */
enum {
	KDUMP_SUB_PHYS_BASE = 0,
	KDUMP_SUB_DUMP_LEVEL = 8, /* [1] */
	KDUMP_SUB_SPLIT = 12,	  /* [2] */
	KDUMP_SUB_START_PFN = 16,
	KDUMP_SUB_END_PFN = 24,
	KDUMP_SUB_OFFSET_VMCOREINFO = 32, /* [3] */
	KDUMP_SUB_SIZE_VMCOREINFO = 40,
	KDUMP_SUB_OFFSET_NOTE = 48, /* [4] */
	KDUMP_SUB_SIZE_NOTE = 56,
	KDUMP_SUB_OFFSET_ERASEINFO = 64, /* [5] */
	KDUMP_SUB_SIZE_ERASEINFO = 72,
	KDUMP_SUB_START_PFN_64 = 80, /* [6] */
	KDUMP_SUB_END_PFN_64 = 88,
	KDUMP_SUB_MAX_MAPNR_64 = 96,
	KDUMP_SUB_SIZE = 104,
};

/* struct page_desc */
enum {
	KDUMP_DESC_OFFSET = 0,
	KDUMP_DESC_LEN = 8,
	KDUMP_DESC_FLAGS = 12,
	KDUMP_DESC_PAGE_FLAGS = 16,
	KDUMP_DESC_SIZE = 24,
};

/* Flags of a page descriptor and of the status in the header */
enum {
	KDUMP_ZLIB = 0x1,
	KDUMP_LZO = 0x2,
	KDUMP_SNAPPY = 0x4,
	KDUMP_INCOMPLETE = 0x8,
	KDUMP_ZSTD = 0x20,
};

static inline bool kdump_is_block_size(uint32_t size)
{
	return size >= 4096 && size <= 65536 && !(size & (size - 1));
}

/* The order that a header is in: no size of a block makes sense in both. */
static inline enum pfs_order kdump_order(const unsigned char *hdr)
{
	return kdump_is_block_size(pfs_get32(PFS_BIG, hdr + KDUMP_HDR_BLOCK_SIZE)) ? PFS_BIG :
										     PFS_LITTLE;
}

#endif
