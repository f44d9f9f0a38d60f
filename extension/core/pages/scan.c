/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scan of every struct page. Sections are handed out to threads; each
 * thread counts and collects its own runs. They are sorted at the end, so that
 * the result does not depend on the number of threads.
 */
#include "core/pages/scan.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/pages/lists.h"
#include "core/pages/predicate.h"

#define MAX_JOBS 64
/*
 * Bytes of the memmap that are read in one go: they are still in the CPU cache
 * when they are classified.
 */
#define PIECE ((uint64_t)256 << 10)
#define NOT_READ UINT8_MAX	/* in answer[] */

int pfs_section_scan_init(struct pfs_section_scan *s, const struct pfs_model *m,
			  struct pfs_err *err)
{
	size_t bytes = m->layout.pages_per_section * m->layout.struct_page;

	memset(s, 0, sizeof(*s));
	s->m = m;
	s->memmap = malloc(bytes);
	s->nr_answers = bytes / m->layout.page_size + 1;
	s->answer = malloc(s->nr_answers);
	if (s->memmap && s->answer)
		return 0;
	pfs_section_scan_deinit(s);
	return pfs_err_set(err, ENOMEM, "struct pages: out of memory");
}

void pfs_section_scan_deinit(struct pfs_section_scan *s)
{
	free(s->memmap);
	free(s->answer);
	s->memmap = s->answer = NULL;
}

/*
 * Read bytes behind one leaf, which are physically contiguous; at is the offset
 * into the memmap.
 */
static void read_leaf(struct pfs_section_scan *s, struct pfs_mem *mem, uint64_t pa, uint64_t at,
		      uint64_t len)
{
	uint64_t page = s->m->layout.page_size, i;

	while (len) {
		uint64_t stop;
		enum pfs_presence p = pfs_read_phys(mem, pa, s->memmap + at, len, &stop);
		uint64_t done = p == PFS_PRESENT ? len : stop - pa;

		for (i = at / page; i < (at + done + page - 1) / page; i++)
			s->answer[i] = PFS_ST_OK;
		if (p == PFS_PRESENT)
			return;
		done -= done % page;
		s->answer[(at + done) / page] = (unsigned char)pfs_presence_state(p);
		done += page;
		if (done >= len)
			return;
		at += done;
		pa += done;
		len -= done;
	}
}

/* One past the last PFN, from pfn on, whose struct page was read completely. */
static uint64_t known_end(const struct pfs_section_scan *s, uint64_t pfn)
{
	const struct pfs_layout *l = &s->m->layout;
	uint64_t total = l->pages_per_section * l->struct_page;
	uint64_t i = (pfn - s->first_pfn) * l->struct_page / l->page_size;

	while (i * l->page_size < total && s->answer[i] == PFS_ST_OK)
		i++;
	return s->first_pfn + pfs_min64(i * l->page_size, total) / l->struct_page;
}

/* Read the piece of the memmap at this offset. */
static void read_piece(struct pfs_section_scan *s, uint64_t at)
{
	const struct pfs_layout *l = &s->m->layout;
	uint64_t end, len, i, va = pfs_pfn_to_page(s->m, s->first_pfn);
	struct pfs_walk w;

	at -= at % PIECE;
	end = at + PIECE;
	if (end > l->pages_per_section * l->struct_page)
		end = l->pages_per_section * l->struct_page;
	/* Every page gets an answer, whatever the walks say. */
	memset(s->answer + at / l->page_size, PFS_ST_UNDECIDABLE,
	       (end + l->page_size - 1) / l->page_size - at / l->page_size);
	for (; at < end; at += len) {
		enum pfs_state answer;

		pfs_walk_va(s->mem, va + at, &w);
		len = w.nr && w.leaf_size ? w.leaf_size - ((va + at) & (w.leaf_size - 1)) :
					    end - at;
		if (len > end - at)
			len = end - at;
		if (w.mapped) {
			read_leaf(s, s->mem, w.pa, at, len);
			continue;
		}
		answer = pfs_walk_state(&w);
		for (i = at / l->page_size; i < (at + len + l->page_size - 1) / l->page_size; i++)
			s->answer[i] = (unsigned char)answer;
	}
	s->whole = known_end(s, s->first_pfn + s->whole) - s->first_pfn;
}

/* The answer for the page of the memmap at this offset. */
static inline enum pfs_state answer_at(struct pfs_section_scan *s, uint64_t at)
{
	unsigned char *answer = &s->answer[at >> s->m->layout.page_shift];

	if (*answer == NOT_READ)
		read_piece(s, at);
	return (enum pfs_state) * answer;
}

/*
 * The answer for the struct page of this PFN, which two pages of the memmap may
 * share if it has 56 or 72 bytes.
 */
static enum pfs_state answer_of(struct pfs_section_scan *s, uint64_t pfn)
{
	uint64_t at = (pfn - s->first_pfn) * s->m->layout.struct_page;
	enum pfs_state a = answer_at(s, at), b = answer_at(s, at + s->m->layout.struct_page - 1);

	return a == PFS_ST_OK ? b : a;
}

/*
 * page() of struct pfs_classify_ctx: a struct page of this section, if it was
 * read completely.
 */
static const unsigned char *section_page(void *arg, uint64_t pfn)
{
	struct pfs_section_scan *s = arg;
	const struct pfs_layout *l = &s->m->layout;
	uint64_t i = pfn - s->first_pfn;

	if (i >= s->whole && (i >= l->pages_per_section || answer_of(s, pfn) != PFS_ST_OK))
		return NULL;
	return s->memmap + i * l->struct_page;
}

void pfs_section_scan_start(struct pfs_section_scan *s, struct pfs_mem *mem,
			    const struct pfs_section *section)
{
	s->mem = mem;
	s->section = section;
	s->first_pfn = section->nr * s->m->layout.pages_per_section;
	s->ctx = (struct pfs_classify_ctx){ .page = section_page, .arg = s };
	memset(s->answer, NOT_READ, s->nr_answers);
	s->whole = 0;
}

enum pfs_state pfs_section_scan_state(struct pfs_section_scan *s, uint64_t pfn,
				      const char **ret_why)
{
	uint64_t i = pfn - s->first_pfn;
	enum pfs_state a = i < s->whole ? PFS_ST_OK : answer_of(s, pfn);

	s->bytes = NULL;
	if (a != PFS_ST_OK) {
		if (ret_why)
			*ret_why = pfs_answer_why(a);
		return a;
	}
	s->bytes = s->memmap + i * s->m->layout.struct_page;
	return pfs_classify(s->m->classifier, &s->ctx, pfn, s->bytes, ret_why);
}

struct run_list {
	struct pfs_run *r;
	size_t nr, cap;
};

struct worker {
	struct job *job;
	struct pfs_mem mem;
	struct pfs_target *clone;
	pthread_t thread;
	bool started;
	struct run_list runs[PFS_NR_MARKS]; /* [PFS_MARK_NONE]: of abnormal states */
	int error;
};

struct job {
	const struct pfs_model *m;
	struct pfs_section_count *sections;
	_Atomic size_t next;
	_Atomic uint64_t done;
	atomic_bool stop;
	int (*progress)(void *arg, uint64_t done, uint64_t total);
	void *arg;
};

static int keep_run(struct worker *w, uint64_t pfn, enum pfs_state state, enum pfs_mark mark)
{
	struct run_list *l = &w->runs[mark];
	struct pfs_run *last = l->nr ? &l->r[l->nr - 1] : NULL;

	/*
	 * A thread does not get neighbouring sections in order, so that runs
	 * end with their section.
	 */
	if (last && last->end == pfn && last->state == state &&
	    pfn % w->job->m->layout.pages_per_section) {
		last->end++;
		return 0;
	}
	if (l->nr == l->cap) {
		size_t want = l->cap ? l->cap * 2 : 64;
		struct pfs_run *p = realloc(l->r, want * sizeof(*p));

		if (!p)
			return -ENOMEM;
		l->r = p;
		l->cap = want;
	}
	l->r[l->nr++] = (struct pfs_run){ pfn, pfn + 1, state };
	return 0;
}

/* The next memory that backs the memmap: where it begins or, once inside it, ends. */
struct backing_cursor {
	size_t next;
	uint64_t from, to; /* PFNs */
};

static void backing_seek(const struct pfs_model *m, struct backing_cursor *b, uint64_t pfn)
{
	unsigned int shift = m->layout.page_shift;

	for (; b->next < m->nr_backing; b->next++) {
		b->from = m->backing[b->next].pa >> shift;
		b->to = (m->backing[b->next].pa + m->backing[b->next].len) >> shift;
		if (b->to > pfn)
			return;
	}
	b->from = b->to = UINT64_MAX;
}

/* Find the first piece of backing that may reach pfn; in rare cases pieces overlap. */
static void backing_start(const struct pfs_model *m, struct backing_cursor *b, uint64_t pfn)
{
	uint64_t pa = pfn << m->layout.page_shift;
	size_t lo = 0, hi = m->nr_backing, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (m->backing[mid].pa < pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	b->next = lo ? lo - 1 : 0;
	backing_seek(m, b, pfn);
}

/* Mark a page whose flag may contradict its state, or that backs the memmap. Rarely called. */
static int mark_page(struct worker *w, const struct pfs_section_scan *s, uint64_t pfn,
		     enum pfs_state st, uint64_t flags, bool backing)
{
	const struct pfs_classifier *c = w->job->m->classifier;
	uint64_t head;
	int r = 0;

	if (flags & c->hwpoison_mask) {
		bool vague = st == PFS_ST_DEVICE || flags & c->head_mask ||
			     pfs_compound_head(c, pfs_pfn_to_page(w->job->m, pfn), s->bytes, &head);

		r = keep_run(w, pfn, st, vague ? PFS_MARK_HWPOISON_VAGUE : PFS_MARK_HWPOISON);
		if (!r && st == PFS_ST_FREE)
			r = keep_run(w, pfn, st, PFS_MARK_HWPOISON_FREE);
	}
	if (!r && st == PFS_ST_FREE && flags & c->reserved_mask)
		r = keep_run(w, pfn, st, PFS_MARK_RESERVED_FREE);
	if (!r && backing && st == PFS_ST_FREE)
		r = keep_run(w, pfn, st, PFS_MARK_BACKING_FREE);
	else if (!r && backing && st == PFS_ST_OK && pfs_page_busy(c, s->bytes))
		r = keep_run(w, pfn, st, PFS_MARK_BACKING_USED);
	return r;
}

static int keep_block(struct worker *w, uint64_t start, uint64_t end, enum pfs_mark mark)
{
	int r = 0;

	for (; start < end && !r; start++)
		r = keep_run(w, start, PFS_ST_FREE, mark);
	return r;
}

/* Check that the list of a page knows it, and which page comes next. */
static int mark_listed(struct worker *w, struct pfs_lists *l, uint64_t pfn, enum pfs_state st)
{
	const struct pfs_classifier *c = w->job->m->classifier;
	const unsigned char *bytes = l->scan->bytes;
	struct pfs_pfn_range lost;

	switch (pfs_lists_look(l, pfn, bytes, &lost)) {
	case PFS_LINK_PASSED:
		if (st == PFS_ST_FREE)
			return keep_block(w, pfn,
					  pfn + (UINT64_C(1) << pfs_le64(bytes + c->order_offset)),
					  PFS_MARK_PASSED);
		/* fall through */
	case PFS_LINK_STALE:
		return keep_run(w, pfn, st, PFS_MARK_STALE);
	case PFS_LINK_LOST:
		return keep_block(w, lost.start, lost.end, PFS_MARK_LOST);
	case PFS_LINK_GOOD:
		break;
	}
	return 0;
}

static int scan_section(struct worker *w, struct pfs_section_scan *s, size_t index)
{
	const struct pfs_model *m = w->job->m;
	const struct pfs_section *sec = &m->sections[index];
	const struct pfs_classifier *c = m->classifier;
	struct pfs_section_count *count = &w->job->sections[index];
	uint64_t sub, per_sub = m->layout.pages_per_subsection, i, n, pfn, end, known = 0;
	uint64_t in_page = m->layout.page_size / m->layout.struct_page - 1;
	uint64_t flags, odd;
	struct backing_cursor backing;
	struct pfs_lists lists;

	pfs_section_scan_start(s, &w->mem, sec);
	pfs_lists_start(&lists, s, &w->mem);
	backing_start(m, &backing, s->first_pfn);
	for (sub = 0; sub < m->layout.subsections; sub++) {
		int valid = pfs_section_pfn_valid(m, sec, s->first_pfn + sub * per_sub);

		if (!valid)
			continue;
		for (i = 0; i < per_sub; i += 1 + n) {
			enum pfs_state st;

			n = 0;
			pfn = s->first_pfn + sub * per_sub + i;
			st = pfs_section_scan_state(s, pfn, NULL);
			/* Where pfn_valid() cannot be told, a hole in the mapping may be legal. */
			if (valid < 0 && st == PFS_ST_UNMAPPED)
				continue;
			count->count[st]++;
			if (pfs_state_abnormal(st)) {
				if (keep_run(w, pfn, st, PFS_MARK_NONE))
					return -ENOMEM;
				continue;
			}
			if (pfn >= backing.to)
				backing_seek(m, &backing, pfn);
			flags = pfs_le64(s->bytes + c->flags_offset);
			odd = c->hwpoison_mask | (st == PFS_ST_FREE ? c->reserved_mask : 0);
			if ((flags & odd || pfn >= backing.from) &&
			    mark_page(w, s, pfn, st, flags, pfn >= backing.from))
				return -ENOMEM;
			if (pfs_lists_has(c, st, s->bytes) && mark_listed(w, &lists, pfn, st))
				return -ENOMEM;
			if (!(pfn & in_page) && pfs_head_copy(c, &s->ctx, pfn, s->bytes) &&
			    keep_run(w, pfn, st, PFS_MARK_HEAD_COPY))
				return -ENOMEM;
			if (known <= pfn)
				known = known_end(s, pfn);
			end = pfs_min64(s->first_pfn + (sub + 1) * per_sub, known);
			end = pfs_min64(end, backing.from);
			if (end > pfn)
				n = pfs_alike(c, &s->ctx, pfn, s->bytes, st, end - pfn - 1);
			count->count[st] += (uint32_t)n;
		}
	}
	return 0;
}

static void work(struct worker *w, bool main_thread)
{
	struct job *job = w->job;
	struct pfs_section_scan s;
	struct pfs_err ignored;
	size_t i;

	if (pfs_section_scan_init(&s, job->m, &ignored)) {
		w->error = -ENOMEM;
		return;
	}
	while (!w->error && !atomic_load(&job->stop)) {
		i = atomic_fetch_add(&job->next, 1);
		if (i >= job->m->nr_sections)
			break;
		if (job->m->sections[i].flags & PFS_SEC_HAS_MEM_MAP)
			w->error = scan_section(w, &s, i);
		atomic_fetch_add(&job->done, 1);
		if (main_thread && job->progress &&
		    job->progress(job->arg,
				  atomic_load(&job->done) * job->m->layout.pages_per_section,
				  job->m->nr_sections * job->m->layout.pages_per_section))
			w->error = -EINTR;
	}
	if (w->error)
		atomic_store(&job->stop, true);
	pfs_section_scan_deinit(&s);
}

static void *work_thread(void *arg)
{
	work(arg, false);
	return NULL;
}

static int by_start(const void *a, const void *b)
{
	uint64_t x = ((const struct pfs_run *)a)->start, y = ((const struct pfs_run *)b)->start;

	return x < y ? -1 : x > y;
}

/* Sort the runs of one kind from all threads, and join them across sections of one kind. */
static int gather_kind(struct pfs_model *m, struct worker *workers, unsigned int nr,
		       enum pfs_mark mark, struct pfs_run **ret, size_t *ret_nr)
{
	size_t total = 0, i, n = 0;
	struct pfs_run *out;
	unsigned int j;

	for (j = 0; j < nr; j++)
		total += workers[j].runs[mark].nr;
	out = pfs_calloc(&m->arena, total ? total : 1, sizeof(*out));
	if (!out)
		return -ENOMEM;
	for (j = 0, i = 0; j < nr; j++) {
		const struct run_list *l = &workers[j].runs[mark];

		if (l->nr)
			memcpy(out + i, l->r, l->nr * sizeof(*out));
		i += l->nr;
	}
	qsort(out, total, sizeof(*out), by_start);
	for (i = 0; i < total; i++) {
		struct pfs_run *r = &out[i], *last = n ? &out[n - 1] : NULL;

		if (last && last->end == r->start && last->state == r->state &&
		    pfs_section_of(m, last->start)->flags == pfs_section_of(m, r->start)->flags)
			last->end = r->end;
		else
			out[n++] = *r;
	}
	*ret = out;
	*ret_nr = n;
	return 0;
}

static int gather(struct pfs_model *m, struct worker *workers, unsigned int nr,
		  struct pfs_scan *ret)
{
	unsigned int k;
	size_t i;

	for (i = 0; i < m->nr_sections; i++)
		for (k = 0; k < PFS_NR_STATES; k++) {
			ret->pages += ret->sections[i].count[k];
			ret->count[k] += ret->sections[i].count[k];
		}
	for (k = PFS_MARK_NONE + 1; k < PFS_NR_MARKS; k++)
		if (gather_kind(m, workers, nr, (enum pfs_mark)k, &ret->marks[k].r,
				&ret->marks[k].nr))
			return -ENOMEM;
	return gather_kind(m, workers, nr, PFS_MARK_NONE, &ret->runs, &ret->nr_runs);
}

/* That the dump says nothing of some pages is no finding, but nobody must overlook it. */
void pfs_scan_limits(struct pfs_model *m, const struct pfs_scan *scan)
{
	static const enum pfs_state unknown[] = { PFS_ST_EXCLUDED, PFS_ST_ABSENT,
						  PFS_ST_UNDECIDABLE };
	size_t i;

	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (scan->count[unknown[i]])
			pfs_limit(m, "struct pages", "%llu are %s: %s",
				  (unsigned long long)scan->count[unknown[i]],
				  pfs_state_name(unknown[i]), pfs_state_meaning(unknown[i]));
}

int pfs_scan_all(struct pfs_model *m, unsigned int jobs,
		 int (*progress)(void *arg, uint64_t done, uint64_t total), void *arg,
		 struct pfs_scan *ret, struct pfs_err *err)
{
	struct job job = { .m = m, .progress = progress, .arg = arg };
	struct worker *w;
	unsigned int i, k, nr = 1;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (!m->layout.vmemmap_known)
		return 0;
	if (jobs > MAX_JOBS)
		jobs = MAX_JOBS;
	if (jobs > m->nr_sections)
		jobs = (unsigned int)m->nr_sections;
	job.sections = pfs_calloc(&m->arena, m->nr_sections + 1, sizeof(*job.sections));
	w = calloc(jobs ? jobs : 1, sizeof(*w));
	if (!job.sections || !w) {
		free(w);
		return pfs_err_set(err, ENOMEM, "struct pages: out of memory");
	}
	w[0].job = &job;
	w[0].mem = *m->mem;
	for (; nr < jobs && m->mem->target->ops->clone; nr++) {
		struct pfs_err ignored;

		w[nr].job = &job;
		w[nr].mem = *m->mem;
		if (m->mem->target->ops->clone(m->mem->target, &w[nr].clone, &ignored))
			break;
		w[nr].mem.target = w[nr].clone;
		if (pthread_create(&w[nr].thread, NULL, work_thread, &w[nr])) {
			pfs_target_free(w[nr].clone);
			break;
		}
		w[nr].started = true;
	}
	work(&w[0], true);
	for (i = 1; i < nr; i++) {
		pthread_join(w[i].thread, NULL);
		pfs_target_free(w[i].clone);
	}
	for (i = 0, r = 0; i < nr; i++)
		if (w[i].error && (!r || r == -EINTR))
			r = w[i].error;
	ret->sections = job.sections;
	if (gather(m, w, nr, ret))
		r = -ENOMEM;
	ret->complete = !r;
	for (i = 0; i < nr; i++)
		for (k = 0; k < PFS_NR_MARKS; k++)
			free(w[i].runs[k].r);
	free(w);
	if (r == -EINTR)
		return pfs_err_set(err, EINTR, "struct pages: the scan was stopped");
	return r ? pfs_err_set(err, -r, "struct pages: out of memory") : 0;
}
