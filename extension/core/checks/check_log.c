/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what the kernel said of a struct page before it died of something else. */
#include <stdio.h>
#include <string.h>

#include "core/checks/check.h"
#include "core/pages/classify.h"

/* The map count was its page type, which kernels up to v6.9 print as one. */
bool pfs_named_was_free(const struct pfs_model *m, const struct pfs_named_page *n)
{
	const struct pfs_classifier *c = m->classifier;
	uint32_t type;
	size_t at;

	/* A log alone does not say what a page type looks like. */
	if (!c || !c->buddy_mask || !c->type_offset)
		return false;
	at = c->type_offset;
	if (at / 8 < n->nr_raw)
		type = (uint32_t)(n->raw[at / 8] >> at % 8 * 8);
	else if (n->has_counts)
		type = (uint32_t)(n->mapcount - 1);
	else
		return false;
	return (type & c->buddy_mask) == c->buddy_value;
}

/* Where the entry leads, if the dump knows how to read one. */
static void put_entry(struct pfs_check *c, struct pfs_finding *f, const struct pfs_named_page *n)
{
	uint64_t pfn;

	if (!c->m->log_only && pfs_entry_pfn(c->m, n->entry, &pfn))
		pfs_evidence(c, f, "the entry 0x%llx leads to PFN 0x%llx, %s",
			     (unsigned long long)n->entry, (unsigned long long)pfn,
			     pfs_section_of(c->m, pfn) ?
				     "and the kernel printed no page of it" :
				     "which has no section, and no struct page");
}

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
	if (n->by == PFS_NAMED_BY_CHECK && pfs_named_was_free(c->m, n))
		pfs_evidence(c, f,
			     "it was a free block already: it was freed twice, or what lies before "
			     "it was freed over its end, and then this page is innocent");
	if (pfs_named_no_page(n))
		put_entry(c, f, n);
	if (n->owner)
		pfs_evidence(c, f, "page_owner said: \"%s\"", n->owner);
}

static void report(struct pfs_check *c, const struct pfs_named_page *n, const char *title)
{
	struct pfs_page page = { .pfn = 0 };
	struct pfs_finding *f;
	struct pfs_err ignored;
	uint64_t pfn = 0, end;
	bool known = pfs_named_pfn(c->m, n, &pfn), entry = pfs_named_no_page(n);

	/*
	 * A log alone may not say which PFN it is, and what it is now; which list is
	 * corrupt, it says where it tells where the memmap is.
	 */
	if (!c->m->log_only && !entry && (!known || pfs_page_get(c->m, pfn, &page, &ignored)))
		return;
	if (c->m->log_only && !known && n->by != PFS_NAMED_BY_CHECK)
		return;
	end = known ? pfn + 1 : 0;
	if (known && pfs_found(c, PFS_P_LOG_NAMES_PAGE, pfn, end))
		return;
	f = pfs_find(c, PFS_P_LOG_NAMES_PAGE, pfn, end);
	if (title)
		f->title = title;
	put_words(c, f, n);
	if (page.why)
		pfs_evidence(c, f, "now it is %s: %s", pfs_state_name(page.state), page.why);
}

/*
 * A poisoned page is no fault, but one that memory_failure() was done with keeps PG_hwpoison
 * (mm/memory-failure.c: it is cleared by unpoison_memory() alone). What it says of a huge page
 * is in its head, or in a list, and later kernels move it.
 */
static bool lost_poison(const struct pfs_check *c, const struct pfs_named_page *n)
{
	const struct pfs_classifier *cl = c->m->classifier;
	struct pfs_err ignored;
	struct pfs_page page;
	uint64_t pfn;

	if (!cl || !cl->hwpoison_mask || n->unpoisoned || !pfs_named_pfn(c->m, n, &pfn) ||
	    (!strstr(n->line, " recovery action for ") && !strstr(n->line, " page recovery: ")) ||
	    strstr(n->line, "huge") || pfs_page_get(c->m, pfn, &page, &ignored) || !page.has_bytes)
		return false;
	return !page.tail && !(page.flags & (cl->hwpoison_mask | cl->head_mask));
}

/* Of the two list heads that a message names, the one that holds the wrong word, if it does. */
static bool other_head(const struct pfs_panic *p, size_t i)
{
	const struct pfs_named_page *n = &p->elsewhere[i];

	return i && !strcmp(n->line, n[-1].line) && n[-1].word_at;
}

/*
 * bad_page() and print_bad_pte() (mm/page_alloc.c, mm/memory.c) say what the kernel's own
 * check found, lib/list_debug.c that a list is corrupt, the sanitizers that an access was
 * wrong, and the machine goes on. The page may have come to anything since.
 */
void pfs_check_log(struct pfs_check *c)
{
	size_t i;

	for (i = 0; i < c->panic->nr_elsewhere; i++) {
		const struct pfs_named_page *n = &c->panic->elsewhere[i];

		switch (n->by) {
		case PFS_NAMED_BY_CHECK:
			report(c, n,
			       pfs_named_no_page(n) ? "the kernel itself called a page table "
						      "entry bad, earlier" :
						      NULL);
			break;
		case PFS_NAMED_BY_LIST:
			if (!other_head(c->panic, i))
				report(c, n,
				       "the kernel called a list with this page corrupt, earlier");
			break;
		case PFS_NAMED_BY_SAN:
			report(c, n, "an access to this struct page was reported, earlier");
			break;
		case PFS_NAMED_BY_MCE:
			if (lost_poison(c, n))
				report(c, n,
				       "memory failure was handled here, and PG_hwpoison is not set");
			break;
		case PFS_NAMED_BY_DUMP:
		case PFS_NAMED_BY_PANIC:
			break;
		}
	}
}
