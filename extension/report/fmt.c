/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and names that the text and the JSON reports share. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/ticket.h"

const char *pfs_fmt_section_flags(char buf[128], unsigned int flags)
{
	enum pfs_section_flag_id id;
	size_t at = 0;

	snprintf(buf, 128, "none");
	for (id = 0; id < PFS_NR_SECTION_FLAGS && at < 128; id++)
		if (flags >> id & 1)
			at += (size_t)snprintf(buf + at, 128 - at, "%s%s", at ? ", " : "",
					       pfs_section_flag_words(id));
	return buf;
}

int pfs_subsection_bit(const struct pfs_model *m, const struct pfs_section *sec, uint64_t pfn,
		       unsigned int *ret_index)
{
	const struct pfs_layout *l = &m->layout;
	unsigned int i;

	if (!sec || !l->pages_per_section || !l->pages_per_subsection || !l->subsections)
		return -1;
	i = (unsigned int)(pfn % l->pages_per_section / l->pages_per_subsection);
	if (i >= l->subsections)
		return -1;
	*ret_index = i;
	if (!sec->subsections)
		return -1;
	return (int)(sec->subsections[i / 64] >> (i % 64) & 1);
}

bool pfs_section_equal(const struct pfs_model *m, const struct pfs_section *a,
		       const struct pfs_section *b)
{
	size_t words = (m->layout.subsections + 63) / 64;

	if (a->flags != b->flags || a->usage_reach != b->usage_reach || !a->usage != !b->usage ||
	    !a->raw != !b->raw || !a->subsections != !b->subsections)
		return false;
	return !a->subsections ||
	       !memcmp(a->subsections, b->subsections, words * sizeof(*a->subsections));
}

const char *pfs_memory_block_state_name(const struct pfs_model *m, const struct pfs_memory_block *b)
{
	switch (pfs_memory_block_state(m, b)) {
	case PFS_BLOCK_ONLINE:
		return "online";
	case PFS_BLOCK_GOING_OFFLINE:
		return "going offline";
	case PFS_BLOCK_OFFLINE:
		return "offline";
	default:
		return NULL;
	}
}

uint64_t pfs_va_to_pfn(const struct pfs_layout *l, uint64_t va)
{
	uint64_t off = va - l->vmemmap;

	return off / l->struct_page + !!(off % l->struct_page);
}

bool pfs_has_problems(const struct pfs_findings *f)
{
	size_t i;

	for (i = 0; i < f->nr; i++)
		if (f->f[i].severity > PFS_SEV_NOTE)
			return true;
	return false;
}

const char *pfs_dump_name(const struct pfs_target_info *i)
{
	return i->path ? i->path : i->live ? "the running kernel" : "unnamed";
}
