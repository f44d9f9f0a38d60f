/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How an architecture reports its death: the text of its oopses, its registers,
 * its instructions. Each architecture has one struct pfs_oops_arch, in
 * <name>.c. How it translates addresses is in facts/arch.h. Where there is none
 * for a dump, the panic is replaced by a limit.
 */
#ifndef PFS_CORE_PANIC_ARCH_H
#define PFS_CORE_PANIC_ARCH_H

#include "core/panic/parse.h"

struct pfs_oops_arch {
	const char *name; /* as in archs.def */

	/*
	 * Classify a line that oops.c does not know: PFS_LINE_HEAD,
	 * PFS_LINE_DIE or PFS_LINE_OTHER.
	 */
	enum pfs_oops_line (*classify)(const char *s);
	/* Parse such a line: the kind of panic, its fault address, access and error code. */
	void (*head)(struct pfs_panic *p, const char *s);
	void (*die)(struct pfs_panic *p, const char *s);
	/*
	 * Parse any other line: registers, code, details of the fault.
	 * *ret_taken: it was one of these. -ENOMEM.
	 */
	int (*line)(struct pfs_parser *x, const char *s, bool *ret_taken);

	/*
	 * Decode the instruction at code and fill in p->operand with the help
	 * of the registers in p. Of several memory operands the one that
	 * explains the fault is taken. p->operand stays invalid where the bytes
	 * are no instruction, where it accesses no memory, or where the value
	 * of a register is not known. -ENOMEM.
	 */
	int (*operand)(struct pfs_arena *a, const unsigned char *code, size_t len,
		       struct pfs_panic *p);
	/* How this machine's kernel prints an address that faulted; NULL: as it is. */
	uint64_t (*printed)(uint64_t va);
	/*
	 * The target of the direct call that this return address follows;
	 * false: no such call.
	 */
	bool (*call_target)(struct pfs_mem *m, uint64_t ret, uint64_t *ret_target);

	/*
	 * How lines begin that no other machine's kernel prints, NULL at the end: by
	 * them a log without a dump is known. Behind a "!", how those begin that this
	 * one does not print. May be NULL: then no log is.
	 */
	const char *const *marks;
	/*
	 * Could the memmap be at this address, by where this machine's kernel puts it
	 * and by the registers in p? Asked where it is not known. May be NULL: it could.
	 */
	bool (*may_be_memmap)(const struct pfs_panic *p, uint64_t va);

	/* Names of registers, as in struct pfs_reg. */
	const char *ip, *sp;
	const char *ip_label;	   /* as the kernel prints it: "RIP" */
	const char *bt_ip;	   /* what bt of crash prints before it; NULL: nothing fixed */
	const char *fault;	   /* holds the address of a page fault; NULL: none does */
	const char *const *no_pfn; /* registers that never hold a PFN, NULL at the end */
	/* The general registers of an elf_prstatus note, in order, from this offset on. */
	const char *const *reg_names;
	unsigned int nr_regs;
	size_t prstatus_regs_offset;
};

#define ARCH(arch, elf, prstatus, crash) extern const struct pfs_oops_arch pfs_oops_##arch;
#include <pfnscope/archs.def>
#undef ARCH

/* The one for the architecture of the dump; NULL: its oopses are not known. */
const struct pfs_oops_arch *pfs_oops_arch_of(const struct pfs_model *m);

/* The name of the architecture by whose marks the log is known; NULL: by none, or by more. */
const char *pfs_oops_arch_in_log(const struct pfs_model *m);

/* Register i of an elf_prstatus note; false: the note is too short or has another layout. */
bool pfs_note_reg(const struct pfs_oops_arch *arch, const struct pfs_cpu_note *note, unsigned int i,
		  uint64_t *ret);
/* The same by name. */
bool pfs_note_reg_named(const struct pfs_oops_arch *arch, const struct pfs_cpu_note *note,
			const char *name, uint64_t *ret);

/* "RIP" or the like; a general term where the oopses of the architecture are not known. */
const char *pfs_ip_label(const struct pfs_model *m);

/* Does this register hold code, the stack or flags, and so never a struct page or a PFN? */
bool pfs_reg_special(const struct pfs_oops_arch *arch, const char *name);

#endif
