/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which words of a struct page are pointers, and to what, by what the page is. */
#include "core/pages/classify.h"
#include "core/verdict/candidate.h"

/* What a page is, as far as it decides the names of its words. */
enum kind {
	SLAB = 1,
	DEVICE = 2,
	FILE = 4,
	ANON = 8,
	MOVABLE = 16,
	KSM = 32,
	LISTED = 64,
	BUFFERS = 128,
	KERNEL = 256, /* charged, and not of a process */
	USED = 512,
};

static const struct {
	enum kind kind;
	const char *name;
	enum pfs_fact_id at;
	unsigned int more, bits;
	enum pfs_fact_id size;
} pointers[] = {
#define PFS_F_NR_FACTS PFS_NR_FACTS
#define POINTER(id, kind, name, at, more, bits, size) \
	{ kind, name, PFS_F_##at, more, bits, PFS_F_##size },
#include <pfnscope/pointers.def>
#undef POINTER
#undef PFS_F_NR_FACTS
};

static bool flag(const struct pfs_model *m, const struct pfs_page *p, enum pfs_fact_id id)
{
	return pfs_have(m->facts, id) && pfs_val(m->facts, id) < 64 &&
	       p->flags >> pfs_val(m->facts, id) & 1;
}

/* PG_slab up to v6.9, a bit of the page type in v6.10 and v6.11, its top byte later. */
static bool is_slab(const struct pfs_model *m, const struct pfs_page *p)
{
	const struct pfs_classifier *c = m->classifier;
	uint32_t type = c->type_offset ? pfs_le32(p->bytes + c->type_offset) : 0;
	uint32_t slab;

	if (pfs_have(m->facts, PFS_F_FLAG_SLAB))
		return flag(m, p, PFS_F_FLAG_SLAB);
	if (c->slab_type)
		return (type & 0xff000000) == c->slab_type;
	slab = (uint32_t)pfs_val(m->facts, PFS_F_SLAB_VALUE);
	return pfs_have(m->facts, PFS_F_SLAB_VALUE) && type >> 28 == 0xf && !(type & ~slab);
}

static unsigned int kinds(const struct pfs_model *m, const struct pfs_page *p)
{
	static const enum kind by_bits[] = { FILE, ANON, MOVABLE, KSM };
	const struct pfs_classifier *c = m->classifier;
	uint64_t memcg = 0,
		 mapping = c->mapping_offset ? pfs_le64(p->bytes + c->mapping_offset) : 0;
	unsigned int k = USED | LISTED;
	size_t at;

	if (p->tail)
		return 0;
	if (is_slab(m, p))
		return SLAB;
	if (c->has_links && (int64_t)p->zone == c->device_zone)
		return USED | DEVICE;
	k |= by_bits[mapping & 3];
	if (k & FILE && mapping && flag(m, p, PFS_F_FLAG_PRIVATE))
		k |= BUFFERS;
	if (pfs_page_member(m, PFS_F_PG_MEMCG_DATA, 8, &at))
		memcg = pfs_le64(p->bytes + at);
	return memcg & 2 ? k - USED + KERNEL : k;
}

size_t pfs_page_pointers(const struct pfs_model *m, const struct pfs_page *p,
			 struct pfs_pointer *ret, size_t max)
{
	unsigned int k = kinds(m, p);
	size_t i, n = 0, at;

	for (i = 0; i < sizeof(pointers) / sizeof(pointers[0]) && n < max; i++) {
		if (!(pointers[i].kind & k) || !pfs_page_member(m, pointers[i].at, 8, &at) ||
		    at + pointers[i].more + 8 > m->layout.struct_page)
			continue;
		at += pointers[i].more;
		if (n && ret[n - 1].at == at && ret[n - 1].size)
			continue;
		ret[n].name = pointers[i].name;
		ret[n].at = at;
		ret[n].word = pfs_le64(p->bytes + at);
		ret[n].address = ret[n].word & ~(uint64_t)pointers[i].bits;
		ret[n].size = pointers[i].size < PFS_NR_FACTS &&
					      pfs_have(m->facts, pointers[i].size) ?
				      pfs_val(m->facts, pointers[i].size) :
				      0;
		n++;
	}
	return n;
}
