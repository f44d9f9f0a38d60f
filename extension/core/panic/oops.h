/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of an oops, line by line. */
#ifndef PFS_CORE_PANIC_OOPS_H
#define PFS_CORE_PANIC_OOPS_H

#include "core/panic/panic.h"

/* What a log line means to somebody who looks for oopses. */
enum pfs_oops_line {
	PFS_LINE_OTHER,
	PFS_LINE_HEAD,	 /* names a fault; registers follow */
	PFS_LINE_DIE,	 /* "...: 0002 [#1] SMP": opens an oops, or follows its head */
	PFS_LINE_WARN,	 /* "WARNING: ..." */
	PFS_LINE_REPORT, /* "BUG: Bad page state ...", "BUG: KASAN: ...", "UBSAN: ..." */
	PFS_LINE_LOCKUP, /* a lockup or stall was noticed */
	PFS_LINE_SYSRQ,	 /* someone asked for a crash */
	PFS_LINE_PANIC,	 /* "Kernel panic - not syncing: ..." */
	PFS_LINE_TRACE,	 /* "Call Trace:" */
	PFS_LINE_END,	 /* "---[ end trace ...": what follows repeats */
};

#define PFS_OOPS_CODE_MAX 64

/* What a block of lines says beyond what is in struct pfs_panic. */
struct pfs_oops {
	unsigned char code[PFS_OOPS_CODE_MAX]; /* from the faulting instruction on */
	size_t nr_code;
	bool no_regs; /* set by the caller: the block is that of a panic() and has no registers */
};

struct pfs_oops_arch;
/* arch is NULL if the oopses of the architecture are not known. */
enum pfs_oops_line pfs_oops_classify(const struct pfs_oops_arch *arch, const char *text);

/*
 * Parse lines [start, end) of m->log into *p, which holds the defaults. Lines
 * that say nothing are skipped; of each kind the first line counts. -ENOMEM.
 */
int pfs_oops_parse(struct pfs_model *m, size_t start, size_t end, struct pfs_oops *o,
		   struct pfs_panic *p);

/*
 * Find the struct pages that lines [start, end) name, at most 16 (named.c); with all, also in
 * what others printed. -ENOMEM.
 */
int pfs_oops_named_pages(struct pfs_model *m, size_t start, size_t end, bool all,
			 struct pfs_named_page **ret, size_t *ret_nr);
#define PFS_MAX_NAMED 16

/* Find the addresses of those that the log has hashed alone (hashed.c). */
void pfs_unhash_named(struct pfs_model *m, struct pfs_named_page *list, size_t nr);

/*
 * Mark the lines that somebody else than who died printed (caller.c): all functions here leave
 * them out. The second function takes the marks away; false: there were none.
 */
void pfs_log_mark_others(struct pfs_model *m);
bool pfs_log_forget_others(struct pfs_model *m);

#endif
