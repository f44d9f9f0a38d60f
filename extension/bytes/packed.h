/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps as tickets have them: compressed, or in an archive. libarchive unpacks them into a
 * temporary file without a name, and nothing else is ever written: what an archive says of
 * names and links is text to us. It is loaded when it is needed, because it brings 40 MB of
 * other libraries, which a capture kernel has no room for.
 */
#ifndef PFS_BYTES_PACKED_H
#define PFS_BYTES_PACKED_H

#include "bytes/dump.h"

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

/* A dump that was unpacked. */
struct pfs_unpacked {
	int fd; /* -1: none */
	uint64_t size;
	char *name; /* in its archive, owned; NULL: there is but one */
	char *cut;  /* how what it was in ends early, owned; NULL: it does not */
};

/*
 * Unpack the dumps in f, PFS_MAX_PACKED at most. The caller closes and frees; also after an
 * error. -EINVAL: there is none, or no libarchive; -EIO, -ENOSPC, -EFBIG, -ENOMEM.
 */
int pfs_packed_open(const struct pfs_dump_file *f,
		    void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total),
		    void *arg, struct pfs_unpacked *ret, size_t *ret_nr, struct pfs_err *err);
void pfs_unpacked_deinit(struct pfs_unpacked *u);

#endif
