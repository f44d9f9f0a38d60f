/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flattened dumps are what makedumpfile -F, and up to 8.1 dump-guest-memory -z
 * of QEMU, writes to a pipe: the pieces of the file that it would have written.
 *
 *	4096 bytes    "makedumpfile\0\0\0\0", type 1, version 1
 *	16 bytes      offset, length; both big-endian, both -1 at the end
 *	length bytes  what is at that offset; a later piece replaces an earlier
 *	...
 *
 * They are read where they lie, by an index of the pieces. Of a large kdump its two
 * ends are indexed when it is opened, and what is between as far as it is read:
 *
 *	| headers, bitmaps, 64 pieces |  descriptors and data, alternating  | last pieces, end |
 *	  every header is read           found by their offsets, which grow   every header is read
 */
#ifndef PFS_BYTES_FLAT_H
#define PFS_BYTES_FLAT_H

#include <stddef.h>
#include <stdint.h>

#include <pfnscope/err.h>

struct pfs_dump_file;
struct pfs_flat;

/* Files up to this size are indexed from end to end. */
#define PFS_FLAT_WHOLE ((uint64_t)16 << 20)

/*
 * Index f, whose descriptor must outlive the index. What is read is the file as its writer
 * meant it, of *ret_size bytes; holes read as zeroes. -EIO: damaged, or truncated; -EINVAL:
 * another version; -E2BIG: too many pieces, or too many on top of each other.
 */
int pfs_flat_open(const struct pfs_dump_file *f, uint64_t whole,
		  void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total),
		  void *arg, struct pfs_flat **ret, uint64_t *ret_size, struct pfs_err *err);
void pfs_flat_free(struct pfs_flat *x); /* NULL is fine */

/* As pfs_pread(), of the file as it was meant. Threads may share it. */
int pfs_flat_read(struct pfs_flat *x, void *buf, size_t len, uint64_t offset);
/* As pfs_next_data(). */
uint64_t pfs_flat_next_data(struct pfs_flat *x, uint64_t offset);

#endif
