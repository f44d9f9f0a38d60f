/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list, show, groups as text. */
#include <string.h>

#include "catalogue/catalogue.h"

static const char *get(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static const char *or_dash(const char *s)
{
	return s ? s : "-";
}

void pfs_text_catalogue_list(struct pfs_out *o, const json_t *doc)
{
	const json_t *d;
	size_t i;

	pfs_outf(o, "%-20s  %-16s  %-24s  %-12s  %s\n", "TIME", "HOST", "KERNEL", "VERDICT",
		 "DUMP");
	json_array_foreach(json_object_get(doc, "dumps"), i, d) {
		const char *verdict = get(d, "verdict");

		pfs_outf(o, "%-20s  %-16s  %-24s  ", or_dash(get(d, "time")),
			 or_dash(get(d, "host")), or_dash(get(d, "release")));
		pfs_outf(o, "%-12s  %s%s\n", verdict ? verdict : or_dash(get(d, "outcome")),
			 or_dash(get(d, "path")), get(d, "log") ? " (log only)" : "");
	}
}

void pfs_text_catalogue_groups(struct pfs_out *o, const json_t *doc)
{
	const json_t *g;
	size_t i;

	pfs_outf(o, "%7s %8s %7s %5s  %-10s  %-10s  %s\n", "DUMPS", "PROBLEMS", "KERNELS", "HOSTS",
		 "FIRST", "LAST", "GROUP");
	json_array_foreach(json_object_get(doc, "groups"), i, g) {
		const char *key = get(g, "key"), *title = get(g, "title");

		pfs_outf(o,
			 "%7" JSON_INTEGER_FORMAT " %8" JSON_INTEGER_FORMAT
			 " %7" JSON_INTEGER_FORMAT " %5" JSON_INTEGER_FORMAT
			 "  %-10.10s  %-10.10s  ",
			 json_integer_value(json_object_get(g, "dumps")),
			 json_integer_value(json_object_get(g, "problems")),
			 json_integer_value(json_object_get(g, "kernels")),
			 json_integer_value(json_object_get(g, "hosts")), or_dash(get(g, "first")),
			 or_dash(get(g, "last")));
		pfs_outf(o, "%s\n", or_dash(title));
		if (key && title && strchr(key, ':') && strcmp(key, title))
			pfs_outf(o, "%56s%s\n", "", key);
	}
}

static void show(struct pfs_out *o, const json_t *dump)
{
	const json_t *row = json_object_get(dump, "row"), *kernel = json_object_get(row, "kernel");
	const json_t *sig = json_object_get(row, "signature"), *f;
	const json_t *verdict = json_object_get(row, "verdict");
	const char *text;
	size_t i;

	pfs_out_field(o, json_is_true(json_object_get(row, "log")) ? "log only" : "dump", "%s",
		      or_dash(get(row, "path")));
	pfs_out_field(o, "id", "%s, modified %s", or_dash(get(row, "id")),
		      or_dash(get(row, "modified")));
	pfs_out_field(o, "kernel", "%s, %s", or_dash(get(kernel, "release")),
		      or_dash(get(kernel, "arch")));
	pfs_out_field(o, "build-id", "%s", or_dash(get(kernel, "build_id")));
	pfs_out_field(o, "host", "%s", or_dash(get(row, "host")));
	pfs_out_field(o, "time", "%s", or_dash(get(row, "time")));
	pfs_out_field(o, "outcome", "%s", or_dash(get(row, "outcome")));
	text = get(json_object_get(row, "error"), "message");
	if (text)
		pfs_out_field(o, "error", "%s", text);
	if (verdict)
		pfs_out_field(o, "verdict", "%s: %s", or_dash(get(verdict, "status")),
			      or_dash(get(verdict, "title")));
	if (sig) {
		pfs_out_field(o, "signature", "%s", or_dash(get(sig, "title")));
		if (get(sig, "defect"))
			pfs_out_field(o, NULL, "%s", get(sig, "defect"));
		pfs_out_field(o, NULL, "%s", or_dash(get(sig, "crash")));
	}
	json_array_foreach(json_object_get(row, "findings"), i, f)
		pfs_out_field(o, i ? NULL : "findings", "- %s %s", or_dash(get(f, "severity")),
			      or_dash(get(f, "code")));
	pfs_out_field(o, "results", "%s", or_dash(get(dump, "results")));
	if (get(row, "report"))
		pfs_out_field(o, "report", "%s", get(row, "report"));
}

void pfs_text_catalogue_show(struct pfs_out *o, const json_t *doc)
{
	const json_t *dump;
	size_t i;

	json_array_foreach(json_object_get(doc, "dumps"), i, dump) {
		if (i)
			pfs_outf(o, "\n");
		show(o, dump);
	}
}
