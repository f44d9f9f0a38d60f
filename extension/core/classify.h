/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the bytes of a struct page and its place to a page state. Offsets,
 * masks and ranges are looked up once per model, so that a page costs only
 * compares; the classifier is read-only and shared by the scan's threads.
 */
#ifndef PFS_CORE_CLASSIFY_H
#define PFS_CORE_CLASSIFY_H

#include "core/page.h"

struct pfs_pfn_range {
	uint64_t start, end;
};

struct pfs_classifier {
	const struct pfs_model *m;
	size_t struct_page;
	size_t flags_offset;
	uint64_t reserved_mask;		/* 0: bit not known */
	uint64_t hwpoison_mask, head_mask, busy_mask;	/* likewise; LRU or slab */
	bool has_links;
	uint64_t node_mask, zone_mask;
	const struct pfs_zone **by_link;	/* [node << 3 | zone], NULL: no such zone */
	int64_t device_zone;		/* zone number, -1: none */
	size_t head_offset;		/* of compound_head or compound_info; 0: unknown */
	bool head_is_mask;
	size_t type_offset;		/* of page_type; 0: unknown */
	uint32_t buddy_mask, buddy_value;
	size_t order_offset, refcount_offset;
	bool has_refcount;
	unsigned int max_order;
	struct pfs_pfn_range *ram;	/* System RAM in whole pages, ascending */
	size_t nr_ram;
	bool ram_known;
};

/* What the pages before this one in its section say of it. */
struct pfs_classify_ctx {
	uint64_t free_until;	/* end of the buddy block that the last head opened */
	size_t ram;		/* cursor into ram[] */
};

/*
 * Offset of a member of struct page, if it is known and size bytes of it lie
 * inside: facts of a hostile dump may say anything.
 */
bool pfs_page_member(const struct pfs_model *m, enum pfs_fact_id id, size_t size, size_t *ret);

int pfs_classifier_init(struct pfs_classifier *c, struct pfs_model *m, struct pfs_err *err);
bool pfs_classifier_is_ram(const struct pfs_classifier *c, uint64_t pfn);

/* *ret_why (may be NULL) is a constant string: the predicate that decided. */
enum pfs_state pfs_classify(const struct pfs_classifier *c, struct pfs_classify_ctx *ctx,
			    uint64_t pfn, const unsigned char *bytes, const char **ret_why);

/* Compound head that a tail's word names; false if it is no tail. */
bool pfs_compound_head(const struct pfs_classifier *c, uint64_t page_va,
		       const unsigned char *bytes, uint64_t *ret_head_va);

#endif
