/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the kernel reported in a log: oopses, panics, lockups, warnings, bad pages.
 * Which of them killed the machine is for panic.c to say.
 */
#include "core/panic/arch.h"

#include <errno.h>

#define MAX_EVENTS 256

/* A die() this close behind the head of a fault is its title. */
#define TITLE_WITHIN 32

static const char *kind_of(enum pfs_oops_line line, const struct pfs_panic *p)
{
	switch (line) {
	case PFS_LINE_WARN:
		return "warning";
	case PFS_LINE_REPORT:
		return "report";
	case PFS_LINE_SYSRQ:
		return pfs_panic_kind_name(PFS_PANIC_SYSRQ);
	case PFS_LINE_PANIC:
		return pfs_panic_kind_name(PFS_PANIC_OTHER);
	default:
		return pfs_panic_kind_name(p->kind);
	}
}

static bool opens(enum pfs_oops_line line)
{
	return line != PFS_LINE_OTHER && line != PFS_LINE_TRACE && line != PFS_LINE_END;
}

/* The line behind the event that begins at start. */
static size_t end_of(const struct pfs_model *m, const struct pfs_oops_arch *arch, size_t start)
{
	enum pfs_oops_line first = pfs_oops_classify(arch, m->log[start].text), line;
	bool titled = first != PFS_LINE_HEAD;
	size_t i;

	for (i = start + 1; i < m->nr_log; i++) {
		line = pfs_oops_classify(arch, m->log[i].text);
		if (line == PFS_LINE_DIE && !titled && i - start < TITLE_WITHIN) {
			titled = true;
			continue;
		}
		if (line == PFS_LINE_END || opens(line))
			break;
	}
	return i;
}

static int add(struct pfs_model *m, struct pfs_events *l, size_t start, size_t end,
	       enum pfs_oops_line line, const struct pfs_panic *p)
{
	struct pfs_event e = { .line = start }, *new;
	int r;

	e.deadly = p->message == m->log[start].text;
	if (l->nr >= MAX_EVENTS && !e.deadly) {
		l->more++;
		return 0;
	}
	r = pfs_panic_parse(m, start, end, &e.panic);
	if (r)
		return r;
	e.kind = e.deadly ? pfs_panic_kind_name(p->kind) : kind_of(line, &e.panic);
	new = pfs_grow(&m->arena, &l->e, &l->nr, &l->cap, sizeof(*new));
	if (!new)
		return -ENOMEM;
	*new = e;
	return 0;
}

int pfs_panic_events(struct pfs_model *m, const struct pfs_panic *p, struct pfs_events *ret,
		     struct pfs_err *err)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	size_t i, end;
	int r = 0;

	*ret = (struct pfs_events){ .nr = 0 };
	/* What is not the panic's is an event of its own. */
	pfs_log_forget_others(m);
	for (i = 0; i < m->nr_log && !r; i = end) {
		enum pfs_oops_line line = pfs_oops_classify(arch, m->log[i].text);

		end = i + 1;
		if (!opens(line))
			continue;
		end = end_of(m, arch, i);
		r = add(m, ret, i, end, line, p);
	}
	return r ? pfs_err_set(err, -r, "events: out of memory") : 0;
}

/*
 * "CPU: 0 PID: 1 Comm: cat Tainted: G  W  6.1.0-13-amd64 #1 Debian 6.1.55-1": what is
 * before the number of the build.
 */
const char *pfs_panic_release(struct pfs_model *m)
{
	const char *s, *q;
	size_t i;

	for (i = m->nr_log; i--;) {
		s = pfs_skip_space(m->log[i].text);
		if (!pfs_starts(s, "CPU: ") || !(s = pfs_after(s, "ainted")))
			continue;
		q = strstr(s, " #");
		if (!q)
			continue;
		for (s = q; s[-1] != ' '; s--)
			;
		/* Old kernels end in the version of their build, or have none. */
		if (*s >= '0' && *s <= '9' && q - s < 64)
			return pfs_strndup(&m->arena, s, (size_t)(q - s));
	}
	return NULL;
}
