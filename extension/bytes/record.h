/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target on top of another that notes what was read, and what the dump said
 * where it could not be: what a distilled dump has to carry.
 */
#ifndef PFS_BYTES_RECORD_H
#define PFS_BYTES_RECORD_H

#include <pfnscope/target.h>

#include "bytes/ranges.h"

struct pfs_recorder;

/*
 * Wrap lower, which it takes over, also on failure. Clones of the new target
 * note into the same recorder, which lives as long as any of them.
 */
int pfs_target_record(struct pfs_target *lower, struct pfs_target **ret, struct pfs_err *err);

/* The recorder of such a target; NULL: it is of another kind. */
struct pfs_recorder *pfs_target_recorder(struct pfs_target *t);

/* As if [start, end) had never been read. -ENOMEM, -ENOSPC. */
int pfs_recorder_drop(struct pfs_recorder *r, uint64_t start, uint64_t end);

/* Nothing is noted between the two, in no thread. They nest. */
void pfs_recorder_pause(struct pfs_recorder *r);
void pfs_recorder_resume(struct pfs_recorder *r);

/*
 * Ranges whose answer was p, sorted, disjoint, whole pages unless p is
 * PFS_PRESENT; valid until the next read. NULL: there were more of them than
 * the recorder keeps, or memory ran out.
 */
const struct pfs_ranges *pfs_recorder_ranges(struct pfs_recorder *r, enum pfs_presence p);

#endif
