/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a ticket, in a folder or in a tar archive. */
#include "report/bundle.h"

#include <errno.h>
#include <fcntl.h>
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
#define MANIFEST_HEAD "# pfnscope "

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

static bool is_archive(int fd)
{
	char name[sizeof(TAR_FOLDER) - 1];

	return pread(fd, name, sizeof(name), 0) == (ssize_t)sizeof(name) &&
	       !memcmp(name, TAR_FOLDER, sizeof(name));
}

static bool is_manifest(int fd)
{
	char head[sizeof(MANIFEST_HEAD) - 1];

	return pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	       !memcmp(head, MANIFEST_HEAD, sizeof(head));
}

static bool anything(int fd)
{
	(void)fd;
	return true;
}

/* Does the MANIFEST of the folder list the file? "SUM  NAME" */
static bool is_listed(const char *folder, const char *name)
{
	char *path = join(folder, MANIFEST), *line = NULL;
	FILE *f = path ? fopen(path, "re") : NULL;
	bool found = false;
	size_t size = 0;
	ssize_t n;

	while (f && is_manifest(fileno(f)) && !found && (n = getline(&line, &size, f)) > 0) {
		char *file = strstr(line, "  ");

		if (line[n - 1] == '\n')
			line[n - 1] = 0;
		found = *line != '#' && file && !strcmp(file + 2, name);
	}
	if (f)
		fclose(f);
	free(line);
	free(path);
	return found;
}

static int check_member(const char *folder, const char *name, bool (*ours)(int fd),
			const struct pfs_inputs *in, struct pfs_err *err)
{
	char *path = join(folder, name);
	int r = path ? pfs_output_check(path, in, ours, err) :
		       pfs_err_set(err, ENOMEM, "out of memory");

	free(path);
	return r;
}

/* A folder for the files, beside the one that there is none of yet, or inside it. */
static int open_folder(struct pfs_bundle *b, const char *const *names, size_t nr,
		       const struct pfs_inputs *in, struct pfs_err *err)
{
	char *path = strdup(b->path), *inside = NULL;
	size_t len = strlen(b->path), i;
	struct stat st;
	int r = 0;

	while (path && len > 1 && path[len - 1] == '/')
		path[--len] = 0;
	b->fresh = stat(b->path, &st) && errno == ENOENT;
	if (!b->fresh && !S_ISDIR(st.st_mode))
		r = pfs_err_set(err, EEXIST, "%s: cannot make a folder: %s", b->path,
				strerror(EEXIST));
	for (i = 0; !b->fresh && !r && i < nr; i++)
		r = check_member(b->path, names[i], is_listed(b->path, names[i]) ? anything : NULL,
				 in, err);
	if (!b->fresh && !r)
		r = check_member(b->path, MANIFEST, is_manifest, in, err);
	if (!r && !b->fresh)
		inside = join(b->path, "report");
	if (!r)
		b->folder = b->fresh ? path ? pfs_unfinished(path) : NULL :
			    inside   ? pfs_unfinished(inside) :
				       NULL;
	if (!r && !b->folder)
		r = pfs_err_set(err, ENOMEM, "out of memory");
	if (!r && mkdir(b->folder, 0777)) {
		r = pfs_err_set(err, errno, "%s: cannot make a folder: %s", b->path,
				strerror(errno));
		free(b->folder);
		b->folder = NULL;
	}
	free(inside);
	free(path);
	return r;
}

static int open_archive(struct pfs_bundle *b, const struct pfs_inputs *in, struct pfs_err *err)
{
	int r = pfs_output_open(&b->out, b->path, in, is_archive, err), fd;

	if (r)
		return r;
	fd = fcntl(b->out.fd, F_DUPFD_CLOEXEC, 0);
	b->tar = fd < 0 ? NULL : fdopen(fd, "w");
	if (b->tar)
		return 0;
	r = pfs_err_set(err, errno, "%s: cannot create: %s", b->path, strerror(errno));
	if (fd >= 0)
		close(fd);
	pfs_output_discard(&b->out);
	return r;
}

int pfs_bundle_open(struct pfs_bundle *b, const char *path, bool tar, const char *const *names,
		    size_t nr, const struct pfs_inputs *in, struct pfs_err *err)
{
	*b = (struct pfs_bundle){ .path = path, .out = { .fd = -1 }, .staged_fd = -1 };
	return tar ? open_archive(b, in, err) : open_folder(b, names, nr, in, err);
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

static int write_file(struct pfs_bundle *b, const char *name, const void *data, size_t len,
		      struct pfs_err *err)
{
	char *path = join(b->folder, name);
	int fd, r;

	if (!path)
		return pfs_err_set(err, ENOMEM, "out of memory");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	r = fd < 0 ? -errno : pfs_write_all(fd, data, len);
	if (fd >= 0 && close(fd) && !r)
		r = -errno;
	free(path);
	errno = -r;
	return r ? write_error(b, name, err) : 0;
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

int pfs_bundle_stage(struct pfs_bundle *b, const char *name, struct pfs_err *err)
{
	char *path;

	b->staged = name;
	if (b->tar) {
		b->staged_fd = pfs_temporary(err);
		return b->staged_fd;
	}
	path = join(b->folder, name);
	if (!path)
		return pfs_err_set(err, ENOMEM, "out of memory");
	b->staged_fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	free(path);
	return b->staged_fd < 0 ? write_error(b, name, err) : b->staged_fd;
}

/* Reads the file; into the archive too, where there is one. */
static int take_in(struct pfs_bundle *b, const char *name, int in, struct pfs_err *err)
{
	struct pfs_bundle_file *f;
	unsigned char buf[1 << 15];
	struct sha256_ctx ctx;
	struct stat st;
	uint64_t done = 0;
	ssize_t n = 0;
	int r = 0;

	if (fsync(in) || fstat(in, &st))
		return write_error(b, name, err);
	f = new_file(b, name, (uint64_t)st.st_size);
	if (b->tar)
		r = tar_begin(b, name, f->bytes, err);
	sha256_init(&ctx);
	while (!r && (n = pread(in, buf, sizeof(buf), (off_t)done)) > 0) {
		done += (size_t)n;
		sha256_update(&ctx, (size_t)n, buf);
		if (b->tar && fwrite(buf, 1, (size_t)n, b->tar) != (size_t)n)
			r = write_error(b, name, err);
	}
	if (!r && (n < 0 || done != f->bytes))
		r = pfs_err_set(err, EIO, "%s: %s: cannot be read again", b->path, name);
	finish_hash(f, &ctx);
	return r || !b->tar ? r : tar_pad(b, name, f->bytes, err);
}

int pfs_bundle_add_staged(struct pfs_bundle *b, struct pfs_err *err)
{
	int r = take_in(b, b->staged, b->staged_fd, err);

	if (close(b->staged_fd) && !r)
		r = write_error(b, b->staged, err);
	b->staged_fd = -1;
	return r;
}

static int move(struct pfs_bundle *b, const char *name, struct pfs_err *err)
{
	char *from = join(b->folder, name), *to = join(b->path, name);
	int r = 0;

	if (!from || !to)
		r = pfs_err_set(err, ENOMEM, "out of memory");
	else if (rename(from, to))
		r = write_error(b, name, err);
	free(from);
	free(to);
	return r;
}

/* A new folder gets its name at once; into one that is there the MANIFEST goes last. */
static int finish_folder(struct pfs_bundle *b, struct pfs_err *err)
{
	size_t i;
	int r = 0;

	if (b->fresh && rename(b->folder, b->path))
		return write_error(b, NULL, err);
	if (!b->fresh) {
		for (i = 0; !r && i < b->nr; i++)
			r = move(b, b->file[i].name, err);
		if (!r)
			r = move(b, MANIFEST, err);
		if (r)
			return r;
		rmdir(b->folder);
	}
	free(b->folder);
	b->folder = NULL;
	return 0;
}

static int finish_archive(struct pfs_bundle *b, struct pfs_err *err)
{
	static const unsigned char end[2 * TAR_BLOCK];
	int r = 0;

	if (fwrite(end, sizeof(end), 1, b->tar) != 1)
		r = write_error(b, NULL, err);
	if (fclose(b->tar) && !r)
		r = write_error(b, NULL, err);
	b->tar = NULL;
	return r ? r : pfs_output_commit(&b->out, err);
}

int pfs_bundle_finish(struct pfs_bundle *b, struct pfs_err *err)
{
	char *text = NULL;
	size_t len = 0, i;
	FILE *f = open_memstream(&text, &len);
	int r;

	if (!f)
		return pfs_err_set(err, ENOMEM, "out of memory");
	fprintf(f, MANIFEST_HEAD "%s. To check: sha256sum -c " MANIFEST "\n", PFS_VERSION);
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
	if (r)
		return r;
	return b->tar ? finish_archive(b, err) : finish_folder(b, err);
}

void pfs_bundle_close(struct pfs_bundle *b)
{
	if (b->staged_fd >= 0)
		close(b->staged_fd);
	if (b->tar)
		fclose(b->tar);
	pfs_output_discard(&b->out);
	if (b->folder)
		pfs_remove_folder(b->folder);
	free(b->folder);
	*b = (struct pfs_bundle){ .out = { .fd = -1 }, .staged_fd = -1 };
}
