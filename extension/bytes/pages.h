/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page data of kdump-compressed files, read by descriptors that are checked one
 * by one, many pages to a read(2), and with no lock between threads. Pages of a
 * compression that unpack.h does not know go to libkdumpfile, but only after the
 * same checks: 0.5.1 writes past its buffer where a descriptor claims more bytes
 * than a page has.
 */
#ifndef PFS_BYTES_PAGES_H
#define PFS_BYTES_PAGES_H

#include "bytes/dump.h"

struct pfs_pages; /* of one thread */

/* from: another thread's, NULL for the first. */
int pfs_pages_new(struct pfs_dump *d, const struct pfs_pages *from, struct pfs_pages **ret,
		  struct pfs_err *err);
void pfs_pages_free(struct pfs_pages *p);

/*
 * Read len bytes from pa on. All pages touched are in f by its bitmap, the
 * first with descriptor number index, the others after it. False: a page is
 * damaged; *ret_len bytes came before it.
 */
bool pfs_pages_read(struct pfs_pages *p, const struct pfs_dump_file *f, uint64_t index, uint64_t pa,
		    unsigned char *buf, size_t len, size_t *ret_len);

#endif
