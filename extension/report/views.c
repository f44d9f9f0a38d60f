/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The views of the model as text: sections, vmemmap, facts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

#define INDENT "    "

void pfs_text_sections(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_model *m = &s->model;
	const struct pfs_layout *l = &m->layout;
	const unsigned int letters = pfs_out_letters(o, sizeof(INDENT "  64 of 64") - 1);
	char flags[128], size[32], each[32], lead[48];
	size_t i, j;

	if (!pfs_has_subsections(m))
		pfs_outf(o, "%zu sections of %s; this kernel has no subsections\n", m->nr_sections,
			 pfs_fmt_size(size, l->pages_per_section << l->page_shift));
	else
		pfs_outf(o,
			 "%zu sections of %s with %u subsections of %s; '#': subsection bit set\n",
			 m->nr_sections, pfs_fmt_size(size, l->pages_per_section << l->page_shift),
			 l->subsections,
			 pfs_fmt_size(each, l->pages_per_subsection << l->page_shift));
	for (i = 0; i < m->nr_sections; i = j) {
		const struct pfs_section *a = &m->sections[i];
		uint64_t last;
		unsigned int k, set = 0;

		for (j = i + 1; j < m->nr_sections; j++)
			if (m->sections[j].nr != m->sections[j - 1].nr + 1 ||
			    !pfs_section_equal(m, a, &m->sections[j]))
				break;
		last = m->sections[j - 1].nr;
		if (last > a->nr)
			snprintf(lead, sizeof(lead), "%" PRIu64 "-%" PRIu64 ": ", a->nr, last);
		else
			snprintf(lead, sizeof(lead), "%" PRIu64 ": ", a->nr);
		pfs_outf(o, "\n");
		pfs_out_para(o, 0, lead, "pfn 0x%" PRIx64 "-0x%" PRIx64 ", %s: %s",
			     a->nr * l->pages_per_section, (last + 1) * l->pages_per_section - 1,
			     pfs_fmt_size(size, (last - a->nr + 1) * l->pages_per_section
							<< l->page_shift),
			     pfs_fmt_section_flags(flags, a->flags));
		if (!(a->flags & PFS_SEC_PRESENT)) {
			pfs_outf(o, "    left over: section_mem_map 0x%" PRIx64 "\n", a->raw);
			continue;
		}
		if (!a->subsections) {
			if (a->usage)
				pfs_outf(o, "    subsections unknown: usage at 0x%" PRIx64 ": %s\n",
					 a->usage, pfs_reach_name(a->usage_reach));
			else if (pfs_have(m->facts, PFS_F_MS_USAGE))
				pfs_outf(o, "    no usage: subsections unknown\n");
			continue;
		}
		for (k = 0; k < l->subsections; k++) {
			bool bit = a->subsections[k / 64] >> (k % 64) & 1;

			if (!(k % letters))
				pfs_outf(o, INDENT);
			pfs_outf(o, "%c", bit ? '#' : '.');
			set += bit;
			if (k % letters == letters - 1 && k + 1 < l->subsections)
				pfs_outf(o, "\n");
		}
		pfs_outf(o, "  %u of %u\n", set, l->subsections);
	}
}

void pfs_text_vmemmap(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_model *m = &s->model;
	const struct pfs_layout *l = &m->layout;
	char size[32], leaf[32];
	size_t i;

	if (l->vmemmap_known)
		pfs_outf(o, "memmap at 0x%" PRIx64 ", %" PRIu64 " bytes a page\n", l->vmemmap,
			 l->struct_page);
	if (!m->nr_vmemmap)
		pfs_outf(o, "nothing is known of its mapping\n");
	for (i = 0; i < m->nr_vmemmap; i++) {
		const struct pfs_vmemmap_run *r = &m->vmemmap[i];

		pfs_outf(o, "\n0x%" PRIx64 "-0x%" PRIx64 "  %s\n", r->start, r->end - 1,
			 pfs_fmt_size(size, r->end - r->start));
		if (l->vmemmap_known && l->struct_page && r->start >= l->vmemmap)
			pfs_outf(o, "    pfn 0x%" PRIx64 "-0x%" PRIx64 "\n",
				 pfs_va_to_pfn(l, r->start), pfs_va_to_pfn(l, r->end) - 1);
		if (r->no_table) {
			pfs_out_color(o, PFS_YELLOW);
			pfs_outf(o, "    unknown: the %s table is not in the dump\n",
				 r->level ? r->level : "page");
		} else if (!r->mapped) {
			pfs_out_color(o, PFS_RED);
			pfs_outf(o, "    not mapped: %s is 0x%016" PRIx64 "\n",
				 r->level ? r->level : "entry", r->entry);
		} else {
			pfs_outf(o,
				 "    %" PRIu64 " %s of %s (%s), %s, first at physical 0x%" PRIx64
				 "\n",
				 r->leaves, r->leaves == 1 ? "leaf" : "leaves",
				 pfs_fmt_size(leaf, r->leaf_size), r->level ? r->level : "leaf",
				 r->writable ? "writable" : "read-only", r->first_pa);
		}
		pfs_out_color(o, PFS_PLAIN);
	}
	for (i = 0; i < m->nr_pgmaps; i++) {
		const struct pfs_pgmap *g = &m->pgmaps[i];

		if (!g->has_altmap)
			continue;
		pfs_outf(o, "\naltmap of pgmap 0x%" PRIx64 " (pfn 0x%" PRIx64 "-0x%" PRIx64 ")\n",
			 g->va, g->start_pfn, g->end_pfn - 1);
		pfs_out_para(o, 4, "",
			     "base pfn 0x%" PRIx64 ", end pfn 0x%" PRIx64 "; pages: %" PRIu64
			     " reserved, %" PRIu64 " for the memmap, %" PRIu64
			     " aligned away, %" PRIu64 " allocated",
			     g->altmap.base_pfn, g->altmap.end_pfn, g->altmap.reserve,
			     g->altmap.free, g->altmap.align, g->altmap.alloc);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct pfs_fact_row *x = a, *y = b;

	return strcmp(x->name, y->name);
}

size_t pfs_facts_sorted(const struct pfs_facts *f, struct pfs_fact_row row[PFS_NR_FACTS])
{
	const char *name;
	size_t n = 0;

	for (; (name = pfs_facts_name(f, (unsigned int)n)); n++)
		row[n] = (struct pfs_fact_row){ name, &f->f[n] };
	qsort(row, n, sizeof(*row), by_name);
	return n;
}

void pfs_text_facts(struct pfs_out *o, const struct pfs_session *s, bool all)
{
	struct pfs_fact_row row[PFS_NR_FACTS];
	size_t nr = pfs_facts_sorted(&s->facts, row), i;
	unsigned int missing = 0;

	for (i = 0; i < nr; i++) {
		uint64_t v = row[i].fact->value;

		if (!row[i].fact->from)
			missing++;
		/* Addresses are best read in hexadecimal, and counts in decimal. */
		else if (v < 1 << 20 || v > (uint64_t)-(1 << 20))
			pfs_outf(o, "%-44s %18" PRId64 "  %s\n", row[i].name, (int64_t)v,
				 row[i].fact->from);
		else
			pfs_outf(o, "%-44s %#18" PRIx64 "  %s\n", row[i].name, v,
				 row[i].fact->from);
	}
	if (missing && !all)
		pfs_outf(o, "\n%u more are not in this kernel or dump; --all lists them\n",
			 missing);
	if (!missing || !all)
		return;
	pfs_outf(o, "\nnot in this kernel or dump:\n");
	for (i = 0; i < nr; i++)
		if (!row[i].fact->from)
			pfs_outf(o, "%s\n", row[i].name);
}
