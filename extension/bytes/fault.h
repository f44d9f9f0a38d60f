/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target that wraps another one and changes its answers for parts of memory,
 * so that tests can see what the engine makes of damaged and incomplete dumps.
 */
#ifndef PFS_BYTES_FAULT_H
#define PFS_BYTES_FAULT_H

#include <pfnscope/target.h>

struct pfs_fault {
	uint64_t start, end; /* physical, half-open */
	/*
	 * The answer for this range. With PFS_PRESENT the bytes are there but
	 * wrong: in those at start, start + every, ... the bits of flip are
	 * inverted.
	 */
	enum pfs_presence answer;
	uint64_t every;
	unsigned char flip;
};

/*
 * Wrap lower, and take it over, also on failure. faults are copied. Where they
 * overlap, the first one that is no flip gives the answer, and all flips apply.
 */
int pfs_target_fault(struct pfs_target *lower, const struct pfs_fault *faults, size_t nr,
		     struct pfs_target **ret, struct pfs_err *err);

/*
 * Parse
 * "excluded:0x1000-0x2fff,absent:A-B,undecidable:A-B,flip:A-B:MASK:EVERY",
 * where B is inclusive and EVERY defaults to 1. -EINVAL, also for more than max
 * faults.
 */
int pfs_fault_parse(const char *spec, struct pfs_fault *faults, size_t max, size_t *ret_nr,
		    struct pfs_err *err);

#endif
