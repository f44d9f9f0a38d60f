/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine asks of a machine: translation, where the memmap and the
 * kernel's image are, how large its sections are. One struct pfs_arch each, in
 * arch_<name>.c; what its oopses look like is in core/panic/arch.h.
 */
#ifndef PFS_FACTS_ARCH_H
#define PFS_FACTS_ARCH_H

#include "facts/facts.h"
#include "facts/mem.h"

/* An entry of the firmware's memory map, as the kernel keeps it. */
struct pfs_firmware_range {
	uint64_t addr, size; /* bytes */
	enum { PFS_FW_OTHER, PFS_FW_RAM, PFS_FW_DEVICE } kind;
	const char *type; /* in words: "ACPI NVS" */
};

/*
 * Hooks that may be NULL say so; an architecture that lacks another one is not
 * supported (pfs_arch_missing()).
 */
struct pfs_arch {
	const char *name;   /* as in archs.def */
	const char *family; /* what people call it: "x86" */
	/* Facts of this machine alone, by name, NULL at the end; see facts.h. */
	const char *const *facts;
	const char *const *dwarf_units; /* source files that define their types; may be NULL */

	uint64_t page_sizes;  /* bit n: pages of 1 << n bytes; the least is the default */
	uint64_t kernel_half; /* the lowest virtual address of the kernel's */
	uint64_t image_start, image_end; /* where the kernel image is mapped */
	const char *top_symbol;		 /* the name of init_mm's root table */

	/* Where VMCOREINFO does not say: log2 bytes of a section, width of physical addresses. */
	unsigned int (*section_size_bits)(const struct pfs_facts *f);
	unsigned int (*max_physmem_bits)(const struct pfs_facts *f);
	/* Log2 pages of the huge page that hugetlb begins with, and so of a pageblock. */
	unsigned int (*hugetlb_order)(const struct pfs_mem *m);
	/*
	 * The struct page of PFN 0, where SYMBOL(vmemmap) does not say (v6.9 does). May
	 * be NULL: the sections tell.
	 */
	bool (*vmemmap)(struct pfs_mem *m, const struct pfs_facts *f, uint64_t *ret);

	/* Set root, page_shift and pte_mask of a zeroed m (target and arch are set). */
	int (*init)(struct pfs_mem *m, const struct pfs_facts *f, struct pfs_err *err);
	bool (*canonical)(const struct pfs_mem *m, uint64_t va);
	void (*walk)(struct pfs_mem *m, const struct pfs_root *root, uint64_t va,
		     struct pfs_walk *ret);
	/*
	 * For a dump that says nothing of its kernel: set m up to walk from a CPU's page
	 * tables, which its QEMU note names. attempt counts from 0 on, as these may be one
	 * of several. -ENOENT: no more of them. May be NULL, and then so is describe.
	 */
	int (*bootstrap)(struct pfs_mem *m, const void *qemu, size_t len, unsigned int attempt);
	/*
	 * What init() needs to know, in VMCOREINFO's form, of an image whose first byte, at
	 * text, m maps. top: address of init_mm's root table.
	 */
	int (*describe)(struct pfs_mem *m, uint64_t text, uint64_t top, char *buf, size_t size);

	/*
	 * Has this kernel a pfn_valid() of the machine's own, which asks more than sections
	 * do, or do the facts not tell? What it answers is then not known. May be NULL: the
	 * generic one is all there ever was.
	 */
	bool (*own_pfn_valid)(const struct pfs_facts *f);

	/*
	 * The firmware's memory map: calls entry() for each, which ends it with what it
	 * returns but 0. -ENODATA with err: it cannot be read, in whole or from there on.
	 * May be NULL: this machine's kernels keep none.
	 */
	int (*firmware_map)(struct pfs_mem *m, const struct pfs_facts *f,
			    int (*entry)(void *arg, const struct pfs_firmware_range *r), void *arg,
			    struct pfs_err *err);
	const char *firmware_map_name; /* "e820" */

	/*
	 * What vmemmap_free() writes over the freed part of a leaf that stays mapped; 0: it
	 * writes nothing.
	 */
	uint64_t unused_fill;
	uint64_t list_poison;	      /* CONFIG_ILLEGAL_POINTER_VALUE, below LIST_POISON1 and 2 */
	unsigned int max_folio_shift; /* log2 bytes of MAX_FOLIO_NR_PAGES */
};

#define ARCH(arch, elf, prstatus, crash) extern const struct pfs_arch pfs_arch_##arch;
#include <pfnscope/archs.def>
#undef ARCH

/* By libkdumpfile's name; NULL: not supported. */
const struct pfs_arch *pfs_arch_by_name(const char *name);
/* All of them, from i = 0 on; NULL at the end. */
const struct pfs_arch *pfs_arch_nr(size_t i);
/* What of the above it has not, and would have to have; NULL: nothing. */
const char *pfs_arch_missing(const struct pfs_arch *arch);

/* Set m up from the facts: root tables, masks, the size of a page. */
int pfs_mem_init(struct pfs_mem *m, struct pfs_target *t, const struct pfs_arch *arch,
		 const struct pfs_facts *f, struct pfs_err *err);

/* A virtual address of the kernel's half? */
static inline bool pfs_in_kernel_half(const struct pfs_mem *m, uint64_t va)
{
	return va >= m->arch->kernel_half;
}

#endif
