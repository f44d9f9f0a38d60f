/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command: where the bytes come from, and where the output goes. */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "crash/crash.h"

#define WIDTH 78
#define MIN_WIDTH 40

struct command {
	const struct pfs_engine *e;
	struct pfs_crash_info info;
	struct pfs_crash_files files;
};

static int open_file(struct command *c, struct pfs_target **ret, struct pfs_err *err)
{
	const struct pfs_crash_files *f = &c->files;

	if (!c->info.dumpfile)
		return pfs_err_set(err, EINVAL, "crash has no dump file open");
	if (c->info.raw)
		return pfs_err_set(err, EINVAL, "only crash knows where images of RAM belong");
	if (!f->nr)
		return pfs_err_set(err, ENOENT, "%s: not the file that crash has open",
				   c->info.dumpfile);
	return c->e->open_kdump((const char *const *)f->paths, f->nr, NULL, NULL, ret, err);
}

/*
 * crash has an index of a flattened dump, and we would make ours for each
 * command. So we do without the file where crash has all that is needed.
 */
static int open_flattened(struct command *c, struct pfs_target **ret, struct pfs_err *err)
{
	int r;

	if (!c->info.flattened || c->info.elf)
		return -EINVAL;
	r = pfs_crash_target(&c->info, &c->files, NULL, ret, err);
	if (r || (*ret)->info.vmcoreinfo)
		return r;
	pfs_target_free(*ret);
	return -EINVAL;
}

static int open_memory(void *arg, enum pfs_reader reader, struct pfs_target **ret,
		       struct pfs_err *err)
{
	struct command *c = arg;
	struct pfs_target *t = NULL;
	int r;

	pfs_crash_info(&c->info);
	pfs_crash_files_free(&c->files);
	if (pfs_crash_files(&c->info, &c->files))
		return pfs_err_set(err, ENOMEM, "out of memory");
	if (reader == PFS_READER_FILE || open_flattened(c, &t, err)) {
		r = open_file(c, &t, err);
		if (r && reader == PFS_READER_FILE)
			return pfs_err_wrap(err, "--reader=file");
		if (r || reader == PFS_READER_HOST) {
			r = pfs_crash_target(&c->info, &c->files, r ? NULL : t, &t, err);
			if (r)
				return r;
		}
	}
	err->code = 0;
	if (!c->info.minimal)
		t->lookup = &pfs_crash_lookup;
	*ret = t;
	return 0;
}

static int put(void *arg, const char *buf, size_t len)
{
	(void)arg;
	/* SIGPIPE is ignored by crash. */
	errno = 0;
	return pfs_crash_write(buf, len) ? 0 : errno ? -errno : -EPIPE;
}

static int flush(void *arg)
{
	(void)arg;
	errno = 0;
	return pfs_crash_flush() ? 0 : errno ? -errno : -EPIPE;
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

	if (info->terminal && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_col >= MIN_WIDTH &&
	    ws.ws_col < WIDTH)
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
		.hex = true,
	};

	pfs_crash_info(&c.info);
	host.terminal = c.info.terminal;
	host.width = width(&c.info);
	/* crash has no use for an exit status. */
	e->hosted_run(&host, argc, argv);
	pfs_crash_files_free(&c.files);
}
