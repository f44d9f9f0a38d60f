/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searches the catalogues (include/pfnscope/ *.def), by code and by the words of a panic. */
#include <string.h>

#include "core/checks/tables.h"
#include "report/report.h"

#define NR_FIXES (sizeof(((struct pfs_mechanism *)0)->fixes) / sizeof(struct pfs_fix *))

enum { MIN_WORDS = 3 }; /* shorter than that, all match */

/* What was asked is a part of what is known, or a line of a log that has it. */
static bool seen_in(const struct pfs_fix *fix, const char *words)
{
	const char *list = fix->seen, *item;
	size_t len;

	while ((item = pfs_list_item(&list, &len)))
		if (pfs_line_has(words, item, len))
			return true;
	return strcasestr(fix->seen, words);
}

/* A fix answers to its title, and to its commit, also to a longer abbreviation of it. */
static bool fix_is(const struct pfs_fix *fix, const char *words)
{
	return (*fix->commit && !strncmp(fix->commit, words, strlen(fix->commit))) ||
	       !strcmp(fix->title, words);
}

static bool fix_matches(const struct pfs_fix *fix, const char *words)
{
	return seen_in(fix, words) || strcasestr(fix->title, words) || strcasestr(fix->sign, words);
}

bool pfs_known_fix(const struct pfs_known *k, const struct pfs_fix *fix)
{
	if (!k->words)
		return true;
	return k->exact ? fix_is(fix, k->words) : k->found && fix_matches(fix, k->words);
}

bool pfs_known_mechanism(const struct pfs_known *k, const struct pfs_mechanism *mech)
{
	const char *words = k->words;
	size_t i;

	if (!words)
		return true;
	if (k->exact || !k->found)
		return k->exact && !strcmp(mech->code, words);
	for (i = 0; i < NR_FIXES && mech->fixes[i]; i++)
		if (fix_matches(mech->fixes[i], words))
			return true;
	return strcasestr(mech->code, words) || strcasestr(mech->title, words) ||
	       strcasestr(mech->text, words) || strcasestr(mech->advice, words);
}

bool pfs_known_problem(const struct pfs_known *k, const struct pfs_problem *p)
{
	const char *words = k->words;
	const struct pfs_fix *fix;
	size_t i, nr;

	if (!words)
		return true;
	if (k->exact || !k->found)
		return k->exact && !strcmp(p->code, words);
	fix = pfs_fixes(&nr);
	for (i = 0; i < nr; i++)
		if (pfs_fix_shows(&fix[i], p->code) && fix_matches(&fix[i], words))
			return true;
	return strcasestr(p->code, words) || strcasestr(p->title, words) ||
	       strcasestr(p->meaning, words) || strcasestr(p->advice, words);
}

static size_t count(const struct pfs_known *k)
{
	const struct pfs_mechanism *mech;
	const struct pfs_problem *p;
	const struct pfs_fix *fix;
	size_t i, nr, found = 0;

	p = pfs_problems(&nr);
	for (i = 0; i < nr; i++)
		found += pfs_known_problem(k, &p[i]);
	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++)
		found += pfs_known_mechanism(k, &mech[i]);
	fix = pfs_fixes(&nr);
	for (i = 0; i < nr; i++)
		found += pfs_known_fix(k, &fix[i]);
	return found;
}

void pfs_known_find(struct pfs_known *k, const char *words)
{
	*k = (struct pfs_known){ .words = words, .exact = words, .found = 1 };
	k->found = count(k);
	if (k->found || strlen(words) < MIN_WORDS)
		return;
	*k = (struct pfs_known){ .words = words, .found = 1 };
	k->found = count(k);
}
