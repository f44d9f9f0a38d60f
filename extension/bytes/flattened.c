/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Write out what a flattened file means, piece after piece. bytes/flat.h says what is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "bytes/dump.h"

#define HEADER_SIZE 4096
#define BUF_SIZE ((size_t)1 << 20)
/* No dump is larger than this; an offset beyond it is damage. */
#define MAX_SIZE ((uint64_t)1 << 50)
#define PROGRESS_STEP ((uint64_t)16 << 20)

/* Input goes through a buffer, because pieces are small: a page each, or less. */
struct stream {
	const struct pfs_dump_file *f;
	uint64_t offset; /* of the next byte to take */
	unsigned char *buf;
	size_t at, len;
};

/* Take at most want bytes from the buffer; *ret_len is 0 at the end of the file. */
static int take(struct stream *s, size_t want, const unsigned char **ret, size_t *ret_len)
{
	if (s->at == s->len) {
		uint64_t left = s->f->size - s->offset;

		s->at = 0;
		s->len = left < BUF_SIZE ? (size_t)left : BUF_SIZE;
		if (s->len) {
			int r = pfs_file_raw(s->f, s->buf, s->len, s->offset);

			if (r) {
				s->len = 0;
				return r;
			}
		}
	}
	*ret = s->buf + s->at;
	*ret_len = s->len - s->at < want ? s->len - s->at : want;
	s->at += *ret_len;
	s->offset += *ret_len;
	return 0;
}

static int take_all(struct stream *s, unsigned char *dst, size_t want, struct pfs_err *err)
{
	const unsigned char *p;
	uint64_t start = s->offset;
	size_t n;

	while (want) {
		int r = take(s, want, &p, &n);

		if (r)
			return pfs_err_set(err, -r, "byte %" PRIu64 ": cannot read: %s", s->offset,
					   strerror(-r));
		if (!n)
			return pfs_err_set(err, EIO,
					   "truncated: the flattened file ends at byte %" PRIu64
					   " inside a header at %" PRIu64 " and has no end "
					   "mark",
					   s->f->size, start);
		memcpy(dst, p, n);
		dst += n;
		want -= n;
	}
	return 0;
}

static int put_all(int fd, const unsigned char *p, size_t len, uint64_t offset, struct pfs_err *err)
{
	while (len) {
		ssize_t n = pwrite(fd, p, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return pfs_err_set(err, errno,
					   "cannot write the rearranged copy (in "
					   "$TMPDIR, or /var/tmp): %s",
					   strerror(errno));
		p += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

/*
 * Pieces are small and mostly follow one another. They are joined, so that a
 * write is as large as a read.
 */
struct joined {
	int fd;
	unsigned char *buf;
	uint64_t offset;
	size_t len;
};

static int flush(struct joined *j, struct pfs_err *err)
{
	int r = put_all(j->fd, j->buf, j->len, j->offset, err);

	j->offset += j->len;
	j->len = 0;
	return r;
}

static int copy_piece(struct stream *s, struct joined *j, uint64_t offset, uint64_t len,
		      struct pfs_err *err)
{
	const unsigned char *p;
	size_t n;
	int r;

	if (offset != j->offset + j->len) {
		r = flush(j, err);
		if (r)
			return r;
		j->offset = offset;
	}
	while (len) {
		if (j->len == BUF_SIZE) {
			r = flush(j, err);
			if (r)
				return r;
		}
		n = BUF_SIZE - j->len;
		r = take(s, len < n ? (size_t)len : n, &p, &n);
		if (r)
			return pfs_err_set(err, -r, "byte %" PRIu64 ": cannot read: %s", s->offset,
					   strerror(-r));
		if (!n)
			return pfs_err_set(err, EIO, "truncated: the flattened file ends");
		memcpy(j->buf + j->len, p, n);
		j->len += n;
		len -= n;
	}
	return 0;
}

static int rearrange(struct stream *s, struct joined *j,
		     void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total),
		     void *arg, struct pfs_err *err)
{
	unsigned char h[16];
	uint64_t shown = 0;

	for (;;) {
		uint64_t at = s->offset, offset, len;
		int r = take_all(s, h, sizeof(h), err);

		if (r)
			return r;
		offset = pfs_be64(h);
		len = pfs_be64(h + 8);
		if (offset == UINT64_MAX && len == UINT64_MAX)
			break;
		if (!len || offset > MAX_SIZE || len > MAX_SIZE)
			return pfs_err_set(err, EIO,
					   "damaged: the header at byte %" PRIu64
					   " of the flattened file says offset 0x%" PRIx64
					   ", length 0x%" PRIx64,
					   at, offset, len);
		if (len > s->f->size - s->offset)
			return pfs_err_set(err, EIO,
					   "truncated: the header at byte %" PRIu64 " says %" PRIu64
					   " bytes follow, but the flattened "
					   "file ends after %" PRIu64,
					   at, len, s->f->size - s->offset);
		r = copy_piece(s, j, offset, len, err);
		if (r)
			return r;
		if (progress && s->offset - shown >= PROGRESS_STEP) {
			shown = s->offset;
			progress(arg, "rearrange", s->offset, s->f->size);
		}
	}
	if (progress)
		progress(arg, "rearrange", s->f->size, s->f->size);
	return flush(j, err);
}

int pfs_dump_unflatten(struct pfs_dump_file *f,
		       void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total),
		       void *arg, struct pfs_err *err)
{
	struct stream s = { .f = f, .buf = malloc(BUF_SIZE) };
	struct joined j = { .fd = -1, .buf = malloc(BUF_SIZE) };
	unsigned char h[HEADER_SIZE];
	off_t size;
	int r;

	if (!s.buf || !j.buf) {
		r = pfs_err_set(err, ENOMEM, "out of memory");
		goto out;
	}
	r = take_all(&s, h, sizeof(h), err);
	if (r)
		goto out;
	if (pfs_be64(h + 16) != 1 || pfs_be64(h + 24) != 1) {
		r = pfs_err_set(err, EINVAL,
				"flattened file of type %" PRIu64 ", version %" PRIu64
				": not supported",
				pfs_be64(h + 16), pfs_be64(h + 24));
		goto out;
	}
	r = j.fd = pfs_temporary(err);
	if (r < 0)
		goto out;
	r = rearrange(&s, &j, progress, arg, err);
	if (r)
		goto out;
	size = lseek(j.fd, 0, SEEK_END);
	if (size < 0) {
		r = pfs_err_set(err, errno, "cannot seek: %s", strerror(errno));
		goto out;
	}
	close(f->fd);
	f->fd = j.fd;
	f->size = (uint64_t)size;
	j.fd = -1;
out:
	if (j.fd >= 0)
		close(j.fd);
	free(s.buf);
	free(j.buf);
	return r;
}
