/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compound pages whose second struct page is wrong. It says how many pages the whole has, and
 * by which function it is freed. Whoever goes by a wrong order meets pages behind the end,
 * which are innocent; a wrong function is no code.
 */
#include <string.h>

#include "core/checks/check.h"
#include "core/pages/classify.h"
#include "core/verdict/candidate.h"

#define ULL(x) ((unsigned long long)(x))
#define MAX_ORDER 18 /* 1 GiB */

static bool is_head(const struct pfs_model *m, const struct pfs_page *p)
{
	return p->has_bytes && !p->tail && p->flags & m->classifier->head_mask;
}

static bool buddy_type(const struct pfs_classifier *c, uint32_t type)
{
	return c->buddy_mask && (type & c->buddy_mask) == c->buddy_value;
}

/* Is the page of nobody: no reference, no free block, no tail? So a tail is once it is freed. */
static bool nobodys(const struct pfs_model *m, const struct pfs_page *p)
{
	const struct pfs_classifier *c = m->classifier;

	return p->has_bytes && !p->tail && c->has_refcount && !p->refcount &&
	       !buddy_type(c, pfs_le32(p->bytes + c->type_offset));
}

static bool tail_of(const struct pfs_page *p, const struct pfs_page *head)
{
	return p->has_bytes && p->tail && p->head_va == head->va;
}

bool pfs_on_free_list(struct pfs_model *m, const struct pfs_page *page)
{
	size_t lru = m->classifier->lru_offset;
	struct pfs_err ignored;
	uint64_t word;
	size_t side;

	for (side = 0; lru && side < 16; side += 8)
		if (!pfs_read_u64(m->mem, pfs_le64(page->bytes + lru + side) + 8 - side, &word,
				  "list", &ignored) &&
		    word == page->va + lru)
			return true;
	return false;
}

/*
 * Pages that the compound page reaches over. The order that free_pages_prepare() went by is
 * gone when it prints, from v6.6 on (PAGE_FLAGS_SECOND): then *ret_order is 0, and the page
 * was reached over if the head is unused and half freed.
 */
static bool reaches(struct pfs_model *m, const struct pfs_page *head, const struct pfs_page *second,
		    uint64_t pages, uint64_t *ret_order)
{
	if (!pfs_second_get(&m->classifier->order, second->bytes, ret_order))
		return false;
	if (!*ret_order)
		return m->classifier->has_refcount && !head->refcount;
	return *ret_order <= MAX_ORDER && UINT64_C(1) << *ret_order > pages;
}

/* The pages from behind the head to this one are of nobody, or are tails of it up to a point. */
static bool freed_up_to(struct pfs_model *m, const struct pfs_page *head, uint64_t pfn)
{
	const uint64_t at[] = { head->pfn + 1, head->pfn + (pfn - head->pfn) / 2, pfn - 1 };
	struct pfs_err ignored;
	struct pfs_page p;
	size_t i;

	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		if (pfs_page_get(m, at[i], &p, &ignored) || !nobodys(m, &p))
			return false;
	return true;
}

/*
 * The tails behind the one that was met are still linked to the head if the order is right:
 * their turn had not come.
 */
static bool ends_here(struct pfs_model *m, const struct pfs_page *head, uint64_t pfn)
{
	struct pfs_err ignored;
	struct pfs_page p;

	return !pfs_page_get(m, pfn + 1, &p, &ignored) && p.has_bytes && !tail_of(&p, head);
}

static const char *about_size(struct pfs_model *m, const struct pfs_page *second, uint64_t order,
			      uint64_t pages, enum pfs_confidence *ret_confidence)
{
	unsigned int ends = (unsigned int)__builtin_ctzll(pages);
	uint64_t nr;

	if (order && !(pages & (pages - 1)) && pfs_one_bit(order, ends) >= 0) {
		*ret_confidence = PFS_CONF_HIGH;
		return pfs_printf(&m->arena,
				  ": one bit from %u, with which it ends before PFN 0x%llx; bad "
				  "memory looks so",
				  ends, ULL(second->pfn - 1 + pages));
	}
	if (pfs_second_get(&m->classifier->nr, second->bytes, &nr) && nr == pages)
		return pfs_printf(&m->arena, ", and its number of pages is %llu", ULL(nr));
	return "";
}

/* The nearest head in [first, end), of struct pages that can be read at once. */
static bool head_in(struct pfs_model *m, uint64_t first, uint64_t end, const unsigned char *bytes,
		    struct pfs_page *ret)
{
	const struct pfs_classifier *c = m->classifier;
	struct pfs_err ignored;

	while (end-- > first) {
		const unsigned char *page = bytes + (end - first) * c->struct_page;

		if (pfs_le64(page + c->flags_offset) & c->head_mask &&
		    !pfs_page_get(m, end, ret, &ignored) && is_head(m, ret))
			return true;
	}
	return false;
}

/* The nearest head before the page, as far back as the largest compound page reaches. */
static bool head_before(struct pfs_model *m, uint64_t pfn, struct pfs_page *ret)
{
	uint64_t first = pfn >> MAX_ORDER ? pfn - (UINT64_C(1) << MAX_ORDER) : 0, at, start;
	uint64_t nr = 1, size = m->classifier->struct_page;
	unsigned char buf[4096];

	for (at = pfn; at > first; at = start) {
		start = at - pfs_min64(nr, at - first);
		if (pfs_read_va(m->mem, pfs_pfn_to_page(m, start), buf, (at - start) * size,
				NULL) == PFS_REACH_OK) {
			if (head_in(m, start, at, buf, ret))
				return true;
			nr = sizeof(buf) / size;
		} else if (nr > 1) {
			/* Some of them are mapped, perhaps. */
			start = at;
			nr = 1;
		}
	}
	return false;
}

bool pfs_overreached(struct pfs_model *m, const struct pfs_panic *p, const struct pfs_page *page,
		     struct pfs_page *ret, enum pfs_confidence *ret_confidence,
		     const char **ret_why)
{
	bool free = pfs_on_free_list(m, page);
	struct pfs_page head;
	struct pfs_err ignored;
	uint64_t order, pages;

	/* A page in use may be a tail that something is wrong with. */
	if (!p->message || (!free && !strstr(p->message, "panic_on_taint")))
		return false;
	if (!head_before(m, page->pfn, &head) || pfs_page_get(m, head.pfn + 1, ret, &ignored) ||
	    !ret->has_bytes)
		return false;
	pages = page->pfn - head.pfn;
	if (!reaches(m, &head, ret, pages, &order) || !freed_up_to(m, &head, page->pfn) ||
	    !ends_here(m, &head, page->pfn))
		return false;
	*ret_confidence = PFS_CONF_MEDIUM;
	*ret_why = pfs_printf(
		&m->arena,
		"the compound page of PFN 0x%llx was freed over its end: its second page says "
		"order %llu%s%s; PFN 0x%llx, which is none of its pages, %s",
		ULL(head.pfn), ULL(order), order ? "" : " (reset when it is freed)",
		about_size(m, ret, order, pages, ret_confidence), ULL(page->pfn),
		free ? "is a free block already" : "is somebody else's");
	return true;
}

/* Was the kernel in this function, or in what it called? */
static enum pfs_reproduces called(const struct pfs_panic *p, uint64_t function)
{
	enum pfs_reproduces r = p->ip ? PFS_DOES_NOT : PFS_CANNOT_TELL;
	size_t i;

	if (p->ip && p->ip - p->offset == function)
		return PFS_REPRODUCES;
	for (i = 0; i < p->nr_stack; i++) {
		if (!p->stack[i].ip)
			continue;
		if (p->stack[i].ip - p->stack[i].offset == function)
			return PFS_REPRODUCES;
		r = PFS_DOES_NOT;
	}
	return r;
}

/* The number leads to a word behind the table, which is any address, and may be one of code. */
static enum pfs_reproduces by_number(struct pfs_model *m, const struct pfs_panic *p, uint64_t dtor,
				     enum pfs_confidence *ret_confidence, const char **ret_how)
{
	bool jumped = p->access && !strcmp(p->access, "exec");
	struct pfs_err ignored;
	enum pfs_reproduces r;
	uint64_t function, at;

	*ret_confidence = PFS_CONF_HIGH;
	if (!pfs_have(m->facts, PFS_F_DTORS) ||
	    pfs_read_u64(m->mem, pfs_val(m->facts, PFS_F_DTORS) + dtor * 8, &function,
			 "compound_page_dtors", &ignored)) {
		*ret_confidence = PFS_CONF_MEDIUM;
		*ret_how = "the kernel jumped to what is no code";
		return jumped ? PFS_REPRODUCES : PFS_CANNOT_TELL;
	}
	if (jumped && pfs_fault_at(p, &at)) {
		*ret_how = "what is there in compound_page_dtors[] is the address that the kernel "
			   "jumped to";
		return at == function ? PFS_REPRODUCES : PFS_DOES_NOT;
	}
	r = called(p, function);
	*ret_how = "what is there in compound_page_dtors[] is a function that the kernel was in, "
		   "and that frees no page";
	return r;
}

static bool may_be_code(const struct pfs_panic *p)
{
	return p->kind == PFS_PANIC_PAGE_FAULT || p->kind == PFS_PANIC_GP_FAULT ||
	       p->kind == PFS_PANIC_OOPS;
}

enum pfs_reproduces pfs_wild_destructor(struct pfs_model *m, const struct pfs_panic *p,
					const struct pfs_page *page, struct pfs_page *ret,
					enum pfs_confidence *ret_confidence, const char **ret_why)
{
	const struct pfs_classifier *c = m->classifier;
	enum pfs_reproduces r;
	struct pfs_err ignored;
	const char *how;
	uint64_t dtor;

	if (!may_be_code(p) || !is_head(m, page) || !c->nr_dtors ||
	    pfs_page_get(m, page->pfn + 1, ret, &ignored) || !tail_of(ret, page) ||
	    !pfs_second_get(&c->dtor, ret->bytes, &dtor) || dtor < c->nr_dtors)
		return PFS_DOES_NOT;
	r = by_number(m, p, dtor, ret_confidence, &how);
	if (r != PFS_REPRODUCES)
		how = "whether the kernel called what is there in compound_page_dtors[] is not "
		      "known without the symbols";
	*ret_why =
		pfs_printf(&m->arena,
			   "it has the number of the function that frees the compound page of PFN "
			   "0x%llx: %llu, and there are %llu; %s",
			   ULL(page->pfn), ULL(dtor), ULL(c->nr_dtors), how);
	return r;
}
