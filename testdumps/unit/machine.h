/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine that is not x86: ram.h's memory with empty tables, facts by their names, a log
 * with its words, and what instructions accessed. For use behind cmocka.h, by a test that
 * says MACHINE, as archs.def spells it, and has setup() and with_code() of its own.
 */
#ifndef PFS_TEST_MACHINE_H
#define PFS_TEST_MACHINE_H

#include <errno.h>
#include <stdio.h>

#include "core/panic/arch.h"
#include "panic_log.h"

/* A page, however large these are. */
#define ROOT	UINT64_C(0x10000)

static struct ram ram;
static struct pfs_mem mem;
static struct pfs_facts facts;

/* A healthy machine of so many bits of virtual addresses. */
static void setup(unsigned int va_bits);
/* A panic over this code; the machine that it is of goes by w_free(). */
static struct pfs_panic with_code(struct world **ret, const char *code);

static inline void set(const char *name, uint64_t v)
{
	*machine_fact(&facts, name) = (struct pfs_fact){ v, "test" };
}

static inline int init(struct pfs_err *err)
{
	return pfs_mem_init(&mem, &ram.t, pfs_arch_by_name(MACHINE), &facts, err);
}

/* Nothing in memory, and no fact but where the tables are and how large pages. */
static inline void machine_clear(uint64_t swapper_pg_dir, uint64_t page_size)
{
	ram_init(&ram, 4);
	memset(ram.bytes, 0, sizeof(ram.bytes));
	ram.next_table = RAM_TABLES;
	memset(&facts, 0, sizeof(facts));
	facts.machine = pfs_arch_by_name(MACHINE)->facts;
	facts.f[PFS_F_PAGESIZE] = (struct pfs_fact){ page_size, "test" };
	facts.f[PFS_F_SWAPPER_PG_DIR] = (struct pfs_fact){ swapper_pg_dir, "test" };
}

/* The facts that the test has changed do not do; all is well again afterwards. */
static inline void init_fails(const char *why)
{
	struct pfs_err err = { 0 };

	assert_int_equal(init(&err), -EINVAL);
	if (!strstr(err.msg, why))
		fail_msg("\"%s\" has no \"%s\"", err.msg, why);
	setup(48);
}

static inline struct world *machine_log(const char *text)
{
	struct world *w = log_of(text);

	w->mem.arch = pfs_arch_by_name(MACHINE);
	return w;
}

struct operand_case {
	const char *code, *text;
	uint64_t address;
	unsigned int size;
	bool write;
};

static inline void has_operands(const struct operand_case *cases, size_t nr)
{
	const struct operand_case *c;
	struct world *w;

	for (c = cases; c < cases + nr; c++) {
		struct pfs_panic p = with_code(&w, c->code);
		const struct pfs_operand *o = &p.operand;

		if (!o->valid || o->address != c->address || o->size != c->size ||
		    o->write != c->write || strcmp(o->text, c->text))
			fail_msg("%s is %s, 0x%llx, %u bytes, %s", c->text,
				 o->valid ? o->text : "none", (unsigned long long)o->address,
				 o->size, o->write ? "write" : "read");
		w_free(w);
	}
}

static inline void has_no_operands(const char *const *code, size_t nr)
{
	struct world *w;
	size_t i;

	for (i = 0; i < nr; i++) {
		struct pfs_panic p = with_code(&w, code[i]);

		assert_int_equal(p.kind, PFS_PANIC_OOPS);
		if (p.operand.valid)
			fail_msg("%s: %s", code[i], p.operand.text);
		w_free(w);
	}
}

#endif
