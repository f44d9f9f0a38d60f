/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps as tickets have them: compressed, or in an archive. They are unpacked into a temporary
 * file without a name.
 */
#ifndef PFS_BYTES_PACKED_H
#define PFS_BYTES_PACKED_H

#include "bytes/dump.h"
#include "bytes/unarchive.h"

/* More files of one split dump are not looked for in one archive. */
#define PFS_MAX_PACKED 64

enum pfs_packed {
	PFS_PACKED_DUMP,    /* a dump is in it */
	PFS_PACKED_NO_DUMP, /* none is */
	PFS_PACKED_UNKNOWN, /* not seen up to where we look; or libarchive cannot be had */
};

/* How a file that begins so is packed, in words; NULL: it is not, or in no way we know. */
const char *pfs_packed_how(const unsigned char *b, size_t len);

/* Look into the beginning of fd. */
enum pfs_packed pfs_packed_look(int fd);

/*
 * Unpack the dumps in f, PFS_MAX_PACKED at most. The caller closes and frees; also after an
 * error. -EINVAL: there is none, or no libarchive; -EIO, -ENOSPC, -EFBIG, -ENOMEM.
 */
int pfs_packed_open(const struct pfs_dump_file *f,
		    void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total),
		    void *arg, struct pfs_unpacked *ret, size_t *ret_nr, struct pfs_err *err);

#endif
