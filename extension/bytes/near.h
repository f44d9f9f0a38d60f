/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small reads of a dump's file, of one thread. Tables of the kernel are read one member at a
 * time, a few of them side by side, and the log's from their ends: what is around a small
 * read is read as well when a second one comes near.
 */
#ifndef PFS_BYTES_NEAR_H
#define PFS_BYTES_NEAR_H

#include "bytes/dump.h"

/* What is larger is not worth it. */
#define PFS_SMALL ((size_t)4096)
#define PFS_NEAR ((uint64_t)32 << 10)
#define PFS_NR_NEAR 8

struct pfs_near {
	uint64_t nr; /* of small reads */
	struct pfs_near_part {
		const struct pfs_dump_file *file;
		uint64_t last, used; /* the last small read here: where, and its number; 0: none */
		uint64_t offset, len;
		unsigned char *bytes; /* owned; NULL: it was but one read so far */
	} part[PFS_NR_NEAR];
};

void pfs_near_deinit(struct pfs_near *w);

/* As pfs_file_read(), of PFS_NEAR bytes at most. */
int pfs_near_read(struct pfs_near *w, const struct pfs_dump_file *f, void *buf, size_t len,
		  uint64_t offset);

#endif
