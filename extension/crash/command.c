/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command: where the bytes come from, and where the output goes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash/crash.h"

#define WIDTH 78
#define MIN_WIDTH 40

struct command {
	const struct pfs_engine *e;
	struct pfs_crash_info info;
	char fd_path[32], path[4096];	/* the dump file's */
};

/*
 * The file that crash has open, and no other: by its name where that still
 * leads to it, else through the descriptor.
 */
static const char *dump_path(struct command *c)
{
	struct stat a, b;
	ssize_t n;

	snprintf(c->fd_path, sizeof(c->fd_path), "/proc/self/fd/%d", c->info.fd);
	n = readlink(c->fd_path, c->path, sizeof(c->path) - 1);
	if (n <= 0)
		return c->fd_path;
	c->path[n] = '\0';
	if (fstat(c->info.fd, &a) || stat(c->path, &b) || a.st_dev != b.st_dev ||
	    a.st_ino != b.st_ino)
		return c->fd_path;
	return c->path;
}

static int open_file(struct command *c, struct pfs_target **ret, struct pfs_err *err)
{
	const char *path;

	if (c->info.live)
		return pfs_err_set(err, EINVAL, "a live system has no dump file");
	if (c->info.fd < 0)
		return pfs_err_set(err, EBADF, "crash does not say which file it has open");
	if (c->info.split)
		return pfs_err_set(err, EINVAL, "the dump is in several files");
	path = dump_path(c);
	return c->e->open_kdump(&path, 1, NULL, NULL, ret, err);
}

static int open_memory(void *arg, enum pfs_reader reader, struct pfs_target **ret,
		       struct pfs_err *err)
{
	struct command *c = arg;
	struct pfs_target *file = NULL;
	int r;

	pfs_crash_info(&c->info);
	/* crash has rearranged a flattened dump already; we would do so anew each time. */
	if (c->info.flattened && reader != PFS_READER_FILE)
		r = -EINVAL;
	else
		r = open_file(c, &file, err);
	if (r && reader == PFS_READER_FILE)
		return pfs_err_wrap(err, "--reader=file");
	if (r || reader == PFS_READER_HOST) {
		r = pfs_crash_target(&c->info, r ? NULL : file, &file, err);
		if (r)
			return r;
	}
	err->code = 0;
	if (!c->info.minimal)
		file->lookup = &pfs_crash_lookup;
	*ret = file;
	return 0;
}

static int put(void *arg, const char *buf, size_t len)
{
	(void)arg;
	/* SIGPIPE is ignored by crash. */
	errno = 0;
	if (fwrite(buf, 1, len, pfs_crash_output()) == len)
		return 0;
	return errno ? -errno : -EPIPE;
}

static int flush(void *arg)
{
	(void)arg;
	errno = 0;
	return fflush(pfs_crash_output()) ? (errno ? -errno : -EPIPE) : 0;
}

static bool stop(void *arg)
{
	(void)arg;
	return pfs_crash_stop();
}

static void complain(void *arg, const char *line)
{
	(void)arg;
	pfs_crash_complain(line);
}

static unsigned int width(const struct pfs_crash_info *info)
{
	struct winsize ws;

	if (info->terminal && !ioctl(fileno(pfs_crash_output()), TIOCGWINSZ, &ws) &&
	    ws.ws_col >= MIN_WIDTH && ws.ws_col < WIDTH)
		return ws.ws_col;
	return WIDTH;
}

void pfs_crash_command(const struct pfs_engine *e, int argc, const char *const *argv)
{
	struct command c = { .e = e };
	struct pfs_host host = {
		.open = open_memory,
		.write = put,
		.flush = flush,
		.stop = stop,
		.complain = complain,
		.arg = &c,
	};

	pfs_crash_info(&c.info);
	host.terminal = c.info.terminal;
	host.width = width(&c.info);
	/* crash has no use for an exit status. */
	e->hosted_run(&host, argc, argv);
}
