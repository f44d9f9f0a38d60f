/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's predicates and PFN walkers. One machine under several kernels:
 * a struct page's bytes and the kernel's age change, the expected answer is
 * what the source of that kernel does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pages/classify.h"
#include "core/pages/predicate.h"
#include "core/pages/walker.h"
#include "facts/arch.h"
#include "world.h"

#define VMEMMAP		UINT64_C(0xffffea0000000000)
#define PER_SECTION	32768u
#define FLAGS		(PFS_SEC_PRESENT | PFS_SEC_HAS_MEM_MAP)
#define BOOT		(FLAGS | PFS_SEC_ONLINE | PFS_SEC_EARLY)
#define MAX_PFN_AT	0x100

/*
 *	section 0	RAM
 *	section 1	RAM, but for pmem in its upper half: [0xc000, 0x10000)
 *	section 2	pmem in its first half, nothing in the second; not early
 *	section 3	no memory
 *
 * The first page of each struct page page that a test looks at is mapped; the
 * memmap of section 0's second subsection is not.
 */
struct fixture {
	struct world *w;
	struct pfs_model *m;
	struct pfs_section sections[3];
	struct pfs_zone zones[2];
	struct pfs_node node;
	struct pfs_resource res[2];
	struct pfs_pgmap pgmaps[2];
	struct pfs_memory_block blocks[3];
	uint64_t all, half;
	struct pfs_walker walkers[PFS_NR_WALKERS];
};

static void fact(struct fixture *x, enum pfs_fact_id id, uint64_t v)
{
	w_fact(x->w, id, v);
}

static void no_fact(struct fixture *x, enum pfs_fact_id id)
{
	w_no_fact(x->w, id);
}

/* The struct page of pfn: where its bytes are in the image. */
static uint64_t image_of(uint64_t pfn)
{
	return RAM_FREE + (pfn >> 13) % 16 * 4096 + pfn % 64 * 64;
}

static void map_page(struct fixture *x, uint64_t pfn)
{
	ram_map(&x->w->ram, (VMEMMAP + pfn * 64) & ~UINT64_C(4095), 12,
		(image_of(pfn) & ~UINT64_C(4095)) | P_W);
	pfs_mem_forget(&x->w->mem);
}

static void put_page(struct fixture *x, uint64_t pfn, uint64_t flags, uint64_t head)
{
	map_page(x, pfn);
	ram_put(&x->w->ram, image_of(pfn), flags);
	ram_put(&x->w->ram, image_of(pfn) + 8, head);
	ram_put(&x->w->ram, image_of(pfn) + 48, UINT64_C(0x1ffffffff));
}

static void fill_page(struct fixture *x, uint64_t pfn, unsigned int byte)
{
	map_page(x, pfn);
	memset(x->w->ram.bytes + image_of(pfn), (int)byte, 64);
}

/* 5.10, as its symbols and types show it. */
static void kernel_5_10(struct fixture *x)
{
	static const enum pfs_fact_id functions[] = {
		PFS_F_FN_SCHEDULE,	PFS_F_FN_ONLINE_PAGES,	  PFS_F_FN_KPAGEFLAGS,
		PFS_F_FN_KPAGECOUNT,	PFS_F_FN_COMPACTION,	  PFS_F_FN_MEMORY_FAILURE,
		PFS_F_FN_SOFT_OFFLINE,	PFS_F_FN_PAGE_OWNER,	  PFS_F_FN_PAGE_IDLE,
		PFS_F_FN_OFFLINE_PAGES, PFS_F_FN_PAGES_IN_A_ZONE, PFS_F_FN_KCORE,
	};
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		fact(x, functions[i], KERNEL + OBJ + 16 * i);
	fact(x, PFS_F_PRB, 1);
	fact(x, PFS_F_FLAG_SLAB, 9);
}

static void kernel_6_1(struct fixture *x)
{
	kernel_5_10(x);
	fact(x, PFS_F_FN_PFN_TO_ONLINE, 1);
	fact(x, PFS_F_FN_OFFLINE_FREEZE, 1);
	fact(x, PFS_F_FN_DAMON, 1);
	no_fact(x, PFS_F_FN_PAGES_IN_A_ZONE);
	x->m->layout.flag_bits[4] = 4;
	x->sections[1].flags |= PFS_SEC_TAINT_ZONE_DEVICE;
	x->sections[2].flags |= PFS_SEC_TAINT_ZONE_DEVICE;
}

static void set_res(struct pfs_resource *r, uint64_t start_pfn, uint64_t end_pfn)
{
	r->start = start_pfn << 12;
	r->end = (end_pfn << 12) - 1;
	strcpy(r->name, "System RAM");
}

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	struct pfs_err err;
	unsigned int i;

	if (!x)
		return -1;
	*state = x;
	x->w = w_new();
	x->m = &x->w->m;
	x->m->layout.vmemmap = VMEMMAP;
	x->m->layout.vmemmap_known = true;
	x->m->layout.node_width = 6;
	x->m->layout.node_shift = 58;
	x->m->layout.zone_width = 2;
	x->m->layout.zone_shift = 56;
	for (i = 0; i < 6; i++)
		x->m->layout.flag_bits[i] = i < 4 ? i : 64;
	x->all = ~UINT64_C(0);
	x->half = 0xffffffff;
	for (i = 0; i < 3; i++)
		x->sections[i] = (struct pfs_section){
			.nr = i,
			.base = VMEMMAP,
			.flags = i < 2 ? BOOT : FLAGS,
			.usage = KERNEL + OBJ,
			.subsections = i < 2 ? &x->all : &x->half,
		};
	for (i = 0; i < 3; i++)
		x->blocks[i] = (struct pfs_memory_block){
			.start_section = i,
			.sections = 1,
			.state = i < 2 ? 1 : 4,
		};
	x->zones[0] = (struct pfs_zone){ .index = 0,
					 .name = "DMA32",
					 .start_pfn = 1,
					 .spanned = 2 * PER_SECTION - 1,
					 .present = PER_SECTION };
	x->zones[1] = (struct pfs_zone){
		.index = 3, .name = "Device", .start_pfn = 0xc000, .spanned = 0x8000
	};
	set_res(&x->res[0], 1, 0xc000);
	set_res(&x->res[1], 0xe0000, 0xf0000);
	x->pgmaps[0] = (struct pfs_pgmap){ .start_pfn = 0xc000, .end_pfn = 0x10000 };
	x->pgmaps[1] = (struct pfs_pgmap){ .start_pfn = 0x10000, .end_pfn = 0x14000 };
	x->m->sections = x->sections;
	x->m->nr_sections = 3;
	x->m->zones = x->zones;
	x->m->nr_zones = 2;
	x->m->zones_known = true;
	x->m->nodes = &x->node;
	x->m->nr_nodes = 1;
	x->m->resources = x->res;
	x->m->nr_resources = 2;
	x->m->pgmaps = x->pgmaps;
	x->m->nr_pgmaps = 2;
	x->m->pgmaps_known = true;
	x->m->memory_blocks = x->blocks;
	x->m->nr_memory_blocks = 3;
	fact(x, PFS_F_PG_FLAGS, 0);
	fact(x, PFS_F_PG_COMPOUND_HEAD, 8);
	fact(x, PFS_F_PG_PRIVATE, 40);
	fact(x, PFS_F_PG_MAPCOUNT, 48);
	fact(x, PFS_F_PG_REFCOUNT, 52);
	fact(x, PFS_F_FLAG_RESERVED, 12);
	fact(x, PFS_F_BUDDY_VALUE, 0xffffff7f);
	fact(x, PFS_F_ZONE_FREE_AREA_LEN, 11);
	fact(x, PFS_F_ZONE_DEVICE, 3);
	fact(x, PFS_F_MAX_NR_ZONES, 4);
	fact(x, PFS_F_MS_USAGE, 8);
	fact(x, PFS_F_MSU_SUBSECTION_MAP, 0);
	fact(x, PFS_F_MAX_PFN, KERNEL + OBJ + MAX_PFN_AT);
	w_u64(x->w, OBJ + MAX_PFN_AT, 3 * PER_SECTION);
	x->m->classifier = pfs_alloc(&x->m->arena, sizeof(*x->m->classifier));
	assert_int_equal(pfs_classifier_init(x->m->classifier, x->m, &err), 0);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	w_free(x->w);
	free(x);
	return 0;
}

static const struct pfs_walker *walk(struct fixture *x, enum pfs_walker_id id, uint64_t pfn)
{
	struct pfs_page p;
	struct pfs_err ignored;
	int r = pfs_page_get(x->m, pfn, &p, &ignored);

	pfs_walkers(x->m, pfn, r ? NULL : &p, x->walkers);
	return &x->walkers[id];
}

static struct pfs_page page_of(struct fixture *x, uint64_t pfn)
{
	struct pfs_page p;
	struct pfs_err err;

	assert_int_equal(pfs_page_get(x->m, pfn, &p, &err), 0);
	return p;
}

/* include/linux/mmzone.h of v5.3 to v5.11. */
static void sections(void **state)
{
	struct fixture *x = *state;

	kernel_5_10(x);
	assert_int_equal(pfs_pfn_valid(x->m, 0xc000), 1);
	assert_int_equal(pfs_pfn_valid(x->m, 0x13fff), 1);
	assert_int_equal(pfs_pfn_valid(x->m, 0x14000), 0);
	assert_int_equal(pfs_pfn_valid(x->m, 0x18000), 0);
	assert_int_equal(pfs_pfn_valid(x->m, UINT64_MAX), 0);
	assert_int_equal(pfs_early_section(x->m, 0xc000), 1);
	assert_int_equal(pfs_early_section(x->m, 0x10000), 0);
	assert_int_equal(pfs_online_section(x->m, 0xc000), 1);
	assert_int_equal(pfs_online_section(x->m, 0x10000), 0);
	assert_int_equal(pfs_present_section(x->m, 0x10000), 1);
	assert_int_equal(pfs_present_section(x->m, 0x18000), 0);
	/* pfn_section_valid() asks for the bit of an early section, too; pfn_valid() does not */
	x->sections[1].subsections = &x->half;
	assert_int_equal(pfs_pfn_section_valid(x->m, 0xc000), 0);
	assert_int_equal(pfs_pfn_valid(x->m, 0xc000), 1);
	/* no usage, no answer: the kernel itself would fault, or not, by its stable release */
	x->sections[2].subsections = NULL;
	assert_int_equal(pfs_pfn_valid(x->m, 0x10000), -1);
	/* classic sparsemem: no subsection map at all */
	no_fact(x, PFS_F_MSU_SUBSECTION_MAP);
	fact(x, PFS_F_MSU_PAGEBLOCK_FLAGS, 0);
	assert_int_equal(pfs_pfn_valid(x->m, 0x14000), 1);
}

/* Before v5.3: whole sections, and no early_section(). */
static void before_subsections(void **state)
{
	struct fixture *x = *state;

	kernel_5_10(x);
	no_fact(x, PFS_F_MS_USAGE);
	no_fact(x, PFS_F_MSU_SUBSECTION_MAP);
	fact(x, PFS_F_MS_PAGEBLOCK_FLAGS, 8);
	x->m->layout.flag_bits[3] = 64;
	x->sections[2].subsections = NULL;
	assert_int_equal(pfs_pfn_valid(x->m, 0x14000), 1);
	assert_int_equal(pfs_early_section(x->m, 0), -1);
	assert_int_equal(pfs_pfn_section_valid(x->m, 0), 1);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0xc000), 1);
	/* before v4.13 there was no ONLINE, and nobody asked more than pfn_valid() */
	x->m->layout.flag_bits[2] = 64;
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0xc000), -1);
	fact(x, PFS_F_BIT_LAST, 2);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0xc000), 1);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0x14000), 1);
	assert_int_equal(pfs_pfn_to_online_page(x->m, UINT64_C(1) << 40), 0);
}

static unsigned int kinds;

static unsigned int these_kinds(const struct pfs_facts *f)
{
	(void)f;
	return kinds;
}

/* A pfn_valid() of the machine's own asks memblock, each in its way. */
static void own_pfn_valid(void **state)
{
	static struct pfs_memblock regions[] = {
		{ 0x1000, 0x4000000, false },
		{ 0x4000000, 0x4800000, true },
		{ 0x60000000, 0x60200000, false },
	};
	static const struct {
		unsigned int kinds;
		int ram, nomap, hole; /* pages of an early section */
		int set, clear;	      /* subsections of one that is not */
	} cases[] = {
		{ PFS_VALID_GENERIC, 1, 1, 1, 1, 0 },
		{ PFS_VALID_MAPPED, 1, 0, 0, 0, 0 },
		{ PFS_VALID_EARLY_MAPPED, 1, 0, 0, 1, 0 },
		{ PFS_VALID_EARLY_MEMORY, 1, 1, 0, 1, 0 },
		/* as different as their answers are */
		{ PFS_VALID_MAPPED | PFS_VALID_EARLY_MAPPED, 1, 0, 0, -1, 0 },
		{ PFS_VALID_EARLY_MEMORY | PFS_VALID_GENERIC, 1, 1, -1, 1, 0 },
		{ PFS_VALID_EARLY_MAPPED | PFS_VALID_EARLY_MEMORY, 1, -1, 0, 1, 0 },
	};
	struct fixture *x = *state;
	struct pfs_arch own = *x->w->mem.arch;
	size_t i;

	kernel_5_10(x);
	own.pfn_valid_kinds = these_kinds;
	x->w->mem.arch = &own;
	x->m->memblock = regions;
	x->m->nr_memblock = 3;
	x->m->memblock_known = true;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		kinds = cases[i].kinds;
		assert_int_equal(pfs_pfn_valid(x->m, 0x3fff), cases[i].ram);
		assert_int_equal(pfs_pfn_valid(x->m, 0x4000), cases[i].nomap);
		assert_int_equal(pfs_pfn_valid(x->m, 0x4800), cases[i].hole);
		assert_int_equal(pfs_pfn_valid(x->m, 0), cases[i].hole);
		assert_int_equal(pfs_pfn_valid(x->m, 0x10000), cases[i].set);
		assert_int_equal(pfs_pfn_valid(x->m, 0x14000), cases[i].clear);
		/* There is no section, whatever memblock has. */
		assert_int_equal(pfs_pfn_valid(x->m, 0x60000), 0);
		/* The section is online. */
		assert_int_equal(pfs_pfn_to_online_page(x->m, 0x3fff), 1);
		assert_int_equal(pfs_pfn_to_online_page(x->m, 0x4000), cases[i].nomap);
		assert_int_equal(pfs_pfn_to_online_page(x->m, 0x4800), cases[i].hole);
		assert_int_equal(pfs_pfn_to_online_page(x->m, 0x10000), 0);
	}
	/* Without memblock the generic ones are left. */
	x->m->memblock_known = false;
	assert_int_equal(pfs_pfn_valid(x->m, 0x3fff), -1);
	assert_int_equal(pfs_pfn_valid(x->m, 0x10000), 1);
	kinds = PFS_VALID_GENERIC;
	assert_int_equal(pfs_pfn_valid(x->m, 0x3fff), 1);
	/* Before v5.3 pfn_to_online_page() may not have asked. */
	x->m->memblock_known = true;
	kinds = PFS_VALID_MAPPED;
	fact(x, PFS_F_MS_PAGEBLOCK_FLAGS, 8);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0x3fff), 1);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0x4000), -1);
}

static void online_page(void **state)
{
	struct fixture *x = *state;

	/* v4.13 to v5.11: the section's flag alone, and so device pages of an online section */
	kernel_5_10(x);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0xc000), 1);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0x10000), 0);
	/* without memory hotplug: pfn_valid() */
	no_fact(x, PFS_F_FN_ONLINE_PAGES);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0x10000), 1);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0x14000), 0);
	/* from v5.12: the subsection, and the pagemap in a tainted section */
	kernel_6_1(x);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0xc000), 0);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0xbfff), 1);
	x->m->nr_pgmaps = 0;
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0xc000), 1);
	x->m->pgmaps_known = false;
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0xc000), -1);
	/* v6.0 without ZONE_DEVICE has no taint bit, and still asks for the subsection */
	x->m->layout.flag_bits[4] = 64;
	x->sections[1].flags = BOOT;
	x->sections[1].subsections = &x->half;
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0xc000), 0);
	/* no function is known by name: only what all kernels agree on is an answer */
	no_fact(x, PFS_F_FN_SCHEDULE);
	no_fact(x, PFS_F_FN_PFN_TO_ONLINE);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0xc000), -1);
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0x10000), 0);
	x->m->pgmaps_known = true;
	assert_int_equal(pfs_pfn_to_online_page(x->m, 0x8000), 1);
}

static void page_flags(void **state)
{
	struct fixture *x = *state;
	struct pfs_page p;

	put_page(x, 0xc000, UINT64_C(3) << 56 | 1 << 12, 0);
	p = page_of(x, 0xc000);
	assert_int_equal(pfs_is_zone_device_page(x->m, &p), 1);
	assert_int_equal(pfs_page_reserved(x->m, &p), 1);
	put_page(x, 0x2000, 0, 0);
	p = page_of(x, 0x2000);
	assert_int_equal(pfs_is_zone_device_page(x->m, &p), 0);
	assert_int_equal(pfs_page_reserved(x->m, &p), 0);
	/* garbage is believed: 0xfd.. has zone 1, and the bit of PG_reserved */
	fill_page(x, 0xc000, 0xfd);
	p = page_of(x, 0xc000);
	assert_int_equal(pfs_is_zone_device_page(x->m, &p), 0);
	assert_int_equal(pfs_page_reserved(x->m, &p), 1);
	/* poison has all zone bits set, and here that is ZONE_DEVICE */
	fill_page(x, 0xc000, 0xff);
	p = page_of(x, 0xc000);
	assert_int_equal(pfs_is_zone_device_page(x->m, &p), 1);
	p = page_of(x, 0x400);
	assert_int_equal(p.state, PFS_ST_UNMAPPED);
	assert_int_equal(pfs_is_zone_device_page(x->m, &p), -1);
	assert_int_equal(pfs_page_reserved(x->m, &p), -1);
	assert_int_equal(pfs_page_reserved(x->m, NULL), -1);
	no_fact(x, PFS_F_ZONE_DEVICE);
	assert_int_equal(pfs_is_zone_device_page(x->m, NULL), 0);
}

static void active(void **state)
{
	struct fixture *x = *state;

	assert_int_equal(pfs_pfn_active(x->m, 0x2000), 1);
	assert_int_equal(pfs_pfn_active(x->m, 0xc000), 1);
	assert_int_equal(pfs_pfn_active(x->m, 0x14000), 0);
	/* a hole of an early section: valid, and neither RAM nor device */
	x->m->nr_pgmaps = 0;
	assert_int_equal(pfs_pfn_active(x->m, 0xc000), 0);
	/* offline */
	x->sections[0].flags = FLAGS | PFS_SEC_EARLY;
	assert_int_equal(pfs_pfn_active(x->m, 0x2000), 0);
	x->m->pgmaps_known = false;
	assert_int_equal(pfs_pfn_active(x->m, 0x2000), -1);
}

/* S1: 0xfd in an online section of 5.10. The lab saw each of these faults. */
static void depopulated(void **state)
{
	static const enum pfs_walker_id head[] = {
		PFS_WALKER_KPAGEFLAGS, PFS_WALKER_KPAGECOUNT,	PFS_WALKER_MEMORY_FAILURE,
		PFS_WALKER_PAGE_IDLE,  PFS_WALKER_SOFT_OFFLINE,
	};
	struct fixture *x = *state;
	const struct pfs_walker *w;
	size_t i;

	kernel_5_10(x);
	fact(x, PFS_F_FN_INIT_POISON, 1);
	x->zones[0].contiguous = 1;
	fill_page(x, 0xc000, 0xfd);
	put_page(x, 0x8000, 0, 0);
	for (i = 0; i < sizeof(head) / sizeof(head[0]); i++) {
		w = walk(x, head[i], 0xc000);
		assert_int_equal(w->reads, 1);
		assert_int_equal(w->faults, 1);
		assert_true(w->has_at);
		assert_true(w->at == UINT64_C(0xfdfdfdfdfdfdfdfc));
	}
	/* soft_offline_page() believes PG_hwpoison before it asks for the head */
	fact(x, PFS_F_FLAG_HWPOISON, 22);
	w = walk(x, PFS_WALKER_SOFT_OFFLINE, 0xc000);
	assert_int_equal(w->reads, 1);
	assert_int_equal(w->faults, 0);
	/* node 63, which set_pfnblock_flags_mask() asks for its zone with DEBUG_VM */
	w = walk(x, PFS_WALKER_COMPACTION, 0xc000);
	assert_int_equal(w->faults, 1);
	/* the lab saw both walk over it and live */
	w = walk(x, PFS_WALKER_PAGE_OWNER, 0xc000);
	assert_int_equal(w->reads, 1);
	assert_int_equal(w->faults, 0);
	for (i = 0x8000; i < 0xc000; i += 0x400)
		put_page(x, i, 0, 0);
	w = walk(x, PFS_WALKER_VALID_ZONES, 0xc000);
	assert_int_equal(w->reads, 1);
	assert_int_equal(w->faults, 0);
	/* and ends there */
	assert_int_equal(walk(x, PFS_WALKER_VALID_ZONES, 0xc400)->reads, 0);
	/* a block with holes is never offlined, and kcore reads no struct page */
	assert_int_equal(walk(x, PFS_WALKER_SCAN_MOVABLE, 0xc000)->reads, 0);
	assert_int_equal(walk(x, PFS_WALKER_KCORE, 0xc000)->reads, 0);
	assert_int_equal(walk(x, PFS_WALKER_DAMON, 0xc000)->exists, 0);
	assert_int_equal(walk(x, PFS_WALKER_REMOVABLE, 0xc000)->exists, 0);
	/* without DEBUG_VM no one follows the node link of a pageblock's first page */
	no_fact(x, PFS_F_FN_INIT_POISON);
	assert_int_equal(walk(x, PFS_WALKER_COMPACTION, 0xc000)->faults, 0);
	/* 6.1 keeps away from it */
	kernel_6_1(x);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0xc000)->reads, 0);
	/* but memory_failure() goes on with the device's pagemap */
	w = walk(x, PFS_WALKER_MEMORY_FAILURE, 0xc000);
	assert_int_equal(w->reads, 1);
	assert_int_equal(w->faults, 1);
	assert_int_equal(walk(x, PFS_WALKER_SOFT_OFFLINE, 0xc000)->reads, 0);
	/* unless it is the altmap's part of it */
	x->pgmaps[0].has_altmap = true;
	x->pgmaps[0].altmap.reserve = 2;
	assert_int_equal(walk(x, PFS_WALKER_MEMORY_FAILURE, 0xc000)->reads, 0);
	assert_int_equal(walk(x, PFS_WALKER_MEMORY_FAILURE, 0xc002)->reads, 1);
}

static void contents(void **state)
{
	const uint64_t elsewhere = VMEMMAP - (UINT64_C(1) << 40);
	struct fixture *x = *state;
	const struct pfs_walker *w;

	kernel_5_10(x);
	/* healthy */
	put_page(x, 0x2000, 0, 0);
	w = walk(x, PFS_WALKER_KPAGEFLAGS, 0x2000);
	assert_int_equal(w->reads, 1);
	assert_int_equal(w->faults, 0);
	/* a tail with a head */
	put_page(x, 0x2001, 0, (VMEMMAP + 0x2000 * 64) | 1);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x2001)->faults, 0);
	/* poison: the head is the last but one byte of the address space */
	fill_page(x, 0x2000, 0xff);
	w = walk(x, PFS_WALKER_KPAGEFLAGS, 0x2000);
	assert_int_equal(w->faults, 1);
	assert_true(w->at == UINT64_C(0xfffffffffffffffe));
	/* zero: nothing to follow, and node 0 there is */
	fill_page(x, 0x2000, 0);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x2000)->faults, 0);
	/* a head in a table that the dump lacks */
	x->w->ram.presence[x->w->ram.next_table / 4096] = PFS_ABSENT;
	ram_map(&x->w->ram, elsewhere, 12, RAM_FREE | P_W);
	put_page(x, 0x2001, 0, elsewhere | 1);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x2001)->faults, -1);
	/* the memmap itself is not mapped: page_owner, too, faults */
	w = walk(x, PFS_WALKER_PAGE_OWNER, 0x400);
	assert_int_equal(w->reads, 1);
	assert_int_equal(w->faults, 1);
	assert_true(w->at == VMEMMAP + 0x400 * 64);
	/* not in the dump: mapped, and what its words say is not known */
	map_page(x, 0x2000);
	x->w->ram.presence[image_of(0x2000) / 4096] = PFS_EXCLUDED;
	assert_int_equal(walk(x, PFS_WALKER_PAGE_OWNER, 0x2000)->faults, 0);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x2000)->faults, -1);
	/* nowhere */
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x18000)->reads, 0);
}

/* Later kernels read a copy of struct page: only a memmap that is not mapped faults. */
static void snapshot(void **state)
{
	struct fixture *x = *state;

	kernel_6_1(x);
	fact(x, PFS_F_FN_SNAPSHOT_PAGE, 1);
	no_fact(x, PFS_F_FLAG_SLAB);
	fill_page(x, 0x2000, 0xff);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x2000)->reads, 1);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x2000)->faults, 0);
	/* or a plausible head in a memmap that is not mapped */
	put_page(x, 0x2000, 0, (VMEMMAP + 0x400 * 64) | 1);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x2000)->faults, 1);
	fill_page(x, 0x2000, 0xff);
	assert_int_equal(walk(x, PFS_WALKER_KPAGECOUNT, 0x400)->faults, 1);
	assert_int_equal(walk(x, PFS_WALKER_DAMON, 0x2000)->faults, 1);
}

static void compaction(void **state)
{
	struct fixture *x = *state;

	kernel_5_10(x);
	put_page(x, 0x2000, 0, 0);
	put_page(x, 0x2010, 0, 0);
	put_page(x, 0xc000, UINT64_C(3) << 56, 0);
	assert_int_equal(walk(x, PFS_WALKER_COMPACTION, 0x2010)->reads, 1);
	/* the first page of the pageblock is of another zone */
	assert_int_equal(walk(x, PFS_WALKER_COMPACTION, 0xc000)->reads, 0);
	/* which no one looks at in a contiguous zone */
	x->zones[0].contiguous = 1;
	assert_int_equal(walk(x, PFS_WALKER_COMPACTION, 0xc000)->reads, 1);
	x->zones[0].contiguous = -1;
	assert_int_equal(walk(x, PFS_WALKER_COMPACTION, 0xc000)->reads, -1);
	/* ZONE_DEVICE alone: never compacted */
	assert_int_equal(walk(x, PFS_WALKER_COMPACTION, 0x10000)->reads, 0);
	/* the pageblock's flags are in the usage */
	x->zones[0].contiguous = 1;
	x->sections[0].usage = 0;
	assert_int_equal(walk(x, PFS_WALKER_COMPACTION, 0x2000)->faults, 1);
	assert_int_equal(walk(x, PFS_WALKER_COMPACTION, 0x2010)->faults, 0);
	x->m->zones_known = false;
	x->m->nr_zones = 0;
	assert_int_equal(walk(x, PFS_WALKER_COMPACTION, 0x2000)->reads, -1);
}

/* What no fact decides is unknown, but where all kernels that it may be agree. */
static void age(void **state)
{
	struct fixture *x = *state;

	kernel_5_10(x);
	put_page(x, 0x2000, 0, 0);
	put_page(x, 0x10000, UINT64_C(3) << 56, 0);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x10000)->reads, 0);
	/* v5.3 to v5.9: pfn_valid() says yes, pfn_to_online_page() no */
	no_fact(x, PFS_F_PRB);
	fact(x, PFS_F_SZ_PRINTK_LOG, 16);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x10000)->reads, -1);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x10000)->faults, -1);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x2000)->reads, 1);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x18000)->reads, 0);
	/* memory_failure() has read pages of pagemaps both ways */
	assert_int_equal(walk(x, PFS_WALKER_MEMORY_FAILURE, 0x10000)->reads, 1);
	/* v5.6: settled */
	fact(x, PFS_F_SZ_PROC_OPS, 88);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x10000)->reads, 0);
	assert_int_equal(walk(x, PFS_WALKER_PAGE_IDLE, 0x10000)->reads, -1);
	/* before v5.6 kpageflags ended at max_pfn */
	no_fact(x, PFS_F_SZ_PROC_OPS);
	fact(x, PFS_F_PGDAT_SPLIT_QUEUE, 8);
	x->zones[0].spanned = 0x1000;
	w_u64(x->w, OBJ + MAX_PFN_AT, 0x1001);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x2000)->reads, -1);
	assert_int_equal(walk(x, PFS_WALKER_KPAGEFLAGS, 0x18000)->reads, 0);
	/* kcore reads struct pages from v5.14 on, of online RAM */
	assert_int_equal(walk(x, PFS_WALKER_KCORE, 0x2000)->reads, 0);
	kernel_6_1(x);
	no_fact(x, PFS_F_SZ_PRINTK_LOG);
	assert_int_equal(walk(x, PFS_WALKER_KCORE, 0x2000)->reads, 1);
	assert_int_equal(walk(x, PFS_WALKER_KCORE, 0xc000)->reads, 0);
	/* without names of functions not even that the walker is there is known */
	no_fact(x, PFS_F_FN_SCHEDULE);
	no_fact(x, PFS_F_FN_KCORE);
	assert_int_equal(walk(x, PFS_WALKER_KCORE, 0x2000)->exists, -1);
	assert_int_equal(walk(x, PFS_WALKER_KCORE, 0x2000)->reads, -1);
}

static void blocks(void **state)
{
	struct fixture *x = *state;
	uint64_t i;

	kernel_5_10(x);
	fact(x, PFS_F_FN_REMOVABLE, 1);
	put_page(x, 0x2000, 0, 0);
	put_page(x, 0x2001, 0, 0);
	/* page 0 is no RAM: a hole */
	assert_int_equal(walk(x, PFS_WALKER_SCAN_MOVABLE, 0x2000)->reads, 0);
	x->m->classifier->ram[0].start = 0;
	assert_int_equal(walk(x, PFS_WALKER_SCAN_MOVABLE, 0x2000)->reads, 1);
	x->blocks[0].state = 4;
	assert_int_equal(walk(x, PFS_WALKER_SCAN_MOVABLE, 0x2000)->reads, 0);
	assert_int_equal(walk(x, PFS_WALKER_VALID_ZONES, 0x2000)->reads, 0);
	x->blocks[0].state = 1;
	/* one page of each 4 MiB */
	for (i = 0; i < 0x2000; i += 0x400)
		put_page(x, i, 0, 0);
	x->zones[0].start_pfn = 0;
	assert_int_equal(walk(x, PFS_WALKER_VALID_ZONES, 0x2000)->reads, 1);
	assert_int_equal(walk(x, PFS_WALKER_VALID_ZONES, 0x2001)->reads, 0);
	/* and the first one's zone is used */
	put_page(x, 0, UINT64_C(5) << 58, 0);
	assert_int_equal(walk(x, PFS_WALKER_VALID_ZONES, 0)->faults, 1);
	put_page(x, 0, 0, 0);
	assert_int_equal(walk(x, PFS_WALKER_VALID_ZONES, 0)->faults, 0);
	assert_int_equal(walk(x, PFS_WALKER_REMOVABLE, 0x2000)->reads, 1);
	x->m->nr_memory_blocks = 0;
	assert_int_equal(walk(x, PFS_WALKER_VALID_ZONES, 0x2000)->reads, -1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(sections),	     TEST(before_subsections),
		TEST(own_pfn_valid), TEST(online_page),
		TEST(page_flags),    TEST(active),
		TEST(depopulated),   TEST(contents),
		TEST(snapshot),	     TEST(compaction),
		TEST(age),	     TEST(blocks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
