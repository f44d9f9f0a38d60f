/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads members of kernel structures, and notes limits. */
#include "core/model/model.h"

#include <string.h>

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
