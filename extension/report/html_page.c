/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The culprit in report.html: its walk, its section, its struct page. */
#include <inttypes.h>
#include <stdio.h>

#include "report/html.h"

static void put_row(struct pfs_out *o, const char *name, uint64_t value, const char *means)
{
	pfs_markup(o, "<tr><td>%s</td><td class=\"v\">%016" PRIx64 "</td><td>%s</td></tr>\n", name,
		   value, means);
}

static void put_section(struct pfs_out *o, const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_section *sec = pfs_section_of(m, pfn);
	const struct pfs_layout *l = &m->layout;
	char flags[128], size[32], note[64];
	unsigned int i, index;
	uint64_t first;

	if (!sec || !l->pages_per_section) {
		pfs_markup(o, "<p>Its section is not present.</p>\n");
		return;
	}
	first = sec->nr * l->pages_per_section;
	pfs_markup(o,
		   "<h3>Its section</h3>\n<p>Section %" PRIu64 " (PFN 0x%" PRIx64 "-0x%" PRIx64
		   "), <code>struct mem_section</code> at <code>0x%" PRIx64 "</code>:</p>\n"
		   "<div class=\"scroll\" tabindex=\"0\"><table>\n"
		   "<tr><th>Word</th><th>Value</th><th>Means</th></tr>\n",
		   sec->nr, first, first + l->pages_per_section - 1, sec->va);
	put_row(o, "section_mem_map", sec->raw, pfs_fmt_section_flags(flags, sec->flags));
	put_row(o, "", sec->base,
		l->vmemmap_known && sec->base == l->vmemmap ?
			"without the flags: where the memmap of PFN 0 would be; as it should" :
			"without the flags: where the memmap of PFN 0 would be");
	if (sec->usage)
		put_row(o, "usage", sec->usage,
			sec->usage_reach == PFS_REACH_OK ? "where its bitmaps are" :
							   pfs_reach_name(sec->usage_reach));
	for (i = 0; sec->subsections && i < (l->subsections + 63) / 64; i++) {
		snprintf(note, sizeof(note), "one bit for each %s",
			 pfs_fmt_size(size, l->pages_per_subsection << l->page_shift));
		if (pfs_subsection_bit(m, sec, pfn, &index) >= 0 && index / 64 == i)
			snprintf(note, sizeof(note), "bit %u, of this page's %s: %s", index % 64,
				 size, pfs_subsection_bit(m, sec, pfn, &index) ? "set" : "clear");
		put_row(o, "subsection_map", sec->subsections[i], note);
	}
	pfs_markup(o, "</table></div>\n");
}

static void put_contents(struct pfs_out *o, const struct pfs_model *m, const struct pfs_page *p)
{
	const struct pfs_layout *l = &m->layout;
	const struct pfs_zone *z;
	size_t i, n = l->struct_page / 8;

	if (!p->has_bytes)
		return;
	pfs_markup(o, "<h3>Its bytes</h3>\n<pre tabindex=\"0\">");
	for (i = 0; i < n && i < sizeof(p->bytes) / 8; i++) {
		if (i)
			pfs_markup(o, i % 2 ? "   " : "\n");
		pfs_markup(o, "+0x%02zx  %016" PRIx64, 8 * i, pfs_le64(p->bytes + 8 * i));
	}
	pfs_markup(
		o,
		"</pre>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<tr><th>Read as</th><th>Value</th></tr>\n"
		"<tr><td>flags</td><td class=\"v\">%016" PRIx64 "</td></tr>\n",
		p->flags);
	if (l->node_width)
		pfs_markup(o, "<tr><td>node link</td><td class=\"v\">%u</td></tr>\n", p->node);
	if (l->zone_width) {
		z = pfs_zone_by_link(m, p->node, p->zone);
		pfs_markup(o, "<tr><td>zone link</td><td class=\"v\">%u (%.*s)</td></tr>\n",
			   p->zone, z ? (int)sizeof(z->name) : 32,
			   z	       ? z->name :
			   m->nr_zones ? "no such zone" :
					 "of a node that is not known");
	}
	pfs_markup(o,
		   "<tr><td>_refcount</td><td class=\"v\">%" PRId32 "</td></tr>\n"
		   "<tr><td>_mapcount</td><td class=\"v\">%" PRId32 "</td></tr>\n",
		   p->refcount, p->mapcount);
	if (p->tail)
		pfs_markup(o,
			   "<tr><td>tail of compound page</td><td class=\"v\">0x%" PRIx64
			   "</td></tr>\n",
			   p->head_va);
	pfs_markup(o, "</table></div>\n");
}

void pfs_html_page(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_page *p = &s->verdict.page;
	const struct pfs_run *r = &s->verdict.run;
	const struct pfs_model *m = &s->model;
	uint64_t pa = p->pfn << m->layout.page_shift;

	pfs_markup(o,
		   "<section id=\"page\">\n<h2>The page</h2>\n<p>PFN <code>0x%" PRIx64
		   "</code>, physical <code>0x%" PRIx64 "-0x%" PRIx64
		   "</code>. Its struct page at <code>0x%" PRIx64 "</code> is <b>%s</b>"
		   ": %s.",
		   p->pfn, pa, pa + m->layout.page_size - 1, p->va, pfs_state_name(p->state),
		   p->why ? p->why : pfs_state_meaning(p->state));
	if (r->end - r->start > 1)
		pfs_markup(o,
			   " It is one of %" PRIu64 " pages in this state: PFN <code>0x%" PRIx64
			   "-0x%" PRIx64 "</code>.",
			   r->end - r->start, r->start, r->end - 1);
	pfs_markup(
		o,
		"</p>\n<h3>How its struct page is mapped</h3>\n<div class=\"walk-box\" tabindex=\"0\">\n");
	pfs_svg_walk(o, m, &p->walk);
	pfs_markup(o, "</div>\n");
	put_contents(o, m, p);
	put_section(o, m, p->pfn);
	pfs_markup(o, "</section>\n");
}
