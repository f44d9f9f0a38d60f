/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mem_section: static and extreme tables, both meanings of its address, and the flags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "world.h"

#define VMEMMAP UINT64_C(0xffffea0000000000)
#define TABLE (KERNEL + OBJ)
#define P 1u
#define M 2u
#define O 4u
#define E 8u

/* A kernel of 16 sections, each struct mem_section 16 bytes: 256 to a root. */
static struct world *machine(void)
{
	static const unsigned int bits[6] = { 0, 1, 2, 3, 64, 64 };
	struct world *w = w_new();

	w->m.layout.nr_sections = 16;
	memcpy(w->m.layout.flag_bits, bits, sizeof(bits));
	w->m.layout.map_mask = ~UINT64_C(63);
	w_fact(w, PFS_F_MEM_SECTION, TABLE);
	w_fact(w, PFS_F_SZ_MEM_SECTION, 16);
	w_fact(w, PFS_F_MS_MAP, 0);
	w_fact(w, PFS_F_MS_USAGE, 8);
	w_fact(w, PFS_F_MSU_SUBSECTION_MAP, 16);
	return w;
}

/* Section nr of the array at image offset at; its usage lies behind the table. */
static void section(struct world *w, uint64_t at, uint64_t nr, uint64_t base, unsigned int flags)
{
	uint64_t usage = OBJ + 0x8000 + nr * 64;

	w_u64(w, at + nr * 16, base | flags);
	w_u64(w, at + nr * 16 + 8, KERNEL + usage);
	w_u64(w, usage + 16, 0x00ff00ff00ff00ff);
}

static void expect(struct world *w)
{
	assert_int_equal(pfs_model_sections(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_sections, 2);
	assert_int_equal(w->m.sections[0].nr, 1);
	assert_int_equal(w->m.sections[0].flags,
			 PFS_SEC_PRESENT | PFS_SEC_HAS_MEM_MAP | PFS_SEC_ONLINE | PFS_SEC_EARLY);
	assert_int_equal(w->m.sections[1].nr, 5);
	assert_int_equal(w->m.sections[1].flags, PFS_SEC_PRESENT | PFS_SEC_HAS_MEM_MAP);
	assert_int_equal(w->m.sections[1].base, VMEMMAP);
	assert_int_equal(w->m.sections[1].subsections[0], 0x00ff00ff00ff00ff);
	assert_true(w->m.layout.vmemmap_known);
	assert_int_equal(w->m.layout.vmemmap, VMEMMAP);
	assert_ptr_equal(pfs_section_of(&w->m, 5 * 32768 + 7), &w->m.sections[1]);
	assert_null(pfs_section_of(&w->m, 2 * 32768));
	w_free(w);
}

/* CONFIG_SPARSEMEM_STATIC: LENGTH(mem_section) is the number of sections. */
static void static_table(void **unused)
{
	struct world *w = machine();

	(void)unused;
	w_fact(w, PFS_F_NR_ROOTS, 16);
	section(w, OBJ, 1, VMEMMAP, P | M | O | E);
	section(w, OBJ, 5, VMEMMAP, P | M);
	expect(w);
}

/* CONFIG_SPARSEMEM_EXTREME, address of the root table, as VMCOREINFO has it. */
static void extreme_table(void **unused)
{
	struct world *w = machine();

	(void)unused;
	w_fact(w, PFS_F_NR_ROOTS, 1);
	w_u64(w, OBJ, KERNEL + OBJ + 0x1000);
	section(w, OBJ + 0x1000, 1, VMEMMAP, P | M | O | E);
	section(w, OBJ + 0x1000, 5, VMEMMAP, P | M);
	expect(w);
}

/* The same, address of the variable, as a symbol table has it. */
static void extreme_pointer(void **unused)
{
	struct world *w = machine();

	(void)unused;
	w_fact(w, PFS_F_NR_ROOTS, 1);
	w_u64(w, OBJ, KERNEL + OBJ + 0x2000);
	w_u64(w, OBJ + 0x2000, KERNEL + OBJ + 0x1000);
	section(w, OBJ + 0x1000, 1, VMEMMAP, P | M | O | E);
	section(w, OBJ + 0x1000, 5, VMEMMAP, P | M);
	expect(w);
}

/* Neither reading holds up: an error, not an empty machine. */
static void no_table(void **unused)
{
	struct world *w = machine();

	(void)unused;
	w_fact(w, PFS_F_NR_ROOTS, 1);
	assert_int_equal(pfs_model_sections(&w->m, &w->err), -EINVAL);
	w_u64(w, OBJ, 0x1234);
	assert_int_equal(pfs_model_sections(&w->m, &w->err), -EINVAL);
	w_no_fact(w, PFS_F_MEM_SECTION);
	assert_int_equal(pfs_model_sections(&w->m, &w->err), -EINVAL);
	w_free(w);
}

/* A root that the dump left out costs its sections, and is said. */
static void excluded_root(void **unused)
{
	struct world *w = machine();

	(void)unused;
	w->m.layout.nr_sections = 512;
	w_fact(w, PFS_F_NR_ROOTS, 2);
	w_u64(w, OBJ, KERNEL + OBJ + 0x1000);
	w_u64(w, OBJ + 8, KERNEL + OBJ + 0x2000);
	section(w, OBJ + 0x1000, 1, VMEMMAP, P | M | O | E);
	w->ram.presence[(OBJ + 0x2000) / 4096] = PFS_EXCLUDED;
	assert_int_equal(pfs_model_sections(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_sections, 1);
	assert_int_equal(w->m.nr_limits, 1);
	assert_string_equal(w->m.limits[0].what, "sections");
	w_free(w);
}

/* One section with another base: the majority is the memmap. */
static void one_mislinked(void **unused)
{
	struct world *w = machine();

	(void)unused;
	w_fact(w, PFS_F_NR_ROOTS, 16);
	section(w, OBJ, 0, VMEMMAP + 0x40, P | M);
	section(w, OBJ, 1, VMEMMAP, P | M);
	section(w, OBJ, 2, VMEMMAP, P | M);
	assert_int_equal(pfs_model_sections(&w->m, &w->err), 0);
	assert_int_equal(w->m.layout.vmemmap, VMEMMAP);
	assert_int_equal(w->m.sections[0].base, VMEMMAP + 0x40);
	w_free(w);
}

/* usage: NULL, no address, not mapped; the section stands all the same. */
static void bad_usage(void **unused)
{
	struct world *w = machine();

	(void)unused;
	w_fact(w, PFS_F_NR_ROOTS, 16);
	section(w, OBJ, 0, VMEMMAP, P | M);
	section(w, OBJ, 1, VMEMMAP, P | M);
	section(w, OBJ, 2, VMEMMAP, P | M);
	w_u64(w, OBJ + 8, 0);
	w_u64(w, OBJ + 16 + 8, 0x1234567);
	w_u64(w, OBJ + 32 + 8, UINT64_C(0xffff888000000000));
	assert_int_equal(pfs_model_sections(&w->m, &w->err), 0);
	assert_int_equal(w->m.nr_sections, 3);
	assert_null(w->m.sections[0].subsections);
	assert_int_equal(w->m.sections[1].usage_reach, PFS_REACH_BAD_ADDRESS);
	assert_int_equal(w->m.sections[2].usage_reach, PFS_REACH_UNMAPPED);
	w_free(w);
}

/* Every flag is decoded from its own bit and named in the order of the bits, in every form. */
static void flags(void **unused)
{
	static const unsigned int moved[] = { 5, 4, 3, 2, 1, 0 };
	struct world *w = machine();

	(void)unused;
	_Static_assert(PFS_NR_SECTION_FLAGS == sizeof(moved) / sizeof(moved[0]), "a new flag");
	assert_string_equal(pfs_section_flag_names(&w->m.arena, 0), "none");
	assert_string_equal(pfs_section_flag_names(&w->m.arena, PFS_SEC_EARLY), "EARLY");
	assert_string_equal(pfs_section_flag_names(&w->m.arena, (1 << PFS_NR_SECTION_FLAGS) - 1),
			    "PRESENT|HAS_MEM_MAP|ONLINE|EARLY|TAINT_ZONE_DEVICE|VMEMMAP_PREINIT");
	assert_string_equal(pfs_section_flag_name(PFS_SF_TAINT_ZONE_DEVICE), "taint_zone_device");
	assert_string_equal(pfs_section_flag_words(PFS_SF_VMEMMAP_PREINIT),
			    "vmemmap pre-initialised");
	assert_true(pfs_has_section_flag(&w->m, PFS_SF_EARLY));
	assert_false(pfs_has_section_flag(&w->m, PFS_SF_TAINT_ZONE_DEVICE));
	memcpy(w->m.layout.flag_bits, moved, sizeof(moved));
	w_fact(w, PFS_F_NR_ROOTS, 16);
	section(w, OBJ, 1, VMEMMAP, 1 << 5 | 1 << 1 | 1 << 3);
	section(w, OBJ, 5, VMEMMAP, 1 << 5 | 1 << 4);
	assert_int_equal(pfs_model_sections(&w->m, &w->err), 0);
	assert_int_equal(w->m.sections[0].flags,
			 PFS_SEC_PRESENT | PFS_SEC_TAINT_ZONE_DEVICE | PFS_SEC_ONLINE);
	assert_int_equal(w->m.sections[1].flags, PFS_SEC_PRESENT | PFS_SEC_HAS_MEM_MAP);
	w_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(static_table),	   cmocka_unit_test(extreme_table),
		cmocka_unit_test(extreme_pointer), cmocka_unit_test(no_table),
		cmocka_unit_test(excluded_root),   cmocka_unit_test(one_mislinked),
		cmocka_unit_test(bad_usage),	   cmocka_unit_test(flags),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
