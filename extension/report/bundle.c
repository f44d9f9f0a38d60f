/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a ticket, in a folder or in a tar archive. */
#include "report/bundle.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/sha2.h>

#include <pfnscope/version.h>

#include "base/unfinished.h"

#define TAR_BLOCK 512u
#define TAR_FOLDER "pfnscope-report/"
#define MANIFEST "MANIFEST"

/*
 * The header block of ustar (POSIX.1-1988): octal numbers as text.
 *
 *	  0 name[100]   100 mode[8]    108 uid[8]     116 gid[8]   124 size[12]
 *	136 mtime[12]   148 chksum[8]  156 typeflag   157 linkname[100]
 *	257 "ustar\0"   263 "00"       265 uname[32]  297 gname[32]  ...
 */
static void tar_header(unsigned char h[TAR_BLOCK], const char *name, uint64_t bytes)
{
	unsigned int sum = 0, i;
	char *t = (char *)h;

	memset(h, 0, TAR_BLOCK);
	snprintf(t, 100, "%s%s", TAR_FOLDER, name);
	memcpy(t + 100, "0000644", 7);
	memcpy(t + 108, "0000000", 7);
	memcpy(t + 116, "0000000", 7);
	snprintf(t + 124, 12, "%011" PRIo64, bytes);
	memcpy(t + 136, "00000000000", 11);
	memset(t + 148, ' ', 8);
	t[156] = '0';
	memcpy(t + 257, "ustar\00000", 8);
	for (i = 0; i < TAR_BLOCK; i++)
		sum += h[i];
	snprintf(t + 148, 8, "%06o", sum);
}

static int write_error(const struct pfs_bundle *b, const char *name, struct pfs_err *err)
{
	return pfs_err_set(err, errno ? errno : EIO, "%s%s%s: cannot write: %s", b->path,
			   name ? ": " : "", name ? name : "", strerror(errno ? errno : EIO));
}

static char *join(const char *folder, const char *name)
{
	char *s;

	return asprintf(&s, "%s/%s", folder, name) < 0 ? NULL : s;
}

int pfs_bundle_open(struct pfs_bundle *b, const char *path, bool tar, struct pfs_err *err)
{
	struct stat st;

	memset(b, 0, sizeof(*b));
	b->path = path;
	if (!tar) {
		if (!mkdir(path, 0777))
			return 0;
		if (errno == EEXIST && !stat(path, &st) && S_ISDIR(st.st_mode))
			return 0;
		return pfs_err_set(err, errno, "%s: cannot make a folder: %s", path,
				   strerror(errno));
	}
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return pfs_err_set(err, EEXIST, "%s: exists and is not a file", path);
	b->tmp = pfs_unfinished(path);
	if (!b->tmp)
		return pfs_err_set(err, ENOMEM, "out of memory");
	b->tar = fopen(b->tmp, "wxe");
	if (!b->tar) {
		free(b->tmp);
		b->tmp = NULL;
		return pfs_err_set(err, errno, "%s: cannot create: %s", path, strerror(errno));
	}
	return 0;
}

static struct pfs_bundle_file *new_file(struct pfs_bundle *b, const char *name, uint64_t bytes)
{
	struct pfs_bundle_file *f = &b->file[b->nr < PFS_BUNDLE_FILES ? b->nr++ : 0];

	f->name = name;
	f->bytes = bytes;
	return f;
}

static void finish_hash(struct pfs_bundle_file *f, struct sha256_ctx *ctx)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	size_t i;

	sha256_digest(ctx, sizeof(digest), digest);
	for (i = 0; i < sizeof(digest); i++)
		snprintf(f->sha256 + 2 * i, 3, "%02x", digest[i]);
}

static int tar_begin(struct pfs_bundle *b, const char *name, uint64_t bytes, struct pfs_err *err)
{
	unsigned char h[TAR_BLOCK];

	if (bytes >> 33) /* eleven octal digits */
		return pfs_err_set(err, EFBIG, "%s: %s: too big for a tar archive", b->path, name);
	tar_header(h, name, bytes);
	return fwrite(h, sizeof(h), 1, b->tar) == 1 ? 0 : write_error(b, name, err);
}

static int tar_pad(struct pfs_bundle *b, const char *name, uint64_t bytes, struct pfs_err *err)
{
	static const unsigned char zero[TAR_BLOCK];
	size_t n = (TAR_BLOCK - bytes % TAR_BLOCK) % TAR_BLOCK;

	return fwrite(zero, 1, n, b->tar) == n ? 0 : write_error(b, name, err);
}

/* Under its name when it is complete, or not at all. */
static int write_file(struct pfs_bundle *b, const char *name, const void *data, size_t len,
		      struct pfs_err *err)
{
	char *path = join(b->path, name), *tmp = path ? pfs_unfinished(path) : NULL;
	FILE *f = NULL;
	int r = 0;

	if (!tmp) {
		free(path);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	f = fopen(tmp, "wxe");
	if (!f || fwrite(data, 1, len, f) != len)
		r = write_error(b, name, err);
	if (f && fclose(f) && !r)
		r = write_error(b, name, err);
	if (!r && rename(tmp, path))
		r = write_error(b, name, err);
	if (r && f)
		unlink(tmp);
	free(tmp);
	free(path);
	return r;
}

static int put(struct pfs_bundle *b, const char *name, const void *data, size_t len,
	       struct pfs_err *err)
{
	int r;

	if (!b->tar)
		return write_file(b, name, data, len, err);
	r = tar_begin(b, name, len, err);
	if (!r && fwrite(data, 1, len, b->tar) != len)
		r = write_error(b, name, err);
	return r ? r : tar_pad(b, name, len, err);
}

int pfs_bundle_add(struct pfs_bundle *b, const char *name, const void *data, size_t len,
		   struct pfs_err *err)
{
	struct pfs_bundle_file *f = new_file(b, name, len);
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, len, data);
	finish_hash(f, &ctx);
	return put(b, name, data, len, err);
}

char *pfs_bundle_stage(struct pfs_bundle *b, const char *name)
{
	char *path = NULL;

	if (!b->tar)
		return join(b->path, name);
	if (asprintf(&path, "%s.%s", b->tmp, name) < 0)
		return NULL;
	b->staged = strdup(path);
	if (!b->staged) {
		free(path);
		return NULL;
	}
	return path;
}

/* Reads the file; into the archive too, where there is one. */
static int take_in(struct pfs_bundle *b, const char *name, FILE *in, struct pfs_err *err)
{
	struct pfs_bundle_file *f;
	unsigned char buf[1 << 15];
	struct sha256_ctx ctx;
	struct stat st;
	uint64_t done = 0;
	size_t n;
	int r = 0;

	if (fstat(fileno(in), &st))
		return write_error(b, name, err);
	f = new_file(b, name, (uint64_t)st.st_size);
	if (b->tar)
		r = tar_begin(b, name, f->bytes, err);
	sha256_init(&ctx);
	while (!r && (n = fread(buf, 1, sizeof(buf), in)) > 0) {
		done += n;
		sha256_update(&ctx, n, buf);
		if (b->tar && fwrite(buf, 1, n, b->tar) != n)
			r = write_error(b, name, err);
	}
	if (!r && (ferror(in) || done != f->bytes))
		r = pfs_err_set(err, EIO, "%s: %s: cannot be read again", b->path, name);
	finish_hash(f, &ctx);
	return r || !b->tar ? r : tar_pad(b, name, f->bytes, err);
}

int pfs_bundle_add_staged(struct pfs_bundle *b, const char *name, struct pfs_err *err)
{
	char *path = b->tar ? strdup(b->staged) : join(b->path, name);
	FILE *in = path ? fopen(path, "re") : NULL;
	int r;

	r = in ? take_in(b, name, in, err) : write_error(b, name, err);
	if (in)
		fclose(in);
	free(path);
	return r;
}

int pfs_bundle_finish(struct pfs_bundle *b, struct pfs_err *err)
{
	static const unsigned char end[2 * TAR_BLOCK];
	char *text = NULL;
	size_t len = 0, i;
	FILE *f = open_memstream(&text, &len);
	int r;

	if (!f)
		return pfs_err_set(err, ENOMEM, "out of memory");
	fprintf(f, "# pfnscope %s. To check: sha256sum -c %s\n", PFS_VERSION, MANIFEST);
	for (i = 0; i < b->nr; i++)
		fprintf(f, "# %9" PRIu64 " bytes  %s\n", b->file[i].bytes, b->file[i].name);
	for (i = 0; i < b->nr; i++)
		fprintf(f, "%s  %s\n", b->file[i].sha256, b->file[i].name);
	if (fclose(f)) {
		free(text);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	r = put(b, MANIFEST, text, len, err);
	free(text);
	if (r || !b->tar)
		return r;
	if (fwrite(end, sizeof(end), 1, b->tar) != 1)
		r = write_error(b, NULL, err);
	if (fclose(b->tar) && !r)
		r = write_error(b, NULL, err);
	b->tar = NULL;
	if (!r && rename(b->tmp, b->path))
		r = write_error(b, NULL, err);
	if (r)
		unlink(b->tmp);
	free(b->tmp);
	b->tmp = NULL;
	return r;
}

void pfs_bundle_close(struct pfs_bundle *b)
{
	if (b->staged)
		unlink(b->staged);
	if (b->tar)
		fclose(b->tar);
	if (b->tmp)
		unlink(b->tmp);
	free(b->staged);
	free(b->tmp);
	memset(b, 0, sizeof(*b));
}
