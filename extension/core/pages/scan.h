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
	uint64_t whole;		    /* so many pages from first_pfn on were read as a whole */
	const unsigned char *bytes; /* of the page classified last; NULL: not read */
};

int pfs_section_scan_init(struct pfs_section_scan *s, const struct pfs_model *m,
			  struct pfs_err *err);
void pfs_section_scan_deinit(struct pfs_section_scan *s);

/* mem: of the calling thread, until the next call. */
void pfs_section_scan_start(struct pfs_section_scan *s, struct pfs_mem *mem,
			    const struct pfs_section *section);

/*
 * Call for every PFN of the section in turn; ret_why may be NULL. What it needs of the
 * memmap is read then, a piece at a time, and stays until the next section.
 */
enum pfs_state pfs_section_scan_state(struct pfs_section_scan *s, uint64_t pfn,
				      const char **ret_why);

#endif
