/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does this struct page reproduce that fault? This is decided by what the CPU
 * did, not by the name of the function: it accessed an unmapped struct page; it
 * used a word of the struct page as a pointer; it found a zone by the node and
 * zone links; or dump_page() and a BUG name the page.
 */
#include "core/pages/classify.h"
#include "core/verdict/candidate.h"

#include <string.h>

#include "base/range.h"

/*
 * A pointer below this says nothing of where it came from: it is NULL, or a
 * member behind NULL.
 */
#define TELLING_POINTER UINT64_C(0x10000)

struct attempt {
	struct pfs_model *m;
	const struct pfs_panic *p;
	const struct pfs_lead *lead;
	struct pfs_page *page;
	uint64_t fault;
	bool has_fault;
	enum pfs_confidence confidence;
	const char *why;
};

#define ULL(x) ((unsigned long long)(x))

static enum pfs_reproduces unmapped(struct attempt *a)
{
	const struct pfs_step *last = pfs_walk_end(&a->page->walk);

	if (a->has_fault && pfs_within(a->fault, a->page->va, a->m->layout.struct_page)) {
		a->confidence = PFS_CONF_HIGH;
		a->why = pfs_printf(&a->m->arena,
				    "the fault address 0x%llx lies in its struct page, which is "
				    "not mapped: %s entry 0x%llx at physical 0x%llx",
				    ULL(a->fault), last->level, ULL(last->entry),
				    ULL(last->entry_pa));
		return PFS_REPRODUCES;
	}
	a->why = "its struct page is not mapped, but the fault is elsewhere";
	return PFS_DOES_NOT;
}

/* A write to a struct page that is mapped read-only: no word of it is wrong. */
static enum pfs_reproduces read_only(struct attempt *a)
{
	const struct pfs_step *last = pfs_walk_end(&a->page->walk);

	if (a->p->kind != PFS_PANIC_PAGE_FAULT || !a->has_fault || !a->p->access ||
	    strcmp(a->p->access, "write") || a->page->walk.writable || !last ||
	    !pfs_within(a->fault, a->page->va, a->m->layout.struct_page))
		return PFS_DOES_NOT;
	a->confidence = PFS_CONF_HIGH;
	a->why = pfs_printf(&a->m->arena,
			    "the write to 0x%llx is to its struct page, which is mapped read-only: "
			    "%s entry 0x%llx at physical 0x%llx",
			    ULL(a->fault), last->level, ULL(last->entry), ULL(last->entry_pa));
	return PFS_REPRODUCES;
}

/* The register of the faulting operand that holds v; NULL if none does. */
static const char *operand_register(const struct attempt *a, uint64_t v)
{
	const struct pfs_operand *o = &a->p->operand;
	const struct pfs_reg *base = o->base ? pfs_panic_reg(a->p, o->base) : NULL;
	const struct pfs_reg *index = o->index ? pfs_panic_reg(a->p, o->index) : NULL;

	if (base && base->value == v)
		return base->name;
	if (index && index->value == v)
		return index->name;
	return NULL;
}

/*
 * Is the fault at the pointer, or behind it where a member could be? If the
 * operand is known, one of its registers has to be there too: a page in any
 * other register did not take part.
 */
static bool fault_behind(const struct attempt *a, uint64_t pointer)
{
	const struct pfs_operand *o = &a->p->operand;
	uint64_t reach = a->m->layout.page_size;
	const char *names[2] = { o->base, o->index };
	const struct pfs_reg *reg;
	unsigned int i;

	if (!pfs_within(a->fault, pointer, reach))
		return false;
	if (!o->valid)
		return true;
	for (i = 0; i < 2; i++) {
		reg = names[i] ? pfs_panic_reg(a->p, names[i]) : NULL;
		if (reg && (pfs_within(reg->value, pointer, reach) ||
			    pfs_within(pointer, reg->value, reach)))
			return true;
	}
	return false;
}

/* The bit that, flipped, lets the pointer lead to something; -1: none, or more than one. */
static int wrong_bit(const struct attempt *a, uint64_t pointer)
{
	const struct pfs_mem *mem = a->m->mem;
	int bit, found = -1;

	for (bit = 3; bit < 64; bit++) {
		uint64_t va = pointer ^ UINT64_C(1) << bit;
		struct pfs_walk w;

		if (!pfs_in_kernel_half(mem, va) || !mem->arch->canonical(mem, va))
			continue;
		pfs_walk_va(a->m->mem, va, &w);
		if (pfs_walk_reach(&w) != PFS_REACH_OK)
			continue;
		if (found >= 0)
			return -1;
		found = bit;
	}
	return found;
}

/* "; with bit 62 flipped ...", or "". */
static const char *about_bit(struct attempt *a, uint64_t pointer)
{
	int bit = wrong_bit(a, pointer);
	const char *s;

	if (bit < 0)
		return "";
	s = pfs_printf(&a->m->arena,
		       "; with bit %d flipped it would lead to something: bad memory looks so",
		       bit);
	return s ? s : "";
}

/*
 * Was the word W at this offset followed: as it is, without the bit that marks
 * a tail (compound_head: W - 1), or without the low bits of mapping?
 */
static enum pfs_reproduces followed_word(struct attempt *a, uint64_t off)
{
	const struct pfs_classifier *c = a->m->classifier;
	uint64_t w = pfs_le64(a->page->bytes + off);
	bool link = off == c->head_offset && w & 1;
	const uint64_t followed[3] = {
		w,
		link && c->head_is_mask ? a->page->va & (w - 1) : w & ~UINT64_C(1),
		w & ~UINT64_C(3),
	};
	const char *reg = NULL;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		if (followed[i] < TELLING_POINTER)
			continue;
		if (a->p->operand.valid)
			reg = operand_register(a, followed[i]);
		if (!reg && !fault_behind(a, followed[i]))
			continue;
		a->confidence = reg ? PFS_CONF_HIGH : PFS_CONF_MEDIUM;
		a->why = pfs_printf(
			&a->m->arena,
			"its struct page holds 0x%llx at offset 0x%llx%s%s%s%s%s%s accesses 0x%llx%s",
			ULL(w), ULL(off), link ? " (read as a tail page's link to its head)" : "",
			reg ? "; " : "", reg ? reg : "",
			reg ? followed[i] == w ? " holds that value" : " holds that pointer" : "",
			a->p->operand.valid ? ", and " : "; the faulting instruction",
			a->p->operand.valid ? a->p->operand.text : "", ULL(a->fault),
			reg ? about_bit(a, followed[i]) : "");
		return PFS_REPRODUCES;
	}
	return PFS_DOES_NOT;
}

/* The link to a compound head first: nearly every reader of a struct page follows it. */
static enum pfs_reproduces followed_any_word(struct attempt *a)
{
	uint64_t off = a->m->classifier->head_offset;

	if (off && followed_word(a, off) == PFS_REPRODUCES)
		return PFS_REPRODUCES;
	for (off = 0; off + 8 <= a->m->layout.struct_page; off += 8)
		if (followed_word(a, off) == PFS_REPRODUCES)
			return PFS_REPRODUCES;
	return PFS_DOES_NOT;
}

/*
 * The register that points to this zone or into it: one of the operand, if that
 * is known, or else one that holds the address of the zone itself. A zone at 0
 * is any NULL pointer, and an address below a zone does not come from it. Where
 * the instruction adds the zone's place to its node, which is NULL, the index is
 * the zone: free_unref_page() of 6.1 has "mov r14, qword ptr [rdx + rax + 0x68]".
 */
static const char *zone_register(const struct attempt *a, uint64_t zone, uint64_t size)
{
	const struct pfs_operand *o = &a->p->operand;
	const struct pfs_reg *reg, *index;
	size_t i;

	if (!zone)
		return NULL;
	if (o->valid) {
		reg = o->base ? pfs_panic_reg(a->p, o->base) : NULL;
		if (reg && pfs_within(reg->value, zone, size))
			return reg->name;
		index = o->index ? pfs_panic_reg(a->p, o->index) : NULL;
		return reg && !reg->value && o->scale == 1 && index && index->value == zone ?
			       index->name :
			       NULL;
	}
	for (i = 0; i < a->p->nr_regs; i++)
		if (a->p->regs[i].value == zone)
			return a->p->regs[i].name;
	return NULL;
}

/* Did the instruction follow NULL, as far as is known? */
static bool of_null(const struct attempt *a)
{
	const struct pfs_operand *o = &a->p->operand;
	const struct pfs_reg *base = o->valid && o->base ? pfs_panic_reg(a->p, o->base) : NULL;

	return !o->valid || (base && !base->value && !o->index);
}

static bool node_of(const struct attempt *a, uint64_t pfn, unsigned int *ret)
{
	struct pfs_err ignored;
	struct pfs_page page;

	if (pfs_page_get(a->m, pfn, &page, &ignored) || !page.has_bytes)
		return false;
	*ret = page.node;
	return true;
}

/*
 * Where zones are not known, no link is known to be wrong; but a page that is of another node
 * than both its neighbours is, as nodes begin and end at sections or larger blocks.
 */
static bool odd_node(struct attempt *a)
{
	unsigned int before, after;
	uint64_t size, zone;

	if (a->m->classifier->has_links || !a->m->layout.node_width || !a->has_fault ||
	    a->lead->source > PFS_SRC_REG_PAGE || !a->p->operand.valid ||
	    !pfs_have(a->m->facts, PFS_F_SZ_ZONE) || !a->page->pfn)
		return false;
	/* page_zone() where NODE_DATA() is NULL: node_zones is its first member. */
	size = pfs_val(a->m->facts, PFS_F_SZ_ZONE);
	zone = a->page->zone * size;
	if (!pfs_within(a->fault, zone, size) ||
	    !(zone ? zone_register(a, zone, size) != NULL : of_null(a)) ||
	    !node_of(a, a->page->pfn - 1, &before) || !node_of(a, a->page->pfn + 1, &after) ||
	    before != after || before == a->page->node)
		return false;
	a->why = pfs_printf(
		&a->m->arena,
		"its links name node %u, and those of its neighbours node %u: if there is "
		"no such node its zone is behind NULL, as is the fault at 0x%llx",
		a->page->node, before, ULL(a->fault));
	return true;
}

/*
 * page_zone() is &NODE_DATA(node)->node_zones[zone]. If the node does not exist
 * NODE_DATA() is NULL, and the fault is at a member of that zone.
 */
static enum pfs_reproduces followed_links(struct attempt *a)
{
	const struct pfs_facts *f = a->m->facts;
	uint64_t pgdat, zone, size;
	struct pfs_err ignored;
	const char *reg;
	bool exact;

	if (a->page->state != PFS_ST_MISLINKED && a->page->state != PFS_ST_POISONED &&
	    a->page->state != PFS_ST_DEPOPULATED && a->page->state != PFS_ST_GARBAGE)
		return PFS_DOES_NOT;
	if (!a->m->classifier->has_links || !pfs_have(f, PFS_F_NODE_DATA) ||
	    !pfs_have(f, PFS_F_PGDAT_ZONES) || !pfs_have(f, PFS_F_SZ_ZONE) ||
	    pfs_zone_by_link(a->m, a->page->node, a->page->zone))
		return PFS_DOES_NOT;
	if (pfs_read_u64(a->m->mem, pfs_val(f, PFS_F_NODE_DATA) + a->page->node * UINT64_C(8),
			 &pgdat, "node_data", &ignored))
		return PFS_DOES_NOT;
	size = pfs_val(f, PFS_F_SZ_ZONE);
	zone = pgdat + pfs_val(f, PFS_F_PGDAT_ZONES) + a->page->zone * size;
	if (!zone && pfs_within(a->fault, 0, size) && of_null(a)) {
		a->why = pfs_printf(
			&a->m->arena,
			"its links name node %u, zone %u; NODE_DATA(%u) is NULL, and so "
			"is page_zone(): the fault at 0x%llx may be at a member of that, "
			"or of any other NULL",
			a->page->node, a->page->zone, a->page->node, ULL(a->fault));
		return PFS_CANNOT_TELL;
	}
	reg = zone_register(a, zone, size);
	if (!reg || !pfs_within(a->fault, zone, size))
		return PFS_DOES_NOT;
	exact = a->p->operand.valid && operand_register(a, zone);
	a->confidence = exact ? PFS_CONF_HIGH : PFS_CONF_MEDIUM;
	a->why = pfs_printf(&a->m->arena,
			    "its links name node %u, zone %u; NODE_DATA(%u) is 0x%llx, so that "
			    "page_zone() is 0x%llx, %s %s%s, and the fault is at 0x%llx",
			    a->page->node, a->page->zone, a->page->node, ULL(pgdat), ULL(zone),
			    pfs_panic_reg(a->p, reg)->value == zone ? "which is in" : "and", reg,
			    pfs_panic_reg(a->p, reg)->value == zone ? "" : " points into it",
			    ULL(a->fault));
	return PFS_REPRODUCES;
}

/*
 * Does va lead nowhere? Nothing can be there, or a page fault says that nothing
 * is and no page table contradicts.
 */
static bool leads_nowhere(const struct attempt *a, uint64_t va)
{
	struct pfs_walk w;

	if (!a->m->mem->arch->canonical(a->m->mem, va))
		return true;
	pfs_walk_va(a->m->mem, va, &w);
	return a->p->kind == PFS_PANIC_PAGE_FAULT && pfs_walk_reach(&w) != PFS_REACH_OK;
}

/* Any register that holds v; NULL if none does. */
static const char *held_in(const struct attempt *a, uint64_t v)
{
	size_t i;

	for (i = 0; i < a->p->nr_regs; i++)
		if (a->p->regs[i].value == v)
			return a->p->regs[i].name;
	return NULL;
}

/*
 * The page looks sound, except for a pointer that leads nowhere, and the fault is where that
 * points: a register of the operand holds it, or another one while the fault is a little behind
 * it (an object's link to the next free one), or the fault is inside what should be there.
 */
static enum pfs_reproduces wild_pointer(struct attempt *a, const struct pfs_pointer *w)
{
	uint64_t size = w->size < a->m->layout.page_size ? a->m->layout.page_size : w->size;
	const char *reg, *held;

	if (w->address < TELLING_POINTER || pfs_list_poison(a->m->classifier, w->address) ||
	    !leads_nowhere(a, a->fault))
		return PFS_DOES_NOT;
	reg = a->p->operand.valid ? operand_register(a, w->address) : NULL;
	held = reg ? reg : held_in(a, w->address);
	if (!pfs_within(a->fault, w->address, held ? size : w->size))
		return PFS_DOES_NOT;
	a->page->state = PFS_ST_GARBAGE;
	a->page->why = "a pointer in it leads nowhere";
	a->confidence = reg ? PFS_CONF_HIGH : PFS_CONF_MEDIUM;
	if (reg)
		a->why = pfs_printf(
			&a->m->arena,
			"its %s holds 0x%llx, where nothing is mapped; %s holds that pointer, "
			"and %s accesses 0x%llx%s",
			w->name, ULL(w->word), reg, a->p->operand.text, ULL(a->fault),
			about_bit(a, w->address));
	else
		a->why = pfs_printf(&a->m->arena,
				    "its %s holds 0x%llx, where nothing is mapped%s%s%s, and the "
				    "fault at 0x%llx is %llu bytes behind that, inside what should "
				    "be there%s",
				    w->name, ULL(w->word), held ? "; " : "", held ? held : "",
				    held ? " holds that pointer" : "", ULL(a->fault),
				    ULL(a->fault - w->address), about_bit(a, w->address));
	return PFS_REPRODUCES;
}

static enum pfs_reproduces wild_member(struct attempt *a)
{
	struct pfs_pointer w[PFS_MAX_POINTERS];
	size_t i, n;

	if (!a->has_fault)
		return PFS_DOES_NOT;
	n = pfs_page_pointers(a->m, a->page, w, PFS_MAX_POINTERS);
	for (i = 0; i < n; i++)
		if (wild_pointer(a, &w[i]) == PFS_REPRODUCES)
			return PFS_REPRODUCES;
	return PFS_DOES_NOT;
}

static enum pfs_reproduces try(struct attempt *a)
{
	struct pfs_page *page = a->page;
	enum pfs_reproduces r;

	if (page->state == PFS_ST_UNMAPPED)
		return unmapped(a);
	if (a->lead->source <= PFS_SRC_REG_PAGE &&
	    pfs_leaf_reproduces(a->m, a->p, page, &a->confidence, &a->why) == PFS_REPRODUCES)
		return PFS_REPRODUCES;
	if (!page->has_bytes) {
		a->why = pfs_printf(&a->m->arena, "its struct page cannot be read: %s",
				    pfs_state_meaning(page->state));
		return PFS_CANNOT_TELL;
	}
	if (read_only(a) == PFS_REPRODUCES)
		return PFS_REPRODUCES;
	if (!pfs_state_abnormal(page->state) && a->lead->source <= PFS_SRC_STACK &&
	    wild_member(a) == PFS_REPRODUCES)
		return PFS_REPRODUCES;
	if (!pfs_state_abnormal(page->state) && odd_node(a))
		return PFS_CANNOT_TELL;
	if (!pfs_state_abnormal(page->state)) {
		a->why = pfs_printf(&a->m->arena, "its struct page is mapped and initialised (%s)",
				    pfs_state_name(page->state));
		return PFS_DOES_NOT;
	}
	if (!a->has_fault) {
		a->why = pfs_printf(&a->m->arena,
				    "it is %s, but the panic has no fault address to compare",
				    pfs_state_name(page->state));
		return PFS_DOES_NOT;
	}
	if (followed_any_word(a) == PFS_REPRODUCES)
		return PFS_REPRODUCES;
	r = a->lead->source <= PFS_SRC_LOCAL ? followed_links(a) : PFS_DOES_NOT;
	if (r != PFS_DOES_NOT)
		return r;
	a->why = pfs_printf(&a->m->arena,
			    "it is %s, but nothing in it leads to the fault at 0x%llx",
			    pfs_state_name(page->state), ULL(a->fault));
	return PFS_DOES_NOT;
}

enum pfs_reproduces pfs_reproduce(struct pfs_model *m, const struct pfs_panic *p,
				  const struct pfs_lead *lead, struct pfs_page *page,
				  enum pfs_confidence *ret_confidence, const char **ret_why)
{
	struct attempt a = { .m = m, .p = p, .lead = lead, .page = page };
	enum pfs_reproduces r;

	a.has_fault = pfs_fault_at(p, &a.fault);
	r = try(&a);
	*ret_confidence = a.confidence;
	*ret_why = a.why ? a.why : "out of memory";
	return r;
}
