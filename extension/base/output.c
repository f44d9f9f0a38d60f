/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/unfinished.h"

#define COPY ((size_t)64 << 10)

int pfs_inputs_add(struct pfs_inputs *in, const char *path, struct pfs_err *err)
{
	struct pfs_input *f;
	struct stat st;

	if (!path || stat(path, &st))
		return 0;
	f = reallocarray(in->f, in->nr + 1, sizeof(*f));
	if (!f)
		return pfs_err_set(err, ENOMEM, "out of memory");
	in->f = f;
	f[in->nr++] = (struct pfs_input){ st.st_dev, st.st_ino };
	return 0;
}

void pfs_inputs_deinit(struct pfs_inputs *in)
{
	free(in->f);
	*in = (struct pfs_inputs){ 0 };
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* What is open for writing alone is an output of the host's: its log. */
static bool has_open(const struct stat *want)
{
	DIR *dir = opendir("/proc/self/fd");
	bool found = false;
	struct dirent *d;
	struct stat st;

	while (dir && !found && (d = readdir(dir))) {
		int fd = atoi(d->d_name), flags = fcntl(fd, F_GETFL);

		found = fd != dirfd(dir) && flags >= 0 && (flags & O_ACCMODE) != O_WRONLY &&
			!fstat(fd, &st) && same(&st, want);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* By name, not by the numbers in the list: those are not stat(2)'s on every file system. */
static bool has_mapped(const struct stat *want)
{
	FILE *f = fopen("/proc/self/maps", "re");
	bool found = false;
	char *line = NULL;
	struct stat st;
	size_t size = 0;
	ssize_t n;

	while (f && !found && (n = getline(&line, &size, f)) > 0) {
		char *path = strchr(line, '/');

		if (line[n - 1] == '\n')
			line[n - 1] = 0;
		found = path && !stat(path, &st) && same(&st, want);
	}
	free(line);
	if (f)
		fclose(f);
	return found;
}

/* crash reads its vmlinux once, and closes it. */
static bool has_word(const struct stat *want)
{
	FILE *f = fopen("/proc/self/cmdline", "re");
	bool found = false;
	char *word = NULL;
	struct stat st;
	size_t size = 0;

	while (f && !found && getdelim(&word, &size, 0, f) > 0)
		found = !stat(word, &st) && same(&st, want);
	free(word);
	if (f)
		fclose(f);
	return found;
}

static bool is_input(const struct pfs_inputs *in, const struct stat *st)
{
	size_t i;

	for (i = 0; i < in->nr; i++)
		if (in->f[i].dev == st->st_dev && in->f[i].ino == st->st_ino)
			return true;
	return in->hosted && (has_open(st) || has_mapped(st) || has_word(st));
}

bool pfs_is_stdout(const char *path)
{
	struct stat st, out;

	return !stat(path, &st) && !fstat(STDOUT_FILENO, &out) && same(&st, &out);
}

static bool is_stream(const char *path, const struct stat *st)
{
	return S_ISCHR(st->st_mode) || S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode) ||
	       pfs_is_stdout(path);
}

static bool is_ours(const char *path, bool (*ours)(int fd))
{
	int fd = ours ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	bool yes = fd >= 0 && ours(fd);

	if (fd >= 0)
		close(fd);
	return yes;
}

int pfs_output_check(const char *path, const struct pfs_inputs *in, bool (*ours)(int fd),
		     struct pfs_err *err)
{
	struct stat st;

	if (stat(path, &st))
		return 0;
	if (in && is_input(in, &st))
		return pfs_err_set(err, EEXIST, "%s: is a file that is read: not overwritten",
				   path);
	if (is_stream(path, &st))
		return 0;
	if (!S_ISREG(st.st_mode))
		return pfs_err_set(err, EEXIST, "%s: exists and is not a file", path);
	if (!st.st_size || (in && in->force) || is_ours(path, ours))
		return 0;
	return pfs_err_set(err, EEXIST,
			   "%s: exists, and pfnscope did not write it: --force overwrites it",
			   path);
}

/* The default is not /tmp, which is often in memory: a file may be as large as a dump. */
const char *pfs_temporary_folder(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/var/tmp";
}

int pfs_temporary(struct pfs_err *err)
{
	const char *dir = pfs_temporary_folder();
	char *name;
	int fd;

	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	if (asprintf(&name, "%s/pfnscope.XXXXXX", dir) < 0)
		return pfs_err_set(err, ENOMEM, "out of memory");
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	else
		pfs_err_set(err, errno, "cannot create a temporary file in %s: %s", dir,
			    strerror(errno));
	free(name);
	return fd >= 0 ? fd : -err->code;
}

/* Where links lead to, also where there is no file yet; NULL with errno set. */
static char *follow(const char *path)
{
	char *to = realpath(path, NULL), *folder, *full = NULL;
	const char *base = pfs_base_name(path);

	/* A link that leads nowhere is replaced by the file. */
	if (to || errno != ENOENT)
		return to;
	folder = base == path ? strdup(".") : strndup(path, (size_t)(base - path));
	to = folder ? realpath(folder, NULL) : NULL;
	free(folder);
	if (to && asprintf(&full, "%s/%s", to, base) < 0)
		full = NULL;
	free(to);
	return full;
}

char *pfs_output_place(const char *path)
{
	char *plain = strdup(path), *place = NULL;
	size_t len = strlen(path);
	struct stat st;

	if (!plain || (!stat(path, &st) && !S_ISREG(st.st_mode)))
		return plain;
	while (len > 1 && plain[len - 1] == '/')
		plain[--len] = 0;
	place = follow(plain);
	free(plain);
	if (place)
		strrchr(place, '/')[strrchr(place, '/') == place] = 0;
	return place;
}

/* A file without a name, where the file system has such: if we are killed, nothing is left. */
static int open_new(struct pfs_output *o)
{
	char *folder = strdup(o->path);

	if (!folder)
		return -ENOMEM;
	*strrchr(folder, '/') = 0;
	o->fd = open(*folder ? folder : "/", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	free(folder);
	if (o->fd >= 0)
		return 0;
	o->tmp = pfs_unfinished(o->path);
	if (!o->tmp)
		return -ENOMEM;
	o->fd = open(o->tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return o->fd >= 0 ? 0 : -errno;
}

int pfs_output_open(struct pfs_output *o, const char *path, const struct pfs_inputs *in,
		    bool (*ours)(int fd), struct pfs_err *err)
{
	struct stat st;
	int r;

	*o = (struct pfs_output){ .fd = -1 };
	r = pfs_output_check(path, in, ours, err);
	if (r)
		return r;
	o->stream = !stat(path, &st) && is_stream(path, &st);
	o->path = o->stream ? strdup(path) : follow(path);
	if (!o->path)
		return pfs_err_set(err, errno ? errno : ENOMEM, "%s: cannot create: %s", path,
				   strerror(errno ? errno : ENOMEM));
	if (o->stream) {
		r = o->fd = pfs_temporary(err);
	} else {
		r = open_new(o);
		if (r)
			pfs_err_set(err, -r, "%s: cannot create: %s", path, strerror(-r));
	}
	if (r >= 0)
		return 0;
	free(o->tmp);
	o->tmp = NULL;
	pfs_output_discard(o);
	return r;
}

int pfs_write_all(int fd, const void *buf, size_t len)
{
	const char *p = buf;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int copy(int from, int to)
{
	char *buf = malloc(COPY);
	off_t at = 0;
	ssize_t n = 0;
	int r = buf ? 0 : -ENOMEM;

	while (!r && (n = pread(from, buf, COPY, at)) > 0) {
		r = pfs_write_all(to, buf, (size_t)n);
		at += n;
	}
	if (!r && n < 0)
		r = -errno;
	free(buf);
	return r;
}

static int copy_to_stream(const struct pfs_output *o)
{
	bool out = pfs_is_stdout(o->path);
	int to = out ? STDOUT_FILENO : open(o->path, O_WRONLY | O_CLOEXEC | O_NOCTTY), r;

	if (to < 0)
		return -errno;
	r = copy(o->fd, to);
	if (!out && close(to) && !r)
		r = -errno;
	return r;
}

/* A link cannot replace a file: under another name first. */
static int give_name(struct pfs_output *o)
{
	char link[32];

	if (o->tmp)
		return 0;
	o->tmp = pfs_unfinished(o->path);
	if (!o->tmp)
		return -ENOMEM;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", o->fd);
	if (!linkat(AT_FDCWD, link, AT_FDCWD, o->tmp, AT_SYMLINK_FOLLOW))
		return 0;
	free(o->tmp);
	o->tmp = NULL;
	return -errno;
}

static int put_in_place(struct pfs_output *o)
{
	int r = !o->lazy && fsync(o->fd) ? -errno : 0;

	if (!r)
		r = give_name(o);
	/* Over NFS it is only now that the server says whether it has room. */
	if (close(o->fd) && !r)
		r = -errno;
	o->fd = -1;
	if (!r && rename(o->tmp, o->path))
		r = -errno;
	if (!r) {
		free(o->tmp);
		o->tmp = NULL;
	}
	return r;
}

int pfs_output_commit(struct pfs_output *o, struct pfs_err *err)
{
	int r = o->stream ? copy_to_stream(o) : put_in_place(o);

	if (r)
		pfs_err_set(err, -r, "%s: cannot write: %s", o->path, strerror(-r));
	pfs_output_discard(o);
	return r;
}

void pfs_output_discard(struct pfs_output *o)
{
	if (o->fd >= 0)
		close(o->fd);
	if (o->tmp)
		unlink(o->tmp);
	free(o->tmp);
	free(o->path);
	*o = (struct pfs_output){ .fd = -1 };
}
