/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One row: the dump, what its worker said of it, or what became of the worker. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "batch/batch.h"
#include "report/json.h"

/* In UTC, to the nanosecond: by it a changed dump is known. */
static void fmt_time(char buf[64], const struct timespec *t)
{
	char day[32] = "";
	struct tm tm;

	if (gmtime_r(&t->tv_sec, &tm))
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, 64, "%s.%09ldZ", day, t->tv_nsec);
}

json_t *pfs_batch_row(const struct pfs_batch_dump *d)
{
	struct pfs_json j = { false };
	json_t *row = pfs_json_object(&j);
	char modified[64];

	fmt_time(modified, &d->modified);
	pfs_json_str(&j, row, "schema", "pfnscope/batch-row");
	pfs_json_str(&j, row, "version", "1.0");
	pfs_json_str(&j, row, "id", d->id);
	pfs_json_str(&j, row, "path", d->files[0]);
	if (d->log)
		pfs_json_bool(&j, row, "log", true);
	if (d->nr_files > 1)
		pfs_json_set(&j, row, "files", pfs_json_strings(&j, d->files, d->nr_files));
	pfs_json_int(&j, row, "bytes", d->bytes);
	pfs_json_str(&j, row, "modified", modified);
	return pfs_json_done(&j, row);
}

bool pfs_batch_row_is_of(const json_t *row, const struct pfs_batch_dump *d, bool again)
{
	const char *outcome = json_string_value(json_object_get(row, "outcome"));
	json_t *now = pfs_batch_row(d);
	bool same = now && row && outcome &&
		    json_equal(json_object_get(row, "bytes"), json_object_get(now, "bytes")) &&
		    json_equal(json_object_get(row, "modified"), json_object_get(now, "modified"));

	json_decref(now);
	return same && !(again && strcmp(outcome, "done"));
}

static void set_error(struct pfs_json *j, json_t *row, const char *code, const char *message)
{
	json_t *e = pfs_json_object(j);

	pfs_json_str(j, e, "code", code);
	pfs_json_str(j, e, "message", message);
	pfs_json_set(j, row, "error", e);
}

static void set_run(struct pfs_json *j, json_t *row, double wall, const struct rusage *ru)
{
	json_t *run = pfs_json_object(j);

	pfs_json_int(j, run, "wall_ms", (uint64_t)(wall * 1000 + 0.5));
	if (ru) {
		pfs_json_int(j, run, "cpu_ms",
			     (uint64_t)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1000 +
				     (uint64_t)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec) /
					     1000);
		pfs_json_int(j, run, "memory", (uint64_t)ru->ru_maxrss * 1024);
	}
	pfs_json_set(j, row, "run", run);
}

/* Who hung or crashed has no word in it, also if it had left one. */
static void set_fate(struct pfs_json *j, json_t *row, int status, bool timed_out)
{
	char why[96];

	if (timed_out || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)) {
		pfs_json_str(j, row, "outcome", "timeout");
		set_error(j, row, "timeout", "not done within the time limit");
	} else {
		pfs_json_str(j, row, "outcome", "crashed");
		if (WIFSIGNALED(status))
			snprintf(why, sizeof(why), "killed by signal %d (%s)", WTERMSIG(status),
				 strsignal(WTERMSIG(status)));
		else
			snprintf(why, sizeof(why), "ended with status %d and no report",
				 WEXITSTATUS(status));
		set_error(j, row, "crashed", why);
	}
	pfs_json_int(j, row, "status", 2);
}

json_t *pfs_batch_row_finish(const struct pfs_batch_dump *d, json_t *doc, int status,
			     bool timed_out, double wall, const struct rusage *ru)
{
	json_t *row = pfs_batch_row(d), *code = json_object_get(doc, "status");
	struct pfs_json j = { !row };

	if (timed_out || !WIFEXITED(status) || WEXITSTATUS(status) || !json_is_integer(code)) {
		set_fate(&j, row, status, timed_out);
	} else {
		const char *error =
			json_string_value(json_object_get(json_object_get(doc, "error"), "code"));

		pfs_json_str(&j, row, "outcome",
			     !error			     ? "done" :
			     !strcmp(error, "out-of-memory") ? "memory" :
							       "failed");
		if (json_object_update_missing(row, doc))
			j.oom = true;
	}
	json_decref(doc);
	set_run(&j, row, wall, ru);
	return pfs_json_done(&j, row);
}
