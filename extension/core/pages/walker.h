/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the kernel's PFN walkers (include/pfnscope/walkers.def) would read
 * the struct page of a PFN, and would the first thing they touch fault?
 */
#ifndef PFS_CORE_PAGES_WALKER_H
#define PFS_CORE_PAGES_WALKER_H

#include "core/pages/page.h"

enum pfs_walker_id {
#define SINCE(fact, version)
#define BEFORE(fact, version)
#define WITHOUT(fact, version)
#define WALKER(id, ...) PFS_WALKER_##id,
#include <pfnscope/walkers.def>
#undef SINCE
#undef BEFORE
#undef WITHOUT
#undef WALKER
	PFS_NR_WALKERS
};

struct pfs_walker {
	const char *name;
	/* 1, 0, or -1: the dump or its debug information cannot say. */
	int exists;	 /* is it in this kernel? */
	int reads;	 /* 0 unless it exists: would it, once started, read this page? */
	int faults;	 /* 0 unless it reads: would its first accesses fault? */
	const char *why; /* what settled the last of these answers; a constant */
	bool has_at;
	uint64_t at; /* the address that faults, if faults is 1 */
};

/*
 * All walkers, for one PFN. page is what pfs_page_get() said of it, or NULL
 * where that said that there is none. What comes after the first accesses, with
 * contents that are no page's, is not predicted: no fault here is no promise.
 */
void pfs_walkers(struct pfs_model *m, uint64_t pfn, const struct pfs_page *page,
		 struct pfs_walker ret[PFS_NR_WALKERS]);

#endif
