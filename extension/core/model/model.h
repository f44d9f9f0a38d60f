/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model: the dumped kernel's own view of its memory, decoded. No opinions
 * here: what is wrong with it is for the checks to say. Everything lives in
 * model->arena. Parts that could not be decoded are absent and have a row in
 * limits[] saying why.
 */
#ifndef PFS_CORE_MODEL_MODEL_H
#define PFS_CORE_MODEL_MODEL_H

#include "base/arena.h"
#include "facts/arch.h"

/* A limit of this dump or kernel: what could not be said, and why. */
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
 * Which bits exist, and where, is for the facts to say.
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

/* "taint_zone_device", for JSON; "taint zone device", for text. */
const char *pfs_section_flag_name(enum pfs_section_flag_id id);
const char *pfs_section_flag_words(enum pfs_section_flag_id id);
/* "PRESENT|HAS_MEM_MAP|ONLINE", in the arena, or "none"; NULL when out of memory. */
const char *pfs_section_flag_names(struct pfs_arena *a, unsigned int flags);

struct pfs_section {
	uint64_t nr;
	uint64_t va;		    /* of this struct mem_section */
	uint64_t raw;		    /* section_mem_map as stored */
	uint64_t base;		    /* raw without the flag bits */
	unsigned int flags;	    /* enum pfs_section_flag */
	uint64_t usage;		    /* pointer as stored, 0 if none or no such member */
	enum pfs_reach usage_reach; /* what reading the usage came to */
	uint64_t *subsections;	    /* bitmap, model->subsections bits; NULL: unknown or none */
};

/* Virtually contiguous memmap with one kind of mapping; sorted by va. */
struct pfs_vmemmap_run {
	uint64_t start, end; /* virtual, half-open */
	bool mapped;
	bool writable;
	bool no_table;	   /* a table page is not in the dump: nothing is known */
	const char *level; /* of the leaf, or of the entry that is not present */
	uint64_t leaf_size;
	uint64_t leaves;
	uint64_t first_pa; /* of the first leaf */
	uint64_t entry;	   /* of the first leaf or of the first empty entry */
};

/*
 * Physical memory behind the memmap, contiguous in both address spaces; sorted
 * by pa. repeat > 1: one frame behind that many leaves in a row, as the
 * deduplicated tails of huge pages have it.
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
	uint64_t first_deferred_pfn; /* UINT64_MAX: init complete, or no such member */
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

struct pfs_altmap {
	uint64_t base_pfn, end_pfn, reserve, free, align, alloc;
};

/* Would get_dev_pagemap() be given a reference to it? */
enum pfs_pgmap_ref {
	PFS_REF_NO_FACT, /* the kernel's types are not known so far */
	PFS_REF_UNREADABLE,
	PFS_REF_LIVE,
	PFS_REF_DEAD, /* killed: its device is being taken away */
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

struct pfs_log_line {
	uint64_t ts_nsec;
	const char *text; /* arena, NUL-terminated, raw bytes of the dump: escape it */
	size_t len;
};

/* Numbers the page and section code needs at every step, from the facts. */
struct pfs_layout {
	unsigned int page_shift;
	uint64_t page_size;
	unsigned int section_shift; /* log2 bytes */
	uint64_t pages_per_section;
	uint64_t pages_per_subsection;
	unsigned int subsections; /* per section */
	uint64_t nr_sections;	  /* that the kernel could have */
	uint64_t struct_page;	  /* bytes */
	uint64_t vmemmap;	  /* virtual address of PFN 0's struct page, 0: unknown */
	bool vmemmap_known;
	/* Links in page->flags; a width of 0 means there is none. */
	unsigned int node_shift, node_width, zone_shift, zone_width;
	unsigned int flag_bits[PFS_NR_SECTION_FLAGS]; /* 64: not in this kernel */
	uint64_t map_mask;			      /* raw & map_mask is the base */
};

struct pfs_model {
	struct pfs_arena arena;
	const struct pfs_facts *facts;
	struct pfs_mem *mem;
	struct pfs_layout layout;

	struct pfs_section *sections; /* present ones and non-zero leftovers, by nr */
	size_t nr_sections;
	bool sections_known; /* the whole table was read */
	struct pfs_vmemmap_run *vmemmap;
	size_t nr_vmemmap;
	struct pfs_backing *backing;
	size_t nr_backing;
	bool backing_known; /* all of it; it is bounded */
	struct pfs_node *nodes;
	size_t nr_nodes;
	struct pfs_zone *zones; /* populated or spanning ones, by node and index */
	size_t nr_zones;
	bool zones_known;		/* every node and zone was read */
	struct pfs_resource *resources; /* iomem tree in pre-order */
	size_t nr_resources;
	struct pfs_firmware_range *firmware; /* its map of memory */
	size_t nr_firmware;
	struct pfs_memory_block *memory_blocks; /* by start_section */
	size_t nr_memory_blocks;
	bool memory_blocks_known; /* the XArray was read to its end */
	struct pfs_pgmap *pgmaps; /* by start_pfn */
	size_t nr_pgmaps;
	bool pgmaps_known;	  /* pgmap_array was read to its end */
	struct pfs_log_line *log; /* oldest first */
	size_t nr_log;

	struct pfs_limit *limits;
	size_t nr_limits, cap_limits;
	struct pfs_classifier *classifier; /* NULL until pfs_pages_open() (core/pages); read-only */
};

/*
 * Build everything but the log. Only what makes the rest impossible is an
 * error (no section table, no struct page size); every other failure becomes
 * a limit. -ENOMEM, -EIO, -EINVAL.
 */
int pfs_model_build(struct pfs_model *m, const struct pfs_facts *facts, struct pfs_mem *mem,
		    struct pfs_err *err);
void pfs_model_deinit(struct pfs_model *m);

void pfs_limit(struct pfs_model *m, const char *what, const char *fmt, ...) PFS_PRINTF(3, 4);

/*
 * The unsigned long, or the 32-bit number, at va plus the offset that a fact
 * holds; false, and *ret as it was, where it cannot be read.
 */
bool pfs_read_long(struct pfs_model *m, uint64_t va, enum pfs_fact_id offset, uint64_t *ret);
bool pfs_read_int(struct pfs_model *m, uint64_t va, enum pfs_fact_id offset, uint64_t *ret);

/* The parts, one file each; called by pfs_model_build() in this order. */
int pfs_model_layout(struct pfs_model *m, struct pfs_err *err);	       /* layout.c */
int pfs_model_sections(struct pfs_model *m, struct pfs_err *err);      /* section.c */
int pfs_model_zones(struct pfs_model *m, struct pfs_err *err);	       /* zones.c */
int pfs_model_resources(struct pfs_model *m, struct pfs_err *err);     /* resources.c */
int pfs_model_memory_blocks(struct pfs_model *m, struct pfs_err *err); /* memblocks.c */
int pfs_model_pgmaps(struct pfs_model *m, struct pfs_err *err);	       /* pgmap.c */
int pfs_model_vmemmap(struct pfs_model *m, struct pfs_err *err);       /* vmemmap.c */
/* The kernel log into m->log; a limit, not an error, where it cannot be read. */
int pfs_model_log(struct pfs_model *m, struct pfs_err *err); /* log.c */

/* Look-ups; NULL if there is none. */
const struct pfs_section *pfs_section_of(const struct pfs_model *m, uint64_t pfn);
const struct pfs_zone *pfs_zone_by_link(const struct pfs_model *m, unsigned int nid,
					unsigned int index);
const struct pfs_zone *pfs_zone_spanning(const struct pfs_model *m, uint64_t pfn,
					 const struct pfs_zone *after);
const struct pfs_pgmap *pfs_pgmap_of(const struct pfs_model *m, uint64_t pfn);
/* "live", "dead", "not in the dump"; NULL where the kernel's types are not known so far. */
const char *pfs_pgmap_ref_name(const struct pfs_pgmap *g);
/*
 * The pages of a pagemap that its altmap reserves: [*ret_start, *ret_end). Their struct
 * pages are never initialised, as memmap_init_range() starts behind them, in every version
 * up to v7.3. Cut to the pagemap, whatever the dump says; false: there are none.
 */
bool pfs_altmap_reserve(const struct pfs_pgmap *g, uint64_t *ret_start, uint64_t *ret_end);
/* Is this one of them? g may be NULL. */
bool pfs_in_altmap_reserve(const struct pfs_pgmap *g, uint64_t pfn);
const struct pfs_memory_block *pfs_memory_block_of(const struct pfs_model *m, uint64_t pfn);
enum pfs_block_state pfs_memory_block_state(const struct pfs_model *m,
					    const struct pfs_memory_block *b);
/* The deepest resource that covers the whole page. */
const struct pfs_resource *pfs_resource_of(const struct pfs_model *m, uint64_t pfn);
/* Does any page of System RAM (the top-level resource) lie here? -1: resources unknown. */
int pfs_is_system_ram(const struct pfs_model *m, uint64_t pfn);

/*
 * Is part of the node still to be initialised? ULONG_MAX: no. 0: a hot-added
 * node, whose first_deferred_pfn nobody sets.
 */
static inline bool pfs_node_deferred(const struct pfs_node *n)
{
	return n->first_deferred_pfn && n->first_deferred_pfn >= n->start_pfn &&
	       n->first_deferred_pfn - n->start_pfn < n->spanned;
}

/* Is the address in the memmap of a PFN that there can be? (vmemmap.c) */
bool pfs_in_memmap(const struct pfs_model *m, uint64_t va, uint64_t *ret_pfn);

/* Do sections of this kernel have the flag? */
static inline bool pfs_has_section_flag(const struct pfs_model *m, enum pfs_section_flag_id id)
{
	return m->layout.flag_bits[id] < 64;
}

/* The PFN after those of the last section there is; 0: there is none. */
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
 * section's usage, and the name of the migratetype in them ("?" if it has
 * none). -ENOENT: this kernel's or dump's facts do not tell; -EIO: not readable.
 */
int pfs_pageblock(struct pfs_model *m, uint64_t pfn, uint64_t *ret_bits, const char **ret_type,
		  struct pfs_err *err);

/* Pages of a pageblock; where this kernel's facts do not tell, of a huge page. */
uint64_t pfs_pageblock_pages(const struct pfs_model *m);

/* Log2 pages of a pageblock and its bits; false where this kernel's facts do not tell. */
bool pfs_pageblock_geometry(const struct pfs_model *m, unsigned int *ret_order,
			    unsigned int *ret_width);

#endif
