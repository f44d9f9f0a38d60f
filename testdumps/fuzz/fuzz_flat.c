/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The middle of a large flattened file, whose pieces are searched for. The first byte picks how
 * the file was cut and whether headers or data are changed, two more where it is read; then
 * come changes: which piece, where in it, how many bytes, and the bytes.
 */
#include "fuzz.h"

#include <errno.h>

#include "bytes/dump.h"
#include "bytes/flat.h"
#define NR_DESC 3000
#define DATA ((size_t)6 << 20)
#include "unit/flat_file.h"

#define MAX_HEADS 1024
/* Less data than this holds no two headers: what is read must be what was written. */
#define NO_CHAIN 32

static struct blob of;
static struct file {
	struct blob b;
	int fd; /* which has the same bytes */
	size_t head[MAX_HEADS];
	size_t nr;
} files[NR_WRITERS];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	enum writer w;
	char path[32];

	(void)argc;
	(void)argv;
	seed = 1;
	make(&of);
	for (w = 0; w < NR_WRITERS; w++) {
		struct file *f = &files[w];
		size_t at = PAGE;

		write_all(&f->b, &of, w);
		end(&f->b);
		f->fd = feed_file(f->b.p, f->b.len, path);
		while (at + 16 < f->b.len && f->nr < MAX_HEADS) {
			f->head[f->nr++] = at;
			at += 16 + (size_t)__builtin_bswap64(pfs_le64(f->b.p + at + 8));
		}
	}
	return 0;
}

/* What was there before a change, of the file and of what it means. */
struct change {
	size_t at, of_at, len;
	unsigned char old[64];
};

static void put_bytes(struct file *f, size_t at, const unsigned char *p, size_t len)
{
	memcpy(f->b.p + at, p, len);
	if (pwrite(f->fd, p, len, (off_t)at) != (ssize_t)len)
		abort();
}

/* Change headers, or the data of a piece, of which *of then has the same bytes. */
static size_t change(struct file *f, struct feed *in, bool heads, struct change *done, size_t max)
{
	size_t nr;

	for (nr = 0; in->left > 5 && nr < max; nr++) {
		struct change *c = &done[nr];
		size_t i = (size_t)feed_take(in, 2) % (f->nr - 1), size = 16, off;

		*c = (struct change){ .at = f->head[i], .of_at = SIZE_MAX };
		if (!heads) {
			c->of_at = (size_t)__builtin_bswap64(pfs_le64(f->b.p + c->at));
			c->at += 16;
			size = f->head[i + 1] - c->at;
		}
		off = (size_t)feed_take(in, 2) % size;
		c->len = least((size_t)feed_take(in, 1) % sizeof(c->old) + 1, size - off);
		c->len = least(c->len, in->left);
		c->at += off;
		memcpy(c->old, f->b.p + c->at, c->len);
		put_bytes(f, c->at, in->p, c->len);
		if (!heads) {
			c->of_at += off;
			memcpy(of.p + c->of_at, in->p, c->len);
		}
		in->p += c->len;
		in->left -= c->len;
	}
	return nr;
}

static void undo(struct file *f, const struct change *done, size_t nr)
{
	while (nr--) {
		put_bytes(f, done[nr].at, done[nr].old, done[nr].len);
		if (done[nr].of_at != SIZE_MAX)
			memcpy(of.p + done[nr].of_at, done[nr].old, done[nr].len);
	}
}

/* Bytes at places that follow from the input, and all of it in order. */
static void look_through(struct pfs_flat *x, const unsigned char *want, uint64_t size)
{
	static unsigned char buf[1 << 17];
	uint64_t at;
	unsigned int i;

	for (i = 0; i < 40; i++) {
		size_t len = least((size_t)dice(i % 4 ? 5000 : sizeof(buf)) + 1, sizeof(buf));

		at = dice(size);
		len = least(len, (size_t)(size - at));
		if (pfs_flat_read(x, buf, len, at))
			continue;
		feed_look(buf, len);
		if (want && memcmp(buf, want + at, len))
			abort();
	}
	for (at = 0, i = 0; at < size && i < 4096; i++) {
		uint64_t next = pfs_flat_next_data(x, at);

		if (next < at)
			abort(); /* it does not go on */
		at = next == UINT64_MAX ? next : next + PAGE;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed in = { data, size };
	uint64_t kind = feed_take(&in, 1), whole;
	struct file *f = &files[(kind & 7) % NR_WRITERS];
	bool heads = kind & 8;
	static struct change done[32];
	struct pfs_io io = { 0 };
	struct pfs_dump_file file = { .io = &io, .fd = f->fd, .size = f->b.len };
	struct pfs_flat *x;
	struct pfs_err err;
	uint64_t length;
	size_t nr, bytes = 0, i;

	seed = feed_take(&in, 2);
	nr = change(f, &in, heads, done, sizeof(done) / sizeof(*done));
	for (i = 0; i < nr; i++)
		bytes += done[i].len;
	whole = kind & 16 ? UINT64_MAX : 0;
	if (!pfs_flat_open(&file, whole, NULL, NULL, &x, &length, &err)) {
		look_through(x, heads || bytes >= NO_CHAIN ? NULL : of.p,
			     least((size_t)length, of.len));
		pfs_flat_free(x);
	}
	undo(f, done, nr);
	return 0;
}
