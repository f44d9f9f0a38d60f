/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of the catalogues by their number, for the checks and the verdict. */
#ifndef PFS_CORE_CHECKS_TABLES_H
#define PFS_CORE_CHECKS_TABLES_H

#include "core/checks/finding.h"

enum pfs_problem_id {
#define PROBLEM(id, code, severity, title, meaning, advice) PFS_P_##id,
#include <pfnscope/problems.def>
#undef PROBLEM
	PFS_NR_PROBLEMS
};

const struct pfs_problem *pfs_problem(enum pfs_problem_id id);

/*
 * The problem that it is for pages to be in this state; false: it is none, or a
 * limit of the dump.
 */
bool pfs_problem_of_state(enum pfs_state state, enum pfs_problem_id *ret);
/* The opposite; false: the problem is not about pages in one state. */
bool pfs_state_of_problem(const struct pfs_problem *p, enum pfs_state *ret);

/*
 * The next item of a list such as pfs_fix.seen, which "; " separates; it has
 * *len bytes. NULL: there are no more.
 */
const char *pfs_list_item(const char **list, size_t *len);
/* Does the line have the item, and not as a part of a longer name? No item is that short. */
bool pfs_line_has(const char *line, const char *item, size_t len);
/* Does the bug show this problem in a dump? */
bool pfs_fix_shows(const struct pfs_fix *fix, const char *code);

#endif
