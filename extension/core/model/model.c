/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds the model, part by part. */
#include "core/model/model.h"

#include <string.h>

void pfs_model_unknown(struct pfs_model *m, const struct pfs_facts *facts, struct pfs_mem *mem)
{
	int i;

	memset(m, 0, sizeof(*m));
	pfs_arena_init(&m->arena);
	m->facts = facts;
	m->mem = mem;
	for (i = 0; i < PFS_NR_SECTION_FLAGS; i++)
		m->layout.flag_bits[i] = 64;
}

int pfs_model_build(struct pfs_model *m, const struct pfs_facts *facts, struct pfs_mem *mem,
		    struct pfs_err *err)
{
	int r;

	pfs_model_unknown(m, facts, mem);
	r = pfs_model_layout(m, err);
	if (!r)
		r = pfs_model_sections(m, err);
	if (!r)
		r = pfs_model_zones(m, err);
	if (!r)
		r = pfs_model_resources(m, err);
	if (!r)
		r = pfs_model_memory_blocks(m, err);
	if (!r)
		r = pfs_model_memblock(m, err);
	if (!r)
		r = pfs_model_pgmaps(m, err);
	return r ? r : pfs_model_vmemmap(m, err);
}

void pfs_model_deinit(struct pfs_model *m)
{
	pfs_arena_deinit(&m->arena);
	memset(m, 0, sizeof(*m));
}
