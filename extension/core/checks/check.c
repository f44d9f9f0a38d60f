/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the checks of checks.def. */
#include "core/checks/check.h"

#include <errno.h>
#include <string.h>

enum needs { MODEL, SCAN };

static const struct {
	void (*run)(struct pfs_check *c);
	enum needs needs;
} checks[] = {
#define CHECK(name, needs) { pfs_check_##name, needs },
#include <pfnscope/checks.def>
#undef CHECK
};

struct pfs_finding *pfs_find(struct pfs_check *c, enum pfs_problem_id id, uint64_t start,
			     uint64_t end)
{
	struct pfs_finding *f =
		pfs_grow(&c->m->arena, &c->out->f, &c->out->nr, &c->out->cap, sizeof(*f));

	if (!f) {
		c->no_memory = true;
		f = &c->out->scratch;
		memset(f, 0, sizeof(*f));
	}
	f->problem = pfs_problem(id);
	f->severity = f->problem->severity;
	f->confidence = PFS_CONF_HIGH;
	f->title = f->problem->title;
	f->start = start;
	f->end = end;
	f->pages = end - start;
	return f;
}

void pfs_evidence(struct pfs_check *c, struct pfs_finding *f, const char *fmt, ...)
{
	const char **line;
	va_list ap;

	va_start(ap, fmt);
	line = pfs_grow(&c->m->arena, &f->evidence, &f->nr_evidence, &f->cap_evidence,
			sizeof(*line));
	if (line)
		*line = pfs_vprintf(&c->m->arena, fmt, ap);
	va_end(ap);
	if (!line || !*line) {
		c->no_memory = true;
		f->nr_evidence = 0;
	}
}

void pfs_doubt(struct pfs_finding *f, enum pfs_confidence confidence, const char *decided_by)
{
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

static int run(struct pfs_model *m, const struct pfs_scan *scan, enum needs needs,
	       struct pfs_findings *out, struct pfs_err *err)
{
	struct pfs_check c = { .m = m, .scan = scan, .out = out };
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].needs == needs)
			checks[i].run(&c);
	return c.no_memory ? pfs_err_set(err, ENOMEM, "checks: out of memory") : 0;
}

int pfs_check_structure(struct pfs_model *m, struct pfs_findings *out, struct pfs_err *err)
{
	return run(m, NULL, MODEL, out, err);
}

int pfs_check_pages(struct pfs_model *m, const struct pfs_scan *scan, struct pfs_findings *out,
		    struct pfs_err *err)
{
	return run(m, scan, SCAN, out, err);
}
