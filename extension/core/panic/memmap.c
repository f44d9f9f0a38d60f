/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the memmap is, told by a log alone: a page that is named by the address of its
 * struct page and by its PFN says where that of PFN 0 would be. Where the memmap begins
 * is a round number on every machine, which a wrong size, or a PFN that is not of this
 * address, does not come to.
 */
#include "core/panic/parse.h"

#include "base/range.h"

#define STRUCT_PAGE 64		/* of every distribution's kernel; 56 and 72 are rare */
#define ROUND ((uint64_t)1 << 20) /* a section of 128 MiB has 2 MiB of memmap */
#define MAX_PAGES ((uint64_t)1 << 34) /* 64 TiB of RAM */

static bool base_of(const struct pfs_named_page *n, uint64_t *ret)
{
	uint64_t size;

	if (!n->has_page || !n->has_pfn || __builtin_mul_overflow(n->pfn, STRUCT_PAGE, &size) ||
	    size > n->page)
		return false;
	*ret = n->page - size;
	return !(*ret & (ROUND - 1));
}

/* All pairs agree, or none is believed. */
static bool agree(const struct pfs_named_page *list, size_t nr, uint64_t *base,
		  const char **ret_line)
{
	uint64_t b;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!list[i].has_page || !list[i].has_pfn)
			continue;
		if (!base_of(&list[i], &b) || (*ret_line && b != *base))
			return false;
		*base = b;
		*ret_line = list[i].line;
	}
	return true;
}

void pfs_panic_memmap(struct pfs_model *m, const struct pfs_panic *p, const char **ret_line)
{
	struct pfs_layout *l = &m->layout;
	const char *line = NULL;
	uint64_t base = 0;

	*ret_line = NULL;
	if (l->vmemmap_known || !agree(p->named, p->nr_named, &base, &line) ||
	    !agree(p->elsewhere, p->nr_elsewhere, &base, &line) || !line)
		return;
	l->vmemmap = base;
	l->vmemmap_known = true;
	l->struct_page = STRUCT_PAGE;
	l->nr_sections = 1;
	l->pages_per_section = MAX_PAGES;
	l->pages_per_subsection = MAX_PAGES;
	*ret_line = line;
}
