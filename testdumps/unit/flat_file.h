/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flattened files, in pieces as several tools cut them: of a kdump with NR_DESC descriptors and
 * DATA bytes behind them, which who includes this has said before.
 */
#ifndef PFS_TEST_FLAT_FILE_H
#define PFS_TEST_FLAT_FILE_H

#include "blob.h"
#include "bytes/kdump_format.h"

#ifndef PAGE
#define PAGE 4096u
#endif

/* Of a kdump: headers and bitmaps, then descriptors, then page data. */
#define BLOCKS 34
#define DESC_AT ((size_t)BLOCKS * PAGE)
#define DATA_AT (DESC_AT + (size_t)NR_DESC * KDUMP_DESC_SIZE)

static uint64_t seed;

static inline uint64_t dice(uint64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (seed >> 33) % below;
}

/* How a tool cuts what it writes. */
enum writer {
	MAKEDUMPFILE, /* data in 64 KiB, not quite filled, and the descriptors of each */
	QEMU,	      /* both in 16 KiB, not quite filled */
	UNEVEN,	      /* now one page of descriptors for much data, now the other way round */
	ZEROES,	      /* descriptors alone for long, as of memory that is all zero */
	OTHER,	      /* data from its end: nobody writes so */
	NR_WRITERS
};

static inline void put_be64(struct blob *b, uint64_t v)
{
	v = __builtin_bswap64(v);
	blob_put(b, b->len, &v, 8);
}

static inline void piece(struct blob *b, const struct blob *of, size_t at, size_t len)
{
	put_be64(b, at);
	put_be64(b, len);
	blob_put(b, b->len, of->p + at, len);
}

static inline void begin(struct blob *b)
{
	blob_put(b, 0, "makedumpfile", 12);
	blob_put(b, 16, NULL, 0);
	put_be64(b, 1);
	put_be64(b, 1);
	blob_put(b, PAGE, NULL, 0);
}

static inline void end(struct blob *b)
{
	put_be64(b, UINT64_MAX);
	put_be64(b, UINT64_MAX);
}

static inline size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Descriptors up to this are written when the data up to at is. */
static inline size_t descs_for(enum writer w, size_t at, size_t size)
{
	size_t nr = (size_t)((double)NR_DESC * (double)at / (double)size);

	if (w == UNEVEN || w == ZEROES)
		nr = at < size / 2 ? nr / 100 : nr;
	return at >= size ? NR_DESC : nr;
}

/* The pieces of descriptors and data. */
static inline void body(struct blob *b, const struct blob *of, enum writer w)
{
	size_t at = DATA_AT, size = of->len - DATA_AT, desc = 0, n;
	size_t full = w == QEMU ? 16384 : 65536, step = w == ZEROES ? 42 * KDUMP_DESC_SIZE : full;

	while (at < of->len) {
		n = least(full - dice(full / 40), of->len - at);
		if (w == OTHER)
			piece(b, of, of->len - (at - DATA_AT) - n, n);
		else
			piece(b, of, at, n);
		at += n;
		n = descs_for(w, at - DATA_AT, size) * KDUMP_DESC_SIZE;
		n = w == QEMU && at < of->len ? (n - desc) / 16368 * 16368 : n - desc;
		for (; n; n -= least(n, step)) {
			piece(b, of, DESC_AT + desc, least(n, step));
			desc += least(n, step);
		}
	}
}

/* A kdump as far as its index cares: a header, and random bytes. */
static inline void make(struct blob *of)
{
	unsigned char *p;
	size_t i;

	blob_put(of, 0, "KDUMP   ", 8);
	blob_put(of, DATA_AT + DATA - 1, "x", 1);
	blob_put32(of, KDUMP_HDR_BLOCK_SIZE, PAGE);
	blob_put32(of, KDUMP_HDR_SUB_SIZE, 1);
	blob_put32(of, KDUMP_HDR_BITMAP_BLOCKS, BLOCKS - 2);
	p = of->p;
	for (i = 2 * PAGE; i < of->len; i += 8) {
		uint64_t v = dice(UINT64_C(1) << 30) * dice(UINT64_C(1) << 30);

		/* Much of it looks like small numbers, as the page descriptors do. */
		if (i < DATA_AT || dice(4) == 0)
			v = dice(2) ? dice(1 << 27) : __builtin_bswap64(dice(1 << 27));
		memcpy(p + i, &v, least(8, of->len - i));
	}
}

static inline void write_all(struct blob *b, const struct blob *of, enum writer w)
{
	size_t at;

	begin(b);
	piece(b, of, 0, KDUMP_HDR_SIZE);
	piece(b, of, PAGE, PAGE);
	for (at = 2 * PAGE; at < DESC_AT; at += 4 * PAGE)
		piece(b, of, at, 4 * PAGE);
	body(b, of, w);
}

#endif
