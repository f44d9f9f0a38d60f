/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Struct pages: each is found to be in one of the page states by its bytes and
 * links, and the scan of all of them yields runs of such states.
 */
#ifndef PFS_CORE_PAGES_PAGE_H
#define PFS_CORE_PAGES_PAGE_H

#include "core/model/model.h"

enum pfs_state {
#define STATE(id, name, abnormal, raw, letter, meaning) PFS_ST_##id,
#include <pfnscope/states.def>
#undef STATE
	PFS_NR_STATES
};

const char *pfs_state_name(enum pfs_state s);
const char *pfs_state_meaning(enum pfs_state s);
bool pfs_state_abnormal(enum pfs_state s);
/* Can a struct page be in this state because it was never initialised? */
bool pfs_state_raw(enum pfs_state s);
char pfs_state_letter(enum pfs_state s);

/*
 * The state of a struct page that cannot be read, because of the walk to it or
 * of the page behind it (PFS_ST_OK: nothing prevents it), and the reason in
 * words.
 */
enum pfs_state pfs_walk_state(const struct pfs_walk *w);
enum pfs_state pfs_presence_state(enum pfs_presence p);
const char *pfs_answer_why(enum pfs_state s);

/* All that is known of one struct page, for `pfn`, the candidates and the evidence. */
struct pfs_page {
	uint64_t pfn;
	uint64_t va; /* of its struct page */
	enum pfs_state state;
	const char *why; /* the predicate that decided, in words */
	struct pfs_walk walk;
	bool has_bytes;
	unsigned char bytes[128]; /* the first layout.struct_page of these are used */
	/* Decoded, if has_bytes: */
	uint64_t flags;
	unsigned int node, zone;
	bool tail;
	uint64_t head_va; /* compound head's struct page, if tail */
	int32_t refcount, mapcount;
};

/*
 * Set up the classifier of the model. Call it once per model, before any other
 * function for pages. -ENOMEM.
 */
int pfs_pages_open(struct pfs_model *m, struct pfs_err *err);

/* Read and classify one page. -ENOENT: no section, or one without memmap. */
int pfs_page_get(struct pfs_model *m, uint64_t pfn, struct pfs_page *ret, struct pfs_err *err);

/*
 * The state that a PFN would have if its struct page held these bytes and all
 * others what they hold.
 */
enum pfs_state pfs_page_classify(struct pfs_model *m, uint64_t pfn, const unsigned char *bytes,
				 const char **ret_why);

/* How a page in a normal state contradicts something else. */
enum pfs_mark {
	PFS_MARK_NONE,
	PFS_MARK_HWPOISON,
	PFS_MARK_HWPOISON_VAGUE, /* of a compound or device page, which kernels count differently */
	PFS_MARK_HWPOISON_FREE,	 /* and in the buddy allocator */
	PFS_MARK_RESERVED_FREE,
	PFS_MARK_BACKING_FREE, /* memory that backs the memmap, but is in the buddy allocator */
	PFS_MARK_BACKING_USED, /* the same, but on an LRU list or in a slab */
	PFS_MARK_STALE,	       /* on a list by its flags, but the list does not know it */
	PFS_MARK_PASSED,       /* free block that its free list skips */
	PFS_MARK_LOST,	       /* block on a free list that is not free by its type */
	PFS_MARK_HEAD_COPY,    /* like the head of a huge page, where none begins */
	PFS_NR_MARKS
};

/* PFNs [start, end) in one state that is abnormal or marked. */
struct pfs_run {
	uint64_t start, end;
	enum pfs_state state;
};

struct pfs_runs {
	struct pfs_run *r; /* sorted */
	size_t nr;
};

struct pfs_section_count {
	uint32_t count[PFS_NR_STATES];
};

struct pfs_scan {
	uint64_t count[PFS_NR_STATES];
	struct pfs_section_count *sections; /* parallel to model->sections */
	uint64_t pages;			    /* pages whose struct page should be there */
	struct pfs_run *runs;		    /* sorted; none spans sections of different kinds */
	size_t nr_runs;
	struct pfs_runs marks[PFS_NR_MARKS]; /* [PFS_MARK_NONE] is empty */
	bool complete;			     /* every section of the model was scanned */
};

/*
 * Scan the struct pages of all sections with that many threads, or one if the
 * target cannot be cloned. progress may be NULL; it is called by the calling
 * thread only, and if it returns other than 0 the scan stops with -EINTR and
 * what was found so far.
 */
int pfs_scan_all(struct pfs_model *m, unsigned int jobs,
		 int (*progress)(void *arg, uint64_t done, uint64_t total), void *arg,
		 struct pfs_scan *ret, struct pfs_err *err);

/* Add limits that say for which pages the dump had no answer. */
void pfs_scan_limits(struct pfs_model *m, const struct pfs_scan *scan);

/*
 * A distilled dump lacks struct pages, and so does its scan. whole is the scan
 * of the original dump, as a note states it. Where the two agree in everything
 * that can be compared, *scan becomes *whole (adopt.c). -EINVAL: they do not
 * agree, and *scan is unchanged.
 */
int pfs_scan_adopt(struct pfs_model *m, struct pfs_scan *scan, const struct pfs_scan *whole,
		   struct pfs_err *err);

/* The run of pages in the same abnormal state around pfn, inside its section. */
int pfs_run_around(struct pfs_model *m, uint64_t pfn, struct pfs_run *ret, struct pfs_err *err);

#endif
