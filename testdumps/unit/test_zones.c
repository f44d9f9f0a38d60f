/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes, zones, resources, e820, memory blocks and device pagemaps, whole and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>

#include <cmocka.h>

#include "core/pages/predicate.h"
#include "core/model/xarray.h"
#include "world.h"

/* struct zone of 0x40 bytes, pg_data_t with four of them in front */
#define ZONE 0x40
#define PGDAT(n) (OBJ + 0x1000 + (n) * 0x200u)

static void zone_facts(struct world *w)
{
	w_fact(w, PFS_F_NODE_DATA, KERNEL + OBJ);
	w_fact(w, PFS_F_NR_NODES_MAX, 64);
	w_fact(w, PFS_F_NODE_ONLINE_MAP, KERNEL + OBJ + 0x800);
	w_fact(w, PFS_F_MAX_NR_ZONES, 4);
	w_fact(w, PFS_F_PGDAT_ZONES, 0);
	w_fact(w, PFS_F_PGDAT_ID, 0x100);
	w_fact(w, PFS_F_PGDAT_START, 0x108);
	w_fact(w, PFS_F_PGDAT_SPANNED, 0x110);
	w_fact(w, PFS_F_PGDAT_PRESENT, 0x118);
	w_fact(w, PFS_F_SZ_ZONE, ZONE);
	w_fact(w, PFS_F_ZONE_START, 0x0);
	w_fact(w, PFS_F_ZONE_SPANNED, 0x8);
	w_fact(w, PFS_F_ZONE_PRESENT, 0x10);
	w_fact(w, PFS_F_ZONE_MANAGED, 0x18);
	w_fact(w, PFS_F_ZONE_NAME, 0x20);
	w_fact(w, PFS_F_ZONE_CONTIGUOUS, 0x28);
}

static void put_node(struct world *w, unsigned int slot, uint32_t id, uint64_t start,
		     uint64_t spanned)
{
	w_u64(w, OBJ + slot * 8u, KERNEL + PGDAT(slot));
	w_u32(w, PGDAT(slot) + 0x100, id);
	w_u64(w, PGDAT(slot) + 0x108, start);
	w_u64(w, PGDAT(slot) + 0x110, spanned);
	w_u64(w, PGDAT(slot) + 0x118, spanned);
}

static void put_zone(struct world *w, unsigned int slot, unsigned int i, uint64_t start,
		     uint64_t spanned)
{
	uint64_t at = PGDAT(slot) + i * ZONE;

	w_u64(w, at, start);
	w_u64(w, at + 8, spanned);
	w_u64(w, at + 0x10, spanned);
	w_u64(w, at + 0x20, KERNEL + OBJ + 0x900);
	w->ram.bytes[at + 0x28] = 1;
	w_str(w, OBJ + 0x900, "DMA32");
}

static void zones(void **state)
{
	struct world *w = w_new();
	const struct pfs_zone *z;

	(void)state;
	zone_facts(w);
	w_u64(w, OBJ + 0x800, 0x3);
	put_node(w, 0, 0, 1, 0x1000);
	put_zone(w, 0, 0, 1, 0x1000);
	put_zone(w, 0, 3, 0x800, 0x100);
	put_node(w, 1, 1, 0x2000, 0x100);
	put_zone(w, 1, 1, 0x2000, 0x100);
	/* Possible, but never online: not a node. */
	put_node(w, 2, 0, 0, 0);
	assert_int_equal(pfs_model_zones(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_nodes, 2);
	assert_int_equal(w->m.nr_zones, 3);
	assert_int_equal(w->m.nr_limits, 0);
	z = pfs_zone_by_link(&w->m, 0, 3);
	assert_non_null(z);
	assert_int_equal(z->start_pfn, 0x800);
	assert_string_equal(z->name, "DMA32");
	assert_int_equal(z->contiguous, 1);
	assert_null(pfs_zone_by_link(&w->m, 1, 0));
	z = pfs_zone_spanning(&w->m, 0x850, NULL);
	assert_int_equal(z->index, 0);
	z = pfs_zone_spanning(&w->m, 0x850, z);
	assert_int_equal(z->index, 3);
	assert_null(pfs_zone_spanning(&w->m, 0x850, z));
	assert_null(pfs_zone_spanning(&w->m, 0, NULL));
	w_free(w);
}

static void zones_damaged(void **state)
{
	struct world *w = w_new();

	(void)state;
	zone_facts(w);
	w_u64(w, OBJ + 0x800, 0x1f); /* of which the last one is NULL */
	put_node(w, 0, 0, 1, 0x1000);
	put_zone(w, 0, 0, UINT64_MAX - 1, UINT64_MAX);
	put_node(w, 1, 7, 1, 0x1000);		   /* another's number */
	w_u64(w, OBJ + 2 * 8, 0x1234567800000000); /* not canonical */
	w_u64(w, OBJ + 3 * 8, UINT64_MAX - 7);	   /* wraps */
	assert_int_equal(pfs_model_zones(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_nodes, 1);
	assert_true(w_limit(w, "zones", "3 nodes and 0 zones unreadable, 1 nodes with another's"));
	/* A span that wraps holds only what is above its start. */
	assert_non_null(pfs_zone_spanning(&w->m, UINT64_MAX - 1, NULL));
	assert_null(pfs_zone_spanning(&w->m, 5, NULL));
	w_free(w);

	w = w_new();
	zone_facts(w);
	w_fact(w, PFS_F_MAX_NR_ZONES, 1 << 20);
	assert_int_equal(pfs_model_zones(&w->m, &w->err), 0);
	assert_true(w_limit(w, "zones", "absurd"));
	w_free(w);

	w = w_new();
	assert_int_equal(pfs_model_zones(&w->m, &w->err), 0);
	assert_true(w_limit(w, "zones", "neither node_data"));
	assert_true(w->m.zones_damaged);
	w_free(w);

	/* What each VMCOREINFO has, and what types alone tell. */
	w = w_new();
	zone_facts(w);
	w_no_fact(w, PFS_F_SZ_ZONE);
	assert_int_equal(pfs_model_zones(&w->m, &w->err), 0);
	assert_true(w_limit(w, "zones", "SIZE(zone) is not known"));
	assert_true(w->m.zones_damaged);
	w_free(w);

	w = w_new();
	zone_facts(w);
	w_no_fact(w, PFS_F_ZONE_START);
	assert_int_equal(pfs_model_zones(&w->m, &w->err), 0);
	assert_false(w->m.zones_damaged);
	w_free(w);
}

#define RES(n) (OBJ + (n) * 0x40u)

static void res_facts(struct world *w)
{
	w_fact(w, PFS_F_IOMEM_RESOURCE, KERNEL + RES(0));
	w_fact(w, PFS_F_RES_START, 0);
	w_fact(w, PFS_F_RES_END, 8);
	w_fact(w, PFS_F_RES_NAME, 16);
	w_fact(w, PFS_F_RES_FLAGS, 24);
	w_fact(w, PFS_F_RES_SIBLING, 48);
	w_fact(w, PFS_F_RES_CHILD, 56);
}

static void put_res(struct world *w, unsigned int n, uint64_t start, uint64_t end, uint64_t flags,
		    unsigned int sibling, unsigned int child)
{
	w_u64(w, RES(n), start);
	w_u64(w, RES(n) + 8, end);
	w_u64(w, RES(n) + 16, KERNEL + 0x40000);
	w_u64(w, RES(n) + 24, flags);
	w_u64(w, RES(n) + 48, sibling ? KERNEL + RES(sibling) : 0);
	w_u64(w, RES(n) + 56, child ? KERNEL + RES(child) : 0);
	w_str(w, 0x40000, "Reserved");
}

static void resources(void **state)
{
	struct world *w = w_new();
	const struct pfs_resource *r;

	(void)state;
	res_facts(w);
	put_res(w, 0, 0, UINT64_MAX, 0x200, 0, 1);
	put_res(w, 1, 0x0, 0xfff, 0x200, 2, 0);
	put_res(w, 2, 0x1000, 0x9fbff, 0x1000200, 3, 4); /* ends in mid-page */
	put_res(w, 3, 0x9fc00, 0xfffff, 0x200, 0, 0);
	put_res(w, 4, 0x2000, 0x3fff, 0x1000200, 0, 0);
	assert_int_equal(pfs_is_system_ram(&w->m, 1), -1);
	assert_int_equal(pfs_model_resources(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_resources, 4);
	assert_int_equal(w->m.resources[2].depth, 1);
	assert_string_equal(w->m.resources[0].name, "Reserved");
	assert_int_equal(pfs_is_system_ram(&w->m, 0), 0);
	assert_int_equal(pfs_is_system_ram(&w->m, 1), 1);
	assert_int_equal(pfs_is_system_ram(&w->m, 0x9f), 1);
	assert_int_equal(pfs_is_system_ram(&w->m, 0xa0), 0);
	assert_int_equal(pfs_is_system_ram(&w->m, UINT64_MAX), 0);
	r = pfs_resource_of(&w->m, 2);
	assert_int_equal(r->depth, 1);
	assert_int_equal(pfs_resource_of(&w->m, 4)->depth, 0);
	assert_null(pfs_resource_of(&w->m, 0x9f));
	assert_null(pfs_resource_of(&w->m, 0x100));
	w_free(w);
}

static void resources_cyclic(void **state)
{
	struct world *w = w_new();
	unsigned int i;

	(void)state;
	/* Siblings in a circle. */
	res_facts(w);
	put_res(w, 0, 0, UINT64_MAX, 0x200, 0, 1);
	put_res(w, 1, 0x1000, 0x1fff, 0x200, 2, 0);
	put_res(w, 2, 0x2000, 0x2fff, 0x200, 1, 0);
	assert_int_equal(pfs_model_resources(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_resources, 2);
	assert_true(w_limit(w, "resources", "1 out of order"));
	w_free(w);

	/* A child that is its own parent, and siblings besides: bounded by depth and order. */
	w = w_new();
	res_facts(w);
	put_res(w, 0, 0, UINT64_MAX, 0x200, 0, 1);
	put_res(w, 1, 0x1000, 0xffff, 0x200, 2, 1);
	put_res(w, 2, 0x2000, 0x2fff, 0x200, 1, 1);
	assert_int_equal(pfs_model_resources(&w->m, &w->err), 0);
	assert_true(w->m.nr_resources <= 64);
	assert_true(w_limit(w, "resources", "incomplete"));
	w_free(w);

	/* Absurd links and ranges. */
	w = w_new();
	res_facts(w);
	put_res(w, 0, 0, UINT64_MAX, 0x200, 0, 1);
	put_res(w, 1, 0x5000, 0x1000, 0x200, 2, 0);
	assert_int_equal(pfs_model_resources(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_resources, 0);
	w_u64(w, RES(0) + 56, 0xdead000000000100);
	assert_int_equal(pfs_model_resources(&w->m, &w->err), 0);
	assert_true(w_limit(w, "resources", "1 unreadable"));
	w_free(w);

	/* As deep as can be. */
	w = w_new();
	res_facts(w);
	for (i = 0; i < 40; i++)
		put_res(w, i, 0x1000, 0xffff, 0x200, 0, i + 1);
	put_res(w, 40, 0x1000, 0xffff, 0x200, 0, 0);
	assert_int_equal(pfs_model_resources(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_resources, 32);
	w_free(w);
}

static void e820(void **state)
{
	struct world *w = w_new();

	(void)state;
	*machine_fact(&w->f, "SYMBOL(e820_table)") = (struct pfs_fact){ KERNEL + OBJ, "test" };
	*machine_fact(&w->f, "OFFSET(e820_table.nr_entries)") = (struct pfs_fact){ 0, "test" };
	*machine_fact(&w->f, "OFFSET(e820_table.entries)") = (struct pfs_fact){ 4, "test" };
	*machine_fact(&w->f, "SIZE(e820_entry)") = (struct pfs_fact){ 20, "test" };
	*machine_fact(&w->f, "OFFSET(e820_entry.addr)") = (struct pfs_fact){ 0, "test" };
	*machine_fact(&w->f, "OFFSET(e820_entry.size)") = (struct pfs_fact){ 8, "test" };
	*machine_fact(&w->f, "OFFSET(e820_entry.type)") = (struct pfs_fact){ 16, "test" };
	w_u64(w, OBJ, KERNEL + OBJ + 0x100);
	w_u32(w, OBJ + 0x100, 2);
	w_u64(w, OBJ + 0x104, 0x1000);
	w_u64(w, OBJ + 0x10c, 0x9ec00);
	w_u32(w, OBJ + 0x114, 1);
	w_u64(w, OBJ + 0x118, 0x9fc00);
	w_u64(w, OBJ + 0x120, 0x400);
	w_u32(w, OBJ + 0x128, 2);
	assert_int_equal(pfs_model_resources(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_firmware, 2);
	assert_int_equal(w->m.firmware[1].addr, 0x9fc00);
	assert_string_equal(w->m.firmware[1].type, "reserved");
	w->m.nr_firmware = 0;
	w_u32(w, OBJ + 0x100, 0xffffffff);
	assert_int_equal(pfs_model_resources(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_firmware, 0);
	assert_true(w_limit(w, "e820", "absurd number"));
	w_free(w);
}

/* XArray nodes: shift at 0, 64 slots from 0x28 on */
#define XA OBJ
#define NODE(n) (OBJ + 0x1000 + (n) * 0x400u)

static void xa_facts(struct world *w)
{
	w_fact(w, PFS_F_XA_HEAD, 8);
	w_fact(w, PFS_F_XN_SHIFT, 0);
	w_fact(w, PFS_F_XN_SLOTS, 0x28);
	w_fact(w, PFS_F_XN_NSLOTS, 64);
}

static uint64_t xa_node(struct world *w, unsigned int n, unsigned int shift)
{
	w->ram.bytes[NODE(n)] = (unsigned char)shift;
	return (KERNEL + NODE(n)) | 2;
}

static void xa_slot(struct world *w, unsigned int n, unsigned int slot, uint64_t entry)
{
	w_u64(w, NODE(n) + 0x28 + slot * 8u, entry);
}

struct seen {
	uint64_t first[8], last[8], entry[8];
	unsigned int nr;
};

static int see(void *arg, uint64_t first, uint64_t last, uint64_t entry)
{
	struct seen *s = arg;

	assert_true(s->nr < 8);
	s->first[s->nr] = first;
	s->last[s->nr] = last;
	s->entry[s->nr++] = entry;
	return 0;
}

static void xarray(void **state)
{
	struct world *w = w_new();
	struct pfs_xa_stat stat;
	struct seen s = { .nr = 0 };

	(void)state;
	xa_facts(w);
	/* Empty, then one entry at index 0. */
	assert_int_equal(pfs_xa_walk(&w->m, KERNEL + XA, see, &s, &stat, &w->err), 0);
	assert_int_equal(s.nr, 0);
	w_u64(w, XA + 8, KERNEL + 0x1000);
	assert_int_equal(pfs_xa_walk(&w->m, KERNEL + XA, see, &s, &stat, &w->err), 0);
	assert_int_equal(s.nr, 1);
	assert_int_equal(s.last[0], 0);

	/* Two levels: a multi-index entry of three slots at shift 6, plain ones below. */
	s.nr = 0;
	w_u64(w, XA + 8, xa_node(w, 0, 6));
	xa_slot(w, 0, 0, xa_node(w, 1, 0));
	xa_slot(w, 1, 5, KERNEL + 0x2000);
	xa_slot(w, 1, 6, 0x406); /* zero entry */
	xa_slot(w, 1, 7, 0x402); /* retry */
	xa_slot(w, 1, 8, 17);	 /* value */
	xa_slot(w, 0, 2, KERNEL + 0x3000);
	xa_slot(w, 0, 3, 2 << 2 | 2);
	xa_slot(w, 0, 4, 2 << 2 | 2);
	assert_int_equal(pfs_xa_walk(&w->m, KERNEL + XA, see, &s, &stat, &w->err), 0);
	assert_int_equal(s.nr, 2);
	assert_int_equal(s.first[0], 5);
	assert_int_equal(s.last[0], 5);
	assert_int_equal(s.first[1], 128);
	assert_int_equal(s.last[1], 128 + 3 * 64 - 1);
	assert_int_equal(stat.damaged + stat.unreadable, 0);
	w_free(w);
}

/* The same nodes in a radix tree: bit 0 is internal, and a sibling is the address of its slot. */
static void radix_tree(void **state)
{
	struct world *w = w_new();
	struct pfs_xa_stat stat;
	struct seen s = { .nr = 0 };

	(void)state;
	w_fact(w, PFS_F_RADIX_RNODE, 8);
	w_fact(w, PFS_F_RADIX_SHIFT, 0);
	w_fact(w, PFS_F_RADIX_SLOTS, 0x28);
	assert_int_equal(pfs_xa_walk(&w->m, KERNEL + XA, see, &s, &stat, &w->err), -EINVAL);
	w_fact(w, PFS_F_RADIX_NSLOTS, 64);
	w_u64(w, XA + 8, xa_node(w, 0, 6) - 1);
	xa_slot(w, 0, 0, xa_node(w, 1, 0) - 1);
	xa_slot(w, 1, 5, KERNEL + 0x2000);
	xa_slot(w, 1, 7, 1);  /* retry */
	xa_slot(w, 1, 8, 18); /* exceptional */
	xa_slot(w, 0, 2, KERNEL + 0x3000);
	xa_slot(w, 0, 3, (KERNEL + NODE(0) + 0x28 + 2 * 8) | 1);
	xa_slot(w, 0, 4, (KERNEL + NODE(0) + 0x28 + 2 * 8) | 1);
	assert_int_equal(pfs_xa_walk(&w->m, KERNEL + XA, see, &s, &stat, &w->err), 0);
	assert_int_equal(s.nr, 2);
	assert_int_equal(s.first[0], 5);
	assert_int_equal(s.first[1], 128);
	assert_int_equal(s.last[1], 128 + 3 * 64 - 1);
	assert_int_equal(stat.damaged + stat.unreadable, 0);
	/* A sibling that follows nothing, and a node of the wrong height. */
	xa_slot(w, 0, 9, (KERNEL + NODE(0) + 0x28 + 20 * 8) | 1);
	xa_slot(w, 1, 9, xa_node(w, 2, 6) - 1);
	s.nr = 0;
	assert_int_equal(pfs_xa_walk(&w->m, KERNEL + XA, see, &s, &stat, &w->err), 0);
	assert_int_equal(s.nr, 2);
	assert_int_equal(stat.damaged, 2);
	w_free(w);
}

static void xarray_damaged(void **state)
{
	struct world *w = w_new();
	struct pfs_xa_stat stat;
	struct seen s = { .nr = 0 };
	unsigned int i, k;

	(void)state;
	xa_facts(w);
	/* A node that is its own child; one of the wrong height; one that is not there. */
	w_u64(w, XA + 8, xa_node(w, 0, 12));
	xa_slot(w, 0, 0, xa_node(w, 0, 12));
	xa_slot(w, 0, 1, xa_node(w, 1, 0));
	xa_slot(w, 0, 2, 0xffffff0000000002);
	xa_slot(w, 0, 3, 9 << 2 | 2);	/* sibling of an empty slot */
	xa_slot(w, 0, 4, 100 << 2 | 2); /* means nothing */
	assert_int_equal(pfs_xa_walk(&w->m, KERNEL + XA, see, &s, &stat, &w->err), 0);
	assert_int_equal(s.nr, 0);
	assert_int_equal(stat.damaged, 4);
	assert_int_equal(stat.unreadable, 1);
	w_free(w);

	/* A node without an entry, and a pointer to one that is not aligned: no tree has either. */
	w = w_new();
	xa_facts(w);
	w_u64(w, XA + 8, xa_node(w, 0, 6));
	xa_slot(w, 0, 0, xa_node(w, 1, 0));
	xa_slot(w, 0, 1, xa_node(w, 2, 0) + 4);
	xa_slot(w, 2, 5, KERNEL + 0x2000);
	assert_int_equal(pfs_xa_walk(&w->m, KERNEL + XA, see, &s, &stat, &w->err), 0);
	assert_int_equal(s.nr, 0);
	assert_int_equal(stat.damaged, 2);
	assert_int_equal(stat.unreadable, 0);
	w_free(w);

	/* Every slot of every level the same node: 64^6 of them, were it not bounded. */
	w = w_new();
	xa_facts(w);
	for (i = 0; i < 6; i++) {
		xa_node(w, i, 36 - i * 6);
		for (k = 0; k < 64; k++)
			xa_slot(w, i, k, xa_node(w, i + 1, 30 - i * 6));
	}
	w_u64(w, XA + 8, xa_node(w, 0, 36));
	assert_int_equal(pfs_xa_walk(&w->m, KERNEL + XA, see, &s, &stat, &w->err), 0);
	assert_true(stat.truncated);
	w_free(w);

	w = w_new();
	xa_facts(w);
	w_fact(w, PFS_F_XN_NSLOTS, 1 << 20);
	assert_int_equal(pfs_xa_walk(&w->m, KERNEL + XA, see, &s, &stat, &w->err), -EINVAL);
	w_free(w);
}

static void memory_blocks(void **state)
{
	struct world *w = w_new();
	unsigned int i;

	(void)state;
	assert_int_equal(pfs_model_memory_blocks(&w->m, &w->err), 0);
	assert_true(w_limit(w, "memory blocks", "SYMBOL(memory_blocks) is not known"));
	xa_facts(w);
	w_fact(w, PFS_F_MEMORY_BLOCKS, KERNEL + XA);
	w_fact(w, PFS_F_SECTIONS_PER_BLOCK, KERNEL + OBJ + 0x100);
	w_fact(w, PFS_F_MB_START_NR, 0);
	w_fact(w, PFS_F_MB_STATE, 8);
	w_fact(w, PFS_F_MB_STATE_SIZE, 4);
	w_fact(w, PFS_F_MB_NID, 12);
	w_u32(w, OBJ + 0x100, 2);
	w_u64(w, XA + 8, xa_node(w, 0, 0));
	for (i = 0; i < 3; i++) {
		uint64_t at = 0x50000 + i * 0x100u;

		xa_slot(w, 0, i * 2, KERNEL + at);
		w_u64(w, at, i * 4);
		w_u32(w, at + 8, i == 2 ? 4 : 1);
		w_u32(w, at + 12, i);
	}
	xa_slot(w, 0, 9, 0xffffffffff000000);
	assert_int_equal(pfs_model_memory_blocks(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_memory_blocks, 3);
	assert_int_equal(w->m.memory_blocks[2].state, 4);
	assert_int_equal(w->m.memory_blocks[2].nid, 2);
	assert_true(w_limit(w, "memory blocks", "1 blocks unreadable"));
	assert_int_equal(pfs_memory_block_of(&w->m, 5 * 32768)->start_section, 4);
	assert_null(pfs_memory_block_of(&w->m, 6 * 32768));
	assert_null(pfs_memory_block_of(&w->m, 1000 * 32768ull));
	w_free(w);
}

/* Bits of an unsigned long, or from v6.18 enumerators that count from 0. */
static void memory_block_states(void **state)
{
	struct pfs_memory_block b = { .state = 1 };
	struct world *w = w_new();

	(void)state;
	w_fact(w, PFS_F_MB_STATE_SIZE, 8);
	assert_int_equal(pfs_memory_block_state(&w->m, &b), PFS_BLOCK_ONLINE);
	b.state = 2;
	assert_int_equal(pfs_memory_block_state(&w->m, &b), PFS_BLOCK_GOING_OFFLINE);
	b.state = 4;
	assert_int_equal(pfs_memory_block_state(&w->m, &b), PFS_BLOCK_OFFLINE);
	b.state = 0;
	assert_int_equal(pfs_memory_block_state(&w->m, &b), PFS_BLOCK_OTHER);
	w_fact(w, PFS_F_MB_STATE_SIZE, 4);
	b.state = 1;
	assert_int_equal(pfs_memory_block_state(&w->m, &b), PFS_BLOCK_OTHER);
	w_fact(w, PFS_F_MEM_ONLINE, 0);
	w_fact(w, PFS_F_MEM_GOING_OFFLINE, 1);
	w_fact(w, PFS_F_MEM_OFFLINE, 2);
	assert_int_equal(pfs_memory_block_state(&w->m, &b), PFS_BLOCK_GOING_OFFLINE);
	b.state = 0;
	assert_int_equal(pfs_memory_block_state(&w->m, &b), PFS_BLOCK_ONLINE);
	b.state = 2;
	assert_int_equal(pfs_memory_block_state(&w->m, &b), PFS_BLOCK_OFFLINE);
	b.state = 4;
	assert_int_equal(pfs_memory_block_state(&w->m, &b), PFS_BLOCK_OTHER);
	w_free(w);
}

/* struct dev_pagemap: altmap at 0, type 0x30, flags 0x34, nr_range 0x38, ranges 0x40 */
static void pgmap_facts(struct world *w)
{
	xa_facts(w);
	w_fact(w, PFS_F_PGMAP_ARRAY, KERNEL + XA);
	w_fact(w, PFS_F_PGMAP_ALTMAP, 0);
	w_fact(w, PFS_F_PGMAP_TYPE, 0x30);
	w_fact(w, PFS_F_PGMAP_FLAGS, 0x34);
	w_fact(w, PFS_F_PGMAP_NR_RANGE, 0x38);
	w_fact(w, PFS_F_PGMAP_RANGE, 0x40);
	w_fact(w, PFS_F_SZ_RANGE, 16);
	w_fact(w, PFS_F_RANGE_START, 0);
	w_fact(w, PFS_F_RANGE_END, 8);
	w_fact(w, PFS_F_ALT_BASE, 0);
	w_fact(w, PFS_F_ALT_END, 8);
	w_fact(w, PFS_F_ALT_RESERVE, 16);
	w_fact(w, PFS_F_ALT_FREE, 24);
}

static void pgmaps(void **state)
{
	struct world *w = w_new();
	const struct pfs_pgmap *p;
	const uint64_t at = 0x50000;

	(void)state;
	pgmap_facts(w);
	w_u64(w, at, 0x44000);
	w_u64(w, at + 8, 0x4bfff);
	w_u64(w, at + 16, 2);
	w_u64(w, at + 24, 1022);
	w_u32(w, at + 0x30, 3);
	w_u32(w, at + 0x34, 1);
	w_u32(w, at + 0x38, 2);
	w_u64(w, at + 0x40, 0x44000000);
	w_u64(w, at + 0x48, 0x4bffffff);
	w_u64(w, at + 0x50, 0x100000000);
	w_u64(w, at + 0x58, 0x1000fffff);
	/* As xa_store_range() leaves it: the same pointer again and again. */
	w_u64(w, XA + 8, xa_node(w, 0, 6));
	xa_slot(w, 0, 1, KERNEL + at);
	xa_slot(w, 0, 2, KERNEL + at);
	assert_int_equal(pfs_model_pgmaps(&w->m, &w->err), 0);
	assert_true(w->m.pgmaps_known);
	assert_int_equal(w->m.nr_pgmaps, 2);
	p = pfs_pgmap_of(&w->m, 0x44000);
	assert_non_null(p);
	assert_true(p->has_altmap);
	assert_int_equal(p->altmap.reserve, 2);
	assert_int_equal(p->end_pfn, 0x4c000);
	p = pfs_pgmap_of(&w->m, 0x1000ff);
	assert_int_equal(p->range, 1);
	assert_false(p->has_altmap);
	assert_null(pfs_pgmap_of(&w->m, 0x4c000));
	w_free(w);
}

static void pgmaps_otherwise(void **state)
{
	struct world *w = w_new();
	const uint64_t at = 0x50000;

	(void)state;
	/* Before v5.10 a struct resource, before v5.3 no flags. */
	pgmap_facts(w);
	w_no_fact(w, PFS_F_PGMAP_RANGE);
	w_no_fact(w, PFS_F_PGMAP_NR_RANGE);
	w_no_fact(w, PFS_F_PGMAP_FLAGS);
	w_fact(w, PFS_F_PGMAP_RES, 0x40);
	w_fact(w, PFS_F_RES_START, 0);
	w_fact(w, PFS_F_RES_END, 8);
	w_u64(w, at + 0x40, 0x44000000);
	w_u64(w, at + 0x48, 0x4bffffff);
	w_u64(w, XA + 8, KERNEL + at);
	assert_int_equal(pfs_model_pgmaps(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_pgmaps, 1);
	assert_false(w->m.pgmaps[0].has_altmap);
	w_free(w);

	/* Damaged: ranges without end. */
	w = w_new();
	pgmap_facts(w);
	w_u32(w, at + 0x38, 0xffffffff);
	w_u64(w, at + 0x40, 0x44000000);
	w_u64(w, at + 0x48, 0x43ffffff);
	w_u64(w, XA + 8, KERNEL + at);
	assert_int_equal(pfs_model_pgmaps(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_pgmaps, 0);
	assert_false(w->m.pgmaps_known);
	assert_true(w_limit(w, "device pagemaps", "2 entries damaged"));
	w_free(w);

	/* No ZONE_DEVICE: all none of them are known. */
	w = w_new();
	w_fact(w, PFS_F_MAX_NR_ZONES, 4);
	assert_int_equal(pfs_model_pgmaps(&w->m, &w->err), 0);
	assert_true(w->m.pgmaps_known);
	assert_int_equal(w->m.nr_limits, 0);
	w_free(w);
}

/* One pagemap with its percpu_ref at 0x60; word is its percpu_count_ptr, if it has one. */
static struct pfs_pgmap one_with_ref(struct world *w, uint64_t size, uint64_t ref, uint64_t word)
{
	const uint64_t at = 0x50000;
	struct pfs_pgmap p;

	pgmap_facts(w);
	w_fact(w, PFS_F_PGMAP_REF, 0x60);
	w_fact(w, PFS_F_PGMAP_REF_SIZE, size);
	w_fact(w, PFS_F_PREF_COUNT_PTR, 0);
	w_u32(w, at + 0x38, 1);
	w_u64(w, at + 0x40, 0x44000000);
	w_u64(w, at + 0x48, 0x4bffffff);
	w_u64(w, at + 0x60, ref);
	w_u64(w, 0x51000, word);
	w_u64(w, XA + 8, xa_node(w, 0, 6));
	xa_slot(w, 0, 1, KERNEL + at);
	assert_int_equal(pfs_model_pgmaps(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_pgmaps, 1);
	p = w->m.pgmaps[0];
	return p;
}

static void pgmap_refs(void **state)
{
	const uint64_t counters = 0x60f1c0de0000, pointer = KERNEL + 0x51000;
	static const struct {
		uint64_t size, ref, word;
		enum pfs_pgmap_ref want;
		int found; /* get_dev_pagemap() */
	} rows[] = {
		/* v5.17 on: the percpu_ref itself. Per CPU, atomic, killed, killed and atomic. */
		{ 16, counters, 0, PFS_REF_LIVE, 1 },
		{ 16, counters | 1, 0, PFS_REF_LIVE, 1 },
		{ 16, counters | 2, 0, PFS_REF_DEAD, 0 },
		{ 16, counters | 3, 0, PFS_REF_DEAD, 0 },
		{ 16, 3, 0, PFS_REF_DEAD, 0 },	      /* percpu_ref_exit() */
		{ 16, 0, 0, PFS_REF_UNREADABLE, -1 }, /* before percpu_ref_init() */
		/* before: a pointer to it, gone before the pagemap goes */
		{ 8, pointer, counters | 1, PFS_REF_LIVE, 1 },
		{ 8, pointer, counters | 3, PFS_REF_DEAD, 0 },
		{ 8, 0, 0, PFS_REF_DEAD, 0 },
		{ 8, 0x1234, 0, PFS_REF_UNREADABLE, -1 },
		{ 8, KERNEL + RAM_SIZE, 0, PFS_REF_UNREADABLE, -1 },
	};
	struct world *w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		w = w_new();
		assert_int_equal(one_with_ref(w, rows[i].size, rows[i].ref, rows[i].word).ref,
				 rows[i].want);
		assert_int_equal(pfs_get_dev_pagemap(&w->m, 0x44000), rows[i].found);
		assert_int_equal(pfs_get_dev_pagemap(&w->m, 0x43fff), 0);
		w_free(w);
	}
	/* Of a kernel whose types say nothing of it, a pagemap that is there is taken for live. */
	w = w_new();
	one_with_ref(w, 16, 3, 0);
	w_no_fact(w, PFS_F_PREF_COUNT_PTR);
	w->m.nr_pgmaps = 0;
	assert_int_equal(pfs_model_pgmaps(&w->m, &w->err), 0);
	assert_int_equal(w->m.pgmaps[0].ref, PFS_REF_NO_FACT);
	assert_null(pfs_pgmap_ref_name(&w->m.pgmaps[0]));
	assert_int_equal(pfs_get_dev_pagemap(&w->m, 0x44000), 1);
	w_free(w);
}

/* The altmap's reserve of a pagemap of PFNs 0x8000 to 0xbfff, sound and of any other value. */
static void altmap_reserve(void **unused)
{
	static const struct {
		uint64_t base, reserve, start, end; /* start == end: none */
	} cases[] = {
		{ 0x8000, 2, 0x8000, 0x8002 },
		{ 0x8000, 0, 0, 0 },
		{ 0x8000, 0x4000, 0x8000, 0xc000 },
		{ 0x8000, 0x4001, 0x8000, 0xc000 },
		{ 0x8000, UINT64_MAX - 0x8000, 0x8000, 0xc000 },
		/* Sums that would wrap: to 0, to the middle of the pagemap. */
		{ 0x8000, UINT64_MAX - 0x7fff, 0x8000, 0xc000 },
		{ 0xa000, UINT64_MAX, 0xa000, 0xc000 },
		{ 0x7000, 0x1800, 0x8000, 0x8800 },
		{ 0x7000, 0x1000, 0, 0 },
		{ 0xc000, 2, 0, 0 },
		{ UINT64_MAX, 2, 0, 0 },
	};
	struct pfs_pgmap g = { .start_pfn = 0x8000, .end_pfn = 0xc000, .has_altmap = true };
	uint64_t start, end;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool any = cases[i].end > cases[i].start;

		g.altmap = (struct pfs_altmap){ .base_pfn = cases[i].base,
						.reserve = cases[i].reserve };
		start = end = 0;
		assert_int_equal(pfs_altmap_reserve(&g, &start, &end), any);
		assert_int_equal(start, cases[i].start);
		assert_int_equal(end, cases[i].end);
		assert_int_equal(pfs_in_altmap_reserve(&g, start), any);
		assert_int_equal(pfs_in_altmap_reserve(&g, end - 1), any);
		assert_false(pfs_in_altmap_reserve(&g, start - 1));
		assert_false(pfs_in_altmap_reserve(&g, end));
	}
	g.altmap = (struct pfs_altmap){ .base_pfn = 0x8000, .reserve = 2 };
	g.has_altmap = false;
	assert_false(pfs_altmap_reserve(&g, &start, &end));
	assert_false(pfs_in_altmap_reserve(&g, 0x8000));
	assert_false(pfs_in_altmap_reserve(NULL, 0x8000));
}

static unsigned int mapped_kind(const struct pfs_facts *f)
{
	(void)f;
	return PFS_VALID_MAPPED;
}

static void put_region(struct world *w, unsigned int n, uint64_t base, uint64_t size,
		       uint32_t flags)
{
	w_u64(w, OBJ + 0x100 + n * 24, base);
	w_u64(w, OBJ + 0x108 + n * 24, size);
	w_u32(w, OBJ + 0x110 + n * 24, flags);
}

/* Three regions, the second NOMAP; then none of it is believed. */
static void memblock(void **state)
{
	static const struct {
		enum pfs_fact_id id;
		uint64_t value;
	} facts[] = {
		{ PFS_F_MEMBLOCK, KERNEL + OBJ },
		{ PFS_F_MEMBLOCK_MEMORY, 16 },
		{ PFS_F_MBT_CNT, 0 },
		{ PFS_F_MBT_REGIONS, 24 },
		{ PFS_F_SZ_MBR, 24 },
		{ PFS_F_MBR_BASE, 0 },
		{ PFS_F_MBR_SIZE, 8 },
		{ PFS_F_MBR_FLAGS, 16 },
		{ PFS_F_MEMBLOCK_NOMAP, 4 },
	};
	struct world *w = w_new();
	struct pfs_arch own = *w->mem.arch;
	size_t i;

	(void)state;
	own.pfn_valid_kinds = mapped_kind;
	for (i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		w_fact(w, facts[i].id, facts[i].value);
	w_u64(w, OBJ + 16, 3);
	w_u64(w, OBJ + 40, KERNEL + OBJ + 0x100);
	put_region(w, 0, 0x40000000, 0x1000000, 0);
	put_region(w, 1, 0x41000000, 0x10000, 4);
	put_region(w, 2, 0x50000000, 0x1000, 3);

	/* Nobody asks it. */
	assert_int_equal(pfs_model_memblock(&w->m, &w->err), 0);
	assert_false(w->m.memblock_known);
	w->mem.arch = &own;
	assert_int_equal(pfs_model_memblock(&w->m, &w->err), 0);
	assert_true(w->m.memblock_known);
	assert_int_equal(w->m.nr_memblock, 3);
	assert_null(pfs_memblock_of(&w->m, 0x3fffffff));
	assert_false(pfs_memblock_of(&w->m, 0x40ffffff)->nomap);
	assert_true(pfs_memblock_of(&w->m, 0x41000000)->nomap);
	assert_null(pfs_memblock_of(&w->m, 0x41010000));
	assert_false(pfs_memblock_of(&w->m, 0x50000000)->nomap);
	assert_null(pfs_memblock_of(&w->m, UINT64_MAX));

	put_region(w, 1, 0x40ffffff, 0x10000, 4); /* out of order */
	w->m.nr_memblock = 0;
	assert_int_equal(pfs_model_memblock(&w->m, &w->err), 0);
	assert_false(w->m.memblock_known);
	assert_true(w_limit(w, "pfn_valid()", "damaged"));
	put_region(w, 1, 0x41000000, UINT64_MAX, 4); /* wraps */
	w->m.nr_memblock = 0;
	assert_int_equal(pfs_model_memblock(&w->m, &w->err), 0);
	assert_false(w->m.memblock_known);
	w_u64(w, OBJ + 16, UINT64_C(1) << 32);
	assert_int_equal(pfs_model_memblock(&w->m, &w->err), 0);
	assert_false(w->m.memblock_known);
	w_fact(w, PFS_F_MBR_FLAGS, 24);
	assert_int_equal(pfs_model_memblock(&w->m, &w->err), 0);
	assert_true(w_limit(w, "pfn_valid()", "absurd"));
	w_no_fact(w, PFS_F_MEMBLOCK);
	assert_int_equal(pfs_model_memblock(&w->m, &w->err), 0);
	assert_true(w_limit(w, "pfn_valid()", "SYMBOL(memblock) is not known"));
	w_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones),
		cmocka_unit_test(zones_damaged),
		cmocka_unit_test(resources),
		cmocka_unit_test(resources_cyclic),
		cmocka_unit_test(e820),
		cmocka_unit_test(xarray),
		cmocka_unit_test(radix_tree),
		cmocka_unit_test(xarray_damaged),
		cmocka_unit_test(memblock),
		cmocka_unit_test(memory_blocks),
		cmocka_unit_test(memory_block_states),
		cmocka_unit_test(pgmaps),
		cmocka_unit_test(pgmaps_otherwise),
		cmocka_unit_test(pgmap_refs),
		cmocka_unit_test(altmap_reserve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
