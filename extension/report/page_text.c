/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes one page as text: section, subsection, mapping, contents; and all of `pfn X`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/pages/predicate.h"
#include "report/report.h"

/* The subsections of a section, 64 a line where there is room, a caret under one of them. */
static void put_picture(struct pfs_out *o, const struct pfs_layout *l,
			const struct pfs_section *sec, int mark)
{
	unsigned int i, k, per = o->width < 13 + 64 ? 32 : 64;
	char line[65];

	for (i = 0; i < l->subsections; i += per) {
		for (k = 0; k < per && i + k < l->subsections; k++)
			line[k] = sec->subsections[(i + k) / 64] >> (i + k) % 64 & 1 ? '#' : '.';
		line[k] = '\0';
		pfs_out_field(o, NULL, "%s", line);
		if (mark >= (int)i && mark < (int)(i + per)) {
			pfs_outf(o, "%*s", 13 + mark - (int)i, "");
			pfs_out_color(o, PFS_RED);
			pfs_outf(o, "^");
			pfs_out_color(o, PFS_PLAIN);
			pfs_outf(o, " here\n");
		}
	}
}

void pfs_text_section_line(struct pfs_out *o, const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_section *sec = pfs_section_of(m, pfn);
	const struct pfs_layout *l = &m->layout;
	char flags[128], size[32];
	unsigned int index = 0;
	uint64_t first;
	int bit;

	if (!sec) {
		if (l->pages_per_section)
			pfs_out_field(o, "section", "%" PRIu64 ", not present",
				      pfn / l->pages_per_section);
		return;
	}
	first = sec->nr * l->pages_per_section;
	pfs_out_field(o, "section", "%" PRIu64 " (pfn 0x%" PRIx64 "-0x%" PRIx64 "): %s", sec->nr,
		      first, first + l->pages_per_section - 1,
		      pfs_fmt_section_flags(flags, sec->flags));
	bit = pfs_subsection_bit(m, sec, pfn, &index);
	if (bit >= 0) {
		pfs_out_field(o, "subsection", "%u of %u (%s each), bit %s", index, l->subsections,
			      pfs_fmt_size(size, l->pages_per_subsection << l->page_shift),
			      bit ? "set" : "clear");
		put_picture(o, l, sec, (int)index);
	} else if (sec->usage && sec->usage_reach != PFS_REACH_OK) {
		pfs_out_field(o, "subsection", "unknown: usage at 0x%" PRIx64 ": %s", sec->usage,
			      pfs_reach_name(sec->usage_reach));
	}
}

static void put_walk(struct pfs_out *o, const struct pfs_model *m, const struct pfs_walk *w)
{
	char size[32];
	unsigned int i;

	for (i = 0; i < w->nr && i < PFS_MAX_LEVELS; i++) {
		const struct pfs_step *st = &w->step[i];
		const char *label = i ? NULL : "mapping";
		bool last = i + 1 == w->nr;

		if (st->presence != PFS_PRESENT)
			pfs_out_field(o, label, "%-3s at 0x%010" PRIx64 ": table page is %s",
				      st->level, st->entry_pa, pfs_presence_name(st->presence));
		else if (!last)
			pfs_out_field(o, label, "%-3s at 0x%010" PRIx64 ": %016" PRIx64, st->level,
				      st->entry_pa, st->entry);
		else if (w->mapped)
			pfs_out_field(o, label,
				      "%-3s at 0x%010" PRIx64 ": %016" PRIx64 ", a %s leaf, %s",
				      st->level, st->entry_pa, st->entry,
				      pfs_fmt_size(size, w->leaf_size),
				      w->writable ? "writable" : "read-only");
		else
			pfs_out_cfield(o, PFS_RED, label,
				       "%-3s at 0x%010" PRIx64 ": %016" PRIx64 ", not present",
				       st->level, st->entry_pa, st->entry);
	}
	if (w->mapped)
		pfs_out_field(o, NULL, "backed by pfn 0x%" PRIx64 ", physical 0x%" PRIx64,
			      w->pa >> m->layout.page_shift, w->pa);
}

static void put_words(struct pfs_out *o, const struct pfs_model *m, const struct pfs_page *p)
{
	size_t n = m->layout.struct_page / 8, i;
	bool same = true;

	if (n > sizeof(p->bytes) / 8)
		n = sizeof(p->bytes) / 8;
	for (i = 1; i < n; i++)
		same = same && pfs_le64(p->bytes + 8 * i) == pfs_le64(p->bytes);
	if (same && n) {
		pfs_out_field(o, "contents", "all %zu words %016" PRIx64, n, pfs_le64(p->bytes));
		return;
	}
	for (i = 0; i < n; i += 2)
		if (i + 1 < n)
			pfs_out_field(o, i ? NULL : "contents",
				      "+0x%02zx %016" PRIx64 " %016" PRIx64, 8 * i,
				      pfs_le64(p->bytes + 8 * i), pfs_le64(p->bytes + 8 * i + 8));
		else
			pfs_out_field(o, i ? NULL : "contents", "+0x%02zx %016" PRIx64, 8 * i,
				      pfs_le64(p->bytes + 8 * i));
}

static void put_links(struct pfs_out *o, const struct pfs_model *m, const struct pfs_page *p)
{
	static const struct {
		enum pfs_fact_id id;
		const char *name;
	} bits[] = {
		{ PFS_F_FLAG_RESERVED, "reserved" }, { PFS_F_FLAG_LRU, "lru" },
		{ PFS_F_FLAG_SLAB, "slab" },	     { PFS_F_FLAG_HEAD, "head" },
		{ PFS_F_FLAG_HWPOISON, "hwpoison" },
	};
	const struct pfs_layout *l = &m->layout;
	const struct pfs_zone *z;
	char names[64] = "", node[32] = "", zone[64] = "";
	size_t i, at = 0;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		uint64_t nr = pfs_val(m->facts, bits[i].id);

		if (pfs_have(m->facts, bits[i].id) && nr < 64 && p->flags >> nr & 1)
			at += (size_t)snprintf(names + at, sizeof(names) - at, " %s", bits[i].name);
	}
	pfs_out_field(o, "flags", "%016" PRIx64 "%s%s", p->flags, *names ? ":" : "", names);
	if (l->node_width)
		snprintf(node, sizeof(node), "node %u, ", p->node);
	if (l->zone_width) {
		z = pfs_zone_by_link(m, p->node, p->zone);
		snprintf(zone, sizeof(zone), "zone %u (%s)", p->zone,
			 z	     ? z->name :
			 m->nr_zones ? "no such zone" :
				       "of a node that is not known");
	}
	if (*node || *zone)
		pfs_out_field(o, "links", "%s%s", node, zone);
	pfs_out_field(o, "counts", "_refcount %" PRId32 ", _mapcount %" PRId32, p->refcount,
		      p->mapcount);
	if (p->tail)
		pfs_out_field(o, "tail of", "compound page 0x%" PRIx64, p->head_va);
}

static void put_where(struct pfs_out *o, const struct pfs_model *m, uint64_t pfn)
{
	uint64_t pa = pfn << m->layout.page_shift;

	pfs_out_field(o, "page", "pfn 0x%" PRIx64 ", physical 0x%" PRIx64 "-0x%" PRIx64, pfn, pa,
		      pa + m->layout.page_size - 1);
	if (m->layout.vmemmap_known)
		pfs_out_field(o, "struct page", "0x%" PRIx64 " (%" PRIu64 " bytes)",
			      pfs_pfn_to_page(m, pfn), m->layout.struct_page);
}

static void put_state(struct pfs_out *o, const struct pfs_page *p)
{
	pfs_out_cfield(o, pfs_state_abnormal(p->state) ? PFS_RED : PFS_GREEN, "state", "%s: %s",
		       pfs_state_name(p->state), p->why ? p->why : pfs_state_meaning(p->state));
}

void pfs_text_page_block(struct pfs_out *o, const struct pfs_model *m, const struct pfs_page *p)
{
	put_where(o, m, p->pfn);
	put_state(o, p);
	pfs_text_section_line(o, m, p->pfn);
	put_walk(o, m, &p->walk);
	if (p->has_bytes) {
		put_words(o, m, p);
		put_links(o, m, p);
	}
}

static void put_zones(struct pfs_out *o, const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_zone *z = NULL;
	bool any = false;
	size_t i;

	for (i = 0; i < m->nr_zones; i++) {
		z = pfs_zone_spanning(m, pfn, z);
		if (!z)
			break;
		pfs_out_field(o, any ? NULL : "spanned by",
			      "zone %s of node %u, pfn 0x%" PRIx64 "-0x%" PRIx64 "%s", z->name,
			      z->node, z->start_pfn, z->start_pfn + z->spanned - 1,
			      z->contiguous > 0 ? ", contiguous" : "");
		any = true;
	}
	if (!any && m->nr_zones)
		pfs_out_field(o, "spanned by", "no zone");
}

static void put_surroundings(struct pfs_out *o, const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_resource *r = pfs_resource_of(m, pfn);
	const struct pfs_memory_block *b = pfs_memory_block_of(m, pfn);
	const struct pfs_pgmap *g = pfs_pgmap_of(m, pfn);
	uint64_t pps = m->layout.pages_per_section, pa = pfn << m->layout.page_shift;
	const char *state, *ref = g ? pfs_pgmap_ref_name(g) : NULL;
	char size[32], last[24] = "";
	size_t i;

	if (r)
		pfs_out_field(o, "resource", "%s, 0x%" PRIx64 "-0x%" PRIx64, r->name, r->start,
			      r->end);
	else if (m->nr_resources)
		pfs_out_field(o, "resource", "none");
	for (i = 0; i < m->nr_firmware; i++)
		if (pfs_within(pa, m->firmware[i].addr, m->firmware[i].size))
			pfs_out_field(o, "firmware", "%s, 0x%" PRIx64 "-0x%" PRIx64,
				      m->firmware[i].type, m->firmware[i].addr,
				      m->firmware[i].addr + (m->firmware[i].size - 1));
	if (b) {
		state = pfs_memory_block_state_name(m, b);
		if (b->sections > 1)
			snprintf(last, sizeof(last), "-%" PRIu64,
				 b->start_section + b->sections - 1);
		pfs_out_field(o, "memory block",
			      "section %" PRIu64 "%s (%s), state %" PRIu64 "%s%s%s, node %d",
			      b->start_section, last,
			      pfs_fmt_size(size, b->sections * pps << m->layout.page_shift),
			      b->state, state ? " (" : "", state ? state : "", state ? ")" : "",
			      b->nid);
	}
	if (g) {
		pfs_out_field(o, "pgmap",
			      "0x%" PRIx64 ", range %u: pfn 0x%" PRIx64 "-0x%" PRIx64
			      ", type %" PRIu64 ", flags 0x%" PRIx64 "%s%s",
			      g->va, g->range, g->start_pfn, g->end_pfn - 1, g->type, g->flags,
			      ref ? ", reference " : "", ref ? ref : "");
		if (g->has_altmap)
			pfs_out_field(o, NULL,
				      "altmap from pfn 0x%" PRIx64 ": %" PRIu64
				      " reserved, %" PRIu64 " for the memmap, %" PRIu64
				      " allocated",
				      g->altmap.base_pfn, g->altmap.reserve, g->altmap.free,
				      g->altmap.alloc);
	}
}

static const char *yes_no(int answer)
{
	return answer < 0 ? "unknown" : answer ? "true" : "false";
}

/* What the kernel's own predicates say of the page. */
static void put_predicates(struct pfs_out *o, const struct pfs_model *m, uint64_t pfn,
			   const struct pfs_page *p)
{
	pfs_out_field(o, "kernel says", "pfn_valid() %s, pfn_to_online_page() %s",
		      yes_no(pfs_pfn_valid(m, pfn)), yes_no(pfs_pfn_to_online_page(m, pfn)));
	pfs_out_field(o, NULL, "early_section() %s, online_section() %s",
		      yes_no(pfs_early_section(m, pfn)), yes_no(pfs_online_section(m, pfn)));
	pfs_out_field(o, NULL, "pfn_section_valid() %s, get_dev_pagemap() %s",
		      yes_no(pfs_pfn_section_valid(m, pfn)), yes_no(pfs_get_dev_pagemap(m, pfn)));
	pfs_out_field(o, NULL, "is_zone_device_page() %s, PageReserved() %s",
		      yes_no(pfs_is_zone_device_page(m, p)), yes_no(pfs_page_reserved(m, p)));
	pfs_out_field(o, NULL, "pfn_active() %s (an estimate: no kernel has it)",
		      yes_no(pfs_pfn_active(m, pfn)));
}

static bool same_fate(const struct pfs_walker *a, const struct pfs_walker *b)
{
	return a->exists == b->exists && a->reads == b->reads && a->faults == b->faults &&
	       a->has_at == b->has_at && a->at == b->at && a->why == b->why;
}

static const char *fate(const struct pfs_walker *w)
{
	if (w->faults > 0)
		return "would fault: ";
	if (w->faults < 0)
		return "may fault: ";
	return w->reads ? "would read it: " : "would not read it: ";
}

/* The kernel's PFN walkers, those with one fate together. */
static void put_walkers(struct pfs_out *o, const struct pfs_walker *w)
{
	const char *label = "walkers";
	bool done[PFS_NR_WALKERS] = { false };
	bool known = false;
	char names[256], at[32];
	unsigned int i, k;
	size_t len;

	for (i = 0; i < PFS_NR_WALKERS; i++)
		known = known || w[i].exists >= 0;
	if (!known) {
		pfs_out_field(o, label, "unknown: %s", w[0].why);
		return;
	}
	for (i = 0; i < PFS_NR_WALKERS; i++) {
		if (done[i] || !w[i].exists)
			continue;
		for (k = i, len = 0; k < PFS_NR_WALKERS; k++) {
			if (!same_fate(&w[i], &w[k]))
				continue;
			done[k] = true;
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
						k > i ? ", " : "", w[k].name);
		}
		at[0] = '\0';
		if (w[i].has_at)
			snprintf(at, sizeof(at), " (0x%" PRIx64 ")", w[i].at);
		if (w[i].exists < 0)
			pfs_out_field(o, label, "%s: unknown: %s", names, w[i].why);
		else if (w[i].reads < 0)
			pfs_out_field(o, label, "%s: unknown: %s", names, w[i].why);
		else
			pfs_out_cfield(o, w[i].faults > 0 ? PFS_RED : PFS_PLAIN, label, "%s %s%s%s",
				       names, fate(&w[i]), w[i].why, at);
		label = NULL;
	}
}

void pfs_text_pfn(struct pfs_out *o, const struct pfs_session *s, const struct pfs_page_view *v)
{
	static const char *const read_as[PFS_NR_QUERY_KINDS] = {
		"a PFN",
		"a physical address",
		"the address of a struct page",
		"a virtual address",
	};
	static const char *const other[PFS_NR_QUERY_KINDS] = {
		"; phys:X reads a physical address",
		"; pfn:X reads a PFN",
		"",
		"",
	};
	const struct pfs_model *m = &s->model;
	const struct pfs_query *query = &v->query;
	const struct pfs_reading *q = &query->read;
	char off[48] = "", base[48] = "", too[96] = "";

	if (q->offset)
		snprintf(off, sizeof(off), ", 0x%" PRIx64 " bytes into it", q->offset);
	if (query->has_other) {
		snprintf(base, sizeof(base), "%s, 0x%" PRIx64 ", ",
			 q->base == 16 ? "hexadecimal" : "decimal", q->value);
		snprintf(too, sizeof(too), "; %s, 0x%" PRIx64 ", it is PFN 0x%" PRIx64,
			 q->base == 16 ? "decimal" : "hexadecimal", query->other.value,
			 query->other.pfn);
	}
	pfs_out_field(o, "query", "%s read as %s%s%s%s%s", query->text, base, read_as[q->kind], off,
		      query->forced ? "" : other[q->kind], too);
	if (v->has_page) {
		pfs_text_page_block(o, m, &v->page);
	} else {
		put_where(o, m, q->pfn);
		pfs_out_cfield(o, PFS_YELLOW, "state", "no struct page: %s", v->why.msg);
		pfs_text_section_line(o, m, q->pfn);
	}
	if (v->migratetype)
		pfs_out_field(o, "pageblock", "%s (bits 0x%" PRIx64 ")", v->migratetype,
			      v->pageblock_bits);
	put_predicates(o, m, q->pfn, v->has_page ? &v->page : NULL);
	put_walkers(o, v->walkers);
	put_zones(o, m, q->pfn);
	put_surroundings(o, m, q->pfn);
}
