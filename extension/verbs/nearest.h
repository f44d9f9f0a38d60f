/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was meant by a word that is mistyped. */
#ifndef PFS_VERBS_NEAREST_H
#define PFS_VERBS_NEAREST_H

#include <pfnscope/err.h>

/* Begin with { .word = word }, then try each word that could have been meant. */
struct pfs_nearest {
	const char *word;
	const char *best; /* NULL: none that comes near */
	unsigned int mistakes;
};

void pfs_nearest_try(struct pfs_nearest *n, const char *candidate);
/* "; did you mean 'x'?", or nothing, behind the message in err. */
void pfs_nearest_say(const struct pfs_nearest *n, struct pfs_err *err);
/* The verb, and the code of the catalogues that explain knows. */
void pfs_nearest_verb(const char *word, struct pfs_err *err);
void pfs_nearest_code(const char *word, struct pfs_err *err);

#endif
