/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/timings.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/size.h"
#include "report/report.h"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void pfs_timings_init(struct pfs_timings *t, bool verbose, struct pfs_progress *progress)
{
	*t = (struct pfs_timings){ .verbose = verbose, .progress = progress };
	t->began = t->at = now();
}

void pfs_timings_say(struct pfs_timings *t, const char *fmt, ...)
{
	char text[1024], line[4 * sizeof(text)];
	va_list ap;

	if (!t->verbose)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pfs_escape(line, sizeof(line), text, strlen(text), false);
	pfs_progress_clear(t->progress);
	fprintf(stderr, "pfnscope: %s\n", line);
}

/* A stage that goes on after another one is one, behind that. */
static void push(struct pfs_timings *t, const char *name)
{
	struct pfs_timing again = { .name = name };
	size_t i;

	for (i = 0; i < t->nr; i++)
		if (!strcmp(t->stage[i].name, name))
			break;
	if (i < t->nr) {
		again = t->stage[i];
		t->nr--;
		memmove(&t->stage[i], &t->stage[i + 1], (t->nr - i) * sizeof(again));
	}
	if (t->nr < sizeof(t->stage) / sizeof(*t->stage))
		t->stage[t->nr++] = again;
}

/* The last stage has read what was read since the one before it. */
static void add_reads(struct pfs_timings *t)
{
	struct pfs_io *sum, io;

	if (!t->io || !t->nr)
		return;
	sum = &t->stage[t->nr - 1].io;
	io.requests = __atomic_load_n(&t->io->requests, __ATOMIC_RELAXED);
	io.bytes = __atomic_load_n(&t->io->bytes, __ATOMIC_RELAXED);
	sum->requests += io.requests - t->read.requests;
	sum->bytes += io.bytes - t->read.bytes;
	t->read = io;
}

void pfs_timings_closing(struct pfs_timings *t)
{
	add_reads(t);
	t->io = NULL;
}

void pfs_timings_begin(void *arg, const char *name)
{
	struct pfs_timings *t = arg;
	double at = now();
	char size[32];

	if (t->nr) {
		struct pfs_timing *last = &t->stage[t->nr - 1];

		last->seconds += at - t->at;
		add_reads(t);
		pfs_timings_say(t, "%s: %.3f s, %" PRIu64 " reads, %s", last->name, last->seconds,
				last->io.requests, pfs_fmt_size(size, last->io.bytes));
	}
	t->at = at;
	if (name)
		push(t, name);
	else
		pfs_timings_say(t, "all: %.3f s", at - t->began);
}

void pfs_timings_facts(struct pfs_timings *t, const struct pfs_session *s)
{
	const char *from[8] = { NULL };
	unsigned int count[8] = { 0 };
	char text[512];
	size_t i, k, at = 0;

	for (i = 0; t->verbose && i < PFS_NR_FACTS; i++) {
		if (!s->facts.f[i].from)
			continue;
		for (k = 0; k < 8 && from[k] && strcmp(from[k], s->facts.f[i].from); k++)
			;
		if (k == 8)
			continue;
		from[k] = s->facts.f[i].from;
		count[k]++;
	}
	for (k = 0; k < 8 && from[k] && at < sizeof(text); k++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%u from %s", k ? ", " : "",
				       count[k], from[k]);
	if (at)
		pfs_timings_say(t, "facts: %s", text);
}

void pfs_timings_json(const struct pfs_timings *t)
{
	json_t *doc = json_object(), *stages = json_array();
	char *text = NULL;
	size_t i;

	for (i = 0; i < t->nr; i++)
		json_array_append_new(stages,
				      json_pack("{s:s, s:f, s:I, s:I}", "stage", t->stage[i].name,
						"seconds", t->stage[i].seconds, "reads",
						(json_int_t)t->stage[i].io.requests, "bytes",
						(json_int_t)t->stage[i].io.bytes));
	json_object_set_new(doc, "schema", json_string("pfnscope/timings"));
	json_object_set_new(doc, "version", json_string("1.1"));
	json_object_set_new(doc, "seconds", json_real(now() - t->began));
	json_object_set_new(doc, "stages", stages);
	text = json_dumps(doc, JSON_COMPACT | JSON_REAL_PRECISION(6));
	if (text)
		fprintf(stderr, "%s\n", text);
	free(text);
	json_decref(doc);
}
