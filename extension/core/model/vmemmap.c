/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the memmap is mapped: leaves and holes of every section's struct pages. */
#include "core/model/model.h"

#include <errno.h>
#include <stdlib.h>

#define MAX_BACKING (1u << 20)

static bool same_kind(const struct pfs_vmemmap_run *r, const struct pfs_walk *w, bool no_table)
{
	const struct pfs_step *last = pfs_walk_end(w);

	return r->end == w->va && r->mapped == w->mapped && r->no_table == no_table &&
	       r->level == last->level && r->leaf_size == w->leaf_size &&
	       (!w->mapped || r->writable == w->writable);
}

static int add_leaf(struct pfs_model *m, size_t *cap, const struct pfs_walk *w, uint64_t end)
{
	const struct pfs_step *last = pfs_walk_end(w);
	bool no_table = pfs_walk_reach(w) == PFS_REACH_NO_TABLE;
	struct pfs_vmemmap_run *r = m->nr_vmemmap ? &m->vmemmap[m->nr_vmemmap - 1] : NULL;

	if (!r || !same_kind(r, w, no_table)) {
		r = pfs_grow(&m->arena, &m->vmemmap, &m->nr_vmemmap, cap, sizeof(*r));
		if (!r)
			return -ENOMEM;
		r->start = w->va;
		r->mapped = w->mapped;
		r->writable = w->writable;
		r->no_table = no_table;
		r->level = last->level;
		r->leaf_size = w->leaf_size;
		r->first_pa = w->pa;
		r->entry = last->entry;
	}
	r->end = end;
	/* One may map the memmap of several sections (ppc64le). */
	r->leaves += !w->mapped || !r->leaves || !(w->va & (w->leaf_size - 1));
	return 0;
}

/* When out of memory, or with too many pieces, the backing counts as not known. */
static void add_backing(struct pfs_model *m, size_t *cap, const struct pfs_walk *w, uint64_t len)
{
	struct pfs_backing *b = m->nr_backing ? &m->backing[m->nr_backing - 1] : NULL;

	if (!m->backing_known)
		return;
	if (b && b->va + b->len * b->repeat == w->va) {
		if (b->repeat == 1 && b->pa + b->len == w->pa) {
			b->len += len;
			return;
		}
		if (b->pa == w->pa && b->len == len) {
			b->repeat++;
			return;
		}
		/*
		 * The first leaf of the shared frame was joined to the stretch
		 * before it: take it off there.
		 */
		if (b->repeat == 1 && b->len > len && b->pa + b->len - len == w->pa) {
			b->len -= len;
			b = pfs_grow(&m->arena, &m->backing, &m->nr_backing, cap, sizeof(*b));
			if (b)
				*b = (struct pfs_backing){ w->pa, len, w->va - len, 2 };
			m->backing_known = b != NULL;
			return;
		}
	}
	b = m->nr_backing < MAX_BACKING ?
		    pfs_grow(&m->arena, &m->backing, &m->nr_backing, cap, sizeof(*b)) :
		    NULL;
	if (b)
		*b = (struct pfs_backing){ w->pa, len, w->va, 1 };
	m->backing_known = b != NULL;
}

static int by_pa(const void *a, const void *b)
{
	const struct pfs_backing *x = a, *y = b;

	if (x->pa != y->pa)
		return x->pa < y->pa ? -1 : 1;
	return x->va < y->va ? -1 : x->va > y->va;
}

int pfs_model_vmemmap(struct pfs_model *m, struct pfs_err *err)
{
	const struct pfs_layout *l = &m->layout;
	struct pfs_walk w;
	size_t i, cap = 0, cap_backing = 0;

	if (!l->vmemmap_known)
		return 0;
	m->backing_known = true;
	for (i = 0; i < m->nr_sections; i++) {
		const struct pfs_section *s = &m->sections[i];
		uint64_t va, end, next;

		if (!(s->flags & PFS_SEC_HAS_MEM_MAP))
			continue;
		va = pfs_pfn_to_page(m, s->nr * l->pages_per_section);
		end = va + l->pages_per_section * l->struct_page;
		for (; va < end; va = next) {
			pfs_walk_va(m->mem, va, &w);
			if (!w.nr || !w.leaf_size)
				return pfs_err_set(err, EINVAL, "vmemmap: 0x%llx cannot be walked",
						   (unsigned long long)va);
			/* A leaf, or the hole behind an empty entry, may reach past the section. */
			next = (va | (w.leaf_size - 1)) + 1;
			if (next > end || next < va)
				next = end;
			if (add_leaf(m, &cap, &w, next))
				return pfs_err_set(err, ENOMEM, "vmemmap: out of memory");
			if (w.mapped)
				add_backing(m, &cap_backing, &w, next - va);
			else if (pfs_walk_reach(&w) == PFS_REACH_NO_TABLE)
				m->backing_known = false;
		}
	}
	if (m->nr_backing)
		qsort(m->backing, m->nr_backing, sizeof(*m->backing), by_pa);
	return 0;
}

bool pfs_in_memmap(const struct pfs_model *m, uint64_t va, uint64_t *ret_pfn)
{
	const struct pfs_layout *l = &m->layout;
	uint64_t pages = l->nr_sections * l->pages_per_section;

	if (!l->vmemmap_known || !pfs_within(va, l->vmemmap, pages * l->struct_page))
		return false;
	*ret_pfn = (va - l->vmemmap) / l->struct_page;
	return true;
}
