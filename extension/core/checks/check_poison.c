/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of page flags that the free lists and counters contradict. */
#include "core/checks/check.h"

#include "core/pages/classify.h"

#define ULL(x) ((unsigned long long)(x))

/* Per-CPU lists hold pages in batches of up to 63, in stretches that may be contiguous. */
#define MIN_LEAKED_ORDER 7
#define MAX_LOOKS 1024

/*
 * Up to v5.10 and in some later kernels, memory_failure() reports a free page
 * as MF_DELAYED and leaves it on its list. MF_MSG_BUDDY_2ND was removed when it
 * learned to take the page off. Without these enumerators nothing is known.
 */
static bool leaves_free_pages(const struct pfs_model *m)
{
	return !pfs_have(m->facts, PFS_F_MF_MSG_BUDDY) ||
	       pfs_have(m->facts, PFS_F_MF_MSG_BUDDY_2ND);
}

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
		if (leaves_free_pages(c->m)) {
			f->severity = PFS_SEV_NOTE;
			pfs_evidence(
				c, f,
				"memory_failure() of this kernel, as far as is known, leaves free "
				"pages there, for the allocator to refuse");
		}
	}
}

/* Is the page lost, or free? Nobody uses it, it has no type, and it is part of nothing. */
static bool orphan(struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_classifier *c = m->classifier;
	struct pfs_err ignored;
	struct pfs_page p;

	return !pfs_page_get(m, pfn, &p, &ignored) && p.state == PFS_ST_OK && p.has_bytes &&
	       !p.refcount && p.mapcount == -1 && !p.tail &&
	       !(p.flags & (c->reserved_mask | c->head_mask)) && !pfs_page_busy(c, p.bytes);
}

/* The order of the largest buddy block around a page that consists of such pages only. */
static unsigned int orphan_order(struct pfs_model *m, uint64_t pfn)
{
	unsigned int order;
	uint64_t half, i;

	if (!orphan(m, pfn))
		return 0;
	for (order = 1; order < m->classifier->max_order; order++) {
		half = (pfn >> (order - 1) ^ 1) << (order - 1);
		for (i = 0; i < UINT64_C(1) << (order - 1); i++)
			if (!orphan(m, half + i))
				return order - 1;
	}
	return order - 1;
}

/*
 * If a block has a poisoned page in it, check_new_pages() throws it away: no
 * list holds it any more, and nobody owns it. Pages on per-CPU lists look the
 * same, so that only a large block around a poisoned page is reported.
 */
void pfs_check_leaked_blocks(struct pfs_check *c)
{
	const struct pfs_runs *marked = &c->scan->marks[PFS_MARK_HWPOISON];
	const struct pfs_classifier *cl = c->m->classifier;
	uint64_t done = 0, pfn, start;
	unsigned int order, left = MAX_LOOKS;
	struct pfs_finding *f;
	size_t i;

	if (!cl->type_offset || !cl->has_refcount || !pfs_have(c->m->facts, PFS_F_PG_MAPCOUNT))
		return;
	for (i = 0; i < marked->nr; i++) {
		for (pfn = marked->r[i].start; pfn < marked->r[i].end && left; pfn++) {
			if (pfn < done)
				continue;
			left--;
			order = orphan_order(c->m, pfn);
			if (order < MIN_LEAKED_ORDER)
				continue;
			start = pfn >> order << order;
			done = start + (UINT64_C(1) << order);
			f = pfs_find(c, PFS_P_BUDDY_BLOCK_LEAKED, start, done);
			pfs_doubt(f, PFS_CONF_LOW,
				  "the per-CPU lists of the zone, and a count of "
				  "its free pages");
			pfs_evidence(
				c, f,
				"block of order %u round PFN 0x%llx, which has PG_hwpoison: no "
				"page of it is in use, in the buddy allocator or of any type",
				order, ULL(pfn));
		}
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
	    scan->count[PFS_ST_EXCLUDED] || scan->count[PFS_ST_ABSENT] ||
	    scan->count[PFS_ST_UNDECIDABLE] ||
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
		end = pfs_end_pfn(c->m);
	}
	f = pfs_find(c, PFS_P_HWPOISON_COUNT, start, end);
	f->pages = flagged;
	pfs_doubt(f, PFS_CONF_MEDIUM,
		  "the stacks of all tasks (foreach bt in crash): is one in "
		  "memory_failure() or unpoison_memory()");
	pfs_evidence(c, f, "num_poisoned_pages is %lld; %llu struct pages have PG_hwpoison",
		     (long long)counted, ULL(flagged));
	pfs_evidence(c, f, "a task in memory_failure() or unpoison_memory() would explain it");
	if (flagged == 1 && !counted)
		pfs_evidence(c, f,
			     "one page, not counted: its flags are one bit from valid, bit %llu",
			     ULL(pfs_val(facts, PFS_F_FLAG_HWPOISON)));
}
