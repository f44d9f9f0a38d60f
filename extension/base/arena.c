/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bump allocator: blocks that are freed together. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 << 10)

struct pfs_arena_block {
	struct pfs_arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char data[];
};

void pfs_arena_init(struct pfs_arena *a)
{
	a->head = NULL;
	a->used = 0;
}

void pfs_arena_deinit(struct pfs_arena *a)
{
	struct pfs_arena_block *b = a->head, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	pfs_arena_init(a);
}

void *pfs_alloc(struct pfs_arena *a, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct pfs_arena_block *b = a->head;
	void *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + align - 1) / align * align;
	if (!b || b->size - b->used < size) {
		/* A large object gets a block of its own, behind the current one. */
		size_t want = size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE;

		b = calloc(1, sizeof(*b) + want);
		if (!b)
			return NULL;
		b->size = want;
		if (a->head && want != BLOCK_SIZE) {
			b->next = a->head->next;
			a->head->next = b;
		} else {
			b->next = a->head;
			a->head = b;
		}
	}
	p = b->data + b->used;
	b->used += size;
	a->used += size;
	return p;
}

void *pfs_calloc(struct pfs_arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return pfs_alloc(a, bytes);
}

char *pfs_strndup(struct pfs_arena *a, const char *s, size_t n)
{
	char *p = n < SIZE_MAX ? pfs_alloc(a, n + 1) : NULL;

	if (p)
		memcpy(p, s, n);
	return p;
}

char *pfs_strdup(struct pfs_arena *a, const char *s)
{
	return pfs_strndup(a, s, strlen(s));
}

char *pfs_vprintf(struct pfs_arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	p = n < 0 ? NULL : pfs_alloc(a, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

char *pfs_printf(struct pfs_arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = pfs_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

void *pfs_grow(struct pfs_arena *a, void *array, size_t *nr, size_t *cap, size_t elem)
{
	void **arrayp = array;
	char *p = *arrayp;

	if (*nr == *cap) {
		size_t want = *cap ? *cap * 2 : 16;
		char *q = pfs_calloc(a, want, elem);

		if (!q)
			return NULL;
		if (*nr)
			memcpy(q, p, *nr * elem);
		*arrayp = p = q;
		*cap = want;
	}
	return p + (*nr)++ * elem;
}
