/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bytes/flat.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "bytes/dump.h"
#include "bytes/kdump_format.h"

#define HEADER_SIZE 4096
#define HEAD ((uint64_t)16) /* in front of each piece */
/* No dump is larger than this; an offset beyond it is damage. */
#define MAX_SIZE ((uint64_t)1 << 50)
#define MAX_PIECES ((size_t)4 << 20)
/* Pieces on top of each other that are told apart. */
#define MAX_DEPTH 64
#define PROGRESS_STEP ((uint64_t)16 << 20)

/* No writer's pieces of page data or descriptors are larger: 16 pages of 64 KiB. */
#define MAX_PIECE ((uint64_t)1 << 20)
#define BUF_SIZE ((size_t)(2 * MAX_PIECE + PEEK))
/* One header, and those of small pieces behind it. */
#define PEEK ((size_t)4096)
/* So many headers, each this near to the one before: to read all of it takes fewer requests. */
#define NR_DENSE 4
#define DENSE ((uint64_t)32 << 10)
#define READ_DENSE ((size_t)256 << 10)

/* Pieces of page data and descriptors that are looked at before any is passed over. */
#define NR_HEAD 64
/* Steps until a piece is found. Every third one halves the way. */
#define MAX_TRIES 100
/* Headers that are walked on from one that is known. QEMU has 170 between two of descriptors. */
#define MAX_HOPS 512
/* The largest pieces, so many: nearer than that, walking costs no more than searching. */
#define FEW 6
/* Bytes that look like a header, and are none, in one search. */
#define MAX_MISTAKES 256

struct piece {
	uint64_t at, len; /* of the dump */
	uint64_t pos;	  /* of its first byte in the flattened file */
};

/*
 * Descriptors, or page data: each piece goes on where the last one of its kind ended. [lo, hi)
 * of the dump is what lies between the pieces that were indexed on opening.
 */
struct kind {
	uint64_t lo, hi;
	bool seen; /* a piece of it: hi is known */
};

enum { DESC, DATA, NR_KINDS };

struct pfs_flat {
	struct pfs_dump_file f; /* as it lies there */
	/* By offset in the dump, once it is open; until then as the file has them. */
	struct piece *v;
	size_t nr, cap;
	uint64_t desc_at; /* where the descriptors begin; UINT64_MAX: not a kdump */
	uint64_t data_at; /* where the page data begins */
	uint64_t slack;	  /* of what is before the descriptors, the most that no piece has */
	struct kind kind[NR_KINDS];
	uint64_t from, to;    /* of the flattened file, between the two ends; 0, 0: none is */
	uint64_t largest;     /* piece of descriptors or data */
	pthread_mutex_t lock; /* of everything from here, and of v while to is set */
	struct part {
		unsigned char *bytes;
		uint64_t at;
		size_t len;
	} heads, data; /* of the flattened file: headers are looked at ahead of the data */
	unsigned int dense;
	bool walked; /* all headers between the ends were asked for, once */
	int broken;  /* -errno: the index is lost */
};

static int cannot_read(uint64_t pos, int r, struct pfs_err *err)
{
	return pfs_err_set(err, -r, "byte %" PRIu64 ": cannot read: %s", pos, strerror(-r));
}

static bool in(const struct part *b, uint64_t pos, size_t len)
{
	return pos >= b->at && pos + len <= b->at + b->len;
}

/* Have the bytes from pos on in b. */
static int fill(struct pfs_flat *x, struct part *b, uint64_t pos, size_t len)
{
	int r;

	b->at = pos;
	b->len = 0;
	len = (size_t)pfs_min64(len, x->f.size - pos);
	r = pfs_file_raw(&x->f, b->bytes, len, pos);
	if (!r)
		b->len = len;
	return r;
}

/* The 16 bytes at pos, which the file has. */
static int head_at(struct pfs_flat *x, uint64_t pos, const unsigned char **ret)
{
	struct part *b = in(&x->data, pos, HEAD) ? &x->data : &x->heads;
	int r = 0;

	if (!in(b, pos, HEAD)) {
		x->dense = pos - b->at < b->len + DENSE ? x->dense + 1 : 0;
		r = fill(x, b, pos, x->dense < NR_DENSE ? PEEK : READ_DENSE);
	}
	*ret = b->bytes + (pos - b->at);
	return r;
}

/*
 * The piece whose header is at pos; its len is 0 at the end mark. Everything that a header
 * may claim wrongly is found here.
 */
static int piece_at(struct pfs_flat *x, uint64_t pos, struct piece *ret, struct pfs_err *err)
{
	uint64_t size = x->f.size;
	const unsigned char *h;
	int r;

	if (pos > size || size - pos < HEAD)
		return pfs_err_set(err, EIO,
				   "truncated: the flattened file ends at byte %" PRIu64
				   " inside a header at %" PRIu64 " and has no end mark",
				   size, pos);
	r = head_at(x, pos, &h);
	if (r)
		return cannot_read(pos, r, err);
	*ret = (struct piece){ pfs_be64(h), pfs_be64(h + 8), pos + HEAD };
	if (ret->at == UINT64_MAX && ret->len == UINT64_MAX) {
		ret->len = 0;
		return 0;
	}
	if (!ret->len || ret->at > MAX_SIZE || ret->len > MAX_SIZE)
		return pfs_err_set(err, EIO,
				   "damaged: the header at byte %" PRIu64
				   " of the flattened file says offset 0x%" PRIx64
				   ", length 0x%" PRIx64,
				   pos, ret->at, ret->len);
	if (ret->len > size - ret->pos)
		return pfs_err_set(err, EIO,
				   "truncated: the header at byte %" PRIu64 " says %" PRIu64
				   " bytes follow, but the flattened file ends after %" PRIu64,
				   pos, ret->len, size - ret->pos);
	return 0;
}

/* Put p in as number i. */
static int put(struct pfs_flat *x, size_t i, const struct piece *p, struct pfs_err *err)
{
	if (x->nr == MAX_PIECES)
		return pfs_err_set(err, E2BIG, "more than %zu pieces", MAX_PIECES);
	if (x->nr == x->cap) {
		size_t cap = x->cap ? 2 * x->cap : 256;
		struct piece *v = realloc(x->v, cap * sizeof(*v));

		if (!v)
			return pfs_err_set(err, ENOMEM, "out of memory");
		x->v = v;
		x->cap = cap;
	}
	memmove(&x->v[i + 1], &x->v[i], (x->nr - i) * sizeof(*x->v));
	x->v[i] = *p;
	x->nr++;
	return 0;
}

struct progress {
	void (*call)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *arg;
	uint64_t shown;
};

/*
 * Take the pieces from *pos on, up to the end mark, or until max of them are of page data
 * and descriptors. *ret_end: the end mark was met.
 */
static int walk(struct pfs_flat *x, uint64_t *pos, size_t max, struct progress *g, bool *ret_end,
		struct pfs_err *err)
{
	size_t nr = 0;

	for (*ret_end = false; nr < max;) {
		struct piece p;
		int r = piece_at(x, *pos, &p, err);

		if (!r && !p.len)
			*ret_end = true;
		else if (!r)
			r = put(x, x->nr, &p, err);
		if (r || *ret_end)
			return r;
		nr += p.at >= x->desc_at;
		*pos = p.pos + p.len;
		if (g->call && *pos - g->shown >= PROGRESS_STEP) {
			g->shown = *pos;
			g->call(g->arg, "index", *pos, x->f.size);
		}
	}
	return 0;
}

/* The first piece of a kdump has its header, and that says where the descriptors begin. */
static void know_kdump(struct pfs_flat *x)
{
	unsigned char h[KDUMP_HDR_SIZE];
	struct piece p;
	struct pfs_err err;
	enum pfs_order order;
	uint64_t block, blocks;

	if (piece_at(x, HEADER_SIZE, &p, &err) || p.at || p.len < sizeof(h) ||
	    pfs_file_raw(&x->f, h, sizeof(h), p.pos) || memcmp(h, "KDUMP   ", 8))
		return;
	order = kdump_order(h);
	block = pfs_get32(order, h + KDUMP_HDR_BLOCK_SIZE);
	if (block < 4096 || block > PFS_MAX_PAGE)
		return;
	blocks = 1 + (uint64_t)pfs_get32(order, h + KDUMP_HDR_SUB_SIZE);
	x->desc_at = (blocks + pfs_get32(order, h + KDUMP_HDR_BITMAP_BLOCKS)) * block;
	/* The rest of the block behind each header and each bitmap. */
	x->slack = (blocks + 2) * block;
}

static int kind_of(const struct pfs_flat *x, const struct piece *p)
{
	return p->at >= x->data_at ? DATA : DESC;
}

/*
 * Do the pieces at the beginning go on as those of a writer do? Then kind[].lo is where those
 * that follow will.
 */
static bool regular_head(struct pfs_flat *x)
{
	size_t i;

	x->data_at = UINT64_MAX;
	x->kind[DESC].lo = x->desc_at;
	for (i = 0; i < x->nr; i++) {
		const struct piece *p = &x->v[i];
		struct kind *k;

		if (p->at < x->desc_at)
			continue;
		if (x->data_at == UINT64_MAX && p->at != x->kind[DESC].lo)
			x->data_at = x->kind[DATA].lo = p->at;
		k = &x->kind[kind_of(x, p)];
		if (p->at != k->lo || p->len > MAX_PIECE)
			return false;
		k->lo += p->len;
		x->largest = p->len > x->largest ? p->len : x->largest;
	}
	return x->data_at != UINT64_MAX && x->kind[DESC].lo <= x->data_at;
}

/*
 * Is there a header at pos, in fact? Those of the pieces behind it follow from its length,
 * and one of them goes on where an earlier one of its kind ended.
 */
static bool believable(struct pfs_flat *x, uint64_t pos, unsigned int *mistakes)
{
	uint64_t next[NR_KINDS] = { 0 };
	struct pfs_err err;
	unsigned int i;

	for (i = 0; i < MAX_HOPS; i++) {
		struct piece p;
		int k;

		if (piece_at(x, pos, &p, &err))
			return false;
		if (!p.len)
			return i && p.pos == x->f.size;
		k = kind_of(x, &p);
		/* As far as it is behind the beginning in the dump, it is in the file, at least. */
		if (p.at < x->kind[k].lo || p.len > 2 * x->largest ||
		    p.at - x->kind[k].lo > pos - x->from ||
		    (x->kind[k].seen && p.at + p.len > x->kind[k].hi))
			return false;
		if (next[k])
			return p.at == next[k];
		*mistakes += !i;
		next[k] = p.at + p.len;
		pos = p.pos + p.len;
	}
	return false;
}

/* The first header at or after pos, of a piece that begins before end. 0: none is found. */
static uint64_t next_head(struct pfs_flat *x, uint64_t pos, uint64_t end)
{
	/* A piece may have begun just before pos. */
	uint64_t last = pfs_min64(end, pos + x->largest + HEAD);
	size_t want = (size_t)(2 * x->largest) + PEEK;
	unsigned int mistakes = 0;

	for (; pos < last; pos++) {
		const unsigned char *h;

		if (!in(&x->data, pos, HEAD) &&
		    (x->f.size - pos < HEAD || fill(x, &x->data, pos, want)))
			return 0;
		h = x->data.bytes + (pos - x->data.at);
		if (pfs_be64(h) < x->kind[DESC].lo || pfs_be64(h) > MAX_SIZE || !pfs_be64(h + 8) ||
		    pfs_be64(h + 8) > 2 * x->largest)
			continue;
		if (believable(x, pos, &mistakes))
			return pos;
		if (mistakes == MAX_MISTAKES)
			return 0;
	}
	return 0;
}

/* Of the pieces from number i on: do they go on as those of a writer do, up to the end? */
static bool regular_end(struct pfs_flat *x, size_t i)
{
	uint64_t next[NR_KINDS] = { 0 };

	for (; i < x->nr; i++) {
		const struct piece *p = &x->v[i];
		struct kind *k = &x->kind[kind_of(x, p)];

		/* A header that is written once more, because something changed. */
		if (p->at + p->len <= x->desc_at)
			continue;
		if (p->at < k->lo || (k->seen && p->at != next[kind_of(x, p)]))
			return false;
		if (!k->seen)
			k->hi = p->at;
		k->seen = true;
		next[kind_of(x, p)] = p->at + p->len;
	}
	return x->kind[DESC].seen && x->kind[DATA].seen && next[DESC] <= x->data_at;
}

/*
 * What is between the two ends, in bytes, is their headers, descriptors and data, and nothing
 * else: no third kind of pieces, unless they are small.
 */
static bool adds_up(const struct pfs_flat *x)
{
	uint64_t bytes = 0, gap = x->to - x->from, heads, nr;
	unsigned int k;

	for (k = 0; k < NR_KINDS; k++)
		bytes += x->kind[k].hi - x->kind[k].lo;
	if (bytes > gap)
		return false;
	heads = gap - bytes;
	nr = heads / HEAD;
	return !(heads % HEAD) && nr * x->largest >= bytes && nr <= 64 * (bytes / x->largest + 1);
}

/*
 * Index the end of the file, from any header there. False: pieces do not follow one another
 * as a writer's do, and all of them have to be looked at.
 */
static bool index_end(struct pfs_flat *x, uint64_t from, struct progress *g)
{
	uint64_t tail = 4 * x->largest + READ_DENSE / 2, pos;
	size_t nr = x->nr;
	struct pfs_err err;
	bool end;

	if (!regular_head(x))
		return false;
	/* Of memory that is all zero there are descriptors alone. */
	for (; tail < (x->f.size - from) / 2; tail *= 8) {
		x->kind[DESC].seen = x->kind[DATA].seen = false;
		x->from = from;
		x->to = pos = next_head(x, x->f.size - tail, x->f.size);
		if (pos && !walk(x, &pos, SIZE_MAX, g, &end, &err) && regular_end(x, nr) &&
		    adds_up(x))
			return true;
		x->nr = nr;
	}
	x->from = x->to = 0;
	return false;
}

static int by_offset(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->pos < y->pos ? -1 : x->pos > y->pos;
}

static uint64_t end_of(const struct piece *p)
{
	return p->at + p->len;
}

/* p without what is before at. */
static struct piece from_on(struct piece p, uint64_t at)
{
	if (at > p.at) {
		p.len -= at - p.at;
		p.pos += at - p.at;
		p.at = at;
	}
	return p;
}

/* Pieces that others lie on, or have lain on. */
struct pile {
	struct piece v[MAX_DEPTH];
	size_t nr;
};

/* Take the last one written of those that go on beyond at; len 0: none does. */
static struct piece uncover(struct pile *u, uint64_t at)
{
	struct piece best = { 0 };
	size_t i, nr = 0, which = 0;

	for (i = 0; i < u->nr; i++) {
		if (end_of(&u->v[i]) <= at)
			continue;
		u->v[nr++] = u->v[i];
		if (u->v[nr - 1].pos > best.pos) {
			best = u->v[nr - 1];
			which = nr - 1;
		}
	}
	if (nr)
		u->v[which] = u->v[--nr];
	u->nr = nr;
	return best.len ? from_on(best, at) : best;
}

static int cover(struct pile *u, const struct piece *p, struct pfs_err *err)
{
	if (u->nr == MAX_DEPTH)
		return pfs_err_set(err, E2BIG, "more than %d pieces on one place", MAX_DEPTH);
	u->v[u->nr++] = *p;
	return 0;
}

/* Where pieces overlap, the later one counts. v is by offset. */
static int flatten(struct pfs_flat *x, const struct piece *v, size_t nr, struct pfs_err *err)
{
	struct piece top = { 0 };
	struct pile under = { .nr = 0 };
	size_t i;
	int r = 0;

	for (i = 0; i < nr && !r; i++) {
		while (!r && top.len && end_of(&top) <= v[i].at) {
			r = put(x, x->nr, &top, err);
			top = uncover(&under, end_of(&top));
		}
		if (r)
			break;
		if (!top.len) {
			top = v[i];
		} else if (v[i].pos < top.pos) {
			r = cover(&under, &v[i], err);
		} else {
			struct piece before = top;

			before.len = v[i].at - top.at;
			if (before.len)
				r = put(x, x->nr, &before, err);
			if (!r && end_of(&top) > end_of(&v[i]))
				r = cover(&under, &top, err);
			top = v[i];
		}
	}
	while (!r && top.len) {
		r = put(x, x->nr, &top, err);
		top = uncover(&under, end_of(&top));
	}
	return r;
}

static int sort(struct pfs_flat *x, struct pfs_err *err)
{
	struct piece *v = x->v;
	size_t nr = x->nr, i;
	int r;

	qsort(v, nr, sizeof(*v), by_offset);
	for (i = 1; i < nr && end_of(&v[i - 1]) <= v[i].at; i++)
		;
	if (i >= nr)
		return 0;
	x->v = NULL;
	x->nr = x->cap = 0;
	r = flatten(x, v, nr, err);
	free(v);
	return r;
}

/* Of what is before the descriptors, the two ends have all. */
static bool has_bitmaps(const struct pfs_flat *x)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < x->nr && x->v[i].at < x->desc_at; i++)
		bytes += x->v[i].len;
	return bytes + x->slack >= x->desc_at;
}

static int index_file(struct pfs_flat *x, uint64_t whole, struct progress *g, struct pfs_err *err)
{
	uint64_t pos = HEADER_SIZE;
	bool end = false;
	int r = 0;

	if (x->f.size > whole) {
		know_kdump(x);
		r = walk(x, &pos, NR_HEAD, g, &end, err);
		if (r)
			return r;
	}
	if (!end && x->f.size > whole && index_end(x, pos, g)) {
		r = sort(x, err);
		if (r || has_bitmaps(x))
			return r;
		/* What is missing lies between. */
		x->from = x->to = 0;
		x->nr = 0;
		pos = HEADER_SIZE;
	}
	if (!end)
		r = walk(x, &pos, SIZE_MAX, g, &end, err);
	return r ? r : sort(x, err);
}

int pfs_flat_open(const struct pfs_dump_file *f, uint64_t whole,
		  void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total),
		  void *arg, struct pfs_flat **ret, uint64_t *ret_size, struct pfs_err *err)
{
	struct pfs_flat *x = calloc(1, sizeof(*x));
	struct progress g = { progress, arg, 0 };
	unsigned char h[32];
	int r;

	if (!x)
		return pfs_err_set(err, ENOMEM, "out of memory");
	pthread_mutex_init(&x->lock, NULL);
	x->f = *f;
	x->desc_at = UINT64_MAX;
	x->heads.bytes = malloc(READ_DENSE);
	x->data.bytes = malloc(BUF_SIZE);
	r = !x->heads.bytes || !x->data.bytes ? pfs_err_set(err, ENOMEM, "out of memory") : 0;
	if (!r && f->size < HEADER_SIZE)
		r = pfs_err_set(err, EIO,
				"truncated: the flattened file ends at byte %" PRIu64
				" inside a header at 0 and has no end mark",
				f->size);
	if (!r) {
		r = pfs_file_raw(f, h, sizeof(h), 0);
		r = r ? cannot_read(0, r, err) : 0;
	}
	if (!r && (pfs_be64(h + 16) != 1 || pfs_be64(h + 24) != 1))
		r = pfs_err_set(err, EINVAL,
				"flattened file of type %" PRIu64 ", version %" PRIu64
				": not supported",
				pfs_be64(h + 16), pfs_be64(h + 24));
	if (!r)
		r = index_file(x, whole, &g, err);
	if (r) {
		pfs_flat_free(x);
		return r;
	}
	if (progress)
		progress(arg, "index", f->size, f->size);
	*ret_size = x->nr ? end_of(&x->v[x->nr - 1]) : 0;
	*ret = x;
	return 0;
}

void pfs_flat_free(struct pfs_flat *x)
{
	if (!x)
		return;
	pthread_mutex_destroy(&x->lock);
	free(x->v);
	free(x->heads.bytes);
	free(x->data.bytes);
	free(x);
}

/* The number of the first piece that begins behind offset. */
static size_t behind(const struct pfs_flat *x, uint64_t offset)
{
	size_t lo = 0, hi = x->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (x->v[mid].at <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* What is known around an offset of one kind: where it may be, in the dump and in the file. */
struct around {
	uint64_t lo, hi, from, to;
};

static struct around around(const struct pfs_flat *x, const struct kind *k, uint64_t offset)
{
	struct around a = { k->lo, k->hi, x->from, x->to };
	size_t i = behind(x, offset);

	if (i && end_of(&x->v[i - 1]) > k->lo) {
		a.lo = end_of(&x->v[i - 1]);
		a.from = x->v[i - 1].pos + x->v[i - 1].len;
	}
	if (i < x->nr && x->v[i].at < k->hi) {
		a.hi = x->v[i].at;
		a.to = x->v[i].pos - HEAD;
	}
	return a;
}

/*
 * Take in a piece from between the ends. It has a place among those of its kind, and what
 * is between them and it, in the dump, is at least as much in the file.
 */
static int take_in(struct pfs_flat *x, const struct piece *p)
{
	const struct kind *k = &x->kind[kind_of(x, p)];
	struct pfs_err err;
	struct around a;
	size_t i = behind(x, p->at);

	if (i && x->v[i - 1].at == p->at)
		return x->v[i - 1].pos == p->pos ? 0 : -EIO;
	a = around(x, k, p->at);
	if (p->at < a.lo || end_of(p) > a.hi || p->pos - HEAD < a.from || p->pos + p->len > a.to ||
	    p->at - a.lo > p->pos - HEAD - a.from || a.hi - end_of(p) > a.to - (p->pos + p->len))
		return -EIO;
	return put(x, i, p, &err);
}

static bool whole_descs(const struct pfs_flat *x, const struct piece *p)
{
	return !((p->at - x->desc_at) % KDUMP_DESC_SIZE || p->len % KDUMP_DESC_SIZE);
}

/* A walk from header to header, for the piece of kind k with an offset. */
struct search {
	int k;
	uint64_t offset;
	uint64_t next[NR_KINDS]; /* where the next piece of a kind has to go on; 0: not known */
	/* Of each kind, one that may be one: its header could be damaged. */
	struct piece first[NR_KINDS];
	bool met, found; /* one of kind k; the one, or one beyond */
};

static int accept(struct pfs_flat *x, struct search *s, struct piece *p)
{
	int r = p->len ? take_in(x, p) : 0;

	if (p->len && kind_of(x, p) == s->k) {
		s->met = true;
		s->found |= end_of(p) > s->offset;
	}
	p->len = 0;
	return r;
}

/*
 * A piece is accepted if it goes on where one of its kind ended, or the next one does where
 * it ends. Those of descriptors are far from each other: whole descriptors between data that
 * go on are accepted, too.
 */
static int judge(struct pfs_flat *x, struct search *s, struct piece p)
{
	int kind = kind_of(x, &p), r;
	uint64_t end = end_of(&p);

	if (s->next[kind]) {
		r = accept(x, s, &s->first[kind]);
		r = r ? r : accept(x, s, &p);
		if (!r && kind == DATA && whole_descs(x, &s->first[DESC]))
			r = accept(x, s, &s->first[DESC]);
		if (r)
			return r;
	} else if (kind == DATA || s->next[DATA]) {
		s->first[kind] = p;
	} else {
		/* It would be judged by the data before it. */
		return 0;
	}
	s->next[kind] = end;
	return 0;
}

/* May p follow prev? A length that is damaged leads to no header. */
static bool may_follow(const struct pfs_flat *x, const struct search *s, const struct piece *prev,
		       const struct piece *p)
{
	int kind = kind_of(x, p);
	uint64_t next = prev->len && kind_of(x, prev) == kind ? end_of(prev) : s->next[kind];

	return p->len && p->len <= MAX_PIECE && p->at >= x->kind[kind].lo &&
	       (!next || p->at == next);
}

/* Walk from the header at pos, no further than hops, but to a piece of the kind. */
static int walk_to(struct pfs_flat *x, struct search *s, uint64_t pos, unsigned int hops)
{
	struct piece prev = { 0 };
	unsigned int i;

	for (i = 0; i < MAX_HOPS && (i < hops || !s->met) && !s->found &&
		    (pos < x->to || prev.len || s->first[s->k].len);
	     i++) {
		struct pfs_err err;
		struct piece p;
		int r = piece_at(x, pos, &p, &err);

		if (!r && !p.len && p.pos == x->f.size)
			break;
		if (r || !may_follow(x, s, &prev, &p))
			return -EIO;
		r = prev.len ? judge(x, s, prev) : 0;
		if (r)
			return r;
		prev = p;
		pos = p.pos + p.len;
	}
	return 0;
}

/* Find the piece with an offset that lies between the ends, and take it in. */
static int discover(struct pfs_flat *x, int k, uint64_t offset)
{
	/* From here on there is no piece of this kind before the next one that is known. */
	uint64_t none_from = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < MAX_TRIES; i++) {
		struct around a = around(x, &x->kind[k], offset), now;
		uint64_t span = pfs_min64(a.to, none_from) - a.from, guess, pos = 0;
		struct search s = { .k = k, .offset = offset };
		int r;

		if (offset < a.lo)
			return 0;
		if (offset >= a.hi || a.from >= a.to || none_from <= a.from)
			return -EIO;
		guess = (uint64_t)((double)span *
				   ((double)(offset - a.lo) / (double)(a.hi - a.lo)));
		if (i % 3 == 2)
			guess = span / 2;
		/* A header is searched for from within the piece before it. */
		if (guess > FEW * x->largest)
			pos = next_head(x, a.from + guess - x->largest, a.to);
		s.next[k] = pos ? 0 : a.lo;
		r = walk_to(x, &s, pos ? pos : a.from, pos ? 1 : MAX_HOPS);
		if (r)
			return r;
		now = around(x, &x->kind[k], offset);
		if (pos && now.lo == a.lo && now.hi == a.hi)
			none_from = pos;
	}
	return -EIO;
}

/*
 * Index all that is between the ends, where a search found nothing: a long run of descriptors
 * alone, of memory that is all zero, has no landmark in it. Each goes on where the last one of
 * its kind ended, or a header is damaged, and what was searched for stays unknown.
 */
static int index_middle(struct pfs_flat *x)
{
	uint64_t next[NR_KINDS] = { x->kind[DESC].lo, x->kind[DATA].lo }, pos = x->from;
	size_t nr = x->nr;
	struct pfs_err err;
	struct piece p;
	int r = 0;

	x->walked = true;
	while (!r && pos < x->to) {
		r = piece_at(x, pos, &p, &err);
		if (!r && (!p.len || p.at != next[kind_of(x, &p)]))
			r = -EIO;
		if (r)
			break;
		next[kind_of(x, &p)] = end_of(&p);
		pos = p.pos + p.len;
		r = put(x, x->nr, &p, &err);
	}
	if (r || pos != x->to || next[DESC] != x->kind[DESC].hi || next[DATA] != x->kind[DATA].hi) {
		x->nr = nr;
		return r == -ENOMEM ? r : -EIO;
	}
	x->from = x->to = 0;
	x->broken = sort(x, &err);
	return x->broken;
}

/*
 * The bytes from offset on, up to *ret_end, are those at *ret_pos of the flattened file;
 * 0: they are a hole.
 */
static int locate(struct pfs_flat *x, uint64_t offset, uint64_t *ret_pos, uint64_t *ret_end)
{
	int k = offset >= x->data_at ? DATA : DESC, r = 0;
	size_t i;

	if (x->to && offset >= x->kind[k].lo && offset < x->kind[k].hi)
		r = discover(x, k, offset);
	if (r == -EIO && !x->walked)
		r = index_middle(x);
	if (r || x->broken)
		return r ? r : x->broken;
	i = behind(x, offset);
	*ret_pos = 0;
	*ret_end = i < x->nr ? x->v[i].at : UINT64_MAX;
	if (i && offset < end_of(&x->v[i - 1])) {
		*ret_pos = x->v[i - 1].pos + (offset - x->v[i - 1].at);
		*ret_end = end_of(&x->v[i - 1]);
	} else if (x->to && offset < x->kind[DESC].lo) {
		*ret_end = pfs_min64(*ret_end, x->kind[DESC].lo);
	}
	return 0;
}

/*
 * Copy n bytes from pos of the flattened file. More are wanted, which lie behind the header
 * that follows: they are read at once.
 */
static int copy(struct pfs_flat *x, unsigned char *dst, size_t n, uint64_t pos, size_t more)
{
	size_t want;

	if (!in(&x->data, pos, n)) {
		int r;

		if (!more || n >= BUF_SIZE)
			return pfs_file_raw(&x->f, dst, n, pos);
		/* A piece of the other kind may lie between any two. */
		want = n + more + (more / (x->largest | PEEK) + 1) * PEEK;
		r = fill(x, &x->data, pos, want < BUF_SIZE ? want : BUF_SIZE);
		if (r)
			return r;
	}
	memcpy(dst, x->data.bytes + (pos - x->data.at), n);
	return 0;
}

static int read_locked(struct pfs_flat *x, unsigned char *dst, size_t len, uint64_t offset)
{
	while (len) {
		uint64_t pos, end;
		int r = locate(x, offset, &pos, &end);
		size_t n;

		if (r || end == UINT64_MAX)
			return r ? r : -EIO;
		n = (size_t)pfs_min64(len, end - offset);
		if (pos)
			r = copy(x, dst, n, pos, len - n);
		else
			memset(dst, 0, n);
		if (r)
			return r;
		dst += n;
		offset += n;
		len -= n;
	}
	return 0;
}

int pfs_flat_read(struct pfs_flat *x, void *buf, size_t len, uint64_t offset)
{
	int r;

	pthread_mutex_lock(&x->lock);
	r = read_locked(x, buf, len, offset);
	pthread_mutex_unlock(&x->lock);
	return r;
}

uint64_t pfs_flat_next_data(struct pfs_flat *x, uint64_t offset)
{
	uint64_t pos, end;
	int r;

	pthread_mutex_lock(&x->lock);
	r = locate(x, offset, &pos, &end);
	pthread_mutex_unlock(&x->lock);
	/* What cannot be located may be data. */
	return r || pos ? offset : end;
}
