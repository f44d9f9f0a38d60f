/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a check gets: the model, the scan and the panic if it asked for them,
 * and the list of findings; and the functions by which it makes findings
 * (finding.c).
 */
#ifndef PFS_CORE_CHECKS_CHECK_H
#define PFS_CORE_CHECKS_CHECK_H

#include "core/checks/tables.h"

struct pfs_check {
	struct pfs_model *m;
	const struct pfs_scan *scan;   /* NULL for a check that needs the model alone */
	const struct pfs_panic *panic; /* NULL for a check that does not need it */
	struct pfs_findings *out;
	bool no_memory;
};

/*
 * A new finding over [start, end), with the severity and title of the
 * catalogue. When out of memory it is a scratch finding that nobody sees, so
 * that checks need no error paths.
 */
struct pfs_finding *pfs_find(struct pfs_check *c, enum pfs_problem_id id, uint64_t start,
			     uint64_t end);
void pfs_evidence(struct pfs_check *c, struct pfs_finding *f, const char *fmt, ...)
	PFS_PRINTF(3, 4);

/* Make the finding less than certain, and say what would decide it. */
void pfs_doubt(struct pfs_finding *f, enum pfs_confidence confidence, const char *decided_by);

/* Did an earlier check find this problem anywhere in [start, end)? */
bool pfs_found(const struct pfs_check *c, enum pfs_problem_id id, uint64_t start, uint64_t end);

/*
 * The bit in which a word differs from what it should be, if there is exactly
 * one; -1 otherwise. A single bit is what bad memory flips.
 */
int pfs_one_bit(uint64_t is, uint64_t should);

/*
 * Was this page a free block when the kernel printed it (check_log.c)? Whoever freed it then
 * freed it twice, or more pages than there were.
 */
bool pfs_named_was_free(const struct pfs_model *m, const struct pfs_named_page *n);

#define CHECK(name, needs) void pfs_check_##name(struct pfs_check *c);
#include <pfnscope/checks.def>
#undef CHECK

#endif
