/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which faults a struct page explains: and, beside each, the fault that looks
 * like it and is another's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/verdict/candidate.h"
#include "core/pages/classify.h"
#include "world.h"

#define VMEMMAP UINT64_C(0xffffea0000000000)
#define PFN 0x1234u
#define PAGE (VMEMMAP + PFN * 64)
#define FD UINT64_C(0xfdfdfdfdfdfdfdfd)
#define ONES UINT64_C(0xffffffffffffffff)
#define NODE_ZONES 0x100
#define ZONE_SIZE 0x600

struct scene {
	struct world *w;
	struct pfs_panic p;
	struct pfs_page page;
	struct pfs_lead lead;
	struct pfs_reg regs[3];
	enum pfs_confidence confidence;
	const char *why;
};

/* A page whose words all hold fill, met by a panic of this kind. */
static void scene(struct scene *s, enum pfs_state state, uint64_t fill, enum pfs_panic_kind kind)
{
	struct world *w = w_new();
	static const struct pfs_zone zone = { .index = 1, .start_pfn = 0x1000, .spanned = 0x10000 };
	int i;

	memset(s, 0, sizeof(*s));
	s->w = w;
	w->m.layout.vmemmap = VMEMMAP;
	w->m.layout.vmemmap_known = true;
	w->m.layout.node_width = 6;
	w->m.layout.node_shift = 58;
	w->m.layout.zone_width = 2;
	w->m.layout.zone_shift = 56;
	w->m.zones = pfs_alloc(&w->m.arena, sizeof(zone));
	*w->m.zones = zone;
	w->m.nr_zones = 1;
	w->m.zones_known = true;
	w_fact(w, PFS_F_PG_FLAGS, 0);
	w_fact(w, PFS_F_PG_COMPOUND_HEAD, 8);
	w_fact(w, PFS_F_PG_LRU, 8);
	w_fact(w, PFS_F_NODE_DATA, KERNEL + OBJ);
	w_fact(w, PFS_F_PGDAT_ZONES, NODE_ZONES);
	w_fact(w, PFS_F_SZ_ZONE, ZONE_SIZE);
	w->m.classifier = pfs_alloc(&w->m.arena, sizeof(*w->m.classifier));
	assert_int_equal(pfs_classifier_init(w->m.classifier, &w->m, &w->err), 0);
	s->p.kind = kind;
	s->p.regs = s->regs;
	s->page.pfn = PFN;
	s->page.va = PAGE;
	s->page.state = state;
	s->page.has_bytes = true;
	for (i = 0; i < 64; i += 8)
		memcpy(s->page.bytes + i, &fill, 8);
	s->page.flags = fill;
	s->page.node = (unsigned int)(fill >> 58) & 63;
	s->page.zone = (unsigned int)(fill >> 56) & 3;
	s->lead = (struct pfs_lead){ .pfn = PFN, .source = PFS_SRC_REG_PAGE, .from = "rdi" };
}

static void fault(struct scene *s, uint64_t address)
{
	s->p.has_fault_address = true;
	s->p.fault_address = address;
}

/* mov [reg + disp], reg holding value. */
static void operand(struct scene *s, uint64_t value, int64_t disp)
{
	s->regs[0] = (struct pfs_reg){ "rdx", value };
	s->p.nr_regs = 1;
	s->p.operand = (struct pfs_operand){ .valid = true,
					     .text = "mov rax, qword ptr [rdx]",
					     .base = "rdx",
					     .disp = disp,
					     .address = value + (uint64_t)disp };
	s->p.has_effective = true;
	s->p.fault_address_effective = value + (uint64_t)disp;
}

static enum pfs_reproduces done(struct scene *s)
{
	enum pfs_reproduces r = pfs_reproduce(&s->w->m, &s->p, &s->lead, &s->page, &s->confidence,
					      &s->why);

	assert_non_null(s->why);
	w_free(s->w);
	return r;
}

/* S1: mov -1(%rdx) with rdx = compound_head; the printed address lacks the displacement. */
static void link_followed(void **unused)
{
	struct scene s;

	(void)unused;
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_GP_FAULT);
	fault(&s, FD);
	operand(&s, FD, -1);
	assert_int_equal(done(&s), PFS_REPRODUCES);
	assert_int_equal(s.confidence, PFS_CONF_HIGH);
	/* kpagecount: the register already holds head = word - 1 */
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_GP_FAULT);
	operand(&s, FD - 1, 0x30);
	assert_int_equal(done(&s), PFS_REPRODUCES);
	/* without Code: the address alone tells, with less weight */
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_GP_FAULT);
	fault(&s, FD - 1);
	assert_int_equal(done(&s), PFS_REPRODUCES);
	assert_int_equal(s.confidence, PFS_CONF_MEDIUM);
	/* S3: all ones, #PF at fffffffffffffffe */
	scene(&s, PFS_ST_POISONED, ONES, PFS_PANIC_PAGE_FAULT);
	fault(&s, ONES - 1);
	assert_int_equal(done(&s), PFS_REPRODUCES);
}

/* The page is as bad, but the fault is slab poison, a NULL pointer, or next door. */
static void another_fault(void **unused)
{
	struct scene s;

	(void)unused;
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_GP_FAULT);
	operand(&s, UINT64_C(0x6b6b6b6b6b6b6b6b), 8);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_PAGE_FAULT);
	fault(&s, 0x30);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* a zero word cannot tell a NULL pointer from any other */
	scene(&s, PFS_ST_ZERO, 0, PFS_PANIC_PAGE_FAULT);
	fault(&s, 0x30);
	operand(&s, 0, 0x30);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* no fault address at all */
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_OTHER);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* the right value in the register of a healthy page */
	scene(&s, PFS_ST_OK, FD, PFS_PANIC_GP_FAULT);
	operand(&s, FD, -1);
	assert_int_equal(done(&s), PFS_DOES_NOT);
}

/* Addresses of all ones and small ones are neighbours in arithmetic alone. */
static void wrapped(void **unused)
{
	struct scene s;

	(void)unused;
	/* a NULL pointer + 0x30, and the page, all ones, in rdi: 0x30 - ~0 is 0x31 */
	scene(&s, PFS_ST_POISONED, ONES, PFS_PANIC_PAGE_FAULT);
	operand(&s, 0, 0x30);
	s.regs[1] = (struct pfs_reg){ "rdi", PAGE };
	s.p.nr_regs = 2;
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* the same without the instruction */
	scene(&s, PFS_ST_POISONED, ONES, PFS_PANIC_PAGE_FAULT);
	fault(&s, 0x30);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* head->_refcount of a head at -2: the register says so, the address alone does not */
	scene(&s, PFS_ST_POISONED, ONES, PFS_PANIC_PAGE_FAULT);
	operand(&s, ONES - 1, 0x34);
	assert_int_equal(done(&s), PFS_REPRODUCES);
	assert_int_equal(s.confidence, PFS_CONF_HIGH);
	/* a struct page at the end of the address space does not go on at 0 */
	scene(&s, PFS_ST_UNMAPPED, 0, PFS_PANIC_PAGE_FAULT);
	s.page.has_bytes = false;
	s.page.va = ONES - 31;
	s.page.walk.nr = 1;
	s.page.walk.step[0].level = "pte";
	fault(&s, 0x8);
	assert_int_equal(done(&s), PFS_DOES_NOT);
}

/* The fault is behind a word of the page, and the operand's register is elsewhere. */
static void bystander(void **unused)
{
	uint64_t word = UINT64_C(0xffff888012340000);
	struct scene s;

	(void)unused;
	scene(&s, PFS_ST_GARBAGE, word, PFS_PANIC_PAGE_FAULT);
	operand(&s, UINT64_C(0x500), (int64_t)(word + 0x18 - 0x500));
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* its register points into the object that the word points to */
	scene(&s, PFS_ST_GARBAGE, word, PFS_PANIC_PAGE_FAULT);
	operand(&s, word + 0x40, 8);
	assert_int_equal(done(&s), PFS_REPRODUCES);
	assert_int_equal(s.confidence, PFS_CONF_MEDIUM);
	/* or to the one around it, as list_entry() makes it */
	scene(&s, PFS_ST_GARBAGE, word, PFS_PANIC_PAGE_FAULT);
	operand(&s, word - 8, 0x10);
	assert_int_equal(done(&s), PFS_REPRODUCES);
}

static void not_mapped(void **unused)
{
	struct scene s;

	(void)unused;
	scene(&s, PFS_ST_UNMAPPED, 0, PFS_PANIC_PAGE_FAULT);
	s.page.has_bytes = false;
	s.page.walk.nr = 1;
	s.page.walk.step[0].level = "pte";
	fault(&s, PAGE + 0x38);
	assert_int_equal(done(&s), PFS_REPRODUCES);
	scene(&s, PFS_ST_UNMAPPED, 0, PFS_PANIC_PAGE_FAULT);
	s.page.has_bytes = false;
	s.page.walk.nr = 1;
	s.page.walk.step[0].level = "pte";
	fault(&s, PAGE + 64);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* left out of the dump is another thing */
	scene(&s, PFS_ST_EXCLUDED, 0, PFS_PANIC_PAGE_FAULT);
	s.page.has_bytes = false;
	fault(&s, PAGE + 0x38);
	assert_int_equal(done(&s), PFS_CANNOT_TELL);
}

/* Compaction: page_zone() of a node that is not there. */
static void zone_followed(void **unused)
{
	uint64_t zone = NODE_ZONES + 1 * ZONE_SIZE; /* NODE_DATA(63) is NULL, zone 1 */
	struct scene s;

	(void)unused;
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_PAGE_FAULT);
	fault(&s, zone + 0x60);
	operand(&s, zone, 0x60);
	assert_int_equal(done(&s), PFS_REPRODUCES);
	assert_int_equal(s.confidence, PFS_CONF_HIGH);
	/* spin_lock(&zone->lock): the register points into the zone */
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_PAGE_FAULT);
	operand(&s, zone + 0x60, 0);
	assert_int_equal(done(&s), PFS_REPRODUCES);
	assert_int_equal(s.confidence, PFS_CONF_MEDIUM);
	/* without the instruction: a register holds the zone, or none does */
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_PAGE_FAULT);
	fault(&s, zone + 0x60);
	s.regs[0] = (struct pfs_reg){ "rbx", zone };
	s.p.nr_regs = 1;
	assert_int_equal(done(&s), PFS_REPRODUCES);
	assert_int_equal(s.confidence, PFS_CONF_MEDIUM);
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_PAGE_FAULT);
	fault(&s, zone + 0x60);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* NULL + a large offset, at the same address */
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_PAGE_FAULT);
	operand(&s, 0, (int64_t)zone + 0x60);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* a zone at 0 is any NULL pointer: node 63, zone 0, the zones first in the node */
	scene(&s, PFS_ST_MISLINKED, UINT64_C(0xfc00000000000000), PFS_PANIC_PAGE_FAULT);
	w_fact(s.w, PFS_F_PGDAT_ZONES, 0);
	operand(&s, 0, 0x60);
	assert_int_equal(done(&s), PFS_CANNOT_TELL);
	/* the same, but what was followed is no NULL, or the fault is behind that zone */
	scene(&s, PFS_ST_MISLINKED, UINT64_C(0xfc00000000000000), PFS_PANIC_PAGE_FAULT);
	w_fact(s.w, PFS_F_PGDAT_ZONES, 0);
	operand(&s, 0x20, 0x40);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	scene(&s, PFS_ST_MISLINKED, UINT64_C(0xfc00000000000000), PFS_PANIC_PAGE_FAULT);
	w_fact(s.w, PFS_F_PGDAT_ZONES, 0);
	operand(&s, 0, ZONE_SIZE);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* a zone that would begin at the last addresses does not go on at 0 */
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_PAGE_FAULT);
	w_u64(s.w, OBJ + 63 * 8, UINT64_C(0) - zone - 8);
	operand(&s, 0, 0x30);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* behind that zone */
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_PAGE_FAULT);
	fault(&s, zone + ZONE_SIZE);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* a small address and a page that only the stack or an integer names */
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_PAGE_FAULT);
	s.lead.source = PFS_SRC_REG_PFN;
	fault(&s, zone + 0x60);
	assert_int_equal(done(&s), PFS_DOES_NOT);
	/* a node that is there */
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_PAGE_FAULT);
	w_u64(s.w, OBJ + 63 * 8, UINT64_C(0xffff888000000000));
	fault(&s, zone + 0x60);
	assert_int_equal(done(&s), PFS_DOES_NOT);
}

/* What the kernel's own words, n of them, make of the page. */
static enum pfs_reproduces by_words(struct scene *s, struct pfs_named_page *d, size_t n)
{
	enum pfs_reproduces r;

	s->p.named = d;
	s->p.nr_named = n;
	r = pfs_named_reproduces(&s->w->m, &s->p, &s->page, &s->confidence, &s->why);
	w_free(s->w);
	return r;
}

/* dump_page() and a BUG: the words on the console are the words in the dump. */
static void printed(void **unused)
{
	struct pfs_named_page d = {
		.line = "page:...", .has_pfn = true, .pfn = PFN, .raw = { ONES, ONES }, .nr_raw = 2
	};
	struct scene s;

	(void)unused;
	scene(&s, PFS_ST_POISONED, ONES, PFS_PANIC_BUG);
	assert_int_equal(by_words(&s, &d, 1), PFS_REPRODUCES);
	/* a sound page that was printed is none that is bad */
	scene(&s, PFS_ST_OK, ONES, PFS_PANIC_BUG);
	assert_int_equal(by_words(&s, &d, 1), PFS_DOES_NOT);
	/* another page was printed */
	d.pfn = PFN + 1;
	scene(&s, PFS_ST_POISONED, ONES, PFS_PANIC_BUG);
	assert_int_equal(by_words(&s, &d, 1), PFS_DOES_NOT);
	/* this one, but it holds something else now */
	d.pfn = PFN;
	scene(&s, PFS_ST_DEPOPULATED, FD, PFS_PANIC_BUG);
	assert_int_equal(by_words(&s, &d, 1), PFS_DOES_NOT);
	/* "is uninitialized and poisoned" prints no words */
	d.nr_raw = 0;
	d.poisoned = true;
	scene(&s, PFS_ST_POISONED, ONES, PFS_PANIC_BUG);
	assert_int_equal(by_words(&s, &d, 1), PFS_REPRODUCES);
	/* a fault of its own after a page was printed: the words do not say what faulted */
	scene(&s, PFS_ST_POISONED, ONES, PFS_PANIC_PAGE_FAULT);
	assert_int_equal(by_words(&s, &d, 1), PFS_DOES_NOT);
}

/* bad_page(): the page is bad because the kernel says so, and it resets _mapcount. */
static void found_bad(void **unused)
{
	struct pfs_named_page d = { .line = "BUG: Bad page state",
				    .by = PFS_NAMED_BY_CHECK,
				    .reason = "nonzero mapcount",
				    .has_pfn = true,
				    .pfn = PFN,
				    .raw = { FD, FD, FD, FD, FD, FD, 0, FD },
				    .nr_raw = 8 };
	struct scene s;

	(void)unused;
	scene(&s, PFS_ST_OK, FD, PFS_PANIC_OTHER);
	assert_int_equal(by_words(&s, &d, 1), PFS_REPRODUCES);
	assert_int_equal(s.confidence, PFS_CONF_HIGH);
	/* all of it is other than it was printed: by the kernel's word alone */
	scene(&s, PFS_ST_OK, 0, PFS_PANIC_OTHER);
	assert_int_equal(by_words(&s, &d, 1), PFS_REPRODUCES);
	assert_int_equal(s.confidence, PFS_CONF_MEDIUM);
	/* its neighbour is innocent */
	d.pfn = PFN + 1;
	scene(&s, PFS_ST_OK, FD, PFS_PANIC_OTHER);
	assert_int_equal(by_words(&s, &d, 1), PFS_DOES_NOT);
}

/* A corrupt list: the head with the wild word, or the entry that its list has forgotten. */
static void on_a_list(void **unused)
{
	static const uint64_t wild = UINT64_C(0x5a5a5a5a5a5a5a5a), away = KERNEL + OBJ + 0x800;
	struct pfs_named_page d[2] = {
		{ .line = "list_del corruption. next->prev should be ...",
		  .by = PFS_NAMED_BY_LIST,
		  .page = PAGE + 8,
		  .has_page = true,
		  .word_at = PAGE + 16,
		  .word_is = wild,
		  .word_should = PAGE + 72 },
		{ .line = "list_del corruption. next->prev should be ...",
		  .by = PFS_NAMED_BY_LIST,
		  .page = PAGE + 72,
		  .has_page = true },
	};
	struct scene s;

	(void)unused;
	scene(&s, PFS_ST_OK, wild, PFS_PANIC_BUG);
	assert_int_equal(by_words(&s, d, 2), PFS_REPRODUCES);
	assert_int_equal(s.page.state, PFS_ST_GARBAGE);
	/* the word is a sound pointer: somebody else's list */
	d[0].word_is = away;
	scene(&s, PFS_ST_OK, away, PFS_PANIC_BUG);
	assert_int_equal(by_words(&s, d, 2), PFS_DOES_NOT);
	assert_int_equal(s.page.state, PFS_ST_OK);
	/* the entry: its neighbours know others, or it */
	d[1].page = PAGE + 8;
	scene(&s, PFS_ST_OK, away, PFS_PANIC_BUG);
	w_u64(s.w, OBJ + 0x800, away);
	w_u64(s.w, OBJ + 0x808, away);
	assert_int_equal(by_words(&s, d + 1, 1), PFS_REPRODUCES);
	assert_int_equal(s.page.state, PFS_ST_STALE);
	scene(&s, PFS_ST_OK, away, PFS_PANIC_BUG);
	w_u64(s.w, OBJ + 0x800, PAGE + 8);
	w_u64(s.w, OBJ + 0x808, away);
	assert_int_equal(by_words(&s, d + 1, 1), PFS_DOES_NOT);
	assert_int_equal(s.page.state, PFS_ST_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_followed), cmocka_unit_test(another_fault),
		cmocka_unit_test(wrapped),	 cmocka_unit_test(bystander),
		cmocka_unit_test(not_mapped),	 cmocka_unit_test(zone_followed),
		cmocka_unit_test(printed),	 cmocka_unit_test(found_bad),
		cmocka_unit_test(on_a_list),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
