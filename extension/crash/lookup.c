/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols and types of the vmlinux that crash has open. gdb takes 10 ms to 50 ms
 * to find out that it does not know a name; so its answers on types, which are
 * the vmlinux's and not the memory's, are kept while the extension is loaded.
 */
#include <errno.h>
#include <string.h>

#include "crash/crash.h"

#define MAX_ANSWERS 512

enum kind { TYPE_SIZE, MEMBER, ENUMERATOR };

static struct answer {
	enum kind kind;
	char type[48], member[48];
	bool found;
	struct pfs_member value; /* size or enumerator: in offset */
} answers[MAX_ANSWERS];
static unsigned int nr_answers;

static bool ask_crash(enum kind kind, const char *type, const char *member, struct pfs_member *ret)
{
	int64_t value = 0;
	bool found;

	switch (kind) {
	case TYPE_SIZE:
		return pfs_crash_type_size(type, &ret->offset);
	case MEMBER:
		return pfs_crash_member(type, member, ret);
	case ENUMERATOR:
		break;
	}
	found = pfs_crash_enumerator(type, &value);
	ret->offset = (uint64_t)value;
	return found;
}

static int ask(enum kind kind, const char *type, const char *member, struct pfs_member *ret)
{
	struct answer *a = answers, new = { .kind = kind };

	for (; a < answers + nr_answers; a++)
		if (a->kind == kind && !strcmp(a->type, type) && !strcmp(a->member, member))
			break;
	if (a == answers + nr_answers) {
		new.found = ask_crash(kind, type, member, &new.value);
		a = &new;
		/* Cut short by the user, or by an error, it is no answer. */
		if (strlen(type) < sizeof(new.type) && strlen(member) < sizeof(new.member) &&
		    nr_answers < MAX_ANSWERS && !pfs_crash_failed()) {
			strcpy(new.type, type);
			strcpy(new.member, member);
			answers[nr_answers++] = new;
		}
	}
	if (!a->found)
		return -ENOENT;
	*ret = a->value;
	return 0;
}

/* Not kept: this is quick, and a module may bring or take a symbol. */
static int symbol(struct pfs_lookup *l, const char *name, uint64_t *ret)
{
	(void)l;
	return pfs_crash_symbol(name, ret) ? 0 : -ENOENT;
}

static int symbol_at(struct pfs_lookup *l, uint64_t addr, const char **ret_name,
		     uint64_t *ret_offset)
{
	(void)l;
	return pfs_crash_symbol_at(addr, ret_name, ret_offset) ? 0 : -ENOENT;
}

static int type_size(struct pfs_lookup *l, const char *type, uint64_t *ret)
{
	struct pfs_member m;
	int r = ask(TYPE_SIZE, type, "", &m);

	(void)l;
	if (!r)
		*ret = m.offset;
	return r;
}

static int member(struct pfs_lookup *l, const char *type, const char *name, struct pfs_member *ret)
{
	(void)l;
	return ask(MEMBER, type, name, ret);
}

static int enumerator(struct pfs_lookup *l, const char *name, int64_t *ret)
{
	struct pfs_member m;
	int r = ask(ENUMERATOR, name, "", &m);

	(void)l;
	if (!r)
		*ret = (int64_t)m.offset;
	return r;
}

static const struct pfs_lookup_ops ops = {
	.symbol = symbol,
	.symbol_at = symbol_at,
	.type_size = type_size,
	.member = member,
	.enumerator = enumerator,
};

struct pfs_lookup pfs_crash_lookup = { .ops = &ops, .from = "crash" };
