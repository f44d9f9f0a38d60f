/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides what goes into a distilled dump. The structures that the model read
 * are recorded by now; here the struct pages that are to be kept are read.
 */
#include <errno.h>
#include <stdlib.h>

#include "bytes/record.h"
#include "distill/panic_note.h"
#include "distill/scan_note.h"
#include "distill/write.h"
#include "session/session.h"

#define NEIGHBOURS 64u /* struct pages kept on either side of an abnormal run */
#define MAX_RUN	   4096u /* of a longer run its ends are kept */

/* The bits of every pageblock, which only `pfn` reads. */
static void read_pageblocks(struct pfs_session *s, uint64_t start, uint64_t end)
{
	uint64_t pfn, bits, step = s->model.layout.pages_per_subsection;
	struct pfs_err ignored;
	const char *type;

	for (pfn = start - start % step; pfn < end; pfn += step)
		if (pfs_pageblock(&s->model, pfn, &bits, &type, &ignored))
			return;
}

static void read_pages(struct pfs_session *s, uint64_t start, uint64_t end)
{
	struct pfs_err ignored;
	struct pfs_page page;
	uint64_t pfn;

	for (pfn = start; pfn < end; pfn++)
		pfs_page_get(&s->model, pfn, &page, &ignored);
	read_pageblocks(s, start, end);
}

static uint64_t below(uint64_t pfn)
{
	return pfn > NEIGHBOURS ? pfn - NEIGHBOURS : 0;
}

static void read_run(struct pfs_session *s, const struct pfs_run *run)
{
	/* Where the dump says nothing there is nothing to keep. */
	if (run->state == PFS_ST_EXCLUDED || run->state == PFS_ST_ABSENT ||
	    run->state == PFS_ST_UNDECIDABLE)
		return;
	if (run->end - run->start <= MAX_RUN) {
		read_pages(s, below(run->start), run->end + NEIGHBOURS);
		return;
	}
	read_pages(s, below(run->start), run->start + MAX_RUN / 2);
	read_pages(s, run->end - MAX_RUN / 2, run->end + NEIGHBOURS);
}

/*
 * Of a free page also read the places where the head of its block may be,
 * because that makes it free.
 */
static void read_mark(struct pfs_session *s, const struct pfs_run *run)
{
	uint64_t block;

	read_run(s, run);
	for (block = NEIGHBOURS; run->state == PFS_ST_FREE && block <= MAX_RUN; block *= 2)
		read_pages(s, run->start & ~(block - 1), (run->start & ~(block - 1)) + NEIGHBOURS);
}

static void keep_abnormal(struct pfs_session *s)
{
	size_t i, k;

	for (i = 0; i < s->scan.nr_runs; i++)
		read_run(s, &s->scan.runs[i]);
	for (k = 0; k < PFS_NR_MARKS; k++)
		for (i = 0; i < s->scan.marks[k].nr; i++)
			read_mark(s, &s->scan.marks[k].r[i]);
	for (i = 0; i < s->verdict.nr_candidates; i++)
		read_pages(s, below(s->verdict.candidates[i].pfn),
			   s->verdict.candidates[i].pfn + NEIGHBOURS);
}

static void keep_pageblocks(struct pfs_session *s)
{
	uint64_t per = s->model.layout.pages_per_section;
	size_t i;

	for (i = 0; i < s->model.nr_sections; i++)
		read_pageblocks(s, s->model.sections[i].nr * per,
				(s->model.sections[i].nr + 1) * per);
}

/* Keep only the records: what is between them and behind the last one is not read. */
static int keep_log(struct pfs_session *s, struct pfs_err *err)
{
	int r;

	s->model.log = NULL;
	s->model.nr_log = 0;
	r = pfs_model_log(&s->model, err);
	if (!r && !s->model.nr_log)
		r = pfs_err_set(err, ENODATA, "this dump has no kernel log that can be read");
	return r;
}

/*
 * Memory that backs the memmap and was given to somebody else meanwhile holds
 * no struct pages but data of the new owner. Of such memory only the pages of
 * the panic candidates are kept, because the report shows them.
 */
static int drop_foreign(struct pfs_session *s, struct pfs_recorder *rec)
{
	static const enum pfs_mark foreign[] = { PFS_MARK_BACKING_FREE, PFS_MARK_BACKING_USED };
	unsigned int shift = s->model.layout.page_shift;
	struct pfs_err ignored;
	struct pfs_page page;
	size_t i, k;
	int r = 0;

	for (k = 0; k < sizeof(foreign) / sizeof(*foreign); k++) {
		const struct pfs_runs *m = &s->scan.marks[foreign[k]];

		for (i = 0; i < m->nr && !r; i++)
			r = pfs_recorder_drop(rec, m->r[i].start << shift, m->r[i].end << shift);
	}
	for (i = 0; i < s->verdict.nr_candidates && !r; i++)
		pfs_page_get(&s->model, s->verdict.candidates[i].pfn, &page, &ignored);
	return r;
}

/* Read, through the recorder, everything that a distilled dump has to hold. */
static int keep(struct pfs_session *s, struct pfs_recorder *rec, const struct pfs_session_opts *o,
		const struct pfs_distill_opts *d, struct pfs_err *err)
{
	int r;

	if (!d->full)
		pfs_recorder_pause(rec);
	r = pfs_session_scan_pages(s, o, err);
	pfs_mem_forget(&s->mem);
	if (!d->full)
		pfs_recorder_resume(rec);
	if (r)
		return r;
	if (d->full)
		keep_pageblocks(s);
	else
		keep_abnormal(s);
	/* The checks run again, so that what they read is recorded. */
	r = pfs_session_check_pages(s, err);
	if (!r && drop_foreign(s, rec))
		r = pfs_err_set(err, ENOMEM, "out of memory");
	if (!r && d->log)
		r = keep_log(s, err);
	return r;
}

/* The physical memory of the present sections; a leftover of one is no memory. */
static int find_sections(const struct pfs_model *m, struct pfs_ranges *ret)
{
	uint64_t size = m->layout.pages_per_section << m->layout.page_shift;
	size_t i;
	int r = 0;

	for (i = 0; i < m->nr_sections && !r; i++)
		if (m->sections[i].flags & PFS_SEC_PRESENT)
			r = pfs_ranges_add(ret, m->sections[i].nr * size,
					   (m->sections[i].nr + 1) * size);
	pfs_ranges_settle(ret);
	return r;
}

int pfs_session_distill(struct pfs_session *s, const struct pfs_session_opts *o,
			const struct pfs_distill_opts *d, int fd, struct pfs_err *err)
{
	struct pfs_recorder *rec = pfs_target_recorder(s->target);
	struct pfs_ranges sections = { 0 };
	char *panic, *scan;
	int r;

	if (!rec || !s->has_verdict || s->has_scan)
		return pfs_err_set(err, EINVAL, "distill: the session records nothing");
	/* What is written would differ from what was found. */
	if (s->target->info.live)
		return pfs_err_set(err, EINVAL,
				   "distill: not of a running kernel, whose memory "
				   "changes: take a dump first");
	r = keep(s, rec, o, d, err);
	if (r)
		return r;
	panic = pfs_panic_to_json(&s->panic);
	scan = pfs_scan_to_json(&s->model, &s->scan);
	if (panic && scan && !find_sections(&s->model, &sections))
		r = pfs_distill_write(fd, s->target, &s->facts, &sections, panic, scan, err);
	else
		r = pfs_err_set(err, ENOMEM, "distill: out of memory");
	pfs_ranges_deinit(&sections);
	free(panic);
	free(scan);
	return r;
}
