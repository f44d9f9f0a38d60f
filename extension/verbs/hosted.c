/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command inside a debugger: it does for a host what extension/cli/main.c
 * does for a process.
 */
#include <pfnscope/hosted.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pfnscope/version.h>

#include "bytes/record.h"
#include "verbs/args.h"
#include "verbs/progress.h"

struct hosted {
	const struct pfs_host *h;
	struct pfs_progress progress;
	struct pfs_out o;
	struct pfs_err err;
	/*
	 * JSON is written in pieces of a few bytes, and a call of the host may
	 * be expensive.
	 */
	char buf[4096];
	size_t used;
};

static struct hosted *of(struct pfs_out *o)
{
	return o->arg;
}

static int drain(struct hosted *s)
{
	size_t used = s->used;

	s->used = 0;
	if (!used)
		return 0;
	pfs_progress_clear(&s->progress);
	return s->h->write(s->h->arg, s->buf, used);
}

static int write_host(struct pfs_out *o, const char *buf, size_t len)
{
	struct hosted *s = of(o);
	int r = len > sizeof(s->buf) - s->used ? drain(s) : 0;

	if (r)
		return r;
	if (len > sizeof(s->buf)) {
		pfs_progress_clear(&s->progress);
		return s->h->write(s->h->arg, buf, len);
	}
	memcpy(s->buf + s->used, buf, len);
	s->used += len;
	return 0;
}

static int flush_host(struct pfs_out *o)
{
	int r = drain(of(o));

	return r ? r : of(o)->h->flush(of(o)->h->arg);
}

static int write_nothing(struct pfs_out *o, const char *buf, size_t len)
{
	(void)o;
	(void)buf;
	(void)len;
	return 0;
}

static bool want_color(const struct pfs_host *h, enum pfs_when when)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when != PFS_AUTO)
		return when == PFS_ALWAYS;
	return h->terminal && !(no && *no) && term && strcmp(term, "dumb");
}

/* If nobody reads the output any more, that is as good a reason to end as ^C. */
static int on_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct hosted *s = arg;

	pfs_progress_update(&s->progress, what, done, total);
	return s->o.error || s->h->stop(s->h->arg);
}

static enum pfs_exit fail(struct hosted *s, bool json, const char *code)
{
	char line[4 * sizeof(s->err.msg)];

	pfs_out_flush(&s->o);
	pfs_progress_clear(&s->progress);
	pfs_escape(line, sizeof(line), s->err.msg, strlen(s->err.msg), false);
	s->h->complain(s->h->arg, line);
	if (json)
		pfs_json_write(&s->o, pfs_json_error(code, s->err.msg));
	return PFS_EXIT_FAILED;
}

static enum pfs_exit analyse(struct hosted *s, const struct pfs_args *a)
{
	const struct pfs_inputs inputs = { .hosted = true, .force = a->force };
	struct pfs_session_opts opts = {
		.inputs = &inputs,
		.jobs = a->jobs,
		.log_will_do = pfs_verb_log_will_do(a->verb),
		.progress = on_progress,
		.arg = s,
	};
	struct pfs_session *session = calloc(1, sizeof(*session));
	enum pfs_exit st = PFS_EXIT_FAILED;
	struct pfs_target *t = NULL;

	if (!session) {
		pfs_err_set(&s->err, ENOMEM, "out of memory");
		return st;
	}
	if (!s->h->open(s->h->arg, a->reader, &t, &s->err) && t &&
	    (!pfs_verb_records(a->verb) || !pfs_target_record(t, &t, &s->err)) &&
	    !pfs_session_open(session, t, &opts, &s->err)) {
		st = pfs_run(session, a, &opts, &s->o, &s->err);
		pfs_session_close(session);
	}
	free(session);
	return st;
}

static enum pfs_exit run(struct hosted *s, int argc, char **argv)
{
	struct pfs_args a;
	enum pfs_exit st;
	bool json = false;
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		json |= !strcmp(argv[i], "--json");
	if (pfs_args_parse(argc, argv, true, &a, &s->err))
		return fail(s, json, "usage");
	a.hex = s->h->hex;
	if (a.quiet) {
		s->o.write = write_nothing;
		s->o.flush = NULL;
	}
	s->o.color = !a.json && want_color(s->h, a.color);
	s->progress.enabled = a.progress == PFS_AUTO && !a.quiet && s->h->terminal &&
			      isatty(STDERR_FILENO);
	if (a.version) {
		pfs_outf(&s->o, "pfnscope %s\n", PFS_VERSION);
		return PFS_EXIT_OK;
	}
	if (a.help != PFS_HELP_NONE) {
		pfs_help_print(&s->o, &a, true);
		return PFS_EXIT_OK;
	}
	if (pfs_verbs[a.verb].needs_dump)
		st = analyse(s, &a);
	else
		st = pfs_run(NULL, &a, NULL, &s->o, &s->err);
	if (st == PFS_EXIT_FAILED)
		return fail(s, a.json, pfs_error_code(&s->err));
	return a.exit_zero ? PFS_EXIT_OK : st;
}

int pfs_hosted_run(const struct pfs_host *h, int argc, const char *const *argv)
{
	struct hosted s = {
		.h = h,
		.o = { .write = write_host, .flush = flush_host, .arg = &s, .width = h->width },
	};
	char **words = calloc((size_t)argc + 1, sizeof(*words));
	struct sigaction old;
	enum pfs_exit st;
	int i;

	pfs_progress_init(&s.progress, false);
	if (!words) {
		pfs_err_set(&s.err, ENOMEM, "out of memory");
		return (int)fail(&s, false, NULL);
	}
	/* The parser permutes the words, but removes none of them. */
	for (i = 0; i < argc; i++)
		words[i] = (char *)(uintptr_t)argv[i];
	sigaction(SIGXFSZ, &(struct sigaction){ .sa_handler = SIG_IGN }, &old);
	st = run(&s, argc, words);
	sigaction(SIGXFSZ, &old, NULL);
	free(words);
	pfs_progress_clear(&s.progress);
	pfs_out_flush(&s.o);
	/* A reader that has seen enough is no failure. */
	if (s.o.error && s.o.error != -EPIPE) {
		pfs_err_set(&s.err, -s.o.error, "cannot write the output: %s",
			    strerror(-s.o.error));
		st = fail(&s, false, NULL);
	}
	return (int)st;
}

const char *pfs_version(void)
{
	return PFS_VERSION;
}
