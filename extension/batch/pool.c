/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workers: a process a dump, some at a time. It leaves its word in a memory file
 * and ends; what else may become of it is a row as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch/batch.h"
#include "batch/child.h"

#define TICK 0.1		/* seconds between looks at the clock */
#define GRACE 10.0		/* after SIGKILL; then it hangs in the kernel, and is left there */
#define MAX_DOC ((off_t)4 << 20)

struct worker {
	pid_t pid; /* 0: the place is free */
	const struct pfs_batch_dump *d;
	int fd;
	double begin;
	bool killed, second;
};

struct pool {
	const struct pfs_batch_opts *o;
	struct pfs_batch_results *results;
	struct worker *workers;
	unsigned int nr, threads;
	/* In this order; then, once more, those that somebody else killed. */
	const struct pfs_batch_dump **todo;
	size_t nr_todo, next, nr_first;
	struct pfs_batch_meter meter;
	struct pfs_err *err;
};

static unsigned int cpus(void)
{
	cpu_set_t set;
	long n;

	/* Those that we may use: a job of a cluster has not got all. */
	if (!sched_getaffinity(0, sizeof(set), &set) && CPU_COUNT(&set) > 0)
		return (unsigned int)CPU_COUNT(&set);
	/* There are more than a set has room for. */
	n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 && n <= INT_MAX ? (unsigned int)n : 1;
}

static void set_limit(int resource, uint64_t value)
{
	struct rlimit l;

	if (getrlimit(resource, &l))
		return;
	if (value > l.rlim_max)
		value = l.rlim_max;
	l.rlim_cur = value;
	setrlimit(resource, &l);
}

/* Who runs out of memory shall be the worker, not who keeps the books. */
static void offer_to_oom_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) != 4)
		errno = 0;
	close(fd);
}

static void work(const struct pool *p, const struct pfs_batch_dump *d, int fd)
{
	json_t *doc;

	close(p->results->fd);
	offer_to_oom_killer();
	set_limit(RLIMIT_CORE, 0);
	if (p->o->memory)
		set_limit(RLIMIT_AS, p->o->memory);
	/* For the case that nobody watches the clock: we may have been stopped. */
	if (p->o->timeout)
		set_limit(RLIMIT_CPU, (uint64_t)p->o->timeout * p->threads + 1);
	doc = p->o->analyse(p->o->arg, d, p->threads);
	_exit(doc && !json_dumpfd(doc, fd, JSON_COMPACT) ? 0 : 1);
}

static int start(struct pool *p, struct worker *w)
{
	const struct pfs_batch_dump *d = p->todo[p->next];
	int fd = memfd_create("pfnscope", MFD_CLOEXEC);
	pid_t pid;

	if (fd < 0)
		return pfs_err_set(p->err, errno, "cannot make a memory file: %s", strerror(errno));
	pid = pfs_batch_fork();
	if (!pid)
		work(p, d, fd);
	if (pid < 0) {
		close(fd);
		return pfs_err_set(p->err, errno, "cannot fork: %s", strerror(errno));
	}
	*w = (struct worker){
		.pid = pid,
		.d = d,
		.fd = fd,
		.begin = pfs_batch_now(),
		.second = p->next >= p->nr_first,
	};
	p->next++;
	return 0;
}

static json_t *read_doc(int fd)
{
	struct stat st;
	json_t *doc = NULL;

	if (!fstat(fd, &st) && st.st_size <= MAX_DOC && !lseek(fd, 0, SEEK_SET))
		doc = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
	if (doc && !json_is_object(doc)) {
		json_decref(doc);
		doc = NULL;
	}
	return doc;
}

static int add_row(struct pool *p, const struct pfs_batch_dump *d, json_t *row)
{
	const char *outcome = json_string_value(json_object_get(row, "outcome"));

	p->meter.done++;
	p->meter.bytes_done += d->bytes;
	if (pfs_batch_row_is_idle(p->results, d, row)) {
		json_decref(row);
		return 0;
	}
	p->meter.failed += !outcome || strcmp(outcome, "done");
	return pfs_batch_results_add(p->results, row, p->err);
}

/*
 * Not by us and not by a fault of its own: whoever ends us tends to end our
 * children first, and the kernel, when it is out of memory, picks one of them. It
 * gets a second try, after all others.
 */
static bool by_somebody(const struct worker *w, int status)
{
	if (w->killed || w->second || !WIFSIGNALED(status))
		return false;
	switch (WTERMSIG(status)) {
	case SIGKILL:
	case SIGTERM:
	case SIGINT:
	case SIGHUP:
		return true;
	default:
		return false;
	}
}

static int finish(struct pool *p, struct worker *w, int status, const struct rusage *ru)
{
	const struct pfs_batch_dump *d = w->d;
	double wall = pfs_batch_now() - w->begin;
	json_t *doc = read_doc(w->fd);
	bool again = by_somebody(w, status);

	close(w->fd);
	w->pid = 0;
	if (again) {
		p->todo[p->nr_todo++] = d;
		json_decref(doc);
		return 0;
	}
	return add_row(p, d, pfs_batch_row_finish(d, doc, status, w->killed, wall, ru));
}

/* Ends, limits and stragglers of all workers; *ret_running counts what is left. */
static int look_after(struct pool *p, unsigned int *ret_running)
{
	unsigned int i;
	int r = 0;

	*ret_running = 0;
	for (i = 0; i < p->nr && !r; i++) {
		struct worker *w = &p->workers[i];
		double wall = pfs_batch_now() - w->begin;
		struct rusage ru;
		int status;

		if (!w->pid)
			continue;
		if (wait4(w->pid, &status, WNOHANG, &ru) == w->pid) {
			r = finish(p, w, status, &ru);
		} else if (w->killed && wall > p->o->timeout + GRACE) {
			r = finish(p, w, 0, NULL);
		} else {
			if (p->o->timeout && wall > p->o->timeout && !w->killed) {
				w->killed = true;
				pfs_batch_kill(w->pid);
			}
			++*ret_running;
		}
	}
	return r;
}

/* A log may be that of a dump whose row is to come: it waits for all of them. */
static bool must_wait(const struct pool *p)
{
	unsigned int i;

	if (!p->todo[p->next]->log)
		return false;
	for (i = 0; i < p->nr; i++)
		if (p->workers[i].pid && !p->workers[i].d->log)
			return true;
	return false;
}

static int fill(struct pool *p)
{
	unsigned int i;
	int r = 0;

	for (i = 0; i < p->nr && !r && p->next < p->nr_todo && !must_wait(p); i++)
		if (!p->workers[i].pid)
			r = start(p, &p->workers[i]);
	return r;
}

/* Two workers shall not write one report, so these are waited for, but not for ever. */
static void kill_all(struct pool *p)
{
	double end = pfs_batch_now() + 1;
	unsigned int i;

	for (i = 0; i < p->nr; i++)
		if (p->workers[i].pid)
			pfs_batch_kill(p->workers[i].pid);
	for (i = 0; i < p->nr; i++) {
		struct worker *w = &p->workers[i];

		if (!w->pid)
			continue;
		while (!waitpid(w->pid, NULL, WNOHANG) && pfs_batch_now() < end)
			nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
		close(w->fd);
	}
}

static int loop(struct pool *p, const sigset_t *set, int *ret_signal)
{
	struct timespec tick = { 0, (long)(TICK * 1e9) };
	unsigned int running = 0;
	int r = 0, sig;

	do {
		r = fill(p);
		if (r)
			break;
		sig = sigtimedwait(set, NULL, &tick);
		if (sig > 0 && sig != SIGCHLD) {
			*ret_signal = sig;
			break;
		}
		r = look_after(p, &running);
		pfs_batch_meter_show(&p->meter, false);
	} while (!r && (running || p->next < p->nr_todo));
	return r;
}

/* What has a row is done; what could not even be looked at gets one here. */
static int choose_of(struct pool *p, const struct pfs_batch_found *found, bool logs)
{
	size_t i;
	int r = 0;

	for (i = 0; i < found->nr_dumps && !r; i++) {
		const struct pfs_batch_dump *d = &found->dumps[i];

		if (d->log != logs)
			continue;
		if (pfs_batch_row_is_of(json_object_get(p->results->rows, d->id), d, p->o->again)) {
			p->meter.before++;
			continue;
		}
		p->meter.total++;
		p->meter.bytes_total += d->bytes;
		if (!d->unreadable)
			p->todo[p->nr_todo++] = d;
		else
			r = add_row(p, d,
				    pfs_batch_row_finish(d, NULL, d->scout_status, !d->scout_status,
							 d->looked, NULL));
	}
	return r;
}

static int choose(struct pool *p, const struct pfs_batch_found *found)
{
	int r;

	/* Twice the room: each may be tried a second time. */
	p->todo = calloc(2 * found->nr_dumps + 1, sizeof(*p->todo));
	if (!p->todo)
		return pfs_err_set(p->err, ENOMEM, "out of memory");
	r = choose_of(p, found, false);
	if (!r)
		r = choose_of(p, found, true);
	p->nr_first = p->nr_todo;
	return r;
}

/*
 * SIGCHLD, and what ends us. A signal that is blocked is kept for sigtimedwait(2)
 * even where it is ignored: nohup(1) would be to no purpose.
 */
static void signals(sigset_t *set)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction was;
	size_t i;

	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!sigaction(ends[i], NULL, &was) && was.sa_handler != SIG_IGN)
			sigaddset(set, ends[i]);
}

int pfs_batch_run(const struct pfs_batch_opts *o, const struct pfs_batch_found *found,
		  struct pfs_batch_results *results, int *ret_signal, struct pfs_err *err)
{
	struct pool p = { .o = o, .results = results, .err = err };
	unsigned int avail = cpus();
	sigset_t set, old;
	int r;

	*ret_signal = 0;
	pfs_batch_meter_init(&p.meter, o->progress);
	r = choose(&p, found);
	if (r || !p.nr_todo) {
		free(p.todo);
		return r;
	}
	p.nr = o->jobs ? o->jobs : avail;
	if (p.nr > p.nr_todo)
		p.nr = (unsigned int)p.nr_todo;
	/* A thread takes address space of its own: where that is limited, all rows alike. */
	p.threads = !o->memory && avail > p.nr ? avail / p.nr : 1;
	p.workers = calloc(p.nr, sizeof(*p.workers));
	if (!p.workers) {
		free(p.todo);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	signal(SIGCHLD, SIG_DFL);
	signals(&set);
	sigprocmask(SIG_BLOCK, &set, &old);
	r = loop(&p, &set, ret_signal);
	kill_all(&p);
	pfs_batch_meter_clear(&p.meter);
	sigprocmask(SIG_SETMASK, &old, NULL);
	free(p.workers);
	free(p.todo);
	return r;
}
