/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes over the scan of the original dump, for the struct pages that a
 * distilled dump does not have. It comes from the same file as the pages, which
 * need not be honest: it is taken only if it adds up and contradicts no page
 * that is there.
 */
#include "core/pages/page.h"

#include <errno.h>
#include <string.h>

#define ULL(x) ((unsigned long long)(x))

/* Are the runs in ascending order and inside the sections? *ret_inside is their sum. */
static int sum_section(const struct pfs_model *m, const struct pfs_section *s,
		       const struct pfs_scan *whole, size_t *next, uint64_t sum[PFS_NR_STATES],
		       uint64_t *ret_inside)
{
	uint64_t from = s->nr * m->layout.pages_per_section;
	uint64_t to = from + m->layout.pages_per_section;

	for (; *next < whole->nr_runs && whole->runs[*next].start < to; ++*next) {
		const struct pfs_run *r = &whole->runs[*next];
		uint64_t a = r->start > from ? r->start : from, b = r->end < to ? r->end : to;

		if (a >= b)
			return -EINVAL;
		sum[r->state] += b - a;
		*ret_inside += b - a;
		if (r->end > to)
			break;
	}
	return 0;
}

/*
 * Does each section have as many pages as its counts say, and do runs cover
 * those in abnormal states?
 */
static int check_counts(const struct pfs_model *m, const struct pfs_scan *scan,
			const struct pfs_scan *whole, struct pfs_err *err)
{
	uint64_t inside = 0, total = 0;
	size_t i, next = 0;
	int st;

	for (i = 0; i < whole->nr_runs; i++) {
		total += whole->runs[i].end - whole->runs[i].start;
		if (i && whole->runs[i].start < whole->runs[i - 1].end)
			return pfs_err_set(err, EINVAL, "run at PFN 0x%llx: out of order",
					   ULL(whole->runs[i].start));
	}
	for (i = 0; i < m->nr_sections; i++) {
		uint64_t sum[PFS_NR_STATES] = { 0 }, was = 0, is = 0;

		if (sum_section(m, &m->sections[i], whole, &next, sum, &inside))
			break;
		for (st = 0; st < PFS_NR_STATES; st++) {
			uint32_t n = whole->sections[i].count[st];

			was += n;
			is += scan->sections[i].count[st];
			if (pfs_state_abnormal((enum pfs_state)st) && n != sum[st])
				return pfs_err_set(
					err, EINVAL,
					"section %llu: %u pages are %s, %llu by its runs",
					ULL(m->sections[i].nr), n,
					pfs_state_name((enum pfs_state)st), ULL(sum[st]));
		}
		if (was != is)
			return pfs_err_set(err, EINVAL, "section %llu: %llu pages, not %llu",
					   ULL(m->sections[i].nr), ULL(is), ULL(was));
	}
	if (inside != total)
		return pfs_err_set(err, EINVAL, "runs lie outside the sections");
	return 0;
}

/*
 * Do runs of x contradict those of y? Then the first such page is found; skip
 * is a state of x that is passed over.
 */
static bool contradiction(const struct pfs_run *x, size_t nx, enum pfs_state skip,
			  const struct pfs_run *y, size_t ny, enum pfs_state any, uint64_t *ret)
{
	size_t i, k = 0;

	for (i = 0; i < nx; i++) {
		uint64_t at = x[i].start;

		while (x[i].state != skip && at < x[i].end) {
			while (k < ny && y[k].end <= at)
				k++;
			if (k == ny || y[k].start > at ||
			    (y[k].state != x[i].state && y[k].state != any)) {
				*ret = at;
				return true;
			}
			at = y[k].end;
		}
	}
	return false;
}

static int check_marks(const struct pfs_model *m, const struct pfs_scan *whole, struct pfs_err *err)
{
	size_t i;
	int k;

	for (k = PFS_MARK_NONE + 1; k < PFS_NR_MARKS; k++) {
		const struct pfs_runs *marks = &whole->marks[k];

		for (i = 0; i < marks->nr; i++)
			if ((i && marks->r[i].start < marks->r[i - 1].end) ||
			    pfs_state_abnormal(marks->r[i].state) ||
			    !pfs_section_of(m, marks->r[i].start) ||
			    !pfs_section_of(m, marks->r[i].end - 1))
				return pfs_err_set(err, EINVAL, "mark at PFN 0x%llx: impossible",
						   ULL(marks->r[i].start));
	}
	return 0;
}

int pfs_scan_adopt(struct pfs_model *m, struct pfs_scan *scan, const struct pfs_scan *whole,
		   struct pfs_err *err)
{
	struct pfs_scan out = *whole;
	uint64_t at, left_out;
	size_t i;
	int r, st;

	if (!scan->sections || !whole->sections)
		return pfs_err_set(err, EINVAL, "nothing was scanned");
	r = check_counts(m, scan, whole, err);
	if (!r)
		r = check_marks(m, whole, err);
	if (r)
		return r;
	/*
	 * A page that is left out here may have been in any state there; all
	 * others must be in the same.
	 */
	if (contradiction(scan->runs, scan->nr_runs, PFS_ST_EXCLUDED, whole->runs, whole->nr_runs,
			  PFS_NR_STATES, &at) ||
	    contradiction(whole->runs, whole->nr_runs, PFS_NR_STATES, scan->runs, scan->nr_runs,
			  PFS_ST_EXCLUDED, &at))
		return pfs_err_set(err, EINVAL, "PFN 0x%llx is in another state", ULL(at));
	out.pages = scan->pages;
	out.complete = scan->complete;
	memset(out.count, 0, sizeof(out.count));
	for (i = 0; i < m->nr_sections; i++)
		for (st = 0; st < PFS_NR_STATES; st++)
			out.count[st] += whole->sections[i].count[st];
	left_out = scan->count[PFS_ST_EXCLUDED] - out.count[PFS_ST_EXCLUDED];
	if (left_out)
		pfs_limit(m, "struct pages",
			  "%llu are left out of this distilled dump: their "
			  "states are those that the scan of its original found",
			  ULL(left_out));
	*scan = out;
	return 0;
}
