/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what the kernel said of a struct page before it died of something else. */
#include <stdio.h>

#include "core/checks/check.h"

static void put_words(struct pfs_check *c, struct pfs_finding *f, const struct pfs_named_page *n)
{
	char when[64];

	if (n->ts_nsec || !n->line_nr)
		snprintf(when, sizeof(when), "%llu.%06llu s after boot",
			 (unsigned long long)(n->ts_nsec / 1000000000),
			 (unsigned long long)(n->ts_nsec / 1000 % 1000000));
	else
		snprintf(when, sizeof(when), "line %zu", n->line_nr);
	pfs_evidence(c, f, "%s: \"%s\"%s%s%s", when, n->line, n->reason ? ", because \"" : "",
		     n->reason ? n->reason : "", n->reason ? "\"" : "");
}

/*
 * bad_page() and print_bad_pte() (mm/page_alloc.c, mm/memory.c) say what the kernel's own
 * check found, and the machine goes on. The page may have come to anything since.
 */
void pfs_check_log(struct pfs_check *c)
{
	size_t i;

	for (i = 0; i < c->panic->nr_elsewhere; i++) {
		const struct pfs_named_page *n = &c->panic->elsewhere[i];
		struct pfs_page page = { .pfn = 0 };
		struct pfs_err ignored;
		struct pfs_finding *f;
		uint64_t pfn = 0, end;
		bool known;

		if (n->by != PFS_NAMED_BY_CHECK)
			continue;
		/* A log alone may not say which PFN it is, and says nothing of it now. */
		known = pfs_named_pfn(c->m, n, &pfn);
		end = known ? pfn + 1 : 0;
		if (!c->m->log_only && (!known || pfs_page_get(c->m, pfn, &page, &ignored)))
			continue;
		if (known && pfs_found(c, PFS_P_LOG_NAMES_PAGE, pfn, end))
			continue;
		f = pfs_find(c, PFS_P_LOG_NAMES_PAGE, pfn, end);
		put_words(c, f, n);
		if (page.why)
			pfs_evidence(c, f, "now it is %s: %s", pfs_state_name(page.state),
				     page.why);
	}
}
