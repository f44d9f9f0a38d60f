/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Classify struct pages: bytes and links into one of the page states, and the
 * scan of all of them into runs.
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
 * The state of a struct page that cannot be read, by the walk to it or by the
 * page behind it (PFS_ST_OK: that is no obstacle), and its reason in words.
 */
enum pfs_state pfs_walk_state(const struct pfs_walk *w);
enum pfs_state pfs_presence_state(enum pfs_presence p);
const char *pfs_answer_why(enum pfs_state s);

/* Everything about one struct page, for `pfn`, the candidates and the evidence. */
struct pfs_page {
	uint64_t pfn;
	uint64_t va; /* of its struct page */
	enum pfs_state state;
	const char *why; /* the predicate that decided, in words */
	struct pfs_walk walk;
	bool has_bytes;
	unsigned char bytes[128]; /* layout.struct_page of them */
	/* Decoded, if has_bytes: */
	uint64_t flags;
	unsigned int node, zone;
	bool tail;
	uint64_t head_va; /* compound head's struct page, if tail */
	int32_t refcount, mapcount;
};

/*
 * Make ready what tells the states of pages: once a model, before anything else
 * is asked of its pages. -ENOMEM.
 */
int pfs_pages_open(struct pfs_model *m, struct pfs_err *err);

/* Read and classify one page. -ENOENT: no section, or one without memmap. */
int pfs_page_get(struct pfs_model *m, uint64_t pfn, struct pfs_page *ret, struct pfs_err *err);

/* The state of a PFN if its struct page held these bytes, and the rest what it holds. */
enum pfs_state pfs_page_classify(struct pfs_model *m, uint64_t pfn, const unsigned char *bytes,
				 const char **ret_why);

/* What a page of a normal state has about it that contradicts something else. */
enum pfs_mark {
	PFS_MARK_NONE,
	PFS_MARK_HWPOISON,
	PFS_MARK_HWPOISON_VAGUE, /* of a compound or device page: counts differ */
	PFS_MARK_HWPOISON_FREE,	 /* and in the buddy allocator */
	PFS_MARK_RESERVED_FREE,
	PFS_MARK_BACKING_FREE, /* memory behind the memmap, in the buddy allocator */
	PFS_MARK_BACKING_USED, /* the same, on an LRU list or in a slab */
	PFS_MARK_STALE,	       /* on a list, by its flags, that does not know it */
	PFS_MARK_PASSED,       /* free block that its free list passes by */
	PFS_MARK_LOST,	       /* block on a free list that is not free, by its type */
	PFS_MARK_HEAD_COPY,    /* like the head of a huge page, where none begins */
	PFS_NR_MARKS
};

/* A run of pages in one state, an abnormal or a marked one; start and end half-open. */
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
	uint64_t pages;			    /* with a struct page to look at */
	struct pfs_run *runs;		    /* sorted; never across sections of different kind */
	size_t nr_runs;
	struct pfs_runs marks[PFS_NR_MARKS]; /* [PFS_MARK_NONE] is empty */
	bool complete;			     /* every section of the model was scanned */
};

/*
 * Scan the struct pages of all sections, jobs threads (the target permitting).
 * progress may be NULL and is called from the calling thread only; a non-zero
 * return stops the scan with -EINTR and what was found so far.
 */
int pfs_scan_all(struct pfs_model *m, unsigned int jobs,
		 int (*progress)(void *arg, uint64_t done, uint64_t total), void *arg,
		 struct pfs_scan *ret, struct pfs_err *err);

/* Say which pages the dump had no answer for. */
void pfs_scan_limits(struct pfs_model *m, const struct pfs_scan *scan);

/*
 * The scan of a distilled dump leaves out what the dump leaves out; whole is
 * what its note says that the scan of the original found. Where the two agree
 * in all that is there to be compared, *scan becomes *whole (adopt.c). -EINVAL:
 * they do not, and *scan is as it was.
 */
int pfs_scan_adopt(struct pfs_model *m, struct pfs_scan *scan, const struct pfs_scan *whole,
		   struct pfs_err *err);

/* The run of pages in the same abnormal state around pfn, inside its section. */
int pfs_run_around(struct pfs_model *m, uint64_t pfn, struct pfs_run *ret, struct pfs_err *err);

#endif
