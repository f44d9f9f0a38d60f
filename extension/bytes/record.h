/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target that wraps another one and notes which bytes were read, and the
 * answer of the dump where they could not be: this is what a distilled dump has
 * to carry.
 */
#ifndef PFS_BYTES_RECORD_H
#define PFS_BYTES_RECORD_H

#include <pfnscope/target.h>

#include "bytes/ranges.h"

struct pfs_recorder;

/*
 * Wrap lower, and take it over, also on failure. Clones of the new target note
 * into the same recorder, which lives as long as any of them.
 */
int pfs_target_record(struct pfs_target *lower, struct pfs_target **ret, struct pfs_err *err);

/* The recorder of a record target; NULL if t is a target of another kind. */
struct pfs_recorder *pfs_target_recorder(struct pfs_target *t);

/* Forget that [start, end) was read. -ENOMEM, -ENOSPC. */
int pfs_recorder_drop(struct pfs_recorder *r, uint64_t start, uint64_t end);

/* Between these two nothing is noted, in any thread. Pairs of them nest. */
void pfs_recorder_pause(struct pfs_recorder *r);
void pfs_recorder_resume(struct pfs_recorder *r);

/*
 * The ranges whose answer was p, sorted and disjoint; they consist of whole
 * pages unless p is PFS_PRESENT. Valid until the next read. NULL: there were
 * more of them than the recorder keeps, or memory ran out.
 */
const struct pfs_ranges *pfs_recorder_ranges(struct pfs_recorder *r, enum pfs_presence p);

#endif
