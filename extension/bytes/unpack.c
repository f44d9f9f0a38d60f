/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages are decompressed by the libraries that compressed them, except for
 * zlib: libdeflate needs two thirds of its time, because it expects a page as a
 * whole. All of them are told how much room a page has and stop there, whatever
 * the stored bytes claim.
 */
#include "bytes/unpack.h"

#include <string.h>

#include <libdeflate.h>
#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <zstd.h>

bool pfs_unpack_init(struct pfs_unpack *u)
{
	memset(u, 0, sizeof(*u));
	return lzo_init() == LZO_E_OK;
}

void pfs_unpack_deinit(struct pfs_unpack *u)
{
	libdeflate_free_decompressor(u->deflate);
	ZSTD_freeDCtx(u->zstd);
}

static bool unpack_zlib(struct pfs_unpack *u, const unsigned char *src, size_t len,
			unsigned char *dst, size_t size)
{
	if (!u->deflate)
		u->deflate = libdeflate_alloc_decompressor();
	/* Where no place for the length is passed, exactly size bytes have to come out. */
	return u->deflate && libdeflate_zlib_decompress(u->deflate, src, len, dst, size, NULL) ==
				     LIBDEFLATE_SUCCESS;
}

static bool unpack_lzo(const unsigned char *src, size_t len, unsigned char *dst, size_t size)
{
	lzo_uint out = size;

	return lzo1x_decompress_safe(src, len, dst, &out, NULL) == LZO_E_OK && out == size;
}

static bool unpack_snappy(const unsigned char *src, size_t len, unsigned char *dst, size_t size)
{
	size_t out = size;

	return snappy_uncompress((const char *)src, len, (char *)dst, &out) == SNAPPY_OK &&
	       out == size;
}

static bool unpack_zstd(struct pfs_unpack *u, const unsigned char *src, size_t len,
			unsigned char *dst, size_t size)
{
	if (!u->zstd)
		u->zstd = ZSTD_createDCtx();
	return u->zstd && ZSTD_decompressDCtx(u->zstd, dst, size, src, len) == size;
}

bool pfs_unpack(struct pfs_unpack *u, uint32_t flags, const unsigned char *src, size_t len,
		unsigned char *dst, size_t size)
{
	if (flags & KDUMP_ZLIB)
		return unpack_zlib(u, src, len, dst, size);
	if (flags & KDUMP_LZO)
		return unpack_lzo(src, len, dst, size);
	if (flags & KDUMP_SNAPPY)
		return unpack_snappy(src, len, dst, size);
	if (flags & KDUMP_ZSTD)
		return unpack_zstd(u, src, len, dst, size);
	if (len != size)
		return false;
	memcpy(dst, src, size);
	return true;
}
