/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the memmap is mapped: leaves and holes of every section's struct pages. */
#include "core/model.h"

#include <errno.h>

static bool same_kind(const struct pfs_vmemmap_run *r, const struct pfs_walk *w, bool no_table)
{
	const struct pfs_step *last = &w->step[w->nr - 1];

	return r->end == w->va && r->mapped == w->mapped && r->no_table == no_table &&
	       r->level == last->level && r->leaf_size == w->leaf_size &&
	       (!w->mapped || r->writable == w->writable);
}

static int add_leaf(struct pfs_model *m, size_t *cap, const struct pfs_walk *w, uint64_t end)
{
	const struct pfs_step *last = &w->step[w->nr - 1];
	bool no_table = last->presence != PFS_PRESENT;
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
	r->leaves++;
	return 0;
}

int pfs_model_vmemmap(struct pfs_model *m, struct pfs_err *err)
{
	const struct pfs_layout *l = &m->layout;
	struct pfs_walk w;
	size_t i, cap = 0;

	if (!l->vmemmap_known)
		return 0;
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
		}
	}
	return 0;
}
