/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XArray entries, by their low bits (include/linux/xarray.h, v4.20 on):
 *
 *	00	pointer
 *	x1	value: an integer, not a pointer
 *	10	internal; as a number n = entry >> 2:
 *		n < 62 of 64	sibling: continues the entry in slot n
 *		256		retry, seen only while a node goes away
 *		257		zero entry: reserved index without a pointer
 *		entry > 4096	node: entry - 2 is a struct xa_node
 *
 * An entry in a node of shift s covers 1 << s indices, and as many again for
 * each sibling behind it.
 *
 * A radix tree (to v4.19) has the same nodes, and other low bits:
 *
 *	01	internal: a node, or a sibling, which is the address of its slot
 *	1x	exceptional: an integer
 */
#include "core/model/xarray.h"

#include <errno.h>

#define MAX_DEPTH 17		/* 64 bits of index in steps of 4, and one */
#define MAX_SLOTS 64
#define MAX_NODES (1u << 16)

struct level {
	uint64_t index; /* of slot 0 */
	uint64_t slots; /* address of slot 0 */
	unsigned int shift;
	unsigned int next; /* slot to look at next */
	uint64_t slot[MAX_SLOTS];
};

struct walk {
	struct pfs_model *m;
	struct pfs_xa_stat *stat;
	pfs_xa_fn *fn;
	void *arg;
	bool radix;		     /* a radix tree */
	uint64_t head_at;	     /* offset of the head in the structure */
	uint64_t shift_at, slots_at; /* offsets in the node */
	unsigned int slots, bits;    /* per node, and its log2 */
	unsigned int nodes;
	unsigned int depth;
	struct level level[MAX_DEPTH];
};

static bool is_internal(const struct walk *w, uint64_t e)
{
	return (e & 3) == (w->radix ? 1 : 2);
}

static bool is_value(const struct walk *w, uint64_t e)
{
	return e & (w->radix ? 2 : 1);
}

static bool is_node(const struct walk *w, uint64_t e)
{
	return is_internal(w, e) && e > 4096;
}

/* The slot that this entry of a node continues; the number of slots: it is no sibling. */
static uint64_t sibling_of(const struct walk *w, const struct level *l, uint64_t e)
{
	uint64_t slot = w->radix ? (e - 1 - l->slots) / 8 : e >> 2;

	return is_internal(w, e) && slot < w->slots - 1 ? slot : w->slots;
}

/* A retry or a zero entry: no damage, and no pointer. */
static bool is_known_number(const struct walk *w, uint64_t e)
{
	return w->radix ? e == 1 : e >> 2 == 256 || e >> 2 == 257;
}

static uint64_t last_index(uint64_t first, uint64_t count, unsigned int shift)
{
	uint64_t span, last;

	if (shift >= 64 || __builtin_mul_overflow(count, 1ull << shift, &span) ||
	    __builtin_add_overflow(first, span - 1, &last))
		return UINT64_MAX;
	return last;
}

/*
 * shift is the one that the node must have. It is smaller than that of the
 * parent, which bounds the depth.
 */
static void push(struct walk *w, uint64_t entry, uint64_t index, int shift)
{
	struct level *l = &w->level[w->depth];
	uint64_t va = entry & ~UINT64_C(3), used = 0, i;
	unsigned char buf[MAX_SLOTS * 8], s;

	if (w->nodes == MAX_NODES) {
		w->stat->truncated = true;
		return;
	}
	w->nodes++;
	if (w->depth == MAX_DEPTH) {
		w->stat->damaged++;
		return;
	}
	if (pfs_read_va(w->m->mem, va + w->shift_at, &s, 1, NULL) ||
	    pfs_read_va(w->m->mem, va + w->slots_at, buf, w->slots * 8, NULL)) {
		w->stat->unreadable++;
		return;
	}
	for (i = 0; i < w->slots; i++) {
		l->slot[i] = pfs_le64(buf + i * 8);
		used |= l->slot[i];
	}
	/* A node goes away with the last of its entries. */
	if ((shift >= 0 && s != shift) || s % w->bits || s >= 64 || va % 8 || !used) {
		w->stat->damaged++;
		return;
	}
	l->index = index;
	l->slots = va + w->slots_at;
	l->shift = s;
	l->next = 0;
	w->depth++;
}

/* Visit the entry in slot i of the deepest node, together with the siblings that follow it. */
static int visit(struct walk *w, struct level *l, unsigned int i)
{
	uint64_t e = l->slot[i], first;
	unsigned int n = 1;

	while (i + n < w->slots && sibling_of(w, l, l->slot[i + n]) == i)
		n++;
	l->next = i + n;
	if (!e || is_value(w, e))
		return 0;
	if (__builtin_mul_overflow((uint64_t)i, 1ull << l->shift, &first) ||
	    __builtin_add_overflow(first, l->index, &first)) {
		w->stat->damaged++;
		return 0;
	}
	if (is_node(w, e) && sibling_of(w, l, e) == w->slots) {
		if (l->shift < w->bits)
			w->stat->damaged++;
		else
			push(w, e, first, (int)(l->shift - w->bits));
		return 0;
	}
	if (is_internal(w, e)) {
		/* A sibling that follows no entry, or a number without a meaning. */
		w->stat->damaged += !is_known_number(w, e);
		return 0;
	}
	return w->fn(w->arg, first, last_index(first, n, l->shift), e);
}

static int init(struct walk *w, struct pfs_err *err)
{
	static const enum pfs_fact_id forms[2][4] = {
		{ PFS_F_XA_HEAD, PFS_F_XN_SHIFT, PFS_F_XN_SLOTS, PFS_F_XN_NSLOTS },
		{ PFS_F_RADIX_RNODE, PFS_F_RADIX_SHIFT, PFS_F_RADIX_SLOTS, PFS_F_RADIX_NSLOTS },
	};
	const struct pfs_facts *f = w->m->facts;
	const enum pfs_fact_id *form = forms[w->radix];
	uint64_t slots;
	size_t i;

	for (i = 0; i < 4; i++)
		if (!pfs_have(f, form[i]))
			return pfs_err_set(err, EINVAL, "%s is not known", pfs_fact_name(form[i]));
	slots = pfs_val(f, form[3]);
	/* XA_CHUNK_SHIFT, RADIX_TREE_MAP_SHIFT before, is 6, or 4 with BASE_SMALL. */
	if (slots != 16 && slots != 64)
		return pfs_err_set(err, EINVAL, "%s: absurd value %llu", pfs_fact_name(form[3]),
				   (unsigned long long)slots);
	w->slots = (unsigned int)slots;
	w->bits = slots == 64 ? 6 : 4;
	w->head_at = pfs_val(f, form[0]);
	w->shift_at = pfs_val(f, form[1]);
	w->slots_at = pfs_val(f, form[2]);
	return 0;
}

int pfs_xa_walk(struct pfs_model *m, uint64_t va, pfs_xa_fn *fn, void *arg,
		struct pfs_xa_stat *stat, struct pfs_err *err)
{
	struct walk w;
	uint64_t head;
	int r;

	*stat = (struct pfs_xa_stat){ 0 };
	w.m = m;
	w.stat = stat;
	w.fn = fn;
	w.arg = arg;
	w.nodes = w.depth = 0;
	w.head_at = 0;
	w.radix = pfs_have(m->facts, PFS_F_RADIX_RNODE);
	r = init(&w, err);
	if (!r)
		r = pfs_read_u64(m->mem, va + w.head_at, &head, "xarray head", err);
	if (r)
		return r;
	if (!is_node(&w, head)) {
		/* The head is no node but the entry of index 0. */
		if (is_internal(&w, head))
			stat->damaged += !is_known_number(&w, head);
		else if (head && !is_value(&w, head))
			return fn(arg, 0, 0, head);
		return 0;
	}
	push(&w, head, 0, -1);
	while (w.depth && !stat->truncated) {
		struct level *l = &w.level[w.depth - 1];

		if (l->next == w.slots) {
			w.depth--;
			continue;
		}
		r = visit(&w, l, l->next);
		if (r)
			return r;
	}
	return 0;
}
