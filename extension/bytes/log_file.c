/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a file of text, decompressed by content. What is compressed may be a
 * bomb, and a stream has no end: of all of it a part of bounded size is kept,
 * and a bounded part looked at. A file that was cut off, or is damaged further
 * on, gives what comes before that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "bytes/dump.h"
#include "bytes/log.h"

#define PIECE 65536
#define LOOKED_AT 8		/* times what is kept */
#define XZ_MEMORY ((uint64_t)128 << 20)	/* xz -9 takes half of it */

struct source {
	int fd;
	unsigned char buf[PIECE];
	size_t at, nr;
	bool end;
	int error;
};

/* Is there more, or was there when it is called again? False at the end and on errors. */
static bool more(struct source *in)
{
	ssize_t n;

	if (in->at < in->nr)
		return true;
	if (in->end || in->error)
		return false;
	do {
		n = read(in->fd, in->buf, sizeof(in->buf));
	} while (n < 0 && errno == EINTR);
	in->at = 0;
	in->nr = n > 0 ? (size_t)n : 0;
	in->end = !n;
	in->error = n < 0 ? errno : 0;
	return n > 0;
}

/* Text so far: at most 2 * max bytes, of which the last ones are kept; of most at all. */
struct sink {
	char *text;
	size_t len, cap, max;
	uint64_t total, most;
	bool head; /* the beginning is wanted */
	bool late, full, no_memory;
};

static bool grow(struct sink *s, size_t want)
{
	size_t cap = s->cap ? s->cap : PIECE;
	char *p;

	while (cap < want)
		cap *= 2;
	if (cap == s->cap)
		return true;
	p = realloc(s->text, cap);
	if (!p) {
		s->no_memory = true;
		return false;
	}
	s->text = p;
	s->cap = cap;
	return true;
}

/* False: no more is wanted. len is at most PIECE. */
static bool put(struct sink *s, const void *data, size_t len)
{
	if (s->len + len > 2 * s->max) {
		memmove(s->text, s->text + s->len - s->max, s->max);
		s->len = s->max;
		s->late = true;
	}
	if (!grow(s, s->len + len + 1))
		return false;
	memcpy(s->text + s->len, data, len);
	s->len += len;
	s->total += len;
	s->full = s->total >= s->most;
	return !s->full;
}

/* Of a file that is too long, go to where what is kept begins. */
static void skip_to_end(struct source *in, struct sink *out)
{
	off_t size = lseek(in->fd, 0, SEEK_END);

	if (size <= 0 || (uint64_t)size <= out->most) {
		if (size >= 0)
			lseek(in->fd, (off_t)in->nr, SEEK_SET);
		return;
	}
	if (lseek(in->fd, size - (off_t)out->max, SEEK_SET) < 0)
		return;
	in->at = in->nr = 0;
	out->late = true;
}

static const char *copy(struct source *in, struct sink *out)
{
	if (!out->head)
		skip_to_end(in, out);
	while (more(in)) {
		size_t n = in->nr - in->at;

		in->at = in->nr;
		if (!put(out, in->buf + in->nr - n, n))
			break;
	}
	return NULL;
}

static const char early_end[] = "its compressed data end early";
static const char bad_data[] = "its compressed data are damaged";

static const char *gunzip(struct source *in, struct sink *out)
{
	unsigned char buf[PIECE];
	z_stream z = { 0 };
	int r = Z_OK;

	/* 16: the header is gzip's. */
	if (inflateInit2(&z, MAX_WBITS + 16) != Z_OK) {
		out->no_memory = true;
		return NULL;
	}
	while (r == Z_OK && more(in)) {
		z.next_in = in->buf + in->at;
		z.avail_in = (uInt)(in->nr - in->at);
		z.next_out = buf;
		z.avail_out = sizeof(buf);
		r = inflate(&z, Z_NO_FLUSH);
		in->at = in->nr - z.avail_in;
		if (r == Z_BUF_ERROR)
			r = Z_OK;
		if (!put(out, buf, sizeof(buf) - z.avail_out))
			break;
		/* Files that were put together are one; what else follows is padding. */
		if (r == Z_STREAM_END && more(in) && in->buf[in->at] == 0x1f)
			r = inflateReset(&z);
	}
	inflateEnd(&z);
	if (r == Z_STREAM_END || out->full || out->no_memory)
		return NULL;
	return r == Z_OK ? early_end : bad_data;
}

static const char *unxz(struct source *in, struct sink *out)
{
	lzma_stream z = LZMA_STREAM_INIT;
	unsigned char buf[PIECE];
	lzma_ret r = lzma_stream_decoder(&z, XZ_MEMORY, LZMA_CONCATENATED);

	while (r == LZMA_OK) {
		bool have = more(in);

		z.next_in = in->buf + in->at;
		z.avail_in = in->nr - in->at;
		z.next_out = buf;
		z.avail_out = sizeof(buf);
		r = lzma_code(&z, have ? LZMA_RUN : LZMA_FINISH);
		in->at = in->nr - z.avail_in;
		if (!put(out, buf, sizeof(buf) - z.avail_out))
			break;
	}
	lzma_end(&z);
	if (r == LZMA_MEM_ERROR)
		out->no_memory = true;
	if (r == LZMA_STREAM_END || out->full || out->no_memory)
		return NULL;
	return r == LZMA_BUF_ERROR	? early_end :
	       r == LZMA_MEMLIMIT_ERROR ? "it would take too much memory to decompress" :
					  bad_data;
}

static const char *unzstd(struct source *in, struct sink *out)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	unsigned char buf[PIECE];
	size_t r = 1;

	if (!z) {
		out->no_memory = true;
		return NULL;
	}
	while (more(in)) {
		ZSTD_inBuffer from = { in->buf, in->nr, in->at };
		ZSTD_outBuffer to = { buf, sizeof(buf), 0 };

		r = ZSTD_decompressStream(z, &to, &from);
		in->at = from.pos;
		if (ZSTD_isError(r) || !put(out, buf, to.pos))
			break;
		/* The last of its input may hold more than one buffer of output. */
		while (r && in->at == in->nr && to.pos == sizeof(buf)) {
			to.pos = 0;
			r = ZSTD_decompressStream(z, &to, &from);
			if (ZSTD_isError(r) || !put(out, buf, to.pos))
				break;
		}
		if (ZSTD_isError(r))
			break;
	}
	ZSTD_freeDStream(z);
	if (out->full || out->no_memory)
		return NULL;
	return ZSTD_isError(r) ? bad_data : r ? early_end : NULL;
}

static const struct format {
	const char *name, *magic;
	size_t len;
	const char *(*run)(struct source *in, struct sink *out); /* what went wrong, or NULL */
} formats[] = {
	{ "gzip", "\x1f\x8b", 2, gunzip },
	{ "xz", "\xfd\x37zXZ", 5, unxz },
	{ "zstd", "\x28\xb5\x2f\xfd", 4, unzstd },
	{ NULL, "", 0, copy },
};

static const char *unpack(struct source *in, struct sink *out, const char **ret_name)
{
	const struct format *f = formats;

	more(in);
	while (in->nr < f->len || memcmp(in->buf, f->magic, f->len))
		f++;
	*ret_name = f->name;
	return f->run(in, out);
}

static bool is_dump(const char *path, int fd)
{
	struct pfs_dump_file f = { .fd = fd, .path = path };
	struct pfs_err ignored;
	enum pfs_dump_kind kind;
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	f.size = (uint64_t)st.st_size;
	return !pfs_dump_identify(&f, &kind, &ignored) && kind != PFS_DUMP_PERHAPS_PACKED;
}

static int read_all(int fd, const char *path, size_t max, struct pfs_text *ret, struct pfs_err *err)
{
	struct source *in = calloc(1, sizeof(*in));
	struct sink out = { .max = max, .most = (uint64_t)max * LOOKED_AT };
	struct pfs_text t = { 0 };
	struct stat st;
	int code;

	if (!in)
		return pfs_err_set(err, ENOMEM, "out of memory");
	in->fd = fd;
	t.damage = unpack(in, &out, &t.compression);
	code = out.no_memory || !grow(&out, out.len + 1) ? ENOMEM : in->error;
	free(in);
	if (code || !out.len) {
		free(out.text);
		if (code)
			return pfs_err_set(err, code, "cannot read '%s': %s", path, strerror(code));
		return pfs_err_set(err, EINVAL, "'%s' is no log: %s", path,
				   t.damage ? t.damage : "there is nothing in it");
	}
	if (out.full)
		t.damage = "there is more of it than is looked at";
	out.text[out.len] = '\0';
	t.text = out.text;
	t.len = out.len;
	t.late = out.late;
	t.bytes = !fstat(fd, &st) && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : out.total;
	*ret = t;
	return 0;
}

int pfs_text_read(const char *path, size_t max, struct pfs_text *ret, struct pfs_err *err)
{
	bool std = !strcmp(path, "-");
	int fd = std ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return pfs_err_set(err, errno, "cannot open '%s': %s", path, strerror(errno));
	if (!std && is_dump(path, fd))
		r = pfs_err_set(err, EINVAL, "'%s' is a dump and no log: pfnscope %s", path, path);
	else
		r = read_all(fd, path, max, ret, err);
	close(fd);
	return r;
}

void pfs_text_free(struct pfs_text *t)
{
	free(t->text);
	*t = (struct pfs_text){ 0 };
}

bool pfs_log_is_file(int fd)
{
	struct source *in = calloc(1, sizeof(*in));
	struct sink out = { .max = PIECE, .most = PIECE, .head = true };
	const char *name;
	bool is = false;
	off_t at = lseek(fd, 0, SEEK_SET);

	if (in && !at) {
		in->fd = fd;
		unpack(in, &out, &name);
		is = out.len && !out.no_memory && grow(&out, out.len + 1) &&
		     pfs_log_is(out.text, out.len);
		lseek(fd, 0, SEEK_SET);
	}
	free(in);
	free(out.text);
	return is;
}

bool pfs_log_is_path(const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct stat st;
	bool is;

	if (fd < 0)
		return !strcmp(path, "-");
	is = !fstat(fd, &st) && S_ISREG(st.st_mode) && !is_dump(path, fd) && pfs_log_is_file(fd);
	close(fd);
	return is;
}
