/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads physical and virtual memory. A virtual read proceeds leaf by leaf, so
 * that a range inside one large leaf is one read of the target.
 */
#include "facts/arch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum pfs_presence pfs_read_phys(struct pfs_mem *m, uint64_t pa, void *buf, size_t len,
				uint64_t *ret_at)
{
	size_t done = 0;
	enum pfs_presence p;

	if (len && pa > UINT64_MAX - (len - 1)) {
		*ret_at = pa;
		return PFS_ABSENT;
	}
	p = pfs_target_read(m->target, pa, buf, len, &done);
	*ret_at = pa + done;
	return p;
}

void pfs_mem_forget(struct pfs_mem *m)
{
	unsigned int i;

	for (i = 0; i < PFS_MAX_LEVELS; i++)
		m->table[i].valid = false;
}

enum pfs_presence pfs_table_entry(struct pfs_mem *m, unsigned int depth, uint64_t pa, uint64_t *ret)
{
	uint64_t piece = pa & ~(uint64_t)(PFS_TABLE_PIECE - 1), at;
	enum pfs_presence p;

	/* Read the one entry only: the others in this page may change, or must not be kept. */
	if (m->target->info.live || m->target->info.exact) {
		unsigned char b[8];

		p = pfs_read_phys(m, pa, b, sizeof(b), &at);
		if (p == PFS_PRESENT)
			*ret = pfs_le64(b);
		return p;
	}
	if (!m->table[depth].valid || m->table[depth].pa != piece) {
		m->table[depth].valid = false;
		p = pfs_read_phys(m, piece, m->table[depth].entry, PFS_TABLE_PIECE, &at);
		if (p != PFS_PRESENT)
			return p;
		m->table[depth].pa = piece;
		m->table[depth].valid = true;
	}
	*ret = pfs_le64(&m->table[depth].entry[(pa - piece) / 8]);
	return PFS_PRESENT;
}

void pfs_walk_va(struct pfs_mem *m, uint64_t va, struct pfs_walk *ret)
{
	m->arch->walk(m, &m->root, va, ret);
}

static enum pfs_reach reach_of(enum pfs_presence p)
{
	switch (p) {
	case PFS_PRESENT:
		return PFS_REACH_OK;
	case PFS_EXCLUDED:
		return PFS_REACH_EXCLUDED;
	case PFS_ABSENT:
		return PFS_REACH_ABSENT;
	case PFS_UNDECIDABLE:
		break;
	}
	return PFS_REACH_UNDECIDABLE;
}

/*
 * pfs_read_va(), leaving the walk of the last leaf in *w and, where a page
 * behind it is not in the dump, that page's address in *ret_pa.
 */
static enum pfs_reach read_va(struct pfs_mem *m, uint64_t va, void *buf, size_t len,
			      uint64_t *ret_at, struct pfs_walk *w, uint64_t *ret_pa)
{
	unsigned char *p = buf;
	enum pfs_reach r = PFS_REACH_OK;

	memset(w, 0, sizeof(*w));
	*ret_at = va;
	*ret_pa = 0;
	if (!len)
		return PFS_REACH_OK;
	/*
	 * A range from the half of user space into that of the kernel contains
	 * the hole between them.
	 */
	if (va > UINT64_MAX - (len - 1) || !m->arch->canonical(m, va) ||
	    !m->arch->canonical(m, va + (len - 1)) || (va ^ (va + (len - 1))) >> 63)
		return PFS_REACH_BAD_ADDRESS;
	while (len) {
		uint64_t left;
		size_t n;

		pfs_walk_va(m, va, w);
		r = pfs_walk_reach(w);
		if (r != PFS_REACH_OK)
			break;
		left = w->leaf_size - (va & (w->leaf_size - 1));
		n = left < len ? (size_t)left : len;
		r = reach_of(pfs_read_phys(m, w->pa, p, n, ret_pa));
		if (r != PFS_REACH_OK) {
			va += *ret_pa - w->pa;
			break;
		}
		p += n;
		va += n;
		len -= n;
	}
	*ret_at = va;
	return r;
}

enum pfs_reach pfs_read_va(struct pfs_mem *m, uint64_t va, void *buf, size_t len, uint64_t *ret_at)
{
	struct pfs_walk w;
	uint64_t at, pa;
	enum pfs_reach r = read_va(m, va, buf, len, &at, &w, &pa);

	if (r != PFS_REACH_OK && ret_at)
		*ret_at = at;
	return r;
}

const char *pfs_reach_name(enum pfs_reach r)
{
	switch (r) {
	case PFS_REACH_OK:
		return "readable";
	case PFS_REACH_UNMAPPED:
		return "address not mapped";
	case PFS_REACH_EXCLUDED:
		return "excluded from the dump";
	case PFS_REACH_ABSENT:
		return "not covered by the dump";
	case PFS_REACH_UNDECIDABLE:
		return "dropped from the dump as zero or as excluded, it cannot say which";
	case PFS_REACH_NO_TABLE:
		return "page table not in the dump";
	case PFS_REACH_BAD_ADDRESS:
		return "not an address";
	}
	return "?";
}

/* Say where and why, with the evidence that the walk has. */
static int reach_error(const struct pfs_mem *m, enum pfs_reach r, uint64_t va, size_t len,
		       uint64_t at, const struct pfs_walk *w, uint64_t pa, const char *what,
		       struct pfs_err *err)
{
	uint64_t page = UINT64_C(1) << m->page_shift;
	const struct pfs_step *s = pfs_walk_end(w);
	char where[96], first[48] = "";

	if (at != va)
		snprintf(first, sizeof(first), ", from 0x%llx on", (unsigned long long)at);
	snprintf(where, sizeof(where), "%zu byte%s at 0x%llx%s", len, len == 1 ? "" : "s",
		 (unsigned long long)va, first);

	switch (r) {
	case PFS_REACH_UNMAPPED:
		return pfs_err_set(err, EFAULT, "%s: %s: %s (%s entry 0x%llx at 0x%llx)", what,
				   where, pfs_reach_name(r), s->level, (unsigned long long)s->entry,
				   (unsigned long long)s->entry_pa);
	case PFS_REACH_NO_TABLE:
		return pfs_err_set(err, ENODATA, "%s: %s: %s (%s table page at 0x%llx)", what,
				   where, pfs_reach_name(r), s ? s->level : "root",
				   (unsigned long long)(s ? s->entry_pa & -page : 0));
	case PFS_REACH_EXCLUDED:
	case PFS_REACH_ABSENT:
	case PFS_REACH_UNDECIDABLE:
		return pfs_err_set(err, ENODATA, "%s: %s: %s (physical address 0x%llx)", what,
				   where, pfs_reach_name(r), (unsigned long long)pa);
	default:
		return pfs_err_set(err, EFAULT, "%s: %s: %s", what, where, pfs_reach_name(r));
	}
}

int pfs_read_obj(struct pfs_mem *m, uint64_t va, void *buf, size_t len, const char *what,
		 struct pfs_err *err)
{
	struct pfs_walk w;
	uint64_t at, pa;
	enum pfs_reach r = read_va(m, va, buf, len, &at, &w, &pa);

	return r == PFS_REACH_OK ? 0 : reach_error(m, r, va, len, at, &w, pa, what, err);
}

int pfs_read_u64(struct pfs_mem *m, uint64_t va, uint64_t *ret, const char *what,
		 struct pfs_err *err)
{
	unsigned char b[8];
	int r = pfs_read_obj(m, va, b, sizeof(b), what, err);

	if (!r)
		*ret = pfs_le64(b);
	return r;
}

int pfs_read_str(struct pfs_mem *m, uint64_t va, char *buf, size_t size, const char *what,
		 struct pfs_err *err)
{
	size_t done = 0, page = (size_t)1 << m->page_shift;

	if (!size)
		return pfs_err_set(err, EINVAL, "%s: no room for a string", what);
	/*
	 * Read page by page: what follows the NUL need not be readable, and it
	 * must not be kept either, because it belongs to neighbours of the
	 * string in the heap.
	 */
	while (done < size - 1) {
		uint64_t at = va + done;
		size_t n = m->target->info.exact ? 1 : page - (size_t)(at & (page - 1));
		int r;

		if (n > size - 1 - done)
			n = size - 1 - done;
		r = pfs_read_obj(m, at, buf + done, n, what, err);
		if (r) {
			buf[0] = '\0';
			return r;
		}
		if (memchr(buf + done, '\0', n))
			return 0;
		done += n;
	}
	buf[done] = '\0';
	return 0;
}
