/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See image.h. Executable ranges are kept apart from the others, so that a
 * search for data need not read the text.
 */
#include "facts/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW	((size_t)1 << 20)
/*
 * No table page is used twice, so that a dump with more ranges than this needs
 * as many table pages.
 */
#define MAX_RANGES 65536

int pfs_image_find(struct pfs_mem *m, struct pfs_arena *a, struct pfs_image *ret,
		   struct pfs_err *err)
{
	struct pfs_image image = { NULL, 0 };
	uint64_t va = m->image_start;
	size_t cap = 0;

	while (va < m->image_end) {
		struct pfs_image_range *last = image.nr ? &image.r[image.nr - 1] : NULL, *r;
		struct pfs_walk w;
		uint64_t next;

		pfs_walk_va(m, va, &w);
		next = (va & ~(w.leaf_size - 1)) + w.leaf_size;
		/* The last bytes of the address space belong to no image. */
		if (next <= va)
			break;
		if (!w.mapped) {
			va = next;
			continue;
		}
		if (last && last->end == va && last->exec == w.executable) {
			last->end = next;
			va = next;
			continue;
		}
		if (image.nr == MAX_RANGES)
			break;
		r = pfs_grow(a, &image.r, &image.nr, &cap, sizeof(*r));
		if (!r)
			return pfs_err_set(err, ENOMEM, "out of memory");
		*r = (struct pfs_image_range){ va, next, w.executable };
		va = next;
	}
	if (!image.nr)
		return pfs_err_set(err, ENOENT, "no kernel image is mapped at 0x%llx",
				   (unsigned long long)m->image_start);
	*ret = image;
	return 0;
}

struct window {
	unsigned char *buf;
	size_t len; /* bytes read, from va on */
	uint64_t va;
};

static int look(const struct window *w, const void *needle, size_t len,
		int (*hit)(void *arg, uint64_t va), void *arg)
{
	const unsigned char *p = w->buf, *end = w->buf + w->len;
	int r;

	while ((p = memmem(p, (size_t)(end - p), needle, len))) {
		r = hit(arg, w->va + (uint64_t)(p - w->buf));
		if (r)
			return r;
		p++;
	}
	return 0;
}

static int search_range(struct pfs_mem *m, const struct pfs_image_range *range, unsigned char *buf,
			const void *needle, size_t len, int (*hit)(void *arg, uint64_t va),
			void *arg)
{
	uint64_t page = (uint64_t)1 << m->page_shift, va = range->start, at;

	while (va < range->end && range->end - va >= len) {
		uint64_t left = range->end - va;
		struct window w = { buf, left < WINDOW ? (size_t)left : WINDOW, va };
		bool cut = pfs_read_va(m, va, buf, w.len, &at) != PFS_REACH_OK;
		int r;

		if (cut)
			w.len = (size_t)(at - va);
		r = look(&w, needle, len, hit, arg);
		if (r)
			return r;
		/*
		 * Windows overlap by the length of the needle, so that it is
		 * found across them; a needle never spans a gap.
		 */
		va = cut ? (at & ~(page - 1)) + page : va + w.len - (len - 1);
		if (!cut && w.len == left)
			break;
	}
	return 0;
}

int pfs_image_search(struct pfs_mem *m, const struct pfs_image *image, bool exec,
		     const void *needle, size_t len, int (*hit)(void *arg, uint64_t va), void *arg)
{
	unsigned char *buf = malloc(WINDOW);
	size_t i;
	int r = 0;

	if (!buf)
		return -ENOMEM;
	for (i = 0; i < image->nr && !r; i++)
		if (image->r[i].exec == exec)
			r = search_range(m, &image->r[i], buf, needle, len, hit, arg);
	free(buf);
	return r;
}
