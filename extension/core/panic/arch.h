/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a machine dies: the text of its oopses, its registers, its instructions.
 * One struct pfs_oops_arch each, in <name>.c; how it translates addresses is in
 * facts/arch.h. A machine without one has a limit instead of a panic.
 */
#ifndef PFS_CORE_PANIC_ARCH_H
#define PFS_CORE_PANIC_ARCH_H

#include "core/panic/parse.h"

struct pfs_oops_arch {
	const char *name; /* as in archs.def */

	/* What a line is that oops.c does not know: PFS_LINE_HEAD, PFS_LINE_DIE or neither. */
	enum pfs_oops_line (*classify)(const char *s);
	/* Such a line: the kind of panic, its fault address, access and error code. */
	void (*head)(struct pfs_panic *p, const char *s);
	void (*die)(struct pfs_panic *p, const char *s);
	/* Any other line: registers, code, the fault's. *ret_taken: it was one of them. -ENOMEM. */
	int (*line)(struct pfs_parser *x, const char *s, bool *ret_taken);

	/*
	 * Decode the instruction at code and fill in p->operand from p's registers; of
	 * several memory operands the one that explains the fault. Left invalid where the
	 * bytes are no instruction, no memory is accessed, or a register's value is not
	 * known. -ENOMEM.
	 */
	int (*operand)(struct pfs_arena *a, const unsigned char *code, size_t len,
		       struct pfs_panic *p);
	/* What the direct call before this return address calls; false: there is none. */
	bool (*call_target)(struct pfs_mem *m, uint64_t ret, uint64_t *ret_target);

	/* Names of registers, as in struct pfs_reg. */
	const char *ip, *sp;
	const char *ip_label;	   /* as the kernel prints it: "RIP" */
	const char *bt_ip;	   /* what crash's bt says before it; NULL: nothing fixed */
	const char *fault;	   /* holds the address of a page fault; NULL: none does */
	const char *const *no_pfn; /* never hold a PFN, NULL at the end */
	/* General registers of an elf_prstatus note, in order, from this offset on. */
	const char *const *reg_names;
	unsigned int nr_regs;
	size_t prstatus_regs_offset;
};

#define ARCH(arch, elf, prstatus, crash) extern const struct pfs_oops_arch pfs_oops_##arch;
#include <pfnscope/archs.def>
#undef ARCH

/* Of the dumped machine; NULL: its oopses are not known. */
const struct pfs_oops_arch *pfs_oops_arch_of(const struct pfs_model *m);

/* Register i of such a note; false: the note is too short, or has another layout. */
bool pfs_note_reg(const struct pfs_oops_arch *arch, const struct pfs_cpu_note *note, unsigned int i,
		  uint64_t *ret);
/* The same by name. */
bool pfs_note_reg_named(const struct pfs_oops_arch *arch, const struct pfs_cpu_note *note,
			const char *name, uint64_t *ret);

/* "RIP", or what people call it where the machine's oopses are not known. */
const char *pfs_ip_label(const struct pfs_model *m);

/* A register that holds code, the stack or flags: never a struct page, nor a PFN. */
bool pfs_reg_special(const struct pfs_oops_arch *arch, const char *name);

#endif
