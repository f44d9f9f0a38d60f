/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct pfs_panic as JSON and back. 64-bit numbers are "0x..." strings. The
 * text of a log is bytes of any kind, while JSON is Unicode: byte bb is written
 * as code point U+00bb, so that every byte survives. A string that is NULL has
 * no key.
 */
#include "distill/panic_note.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

#define SCHEMA "pfnscope/panic-note"
#define VERSION 1
#define MAX_NOTE ((size_t)4 << 20)

/* At least as many elements as pfs_panic_find() makes. */
#define MAX_REGS 256
#define MAX_FRAMES 1024
#define MAX_LOCALS 16
#define MAX_DUMPED 256
#define MAX_WORDS 4096
#define MAX_ATTACHERS 1024

/*
 * jansson accepts NULL as a value and returns an error, so that one flag
 * catches lack of memory anywhere.
 */
struct writer {
	bool failed;
};

static void set(struct writer *w, json_t *o, const char *key, json_t *value)
{
	w->failed |= json_object_set_new(o, key, value) != 0;
}

static void append(struct writer *w, json_t *list, json_t *value)
{
	w->failed |= json_array_append_new(list, value) != 0;
}

static json_t *bytes_to_json(const char *s)
{
	size_t n = strlen(s), i, k = 0;
	char *utf8 = malloc(2 * n + 1);
	json_t *v;

	if (!utf8)
		return NULL;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x80) {
			utf8[k++] = (char)c;
		} else {
			utf8[k++] = (char)(0xc0 | c >> 6);
			utf8[k++] = (char)(0x80 | (c & 0x3f));
		}
	}
	v = json_stringn(utf8, k);
	free(utf8);
	return v;
}

static void set_str(struct writer *w, json_t *o, const char *key, const char *s)
{
	if (s)
		set(w, o, key, bytes_to_json(s));
}

static void set_hex(struct writer *w, json_t *o, const char *key, uint64_t v)
{
	char buf[PFS_HEX_SIZE];

	pfs_hex(buf, v);
	set(w, o, key, json_string(buf));
}

static void set_hex_if(struct writer *w, json_t *o, const char *key, bool have, uint64_t v)
{
	if (have)
		set_hex(w, o, key, v);
}

static json_t *regs_to_json(struct writer *w, const struct pfs_panic *p)
{
	json_t *list = json_array(), *o;
	size_t i;

	for (i = 0; i < p->nr_regs; i++) {
		o = json_object();
		set_str(w, o, "name", p->regs[i].name);
		set_hex(w, o, "value", p->regs[i].value);
		append(w, list, o);
	}
	return list;
}

static json_t *locals_to_json(struct writer *w, const struct pfs_frame *f)
{
	json_t *list = json_array(), *o;
	size_t i;

	for (i = 0; i < f->nr_locals; i++) {
		o = json_object();
		set_str(w, o, "name", f->locals[i].name);
		set_hex(w, o, "value", f->locals[i].value);
		append(w, list, o);
	}
	return list;
}

static json_t *stack_to_json(struct writer *w, const struct pfs_panic *p)
{
	json_t *list = json_array(), *o;
	size_t i;

	for (i = 0; i < p->nr_stack; i++) {
		const struct pfs_frame *f = &p->stack[i];

		o = json_object();
		set_str(w, o, "function", f->function);
		set_hex(w, o, "offset", f->offset);
		set_hex(w, o, "size", f->size);
		set_hex_if(w, o, "ip", f->ip, f->ip);
		set(w, o, "guess", json_boolean(f->guess));
		set_str(w, o, "module", f->module);
		if (f->added)
			set(w, o, "added", json_true());
		if (f->inlined)
			set(w, o, "inlined", json_true());
		set_str(w, o, "file", f->file);
		if (f->line > 0)
			set(w, o, "line", json_integer(f->line));
		if (f->nr_locals)
			set(w, o, "locals", locals_to_json(w, f));
		append(w, list, o);
	}
	return list;
}

static json_t *operand_to_json(struct writer *w, const struct pfs_operand *op)
{
	json_t *o = json_object();

	set_str(w, o, "text", op->text);
	set_str(w, o, "base", op->base);
	set_str(w, o, "index", op->index);
	set(w, o, "scale", json_integer(op->scale));
	set_hex(w, o, "disp", (uint64_t)op->disp);
	set(w, o, "size", json_integer(op->size));
	set(w, o, "write", json_boolean(op->write));
	set_hex(w, o, "address", op->address);
	return o;
}

static const char *const named_by[] = {
	[PFS_NAMED_BY_DUMP] = "dump",	[PFS_NAMED_BY_CHECK] = "check",
	[PFS_NAMED_BY_LIST] = "list",	[PFS_NAMED_BY_SAN] = "sanitizer",
	[PFS_NAMED_BY_PANIC] = "panic", [PFS_NAMED_BY_MCE] = "memory-failure",
};

static json_t *named_to_json(struct writer *w, const struct pfs_named_page *named, size_t nr)
{
	json_t *list = json_array(), *o, *raw;
	char buf[24];
	size_t i;
	unsigned int k;

	for (i = 0; i < nr; i++) {
		const struct pfs_named_page *d = &named[i];

		o = json_object();
		set_str(w, o, "line", d->line);
		set_hex_if(w, o, "page", d->has_page, d->page);
		set_hex_if(w, o, "pfn", d->has_pfn, d->pfn);
		set_hex_if(w, o, "entry", d->has_entry, d->entry);
		set(w, o, "poisoned", json_boolean(d->poisoned));
		if (d->by != PFS_NAMED_BY_DUMP)
			set_str(w, o, "by", named_by[d->by]);
		set_hex_if(w, o, "ts_nsec", d->by != PFS_NAMED_BY_DUMP, d->ts_nsec);
		set_str(w, o, "reason", d->reason);
		set_str(w, o, "owner", d->owner);
		set_str(w, o, "tracked", d->tracked);
		if (d->unpoisoned)
			set(w, o, "unpoisoned", json_true());
		if (d->has_counts) {
			set_hex(w, o, "refcount", (uint32_t)d->refcount);
			set_hex(w, o, "mapcount", (uint32_t)d->mapcount);
		}
		set_hex_if(w, o, "word_at", d->word_at, d->word_at);
		if (d->word_at || d->word_is != d->word_should) {
			set_hex(w, o, "word_is", d->word_is);
			set_hex(w, o, "word_should", d->word_should);
		}
		raw = json_array();
		for (k = 0; k < d->nr_raw && k < sizeof(d->raw) / sizeof(*d->raw); k++) {
			snprintf(buf, sizeof(buf), "0x%" PRIx64, d->raw[k]);
			append(w, raw, json_string(buf));
		}
		set(w, o, "raw", raw);
		append(w, list, o);
	}
	return list;
}

static json_t *words_to_json(struct writer *w, const struct pfs_panic *p)
{
	json_t *list = json_array(), *o;
	size_t i;

	for (i = 0; i < p->nr_words; i++) {
		o = json_object();
		set_hex(w, o, "at", p->words[i].at);
		set_hex(w, o, "value", p->words[i].value);
		append(w, list, o);
	}
	return list;
}

static const char *const searches[] = {
	[PFS_ATTACH_IN_PART] = "in part",
	[PFS_ATTACH_ALL] = "all",
};

/* If nobody searched, these keys are missing. */
static void set_attachers(struct writer *w, json_t *note, const struct pfs_panic *p)
{
	json_t *list, *o;
	size_t i;

	if (p->attach_search == PFS_ATTACH_NOT_LOOKED)
		return;
	list = json_array();
	for (i = 0; i < p->nr_attachers; i++) {
		const struct pfs_attacher *a = &p->attachers[i];

		o = json_object();
		set(w, o, "pid", json_integer(a->pid));
		set_str(w, o, "comm", a->comm);
		set_str(w, o, "function", a->function);
		set_str(w, o, "root", a->root);
		set_hex_if(w, o, "pgmap", a->pgmap, a->pgmap);
		append(w, list, o);
	}
	set_str(w, note, "attach_search", searches[p->attach_search]);
	set(w, note, "attachers", list);
}

char *pfs_panic_to_json(const struct pfs_panic *p)
{
	struct writer writer = { .failed = false }, *w = &writer;
	json_t *o = json_object();
	char *text;

	set(w, o, "schema", json_string(SCHEMA));
	set(w, o, "version", json_integer(VERSION));
	set_str(w, o, "kind", pfs_panic_kind_name(p->kind));
	set(w, o, "no_log", json_boolean(p->no_log));
	set_str(w, o, "message", p->message);
	set_str(w, o, "function", p->function);
	set_str(w, o, "module", p->module);
	set_hex(w, o, "offset", p->offset);
	set_hex_if(w, o, "ip", p->ip, p->ip);
	set_hex_if(w, o, "fault_address", p->has_fault_address, p->fault_address);
	set_hex_if(w, o, "fault_address_effective", p->has_effective, p->fault_address_effective);
	set_str(w, o, "access", p->access);
	set_hex_if(w, o, "error_code", p->has_error_code, p->error_code);
	if (p->bad_entry)
		set(w, o, "bad_entry", json_true());
	set(w, o, "pid", json_integer(p->pid));
	set_str(w, o, "comm", p->comm);
	set(w, o, "cpu", json_integer(p->cpu));
	set(w, o, "registers", regs_to_json(w, p));
	set_str(w, o, "registers_from", p->regs_from);
	set(w, o, "stack", stack_to_json(w, p));
	if (p->operand.valid)
		set(w, o, "operand", operand_to_json(w, &p->operand));
	set(w, o, "dumped_pages", named_to_json(w, p->named, p->nr_named));
	if (p->nr_elsewhere)
		set(w, o, "named_elsewhere", named_to_json(w, p->elsewhere, p->nr_elsewhere));
	set(w, o, "stack_words", words_to_json(w, p));
	set_attachers(w, o, p);
	text = writer.failed ? NULL : json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return text;
}

/* Reads the note; err tells the first thing that is wrong with it. */
struct reader {
	struct pfs_arena *a;
	struct pfs_err *err;
	int r;
};

static void bad(struct reader *x, const char *key)
{
	if (!x->r)
		x->r = pfs_err_set(x->err, EINVAL, "panic note: '%s' is missing or malformed", key);
}

static void no_memory(struct reader *x)
{
	if (!x->r)
		x->r = pfs_err_set(x->err, ENOMEM, "panic note: out of memory");
}

/* Undo bytes_to_json(): code points U+0001 to U+00ff. */
static const char *json_to_bytes(struct reader *x, const json_t *v, const char *key)
{
	const char *s = json_string_value(v);
	size_t n = json_string_length(v), i, k = 0;
	char *out;

	out = pfs_alloc(x->a, n + 1);
	if (!out) {
		no_memory(x);
		return NULL;
	}
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x80) {
			/* jansson has seen to it that the UTF-8 is valid. */
			if (c > 0xc3 || i + 1 >= n) {
				bad(x, key);
				return NULL;
			}
			c = (unsigned char)((c & 3) << 6 | ((unsigned char)s[++i] & 0x3f));
		}
		out[k++] = (char)c;
	}
	out[k] = '\0';
	return out;
}

static const char *get_str(struct reader *x, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!v)
		return NULL;
	if (!json_is_string(v)) {
		bad(x, key);
		return NULL;
	}
	return json_to_bytes(x, v, key);
}

static const char *need_str(struct reader *x, const json_t *o, const char *key)
{
	const char *s = get_str(x, o, key);

	if (!s)
		bad(x, key);
	return s;
}

static bool get_hex(struct reader *x, const json_t *o, const char *key, uint64_t *ret)
{
	const json_t *v = json_object_get(o, key);

	if (v && !pfs_hex_parse(json_string_value(v), ret))
		bad(x, key);
	return v != NULL;
}

static uint64_t need_hex(struct reader *x, const json_t *o, const char *key)
{
	uint64_t v = 0;

	if (!get_hex(x, o, key, &v))
		bad(x, key);
	return v;
}

static int64_t need_int(struct reader *x, const json_t *o, const char *key, int64_t min,
			int64_t max)
{
	const json_t *v = json_object_get(o, key);
	int64_t n = json_is_integer(v) ? json_integer_value(v) : min;

	if (!json_is_integer(v) || n < min || n > max) {
		bad(x, key);
		return min;
	}
	return n;
}

static bool need_bool(struct reader *x, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_boolean(v))
		bad(x, key);
	return json_is_true(v);
}

/* An array of at most max objects, and zeroed elements for them. */
static const json_t *need_list(struct reader *x, const json_t *o, const char *key, size_t max,
			       size_t elem, void *ret_array, size_t *ret_nr)
{
	const json_t *list = json_object_get(o, key);
	size_t n = json_array_size(list);
	void **array = ret_array;

	*ret_nr = 0;
	if (!json_is_array(list) || n > max) {
		bad(x, key);
		return NULL;
	}
	if (!n)
		return list;
	*array = pfs_calloc(x->a, n, elem);
	if (!*array) {
		no_memory(x);
		return NULL;
	}
	*ret_nr = n;
	return list;
}

static void read_regs(struct reader *x, const json_t *o, struct pfs_panic *p)
{
	const json_t *list = need_list(x, o, "registers", MAX_REGS, sizeof(*p->regs), &p->regs,
				       &p->nr_regs);
	size_t i;

	for (i = 0; i < p->nr_regs && !x->r; i++) {
		const json_t *e = json_array_get(list, i);

		p->regs[i].name = need_str(x, e, "name");
		p->regs[i].value = need_hex(x, e, "value");
	}
}

static void read_locals(struct reader *x, const json_t *o, struct pfs_frame *f)
{
	const json_t *list = need_list(x, o, "locals", MAX_LOCALS, sizeof(*f->locals), &f->locals,
				       &f->nr_locals);
	size_t i;

	for (i = 0; i < f->nr_locals && !x->r; i++) {
		const json_t *e = json_array_get(list, i);

		f->locals[i].name = need_str(x, e, "name");
		f->locals[i].value = need_hex(x, e, "value");
	}
}

static void read_stack(struct reader *x, const json_t *o, struct pfs_panic *p)
{
	const json_t *list = need_list(x, o, "stack", MAX_FRAMES, sizeof(*p->stack), &p->stack,
				       &p->nr_stack);
	size_t i;

	for (i = 0; i < p->nr_stack && !x->r; i++) {
		const json_t *e = json_array_get(list, i);
		struct pfs_frame *f = &p->stack[i];

		f->function = need_str(x, e, "function");
		f->offset = need_hex(x, e, "offset");
		f->size = need_hex(x, e, "size");
		get_hex(x, e, "ip", &f->ip);
		f->guess = need_bool(x, e, "guess");
		f->module = get_str(x, e, "module");
		f->added = json_is_true(json_object_get(e, "added"));
		f->inlined = json_is_true(json_object_get(e, "inlined"));
		f->file = get_str(x, e, "file");
		if (json_object_get(e, "line"))
			f->line = (int)need_int(x, e, "line", 0, INT_MAX);
		if (json_object_get(e, "locals"))
			read_locals(x, e, f);
	}
}

static void read_operand(struct reader *x, const json_t *o, struct pfs_operand *op)
{
	const json_t *e = json_object_get(o, "operand");

	if (!e)
		return;
	op->valid = true;
	op->text = need_str(x, e, "text");
	op->base = get_str(x, e, "base");
	op->index = get_str(x, e, "index");
	op->scale = (int)need_int(x, e, "scale", 0, 8);
	op->disp = (int64_t)need_hex(x, e, "disp");
	op->size = (unsigned int)need_int(x, e, "size", 0, 4096);
	op->write = need_bool(x, e, "write");
	op->address = need_hex(x, e, "address");
}

/* Notes of earlier versions have pages of dump_page() only. */
static enum pfs_named_by get_named_by(struct reader *x, const json_t *e)
{
	const char *s = get_str(x, e, "by");
	size_t i;

	if (!s)
		return PFS_NAMED_BY_DUMP;
	for (i = 0; i < sizeof(named_by) / sizeof(*named_by); i++)
		if (!strcmp(s, named_by[i]))
			return (enum pfs_named_by)i;
	bad(x, "by");
	return PFS_NAMED_BY_DUMP;
}

static void read_counts(struct reader *x, const json_t *e, struct pfs_named_page *d)
{
	uint64_t refcount;

	d->has_counts = get_hex(x, e, "refcount", &refcount);
	if (!d->has_counts)
		return;
	d->refcount = (int32_t)refcount;
	d->mapcount = (int32_t)need_hex(x, e, "mapcount");
}

static void read_named(struct reader *x, const json_t *o, const char *key,
		       struct pfs_named_page **ret, size_t *ret_nr)
{
	const json_t *list = need_list(x, o, key, MAX_DUMPED, sizeof(**ret), ret, ret_nr);
	size_t i, k;

	for (i = 0; i < *ret_nr && !x->r; i++) {
		const json_t *e = json_array_get(list, i), *raw = json_object_get(e, "raw");
		struct pfs_named_page *d = &(*ret)[i];

		d->line = need_str(x, e, "line");
		d->has_page = get_hex(x, e, "page", &d->page);
		d->has_pfn = get_hex(x, e, "pfn", &d->pfn);
		d->has_entry = get_hex(x, e, "entry", &d->entry);
		d->poisoned = need_bool(x, e, "poisoned");
		d->by = get_named_by(x, e);
		d->reason = get_str(x, e, "reason");
		d->owner = get_str(x, e, "owner");
		d->tracked = get_str(x, e, "tracked");
		d->unpoisoned = json_is_true(json_object_get(e, "unpoisoned"));
		read_counts(x, e, d);
		get_hex(x, e, "ts_nsec", &d->ts_nsec);
		if (get_hex(x, e, "word_at", &d->word_at) || json_object_get(e, "word_is")) {
			d->word_is = need_hex(x, e, "word_is");
			d->word_should = need_hex(x, e, "word_should");
		}
		if (!json_is_array(raw) ||
		    json_array_size(raw) > sizeof(d->raw) / sizeof(*d->raw)) {
			bad(x, "raw");
			return;
		}
		for (k = 0; k < json_array_size(raw); k++)
			if (!pfs_hex_parse(json_string_value(json_array_get(raw, k)), &d->raw[k]))
				bad(x, "raw");
		d->nr_raw = (unsigned int)json_array_size(raw);
	}
}

static void read_words(struct reader *x, const json_t *o, struct pfs_panic *p)
{
	const json_t *list = need_list(x, o, "stack_words", MAX_WORDS, sizeof(*p->words), &p->words,
				       &p->nr_words);
	size_t i;

	for (i = 0; i < p->nr_words && !x->r; i++) {
		const json_t *e = json_array_get(list, i);

		p->words[i].at = need_hex(x, e, "at");
		p->words[i].value = need_hex(x, e, "value");
	}
}

static void read_attachers(struct reader *x, const json_t *o, struct pfs_panic *p)
{
	const char *search = get_str(x, o, "attach_search");
	const json_t *list;
	size_t i;

	if (!search)
		return;
	for (i = PFS_ATTACH_IN_PART; i <= PFS_ATTACH_ALL && strcmp(search, searches[i]); i++)
		;
	if (i > PFS_ATTACH_ALL) {
		bad(x, "attach_search");
		return;
	}
	p->attach_search = (enum pfs_attach_search)i;
	list = need_list(x, o, "attachers", MAX_ATTACHERS, sizeof(*p->attachers), &p->attachers,
			 &p->nr_attachers);
	for (i = 0; i < p->nr_attachers && !x->r; i++) {
		const json_t *e = json_array_get(list, i);
		struct pfs_attacher *a = &p->attachers[i];

		a->pid = need_int(x, e, "pid", INT32_MIN, INT32_MAX);
		a->comm = need_str(x, e, "comm");
		a->function = need_str(x, e, "function");
		a->root = need_str(x, e, "root");
		get_hex(x, e, "pgmap", &a->pgmap);
	}
}

static enum pfs_panic_kind read_kind(struct reader *x, const json_t *o)
{
	const char *name = need_str(x, o, "kind");
	int k;

	for (k = PFS_PANIC_NONE; name && k <= PFS_PANIC_OTHER; k++)
		if (!strcmp(name, pfs_panic_kind_name((enum pfs_panic_kind)k)))
			return (enum pfs_panic_kind)k;
	bad(x, "kind");
	return PFS_PANIC_NONE;
}

static void read_panic(struct reader *x, const json_t *o, struct pfs_panic *p)
{
	const char *schema = need_str(x, o, "schema");

	if (!schema || strcmp(schema, SCHEMA))
		bad(x, "schema");
	need_int(x, o, "version", VERSION, VERSION);
	p->kind = read_kind(x, o);
	p->no_log = need_bool(x, o, "no_log");
	p->message = get_str(x, o, "message");
	p->function = get_str(x, o, "function");
	p->module = get_str(x, o, "module");
	p->offset = need_hex(x, o, "offset");
	get_hex(x, o, "ip", &p->ip);
	p->has_fault_address = get_hex(x, o, "fault_address", &p->fault_address);
	p->has_effective = get_hex(x, o, "fault_address_effective", &p->fault_address_effective);
	p->access = get_str(x, o, "access");
	p->has_error_code = get_hex(x, o, "error_code", &p->error_code);
	p->bad_entry = json_is_true(json_object_get(o, "bad_entry"));
	p->pid = need_int(x, o, "pid", -1, INT64_MAX);
	p->comm = get_str(x, o, "comm");
	p->cpu = (int)need_int(x, o, "cpu", -1, INT32_MAX);
	read_regs(x, o, p);
	p->regs_from = get_str(x, o, "registers_from");
	read_stack(x, o, p);
	read_operand(x, o, &p->operand);
	read_named(x, o, "dumped_pages", &p->named, &p->nr_named);
	if (json_object_get(o, "named_elsewhere"))
		read_named(x, o, "named_elsewhere", &p->elsewhere, &p->nr_elsewhere);
	read_words(x, o, p);
	read_attachers(x, o, p);
}

int pfs_panic_from_json(const char *text, size_t len, struct pfs_arena *a, struct pfs_panic *ret,
			struct pfs_err *err)
{
	struct reader x = { .a = a, .err = err };
	struct pfs_panic p = { .kind = PFS_PANIC_NONE };
	json_error_t why;
	json_t *o;

	if (len > MAX_NOTE)
		return pfs_err_set(err, EINVAL, "panic note: absurd size %zu", len);
	/* jansson bounds the nesting, and refuses NUL in strings and bad UTF-8. */
	o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!o)
		return pfs_err_set(err, EINVAL, "panic note: no JSON: %s", why.text);
	if (json_is_object(o))
		read_panic(&x, o, &p);
	else
		bad(&x, "schema");
	json_decref(o);
	if (!x.r)
		*ret = p;
	return x.r;
}
