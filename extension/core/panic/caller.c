/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several CPUs print at once, and their lines are mixed. The log says of each record who
 * printed it (struct printk_info, from v5.10 on; before that with CONFIG_PRINTK_CALLER): what
 * others than the one that died printed is left out. Where it does not, a WARNING of another
 * CPU inside an oops is known by its CPU, and ends with its end trace.
 */
#include "core/panic/arch.h"

#define MAX_WARNING 128

/* The line by which the machine died: the first panic, else the last oops; nr_log: none. */
static size_t killer(const struct pfs_model *m, const struct pfs_oops_arch *arch)
{
	size_t i, last = m->nr_log;

	for (i = 0; i < m->nr_log; i++) {
		enum pfs_oops_line kind = pfs_oops_classify(arch, m->log[i].text);

		if (kind == PFS_LINE_PANIC)
			return i;
		if (kind == PFS_LINE_HEAD || kind == PFS_LINE_DIE)
			last = i;
	}
	return last;
}

/* "CPU: 0 PID: 123 Comm: cat ...", "WARNING: CPU: 1 PID: 1 at ..." */
static bool take_cpu(const char *s, uint64_t *ret)
{
	const char *q = pfs_starts(s, "CPU: ")		? s + 5 :
			pfs_starts(s, "WARNING: CPU: ") ? s + 14 :
							  NULL;

	return q && pfs_take_dec(&q, ret);
}

/* Where the WARNING ends that begins at this line; the line itself: that is not known. */
static size_t warning_end(const struct pfs_model *m, const struct pfs_oops_arch *arch, size_t start)
{
	size_t i;

	for (i = start + 1; i < m->nr_log && i - start < MAX_WARNING; i++) {
		switch (pfs_oops_classify(arch, m->log[i].text)) {
		case PFS_LINE_END:
			return i + 1;
		case PFS_LINE_HEAD:
		case PFS_LINE_DIE:
		case PFS_LINE_WARN:
		case PFS_LINE_PANIC:
			return start;
		default:
			break;
		}
	}
	return start;
}

static void by_cpu(struct pfs_model *m, const struct pfs_oops_arch *arch)
{
	bool open = false, known = false;
	uint64_t cpu = 0, other;
	size_t i, end;

	for (i = 0; i < m->nr_log; i++) {
		const char *s = pfs_skip_space(m->log[i].text);

		switch (pfs_oops_classify(arch, s)) {
		case PFS_LINE_HEAD:
			known = false;
			open = true;
			break;
		case PFS_LINE_DIE:
			open = true;
			break;
		case PFS_LINE_END:
		case PFS_LINE_PANIC:
			open = false;
			break;
		case PFS_LINE_WARN:
			if (!open || !known || !take_cpu(s, &other) || other == cpu)
				break;
			for (end = warning_end(m, arch, i); i < end; i++)
				m->log[i].other = true;
			if (i && m->log[i - 1].other)
				i--;
			break;
		default:
			if (open && !known)
				known = take_cpu(s, &cpu);
			break;
		}
	}
}

void pfs_log_mark_others(struct pfs_model *m)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	size_t i, by = killer(m, arch);

	if (by == m->nr_log)
		return;
	if (!m->log[by].has_caller) {
		by_cpu(m, arch);
		return;
	}
	for (i = 0; i < m->nr_log; i++)
		m->log[i].other = m->log[i].has_caller && m->log[i].caller != m->log[by].caller;
}

bool pfs_log_forget_others(struct pfs_model *m)
{
	bool any = false;
	size_t i;

	for (i = 0; i < m->nr_log; i++) {
		any = any || m->log[i].other;
		m->log[i].other = false;
	}
	return any;
}
