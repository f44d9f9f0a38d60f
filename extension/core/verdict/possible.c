/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which known bugs a panic could be of, by what it was seen with and what it looks like. */
#include <string.h>

#include "core/panic/parse.h"
#include "core/verdict/deciding.h"

#define NEAR 6 /* frames of the trace that tell */
#define MAX_POSSIBLE 6
#define NR_MECH_FIXES (sizeof(((struct pfs_mechanism *)0)->fixes) / sizeof(struct pfs_fix *))

/* Compilers clone functions under names with a dot. */
static bool is_function(const char *name, const char *item, size_t len)
{
	return name && strcspn(name, ".") == len && !memcmp(name, item, len);
}

/* What bugs of all kinds end in: it counts beside something particular, not alone. */
static bool is_common(const char *item, size_t len)
{
	static const char *const common[] = {
		"Bad page state",	  "list_del corruption", "list_add corruption",
		"__list_del_entry_valid", "__list_add_valid",
	};
	size_t i;

	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strlen(common[i]) == len && !memcmp(common[i], item, len))
			return true;
	return false;
}

/* How near the fault is to the function: 4, 2, 1; 0: it is not there. */
static int function_score(const struct pfs_panic *p, const char *item, size_t len)
{
	size_t i, n = 0;

	if (is_function(p->function, item, len))
		return is_common(item, len) ? 1 : 4;
	for (i = 0; i < p->nr_stack && n < NEAR; i++) {
		const struct pfs_frame *f = &p->stack[i];

		if (f->guess || f->added || !f->function)
			continue;
		n++;
		if (is_function(f->function, item, len))
			return n > 3 || is_common(item, len) ? 1 : 2;
	}
	return 0;
}

static bool words_have(const struct pfs_deciding *d, const char *item, size_t len)
{
	const struct pfs_panic *p = d->p;
	size_t i;

	if (p->message && pfs_line_has(p->message, item, len))
		return true;
	for (i = 0; i < p->nr_named; i++)
		if (pfs_line_has(p->named[i].line, item, len) ||
		    (p->named[i].reason && pfs_line_has(p->named[i].reason, item, len)))
			return true;
	return false;
}

/* Is the bug one of another machine? The catalogue begins with its name then. */
static bool of_another_machine(const struct pfs_deciding *d, const struct pfs_fix *fix)
{
	static const struct {
		const char *word, *arch;
	} machines[] = {
		{ "arm64", "aarch64" },	      { "arm:", "arm" },	{ "32-bit ARM", "arm" },
		{ "ppc64", "ppc64le" },	      { "powerpc", "ppc64le" }, { "book3s64", "ppc64le" },
		{ "riscv", "riscv64" },	      { "s390", "s390x" },	{ "x86", "x86_64" },
		{ "LoongArch", "loongarch" },
	};
	const char *arch = d->m->mem->arch ? d->m->mem->arch->name : NULL;
	size_t i;

	for (i = 0; arch && i < sizeof(machines) / sizeof(machines[0]); i++) {
		size_t n = strlen(machines[i].word);

		if (strcmp(arch, machines[i].arch) && (!strncmp(fix->title, machines[i].word, n) ||
						       !strncmp(fix->sign, machines[i].word, n)))
			return true;
	}
	return false;
}

/* "v5.9", "6.12.118-amd64": major and minor in one number; 0: none. */
static uint64_t version(const char *s)
{
	uint64_t major, minor;

	s += *s == 'v';
	if (!pfs_take_dec(&s, &major) || *s++ != '.' || !pfs_take_dec(&s, &minor))
		return 0;
	return major << 32 | minor;
}

/* Does the release say that the fix is in it? A vendor may have left it out, or undone it. */
static bool should_have(const struct pfs_deciding *d, const struct pfs_fix *fix)
{
	uint64_t in = version(fix->in);

	return in && version(d->m->facts->release) >= in;
}

static const struct pfs_mechanism *ended_by(const struct pfs_fix *fix)
{
	const struct pfs_mechanism *mech;
	size_t nr, i, k;

	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++)
		for (k = 0; k < NR_MECH_FIXES && mech[i].fixes[k]; k++)
			if (!strcmp(mech[i].fixes[k]->id, fix->id))
				return &mech[i];
	return NULL;
}

/* How well the bug fits, and the best item of what it was seen with. */
static int score(const struct pfs_deciding *d, const struct pfs_fix *fix, bool *ret_function,
		 const char **ret_item, size_t *ret_len)
{
	const char *list = fix->seen, *item;
	int sum = 0, best = 0, s;
	size_t len;

	*ret_function = false;
	while ((item = pfs_list_item(&list, &len))) {
		s = function_score(d->p, item, len);
		*ret_function |= s > 1;
		if (!s && words_have(d, item, len))
			s = is_common(item, len) ? 1 : 2;
		sum += s;
		if (s > best) {
			best = s;
			*ret_item = item;
			*ret_len = len;
		}
	}
	if (best < 2)
		return 0;
	if (d->has_symptom && *fix->shows)
		sum += pfs_fix_shows(fix, pfs_problem(d->symptom)->code) ? 3 : -3;
	return sum;
}

static void add_possible(struct pfs_deciding *d, const struct pfs_fix *fix, int sum,
			 const char *because)
{
	struct pfs_verdict *v = d->v;
	struct pfs_possible new = { fix, ended_by(fix), because, sum }, *p;
	size_t i;

	if (v->nr_possible < MAX_POSSIBLE &&
	    !pfs_grow(&d->m->arena, &v->possible, &v->nr_possible, &v->cap_possible, sizeof(*p))) {
		d->no_memory = true;
		return;
	}
	/* The last place is free, or whose is there falls out. */
	for (i = v->nr_possible - 1; i && v->possible[i - 1].score < sum; i--)
		v->possible[i] = v->possible[i - 1];
	if (i < v->nr_possible - 1 || v->possible[i].score < sum)
		v->possible[i] = new;
}

bool pfs_find_possible(struct pfs_deciding *d)
{
	const struct pfs_fix *fix;
	const char *item = NULL;
	size_t nr, i, len = 0;
	bool any = false, function, shows;
	int sum;

	fix = pfs_fixes(&nr);
	for (i = 0; i < nr; i++) {
		sum = score(d, &fix[i], &function, &item, &len);
		if (should_have(d, &fix[i]))
			sum -= 2;
		if (sum < 2 || of_another_machine(d, &fix[i]))
			continue;
		any |= function;
		shows = d->has_symptom && pfs_fix_shows(&fix[i], pfs_problem(d->symptom)->code);
		add_possible(d, &fix[i], sum,
			     pfs_or_oom(d, pfs_printf(&d->m->arena, "it was seen with %.*s%s%s%s",
						      (int)len, item, shows ? ", and leaves " : "",
						      shows ? pfs_problem(d->symptom)->code : "",
						      should_have(d, &fix[i]) ?
							      "; a kernel of this release should "
							      "have it" :
							      "")));
	}
	return any;
}
