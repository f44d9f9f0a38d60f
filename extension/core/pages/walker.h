/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PFN walkers of the kernel (include/pfnscope/walkers.def) would read the
 * struct page of a PFN, and would their first access fault?
 */
#ifndef PFS_CORE_PAGES_WALKER_H
#define PFS_CORE_PAGES_WALKER_H

#include "core/pages/page.h"

enum pfs_walker_id {
#define SINCE(fact, version)
#define BEFORE(fact, version)
#define WITHOUT(known, fact, version)
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
	/* The answers are 1, 0, or -1 where the dump or its debug information cannot tell. */
	int exists;	 /* is it in this kernel? */
	int reads;	 /* 0 unless it exists: would it, once started, read this page? */
	int faults;	 /* 0 unless it reads: would its first accesses fault? */
	const char *why; /* what settled the last of these answers; a constant */
	bool has_at;
	uint64_t at; /* the address that faults, if faults is 1 */
};

/*
 * Ask for all walkers, for one PFN. page is the result of pfs_page_get(), or
 * NULL where that found none. What a walker does after its first accesses, with
 * contents that are those of no page, is not predicted: that it does not fault
 * here is no promise.
 */
void pfs_walkers(struct pfs_model *m, uint64_t pfn, const struct pfs_page *page,
		 struct pfs_walker ret[PFS_NR_WALKERS]);

/* Would this walker, once started, come to the page? 0 also where the kernel has no such walker. */
int pfs_walker_comes(struct pfs_model *m, enum pfs_walker_id id, uint64_t pfn);

#endif
