/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks what HVO leaves when a huge page is freed. While the huge page is in
 * use, all pages of its memmap except the first are one shared, read-only page
 * (e7d324850bfc "mm: hugetlb: free the 2nd vmemmap page associated with each
 * HugeTLB page", v5.18):
 *
 *	memmap of a 2 MiB page	| head tail tail .. | = | = | = | = | = | = | = |
 *
 * When it is freed, vmemmap_restore_pte() gives each of them a page of its own.
 * Up to v7.0 that is first a copy of the shared page, including its head, and
 * reset_struct_pages() makes its first struct pages tails again. Kernels that
 * took c7bde43f6daf "mm/hugetlb_vmemmap: fix incorrect vmemmap restore in
 * rollback" (v7.1) without 622026e87c40 "mm/hugetlb: remove fake head pages"
 * (v7.1), after which the shared page has no head, copy the head and reset
 * nothing.
 */
#include "core/checks/check.h"

#define ULL(x) ((unsigned long long)(x))

struct copies {
	uint64_t first, last; /* PFNs of the first struct page of such pages of the memmap */
	uint64_t nr;
};

/*
 * A restored page is writable and mapped by a leaf of its own, while a shared
 * page is read-only. *at is a cursor into the runs of leaves, because PFNs
 * ascend.
 */
static bool restored(const struct pfs_model *m, uint64_t pfn, size_t *at)
{
	uint64_t va = pfs_pfn_to_page(m, pfn);
	const struct pfs_vmemmap_run *r;

	while (*at < m->nr_vmemmap && m->vmemmap[*at].end <= va)
		++*at;
	r = *at < m->nr_vmemmap ? &m->vmemmap[*at] : NULL;
	return r && r->start <= va && r->mapped && r->writable &&
	       r->leaf_size == m->layout.page_size;
}

/* A single copy was not left by this: even the smallest huge page leaves seven. */
static void report(struct pfs_check *c, const struct copies *o, uint64_t per_page)
{
	struct pfs_finding *f;

	if (o->nr < 2)
		return;
	f = pfs_find(c, PFS_P_MEMMAP_HEAD_COPIES, o->first, o->last + per_page);
	f->pages = o->nr * per_page;
	pfs_evidence(c, f,
		     "%llu pages of the memmap, the first at 0x%llx, begin like the head of a huge "
		     "page: PG_head on a page that nobody uses, or its page type",
		     ULL(o->nr), ULL(pfs_pfn_to_page(c->m, o->first)));
	pfs_evidence(c, f, "no huge page begins there, and the struct pages behind are no tails");
	pfs_evidence(c, f,
		     "they are writable, each behind a leaf of its own: not the shared, read-only "
		     "page of a huge page in use");
}

void pfs_check_head_copies(struct pfs_check *c)
{
	const struct pfs_runs *marks = &c->scan->marks[PFS_MARK_HEAD_COPY];
	uint64_t per_page = c->m->layout.page_size / c->m->layout.struct_page;
	struct copies open = { 0 };
	size_t i, leaf = 0;

	for (i = 0; i < marks->nr; i++) {
		uint64_t pfn = marks->r[i].start;

		if (!restored(c->m, pfn, &leaf))
			continue;
		/* Between two huge pages that were freed lies the first page of the next one. */
		if (open.nr && pfn - open.last > 2 * per_page) {
			report(c, &open, per_page);
			open.nr = 0;
		}
		if (!open.nr++)
			open.first = pfn;
		open.last = pfn;
	}
	report(c, &open, per_page);
}
