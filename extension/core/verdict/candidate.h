/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Candidate pages: what the panic names, in the order of how directly it names
 * it; and whether a page's bytes or mapping reproduce the fault.
 */
#ifndef PFS_CORE_VERDICT_CANDIDATE_H
#define PFS_CORE_VERDICT_CANDIDATE_H

#include "core/checks/finding.h"

/* Any small integer is a PFN: where a candidate came from outranks how bad it looks. */
enum pfs_source {
	PFS_SRC_FAULT_ADDRESS, /* the fault is at a struct page */
	PFS_SRC_LOG,	       /* the kernel's own words name it */
	PFS_SRC_REG_PAGE,      /* a register points to its struct page */
	PFS_SRC_LOCAL,	       /* a variable of a function on the stack does, or is its PFN */
	PFS_SRC_STACK,	       /* a word of the crashed stack does */
	PFS_SRC_REG_PFN,       /* a register could be its PFN */
};

struct pfs_lead {
	uint64_t pfn;
	enum pfs_source source;
	const char *from;  /* every place that names it */
	const char *local; /* the variable, where it takes one; NULL: no */
};

struct pfs_leads {
	struct pfs_lead *l;
	size_t nr, cap;
};

/* All leads of a panic, best first, each PFN once. -ENOMEM. */
int pfs_leads_find(struct pfs_model *m, const struct pfs_panic *p, struct pfs_leads *ret);

enum pfs_reproduces {
	PFS_REPRODUCES,
	PFS_DOES_NOT,
	PFS_CANNOT_TELL, /* what it takes is not in the dump */
};

/*
 * *ret_why: arena text either way, fit for candidates[].why. page->state becomes garbage
 * where the fault shows that a pointer in it leads nowhere.
 */
enum pfs_reproduces pfs_reproduce(struct pfs_model *m, const struct pfs_panic *p,
				  const struct pfs_lead *lead, struct pfs_page *page,
				  enum pfs_confidence *ret_confidence, const char **ret_why);

/* The address that the faulting access used: the operand's, else the printed one. */
bool pfs_fault_at(const struct pfs_panic *p, uint64_t *ret);

/*
 * Do the kernel's words hold of this page, which they name, and is it the bad one of
 * those that they name (named.c)? page->state becomes stale or garbage where its list
 * says so. *ret_why: as of pfs_reproduce().
 */
enum pfs_reproduces pfs_named_reproduces(struct pfs_model *m, const struct pfs_panic *p,
					 struct pfs_page *page, enum pfs_confidence *ret_confidence,
					 const char **ret_why);

#endif
