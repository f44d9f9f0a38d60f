/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges the abnormal runs of the scan. The same bytes are a bug in one place
 * and normal in another: memory that is not online, the altmap reserve of a
 * device, and memory whose deferred initialisation is still to come may legally
 * hold anything. So each run is cut where such a circumstance changes.
 */
#include "core/checks/check.h"

#include <string.h>

#include "core/pages/classify.h"
#include "core/pages/predicate.h"
#include "core/pages/walker.h"

#define ULL(x) ((unsigned long long)(x))

struct situation {
	enum pfs_state state;
	const struct pfs_section *section;
	unsigned int flags; /* of the section */
	int online;	    /* pfn_to_online_page(): 1, 0, -1 unknown */
	const struct pfs_pgmap *pgmap;
	bool altmap_reserve;
	bool deferred;
	int ram;
	uint64_t end; /* first PFN where any of this may change */
};

static void limit_end(struct situation *s, uint64_t pfn, uint64_t boundary)
{
	if (boundary > pfn && boundary < s->end)
		s->end = boundary;
}

static void look(const struct pfs_model *m, uint64_t pfn, uint64_t end, struct situation *s)
{
	const struct pfs_layout *l = &m->layout;
	uint64_t start, reserve_end;
	size_t i;

	s->section = pfs_section_of(m, pfn);
	s->flags = s->section ? s->section->flags : 0;
	s->end = end;
	limit_end(s, pfn, (pfn / l->pages_per_subsection + 1) * l->pages_per_subsection);
	s->online = pfs_pfn_to_online_page(m, pfn);
	s->pgmap = pfs_pgmap_of(m, pfn);
	s->altmap_reserve = pfs_in_altmap_reserve(s->pgmap, pfn);
	for (i = 0; i < m->nr_pgmaps; i++) {
		const struct pfs_pgmap *p = &m->pgmaps[i];

		limit_end(s, pfn, p->start_pfn);
		limit_end(s, pfn, p->end_pfn);
		if (pfs_altmap_reserve(p, &start, &reserve_end)) {
			limit_end(s, pfn, start);
			limit_end(s, pfn, reserve_end);
		}
	}
	s->deferred = false;
	for (i = 0; i < m->nr_nodes; i++) {
		const struct pfs_node *n = &m->nodes[i];

		if (!pfs_node_deferred(n))
			continue;
		limit_end(s, pfn, n->first_deferred_pfn);
		limit_end(s, pfn, n->start_pfn + n->spanned);
		if (pfn >= n->first_deferred_pfn && pfn - n->start_pfn < n->spanned)
			s->deferred = true;
	}
	s->ram = pfs_is_system_ram(m, pfn);
	for (i = 0; i < m->nr_resources; i++) {
		start = m->resources[i].start >> l->page_shift;
		limit_end(s, pfn, start);
		limit_end(s, pfn, start + 1);
		limit_end(s, pfn, m->resources[i].end >> l->page_shift);
		limit_end(s, pfn, (m->resources[i].end >> l->page_shift) + 1);
	}
}

/* A page that was never initialised, or was taken away, is legal wherever nothing walks it. */
static bool legal_when_not_walked(enum pfs_state s)
{
	return pfs_state_raw(s) || s == PFS_ST_STALE;
}

/*
 * A state that is legal nowhere makes one finding, even across the end of an
 * altmap reserve or of RAM.
 */
static bool same(const struct situation *a, const struct situation *b)
{
	if (a->state != b->state || a->flags != b->flags || a->online != b->online ||
	    a->pgmap != b->pgmap)
		return false;
	return !legal_when_not_walked(a->state) || (a->altmap_reserve == b->altmap_reserve &&
						    a->deferred == b->deferred && a->ram == b->ram);
}

/*
 * Is this a hole in RAM that the kernel initialised as one, but with links that
 * its place does not have?
 */
static bool is_linked_hole(struct pfs_check *c, const struct situation *s, struct pfs_page *page,
			   uint64_t pfn)
{
	struct pfs_err ignored;

	return s->state == PFS_ST_MISLINKED && c->m->classifier->ram_known &&
	       !pfs_classifier_is_ram(c->m->classifier, pfn) && s->online == 1 &&
	       !pfs_page_get(c->m, pfn, page, &ignored) && page->has_bytes &&
	       page->flags & c->m->classifier->reserved_mask;
}

/*
 * Some kernels do this by design: from 4b094b7851bf "mm/page_alloc.c:
 * initialize memmap of unavailable memory directly" (v5.6) until 0740a50b9baa
 * (v5.12) holes were linked to node 0, zone 0. A link to a node or zone that
 * does not exist is never by design.
 */
static void report_hole(struct pfs_check *c, const struct pfs_page *page, uint64_t start,
			uint64_t end)
{
	struct pfs_finding *f = pfs_find(c, PFS_P_HOLE_MISLINKED, start, end);

	if (!pfs_zone_by_link(c->m, page->node, page->zone))
		f->severity = PFS_SEV_SUSPICIOUS;
	pfs_evidence(c, f,
		     "PFN 0x%llx is PG_reserved and not System RAM; it is linked to node %u, "
		     "zone %u, and lies inside the span of another zone",
		     (unsigned long long)start, page->node, page->zone);
	if (!page->node && !page->zone)
		pfs_evidence(c, f, "kernels from v5.6 to v5.11 link holes so by design");
}

static uint64_t word_of(const unsigned char *bytes, unsigned int bits)
{
	return bits == 64 ? pfs_le64(bytes) : bits == 32 ? pfs_le32(bytes) : *bytes;
}

/*
 * Has no page so many users? Then a count is not one bit from valid: what went below zero is
 * one bit from the largest number.
 */
static bool absurd_count(const unsigned char *bytes, unsigned int bits)
{
	return bits == 32 && pfs_le32(bytes) >> 30 == 1;
}

/* A single page may be one bit from valid. */
static void one_bit_of_page(struct pfs_check *c, struct pfs_finding *f, uint64_t pfn)
{
	const struct pfs_classifier *cl = c->m->classifier;
	/* The words that the classifier looks at. */
	const struct {
		const char *name;
		bool known;
		size_t at;
		unsigned int bits;
	} words[] = {
		{ "compound_dtor", cl->nr_dtors, cl->dtor.at, cl->dtor.size * 8 },
		{ "compound_order", cl->order.size && cl->nr.size, cl->order.at, 8 },
		{ "flags", true, cl->flags_offset, 64 },
		{ "compound_head", cl->head_offset, cl->head_offset, 64 },
		{ "_mapcount", cl->mapcount_offset, cl->mapcount_offset, 32 },
		{ "_refcount", cl->has_refcount, cl->refcount_offset, 32 },
	};
	struct pfs_page page;
	struct pfs_err ignored;
	unsigned int bit;
	size_t i;

	if (pfs_page_get(c->m, pfn, &page, &ignored) || !page.has_bytes)
		return;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (bit = 0; words[i].known && bit < words[i].bits; bit++) {
			unsigned char *byte = page.bytes + words[i].at + bit / 8;
			unsigned char mask = (unsigned char)(1u << bit % 8);
			bool valid;

			*byte ^= mask;
			valid = !absurd_count(page.bytes + words[i].at, words[i].bits) &&
				!pfs_state_abnormal(pfs_page_classify(c->m, pfn, page.bytes, NULL));
			*byte ^= mask;
			if (!valid)
				continue;
			pfs_evidence(c, f,
				     "%s 0x%llx is one bit from valid, bit %u: bad memory looks so",
				     words[i].name,
				     ULL(word_of(page.bytes + words[i].at, words[i].bits)), bit);
			return;
		}
	}
}

/*
 * Compare the attributes of an entry that is not present with those of a leaf
 * of the same level.
 */
static void one_bit_of_entry(struct pfs_check *c, struct pfs_finding *f, uint64_t pfn)
{
	const struct pfs_model *m = c->m;
	const struct pfs_step *last;
	struct pfs_walk w;
	size_t i;

	pfs_walk_va(m->mem, pfs_pfn_to_page(m, pfn), &w);
	last = pfs_walk_end(&w);
	if (pfs_walk_reach(&w) != PFS_REACH_UNMAPPED || !last->entry)
		return;
	for (i = 0; i < m->nr_vmemmap; i++) {
		const struct pfs_vmemmap_run *r = &m->vmemmap[i];
		uint64_t keep = ~m->mem->pte_mask;
		int bit;

		if (!r->mapped || strcmp(r->level, last->level))
			continue;
		bit = pfs_one_bit(last->entry & keep, r->entry & keep);
		if (bit >= 0) {
			pfs_evidence(
				c, f,
				"%s entry 0x%llx is one bit from a mapped one, bit %d: bad memory "
				"looks so",
				last->level, (unsigned long long)last->entry, bit);
			return;
		}
	}
	pfs_evidence(c, f, "%s entry 0x%llx is not zero, as a cleared one would be", last->level,
		     (unsigned long long)last->entry);
}

static bool deferred(const struct pfs_model *m, const struct situation *s)
{
	(void)m;
	return s->deferred;
}

static bool left_out(const struct pfs_model *m, const struct situation *s)
{
	(void)m;
	return !s->online && (!s->pgmap || s->altmap_reserve);
}

/* Every kernel initialises RAM that is online. */
static bool unknown_in_ram(const struct pfs_model *m, const struct situation *s)
{
	return s->online < 0 && s->ram == 1 && pfs_has_section_flag(m, PFS_SF_ONLINE) &&
	       s->flags & PFS_SEC_ONLINE;
}

static bool unknown(const struct pfs_model *m, const struct situation *s)
{
	(void)m;
	return s->online < 0;
}

static bool only_of_device(const struct pfs_model *m, const struct situation *s)
{
	(void)m;
	return !s->online;
}

/*
 * Some kernels do this by design: f7f99100d8d9 (v4.15) no longer zeroed every memmap
 * as it was allocated, 907ec5fca3dc (v4.20) zeroed that of holes until 4b094b7851bf
 * (v5.6); see report_hole() for those after it.
 */
static bool hole_by_design(const struct pfs_model *m, const struct situation *s)
{
	(void)m;
	return (s->state == PFS_ST_ZERO || s->state == PFS_ST_MISLINKED) && s->ram != 1;
}

#define TYPES "types of this kernel (BTF or vmlinux): they say whether pfn_to_online_page() returns " \
	      "these pages"
#define UNKNOWN "whether pfn_to_online_page() returns them is not known: it takes BTF or vmlinux"

/*
 * How bad it is that pages hold what is legal where nothing walks them: the first
 * row whose condition holds. Where none does, they are walked, and the catalogue's
 * severity stands.
 */
static const struct {
	bool (*holds)(const struct pfs_model *m, const struct situation *s);
	enum pfs_severity severity;
	enum pfs_confidence confidence;
	const char *decided_by;
	const char *why;
} ladder[] = {
	{ deferred, PFS_SEV_NOTE, PFS_CONF_HIGH, NULL,
	  "deferred struct page initialisation has not come here yet" },
	{ left_out, PFS_SEV_NOTE, PFS_CONF_HIGH, NULL,
	  "pfn_to_online_page() leaves them out: legal while nothing walks them" },
	{ unknown_in_ram, PFS_SEV_SUSPICIOUS, PFS_CONF_LOW, TYPES, UNKNOWN },
	{ unknown, PFS_SEV_NOTE, PFS_CONF_LOW, TYPES, UNKNOWN },
	{ only_of_device, PFS_SEV_CORRUPT, PFS_CONF_HIGH, NULL,
	  "a device pagemap covers them, so that they should be initialised" },
	{ hole_by_design, PFS_SEV_NOTE, PFS_CONF_HIGH, NULL,
	  "kernels up to v4.14 and from v4.20 to v5.11 leave holes like this by design" },
};

static void judge(struct pfs_check *c, struct pfs_finding *f, const struct situation *s)
{
	size_t i;

	if (!legal_when_not_walked(s->state))
		return;
	for (i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++) {
		if (!ladder[i].holds(c->m, s))
			continue;
		f->severity = ladder[i].severity;
		pfs_doubt(f, ladder[i].confidence, ladder[i].decided_by);
		pfs_evidence(c, f, "%s", ladder[i].why);
		return;
	}
}

static void about_contents(struct pfs_check *c, struct pfs_finding *f, const struct situation *s)
{
	const char *ref = s->pgmap ? pfs_pgmap_ref_name(s->pgmap) : NULL;

	pfs_evidence(c, f, "%llu struct pages from 0x%llx on: %s", ULL(f->end - f->start),
		     ULL(pfs_pfn_to_page(c->m, f->start)), pfs_state_meaning(s->state));
	pfs_evidence(c, f, "section %llu: %s", ULL(s->section ? s->section->nr : 0),
		     pfs_section_flag_names(&c->m->arena, s->flags));
	if (s->altmap_reserve)
		pfs_evidence(c, f,
			     "altmap reserve of device pagemap 0x%llx: its initialisation starts "
			     "behind it",
			     ULL(s->pgmap->va));
	else if (s->pgmap)
		pfs_evidence(c, f, "in device pagemap 0x%llx%s%s", ULL(s->pgmap->va),
			     ref ? ", whose percpu_ref is " : "", ref ? ref : "");
}

static void about_readers(struct pfs_check *c, struct pfs_finding *f, const struct situation *s)
{
	const struct pfs_resource *r = pfs_resource_of(c->m, f->start);
	int kpageflags = pfs_walker_comes(c->m, PFS_WALKER_KPAGEFLAGS, f->start);

	if (s->online == 1)
		pfs_evidence(c, f, "pfn_to_online_page() returns them: %s",
			     kpageflags > 0 ? "/proc/kpageflags and others read them" :
			     kpageflags < 0 ? "walkers read them; whether /proc/kpageflags does, "
					      "which ended at max_pfn up to v5.5, is not known" :
					      "walkers read them, though /proc/kpageflags of this "
					      "kernel does not");
	else if (f->severity > PFS_SEV_NOTE && pfs_pfn_valid(c->m, f->start) == 1)
		pfs_evidence(c, f, "pfn_valid() is true of them");
	if (s->ram == 0)
		pfs_evidence(c, f, "not System RAM: iomem_resource has \"%s\" there",
			     r ? r->name : "nothing");
}

/*
 * A hole in RAM that got its memmap at boot, with page_init_poison()'s fill: the kernel's own
 * defect, up to the two commits that the words name.
 */
static void about_hole(struct pfs_check *c, struct pfs_finding *f, const struct situation *s)
{
	if (s->state != PFS_ST_POISONED || s->online != 1 || s->ram != 0 || s->pgmap)
		return;
	pfs_evidence(
		c, f,
		"a hole%s: kernels before \"mm/page_alloc.c: fix "
		"uninitialized memmaps on a partially populated last section\" (v5.6) left the "
		"end of the last section so by themselves, and those before \"mm: zero "
		"remaining unavailable struct pages\" (v4.20) others as well",
		c->m->pgmaps_known ? " that no device claims" :
				     ", if no device claims it, which is not known");
}

/*
 * A memmap that the allocator zeroed, and nobody ever used: where pfn_valid() asks memblock, the
 * end of a large section is no memory to it, and stays so. A limit says what is not known of it.
 */
static bool no_page_maybe(const struct pfs_model *m, const struct situation *s, uint64_t pfn)
{
	return s->state == PFS_ST_ZERO && s->online < 0 && s->ram < 0 &&
	       !pfs_pfn_valid_is_generic(m) && pfs_pfn_valid(m, pfn) < 0;
}

static void report(struct pfs_check *c, const struct situation *s, uint64_t start, uint64_t end)
{
	struct pfs_finding *f;
	enum pfs_problem_id id;
	struct pfs_page page;

	if (!pfs_problem_of_state(s->state, &id) || no_page_maybe(c->m, s, start))
		return;
	if (is_linked_hole(c, s, &page, start)) {
		report_hole(c, &page, start, end);
		return;
	}
	f = pfs_find(c, id, start, end);
	about_contents(c, f, s);
	judge(c, f, s);
	about_readers(c, f, s);
	about_hole(c, f, s);
	if (s->state == PFS_ST_UNMAPPED)
		one_bit_of_entry(c, f, start);
	else if (end - start == 1 && f->severity > PFS_SEV_NOTE)
		one_bit_of_page(c, f, start);
}

void pfs_check_memmap_states(struct pfs_check *c)
{
	struct situation now = { 0 }, open = { 0 };
	uint64_t open_start = 0, open_end = 0, pfn;
	size_t i;

	for (i = 0; i < c->scan->nr_runs; i++) {
		const struct pfs_run *r = &c->scan->runs[i];

		for (pfn = r->start; pfn < r->end; pfn = now.end) {
			now.state = r->state;
			look(c->m, pfn, r->end, &now);
			if (open_end == pfn && open_end > open_start && same(&open, &now)) {
				open_end = now.end;
				open.altmap_reserve &= now.altmap_reserve;
				open.ram = open.ram == now.ram ? open.ram : -1;
				continue;
			}
			if (open_end > open_start)
				report(c, &open, open_start, open_end);
			open = now;
			open_start = pfn;
			open_end = now.end;
		}
	}
	if (open_end > open_start)
		report(c, &open, open_start, open_end);
}
