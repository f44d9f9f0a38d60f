/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict: panic -> page -> finding -> mechanism. */
#include <errno.h>
#include <string.h>

#include "base/range.h"
#include "core/checks/tables.h"
#include "core/pages/predicate.h"
#include "core/verdict/candidate.h"
#include "core/verdict/mechanism.h"

#define ULL(x) ((unsigned long long)(x))

struct verdict {
	struct pfs_model *m;
	const struct pfs_panic *p;
	struct pfs_verdict *v;
	bool no_memory;
	bool cannot_tell; /* a struct page that the panic points to cannot be read */
	bool no_symbols;  /* a page may have led to code, and which that was is not known */
	bool any_null;	  /* a page's node is NULL, and so would be its zone: any NULL is */
	bool named;	  /* the panic names a struct page outright */
	bool by_words;	  /* the kernel's words, not a fault, say that the page is bad */
	bool one_word;	  /* the page was initialised, and one word of it is wrong since */
};

static void evidence(struct verdict *d, const char *fmt, ...) PFS_PRINTF(2, 3);

static void evidence(struct verdict *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!pfs_lines_vprintf(&d->m->arena, &d->v->evidence, fmt, ap))
		d->no_memory = true;
	va_end(ap);
}

static void about_place(struct verdict *d)
{
	const struct pfs_page *p = &d->v->page;
	const struct pfs_section *s = pfs_section_of(d->m, p->pfn);
	const struct pfs_layout *l = &d->m->layout;
	uint64_t sub = p->pfn % l->pages_per_section / l->pages_per_subsection;
	const struct pfs_pgmap *g = pfs_pgmap_of(d->m, p->pfn);
	const struct pfs_resource *r = pfs_resource_of(d->m, p->pfn);
	const char *ref = g ? pfs_pgmap_ref_name(g) : NULL;

	if (s) {
		evidence(d, "section %llu is %s%s", ULL(s->nr),
			 pfs_section_flag_names(&d->m->arena, s->flags),
			 s->flags & PFS_SEC_EARLY && pfs_pfn_valid_is_generic(d->m) &&
					 pfs_section_pfn_valid(d->m, s, p->pfn) == 1 ?
				 ": pfn_valid() is true for all of it" :
				 "");
		if (s->subsections)
			evidence(d, "subsection %llu: its bit is %s", ULL(sub),
				 s->subsections[sub / 64] >> sub % 64 & 1 ? "set" : "clear");
	}
	if (pfs_in_altmap_reserve(g, p->pfn))
		evidence(d,
			 "it is one of the %llu pages of the altmap reserve of device pagemap "
			 "0x%llx, which the device's memmap initialisation skips",
			 ULL(g->altmap.reserve), ULL(g->va));
	else if (g)
		evidence(d, "device pagemap 0x%llx covers it", ULL(g->va));
	if (ref)
		evidence(d, "the pagemap's reference (percpu_ref) is %s%s", ref,
			 g->ref == PFS_REF_DEAD ? ": its device is being taken away" : "");
	if (pfs_is_system_ram(d->m, p->pfn) == 0)
		evidence(d, "not System RAM: iomem_resource has \"%s\" there",
			 r ? r->name : "nothing");
	if (d->m->nr_zones && !pfs_zone_spanning(d->m, p->pfn, NULL))
		evidence(d, "no zone spans it");
}

static void about_mapping(struct verdict *d)
{
	const struct pfs_walk *w = &d->v->page.walk;
	const struct pfs_step *last = pfs_walk_end(w);

	if (pfs_walk_reach(w) == PFS_REACH_OK)
		evidence(d,
			 "its struct page at 0x%llx is mapped by a leaf of %llu %s (%s entry "
			 "0x%llx)",
			 ULL(d->v->page.va),
			 ULL(w->leaf_size >> 20 ? w->leaf_size >> 20 : w->leaf_size >> 10),
			 w->leaf_size >> 20 ? "MiB" : "KiB", last->level, ULL(last->entry));
	else if (pfs_walk_reach(w) == PFS_REACH_UNMAPPED)
		evidence(d, "its struct page at 0x%llx is not mapped (%s entry 0x%llx)",
			 ULL(d->v->page.va), last->level, ULL(last->entry));
}

/* Add to the evidence what the kernel said of each page that it named, and why. */
static void about_words(struct verdict *d)
{
	uint64_t pfn;
	size_t i;

	for (i = 0; i < d->p->nr_named; i++) {
		const struct pfs_named_page *n = &d->p->named[i];

		if ((i && !strcmp(n->line, n[-1].line)) || !pfs_named_pfn(d->m, n, &pfn))
			continue;
		evidence(d, "the kernel says \"%s\"%s%s%s", n->line,
			 n->reason ? ", because \"" : "", n->reason ? n->reason : "",
			 n->reason ? "\"" : "");
		if (n->tracked || n->owner)
			evidence(d, "page_owner says \"%s\"%s%s%s",
				 n->tracked ? n->tracked : n->owner,
				 n->tracked && n->owner ? ", \"" : "",
				 n->tracked && n->owner ? n->owner : "",
				 n->tracked && n->owner ? "\"" : "");
	}
}

static const char *found_bad(struct verdict *d, const char *who, bool known)
{
	const char *reason = NULL;
	uint64_t pfn;
	size_t i;

	for (i = 0; i < d->p->nr_named && !reason; i++)
		if (pfs_named_pfn(d->m, &d->p->named[i], &pfn) && pfn == d->v->page.pfn)
			reason = d->p->named[i].reason ? d->p->named[i].reason :
							 d->p->named[i].line;
	return pfs_printf(&d->m->arena, "%s%s found the struct page of PFN 0x%llx bad: %s", who,
			  known ? "()" : "", ULL(d->v->page.pfn), reason ? reason : "");
}

static void explain(struct verdict *d)
{
	char text[2048];

	pfs_mechanism_text(d->m, d->v->mechanism, text, sizeof(text));
	d->v->explanation = pfs_strdup(&d->m->arena, text);
	if (!d->v->explanation)
		d->no_memory = true;
}

static void find_mechanism(struct verdict *d)
{
	struct pfs_verdict *v = d->v;

	if (d->one_word)
		return;
	v->mechanism = pfs_mechanism_of(d->m, &v->page);
	if (!v->mechanism) {
		v->mechanism = pfs_mechanism_attaching(d->m, d->p, &v->page);
		if (!v->mechanism)
			return;
		evidence(d, "the panicking task is attaching a device, by its call trace; which "
			    "pages that device has is not known");
		if (v->confidence > PFS_CONF_MEDIUM)
			v->confidence = PFS_CONF_MEDIUM;
		v->decided_by = "the device pagemap that covers the page: its layout takes the "
				"types of this kernel";
	}
	explain(d);
}

static void accept(struct verdict *d, const char *why)
{
	struct pfs_verdict *v = d->v;
	enum pfs_problem_id id;
	const struct pfs_run *r = &v->run;
	/* What is at the address of a wild jump is no function. */
	bool known = d->p->function && !(d->p->access && !strcmp(d->p->access, "exec"));
	const char *who = known ? d->p->function : "the kernel";
	const char *leaf = pfs_leaf_wrong(d->m, d->p, &v->page);

	find_mechanism(d);
	v->status = v->mechanism ? PFS_EXPLAINED : PFS_UNEXPLAINED;
	if (pfs_problem_of_state(v->page.state, &id))
		v->code = pfs_problem(id)->code;
	if (leaf)
		v->title = pfs_printf(&d->m->arena, "%s%s used the struct page of PFN 0x%llx, %s",
				      who, known ? "()" : "", ULL(v->page.pfn), leaf);
	else if (d->by_words && !pfs_state_abnormal(v->page.state))
		v->title = found_bad(d, who, known);
	else if (!pfs_state_abnormal(v->page.state))
		v->title =
			pfs_printf(&d->m->arena,
				   "%s%s wrote to the struct page of PFN 0x%llx, which is mapped "
				   "read-only",
				   who, known ? "()" : "", ULL(v->page.pfn));
	else
		v->title = pfs_printf(&d->m->arena,
				      "%s%s stepped on PFN 0x%llx, whose struct page is %s%s%s",
				      who, known ? "()" : "", ULL(v->page.pfn),
				      pfs_state_name(v->page.state), v->mechanism ? ": " : "",
				      v->mechanism ? v->mechanism->title : "");
	v->advice =
		v->mechanism ? v->mechanism->advice :
		leaf ? "The page table is wrong, and not the page. Test the machine's memory; if it "
		       "is sound, or if other machines have it, report the entry." :
		d->by_words ? "Report the page, the condition and the stack to the memory "
			      "management list. page_owner=on tells who had such a page before." :
			      "Report the page and the findings to the memory management list.";
	if (!v->title)
		d->no_memory = true;
	evidence(d, "%s", why);
	if (d->by_words)
		about_words(d);
	evidence(d, "%s: %s", pfs_state_name(v->page.state), pfs_state_meaning(v->page.state));
	about_mapping(d);
	about_place(d);
	if (pfs_state_abnormal(v->page.state))
		evidence(d, "PFNs 0x%llx-0x%llx (%llu) are in this state", ULL(r->start),
			 ULL(r->end - 1), ULL(r->end - r->start));
}

/*
 * The candidate is innocent, or only the way to the culprit, which is the second page of its
 * compound page or of one that reached over it.
 */
static bool second_page(struct verdict *d, const struct pfs_lead *lead, struct pfs_page *page,
			bool found_bad, const char **ret_why)
{
	enum pfs_confidence confidence = PFS_CONF_MEDIUM;
	enum pfs_reproduces r = PFS_DOES_NOT;
	struct pfs_page second;

	if (lead->source > PFS_SRC_STACK)
		return false;
	if (!found_bad)
		r = pfs_wild_destructor(d->m, d->p, page, &second, &confidence, ret_why);
	else if (pfs_overreached(d->m, d->p, page, &second, &confidence, ret_why))
		r = PFS_REPRODUCES;
	if (r == PFS_CANNOT_TELL) {
		d->no_symbols = true;
		d->no_memory |= !*ret_why;
		d->v->candidates[d->v->nr_candidates - 1].why = *ret_why;
	}
	if (r != PFS_REPRODUCES)
		return false;
	if (!pfs_state_abnormal(second.state)) {
		second.state = PFS_ST_GARBAGE;
		second.why = "the second page of a compound page that was freed over its end";
	}
	d->v->confidence = confidence;
	*page = second;
	return true;
}

/* The candidate was not the culprit itself: the list says so, and names the one that is. */
static int add_second(struct verdict *d, uint64_t pfn, bool innocent, const char *why)
{
	struct pfs_verdict *v = d->v;
	struct pfs_candidate *c;

	v->candidates[v->nr_candidates - 1].why =
		pfs_printf(&d->m->arena,
			   innocent ?
				   "it is innocent: it is behind the end of the compound page "
				   "whose second page is PFN 0x%llx" :
				   "it is the head of the compound page whose second page is PFN "
				   "0x%llx",
			   ULL(pfn));
	c = pfs_grow(&d->m->arena, &v->candidates, &v->nr_candidates, &v->cap_candidates,
		     sizeof(*c));
	if (!c || !v->candidates[v->nr_candidates - 2].why)
		return -ENOMEM;
	*c = (struct pfs_candidate){
		.pfn = pfn, .from = "the compound page", .accepted = true, .why = why
	};
	return 0;
}

/* 1: accepted, 0: not, or -errno. */
static int try_lead(struct verdict *d, const struct pfs_lead *lead, bool done)
{
	struct pfs_verdict *v = d->v;
	struct pfs_candidate *c;
	enum pfs_reproduces r;
	const char *why = NULL;
	struct pfs_page page;
	bool sound;
	struct pfs_err err;

	c = pfs_grow(&d->m->arena, &v->candidates, &v->nr_candidates, &v->cap_candidates,
		     sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->pfn = lead->pfn;
	c->from = lead->from;
	if (done) {
		c->why = "not tried: a candidate before it reproduces the fault";
		return 0;
	}
	if (lead->source == PFS_SRC_LOG)
		d->named = true;
	if (pfs_page_get(d->m, lead->pfn, &page, &err)) {
		c->why = pfs_strdup(&d->m->arena, err.msg);
		return c->why ? 0 : -ENOMEM;
	}
	sound = !pfs_state_abnormal(page.state);
	r = PFS_DOES_NOT;
	if (lead->source <= PFS_SRC_LOG)
		r = pfs_named_reproduces(d->m, d->p, &page, &v->confidence, &c->why);
	if (r == PFS_REPRODUCES)
		d->by_words = true;
	else if (!c->why)
		r = pfs_reproduce(d->m, d->p, lead, &page, &v->confidence, &c->why);
	if (r != PFS_CANNOT_TELL && second_page(d, lead, &page, r == PFS_REPRODUCES, &why)) {
		if (!why || add_second(d, page.pfn, r == PFS_REPRODUCES, why))
			return -ENOMEM;
		c = &v->candidates[v->nr_candidates - 1];
		r = PFS_REPRODUCES;
		sound = true;
	}
	d->one_word = sound && pfs_state_abnormal(page.state);
	switch (r) {
	case PFS_REPRODUCES:
		break;
	case PFS_CANNOT_TELL:
		if (page.has_bytes)
			d->any_null = true;
		else if (lead->source <= PFS_SRC_LOCAL)
			d->cannot_tell = true;
		return 0;
	case PFS_DOES_NOT:
		return 0;
	}
	c->accepted = true;
	if (v->confidence < PFS_CONF_HIGH)
		v->decided_by = "the faulting instruction and its registers (dis -rl in crash): "
				"does its operand hold what the struct page holds";
	v->has_pfn = true;
	v->page = page;
	if (pfs_run_around(d->m, page.pfn, &v->run, &err))
		v->run = (struct pfs_run){ page.pfn, page.pfn + 1, page.state };
	accept(d, c->why);
	if (lead->local) {
		/*
		 * A value that a debugger derives from debug information was in
		 * no register.
		 */
		if (v->confidence > PFS_CONF_MEDIUM)
			v->confidence = PFS_CONF_MEDIUM;
		v->decided_by = "the code of that frame (dis -rl and bt -f in crash): which "
				"register or stack slot held the page";
		evidence(d,
			 "it is %s, by the debug information of the kernel; neither the fault "
			 "address, nor the log, nor a register points to it",
			 lead->local);
	}
	return 1;
}

static bool usage_leads_nowhere(const struct pfs_section *s)
{
	return !s->usage || s->usage_reach == PFS_REACH_UNMAPPED ||
	       s->usage_reach == PFS_REACH_BAD_ADDRESS;
}

/* The section whose usage the kernel followed and that leads nowhere; NULL: none. */
static const struct pfs_section *wild_usage(const struct verdict *d)
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
static bool asked_at(const struct verdict *d, const struct pfs_section *s, uint64_t pfn,
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
static const struct pfs_section *asked_usage(const struct verdict *d, const struct pfs_leads *leads)
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
static int blame_usage(struct verdict *d, const struct pfs_leads *leads)
{
	const struct pfs_section *held = wild_usage(d), *s = held ? held : asked_usage(d, leads);
	uint64_t per = d->m->layout.pages_per_section, pfn, at;
	struct pfs_verdict *v = d->v;
	struct pfs_err err;
	size_t i;

	if (!s || !pfs_fault_at(d->p, &at))
		return 0;
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
		return 0;
	v->has_pfn = true;
	v->run = (struct pfs_run){ pfn, pfn + 1, v->page.state };
	v->status = PFS_UNEXPLAINED;
	v->confidence = PFS_CONF_HIGH;
	v->code = pfs_problem(PFS_P_SECTION_USAGE_NULL)->code;
	v->title = pfs_printf(&d->m->arena, "%s%s followed the usage of section %llu, which is %s",
			      d->p->function ? d->p->function : "the kernel",
			      d->p->function ? "()" : "", ULL(s->nr),
			      s->usage ? "a wild pointer" : "NULL");
	v->advice = "Look at what lies around the struct mem_section: it was overwritten, or its "
		    "memory is bad.";
	if (!v->title)
		d->no_memory = true;
	if (held)
		evidence(d,
			 "mem_section.usage of section %llu is 0x%llx (%s); %s holds that pointer, "
			 "and %s accesses it",
			 ULL(s->nr), ULL(s->usage), pfs_reach_name(s->usage_reach),
			 d->p->operand.base, d->p->operand.text);
	else
		evidence(
			d,
			"mem_section.usage of section %llu is 0x%llx (%s), and the fault at 0x%llx "
			"is at the word of it that has the bits of PFN 0x%llx",
			ULL(s->nr), ULL(s->usage),
			s->usage ? pfs_reach_name(s->usage_reach) : "NULL", ULL(at), ULL(pfn));
	about_place(d);
	return 1;
}

/* The zone whose struct this address is in; NULL: none. */
static const struct pfs_zone *zone_at(const struct verdict *d, uint64_t va)
{
	size_t i;

	for (i = 0; pfs_have(d->m->facts, PFS_F_SZ_ZONE) && i < d->m->nr_zones; i++)
		if (pfs_within(va, d->m->zones[i].va, pfs_val(d->m->facts, PFS_F_SZ_ZONE)))
			return &d->m->zones[i];
	return NULL;
}

/* Did the kernel die of a list that is in a struct zone, by its words or by the fault? */
static const struct pfs_zone *zone_list(const struct verdict *d)
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
static int blame_pageblock(struct verdict *d, const struct pfs_leads *leads)
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
		return 0;
	v->candidates[i].accepted = true;
	v->candidates[i].why = "its pageblock has a migratetype that there is not";
	v->has_pfn = true;
	v->run = (struct pfs_run){ v->page.pfn, v->page.pfn + pages, v->page.state };
	v->status = PFS_UNEXPLAINED;
	v->confidence = PFS_CONF_HIGH;
	v->code = pfs_problem(PFS_P_PAGEBLOCK_TYPE_ILLEGAL)->code;
	v->advice = pfs_problem(PFS_P_PAGEBLOCK_TYPE_ILLEGAL)->advice;
	v->title = pfs_printf(&d->m->arena,
			      "%s%s went by the migratetype of the pageblock of PFN 0x%llx, which "
			      "there is not",
			      d->p->function ? d->p->function : "the kernel",
			      d->p->function ? "()" : "", ULL(v->page.pfn));
	if (!v->title)
		d->no_memory = true;
	evidence(d,
		 "PFN 0x%llx (%s) is in that pageblock, of migratetype %llu, and this kernel has "
		 "types 0 to %llu",
		 ULL(leads->l[i].pfn), leads->l[i].from, ULL(bits & PFS_PAGEBLOCK_TYPE),
		 ULL(types - 1));
	evidence(d,
		 "the list is in the struct zone of node %u, zone %u: a free list of another "
		 "order, or what is behind the last one",
		 z->node, z->index);
	about_words(d);
	about_place(d);
	return 1;
}

/* dump_page() of a page of which the log has no more than what %p made of its address. */
static bool prints_hashed_page(const struct pfs_panic *p)
{
	size_t i;

	for (i = 0; i < p->nr_named; i++)
		if (p->named[i].hashed && !p->named[i].has_page && !p->named[i].has_pfn)
			return true;
	return false;
}

/* What is lost may have named a page, or have been the panic. */
static void damaged_log(struct pfs_verdict *v)
{
	v->status = PFS_INCONCLUSIVE;
	v->title =
		"records of the kernel log are damaged, and what is left of it names no bad page";
	v->advice = "The console's record of the panic is needed.";
	v->decided_by = "the console's record of the panic";
}

/*
 * print_bad_pte() names the entry of a process's page table, and dumps a page if the entry
 * leads to one. Panics of panic_on_taint and panic_on_warn are about such an entry.
 */
static bool blame_entry(struct verdict *d)
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
	evidence(d, "the kernel says \"%s\"", n->line);
	if (pfs_entry_pfn(d->m, n->entry, &pfn) && !pfs_section_of(d->m, pfn)) {
		v->status = PFS_UNRELATED;
		v->title =
			pfs_printf(&d->m->arena,
				   "PFN 0x%llx has no struct page: the kernel found a page table "
				   "entry bad that leads there",
				   ULL(pfn));
		evidence(d,
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

static void nothing_found(struct verdict *d)
{
	struct pfs_verdict *v = d->v;
	uint64_t at, pfn;

	/*
	 * A crash on request explains itself; otherwise it only counts that no
	 * page was named, which is weaker.
	 */
	v->confidence = d->p->kind == PFS_PANIC_SYSRQ ? PFS_CONF_HIGH : PFS_CONF_MEDIUM;
	if (v->confidence != PFS_CONF_HIGH)
		v->decided_by = "the arguments and variables of the stack's functions (bt -f in "
				"crash; with a vmlinux, pfnscope tries them by itself): is one of "
				"them a page with a finding";
	if (d->cannot_tell) {
		v->status = PFS_INCONCLUSIVE;
		v->title = "the panic points to a struct page that this dump does not hold";
		v->advice = "A dump that keeps the memmap is needed (makedumpfile without -e).";
		v->decided_by = "the bytes of that struct page";
	} else if (d->any_null) {
		v->status = PFS_INCONCLUSIVE;
		v->title = "the panic points to a struct page with a wrong node link: whether its "
			   "zone is the NULL that was followed is not known";
		v->advice = "Report the page and the findings to the memory management list.";
		v->decided_by = "the code of the faulting function (dis -rl in crash): is what it "
				"followed page_zone() of that page";
	} else if (d->no_symbols) {
		v->status = PFS_INCONCLUSIVE;
		v->title = "the panic points to a compound page whose destructor is none: whether "
			   "the kernel called it is not known";
		v->advice = "Give the kernel's vmlinux, or its System.map.";
		v->decided_by = "the symbols of the kernel: a vmlinux or --system-map";
	} else if (d->p->no_log) {
		v->status = PFS_INCONCLUSIVE;
		v->title = "the machine had panicked, but the dump holds no log that says why";
		v->advice = "The console's record of the panic is needed.";
		v->decided_by = "the console's record of the panic";
	} else if (pfs_fault_at(d->p, &at) && pfs_in_memmap(d->m, at, &pfn) && !d->named &&
		   !pfs_section_of(d->m, pfn)) {
		v->status = PFS_UNRELATED;
		v->title = pfs_printf(
			&d->m->arena,
			"PFN 0x%llx has no struct page: the fault's address was computed "
			"from a bad PFN or page table entry",
			ULL(pfn));
		evidence(d,
			 "0x%llx would be the struct page of PFN 0x%llx, physical 0x%llx, of which "
			 "there is no section",
			 ULL(at), ULL(pfn), ULL(pfn << d->m->layout.page_shift));
		v->advice =
			"Look for where the PFN came from: a page table entry, a register, or a "
			"walker that does not ask pfn_valid().";
		v->decided_by = "the code that computed the address (dis -rl in crash)";
		if (!v->title)
			d->no_memory = true;
	} else if (pfs_fault_at(d->p, &at) && pfs_in_memmap(d->m, at, &pfn)) {
		v->status = PFS_UNEXPLAINED;
		v->title = "the fault is at a struct page, but no page reproduces it";
		v->advice = "Compare the page tables of the crashed task with init_mm's.";
		v->decided_by = "the walk of that address in the page tables of the crashed task "
				"(vtop -c in crash)";
	} else if (d->named) {
		v->status = PFS_UNEXPLAINED;
		v->title = "the kernel printed a struct page before it stopped, but that page "
			   "looks sound";
		about_words(d);
		v->advice = "Look at what the page dump says it is dumped because of.";
		v->decided_by = "the condition of the BUG that printed the page";
	} else if (prints_hashed_page(d->p)) {
		v->status = PFS_INCONCLUSIVE;
		v->title = "the kernel printed a struct page before it stopped, and which one is "
			   "not known: its address is hashed";
		about_words(d);
		v->advice =
			"Find the page. With its symbol ptr_key the address can be found again; "
			"the kernel's parameter no_hash_pointers prints it as it is.";
		v->decided_by = "the kernel's symbol ptr_key (kallsyms, vmlinux or System.map)";
	} else if (d->p->log_damaged && d->p->kind != PFS_PANIC_SYSRQ) {
		damaged_log(v);
	} else {
		v->status = PFS_UNRELATED;
		v->title = v->nr_candidates ?
				   "nothing ties the panic to the memmap: no page that it names "
				   "reproduces the fault" :
				   "nothing ties the panic to the memmap: it names no page";
		v->advice = "Look elsewhere for the cause of this panic.";
	}
}

int pfs_verdict_find(struct pfs_model *m, const struct pfs_panic *p, struct pfs_verdict *ret,
		     struct pfs_err *err)
{
	struct verdict d = { .m = m, .p = p, .v = ret };
	struct pfs_leads leads = { 0 };
	bool done = false;
	size_t i;
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->confidence = PFS_CONF_HIGH;
	if (p->kind == PFS_PANIC_NONE && p->log_damaged) {
		ret->confidence = PFS_CONF_MEDIUM;
		damaged_log(ret);
		return 0;
	}
	if (p->kind == PFS_PANIC_NONE) {
		ret->status = p->no_log ? PFS_INCONCLUSIVE : PFS_NO_PANIC;
		ret->title = p->no_log ? "the dump holds no kernel log to find a panic in" :
					 "the machine had not panicked";
		return 0;
	}
	/* A lockup or a crash on request has no fault that a page could reproduce. */
	if (p->kind != PFS_PANIC_LOCKUP && p->kind != PFS_PANIC_SYSRQ) {
		r = pfs_leads_find(m, p, &leads);
		if (r)
			return pfs_err_set(err, -r, "verdict: out of memory");
	}
	for (i = 0; i < leads.nr; i++) {
		r = try_lead(&d, &leads.l[i], done);
		if (r < 0)
			return pfs_err_set(err, -r, "verdict: out of memory");
		done = done || r;
	}
	if (!done && !blame_usage(&d, &leads) && !blame_pageblock(&d, &leads) && !blame_entry(&d))
		nothing_found(&d);
	if (pfs_inferred(m) && ret->confidence == PFS_CONF_HIGH && p->kind != PFS_PANIC_SYSRQ) {
		ret->confidence = PFS_CONF_MEDIUM;
		ret->decided_by = PFS_INFERRED_DECIDED_BY;
	}
	if (p->doubted && ret->confidence == PFS_CONF_HIGH) {
		ret->confidence = PFS_CONF_MEDIUM;
		ret->decided_by = "the log of that panic, or the dump that this one was made from: "
				  "what is noted of the panic contradicts itself";
	}
	return d.no_memory ? pfs_err_set(err, ENOMEM, "verdict: out of memory") : 0;
}
