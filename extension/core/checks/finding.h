/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings and the verdict. A finding is one problem in one range of PFNs; its
 * code is a row of problems.def. The verdict ties the panic to a page, the page
 * to findings, and these to a mechanism (mechanisms.def) and its fixes
 * (fixes.def).
 */
#ifndef PFS_CORE_CHECKS_FINDING_H
#define PFS_CORE_CHECKS_FINDING_H

#include "core/pages/page.h"
#include "core/panic/panic.h"

enum pfs_severity { PFS_SEV_NOTE, PFS_SEV_SUSPICIOUS, PFS_SEV_CORRUPT, PFS_SEV_FATAL };
enum pfs_confidence { PFS_CONF_LOW, PFS_CONF_MEDIUM, PFS_CONF_HIGH };

struct pfs_problem {		    /* a row of problems.def */
	const char *code;	    /* "memmap-depopulated" */
	enum pfs_severity severity; /* unless the check says otherwise */
	const char *title;
	const char *meaning;
	const char *advice;
};

/*
 * Evidence: lines of text in the order of their discovery. Only pfs_lines_add()
 * appends to it, and all of it is in the arena of the model.
 */
struct pfs_lines {
	const char **line;
	size_t nr, cap;
};

struct pfs_finding {
	const struct pfs_problem *problem;
	enum pfs_severity severity;
	enum pfs_confidence confidence;
	uint64_t start, end;	/* PFNs, half-open */
	uint64_t pages;		/* pages of the range that are affected */
	const char *title;	/* problem->title, or a more exact one */
	const char *decided_by; /* what would make it certain; NULL: it is */
	struct pfs_lines evidence;
};

struct pfs_fix {
	const char *id;
	const char *title;  /* exact commit title */
	const char *commit; /* abbreviated upstream hash; "" if it was never seen with the title */
	const char *in;	    /* "v5.9"; "": not seen */
	const char *shows;  /* "memmap-zero; memmap-garbage": codes of problems */
	const char *seen;   /* "stable_page_flags; nonzero mapcount": functions, messages */
	const char *sign;   /* what the bug leaves in a dump */
};

struct pfs_mechanism {	   /* a row of mechanisms.def */
	const char *code;  /* "early-section-depopulated" */
	const char *title; /* "partial depopulation of an early section" */
	const char *text;  /* explanation for a reader who does not know sparsemem */
	const char *advice;
	const struct pfs_fix *fixes[4];
};

struct pfs_candidate {
	uint64_t pfn;
	const char *from; /* "rdi", "fault address", "stack+0x48", "log line 812" */
	bool accepted;
	const char *why; /* why it was rejected, or how it reproduces the fault */
};

enum pfs_status {
	PFS_EXPLAINED,	 /* a page reproduces the fault, and its mechanism is known */
	PFS_UNEXPLAINED, /* a page reproduces it, by a mechanism we do not know */
	PFS_UNRELATED,	 /* nothing ties the panic to the memmap */
	PFS_NO_PANIC,
	PFS_INCONCLUSIVE, /* the dump lacks something that the verdict needs, or is but a log */
};

/* What a log alone can say of the cause: that it would have to be this. */
struct pfs_possible {
	const struct pfs_fix *fix;
	const struct pfs_mechanism *mechanism; /* that the fix ends; NULL: no row has it */
	const char *because;
	int score;
};

struct pfs_verdict {
	enum pfs_status status;
	const char *title; /* one sentence */
	const char *code;  /* of the finding it rests on; NULL if none */
	bool has_pfn;
	struct pfs_page page;		       /* the culprit, if has_pfn */
	struct pfs_run run;		       /* pages in the same state around it */
	const struct pfs_mechanism *mechanism; /* NULL unless explained */
	const char *explanation;	       /* its text, with the numbers of this kernel */
	enum pfs_confidence confidence;
	const char *decided_by; /* what would make it certain; NULL: it is */
	struct pfs_lines evidence;
	const char *advice;
	struct pfs_candidate *candidates; /* in the order they were tried */
	size_t nr_candidates, cap_candidates;
	/* Of a log without a dump: the likeliest first, and what would decide it on a dump. */
	struct pfs_possible *possible;
	size_t nr_possible, cap_possible;
	const char *command;
};

struct pfs_findings {
	struct pfs_finding *f;
	size_t nr, cap;
	struct pfs_finding scratch; /* where findings go when memory is out */
};

/*
 * Append a line. False: out of memory, which is also what a text of NULL means,
 * because pfs_printf() returns that. All lines are then dropped, because half
 * of the evidence may mislead.
 */
bool pfs_lines_add(struct pfs_arena *a, struct pfs_lines *l, const char *text);
bool pfs_lines_vprintf(struct pfs_arena *a, struct pfs_lines *l, const char *fmt, va_list ap);

const char *pfs_severity_name(enum pfs_severity s);
const char *pfs_confidence_name(enum pfs_confidence c);
const char *pfs_status_name(enum pfs_status s);

const struct pfs_problem *pfs_problem_by_code(const char *code);
/* For `explain` without a code; *nr rows. */
const struct pfs_problem *pfs_problems(size_t *nr);
const struct pfs_mechanism *pfs_mechanisms(size_t *nr);
const struct pfs_fix *pfs_fixes(size_t *nr);

/*
 * Run the structural checks, which need only the model, or the checks of pages,
 * which need the scan as well.
 */
int pfs_check_structure(struct pfs_model *m, struct pfs_findings *out, struct pfs_err *err);
int pfs_check_pages(struct pfs_model *m, const struct pfs_scan *scan, struct pfs_findings *out,
		    struct pfs_err *err);
/* Run the checks of what the log says. -ENOMEM. */
int pfs_check_panic(struct pfs_model *m, const struct pfs_panic *p, struct pfs_findings *out,
		    struct pfs_err *err);

/*
 * Find the verdict, from the panic, the structure and the neighbourhood of the
 * candidates; never from the scan.
 */
int pfs_verdict_find(struct pfs_model *m, const struct pfs_panic *p, struct pfs_verdict *ret,
		     struct pfs_err *err);

/*
 * The verdict on a panic of which there is only the log. It is never explained, and
 * unrelated only where the kernel's words name no bad page, and neither the fault nor
 * the functions around it leave the memmap as an answer (core/verdict/log_only.c).
 */
int pfs_verdict_of_log(struct pfs_model *m, const struct pfs_panic *p, struct pfs_verdict *ret,
		       struct pfs_err *err);

#endif
