/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of page flags that the free lists and counters contradict. */
#include "core/check.h"

#define ULL(x) ((unsigned long long)(x))

void pfs_check_free_flags(struct pfs_check *c)
{
	const struct pfs_runs *reserved = &c->scan->marks[PFS_MARK_RESERVED_FREE];
	const struct pfs_runs *poisoned = &c->scan->marks[PFS_MARK_HWPOISON_FREE];
	struct pfs_finding *f;
	size_t i;

	for (i = 0; i < reserved->nr; i++) {
		f = pfs_find(c, PFS_P_RESERVED_DISAGREEMENT, reserved->r[i].start,
			     reserved->r[i].end);
		pfs_evidence(c, f, "in the buddy allocator, and PG_reserved is set");
		if (f->pages == 1)
			pfs_evidence(c, f,
				     "one page alone: its flags are one bit from valid, bit %llu",
				     ULL(pfs_val(c->m->facts, PFS_F_FLAG_RESERVED)));
	}
	for (i = 0; i < poisoned->nr; i++) {
		f = pfs_find(c, PFS_P_HWPOISON_IN_BUDDY, poisoned->r[i].start, poisoned->r[i].end);
		pfs_evidence(c, f, "in the buddy allocator, and PG_hwpoison is set");
		if (pfs_have(c->m->facts, PFS_F_TAKE_OFF_BUDDY)) {
			pfs_evidence(c, f,
				     "this kernel has take_page_off_buddy(): memory_failure() does "
				     "not leave them there");
			continue;
		}
		f->severity = PFS_SEV_NOTE;
		pfs_evidence(c, f,
			     "before v5.10 memory_failure() left them there, for the allocator to "
			     "refuse; whether this kernel does is not known");
	}
}

/*
 * Every place that sets PG_hwpoison counts the page, and nothing else does, up
 * to and including v7.3; but memory_failure() does both at different times, a
 * huge page counts its poisoned parts and flags its head, and ZONE_DEVICE
 * pages are not counted in every version. So this says nothing where one of
 * those may be the reason.
 */
void pfs_check_hwpoison_count(struct pfs_check *c)
{
	const struct pfs_scan *scan = c->scan;
	const struct pfs_runs *marked = &scan->marks[PFS_MARK_HWPOISON];
	const struct pfs_facts *facts = c->m->facts;
	uint64_t flagged = 0, start = 0, end = 0;
	unsigned char buf[8];
	struct pfs_finding *f;
	int64_t counted;
	size_t i;

	if (!pfs_have(facts, PFS_F_FLAG_HWPOISON) || !pfs_have(facts, PFS_F_NUM_POISONED) ||
	    !scan->complete || !c->m->nr_sections || scan->marks[PFS_MARK_HWPOISON_VAGUE].nr ||
	    scan->count[PFS_ST_EXCLUDED] ||
	    scan->count[PFS_ST_ABSENT] || scan->count[PFS_ST_UNDECIDABLE] ||
	    pfs_read_va(c->m->mem, pfs_val(facts, PFS_F_NUM_POISONED), buf, 8, NULL))
		return;
	counted = (int64_t)pfs_le64(buf);
	for (i = 0; i < marked->nr; i++) {
		flagged += marked->r[i].end - marked->r[i].start;
		start = marked->r[0].start;
		end = marked->r[i].end;
	}
	if (counted >= 0 && flagged == (uint64_t)counted)
		return;
	if (!flagged) {
		start = c->m->sections[0].nr * c->m->layout.pages_per_section;
		end = (c->m->sections[c->m->nr_sections - 1].nr + 1) *
		      c->m->layout.pages_per_section;
	}
	f = pfs_find(c, PFS_P_HWPOISON_COUNT, start, end);
	f->pages = flagged;
	f->confidence = PFS_CONF_MEDIUM;
	pfs_evidence(c, f, "num_poisoned_pages is %lld; %llu struct pages have PG_hwpoison",
		     (long long)counted, ULL(flagged));
	pfs_evidence(c, f, "a task in memory_failure() or unpoison_memory() would explain it");
	if (flagged == 1 && !counted)
		pfs_evidence(c, f,
			     "one page, not counted: its flags are one bit from valid, bit %llu",
			     ULL(pfs_val(facts, PFS_F_FLAG_HWPOISON)));
}
