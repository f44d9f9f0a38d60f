/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that looks into files, one after another, and says what they are. It
 * may hang on a file, of a server that is gone, say: then it is killed, and the
 * next one goes on behind that file.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch/child.h"
#include "batch/find.h"

static void look(const struct pfs_batch_opts *o, const struct pfs_batch_found *f, size_t at, int fd)
{
	struct pfs_err ignored;

	if (o->confine && o->confine(o->arg, &ignored))
		_exit(1);
	for (; at < f->nr_files; at++) {
		struct pfs_probe p;

		pfs_probe(f->files[at].path, &p);
		/* Smaller than PIPE_BUF: all or nothing. */
		if (write(fd, &p, sizeof(p)) != sizeof(p))
			_exit(1);
	}
	_exit(0);
}

/* 1: *ret is what it said; 0: nothing in time; -1: it is gone. */
static int hear(int fd, unsigned int timeout, struct pfs_probe *ret)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	double end = pfs_batch_now() + timeout;
	int ms = -1, n;

	do {
		if (timeout)
			ms = end > pfs_batch_now() ? (int)((end - pfs_batch_now()) * 1000) + 1 : 0;
		n = poll(&p, 1, ms);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n;
	return read(fd, ret, sizeof(*ret)) == sizeof(*ret) ? 1 : -1;
}

/* As far as it gets; what it did not get over is taken for a dump, which has a row. */
static size_t listen_to(pid_t pid, int fd, const struct pfs_batch_opts *o,
			struct pfs_batch_found *f, size_t from)
{
	struct pfs_batch_file *file;
	double begin;
	int r;

	do {
		if (from == f->nr_files) {
			waitpid(pid, NULL, 0);
			return from;
		}
		file = &f->files[from++];
		begin = pfs_batch_now();
		r = hear(fd, o->timeout, &file->probe);
	} while (r > 0);
	file->unreadable = true;
	file->looked = pfs_batch_now() - begin;
	pfs_batch_kill(pid);
	/*
	 * Where its end of the pipe is closed, it had its end before that. One that hangs
	 * in the kernel takes its time: nobody waits for it.
	 */
	if (waitpid(pid, &file->scout_status, r < 0 ? 0 : WNOHANG) != pid || !r)
		file->scout_status = 0;
	return from;
}

int pfs_batch_scout(const struct pfs_batch_opts *o, struct pfs_batch_found *f, size_t from,
		    struct pfs_err *err)
{
	while (from < f->nr_files) {
		int p[2];
		pid_t pid;

		if (pipe2(p, O_CLOEXEC))
			return pfs_err_set(err, errno, "cannot make a pipe: %s", strerror(errno));
		pid = pfs_batch_fork();
		if (!pid) {
			close(p[0]);
			look(o, f, from, p[1]);
		}
		close(p[1]);
		if (pid < 0) {
			close(p[0]);
			return pfs_err_set(err, errno, "cannot fork: %s", strerror(errno));
		}
		from = listen_to(pid, p[0], o, f, from);
		close(p[0]);
	}
	return 0;
}
