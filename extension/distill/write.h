/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Write a distilled dump: a kdump file of what an analysis read, and no more. */
#ifndef PFS_DISTILL_WRITE_H
#define PFS_DISTILL_WRITE_H

#include "bytes/record.h"
#include "facts/facts.h"

/*
 * Write to path everything that was read through t, a record target, so far.
 * The file appears under its name when it is complete, or not at all. The same
 * reads of the same dump give the same bytes; of a distilled dump too.
 * panic_json, scan_json: text for these notes; NULL: those that t has, if any.
 * -EINVAL: t is no record target, or nothing was read; -ENOSPC: more was read
 * than the recorder keeps; -EIO and other errno values of writing.
 */
int pfs_distill_write(const char *path, struct pfs_target *t, const struct pfs_facts *f,
		      const char *panic_json, const char *scan_json, struct pfs_err *err);

/*
 * VMCOREINFO text of t, completed with the facts it lacks: what a distilled
 * dump carries. malloc()ed; NULL: out of memory.
 */
char *pfs_distill_vmcoreinfo(const struct pfs_target *t, const struct pfs_facts *f,
			     size_t *ret_len);

#endif
