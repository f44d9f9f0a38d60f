/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The catalogues (include/pfnscope/ *.def) as tables, and the names of small enums. */
#include "core/checks/tables.h"

#include <ctype.h>
#include <string.h>

enum { MIN_ITEM = 6 }; /* shorter than that, all match */

#define FIX(id, title, commit, in, shows, seen, sign) \
	static const struct pfs_fix fix_##id __attribute__((unused)) = \
		{ #id, title, commit, in, shows, seen, sign };
#include <pfnscope/fixes.def>
#undef FIX

static const struct pfs_fix fixes[] = {
#define FIX(id, title, commit, in, shows, seen, sign) \
	{ #id, title, commit, in, shows, seen, sign },
#include <pfnscope/fixes.def>
#undef FIX
};

static const struct pfs_problem problems[PFS_NR_PROBLEMS] = {
#define PROBLEM(id, code, severity, title, meaning, advice) \
	[PFS_P_##id] = { code, PFS_SEV_##severity, title, meaning, advice },
#include <pfnscope/problems.def>
#undef PROBLEM
};

static const struct pfs_mechanism mechanisms[] = {
#define MECHANISM(function, code, title, text, advice, ...) \
	{ code, title, text, advice, { __VA_ARGS__ } },
#include <pfnscope/mechanisms.def>
#undef MECHANISM
};

const struct pfs_problem *pfs_problem(enum pfs_problem_id id)
{
	return &problems[id];
}

bool pfs_problem_of_state(enum pfs_state state, enum pfs_problem_id *ret)
{
	switch (state) {
	case PFS_ST_UNMAPPED:
		*ret = PFS_P_MEMMAP_UNMAPPED;
		return true;
	case PFS_ST_POISONED:
		*ret = PFS_P_MEMMAP_POISONED;
		return true;
	case PFS_ST_DEPOPULATED:
		*ret = PFS_P_MEMMAP_DEPOPULATED;
		return true;
	case PFS_ST_ZERO:
		*ret = PFS_P_MEMMAP_ZERO;
		return true;
	case PFS_ST_GARBAGE:
		*ret = PFS_P_MEMMAP_GARBAGE;
		return true;
	case PFS_ST_MISLINKED:
		*ret = PFS_P_MEMMAP_MISLINKED;
		return true;
	case PFS_ST_STALE:
		*ret = PFS_P_MEMMAP_STALE;
		return true;
	default:
		return false; /* excluded, absent, undecidable: limits of the dump */
	}
}

bool pfs_state_of_problem(const struct pfs_problem *p, enum pfs_state *ret)
{
	enum pfs_problem_id id;
	enum pfs_state s;

	for (s = 0; s < PFS_NR_STATES; s++) {
		if (pfs_problem_of_state(s, &id) && pfs_problem(id) == p) {
			*ret = s;
			return true;
		}
	}
	return false;
}

const struct pfs_problem *pfs_problem_by_code(const char *code)
{
	size_t i;

	for (i = 0; i < PFS_NR_PROBLEMS; i++)
		if (!strcmp(problems[i].code, code))
			return &problems[i];
	return NULL;
}

const struct pfs_problem *pfs_problems(size_t *nr)
{
	*nr = PFS_NR_PROBLEMS;
	return problems;
}

const struct pfs_mechanism *pfs_mechanisms(size_t *nr)
{
	*nr = sizeof(mechanisms) / sizeof(mechanisms[0]);
	return mechanisms;
}

const struct pfs_fix *pfs_fixes(size_t *nr)
{
	*nr = sizeof(fixes) / sizeof(fixes[0]);
	return fixes;
}

const char *pfs_list_item(const char **list, size_t *len)
{
	const char *s = *list;

	if (!s || !*s)
		return NULL;
	*len = strcspn(s, ";");
	*list = s + *len + (s[*len] ? strspn(s + *len, "; ") : 0);
	return s;
}

static bool word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool pfs_line_has(const char *line, const char *item, size_t len)
{
	const char *s;

	if (len < MIN_ITEM)
		return false;
	for (s = line; *s; s++)
		if (!strncasecmp(s, item, len) && (s == line || !word(s[-1])) && !word(s[len]))
			return true;
	return false;
}

bool pfs_fix_shows(const struct pfs_fix *fix, const char *code)
{
	const char *list = fix->shows, *item;
	size_t len;

	while ((item = pfs_list_item(&list, &len)))
		if (strlen(code) == len && !memcmp(item, code, len))
			return true;
	return false;
}

const char *pfs_severity_name(enum pfs_severity s)
{
	static const char *const names[] = { "note", "suspicious", "corrupt", "fatal" };

	return names[s];
}

const char *pfs_confidence_name(enum pfs_confidence c)
{
	static const char *const names[] = { "low", "medium", "high" };

	return names[c];
}

const char *pfs_status_name(enum pfs_status s)
{
	static const char *const names[] = { "explained", "unexplained", "unrelated", "no-panic",
					     "inconclusive" };

	return names[s];
}
