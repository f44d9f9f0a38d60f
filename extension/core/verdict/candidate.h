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
	const char *from;	 /* every place that names it */
	const char *local;	 /* a variable that makes or improves the lead; NULL: none does */
	enum pfs_source without; /* the source, if it were not for that variable */
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

/* A word of a struct page that is a pointer (pointers.def). */
struct pfs_pointer {
	const char *name;
	size_t at;
	uint64_t word, address; /* as it is, and without the bits that say what it points to */
	uint64_t size;		/* of what is there; 0: not known */
};

#define PFS_MAX_POINTERS 8

/* Find those of a page whose bytes are known, by what the page is (member.c). */
size_t pfs_page_pointers(const struct pfs_model *m, const struct pfs_page *p,
			 struct pfs_pointer *ret, size_t max);

/*
 * The page that holds the wrong word of a list, where the message has no more than the entry
 * that should be there: a neighbour of that entry has it. Then *ret is as if the message had
 * named it (named.c).
 */
bool pfs_list_holder(struct pfs_model *m, const struct pfs_named_page *d,
		     struct pfs_named_page *ret);

/*
 * A page of which the kernel said that it is bad when it was freed: did a compound page
 * before it reach over it? Then *ret is the second page of that one, which says how large it
 * is, and *ret_why tells (compound.c).
 */
bool pfs_overreached(struct pfs_model *m, const struct pfs_panic *p, const struct pfs_page *page,
		     struct pfs_page *ret, enum pfs_confidence *ret_confidence,
		     const char **ret_why);

/* Was this page, which is free, on the list that its own list words name? */
bool pfs_on_free_list(struct pfs_model *m, const struct pfs_page *page);

/*
 * The kernel called what is no destructor: was it by the number of the function that frees the
 * compound page of which this page is the head? Then *ret is the second page, which has it.
 */
enum pfs_reproduces pfs_wild_destructor(struct pfs_model *m, const struct pfs_panic *p,
					const struct pfs_page *page, struct pfs_page *ret,
					enum pfs_confidence *ret_confidence, const char **ret_why);

/*
 * What is wrong with the entry that maps this struct page, to go behind "the struct page of
 * PFN 0x1234,"; NULL: nothing, or it is not present (leaf.c).
 */
const char *pfs_leaf_wrong(struct pfs_model *m, const struct pfs_panic *p,
			   const struct pfs_page *page);
/* Is there no memory where the entry leads that maps this struct page? */
bool pfs_leaf_beyond(const struct pfs_model *m, const struct pfs_page *page);
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
