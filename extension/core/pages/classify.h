/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells the state of a page from the bytes of its struct page and its place.
 * Offsets, masks and ranges are looked up once per model, so that a page costs
 * only comparisons. The classifier is read-only and shared by the threads of
 * the scan.
 */
#ifndef PFS_CORE_PAGES_CLASSIFY_H
#define PFS_CORE_PAGES_CLASSIFY_H

#include "core/pages/page.h"

#define PFS_FILL_POISON UINT64_C(0xffffffffffffffff) /* page_init_poison() */

struct pfs_pfn_range {
	uint64_t start, end;
};

/* A member of the second struct page of a compound page; size is 0 where it is not known. */
struct pfs_second_member {
	size_t at;
	unsigned int size;
};

struct pfs_classifier {
	const struct pfs_model *m;
	size_t struct_page;
	unsigned int struct_page_shift; /* log2; 0: it is no power of two */
	uint64_t end_pfn;		/* pfs_end_pfn() */
	uint64_t unused_fill;		/* of the architecture; PFS_FILL_POISON: none */
	uint64_t list_poison;		/* likewise, below LIST_POISON1 */
	uint64_t huge_pages;		/* pages in a huge page of HUGETLB_PAGE_ORDER */
	size_t flags_offset;
	uint64_t reserved_mask;			      /* 0: the bit is not known */
	uint64_t hwpoison_mask, head_mask, busy_mask; /* likewise; LRU or slab */
	bool has_links;
	uint64_t node_mask, zone_mask;
	const struct pfs_zone **by_link; /* [node << 3 | zone], NULL: no such zone */
	int64_t device_zone;		 /* zone number, -1: none */
	bool device_apart;		 /* it is no zone link but a bit of its own (RHEL 7) */
	size_t head_offset;		 /* of compound_head or compound_info; 0: not known */
	bool head_is_mask;
	uint64_t tail_mask;	  /* up to v4.3 a tail has a flag, PG_tail; 0: later */
	size_t first_page_offset; /* and its head's address here */
	struct pfs_second_member order, nr, dtor;
	uint64_t nr_dtors;  /* 0: not known */
	size_t type_offset; /* of page_type; 0: unknown */
	uint32_t buddy_mask, buddy_value;
	size_t order_offset, refcount_offset;
	bool has_refcount;
	unsigned int max_order;
	size_t mapcount_offset; /* 0: unknown */
	uint32_t type_bits;	/* page types are cleared bits of _mapcount; 0: they are not */
	bool type_is_byte;	/* page types are the top byte */
	uint32_t slab_type;	/* type byte of a slab, in its place; 0: none, or PG_slab */
	uint32_t hugetlb_mask, hugetlb_value; /* page type of a hugetlb head; 0: none known */
	uint64_t free_mask;		      /* flags that no free page has; 0: not known */
	uint64_t lru_mask;		      /* 0: bit, or that of PG_unevictable, not known */
	uint64_t unevictable_mask;
	size_t lru_offset, mapping_offset, pgmap_offset; /* 0: unknown */
	uint64_t kernel_start;	   /* the lowest address of the kernel's half ... */
	uint64_t kernel_size;	   /* ... and how many bytes are canonical from there on */
	uint64_t alike_mask;	   /* for pfs_alike(); 0: do not call it */
	struct pfs_pfn_range *ram; /* System RAM in whole pages, ascending */
	size_t nr_ram;
	bool ram_known;
};

/* What the pages around a page, in its section, say about it. */
struct pfs_classify_ctx {
	uint64_t free_until; /* end of the buddy block that the last head opened */
	size_t ram;	     /* cursor into ram[] */
	/*
	 * Returns the struct page of another PFN, NULL if it is not in memory.
	 * May be NULL itself: then no other struct page is.
	 */
	const unsigned char *(*page)(void *arg, uint64_t pfn);
	void *arg;
	uint64_t seen; /* one past the PFN that was classified last; 0: none was */
	/* The compound page met last: its head, and the last page of it so far. */
	bool compound;
	uint64_t head, last;
};

/*
 * Is va LIST_POISON1 or 2 (include/linux/poison.h), which list_del() leaves
 * behind, or in reach of them?
 */
static inline bool pfs_list_poison(const struct pfs_classifier *c, uint64_t va)
{
	return va >= c->list_poison + 0x100 && va < c->list_poison + 0x200;
}

/*
 * The offset of a member of struct page, if it is known and size bytes from
 * there are inside: the facts of a hostile dump may say anything.
 */
bool pfs_page_member(const struct pfs_model *m, enum pfs_fact_id id, size_t size, size_t *ret);

int pfs_classifier_init(struct pfs_classifier *c, struct pfs_model *m, struct pfs_err *err);
bool pfs_classifier_is_ram(const struct pfs_classifier *c, uint64_t pfn);

/* *ret_why (may be NULL) is a constant string: the predicate that decided. */
enum pfs_state pfs_classify(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx,
			    uint64_t pfn, const unsigned char *bytes, const char **ret_why);

/*
 * How many of the max pages behind pfn are certainly in the same state st as
 * pfn, which was classified last, so that they need not be classified
 * (alike.c). Their struct pages follow bytes. None of them heads a free block
 * or has PG_hwpoison, and the LRU neighbour of each that is on such a list
 * knows it. ctx is left as if they had been classified one by one.
 */
uint64_t pfs_alike(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx, uint64_t pfn,
		   const unsigned char *bytes, enum pfs_state st, uint64_t max);

/*
 * Why a page is what check_new_page_bad(), free_tail_page_prepare() and their
 * like call bad, or what no kernel writes; constant text, NULL if it is neither
 * (bad_page.c). The first function is for every page, the others are for the
 * head of a free block and for the pages inside one.
 */
const char *pfs_bad_page(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx, uint64_t pfn,
			 const unsigned char *bytes);
const char *pfs_bad_free_head(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx,
			      uint64_t pfn, const unsigned char *bytes);
const char *pfs_bad_free_page(const struct pfs_classifier *c, uint64_t pfn,
			      const unsigned char *bytes);
/* The same for the other members of a page that is on an LRU list by its flags. */
const char *pfs_bad_lru(const struct pfs_classifier *c, uint64_t flags, const unsigned char *bytes);

/*
 * Why the second struct page of a compound page contradicts itself; NULL: it does not
 * (compound.c).
 */
const char *pfs_bad_second(const struct pfs_classifier *c, const unsigned char *bytes);
/* What the second struct page says; false: not known in this kernel. */
bool pfs_second_get(const struct pfs_second_member *member, const unsigned char *bytes,
		    uint64_t *ret);
void pfs_second_init(struct pfs_classifier *c);

/*
 * Does this struct page, at the start of a page of the memmap, look like a head
 * where no huge page begins? It has PG_head although nobody uses the page, or
 * the page type of hugetlb, and no tail follows.
 */
bool pfs_head_copy(const struct pfs_classifier *c, const struct pfs_classify_ctx *ctx, uint64_t pfn,
		   const unsigned char *bytes);

/*
 * Pages in the largest compound page that exists (1 GiB of DAX or hugetlb, 16
 * GiB on ppc64).
 */
static inline uint64_t pfs_compound_max(const struct pfs_classifier *c)
{
	return (UINT64_C(16) << 30) >> c->m->layout.page_shift;
}

static inline bool pfs_kernel_address(const struct pfs_classifier *c, uint64_t va)
{
	return va - c->kernel_start < c->kernel_size;
}

/* Is the page on an LRU list or in a slab, by its flags or its type? */
static inline bool pfs_page_busy(const struct pfs_classifier *c, const unsigned char *bytes)
{
	return pfs_le64(bytes + c->flags_offset) & c->busy_mask ||
	       (c->slab_type && c->type_offset &&
		(pfs_le32(bytes + c->type_offset) & 0xff000000) == c->slab_type);
}

/* The compound head that a tail names; false if the page is no tail. */
static inline bool pfs_compound_head(const struct pfs_classifier *c, uint64_t page_va,
				     const unsigned char *bytes, uint64_t *ret_head_va)
{
	uint64_t word;

	if (c->tail_mask) {
		*ret_head_va = pfs_le64(bytes + c->first_page_offset);
		return pfs_le64(bytes + c->flags_offset) & c->tail_mask;
	}
	if (!c->head_offset)
		return false;
	word = pfs_le64(bytes + c->head_offset);
	if (!(word & 1))
		return false;
	*ret_head_va = c->head_is_mask ? page_va & (word - 1) : word - 1;
	return true;
}

#endif
