/* SPDX-License-Identifier: GPL-2.0-or-later */
/* batch PATH...: what a worker does with its dump, and the end of the run. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/unfinished.h"
#include "batch/batch.h"
#include "bytes/record.h"
#include "cli/privileges.h"
#include "cli/vmlinux_dir.h"
#include "report/json.h"
#include "session/log.h"
#include "session/origin.h"
#include "session/packed_vmlinux.h"
#include "verbs/args.h"
#include "verbs/report.h"

struct job {
	const struct pfs_args *a;
	const struct pfs_store *cache;
	struct pfs_vmlinux_dir vmlinuxes;
};

/* One worker's dump, and what there is to say of it. */
struct work {
	const struct job *job;
	const struct pfs_batch_dump *d;
	struct pfs_session_opts opts;
	struct pfs_inputs inputs;
	struct pfs_session s;
	const char *vmlinux; /* where it was found; NULL: nowhere */
	struct pfs_packed_vmlinux packed;
	char report[4096]; /* the folder; "": none wanted */
	struct pfs_json j;
	json_t *doc;
};

static void set_origin(struct work *w, const struct pfs_origin *origin)
{
	time_t t = (time_t)origin->time;
	char text[64];
	struct tm tm;

	if (!origin->time || !gmtime_r(&t, &tm))
		return;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	pfs_json_str(&w->j, w->doc, "time", text);
}

static void set_kernel(struct work *w, const char *release, const char *build_id, const char *arch)
{
	json_t *o = pfs_json_object(&w->j);

	pfs_json_str(&w->j, o, "release", *release ? release : NULL);
	pfs_json_str(&w->j, o, "build_id", *build_id ? build_id : NULL);
	pfs_json_str(&w->j, o, "arch", arch);
	pfs_json_set(&w->j, w->doc, "kernel", o);
}

static void set_error(struct work *w, const struct pfs_err *err)
{
	json_t *e = pfs_json_object(&w->j);

	pfs_json_int(&w->j, w->doc, "status", PFS_EXIT_FAILED);
	pfs_json_str(&w->j, e, "code", pfs_error_code(err));
	pfs_json_str(&w->j, e, "message", err->msg);
	pfs_json_set(&w->j, w->doc, "error", e);
}

static void set_verdict(struct work *w)
{
	const struct pfs_verdict *v = &w->s.verdict;
	json_t *o = pfs_json_object(&w->j);
	struct pfs_signature sig;

	pfs_json_str(&w->j, o, "status", pfs_status_name(v->status));
	pfs_json_str(&w->j, o, "title", v->title);
	pfs_json_str(&w->j, o, "code", v->code);
	if (v->mechanism)
		pfs_json_str(&w->j, o, "mechanism", v->mechanism->code);
	if (v->has_pfn)
		pfs_json_str(&w->j, o, "state", pfs_state_name(v->page.state));
	if (v->status != PFS_NO_PANIC)
		pfs_json_str(&w->j, o, "confidence", pfs_confidence_name(v->confidence));
	pfs_json_set(&w->j, w->doc, "verdict", o);

	pfs_signature(&w->s, &sig);
	if (!*sig.crash)
		return;
	o = pfs_json_object(&w->j);
	pfs_json_str(&w->j, o, "title", sig.title);
	if (*sig.defect)
		pfs_json_str(&w->j, o, "defect", sig.defect);
	pfs_json_str(&w->j, o, "crash", sig.crash);
	pfs_json_set(&w->j, w->doc, "signature", o);
}

static void set_panic(struct work *w)
{
	const struct pfs_panic *p = &w->s.panic;
	json_t *o;

	if (p->kind == PFS_PANIC_NONE)
		return;
	o = pfs_json_object(&w->j);
	pfs_json_str(&w->j, o, "message", p->message);
	if (p->pid >= 0)
		pfs_json_int(&w->j, o, "pid", (uint64_t)p->pid);
	pfs_json_str(&w->j, o, "comm", p->comm);
	if (p->cpu >= 0)
		pfs_json_int(&w->j, o, "cpu", (uint64_t)p->cpu);
	pfs_json_set(&w->j, w->doc, "panic", o);
}

/* One entry a code, of the worst severity that it has, in the order of the report. */
static void set_findings(struct work *w)
{
	const struct pfs_findings *fs = &w->s.findings;
	json_t *a = pfs_json_array(&w->j), *o;
	size_t i, k;

	for (i = 0; i < fs->nr; i++) {
		enum pfs_severity worst = fs->f[i].severity;
		uint64_t nr = 0;

		for (k = 0; k < fs->nr; k++) {
			if (fs->f[k].problem != fs->f[i].problem)
				continue;
			if (k < i)
				break;
			nr++;
			if (fs->f[k].severity < worst)
				worst = fs->f[k].severity;
		}
		if (k < fs->nr)
			continue;
		o = pfs_json_object(&w->j);
		pfs_json_str(&w->j, o, "code", fs->f[i].problem->code);
		pfs_json_str(&w->j, o, "severity", pfs_severity_name(worst));
		pfs_json_int(&w->j, o, "findings", nr);
		pfs_json_add(&w->j, a, o);
	}
	pfs_json_set(&w->j, w->doc, "findings", a);
}

/* The attachments, by the verb that writes them for one dump; that one scans. */
static int write_report(struct work *w, struct pfs_err *err)
{
	const struct pfs_args a = {
		.verb = PFS_V_REPORT,
		.output = w->report,
		.files = (char *const *)w->d->files,
		.nr_files = w->d->nr_files,
	};
	int r = pfs_report_write(&w->s, &a, &w->opts, err);

	return r ? pfs_err_wrap(err, "report") : 0;
}

static int open_dump(const struct work *w, struct pfs_target **ret, struct pfs_err *err)
{
	*ret = NULL;
	err->code = 0;
	return pfs_target_open_kdump(w->d->files, w->d->nr_files, NULL, NULL, ret, err);
}

/* Takes t over. */
static int open_session(struct work *w, struct pfs_target *t, struct pfs_err *err)
{
	int r = *w->report ? pfs_target_record(t, &t, err) : 0;

	return r ? r : pfs_session_open(&w->s, t, &w->opts, err);
}

static int diagnose(struct work *w, struct pfs_err *err)
{
	int r;

	/* Fewer facts than wanted, as pfs_run() has it. */
	if (err->code)
		pfs_limit(&w->s.model, "debug information", "%s", err->msg);
	err->code = 0;
	r = pfs_session_diagnose(&w->s, err);
	if (!r && !w->s.model.lost)
		r = *w->report ? write_report(w, err) : pfs_session_scan(&w->s, &w->opts, err);
	return r;
}

/*
 * The vmlinux of the dump, which is packed only where no other has its build-id. A package that
 * cannot be read, or has another kernel's, is none.
 */
static void find_vmlinux(struct work *w, const struct pfs_origin *o)
{
	const struct pfs_vmlinux_dir *dir = &w->job->vmlinuxes;
	const char *path = NULL;
	struct pfs_err ignored;

	w->vmlinux = pfs_vmlinux_dir_find(dir, o->build_id, o->release);
	w->opts.vmlinux = w->vmlinux;
	if (w->vmlinux || !*o->build_id)
		return;
	while ((path = pfs_vmlinux_dir_package(dir, o->release, path))) {
		if (pfs_packed_vmlinux_open(path, o->build_id, &(struct pfs_unpacking){ 0 },
					    &w->packed, &ignored))
			continue;
		w->vmlinux = path;
		w->opts.vmlinux = w->packed.path;
		return;
	}
}

/* A file that only its name speaks for may be of another kernel: then without it. */
static int analyse_with(struct work *w, struct pfs_origin *origin, struct pfs_err *err)
{
	struct pfs_target *t;
	int r = open_dump(w, &t, err);

	if (r)
		return r;
	pfs_origin_read(t, origin);
	find_vmlinux(w, origin);
	r = open_session(w, t, err);
	if (r && w->opts.vmlinux && !*origin->build_id) {
		w->vmlinux = w->opts.vmlinux = NULL;
		r = open_dump(w, &t, err);
		if (!r)
			r = open_session(w, t, err);
	}
	return r;
}

static int set_report(struct work *w, struct pfs_err *err)
{
	int n;

	if (!w->job->a->reports)
		return 0;
	n = snprintf(w->report, sizeof(w->report), "%s/reports/%s", w->job->a->output, w->d->id);
	if (n < 0 || (size_t)n >= sizeof(w->report))
		return pfs_err_set(err, ENAMETOOLONG, "the folder of the report: %s",
				   strerror(ENAMETOOLONG));
	if (mkdir(w->report, 0777) && errno != EEXIST)
		return pfs_err_set(err, errno, "cannot make '%s': %s", w->report, strerror(errno));
	/* What a worker that was killed left behind. */
	pfs_sweep(w->report);
	return 0;
}

/* The folder of reports is ours, whatever is in it, but not what is read. */
static int note_inputs(struct work *w, struct pfs_err *err)
{
	size_t i;
	int r = pfs_inputs_add(&w->inputs, w->vmlinux, err);

	for (i = 0; i < w->d->nr_files && !r; i++)
		r = pfs_inputs_add(&w->inputs, w->d->files[i], err);
	w->inputs.force = true;
	w->opts.inputs = &w->inputs;
	return r ? r : pfs_inputs_add(&w->inputs, w->job->a->from, err);
}

/* A log without a dump: the boot that speaks for it is all of the row. */
static void analyse_log(struct work *w)
{
	const struct pfs_log_session *b;
	struct pfs_err err = { 0 };
	struct pfs_log l;

	if (pfs_log_open(w->d->files[0], &l, &err)) {
		set_error(w, &err);
		return;
	}
	b = pfs_log_chosen(&l);
	w->s = b->s;
	pfs_json_int(&w->j, w->doc, "status", (uint64_t)pfs_exit_of_log(&l));
	set_verdict(w);
	set_panic(w);
	set_findings(w);
	set_kernel(w, w->s.facts.release, w->s.facts.build_id,
		   w->s.mem.arch ? w->s.mem.arch->name : NULL);
	pfs_json_str(&w->j, w->doc, "host", b->host);
}

/* Now that the folder of the report is there. */
static int confine(const struct work *w, struct pfs_err *err)
{
	return pfs_privileges_drop_worker(w->job->a, w->d, &w->job->vmlinuxes, w->report,
					  w->job->cache, err);
}

static int confine_scout(void *arg, struct pfs_err *err)
{
	return pfs_privileges_drop_scout(((const struct job *)arg)->a, err);
}

static json_t *analyse(void *arg, const struct pfs_batch_dump *d, unsigned int threads)
{
	const struct job *job = arg;
	struct work *w = calloc(1, sizeof(*w));
	struct pfs_origin origin = { 0 };
	struct pfs_err err = { 0 };
	char host[66];

	if (!w)
		return NULL;
	w->job = job;
	w->d = d;
	w->opts.jobs = threads;
	w->opts.store = job->cache->fd < 0 ? NULL : job->cache;
	/* A row can say what the log tells; a report is of struct pages. */
	w->opts.log_will_do = !job->a->reports;
	w->doc = pfs_json_object(&w->j);
	if (d->log) {
		if (confine(w, &err))
			set_error(w, &err);
		else
			analyse_log(w);
		return pfs_json_done(&w->j, w->doc);
	}
	if (set_report(w, &err) || confine(w, &err)) {
		set_error(w, &err);
	} else if (analyse_with(w, &origin, &err)) {
		set_error(w, &err);
		if (*origin.release)
			set_kernel(w, origin.release, origin.build_id, NULL);
	} else {
		if (note_inputs(w, &err) || diagnose(w, &err)) {
			set_error(w, &err);
		} else {
			pfs_json_int(&w->j, w->doc, "status", (uint64_t)pfs_exit_of(&w->s));
			set_verdict(w);
			set_panic(w);
			set_findings(w);
			if (*w->report)
				pfs_json_str(&w->j, w->doc, "report",
					     w->report + strlen(job->a->output) + 1);
		}
		set_kernel(w, w->s.facts.release, w->s.facts.build_id,
			   w->s.mem.arch ? w->s.mem.arch->name : NULL);
		pfs_session_host(&w->s, host);
		if (*host)
			pfs_json_str(&w->j, w->doc, "host", host);
		if (!origin.time)
			origin.time = pfs_session_time(&w->s);
		pfs_json_str(&w->j, w->doc, "vmlinux", w->vmlinux);
	}
	set_origin(w, &origin);
	/* Of a report that came to nothing not even the folder is left. */
	if (*w->report && rmdir(w->report))
		errno = 0;
	pfs_session_keep(&w->s);
	/* The process ends here: the session goes with it. */
	return pfs_json_done(&w->j, w->doc);
}

static enum pfs_exit list(struct pfs_batch_found *found, struct pfs_out *o)
{
	size_t i;

	/* For a program: the bytes of the name, as they are, of which a line is made. */
	for (i = 0; i < found->nr_dumps; i++) {
		const char *path = found->dumps[i].files[0];

		if (strchr(path, '\n')) {
			pfs_batch_skip(found, path, "a line end in its name");
			continue;
		}
		pfs_out_raw(o, path, strlen(path));
		pfs_out_raw(o, "\n", 1);
	}
	return found->skipped ? PFS_EXIT_INCONCLUSIVE : PFS_EXIT_OK;
}

static int make_reports_dir(const struct pfs_args *a, struct pfs_err *err)
{
	char *path = NULL;
	int r = 0;

	if (!a->reports)
		return 0;
	if (asprintf(&path, "%s/reports", a->output) < 0)
		return pfs_err_set(err, ENOMEM, "out of memory");
	if (mkdir(path, 0777) && errno != EEXIST)
		r = pfs_err_set(err, errno, "cannot make '%s': %s", path, strerror(errno));
	free(path);
	return r;
}

/* What is in it, pfs_batch_results_open() looks at. */
static bool anything(int fd)
{
	(void)fd;
	return true;
}

static int check_results(const struct pfs_args *a, const struct pfs_batch_found *found,
			 struct pfs_err *err)
{
	struct pfs_inputs in = { 0 };
	char *path = NULL;
	size_t i, k;
	int r = pfs_inputs_add(&in, a->from, err);

	for (i = 0; i < found->nr_dumps && !r; i++)
		for (k = 0; k < found->dumps[i].nr_files && !r; k++)
			r = pfs_inputs_add(&in, found->dumps[i].files[k], err);
	if (!r && asprintf(&path, "%s/results.jsonl", a->output) < 0)
		r = pfs_err_set(err, ENOMEM, "out of memory");
	if (!r)
		r = pfs_output_check(path, &in, anything, err);
	pfs_inputs_deinit(&in);
	free(path);
	return r;
}

static enum pfs_exit run(const struct pfs_args *a, const struct pfs_batch_opts *opts,
			 const struct pfs_batch_found *found, struct pfs_out *o, int *ret_signal,
			 struct pfs_err *err)
{
	struct pfs_batch_results results;
	enum pfs_exit st;
	json_t *summary;
	int r;

	if (check_results(a, found, err) || pfs_batch_results_open(a->output, &results, err))
		return PFS_EXIT_FAILED;
	r = make_reports_dir(a, err);
	if (!r)
		r = pfs_batch_run(opts, found, &results, ret_signal, err);
	st = r ? PFS_EXIT_FAILED : (enum pfs_exit)pfs_batch_status(&results, found);
	if (!r && !*ret_signal) {
		summary = pfs_batch_summary(&results, found);
		if (a->json) {
			pfs_json_write(o, summary);
		} else if (summary) {
			pfs_text_batch(o, summary);
			json_decref(summary);
		} else {
			o->error = -ENOMEM;
		}
	}
	if (pfs_batch_results_close(&results, r ? &(struct pfs_err){ 0 } : err))
		st = PFS_EXIT_FAILED;
	return st;
}

enum pfs_exit pfs_run_batch(const struct pfs_args *a, const struct pfs_store *cache,
			    struct pfs_out *o, struct pfs_err *err)
{
	struct job job = { .a = a, .cache = cache };
	const struct pfs_batch_opts opts = {
		.paths = a->files,
		.nr_paths = a->nr_files,
		.from = a->from,
		.out = a->output,
		.jobs = a->jobs,
		.timeout = a->timeout,
		.memory = a->memory,
		.again = a->again,
		.progress = a->progress == PFS_AUTO && !a->quiet,
		.analyse = analyse,
		.confine = confine_scout,
		.arg = &job,
	};
	struct pfs_batch_found found;
	enum pfs_exit st = PFS_EXIT_FAILED;
	int signal_nr = 0;

	if (!a->output && !a->list) {
		pfs_err_set(err, EINVAL, "batch: -o DIR says where to");
		return st;
	}
	if (pfs_batch_find(&opts, &found, err))
		return st;
	if (a->list) {
		st = list(&found, o);
	} else if (!found.nr_dumps) {
		pfs_err_set(err, ENOENT, "no dump found in %zu files", found.others);
	} else if (!a->vmlinux_dir || !pfs_vmlinux_dir_open(a->vmlinux_dir, &job.vmlinuxes, err)) {
		st = run(a, &opts, &found, o, &signal_nr, err);
		pfs_vmlinux_dir_close(&job.vmlinuxes);
	}
	pfs_batch_found_deinit(&found);
	if (signal_nr) {
		fprintf(stderr, "pfnscope: interrupted; the same command goes on from here\n");
		signal(signal_nr, SIG_DFL);
		raise(signal_nr);
	}
	return st;
}
