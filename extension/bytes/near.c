/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bytes/near.h"

#include <stdlib.h>
#include <string.h>

/* The pieces of a flattened file are small, and far from each other. */
static uint64_t near_size(const struct pfs_dump_file *f)
{
	return f->flat ? PFS_NEAR / 4 : PFS_NEAR;
}

static bool has(const struct pfs_near_part *p, const struct pfs_dump_file *f, uint64_t offset,
		size_t len)
{
	return p->file == f && offset >= p->offset && offset + len <= p->offset + p->len;
}

static bool is_near(const struct pfs_near_part *p, const struct pfs_dump_file *f, uint64_t offset)
{
	return p->used && p->file == f && offset + near_size(f) > p->last &&
	       offset < p->last + near_size(f);
}

/* Fill p with what is around the bytes that are wanted. */
static bool fill(struct pfs_near_part *p, const struct pfs_dump_file *f, uint64_t offset,
		 size_t len)
{
	uint64_t size = near_size(f), at = offset & ~(size - 1);

	p->len = 0;
	if (!p->bytes)
		p->bytes = malloc(PFS_NEAR);
	if (offset + len > at + size)
		at = offset;
	if (!p->bytes || at >= f->size)
		return false;
	p->offset = at;
	p->len = pfs_min64(size, f->size - at);
	if (pfs_file_read(f, p->bytes, p->len, at))
		p->len = 0;
	return has(p, f, offset, len);
}

int pfs_near_read(struct pfs_near *w, const struct pfs_dump_file *f, void *buf, size_t len,
		  uint64_t offset)
{
	struct pfs_near_part *oldest = w->part, *p, *end = w->part + PFS_NR_NEAR;
	bool near = false;

	for (p = w->part; p < end && !has(p, f, offset, len); p++) {
		near |= is_near(p, f, offset);
		if (p->used < oldest->used)
			oldest = p;
	}
	if (p == end) {
		p = oldest;
		p->len = 0;
		p->file = f;
		if (near)
			near = fill(p, f, offset, len);
	} else {
		near = true;
	}
	p->used = ++w->nr;
	p->last = offset;
	if (!near)
		return pfs_file_read(f, buf, len, offset);
	memcpy(buf, p->bytes + (offset - p->offset), len);
	return 0;
}

void pfs_near_deinit(struct pfs_near *w)
{
	unsigned int i;

	for (i = 0; i < PFS_NR_NEAR; i++)
		free(w->part[i].bytes);
}
