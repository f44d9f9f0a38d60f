/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bytes/unarchive.h"

#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/output.h"

#define MAX_MEMBERS 65536
/* Of a member, enough for a block of any compressor: bzip2 has the largest, of 900 kB. */
#define BUF_SIZE ((size_t)1 << 20)
#define READ_SIZE ((size_t)64 << 10)
/* Left free on the disk of the temporary file. */
#define ROOM ((uint64_t)64 << 20)

/* What we take from libarchive. */
/* clang-format off */
#define FUNCTIONS(X) \
	X(archive_read_new) \
	X(archive_read_free) \
	X(archive_read_support_format_ar) \
	X(archive_read_support_format_cpio) \
	X(archive_read_support_format_raw) \
	X(archive_read_support_format_tar) \
	X(archive_read_support_format_zip) \
	X(archive_read_support_filter_bzip2) \
	X(archive_read_support_filter_gzip) \
	X(archive_read_support_filter_lz4) \
	X(archive_read_support_filter_lzma) \
	X(archive_read_support_filter_rpm) \
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
	X(archive_entry_size) \
	X(archive_entry_pathname) \
	X(archive_entry_hardlink)
/* clang-format on */

struct pfs_libarchive {
	void *handle;
#define X(name) __typeof__(name) *name;
	FUNCTIONS(X)
#undef X
};

static const struct pfs_packing hows[] = {
#define SUPPORT(name) offsetof(struct pfs_libarchive, archive_read_support_##name)
#define FILTER(name) SUPPORT(filter_##name), false, false
#define FORMAT(name) SUPPORT(format_##name), true, false
	{ 0, 3, "BZh", "bzip2", FILTER(bzip2) },
	{ 0, 2, "\x1f\x8b", "gzip", FILTER(gzip) },
	{ 0, 4, "\x04\x22\x4d\x18", "lz4", FILTER(lz4) },
	{ 0, 6, "\xfd\x37zXZ", "xz", FILTER(xz) },
	{ 0, 4, "\x28\xb5\x2f\xfd", "zstd", FILTER(zstd) },
	{ 0, 4, "PK\x03\x04", "zip", FORMAT(zip) },
	{ 257, 5, "ustar", "tar", FORMAT(tar) },
	/* An archive of archives, and an archive behind a header of its own. */
	{ 0, 21, "!<arch>\ndebian-binary", "deb", SUPPORT(format_ar), true, true },
	{ 0, 4, "\xed\xab\xee\xdb", "rpm", SUPPORT(filter_rpm), false, true },
#undef FORMAT
#undef FILTER
#undef SUPPORT
};

const struct pfs_packing *pfs_packing_of(const unsigned char *b, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(hows) / sizeof(*hows); i++)
		if (len >= hows[i].at + hows[i].len &&
		    !memcmp(b + hows[i].at, hows[i].magic, hows[i].len))
			return &hows[i];
	return NULL;
}

/* crash brings a zlib of its own, which libarchive must not take; the sanitizers forbid that. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
#define SCOPE RTLD_LOCAL
#else
#define SCOPE (RTLD_LOCAL | RTLD_DEEPBIND)
#endif

int pfs_libarchive_load(struct pfs_libarchive **ret, struct pfs_err *err)
{
	static const char soname[] = "libarchive.so.13";
	struct pfs_libarchive *l = calloc(1, sizeof(*l));
	bool all = true;

	if (!l)
		return pfs_err_set(err, ENOMEM, "out of memory");

	/* It has threads' own data, which outlive a dlclose(). */
	l->handle = dlopen(soname, RTLD_NOW | RTLD_NODELETE | SCOPE);
	if (!l->handle) {
		free(l);
		return pfs_err_set(err, EINVAL, "install %s to read it, or unpack it first (%s)",
				   soname, dlerror());
	}
	/* POSIX lets dlsym()'s result be stored so; ISO C has no such cast. */
#define X(name) all &= (*(void **)&l->name = dlsym(l->handle, #name)) != NULL;
	FUNCTIONS(X)
#undef X
	*ret = l;
	if (all)
		return 0;
	pfs_libarchive_drop(l);
	return pfs_err_set(err, EINVAL, "%s is too old: unpack it first", soname);
}

void pfs_libarchive_drop(struct pfs_libarchive *l)
{
	dlclose(l->handle);
	free(l);
}

static const char *why(const struct pfs_unarchive *r)
{
	const char *s = r->l->archive_error_string(r->a);

	return s ? s : "damaged";
}

static int damaged(const struct pfs_unarchive *r)
{
	if (r->l->archive_errno(r->a) == ENOMEM)
		return pfs_err_set(r->err, ENOMEM, "%s: out of memory", r->how->name);
	return pfs_err_set(r->err, EIO, "%s: %s", r->how->name, why(r));
}

/*
 * What a file of another kind may have in it: that of a package is compressed in one of these
 * ways, and those that would start a program are done without.
 */
static bool support_inner(const struct pfs_unarchive *r)
{
	const struct pfs_libarchive *l = r->l;

	if (r->how->archive)
		return true;
	if (r->how->package) {
		l->archive_read_support_filter_bzip2(r->a);
		l->archive_read_support_filter_gzip(r->a);
		l->archive_read_support_filter_lzma(r->a);
		l->archive_read_support_filter_xz(r->a);
		l->archive_read_support_filter_zstd(r->a);
		return l->archive_read_support_format_cpio(r->a) == ARCHIVE_OK;
	}
	return l->archive_read_support_format_raw(r->a) == ARCHIVE_OK &&
	       l->archive_read_support_format_tar(r->a) == ARCHIVE_OK;
}

static int support(struct pfs_unarchive *r)
{
	int (*f)(struct archive *);

	memcpy(&f, (const char *)r->l + r->how->support, sizeof(f));
	/* A warning means that it would start a program. */
	if (f(r->a) != ARCHIVE_OK)
		return pfs_err_set(r->err, EINVAL,
				   "this libarchive does not know %s: unpack it first",
				   r->how->name);
	return support_inner(r) ? 0 : damaged(r);
}

int pfs_unarchive_open(struct pfs_unarchive *r, const struct pfs_libarchive *l, int fd,
		       const unsigned char *b, size_t len, struct pfs_err *err)
{
	int rc;

	*r = (struct pfs_unarchive){
		.l = l, .how = pfs_packing_of(b, len), .max = PFS_UNARCHIVE_MAX, .err = err
	};
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

void pfs_unarchive_close(struct pfs_unarchive *r)
{
	if (r->a)
		r->l->archive_read_free(r->a);
	free(r->buf);
}

uint64_t pfs_unarchive_bytes(const struct pfs_unarchive *r)
{
	int64_t n = r->l->archive_filter_bytes(r->a, 0);

	return n > 0 ? (uint64_t)n : 0;
}

/* Not archive_read_data(): where that fails, it does not say how much came before. */
static int next_block(struct pfs_unarchive *r)
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
	if (at < 0 || (uint64_t)at < r->at || (uint64_t)at > r->max) {
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
static int fill(struct pfs_unarchive *r)
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

int pfs_unarchive_next(struct pfs_unarchive *r)
{
	for (;;) {
		struct archive_entry *e;
		int rc = r->l->archive_read_next_header(r->a, &e);

		if (rc == ARCHIVE_EOF)
			return 0;
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			return damaged(r);
		/* What is passed over is unpacked as well, and all of it at once. */
		if (++r->members > MAX_MEMBERS || pfs_unarchive_bytes(r) > r->max ||
		    r->l->archive_entry_size(e) > (la_int64_t)r->max)
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

static void show(const struct pfs_unpacking *p, const struct pfs_unarchive *r)
{
	int64_t done = r->l->archive_filter_bytes(r->a, -1);

	if (p->show && done > 0)
		p->show(p->arg, "unpack", (uint64_t)done, p->total);
}

int pfs_unarchive_copy(struct pfs_unarchive *r, const struct pfs_unpacking *p,
		       struct pfs_unpacked *ret)
{
	struct copy c;
	int rc = copy_open(&c, r->err);

	if (rc)
		return rc;
	ret->fd = c.fd;
	do {
		rc = put(&c, r->buf, r->len, r->err);
		if (!rc && c.at > r->max)
			rc = pfs_err_set(r->err, EFBIG, "%s: more than %" PRIu64 " GiB in it",
					 r->how->name, r->max >> 30);
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

void pfs_unpacked_deinit(struct pfs_unpacked *u)
{
	if (u->fd >= 0)
		close(u->fd);
	free(u->name);
	free(u->cut);
	*u = (struct pfs_unpacked){ .fd = -1 };
}
