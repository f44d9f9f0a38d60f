/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and classifies one struct page. */
#include "core/pages/page.h"

#include <errno.h>
#include <string.h>

#include "core/pages/classify.h"

static unsigned int link(uint64_t flags, unsigned int shift, unsigned int width)
{
	return width ? (unsigned int)(flags >> shift & ((1u << width) - 1)) : 0;
}

static void decode(const struct pfs_classifier *c, struct pfs_page *p)
{
	const struct pfs_layout *l = &c->m->layout;
	size_t off;

	p->flags = pfs_le64(p->bytes + c->flags_offset);
	/* What they lead to may not be known; what they say is. */
	p->node = link(p->flags, l->node_shift, l->node_width);
	p->zone = link(p->flags, l->zone_shift, l->zone_width);
	p->tail = pfs_compound_head(c, p->va, p->bytes, &p->head_va);
	if (c->has_refcount)
		p->refcount = (int32_t)pfs_le32(p->bytes + c->refcount_offset);
	if (pfs_page_member(c->m, PFS_F_PG_MAPCOUNT, 4, &off))
		p->mapcount = (int32_t)pfs_le32(p->bytes + off);
}

/* Read one struct page; PFS_ST_OK and the bytes, or the state that says why not. */
static enum pfs_state read_page(const struct pfs_model *m, uint64_t va, unsigned char *bytes,
				struct pfs_walk *walk)
{
	uint64_t done = 0, n, stop;
	struct pfs_walk w;
	enum pfs_presence p;

	while (done < m->layout.struct_page) {
		pfs_walk_va(m->mem, va + done, &w);
		if (walk && !done)
			*walk = w;
		if (!w.mapped)
			return pfs_walk_state(&w);
		n = w.leaf_size - ((va + done) & (w.leaf_size - 1));
		if (n > m->layout.struct_page - done)
			n = m->layout.struct_page - done;
		p = pfs_read_phys(m->mem, w.pa, bytes + done, n, &stop);
		if (p != PFS_PRESENT)
			return pfs_presence_state(p);
		done += n;
	}
	return PFS_ST_OK;
}

/* Is the page inside the block of a buddy page before it? Blocks are aligned to their size. */
static bool in_buddy_block(const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_classifier *c = m->classifier;
	unsigned char bytes[128];
	unsigned int order;

	for (order = 1; order < c->max_order; order++) {
		uint64_t head = pfn & ~((UINT64_C(1) << order) - 1);
		struct pfs_classify_ctx ctx = { 0 };

		if (head == pfn || read_page(m, pfs_pfn_to_page(m, head), bytes, NULL) != PFS_ST_OK)
			continue;
		if (pfs_classify(c, &ctx, head, bytes, NULL) == PFS_ST_FREE && ctx.free_until > pfn)
			return true;
	}
	return false;
}

struct around {
	const struct pfs_model *m;
	uint64_t section;
	unsigned char bytes[128];
};

/* struct pfs_classify_ctx's page(): good until the next call. */
static const unsigned char *page_around(void *arg, uint64_t pfn)
{
	struct around *a = arg;

	if (pfn / a->m->layout.pages_per_section != a->section ||
	    read_page(a->m, pfs_pfn_to_page(a->m, pfn), a->bytes, NULL) != PFS_ST_OK)
		return NULL;
	return a->bytes;
}

/*
 * Finds what a scan from the start of the section would know of the compound
 * page before pfn. A damaged tail right before it must not count: the head that
 * it names has to be one.
 */
static void compound_before(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx,
			    uint64_t pfn)
{
	unsigned int back;

	for (back = 1; back <= 3 && back <= pfn; back++) {
		uint64_t va = pfs_pfn_to_page(c->m, pfn - back), head_va = va, head;
		const unsigned char *bytes = page_around(ctx->arg, pfn - back);

		if (!bytes)
			return;
		if (!pfs_compound_head(c, va, bytes, &head_va) &&
		    !(pfs_le64(bytes + c->flags_offset) & c->head_mask))
			continue;
		head = (head_va - c->m->layout.vmemmap) / c->struct_page;
		bytes = page_around(ctx->arg, head);
		if (bytes && !(pfs_le64(bytes + c->flags_offset) & c->head_mask))
			continue;
		ctx->compound = true;
		ctx->head = head;
		ctx->last = pfn - 1;
		return;
	}
}

enum pfs_state pfs_page_classify(struct pfs_model *m, uint64_t pfn, const unsigned char *bytes,
				 const char **ret_why)
{
	struct around around = { .m = m, .section = pfn / m->layout.pages_per_section };
	struct pfs_classify_ctx ctx = { .page = page_around, .arg = &around };
	const struct pfs_classifier *c = m->classifier;
	enum pfs_state s;

	compound_before(c, &ctx, pfn);
	s = pfs_classify(c, &ctx, pfn, bytes, ret_why);
	if (s != PFS_ST_OK || !in_buddy_block(m, pfn))
		return s;
	ctx = (struct pfs_classify_ctx){ .page = page_around,
					 .arg = &around,
					 .free_until = pfn + 1 };
	return pfs_classify(c, &ctx, pfn, bytes, ret_why);
}

int pfs_page_get(struct pfs_model *m, uint64_t pfn, struct pfs_page *ret, struct pfs_err *err)
{
	const struct pfs_section *s = pfs_section_of(m, pfn);

	memset(ret, 0, sizeof(*ret));
	if (!m->layout.vmemmap_known)
		return pfs_err_set(err, ENOENT, "pfn 0x%llx: the memmap's address is not known",
				   (unsigned long long)pfn);
	if (!s)
		return pfs_err_set(err, ENOENT, "pfn 0x%llx: no section", (unsigned long long)pfn);
	if (!(s->flags & PFS_SEC_HAS_MEM_MAP))
		return pfs_err_set(err, ENOENT, "pfn 0x%llx: section %llu has no memmap",
				   (unsigned long long)pfn, (unsigned long long)s->nr);
	ret->pfn = pfn;
	ret->va = pfs_pfn_to_page(m, pfn);
	ret->state = read_page(m, ret->va, ret->bytes, &ret->walk);
	if (ret->state != PFS_ST_OK) {
		ret->why = pfs_answer_why(ret->state);
		return 0;
	}
	ret->has_bytes = true;
	ret->state = pfs_page_classify(m, pfn, ret->bytes, &ret->why);
	decode(m->classifier, ret);
	return 0;
}

int pfs_run_around(struct pfs_model *m, uint64_t pfn, struct pfs_run *ret, struct pfs_err *err)
{
	uint64_t per = m->layout.pages_per_section, first = pfn / per * per, at;
	struct pfs_page p;
	int r = pfs_page_get(m, pfn, &p, err);

	if (r)
		return r;
	ret->state = p.state;
	ret->start = pfn;
	ret->end = pfn + 1;
	if (!pfs_state_abnormal(p.state))
		return 0;
	for (at = pfn; at > first; at--) {
		r = pfs_page_get(m, at - 1, &p, err);
		if (r || p.state != ret->state)
			break;
		ret->start = at - 1;
	}
	for (at = pfn + 1; !r && at < first + per; at++) {
		r = pfs_page_get(m, at, &p, err);
		if (r || p.state != ret->state)
			break;
		ret->end = at + 1;
	}
	return r;
}
