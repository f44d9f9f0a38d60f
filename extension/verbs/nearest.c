/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verbs/nearest.h"

#include <stdio.h>
#include <string.h>

#include "core/verdict/mechanism.h"
#include "verbs/args.h"

enum { MAX_WORD = 63 }; /* what is longer is no word that anybody mistypes */

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Letters that are wrong, missing, too many, or in the wrong order with their
 * neighbour: the table of Damerau and Levenshtein, of which three rows are kept.
 */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[3][MAX_WORD + 1], cost;
	size_t la = strlen(a), lb = strlen(b), i, k;

	for (k = 0; k <= lb; k++)
		rows[0][k] = (unsigned int)k;
	for (i = 1; i <= la; i++) {
		unsigned int *row = rows[i % 3];
		const unsigned int *above = rows[(i + 2) % 3], *twice = rows[(i + 1) % 3];

		row[0] = (unsigned int)i;
		for (k = 1; k <= lb; k++) {
			cost = a[i - 1] != b[k - 1];
			row[k] = least(least(above[k], row[k - 1]) + 1, above[k - 1] + cost);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				row[k] = least(row[k], twice[k - 2] + 1);
		}
	}
	return rows[la % 3][lb];
}

void pfs_nearest_try(struct pfs_nearest *n, const char *candidate)
{
	size_t len = strlen(n->word), other = strlen(candidate);
	unsigned int mistakes;

	if (len > MAX_WORD || other > MAX_WORD)
		return;
	/* The beginning of a word, of three letters or more, counts as one mistake. */
	mistakes = len >= 3 && !strncmp(candidate, n->word, len) ? 1 : distance(n->word, candidate);
	/* One mistake in three letters, no more: else anything is near to a short word. */
	if (mistakes > 3 || mistakes * 3 > len || (n->best && mistakes >= n->mistakes))
		return;
	n->best = candidate;
	n->mistakes = mistakes;
}

void pfs_nearest_say(const struct pfs_nearest *n, struct pfs_err *err)
{
	size_t at = strlen(err->msg);

	if (n->best)
		snprintf(err->msg + at, sizeof(err->msg) - at, "; did you mean '%s'?", n->best);
}

void pfs_nearest_verb(const char *word, struct pfs_err *err)
{
	struct pfs_nearest n = { .word = word };
	int i;

	for (i = 0; i < PFS_NR_VERBS; i++)
		pfs_nearest_try(&n, pfs_verbs[i].name);
	pfs_nearest_try(&n, PFS_WORD_HELP);
	pfs_nearest_try(&n, PFS_WORD_VERSION);
	pfs_nearest_say(&n, err);
}

void pfs_nearest_code(const char *word, struct pfs_err *err)
{
	struct pfs_nearest n = { .word = word };
	const struct pfs_mechanism *mech;
	const struct pfs_problem *p;
	size_t i, nr;

	p = pfs_problems(&nr);
	for (i = 0; i < nr; i++)
		pfs_nearest_try(&n, p[i].code);
	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++)
		pfs_nearest_try(&n, mech[i].code);
	pfs_nearest_say(&n, err);
}
