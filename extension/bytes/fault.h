/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target on top of another that makes parts of memory answer otherwise, so
 * that tests can see what the engine makes of it.
 */
#ifndef PFS_BYTES_FAULT_H
#define PFS_BYTES_FAULT_H

#include <pfnscope/target.h>

struct pfs_fault {
	uint64_t start, end; /* physical, half-open */
	/*
	 * PFS_PRESENT: the bytes are there but wrong: those at start, start +
	 * every, ... have flip's bits inverted. Anything else is the answer.
	 */
	enum pfs_presence answer;
	uint64_t every;
	unsigned char flip;
};

/*
 * Wrap lower, which it takes over, also on failure. faults are copied; where
 * they overlap, the first that does not flip is the answer, and all flips apply.
 */
int pfs_target_fault(struct pfs_target *lower, const struct pfs_fault *faults, size_t nr,
		     struct pfs_target **ret, struct pfs_err *err);

/*
 * "excluded:0x1000-0x2fff,absent:A-B,undecidable:A-B,flip:A-B:MASK:EVERY" with
 * B inclusive; EVERY defaults to 1. At most max faults. -EINVAL.
 */
int pfs_fault_parse(const char *spec, struct pfs_fault *faults, size_t max, size_t *ret_nr,
		    struct pfs_err *err);

#endif
