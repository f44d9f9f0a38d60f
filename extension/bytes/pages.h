/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page data of kdump-compressed files. Each descriptor is checked before it is
 * used, one read(2) gets many pages, and threads share no lock. Pages with a
 * compression that unpack.h does not know are read by libkdumpfile, but only
 * after the same checks: its version 0.5.1 writes past its buffer where a
 * descriptor claims more bytes than a page has.
 */
#ifndef PFS_BYTES_PAGES_H
#define PFS_BYTES_PAGES_H

#include "bytes/dump.h"

struct pfs_pages; /* used by one thread */

/* from is the struct of another thread, NULL for the first one. */
int pfs_pages_new(struct pfs_dump *d, const struct pfs_pages *from, struct pfs_pages **ret,
		  struct pfs_err *err);
void pfs_pages_free(struct pfs_pages *p);

/*
 * Read len bytes from pa on. By the bitmap of f, all pages that these touch are
 * in f; the descriptor of the first has number index, and those of the others
 * follow. False if a page is damaged; *ret_len bytes came before it.
 */
bool pfs_pages_read(struct pfs_pages *p, const struct pfs_dump_file *f, uint64_t index, uint64_t pa,
		    unsigned char *buf, size_t len, size_t *ret_len);

/* The stored bytes of so many pages, each behind its size and flags: see pfs_target_ops. */
bool pfs_pages_stored(struct pfs_pages *p, const struct pfs_dump_file *f, uint64_t index,
		      uint64_t pages, void (*add)(void *arg, const void *bytes, size_t len),
		      void *arg);

#endif
