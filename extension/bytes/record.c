/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notes every range that is read from the target below; one lock serves all clones. */
#include "bytes/record.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define NR_ANSWERS (PFS_UNDECIDABLE + 1)
#define MAX_RANGES ((size_t)4 << 20)	/* 64 MiB */

struct pfs_recorder {
	pthread_mutex_t lock;
	unsigned int refs, paused;
	bool lost;  /* ranges are missing */
	bool trial; /* reads go to on_trial until it is known whether they are kept */
	struct pfs_ranges answers[NR_ANSWERS], on_trial[NR_ANSWERS];
};

struct record {
	struct pfs_target t;
	struct pfs_target *lower;
	struct pfs_recorder *r;
};

static struct record *to_record(struct pfs_target *t)
{
	return (struct record *)((char *)t - offsetof(struct record, t));
}

static void note(struct pfs_recorder *r, enum pfs_presence p, uint64_t start, uint64_t end)
{
	if (pfs_ranges_add(r->trial ? &r->on_trial[p] : &r->answers[p], start, end))
		r->lost = true;
}

static enum pfs_presence record_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				     size_t *ret_len)
{
	struct record *c = to_record(t);
	struct pfs_recorder *r = c->r;
	enum pfs_presence p = pfs_target_read(c->lower, pa, buf, len, ret_len);
	uint64_t size = t->info.page_size, page;

	pthread_mutex_lock(&r->lock);
	if (!r->paused) {
		note(r, PFS_PRESENT, pa, pa + *ret_len);
		page = (pa + *ret_len) / size * size;
		if (p != PFS_PRESENT)
			note(r, p, page, page + size);
	}
	pthread_mutex_unlock(&r->lock);
	return p;
}

static enum pfs_presence record_presence(struct pfs_target *t, uint64_t pa, uint64_t *ret_end)
{
	struct record *c = to_record(t);

	return c->lower->ops->presence(c->lower, pa, ret_end);
}

static void record_trial(struct pfs_target *t, enum pfs_trial what)
{
	struct pfs_recorder *r = to_record(t)->r;
	unsigned int p;
	size_t i;

	pthread_mutex_lock(&r->lock);
	r->trial = what == PFS_TRIAL_BEGIN;
	for (p = 0; !r->trial && p < NR_ANSWERS; p++) {
		struct pfs_ranges *s = &r->on_trial[p];

		for (i = 0; what == PFS_TRIAL_KEEP && i < s->nr; i++)
			note(r, (enum pfs_presence)p, s->v[i].start, s->v[i].end);
		pfs_ranges_deinit(s);
	}
	pthread_mutex_unlock(&r->lock);
}

static void recorder_put(struct pfs_recorder *r)
{
	unsigned int i, refs;

	pthread_mutex_lock(&r->lock);
	refs = --r->refs;
	pthread_mutex_unlock(&r->lock);
	if (refs)
		return;
	for (i = 0; i < NR_ANSWERS; i++) {
		pfs_ranges_deinit(&r->answers[i]);
		pfs_ranges_deinit(&r->on_trial[i]);
	}
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static void record_free(struct pfs_target *t)
{
	struct record *c = to_record(t);

	pfs_target_free(c->lower);
	recorder_put(c->r);
	free(c);
}

static int record_clone(struct pfs_target *t, struct pfs_target **ret, struct pfs_err *err);

static uint64_t record_next_data(struct pfs_target *t, uint64_t pa)
{
	struct pfs_target *lower = to_record(t)->lower;

	return lower->ops->next_data ? lower->ops->next_data(lower, pa) : pa;
}

/* The wrapper offers exactly those optional operations that the target below has. */
#define OPS(p, c) { .name = "record", .read = record_read, .free = record_free, \
		    .presence = p, .clone = c, .trial = record_trial, \
		    .next_data = record_next_data }
static const struct pfs_target_ops record_ops[2][2] = {
	{ OPS(NULL, NULL), OPS(NULL, record_clone) },
	{ OPS(record_presence, NULL), OPS(record_presence, record_clone) },
};

static int wrap(struct pfs_target *lower, struct pfs_recorder *r, struct pfs_target **ret,
		struct pfs_err *err)
{
	struct record *c = calloc(1, sizeof(*c));

	if (!c)
		return pfs_err_set(err, ENOMEM, "out of memory");
	c->lower = lower;
	c->r = r;
	c->t = *lower;
	c->t.info.exact = true;
	c->t.ops = &record_ops[!!lower->ops->presence][!!lower->ops->clone];
	*ret = &c->t;
	return 0;
}

static int record_clone(struct pfs_target *t, struct pfs_target **ret, struct pfs_err *err)
{
	struct record *c = to_record(t);
	struct pfs_target *lower;
	int r = c->lower->ops->clone(c->lower, &lower, err);

	if (r)
		return r;
	r = wrap(lower, c->r, ret, err);
	if (r) {
		pfs_target_free(lower);
		return r;
	}
	pthread_mutex_lock(&c->r->lock);
	c->r->refs++;
	pthread_mutex_unlock(&c->r->lock);
	return 0;
}

int pfs_target_record(struct pfs_target *lower, struct pfs_target **ret, struct pfs_err *err)
{
	struct pfs_recorder *r = calloc(1, sizeof(*r));
	unsigned int i;
	int ret_code;

	if (!r) {
		pfs_target_free(lower);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	pthread_mutex_init(&r->lock, NULL);
	r->refs = 1;
	for (i = 0; i < NR_ANSWERS; i++)
		r->answers[i].max = r->on_trial[i].max = MAX_RANGES;
	ret_code = wrap(lower, r, ret, err);
	if (ret_code) {
		pfs_target_free(lower);
		recorder_put(r);
	}
	return ret_code;
}

struct pfs_recorder *pfs_target_recorder(struct pfs_target *t)
{
	return t->ops->read == record_read ? to_record(t)->r : NULL;
}

int pfs_recorder_drop(struct pfs_recorder *r, uint64_t start, uint64_t end)
{
	int ret;

	pthread_mutex_lock(&r->lock);
	ret = pfs_ranges_remove(&r->answers[PFS_PRESENT], start, end);
	pthread_mutex_unlock(&r->lock);
	return ret;
}

void pfs_recorder_pause(struct pfs_recorder *r)
{
	pthread_mutex_lock(&r->lock);
	r->paused++;
	pthread_mutex_unlock(&r->lock);
}

void pfs_recorder_resume(struct pfs_recorder *r)
{
	pthread_mutex_lock(&r->lock);
	if (r->paused)
		r->paused--;
	pthread_mutex_unlock(&r->lock);
}

const struct pfs_ranges *pfs_recorder_ranges(struct pfs_recorder *r, enum pfs_presence p)
{
	bool lost;

	pthread_mutex_lock(&r->lock);
	pfs_ranges_settle(&r->answers[p]);
	lost = r->lost;
	pthread_mutex_unlock(&r->lock);
	return lost ? NULL : &r->answers[p];
}
