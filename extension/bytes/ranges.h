/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of half-open ranges of physical addresses. Its memory comes from
 * malloc(), not from an arena, because a set lives through many analyses. The
 * caller does the locking.
 */
#ifndef PFS_BYTES_RANGES_H
#define PFS_BYTES_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pfs_range {
	uint64_t start, end;
};

/*
 * v[0..settled) is sorted, disjoint and without neighbours that touch.
 * v[settled..nr) are later additions in the order of their arrival; they are
 * merged in when they are as many as the sorted ones.
 */
struct pfs_ranges {
	struct pfs_range *v;
	size_t nr, cap, settled;
	size_t max; /* most ranges that it may have, 0: no limit */
};

/* Empty and inverted ranges are ignored. -ENOMEM; -ENOSPC: more than max ranges. */
int pfs_ranges_add(struct pfs_ranges *r, uint64_t start, uint64_t end);
/* Take [start, end) out. -ENOMEM; -ENOSPC: the set would have more than max ranges. */
int pfs_ranges_remove(struct pfs_ranges *r, uint64_t start, uint64_t end);
/* Sort and merge. The functions below need a settled set. */
void pfs_ranges_settle(struct pfs_ranges *r);
/* Index of the first range that ends above at; r->nr if none. */
size_t pfs_ranges_find(const struct pfs_ranges *r, uint64_t at);
/* Is at in the set? *ret_end: where this answer ends, UINT64_MAX if it holds to the end. */
bool pfs_ranges_at(const struct pfs_ranges *r, uint64_t at, uint64_t *ret_end);
void pfs_ranges_deinit(struct pfs_ranges *r);

#endif
