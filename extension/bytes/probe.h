/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a file a dump, or a log? Decided by its first bytes, for callers that look through many
 * files.
 */
#ifndef PFS_BYTES_PROBE_H
#define PFS_BYTES_PROBE_H

#include <stdbool.h>
#include <stdint.h>

struct pfs_probe {
	bool dump;
	bool log;     /* a kernel log, which is no dump */
	int error;    /* errno of what cannot be opened or read; 0: none */
	bool part;    /* one file of a split set: PFNs [start, end) of [0, max) */
	uint64_t set; /* equal for the files of one set */
	uint64_t start, end, max;
};

/*
 * A damaged dump counts as a dump. The core dump of a process does not, nor
 * does anything that is no regular file.
 */
void pfs_probe(const char *path, struct pfs_probe *ret);

#endif
