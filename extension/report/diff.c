/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares two sides, part by part, into one document. */
#include "report/diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/json.h"

struct diff {
	const struct pfs_diff_side *a, *b;
	struct pfs_json j;
	json_t *doc;
	bool differ;
	int r;
	struct pfs_err *err;
};

static void bad(struct diff *d, const struct pfs_diff_side *s, const char *key)
{
	if (!d->r)
		d->r = pfs_err_set(d->err, EINVAL, "%s: '%s' is malformed", s->path, key);
}

static void *memory(struct diff *d, size_t nr, size_t size)
{
	void *p = calloc(nr ? nr : 1, size);

	if (!p && !d->r)
		d->r = pfs_err_set(d->err, ENOMEM, "out of memory");
	return p;
}

/* Find a member in one of the documents; schema NULL: in any of them. */
static const json_t *part(const struct pfs_diff_side *s, const char *schema, const char *key)
{
	size_t i;

	for (i = 0; i < s->nr_docs; i++) {
		const char *is = json_string_value(json_object_get(s->docs[i], "schema"));
		const json_t *v = json_object_get(s->docs[i], key);

		if (v && (!schema || (is && !strcmp(is, schema))))
			return v;
	}
	return NULL;
}

/* Find a part in both sides. If only one has it, the document says so. */
static bool both(struct diff *d, const char *schema, const char *key, const char *name,
		 const json_t **ret_a, const json_t **ret_b)
{
	const struct pfs_diff_side *without;
	json_t *o;

	*ret_a = part(d->a, schema, key);
	*ret_b = part(d->b, schema, key);
	if (*ret_a && *ret_b)
		return true;
	if (!*ret_a && !*ret_b)
		return false;
	without = *ret_a ? d->b : d->a;
	o = pfs_json_object(&d->j);
	pfs_json_str(&d->j, o, "what", name);
	pfs_json_str(&d->j, o, "not_in", without->path);
	pfs_json_str(&d->j, o, "kind", without->kind);
	pfs_json_add(&d->j, json_object_get(d->doc, "not_compared"), o);
	return false;
}

static bool equal(const json_t *a, const json_t *b)
{
	return (!a && !b) || (a && b && json_equal(a, b));
}

static json_t *or_null(const json_t *v)
{
	return v ? json_deep_copy(v) : json_null();
}

static void set_from_to(struct diff *d, json_t *o, const json_t *from, const json_t *to)
{
	pfs_json_set(&d->j, o, "from", or_null(from));
	pfs_json_set(&d->j, o, "to", or_null(to));
}

/* Compare the scalar members of two objects. */
static void members(struct diff *d, const char *name, const json_t *a, const json_t *b,
		    const char *const *keys, size_t nr)
{
	json_t *list = pfs_json_array(&d->j), *o;
	size_t i;

	for (i = 0; i < nr; i++) {
		const json_t *from = json_object_get(a, keys[i]), *to = json_object_get(b, keys[i]);

		if (json_is_object(from) || json_is_array(from))
			bad(d, d->a, keys[i]);
		if (json_is_object(to) || json_is_array(to))
			bad(d, d->b, keys[i]);
		if (equal(from, to))
			continue;
		d->differ = true;
		o = pfs_json_object(&d->j);
		pfs_json_str(&d->j, o, "what", keys[i]);
		set_from_to(d, o, from, to);
		pfs_json_add(&d->j, list, o);
	}
	pfs_json_set(&d->j, d->doc, name, list);
}

/* If sections have another size, the PFNs mean other memory. */
static void one_machine(struct diff *d, const json_t *a, const json_t *b)
{
	static const char *const keys[] = { "arch", "page_size", "section_size_bits" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (!equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])) && !d->r)
			d->r = pfs_err_set(d->err, EINVAL, "not of one machine: %s differs",
					   keys[i]);
}

struct range {
	uint64_t start, end;
	json_t *value; /* owned */
};

struct ranges {
	struct range *r;
	size_t nr;
};

static void free_ranges(struct ranges *r)
{
	size_t i;

	for (i = 0; i < r->nr; i++)
		json_decref(r->r[i].value);
	free(r->r);
}

static json_t *state_value(struct pfs_json *j, const json_t *e)
{
	(void)j;
	return json_is_string(json_object_get(e, "state")) ?
		       json_incref(json_object_get(e, "state")) :
		       NULL;
}

static bool all_strings(const json_t *list)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (!json_is_string(json_array_get(list, i)))
			return false;
	return json_is_array(list);
}

static json_t *section_value(struct pfs_json *j, const json_t *e)
{
	static const char *const keys[] = { "flags", "subsection_map" };
	json_t *o = pfs_json_object(j), *v;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		v = json_object_get(e, keys[i]);
		/* Every section has flags, but a map only in some kernels. */
		if (!v && i)
			continue;
		if (!all_strings(v)) {
			json_decref(o);
			return NULL;
		}
		pfs_json_set(j, o, keys[i], json_incref(v));
	}
	return o;
}

static void read_ranges(struct diff *d, const struct pfs_diff_side *s, const json_t *list,
			const char *key, json_t *(*value)(struct pfs_json *j, const json_t *e),
			struct ranges *ret)
{
	size_t i, nr = json_array_size(list);
	uint64_t prev = 0;

	if (!json_is_array(list))
		bad(d, s, key);
	ret->r = memory(d, nr, sizeof(*ret->r));
	for (i = 0; i < nr && !d->r; i++) {
		const json_t *e = json_array_get(list, i);
		struct range *r = &ret->r[i];

		if (!pfs_json_parse_hex(json_object_get(e, "start"), &r->start) ||
		    !pfs_json_parse_hex(json_object_get(e, "end"), &r->end) || r->start < prev ||
		    r->end <= r->start) {
			bad(d, s, key);
			return;
		}
		prev = r->end;
		r->value = value(&d->j, e);
		if (!r->value) {
			bad(d, s, key);
			return;
		}
		ret->nr++;
	}
}

/* Consecutive differences of one kind are joined. */
struct emit {
	struct diff *d;
	json_t *list;
	uint64_t start, end;
	const json_t *from, *to;
};

static void flush(struct emit *e)
{
	struct pfs_json *j = &e->d->j;
	json_t *o;

	if (e->end == e->start)
		return;
	o = pfs_json_object(j);
	pfs_json_hex(j, o, "start", e->start);
	pfs_json_hex(j, o, "end", e->end);
	pfs_json_int(j, o, "pages", e->end - e->start);
	set_from_to(e->d, o, e->from, e->to);
	pfs_json_add(j, e->list, o);
	e->d->differ = true;
	e->start = e->end;
}

/* The value at a PFN, and how far it extends. */
static const json_t *value_at(const struct ranges *r, size_t *next, uint64_t at, uint64_t *end)
{
	uint64_t change;

	while (*next < r->nr && r->r[*next].end <= at)
		++*next;
	if (*next == r->nr)
		return NULL;
	change = r->r[*next].start > at ? r->r[*next].start : r->r[*next].end;
	*end = change < *end ? change : *end;
	return r->r[*next].start <= at ? r->r[*next].value : NULL;
}

static void compare_ranges(struct diff *d, const char *name, const struct ranges *a,
			   const struct ranges *b)
{
	struct emit e = { .d = d, .list = pfs_json_array(&d->j) };
	size_t i = 0, k = 0;
	uint64_t at = 0, end;

	for (; i < a->nr || k < b->nr; at = end) {
		const json_t *from, *to;

		end = UINT64_MAX;
		from = value_at(a, &i, at, &end);
		to = value_at(b, &k, at, &end);
		if (i == a->nr && k == b->nr)
			break;
		if (equal(from, to))
			continue;
		if (e.end != at || !equal(e.from, from) || !equal(e.to, to)) {
			flush(&e);
			e.start = at;
			e.from = from;
			e.to = to;
		}
		e.end = end;
	}
	flush(&e);
	pfs_json_set(&d->j, d->doc, name, e.list);
}

static void ranges(struct diff *d, const char *schema, const char *key,
		   json_t *(*value)(struct pfs_json *j, const json_t *e))
{
	struct ranges ra = { 0 }, rb = { 0 };
	const json_t *a, *b;

	if (!both(d, schema, key, key, &a, &b))
		return;
	read_ranges(d, d->a, a, key, value, &ra);
	read_ranges(d, d->b, b, key, value, &rb);
	if (!d->r)
		compare_ranges(d, key, &ra, &rb);
	free_ranges(&ra);
	free_ranges(&rb);
}

static json_int_t count(struct diff *d, const struct pfs_diff_side *s, const json_t *o,
			const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (v && !json_is_integer(v))
		bad(d, s, key);
	return json_integer_value(v);
}

static void one_count(struct diff *d, json_t *list, const char *name, json_int_t from,
		      json_int_t to)
{
	json_t *o;

	if (from == to)
		return;
	d->differ = true;
	o = pfs_json_object(&d->j);
	pfs_json_str(&d->j, o, "what", name);
	pfs_json_set(&d->j, o, "from", json_integer(from));
	pfs_json_set(&d->j, o, "to", json_integer(to));
	pfs_json_add(&d->j, list, o);
}

/* A page that is in use in one side and free in the other is no change of the memmap. */
static bool comes_and_goes(const char *state)
{
	return !strcmp(state, pfs_state_name(PFS_ST_OK)) ||
	       !strcmp(state, pfs_state_name(PFS_ST_FREE));
}

static void counts(struct diff *d, const char *name, const json_t *a, const json_t *b)
{
	json_t *list = pfs_json_array(&d->j), *all = json_object(), *unused;
	json_int_t from = 0, to = 0;
	const char *key;

	if (!json_is_object(a))
		bad(d, d->a, name);
	if (!json_is_object(b))
		bad(d, d->b, name);
	if (json_object_update(all, (json_t *)(uintptr_t)a) ||
	    json_object_update(all, (json_t *)(uintptr_t)b))
		d->j.oom = !d->r;
	json_object_foreach(all, key, unused) {
		json_int_t x = count(d, d->a, a, key), y = count(d, d->b, b, key);

		if (!comes_and_goes(key)) {
			one_count(d, list, key, x, y);
			continue;
		}
		if (__builtin_add_overflow(from, x, &from))
			bad(d, d->a, key);
		if (__builtin_add_overflow(to, y, &to))
			bad(d, d->b, key);
	}
	one_count(d, list, "ok or free", from, to);
	json_decref(all);
	pfs_json_set(&d->j, d->doc, name, list);
}

static void summaries(struct diff *d)
{
	const json_t *a, *b;

	if (!both(d, NULL, "summary", "summary", &a, &b))
		return;
	/* If both have section tables, those say more. */
	if (!json_object_get(d->doc, "sections"))
		counts(d, "section_counts", json_object_get(a, "sections"),
		       json_object_get(b, "sections"));
	counts(d, "pages", json_object_get(a, "pages"), json_object_get(b, "pages"));
}

struct finding {
	const char *code;
	uint64_t start, end;
	const json_t *o;
};

static int by_place(const void *x, const void *y)
{
	const struct finding *a = x, *b = y;
	int c = strcmp(a->code, b->code);

	if (c)
		return c;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->end < b->end ? -1 : a->end > b->end;
}

static struct finding *read_findings(struct diff *d, const struct pfs_diff_side *s,
				     const json_t *list, size_t *ret_nr)
{
	size_t i, nr = json_array_size(list);
	struct finding *f = memory(d, nr, sizeof(*f));

	if (!json_is_array(list))
		bad(d, s, "findings");
	for (i = 0; i < nr && !d->r; i++) {
		f[i].o = json_array_get(list, i);
		f[i].code = json_string_value(json_object_get(f[i].o, "code"));
		if (!f[i].code ||
		    !pfs_json_parse_hex(json_object_get(f[i].o, "start"), &f[i].start) ||
		    !pfs_json_parse_hex(json_object_get(f[i].o, "end"), &f[i].end))
			bad(d, s, "findings");
	}
	if (!d->r)
		qsort(f, nr, sizeof(*f), by_place);
	*ret_nr = nr;
	return f;
}

/* What a finding says, without its evidence, which is full of addresses. */
static json_t *essence(struct diff *d, const struct finding *f)
{
	static const char *const keys[] = { "severity", "confidence", "start",
					    "end",	"pages",      "title" };
	json_t *o, *v;
	size_t i;

	if (!f)
		return NULL;
	o = pfs_json_object(&d->j);
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		v = json_object_get(f->o, keys[i]);
		if (json_is_string(v) || json_is_integer(v))
			pfs_json_set(&d->j, o, keys[i], json_incref(v));
	}
	return o;
}

static void one_finding(struct diff *d, json_t *list, const struct finding *a,
			const struct finding *b)
{
	json_t *from = essence(d, a), *to = essence(d, b), *o;

	if (!equal(from, to)) {
		d->differ = true;
		o = pfs_json_object(&d->j);
		pfs_json_str(&d->j, o, "change", !a ? "new" : !b ? "gone" : "changed");
		pfs_json_str(&d->j, o, "code", a ? a->code : b->code);
		set_from_to(d, o, from, to);
		pfs_json_add(&d->j, list, o);
	}
	json_decref(from);
	json_decref(to);
}

static void findings(struct diff *d)
{
	json_t *list = pfs_json_array(&d->j);
	const json_t *a, *b;
	struct finding *fa, *fb;
	size_t na, nb, i = 0, k = 0;

	pfs_json_set(&d->j, d->doc, "findings", list);
	if (!both(d, NULL, "findings", "findings", &a, &b))
		return;
	fa = read_findings(d, d->a, a, &na);
	fb = read_findings(d, d->b, b, &nb);
	while (!d->r && (i < na || k < nb)) {
		const struct finding *x = i < na ? &fa[i] : NULL, *y = k < nb ? &fb[k] : NULL;
		bool same = x && y && !strcmp(x->code, y->code) &&
			    ((x->start < y->end && y->start < x->end) || !by_place(x, y));

		/* One that moved, grew or shrank is the same; some are of no page at all. */
		if (!same && x && y)
			*(by_place(x, y) < 0 ? &y : &x) = NULL;
		one_finding(d, list, x, y);
		i += x != NULL;
		k += y != NULL;
	}
	free(fa);
	free(fb);
}

static void compare(struct diff *d)
{
	static const char *const kernel[] = { "release", "build_id", "page_struct_size" };
	static const char *const verdict[] = { "status", "code", "pfn", "state", "mechanism" };
	const json_t *a, *b;

	if (!both(d, NULL, "kernel", "kernel", &a, &b))
		bad(d, part(d->a, NULL, "kernel") ? d->b : d->a, "kernel");
	one_machine(d, a, b);
	if (d->r)
		return;
	members(d, "kernel", a, b, kernel, sizeof(kernel) / sizeof(*kernel));
	if (both(d, NULL, "verdict", "verdict", &a, &b))
		members(d, "verdict", a, b, verdict, sizeof(verdict) / sizeof(*verdict));
	ranges(d, "pfnscope/sections", "sections", section_value);
	ranges(d, "pfnscope/map", "states", state_value);
	summaries(d);
	findings(d);
}

static json_t *side(struct pfs_json *j, const struct pfs_diff_side *s)
{
	json_t *o = pfs_json_object(j);

	pfs_json_str(j, o, "path", s->path);
	pfs_json_str(j, o, "kind", s->kind);
	return o;
}

int pfs_diff(const struct pfs_diff_side *a, const struct pfs_diff_side *b, json_t **ret_doc,
	     bool *ret_differ, struct pfs_err *err)
{
	struct diff d = { .a = a, .b = b, .err = err };

	d.doc = pfs_json_document(&d.j, "pfnscope/diff", NULL);
	pfs_json_set(&d.j, d.doc, "a", side(&d.j, a));
	pfs_json_set(&d.j, d.doc, "b", side(&d.j, b));
	pfs_json_set(&d.j, d.doc, "not_compared", pfs_json_array(&d.j));
	if (!d.j.oom)
		compare(&d);
	pfs_json_bool(&d.j, d.doc, "differ", d.differ);
	if (!d.r && d.j.oom)
		d.r = pfs_err_set(err, ENOMEM, "out of memory");
	if (d.r) {
		json_decref(d.doc);
		return d.r;
	}
	*ret_doc = d.doc;
	*ret_differ = d.differ;
	return 0;
}
