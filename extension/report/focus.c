/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page that a picture is about, with the pages around it. */
#include <string.h>

#include "report/ticket.h"

/* The worst finding with a range; the first of these. */
static const struct pfs_finding *worst(const struct pfs_findings *f)
{
	const struct pfs_finding *best = NULL;
	size_t i;

	for (i = 0; i < f->nr; i++)
		if (f->f[i].severity > PFS_SEV_NOTE && f->f[i].end > f->f[i].start &&
		    (!best || f->f[i].severity > best->severity))
			best = &f->f[i];
	return best;
}

/*
 * The rows before and behind the page's own lie within the neighbourhood that a
 * distilled dump keeps, so that it gives the same picture.
 */
void pfs_focus_find(struct pfs_session *s, struct pfs_focus *ret)
{
	const struct pfs_finding *f = worst(&s->findings);
	struct pfs_err ignored;
	struct pfs_page page;
	unsigned int i;

	memset(ret, 0, sizeof(*ret));
	if (s->has_verdict && s->verdict.has_pfn) {
		ret->culprit = true;
		ret->pfn = s->verdict.page.pfn;
		ret->what = "the page of the panic";
	} else if (f) {
		ret->pfn = f->start;
		ret->what = f->problem->code;
	} else {
		return;
	}
	ret->has = true;
	ret->start = ret->pfn / PFS_FOCUS_ROW * PFS_FOCUS_ROW;
	if (ret->start >= PFS_FOCUS_ROW)
		ret->start -= PFS_FOCUS_ROW;
	for (i = 0; i < PFS_FOCUS_PAGES; i++) {
		if (pfs_page_get(&s->model, ret->start + i, &page, &ignored))
			continue;
		ret->page[i].known = true;
		ret->page[i].state = page.state;
	}
}
