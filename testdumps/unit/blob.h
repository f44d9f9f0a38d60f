/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PFS_TEST_BLOB_H
#define PFS_TEST_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that grow; holes are zeroes. */
struct blob {
	unsigned char *p;
	size_t len, cap;
	bool big; /* words are put big-endian */
};

static inline void blob_put(struct blob *b, size_t at, const void *p, size_t len)
{
	if (at + len > b->cap) {
		size_t cap = (at + len) * 2;

		b->p = realloc(b->p, cap);
		if (!b->p)
			abort();
		memset(b->p + b->cap, 0, cap - b->cap);
		b->cap = cap;
	}
	if (len)
		memcpy(b->p + at, p, len);
	if (at + len > b->len)
		b->len = at + len;
}

static inline void blob_put32(struct blob *b, size_t at, uint32_t v)
{
	unsigned char le[4] = { v, v >> 8, v >> 16, v >> 24 };
	unsigned char be[4] = { v >> 24, v >> 16, v >> 8, v };

	blob_put(b, at, b->big ? be : le, 4);
}

static inline void blob_put64(struct blob *b, size_t at, uint64_t v)
{
	blob_put32(b, b->big ? at + 4 : at, (uint32_t)v);
	blob_put32(b, b->big ? at : at + 4, (uint32_t)(v >> 32));
}

static inline void blob_free(struct blob *b)
{
	free(b->p);
	*b = (struct blob){ 0 };
}

#endif
