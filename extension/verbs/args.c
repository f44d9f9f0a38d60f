/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parser of the command line, made from verbs.def and options.def. */
#include "verbs/args.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verbs/nearest.h"

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
#define OPTION(id, letter, name, arg, verbs, sets, text) O_##id,
#include <pfnscope/options.def>
#undef OPTION
	NR_OPTIONS
};

/* The verbs that open a dump: of each row, needs at its place. */
enum {
#define DUMP 1u
#define NOTHING 0u
	DUMPS = 0
#define VERB(id, name, arg, needs, line, text) | needs << PFS_V_##id
#include <pfnscope/verbs.def>
#undef VERB
#undef DUMP
#undef NOTHING
};

#define V(id) (1u << PFS_V_##id)
#define ANY ((1u << PFS_NR_VERBS) - 1)
#define HOSTED PFS_OPTION_HOSTED
#define ALONE PFS_OPTION_ALONE
#define COMMAND (ANY | PFS_OPTION_COMMAND)
const struct pfs_option_row pfs_options[] = {
#define OPTION(id, letter, name, arg, verbs, sets, text) \
	[O_##id] = { letter, name, arg, verbs, text },
#include <pfnscope/options.def>
#undef OPTION
};
#undef COMMAND
#undef ALONE
#undef HOSTED
#undef ANY
#undef V

const unsigned int pfs_nr_options = NR_OPTIONS;

struct word {
	const char *word; /* NULL: no more of them */
	unsigned int value;
};

/* What an option sets. */
struct setter {
	enum { FLAG, FORM, TEXT, NUMBER, MEMORY, WORD } kind;
	size_t member;		  /* offset in struct pfs_args */
	unsigned long max;	  /* of a NUMBER */
	const struct word *words; /* FORM: those of the letter and of the name */
};

/* The offset of a member; the compiler complains where it is of another type. */
#define MEMBER(type, member) \
	(offsetof(struct pfs_args, member) + \
	 0 * sizeof((type *)NULL == &((struct pfs_args *)NULL)->member))
#define FLAG(member) { FLAG, MEMBER(bool, member), 0, NULL }
#define FORM(member, s, l) \
	{ FORM, MEMBER(unsigned int, member), 0, (const struct word[]){ { "-", s }, { "--", l } } }
#define TEXT(member) { TEXT, MEMBER(const char *, member), 0, NULL }
#define NUMBER(member, max) { NUMBER, MEMBER(unsigned int, member), max, NULL }
#define MEMORY(member) { MEMORY, MEMBER(uint64_t, member), 0, NULL }
#define WORD(member, ...) \
	{ WORD, MEMBER(unsigned int, member), 0, (const struct word[]){ __VA_ARGS__, { NULL, 0 } } }
static const struct setter setters[NR_OPTIONS] = {
#define OPTION(id, letter, name, arg, verbs, sets, text) [O_##id] = sets,
#include <pfnscope/options.def>
#undef OPTION
};
#undef WORD
#undef MEMORY
#undef NUMBER
#undef TEXT
#undef FORM
#undef FLAG

static int parse_word(const char *name, const char *text, const struct word *words,
		      unsigned int *ret, struct pfs_err *err)
{
	char all[128] = "";
	size_t i, at = 0;

	for (i = 0; words[i].word; i++) {
		if (!strcmp(text, words[i].word)) {
			*ret = words[i].value;
			return 0;
		}
		if (at < sizeof(all))
			at += (size_t)snprintf(all + at, sizeof(all) - at, "%s%s",
					       !i		 ? "" :
					       words[i + 1].word ? ", " :
								   " or ",
					       words[i].word);
	}
	return pfs_err_set(err, EINVAL, "--%s=%s: want %s", name, text, all);
}

#define BATCH_TIMEOUT 600
#define MIN_MEMORY ((uint64_t)16 << 20)	/* below it, not even the libraries fit */

static int parse_number(const char *name, const char *text, unsigned long max, unsigned int *ret,
			struct pfs_err *err)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n > max)
		return pfs_err_set(err, EINVAL, "--%s=%s: want a number up to %lu", name, text,
				   max);
	*ret = (unsigned int)n;
	return 0;
}

static int parse_memory(const char *name, const char *text, uint64_t *ret, struct pfs_err *err)
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
		return pfs_err_set(err, EINVAL, "--%s=%s: want 16M or more", name, text);
	*ret = n << shift;
	return 0;
}

/* value: NULL where the option takes none. */
static int set_option(struct pfs_args *a, enum option_id id, bool is_long, const char *value,
		      struct pfs_err *err)
{
	const struct setter *s = &setters[id];
	const char *name = pfs_options[id].name;
	void *member = (char *)a + s->member;

	switch (s->kind) {
	case FLAG:
		*(bool *)member = true;
		break;
	case FORM:
		*(unsigned int *)member = s->words[is_long].value;
		break;
	case TEXT:
		*(const char **)member = value;
		break;
	case NUMBER:
		return parse_number(name, value, s->max, member, err);
	case MEMORY:
		return parse_memory(name, value, member, err);
	case WORD:
		return parse_word(name, value, s->words, member, err);
	}
	return 0;
}

struct parser {
	char **argv;
	int argc;
	int at; /* word that is being looked at */
	bool hosted;
	struct pfs_args *a;
	uint64_t seen; /* bit 1 << enum option_id */
};

static bool elsewhere(const struct parser *p, unsigned int option)
{
	return pfs_options[option].verbs & (p->hosted ? PFS_OPTION_ALONE : PFS_OPTION_HOSTED);
}

static int unknown_option(const char *word, size_t len, struct pfs_err *err)
{
	char name[32];
	struct pfs_nearest n = { .word = name };
	unsigned int i;

	pfs_err_set(err, EINVAL, "unknown option '%s'", word);
	snprintf(name, sizeof(name), "%.*s", (int)len, word + 2);
	for (i = 0; i < NR_OPTIONS; i++)
		pfs_nearest_try(&n, pfs_options[i].name);
	if (n.best)
		pfs_err_set(err, EINVAL, "unknown option '%s'; did you mean '--%s'?", word, n.best);
	return -EINVAL;
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
		return unknown_option(word, len, err);
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
static int check_options(const struct pfs_args *a, uint64_t seen, bool hosted, struct pfs_err *err)
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
	if (a->verb == PFS_V_LOG && nr != 1)
		return pfs_err_set(err, EINVAL, "'%s' wants one %s", v->name, v->arg);
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

static bool find_verb(const char *word, enum pfs_verb *ret)
{
	int i;

	for (i = 0; i < PFS_NR_VERBS; i++) {
		if (!strcmp(word, pfs_verbs[i].name)) {
			*ret = (enum pfs_verb)i;
			return true;
		}
	}
	return false;
}

/* "help", "help VERB" and "version", for those who expect verbs there. */
static int take_help_word(char ***pos, int *nr, struct pfs_args *a, struct pfs_err *err)
{
	const char *word = *nr ? (*pos)[0] : "";

	a->version |= !strcmp(word, PFS_WORD_VERSION);
	if (strcmp(word, PFS_WORD_HELP))
		return 0;
	++*pos;
	--*nr;
	a->help = PFS_HELP_LONG;
	if (*nr && !find_verb((*pos)[0], &a->verb)) {
		pfs_err_set(err, EINVAL, "no verb '%s'", (*pos)[0]);
		pfs_nearest_verb((*pos)[0], err);
		return -EINVAL;
	}
	return 0;
}

/* The first word; or a later one, where the dump was named before it. */
static void take_verb(char **pos, int *nr, struct pfs_args *a)
{
	int i;

	for (i = 0; i < *nr && !a->has_verb; i++)
		a->has_verb = find_verb(pos[i], &a->verb);
	if (!a->has_verb)
		return;
	memmove(pos + i - 1, pos + i, (size_t)(*nr - i) * sizeof(*pos));
	--*nr;
}

int pfs_args_parse(int argc, char **argv, bool hosted, struct pfs_args *ret, struct pfs_err *err)
{
	struct pfs_args a = { .verb = PFS_V_DIAGNOSE };
	struct parser p = { .argv = argv, .argc = argc, .hosted = hosted, .a = &a };
	char **pos = argv + 1;
	int rc, nr;

	rc = parse_options(&p, &nr, err);
	if (rc)
		return rc;
	rc = take_help_word(&pos, &nr, &a, err);
	if (rc)
		return rc;
	take_verb(pos, &nr, &a);
	if (a.verb == PFS_V_BATCH && !(p.seen >> O_TIMEOUT & 1))
		a.timeout = BATCH_TIMEOUT;
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
