/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Candidate pages: the pages that the panic names, the most directly named ones
 * first; and whether the bytes or the mapping of such a page reproduce the
 * fault.
 */
#ifndef PFS_CORE_VERDICT_CANDIDATE_H
#define PFS_CORE_VERDICT_CANDIDATE_H

#include "core/checks/finding.h"

/*
 * How a candidate was named, the best first. Any small integer could be a PFN,
 * so that the source of a candidate outranks how bad its page looks.
 */
enum pfs_source {
	PFS_SRC_FAULT_ADDRESS, /* the fault is at a struct page */
	PFS_SRC_LOG,	       /* a message of the kernel names it */
	PFS_SRC_REG_PAGE,      /* a register points to its struct page */
	PFS_SRC_LOCAL,	       /* a variable on the stack points to it, or is its PFN */
	PFS_SRC_STACK,	       /* a word of the crashed stack points to it */
	PFS_SRC_REG_PFN,       /* a register could be its PFN */
};

struct pfs_lead {
	uint64_t pfn;
	enum pfs_source source;
	const char *from;  /* every place that names it */
	const char *local; /* the variable, if the lead depends on one; NULL: it does not */
};

struct pfs_leads {
	struct pfs_lead *l;
	size_t nr, cap;
};

/* Find all leads of a panic, best first and each PFN once. -ENOMEM. */
int pfs_leads_find(struct pfs_model *m, const struct pfs_panic *p, struct pfs_leads *ret);

enum pfs_reproduces {
	PFS_REPRODUCES,
	PFS_DOES_NOT,
	PFS_CANNOT_TELL, /* what it takes to tell is not in the dump */
};

/*
 * Does this page reproduce the fault? *ret_why is text in the arena, whatever
 * the answer, and fits candidates[].why. page->state becomes garbage if the
 * fault shows that a pointer in the struct page leads nowhere.
 */
enum pfs_reproduces pfs_reproduce(struct pfs_model *m, const struct pfs_panic *p,
				  const struct pfs_lead *lead, struct pfs_page *page,
				  enum pfs_confidence *ret_confidence, const char **ret_why);

/*
 * What is wrong with the entry that maps this struct page, to go behind "the struct page of
 * PFN 0x1234,"; NULL: nothing, or it is not present (leaf.c).
 */
const char *pfs_leaf_wrong(struct pfs_model *m, const struct pfs_panic *p,
			   const struct pfs_page *page);
enum pfs_reproduces pfs_leaf_reproduces(struct pfs_model *m, const struct pfs_panic *p,
					const struct pfs_page *page,
					enum pfs_confidence *ret_confidence, const char **ret_why);

/*
 * The address that the faulting instruction accessed: that of its operand, else
 * the one that was printed.
 */
bool pfs_fault_at(const struct pfs_panic *p, uint64_t *ret);

/*
 * A message of the kernel names this page: is it true of the page, and is this
 * the bad one of the pages that it names (named.c)? page->state becomes stale
 * or garbage if its list says so. *ret_why is as in pfs_reproduce().
 */
enum pfs_reproduces pfs_named_reproduces(struct pfs_model *m, const struct pfs_panic *p,
					 struct pfs_page *page, enum pfs_confidence *ret_confidence,
					 const char **ret_why);

#endif
