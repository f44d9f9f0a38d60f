/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb report: all attachments of a ticket, from one analysis. */
#include "verbs/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "report/bundle.h"
#include "report/ticket.h"
#include "verbs/args.h"

static void render_json(struct pfs_out *o, const struct pfs_ticket *t)
{
	pfs_json_write(o, pfs_json_report(t->s));
}

static void render_map(struct pfs_out *o, const struct pfs_ticket *t)
{
	pfs_svg_map(o, t->s, &t->focus, PFS_MAP_WIDE, true);
}

static const struct {
	const char *name;
	void (*render)(struct pfs_out *o, const struct pfs_ticket *t);
} documents[] = {
	{ "report.txt", pfs_text_ticket },
	{ "report.json", render_json },
	{ "report.html", pfs_html_ticket },
	{ "map.svg", render_map },
};

#define NR_DOCUMENTS (sizeof(documents) / sizeof(documents[0]))
#define DISTILLED    "memmap.kdump"

static int add_document(struct pfs_bundle *b, size_t i, const struct pfs_ticket *t,
			struct pfs_err *err)
{
	struct pfs_text all = { 0 };
	struct pfs_out o = { .write = pfs_out_to_text, .arg = &all, .width = 80 };
	size_t len;
	char *text;
	int r;

	documents[i].render(&o, t);
	text = pfs_text_take(&all, &len);
	if (!text || o.error)
		r = pfs_err_set(err, ENOMEM, "%s: out of memory", documents[i].name);
	else
		r = pfs_bundle_add(b, documents[i].name, text, len, err);
	free(text);
	return r;
}

/* The command that makes this report again, without the folders of this machine. */
static char *command_line(const struct pfs_args *a)
{
	struct pfs_text t = { 0 };
	size_t i;

	pfs_text_printf(&t, "pfnscope report");
	for (i = 0; i < a->nr_files; i++)
		pfs_text_printf(&t, " %s", pfs_base_name(a->files[i]));
	pfs_text_printf(&t, " -o DIR");
	return pfs_text_take(&t, NULL);
}

/* The distilled dump comes first: writing it includes the scan, which the other files need. */
static int distill(struct pfs_session *s, const struct pfs_session_opts *opts, struct pfs_bundle *b,
		   struct pfs_err *err)
{
	static const struct pfs_distill_opts small;
	int r;

	/* A dump of a running kernel would differ from what was found. */
	if (s->target->info.live) {
		r = pfs_session_scan(s, opts, err);
		pfs_limit(&s->model, DISTILLED,
			  "not written: of a running kernel, whose "
			  "memory changes");
		return r;
	}
	r = pfs_bundle_stage(b, DISTILLED, err);
	if (r >= 0) {
		r = pfs_session_distill(s, opts, &small, r, err);
		if (r)
			pfs_err_wrap(err, "%s: " DISTILLED, b->path);
	}
	return r ? r : pfs_bundle_add_staged(b, err);
}

static int open_bundle(struct pfs_bundle *b, const struct pfs_args *a, const struct pfs_inputs *in,
		       struct pfs_err *err)
{
	const char *names[NR_DOCUMENTS + 1] = { DISTILLED };
	size_t i;

	for (i = 0; i < NR_DOCUMENTS; i++)
		names[i + 1] = documents[i].name;
	return pfs_bundle_open(b, a->tar ? a->tar : a->output, a->tar, names, NR_DOCUMENTS + 1, in,
			       err);
}

int pfs_report_write(struct pfs_session *s, const struct pfs_args *a,
		     const struct pfs_session_opts *opts, struct pfs_err *err)
{
	struct pfs_ticket *t = calloc(1, sizeof(*t));
	char *command = command_line(a);
	struct pfs_bundle b;
	size_t i;
	int r;

	if (!t || !command) {
		r = pfs_err_set(err, ENOMEM, "out of memory");
	} else if (!(r = open_bundle(&b, a, opts->inputs, err))) {
		r = distill(s, opts, &b, err);
		t->s = s;
		t->command = command;
		if (!r) {
			pfs_focus_find(s, &t->focus);
			pfs_claims_find(s, &t->claims);
		}
		for (i = 0; !r && i < NR_DOCUMENTS; i++)
			r = add_document(&b, i, t, err);
		if (!r)
			r = pfs_bundle_finish(&b, err);
		pfs_bundle_close(&b);
	}
	free(command);
	free(t);
	return r;
}
