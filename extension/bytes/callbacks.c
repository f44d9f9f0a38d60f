/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A target and a look-up that are made of callbacks of the host. */
#include <pfnscope/hosted.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/dump.h"

/* Large enough that the cost of a call does not matter, and small enough for a CPU cache. */
#define BATCH	((size_t)1 << 20)

struct callbacks_target {
	struct pfs_target t;
	struct pfs_callbacks *c;
	struct pfs_target *file; /* NULL: unknown */
	bool doubt;		 /* nobody says whether zeroes are in the dump or were filled in */
};

static struct callbacks_target *to_callbacks(struct pfs_target *t)
{
	return (struct callbacks_target *)((char *)t - offsetof(struct callbacks_target, t));
}

static struct pfs_callbacks *of(struct pfs_lookup *l)
{
	return (struct pfs_callbacks *)((char *)l - offsetof(struct pfs_callbacks, lookup));
}

static int symbol(struct pfs_lookup *l, const char *name, uint64_t *ret)
{
	return of(l)->symbol(of(l)->arg, name, ret);
}

static int type_size(struct pfs_lookup *l, const char *type, uint64_t *ret)
{
	return of(l)->type_size(of(l)->arg, type, ret);
}

static int member(struct pfs_lookup *l, const char *type, const char *name, struct pfs_member *ret)
{
	return of(l)->member(of(l)->arg, type, name, ret);
}

static int enumerator(struct pfs_lookup *l, const char *name, int64_t *ret)
{
	return of(l)->enumerator(of(l)->arg, name, ret);
}

/* A host may have symbols and types, or symbols alone, but not types alone. */
static const struct pfs_lookup_ops symbols_only = {
	.symbol = symbol,
};
static const struct pfs_lookup_ops symbols_and_types = {
	.symbol = symbol,
	.type_size = type_size,
	.member = member,
	.enumerator = enumerator,
};

static bool all_zero(const unsigned char *p, size_t len)
{
	return !len || (!*p && !memcmp(p, p + 1, len - 1));
}

/* The answer for a read that failed with r, of what is in the dump or may be. */
static enum pfs_presence reason(const struct callbacks_target *c, int r)
{
	if (!c->file && r == -ENODATA)
		return PFS_EXCLUDED;
	if (!c->file && r == -ENXIO)
		return PFS_ABSENT;
	return PFS_UNDECIDABLE;
}

/*
 * Read as much of [pa, pa + len) as the host has in one piece. If that is
 * nothing, *ret says why.
 */
static size_t read_piece(struct callbacks_target *c, uint64_t pa, unsigned char *buf, size_t len,
			 enum pfs_presence *ret)
{
	size_t page = c->t.info.page_size, in_page = page - pa % page;
	int r;

	for (;;) {
		r = c->c->read(c->c->arg, pa, buf, len);
		if (!r)
			return len;
		if (len <= in_page)
			break;
		len = len / 2 > in_page ? in_page + (len / 2 - in_page) / page * page : in_page;
	}
	*ret = reason(c, r);
	return 0;
}

/*
 * Read inside one page where nobody says whether zeroes are in the dump: they
 * are not believed.
 */
static size_t read_doubted(struct callbacks_target *c, uint64_t pa, unsigned char *buf, size_t len,
			   enum pfs_presence *ret)
{
	size_t size = c->t.info.page_size, n = size - pa % size;
	unsigned char page[PFS_MAX_PAGE];

	if (!read_piece(c, pa - pa % size, page, size, ret))
		return 0;
	if (all_zero(page, size)) {
		*ret = PFS_UNDECIDABLE;
		return 0;
	}
	if (n > len)
		n = len;
	memcpy(buf, page + pa % size, n);
	return n;
}

static enum pfs_presence callbacks_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
					size_t *ret_len)
{
	struct callbacks_target *c = to_callbacks(t);
	unsigned char *to = buf;

	for (*ret_len = 0; *ret_len < len;) {
		enum pfs_presence p = PFS_PRESENT;
		size_t n = len - *ret_len < BATCH ? len - *ret_len : BATCH;
		uint64_t end;

		/*
		 * The file says what is there: an ELF file's segments end in it before
		 * they end in memory, which debuggers take for zeroes; and libkdumpfile
		 * 0.5.1, which they read a kdump with, fails to inflate pages that are
		 * there ("Decompresion failed: error -2") when it was asked for pages
		 * that are not in between.
		 */
		if (c->file) {
			p = c->file->ops->presence(c->file, pa, &end);
			if (p != PFS_PRESENT)
				return p;
			if (n > end - pa)
				n = (size_t)(end - pa);
		}
		n = c->doubt ? read_doubted(c, pa, to, n, &p) : read_piece(c, pa, to, n, &p);
		if (!n)
			return p;
		to += n;
		pa += n;
		*ret_len += n;
	}
	return PFS_PRESENT;
}

static void callbacks_free(struct pfs_target *t)
{
	struct callbacks_target *c = to_callbacks(t);

	pfs_target_free(c->file);
	free(c);
}

static int own_reader(struct pfs_callbacks *cb, struct pfs_target *file, struct pfs_target **ret,
		      struct pfs_err *err)
{
	/*
	 * Each target has its own table of operations, because its name is the
	 * name of the host.
	 */
	struct {
		struct callbacks_target c;
		struct pfs_target_ops ops;
	} *both = calloc(1, sizeof(*both));
	struct callbacks_target *c;

	if (!both) {
		pfs_target_free(file);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	both->ops = (struct pfs_target_ops){
		.name = cb->name,
		.read = callbacks_read,
		.free = callbacks_free,
	};
	c = &both->c;
	c->t.ops = &both->ops;
	c->c = cb;
	c->file = file;
	if (file)
		c->t.info = file->info;
	else
		c->t.info = (struct pfs_target_info){
			.path = cb->path,
			.format = cb->live ? "live" : "unknown",
		};
	c->t.info.reader = cb->name;
	c->t.info.reader_version = cb->version;
	c->t.info.live |= cb->live;
	if (cb->arch)
		c->t.info.arch = cb->arch;
	if (cb->vmcoreinfo) {
		c->t.info.vmcoreinfo = cb->vmcoreinfo;
		c->t.info.vmcoreinfo_len = cb->vmcoreinfo_len;
	}
	if (!file)
		c->t.info.page_size = pfs_page_size_of(cb->vmcoreinfo, cb->vmcoreinfo_len);
	c->doubt = !file && !c->t.info.live;
	*ret = &c->t;
	return 0;
}

static int open_files(struct pfs_callbacks *c, struct pfs_target **ret, struct pfs_err *err)
{
	const char **paths;
	size_t nr = 0, i;
	int r;

	while (c->more && c->more[nr])
		nr++;
	paths = calloc(nr + 1, sizeof(*paths));
	if (!paths)
		return pfs_err_set(err, ENOMEM, "out of memory");
	paths[0] = c->path;
	for (i = 0; i < nr; i++)
		paths[i + 1] = c->more[i];
	r = pfs_target_open_kdump(paths, nr + 1, NULL, NULL, ret, err);
	free(paths);
	return r;
}

int pfs_target_callbacks(struct pfs_callbacks *c, enum pfs_reader reader, struct pfs_target **ret,
			 struct pfs_err *err)
{
	struct pfs_target *file = NULL, *t = NULL;
	int r = 0;

	if (c->size != sizeof(*c))
		return pfs_err_set(err, EINVAL, "struct pfs_callbacks has %zu bytes, not %zu",
				   sizeof(*c), c->size);
	if (c->path)
		r = open_files(c, &file, err);
	else if (reader == PFS_READER_FILE)
		r = pfs_err_set(err, EINVAL, "%s has no dump file open", c->name);
	if (r && reader == PFS_READER_FILE)
		return pfs_err_wrap(err, "--reader=file");
	if (r || !file || reader == PFS_READER_HOST) {
		r = own_reader(c, r ? NULL : file, &t, err);
		if (r)
			return r;
	} else {
		t = file;
	}
	err->code = 0;
	if (c->symbol) {
		c->lookup.ops = c->type_size && c->member && c->enumerator ? &symbols_and_types :
									     &symbols_only;
		c->lookup.from = c->name;
		t->lookup = &c->lookup;
	}
	*ret = t;
	return 0;
}
