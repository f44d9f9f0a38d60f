/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks that the struct pages of a device are ZONE_DEVICE from the end of its
 * altmap reserve on.
 */
#include "core/checks/check.h"

#include "core/pages/classify.h"

#define ULL(x) ((unsigned long long)(x))

/* First PFN of a pagemap that memmap_init_zone_device() initialises. */
static uint64_t initialised_from(const struct pfs_pgmap *p)
{
	uint64_t start, end;

	return pfs_altmap_reserve(p, &start, &end) ? end : p->start_pfn;
}

/* Initialised, but as something else: a hole of the early section, or RAM. */
static bool of_another_zone(enum pfs_state s)
{
	return s == PFS_ST_OK || s == PFS_ST_RESERVED || s == PFS_ST_FREE;
}

static void look_closer(struct pfs_check *c, const struct pfs_pgmap *p, uint64_t start,
			uint64_t end, struct pfs_finding **f)
{
	struct pfs_err ignored;
	struct pfs_page page;
	uint64_t pfn;

	for (pfn = start; pfn < end; pfn++) {
		if (pfs_page_get(c->m, pfn, &page, &ignored) || !of_another_zone(page.state))
			continue;
		if (*f && (*f)->end == pfn) {
			(*f)->end++;
			(*f)->pages++;
			continue;
		}
		*f = pfs_find(c, PFS_P_PGMAP_UNINITIALISED, pfn, pfn + 1);
		pfs_doubt(*f, PFS_CONF_MEDIUM,
			  "the stacks of all tasks (foreach bt in crash): is "
			  "one in memremap_pages()");
		pfs_evidence(c, *f,
			     "device pagemap 0x%llx covers them, and they are not ZONE_DEVICE",
			     ULL(p->va));
		pfs_evidence(c, *f, "struct page of PFN 0x%llx: node %u, zone %u (%s)", ULL(pfn),
			     page.node, page.zone, page.why);
		pfs_evidence(c, *f,
			     "a task in memremap_pages(), before memmap_init_zone_device(), would "
			     "explain it");
	}
}

/* Pages whose state is a finding of its own; their runs are in order. */
static uint64_t abnormal(const struct pfs_scan *s, uint64_t start, uint64_t end)
{
	size_t lo = 0, hi = s->nr_runs, mid;
	uint64_t sum = 0;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->runs[mid].end <= start)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < s->nr_runs && s->runs[lo].start < end; lo++) {
		uint64_t a = s->runs[lo].start > start ? s->runs[lo].start : start;
		uint64_t b = s->runs[lo].end < end ? s->runs[lo].end : end;

		sum += a < b ? b - a : 0;
	}
	return sum;
}

/* The counts of the scan say where to look. */
void pfs_check_pgmap_pages(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	uint64_t per = m->layout.pages_per_section;
	size_t i, j;

	if (!m->classifier->has_links || m->classifier->device_zone < 0 || !m->pgmaps_known ||
	    !c->scan->sections)
		return;
	for (i = 0; i < m->nr_pgmaps; i++) {
		const struct pfs_pgmap *p = &m->pgmaps[i];
		struct pfs_finding *f = NULL;

		for (j = 0; j < m->nr_sections; j++) {
			const uint32_t *count = c->scan->sections[j].count;
			uint64_t start = m->sections[j].nr * per, end = start + per;
			uint64_t from = initialised_from(p), covered;

			start = start > p->start_pfn ? start : p->start_pfn;
			end = end < p->end_pfn ? end : p->end_pfn;
			/* The reserve's pages may be ZONE_DEVICE, and are counted too. */
			covered = start < end ? end - start : 0;
			if (count[PFS_ST_DEVICE] >= covered ||
			    !(count[PFS_ST_OK] + count[PFS_ST_RESERVED] + count[PFS_ST_FREE]) ||
			    count[PFS_ST_DEVICE] >= covered - abnormal(c->scan, start, end))
				continue;
			start = start > from ? start : from;
			if (start < end)
				look_closer(c, p, start, end, &f);
		}
	}
}
