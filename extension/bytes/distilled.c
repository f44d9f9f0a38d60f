/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distilled dumps: the pages kept in the kdump file below, minus those bytes of
 * them that were not read. A page that the original could not decide stays
 * undecidable.
 */
#include "bytes/distilled.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/order.h"
#include "bytes/ranges.h"

struct shared {
	atomic_uint refs;
	struct pfs_ranges readable, undecidable, ram;
	bool has_ram;
};

struct distilled {
	struct pfs_target t;
	struct pfs_target *lower;
	struct shared *s;
};

static struct distilled *to_distilled(struct pfs_target *t)
{
	return (struct distilled *)((char *)t - offsetof(struct distilled, t));
}

static enum pfs_presence presence(struct pfs_target *t, uint64_t pa, uint64_t *ret_end)
{
	struct distilled *d = to_distilled(t);
	enum pfs_presence p;
	uint64_t end;

	if (pfs_ranges_at(&d->s->readable, pa, ret_end))
		return PFS_PRESENT;
	if (pfs_ranges_at(&d->s->undecidable, pa, &end)) {
		*ret_end = end < *ret_end ? end : *ret_end;
		return PFS_UNDECIDABLE;
	}
	*ret_end = end < *ret_end ? end : *ret_end;
	if (d->s->has_ram)
		p = pfs_ranges_at(&d->s->ram, pa, &end) ? PFS_EXCLUDED : PFS_ABSENT;
	else
		p = d->lower->ops->presence(d->lower, pa, &end);
	*ret_end = end < *ret_end ? end : *ret_end;
	return p == PFS_PRESENT ? PFS_EXCLUDED : p;
}

static enum pfs_presence distilled_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
					size_t *ret_len)
{
	struct distilled *d = to_distilled(t);
	size_t done = 0, n, got;

	*ret_len = 0;
	while (done < len) {
		uint64_t end;
		enum pfs_presence p = presence(t, pa, &end);

		if (p != PFS_PRESENT)
			return p;
		n = end - pa < len - done ? (size_t)(end - pa) : len - done;
		p = pfs_target_read(d->lower, pa, (char *)buf + done, n, &got);
		done += got;
		pa += got;
		*ret_len = done;
		if (p != PFS_PRESENT)
			return p;
	}
	return PFS_PRESENT;
}

static void distilled_free(struct pfs_target *t)
{
	struct distilled *d = to_distilled(t);

	pfs_target_free(d->lower);
	if (atomic_fetch_sub(&d->s->refs, 1) == 1) {
		pfs_ranges_deinit(&d->s->readable);
		pfs_ranges_deinit(&d->s->undecidable);
		pfs_ranges_deinit(&d->s->ram);
		free(d->s);
	}
	free(d);
}

static int distilled_clone(struct pfs_target *t, struct pfs_target **ret, struct pfs_err *err)
{
	struct distilled *d = to_distilled(t), *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = d->lower->ops->clone(d->lower, &c->lower, err);
	if (r) {
		free(c);
		return r;
	}
	c->t = d->t;
	c->s = d->s;
	atomic_fetch_add(&c->s->refs, 1);
	*ret = &c->t;
	return 0;
}

static const struct pfs_target_ops distilled_ops = {
	.name = "distilled",
	.read = distilled_read,
	.presence = presence,
	.clone = distilled_clone,
	.free = distilled_free,
};

/* Parse pairs of (pa, len). If the last pair is cut short, the note is damaged. */
static int parse_ranges(struct pfs_ranges *r, const struct pfs_distilled_note *n, const char *what,
			struct pfs_err *err)
{
	const unsigned char *p = n->desc;
	uint64_t prev = 0, end;
	size_t len = n->len, i;
	int ret;

	if (len % 16)
		return pfs_err_set(err, EIO, "note of %s ranges: %zu bytes", what, len);
	for (i = 0; i < len; i += 16) {
		uint64_t pa = pfs_le64(p + i), bytes = pfs_le64(p + i + 8);

		if (!bytes || pa < prev || __builtin_add_overflow(pa, bytes, &end))
			return pfs_err_set(err, EIO,
					   "note of %s ranges: 0x%" PRIx64 " + 0x%" PRIx64
					   " after 0x%" PRIx64,
					   what, pa, bytes, prev);
		ret = pfs_ranges_add(r, pa, end);
		if (ret)
			return pfs_err_set(err, -ret, "out of memory");
		prev = end;
	}
	pfs_ranges_settle(r);
	return 0;
}

int pfs_target_distilled(struct pfs_target *lower, const struct pfs_distilled_notes *n,
			 struct pfs_target **ret, struct pfs_err *err)
{
	struct distilled *d = calloc(1, sizeof(*d));
	struct shared *s = calloc(1, sizeof(*s));
	int r;

	if (!d || !s) {
		free(d);
		free(s);
		pfs_target_free(lower);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	atomic_init(&s->refs, 1);
	d->s = s;
	d->lower = lower;
	d->t.ops = &distilled_ops;
	d->t.info = lower->info;
	d->t.info.exact = true;
	s->has_ram = n->ram.desc != NULL;
	r = parse_ranges(&s->readable, &n->readable, "readable", err);
	if (!r)
		r = parse_ranges(&s->undecidable, &n->undecidable, "undecidable", err);
	if (!r)
		r = parse_ranges(&s->ram, &n->ram, "RAM", err);
	if (r) {
		pfs_err_wrap(err, "%s", lower->info.path);
		distilled_free(&d->t);
		return r;
	}
	*ret = &d->t;
	return 0;
}
