/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine has to know of an architecture: how it translates addresses,
 * where the memmap and the kernel image are, how large a section is. Each
 * architecture has one struct pfs_arch, in arch_<name>.c. How its oopses look
 * is in core/panic/arch.h.
 */
#ifndef PFS_FACTS_ARCH_H
#define PFS_FACTS_ARCH_H

#include "facts/facts.h"
#include "facts/mem.h"

/* An entry of the memory map of the firmware, as the kernel keeps it. */
struct pfs_firmware_range {
	uint64_t addr, size; /* bytes */
	enum { PFS_FW_OTHER, PFS_FW_RAM, PFS_FW_DEVICE } kind;
	const char *type; /* in words: "ACPI NVS" */
};

/* What pfn_valid() asks of a section that has a memmap. */
enum pfs_pfn_valid {
	PFS_VALID_GENERIC = 1 << 0,	 /* nothing of early ones, of others the subsection */
	PFS_VALID_MAPPED = 1 << 1,	 /* memblock, and it must not be NOMAP */
	PFS_VALID_EARLY_MAPPED = 1 << 2, /* the same of early ones, of others the subsection */
	PFS_VALID_EARLY_MEMORY = 1 << 3, /* the same, but NOMAP may be */
	PFS_NR_VALID_KINDS = 4
};

/*
 * The comment of a hook says if it may be NULL. An architecture that lacks any
 * other hook is not supported (pfs_arch_missing()).
 */
struct pfs_arch {
	const char *name;   /* as in archs.def */
	const char *family; /* the name that people use: "x86" */
	/* Names of the facts that only this architecture has, NULL at the end; see facts.h. */
	const char *const *facts;
	const char *const *dwarf_units; /* sources that define their types; may be NULL */

	uint64_t page_sizes;  /* bit n: pages may have 1 << n bytes; the smallest is the default */
	uint64_t kernel_half; /* the lowest virtual address of the kernel's half */
	uint64_t image_start, image_end; /* of any kernel; init() may know better of this one */
	const char *top_symbol;		 /* the name of init_mm's root table */
	uint64_t entry_present;		 /* the bit of an entry of a page table that is there */

	/*
	 * Asked where VMCOREINFO does not say: log2 of the bytes in a section,
	 * and how many bits a physical address has.
	 */
	unsigned int (*section_size_bits)(const struct pfs_facts *f);
	unsigned int (*max_physmem_bits)(const struct pfs_facts *f);
	/* HUGETLB_PAGE_ORDER: log2 of the pages in a huge page, and thus in a pageblock. */
	unsigned int (*hugetlb_order)(const struct pfs_mem *m);
	/*
	 * The address of the struct page of PFN 0. May be NULL: SYMBOL(vmemmap)
	 * has its value (v6.9), or the sections tell.
	 */
	bool (*vmemmap)(struct pfs_mem *m, const struct pfs_facts *f, uint64_t *ret);

	/*
	 * Set root, page_shift and pte_mask of a zeroed m, whose target and
	 * arch are set already.
	 */
	int (*init)(struct pfs_mem *m, const struct pfs_facts *f, struct pfs_err *err);
	/* Add to the facts what init() had to find out by itself. May be NULL. */
	void (*learn)(const struct pfs_mem *m, struct pfs_facts *f);
	bool (*canonical)(const struct pfs_mem *m, uint64_t va);
	/* The physical address in an entry of a page table that is present. */
	uint64_t (*entry_address)(const struct pfs_mem *m, uint64_t entry);
	void (*walk)(struct pfs_mem *m, const struct pfs_root *root, uint64_t va,
		     struct pfs_walk *ret);
	/*
	 * For a dump that says nothing of its kernel: set m up to walk from the
	 * page tables of a CPU, which its QEMU note names. attempt counts from
	 * 0, because there may be more than one candidate; -ENOENT: there are
	 * no more. May be NULL, and then so is describe.
	 */
	int (*bootstrap)(struct pfs_mem *m, const void *qemu, size_t len, unsigned int attempt);
	/*
	 * Write to buf, in the form of VMCOREINFO, what init() needs to know. m
	 * maps the image, whose first byte is at text; top is the address of
	 * the root table of init_mm.
	 */
	int (*describe)(struct pfs_mem *m, uint64_t text, uint64_t top, char *buf, size_t size);

	/*
	 * Which pfn_valid() this kernel has: a bit of enum pfs_pfn_valid for each that it may
	 * be, as far as the facts tell. May be NULL: the generic one is all there ever was.
	 */
	unsigned int (*pfn_valid_kinds)(const struct pfs_facts *f);

	/*
	 * Call entry() for each entry of the memory map of the firmware, until
	 * it returns other than 0, which is then returned. -ENODATA with err
	 * set: the map cannot be read, in whole or from there on. May be NULL:
	 * the kernels of this architecture keep no such map.
	 */
	int (*firmware_map)(struct pfs_mem *m, const struct pfs_facts *f,
			    int (*entry)(void *arg, const struct pfs_firmware_range *r), void *arg,
			    struct pfs_err *err);
	const char *firmware_map_name; /* "e820" */
	/*
	 * Add to the facts what memory tells of this architecture where the types are not
	 * known (infer.h); how many that were. May be NULL.
	 */
	unsigned int (*infer)(struct pfs_mem *m, struct pfs_facts *f);

	/*
	 * The word that vmemmap_free() writes over the freed part of a leaf
	 * that stays mapped; 0: it writes nothing.
	 */
	uint64_t unused_fill;
	/* vmemmap_free() of a part of a section clears the whole leaf that it is behind. */
	bool frees_whole_leaves;
	uint64_t list_poison;	      /* CONFIG_ILLEGAL_POINTER_VALUE, below LIST_POISON1 and 2 */
	unsigned int max_folio_shift; /* log2 bytes of MAX_FOLIO_NR_PAGES */
};

#define ARCH(arch, elf, prstatus, crash) extern const struct pfs_arch pfs_arch_##arch;
#include <pfnscope/archs.def>
#undef ARCH

/* Find an architecture by the name that libkdumpfile uses; NULL: not supported. */
const struct pfs_arch *pfs_arch_by_name(const char *name);
/* Architecture number i, from 0 on; NULL after the last one. */
const struct pfs_arch *pfs_arch_nr(size_t i);
/* The name of a required member that arch lacks; NULL: it has them all. */
const char *pfs_arch_missing(const struct pfs_arch *arch);

/* Set m up from the facts: root tables, masks, the size of a page. */
int pfs_mem_init(struct pfs_mem *m, struct pfs_target *t, const struct pfs_arch *arch,
		 const struct pfs_facts *f, struct pfs_err *err);

/* Is va in the half of the address space that belongs to the kernel? */
static inline bool pfs_in_kernel_half(const struct pfs_mem *m, uint64_t va)
{
	return va >= m->arch->kernel_half;
}

#endif
