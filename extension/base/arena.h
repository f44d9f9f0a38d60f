/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results of an analysis are allocated from an arena and freed together with
 * it: nothing in the model, the findings or the verdict is freed on its own. An
 * arena is not thread-safe; each worker thread of the scan has its own.
 */
#ifndef PFS_BASE_ARENA_H
#define PFS_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include <pfnscope/err.h>

struct pfs_arena {
	struct pfs_arena_block *head;
	size_t used; /* bytes handed out */
};

void pfs_arena_init(struct pfs_arena *a);
void pfs_arena_deinit(struct pfs_arena *a);

/*
 * pfs_alloc() and pfs_calloc() return zeroed memory, aligned for any object.
 * All of these return NULL when out of memory.
 */
void *pfs_alloc(struct pfs_arena *a, size_t size);
void *pfs_calloc(struct pfs_arena *a, size_t n, size_t size);
char *pfs_strdup(struct pfs_arena *a, const char *s);
char *pfs_strndup(struct pfs_arena *a, const char *s, size_t n);
char *pfs_printf(struct pfs_arena *a, const char *fmt, ...) PFS_PRINTF(2, 3);
char *pfs_vprintf(struct pfs_arena *a, const char *fmt, va_list ap);

/*
 * Grow an array in the arena by one element of elem bytes. array is the address
 * of the pointer to the elements; *array, *nr and *cap are updated. Returns the
 * new, zeroed element, or NULL when out of memory. The old array is left to the
 * arena.
 */
void *pfs_grow(struct pfs_arena *a, void *array, size_t *nr, size_t *cap, size_t elem);

#endif
