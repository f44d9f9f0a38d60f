/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what the kernel said of a struct page before it died of something else. */
#include "core/checks/check.h"

/*
 * bad_page() and print_bad_pte() (mm/page_alloc.c, mm/memory.c) say what the kernel's own
 * check found, and the machine goes on. The page may have come to anything since.
 */
void pfs_check_log(struct pfs_check *c)
{
	size_t i;

	for (i = 0; i < c->panic->nr_elsewhere; i++) {
		const struct pfs_named_page *n = &c->panic->elsewhere[i];
		struct pfs_finding *f;
		struct pfs_page page;
		struct pfs_err ignored;
		uint64_t pfn;

		if (n->by != PFS_NAMED_BY_CHECK || !pfs_named_pfn(c->m, n, &pfn) ||
		    pfs_page_get(c->m, pfn, &page, &ignored) ||
		    pfs_found(c, PFS_P_LOG_NAMES_PAGE, pfn, pfn + 1))
			continue;
		f = pfs_find(c, PFS_P_LOG_NAMES_PAGE, pfn, pfn + 1);
		pfs_evidence(c, f, "%llu.%06llu s after boot: \"%s\"%s%s%s",
			     (unsigned long long)(n->ts_nsec / 1000000000),
			     (unsigned long long)(n->ts_nsec / 1000 % 1000000), n->line,
			     n->reason ? ", because \"" : "", n->reason ? n->reason : "",
			     n->reason ? "\"" : "");
		pfs_evidence(c, f, "now it is %s: %s", pfs_state_name(page.state), page.why);
	}
}
