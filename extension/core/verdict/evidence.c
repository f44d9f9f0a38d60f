/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a verdict rests on, in sentences. */
#include <string.h>

#include "core/pages/predicate.h"
#include "core/verdict/deciding.h"

#define ULL(x) ((unsigned long long)(x))

void pfs_tell(struct pfs_deciding *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!pfs_lines_vprintf(&d->m->arena, &d->v->evidence, fmt, ap))
		d->no_memory = true;
	va_end(ap);
}

const char *pfs_or_oom(struct pfs_deciding *d, const char *text)
{
	if (!text)
		d->no_memory = true;
	return text;
}

const char *pfs_who(struct pfs_deciding *d)
{
	const char *text;

	if (!d->p->function)
		return "the kernel";
	text = pfs_or_oom(d, pfs_printf(&d->m->arena, "%s()", d->p->function));
	return text ? text : "";
}

void pfs_tell_place(struct pfs_deciding *d)
{
	const struct pfs_page *p = &d->v->page;
	const struct pfs_section *s = pfs_section_of(d->m, p->pfn);
	const struct pfs_layout *l = &d->m->layout;
	uint64_t sub = p->pfn % l->pages_per_section / l->pages_per_subsection;
	const struct pfs_pgmap *g = pfs_pgmap_of(d->m, p->pfn);
	const struct pfs_resource *r = pfs_resource_of(d->m, p->pfn);
	const char *ref = g ? pfs_pgmap_ref_name(g) : NULL;

	if (s) {
		pfs_tell(d, "section %llu is %s%s", ULL(s->nr),
			 pfs_section_flag_names(&d->m->arena, s->flags),
			 s->flags & PFS_SEC_EARLY && pfs_pfn_valid_is_generic(d->m) &&
					 pfs_section_pfn_valid(d->m, s, p->pfn) == 1 ?
				 ": pfn_valid() is true for all of it" :
				 "");
		if (s->subsections)
			pfs_tell(d, "subsection %llu: its bit is %s", ULL(sub),
				 s->subsections[sub / 64] >> sub % 64 & 1 ? "set" : "clear");
	}
	if (pfs_in_altmap_reserve(g, p->pfn))
		pfs_tell(d,
			 "it is one of the %llu pages of the altmap reserve of device pagemap "
			 "0x%llx, which the device's memmap initialisation skips",
			 ULL(g->altmap.reserve), ULL(g->va));
	else if (g)
		pfs_tell(d, "device pagemap 0x%llx covers it", ULL(g->va));
	if (ref)
		pfs_tell(d, "the pagemap's reference (percpu_ref) is %s%s", ref,
			 g->ref == PFS_REF_DEAD ? ": its device is being taken away" : "");
	if (pfs_is_system_ram(d->m, p->pfn) == 0)
		pfs_tell(d, "not System RAM: iomem_resource has \"%s\" there",
			 r ? r->name : "nothing");
	if (d->m->nr_zones && !pfs_zone_spanning(d->m, p->pfn, NULL))
		pfs_tell(d, "no zone spans it");
}

void pfs_tell_mapping(struct pfs_deciding *d)
{
	const struct pfs_walk *w = &d->v->page.walk;
	const struct pfs_step *last = pfs_walk_end(w);

	if (pfs_walk_reach(w) == PFS_REACH_OK)
		pfs_tell(d,
			 "its struct page at 0x%llx is mapped by a leaf of %llu %s (%s entry "
			 "0x%llx)",
			 ULL(d->v->page.va),
			 ULL(w->leaf_size >> 20 ? w->leaf_size >> 20 : w->leaf_size >> 10),
			 w->leaf_size >> 20 ? "MiB" : "KiB", last->level, ULL(last->entry));
	else if (pfs_walk_reach(w) == PFS_REACH_UNMAPPED)
		pfs_tell(d, "its struct page at 0x%llx is not mapped (%s entry 0x%llx)",
			 ULL(d->v->page.va), last->level, ULL(last->entry));
}

void pfs_tell_words(struct pfs_deciding *d, const struct pfs_named_page *list, size_t nr,
		    bool located)
{
	uint64_t pfn;
	size_t i;
	bool told;

	for (i = 0; i < nr; i++) {
		const struct pfs_named_page *n = &list[i];

		if ((i && !strcmp(n->line, n[-1].line)) ||
		    (located && !pfs_named_pfn(d->m, n, &pfn)))
			continue;
		told = n->reason && strstr(n->line, n->reason);
		pfs_tell(d, "the kernel says \"%s\"%s%s%s", n->line,
			 n->reason && !told ? ", because \"" : "",
			 n->reason && !told ? n->reason : "", n->reason && !told ? "\"" : "");
		if (n->tracked || n->owner)
			pfs_tell(d, "page_owner says \"%s\"%s%s%s",
				 n->tracked ? n->tracked : n->owner,
				 n->tracked && n->owner ? ", \"" : "",
				 n->tracked && n->owner ? n->owner : "",
				 n->tracked && n->owner ? "\"" : "");
	}
}
