/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Build the model, part by part. */
#include "core/model/model.h"

#include <string.h>

int pfs_model_build(struct pfs_model *m, const struct pfs_facts *facts, struct pfs_mem *mem,
		    struct pfs_err *err)
{
	int r;

	memset(m, 0, sizeof(*m));
	pfs_arena_init(&m->arena);
	m->facts = facts;
	m->mem = mem;
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
		r = pfs_model_pgmaps(m, err);
	return r ? r : pfs_model_vmemmap(m, err);
}

void pfs_model_deinit(struct pfs_model *m)
{
	pfs_arena_deinit(&m->arena);
	memset(m, 0, sizeof(*m));
}

bool pfs_read_long(struct pfs_model *m, uint64_t va, enum pfs_fact_id offset, uint64_t *ret)
{
	unsigned char buf[8];

	if (pfs_read_va(m->mem, va + pfs_val(m->facts, offset), buf, sizeof(buf), NULL))
		return false;
	*ret = pfs_le64(buf);
	return true;
}

bool pfs_read_int(struct pfs_model *m, uint64_t va, enum pfs_fact_id offset, uint64_t *ret)
{
	unsigned char buf[4];

	if (pfs_read_va(m->mem, va + pfs_val(m->facts, offset), buf, sizeof(buf), NULL))
		return false;
	*ret = pfs_le32(buf);
	return true;
}

void pfs_limit(struct pfs_model *m, const char *what, const char *fmt, ...)
{
	struct pfs_limit *l;
	const char *why;
	va_list ap;
	size_t i;

	va_start(ap, fmt);
	why = pfs_vprintf(&m->arena, fmt, ap);
	va_end(ap);
	for (i = 0; i < m->nr_limits; i++)
		if (why && !strcmp(m->limits[i].what, what) && !strcmp(m->limits[i].why, why))
			return;
	l = pfs_grow(&m->arena, &m->limits, &m->nr_limits, &m->cap_limits, sizeof(*l));
	if (l) {
		l->what = what;
		l->why = why ? why : "out of memory";
	}
}
