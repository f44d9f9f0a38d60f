/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the oopses of all architectures have in common, in kernels 3.x to 7.x:
 * who ran where, the call trace, and the lines of BUG, panic, lockups and
 * sysrq. In the log buffer, lines have neither a level nor a time stamp.
 *
 *	kernel BUG at mm/page_alloc.c:1234!
 *	CPU: 16 PID: 1348 Comm: ndctl Kdump: loaded Tainted: G        W
 *	Call Trace:
 *	 move_pfn_range_to_zone+0x128/0x150
 *	---[ end trace 37065490f193895a ]---
 */
#include "core/panic/arch.h"

#include <errno.h>

#define MAX_FRAMES 128

static bool is_lockup(const char *s)
{
	return strstr(s, "BUG: soft lockup - CPU#") ||
	       strstr(s, "Watchdog detected hard LOCKUP on cpu") ||
	       (pfs_starts(s, "INFO: task ") && strstr(s, " blocked for more than ")) ||
	       (pfs_starts(s, "INFO: task ") && strstr(s, " blocked in I/O wait for more than ")) ||
	       (strstr(s, "INFO: rcu") && strstr(s, "stall"));
}

/*
 * Does the kernel report here that something is wrong, and then go on unless it
 * is told to panic?
 */
static bool is_report(const char *s)
{
	return pfs_starts(s, "BUG: Bad page state in process ") ||
	       pfs_starts(s, "BUG: Bad page map in process ") || pfs_starts(s, "BUG: KASAN: ") ||
	       pfs_starts(s, "BUG: KFENCE: ") || pfs_starts(s, "BUG: KMSAN: ") ||
	       pfs_starts(s, "BUG: KCSAN: ") || pfs_starts(s, "UBSAN: ");
}

/* How the kernels of machines that we do not know begin an oops, as far as they are alike. */
static bool is_foreign_head(const char *s)
{
	return pfs_starts(s, "Unable to handle kernel ") || pfs_starts(s, "Internal error: ") ||
	       pfs_starts(s, "BUG: Unable to handle kernel ") ||
	       pfs_starts(s, "BUG: unable to handle ") || pfs_starts(s, "Oops [#") ||
	       pfs_starts(s, "Oops: ") || pfs_starts(s, "Oops[#");
}

enum pfs_oops_line pfs_oops_classify(const struct pfs_oops_arch *arch, const char *text)
{
	const char *s = pfs_skip_space(text);

	/* Most lines are of no interest, and the first letter tells them apart. */
	switch (*s) {
	case 'K':
		return pfs_starts(s, "Kernel panic - not syncing: ") ? PFS_LINE_PANIC :
								       PFS_LINE_OTHER;
	case '-':
		return pfs_starts(s, "---[ end trace") ? PFS_LINE_END : PFS_LINE_OTHER;
	case 'C':
		if (pfs_starts(s, "Call Trace:") || pfs_starts(s, "Call trace:"))
			return PFS_LINE_TRACE;
		break;
	case 'W':
		if (pfs_starts(s, "WARNING: "))
			return PFS_LINE_WARN;
		break;
	case 's':
	case 'S':
		if ((pfs_starts(s, "sysrq: ") || pfs_starts(s, "SysRq : ")) &&
		    strstr(s, "Trigger a crash"))
			return PFS_LINE_SYSRQ;
		break;
	}
	if (pfs_starts(s, "kernel BUG at "))
		return PFS_LINE_HEAD;
	if (is_report(s))
		return PFS_LINE_REPORT;
	if (arch) {
		enum pfs_oops_line kind = arch->classify(s);

		if (kind != PFS_LINE_OTHER)
			return kind;
	} else if (is_foreign_head(s)) {
		return PFS_LINE_HEAD;
	}
	return is_lockup(s) ? PFS_LINE_LOCKUP : PFS_LINE_OTHER;
}

static int set_comm(struct pfs_parser *x, const char *s, size_t n)
{
	if (x->p->comm || !n || n > 63)
		return 0;
	x->p->comm = pfs_strndup(&x->m->arena, s, n);
	return x->p->comm ? 0 : -ENOMEM;
}

/*
 * "CPU: 0 UID: 0 PID: 123 Comm: cat Not tainted ..."; a comm may contain blanks. What a
 * line before it said of CPU or task holds, and a CPU or task that it contradicts is another.
 */
static int parse_cpu(struct pfs_parser *x, const char *s)
{
	static const char *const ends[] = { " Kdump: loaded", " Tainted: ", " Not tainted" };
	int64_t cpu = -1, pid = -1;
	const char *q;
	uint64_t v;
	size_t i, n;

	q = s + strlen("CPU: ");
	if (pfs_take_dec(&q, &v) && v < INT32_MAX)
		cpu = (int64_t)v;
	q = pfs_after(s, " PID: ");
	if (q && pfs_take_dec(&q, &v))
		pid = (int64_t)v;
	if ((x->p->cpu >= 0 && x->p->cpu != cpu) || (x->p->pid >= 0 && x->p->pid != pid))
		return 0;
	x->p->cpu = (int)cpu;
	x->p->pid = pid;
	q = pfs_after(s, " Comm: ");
	if (!q)
		return 0;
	n = strlen(q);
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		const char *e = strstr(q, ends[i]);

		if (e && (size_t)(e - q) < n)
			n = (size_t)(e - q);
	}
	return set_comm(x, q, n);
}

/* "CPU#1 stuck for 22s! [cat:123]", "... on cpu 1", "INFO: task cat:123 blocked for ..." */
static int parse_lockup(struct pfs_parser *x, const char *s)
{
	const char *q, *name = NULL, *colon;
	uint64_t v;

	x->p->kind = PFS_PANIC_LOCKUP;
	if (((q = pfs_after(s, "CPU#")) || (q = pfs_after(s, " on cpu "))) &&
	    pfs_take_dec(&q, &v) && v < INT32_MAX)
		x->p->cpu = (int)v;
	if (pfs_starts(s, "INFO: task "))
		name = s + strlen("INFO: task ");
	else if ((q = pfs_after(s, "! [")))
		name = q;
	if (!name)
		return 0;
	colon = pfs_starts(s, "INFO: task ") ? strstr(name, " blocked ") : strrchr(name, ']');
	if (!colon)
		return 0;
	while (colon > name && *colon != ':')
		colon--;
	q = colon + 1;
	if (colon == name || !pfs_take_dec(&q, &v))
		return 0;
	x->p->pid = (int64_t)v;
	return set_comm(x, name, (size_t)(colon - name));
}

/* "task:sed             state:D stack:0     pid:111   ppid:107 ...": whose trace follows. */
static int parse_task(struct pfs_parser *x, const char *s)
{
	const char *name = s + strlen("task:"), *end = strstr(s, " state:");
	const char *q = pfs_after(s, " pid:");
	uint64_t v;

	if (x->traces || x->p->cpu >= 0 || x->p->pid >= 0 || x->p->comm || !end || !q)
		return 0;
	q = pfs_skip_space(q);
	if (!pfs_take_dec(&q, &v))
		return 0;
	x->p->pid = (int64_t)v;
	while (end > name && end[-1] == ' ')
		end--;
	return set_comm(x, name, end > name ? (size_t)(end - name) : 0);
}

static void parse_head(struct pfs_parser *x, const char *s)
{
	if (x->p->kind != PFS_PANIC_NONE)
		return;
	if (pfs_starts(s, "kernel BUG at "))
		x->p->kind = PFS_PANIC_BUG;
	else if (x->arch)
		x->arch->head(x->p, s);
	else
		x->p->kind = PFS_PANIC_OOPS;
}

static int parse_frame(struct pfs_parser *x, const char *text)
{
	struct pfs_panic *p = x->p;
	struct pfs_frame f, *g;
	bool ok;
	int r;

	if (x->traces != 1 || x->user || p->nr_stack == MAX_FRAMES)
		return 0;
	r = pfs_parse_symbol(x->m, text, &f, &ok);
	if (r || !ok)
		return r;
	g = pfs_grow(&x->m->arena, &p->stack, &p->nr_stack, &x->cap_stack, sizeof(*g));
	if (!g)
		return -ENOMEM;
	*g = f;
	return 0;
}

static int parse_line(struct pfs_parser *x, const char *text)
{
	const char *s = pfs_skip_space(text);
	bool taken = false;
	int r;

	switch (pfs_oops_classify(x->arch, s)) {
	case PFS_LINE_HEAD:
		parse_head(x, s);
		return 0;
	case PFS_LINE_DIE:
		x->arch->die(x->p, s);
		return 0;
	case PFS_LINE_LOCKUP:
		return x->p->kind == PFS_PANIC_NONE ? parse_lockup(x, s) : 0;
	case PFS_LINE_TRACE:
		x->traces++;
		/* Older kernels put the first frames behind it. */
		return 0;
	default:
		break;
	}
	if (pfs_starts(s, "CPU: "))
		return parse_cpu(x, s);
	if (pfs_starts(s, "task:"))
		return parse_task(x, s);
	if (x->arch) {
		r = x->arch->line(x, s, &taken);
		if (r || taken)
			return r;
	}
	return parse_frame(x, text);
}

int pfs_oops_parse(struct pfs_model *m, size_t start, size_t end, struct pfs_oops *o,
		   struct pfs_panic *p)
{
	struct pfs_parser x = { .arch = pfs_oops_arch_of(m), .m = m, .o = o, .p = p };
	size_t i;
	int r = 0;

	for (i = start; i < end && i < m->nr_log && !r; i++)
		if (!m->log[i].other)
			r = parse_line(&x, m->log[i].text);
	return r;
}
