/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes and zones: each pg_data_t and its struct zones. */
#include "core/model/model.h"

#include <errno.h>
#include <string.h>

#define MAX_NODES 1024		/* NODES_SHIFT is at most 10 */
#define MAX_ZONES 8		/* ZONES_WIDTH is at most 3 */

/* What zones cannot be read without. The first NR_WRITTEN are in each kernel's VMCOREINFO. */
#define NR_WRITTEN 2

struct build {
	struct pfs_model *m;
	size_t cap_nodes, cap_zones;
	uint64_t nr_zones; /* per node */
	bool online_known;
	unsigned char online[MAX_NODES / 8];
	uint64_t unreadable_nodes, unreadable_zones, foreign;
	bool uncounted; /* it is not known how many nodes there can be */
};

/* The same, but where this kernel has no such member, true with *ret unchanged. */
static bool read_long_if(struct pfs_model *m, uint64_t va, enum pfs_fact_id offset, uint64_t *ret)
{
	return !pfs_have(m->facts, offset) || pfs_read_long(m, va, offset, ret);
}

static void read_name(struct pfs_model *m, struct pfs_zone *z)
{
	struct pfs_err ignored;
	uint64_t name;

	if (!pfs_have(m->facts, PFS_F_ZONE_NAME) ||
	    !pfs_read_long(m, z->va, PFS_F_ZONE_NAME, &name) ||
	    pfs_read_str(m->mem, name, z->name, sizeof(z->name), "zone name", &ignored))
		z->name[0] = '\0';
}

static int add_zone(struct build *b, const struct pfs_node *n, unsigned int index, uint64_t va)
{
	struct pfs_model *m = b->m;
	struct pfs_zone z = { .va = va, .node = n->nid, .index = index, .contiguous = -1 }, *p;
	unsigned char c;

	if (!pfs_read_long(m, z.va, PFS_F_ZONE_START, &z.start_pfn) ||
	    !pfs_read_long(m, z.va, PFS_F_ZONE_SPANNED, &z.spanned) ||
	    !read_long_if(m, z.va, PFS_F_ZONE_PRESENT, &z.present) ||
	    !read_long_if(m, z.va, PFS_F_ZONE_MANAGED, &z.managed)) {
		b->unreadable_zones++;
		return 0;
	}
	if (!z.spanned && !z.present)
		return 0;
	if (pfs_have(m->facts, PFS_F_ZONE_CONTIGUOUS) &&
	    !pfs_read_va(m->mem, z.va + pfs_val(m->facts, PFS_F_ZONE_CONTIGUOUS), &c, 1, NULL))
		z.contiguous = c != 0;
	read_name(m, &z);
	p = pfs_grow(&m->arena, &m->zones, &m->nr_zones, &b->cap_zones, sizeof(*p));
	if (!p)
		return -ENOMEM;
	*p = z;
	return 0;
}

/* RHEL 7 has ZONE_DEVICE behind a pointer, to keep node_zones as it was; NULL: there is none. */
static int add_device_zone(struct build *b, const struct pfs_node *n)
{
	const struct pfs_facts *f = b->m->facts;
	uint64_t va;

	if (!pfs_have(f, PFS_F_PGDAT_ZONE_DEVICE) || !pfs_have(f, PFS_F_ZONE_DEVICE) ||
	    pfs_val(f, PFS_F_ZONE_DEVICE) >= MAX_ZONES)
		return 0;
	if (!pfs_read_long(b->m, n->va, PFS_F_PGDAT_ZONE_DEVICE, &va)) {
		b->unreadable_zones++;
		return 0;
	}
	return va ? add_zone(b, n, (unsigned int)pfs_val(f, PFS_F_ZONE_DEVICE), va) : 0;
}

/*
 * A pg_data_t that is not online and spans nothing is no node: since
 * 09f49dca570a "mm: handle uninitialized numa nodes gracefully" (v5.18) every
 * possible node has one.
 */
static int add_node(struct build *b, unsigned int nid, uint64_t va)
{
	struct pfs_model *m = b->m;
	struct pfs_node n = { .nid = nid, .va = va, .first_deferred_pfn = UINT64_MAX }, *p;
	bool online = b->online_known && b->online[nid / 8] >> nid % 8 & 1;
	unsigned char id[4];
	unsigned int i;
	int r = 0;

	if (pfs_have(m->facts, PFS_F_PGDAT_ID)) {
		if (pfs_read_va(m->mem, va + pfs_val(m->facts, PFS_F_PGDAT_ID), id, 4, NULL)) {
			b->unreadable_nodes++;
			return 0;
		}
		if (pfs_le32(id) != nid) {
			/* The pg_data_t of an offline node may never have been filled in. */
			b->foreign += online || !b->online_known;
			return 0;
		}
	}
	if (!read_long_if(m, va, PFS_F_PGDAT_START, &n.start_pfn) ||
	    !read_long_if(m, va, PFS_F_PGDAT_SPANNED, &n.spanned) ||
	    !read_long_if(m, va, PFS_F_PGDAT_PRESENT, &n.present) ||
	    !read_long_if(m, va, PFS_F_PGDAT_DEFERRED, &n.first_deferred_pfn)) {
		b->unreadable_nodes++;
		return 0;
	}
	if (!n.spanned && !n.present && !online)
		return 0;
	p = pfs_grow(&m->arena, &m->nodes, &m->nr_nodes, &b->cap_nodes, sizeof(*p));
	if (!p)
		return -ENOMEM;
	*p = n;
	for (i = 0; i < b->nr_zones && !r; i++)
		r = add_zone(b, &n, i,
			     va + pfs_val(m->facts, PFS_F_PGDAT_ZONES) +
				     i * pfs_val(m->facts, PFS_F_SZ_ZONE));
	return r ? r : add_device_zone(b, &n);
}

static int walk_nodes(struct build *b)
{
	const struct pfs_facts *f = b->m->facts;
	uint64_t nr = pfs_have(f, PFS_F_NR_NODES_MAX) ? pfs_val(f, PFS_F_NR_NODES_MAX) : 1;
	unsigned char buf[8];
	unsigned int nid;
	uint64_t va;
	int r;

	/* Without NUMA there is one node and no array of them. */
	if (!pfs_have(f, PFS_F_NODE_DATA))
		return add_node(b, 0, pfs_val(f, PFS_F_CONTIG_PAGE_DATA));
	if (!pfs_have(f, PFS_F_NR_NODES_MAX)) {
		pfs_limit(b->m, "zones", "%s is not known: those of node 0 alone",
			  pfs_fact_name(PFS_F_NR_NODES_MAX));
		b->uncounted = true;
	}
	if (nr > MAX_NODES) {
		pfs_limit(b->m, "zones", "%s: absurd value %llu", pfs_fact_name(PFS_F_NR_NODES_MAX),
			  (unsigned long long)nr);
		nr = MAX_NODES;
	}
	if (pfs_have(f, PFS_F_NODE_ONLINE_MAP))
		b->online_known = !pfs_read_va(b->m->mem, pfs_val(f, PFS_F_NODE_ONLINE_MAP),
					       b->online, (nr + 63) / 64 * 8, NULL);
	for (nid = 0; nid < nr; nid++) {
		va = pfs_val(f, PFS_F_NODE_DATA) + nid * 8ull;
		if (pfs_read_va(b->m->mem, va, buf, 8, NULL)) {
			b->unreadable_nodes++;
			continue;
		}
		va = pfs_le64(buf);
		if (!va && b->online_known && b->online[nid / 8] >> nid % 8 & 1)
			b->unreadable_nodes++;
		r = va ? add_node(b, nid, va) : 0;
		if (r)
			return r;
	}
	return 0;
}

int pfs_model_zones(struct pfs_model *m, struct pfs_err *err)
{
	static const enum pfs_fact_id need[] = { PFS_F_PGDAT_ZONES, PFS_F_SZ_ZONE, PFS_F_ZONE_START,
						 PFS_F_ZONE_SPANNED, PFS_F_MAX_NR_ZONES };
	struct build b = { .m = m };
	bool damaged;
	size_t i;

	/* VMCOREINFO has one of them, or is damaged. */
	if (!pfs_have(m->facts, PFS_F_NODE_DATA) && !pfs_have(m->facts, PFS_F_CONTIG_PAGE_DATA)) {
		pfs_limit(m, "zones", "neither node_data nor contig_page_data is known");
		m->zones_damaged = true;
		return 0;
	}
	for (i = 0; i < sizeof(need) / sizeof(*need); i++) {
		if (!pfs_have(m->facts, need[i])) {
			pfs_limit(m, "zones", "%s is not known", pfs_fact_name(need[i]));
			m->zones_damaged = i < NR_WRITTEN;
			return 0;
		}
	}
	b.nr_zones = pfs_val(m->facts, PFS_F_MAX_NR_ZONES);
	if (!b.nr_zones || b.nr_zones > MAX_ZONES) {
		pfs_limit(m, "zones", "%s: absurd value %llu", pfs_fact_name(PFS_F_MAX_NR_ZONES),
			  (unsigned long long)b.nr_zones);
		return 0;
	}
	if (walk_nodes(&b))
		return pfs_err_set(err, ENOMEM, "zones: out of memory");
	/* There is memory, and no node has it. */
	if (!m->nr_zones && !b.unreadable_zones && !b.foreign)
		b.unreadable_nodes += !b.unreadable_nodes;
	damaged = b.unreadable_nodes || b.unreadable_zones || b.foreign;
	/* VMCOREINFO has how many there can be wherever it has node_data. */
	m->zones_damaged = damaged || b.uncounted;
	m->zones_known = !m->zones_damaged;
	if (damaged)
		pfs_limit(
			m, "zones",
			"incomplete: %llu nodes and %llu zones unreadable, %llu nodes with another's number",
			(unsigned long long)b.unreadable_nodes,
			(unsigned long long)b.unreadable_zones, (unsigned long long)b.foreign);
	return 0;
}

const struct pfs_zone *pfs_zone_by_link(const struct pfs_model *m, unsigned int nid,
					unsigned int index)
{
	size_t i;

	for (i = 0; i < m->nr_zones; i++)
		if (m->zones[i].node == nid && m->zones[i].index == index)
			return &m->zones[i];
	return NULL;
}

const struct pfs_zone *pfs_zone_spanning(const struct pfs_model *m, uint64_t pfn,
					 const struct pfs_zone *after)
{
	size_t i = after ? (size_t)(after - m->zones) + 1 : 0;

	for (; i < m->nr_zones; i++)
		if (pfn >= m->zones[i].start_pfn &&
		    pfn - m->zones[i].start_pfn < m->zones[i].spanned)
			return &m->zones[i];
	return NULL;
}
