/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the memory that backs the memmap: it belongs to nobody else, backs
 * one struct page only, and is counted if a device provided it.
 */
#include "core/checks/check.h"

#include "core/pages/classify.h"

#define ULL(x) ((unsigned long long)(x))

/* The PFNs whose struct pages lie at [va, va + bytes). */
static uint64_t first_pfn(const struct pfs_model *m, uint64_t va)
{
	return (va - m->layout.vmemmap) / m->layout.struct_page;
}

static uint64_t end_pfn(const struct pfs_model *m, uint64_t va)
{
	return (va - m->layout.vmemmap + m->layout.struct_page - 1) / m->layout.struct_page;
}

/* The piece of backing that holds this physical address. */
static const struct pfs_backing *backing_at(const struct pfs_model *m, uint64_t pa)
{
	size_t lo = 0, hi = m->nr_backing, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (m->backing[mid].pa <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && pa - m->backing[lo - 1].pa < m->backing[lo - 1].len ? &m->backing[lo - 1] :
									   NULL;
}

static void freed(struct pfs_check *c, const struct pfs_run *r, const char *why)
{
	const struct pfs_model *m = c->m;
	uint64_t page = m->layout.page_size, pa, n;

	/* Struct pages that share memory with others cannot be believed. */
	if (pfs_found(c, PFS_P_MEMMAP_ALIASED, r->start, r->end))
		return;
	for (pa = r->start * page; pa < r->end * page; pa += n) {
		const struct pfs_backing *b = backing_at(m, pa);
		struct pfs_finding *f;
		uint64_t va;

		n = page;
		if (!b)
			continue;
		n = b->pa + b->len - pa;
		if (n > r->end * page - pa)
			n = r->end * page - pa;
		va = b->va + (pa - b->pa);
		f = pfs_find(c, PFS_P_MEMMAP_FREED_BUT_MAPPED, first_pfn(m, va),
			     end_pfn(m, va + n));
		pfs_evidence(c, f, "their struct pages at 0x%llx lie in PFNs 0x%llx-0x%llx",
			     ULL(va), ULL(pa / page), ULL((pa + n) / page - 1));
		pfs_evidence(c, f, "%s", why);
	}
}

/*
 * Memory that backs the memmap is PG_reserved (from memblock), a plain
 * allocation or memory of a device. If it is in the free lists, on an LRU list
 * or in a slab, it belongs to somebody else, whose data is now taken for struct
 * pages.
 */
void pfs_check_backing_freed(struct pfs_check *c)
{
	const struct pfs_runs *unused = &c->scan->marks[PFS_MARK_BACKING_FREE];
	const struct pfs_runs *used = &c->scan->marks[PFS_MARK_BACKING_USED];
	size_t i;

	for (i = 0; i < unused->nr; i++)
		freed(c, &unused->r[i], "those pages are in the buddy allocator");
	for (i = 0; i < used->nr; i++)
		freed(c, &used->r[i], "those pages are on an LRU list or in a slab");
}

/*
 * Do the struct pages from va on belong to the same compound page, whose head a
 * tail names in word?
 */
static bool in_compound(const struct pfs_model *m, uint64_t va, uint64_t word)
{
	const struct pfs_classifier *c = m->classifier;
	uint64_t before = va - m->layout.struct_page, head_va, named;
	uint64_t page_va = va + m->layout.struct_page;
	unsigned char bytes[128];

	head_va = c->head_is_mask ? page_va & (word - 1) : word - 1;
	if (head_va >= va)
		return head_va == va;
	if (before == head_va)
		return true;
	return pfs_read_va(m->mem, before, bytes, m->layout.struct_page, NULL) == PFS_REACH_OK &&
	       pfs_compound_head(c, before, bytes, &named) && named == head_va;
}

/*
 * HVO (f41f2ed43ca5 "mm: hugetlb: free the vmemmap pages associated with each
 * HugeTLB page", v5.14) and DAX (4917f55b4ef9 "mm/sparse-vmemmap: improve memory
 * savings for compound devmaps", v5.17) share frames that hold nothing but tail
 * pages, and perhaps one head at their start, between parts of one compound
 * page. Kernels with PG_tail (up to v4.3) have neither. 0: shared by rule, or not readable.
 */
static bool shared_against_rule(const struct pfs_model *m, uint64_t pa, uint64_t va, uint64_t other)
{
	const struct pfs_layout *l = &m->layout;
	size_t at, head = m->classifier->head_offset;
	uint64_t stop, in = pa & (l->page_size - 1);
	unsigned char buf[4096];

	if (!head)
		return m->classifier->tail_mask;
	if (l->struct_page & (l->struct_page - 1) ||
	    pfs_read_phys(m->mem, pa - in, buf, sizeof(buf), &stop) != PFS_PRESENT)
		return false;
	for (at = l->struct_page; at < sizeof(buf); at += l->struct_page)
		if (!(pfs_le64(buf + at + head) & 1))
			return true;
	return !in_compound(m, va - in, pfs_le64(buf + l->struct_page + head)) ||
	       !in_compound(m, other - in, pfs_le64(buf + l->struct_page + head));
}

static void aliased(struct pfs_check *c, uint64_t va, uint64_t len, uint64_t other, uint64_t pa)
{
	struct pfs_finding *f = pfs_find(c, PFS_P_MEMMAP_ALIASED, first_pfn(c->m, va),
					 end_pfn(c->m, va + len));

	pfs_evidence(c, f, "0x%llx and 0x%llx are both mapped to physical 0x%llx, %llu bytes",
		     ULL(va), ULL(other), ULL(pa), ULL(len));
	pfs_evidence(c, f, "it is not the shared tails of a huge page");
}

/* Is the memmap at va backed by the memory at pa, as if it went on from there? */
static bool goes_on(const struct pfs_model *m, uint64_t va, uint64_t pa)
{
	size_t i;

	for (i = 0; i < m->nr_backing; i++)
		if (va - m->backing[i].va < m->backing[i].len)
			return m->backing[i].pa + (va - m->backing[i].va) == pa;
	return false;
}

#define MAX_VOTE_PAGES 512

/*
 * To which of two parts of the memmap does the frame that they share belong?
 * The struct pages in it point to themselves and to their neighbours. > 0: to
 * the part at a, < 0: to the one at b.
 */
static int whose(const struct pfs_model *m, uint64_t pa, uint64_t len, uint64_t a, uint64_t b)
{
	size_t lru = m->classifier->lru_offset, at, i;
	unsigned char buf[4096];
	uint64_t off, stop, word;
	int votes = 0;

	for (off = 0; off < len && off < MAX_VOTE_PAGES * sizeof(buf); off += sizeof(buf)) {
		size_t n = len - off < sizeof(buf) ? (size_t)(len - off) : sizeof(buf);

		if (pfs_read_phys(m->mem, pa + off, buf, n, &stop) != PFS_PRESENT)
			continue;
		for (at = 0; at + m->layout.struct_page <= n; at += m->layout.struct_page) {
			for (i = 0; lru && i < 2; i++) {
				word = pfs_le64(buf + at + lru + i * 8);
				votes += (word - a < len) - (word - b < len);
			}
		}
	}
	return votes;
}

/*
 * Several leaves in a row map one frame. Of the first and the last of them, the
 * right one is the one whose struct pages the frame holds, or whose backing
 * continues behind it.
 */
static void repeated(struct pfs_check *c, const struct pfs_backing *b)
{
	uint64_t last = b->va + b->len * (b->repeat - 1);
	int votes = whose(c->m, b->pa, b->len, b->va, last);

	if (votes ? votes < 0 : goes_on(c->m, last + b->len, b->pa + b->len))
		aliased(c, b->va, last - b->va, last, b->pa);
	else
		aliased(c, b->va + b->len, last - b->va, b->va, b->pa);
}

/*
 * Of two mappings of the same memory one is wrong: the one that is not its
 * owner's, or the shorter one.
 */
void pfs_check_aliased(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	const struct pfs_backing *far = NULL; /* of those before, the one that ends last */
	size_t i;

	for (i = 0; i < m->nr_backing; i++) {
		const struct pfs_backing *b = &m->backing[i];

		if (b->repeat > 1 && shared_against_rule(m, b->pa, b->va, b->va + b->len))
			repeated(c, b);
		if (far && b->pa - far->pa < far->len &&
		    shared_against_rule(m, b->pa, b->va, far->va + (b->pa - far->pa))) {
			uint64_t in = b->pa - far->pa, rest = far->len - in;
			uint64_t len = b->len < rest ? b->len : rest, other = far->va + in;
			int votes = whose(m, b->pa, len, b->va, other);

			if (votes ? votes > 0 : far->len < b->len)
				aliased(c, other, len, b->va, b->pa);
			else
				aliased(c, b->va, len, other, b->pa);
		}
		if (!far || b->pa + b->len > far->pa + far->len)
			far = b;
	}
}

/* Bytes of backing in a physical range, each frame once. */
static uint64_t backed_bytes(const struct pfs_model *m, uint64_t start, uint64_t end)
{
	uint64_t done = start, sum = 0;
	size_t i;

	for (i = 0; i < m->nr_backing && m->backing[i].pa < end; i++) {
		uint64_t from = m->backing[i].pa, to = from + m->backing[i].len;

		from = from > done ? from : done;
		to = to < end ? to : end;
		if (to <= from)
			continue;
		sum += to - from;
		done = to;
	}
	return sum;
}

/*
 * Is a part of the memmap of these pages not mapped? Then the memory that
 * backed it cannot be counted.
 */
static bool any_unmapped(const struct pfs_model *m, uint64_t start, uint64_t end)
{
	uint64_t from = pfs_pfn_to_page(m, start), to = pfs_pfn_to_page(m, end);
	size_t i;

	for (i = 0; i < m->nr_vmemmap; i++)
		if (!m->vmemmap[i].mapped && m->vmemmap[i].start < to && m->vmemmap[i].end > from)
			return true;
	return false;
}

/*
 * struct vmem_altmap: `alloc` of `free` pages behind the `reserve` were given
 * out, and `align` were lost to alignment. What was given out backs memmap.
 */
void pfs_check_altmaps(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	uint64_t first, end, need, used;
	size_t i;

	for (i = 0; i < m->nr_pgmaps; i++) {
		const struct pfs_pgmap *p = &m->pgmaps[i];
		const struct pfs_altmap *a = &p->altmap;
		struct pfs_finding *f;

		if (!p->has_altmap || !pfs_have(m->facts, PFS_F_ALT_ALLOC) ||
		    !pfs_have(m->facts, PFS_F_ALT_ALIGN))
			continue;
		if (__builtin_add_overflow(a->alloc, a->align, &need) || need > a->free) {
			f = pfs_find(c, PFS_P_ALTMAP_MISCOUNTED, p->start_pfn, p->end_pfn);
			f->severity = PFS_SEV_CORRUPT;
			pfs_evidence(c, f,
				     "altmap of device pagemap 0x%llx: %llu pages given out and "
				     "%llu lost to alignment, of %llu",
				     ULL(p->va), ULL(a->alloc), ULL(a->align), ULL(a->free));
			continue;
		}
		if (!m->backing_known || __builtin_add_overflow(a->base_pfn, a->reserve, &first) ||
		    __builtin_add_overflow(first, a->free, &end) ||
		    end > UINT64_MAX >> m->layout.page_shift ||
		    any_unmapped(m, p->start_pfn, p->end_pfn))
			continue;
		used = backed_bytes(m, first << m->layout.page_shift, end << m->layout.page_shift);
		used >>= m->layout.page_shift;
		if (used == a->alloc)
			continue;
		f = pfs_find(c, PFS_P_ALTMAP_MISCOUNTED, p->start_pfn, p->end_pfn);
		pfs_doubt(f, PFS_CONF_MEDIUM,
			  "the stacks of all tasks (foreach bt in crash): is one "
			  "in memremap_pages() or memunmap_pages()");
		pfs_evidence(c, f,
			     "altmap of device pagemap 0x%llx: %llu pages given out, %llu of its "
			     "pages back the memmap",
			     ULL(p->va), ULL(a->alloc), ULL(used));
		pfs_evidence(c, f,
			     "a task in memremap_pages() or memunmap_pages() would explain it");
	}
}
