/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page states from bytes and place. Each abnormal state has its legal
 * look-alikes beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/checks/check.h"
#include "facts/kernel.h"
#include "core/pages/classify.h"
#include "core/pages/predicate.h"

#define VMEMMAP	     UINT64_C(0xffffea0000000000)
#define RESERVED_BIT 12
#define PER_SECTION  32768u

/*
 * One node; DMA32 spans [0x1000, 0x7ffe0), ZONE_DEVICE [0x44000, 0x4c000). RAM
 * but for a hole at [0x44000, 0x4c000), where a device pagemap with a reserve
 * of two pages lies, and [0x60000, 0x60010), reserved by firmware.
 */
struct fixture {
	struct pfs_model m;
	struct pfs_mem mem;
	struct pfs_facts f;
	struct pfs_zone zones[2];
	struct pfs_resource res[4];
	struct pfs_pgmap pgmap;
	struct pfs_section sections[16];
	uint64_t all, none;
};

static void fact(struct fixture *x, enum pfs_fact_id id, uint64_t v)
{
	x->f.f[id].value = v;
	x->f.f[id].from = "test";
}

static void set_res(struct pfs_resource *r, uint64_t start_pfn, uint64_t end_pfn, const char *name)
{
	r->start = start_pfn << 12;
	r->end = (end_pfn << 12) - 1;
	strcpy(r->name, name);
}

static void setup(struct fixture *x)
{
	struct pfs_err err;
	size_t i;

	memset(x, 0, sizeof(*x));
	pfs_arena_init(&x->m.arena);
	x->m.facts = &x->f;
	x->mem.arch = pfs_arch_by_name("x86_64");
	x->m.mem = &x->mem;
	x->m.layout = (struct pfs_layout){
		.page_shift = 12,
		.page_size = 4096,
		.section_shift = 27,
		.pages_per_section = PER_SECTION,
		.pages_per_subsection = 512,
		.subsections = 64,
		.nr_sections = 1 << 19,
		.struct_page = 64,
		.vmemmap = VMEMMAP,
		.vmemmap_known = true,
		.node_width = 6,
		.node_shift = 58,
		.zone_width = 2,
		.zone_shift = 56,
		.flag_bits = { 0, 1, 2, 3, 64, 64 },
	};
	x->zones[0] = (struct pfs_zone){
		.index = 1, .name = "DMA32", .start_pfn = 0x1000, .spanned = 0x7ffe0 - 0x1000
	};
	x->zones[1] = (struct pfs_zone){
		.index = 3, .name = "Device", .start_pfn = 0x44000, .spanned = 0x8000
	};
	x->m.zones = x->zones;
	x->m.nr_zones = 2;
	x->m.zones_known = true;
	set_res(&x->res[0], 0x1000, 0x44000, "System RAM");
	set_res(&x->res[1], 0x44000, 0x4c000, "Persistent Memory (legacy)");
	set_res(&x->res[2], 0x4c000, 0x60000, "System RAM");
	set_res(&x->res[3], 0x60010, 0x7ffe0, "System RAM");
	x->m.resources = x->res;
	x->m.nr_resources = 4;
	x->pgmap = (struct pfs_pgmap){ .va = 0xffff888001234000,
				       .start_pfn = 0x44000,
				       .end_pfn = 0x4c000,
				       .has_altmap = true,
				       .altmap = { .base_pfn = 0x44000, .reserve = 2 } };
	x->m.pgmaps = &x->pgmap;
	x->m.nr_pgmaps = 1;
	x->m.pgmaps_known = true;
	x->all = ~UINT64_C(0);
	for (i = 0; i < 16; i++)
		x->sections[i] = (struct pfs_section){ .nr = i,
						       .raw = VMEMMAP | 0xf,
						       .base = VMEMMAP,
						       .flags = PFS_SEC_PRESENT |
								PFS_SEC_HAS_MEM_MAP |
								PFS_SEC_ONLINE | PFS_SEC_EARLY,
						       .subsections = &x->all };
	x->m.sections = x->sections;
	x->m.nr_sections = 16;
	fact(x, PFS_F_PG_FLAGS, 0);
	fact(x, PFS_F_PG_COMPOUND_HEAD, 8);
	fact(x, PFS_F_PG_PGMAP, 8);
	fact(x, PFS_F_PG_PRIVATE, 40);
	fact(x, PFS_F_PG_MAPCOUNT, 48);
	fact(x, PFS_F_PG_REFCOUNT, 52);
	fact(x, PFS_F_FLAG_RESERVED, RESERVED_BIT);
	fact(x, PFS_F_BUDDY_VALUE, 0xffffff7f);
	fact(x, PFS_F_ZONE_DEVICE, 3);
	fact(x, PFS_F_MS_USAGE, 8);
	fact(x, PFS_F_BIT_LAST, 4);
	x->m.classifier = pfs_alloc(&x->m.arena, sizeof(*x->m.classifier));
	assert_int_equal(pfs_classifier_init(x->m.classifier, &x->m, &err), 0);
}

static void teardown(struct fixture *x)
{
	pfs_arena_deinit(&x->m.arena);
}

/* An initialised page of a zone: flags, refcount 1, mapcount -1. */
static void page(unsigned char *b, unsigned int zone, uint64_t flags, int32_t refcount)
{
	uint64_t word = (uint64_t)zone << 56 | flags;
	int32_t mapcount = -1;

	memset(b, 0, 64);
	memcpy(b, &word, 8);
	memcpy(b + 48, &mapcount, 4);
	memcpy(b + 52, &refcount, 4);
}

static void put(unsigned char *b, size_t off, uint64_t v)
{
	memcpy(b + off, &v, 8);
}

static enum pfs_state state(struct fixture *x, uint64_t pfn, const unsigned char *b)
{
	struct pfs_classify_ctx ctx = { 0 };

	return pfs_classify(x->m.classifier, &ctx, pfn, b, NULL);
}

static void fills(void **unused)
{
	struct fixture x;
	unsigned char b[64];

	(void)unused;
	setup(&x);
	memset(b, 0xff, 64);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_POISONED);
	memset(b, 0xfd, 64);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_DEPOPULATED);
	memset(b, 0, 64);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_ZERO);
	/* The first page of DMA32 in use differs from zero only in links and mapcount. */
	page(b, 1, 0, 1);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_OK);
	/* A fill that something wrote into is no fill, but no struct page either. */
	memset(b, 0xfd, 64);
	b[52] = 0xfe;
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_GARBAGE);
	teardown(&x);
}

/* What the walk to a struct page says of it. */
static void walk_states(void **unused)
{
	struct pfs_walk w = { .nr = 2, .mapped = true };

	(void)unused;
	assert_int_equal(pfs_walk_state(&w), PFS_ST_OK);
	w.mapped = false;
	assert_int_equal(pfs_walk_state(&w), PFS_ST_UNMAPPED);
	w.step[1].presence = PFS_EXCLUDED;
	assert_int_equal(pfs_walk_state(&w), PFS_ST_UNDECIDABLE);
	w.nr = 0;
	assert_int_equal(pfs_walk_state(&w), PFS_ST_UNDECIDABLE);
}

static void links(void **unused)
{
	struct fixture x;
	struct pfs_err err;
	unsigned char b[64];

	(void)unused;
	setup(&x);
	page(b, 1, 0, 1);
	assert_int_equal(state(&x, 0x7ffdf, b), PFS_ST_OK);
	assert_int_equal(state(&x, 0x7ffe0, b), PFS_ST_MISLINKED);
	page(b, 2, 0, 1);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_MISLINKED);
	/* node 5 does not exist */
	page(b, 1, UINT64_C(5) << 58, 1);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_MISLINKED);
	/* holes: reserved, not RAM; linked to the zone around them, or past its end */
	page(b, 1, 1 << RESERVED_BIT, 1);
	assert_int_equal(state(&x, 0x60008, b), PFS_ST_RESERVED);
	assert_int_equal(state(&x, 0x7fff0, b), PFS_ST_RESERVED);
	/* the altmap reserve: initialised at boot as a hole, and ZONE_DEVICE spans it now */
	assert_int_equal(state(&x, 0x44000, b), PFS_ST_RESERVED);
	/* init_reserved_page(): zone MAX_NR_ZONES where no zone spans the page, and only there */
	fact(&x, PFS_F_MAX_NR_ZONES, 2);
	page(b, 2, 1 << RESERVED_BIT, 1);
	assert_int_equal(state(&x, 0x7fff0, b), PFS_ST_RESERVED);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_MISLINKED);
	page(b, 2, 0, 1);
	assert_int_equal(state(&x, 0x7fff0, b), PFS_ST_MISLINKED);
	/* zones that were not read cannot convict a page */
	x.m.zones_known = false;
	assert_int_equal(pfs_classifier_init(x.m.classifier, &x.m, &err), 0);
	assert_int_equal(state(&x, 0x7fff0, b), PFS_ST_OK);
	x.m.zones_known = true;
	assert_int_equal(pfs_classifier_init(x.m.classifier, &x.m, &err), 0);
	/* reserved RAM is in use by the kernel */
	page(b, 1, 1 << RESERVED_BIT, 1);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_OK);
	teardown(&x);
}

static void device(void **unused)
{
	struct fixture x;
	unsigned char b[64];

	(void)unused;
	setup(&x);
	page(b, 3, 1 << RESERVED_BIT, 1);
	assert_int_equal(state(&x, 0x44800, b), PFS_ST_GARBAGE);
	put(b, 8, x.pgmap.va);
	assert_int_equal(state(&x, 0x44800, b), PFS_ST_DEVICE);
	assert_int_equal(state(&x, 0x7fff0, b), PFS_ST_STALE);
	/* RAM is nobody's device */
	assert_int_equal(state(&x, 0x4c000, b), PFS_ST_MISLINKED);
	x.m.nr_pgmaps = 0;
	assert_int_equal(state(&x, 0x44800, b), PFS_ST_STALE);
	x.m.pgmaps_known = false;
	assert_int_equal(state(&x, 0x44800, b), PFS_ST_DEVICE);
	teardown(&x);
}

static void tails(void **unused)
{
	struct fixture x;
	unsigned char b[64];

	(void)unused;
	setup(&x);
	page(b, 1, 0, 0);
	put(b, 8, VMEMMAP + 0x2000 * 64 + 1);
	assert_int_equal(state(&x, 0x2001, b), PFS_ST_OK);
	assert_int_equal(state(&x, 0x21ff, b), PFS_ST_OK);
	/* its own head, a head after it, between struct pages, outside the memmap */
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_GARBAGE);
	assert_int_equal(state(&x, 0x1fff, b), PFS_ST_GARBAGE);
	put(b, 8, VMEMMAP + 0x2000 * 64 + 8 + 1);
	assert_int_equal(state(&x, 0x2001, b), PFS_ST_GARBAGE);
	put(b, 8, 0x1001);
	assert_int_equal(state(&x, 0x2001, b), PFS_ST_GARBAGE);
	put(b, 8, VMEMMAP - 64 + 1);
	assert_int_equal(state(&x, 0x2001, b), PFS_ST_GARBAGE);
	put(b, 8, UINT64_C(0xdead000000000100));
	assert_int_equal(state(&x, 0x2001, b), PFS_ST_OK);
	teardown(&x);
}

/* 8c846c879e22 (v7.1): the word of a tail is an address mask. */
static void mask_tails(void **unused)
{
	struct fixture x;
	struct pfs_err err;
	unsigned char b[64];

	(void)unused;
	setup(&x);
	fact(&x, PFS_F_PG_COMPOUND_INFO, 8);
	fact(&x, PFS_F_ZONE_VMEMMAP_TAILS, 1000);
	assert_int_equal(pfs_classifier_init(x.m.classifier, &x.m, &err), 0);
	page(b, 1, 0, 0);
	put(b, 8, ~(UINT64_C(512) * 64 - 1) | 1);
	assert_int_equal(state(&x, 0x2001, b), PFS_ST_OK);
	assert_int_equal(state(&x, 0x21ff, b), PFS_ST_OK);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_GARBAGE);
	teardown(&x);
}

static void buddy(void **unused)
{
	struct pfs_classify_ctx ctx = { 0 };
	struct fixture x;
	unsigned char head[64], tail[64];
	uint32_t type = 0xffffff7f;

	(void)unused;
	setup(&x);
	page(head, 1, 0, 0);
	memcpy(head + 48, &type, 4);
	put(head, 40, 3);
	page(tail, 1, 0, 0);
	assert_int_equal(pfs_classify(x.m.classifier, &ctx, 0x2000, head, NULL), PFS_ST_FREE);
	assert_int_equal(pfs_classify(x.m.classifier, &ctx, 0x2007, tail, NULL), PFS_ST_FREE);
	assert_int_equal(pfs_classify(x.m.classifier, &ctx, 0x2008, tail, NULL), PFS_ST_OK);
	/* An order that there is not opens no block. */
	memset(&ctx, 0, sizeof(ctx));
	put(head, 40, 60);
	assert_int_equal(pfs_classify(x.m.classifier, &ctx, 0x2000, head, NULL), PFS_ST_GARBAGE);
	assert_int_equal(pfs_classify(x.m.classifier, &ctx, 0x2001, tail, NULL), PFS_ST_OK);
	teardown(&x);
}

static unsigned char section[16][64];

/* Sixteen struct pages from 0x2000 on. */
static const unsigned char *at_hand(void *arg, uint64_t pfn)
{
	(void)arg;
	return pfn >= 0x2000 && pfn < 0x2010 ? section[pfn - 0x2000] : NULL;
}

/* Classify them in turn, as the scan does: a bit for each that is garbage. */
static unsigned int garbage(struct fixture *x)
{
	struct pfs_classify_ctx ctx = { .page = at_hand };
	unsigned int bad = 0;
	uint64_t i;

	for (i = 0; i < 16; i++)
		if (pfs_classify(x->m.classifier, &ctx, 0x2000 + i, section[i], NULL) ==
		    PFS_ST_GARBAGE)
			bad |= 1u << i;
	return bad;
}

static void counts(void **unused)
{
	struct fixture x;
	unsigned char b[64];
	uint32_t v;

	(void)unused;
	setup(&x);
	page(b, 1, 0, -1);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_GARBAGE);
	page(b, 1, 0, INT32_MAX);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_OK);
	/* page types: PG_table; two that there are; one that there is not; no type at all */
	page(b, 1, 0, 1);
	v = ~UINT32_C(0x200);
	memcpy(b + 48, &v, 4);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_OK);
	v = ~UINT32_C(0x600);
	memcpy(b + 48, &v, 4);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_OK);
	v = ~UINT32_C(0x2000);
	memcpy(b + 48, &v, 4);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_GARBAGE);
	v = 0x80000000;
	memcpy(b + 48, &v, 4);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_GARBAGE);
	/* mapped often */
	v = 0x7fffffff;
	memcpy(b + 48, &v, 4);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_OK);
	teardown(&x);
}

/* Slabs of four pages at 0x2004 and of two at 0x2008, frozen: a type, and no reference. */
static void frozen(void **unused)
{
	const uint64_t four = ~(UINT64_C(64) * 4 - 1) | 1, two = ~(UINT64_C(64) * 2 - 1) | 1;
	const uint32_t slab = 0xf5000000;
	struct fixture x;
	struct pfs_err err;
	size_t i;

	(void)unused;
	setup(&x);
	fact(&x, PFS_F_PG_COMPOUND_INFO, 8);
	fact(&x, PFS_F_ZONE_VMEMMAP_TAILS, 1000);
	fact(&x, PFS_F_BUDDY_VALUE, 0xf0000000);
	fact(&x, PFS_F_FLAG_HEAD, 16);
	assert_int_equal(pfs_classifier_init(x.m.classifier, &x.m, &err), 0);
	for (i = 0; i < 16; i++) {
		bool head = i == 4 || i == 8;

		page(section[i], 1, head ? 1 << 16 : 0, i < 4 || i > 9);
		if (head)
			memcpy(section[i] + 48, &slab, 4);
		else if (i > 4 && i < 10)
			put(section[i], 8, i == 9 ? two : four);
	}
	assert_int_equal(garbage(&x), 0);
	/* bit 0 of each tail, of the first one and of the only one, too */
	for (i = 5; i < 10; i++) {
		if (i == 8)
			continue;
		put(section[i], 8, (i == 9 ? two : four) & ~UINT64_C(1));
		assert_int_equal(garbage(&x), 1 << i);
		put(section[i], 8, i == 9 ? two : four);
	}
	/* the mask of another size, with which the head is still the same for the first two */
	for (i = 5; i < 8; i++) {
		put(section[i], 8, i == 7 ? ~(UINT64_C(64) * 8 - 1) | 1 : two);
		assert_int_equal(garbage(&x), 1 << i);
		put(section[i], 8, four);
	}
	teardown(&x);
}

/* A compound page of eight at 0x2004, and single pages around it. */
static void compound(void **unused)
{
	struct fixture x;
	uint64_t head = VMEMMAP + 0x2004 * 64;
	struct pfs_err err;
	size_t i;

	(void)unused;
	setup(&x);
	fact(&x, PFS_F_FLAG_HEAD, 16);
	assert_int_equal(pfs_classifier_init(x.m.classifier, &x.m, &err), 0);
	for (i = 0; i < 16; i++) {
		page(section[i], 1, i == 4 ? 1 << 16 : 0, i < 5 || i > 11);
		if (i > 4 && i < 12)
			put(section[i], 8, head + 1);
	}
	assert_int_equal(garbage(&x), 0);
	/* bit 0 of a tail, of the first and of the last one */
	put(section[8], 8, head);
	assert_int_equal(garbage(&x), 1 << 8);
	put(section[8], 8, head + 1);
	put(section[5], 8, head);
	assert_int_equal(garbage(&x), 1 << 5);
	put(section[5], 8, head + 1);
	put(section[11], 8, head);
	assert_int_equal(garbage(&x), 1 << 11);
	put(section[11], 8, head + 1);
	/* a slab page in use whose list pointer names the slab before it is no tail */
	put(section[12], 8, head);
	assert_int_equal(garbage(&x), 0);
	put(section[12], 8, 0);
	/* a tail that names somebody else, and one behind a page that is none */
	put(section[6], 8, VMEMMAP + 0x2001 * 64 + 1);
	assert_int_equal(garbage(&x), 1 << 6);
	put(section[6], 8, head + 1);
	put(section[14], 8, head + 1);
	assert_int_equal(garbage(&x), 1 << 14);
	put(section[14], 8, 0);
	/* a head without the flag: no tail has one; a flag without tails */
	section[4][2] = 0;
	assert_int_equal(garbage(&x), 0xfe0);
	section[4][2] = 1;
	section[1][2] = 1;
	assert_int_equal(garbage(&x), 1 << 1);
	teardown(&x);
}

static unsigned char shared[64][64];

static const unsigned char *at_hand_shared(void *arg, uint64_t pfn)
{
	(void)arg;
	return pfn >= 0x2000 && pfn < 0x2200 ? shared[pfn % 64] : NULL;
}

/* HVO, v5.18 to v7.0: the page of memmap with the head stands for all eight. */
static void fake_heads(void **unused)
{
	struct pfs_classify_ctx ctx = { .page = at_hand_shared };
	struct fixture x;
	struct pfs_err err;
	uint64_t pfn;
	size_t i;

	(void)unused;
	setup(&x);
	fact(&x, PFS_F_FLAG_HEAD, 16);
	assert_int_equal(pfs_classifier_init(x.m.classifier, &x.m, &err), 0);
	for (i = 0; i < 64; i++) {
		page(shared[i], 1, i ? 0 : 1 << 16, !i);
		if (i)
			put(shared[i], 8, VMEMMAP + 0x2000 * 64 + 1);
	}
	for (pfn = 0x2000; pfn < 0x2200; pfn++)
		assert_int_equal(pfs_classify(x.m.classifier, &ctx, pfn, shared[pfn % 64], NULL),
				 PFS_ST_OK);
	teardown(&x);
}

/* A free block of eight at 0x2008. */
static void free_block(void **unused)
{
	struct fixture x;
	uint32_t type = 0xffffff7f;
	uint64_t lru = VMEMMAP + 0x2008 * 64 + 8;
	struct pfs_err err;
	size_t i;

	(void)unused;
	setup(&x);
	fact(&x, PFS_F_FLAG_NR, 24);
	fact(&x, PFS_F_FLAG_REPORTED, 2);
	fact(&x, PFS_F_PG_LRU, 8);
	assert_int_equal(pfs_classifier_init(x.m.classifier, &x.m, &err), 0);
	for (i = 0; i < 16; i++)
		page(section[i], 1, 0, i < 8);
	memcpy(section[8] + 48, &type, 4);
	put(section[8], 40, 3);
	put(section[8], 8, lru);
	put(section[8], 16, lru);
	assert_int_equal(garbage(&x), 0);
	/* PG_reported, PG_reserved (of another finding), what is left of other lives */
	section[8][0] = 1 << 2;
	section[9][1] = 1 << (RESERVED_BIT - 8);
	put(section[10], 16, UINT64_C(0xdead000000000122));
	put(section[11], 32, 0x1234);
	assert_int_equal(garbage(&x), 0);
	/* a reference, a flag, a mapping: each that page's fault */
	section[12][52] = 1;
	section[13][0] = 1 << 3;
	section[14][48] = 0;
	assert_int_equal(garbage(&x), 7 << 12);
	for (i = 12; i < 15; i++)
		page(section[i], 1, 0, 0);
	/* most of the block in use: the head's */
	for (i = 9; i < 16; i++)
		section[i][52] = 1;
	assert_int_equal(garbage(&x), 1 << 8);
	for (i = 9; i < 16; i++)
		section[i][52] = 0;
	put(section[8], 8, lru ^ 4);
	assert_int_equal(garbage(&x), 1 << 8);
	put(section[8], 8, UINT64_C(0xdead000000000100));
	assert_int_equal(garbage(&x), 0);
	teardown(&x);
}

/* v6.12 on: the type is the top byte. */
static void buddy_by_byte(void **unused)
{
	struct fixture x;
	struct pfs_err err;
	unsigned char b[64];
	uint32_t type = 0xf0000000, slab = 0xf5000000;

	(void)unused;
	setup(&x);
	fact(&x, PFS_F_BUDDY_VALUE, 0xf0000000);
	assert_int_equal(pfs_classifier_init(x.m.classifier, &x.m, &err), 0);
	page(b, 1, 0, 0);
	memcpy(b + 48, &type, 4);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_FREE);
	memcpy(b + 48, &slab, 4);
	assert_int_equal(state(&x, 0x2000, b), PFS_ST_OK);
	teardown(&x);
}

/* What the same run means in different places. */
static struct pfs_finding *check(struct fixture *x, struct pfs_findings *out, uint64_t start,
				 uint64_t end, enum pfs_state s)
{
	struct pfs_run run = { start, end, s };
	struct pfs_scan scan = { .runs = &run, .nr_runs = 1 };
	struct pfs_err err;

	memset(out, 0, sizeof(*out));
	assert_int_equal(pfs_check_pages(&x->m, &scan, out, &err), 0);
	return out->f;
}

static void severity_by_place(void **unused)
{
	struct pfs_findings out;
	struct pfs_finding *f;
	struct fixture x;

	(void)unused;
	setup(&x);
	/* an online section: walkers read it */
	f = check(&x, &out, 0x2000, 0x2010, PFS_ST_POISONED);
	assert_int_equal(out.nr, 1);
	assert_string_equal(f->problem->code, "memmap-poisoned");
	assert_int_equal(f->severity, PFS_SEV_FATAL);
	assert_int_equal(f->pages, 16);
	/* added but never brought online: legal */
	x.sections[0].flags = PFS_SEC_PRESENT | PFS_SEC_HAS_MEM_MAP;
	f = check(&x, &out, 0x2000, 0x2010, PFS_ST_POISONED);
	assert_int_equal(out.nr, 1);
	assert_int_equal(f->severity, PFS_SEV_NOTE);
	/* device memory that is not online: legal in the altmap reserve, and only there */
	x.sections[8].flags = x.sections[9].flags = PFS_SEC_PRESENT | PFS_SEC_HAS_MEM_MAP;
	f = check(&x, &out, 0x44000, 0x44010, PFS_ST_POISONED);
	assert_int_equal(out.nr, 2);
	assert_int_equal(f[0].start, 0x44000);
	assert_int_equal(f[0].end, 0x44002);
	assert_int_equal(f[0].severity, PFS_SEV_NOTE);
	assert_int_equal(f[1].end, 0x44010);
	assert_int_equal(f[1].severity, PFS_SEV_CORRUPT);
	/* a reserve that ends nowhere, or wraps around, is all of the pagemap and no more */
	x.pgmap.altmap.reserve = UINT64_MAX;
	f = check(&x, &out, 0x43ff0, 0x44010, PFS_ST_POISONED);
	assert_int_equal(out.nr, 2);
	assert_int_equal(f[0].end, 0x44000);
	assert_int_equal(f[1].end, 0x44010);
	assert_int_equal(f[1].severity, PFS_SEV_NOTE);
	x.pgmap.altmap.reserve = 2;
	/* 0xfd is legal nowhere, and a section's run is one finding */
	f = check(&x, &out, 0x44000, 0x44002, PFS_ST_DEPOPULATED);
	assert_int_equal(out.nr, 1);
	assert_int_equal(f->severity, PFS_SEV_FATAL);
	/* limits of the dump are no findings */
	check(&x, &out, 0x2000, 0x2010, PFS_ST_EXCLUDED);
	assert_int_equal(out.nr, 0);
	check(&x, &out, 0x2000, 0x2010, PFS_ST_UNDECIDABLE);
	assert_int_equal(out.nr, 0);
	teardown(&x);
}

static void expect(struct fixture *x, uint64_t start, enum pfs_state state,
		   enum pfs_severity severity, enum pfs_confidence confidence, const char *why)
{
	struct pfs_findings out;
	const struct pfs_finding *f = check(x, &out, start, start + 2, state);

	assert_int_equal(out.nr, 1);
	assert_int_equal(f->severity, severity);
	assert_int_equal(f->confidence, confidence);
	assert_int_equal(!f->decided_by, confidence == PFS_CONF_HIGH);
	/* after what they hold and their section */
	assert_true(f->evidence.nr > 2);
	assert_non_null(strstr(f->evidence.line[2], why));
}

/* The rungs of the ladder of severities, each above those after it. */
static void ladder(void **unused)
{
	struct pfs_node node = { .start_pfn = 0x1000, .spanned = 0x7efe0 };
	struct fixture x;

	(void)unused;
	setup(&x);
	x.m.nodes = &node;
	x.m.nr_nodes = 1;
	/* walked: RAM, and a hole but for what kernels leave there */
	expect(&x, 0x2000, PFS_ST_ZERO, PFS_SEV_CORRUPT, PFS_CONF_HIGH, "returns them");
	expect(&x, 0x60002, PFS_ST_POISONED, PFS_SEV_FATAL, PFS_CONF_HIGH, "returns them");
	expect(&x, 0x60002, PFS_ST_ZERO, PFS_SEV_NOTE, PFS_CONF_HIGH, "by design");
	/* not known to be walked: of a hole and of RAM */
	x.m.layout.flag_bits[PFS_SF_TAINT_ZONE_DEVICE] = 4;
	x.sections[0].subsections = x.sections[12].subsections = NULL;
	expect(&x, 0x2000, PFS_ST_ZERO, PFS_SEV_SUSPICIOUS, PFS_CONF_LOW, "BTF or vmlinux");
	expect(&x, 0x60002, PFS_ST_ZERO, PFS_SEV_NOTE, PFS_CONF_LOW, "BTF or vmlinux");
	/* what is legal nowhere is on no rung */
	expect(&x, 0x2000, PFS_ST_DEPOPULATED, PFS_SEV_FATAL, PFS_CONF_HIGH, "");
	/* deferred: before all others */
	node.first_deferred_pfn = 0x1800;
	expect(&x, 0x2000, PFS_ST_ZERO, PFS_SEV_NOTE, PFS_CONF_HIGH, "deferred");
	x.sections[0].flags = PFS_SEC_PRESENT | PFS_SEC_HAS_MEM_MAP;
	expect(&x, 0x2000, PFS_ST_ZERO, PFS_SEV_NOTE, PFS_CONF_HIGH, "deferred");
	node.first_deferred_pfn = UINT64_MAX;
	expect(&x, 0x2000, PFS_ST_ZERO, PFS_SEV_NOTE, PFS_CONF_HIGH, "leaves them out");
	teardown(&x);
}

/* Evidence is whole, in order, or not there at all. */
static void evidence_lines(void **unused)
{
	struct pfs_arena a;
	struct pfs_lines l = { 0 };
	char text[8];
	int i;

	(void)unused;
	pfs_arena_init(&a);
	for (i = 0; i < 100; i++)
		assert_true(pfs_lines_add(&a, &l, pfs_printf(&a, "%d", i)));
	assert_int_equal(l.nr, 100);
	for (i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_string_equal(l.line[i], text);
	}
	/* what pfs_printf() gives when out of memory */
	assert_false(pfs_lines_add(&a, &l, NULL));
	assert_int_equal(l.nr, 0);
	pfs_arena_deinit(&a);
}

/* 9f9b02e5b346, 1f90a3477df3 (v5.12): the taint bit's existence changes the predicate. */
static void online_page(void **unused)
{
	struct fixture x;

	(void)unused;
	setup(&x);
	assert_int_equal(pfs_pfn_to_online_page(&x.m, 0x44000), 1);
	x.m.layout.flag_bits[4] = 4;
	assert_int_equal(pfs_pfn_to_online_page(&x.m, 0x44000), 1);
	x.sections[8].flags |= PFS_SEC_TAINT_ZONE_DEVICE;
	assert_int_equal(pfs_pfn_to_online_page(&x.m, 0x44000), 0);
	assert_int_equal(pfs_pfn_to_online_page(&x.m, 0x43fff), 1);
	x.sections[8].subsections = &x.none;
	assert_int_equal(pfs_pfn_to_online_page(&x.m, 0x43fff), 0);
	assert_int_equal(pfs_pfn_valid(&x.m, 0x43fff), 1);
	x.sections[8].flags &= ~(unsigned int)PFS_SEC_EARLY;
	assert_int_equal(pfs_pfn_valid(&x.m, 0x43fff), 0);
	assert_int_equal(pfs_pfn_valid(&x.m, 16 * PER_SECTION), 0);
	teardown(&x);
}

#define WINDOW 1024u
#define HEAD_BIT 16
#define HUGETLB_VALUE UINT32_C(0xfffff7ff)

static struct {
	uint64_t first;
	unsigned char b[WINDOW][64];
} window;

static const unsigned char *in_window(void *arg, uint64_t pfn)
{
	(void)arg;
	return pfn >= window.first && pfn - window.first < WINDOW ? window.b[pfn - window.first] :
								    NULL;
}

static uint32_t rnd(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

/* A stretch of one kind of memory from page i on; returns where the next begins. */
static unsigned int stretch(struct fixture *x, unsigned int i, uint32_t *seed)
{
	unsigned int kind = rnd(seed, 8), n = 1u << rnd(seed, 1 + rnd(seed, 8)), k;
	uint64_t va = VMEMMAP + (window.first + i) * 64;
	uint32_t type = (uint32_t)x->f.f[PFS_F_BUDDY_VALUE].value;
	unsigned int zone = window.first + i >= 0x44000 && window.first + i < 0x4c000 ?
				    3 :
				    x->zones[0].index;

	while ((window.first + i) % n || i + n > WINDOW)
		n /= 2;
	for (k = 0; k < n; k++) {
		unsigned char *b = window.b[i + k];

		page(b, zone, zone == 3 ? 0 : kind == 2 ? 1 << RESERVED_BIT : 0, kind > 3);
		if (zone == 3)
			put(b, 8, UINT64_C(0xffff888001234000));
		if (kind == 3) {
			page(b, zone, 1 << 4, 1);
			put(b, 8, va + (k + 1) % n * 64 + 8);
			put(b, 16, va + (k + n - 1) % n * 64 + 8);
			put(b, 24, rnd(seed, 2) ? UINT64_C(0xffff888001234001) : 0);
		}
		if (kind == 4 || kind == 7)
			put(b, 48, kind == 7 ? UINT64_C(1) << 32 : n < 4 ? HUGETLB_VALUE : 0);
		if ((kind == 5 || kind == 6) && k) {
			page(b, zone, 0, 0);
			put(b, 8,
			    x->m.classifier->head_is_mask ? ~(UINT64_C(64) * n - 1) | 1 : va | 1);
		}
		if ((kind == 5 || kind == 6) && n > 1 && !k)
			page(b, zone, 1 << HEAD_BIT, 1);
		if (kind < 2 && zone != 3 && !k) {
			memcpy(b + 48, &type, 4);
			put(b, 40, (unsigned int)__builtin_ctz(n));
			put(b, 8, va + 8);
			put(b, 16, va + 8);
		}
	}
	return i + n;
}

static void spoil(uint32_t *seed)
{
	static const uint64_t words[] = {
		0,
		1,
		UINT64_MAX,
		UINT32_MAX,
		UINT64_C(0xfdfdfdfdfdfdfdfd),
		UINT64_C(0xffff888001234000),
		UINT64_C(1) << 56,
		UINT64_C(3) << 56,
		VMEMMAP + 0x2000 * 64 + 1,
		VMEMMAP - (4194304 - 300) * UINT64_C(64) + 1,
		HUGETLB_VALUE,
		UINT64_C(1) << 63,
		UINT64_C(0x8000000000000000),
	};
	unsigned char *b = window.b[1 + rnd(seed, WINDOW - 1)];
	unsigned int at = rnd(seed, 64);

	switch (rnd(seed, 6)) {
	case 0:
		b[at] ^= (unsigned char)(1 << rnd(seed, 8));
		break;
	case 1:
		put(b, at & ~7u, words[rnd(seed, sizeof(words) / sizeof(*words))]);
		break;
	case 2:
		memset(b, rnd(seed, 2) ? 0xff : 0xfd, 64);
		break;
	case 3:
		memcpy(b, window.b[rnd(seed, WINDOW)], 64);
		break;
	case 4:
		memcpy(b, b - 64, 64);
		break;
	case 5:
		memset(b, 0, 64);
	}
}

/* The list that a skipped page is on has been looked at. */
static void check_listed(const struct pfs_classifier *c, enum pfs_state st, uint64_t pfn,
			 const unsigned char *b)
{
	uint64_t next = pfs_le64(b + c->lru_offset) - c->lru_offset - VMEMMAP;
	const unsigned char *peer = next % 64 ? NULL : in_window(NULL, next / 64);

	if (st == PFS_ST_OK && !(pfs_le64(b) & c->unevictable_mask)) {
		assert_non_null(peer);
		assert_int_equal(pfs_le64(peer + 16), VMEMMAP + pfn * 64 + 8);
	}
}

static void compare_alike(struct fixture *x, uint64_t *skipped)
{
	const struct pfs_classifier *c = x->m.classifier;
	struct pfs_classify_ctx one = { .page = in_window }, many = one;
	unsigned int i, k, n;

	for (i = 0; i < WINDOW; i += 1 + n) {
		uint64_t pfn = window.first + i;
		enum pfs_state st = pfs_classify(c, &many, pfn, window.b[i], NULL);

		assert_int_equal(pfs_classify(c, &one, pfn, window.b[i], NULL), st);
		n = 0;
		if (!pfs_state_abnormal(st))
			n = (unsigned int)pfs_alike(c, &many, pfn, window.b[i], st, WINDOW - i - 1);
		for (k = 1; k <= n; k++) {
			uint64_t flags = pfs_le64(window.b[i + k]);

			assert_int_equal(pfs_classify(c, &one, pfn + k, window.b[i + k], NULL), st);
			assert_false(flags & c->hwpoison_mask);
			if (flags & c->lru_mask)
				check_listed(c, st, pfn + k, window.b[i + k]);
			assert_false(st == PFS_ST_FREE && flags & c->reserved_mask);
			assert_false(pfs_head_copy(c, &one, pfn + k, window.b[i + k]));
		}
		*skipped += n;
		assert_int_equal(one.seen, many.seen);
		assert_int_equal(one.free_until, many.free_until);
		assert_int_equal(one.compound, many.compound);
		assert_int_equal(one.head, many.head);
		assert_int_equal(one.last, many.last);
	}
}

/* Pages that are not classified are what they would have been, whatever is wrong with them. */
static void alike(void **unused)
{
	static const uint64_t at[] = { 0x1000, 0x2000, 0x43e00, 0x4be00, 0x5fe00, 0x7fc00 };
	static const uint64_t buddy_values[] = { 0xffffff7f, 0xf0000000 };
	uint64_t skipped = 0, pages = 0;
	struct pfs_mem mem = { .arch = pfs_arch_by_name("x86_64") };
	unsigned int round, i;
	uint32_t seed = 1;

	(void)unused;
	for (round = 0; round < 600; round++) {
		struct fixture x;
		struct pfs_err err;

		setup(&x);
		x.m.mem = &mem;
		fact(&x, PFS_F_BUDDY_VALUE, buddy_values[round % 2]);
		fact(&x, PFS_F_HUGETLB_VALUE, round % 7 ? HUGETLB_VALUE : UINT32_MAX);
		fact(&x, PFS_F_FLAG_HEAD, HEAD_BIT);
		fact(&x, PFS_F_FLAG_LRU, 4);
		fact(&x, PFS_F_FLAG_UNEVICTABLE, 19);
		fact(&x, PFS_F_FLAG_HWPOISON, 21);
		fact(&x, PFS_F_FLAG_NR, 24);
		fact(&x, PFS_F_FLAG_REPORTED, 2);
		fact(&x, PFS_F_PG_LRU, 8);
		fact(&x, PFS_F_PG_MAPPING, 24);
		if (round % 3 == 2) {
			fact(&x, PFS_F_PG_COMPOUND_INFO, 8);
			fact(&x, PFS_F_ZONE_VMEMMAP_TAILS, 1000);
		}
		x.pgmap.end_pfn -= 64;
		/* So that the links of a page may be all zeroes. */
		if (round % 5 == 4)
			x.zones[0].index = 0;
		assert_int_equal(pfs_classifier_init(x.m.classifier, &x.m, &err), 0);
		assert_true(x.m.classifier->alike_mask);
		window.first = at[round % (sizeof(at) / sizeof(*at))];
		for (i = 0; i < WINDOW;)
			i = stretch(&x, i, &seed);
		for (i = rnd(&seed, 100); i; i--)
			spoil(&seed);
		compare_alike(&x, &skipped);
		pages += WINDOW;
		teardown(&x);
	}
	assert_true(skipped > pages / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills),
		cmocka_unit_test(links),
		cmocka_unit_test(device),
		cmocka_unit_test(tails),
		cmocka_unit_test(mask_tails),
		cmocka_unit_test(buddy),
		cmocka_unit_test(frozen),
		cmocka_unit_test(counts),
		cmocka_unit_test(compound),
		cmocka_unit_test(fake_heads),
		cmocka_unit_test(free_block),
		cmocka_unit_test(buddy_by_byte),
		cmocka_unit_test(severity_by_place),
		cmocka_unit_test(online_page),
		cmocka_unit_test(alike),
		cmocka_unit_test(walk_states),
		cmocka_unit_test(evidence_lines),
		cmocka_unit_test(ladder),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
