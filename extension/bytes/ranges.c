/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of ranges: a sorted part, and later additions that are merged into it now and then. */
#include "bytes/ranges.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MIN_CAP ((size_t)1024)

static int by_start(const void *a, const void *b)
{
	const struct pfs_range *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return 0;
}

static size_t find(const struct pfs_range *v, size_t nr, uint64_t at)
{
	size_t lo = 0, hi = nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].end <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void pfs_ranges_settle(struct pfs_ranges *r)
{
	size_t i, n = 0;

	if (r->settled == r->nr)
		return;
	qsort(r->v, r->nr, sizeof(*r->v), by_start);
	for (i = 1; i < r->nr; i++) {
		if (r->v[i].start > r->v[n].end)
			r->v[++n] = r->v[i];
		else if (r->v[i].end > r->v[n].end)
			r->v[n].end = r->v[i].end;
	}
	r->nr = r->settled = n + 1;
}

/*
 * Make room for one more range: merge first, and grow only if that does not
 * halve the array.
 */
static int make_room(struct pfs_ranges *r)
{
	size_t want;
	struct pfs_range *v;

	pfs_ranges_settle(r);
	if (r->max && r->nr >= r->max)
		return -ENOSPC;
	if (r->cap && r->nr <= r->cap / 2)
		return 0;
	want = r->cap ? r->cap * 2 : MIN_CAP;
	v = reallocarray(r->v, want, sizeof(*v));
	if (!v)
		return -ENOMEM;
	r->v = v;
	r->cap = want;
	return 0;
}

int pfs_ranges_add(struct pfs_ranges *r, uint64_t start, uint64_t end)
{
	struct pfs_range *last;
	size_t i;
	int ret;

	if (start >= end)
		return 0;
	/* Reads mostly continue or repeat an earlier one: neither needs a new range. */
	if (r->nr > r->settled) {
		last = &r->v[r->nr - 1];
		if (start >= last->start && start <= last->end) {
			if (end > last->end)
				last->end = end;
			return 0;
		}
	}
	i = find(r->v, r->settled, start);
	if (i < r->settled && r->v[i].start <= start && r->v[i].end >= end)
		return 0;
	if (r->nr == r->cap) {
		ret = make_room(r);
		if (ret)
			return ret;
	}
	r->v[r->nr++] = (struct pfs_range){ start, end };
	return 0;
}

int pfs_ranges_remove(struct pfs_ranges *r, uint64_t start, uint64_t end)
{
	uint64_t rest_start, rest_end;
	size_t i, k;

	if (start >= end)
		return 0;
	pfs_ranges_settle(r);
	i = find(r->v, r->nr, start);
	if (i == r->nr || r->v[i].start >= end)
		return 0;
	if (r->v[i].start < start) {
		rest_start = end;
		rest_end = r->v[i].end;
		r->v[i++].end = start;
		/* A hole in the middle of one range. */
		if (rest_end > end)
			return pfs_ranges_add(r, rest_start, rest_end);
	}
	for (k = i; k < r->nr && r->v[k].end <= end; k++)
		;
	memmove(&r->v[i], &r->v[k], (r->nr - k) * sizeof(*r->v));
	r->nr -= k - i;
	r->settled = r->nr;
	if (i < r->nr && r->v[i].start < end)
		r->v[i].start = end;
	return 0;
}

size_t pfs_ranges_find(const struct pfs_ranges *r, uint64_t at)
{
	return find(r->v, r->nr, at);
}

bool pfs_ranges_at(const struct pfs_ranges *r, uint64_t at, uint64_t *ret_end)
{
	size_t i = pfs_ranges_find(r, at);
	bool inside = i < r->nr && r->v[i].start <= at;

	if (inside)
		*ret_end = r->v[i].end;
	else
		*ret_end = i < r->nr ? r->v[i].start : UINT64_MAX;
	return inside;
}

void pfs_ranges_deinit(struct pfs_ranges *r)
{
	free(r->v);
	*r = (struct pfs_ranges){ .max = r->max };
}
