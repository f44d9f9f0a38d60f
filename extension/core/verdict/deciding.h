/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A verdict while it is being found: of a dump (verdict.c, not_a_page.c, nothing.c), or of a
 * log alone (log_only.c, symptom.c, possible.c, table.c). Not for others.
 */
#ifndef PFS_CORE_VERDICT_DECIDING_H
#define PFS_CORE_VERDICT_DECIDING_H

#include "core/checks/finding.h"
#include "core/checks/tables.h"
#include "core/verdict/candidate.h"

/* Of a member, from NULL or from an error in its place. */
#define PFS_MAX_OFFSET 65536

struct pfs_deciding {
	struct pfs_model *m;
	const struct pfs_panic *p;
	struct pfs_verdict *v;
	bool no_memory;

	/* Of a dump. */
	bool cannot_tell; /* a struct page that the panic points to cannot be read */
	bool no_symbols;  /* a page may have led to code, and which that was is not known */
	bool any_null;	  /* a page's node is NULL, and so would be its zone: any NULL is */
	bool named;	  /* the panic names a struct page outright */
	bool by_words;	  /* the kernel's words, not a fault, say that the page is bad */
	bool one_word;	  /* the page was initialised, and one word of it is wrong since */

	/* Of a log: what the fault looks like, if it looks like a bad struct page. */
	bool has_symptom;
	enum pfs_problem_id symptom;
};

/* Add a sentence to the evidence (evidence.c). */
void pfs_tell(struct pfs_deciding *d, const char *fmt, ...) PFS_PRINTF(2, 3);

/* Text that was made for the verdict, or NULL, which is remembered. */
const char *pfs_or_oom(struct pfs_deciding *d, const char *text);

/* Who met the page: "function()", or "the kernel". */
const char *pfs_who(struct pfs_deciding *d);

/* Add what the page's section, device pagemap, resource and zones are. */
void pfs_tell_place(struct pfs_deciding *d);
/* Add how its struct page is mapped. */
void pfs_tell_mapping(struct pfs_deciding *d);
/* Add what the kernel said of the pages that it named, and why; located: of those with a PFN. */
void pfs_tell_words(struct pfs_deciding *d, const struct pfs_named_page *list, size_t nr,
		    bool located);

/*
 * Is something else wrong than a struct page: the usage of a section, the type of a pageblock,
 * the entry of a process's page table, a leaf of the memmap (not_a_page.c)? True: the verdict
 * says so.
 */
bool pfs_blame_usage(struct pfs_deciding *d, const struct pfs_leads *leads);
bool pfs_blame_pageblock(struct pfs_deciding *d, const struct pfs_leads *leads);
bool pfs_blame_entry(struct pfs_deciding *d);
bool pfs_blame_leaf(struct pfs_deciding *d, const struct pfs_leads *leads);

/* No page reproduces the panic, and nothing else was blamed (nothing.c). */
void pfs_nothing_found(struct pfs_deciding *d);
void pfs_log_damaged(struct pfs_verdict *v);

/*
 * Could the fault be that of a bad struct page, by its address and registers, and by the words
 * about the page that the kernel accused (NULL: none)? The symptom is remembered (symptom.c).
 */
bool pfs_looks_like_page(struct pfs_deciding *d, const struct pfs_named_page *accused);

/* Could what the kernel's words name be in the memmap? Most lists are elsewhere. */
bool pfs_may_name_page(const struct pfs_deciding *d, const struct pfs_named_page *list, size_t nr);

/*
 * Find the known bugs that it could be. Returns whether a function of the panic is one in which
 * a bug of the memmap was seen (possible.c).
 */
bool pfs_find_possible(struct pfs_deciding *d);

/*
 * Did the kernel itself go where the table of sections leads, and die there? True: that is the
 * verdict (table.c).
 */
bool pfs_died_of_table(struct pfs_deciding *d);

#endif
