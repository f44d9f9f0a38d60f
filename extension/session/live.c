/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a second look at memory that is in use. A struct page that is just
 * being initialised, or a list that is being changed, looks broken for a
 * moment; and a value may be torn, with one half read before and one half after
 * a change. So what was found has to be there again when all of it is read
 * again. What is gone becomes a note with low confidence.
 */
#include <errno.h>
#include <stdlib.h>

#include "session/session.h"

struct look {
	struct pfs_model model;
	struct pfs_scan scan;
	struct pfs_findings findings;
};

static bool again(const struct pfs_findings *second, const struct pfs_finding *f)
{
	size_t i;

	for (i = 0; i < second->nr; i++) {
		const struct pfs_finding *g = &second->f[i];

		/* A finding without pages overlaps nothing: what counts is where it begins. */
		if (g->problem == f->problem && g->severity >= f->severity &&
		    (g->start == f->start || (g->start < f->end && f->start < g->end)))
			return true;
	}
	return false;
}

static int look_again(struct pfs_session *s, const struct pfs_session_opts *o, struct look *l,
		      struct pfs_err *err)
{
	unsigned int jobs = o->jobs ? o->jobs : 1;
	int r = pfs_session_decode(s, &l->model, err);

	if (!r)
		r = pfs_check_structure(&l->model, &l->findings, err);
	if (!r)
		r = pfs_scan_all(&l->model, jobs, NULL, NULL, &l->scan, err);
	if (!r)
		r = pfs_check_pages(&l->model, &l->scan, &l->findings, err);
	return r;
}

int pfs_session_confirm(struct pfs_session *s, const struct pfs_session_opts *o,
			struct pfs_err *err)
{
	struct look *l;
	size_t i;
	int r;

	if (!s->findings.nr)
		return 0;
	l = calloc(1, sizeof(*l));
	if (!l)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = look_again(s, o, l, err);
	if (r == -ENOMEM)
		goto out;
	for (i = 0; i < s->findings.nr; i++) {
		struct pfs_finding *f = &s->findings.f[i];

		if (!r && again(&l->findings, f))
			continue;
		f->severity = PFS_SEV_NOTE;
		f->confidence = PFS_CONF_LOW;
		f->decided_by = "check again: what is broken stays so";
		if (!pfs_lines_add(&s->model.arena, &f->evidence,
				   r ? "memory changed so much that it could not be read again" :
				       "gone when memory was read again: the kernel was at work "
				       "there")) {
			r = pfs_err_set(err, ENOMEM, "out of memory");
			goto out;
		}
	}
	r = 0;
out:
	pfs_model_deinit(&l->model);
	free(l);
	return r;
}
