/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON: building blocks, and what all documents have in common. */
#include "report/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

void pfs_json_set(struct pfs_json *j, json_t *obj, const char *key, json_t *v)
{
	if (json_object_set_new(obj, key, v))
		j->oom = true;
}

void pfs_json_add(struct pfs_json *j, json_t *array, json_t *v)
{
	if (json_array_append_new(array, v))
		j->oom = true;
}

json_t *pfs_json_object(struct pfs_json *j)
{
	json_t *v = json_object();

	if (!v)
		j->oom = true;
	return v;
}

json_t *pfs_json_array(struct pfs_json *j)
{
	json_t *v = json_array();

	if (!v)
		j->oom = true;
	return v;
}

static json_t *str_value(struct pfs_json *j, const char *s)
{
	size_t len = strlen(s), n = pfs_escape(NULL, 0, s, len, true);
	char *p = malloc(n + 1);
	json_t *v;

	if (!p) {
		j->oom = true;
		return NULL;
	}
	pfs_escape(p, n + 1, s, len, true);
	v = json_string(p);
	if (!v)
		j->oom = true;
	free(p);
	return v;
}

void pfs_json_str(struct pfs_json *j, json_t *obj, const char *key, const char *s)
{
	if (s)
		pfs_json_set(j, obj, key, str_value(j, s));
}

json_t *pfs_json_hex_value(struct pfs_json *j, uint64_t v)
{
	char buf[PFS_HEX_SIZE];

	pfs_hex(buf, v);
	return str_value(j, buf);
}

void pfs_json_hex(struct pfs_json *j, json_t *obj, const char *key, uint64_t v)
{
	pfs_json_set(j, obj, key, pfs_json_hex_value(j, v));
}

bool pfs_json_parse_hex(const json_t *v, uint64_t *ret)
{
	return pfs_hex_parse(json_string_value(v), ret);
}

/* Counts stay far below 2^53; one that does not is no count of anything. */
void pfs_json_int(struct pfs_json *j, json_t *obj, const char *key, uint64_t v)
{
	if (v < 1ull << 53)
		pfs_json_set(j, obj, key, json_integer((json_int_t)v));
	else
		pfs_json_hex(j, obj, key, v);
}

void pfs_json_bool(struct pfs_json *j, json_t *obj, const char *key, bool v)
{
	pfs_json_set(j, obj, key, json_boolean(v));
}

json_t *pfs_json_strings(struct pfs_json *j, const char *const *s, size_t nr)
{
	json_t *a = pfs_json_array(j);
	size_t i;

	for (i = 0; i < nr; i++)
		pfs_json_add(j, a, str_value(j, s[i]));
	return a;
}

static json_t *dump(struct pfs_json *j, const struct pfs_target_info *i)
{
	json_t *o = pfs_json_object(j);

	pfs_json_str(j, o, "path", i->path);
	pfs_json_str(j, o, "format", i->format);
	pfs_json_str(j, o, "compression", i->compression);
	pfs_json_int(j, o, "bytes", i->bytes);
	return o;
}

static json_t *target(struct pfs_json *j, const struct pfs_target *t)
{
	json_t *o = pfs_json_object(j);

	pfs_json_str(j, o, "name", t->info.reader ? t->info.reader : t->ops->name);
	pfs_json_str(j, o, "version", t->info.reader_version);
	return o;
}

static json_t *kernel(struct pfs_json *j, const struct pfs_session *s)
{
	const struct pfs_layout *l = &s->model.layout;
	json_t *o = pfs_json_object(j);

	pfs_json_str(j, o, "release", s->facts.release);
	if (s->facts.build_id && *s->facts.build_id)
		pfs_json_str(j, o, "build_id", s->facts.build_id);
	pfs_json_str(j, o, "arch", s->mem.arch ? s->mem.arch->name : s->target->info.arch);
	/* Of a log without a dump, what it does not say is not known. */
	if (l->page_size)
		pfs_json_int(j, o, "page_size", l->page_size);
	if (l->section_shift)
		pfs_json_int(j, o, "section_size_bits", l->section_shift);
	if (l->vmemmap_known)
		pfs_json_hex(j, o, "vmemmap_base", l->vmemmap);
	if (l->struct_page)
		pfs_json_int(j, o, "page_struct_size", l->struct_page);
	if (pfs_have(&s->facts, PFS_F_KERNELOFFSET))
		pfs_json_hex(j, o, "kaslr_offset", pfs_val(&s->facts, PFS_F_KERNELOFFSET));
	return o;
}

json_t *pfs_json_document(struct pfs_json *j, const char *schema, const struct pfs_session *s)
{
	json_t *o = pfs_json_object(j);

	pfs_json_str(j, o, "schema", schema);
	pfs_json_str(j, o, "version", "1.0");
	if (!s)
		return o;
	pfs_json_set(j, o, "dump", dump(j, &s->target->info));
	pfs_json_set(j, o, "target", target(j, s->target));
	pfs_json_set(j, o, "kernel", kernel(j, s));
	return o;
}

json_t *pfs_json_done(struct pfs_json *j, json_t *doc)
{
	if (!j->oom)
		return doc;
	json_decref(doc);
	return NULL;
}

json_t *pfs_json_walk(struct pfs_json *j, const struct pfs_walk *w)
{
	json_t *o = pfs_json_object(j), *steps = pfs_json_array(j);
	unsigned int i;

	for (i = 0; i < w->nr && i < PFS_MAX_LEVELS; i++) {
		const struct pfs_step *st = &w->step[i];
		json_t *e = pfs_json_object(j);

		pfs_json_str(j, e, "level", st->level);
		pfs_json_hex(j, e, "at", st->entry_pa);
		pfs_json_str(j, e, "table", pfs_presence_name(st->presence));
		if (st->presence == PFS_PRESENT)
			pfs_json_hex(j, e, "value", st->entry);
		pfs_json_add(j, steps, e);
	}
	pfs_json_bool(j, o, "mapped", w->mapped);
	if (w->mapped) {
		pfs_json_bool(j, o, "writable", w->writable);
		pfs_json_hex(j, o, "physical", w->pa);
		pfs_json_int(j, o, "leaf_size", w->leaf_size);
	}
	pfs_json_set(j, o, "entries", steps);
	return o;
}

json_t *pfs_json_words(struct pfs_json *j, const struct pfs_model *m, const struct pfs_page *p)
{
	json_t *a = pfs_json_array(j);
	size_t i, n = m->layout.struct_page / 8;

	for (i = 0; i < n && i < sizeof(p->bytes) / 8; i++)
		pfs_json_add(j, a, pfs_json_hex_value(j, pfs_le64(p->bytes + 8 * i)));
	return a;
}

json_t *pfs_json_section_flags(struct pfs_json *j, unsigned int flags)
{
	json_t *a = pfs_json_array(j);
	enum pfs_section_flag_id id;

	for (id = 0; id < PFS_NR_SECTION_FLAGS; id++)
		if (flags >> id & 1)
			pfs_json_add(j, a, str_value(j, pfs_section_flag_name(id)));
	return a;
}

json_t *pfs_json_limits(struct pfs_json *j, const struct pfs_model *m)
{
	json_t *a = pfs_json_array(j);
	size_t i;

	for (i = 0; i < m->nr_limits; i++) {
		json_t *o = pfs_json_object(j);

		pfs_json_str(j, o, "what", m->limits[i].what);
		pfs_json_str(j, o, "why", m->limits[i].why);
		pfs_json_add(j, a, o);
	}
	return a;
}

json_t *pfs_json_error(const char *code, const char *message)
{
	struct pfs_json j = { false };
	json_t *doc = pfs_json_object(&j), *e = pfs_json_object(&j);

	pfs_json_str(&j, doc, "schema", "pfnscope/error");
	pfs_json_str(&j, doc, "version", "1.0");
	pfs_json_str(&j, e, "code", code);
	pfs_json_str(&j, e, "message", message);
	pfs_json_set(&j, doc, "error", e);
	return pfs_json_done(&j, doc);
}

static int put_bytes(const char *buf, size_t len, void *arg)
{
	struct pfs_out *o = arg;

	pfs_out_raw(o, buf, len);
	return o->error ? -1 : 0;
}

void pfs_json_write(struct pfs_out *o, json_t *doc)
{
	if (!doc) {
		if (!o->error)
			o->error = -ENOMEM;
		return;
	}
	if (json_dump_callback(doc, put_bytes, o, JSON_INDENT(2)) && !o->error)
		o->error = -ENOMEM;
	pfs_out_raw(o, "\n", 1);
	json_decref(doc);
}
