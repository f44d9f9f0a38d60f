/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parser, made of verbs.def and options.def. */
#include "cli/args.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define DUMP true
#define NOTHING false
const struct pfs_verb_row pfs_verbs[PFS_NR_VERBS] = {
#define VERB(id, name, arg, needs, line, text) [PFS_V_##id] = { name, arg, needs, line, text },
#include <pfnscope/verbs.def>
#undef VERB
};
#undef DUMP
#undef NOTHING

enum option_id {
#define OPTION(id, letter, name, arg, verbs, text) O_##id,
#include <pfnscope/options.def>
#undef OPTION
	NR_OPTIONS
};

#define ANY (~0u)
#define V(id) (1u << PFS_V_##id)
const struct pfs_option_row pfs_options[] = {
#define OPTION(id, letter, name, arg, verbs, text) [O_##id] = { letter, name, arg, verbs, text },
#include <pfnscope/options.def>
#undef OPTION
};
#undef ANY
#undef V

const unsigned int pfs_nr_options = NR_OPTIONS;

/* What getopt_long() returns for a long option; a short one returns its letter. */
#define LONG_BASE 1000

static void getopt_tables(char letters[2 * NR_OPTIONS + 2], struct option longs[NR_OPTIONS + 1])
{
	unsigned int i, at = 0;

	letters[at++] = ':';	/* tells a missing argument from an unknown option */
	for (i = 0; i < NR_OPTIONS; i++) {
		const struct pfs_option_row *r = &pfs_options[i];

		if (r->letter) {
			letters[at++] = (char)r->letter;
			if (r->arg)
				letters[at++] = ':';
		}
		longs[i] = (struct option){
			.name = r->name,
			.has_arg = r->arg ? required_argument : no_argument,
			.val = LONG_BASE + (int)i,
		};
	}
	letters[at] = '\0';
	memset(&longs[NR_OPTIONS], 0, sizeof(longs[0]));
}

static int parse_when(const char *name, const char *text, bool always, enum pfs_when *ret,
		      struct pfs_err *err)
{
	if (!strcmp(text, "auto"))
		*ret = PFS_AUTO;
	else if (!strcmp(text, "never"))
		*ret = PFS_NEVER;
	else if (always && !strcmp(text, "always"))
		*ret = PFS_ALWAYS;
	else
		return pfs_err_set(err, EINVAL, "--%s=%s: want auto%s or never", name, text,
				   always ? ", always" : "");
	return 0;
}

static int set_option(struct pfs_args *a, enum option_id id, bool is_long, struct pfs_err *err)
{
	unsigned long n;
	char *end;

	switch (id) {
	case O_JSON:
		a->json = true;
		break;
	case O_QUIET:
		a->quiet = true;
		break;
	case O_ALL:
		a->all = true;
		break;
	case O_OUTPUT:
		a->output = optarg;
		break;
	case O_FULL:
		a->full = true;
		break;
	case O_LOG:
		a->log = true;
		break;
	case O_JOBS:
		errno = 0;
		n = strtoul(optarg, &end, 10);
		if (errno || end == optarg || *end || *optarg == '-' || n > 1024)
			return pfs_err_set(err, EINVAL, "--jobs=%s: want a number up to 1024",
					   optarg);
		a->jobs = (unsigned int)n;
		break;
	case O_COLOR:
		return parse_when("color", optarg, true, &a->color, err);
	case O_PROGRESS:
		return parse_when("progress", optarg, false, &a->progress, err);
	case O_EXIT_ZERO:
		a->exit_zero = true;
		break;
	case O_HELP:
		a->help = is_long ? PFS_HELP_LONG : PFS_HELP_SHORT;
		break;
	case O_VERSION:
		a->version = true;
		break;
	case NR_OPTIONS:
		break;
	}
	return 0;
}

static int parse_options(int argc, char **argv, struct pfs_args *a, unsigned int *ret_seen,
			 struct pfs_err *err)
{
	char letters[2 * NR_OPTIONS + 2];
	struct option longs[NR_OPTIONS + 1];
	unsigned int i;
	int c, rc;

	getopt_tables(letters, longs);
	optind = 0;	/* a fresh start, as a host calls more than once */
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (c == ':')
			return pfs_err_set(err, EINVAL, "option '%s' wants an argument",
					   argv[optind - 1]);
		if (c == '?' && optopt && optopt < LONG_BASE)
			return pfs_err_set(err, EINVAL, "unknown option '-%c'", optopt);
		if (c == '?')
			return pfs_err_set(err, EINVAL, "%s option '%s'",
					   optopt ? "no argument is taken by" : "unknown",
					   argv[optind - 1]);
		for (i = 0; i < NR_OPTIONS; i++)
			if (c == LONG_BASE + (int)i || c == pfs_options[i].letter)
				break;
		rc = set_option(a, (enum option_id)i, c >= LONG_BASE, err);
		if (rc)
			return rc;
		*ret_seen |= 1u << i;
	}
	return 0;
}

/* An option of another verb is a mistake, not a whim. */
static int check_options(const struct pfs_args *a, unsigned int seen, struct pfs_err *err)
{
	unsigned int i;

	for (i = 0; i < NR_OPTIONS; i++)
		if (seen >> i & 1 && !(pfs_options[i].verbs >> a->verb & 1))
			return pfs_err_set(err, EINVAL, "'%s' has no option --%s",
					   pfs_verbs[a->verb].name, pfs_options[i].name);
	return 0;
}

static int take_positionals(char *const *pos, size_t nr, bool hosted, struct pfs_args *a,
			    struct pfs_err *err)
{
	const struct pfs_verb_row *v = &pfs_verbs[a->verb];
	bool optional = v->arg && v->arg[0] == '[';
	size_t files_wanted = v->needs_dump && !hosted;

	if (nr < files_wanted)
		return pfs_err_set(err, EINVAL, "no vmcore given");
	if (v->arg && !optional && nr < files_wanted + 1)
		return pfs_err_set(err, EINVAL, "'%s' wants %s after the vmcore", v->name, v->arg);
	if (v->arg && nr > files_wanted)
		a->arg = pos[--nr];
	if (nr && !files_wanted)
		return pfs_err_set(err, EINVAL, "'%s': one argument too many: '%s'", v->name,
				   pos[0]);
	a->files = pos;
	a->nr_files = nr;
	return 0;
}

int pfs_args_parse(int argc, char **argv, bool hosted, struct pfs_args *ret, struct pfs_err *err)
{
	struct pfs_args a = { .verb = PFS_V_DIAGNOSE };
	unsigned int seen = 0;
	char *const *pos;
	int i, rc, nr;

	rc = parse_options(argc, argv, &a, &seen, err);
	if (rc)
		return rc;
	pos = argv + optind;
	nr = argc - optind;
	for (i = 0; nr > 0 && i < PFS_NR_VERBS; i++) {
		if (!strcmp(pos[0], pfs_verbs[i].name)) {
			a.verb = (enum pfs_verb)i;
			a.has_verb = true;
			pos++;
			nr--;
			break;
		}
	}
	if (a.help == PFS_HELP_NONE && !a.version) {
		rc = check_options(&a, seen, err);
		if (!rc)
			rc = take_positionals(pos, (size_t)nr, hosted, &a, err);
		if (rc)
			return rc;
	}
	*ret = a;
	return 0;
}
