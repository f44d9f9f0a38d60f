/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parser, made of verbs.def and options.def. */
#include "verbs/args.h"

#include <errno.h>
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

#define V(id) (1u << PFS_V_##id)
#define ANY ((1u << PFS_NR_VERBS) - 1)
#define HOSTED (ANY | PFS_OPTION_HOSTED)
#define ALONE (ANY | PFS_OPTION_ALONE)
const struct pfs_option_row pfs_options[] = {
#define OPTION(id, letter, name, arg, verbs, text) [O_##id] = { letter, name, arg, verbs, text },
#include <pfnscope/options.def>
#undef OPTION
};
#undef ALONE
#undef HOSTED
#undef ANY
#undef V

const unsigned int pfs_nr_options = NR_OPTIONS;

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

static int parse_reader(const char *text, enum pfs_reader *ret, struct pfs_err *err)
{
	if (!strcmp(text, "auto"))
		*ret = PFS_READER_AUTO;
	else if (!strcmp(text, "host"))
		*ret = PFS_READER_HOST;
	else if (!strcmp(text, "file"))
		*ret = PFS_READER_FILE;
	else
		return pfs_err_set(err, EINVAL, "--reader=%s: want auto, host or file", text);
	return 0;
}

static int parse_library(const char *text, enum pfs_reader *ret, struct pfs_err *err)
{
	if (!strcmp(text, "auto"))
		*ret = PFS_READER_AUTO;
	else if (!strcmp(text, "drgn"))
		*ret = PFS_READER_HOST;
	else if (!strcmp(text, "file"))
		*ret = PFS_READER_FILE;
	else
		return pfs_err_set(err, EINVAL, "--reader=%s: want auto, file or drgn", text);
	return 0;
}

#define DEFAULT_TIMEOUT 600
#define MIN_MEMORY ((uint64_t)16 << 20)	/* below it, not even the libraries fit */

static int parse_number(const char *name, const char *text, unsigned long max, unsigned int *ret,
			struct pfs_err *err)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n > max)
		return pfs_err_set(err, EINVAL, "--%s=%s: want a number up to %lu", name, text, max);
	*ret = (unsigned int)n;
	return 0;
}

static int parse_memory(const char *text, uint64_t *ret, struct pfs_err *err)
{
	static const char units[] = "KMGT";
	unsigned int shift = 0;
	const char *unit;
	uint64_t n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		shift = 10 * (unsigned int)(unit - units + 1);
		end++;
	}
	if (errno || end == text || *end || *text == '-' || n > UINT64_MAX >> shift ||
	    n << shift < MIN_MEMORY)
		return pfs_err_set(err, EINVAL, "--memory=%s: want 16M or more", text);
	*ret = n << shift;
	return 0;
}

/* value: NULL where the option takes none. */
static int set_option(struct pfs_args *a, enum option_id id, bool is_long, const char *value,
		      struct pfs_err *err)
{
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
		a->output = value;
		break;
	case O_TAR:
		a->tar = value;
		break;
	case O_SVG:
		a->svg = true;
		break;
	case O_FULL:
		a->full = true;
		break;
	case O_LOG:
		a->log = true;
		break;
	case O_VERIFY:
		a->verify = true;
		break;
	case O_LIST:
		a->list = true;
		break;
	case O_FROM:
		a->from = value;
		break;
	case O_TIMEOUT:
		return parse_number("timeout", value, 1000000, &a->timeout, err);
	case O_MEMORY:
		return parse_memory(value, &a->memory, err);
	case O_VMLINUX_DIR:
		a->vmlinux_dir = value;
		break;
	case O_REPORTS:
		a->reports = true;
		break;
	case O_AGAIN:
		a->again = true;
		break;
	case O_BY:
		a->by = value;
		break;
	case O_HTML:
		a->html = value;
		break;
	case O_JOBS:
		return parse_number("jobs", value, 1024, &a->jobs, err);
	case O_COLOR:
		return parse_when("color", value, true, &a->color, err);
	case O_PROGRESS:
		return parse_when("progress", value, false, &a->progress, err);
	case O_READER:
		return parse_reader(value, &a->reader, err);
	case O_SYSTEM_MAP:
		a->system_map = value;
		break;
	case O_LIBRARY:
		return parse_library(value, &a->reader, err);
	case O_EXIT_ZERO:
		a->exit_zero = true;
		break;
	case O_HELP:
		a->help = is_long ? PFS_HELP_LONG : PFS_HELP_SHORT;
		break;
	case O_VERSION:
		a->version = true;
		break;
	case O_CRASH_EXTENSION:
		a->crash_extension = true;
		break;
	case NR_OPTIONS:
		break;
	}
	return 0;
}

struct parser {
	char **argv;
	int argc;
	int at;			/* word that is being looked at */
	bool hosted;
	struct pfs_args *a;
	uint64_t seen;		/* bit 1 << enum option_id */
};

static bool elsewhere(const struct parser *p, unsigned int option)
{
	return pfs_options[option].verbs & (p->hosted ? PFS_OPTION_ALONE : PFS_OPTION_HOSTED);
}

/* "--name", "--name=value", "--name value" */
static int long_option(struct parser *p, struct pfs_err *err)
{
	const char *word = p->argv[p->at], *name = word + 2, *value = NULL;
	size_t len = strcspn(name, "=");
	unsigned int i = NR_OPTIONS, k;

	/* Of two by one name, the one for here. */
	for (k = 0; k < NR_OPTIONS; k++)
		if (strlen(pfs_options[k].name) == len && !memcmp(pfs_options[k].name, name, len) &&
		    (i == NR_OPTIONS || elsewhere(p, i)))
			i = k;
	if (i == NR_OPTIONS)
		return pfs_err_set(err, EINVAL, "unknown option '%s'", word);
	if (name[len] == '=') {
		value = name + len + 1;
		if (!pfs_options[i].arg)
			return pfs_err_set(err, EINVAL, "no argument is taken by option '%s'",
					   word);
	} else if (pfs_options[i].arg) {
		if (p->at + 1 == p->argc)
			return pfs_err_set(err, EINVAL, "option '%s' wants an argument", word);
		value = p->argv[++p->at];
	}
	p->seen |= (uint64_t)1 << i;
	return set_option(p->a, (enum option_id)i, true, value, err);
}

/* "-q", "-qa", "-jN", "-j N" */
static int short_options(struct parser *p, struct pfs_err *err)
{
	const char *c = p->argv[p->at] + 1;
	unsigned int i;
	int rc;

	for (; *c; c++) {
		const char *value = NULL;

		for (i = 0; i < NR_OPTIONS; i++)
			if (pfs_options[i].letter == *c)
				break;
		if (i == NR_OPTIONS)
			return pfs_err_set(err, EINVAL, "unknown option '-%c'", *c);
		if (pfs_options[i].arg) {
			value = c + 1;
			if (!*value && p->at + 1 == p->argc)
				return pfs_err_set(err, EINVAL, "option '-%c' wants an argument",
						   *c);
			if (!*value)
				value = p->argv[++p->at];
		}
		p->seen |= (uint64_t)1 << i;
		rc = set_option(p->a, (enum option_id)i, false, value, err);
		if (rc || value)
			return rc;
	}
	return 0;
}

/*
 * Not getopt(): its variables are the host's too, where there is one. Leaves the
 * words that are no options in argv[1..*ret_nr].
 */
static int parse_options(struct parser *p, int *ret_nr, struct pfs_err *err)
{
	bool ended = false;
	int rc = 0;

	*ret_nr = 0;
	for (p->at = 1; p->at < p->argc && !rc; p->at++) {
		char *word = p->argv[p->at];

		if (ended || word[0] != '-' || !word[1])
			p->argv[++*ret_nr] = word;
		else if (!strcmp(word, "--"))
			ended = true;
		else
			rc = word[1] == '-' ? long_option(p, err) : short_options(p, err);
	}
	return rc;
}

/* An option of another verb is a mistake, not a whim. */
static int check_options(const struct pfs_args *a, uint64_t seen, bool hosted,
			 struct pfs_err *err)
{
	unsigned int i;

	for (i = 0; i < NR_OPTIONS; i++) {
		if (!(seen >> i & 1))
			continue;
		if (!(pfs_options[i].verbs >> a->verb & 1))
			return pfs_err_set(err, EINVAL, "'%s' has no option --%s",
					   pfs_verbs[a->verb].name, pfs_options[i].name);
		if (pfs_options[i].verbs & (hosted ? PFS_OPTION_ALONE : PFS_OPTION_HOSTED))
			return pfs_err_set(err, EINVAL, "--%s: %s inside crash and drgn",
					   pfs_options[i].name, hosted ? "not" : "only");
	}
	return 0;
}

static int take_positionals(char *const *pos, size_t nr, bool hosted, struct pfs_args *a,
			    struct pfs_err *err)
{
	const struct pfs_verb_row *v = &pfs_verbs[a->verb];
	bool optional = v->arg && v->arg[0] == '[';
	size_t files_wanted = v->needs_dump && !hosted;

	if (pfs_verb_alone(a->verb)) {
		if (hosted)
			return pfs_err_set(err, EINVAL, "'%s' is not for crash and drgn", v->name);
		if (!nr && !a->from)
			return pfs_err_set(err, EINVAL, "'%s' wants %s", v->name, v->arg);
		a->files = pos;
		a->nr_files = nr;
		return 0;
	}
	/* It opens its files by itself, wherever it runs. */
	if (a->verb == PFS_V_DIFF) {
		if (nr < 2)
			return pfs_err_set(err, EINVAL, "'%s' wants %s", v->name, v->arg);
		a->files = pos;
		a->nr_files = nr;
		return 0;
	}
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
	struct pfs_args a = { .verb = PFS_V_DIAGNOSE, .timeout = DEFAULT_TIMEOUT };
	struct parser p = { .argv = argv, .argc = argc, .hosted = hosted, .a = &a };
	char *const *pos = argv + 1;
	int i, rc, nr;

	rc = parse_options(&p, &nr, err);
	if (rc)
		return rc;
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
		rc = check_options(&a, p.seen, hosted, err);
		if (!rc && !a.crash_extension)
			rc = take_positionals(pos, (size_t)nr, hosted, &a, err);
		if (rc)
			return rc;
	}
	*ret = a;
	return 0;
}
