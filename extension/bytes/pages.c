/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads page descriptors and page data, and decompresses them. See pages.h. */
#include "bytes/pages.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/kdump_format.h"
#include "bytes/kdump_free.h"
#include "bytes/near.h"
#include "bytes/unpack.h"

#define NR_DESC 256u		/* descriptors read at once */
#define NR_AHEAD 64u		/* at least: small reads are near to each other */
#define BUF_SIZE ((size_t)256 << 10)
#define NR_CACHED 16u
#define WAYS 2u
#define NR_SEEN 64u

/*
 * Pages in libkdumpfile's cache. It searches them one by one, so that 1024, its
 * default, halves the speed of a scan; each thread needs one or two.
 */
#define LIBRARY_CACHE 64

struct desc {
	uint64_t offset;
	uint32_t size, flags;
};

/* A page, and where it went. */
struct seen {
	uint64_t epoch; /* 0: none */
	uint32_t size, flags;
	const unsigned char *stored, *page;
};

struct pfs_pages {
	struct pfs_dump *d;
	uint64_t block;
	kdump_ctx_t *ctx; /* NULL: no page has needed it so far */
	bool cloned;	  /* ctx is a clone, which shares data with the ctx that opened the file */
	struct pfs_unpack unpack;
	/* Descriptors [desc_at, desc_at + nr_desc) of a file. */
	const struct pfs_dump_file *desc_file;
	uint64_t desc_at;
	unsigned int nr_desc;
	struct desc desc[NR_DESC];
	unsigned char raw_desc[NR_DESC * KDUMP_DESC_SIZE];
	/* Bytes [buf_at, buf_at + buf_len) of a file. */
	const struct pfs_dump_file *buf_file;
	uint64_t buf_at;
	size_t buf_len;
	unsigned char *buf;
	struct pfs_near near;
	/*
	 * By hash of the stored bytes. An epoch ends with the call, after which
	 * pages are the caller's, and when buf gets other bytes.
	 */
	struct seen seen[NR_SEEN];
	uint64_t epoch;
	/* Pages that were read in part: small reads come back to them. */
	uint64_t cached_pfn[NR_CACHED];
	unsigned char last_way[NR_CACHED / WAYS];
	unsigned char *cached;
};

static int open_library(struct pfs_pages *p, struct pfs_err *err)
{
	struct pfs_dump *d = p->d;
	kdump_ctx_t *ctx = kdump_new();
	int *fds = calloc(d->nr_files, sizeof(*fds));
	kdump_status s;
	size_t i;

	if (!ctx || !fds) {
		if (ctx)
			kdump_free(ctx);
		free(fds);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	for (i = 0; i < d->nr_files; i++)
		fds[i] = d->files[i].fd;
	/*
	 * This has to come before the file is opened. Files of QEMU do not
	 * state the architecture, and physical reads work without one that
	 * libkdumpfile knows.
	 */
	if (d->info.arch && kdump_set_string_attr(ctx, KDUMP_ATTR_ARCH_NAME, d->info.arch))
		kdump_clear_err(ctx);
	s = kdump_open_fdset(ctx, (unsigned int)d->nr_files, fds);
	free(fds);
	p->ctx = ctx;
	if (s)
		return pfs_err_set(err, EIO, "libkdumpfile: %s", kdump_get_err(ctx));
	d->info.reader = "libkdumpfile";
	d->info.reader_version = KDUMPFILE_VERSION_STRING;
	s = kdump_set_number_attr(ctx, "cache.size", LIBRARY_CACHE);
	return s ? pfs_err_set(err, EIO, "libkdumpfile: %s", kdump_get_err(ctx)) : 0;
}

int pfs_pages_new(struct pfs_dump *d, const struct pfs_pages *from, struct pfs_pages **ret,
		  struct pfs_err *err)
{
	struct pfs_pages *p = calloc(1, sizeof(*p));
	unsigned int i;
	int r = 0;

	if (!p)
		return pfs_err_set(err, ENOMEM, "out of memory");
	p->d = d;
	p->block = d->info.page_size;
	p->buf = malloc(BUF_SIZE);
	p->cached = malloc(NR_CACHED * p->block);
	for (i = 0; i < NR_CACHED; i++)
		p->cached_pfn[i] = UINT64_MAX;
	if (!pfs_unpack_init(&p->unpack) || !p->buf || !p->cached) {
		r = pfs_err_set(err, ENOMEM, "out of memory");
	} else if (from && from->ctx) {
		p->ctx = kdump_clone(from->ctx, 0);
		p->cloned = true;
		if (!p->ctx)
			r = pfs_err_set(err, ENOMEM, "out of memory");
	} else if (!from && d->foreign) {
		r = open_library(p, err);
	}
	if (r) {
		pfs_pages_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

void pfs_pages_free(struct pfs_pages *p)
{
	if (!p)
		return;
	if (p->ctx && (p->cloned || PFS_KDUMP_FREE_WORKS))
		kdump_free(p->ctx);
	pfs_unpack_deinit(&p->unpack);
	pfs_near_deinit(&p->near);
	free(p->buf);
	free(p->cached);
	free(p);
}

/*
 * Have descriptor number index in desc[*ret_i], and those after it up to desc[*ret_nr], as
 * far as so many are wanted.
 */
static bool load_descs(struct pfs_pages *p, const struct pfs_dump_file *f, uint64_t index,
		       uint64_t wanted, unsigned int *ret_i, unsigned int *ret_nr)
{
	unsigned int i,
		nr = (unsigned int)pfs_min64(wanted > NR_AHEAD ? wanted : NR_AHEAD, NR_DESC);

	if (index >= f->nr_desc)
		return false;
	if (p->desc_file != f || index < p->desc_at || index - p->desc_at >= p->nr_desc) {
		uint64_t first = wanted < NR_AHEAD ? index & ~(uint64_t)(NR_AHEAD - 1) : index;

		nr = (unsigned int)pfs_min64(nr, f->nr_desc - first);
		p->desc_file = NULL;
		if (pfs_near_read(&p->near, f, p->raw_desc, (size_t)nr * KDUMP_DESC_SIZE,
				  f->desc + first * KDUMP_DESC_SIZE))
			return false;
		for (i = 0; i < nr; i++) {
			const unsigned char *raw = p->raw_desc + i * KDUMP_DESC_SIZE;

			p->desc[i] = (struct desc){ pfs_le64(raw + KDUMP_DESC_OFFSET),
						    pfs_le32(raw + KDUMP_DESC_LEN),
						    pfs_le32(raw + KDUMP_DESC_FLAGS) };
		}
		/* A loop of its own, as all others are to pay nothing for it. */
		for (i = 0; i < nr && p->d->order == PFS_BIG; i++) {
			struct desc *d = &p->desc[i];

			*d = (struct desc){ __builtin_bswap64(d->offset),
					    __builtin_bswap32(d->size),
					    __builtin_bswap32(d->flags) };
		}
		p->desc_file = f;
		p->desc_at = first;
		p->nr_desc = nr;
	}
	*ret_i = (unsigned int)(index - p->desc_at);
	*ret_nr = (unsigned int)pfs_min64(p->nr_desc, *ret_i + wanted);
	return true;
}

/* No writer stores a page in more bytes than it has. */
static bool sane(const struct pfs_pages *p, const struct pfs_dump_file *f, const struct desc *d)
{
	return d->size && d->size <= p->block && d->offset && d->offset < f->size &&
	       d->size <= f->size - d->offset;
}

/*
 * The stored bytes of desc[i] of nr. Those after it mostly follow it in the
 * file, so that one read(2) gets as many as the buffer holds.
 */
static const unsigned char *stored(struct pfs_pages *p, const struct pfs_dump_file *f,
				   unsigned int i, unsigned int nr)
{
	const struct desc *d = &p->desc[i];
	uint64_t end = d->offset + d->size;

	if (p->buf_file == f && d->offset >= p->buf_at && end <= p->buf_at + p->buf_len)
		return p->buf + (d->offset - p->buf_at);
	for (i++; i < nr; i++) {
		const struct desc *n = &p->desc[i];

		/* Not the shared page of zeroes, which lies before all others. */
		if (sane(p, f, n) && n->offset >= end &&
		    n->offset + n->size <= d->offset + BUF_SIZE)
			end = n->offset + n->size;
	}
	p->buf_file = NULL;
	p->epoch++;
	if (end - d->offset <= PFS_SMALL ?
		    pfs_near_read(&p->near, f, p->buf, (size_t)(end - d->offset), d->offset) :
		    pfs_file_read(f, p->buf, (size_t)(end - d->offset), d->offset))
		return NULL;
	p->buf_file = f;
	p->buf_at = d->offset;
	p->buf_len = (size_t)(end - d->offset);
	return p->buf;
}

static bool library_page(struct pfs_pages *p, uint64_t pfn, unsigned char *dst)
{
	unsigned int tries = 0;
	kdump_status s;
	size_t len;

	if (!p->ctx)
		return false;
	/*
	 * KDUMP_ERR_BUSY: other threads hold all of the cache, each only while
	 * it copies a page.
	 */
	do {
		len = p->block;
		s = kdump_read(p->ctx, KDUMP_MACHPHYSADDR, pfn * p->block, dst, &len);
	} while (s == KDUMP_ERR_BUSY && tries++ < 1000000 && !sched_yield());
	return s == KDUMP_OK && len == p->block;
}

/*
 * Of a memmap, many pages are alike, and equal bytes unpack to equal pages. The
 * last bytes tell most of the others apart: those of zlib are its checksum.
 */
static bool unpack(struct pfs_pages *p, const struct desc *d, const unsigned char *src,
		   unsigned char *dst)
{
	struct seen *s = &p->seen[(src[d->size - 1] ^ src[d->size / 2] ^ d->size) % NR_SEEN];

	if (s->epoch == p->epoch && s->size == d->size && s->flags == d->flags &&
	    !memcmp(s->stored, src, d->size)) {
		memmove(dst, s->page, p->block);
		return true;
	}
	if (!pfs_unpack(&p->unpack, d->flags, src, d->size, dst, p->block))
		return false;
	*s = (struct seen){ p->epoch, d->size, d->flags, src, dst };
	return true;
}

static bool decode(struct pfs_pages *p, const struct pfs_dump_file *f, unsigned int i,
		   unsigned int nr, uint64_t pfn, unsigned char *dst)
{
	const struct desc *d = &p->desc[i];
	const unsigned char *src;

	if (!sane(p, f, d))
		return false;
	/*
	 * libkdumpfile takes a page stored in full size for uncompressed,
	 * whatever its flags are.
	 */
	if (d->flags & ~PFS_UNPACK_FLAGS)
		return d->size < p->block && library_page(p, pfn, dst);
	src = stored(p, f, i, nr);
	return src && unpack(p, d, src, dst);
}

/*
 * Where a page is cached, or may be: one of two slots, and not the one that was used last. The
 * tables of one walk may lie at any distance from each other, and each is read again for the
 * next address.
 */
static unsigned int slot_of(struct pfs_pages *p, uint64_t pfn)
{
	/* The golden ratio spreads PFNs, whatever is regular in them. */
	unsigned int set = (unsigned int)(pfn * UINT64_C(0x9e3779b97f4a7c15) >> 32) %
			   (NR_CACHED / WAYS);
	unsigned int way = !p->last_way[set];

	if (p->cached_pfn[set * WAYS + !way] == pfn)
		way = !way;
	p->last_way[set] = (unsigned char)way;
	return set * WAYS + way;
}

bool pfs_pages_read(struct pfs_pages *p, const struct pfs_dump_file *f, uint64_t index, uint64_t pa,
		    unsigned char *buf, size_t len, size_t *ret_len)
{
	uint64_t pfn = pa / p->block, left;
	unsigned int i = 0, nr = 0;
	size_t n;

	p->epoch++;
	for (*ret_len = 0; *ret_len < len; *ret_len += n, pa += n, pfn++, index++) {
		uint64_t at = pa % p->block;
		unsigned int slot = slot_of(p, pfn);
		unsigned char *cached = p->cached + slot * p->block;
		bool whole;

		n = len - *ret_len < p->block - at ? len - *ret_len : (size_t)(p->block - at);
		whole = n == p->block;
		if (!whole && p->cached_pfn[slot] == pfn) {
			memcpy(buf + *ret_len, cached + at, n);
			nr = i = 0;
			continue;
		}
		if (i == nr) {
			left = (at + len - *ret_len + p->block - 1) / p->block;
			if (!load_descs(p, f, index, left, &i, &nr))
				return false;
		}
		if (!whole)
			p->cached_pfn[slot] = UINT64_MAX;
		if (!decode(p, f, i++, nr, pfn, whole ? buf + *ret_len : cached))
			return false;
		if (!whole) {
			p->cached_pfn[slot] = pfn;
			memcpy(buf + *ret_len, cached + at, n);
		}
	}
	return true;
}

bool pfs_pages_stored(struct pfs_pages *p, const struct pfs_dump_file *f, uint64_t index,
		      uint64_t pages, void (*add)(void *arg, const void *bytes, size_t len),
		      void *arg)
{
	unsigned int i = 0, nr = 0;

	p->epoch++;
	for (; pages; pages--, index++, i++) {
		const unsigned char *src;
		uint32_t how[2];

		if (i == nr && !load_descs(p, f, index, pages, &i, &nr))
			return false;
		/* What a page stored in full size is taken for is decode()'s to say. */
		if (!sane(p, f, &p->desc[i]) || p->desc[i].flags & ~PFS_UNPACK_FLAGS)
			return false;
		src = stored(p, f, i, nr);
		if (!src)
			return false;
		how[0] = p->desc[i].size;
		how[1] = p->desc[i].flags;
		add(arg, how, sizeof(how));
		add(arg, src, how[0]);
	}
	return true;
}
