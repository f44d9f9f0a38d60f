/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct pfs_scan as JSON and back; see scan_note.h for the format. */
#include "distill/scan_note.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define SCHEMA "pfnscope/scan-note"
#define VERSION 1
#define MAX_NOTE ((size_t)64 << 20)

static const char *const mark_names[PFS_NR_MARKS] = {
	[PFS_MARK_HWPOISON] = "hwpoison",
	[PFS_MARK_HWPOISON_VAGUE] = "hwpoison-vague",
	[PFS_MARK_HWPOISON_FREE] = "hwpoison-free",
	[PFS_MARK_RESERVED_FREE] = "reserved-free",
	[PFS_MARK_BACKING_FREE] = "backing-free",
	[PFS_MARK_BACKING_USED] = "backing-used",
	[PFS_MARK_STALE] = "stale",
	[PFS_MARK_PASSED] = "passed",
	[PFS_MARK_LOST] = "lost",
	[PFS_MARK_HEAD_COPY] = "head-copy",
};

/*
 * jansson accepts NULL as a value and returns an error, so that one flag
 * catches lack of memory anywhere.
 */
struct writer {
	bool failed;
	int index[PFS_NR_STATES]; /* in "states"; -1: does not occur */
};

static void add(struct writer *w, json_t *list, json_t *value)
{
	w->failed |= json_array_append_new(list, value) != 0;
}

static void add_int(struct writer *w, json_t *list, uint64_t v)
{
	add(w, list, json_integer((json_int_t)v));
}

static void set(struct writer *w, json_t *o, const char *key, json_t *value)
{
	w->failed |= json_object_set_new(o, key, value) != 0;
}

static json_t *states_to_json(struct writer *w, const struct pfs_scan *s)
{
	json_t *list = json_array();
	int st, n = 0;

	for (st = 0; st < PFS_NR_STATES; st++) {
		w->index[st] = -1;
		if (!s->count[st])
			continue;
		w->index[st] = n++;
		add(w, list, json_string(pfs_state_name((enum pfs_state)st)));
	}
	return list;
}

static json_t *sections_to_json(struct writer *w, const struct pfs_model *m,
				const struct pfs_scan *s)
{
	json_t *list = json_array(), *row;
	size_t i;
	int st;

	for (i = 0; s->sections && i < m->nr_sections; i++) {
		uint64_t sum = 0;

		for (st = 0; st < PFS_NR_STATES; st++)
			sum += s->sections[i].count[st];
		if (!sum)
			continue;
		row = json_array();
		add_int(w, row, m->sections[i].nr);
		for (st = 0; st < PFS_NR_STATES; st++)
			if (w->index[st] >= 0)
				add_int(w, row, s->sections[i].count[st]);
		add(w, list, row);
	}
	return list;
}

static json_t *runs_to_json(struct writer *w, const struct pfs_run *r, size_t nr)
{
	json_t *list = json_array(), *row;
	size_t i;

	for (i = 0; i < nr; i++) {
		row = json_array();
		add_int(w, row, r[i].start);
		add_int(w, row, r[i].end - r[i].start);
		add_int(w, row, (uint64_t)w->index[r[i].state]);
		add(w, list, row);
	}
	return list;
}

char *pfs_scan_to_json(const struct pfs_model *m, const struct pfs_scan *s)
{
	struct writer w = { .failed = false };
	json_t *o = json_object(), *marks = json_object();
	char *text;
	int k;

	set(&w, o, "schema", json_string(SCHEMA));
	set(&w, o, "version", json_integer(VERSION));
	set(&w, o, "states", states_to_json(&w, s));
	set(&w, o, "sections", sections_to_json(&w, m, s));
	set(&w, o, "runs", runs_to_json(&w, s->runs, s->nr_runs));
	for (k = PFS_MARK_NONE + 1; k < PFS_NR_MARKS; k++)
		if (s->marks[k].nr)
			set(&w, marks, mark_names[k],
			    runs_to_json(&w, s->marks[k].r, s->marks[k].nr));
	set(&w, o, "marks", marks);
	text = w.failed ? NULL : json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return text;
}

/* Reads the note; err tells the first thing that is wrong with it. */
struct reader {
	struct pfs_model *m;
	struct pfs_err *err;
	enum pfs_state states[PFS_NR_STATES];
	size_t nr_states;
	int r;
};

static void bad(struct reader *x, const char *key)
{
	if (!x->r)
		x->r = pfs_err_set(x->err, EINVAL, "scan note: '%s' is missing or malformed", key);
}

static void *need_memory(struct reader *x, size_t nr, size_t size)
{
	void *p = pfs_calloc(&x->m->arena, nr ? nr : 1, size);

	if (!p && !x->r)
		x->r = pfs_err_set(x->err, ENOMEM, "scan note: out of memory");
	return p;
}

static uint64_t need_int(struct reader *x, const json_t *row, size_t i, const char *key,
			 uint64_t max)
{
	const json_t *v = json_array_get(row, i);
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 0 || (uint64_t)n > max) {
		bad(x, key);
		return 0;
	}
	return (uint64_t)n;
}

static void read_states(struct reader *x, const json_t *list)
{
	size_t i, k;
	int st;

	if (!json_is_array(list) || json_array_size(list) > PFS_NR_STATES) {
		bad(x, "states");
		return;
	}
	for (i = 0; i < json_array_size(list) && !x->r; i++) {
		const char *name = json_string_value(json_array_get(list, i));

		for (st = 0; name && st < PFS_NR_STATES; st++)
			if (!strcmp(name, pfs_state_name((enum pfs_state)st)))
				break;
		if (!name || st == PFS_NR_STATES)
			bad(x, "states");
		for (k = 0; k < i; k++)
			if (x->states[k] == (enum pfs_state)st)
				bad(x, "states");
		x->states[i] = (enum pfs_state)st;
	}
	x->nr_states = json_array_size(list);
}

static void read_sections(struct reader *x, const json_t *list, struct pfs_scan *s)
{
	const struct pfs_model *m = x->m;
	uint64_t prev = 0;
	size_t i, k;

	s->sections = need_memory(x, m->nr_sections, sizeof(*s->sections));
	if (!json_is_array(list))
		bad(x, "sections");
	for (i = 0; i < json_array_size(list) && !x->r; i++) {
		const json_t *row = json_array_get(list, i);
		uint64_t nr = need_int(x, row, 0, "sections", UINT32_MAX);
		const struct pfs_section *sec = pfs_section_of(m, nr * m->layout.pages_per_section);

		if (json_array_size(row) != 1 + x->nr_states || !sec || (i && nr <= prev)) {
			bad(x, "sections");
			return;
		}
		prev = nr;
		for (k = 0; k < x->nr_states; k++) {
			uint64_t n = need_int(x, row, 1 + k, "sections",
					      m->layout.pages_per_section);

			s->sections[sec - m->sections].count[x->states[k]] = (uint32_t)n;
		}
	}
}

static void read_runs(struct reader *x, const json_t *list, const char *key, bool abnormal,
		      struct pfs_run **ret, size_t *ret_nr)
{
	const struct pfs_layout *l = &x->m->layout;
	uint64_t end = l->nr_sections * l->pages_per_section;
	struct pfs_run *r;
	size_t i, nr = json_array_size(list);

	if (!json_is_array(list) || (nr && !x->nr_states)) {
		bad(x, key);
		return;
	}
	r = need_memory(x, nr, sizeof(*r));
	for (i = 0; i < nr && !x->r; i++) {
		const json_t *row = json_array_get(list, i);
		uint64_t start = need_int(x, row, 0, key, end), st;
		uint64_t pages = need_int(x, row, 1, key, end - start);

		st = need_int(x, row, 2, key, x->nr_states - 1);
		if (x->r)
			return;
		if (json_array_size(row) != 3 || !pages ||
		    pfs_state_abnormal(x->states[st]) != abnormal) {
			bad(x, key);
			return;
		}
		r[i] = (struct pfs_run){ start, start + pages, x->states[st] };
	}
	*ret = r;
	*ret_nr = nr;
}

static void read_marks(struct reader *x, const json_t *o, struct pfs_scan *s)
{
	const json_t *list;
	size_t known = 0;
	int k;

	for (k = PFS_MARK_NONE + 1; k < PFS_NR_MARKS; k++) {
		list = json_object_get(o, mark_names[k]);
		if (!list)
			continue;
		known++;
		read_runs(x, list, mark_names[k], false, &s->marks[k].r, &s->marks[k].nr);
	}
	if (!json_is_object(o) || known != json_object_size(o))
		bad(x, "marks");
}

static void read_scan(struct reader *x, const json_t *o, struct pfs_scan *s)
{
	const char *schema = json_string_value(json_object_get(o, "schema"));
	const json_t *version = json_object_get(o, "version");

	if (!schema || strcmp(schema, SCHEMA))
		bad(x, "schema");
	if (!json_is_integer(version) || json_integer_value(version) != VERSION)
		bad(x, "version");
	read_states(x, json_object_get(o, "states"));
	if (!x->r)
		read_sections(x, json_object_get(o, "sections"), s);
	if (!x->r)
		read_runs(x, json_object_get(o, "runs"), "runs", true, &s->runs, &s->nr_runs);
	if (!x->r)
		read_marks(x, json_object_get(o, "marks"), s);
}

int pfs_scan_from_json(const char *text, size_t len, struct pfs_model *m, struct pfs_scan *ret,
		       struct pfs_err *err)
{
	struct reader x = { .m = m, .err = err };
	struct pfs_scan s = { .complete = false };
	json_error_t why;
	json_t *o;

	if (len > MAX_NOTE)
		return pfs_err_set(err, EINVAL, "scan note: absurd size %zu", len);
	o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!o)
		return pfs_err_set(err, EINVAL, "scan note: no JSON: %s", why.text);
	read_scan(&x, o, &s);
	json_decref(o);
	if (!x.r)
		*ret = s;
	return x.r;
}
