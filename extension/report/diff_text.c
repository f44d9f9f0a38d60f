/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the document of a diff as text. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/diff.h"
#include "report/json.h"

static const char *get(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* A value of any kind in a few words; as much as there is room for. */
static void put_value(char *buf, size_t size, const json_t *v, const char *nothing)
{
	const json_t *flags = json_object_get(v, "flags"), *map;
	size_t i, len = 0;

	if (json_is_string(v)) {
		snprintf(buf, size, "%s", json_string_value(v));
	} else if (json_is_integer(v)) {
		snprintf(buf, size, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	} else if (flags) {
		map = json_object_get(v, "subsection_map");
		for (i = 0; i < json_array_size(flags) && len < size; i++)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", i ? ", " : "",
						json_string_value(json_array_get(flags, i)));
		for (i = 0; i < json_array_size(map) && len < size; i++)
			len += (size_t)snprintf(buf + len, size - len, "%s%s",
						i ? " " : "; subsections ",
						json_string_value(json_array_get(map, i)));
	} else {
		snprintf(buf, size, "%s", nothing);
	}
}

/* "0x14000-0x14001": inclusive, as in all text. */
static void put_pfns(char *buf, size_t size, const json_t *o)
{
	uint64_t start = 0, end = 0;

	if (!pfs_json_parse_hex(json_object_get(o, "start"), &start) ||
	    !pfs_json_parse_hex(json_object_get(o, "end"), &end) || end <= start)
		snprintf(buf, size, "no page");
	else
		snprintf(buf, size, "0x%" PRIx64 "-0x%" PRIx64, start, end - 1);
}

static void put_list(struct pfs_out *o, const json_t *doc, const char *key, const char *heading,
		     const char *nothing)
{
	const json_t *list = json_object_get(doc, key);
	char from[512], to[512], lead[80];
	size_t i;

	if (!json_array_size(list))
		return;
	pfs_out_heading(o, heading);
	for (i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);

		if (json_object_get(e, "what"))
			snprintf(lead, sizeof(lead), "%s", get(e, "what"));
		else
			put_pfns(lead, sizeof(lead), e);
		put_value(from, sizeof(from), json_object_get(e, "from"), nothing);
		put_value(to, sizeof(to), json_object_get(e, "to"), nothing);
		pfs_out_para(o, 2, "", "%s: %s -> %s", lead, from, to);
	}
}

static void put_finding(struct pfs_out *o, const json_t *f)
{
	const json_t *from = json_object_get(f, "from"), *to = json_object_get(f, "to");
	const json_t *is = json_is_object(to) ? to : from;
	const char *change = get(f, "change");
	char pfns[64];

	put_pfns(pfns, sizeof(pfns), is);
	pfs_out_color(o, !strcmp(change, "new")	 ? PFS_RED :
			 !strcmp(change, "gone") ? PFS_GREEN :
						   PFS_YELLOW);
	pfs_outf(o, "  %-8s", change);
	pfs_out_color(o, PFS_PLAIN);
	pfs_outf(o, " %-10s %s\n", get(is, "severity"), get(f, "code"));
	pfs_out_para(o, 11, "", "pfn %s, %s (confidence: %s)", pfns, get(is, "title"),
		     get(is, "confidence"));
	if (is == from || !json_is_object(from))
		return;
	put_pfns(pfns, sizeof(pfns), from);
	pfs_out_para(o, 11, "", "before: %s, pfn %s, %s (confidence: %s)", get(from, "severity"),
		     pfns, get(from, "title"), get(from, "confidence"));
}

void pfs_text_diff(struct pfs_out *o, const json_t *doc)
{
	const json_t *a = json_object_get(doc, "a"), *b = json_object_get(doc, "b"), *list;
	size_t i;

	list = json_object_get(doc, "not_compared");
	if (!json_is_true(json_object_get(doc, "differ")) && !json_array_size(list))
		return;
	pfs_outf(o, "--- %s (%s)\n", get(a, "path"), get(a, "kind"));
	pfs_outf(o, "+++ %s (%s)\n", get(b, "path"), get(b, "kind"));
	put_list(o, doc, "kernel", "Kernel", "unknown");
	put_list(o, doc, "verdict", "Verdict", "none");
	put_list(o, doc, "sections", "Sections", "no section");
	put_list(o, doc, "section_counts", "Sections", "none");
	put_list(o, doc, "states", "States of struct pages", "nothing abnormal");
	put_list(o, doc, "pages", "Struct pages, by state", "none");
	if (json_array_size(json_object_get(doc, "findings"))) {
		pfs_out_heading(o, "Findings");
		for (i = 0; i < json_array_size(json_object_get(doc, "findings")); i++)
			put_finding(o, json_array_get(json_object_get(doc, "findings"), i));
	}
	if (!json_array_size(list))
		return;
	pfs_out_heading(o, "Not compared");
	for (i = 0; i < json_array_size(list); i++)
		pfs_out_para(o, 0, "  - ", "%s: not in %s (%s)",
			     get(json_array_get(list, i), "what"),
			     get(json_array_get(list, i), "not_in"),
			     get(json_array_get(list, i), "kind"));
}
