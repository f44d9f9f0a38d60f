/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OUT/results.jsonl. One process writes it, which the lock is for, a line with one
 * write(2): whatever ends that process, only the last line can be torn, and is cut
 * off when the file is opened again; its dump is then done again. The disk is told
 * to keep what it was given every second, so that a loss of power costs no more
 * work than that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "batch/batch.h"

#define NAME "results.jsonl"
#define LOCK_TRIES 30		/* a tenth of a second each: an orphan of ours needs that to die */

static int lock(int fd)
{
	struct timespec wait = { 0, 100000000 };
	unsigned int i;

	for (i = 0; flock(fd, LOCK_EX | LOCK_NB); i++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || i == LOCK_TRIES)
			return -errno;
		nanosleep(&wait, NULL);
	}
	return 0;
}

/* A row of another kind, or of nobody: the dump that it may be of is done again. */
static void take_line(struct pfs_batch_results *r, const char *line, size_t len, size_t nr)
{
	json_t *row = json_loadb(line, len, 0, NULL);
	const char *schema = json_string_value(json_object_get(row, "schema"));
	const char *id = json_string_value(json_object_get(row, "id"));

	if (schema && id && !strcmp(schema, "pfnscope/batch-row"))
		json_object_set(r->rows, id, row);
	else
		fprintf(stderr, "pfnscope: " NAME ":%zu: not a row: skipped\n", nr);
	json_decref(row);
}

/* How each row begins, of which there may be less when the very first was torn. */
static bool is_torn_row(const char *line, ssize_t n)
{
	static const char begin[] = "{\"schema\":\"pfnscope/batch-row\",";
	size_t len = sizeof(begin) - 1;

	return !memcmp(line, begin, (size_t)n < len ? (size_t)n : len);
}

static int load(struct pfs_batch_results *r, struct pfs_err *err)
{
	int fd = dup(r->fd);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	size_t size = 0, nr = 0;
	char *line = NULL;
	ssize_t n;
	int code;

	if (!f) {
		if (fd >= 0)
			close(fd);
		return pfs_err_set(err, errno, "%s/" NAME ": %s", r->out, strerror(errno));
	}
	while ((n = getline(&line, &size, f)) > 0 && line[n - 1] == '\n') {
		take_line(r, line, (size_t)n, ++nr);
		r->end += (uint64_t)n;
	}
	/* No memory for a line is not the end of the file, which is cut off below. */
	code = n < 0 && !feof(f) ? errno ? errno : EIO : 0;
	if (!code && !json_object_size(r->rows) && (r->end || (n > 0 && !is_torn_row(line, n))))
		code = EINVAL;
	free(line);
	fclose(f);
	if (code == EINVAL)
		return pfs_err_set(err, code,
				   "%s/" NAME ": there is no row of batch's in it: left "
				   "alone",
				   r->out);
	if (code)
		return pfs_err_set(err, code, "%s/" NAME ": cannot read it: %s", r->out,
				   strerror(code));
	if (ftruncate(r->fd, (off_t)r->end))
		return pfs_err_set(err, errno, "%s/" NAME ": %s", r->out, strerror(errno));
	return 0;
}

static int open_file(struct pfs_batch_results *r, struct pfs_err *err)
{
	int dir, code;

	if (mkdir(r->out, 0777) && errno != EEXIST)
		return pfs_err_set(err, errno, "cannot make '%s': %s", r->out, strerror(errno));
	dir = open(r->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return pfs_err_set(err, errno, "cannot open '%s': %s", r->out, strerror(errno));
	r->fd = openat(dir, NAME, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
	code = errno;
	if (r->fd >= 0)
		fsync(dir);
	close(dir);
	if (r->fd < 0)
		return pfs_err_set(err, code, "cannot open '%s/" NAME "': %s", r->out,
				   strerror(code));
	code = -lock(r->fd);
	if (code)
		return pfs_err_set(err, code,
				   code == EWOULDBLOCK ? "'%s' is in use by another batch" :
							 "cannot lock '%s'",
				   r->out);
	return 0;
}

int pfs_batch_results_open(const char *out, struct pfs_batch_results *ret, struct pfs_err *err)
{
	int r;

	*ret = (struct pfs_batch_results){ .out = out, .fd = -1, .rows = json_object() };
	r = ret->rows ? open_file(ret, err) : pfs_err_set(err, ENOMEM, "out of memory");
	if (!r)
		r = load(ret, err);
	if (r) {
		if (ret->fd >= 0)
			close(ret->fd);
		json_decref(ret->rows);
	}
	return r;
}

int pfs_batch_results_add(struct pfs_batch_results *r, json_t *row, struct pfs_err *err)
{
	char *text = row ? json_dumps(row, JSON_COMPACT) : NULL, *line = NULL;
	const char *id = json_string_value(json_object_get(row, "id"));
	int len = text ? asprintf(&line, "%s\n", text) : -1, code = 0;
	uint64_t now = (uint64_t)pfs_batch_now();

	free(text);
	if (len < 0 || !id || json_object_set(r->rows, id, row)) {
		code = ENOMEM;
	} else {
		ssize_t n = write(r->fd, line, (size_t)len);

		if (n != len) {
			code = n < 0 ? errno : ENOSPC;
			/* What is left of it would be cut off by the next run, too. */
			if (ftruncate(r->fd, (off_t)r->end))
				code = errno;
		} else {
			r->end += (uint64_t)len;
		}
		if (!code && now != r->synced) {
			r->synced = now;
			if (fdatasync(r->fd))
				code = errno;
		}
	}
	free(line);
	json_decref(row);
	return code ? pfs_err_set(err, code, "cannot write '%s/" NAME "': %s", r->out,
				  strerror(code)) :
		      0;
}

int pfs_batch_results_close(struct pfs_batch_results *r, struct pfs_err *err)
{
	int code = fdatasync(r->fd) ? errno : 0;

	if (close(r->fd) && !code)
		code = errno;
	json_decref(r->rows);
	r->rows = NULL;
	return code ? pfs_err_set(err, code, "cannot write '%s/" NAME "': %s", r->out,
				  strerror(code)) :
		      0;
}
