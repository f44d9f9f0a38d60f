/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mem_section: the root table, sections, their flags and subsection maps. The
 * address of the table means different things in different sources (facts.def),
 * so that each meaning is tried and has to prove itself.
 */
#include "core/model/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_CHUNK 512 /* root pointers, or sections, per read */

struct table {
	uint64_t va;	   /* first root pointer, or first section */
	uint64_t entries;  /* of the table */
	uint64_t per_root; /* sections per root; 0: no roots, a flat array */
};

struct walk_state {
	struct pfs_model *m;
	uint64_t size; /* of struct mem_section */
	uint64_t map_offset;
	size_t cap;
	uint64_t bad_roots;  /* pointers that lead nowhere */
	uint64_t unreadable; /* sections whose struct mem_section is not in the dump */
	uint64_t illegal;    /* entries that no kernel writes: bits but not PRESENT */
};

static bool is_kernel_pointer(const struct pfs_model *m, uint64_t va)
{
	return pfs_in_kernel_half(m->mem, va) && !(va & 7) && m->mem->arch->canonical(m->mem, va);
}

static unsigned int decode_flags(const struct pfs_layout *l, uint64_t raw)
{
	unsigned int i, flags = 0;

	for (i = 0; i < PFS_NR_SECTION_FLAGS; i++)
		if (l->flag_bits[i] < 64 && raw >> l->flag_bits[i] & 1)
			flags |= 1u << i;
	return flags;
}

static int add_section(struct walk_state *w, uint64_t nr, uint64_t va, const unsigned char *raw)
{
	struct pfs_model *m = w->m;
	struct pfs_section *s;
	uint64_t map = pfs_le64(raw + w->map_offset);

	if (!map || nr >= m->layout.nr_sections)
		return 0;
	s = pfs_grow(&m->arena, &m->sections, &m->nr_sections, &w->cap, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->nr = nr;
	s->va = va;
	s->raw = map;
	s->base = map & m->layout.map_mask;
	s->flags = decode_flags(&m->layout, map);
	if (pfs_have(m->facts, PFS_F_MS_USAGE) && pfs_val(m->facts, PFS_F_MS_USAGE) <= w->size - 8)
		s->usage = pfs_le64(raw + pfs_val(m->facts, PFS_F_MS_USAGE));
	if (s->usage && pfs_have(m->facts, PFS_F_MSU_PAGEBLOCK_FLAGS))
		s->pageblocks = s->usage + pfs_val(m->facts, PFS_F_MSU_PAGEBLOCK_FLAGS);
	else if (!pfs_has_subsections(m) &&
		 pfs_val(m->facts, PFS_F_MS_PAGEBLOCK_FLAGS) <= w->size - 8)
		s->pageblocks = pfs_le64(raw + pfs_val(m->facts, PFS_F_MS_PAGEBLOCK_FLAGS));
	if (!(s->flags & PFS_SEC_PRESENT))
		w->illegal++;
	return 0;
}

/*
 * Add nr sections that are stored at va one after the other. Pages of the array
 * that cannot be read are skipped and counted.
 */
static int add_array(struct walk_state *w, uint64_t first_nr, uint64_t va, uint64_t nr)
{
	unsigned char buf[4096];
	uint64_t per_read = sizeof(buf) / w->size, i, j, n;
	int r;

	for (i = 0; i < nr; i += n) {
		n = nr - i < per_read ? nr - i : per_read;
		if (pfs_read_va(w->m->mem, va + i * w->size, buf, n * w->size, NULL)) {
			w->unreadable += n;
			continue;
		}
		for (j = 0; j < n; j++) {
			r = add_section(w, first_nr + i + j, va + (i + j) * w->size,
					buf + j * w->size);
			if (r)
				return r;
		}
	}
	return 0;
}

static int walk_roots(struct walk_state *w, const struct table *t)
{
	uint64_t i, j, n, root;
	unsigned char buf[TABLE_CHUNK * 8];
	int r;

	for (i = 0; i < t->entries; i += n) {
		n = t->entries - i < TABLE_CHUNK ? t->entries - i : TABLE_CHUNK;
		if (pfs_read_va(w->m->mem, t->va + i * 8, buf, n * 8, NULL)) {
			w->unreadable += n * t->per_root;
			continue;
		}
		for (j = 0; j < n; j++) {
			root = pfs_le64(buf + j * 8);
			if (!root)
				continue;
			if (!is_kernel_pointer(w->m, root)) {
				w->bad_roots++;
				continue;
			}
			r = add_array(w, (i + j) * t->per_root, root, t->per_root);
			if (r)
				return r;
		}
	}
	return 0;
}

/*
 * Read the table and put its sections into the model. Returns 0 if it looks
 * like one: it has sections, and hardly any pointer or entry that no kernel
 * writes.
 */
static int try_table(struct walk_state *w, const struct table *t)
{
	int r;

	w->m->sections = NULL;
	w->m->nr_sections = 0;
	w->cap = 0;
	w->bad_roots = w->unreadable = w->illegal = 0;
	r = t->per_root ? walk_roots(w, t) : add_array(w, 0, t->va, t->entries);
	if (r)
		return r;
	if (!w->m->nr_sections || w->illegal > w->m->nr_sections / 2 ||
	    w->bad_roots > w->m->nr_sections)
		return -ENOENT;
	return 0;
}

/*
 * The root table holds ceil(NR_MEM_SECTIONS / per root) pointers
 * (SPARSEMEM_EXTREME), or the sections themselves. LENGTH(mem_section) tells.
 */
static int find_table(struct walk_state *w, struct pfs_err *err)
{
	struct pfs_model *m = w->m;
	uint64_t nr = m->layout.nr_sections, per_root = m->layout.page_size / w->size;
	uint64_t va = pfs_val(m->facts, PFS_F_MEM_SECTION), length, target;
	struct table t = { .va = va };
	struct pfs_walk walk;
	int r;

	length = pfs_have(m->facts, PFS_F_NR_ROOTS) ? pfs_val(m->facts, PFS_F_NR_ROOTS) :
						      (nr + per_root - 1) / per_root;
	if (!length || length > nr)
		return pfs_err_set(err, EINVAL, "%s: absurd value %llu",
				   pfs_fact_name(PFS_F_NR_ROOTS), (unsigned long long)length);
	t.entries = length;
	t.per_root = length == nr ? 0 : per_root;
	if (!is_kernel_pointer(m, va))
		return pfs_err_set(err, EINVAL, "mem_section: 0x%llx is no kernel address",
				   (unsigned long long)va);
	/*
	 * If this turns out to be no table, what was read here belongs to
	 * somebody else and must not be kept.
	 */
	pfs_target_trial(m->mem->target, PFS_TRIAL_BEGIN);
	r = try_table(w, &t);
	pfs_target_trial(m->mem->target, r == -ENOENT ? PFS_TRIAL_DROP : PFS_TRIAL_KEEP);
	if (r != -ENOENT)
		return r ? pfs_err_set(err, -r, "mem_section: out of memory") : 0;

	/* If this is not the table, it is the address of the variable that points to it. */
	r = pfs_read_u64(m->mem, va, &target, "mem_section", err);
	if (r)
		return r;
	if (is_kernel_pointer(m, target)) {
		t.va = target;
		r = try_table(w, &t);
		if (r != -ENOENT)
			return r ? pfs_err_set(err, -r, "mem_section: out of memory") : 0;
	}
	pfs_walk_va(m->mem, target, &walk);
	return pfs_err_set(err, EINVAL,
			   "mem_section: no plausible section table at 0x%llx, nor where its first "
			   "word leads, 0x%llx (%s)",
			   (unsigned long long)va, (unsigned long long)target,
			   is_kernel_pointer(m, target) ? pfs_reach_name(pfs_walk_reach(&walk)) :
							  "no kernel address");
}

static int by_nr(const void *a, const void *b)
{
	uint64_t x = ((const struct pfs_section *)a)->nr, y = ((const struct pfs_section *)b)->nr;

	return x < y ? -1 : x > y;
}

/*
 * Without VMEMMAP the memmap of each section is somewhere in the direct map. If
 * only one section says so it is damaged; if all do, and if there are struct
 * pages at each of these places, this is classic sparsemem.
 */
static bool is_classic(struct pfs_model *m)
{
	const struct pfs_layout *l = &m->layout;
	uint64_t window = l->nr_sections * l->pages_per_section * l->struct_page;
	size_t i, valid = 0;

	for (i = 0; i < m->nr_sections; i++) {
		const struct pfs_section *s = &m->sections[i];
		uint64_t va = s->base + s->nr * l->pages_per_section * l->struct_page;
		struct pfs_walk w;

		if (!(s->flags & PFS_SEC_HAS_MEM_MAP))
			continue;
		if (va - l->vmemmap < window || !m->mem->arch->canonical(m->mem, va))
			return false;
		pfs_walk_va(m->mem, va, &w);
		if (!w.mapped)
			return false;
		valid++;
	}
	return valid;
}

/*
 * With VMEMMAP all sections have the same base (sparse_encode_mem_map() of
 * vmemmap and the first PFN). Where no fact states it, the base that most of
 * them have is taken.
 */
static void settle_vmemmap(struct pfs_model *m)
{
	uint64_t guess = 0, votes = 0, agree = 0, valid = 0;
	size_t i;

	if (m->layout.vmemmap_known && is_classic(m)) {
		m->layout.vmemmap_known = false;
		pfs_limit(m, "struct pages",
			  "not applicable: SPARSEMEM without VMEMMAP, each "
			  "section has a memmap of its own");
		return;
	}
	for (i = 0; i < m->nr_sections; i++) {
		if (!(m->sections[i].flags & PFS_SEC_HAS_MEM_MAP))
			continue;
		valid++;
		if (!votes)
			guess = m->sections[i].base;
		votes += m->sections[i].base == guess ? 1 : (uint64_t)-1;
	}
	for (i = 0; i < m->nr_sections; i++)
		agree += m->sections[i].flags & PFS_SEC_HAS_MEM_MAP && m->sections[i].base == guess;
	if (!m->layout.vmemmap_known && agree > valid / 2 && (valid > 1 || agree)) {
		m->layout.vmemmap = guess;
		m->layout.vmemmap_known = true;
	}
	if (!m->layout.vmemmap_known)
		pfs_limit(m, "struct pages",
			  "sections share no memmap base: no SPARSEMEM_VMEMMAP kernel, or a "
			  "damaged table");
}

/* Up to v5.2 the pageblock bits are by themselves. */
static void read_pageblocks(struct pfs_model *m, struct pfs_section *s)
{
	unsigned char word[8];

	if (s->usage || !(s->flags & PFS_SEC_HAS_MEM_MAP) || !s->pageblocks)
		return;
	s->usage_reach = is_kernel_pointer(m, s->pageblocks) ?
				 pfs_read_va(m->mem, s->pageblocks, word, sizeof(word), NULL) :
				 PFS_REACH_BAD_ADDRESS;
}

static int read_usage(struct pfs_model *m, struct pfs_section *s)
{
	uint64_t bytes = (m->layout.subsections + 63) / 64 * 8, i;
	unsigned char buf[64];

	read_pageblocks(m, s);
	if (!(s->flags & PFS_SEC_HAS_MEM_MAP) || !s->usage)
		return 0;
	if (!is_kernel_pointer(m, s->usage)) {
		s->usage_reach = PFS_REACH_BAD_ADDRESS;
		return 0;
	}
	if (!pfs_have(m->facts, PFS_F_MSU_SUBSECTION_MAP) || bytes > sizeof(buf))
		return 0;
	s->usage_reach = pfs_read_va(m->mem, s->usage + pfs_val(m->facts, PFS_F_MSU_SUBSECTION_MAP),
				     buf, bytes, NULL);
	if (s->usage_reach != PFS_REACH_OK)
		return 0;
	s->subsections = pfs_calloc(&m->arena, bytes / 8, 8);
	if (!s->subsections)
		return -ENOMEM;
	for (i = 0; i < bytes / 8; i++)
		s->subsections[i] = pfs_le64(buf + i * 8);
	return 0;
}

int pfs_model_sections(struct pfs_model *m, struct pfs_err *err)
{
	struct walk_state w = { .m = m };
	uint64_t unknown = 0;
	size_t i;
	int r;

	if (!pfs_have(m->facts, PFS_F_MEM_SECTION) && pfs_have(m->facts, PFS_F_MEM_MAP))
		return pfs_err_set(
			err, EINVAL,
			"not applicable: a FLATMEM kernel, which has one memmap for all of "
			"memory (mem_map) and no sections");
	if (!pfs_have(m->facts, PFS_F_MEM_SECTION))
		return pfs_err_set(err, EINVAL,
				   "%s is not known: no SPARSEMEM kernel, or VMCOREINFO lacks it",
				   pfs_fact_name(PFS_F_MEM_SECTION));
	if (!pfs_have(m->facts, PFS_F_SZ_MEM_SECTION) || !pfs_have(m->facts, PFS_F_MS_MAP))
		return pfs_err_set(err, EINVAL, "%s or %s is not known",
				   pfs_fact_name(PFS_F_SZ_MEM_SECTION),
				   pfs_fact_name(PFS_F_MS_MAP));
	w.size = pfs_val(m->facts, PFS_F_SZ_MEM_SECTION);
	w.map_offset = pfs_val(m->facts, PFS_F_MS_MAP);
	/* A power of two since SECTION_ROOT_MASK was introduced; 16 or 32 bytes. */
	if (w.size < 8 || w.size > 128 || w.size & (w.size - 1) || w.map_offset > w.size - 8)
		return pfs_err_set(err, EINVAL,
				   "struct mem_section: absurd size %llu or offset %llu",
				   (unsigned long long)w.size, (unsigned long long)w.map_offset);
	r = find_table(&w, err);
	if (r)
		return r;
	m->sections_known = !w.unreadable && !w.bad_roots;
	if (w.unreadable)
		pfs_limit(m, "sections", "%llu struct mem_section are not in the dump",
			  (unsigned long long)w.unreadable);
	if (w.bad_roots)
		pfs_limit(m, "sections", "%llu root pointers are no kernel addresses",
			  (unsigned long long)w.bad_roots);
	/* Roots are in order, except in a damaged table where some are shared. */
	for (i = 1; i < m->nr_sections && m->sections[i - 1].nr < m->sections[i].nr; i++)
		;
	if (i < m->nr_sections)
		qsort(m->sections, m->nr_sections, sizeof(*m->sections), by_nr);
	settle_vmemmap(m);
	for (i = 0; i < m->nr_sections; i++) {
		r = read_usage(m, &m->sections[i]);
		if (r)
			return pfs_err_set(err, -r, "sections: out of memory");
		unknown += m->sections[i].flags & PFS_SEC_HAS_MEM_MAP &&
			   !m->sections[i].subsections;
	}
	if (unknown && pfs_has_subsections(m))
		pfs_limit(m, "subsection maps", "not known for %llu sections%s",
			  (unsigned long long)unknown,
			  pfs_have(m->facts, PFS_F_MSU_SUBSECTION_MAP) ?
				  "" :
				  ": no debug information, or a kernel without subsections");
	return 0;
}

const struct pfs_section *pfs_section_of(const struct pfs_model *m, uint64_t pfn)
{
	struct pfs_section key;

	if (!m->nr_sections)
		return NULL;
	key.nr = pfn / m->layout.pages_per_section;
	return bsearch(&key, m->sections, m->nr_sections, sizeof(key), by_nr);
}
