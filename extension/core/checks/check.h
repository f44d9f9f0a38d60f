/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a check works with: the model, the scan if it asked for it, and the list of
 * findings; and what it makes findings with (finding.c).
 */
#ifndef PFS_CORE_CHECKS_CHECK_H
#define PFS_CORE_CHECKS_CHECK_H

#include "core/checks/tables.h"

struct pfs_check {
	struct pfs_model *m;
	const struct pfs_scan *scan;   /* NULL for a check that needs the model alone */
	const struct pfs_panic *panic; /* NULL likewise */
	struct pfs_findings *out;
	bool no_memory;
};

/*
 * A new finding over [start, end); severity and title from the catalogue. On
 * lack of memory a scratch finding that goes nowhere, so that checks need no
 * error paths.
 */
struct pfs_finding *pfs_find(struct pfs_check *c, enum pfs_problem_id id, uint64_t start,
			     uint64_t end);
void pfs_evidence(struct pfs_check *c, struct pfs_finding *f, const char *fmt, ...)
	PFS_PRINTF(3, 4);

/* Less than certain, and what would decide it. */
void pfs_doubt(struct pfs_finding *f, enum pfs_confidence confidence, const char *decided_by);

/* Did a check before this one find this problem anywhere in [start, end)? */
bool pfs_found(const struct pfs_check *c, enum pfs_problem_id id, uint64_t start, uint64_t end);

/*
 * The bit in which a word differs from what it should be, if it is one alone;
 * -1 otherwise. One bit is what bad memory looks like.
 */
int pfs_one_bit(uint64_t is, uint64_t should);

#define CHECK(name, needs) void pfs_check_##name(struct pfs_check *c);
#include <pfnscope/checks.def>
#undef CHECK

#endif
