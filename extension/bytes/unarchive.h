/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are compressed, or archives, read member by member by libarchive. It is loaded
 * when it is needed, because it brings 40 MB of other libraries, which a capture kernel has no
 * room for. What comes out goes into temporary files without a name, and nothing else is ever
 * written: what an archive says of names and links is text to us.
 */
#ifndef PFS_BYTES_UNARCHIVE_H
#define PFS_BYTES_UNARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pfnscope/err.h>

/* One more than ever made sense is a bomb: the largest file of ext4. */
#define PFS_UNARCHIVE_MAX ((uint64_t)16 << 40)

/* How a file is packed, by its magic: libarchive is not to guess, nor to start programs. */
struct pfs_packing {
	unsigned int at, len;
	const char *magic, *name;
	size_t support; /* the function of struct pfs_libarchive */
	bool archive;	/* it has members, by itself */
	bool package;	/* of a distribution */
};

/* Of a file that begins so; NULL: it is not packed, or in no way we know. */
const struct pfs_packing *pfs_packing_of(const unsigned char *b, size_t len);

struct pfs_libarchive;

/* -EINVAL: it cannot be had. */
int pfs_libarchive_load(struct pfs_libarchive **ret, struct pfs_err *err);
void pfs_libarchive_drop(struct pfs_libarchive *l);

/* One file, or the beginning of one in memory, that is being read. */
struct pfs_unarchive {
	const struct pfs_libarchive *l;
	struct archive *a;
	const struct pfs_packing *how;
	const char *name; /* of the member; NULL: there is but one, without a name */
	unsigned char *buf;
	size_t len;   /* of what the buffer has of the member */
	uint64_t at;  /* in the member, of what comes next into the buffer */
	uint64_t max; /* more bytes than this are too many; the caller may lower it */
	struct {
		const void *p;
		size_t len;
		uint64_t at;
	} block;	 /* that libarchive gave last */
	bool eof, ended; /* of the member: nothing comes any more; all is taken */
	unsigned int members;
	struct pfs_err *err;
};

/*
 * Of a file by its descriptor, or, where fd is -1, of what is in memory. b, len: how it begins.
 * To be closed, also after an error.
 */
int pfs_unarchive_open(struct pfs_unarchive *r, const struct pfs_libarchive *l, int fd,
		       const unsigned char *b, size_t len, struct pfs_err *err);
void pfs_unarchive_close(struct pfs_unarchive *r);

/* The next regular file, with its beginning in the buffer. 1: it is there; 0: no more. */
int pfs_unarchive_next(struct pfs_unarchive *r);

/* Bytes that came out of it so far, of whatever use. */
uint64_t pfs_unarchive_bytes(const struct pfs_unarchive *r);

/* A member that was unpacked. */
struct pfs_unpacked {
	int fd; /* -1: none */
	uint64_t size;
	char *name; /* in its archive, owned; NULL: there is but one */
	char *cut;  /* how what it was in ends early, owned; NULL: it does not */
};

void pfs_unpacked_deinit(struct pfs_unpacked *u);

/* Who is told how far it got; show may be NULL. total: bytes of the packed file. */
struct pfs_unpacking {
	void (*show)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *arg;
	uint64_t total;
};

/* All of the member whose beginning is in the buffer. ret's name is left as it is. */
int pfs_unarchive_copy(struct pfs_unarchive *r, const struct pfs_unpacking *p,
		       struct pfs_unpacked *ret);

#endif
