/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memmap of one section, read and classified page by page in PFN order. */
#ifndef PFS_CORE_PAGES_SCAN_H
#define PFS_CORE_PAGES_SCAN_H

#include "core/pages/classify.h"

struct pfs_section_scan {
	const struct pfs_model *m;
	struct pfs_classify_ctx ctx;
	const struct pfs_section *section;
	uint64_t first_pfn;
	struct pfs_mem *mem;
	unsigned char *memmap; /* the section's struct pages, as far as they were read */
	unsigned char *answer; /* enum pfs_state of each page of memmap; PFS_ST_OK: read */
	size_t nr_answers;
	uint64_t whole;		    /* as many pages from first_pfn on were read completely */
	const unsigned char *bytes; /* of the page that was classified last; NULL: not read */
};

int pfs_section_scan_init(struct pfs_section_scan *s, const struct pfs_model *m,
			  struct pfs_err *err);
void pfs_section_scan_deinit(struct pfs_section_scan *s);

/* mem belongs to the calling thread, and must stay valid until the next call. */
void pfs_section_scan_start(struct pfs_section_scan *s, struct pfs_mem *mem,
			    const struct pfs_section *section);

/*
 * Call this for every PFN of the section in order; ret_why may be NULL. The
 * part of the memmap that it needs is read then, piece by piece, and kept until
 * the next section.
 */
enum pfs_state pfs_section_scan_state(struct pfs_section_scan *s, uint64_t pfn,
				      const char **ret_why);

#endif
