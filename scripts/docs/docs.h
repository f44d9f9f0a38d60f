/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manual pages and completion, from the tables of verbs, options and codes. */
#ifndef PFS_SCRIPTS_DOCS_H
#define PFS_SCRIPTS_DOCS_H

#include "verbs/args.h"

/* name: pfnscope, or pfnscope-VERB; date: "November 1, 2026". -1: there is no such page. */
int docs_man(const char *name, const char *date);

void docs_bash(void);
void docs_fish(void);
void docs_zsh(void);

/* The codes that explain knows: call for each, with its title. */
void docs_codes(void (*code)(const char *name, const char *title));

/* Words that an option takes, with blanks between them; NULL: no such list. */
const char *docs_words(unsigned int option);

/* Is the argument of the option a file, or a folder? */
bool docs_takes_file(const struct pfs_option_row *r);
bool docs_takes_dir(const struct pfs_option_row *r);

/* Has this verb the option, outside crash and drgn? */
bool docs_has(const struct pfs_option_row *r, unsigned int verb);

#endif
