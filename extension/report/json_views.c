/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The views as JSON: pfn, sections, vmemmap, map, explain. Ranges are half-open. */
#include "core/checks/tables.h"
#include "core/pages/predicate.h"
#include "core/verdict/mechanism.h"
#include "report/json.h"

#include <string.h>

static json_t *page_object(struct pfs_json *j, const struct pfs_model *m, const struct pfs_page *p)
{
	json_t *o = pfs_json_object(j);
	const struct pfs_zone *z;

	pfs_json_hex(j, o, "address", p->va);
	pfs_json_int(j, o, "size", m->layout.struct_page);
	pfs_json_str(j, o, "state", pfs_state_name(p->state));
	pfs_json_str(j, o, "why", p->why);
	pfs_json_set(j, o, "walk", pfs_json_walk(j, &p->walk));
	if (!p->has_bytes)
		return o;
	pfs_json_set(j, o, "words", pfs_json_words(j, m, p));
	pfs_json_hex(j, o, "flags", p->flags);
	if (m->layout.node_width)
		pfs_json_int(j, o, "node", p->node);
	if (m->layout.zone_width) {
		z = pfs_zone_by_link(m, p->node, p->zone);
		pfs_json_int(j, o, "zone", p->zone);
		if (z)
			pfs_json_str(j, o, "zone_name", z->name);
	}
	pfs_json_set(j, o, "refcount", json_integer(p->refcount));
	pfs_json_set(j, o, "mapcount", json_integer(p->mapcount));
	if (p->tail)
		pfs_json_hex(j, o, "compound_head", p->head_va);
	return o;
}

static json_t *section_object(struct pfs_json *j, const struct pfs_model *m,
			      const struct pfs_section *sec)
{
	json_t *o = pfs_json_object(j), *a;
	uint64_t pps = m->layout.pages_per_section;
	unsigned int i;

	pfs_json_int(j, o, "section", sec->nr);
	pfs_json_hex(j, o, "start", sec->nr * pps);
	pfs_json_hex(j, o, "end", (sec->nr + 1) * pps);
	pfs_json_hex(j, o, "address", sec->va);
	pfs_json_hex(j, o, "section_mem_map", sec->raw);
	pfs_json_set(j, o, "flags", pfs_json_section_flags(j, sec->flags));
	if (sec->usage)
		pfs_json_hex(j, o, "usage", sec->usage);
	if (sec->subsections) {
		a = pfs_json_array(j);
		for (i = 0; i < (m->layout.subsections + 63) / 64; i++)
			pfs_json_add(j, a, pfs_json_hex_value(j, sec->subsections[i]));
		pfs_json_set(j, o, "subsection_map", a);
	} else if (sec->usage) {
		pfs_json_str(j, o, "usage_read", pfs_reach_name(sec->usage_reach));
	}
	return o;
}

static json_t *altmap_object(struct pfs_json *j, const struct pfs_altmap *alt)
{
	json_t *o = pfs_json_object(j);

	pfs_json_hex(j, o, "base_pfn", alt->base_pfn);
	pfs_json_hex(j, o, "end_pfn", alt->end_pfn);
	pfs_json_int(j, o, "reserve", alt->reserve);
	pfs_json_int(j, o, "free", alt->free);
	pfs_json_int(j, o, "align", alt->align);
	pfs_json_int(j, o, "alloc", alt->alloc);
	return o;
}

static json_t *pgmap_object(struct pfs_json *j, const struct pfs_pgmap *g)
{
	json_t *o = pfs_json_object(j);

	pfs_json_hex(j, o, "address", g->va);
	pfs_json_int(j, o, "range", g->range);
	pfs_json_hex(j, o, "start", g->start_pfn);
	pfs_json_hex(j, o, "end", g->end_pfn);
	pfs_json_int(j, o, "type", g->type);
	pfs_json_hex(j, o, "flags", g->flags);
	pfs_json_int(j, o, "vmemmap_shift", g->vmemmap_shift);
	pfs_json_str(j, o, "ref", pfs_pgmap_ref_name(g));
	if (g->has_altmap)
		pfs_json_set(j, o, "altmap", altmap_object(j, &g->altmap));
	return o;
}

static json_t *zones_spanning(struct pfs_json *j, const struct pfs_model *m, uint64_t pfn)
{
	json_t *a = pfs_json_array(j);
	const struct pfs_zone *z = NULL;
	size_t i;

	for (i = 0; i < m->nr_zones; i++) {
		json_t *o;

		z = pfs_zone_spanning(m, pfn, z);
		if (!z)
			break;
		o = pfs_json_object(j);
		pfs_json_str(j, o, "name", z->name);
		pfs_json_int(j, o, "node", z->node);
		pfs_json_int(j, o, "zone", z->index);
		pfs_json_hex(j, o, "start", z->start_pfn);
		pfs_json_hex(j, o, "end", z->start_pfn + z->spanned);
		if (z->contiguous >= 0)
			pfs_json_bool(j, o, "contiguous", z->contiguous);
		pfs_json_add(j, a, o);
	}
	return a;
}

static void set_surroundings(struct pfs_json *j, json_t *doc, const struct pfs_model *m,
			     uint64_t pfn)
{
	const struct pfs_resource *r = pfs_resource_of(m, pfn);
	const struct pfs_memory_block *b = pfs_memory_block_of(m, pfn);
	const struct pfs_pgmap *g = pfs_pgmap_of(m, pfn);
	json_t *o;

	pfs_json_set(j, doc, "zones", zones_spanning(j, m, pfn));
	if (r) {
		o = pfs_json_object(j);
		pfs_json_str(j, o, "name", r->name);
		pfs_json_hex(j, o, "start", r->start);
		if (r->end < UINT64_MAX)
			pfs_json_hex(j, o, "end", r->end + 1);
		pfs_json_set(j, doc, "resource", o);
	}
	if (b) {
		o = pfs_json_object(j);
		pfs_json_int(j, o, "start_section", b->start_section);
		pfs_json_int(j, o, "end_section", b->start_section + b->sections);
		pfs_json_int(j, o, "state", b->state);
		pfs_json_str(j, o, "state_name", pfs_memory_block_state_name(m, b));
		pfs_json_set(j, o, "node", json_integer(b->nid));
		pfs_json_set(j, doc, "memory_block", o);
	}
	if (g)
		pfs_json_set(j, doc, "pgmap", pgmap_object(j, g));
}

/* Without an answer there is no key. */
static void set_answer(struct pfs_json *j, json_t *o, const char *key, int answer)
{
	if (answer >= 0)
		pfs_json_bool(j, o, key, answer);
}

static json_t *kernel_says(struct pfs_json *j, const struct pfs_model *m, uint64_t pfn,
			   const struct pfs_page *p)
{
	json_t *o = pfs_json_object(j);

	set_answer(j, o, "pfn_valid", pfs_pfn_valid(m, pfn));
	set_answer(j, o, "pfn_to_online_page", pfs_pfn_to_online_page(m, pfn));
	set_answer(j, o, "early_section", pfs_early_section(m, pfn));
	set_answer(j, o, "online_section", pfs_online_section(m, pfn));
	set_answer(j, o, "pfn_section_valid", pfs_pfn_section_valid(m, pfn));
	set_answer(j, o, "get_dev_pagemap", pfs_get_dev_pagemap(m, pfn));
	set_answer(j, o, "is_zone_device_page", pfs_is_zone_device_page(m, p));
	set_answer(j, o, "PageReserved", pfs_page_reserved(m, p));
	set_answer(j, o, "pfn_active_estimate", pfs_pfn_active(m, pfn));
	return o;
}

static json_t *walker_array(struct pfs_json *j, const struct pfs_walker *w)
{
	json_t *a = pfs_json_array(j), *o;
	unsigned int i;

	for (i = 0; i < PFS_NR_WALKERS; i++) {
		o = pfs_json_object(j);
		pfs_json_str(j, o, "name", w[i].name);
		set_answer(j, o, "exists", w[i].exists);
		set_answer(j, o, "reads", w[i].reads);
		set_answer(j, o, "faults", w[i].faults);
		pfs_json_str(j, o, "why", w[i].why);
		if (w[i].has_at)
			pfs_json_hex(j, o, "fault_address", w[i].at);
		pfs_json_add(j, a, o);
	}
	return a;
}

static void set_reading(struct pfs_json *j, json_t *o, const struct pfs_reading *r)
{
	pfs_json_str(j, o, "read_as", pfs_query_kind_name(r->kind));
	pfs_json_hex(j, o, "value", r->value);
	pfs_json_int(j, o, "base", (uint64_t)r->base);
	pfs_json_hex(j, o, "offset", r->offset);
}

json_t *pfs_json_pfn(const struct pfs_session *s, const struct pfs_page_view *v)
{
	const struct pfs_reading *q = &v->query.read;
	struct pfs_json j = { false };
	const struct pfs_model *m = &s->model;
	const struct pfs_section *sec = pfs_section_of(m, q->pfn);
	json_t *doc = pfs_json_document(&j, "pfnscope/pfn", s), *o, *other;
	unsigned int index;
	int bit;

	o = pfs_json_object(&j);
	pfs_json_str(&j, o, "text", v->query.text);
	set_reading(&j, o, q);
	if (v->query.has_other) {
		other = pfs_json_object(&j);
		set_reading(&j, other, &v->query.other);
		pfs_json_hex(&j, other, "pfn", v->query.other.pfn);
		pfs_json_set(&j, o, "other", other);
	}
	pfs_json_set(&j, doc, "query", o);
	pfs_json_hex(&j, doc, "pfn", q->pfn);
	pfs_json_hex(&j, doc, "physical", q->pfn << m->layout.page_shift);
	if (v->has_page)
		pfs_json_set(&j, doc, "page", page_object(&j, m, &v->page));
	else
		pfs_json_str(&j, doc, "no_page", v->why.msg);
	if (sec) {
		pfs_json_set(&j, doc, "section", section_object(&j, m, sec));
		bit = pfs_subsection_bit(m, sec, q->pfn, &index);
		if (bit >= 0) {
			o = pfs_json_object(&j);
			pfs_json_int(&j, o, "index", index);
			pfs_json_bool(&j, o, "bit", bit);
			pfs_json_set(&j, doc, "subsection", o);
		}
	}
	if (v->migratetype) {
		o = pfs_json_object(&j);
		pfs_json_str(&j, o, "migratetype", v->migratetype);
		pfs_json_hex(&j, o, "bits", v->pageblock_bits);
		pfs_json_set(&j, doc, "pageblock", o);
	}
	pfs_json_set(&j, doc, "kernel_says",
		     kernel_says(&j, m, q->pfn, v->has_page ? &v->page : NULL));
	pfs_json_set(&j, doc, "walkers", walker_array(&j, v->walkers));
	set_surroundings(&j, doc, m, q->pfn);
	pfs_json_set(&j, doc, "limits", pfs_json_limits(&j, m));
	return pfs_json_done(&j, doc);
}

json_t *pfs_json_sections(const struct pfs_session *s)
{
	struct pfs_json j = { false };
	const struct pfs_model *m = &s->model;
	json_t *doc = pfs_json_document(&j, "pfnscope/sections", s), *a = pfs_json_array(&j);
	size_t i;

	for (i = 0; i < m->nr_sections; i++)
		pfs_json_add(&j, a, section_object(&j, m, &m->sections[i]));
	pfs_json_set(&j, doc, "sections", a);
	pfs_json_set(&j, doc, "limits", pfs_json_limits(&j, m));
	return pfs_json_done(&j, doc);
}

static json_t *vmemmap_run(struct pfs_json *j, const struct pfs_layout *l,
			   const struct pfs_vmemmap_run *r)
{
	json_t *o = pfs_json_object(j);

	pfs_json_hex(j, o, "start", r->start);
	pfs_json_hex(j, o, "end", r->end);
	if (l->vmemmap_known && l->struct_page && r->start >= l->vmemmap) {
		pfs_json_hex(j, o, "start_pfn", pfs_va_to_pfn(l, r->start));
		pfs_json_hex(j, o, "end_pfn", pfs_va_to_pfn(l, r->end));
	}
	pfs_json_str(j, o, "mapping", r->no_table ? "unknown" : r->mapped ? "mapped" : "unmapped");
	pfs_json_str(j, o, "level", r->level);
	if (!r->no_table)
		pfs_json_hex(j, o, "entry", r->entry);
	if (r->mapped) {
		pfs_json_bool(j, o, "writable", r->writable);
		pfs_json_int(j, o, "leaf_size", r->leaf_size);
		pfs_json_int(j, o, "leaves", r->leaves);
		pfs_json_hex(j, o, "physical", r->first_pa);
	}
	return o;
}

json_t *pfs_json_vmemmap(const struct pfs_session *s)
{
	struct pfs_json j = { false };
	const struct pfs_model *m = &s->model;
	json_t *doc = pfs_json_document(&j, "pfnscope/vmemmap", s);
	json_t *runs = pfs_json_array(&j), *maps = pfs_json_array(&j);
	size_t i;

	for (i = 0; i < m->nr_vmemmap; i++)
		pfs_json_add(&j, runs, vmemmap_run(&j, &m->layout, &m->vmemmap[i]));
	for (i = 0; i < m->nr_pgmaps; i++)
		pfs_json_add(&j, maps, pgmap_object(&j, &m->pgmaps[i]));
	pfs_json_set(&j, doc, "vmemmap", runs);
	pfs_json_set(&j, doc, "pgmaps", maps);
	pfs_json_set(&j, doc, "limits", pfs_json_limits(&j, m));
	return pfs_json_done(&j, doc);
}

json_t *pfs_json_map(const struct pfs_session *s)
{
	struct pfs_json j = { false };
	const struct pfs_model *m = &s->model;
	json_t *doc = pfs_json_document(&j, "pfnscope/map", s);
	json_t *secs = pfs_json_array(&j), *runs = pfs_json_array(&j);
	uint64_t pps = m->layout.pages_per_section;
	size_t i, k;

	for (i = 0; i < m->nr_sections; i = k) {
		const struct pfs_section *a = &m->sections[i];
		json_t *o = pfs_json_object(&j);

		for (k = i + 1; k < m->nr_sections; k++)
			if (m->sections[k].nr != m->sections[k - 1].nr + 1 ||
			    m->sections[k].flags != a->flags)
				break;
		pfs_json_hex(&j, o, "start", a->nr * pps);
		pfs_json_hex(&j, o, "end", (m->sections[k - 1].nr + 1) * pps);
		pfs_json_set(&j, o, "flags", pfs_json_section_flags(&j, a->flags));
		pfs_json_add(&j, secs, o);
	}
	for (i = 0; s->has_scan && i < s->scan.nr_runs; i++) {
		const struct pfs_run *r = &s->scan.runs[i];
		json_t *o = pfs_json_object(&j);

		pfs_json_hex(&j, o, "start", r->start);
		pfs_json_hex(&j, o, "end", r->end);
		pfs_json_str(&j, o, "state", pfs_state_name(r->state));
		pfs_json_add(&j, runs, o);
	}
	pfs_json_set(&j, doc, "sections", secs);
	pfs_json_set(&j, doc, "states", runs);
	if (s->has_verdict && s->verdict.has_pfn)
		pfs_json_hex(&j, doc, "pfn", s->verdict.page.pfn);
	pfs_json_bool(&j, doc, "complete", s->has_scan && s->scan.complete);
	pfs_json_set(&j, doc, "limits", pfs_json_limits(&j, m));
	return pfs_json_done(&j, doc);
}

static json_t *problem_object(struct pfs_json *j, const struct pfs_problem *p)
{
	json_t *o = pfs_json_object(j);

	pfs_json_str(j, o, "code", p->code);
	pfs_json_str(j, o, "severity", pfs_severity_name(p->severity));
	pfs_json_str(j, o, "title", p->title);
	pfs_json_str(j, o, "meaning", p->meaning);
	pfs_json_str(j, o, "advice", p->advice);
	return o;
}

static json_t *mechanism_object(struct pfs_json *j, const struct pfs_mechanism *mech)
{
	json_t *o = pfs_json_object(j), *a = pfs_json_array(j), *f;
	size_t i, n = sizeof(mech->fixes) / sizeof(mech->fixes[0]);
	char text[2048];

	pfs_json_str(j, o, "code", mech->code);
	pfs_json_str(j, o, "title", mech->title);
	pfs_mechanism_text(NULL, mech, text, sizeof(text));
	pfs_json_str(j, o, "meaning", text);
	pfs_json_str(j, o, "advice", mech->advice);
	for (i = 0; i < n && mech->fixes[i]; i++) {
		f = pfs_json_object(j);
		pfs_json_str(j, f, "title", mech->fixes[i]->title);
		pfs_json_str(j, f, "commit", mech->fixes[i]->commit);
		pfs_json_str(j, f, "in", mech->fixes[i]->in);
		pfs_json_add(j, a, f);
	}
	pfs_json_set(j, o, "fixes", a);
	return o;
}

static json_t *items(struct pfs_json *j, const char *list)
{
	const char *item;
	json_t *a = pfs_json_array(j);
	size_t len;

	while ((item = pfs_list_item(&list, &len)))
		pfs_json_add(j, a, json_stringn(item, len));
	return a;
}

static json_t *fix_object(struct pfs_json *j, const struct pfs_fix *fix)
{
	json_t *o = pfs_json_object(j);

	pfs_json_str(j, o, "commit", *fix->commit ? fix->commit : NULL);
	pfs_json_str(j, o, "title", fix->title);
	pfs_json_str(j, o, "in", *fix->in ? fix->in : NULL);
	pfs_json_str(j, o, "sign", fix->sign);
	pfs_json_set(j, o, "shows", items(j, fix->shows));
	pfs_json_set(j, o, "seen", items(j, fix->seen));
	return o;
}

json_t *pfs_json_explain(const char *words)
{
	struct pfs_json j = { false };
	const struct pfs_mechanism *mech;
	const struct pfs_problem *p;
	json_t *doc = pfs_json_document(&j, "pfnscope/explain", NULL);
	json_t *ps = pfs_json_array(&j), *ms = pfs_json_array(&j), *fs = pfs_json_array(&j);
	const struct pfs_fix *fix;
	struct pfs_known known;
	size_t i, nr;

	pfs_known_find(&known, words);
	p = pfs_problems(&nr);
	for (i = 0; i < nr; i++)
		if (pfs_known_problem(&known, &p[i]))
			pfs_json_add(&j, ps, problem_object(&j, &p[i]));
	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++)
		if (pfs_known_mechanism(&known, &mech[i]))
			pfs_json_add(&j, ms, mechanism_object(&j, &mech[i]));
	fix = pfs_fixes(&nr);
	for (i = 0; i < nr; i++)
		if (pfs_known_fix(&known, &fix[i]))
			pfs_json_add(&j, fs, fix_object(&j, &fix[i]));
	pfs_json_set(&j, doc, "problems", ps);
	pfs_json_set(&j, doc, "mechanisms", ms);
	pfs_json_set(&j, doc, "fixes", fs);
	if (!known.found)
		j.oom = true;
	return pfs_json_done(&j, doc);
}
