/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes findings. Every check calls this, and it knows none of them. */
#include "core/checks/check.h"

#include <string.h>

bool pfs_lines_add(struct pfs_arena *a, struct pfs_lines *l, const char *text)
{
	const char **line = pfs_grow(a, &l->line, &l->nr, &l->cap, sizeof(*line));

	if (!line || !text) {
		l->nr = 0;
		return false;
	}
	*line = text;
	return true;
}

bool pfs_lines_vprintf(struct pfs_arena *a, struct pfs_lines *l, const char *fmt, va_list ap)
{
	return pfs_lines_add(a, l, pfs_vprintf(a, fmt, ap));
}

struct pfs_finding *pfs_find(struct pfs_check *c, enum pfs_problem_id id, uint64_t start,
			     uint64_t end)
{
	struct pfs_finding *f = pfs_grow(&c->m->arena, &c->out->f, &c->out->nr, &c->out->cap,
					 sizeof(*f));

	if (!f) {
		c->no_memory = true;
		f = &c->out->scratch;
		memset(f, 0, sizeof(*f));
	}
	f->problem = pfs_problem(id);
	f->severity = f->problem->severity;
	f->confidence = pfs_inferred(c->m) ? PFS_CONF_MEDIUM : PFS_CONF_HIGH;
	f->decided_by = pfs_inferred(c->m) ? PFS_INFERRED_DECIDED_BY : NULL;
	f->title = f->problem->title;
	f->start = start;
	f->end = end;
	f->pages = end - start;
	return f;
}

void pfs_evidence(struct pfs_check *c, struct pfs_finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!pfs_lines_vprintf(&c->m->arena, &f->evidence, fmt, ap))
		c->no_memory = true;
	va_end(ap);
}

void pfs_doubt(struct pfs_finding *f, enum pfs_confidence confidence, const char *decided_by)
{
	/* What lowered it more has the word. */
	if (f->decided_by && confidence >= f->confidence)
		return;
	f->confidence = confidence;
	f->decided_by = decided_by;
}

bool pfs_found(const struct pfs_check *c, enum pfs_problem_id id, uint64_t start, uint64_t end)
{
	size_t i;

	for (i = 0; i < c->out->nr; i++)
		if (c->out->f[i].problem == pfs_problem(id) && c->out->f[i].start < end &&
		    c->out->f[i].end > start)
			return true;
	return false;
}

int pfs_one_bit(uint64_t is, uint64_t should)
{
	uint64_t differ = is ^ should;

	return differ && !(differ & (differ - 1)) ? __builtin_ctzll(differ) : -1;
}
