/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion for bash, fish and zsh. */
#include <stdio.h>
#include <string.h>

#include "docs.h"

static void put_head(void)
{
	puts("# SPDX-License-Identifier: GPL-2.0-or-later\n"
	     "# Made from the tables in include/pfnscope.");
}

/* The names of all verbs, and the words that are as good as verbs. */
static void put_verbs(const char *between)
{
	unsigned int i;

	for (i = 0; i < PFS_NR_VERBS; i++)
		printf("%s%s", pfs_verbs[i].name, between);
	printf("%s%s%s", PFS_WORD_HELP, between, PFS_WORD_VERSION);
}

/* Inside single quotes of a shell; zsh has a meaning for brackets and colons as well. */
static void put_quoted(const char *s, bool zsh)
{
	for (; *s; s++) {
		if (*s == '\'')
			fputs("'\\''", stdout);
		else if (zsh && strchr("[]:\\", *s))
			printf("\\%c", *s);
		else
			putchar(*s);
	}
}

static void bash_code(const char *name, const char *title)
{
	(void)title;
	printf("%s ", name);
}

static void bash_option(const struct pfs_option_row *r)
{
	if (r->letter)
		printf("-%c ", (char)r->letter);
	printf("--%s%s ", r->name, r->arg ? "=" : "");
}

/* The patterns of a case: "--tar|-o|--output". */
static void bash_takers(bool (*takes)(const struct pfs_option_row *r), const char *complete)
{
	unsigned int i, n = 0;

	fputs("\t", stdout);
	for (i = 0; i < pfs_nr_options; i++) {
		const struct pfs_option_row *r = &pfs_options[i];

		if (r->verbs & PFS_OPTION_HOSTED || !takes(r))
			continue;
		printf("%s--%s", n++ ? "|" : "", r->name);
		if (r->letter)
			printf("|-%c", (char)r->letter);
	}
	printf(")\n\t\t%s\n\t\treturn ;;\n", complete);
}

static bool takes_else(const struct pfs_option_row *r)
{
	return r->arg && !docs_takes_file(r) && !docs_takes_dir(r) &&
	       !docs_words((unsigned int)(r - pfs_options));
}

static void bash_values(void)
{
	unsigned int i;

	for (i = 0; i < pfs_nr_options; i++) {
		if (!docs_words(i) || pfs_options[i].verbs & PFS_OPTION_HOSTED)
			continue;
		printf("\t--%s)\n", pfs_options[i].name);
		printf("\t\tmapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")\n\t\treturn ;;\n",
		       docs_words(i));
	}
	bash_takers(docs_takes_file, "compopt -o filenames\n"
				     "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")");
	bash_takers(docs_takes_dir, "compopt -o filenames\n"
				    "\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")");
	bash_takers(takes_else, "COMPREPLY=()");
}

void docs_bash(void)
{
	unsigned int i, k;

	put_head();
	puts("# shellcheck shell=bash\n_pfnscope() {\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb='' words word");
	puts("\t# --name=value is three words here.\n"
	     "\tif [ \"$cur\" = '=' ]; then\n\t\tcur=''\n"
	     "\telif [ \"$prev\" = '=' ]; then\n\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n\tfi");
	fputs("\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n\t\tcase $word in\n\t\t",
	      stdout);
	put_verbs("|");
	puts(")\tverb=$word; break ;;\n\t\tesac\n\tdone\n\tcase $prev in");
	bash_values();
	puts("\tesac\n\tif [[ $cur = -* ]]; then\n\t\tcase $verb in");
	for (i = 0; i < PFS_NR_VERBS; i++) {
		printf("\t\t%s%s)\n\t\t\twords='", pfs_verbs[i].name,
		       i == PFS_V_DIAGNOSE ? " | ''" : "");
		for (k = 0; k < pfs_nr_options; k++)
			if (docs_has(&pfs_options[k], i))
				bash_option(&pfs_options[k]);
		puts("' ;;");
	}
	puts("\t\t*)\twords='' ;;\n\t\tesac\n\t\t[ -n \"$verb\" ] || words=\"$words --version\"");
	puts("\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	     "\t\t[[ ${COMPREPLY[*]-} != *= ]] || compopt -o nospace\n\t\treturn\n\tfi");
	fputs("\tcase $verb in\n\t'')\twords='", stdout);
	put_verbs(" ");
	fputs("' ;;\n\thelp)\twords='", stdout);
	put_verbs(" ");
	fputs("' ;;\n\texplain)\n\t\twords='", stdout);
	docs_codes(bash_code);
	puts("' ;;\n\t*)\twords='' ;;\n\tesac");
	puts("\tcompopt -o filenames\n"
	     "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"\n"
	     "\t\tcase $verb in help | explain | version) ;; *) compgen -f -- \"$cur\" ;; esac)\n"
	     "}\ncomplete -F _pfnscope pfnscope");
}

static void fish_code(const char *name, const char *title)
{
	printf("complete -c pfnscope -n '__fish_seen_subcommand_from explain' -f -a %s -d '", name);
	put_quoted(title, false);
	puts("'");
}

static void fish_option(unsigned int at)
{
	const struct pfs_option_row *r = &pfs_options[at];
	unsigned int i, n = 0;

	fputs("complete -c pfnscope -n '", stdout);
	if (docs_has(r, PFS_V_DIAGNOSE) || r->verbs & PFS_OPTION_COMMAND) {
		fputs("not __fish_seen_subcommand_from $pfnscope_verbs", stdout);
		n++;
	}
	for (i = 0; i < PFS_NR_VERBS; i++) {
		if (!docs_has(r, i))
			continue;
		if (n <= 1)
			printf("%s__fish_seen_subcommand_from", n ? "; or " : "");
		n += 2;
		printf(" %s", pfs_verbs[i].name);
	}
	fputs("'", stdout);
	if (r->letter)
		printf(" -s %c", (char)r->letter);
	printf(" -l %s", r->name);
	if (docs_words(at))
		printf(" -x -a '%s'", docs_words(at));
	else if (docs_takes_file(r) || docs_takes_dir(r))
		fputs(" -r -F", stdout);
	else if (r->arg)
		fputs(" -x", stdout);
	fputs(" -d '", stdout);
	put_quoted(r->text, false);
	puts("'");
}

void docs_fish(void)
{
	unsigned int i;

	put_head();
	fputs("set -g pfnscope_verbs ", stdout);
	put_verbs(" ");
	putchar('\n');
	for (i = 0; i < PFS_NR_VERBS; i++) {
		printf("complete -c pfnscope -n 'not __fish_seen_subcommand_from $pfnscope_verbs; or "
		       "__fish_seen_subcommand_from help' -a %s -d '",
		       pfs_verbs[i].name);
		put_quoted(pfs_verbs[i].line, false);
		puts("'");
	}
	puts("complete -c pfnscope -n 'not __fish_seen_subcommand_from $pfnscope_verbs' -a help "
	     "-d 'the help of a verb'");
	puts("complete -c pfnscope -n 'not __fish_seen_subcommand_from $pfnscope_verbs' -a version "
	     "-d 'the version'");
	docs_codes(fish_code);
	for (i = 0; i < pfs_nr_options; i++)
		if (!(pfs_options[i].verbs & PFS_OPTION_HOSTED))
			fish_option(i);
}

static void zsh_code(const char *name, const char *title)
{
	printf("\t\t'%s:", name);
	put_quoted(title, true);
	puts("'");
}

static void zsh_option(unsigned int at)
{
	const struct pfs_option_row *r = &pfs_options[at];
	int form;

	for (form = r->letter ? 0 : 1; form < 2; form++) {
		if (form)
			printf("\t\t'--%s%s[", r->name, r->arg ? "=" : "");
		else
			printf("\t\t'-%c%s[", (char)r->letter, r->arg ? "+" : "");
		put_quoted(r->text, true);
		putchar(']');
		if (docs_words(at))
			printf(":%s:(%s)", r->arg, docs_words(at));
		else if (docs_takes_file(r))
			printf(":%s:_files", r->arg);
		else if (docs_takes_dir(r))
			printf(":%s:_files -/", r->arg);
		else if (r->arg)
			printf(":%s: ", r->arg);
		puts("'");
	}
}

void docs_zsh(void)
{
	unsigned int i, k;

	puts("#compdef pfnscope");
	put_head();
	puts("local verb word\nlocal -a options verbs codes\nverbs=(");
	for (i = 0; i < PFS_NR_VERBS; i++) {
		printf("\t'%s:", pfs_verbs[i].name);
		put_quoted(pfs_verbs[i].line, true);
		puts("'");
	}
	puts("\t'help:the help of a verb'\n\t'version:the version'\n)");
	fputs("for word in ${words[2,CURRENT-1]}; do\n\tcase $word in\n\t(", stdout);
	put_verbs("|");
	puts(") verb=$word; break ;;\n\tesac\ndone\ncase ${verb:-diagnose} in");
	for (i = 0; i < PFS_NR_VERBS; i++) {
		printf("(%s)\n\toptions=(\n", pfs_verbs[i].name);
		for (k = 0; k < pfs_nr_options; k++)
			if (docs_has(&pfs_options[k], i))
				zsh_option(k);
		puts("\t) ;;");
	}
	puts("esac\n_pfnscope_words() {\n\tcase $verb in\n"
	     "\t('') _describe verb verbs; _files ;;\n\t(help) _describe verb verbs ;;\n"
	     "\t(version) ;;\n\t(explain)\n\t\tcodes=(");
	docs_codes(zsh_code);
	puts("\t\t)\n\t\t_describe code codes ;;\n\t(*) _files ;;\n\tesac\n}\n"
	     "_arguments -s $options '*:file:_pfnscope_words'");
}
