/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the lists say of a page, in a memmap of one section that is all at hand:
 * a free list of three blocks and its head, which lies elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pages/lists.h"
#include "world.h"

#define VMEMMAP UINT64_C(0xffffea0000000000)
#define HEAD	(KERNEL + OBJ)
#define BUDDY	UINT32_C(0xffffff7f)

static unsigned char pages[64][64];

static const unsigned char *at_hand(void *arg, uint64_t pfn)
{
	(void)arg;
	return pfn < 64 ? pages[pfn] : NULL;
}

struct lists {
	struct world *w;
	struct pfs_section section;
	struct pfs_classifier c;
	struct pfs_section_scan scan;
	struct pfs_lists l;
	struct pfs_pfn_range lost;
};

static uint64_t lru(uint64_t pfn)
{
	return VMEMMAP + pfn * 64 + 8;
}

static void put(uint64_t pfn, uint64_t next, uint64_t prev)
{
	memcpy(pages[pfn] + 8, &next, 8);
	memcpy(pages[pfn] + 16, &prev, 8);
}

static void type(uint64_t pfn, uint32_t value, uint64_t order)
{
	memcpy(pages[pfn] + 48, &value, 4);
	memcpy(pages[pfn] + 40, &order, 8);
}

static void setup(struct lists *x)
{
	uint64_t pfn;

	memset(x, 0, sizeof(*x));
	memset(pages, 0, sizeof(pages));
	x->w = w_new();
	x->w->m.layout.vmemmap = VMEMMAP;
	x->w->m.layout.vmemmap_known = true;
	x->section.flags = PFS_SEC_PRESENT | PFS_SEC_HAS_MEM_MAP;
	x->w->m.sections = &x->section;
	x->w->m.nr_sections = 1;
	x->c = (struct pfs_classifier){
		.list_poison = UINT64_C(0xdead000000000000),
		.m = &x->w->m,
		.struct_page = 64,
		.struct_page_shift = 6,
		.end_pfn = 32768,
		.lru_offset = 8,
		.head_offset = 8,
		.type_offset = 48,
		.mapcount_offset = 48,
		.buddy_mask = 0xf0000080,
		.buddy_value = 0xf0000000,
		.order_offset = 40,
		.refcount_offset = 52,
		.has_refcount = true,
		.max_order = 11,
		.lru_mask = 1 << 4,
		.unevictable_mask = 1 << 20,
	};
	x->w->m.classifier = &x->c;
	x->scan = (struct pfs_section_scan){
		.m = &x->w->m,
		.section = &x->section,
		.ctx = { .page = at_hand, .arg = NULL },
	};
	pfs_lists_start(&x->l, &x->scan, &x->w->mem);
	for (pfn = 0; pfn < 64; pfn++)
		type(pfn, UINT32_MAX, 0);
	/* head <-> 8 <-> 16 <-> 24 <-> head, of order 2 */
	type(8, BUDDY, 2);
	type(16, BUDDY, 2);
	type(24, BUDDY, 2);
	type(32, BUDDY, 2);
	put(8, lru(16), HEAD);
	put(16, lru(24), lru(8));
	put(24, HEAD, lru(16));
	w_u64(x->w, OBJ, lru(8));
	w_u64(x->w, OBJ + 8, lru(24));
}

static void teardown(struct lists *x)
{
	x->w->m.classifier = NULL;
	w_free(x->w);
}

static enum pfs_link look(struct lists *x, uint64_t pfn)
{
	return pfs_lists_look(&x->l, pfn, pages[pfn], &x->lost);
}

static void sound(void **unused)
{
	struct lists x;

	(void)unused;
	setup(&x);
	assert_int_equal(look(&x, 8), PFS_LINK_GOOD);
	assert_int_equal(look(&x, 16), PFS_LINK_GOOD);
	assert_int_equal(look(&x, 24), PFS_LINK_GOOD);
	assert_true(pfs_lists_has(&x.c, PFS_ST_FREE, pages[8]));
	assert_false(pfs_lists_has(&x.c, PFS_ST_FREE, pages[9]));
	/* an unevictable page has PG_lru, and a count in the place of lru.prev */
	pages[9][0] = 1 << 4;
	assert_true(pfs_lists_has(&x.c, PFS_ST_OK, pages[9]));
	pages[9][2] = 1 << 4;
	assert_false(pfs_lists_has(&x.c, PFS_ST_OK, pages[9]));
	teardown(&x);
}

static void passed(void **unused)
{
	struct lists x;

	(void)unused;
	setup(&x);
	put(8, lru(24), HEAD);
	put(24, HEAD, lru(8));
	assert_int_equal(look(&x, 16), PFS_LINK_PASSED);
	assert_int_equal(look(&x, 8), PFS_LINK_GOOD);
	/* list_add() under way: one neighbour knows the page */
	put(24, HEAD, lru(16));
	assert_int_equal(look(&x, 16), PFS_LINK_GOOD);
	/* list_del() is through, and the type not yet gone */
	put(24, HEAD, lru(8));
	put(16, UINT64_C(0xdead000000000100), UINT64_C(0xdead000000000122));
	assert_int_equal(look(&x, 16), PFS_LINK_GOOD);
	/* an empty list: its head on both sides; a page that points to itself is no head */
	put(16, HEAD, HEAD);
	w_u64(x.w, OBJ, HEAD);
	w_u64(x.w, OBJ + 8, HEAD);
	assert_int_equal(look(&x, 16), PFS_LINK_PASSED);
	put(16, lru(40), lru(40));
	put(40, lru(40), lru(40));
	assert_int_not_equal(look(&x, 16), PFS_LINK_PASSED);
	teardown(&x);
}

static void lost(void **unused)
{
	struct lists x;

	(void)unused;
	setup(&x);
	type(16, UINT32_MAX, 2);
	assert_int_equal(look(&x, 8), PFS_LINK_LOST);
	assert_int_equal(x.lost.start, 16);
	assert_int_equal(x.lost.end, 20);
	/* in use, or of an order that does not fit: not a free block's head that was lost */
	pages[16][52] = 1;
	assert_int_equal(look(&x, 8), PFS_LINK_GOOD);
	pages[16][52] = 0;
	type(16, UINT32_MAX, 5);
	assert_int_equal(look(&x, 8), PFS_LINK_GOOD);
	teardown(&x);
}

static void stale(void **unused)
{
	struct lists x;

	(void)unused;
	setup(&x);
	/* a copy of 16: its neighbours are linked, and not to it */
	memcpy(pages[32], pages[16], 64);
	assert_int_equal(look(&x, 32), PFS_LINK_STALE);
	assert_int_equal(look(&x, 16), PFS_LINK_GOOD);
	/* the page itself moved there, and its place in the list is somebody else's */
	put(16, lru(16), lru(16));
	type(16, UINT32_MAX, 0);
	assert_int_equal(look(&x, 32), PFS_LINK_STALE);
	type(16, BUDDY, 2);
	put(16, lru(24), lru(8));
	/* another boot's addresses: nothing is mapped there */
	put(32, UINT64_C(0xffffdead00000000), UINT64_C(0xffffdead10000000));
	assert_int_equal(look(&x, 32), PFS_LINK_STALE);
	/* one side alone is what a CPU at work on the list leaves */
	put(32, UINT64_C(0xffffdead00000000), lru(40));
	put(40, lru(32), lru(32));
	assert_int_equal(look(&x, 32), PFS_LINK_GOOD);
	teardown(&x);
	/* neighbours that were overwritten say nothing */
	setup(&x);
	memset(pages[8], 0, 64);
	memset(pages[24], 0xff, 64);
	assert_int_equal(look(&x, 16), PFS_LINK_GOOD);
	/* nor do those that are not in the dump: another section's, not present */
	put(16, lru(1 << 16), lru(1 << 17));
	assert_int_equal(look(&x, 16), PFS_LINK_STALE);
	x.w->m.layout.pages_per_section = 1 << 20;
	x.c.end_pfn = 1 << 20;
	assert_int_equal(look(&x, 16), PFS_LINK_GOOD);
	teardown(&x);
}

/* By a shift and by a division: of each address around the ends, those of lru members alone. */
static void addresses(void **unused)
{
	static const size_t sizes[] = { 64, 56, 72 };
	struct lists x;
	uint64_t pfn;
	size_t i, k;

	(void)unused;
	setup(&x);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		uint64_t first = VMEMMAP + x.c.lru_offset, end = first + 32768 * sizes[i], va;

		x.c.struct_page = sizes[i];
		x.c.struct_page_shift = sizes[i] == 64 ? 6 : 0;
		for (k = 0; k < 300; k++) {
			assert_int_equal(pfs_lists_pfn(&x.c, first + k, &pfn), !(k % sizes[i]));
			if (!(k % sizes[i]))
				assert_int_equal(pfn, k / sizes[i]);
			va = end - 300 + k;
			assert_int_equal(pfs_lists_pfn(&x.c, va, &pfn), !((va - first) % sizes[i]));
			assert_false(pfs_lists_pfn(&x.c, end + k, &pfn));
			assert_false(pfs_lists_pfn(&x.c, first - 1 - k, &pfn));
		}
	}
	teardown(&x);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound), cmocka_unit_test(passed),    cmocka_unit_test(lost),
		cmocka_unit_test(stale), cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
