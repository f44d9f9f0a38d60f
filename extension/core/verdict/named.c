/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page that a message of the kernel names: is it the one that the message is
 * about? A message about a corrupt list names up to three list heads, of which
 * two are innocent. A page that a check of the allocator found bad is bad,
 * whatever it holds by now.
 */
#include "core/verdict/candidate.h"

#include <string.h>

#include "base/range.h"
#include "core/checks/check.h"
#include "core/pages/classify.h"

#define ULL(x) ((unsigned long long)(x))

struct words {
	struct pfs_model *m;
	const struct pfs_named_page *d;
	struct pfs_page *page;
	enum pfs_confidence confidence;
	const char *why;
};

/*
 * What the kernel itself resets after it printed a page: bad_page() the map count
 * (page_mapcount_reset()), free_tail_page_prepare() the link to the head and the mapping.
 */
static bool was_reset(const struct words *w, size_t at, uint64_t now)
{
	const struct pfs_classifier *c = w->m->classifier;
	uint64_t differ = w->d->raw[at / 8] ^ now;
	unsigned int shift = c->mapcount_offset % 8 * 8;

	if (c->mapcount_offset && at == (c->mapcount_offset & ~(size_t)7))
		return !(differ & ~(UINT64_C(0xffffffff) << shift)) &&
		       (uint32_t)(now >> shift) == UINT32_MAX;
	return !now && ((c->mapping_offset && at == c->mapping_offset) ||
			(c->head_offset && at == c->head_offset));
}

/*
 * How many words have changed since they were printed, other than by the kernel's own reset;
 * *ret_at is the offset of the first one, *ret_reset whether any was reset.
 */
static unsigned int changed(const struct words *w, unsigned int *ret_at, bool *ret_reset)
{
	unsigned int i, n = 0;

	*ret_reset = false;
	for (i = 0; i < w->d->nr_raw && i < w->m->layout.struct_page / 8; i++) {
		uint64_t now = pfs_le64(w->page->bytes + i * 8);

		if (w->d->raw[i] == now)
			continue;
		if (was_reset(w, i * 8, now))
			*ret_reset = true;
		else if (!n++)
			*ret_at = i * 8;
	}
	return n;
}

/* What the words say of how the page came to be bad; "" if nothing. */
static const char *about_use(const struct words *w)
{
	if (pfs_named_was_free(w->m, w->d) && pfs_on_free_list(w->m, w->page))
		return "; it was free already, and on a free list, when it was freed: a double "
		       "free, or of more pages than there were";
	if (w->d->has_counts && w->d->refcount < 0)
		return "; its reference count had gone below zero: somebody gave back a reference "
		       "that was no longer there, as in a double free";
	if (w->d->has_counts && w->d->refcount > 0 && w->d->reason &&
	    (strstr(w->d->reason, "nonzero _refcount") || strstr(w->d->reason, "nonzero _count")))
		return "; its reference count must be 0 there: somebody still uses the page, or the "
		       "count was overwritten";
	return "";
}

/* Whoever frees the page later resets more: with a word or two that differ it is still it. */
static enum pfs_reproduces found_bad(struct words *w)
{
	const char *reason = w->d->reason ? w->d->reason : "no reason given";
	unsigned int at = 0, n;
	bool reset;

	n = changed(w, &at, &reset);
	w->confidence = w->d->nr_raw && n <= 2 ? PFS_CONF_HIGH : PFS_CONF_MEDIUM;
	if (!w->d->nr_raw)
		w->why = pfs_printf(&w->m->arena,
				    "the kernel's own check found it bad (%s); its words were not "
				    "printed%s",
				    reason, about_use(w));
	else if (!n)
		w->why = pfs_printf(
			&w->m->arena,
			"the kernel's own check found it bad (%s), and it holds what was "
			"printed%s%s",
			reason, reset ? ", but for what the kernel resets then" : "", about_use(w));
	else
		w->why =
			pfs_printf(&w->m->arena,
				   "the kernel's own check found it bad (%s); of the %u words that "
				   "were printed %u %s changed since, the first at offset 0x%x: "
				   "0x%llx printed, 0x%llx now%s",
				   reason, w->d->nr_raw, n, n == 1 ? "has" : "have", at,
				   ULL(w->d->raw[at / 8]), ULL(pfs_le64(w->page->bytes + at)),
				   about_use(w));
	return PFS_REPRODUCES;
}

/* The message gives an address in it, or its PFN: no words to compare, but its state. */
static enum pfs_reproduces reported(struct words *w)
{
	if (!pfs_state_abnormal(w->page->state)) {
		w->why = pfs_printf(&w->m->arena,
				    "the kernel names it, and its struct page is mapped and "
				    "initialised (%s)",
				    pfs_state_name(w->page->state));
		return PFS_DOES_NOT;
	}
	w->confidence = w->d->by == PFS_NAMED_BY_SAN ? PFS_CONF_HIGH : PFS_CONF_MEDIUM;
	w->why = pfs_printf(&w->m->arena, "the kernel's message names %s, which is %s",
			    w->d->has_page ? "an address in its struct page" : "it",
			    pfs_state_name(w->page->state));
	return PFS_REPRODUCES;
}

/* dump_page() printed the page, and the kernel stopped over it. */
static enum pfs_reproduces dumped(struct words *w)
{
	unsigned int at;
	bool reset;

	if (!pfs_state_abnormal(w->page->state) || changed(w, &at, &reset))
		return PFS_DOES_NOT;
	if (!w->d->nr_raw && !(w->d->poisoned && w->page->state == PFS_ST_POISONED))
		return PFS_DOES_NOT;
	w->confidence = PFS_CONF_HIGH;
	w->why =
		pfs_printf(&w->m->arena,
			   "dump_page() printed it before the BUG, and its struct page still holds "
			   "what was printed (%s)",
			   pfs_state_name(w->page->state));
	return PFS_REPRODUCES;
}

/*
 * Is this no pointer to a list head? It is none if it is outside kernel memory,
 * not aligned, or leads to where nothing is.
 */
static bool wild(const struct words *w, uint64_t pointer)
{
	const struct pfs_mem *mem = w->m->mem;
	struct pfs_walk walk;

	if (pointer & 7 || !pfs_in_kernel_half(mem, pointer) || !mem->arch->canonical(mem, pointer))
		return true;
	pfs_walk_va(w->m->mem, pointer, &walk);
	return pfs_walk_reach(&walk) == PFS_REACH_UNMAPPED;
}

/* Does neither neighbour on its list know the page? Then the list went on without it. */
static bool passed_by(const struct words *w)
{
	size_t lru = w->m->classifier->lru_offset;
	uint64_t here = w->page->va + lru, next, prev, back, forth;
	struct pfs_err ignored;

	if (!lru)
		return false;
	next = pfs_le64(w->page->bytes + lru);
	prev = pfs_le64(w->page->bytes + lru + 8);
	if (pfs_list_poison(w->m->classifier, next) || pfs_list_poison(w->m->classifier, prev) ||
	    pfs_read_u64(w->m->mem, next + 8, &back, "list", &ignored) ||
	    pfs_read_u64(w->m->mem, prev, &forth, "list", &ignored))
		return false;
	return back != here && forth != here;
}

static void become(struct words *w, enum pfs_state state, const char *why)
{
	if (pfs_state_abnormal(w->page->state))
		return;
	w->page->state = state;
	w->page->why = why;
}

/* Is there a list head at this address, and does its word on that side lead here? */
static bool leads_to(const struct words *w, uint64_t head, size_t side, uint64_t here)
{
	struct pfs_err ignored;
	uint64_t word;

	return !wild(w, head) && !pfs_read_u64(w->m->mem, head + side, &word, "list", &ignored) &&
	       word == here;
}

/*
 * One bit of one of the page's list words: as it is, the word leads to what does not lead
 * back; with the bit flipped, to one that does. Nothing else should. -1: no such bit.
 */
static int bit_astray(const struct words *w, size_t side)
{
	size_t lru = w->m->classifier->lru_offset, other = 8 - side;
	uint64_t here = w->page->va + lru, word = pfs_le64(w->page->bytes + lru + side);
	int bit;

	if (!lru || wild(w, word) || leads_to(w, word, other, here))
		return -1;
	for (bit = 3; bit < 64; bit++)
		if (leads_to(w, word ^ UINT64_C(1) << bit, other, here))
			return bit;
	return -1;
}

static enum pfs_reproduces astray(struct words *w)
{
	size_t side;
	int bit;

	for (side = 0; side < 16; side += 8) {
		bit = bit_astray(w, side);
		if (bit < 0)
			continue;
		become(w, PFS_ST_GARBAGE, "a word of its list has one bit wrong");
		w->why = pfs_printf(
			&w->m->arena,
			"its lru.%s holds 0x%llx, which leads to what does not lead back; "
			"with bit %d flipped it would lead to one that leads back: bad memory looks so",
			side ? "prev" : "next",
			ULL(pfs_le64(w->page->bytes + w->m->classifier->lru_offset + side)), bit);
		return PFS_REPRODUCES;
	}
	return PFS_DOES_NOT;
}

static bool deleted(const struct words *w)
{
	size_t lru = w->m->classifier->lru_offset;

	return lru && pfs_list_poison(w->m->classifier, pfs_le64(w->page->bytes + lru));
}

static enum pfs_reproduces on_list(struct words *w)
{
	const struct pfs_named_page *d = w->d;
	uint64_t off = d->word_at - w->page->va;
	bool here = pfs_within(d->word_at, w->page->va, w->m->layout.struct_page - 7);
	bool holds = here && pfs_le64(w->page->bytes + off) == d->word_is;
	/* What list_del() leaves says that the page was taken off its list as it should be. */
	bool off_list = holds && pfs_list_poison(w->m->classifier, d->word_is);

	w->confidence = PFS_CONF_HIGH;
	if (holds && !off_list && wild(w, d->word_is)) {
		become(w, PFS_ST_GARBAGE, "a word of its list is no pointer to a list head");
		w->why = pfs_printf(&w->m->arena,
				    "its struct page holds 0x%llx at offset 0x%llx, where its list "
				    "has 0x%llx, as the kernel says",
				    ULL(d->word_is), ULL(off), ULL(d->word_should));
		return PFS_REPRODUCES;
	}
	if (pfs_state_abnormal(w->page->state)) {
		w->why = pfs_printf(&w->m->arena,
				    "it is one of those that the kernel names, and %s",
				    pfs_state_name(w->page->state));
		return PFS_REPRODUCES;
	}
	if (astray(w) == PFS_REPRODUCES)
		return PFS_REPRODUCES;
	if (!d->word_at && passed_by(w)) {
		become(w, PFS_ST_STALE, "on a list that does not know it");
		w->why =
			"its list words point to neighbours of which neither points back: the list "
			"went on without it";
		return PFS_REPRODUCES;
	}
	if (!d->word_at && deleted(w) && strstr(d->line, "LIST_POISON")) {
		w->why = "its list words are LIST_POISON: it had been taken off its list already";
		return PFS_REPRODUCES;
	}
	w->why = off_list ?
			 "its list words are what list_del() left: it is on no list, and another "
			 "page leads to it" :
		 d->word_at ? "the word that the kernel names in it is a sound pointer: it is the "
			      "neighbour" :
			      "its neighbours on the list know it";
	return PFS_DOES_NOT;
}

/* Is this list_head in a struct page that is mapped to no memory? Any word is read there. */
static bool in_no_memory(struct pfs_model *m, uint64_t head)
{
	struct pfs_err ignored;
	struct pfs_page page;
	uint64_t pfn;

	return pfs_in_memmap(m, head, &pfn) && !pfs_page_get(m, pfn, &page, &ignored) &&
	       pfs_leaf_beyond(m, &page);
}

/* Is the word in the list_head that this one leads to? */
static bool held_by(struct pfs_model *m, const struct pfs_named_page *d, size_t side,
		    struct pfs_named_page *ret)
{
	struct pfs_err ignored;
	uint64_t head, word;

	if (pfs_read_u64(m->mem, d->page + side, &head, "list", &ignored))
		return false;
	if (in_no_memory(m, head) && strstr(d->line, side ? "prev->next" : "next->prev"))
		word = d->word_is;
	else if (pfs_read_u64(m->mem, head + 8 - side, &word, "list", &ignored))
		return false;
	if (word != d->word_is)
		return false;
	*ret = *d;
	ret->page = head;
	ret->word_at = head + 8 - side;
	return true;
}

/*
 * "lib/list_debug.c: print more list debugging context in __list_del_entry_valid()", behind v5.10,
 * added where the word is.
 */
bool pfs_list_holder(struct pfs_model *m, const struct pfs_named_page *d,
		     struct pfs_named_page *ret)
{
	if (d->by != PFS_NAMED_BY_LIST || !d->has_page || d->word_at ||
	    d->word_is == d->word_should)
		return false;
	return held_by(m, d, 0, ret) || held_by(m, d, 8, ret);
}

enum pfs_reproduces pfs_named_reproduces(struct pfs_model *m, const struct pfs_panic *p,
					 struct pfs_page *page, enum pfs_confidence *ret_confidence,
					 const char **ret_why)
{
	struct words w = { .m = m, .page = page };
	enum pfs_reproduces r = PFS_DOES_NOT;
	struct pfs_named_page holder;
	uint64_t pfn;
	size_t i;

	*ret_why = NULL;
	if (p->kind != PFS_PANIC_BUG && p->kind != PFS_PANIC_OTHER)
		return PFS_DOES_NOT;
	for (i = 0; i < p->nr_named && r != PFS_REPRODUCES; i++) {
		w.d = &p->named[i];
		if (pfs_list_holder(m, w.d, &holder) && pfs_named_pfn(m, &holder, &pfn) &&
		    pfn == page->pfn)
			w.d = &holder;
		else if (!pfs_named_pfn(m, w.d, &pfn) || pfn != page->pfn)
			continue;
		if (!page->has_bytes && w.d->by != PFS_NAMED_BY_SAN)
			continue;
		w.why = NULL;
		switch (w.d->by) {
		case PFS_NAMED_BY_CHECK:
			r = found_bad(&w);
			break;
		case PFS_NAMED_BY_DUMP:
			r = dumped(&w);
			break;
		case PFS_NAMED_BY_LIST:
			r = on_list(&w);
			break;
		case PFS_NAMED_BY_SAN:
		case PFS_NAMED_BY_PANIC:
			r = reported(&w);
			break;
		case PFS_NAMED_BY_MCE:
			break;
		}
		*ret_confidence = w.confidence;
		*ret_why = w.why;
	}
	return r;
}
