/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manual pages, in mdoc(7). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "docs.h"

enum { MAX_TEXT = 78 };

static void put_char(char c)
{
	if (c == '\\')
		fputs("\\e", stdout);
	else if (c == '-')
		fputs("\\-", stdout);
	else if (c == '"')
		fputs("\\(dq", stdout);
	else
		putchar(c);
}

/* An argument of a macro, which must not be taken for one itself. */
static void put_arg(const char *s)
{
	fputs("\\&", stdout);
	for (; *s; s++)
		put_char(*s);
}

/*
 * Text: each sentence begins a line, as mdoc wants it, none is longer than 80 columns, and
 * none looks like a request.
 */
static void put_text(const char *s)
{
	size_t column = 0, word;
	bool sentence = true;

	while (*s) {
		word = strcspn(s, " ");
		if (column && (sentence || column + word >= MAX_TEXT)) {
			putchar('\n');
			column = 0;
		}
		if (column)
			putchar(' ');
		else if (*s == '.' || *s == '\'')
			fputs("\\&", stdout);
		column += word + 1;
		/* The roff of a hyphen is two columns, of a quote four. */
		for (; word; word--, s++) {
			column += *s == '-' ? 1 : *s == '"' ? 3 : 0;
			put_char(*s);
		}
		sentence = s[-1] == '.';
		s += *s == ' ';
		sentence &= isupper((unsigned char)*s) != 0;
	}
	putchar('\n');
}

/* "[DB] [WHAT]": arguments of a verb. */
static void put_arguments(const char *arg)
{
	char word[64];
	size_t i = 0;

	for (; arg && *arg; arg += *arg ? 1 : 0) {
		bool optional = *arg == '[', many;

		if (!isalpha((unsigned char)*arg) && !optional)
			continue;
		arg += optional;
		for (i = 0; isalpha((unsigned char)*arg) && i < sizeof(word) - 1;)
			word[i++] = *arg++;
		word[i] = '\0';
		many = !strncmp(arg, "...", 3);
		arg += many ? 3 : 0;
		printf(".%s ", optional ? "Op Ar" : "Ar");
		put_arg(word);
		puts(many ? " ..." : "");
		if (!*arg)
			break;
	}
}

static void put_synopsis(const struct pfs_verb_row *v)
{
	puts(".Nm pfnscope");
	if (v) {
		fputs(".Cm ", stdout);
		put_arg(v->name);
		putchar('\n');
	}
	if (v && v->needs_dump)
		puts(".Ar VMCORE ...\n.Op Ar VMLINUX");
	if (v)
		put_arguments(v->arg);
	puts(".Op Ar option ...");
}

static void put_verbs_of(const struct pfs_option_row *r)
{
	unsigned int i, n = 0;

	for (i = 0; i < PFS_NR_VERBS; i++)
		n += docs_has(r, i);
	if (!n || n > 3)
		return;
	fputs("Of ", stdout);
	for (i = 0; i < PFS_NR_VERBS; i++)
		if (docs_has(r, i))
			printf("%s%s", pfs_verbs[i].name, --n > 1 ? ", " : n ? " and " : ".\n");
}

static void put_option(const struct pfs_option_row *r, bool say_verbs)
{
	fputs(".It ", stdout);
	if (r->letter)
		printf("Fl %c , ", (char)r->letter);
	fputs("Fl \\-", stdout);
	for (const char *c = r->name; *c; c++)
		put_char(*c);
	if (r->arg) {
		fputs(" Ns = Ns Ar ", stdout);
		put_arg(r->arg);
	}
	putchar('\n');
	put_text(r->text);
	if (say_verbs) {
		puts(".Pp");
		put_verbs_of(r);
	}
}

static bool few_verbs(const struct pfs_option_row *r)
{
	unsigned int i, n = 0;

	for (i = 0; i < PFS_NR_VERBS; i++)
		n += docs_has(r, i);
	return n && n <= 3;
}

static void put_options(int verb)
{
	unsigned int i;

	puts(".Sh OPTIONS\n.Bl -tag -width Ds");
	for (i = 0; i < pfs_nr_options; i++) {
		const struct pfs_option_row *r = &pfs_options[i];

		if (r->verbs & PFS_OPTION_HOSTED || (verb >= 0 && !docs_has(r, (unsigned int)verb)))
			continue;
		put_option(r, verb < 0 && few_verbs(r));
	}
	puts(".El");
}

static void put_verbs(void)
{
	unsigned int i;

	puts("The verbs are:\n.Bl -tag -width Ds");
	for (i = 0; i < PFS_NR_VERBS; i++) {
		const struct pfs_verb_row *v = &pfs_verbs[i];

		fputs(".It Cm ", stdout);
		put_arg(v->name);
		if (v->needs_dump)
			fputs(" Ar VMCORE ... Oo Ar VMLINUX Oc", stdout);
		if (v->arg) {
			fputs(" Ar ", stdout);
			put_arg(v->arg);
		}
		putchar('\n');
		printf("%c", toupper((unsigned char)v->line[0]));
		put_text(v->line + 1);
		puts(".Pp");
		put_text(v->text);
	}
	puts(".It Cm help Op Ar VERB\nThis page in short, or that of a verb.");
	puts(".It Cm version\nThe version.\n.El");
}

static void put_exits(void)
{
	unsigned int i;

	puts(".Sh EXIT STATUS\n.Bl -tag -width Ds");
	for (i = 0; i < PFS_NR_EXITS; i++) {
		printf(".It %u\n", i);
		put_text(pfs_exit_meaning[i]);
	}
	puts(".El\n.Pp\n.Fl \\-exit\\-zero\nturns 1 and 3 into 0.");
}

static void put_examples(void)
{
	const struct pfs_example *e;

	puts(".Sh EXAMPLES\n.Bl -tag -width Ds");
	for (e = pfs_examples; e->command; e++) {
		fputs(".It Li ", stdout);
		putchar('"');
		put_arg(e->command);
		puts("\"");
		printf("%c", toupper((unsigned char)e->meaning[0]));
		put_text(e->meaning + 1);
	}
	puts(".El");
}

static void put_environment(void)
{
	puts(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
	     ".It Ev NO_COLOR\nIf it is set and not empty, nothing is coloured that\n"
	     ".Fl \\-color\ndoes not ask for.\n"
	     ".It Ev TMPDIR\nWhere temporary files are written, instead of\n.Pa /tmp .\n.El");
}

static void put_see_also(const char *name)
{
	static const char *const pages[] = { "pfnscope", "pfnscope-batch", "pfnscope-catalogue" };
	unsigned int i;

	puts(".Sh SEE ALSO");
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(pages[i], name))
			printf(".Xr %s 1 ,\n", pages[i]);
	puts(".Xr libpfnscope 3 ,\n.Xr crash 8 ,\n.Xr makedumpfile 8");
}

static void put_head(const char *name, const char *date, const char *line)
{
	char title[64];
	size_t i;

	for (i = 0; name[i] && i < sizeof(title) - 1; i++)
		title[i] = (char)toupper((unsigned char)name[i]);
	title[i] = '\0';
	printf(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	       ".\\\" Made from the tables in include/pfnscope.\n"
	       ".Dd %s\n.Dt %s 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n.Sh SYNOPSIS\n",
	       date, title, name, line);
}

static int man_of_verb(const char *name, const char *verb, const char *date)
{
	int i;

	for (i = 0; i < PFS_NR_VERBS; i++) {
		if (strcmp(pfs_verbs[i].name, verb))
			continue;
		put_head(name, date, pfs_verbs[i].line);
		put_synopsis(&pfs_verbs[i]);
		puts(".Sh DESCRIPTION");
		put_text(pfs_verbs[i].text);
		put_options(i);
		put_environment();
		put_exits();
		put_see_also(name);
		return 0;
	}
	return -1;
}

int docs_man(const char *name, const char *date)
{
	static const char own[] = "pfnscope";

	if (!strncmp(name, "pfnscope-", sizeof(own)))
		return man_of_verb(name, name + sizeof(own), date);
	if (strcmp(name, own))
		return -1;
	put_head(name, date, "fsck for the Linux memmap");
	puts(".Nm\n.Op Ar verb\n.Ar VMCORE ...\n.Op Ar VMLINUX\n.Op Ar argument\n.Op Ar option ...");
	puts(".Sh DESCRIPTION");
	put_text(pfs_about);
	puts(".Pp");
	put_verbs();
	put_options(-1);
	puts(".Sh NUMBERS");
	put_text(pfs_about_numbers);
	put_environment();
	puts(".Sh FILES");
	put_text(pfs_about_files);
	put_exits();
	put_examples();
	put_see_also(name);
	return 0;
}
