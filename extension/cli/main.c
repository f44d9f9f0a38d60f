/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command: files, streams, signals and the exit status around pfs_run(). */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bytes/log.h"
#include "bytes/record.h"
#include "cli/cache.h"
#include "cli/module.h"
#include "cli/privileges.h"
#include "cli/timings.h"
#include "cli/versions.h"
#include "session/find_vmlinux.h"
#include "verbs/args.h"
#include "verbs/files.h"
#include "verbs/nearest.h"
#include "verbs/progress.h"

#define WIDTH 78
#define MIN_WIDTH 40
#define GRACE 2 /* seconds after --timeout */

static volatile sig_atomic_t interrupted;

static void on_sigint(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* The first ^C ends the scan, and what was found is printed; the second ends us. */
static void catch_sigint(void)
{
	struct sigaction sa = { .sa_handler = on_sigint, .sa_flags = (int)SA_RESETHAND };
	struct sigaction old;

	/* A background job of a shell without job control ignores it: leave that. */
	if (!sigaction(SIGINT, NULL, &old) && old.sa_handler != SIG_IGN)
		sigaction(SIGINT, &sa, NULL);
}

/* What is said when the time is up and nothing comes to its end. */
static struct late {
	char text[640], json[1024];
	size_t text_len, json_len;
} late;

static void on_alarm(int sig)
{
	ssize_t n;

	(void)sig;
	if (!interrupted) {
		interrupted = 1;
		alarm(GRACE);
		return;
	}
	n = write(STDERR_FILENO, late.text, late.text_len);
	if (n >= 0 && late.json_len)
		n = write(STDOUT_FILENO, late.json, late.json_len);
	_exit(n < 0 ? 2 : PFS_EXIT_FAILED);
}

static size_t late_line(char *buf, size_t size, const char *line)
{
	int n = snprintf(buf, size, "%s\n", line);

	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

/*
 * --timeout and --memory; batch has them for each of its workers. What the scan has
 * found when the time is up is printed; whatever else runs then has GRACE seconds more.
 */
static void set_limits(const struct pfs_args *a)
{
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	char line[600], escaped[640], *json = NULL;
	struct rlimit l;
	json_t *doc;

	if (a->memory && !getrlimit(RLIMIT_AS, &l)) {
		l.rlim_cur = a->memory < l.rlim_max ? a->memory : l.rlim_max;
		setrlimit(RLIMIT_AS, &l);
	}
	if (!a->timeout)
		return;
	snprintf(line, sizeof(line), "%.400s%snot done in %u s (--timeout)",
		 a->nr_files ? a->files[0] : "", a->nr_files ? ": " : "", a->timeout);
	snprintf(escaped, sizeof(escaped), "pfnscope: ");
	pfs_escape(escaped + 10, sizeof(escaped) - 10, line, strlen(line), false);
	late.text_len = late_line(late.text, sizeof(late.text), escaped);
	doc = a->json ? pfs_json_error("timeout", line) : NULL;
	json = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
	if (json)
		late.json_len = late_line(late.json, sizeof(late.json), json);
	json_decref(doc);
	free(json);
	sigaction(SIGALRM, &sa, NULL);
	alarm(a->timeout);
}

/* Where stdout and stderr are one terminal, the progress line makes way first. */
static int write_stdout(struct pfs_out *o, const char *buf, size_t len)
{
	if (o->arg)
		pfs_progress_clear(o->arg);
	errno = 0;
	return fwrite(buf, 1, len, stdout) == len ? 0 : errno ? -errno : -EIO;
}

static int flush_stdout(struct pfs_out *o)
{
	(void)o;
	errno = 0;
	return fflush(stdout) ? (errno ? -errno : -EIO) : 0;
}

static int write_nothing(struct pfs_out *o, const char *buf, size_t len)
{
	(void)o;
	(void)buf;
	(void)len;
	return 0;
}

static bool want_color(enum pfs_when when)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when != PFS_AUTO)
		return when == PFS_ALWAYS;
	return !(no && *no) && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
}

/* 0: no terminal, or one that does not say. */
static unsigned int terminal_columns(void)
{
	struct winsize ws;

	return isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) ? ws.ws_col : 0;
}

static void out_init(struct pfs_out *o, const struct pfs_args *a)
{
	unsigned int columns = terminal_columns();

	*o = (struct pfs_out){
		.write = a->quiet ? write_nothing : write_stdout,
		.flush = a->quiet ? NULL : flush_stdout,
		.color = !a->json && want_color(a->color),
		.width = columns >= MIN_WIDTH && columns < WIDTH ? columns : WIDTH,
		.columns = columns,
	};
}

static int on_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	pfs_progress_update(arg, what, done, total);
	return interrupted;
}

static void on_open_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	pfs_progress_update(arg, what, done, total);
}

/* The message may quote the dump or a file's name: escaped like all else. */
static void complain(const char *msg)
{
	char line[4 * sizeof(((struct pfs_err *)0)->msg)];

	pfs_escape(line, sizeof(line), msg, strlen(msg), false);
	fprintf(stderr, "pfnscope: %s\n", line);
}

static enum pfs_exit fail(struct pfs_out *o, bool json, const char *code, const struct pfs_err *err)
{
	complain(err->msg);
	if (json) {
		pfs_json_write(o, pfs_json_error(code ? code : pfs_error_code(err), err->msg));
		pfs_out_flush(o);
	}
	return PFS_EXIT_FAILED;
}

/*
 * A distilled dump has all that a vmlinux would tell, and a System.map is the user's
 * own way. Once: what was found may have been of no use.
 */
static void find_vmlinux(const struct pfs_args *a, struct pfs_files *files,
			 const struct pfs_target *t)
{
	static char path[4096];
	struct pfs_origin origin;

	if (files->vmlinux || files->found || a->system_map || t->info.origin_note)
		return;
	pfs_origin_read(t, &origin);
	files->found = !pfs_find_vmlinux("", &origin, path, sizeof(path));
	if (files->found)
		files->vmlinux = path;
}

static void note_opened(const struct pfs_args *a, struct pfs_files *files,
			struct pfs_progress *progress, const struct pfs_target *t)
{
	if (t->info.unpacked && !a->quiet) {
		pfs_progress_clear(progress);
		complain(t->info.unpacked);
	}
	find_vmlinux(a, files, t);
}

static int unpack_vmlinux(struct pfs_files *files, struct pfs_progress *progress,
			  const struct pfs_target *t, struct pfs_err *err)
{
	const struct pfs_unpacking p = { .show = on_open_progress, .arg = progress };

	return pfs_files_unpack(files, t, &p, err);
}

static int open_target(const struct pfs_args *a, struct pfs_files *files, struct pfs_library *lib,
		       struct pfs_progress *progress, struct pfs_target **ret, struct pfs_err *err)
{
	bool host = a->reader == PFS_READER_HOST;
	int r = 0;

	/* libdrgn opens it by itself, but only the dump says which its vmlinux is. */
	if (!host || !files->vmlinux || pfs_vmlinux_is_packed(files->vmlinux)) {
		r = pfs_target_open_kdump(files->dumps, files->nr_dumps, on_open_progress, progress,
					  ret, err);
		if (!r)
			note_opened(a, files, progress, *ret);
		if (!r)
			r = unpack_vmlinux(files, progress, *ret, err);
		if (*ret && (r || host))
			pfs_target_free(*ret);
	}
	if (r)
		return r;
	if (host) {
		err->code = 0;
		r = pfs_library_target(lib, ret, err);
	}
	if (!r && a->reader != PFS_READER_FILE && files->vmlinux)
		(*ret)->unwinder = &lib->unwinder;
	return r;
}

static int open_session(const struct pfs_args *a, struct pfs_files *files, struct pfs_library *lib,
			struct pfs_session_opts *opts, struct pfs_session *s, struct pfs_err *err)
{
	struct pfs_timings *timings = opts->stage_arg;
	struct pfs_target *target = NULL;
	int r;

	if (opts->stage)
		opts->stage(timings, "open");
	r = open_target(a, files, lib, opts->arg, &target, err);
	if (!r) {
		const struct pfs_target_info *info = &target->info;

		timings->io = info->io;
		timings->read = (struct pfs_io){ 0 };
		pfs_timings_say(timings, "open: %s: %s, %s, read by %s", info->path, info->format,
				info->compression ? info->compression : "not compressed",
				info->reader);
		pfs_timings_say(timings, "vmlinux: %s%s",
				files->vmlinux ? files->vmlinux :
						 "none given, and none by the dump's build-id",
				files->found ? ", found by the dump's build-id" : "");
	}

	if (!r && pfs_verb_records(a->verb))
		r = pfs_target_record(target, &target, err);
	if (r)
		return r;
	catch_sigint();
	/* libdrgn's word on symbols and types comes with its reader. */
	opts->vmlinux = a->reader == PFS_READER_HOST ? NULL : pfs_files_vmlinux(files);
	return pfs_session_open(s, target, opts, err);
}

static int note_inputs(struct pfs_inputs *in, const struct pfs_args *a,
		       const struct pfs_files *files, struct pfs_err *err)
{
	size_t i;
	int r = pfs_inputs_add(in, files->vmlinux, err);

	for (i = 0; i < a->nr_files && !r; i++)
		r = pfs_inputs_add(in, a->files[i], err);
	for (i = 0; i < files->nr_own && !r; i++)
		r = pfs_inputs_add(in, files->own[i], err);
	return r ? r : pfs_inputs_add(in, a->system_map, err);
}

static enum pfs_exit analyse(const struct pfs_args *a, const struct pfs_store *cache,
			     struct pfs_out *o, struct pfs_err *err)
{
	struct pfs_inputs inputs = { .force = a->force };
	struct pfs_progress progress;
	struct pfs_timings timings;
	struct pfs_session_opts opts = {
		.inputs = &inputs,
		/* A thread takes address space of its own. */
		.jobs = a->memory && !a->jobs ? 1 : a->jobs,
		.log_will_do = pfs_verb_log_will_do(a->verb),
		.store = cache->fd < 0 ? NULL : cache,
		.progress = on_progress,
		.arg = &progress,
		.stage = a->verbose || a->timings ? pfs_timings_begin : NULL,
		.stage_arg = &timings,
	};
	struct pfs_library lib;
	struct pfs_files files;
	struct pfs_session *s;
	enum pfs_exit st = PFS_EXIT_FAILED;
	char words[64];
	int r;

	/* A log has a crash key, too. */
	if (a->verb == PFS_V_SIGNATURE && a->nr_files == 1 && pfs_log_is_path(a->files[0]))
		return pfs_run_log(a, a->files[0], o, err);
	if (pfs_files_sort(a->files, a->nr_files, &files, err)) {
		if (err->code == ENOENT && !a->has_verb && a->nr_files) {
			pfs_err_wrap(err, "neither a verb nor a file");
			pfs_nearest_verb(a->files[0], err);
		}
		return PFS_EXIT_FAILED;
	}
	o->arg = &progress;
	pfs_progress_init(&progress, a->progress == PFS_AUTO && !a->quiet && isatty(STDERR_FILENO));
	opts.system_map = a->system_map;
	pfs_timings_init(&timings, a->verbose, &progress);
	pfs_timings_say(&timings, "sandbox: %s", pfs_privileges_words(a, words, sizeof(words)));
	pfs_timings_say(&timings, "cache: %s", cache->fd < 0 ? "none" : cache->path);
	pfs_library_init(&lib, &files);
	s = calloc(1, sizeof(*s));
	if (!s) {
		pfs_err_set(err, ENOMEM, "out of memory");
		pfs_files_free(&files);
		return PFS_EXIT_FAILED;
	}
	r = open_session(a, &files, &lib, &opts, s, err);
	if (!r)
		pfs_timings_facts(&timings, s);
	else
		timings.io = NULL;
	if (r && r != -EINTR && files.found) {
		pfs_progress_clear(&progress);
		fprintf(stderr, "pfnscope: '%s' has the dump's build-id, and is of no use: %s\n",
			files.vmlinux, err->msg);
		files.vmlinux = NULL;
		err->code = 0;
		r = open_session(a, &files, &lib, &opts, s, err);
		if (r)
			timings.io = NULL;
	}
	if (!r) {
		st = note_inputs(&inputs, a, &files, err) ? PFS_EXIT_FAILED :
							    pfs_run(s, a, &opts, o, err);
		pfs_progress_clear(&progress);
		pfs_out_flush(o);
		pfs_timings_closing(&timings);
		pfs_session_close(s);
	}
	pfs_progress_clear(&progress);
	if (opts.stage)
		pfs_timings_begin(&timings, NULL);
	if (a->timings)
		pfs_timings_json(&timings);
	o->arg = NULL;
	free(s);
	pfs_library_deinit(&lib);
	pfs_files_free(&files);
	pfs_inputs_deinit(&inputs);
	return st;
}

/* Our own output is part of the job: a full disk is a failure. */
static enum pfs_exit finish(struct pfs_out *o, enum pfs_exit st)
{
	pfs_out_flush(o);
	if (!o->error)
		return st;
	/* The reader has seen enough, and SIGPIPE was ignored by our parent. */
	if (o->error == -EPIPE)
		return st;
	fprintf(stderr, "pfnscope: cannot write the output: %s\n", strerror(-o->error));
	return PFS_EXIT_FAILED;
}

/* Beside us, as in a build folder; else where make install puts it. */
static enum pfs_exit print_crash_extension(struct pfs_out *o)
{
	static const char name[] = "pfnscope.so";
	char path[4096 + sizeof(name)];

	if (!pfs_own_folder(path, 4096)) {
		strcat(path, name);
		if (!access(path, R_OK)) {
			pfs_outf(o, "%s\n", path);
			return PFS_EXIT_OK;
		}
	}
	if (access(PFS_CRASHDIR "/pfnscope.so", R_OK)) {
		fprintf(stderr, "pfnscope: no crash extension installed: %s/%s: %s\n", PFS_CRASHDIR,
			name, strerror(errno));
		return PFS_EXIT_FAILED;
	}
	pfs_outf(o, "%s/%s\n", PFS_CRASHDIR, name);
	return PFS_EXIT_OK;
}

int main(int argc, char **argv)
{
	struct pfs_store cache;
	struct pfs_args args;
	struct pfs_err err = { 0 };
	enum pfs_exit st;
	struct pfs_out o;
	bool json = false;
	int i;

	/* The parser may fail before it has seen --json, and permutes argv. */
	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		json |= !strcmp(argv[i], "--json");
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	/* What meets the limit on the size of files shall be a failed write(2). */
	signal(SIGXFSZ, SIG_IGN);
	if (pfs_args_parse(argc, argv, false, &args, &err)) {
		out_init(&o, &(struct pfs_args){ .json = json });
		st = fail(&o, json, "usage", &err);
		fprintf(stderr, "pfnscope: try 'pfnscope -h'\n");
		return (int)finish(&o, st);
	}
	out_init(&o, &args);
	if (args.crash_extension)
		return (int)finish(&o, print_crash_extension(&o));
	if (args.version) {
		pfs_versions_print(&o);
		return (int)finish(&o, PFS_EXIT_OK);
	}
	if (args.help != PFS_HELP_NONE) {
		pfs_help_print(&o, &args, false);
		return (int)finish(&o, PFS_EXIT_OK);
	}
	if (args.verb != PFS_V_BATCH)
		set_limits(&args);
	pfs_cache_open(&cache, &args);
	if (pfs_privileges_drop(&args, &cache, &err))
		st = PFS_EXIT_FAILED;
	else if (args.verb == PFS_V_BATCH)
		st = pfs_run_batch(&args, &cache, &o, &err);
	else if (args.verb == PFS_V_CATALOGUE)
		st = pfs_run_catalogue(&args, &o, &err);
	else if (pfs_verbs[args.verb].needs_dump)
		st = analyse(&args, &cache, &o, &err);
	else
		st = pfs_run(NULL, &args, NULL, &o, &err);
	if (st == PFS_EXIT_FAILED)
		fail(&o, args.json, NULL, &err);
	else if (args.exit_zero)
		st = PFS_EXIT_OK;
	return (int)finish(&o, st);
}
