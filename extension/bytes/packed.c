/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bytes/packed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_BYTES ((uint64_t)64 << 20)
/* A vmcore.xz in a tar.gz is taken apart; what is packed more often is a trick. */
#define MAX_DEPTH 2

const char *pfs_packed_how(const unsigned char *b, size_t len)
{
	const struct pfs_packing *h = pfs_packing_of(b, len);

	return h ? h->name : NULL;
}

static enum pfs_packed look(const struct pfs_libarchive *l, int fd, const unsigned char *b,
			    size_t len, unsigned int depth);

/*
 * Is what the buffer has the beginning of a dump, or of what has one in it? ret_inner: it is
 * packed itself.
 */
static enum pfs_packed is_dump(const struct pfs_unarchive *r, unsigned int depth, bool *ret_inner)
{
	enum pfs_dump_kind kind;
	struct pfs_err ignored;

	*ret_inner = false;
	if (!pfs_dump_identify_bytes(r->buf, r->len, &kind, &ignored))
		return PFS_PACKED_DUMP;
	*ret_inner = depth && pfs_packing_of(r->buf, r->len);
	return *ret_inner ? look(r->l, -1, r->buf, r->len, depth - 1) : PFS_PACKED_NO_DUMP;
}

static enum pfs_packed look(const struct pfs_libarchive *l, int fd, const unsigned char *b,
			    size_t len, unsigned int depth)
{
	enum pfs_packed ret = PFS_PACKED_NO_DUMP;
	struct pfs_err ignored;
	struct pfs_unarchive r;
	bool inner;
	int rc = pfs_unarchive_open(&r, l, fd, b, len, &ignored);

	while (!rc && ret != PFS_PACKED_DUMP && (rc = pfs_unarchive_next(&r)) > 0) {
		ret = is_dump(&r, depth, &inner);
		rc = 0;
		if (ret == PFS_PACKED_NO_DUMP && pfs_unarchive_bytes(&r) > LOOK_BYTES)
			rc = -EFBIG;
	}
	pfs_unarchive_close(&r);
	return rc < 0 && ret != PFS_PACKED_DUMP ? PFS_PACKED_UNKNOWN : ret;
}

enum pfs_packed pfs_packed_look(int fd)
{
	unsigned char b[512] = { 0 };
	struct pfs_err ignored;
	enum pfs_packed ret;
	struct pfs_libarchive *l;
	ssize_t n = pread(fd, b, sizeof(b), 0);

	if (n <= 0 || !pfs_packing_of(b, (size_t)n))
		return PFS_PACKED_NO_DUMP;
	if (pfs_libarchive_load(&l, &ignored))
		return PFS_PACKED_UNKNOWN;
	ret = look(l, fd, b, (size_t)n, MAX_DEPTH - 1);
	pfs_libarchive_drop(l);
	return ret;
}

static int take_all(struct pfs_unarchive *r, const struct pfs_unpacking *p, unsigned int depth,
		    struct pfs_unpacked *ret, size_t *nr);

/* A member that is packed itself, in a temporary file: what is in that takes its place. */
static int take_inner(const struct pfs_libarchive *l, const struct pfs_unpacking *p,
		      unsigned int depth, struct pfs_unpacked *outer, struct pfs_unpacked *ret,
		      size_t *nr, struct pfs_err *err)
{
	unsigned char b[512] = { 0 };
	struct pfs_unarchive r;
	ssize_t n = pread(outer->fd, b, sizeof(b), 0);
	int rc;

	if (n <= 0)
		return pfs_err_set(err, EIO, "cannot read what was unpacked");
	rc = pfs_unarchive_open(&r, l, outer->fd, b, (size_t)n, err);
	if (!rc)
		rc = take_all(&r, p, depth, ret, nr);
	pfs_unarchive_close(&r);
	return rc;
}

static int take_member(struct pfs_unarchive *r, const struct pfs_unpacking *p, unsigned int depth,
		       bool inner, struct pfs_unpacked *ret, size_t *nr)
{
	struct pfs_unpacked u = { .fd = -1 };
	size_t first = *nr;
	int rc;

	if (*nr == PFS_MAX_PACKED)
		return pfs_err_set(r->err, EFBIG, "%s: more than %d dumps in it", r->how->name,
				   PFS_MAX_PACKED);
	u.name = r->name ? strdup(r->name) : NULL;
	rc = pfs_unarchive_copy(r, p, &u);
	if (rc || !inner) {
		ret[(*nr)++] = u;
		return rc;
	}
	rc = take_inner(r->l, &(struct pfs_unpacking){ 0 }, depth - 1, &u, ret, nr, r->err);
	for (; first < *nr; first++) {
		free(ret[first].name);
		ret[first].name = u.name ? strdup(u.name) : NULL;
	}
	pfs_unpacked_deinit(&u);
	return rc;
}

/* Each dump in it. */
static int take_all(struct pfs_unarchive *r, const struct pfs_unpacking *p, unsigned int depth,
		    struct pfs_unpacked *ret, size_t *nr)
{
	bool inner;
	int rc;

	while ((rc = pfs_unarchive_next(r)) > 0) {
		if (is_dump(r, depth, &inner) != PFS_PACKED_DUMP)
			continue;
		rc = take_member(r, p, depth, inner, ret, nr);
		if (rc || ret[*nr - 1].cut)
			break;
	}
	/* A dump that was whole is worth more than how its archive ends. */
	return rc == -EIO && *nr ? 0 : rc;
}

int pfs_packed_open(const struct pfs_dump_file *f,
		    void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total),
		    void *arg, struct pfs_unpacked *ret, size_t *ret_nr, struct pfs_err *err)
{
	const struct pfs_unpacking p = { progress, arg, f->size };
	unsigned char b[512] = { 0 };
	struct pfs_unarchive r;
	struct pfs_libarchive *l;
	ssize_t n = pread(f->fd, b, sizeof(b), 0);
	int rc;

	*ret_nr = 0;
	if (n <= 0)
		return pfs_err_set(err, EIO, "cannot read the first bytes");
	rc = pfs_libarchive_load(&l, err);
	if (rc)
		return pfs_err_wrap(err, "packed by %s", pfs_packing_of(b, (size_t)n)->name);
	rc = pfs_unarchive_open(&r, l, f->fd, b, (size_t)n, err);
	if (!rc)
		rc = take_all(&r, &p, MAX_DEPTH - 1, ret, ret_nr);
	if (rc == -EIO && !*ret_nr) {
		/* Whatever it is, its beginning cannot be unpacked. */
		err->code = EINVAL;
		rc = pfs_err_wrap(err, "not a dump, or damaged");
	}
	if (!rc && !*ret_nr)
		rc = pfs_err_set(err, EINVAL, "not a dump, and none in it (%s, %u file%s)",
				 r.how->name, r.members, r.members == 1 ? "" : "s");
	pfs_unarchive_close(&r);
	pfs_libarchive_drop(l);
	return rc;
}
