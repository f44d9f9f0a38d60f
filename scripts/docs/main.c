/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what is installed beside the command, so that a row of a table is all that a new
 * verb or option takes. Runs while pfnscope is built; prints to the standard output.
 *
 *	docs man NAME DATE	pfnscope, pfnscope-batch, pfnscope-catalogue
 *	docs bash|fish|zsh
 */
#include <stdio.h>
#include <string.h>

#include "core/verdict/mechanism.h"
#include "docs.h"

#define FLAG(member) NULL
#define FORM(member, s, l) NULL
#define TEXT(member) NULL
#define NUMBER(member, max) NULL
#define MEMORY(member) NULL
#define WORD(member, ...) words_of((const struct word[]){ __VA_ARGS__, { NULL, 0 } })

struct word {
	const char *word;
	unsigned int value;
};

static const char *words_of(const struct word *words)
{
	static char all[128];
	size_t at = 0;

	for (; words->word && at < sizeof(all); words++)
		at += (size_t)snprintf(all + at, sizeof(all) - at, "%s%s", at ? " " : "",
				       words->word);
	return all;
}

const char *docs_words(unsigned int option)
{
	unsigned int i = 0;

#define OPTION(id, letter, name, arg, verbs, sets, text) \
	if (i++ == option) \
		return sets;
#include <pfnscope/options.def>
#undef OPTION
	return NULL;
}

bool docs_takes_file(const struct pfs_option_row *r)
{
	return r->arg && !strcmp(r->arg, "FILE");
}

bool docs_takes_dir(const struct pfs_option_row *r)
{
	return r->arg && !strcmp(r->arg, "DIR");
}

bool docs_has(const struct pfs_option_row *r, unsigned int verb)
{
	return !(r->verbs & (PFS_OPTION_HOSTED | PFS_OPTION_COMMAND)) && r->verbs >> verb & 1;
}

void docs_codes(void (*code)(const char *name, const char *title))
{
	const struct pfs_mechanism *mech;
	const struct pfs_problem *p;
	size_t i, nr;

	p = pfs_problems(&nr);
	for (i = 0; i < nr; i++)
		code(p[i].code, p[i].title);
	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++)
		code(mech[i].code, mech[i].title);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int r = 0;

	if (!strcmp(what, "man") && argc == 4)
		r = docs_man(argv[2], argv[3]);
	else if (!strcmp(what, "bash"))
		docs_bash();
	else if (!strcmp(what, "fish"))
		docs_fish();
	else if (!strcmp(what, "zsh"))
		docs_zsh();
	else
		r = -1;
	if (r)
		fprintf(stderr, "usage: docs man NAME DATE | bash | fish | zsh\n");
	return r || fflush(stdout) || ferror(stdout) ? 1 : 0;
}
