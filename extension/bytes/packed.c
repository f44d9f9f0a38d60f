/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bytes/packed.h"

#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/output.h"

/* One more than ever made sense is a bomb: the largest file of ext4. */
#define MAX_BYTES ((uint64_t)16 << 40)
#define MAX_MEMBERS 65536
#define LOOK_BYTES ((uint64_t)64 << 20)
/* Of a member, enough for a block of any compressor: bzip2 has the largest, of 900 kB. */
#define BUF_SIZE ((size_t)1 << 20)
#define READ_SIZE ((size_t)64 << 10)
/* A vmcore.xz in a tar.gz is taken apart; what is packed more often is a trick. */
#define MAX_DEPTH 2
/* Left free on the disk of the temporary file. */
#define ROOM ((uint64_t)64 << 20)

/* What we take from libarchive. */
/* clang-format off */
#define FUNCTIONS(X) \
	X(archive_read_new) \
	X(archive_read_free) \
	X(archive_read_support_format_raw) \
	X(archive_read_support_format_tar) \
	X(archive_read_support_format_zip) \
	X(archive_read_support_filter_bzip2) \
	X(archive_read_support_filter_gzip) \
	X(archive_read_support_filter_lz4) \
	X(archive_read_support_filter_xz) \
	X(archive_read_support_filter_zstd) \
	X(archive_read_open_fd) \
	X(archive_read_open_memory) \
	X(archive_read_next_header) \
	X(archive_read_data_block) \
	X(archive_filter_bytes) \
	X(archive_format) \
	X(archive_errno) \
	X(archive_error_string) \
	X(archive_entry_filetype) \
	X(archive_entry_pathname) \
	X(archive_entry_hardlink)
/* clang-format on */

struct lib {
	void *handle;
#define X(name) __typeof__(name) *name;
	FUNCTIONS(X)
#undef X
};

/* Each by its own magic: libarchive is not to guess, nor to start programs. */
static const struct how {
	unsigned int at, len;
	const char *magic, *name;
	size_t support; /* the function of struct lib */
	bool archive;	/* it has members, by itself */
} hows[] = {
#define FILTER(name) offsetof(struct lib, archive_read_support_filter_##name), false
#define FORMAT(name) offsetof(struct lib, archive_read_support_format_##name), true
	{ 0, 3, "BZh", "bzip2", FILTER(bzip2) },
	{ 0, 2, "\x1f\x8b", "gzip", FILTER(gzip) },
	{ 0, 4, "\x04\x22\x4d\x18", "lz4", FILTER(lz4) },
	{ 0, 6, "\xfd\x37zXZ", "xz", FILTER(xz) },
	{ 0, 4, "\x28\xb5\x2f\xfd", "zstd", FILTER(zstd) },
	{ 0, 4, "PK\x03\x04", "zip", FORMAT(zip) },
	{ 257, 5, "ustar", "tar", FORMAT(tar) },
#undef FORMAT
#undef FILTER
};

static const struct how *how_of(const unsigned char *b, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(hows) / sizeof(*hows); i++)
		if (len >= hows[i].at + hows[i].len &&
		    !memcmp(b + hows[i].at, hows[i].magic, hows[i].len))
			return &hows[i];
	return NULL;
}

const char *pfs_packed_how(const unsigned char *b, size_t len)
{
	const struct how *h = how_of(b, len);

	return h ? h->name : NULL;
}

/* crash brings a zlib of its own, which libarchive must not take; the sanitizers forbid that. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
#define SCOPE RTLD_LOCAL
#else
#define SCOPE (RTLD_LOCAL | RTLD_DEEPBIND)
#endif

static int load(struct lib *l, struct pfs_err *err)
{
	static const char soname[] = "libarchive.so.13";
	bool all = true;

	/* It has threads' own data, which outlive a dlclose(). */
	l->handle = dlopen(soname, RTLD_NOW | RTLD_NODELETE | SCOPE);
	if (!l->handle)
		return pfs_err_set(err, EINVAL, "install %s to read it, or unpack it first (%s)",
				   soname, dlerror());
	/* POSIX lets dlsym()'s result be stored so; ISO C has no such cast. */
#define X(name) all &= (*(void **)&l->name = dlsym(l->handle, #name)) != NULL;
	FUNCTIONS(X)
#undef X
	if (all)
		return 0;
	dlclose(l->handle);
	return pfs_err_set(err, EINVAL, "%s is too old: unpack it first", soname);
}

/* One file, or the beginning of one in memory, that is being read. */
struct reader {
	const struct lib *l;
	struct archive *a;
	const struct how *how;
	const char *name; /* of the member */
	unsigned char *buf;
	size_t len;  /* of what the buffer has of the member */
	uint64_t at; /* in the member, of what comes next into the buffer */
	struct {
		const void *p;
		size_t len;
		uint64_t at;
	} block;	 /* that libarchive gave last */
	bool eof, ended; /* of the member: nothing comes any more; all is taken */
	unsigned int members;
	struct pfs_err *err;
};

static const char *why(const struct reader *r)
{
	const char *s = r->l->archive_error_string(r->a);

	return s ? s : "damaged";
}

static int damaged(const struct reader *r)
{
	if (r->l->archive_errno(r->a) == ENOMEM)
		return pfs_err_set(r->err, ENOMEM, "%s: out of memory", r->how->name);
	return pfs_err_set(r->err, EIO, "%s: %s", r->how->name, why(r));
}

static int support(struct reader *r)
{
	int (*f)(struct archive *);

	memcpy(&f, (const char *)r->l + r->how->support, sizeof(f));
	/* A warning means that it would start a program. */
	if (f(r->a) != ARCHIVE_OK)
		return pfs_err_set(r->err, EINVAL,
				   "this libarchive does not know %s: unpack it first",
				   r->how->name);
	if (!r->how->archive && (r->l->archive_read_support_format_raw(r->a) != ARCHIVE_OK ||
				 r->l->archive_read_support_format_tar(r->a) != ARCHIVE_OK))
		return damaged(r);
	return 0;
}

/* Of a file by its descriptor, or of what is in memory. b, len: how it begins. */
static int reader_open(struct reader *r, const struct lib *l, int fd, const unsigned char *b,
		       size_t len, struct pfs_err *err)
{
	int rc;

	*r = (struct reader){ .l = l, .how = how_of(b, len), .err = err };
	r->buf = malloc(BUF_SIZE);
	r->a = l->archive_read_new();
	if (!r->a || !r->buf)
		return pfs_err_set(err, ENOMEM, "out of memory");
	rc = support(r);
	if (rc)
		return rc;
	if (fd >= 0 && lseek(fd, 0, SEEK_SET))
		return pfs_err_set(err, errno, "cannot seek: %s", strerror(errno));
	rc = fd >= 0 ? l->archive_read_open_fd(r->a, fd, READ_SIZE) :
		       l->archive_read_open_memory(r->a, b, len);
	return rc == ARCHIVE_OK ? 0 : damaged(r);
}

static void reader_close(struct reader *r)
{
	if (r->a)
		r->l->archive_read_free(r->a);
	free(r->buf);
}

/* Bytes that came out of it so far, of whatever use. */
static uint64_t unpacked(const struct reader *r)
{
	int64_t n = r->l->archive_filter_bytes(r->a, 0);

	return n > 0 ? (uint64_t)n : 0;
}

/* Not archive_read_data(): where that fails, it does not say how much came before. */
static int next_block(struct reader *r)
{
	la_int64_t at;
	int rc = r->l->archive_read_data_block(r->a, &r->block.p, &r->block.len, &at);

	r->eof = rc == ARCHIVE_EOF;
	if (rc != ARCHIVE_OK)
		r->block.len = 0;
	if (rc != ARCHIVE_OK && rc != ARCHIVE_EOF)
		return damaged(r);
	/* At the end, a sparse file may have a hole, and any other a nonsense. */
	if (r->eof && (at < 0 || (uint64_t)at < r->at))
		return 0;
	if (at < 0 || (uint64_t)at < r->at || (uint64_t)at > MAX_BYTES) {
		r->block.len = 0;
		return pfs_err_set(r->err, EIO, "%s: damaged", r->how->name);
	}
	r->block.at = (uint64_t)at;
	return 0;
}

static size_t min_len(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

/* Fill the buffer with what comes next of the member. On -EIO, r->len is what came before. */
static int fill(struct reader *r)
{
	for (r->len = 0; r->len < BUF_SIZE;) {
		size_t n = BUF_SIZE - r->len;

		if (r->at < r->block.at) {
			/* A sparse file in a tar. */
			n = min_len(r->block.at - r->at, n);
			memset(r->buf + r->len, 0, n);
		} else if (r->at < r->block.at + r->block.len) {
			size_t done = (size_t)(r->at - r->block.at);

			n = min_len(r->block.len - done, n);
			memcpy(r->buf + r->len, (const char *)r->block.p + done, n);
		} else if (r->eof) {
			r->ended = true;
			break;
		} else {
			int rc = next_block(r);

			if (rc)
				return rc;
			continue;
		}
		r->at += n;
		r->len += n;
	}
	return 0;
}

/* The next regular file, with its beginning in the buffer. 1: it is there; 0: no more. */
static int next_member(struct reader *r)
{
	for (;;) {
		struct archive_entry *e;
		int rc = r->l->archive_read_next_header(r->a, &e);

		if (rc == ARCHIVE_EOF)
			return 0;
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			return damaged(r);
		if (++r->members > MAX_MEMBERS || unpacked(r) > MAX_BYTES)
			return pfs_err_set(r->err, EFBIG, "%s: more in it than we look at",
					   r->how->name);
		if (r->l->archive_entry_filetype(e) != AE_IFREG || r->l->archive_entry_hardlink(e))
			continue;
		/* That of a file that is compressed, and no archive, is made up. */
		r->name = r->l->archive_format(r->a) == ARCHIVE_FORMAT_RAW ?
				  NULL :
				  r->l->archive_entry_pathname(e);
		r->eof = r->ended = false;
		r->at = 0;
		memset(&r->block, 0, sizeof(r->block));
		rc = fill(r);
		/* What is there of a file that is cut off may do. */
		return rc && (rc != -EIO || !r->len) ? rc : 1;
	}
}

static enum pfs_packed look(const struct lib *l, int fd, const unsigned char *b, size_t len,
			    unsigned int depth);

/*
 * Is what the buffer has the beginning of a dump, or of what has one in it? ret_inner: it is
 * packed itself.
 */
static enum pfs_packed is_dump(const struct reader *r, unsigned int depth, bool *ret_inner)
{
	enum pfs_dump_kind kind;
	struct pfs_err ignored;

	*ret_inner = false;
	if (!pfs_dump_identify_bytes(r->buf, r->len, &kind, &ignored))
		return PFS_PACKED_DUMP;
	*ret_inner = depth && how_of(r->buf, r->len);
	return *ret_inner ? look(r->l, -1, r->buf, r->len, depth - 1) : PFS_PACKED_NO_DUMP;
}

static enum pfs_packed look(const struct lib *l, int fd, const unsigned char *b, size_t len,
			    unsigned int depth)
{
	enum pfs_packed ret = PFS_PACKED_NO_DUMP;
	struct pfs_err ignored;
	struct reader r;
	bool inner;
	int rc = reader_open(&r, l, fd, b, len, &ignored);

	while (!rc && ret != PFS_PACKED_DUMP && (rc = next_member(&r)) > 0) {
		ret = is_dump(&r, depth, &inner);
		rc = 0;
		if (ret == PFS_PACKED_NO_DUMP && unpacked(&r) > LOOK_BYTES)
			rc = -EFBIG;
	}
	reader_close(&r);
	return rc < 0 && ret != PFS_PACKED_DUMP ? PFS_PACKED_UNKNOWN : ret;
}

enum pfs_packed pfs_packed_look(int fd)
{
	unsigned char b[512] = { 0 };
	struct pfs_err ignored;
	enum pfs_packed ret;
	struct lib l;
	ssize_t n = pread(fd, b, sizeof(b), 0);

	if (n <= 0 || !how_of(b, (size_t)n))
		return PFS_PACKED_NO_DUMP;
	if (load(&l, &ignored))
		return PFS_PACKED_UNKNOWN;
	ret = look(&l, fd, b, (size_t)n, MAX_DEPTH - 1);
	dlclose(l.handle);
	return ret;
}

struct copy {
	int fd;
	uint64_t at, data, room;
};

static int no_room(const struct copy *c, int code, struct pfs_err *err)
{
	char text[64] = "";

	if (code == ENOSPC)
		snprintf(text, sizeof(text), " after %" PRIu64 " MiB", c->data >> 20);
	return pfs_err_set(err, code, "cannot unpack it (into $TMPDIR, or /var/tmp): %s%s",
			   strerror(code), text);
}

static bool all_zero(const unsigned char *p, size_t len)
{
	return !len || (!*p && !memcmp(p, p + 1, len - 1));
}

/* Zeroes become a hole: they take no room. */
static int put(struct copy *c, const unsigned char *p, size_t len, struct pfs_err *err)
{
	while (len) {
		size_t n = len < READ_SIZE ? len : READ_SIZE;

		if (!all_zero(p, n)) {
			int r;

			if (c->data + n > c->room)
				return no_room(c, ENOSPC, err);
			if (lseek(c->fd, (off_t)c->at, SEEK_SET) < 0)
				return no_room(c, errno, err);
			r = pfs_write_all(c->fd, p, n);
			if (r)
				return no_room(c, -r, err);
			c->data += n;
		}
		c->at += n;
		p += n;
		len -= n;
	}
	return 0;
}

static int copy_open(struct copy *c, struct pfs_err *err)
{
	struct statvfs v;
	uint64_t left;

	*c = (struct copy){ .fd = pfs_temporary(err), .room = UINT64_MAX };
	if (c->fd < 0)
		return c->fd;
	if (!fstatvfs(c->fd, &v) && v.f_blocks) {
		left = (uint64_t)v.f_bavail * v.f_frsize;
		c->room = left > ROOM ? left - ROOM : 0;
	}
	return 0;
}

struct progress {
	void (*show)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *arg;
	uint64_t total;
};

static void show(const struct progress *p, const struct reader *r)
{
	int64_t done = r->l->archive_filter_bytes(r->a, -1);

	if (p->show && done > 0)
		p->show(p->arg, "unpack", (uint64_t)done, p->total);
}

/* All of the member whose beginning is in the buffer. */
static int copy_member(struct reader *r, const struct progress *p, struct pfs_unpacked *ret)
{
	struct copy c;
	int rc = copy_open(&c, r->err);

	if (rc)
		return rc;
	ret->fd = c.fd;
	do {
		rc = put(&c, r->buf, r->len, r->err);
		if (!rc && c.at > MAX_BYTES)
			rc = pfs_err_set(r->err, EFBIG, "%s: more than %" PRIu64 " TiB in it",
					 r->how->name, MAX_BYTES >> 40);
		show(p, r);
		if (rc || r->ended)
			break;
		rc = fill(r);
		/* Cut off: what came is read as far as it goes. */
		if (rc == -EIO) {
			ret->cut = strdup(r->err->msg);
			rc = put(&c, r->buf, r->len, r->err);
			break;
		}
	} while (!rc);
	ret->size = c.at;
	if (!rc && ftruncate(c.fd, (off_t)c.at))
		rc = no_room(&c, errno, r->err);
	return rc;
}

static int take_all(struct reader *r, const struct progress *p, unsigned int depth,
		    struct pfs_unpacked *ret, size_t *nr);

/* A member that is packed itself, in a temporary file: what is in that takes its place. */
static int take_inner(const struct lib *l, const struct progress *p, unsigned int depth,
		      struct pfs_unpacked *outer, struct pfs_unpacked *ret, size_t *nr,
		      struct pfs_err *err)
{
	unsigned char b[512] = { 0 };
	struct reader r;
	ssize_t n = pread(outer->fd, b, sizeof(b), 0);
	int rc;

	if (n <= 0)
		return pfs_err_set(err, EIO, "cannot read what was unpacked");
	rc = reader_open(&r, l, outer->fd, b, (size_t)n, err);
	if (!rc)
		rc = take_all(&r, p, depth, ret, nr);
	reader_close(&r);
	return rc;
}

static int take_member(struct reader *r, const struct progress *p, unsigned int depth, bool inner,
		       struct pfs_unpacked *ret, size_t *nr)
{
	struct pfs_unpacked u = { .fd = -1 };
	size_t first = *nr;
	int rc;

	if (*nr == PFS_MAX_PACKED)
		return pfs_err_set(r->err, EFBIG, "%s: more than %d dumps in it", r->how->name,
				   PFS_MAX_PACKED);
	u.name = r->name ? strdup(r->name) : NULL;
	rc = copy_member(r, p, &u);
	if (rc || !inner) {
		ret[(*nr)++] = u;
		return rc;
	}
	rc = take_inner(r->l, &(struct progress){ 0 }, depth - 1, &u, ret, nr, r->err);
	for (; first < *nr; first++) {
		free(ret[first].name);
		ret[first].name = u.name ? strdup(u.name) : NULL;
	}
	pfs_unpacked_deinit(&u);
	return rc;
}

/* Each dump in it. */
static int take_all(struct reader *r, const struct progress *p, unsigned int depth,
		    struct pfs_unpacked *ret, size_t *nr)
{
	bool inner;
	int rc;

	while ((rc = next_member(r)) > 0) {
		if (is_dump(r, depth, &inner) != PFS_PACKED_DUMP)
			continue;
		rc = take_member(r, p, depth, inner, ret, nr);
		if (rc || ret[*nr - 1].cut)
			break;
	}
	/* A dump that was whole is worth more than how its archive ends. */
	return rc == -EIO && *nr ? 0 : rc;
}

int pfs_packed_open(const struct pfs_dump_file *f,
		    void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total),
		    void *arg, struct pfs_unpacked *ret, size_t *ret_nr, struct pfs_err *err)
{
	const struct progress p = { progress, arg, f->size };
	unsigned char b[512] = { 0 };
	struct reader r;
	struct lib l;
	ssize_t n = pread(f->fd, b, sizeof(b), 0);
	int rc;

	*ret_nr = 0;
	if (n <= 0)
		return pfs_err_set(err, EIO, "cannot read the first bytes");
	rc = load(&l, err);
	if (rc)
		return pfs_err_wrap(err, "packed by %s", how_of(b, (size_t)n)->name);
	rc = reader_open(&r, &l, f->fd, b, (size_t)n, err);
	if (!rc)
		rc = take_all(&r, &p, MAX_DEPTH - 1, ret, ret_nr);
	if (rc == -EIO && !*ret_nr) {
		/* Whatever it is, its beginning cannot be unpacked. */
		err->code = EINVAL;
		rc = pfs_err_wrap(err, "not a dump, or damaged");
	}
	if (!rc && !*ret_nr)
		rc = pfs_err_set(err, EINVAL, "not a dump, and none in it (%s, %u file%s)",
				 r.how->name, r.members, r.members == 1 ? "" : "s");
	reader_close(&r);
	dlclose(l.handle);
	return rc;
}

void pfs_unpacked_deinit(struct pfs_unpacked *u)
{
	if (u->fd >= 0)
		close(u->fd);
	free(u->name);
	free(u->cut);
	*u = (struct pfs_unpacked){ .fd = -1 };
}
