/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model: the view that the dumped kernel has of its memory, decoded. It
 * contains no opinion: what is wrong with it is for the checks to say.
 * Everything is in model->arena. A part that could not be decoded is absent,
 * and a row of limits[] says why.
 */
#ifndef PFS_CORE_MODEL_MODEL_H
#define PFS_CORE_MODEL_MODEL_H

#include "base/arena.h"
#include "facts/arch.h"

/* A limit of this dump or kernel: what cannot be said of it, and why. */
struct pfs_limit {
	const char *what;
	const char *why;
};

/*
 * struct mem_section.section_mem_map, v6.15 with ZONE_DEVICE:
 *
 *	63                                  6   5   4   3   2   1   0
 *	+-----------------------------------+---+---+---+---+---+---+
 *	| mem_map - section's first PFN     | I | T | E | O | M | P |
 *	+-----------------------------------+---+---+---+---+---+---+
 *	P present  M has mem_map  O online  E early  T taint zone device
 *	I vmemmap pre-initialised
 *
 * Which of these bits exist, and where, is up to the facts.
 */
enum pfs_section_flag_id {
#define SECTION_FLAG(id, fact, bit, letter, name, words) PFS_SF_##id = bit,
#include <pfnscope/section_flags.def>
#undef SECTION_FLAG
	PFS_NR_SECTION_FLAGS
};

enum pfs_section_flag {
#define SECTION_FLAG(id, fact, bit, letter, name, words) PFS_SEC_##id = 1 << PFS_SF_##id,
#include <pfnscope/section_flags.def>
#undef SECTION_FLAG
};

/* The name of a flag in JSON ("taint_zone_device") and in text ("taint zone device"). */
const char *pfs_section_flag_name(enum pfs_section_flag_id id);
const char *pfs_section_flag_words(enum pfs_section_flag_id id);
/*
 * "PRESENT|HAS_MEM_MAP|ONLINE", or "none" for no flag, in the arena; NULL when
 * out of memory.
 */
const char *pfs_section_flag_names(struct pfs_arena *a, unsigned int flags);

struct pfs_section {
	uint64_t nr;
	uint64_t va;		    /* of this struct mem_section */
	uint64_t raw;		    /* section_mem_map as stored */
	uint64_t base;		    /* raw without the flag bits */
	unsigned int flags;	    /* enum pfs_section_flag */
	uint64_t usage;		    /* pointer as stored, 0 if none or no such member */
	enum pfs_reach usage_reach; /* result of reading the usage, up to v5.2 the pageblock bits */
	uint64_t *subsections;	    /* bitmap, model->subsections bits; NULL: unknown or none */
	uint64_t pageblocks;	    /* address of its pageblock bits, 0: unknown */
};

/*
 * A part of the memmap that is contiguous in virtual memory and mapped in one
 * way. Sorted by va.
 */
struct pfs_vmemmap_run {
	uint64_t start, end; /* virtual, half-open */
	bool mapped;
	bool writable;
	bool no_table;	   /* a table page is not in the dump, so that nothing is known */
	const char *level; /* of the leaf, or of the entry that is not present */
	uint64_t leaf_size;
	uint64_t leaves;
	uint64_t first_pa; /* of the first leaf */
	uint64_t entry;	   /* of the first leaf or of the first empty entry */
};

/*
 * Physical memory that backs the memmap, contiguous both physically and
 * virtually; sorted by pa. repeat > 1: as many leaves in a row map one frame,
 * as those of the deduplicated tails of huge pages do.
 */
struct pfs_backing {
	uint64_t pa, len; /* bytes */
	uint64_t va;
	uint64_t repeat;
};

struct pfs_zone {
	uint64_t va;
	unsigned int node, index; /* nid, and number in node_zones[] */
	char name[16];
	uint64_t start_pfn, spanned, present, managed;
	int contiguous; /* -1: unknown */
};

struct pfs_node {
	unsigned int nid;
	uint64_t va; /* of its pg_data_t */
	uint64_t start_pfn, spanned, present;
	uint64_t first_deferred_pfn; /* UINT64_MAX: all initialised, or no such member */
};

struct pfs_resource {
	uint64_t va;
	uint64_t start, end; /* bytes, end inclusive as in the kernel */
	unsigned int depth;
	uint64_t flags;
	char name[64];
};

struct pfs_memory_block {
	uint64_t va;
	uint64_t start_section;
	uint64_t sections;
	uint64_t state; /* as stored: see pfs_memory_block_state() */
	int nid;
};

enum pfs_block_state {
	PFS_BLOCK_OTHER,
	PFS_BLOCK_ONLINE,
	PFS_BLOCK_GOING_OFFLINE,
	PFS_BLOCK_OFFLINE,
};

/* A region of memblock.memory: bytes, half-open. */
struct pfs_memblock {
	uint64_t start, end;
	bool nomap; /* not in the direct map */
};

struct pfs_altmap {
	uint64_t base_pfn, end_pfn, reserve, free, align, alloc;
};

/* The reference count of a pagemap: could get_dev_pagemap() take a reference? */
enum pfs_pgmap_ref {
	PFS_REF_NO_FACT, /* the types of this kernel are not known well enough */
	PFS_REF_UNREADABLE,
	PFS_REF_LIVE,
	PFS_REF_DEAD, /* killed: its device is being removed */
};

struct pfs_pgmap {
	uint64_t va;
	enum pfs_pgmap_ref ref;
	uint64_t start_pfn, end_pfn; /* of one range, half-open */
	unsigned int range;	     /* number of the range in its pgmap */
	uint64_t type;		     /* enum memory_type as stored */
	uint64_t flags;		     /* PGMAP_ALTMAP_VALID is bit 0 */
	uint64_t vmemmap_shift;
	bool has_altmap;
	struct pfs_altmap altmap;
};

/* Numbers from the facts that the code for pages and sections needs at every step. */
struct pfs_layout {
	unsigned int page_shift;
	uint64_t page_size;
	unsigned int section_shift; /* log2 bytes */
	uint64_t pages_per_section;
	uint64_t pages_per_subsection;
	unsigned int subsections; /* per section */
	uint64_t nr_sections;	  /* that the kernel can have */
	uint64_t struct_page;	  /* bytes */
	uint64_t vmemmap;	  /* virtual address of PFN 0's struct page, 0: unknown */
	bool vmemmap_known;
	/* Links in page->flags; a width of 0 means there is none. */
	unsigned int node_shift, node_width, zone_shift, zone_width;
	unsigned int flag_bits[PFS_NR_SECTION_FLAGS]; /* 64: not in this kernel */
	uint64_t map_mask;			      /* raw & map_mask is the base */
	/* How the bits of pageblocks follow each other in a word (pageblock.c). */
	enum { PFS_PAGEBLOCKS_UNKNOWN, PFS_PAGEBLOCKS_UP, PFS_PAGEBLOCKS_DOWN } pageblocks;
};

struct pfs_model {
	struct pfs_arena arena;
	const struct pfs_facts *facts;
	struct pfs_mem *mem;
	struct pfs_layout layout;

	struct pfs_section *sections; /* by nr: present ones, and leftovers that are not zero */
	size_t nr_sections;
	bool sections_known; /* the whole table was read */
	struct pfs_vmemmap_run *vmemmap;
	size_t nr_vmemmap;
	struct pfs_backing *backing;
	size_t nr_backing;
	bool backing_known; /* all of it was found; their number is bounded */
	struct pfs_node *nodes;
	size_t nr_nodes;
	struct pfs_zone *zones; /* those that are populated or span anything, by node and index */
	size_t nr_zones;
	bool zones_known;		/* every node and zone was read */
	bool zones_damaged;		/* there are some that cannot be */
	struct pfs_resource *resources; /* iomem tree in pre-order */
	size_t nr_resources;
	bool ram_by_flags; /* the flags of a resource say whether it is RAM, else its name does */
	struct pfs_firmware_range *firmware; /* the memory map of the firmware */
	size_t nr_firmware;
	struct pfs_memory_block *memory_blocks; /* by start_section */
	size_t nr_memory_blocks;
	bool memory_blocks_known;      /* the XArray, or the list, was read to its end */
	struct pfs_memblock *memblock; /* in order; only where pfn_valid() asks it */
	size_t nr_memblock;
	bool memblock_known;
	struct pfs_pgmap *pgmaps; /* by start_pfn */
	size_t nr_pgmaps;
	bool pgmaps_known;	  /* pgmap_array, or pgmap_radix, was read to its end */
	struct pfs_log_line *log; /* oldest first; text in the arena, or the target's */
	bool log_damaged;	  /* records are missing that should be there */
	size_t nr_log;
	/* Of memory only the log was read: that there is none of the rest says nothing. */
	bool log_only;
	const char *lost; /* why the sections of this dump cannot be read; NULL: it has them */

	struct pfs_limit *limits;
	size_t nr_limits, cap_limits;
	struct pfs_classifier *classifier; /* NULL until pfs_pages_open() (core/pages); read-only */
};

/* Is it of a log without a dump? */
static inline bool pfs_is_log(const struct pfs_model *m)
{
	return m->log_only && !m->lost;
}

/*
 * Build all parts of the model except the log. An error is only what makes the
 * rest impossible (no section table, no size of struct page); every other
 * failure becomes a limit. -ENOMEM, -EIO, -EINVAL.
 */
int pfs_model_build(struct pfs_model *m, const struct pfs_facts *facts, struct pfs_mem *mem,
		    struct pfs_err *err);
/* A model of which nothing is known: what a log without a dump has. */
void pfs_model_unknown(struct pfs_model *m, const struct pfs_facts *facts, struct pfs_mem *mem);
void pfs_model_deinit(struct pfs_model *m);

void pfs_limit(struct pfs_model *m, const char *what, const char *fmt, ...) PFS_PRINTF(3, 4);

/*
 * Read the unsigned long, or the 32-bit integer, at va plus the offset that a
 * fact holds. False, with *ret unchanged, where it cannot be read.
 */
bool pfs_read_long(struct pfs_model *m, uint64_t va, enum pfs_fact_id offset, uint64_t *ret);
bool pfs_read_int(struct pfs_model *m, uint64_t va, enum pfs_fact_id offset, uint64_t *ret);

/* The parts of the model, one file each. pfs_model_build() calls them in this order. */
int pfs_model_layout(struct pfs_model *m, struct pfs_err *err);	       /* layout.c */
int pfs_model_sections(struct pfs_model *m, struct pfs_err *err);      /* section.c */
void pfs_model_pageblocks(struct pfs_model *m);			       /* pageblock.c */
int pfs_model_zones(struct pfs_model *m, struct pfs_err *err);	       /* zones.c */
int pfs_model_resources(struct pfs_model *m, struct pfs_err *err);     /* resources.c */
int pfs_model_memory_blocks(struct pfs_model *m, struct pfs_err *err); /* memblocks.c */
int pfs_model_memblock(struct pfs_model *m, struct pfs_err *err);      /* memblock.c */
int pfs_model_pgmaps(struct pfs_model *m, struct pfs_err *err);	       /* pgmap.c */
int pfs_model_vmemmap(struct pfs_model *m, struct pfs_err *err);       /* vmemmap.c */
/* Read the kernel log into m->log. Where it cannot be read, that is a limit and no error. */
int pfs_model_log(struct pfs_model *m, struct pfs_err *err); /* log.c */

/* Look-ups. They return NULL if there is no such thing. */
const struct pfs_section *pfs_section_of(const struct pfs_model *m, uint64_t pfn);
const struct pfs_zone *pfs_zone_by_link(const struct pfs_model *m, unsigned int nid,
					unsigned int index);
const struct pfs_zone *pfs_zone_spanning(const struct pfs_model *m, uint64_t pfn,
					 const struct pfs_zone *after);
const struct pfs_pgmap *pfs_pgmap_of(const struct pfs_model *m, uint64_t pfn);
/*
 * "live", "dead" or "not in the dump"; NULL where the types of this kernel are
 * not known well enough.
 */
const char *pfs_pgmap_ref_name(const struct pfs_pgmap *g);
/*
 * The PFNs [*ret_start, *ret_end) that the altmap of a pagemap reserves. Their
 * struct pages are never initialised, because memmap_init_range() starts behind
 * them, in every version up to v7.3. The range is cut to that of the pagemap,
 * whatever the dump says. False: there is none.
 */
bool pfs_altmap_reserve(const struct pfs_pgmap *g, uint64_t *ret_start, uint64_t *ret_end);
/* Is pfn in that range? g may be NULL. */
bool pfs_in_altmap_reserve(const struct pfs_pgmap *g, uint64_t pfn);
const struct pfs_memory_block *pfs_memory_block_of(const struct pfs_model *m, uint64_t pfn);
enum pfs_block_state pfs_memory_block_state(const struct pfs_model *m,
					    const struct pfs_memory_block *b);
/* The region of memblock with this physical address. */
const struct pfs_memblock *pfs_memblock_of(const struct pfs_model *m, uint64_t pa);
/* The deepest resource that covers the whole page. */
const struct pfs_resource *pfs_resource_of(const struct pfs_model *m, uint64_t pfn);
/*
 * Is any byte of the page System RAM, at any depth of the resource tree? -1:
 * resources are not known.
 */
int pfs_is_system_ram(const struct pfs_model *m, uint64_t pfn);

/*
 * Is a part of the node still to be initialised? first_deferred_pfn is
 * ULONG_MAX where none is, and 0 in a hot-added node, where nobody sets it.
 */
static inline bool pfs_node_deferred(const struct pfs_node *n)
{
	return n->first_deferred_pfn && n->first_deferred_pfn >= n->start_pfn &&
	       n->first_deferred_pfn - n->start_pfn < n->spanned;
}

/* Is va in the struct page of a PFN that this kernel can have? (vmemmap.c) */
bool pfs_in_memmap(const struct pfs_model *m, uint64_t va, uint64_t *ret_pfn);

/*
 * Types that were inferred from memory (extension/facts/infer.h) are no certainty, and
 * neither is what follows from them.
 */
static inline bool pfs_inferred(const struct pfs_model *m)
{
	return pfs_have(m->facts, PFS_F_INFERRED);
}

#define PFS_INFERRED_DECIDED_BY \
	"the types of this kernel (a vmlinux of its kernel-debuginfo or dbgsym package): those of " \
	"zones, resources and sections were inferred from memory"

/* Does this kernel divide sections? -1: not known. Up to v5.2 they are whole, or not there. */
static inline int pfs_has_subsections(const struct pfs_model *m)
{
	return pfs_have(m->facts, PFS_F_MS_USAGE)	    ? 1 :
	       pfs_have(m->facts, PFS_F_MS_PAGEBLOCK_FLAGS) ? 0 :
							      -1;
}

/* Does this kernel have the flag? */
static inline bool pfs_has_section_flag(const struct pfs_model *m, enum pfs_section_flag_id id)
{
	return m->layout.flag_bits[id] < 64;
}

/* One past the last PFN of the last section; 0: there is no section. */
static inline uint64_t pfs_end_pfn(const struct pfs_model *m)
{
	return m->nr_sections ?
		       (m->sections[m->nr_sections - 1].nr + 1) * m->layout.pages_per_section :
		       0;
}

static inline uint64_t pfs_pfn_to_page(const struct pfs_model *m, uint64_t pfn)
{
	return m->layout.vmemmap + pfn * m->layout.struct_page;
}

/*
 * The pageblock bits of a PFN, as get_pfnblock_flags_mask() finds them in the
 * usage of the section, and the name of their migratetype ("?" if they are
 * none). -ENOENT: the facts of this kernel or dump do not suffice; -EIO: the
 * bits cannot be read.
 */
int pfs_pageblock(struct pfs_model *m, uint64_t pfn, uint64_t *ret_bits, const char **ret_type,
		  struct pfs_err *err);

/* The bits of pageblock i of those in a word, migratetype lowest, whatever their order in it. */
uint64_t pfs_pageblock_bits(const struct pfs_model *m, uint64_t word, unsigned int i,
			    unsigned int width);
/* PB_migratetype_bits is 3, and isolation, where it is apart, no type. */
#define PFS_PAGEBLOCK_TYPE 7

/* How many migratetypes a pageblock may hold, from 0 on; 0: not known. */
uint64_t pfs_pageblock_types(const struct pfs_model *m);

/* How many pages a pageblock has; those of a huge page where the facts do not tell. */
uint64_t pfs_pageblock_pages(const struct pfs_model *m);

/*
 * Log2 of the pages in a pageblock, and how many bits describe it; false where
 * the facts do not tell.
 */
bool pfs_pageblock_geometry(const struct pfs_model *m, unsigned int *ret_order,
			    unsigned int *ret_width);

#endif
