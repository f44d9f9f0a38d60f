/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The second struct page of a compound page says what the whole of it is: its order, how many
 * pages that makes, and up to v6.5 the number of the function that frees it, an index of
 * compound_page_dtors[].
 */
#include "core/pages/classify.h"

#define MAX_ORDER 20 /* 1 GiB of DAX or hugetlb is 18, 16 GiB on ppc64 as well */

/*
 * Members of struct folio are those of the second struct page that lie one struct page
 * behind the head's start.
 */
static bool second_member(const struct pfs_classifier *c, enum pfs_fact_id id, bool folio,
			  unsigned int size, struct pfs_second_member *ret)
{
	uint64_t at = pfs_have(c->m->facts, id) ? pfs_val(c->m->facts, id) : UINT64_MAX;

	if (folio)
		at = at < c->struct_page ? UINT64_MAX : at - c->struct_page;
	if (at > c->struct_page - size)
		return false;
	*ret = (struct pfs_second_member){ at, size };
	return true;
}

/* One byte from v4.9 on, before that as wide as the debug information says. */
static unsigned int width(const struct pfs_classifier *c, enum pfs_fact_id id)
{
	uint64_t size = pfs_have(c->m->facts, id) ? pfs_val(c->m->facts, id) : 1;

	return size == 2 || size == 4 || size == 8 ? (unsigned int)size : 1;
}

/*
 * ebc1baf5c9b4 "mm: free up a word in the first tail page" (v6.6): the order is the lowest
 * byte of the flags, and there is no such number any more.
 */
void pfs_second_init(struct pfs_classifier *c)
{
	const struct pfs_facts *f = c->m->facts;

	if (!second_member(c, PFS_F_COMPOUND_ORDER, false, width(c, PFS_F_COMPOUND_ORDER_SIZE),
			   &c->order) &&
	    !second_member(c, PFS_F_FOLIO_ORDER, true, 1, &c->order))
		second_member(c, PFS_F_FOLIO_FLAGS_1, true, 1, &c->order);
	if (!second_member(c, PFS_F_COMPOUND_NR, false, 4, &c->nr) &&
	    !second_member(c, PFS_F_FOLIO_NR_PAGES, true, 4, &c->nr))
		second_member(c, PFS_F_FOLIO_NR_LATER, true, 4, &c->nr);
	if (!second_member(c, PFS_F_COMPOUND_DTOR, false, width(c, PFS_F_COMPOUND_DTOR_SIZE),
			   &c->dtor))
		second_member(c, PFS_F_FOLIO_DTOR, true, 1, &c->dtor);
	if (c->dtor.size == 1 && pfs_have(f, PFS_F_NR_DTORS) && pfs_val(f, PFS_F_NR_DTORS) > 2 &&
	    pfs_val(f, PFS_F_NR_DTORS) < 16)
		c->nr_dtors = pfs_val(f, PFS_F_NR_DTORS);
}

bool pfs_second_get(const struct pfs_second_member *member, const unsigned char *bytes,
		    uint64_t *ret)
{
	unsigned int i;

	*ret = 0;
	for (i = 0; i < member->size; i++)
		*ret |= (uint64_t)bytes[member->at + i] << 8 * i;
	return member->size;
}

/*
 * Until prep_compound_page() has come to its end, the word with order and number holds what
 * was there before: a pointer of a list, or what list_del() leaves behind.
 */
static bool stale_word(const struct pfs_classifier *c, const unsigned char *bytes)
{
	uint64_t word = pfs_le64(bytes + (c->dtor.at & ~(size_t)7));

	/* The upper half is the map count of the whole, which is -1 or more. */
	return pfs_list_poison(c, word) || !word ||
	       (!(word & 7) && pfs_kernel_address(c, word) && word >> 32 != UINT32_MAX);
}

const char *pfs_bad_second(const struct pfs_classifier *c, const unsigned char *bytes)
{
	uint64_t order, nr, dtor;

	if (c->nr_dtors && pfs_second_get(&c->dtor, bytes, &dtor) && dtor >= c->nr_dtors &&
	    !stale_word(c, bytes))
		return "the second page of a compound page, and no function frees what it says";
	if (pfs_second_get(&c->order, bytes, &order) && pfs_second_get(&c->nr, bytes, &nr) &&
	    order && order <= MAX_ORDER && nr > 1 && nr >> MAX_ORDER <= 1 && !(nr & (nr - 1)) &&
	    nr != UINT64_C(1) << order)
		return "the second page of a compound page, and its order and its size differ";
	return NULL;
}
