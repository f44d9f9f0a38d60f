/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Panics over what leads to struct pages, or is kept beside them: no struct page is wrong. */
#include "base/range.h"
#include "core/pages/predicate.h"
#include "core/verdict/deciding.h"

#define ULL(x) ((unsigned long long)(x))

static bool usage_leads_nowhere(const struct pfs_section *s)
{
	return !s->usage || s->usage_reach == PFS_REACH_UNMAPPED ||
	       s->usage_reach == PFS_REACH_BAD_ADDRESS;
}

/* The section whose usage the kernel followed and that leads nowhere; NULL: none. */
static const struct pfs_section *wild_usage(const struct pfs_deciding *d)
{
	const struct pfs_reg *reg;
	uint64_t at;
	size_t i;

	if (!d->p->operand.valid || !d->p->operand.base || !pfs_fault_at(d->p, &at))
		return NULL;
	reg = pfs_panic_reg(d->p, d->p->operand.base);
	for (i = 0; reg && i < d->m->nr_sections; i++) {
		const struct pfs_section *s = &d->m->sections[i];

		if (s->usage && s->usage == reg->value && usage_leads_nowhere(s) &&
		    pfs_within(at, s->usage, d->m->layout.page_size))
			return s;
	}
	return NULL;
}

/* Is this address that of the word in the section's usage that is asked about this page? */
static bool asked_at(const struct pfs_deciding *d, const struct pfs_section *s, uint64_t pfn,
		     uint64_t address)
{
	const struct pfs_facts *f = d->m->facts;
	const struct pfs_layout *l = &d->m->layout;
	uint64_t in = pfn % l->pages_per_section, at = address - s->usage;
	unsigned int order, width;

	/* What is below the usage is not in it, however small the difference is. */
	if (address < s->usage)
		return false;
	if (pfs_have(f, PFS_F_MSU_SUBSECTION_MAP) &&
	    at == pfs_val(f, PFS_F_MSU_SUBSECTION_MAP) + in / l->pages_per_subsection / 64 * 8)
		return true;
	return pfs_pageblock_geometry(d->m, &order, &width) &&
	       at == pfs_val(f, PFS_F_MSU_PAGEBLOCK_FLAGS) + (in >> order) * width / 64 * 8;
}

/*
 * The section of a page in a register, where the fault is at the very word of its usage that
 * one would ask about this page: the address was computed, and no register holds the usage.
 */
static const struct pfs_section *asked_usage(const struct pfs_deciding *d,
					     const struct pfs_leads *leads)
{
	uint64_t at;
	size_t i;

	if (!pfs_have(d->m->facts, PFS_F_MS_USAGE) || d->p->kind != PFS_PANIC_PAGE_FAULT ||
	    !pfs_fault_at(d->p, &at))
		return NULL;
	for (i = 0; i < leads->nr; i++) {
		const struct pfs_section *s = pfs_section_of(d->m, leads->l[i].pfn);

		if (s && s->flags & PFS_SEC_HAS_MEM_MAP && usage_leads_nowhere(s) &&
		    leads->l[i].source <= PFS_SRC_REG_PAGE && asked_at(d, s, leads->l[i].pfn, at))
			return s;
	}
	return NULL;
}

/* pfn_valid() and the pageblock functions followed it: the fault is the section's. */
bool pfs_blame_usage(struct pfs_deciding *d, const struct pfs_leads *leads)
{
	const struct pfs_section *held = wild_usage(d), *s = held ? held : asked_usage(d, leads);
	uint64_t per = d->m->layout.pages_per_section, pfn, at;
	struct pfs_verdict *v = d->v;
	struct pfs_err err;
	size_t i;

	if (!s || !pfs_fault_at(d->p, &at))
		return false;
	pfn = s->nr * per;
	for (i = 0; i < leads->nr; i++)
		if (leads->l[i].pfn / per == s->nr &&
		    (held || asked_at(d, s, leads->l[i].pfn, at))) {
			pfn = leads->l[i].pfn;
			v->candidates[i].accepted = true;
			v->candidates[i].why = "its section's usage is what the kernel followed";
			break;
		}
	if (pfs_page_get(d->m, pfn, &v->page, &err))
		return false;
	v->has_pfn = true;
	v->run = (struct pfs_run){ pfn, pfn + 1, v->page.state };
	v->status = PFS_UNEXPLAINED;
	v->confidence = PFS_CONF_HIGH;
	v->code = pfs_problem(PFS_P_SECTION_USAGE_NULL)->code;
	v->title = pfs_printf(&d->m->arena, "%s followed the usage of section %llu, which is %s",
			      pfs_who(d), ULL(s->nr), s->usage ? "a wild pointer" : "NULL");
	v->advice = "Look at what lies around the struct mem_section: it was overwritten, or its "
		    "memory is bad.";
	if (!v->title)
		d->no_memory = true;
	if (held)
		pfs_tell(d,
			 "mem_section.usage of section %llu is 0x%llx (%s); %s holds that pointer, "
			 "and %s accesses it",
			 ULL(s->nr), ULL(s->usage), pfs_reach_name(s->usage_reach),
			 d->p->operand.base, d->p->operand.text);
	else
		pfs_tell(
			d,
			"mem_section.usage of section %llu is 0x%llx (%s), and the fault at 0x%llx "
			"is at the word of it that has the bits of PFN 0x%llx",
			ULL(s->nr), ULL(s->usage),
			s->usage ? pfs_reach_name(s->usage_reach) : "NULL", ULL(at), ULL(pfn));
	pfs_tell_place(d);
	return true;
}

/* The zone whose struct this address is in; NULL: none. */
static const struct pfs_zone *zone_at(const struct pfs_deciding *d, uint64_t va)
{
	size_t i;

	for (i = 0; pfs_have(d->m->facts, PFS_F_SZ_ZONE) && i < d->m->nr_zones; i++)
		if (pfs_within(va, d->m->zones[i].va, pfs_val(d->m->facts, PFS_F_SZ_ZONE)))
			return &d->m->zones[i];
	return NULL;
}

/* Did the kernel die of a list that is in a struct zone, by its words or by the fault? */
static const struct pfs_zone *zone_list(const struct pfs_deciding *d)
{
	const struct pfs_zone *z = NULL;
	uint64_t at;
	size_t i;

	for (i = 0; i < d->p->nr_named && !z; i++)
		if (d->p->named[i].by == PFS_NAMED_BY_LIST)
			z = zone_at(d, d->p->named[i].page);
	return z || !pfs_fault_at(d->p, &at) ? z : zone_at(d, at);
}

/*
 * The migratetype of a pageblock is the index of a free list: one that there is not leads to
 * what is behind the lists of the order. No struct page is wrong.
 */
bool pfs_blame_pageblock(struct pfs_deciding *d, const struct pfs_leads *leads)
{
	uint64_t types = pfs_pageblock_types(d->m), pages = pfs_pageblock_pages(d->m), bits;
	const struct pfs_zone *z = zone_list(d);
	struct pfs_verdict *v = d->v;
	const char *name;
	struct pfs_err err;
	size_t i;

	for (i = 0; z && types && i < leads->nr; i++)
		if (leads->l[i].source <= PFS_SRC_STACK &&
		    pfs_zone_spanning(d->m, leads->l[i].pfn, NULL) &&
		    !pfs_pageblock(d->m, leads->l[i].pfn, &bits, &name, &err) &&
		    (bits & PFS_PAGEBLOCK_TYPE) >= types)
			break;
	if (!z || !types || i == leads->nr ||
	    pfs_page_get(d->m, leads->l[i].pfn / pages * pages, &v->page, &err))
		return false;
	v->candidates[i].accepted = true;
	v->candidates[i].why = "its pageblock has a migratetype that there is not";
	v->has_pfn = true;
	v->run = (struct pfs_run){ v->page.pfn, v->page.pfn + pages, v->page.state };
	v->status = PFS_UNEXPLAINED;
	v->confidence = PFS_CONF_HIGH;
	v->code = pfs_problem(PFS_P_PAGEBLOCK_TYPE_ILLEGAL)->code;
	v->advice = pfs_problem(PFS_P_PAGEBLOCK_TYPE_ILLEGAL)->advice;
	v->title = pfs_printf(&d->m->arena,
			      "%s went by the migratetype of the pageblock of PFN 0x%llx, which "
			      "there is not",
			      pfs_who(d), ULL(v->page.pfn));
	if (!v->title)
		d->no_memory = true;
	pfs_tell(d,
		 "PFN 0x%llx (%s) is in that pageblock, of migratetype %llu, and this kernel has "
		 "types 0 to %llu",
		 ULL(leads->l[i].pfn), leads->l[i].from, ULL(bits & PFS_PAGEBLOCK_TYPE),
		 ULL(types - 1));
	pfs_tell(d,
		 "the list is in the struct zone of node %u, zone %u: a free list of another "
		 "order, or what is behind the last one",
		 z->node, z->index);
	pfs_tell_words(d, d->p->named, d->p->nr_named, true);
	pfs_tell_place(d);
	return true;
}

/*
 * print_bad_pte() names the entry of a process's page table, and dumps a page if the entry
 * leads to one. Panics of panic_on_taint and panic_on_warn are about such an entry.
 */
bool pfs_blame_entry(struct pfs_deciding *d)
{
	struct pfs_verdict *v = d->v;
	const struct pfs_named_page *n = NULL;
	uint64_t pfn;
	size_t i;

	for (i = 0; i < d->p->nr_named && !n; i++)
		if (pfs_named_no_page(&d->p->named[i]))
			n = &d->p->named[i];
	if (!n)
		return false;
	v->confidence = PFS_CONF_MEDIUM;
	v->advice = "Test the machine's memory. If it is sound, or if other machines have it, "
		    "report the entry and the stack: who wrote it.";
	v->decided_by = "who wrote the entry (the mapping's vm_ops, and the memory around it)";
	pfs_tell(d, "the kernel says \"%s\"", n->line);
	if (pfs_entry_pfn(d->m, n->entry, &pfn) && !pfs_section_of(d->m, pfn)) {
		v->status = PFS_UNRELATED;
		v->title =
			pfs_printf(&d->m->arena,
				   "PFN 0x%llx has no struct page: the kernel found a page table "
				   "entry bad that leads there",
				   ULL(pfn));
		pfs_tell(d,
			 "the entry 0x%llx leads to physical 0x%llx, of which there is no section",
			 ULL(n->entry), ULL(pfn << d->m->layout.page_shift));
		d->no_memory |= !v->title;
	} else {
		v->status = PFS_UNEXPLAINED;
		v->title = "the kernel found an entry of a process's page table bad, and named no "
			   "struct page";
	}
	return true;
}

/*
 * Does a large leaf that maps this struct page map others to the same memory? Only single pages
 * are shared by right (HVO's tails).
 */
static bool is_shared(const struct pfs_model *m, const struct pfs_page *page)
{
	size_t i, nr = 0;

	if (!page->walk.mapped || page->walk.leaf_size <= m->layout.page_size)
		return false;
	for (i = 0; i < m->nr_backing; i++)
		if (pfs_within(page->walk.pa, m->backing[i].pa, m->backing[i].len))
			nr += m->backing[i].repeat > 1 ? 2 : 1;
	return nr > 1;
}

/* What the kernel names there looks sound, as it is the struct page of another. */
bool pfs_blame_leaf(struct pfs_deciding *d, const struct pfs_leads *leads)
{
	struct pfs_verdict *v = d->v;
	const struct pfs_step *last;
	struct pfs_page page;
	struct pfs_err err;
	size_t i;

	for (i = 0; i < leads->nr; i++)
		if (leads->l[i].source <= PFS_SRC_LOG &&
		    !pfs_page_get(d->m, leads->l[i].pfn, &page, &err) && is_shared(d->m, &page))
			break;
	if (i == leads->nr)
		return false;
	v->page = page;
	last = pfs_walk_end(&v->page.walk);
	v->candidates[i].accepted = true;
	v->candidates[i].why = "the memory that its struct page is mapped to has others, too";
	v->has_pfn = true;
	v->run = (struct pfs_run){ v->page.pfn, v->page.pfn + 1, v->page.state };
	v->status = PFS_UNEXPLAINED;
	v->confidence = PFS_CONF_MEDIUM;
	v->code = pfs_problem(PFS_P_MEMMAP_ALIASED)->code;
	v->advice = pfs_problem(PFS_P_MEMMAP_ALIASED)->advice;
	v->decided_by = "which of the two leaves is wrong: what lies around their entries";
	v->title = pfs_or_oom(d,
			      pfs_printf(&d->m->arena,
					 "%s used the struct page of PFN 0x%llx, which is mapped "
					 "to the memory of another's",
					 pfs_who(d), ULL(v->page.pfn)));
	pfs_tell(
		d,
		"its struct page is mapped to physical 0x%llx (%s entry 0x%llx at physical 0x%llx), "
		"and another leaf of the memmap maps others there",
		ULL(v->page.walk.pa), last->level, ULL(last->entry), ULL(last->entry_pa));
	pfs_tell_words(d, d->p->named, d->p->nr_named, true);
	pfs_tell_place(d);
	return true;
}
