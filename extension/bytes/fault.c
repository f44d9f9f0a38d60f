/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranges of the target below get another answer, or bytes with flipped bits. */
#include "bytes/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fault {
	struct pfs_target t;
	struct pfs_target *lower;
	size_t nr;
	struct pfs_fault faults[];
};

static struct fault *to_fault(struct pfs_target *t)
{
	return (struct fault *)((char *)t - offsetof(struct fault, t));
}

/* The answer forced at pa, PFS_PRESENT if none is. *ret_end: how far this holds. */
static enum pfs_presence forced(const struct fault *f, uint64_t pa, uint64_t *ret_end)
{
	enum pfs_presence p = PFS_PRESENT;
	size_t i;

	*ret_end = UINT64_MAX;
	for (i = 0; i < f->nr; i++) {
		const struct pfs_fault *x = &f->faults[i];
		uint64_t border = pa < x->start ? x->start : x->end;

		if (x->answer == PFS_PRESENT || pa >= x->end)
			continue;
		if (border < *ret_end)
			*ret_end = border;
		if (pa >= x->start && p == PFS_PRESENT)
			p = x->answer;
	}
	return p;
}

static void flip(const struct fault *f, uint64_t pa, unsigned char *buf, size_t len)
{
	size_t i;

	for (i = 0; i < f->nr; i++) {
		const struct pfs_fault *x = &f->faults[i];
		uint64_t at = x->start, end = x->end < pa + len ? x->end : pa + len;

		if (x->answer != PFS_PRESENT)
			continue;
		if (at < pa) {
			uint64_t past = (pa - at) % x->every;

			if (__builtin_add_overflow(pa, past ? x->every - past : 0, &at))
				continue;
		}
		while (at < end) {
			buf[at - pa] ^= x->flip;
			if (x->every >= end - at)
				break;
			at += x->every;
		}
	}
}

static enum pfs_presence fault_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				    size_t *ret_len)
{
	struct fault *f = to_fault(t);
	size_t done = 0;

	*ret_len = 0;
	while (done < len) {
		uint64_t end;
		enum pfs_presence p = forced(f, pa, &end);
		size_t n, got;

		if (p != PFS_PRESENT)
			return p;
		n = end - pa < len - done ? (size_t)(end - pa) : len - done;
		p = pfs_target_read(f->lower, pa, (char *)buf + done, n, &got);
		flip(f, pa, (unsigned char *)buf + done, got);
		done += got;
		pa += got;
		*ret_len = done;
		if (p != PFS_PRESENT)
			return p;
	}
	return PFS_PRESENT;
}

static enum pfs_presence fault_presence(struct pfs_target *t, uint64_t pa, uint64_t *ret_end)
{
	struct fault *f = to_fault(t);
	enum pfs_presence p = forced(f, pa, ret_end), q;
	uint64_t end;

	if (p != PFS_PRESENT)
		return p;
	q = f->lower->ops->presence(f->lower, pa, &end);
	*ret_end = end < *ret_end ? end : *ret_end;
	return q;
}

static void fault_free(struct pfs_target *t)
{
	struct fault *f = to_fault(t);

	pfs_target_free(f->lower);
	free(f);
}

static int fault_clone(struct pfs_target *t, struct pfs_target **ret, struct pfs_err *err)
{
	struct fault *f = to_fault(t);
	struct pfs_target *lower;
	int r = f->lower->ops->clone(f->lower, &lower, err);

	return r ? r : pfs_target_fault(lower, f->faults, f->nr, ret, err);
}

/* The wrapper offers exactly those optional operations that the target below has. */
#define OPS(p, c) { .name = "fault", .read = fault_read, .free = fault_free, \
		    .presence = p, .clone = c }
static const struct pfs_target_ops fault_ops[2][2] = {
	{ OPS(NULL, NULL), OPS(NULL, fault_clone) },
	{ OPS(fault_presence, NULL), OPS(fault_presence, fault_clone) },
};

int pfs_target_fault(struct pfs_target *lower, const struct pfs_fault *faults, size_t nr,
		     struct pfs_target **ret, struct pfs_err *err)
{
	struct fault *f = nr < 1 << 20 ? calloc(1, sizeof(*f) + nr * sizeof(*faults)) : NULL;
	size_t i;

	if (!f) {
		pfs_target_free(lower);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	f->lower = lower;
	f->nr = nr;
	f->t = *lower;
	f->t.ops = &fault_ops[!!lower->ops->presence][!!lower->ops->clone];
	for (i = 0; i < nr; i++) {
		f->faults[i] = faults[i];
		if (!f->faults[i].every)
			f->faults[i].every = 1;
	}
	*ret = &f->t;
	return 0;
}

static bool number(const char **s, char stop, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(*s, &end, 0);
	if (end == *s || errno || **s == '-')
		return false;
	if (stop && *end != stop)
		return false;
	*s = end + !!stop;
	return true;
}

static bool parse_one(const char **s, struct pfs_fault *f)
{
	static const struct {
		const char *name;
		enum pfs_presence answer;
	} kinds[] = {
		{ "absent:", PFS_ABSENT },
		{ "excluded:", PFS_EXCLUDED },
		{ "flip:", PFS_PRESENT },
		{ "undecidable:", PFS_UNDECIDABLE },
	};
	uint64_t mask = 0;
	size_t i;

	*f = (struct pfs_fault){ .every = 1 };
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strncmp(*s, kinds[i].name, strlen(kinds[i].name)))
			break;
	if (i == sizeof(kinds) / sizeof(*kinds))
		return false;
	*s += strlen(kinds[i].name);
	f->answer = kinds[i].answer;
	if (!number(s, '-', &f->start) || !number(s, 0, &f->end) || f->end < f->start ||
	    f->end == UINT64_MAX)
		return false;
	f->end++;
	if (f->answer != PFS_PRESENT)
		return true;
	if (*(*s)++ != ':' || !number(s, 0, &mask) || !mask || mask > 0xff)
		return false;
	f->flip = (unsigned char)mask;
	if (**s != ':')
		return true;
	++*s;
	return number(s, 0, &f->every) && f->every;
}

int pfs_fault_parse(const char *spec, struct pfs_fault *faults, size_t max, size_t *ret_nr,
		    struct pfs_err *err)
{
	const char *s = spec;
	size_t nr = 0;

	while (*s) {
		if (nr == max)
			return pfs_err_set(err, EINVAL, "more than %zu faults", max);
		if (!parse_one(&s, &faults[nr++]) || (*s && *s != ','))
			return pfs_err_set(err, EINVAL, "fault %zu of '%s' is malformed", nr, spec);
		if (*s)
			s++;
	}
	*ret_nr = nr;
	return 0;
}
