/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a distilled dump: a kdump file of what an analysis read, and no more. */
#ifndef PFS_DISTILL_WRITE_H
#define PFS_DISTILL_WRITE_H

#include "bytes/record.h"
#include "facts/facts.h"

/*
 * Write to fd, an empty file, everything that was read so far through t, a record
 * target. The same reads of the same dump, which may itself be distilled, give the same bytes.
 * panic_json and scan_json are the text of these notes; NULL: the notes of t,
 * if it has any. sections is the memory that the kernel has sections for: that
 * is RAM, where t has no presence() to tell. -EINVAL: t is no record target, or
 * nothing was read; -ENOSPC: more was read than the recorder keeps; -EIO and
 * other errors of writing.
 */
int pfs_distill_write(int fd, struct pfs_target *t, const struct pfs_facts *f,
		      const struct pfs_ranges *sections, const char *panic_json,
		      const char *scan_json, struct pfs_err *err);

/* Did pfs_distill_write() write this file? */
bool pfs_is_distilled(int fd);

/*
 * The VMCOREINFO text of t, completed with the facts that it lacks, as a
 * distilled dump carries it. The caller frees it; NULL: out of memory.
 */
char *pfs_distill_vmcoreinfo(const struct pfs_target *t, const struct pfs_facts *f,
			     size_t *ret_len);

#endif
