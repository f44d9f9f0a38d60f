/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dump files as a target. Whether a page is there is looked up in the bitmaps
 * of kdump-compressed files and in the segments of ELF files. Segments are
 * plain copies of memory and are read with pread(2), not mapped: threads share
 * no lock, and a file that is truncated meanwhile is an error, not a signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "base/size.h"
#include "bytes/distilled.h"
#include "bytes/dump.h"
#include "bytes/flat.h"
#include "bytes/kdump_format.h"
#include "bytes/near.h"
#include "bytes/packed.h"
#include "bytes/pages.h"

struct window {
	const struct pfs_dump_file *file; /* NULL: empty */
	uint64_t offset;		  /* of the bitmap */
	uint64_t first;			  /* page of bit 0 */
	unsigned char bits[PFS_WINDOW];
};

/* The target of one thread. */
struct handle {
	struct pfs_target t;
	struct pfs_dump *d;
	struct pfs_pages *pages; /* NULL: ELF */
	struct pfs_near near;	 /* ELF */
	struct window in_file, ram;
	int own_fd; /* the descriptor of a clone of a live target; -1: none */
};

static struct handle *to_handle(struct pfs_target *t)
{
	return (struct handle *)((char *)t - offsetof(struct handle, t));
}

/* No bit is set where the file has a hole: how far that goes, in whole windows. */
static uint64_t past_hole(const struct pfs_dump_file *f, uint64_t bitmap, uint64_t pfn)
{
	uint64_t at = bitmap + pfn / 8, data;

	if (pfn >= f->max_pfn)
		return pfn;
	data = pfs_file_next_data(f, at);
	if (data - at >= (f->max_pfn - pfn) / 8 + 1)
		return f->max_pfn;
	return pfn + (data - at) / PFS_WINDOW * PFS_WINDOW * 8;
}

/*
 * The bit of a page, and how far the bits after it are the same: *ret_end is
 * at most the end of the window, or of a hole that begins there.
 */
static int get_bit(struct handle *h, struct window *w, const struct pfs_dump_file *f,
		   uint64_t bitmap, uint64_t pfn, bool *ret, uint64_t *ret_end)
{
	uint64_t first = pfn & ~(PFS_WINDOW * 8 - 1), bit = pfn - first, word;

	if (w->file != f || w->offset != bitmap || w->first != first) {
		uint64_t bytes = (f->max_pfn + 7) / 8 - first / 8;

		w->file = NULL;
		if (bytes < PFS_WINDOW)
			memset(w->bits + bytes, 0, PFS_WINDOW - bytes);
		else
			bytes = PFS_WINDOW;
		if (pfs_near_read(&h->near, f, w->bits, bytes, bitmap + first / 8))
			return -EIO;
		w->file = f;
		w->offset = bitmap;
		w->first = first;
	}
	*ret = w->bits[bit / 8] >> (bit & 7) & 1;
	/* Skip whole words of equal bits, then find the first bit that differs. */
	word = pfs_le64(w->bits + bit / 64 * 8) ^ (*ret ? UINT64_MAX : 0);
	word &= UINT64_MAX << (bit & 63);
	bit = bit / 64 * 64;
	while (!word) {
		bit += 64;
		if (bit == PFS_WINDOW * 8)
			break;
		word = pfs_le64(w->bits + bit / 8) ^ (*ret ? UINT64_MAX : 0);
	}
	*ret_end = first + bit + (word ? (unsigned int)__builtin_ctzll(word) : 0);
	if (!*ret && bit == PFS_WINDOW * 8)
		*ret_end = past_hole(f, bitmap, *ret_end);
	return 0;
}

/* The file of a split set that has the page; NULL: it was not given. */
static const struct pfs_dump_file *file_of(const struct pfs_dump *d, uint64_t pfn,
					   uint64_t *ret_end)
{
	size_t i;

	*ret_end = d->info.max_pfn;
	for (i = 0; i < d->nr_files; i++) {
		const struct pfs_dump_file *f = &d->files[i];

		if (pfn >= f->start_pfn && pfn < f->end_pfn) {
			*ret_end = f->end_pfn;
			return f;
		}
		if (f->start_pfn > pfn)
			*ret_end = pfs_min64(*ret_end, f->start_pfn);
	}
	return NULL;
}

static enum pfs_presence kdump_presence(struct pfs_target *t, uint64_t pa, uint64_t *ret_end)
{
	struct handle *h = to_handle(t);
	struct pfs_dump *d = h->d;
	uint64_t size = d->info.page_size, pfn = pa / size, end, bit_end;
	const struct pfs_dump_file *f;
	enum pfs_presence p;
	bool bit;

	*ret_end = UINT64_MAX;
	if (pfn >= d->info.max_pfn)
		return PFS_ABSENT;
	*ret_end = (pfn + 1) * size;
	f = file_of(d, pfn, &end);
	/* Each file of a set has the bitmaps of the whole dump. */
	if (get_bit(h, &h->in_file, f ? f : d->files, (f ? f : d->files)->file_bitmap, pfn, &bit,
		    &bit_end))
		return PFS_UNDECIDABLE;
	end = pfs_min64(end, bit_end);
	if (bit) {
		p = f ? PFS_PRESENT : PFS_UNDECIDABLE;
	} else {
		if (get_bit(h, &h->ram, d->files, d->files->ram_bitmap, pfn, &bit, &bit_end))
			return PFS_UNDECIDABLE;
		end = pfs_min64(end, bit_end);
		p = bit ? PFS_EXCLUDED : PFS_ABSENT;
	}
	*ret_end = end * size;
	return p;
}

/* The bits set before this one in its word of the window. */
static uint64_t bits_before(const struct window *w, uint64_t bit)
{
	uint64_t word = pfs_le64(w->bits + bit / 64 * 8);

	return (uint64_t)__builtin_popcountll(word & (((uint64_t)1 << (bit & 63)) - 1));
}

/* The number of the descriptor of a page, whose bit is in the window. */
static uint64_t desc_index(const struct window *w, uint64_t pfn)
{
	const struct pfs_dump_file *f = w->file;
	uint64_t from = f->start_pfn > w->first ? f->start_pfn - w->first : 0, to = pfn - w->first;
	uint64_t n = f->rank[w->first / 8 / PFS_WINDOW];

	n += pfs_popcount(w->bits + from / 64 * 8, (size_t)(to / 64 - from / 64) * 8);
	return n + bits_before(w, to) - bits_before(w, from);
}

static enum pfs_presence kdump_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				    size_t *ret_len)
{
	struct handle *h = to_handle(t);
	size_t n, want;

	for (*ret_len = 0; *ret_len < len; *ret_len += n, pa += n) {
		uint64_t end, pfn = pa / h->d->info.page_size;
		enum pfs_presence p = kdump_presence(t, pa, &end);
		bool good;

		if (p != PFS_PRESENT)
			return p;
		want = end - pa < len - *ret_len ? (size_t)(end - pa) : len - *ret_len;
		good = pfs_pages_read(h->pages, h->in_file.file, desc_index(&h->in_file, pfn), pa,
				      (unsigned char *)buf + *ret_len, want, &n);
		if (!good) {
			/* The bitmap has the page, but its data is damaged. */
			*ret_len += n;
			return PFS_UNDECIDABLE;
		}
	}
	return PFS_PRESENT;
}

static bool kdump_stored(struct pfs_target *t, uint64_t pa, size_t len,
			 void (*add)(void *arg, const void *bytes, size_t len), void *arg)
{
	struct handle *h = to_handle(t);
	uint32_t page = h->d->info.page_size;
	size_t n;

	for (; len; len -= n, pa += n) {
		uint64_t end;

		if (pa % page || len % page || kdump_presence(t, pa, &end) != PFS_PRESENT)
			return false;
		n = end - pa < len ? (size_t)(end - pa) : len;
		if (!pfs_pages_stored(h->pages, h->in_file.file, desc_index(&h->in_file, pa / page),
				      n / page, add, arg))
			return false;
	}
	return true;
}

static const struct pfs_extent *extent_of(const struct pfs_dump *d, uint64_t pa, uint64_t *ret_next)
{
	size_t lo = 0, hi = d->nr_extents;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->extents[mid].end <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	*ret_next = lo < d->nr_extents ? d->extents[lo].start : UINT64_MAX;
	return lo < d->nr_extents && d->extents[lo].start <= pa ? &d->extents[lo] : NULL;
}

static enum pfs_presence elf_presence(struct pfs_target *t, uint64_t pa, uint64_t *ret_end)
{
	struct pfs_dump *d = to_handle(t)->d;
	uint64_t next, ram_end;
	const struct pfs_extent *e = extent_of(d, pa, &next);
	bool ram;

	if (e) {
		*ret_end = e->end;
		return PFS_PRESENT;
	}
	ram = pfs_ranges_at(&d->ram, pa, &ram_end);
	*ret_end = pfs_min64(next, ram_end);
	return ram ? PFS_UNDECIDABLE : PFS_ABSENT;
}

/*
 * On a live machine the range may fail as a whole, and yet its first page can
 * be read: *n is less then.
 */
static bool elf_bytes(struct handle *h, const struct pfs_extent *e, uint64_t pa, char *buf,
		      size_t *n)
{
	uint64_t offset = e->offset + (pa - e->start), page = h->d->info.page_size;
	struct pfs_dump_file f = h->d->files[0];

	if (!h->d->info.live && *n <= PFS_SMALL)
		return !pfs_near_read(&h->near, h->d->files, buf, *n, offset);
	if (h->own_fd >= 0)
		f.fd = h->own_fd;
	if (!pfs_file_read(&f, buf, *n, offset))
		return true;
	if (!h->d->info.live || *n <= page - pa % page)
		return false;
	*n = (size_t)(page - pa % page);
	return !pfs_file_read(&f, buf, *n, offset);
}

static enum pfs_presence elf_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				  size_t *ret_len)
{
	struct pfs_dump *d = to_handle(t)->d;
	size_t done = 0;

	*ret_len = 0;
	while (done < len) {
		uint64_t next, end;
		const struct pfs_extent *e = extent_of(d, pa, &next);
		size_t n;

		if (!e)
			return elf_presence(t, pa, &end);
		n = e->end - pa < len - done ? (size_t)(e->end - pa) : len - done;
		/*
		 * Its place was checked against the size when the file was
		 * opened: the disk failed, or somebody truncated it.
		 */
		if (!elf_bytes(to_handle(t), e, pa, (char *)buf + done, &n))
			return PFS_UNDECIDABLE;
		done += n;
		pa += n;
		*ret_len = done;
	}
	return PFS_PRESENT;
}

static void dump_put(struct pfs_dump *d)
{
	size_t i;

	if (atomic_fetch_sub(&d->refs, 1) != 1)
		return;
	for (i = 0; i < d->nr_files; i++) {
		pfs_flat_free(d->files[i].flat);
		if (d->files[i].fd >= 0)
			close(d->files[i].fd);
	}
	pfs_ranges_deinit(&d->ram);
	pfs_arena_deinit(&d->arena);
	free(d);
}

static void dump_free(struct pfs_target *t)
{
	struct handle *h = to_handle(t);

	pfs_pages_free(h->pages);
	pfs_near_deinit(&h->near);
	if (h->own_fd >= 0)
		close(h->own_fd);
	dump_put(h->d);
	free(h);
}

static int dump_clone(struct pfs_target *t, struct pfs_target **ret, struct pfs_err *err)
{
	struct handle *h = to_handle(t), *c = calloc(1, sizeof(*c));

	if (!c)
		return pfs_err_set(err, ENOMEM, "out of memory");
	c->own_fd = -1;
	if (h->d->info.live) {
		c->own_fd = pfs_dump_reopen(h->d->files[0].fd);
		if (c->own_fd < 0) {
			free(c);
			return pfs_err_set(err, errno, "%s: %s", h->d->info.path, strerror(errno));
		}
	}
	if (h->pages) {
		int r = pfs_pages_new(h->d, h->pages, &c->pages, err);

		if (r) {
			free(c);
			return r;
		}
	}
	c->t = h->t;
	c->d = h->d;
	atomic_fetch_add(&c->d->refs, 1);
	*ret = &c->t;
	return 0;
}

static uint64_t elf_next_data(struct pfs_target *t, uint64_t pa)
{
	const struct pfs_dump *d = to_handle(t)->d;
	uint64_t next, at;
	const struct pfs_extent *e = extent_of(d, pa, &next);

	if (!e || d->info.live)
		return pa;
	at = e->offset + (pa - e->start);
	return pa + pfs_min64(pfs_file_next_data(d->files, at) - at, e->end - pa);
}

static const struct pfs_target_ops kdump_ops = {
	.name = "kdump",
	.read = kdump_read,
	.presence = kdump_presence,
	.clone = dump_clone,
	.free = dump_free,
	.stored = kdump_stored,
};

static const struct pfs_target_ops elf_ops = {
	.name = "kdump",
	.read = elf_read,
	.presence = elf_presence,
	.next_data = elf_next_data,
	.clone = dump_clone,
	.free = dump_free,
};

static int open_file(struct pfs_dump *d, struct pfs_dump_file *f, const char *path,
		     struct pfs_err *err)
{
	struct stat st;
	off_t size;

	f->path = pfs_strdup(&d->arena, path);
	if (!f->path)
		return pfs_err_set(err, ENOMEM, "out of memory");
	/* To open one may wait for ever, or do something. */
	if (!stat(path, &st) && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		return pfs_err_set(err, EINVAL, "not a dump: cannot seek in it (a %s)",
				   S_ISFIFO(st.st_mode) ? "pipe" : "device");
	f->io = &d->io;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st))
		return pfs_err_set(err, errno, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return pfs_err_set(err, EISDIR, "%s", strerror(EISDIR));
	if (pfs_dump_is_kcore(f->fd)) {
		d->info.live = true;
		f->size = INT64_MAX;
		return 0;
	}
	size = lseek(f->fd, 0, SEEK_END);
	if (size < 0)
		return pfs_err_set(err, EINVAL, "not a dump: cannot seek in it (a pipe?)");
	f->size = (uint64_t)size;
	d->info.bytes += f->size;
	return 0;
}

/*
 * Is f of one dump with the files before it? Their headers are the same as far as they
 * were written before the writers parted, and each has its own pages.
 */
static int check_part(const struct pfs_dump *d, const struct pfs_dump_file *f, struct pfs_err *err)
{
	unsigned char a[KDUMP_HDR_STATUS], b[KDUMP_HDR_STATUS];
	const struct pfs_dump_file *g;

	if (!d->files->part || !f->part)
		return pfs_err_set(err, EINVAL,
				   "not of the same dump as %s: %s no part of a split one",
				   d->files->path, f->part ? "that is" : "it is");
	if (f->max_pfn != d->files->max_pfn || pfs_file_read(d->files, a, sizeof(a), 0) ||
	    pfs_file_read(f, b, sizeof(b), 0) || memcmp(a, b, sizeof(a)))
		return pfs_err_set(err, EINVAL, "not of the same dump as %s", d->files->path);
	for (g = d->files; g < f; g++)
		if (f->start_pfn < g->end_pfn && g->start_pfn < f->end_pfn)
			return pfs_err_set(err, EINVAL, "its pages are in %s, too", g->path);
	return 0;
}

struct opening {
	void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *arg;
	size_t cap; /* of the dump's files */
};

/*
 * A flattened file is read where it lies. One that no writer makes is rearranged; and so
 * is one that libkdumpfile has to read.
 */
static int rearrange(struct pfs_dump_file *f, const struct opening *o, struct pfs_err *err)
{
	off_t size = lseek(f->fd, 0, SEEK_END);

	if (size < 0)
		return pfs_err_set(err, errno, "cannot seek: %s", strerror(errno));
	f->size = (uint64_t)size;
	pfs_flat_free(f->flat);
	f->flat = NULL;
	return pfs_dump_unflatten(f, o->progress, o->arg, err);
}

static int unflatten(struct pfs_dump_file *f, const struct opening *o, struct pfs_err *err)
{
	int r = pfs_flat_open(f, PFS_FLAT_WHOLE, o->progress, o->arg, &f->flat, &f->size, err);

	return r == -E2BIG ? rearrange(f, o, err) : r;
}

static int parse_file(struct pfs_dump *d, struct pfs_dump_file *f, const struct opening *o,
		      struct pfs_err *err)
{
	enum pfs_dump_kind kind;
	int r = pfs_dump_identify(f, &kind, err);

	if (!r && kind == PFS_DUMP_FLATTENED) {
		d->flattened = true;
		r = unflatten(f, o, err);
		if (!r)
			r = pfs_dump_identify(f, &kind, err);
		if (!r && kind == PFS_DUMP_FLATTENED)
			r = pfs_err_set(err, EINVAL, "a flattened file inside a flattened file");
	}
	if (!r && kind != PFS_DUMP_ELF && kind != PFS_DUMP_KDUMP)
		r = pfs_err_set(err, EINVAL, "packed more often than anybody does");
	if (r)
		return r;
	if (kind == PFS_DUMP_ELF && d->nr_files > 1)
		return pfs_err_set(err, EINVAL, "ELF: only kdump files come in sets");
	d->kind = kind;
	r = kind == PFS_DUMP_ELF ? pfs_dump_elf(d, err) : pfs_dump_kdump(d, f, err);
	if (!r && f->flat && d->foreign)
		r = rearrange(f, o, err);
	if (r || f == d->files || kind == PFS_DUMP_ELF)
		return r;
	return check_part(d, f, err);
}

static int note_unpacked(struct pfs_dump *d, const char *path, const struct pfs_unpacked *u,
			 size_t nr, struct pfs_err *err)
{
	uint64_t bytes = 0;
	char size[32];
	size_t i;

	for (i = 0; i < nr; i++)
		bytes += u[i].size;
	d->info.unpacked = pfs_printf(&d->arena,
				      "%s: unpacked%s%s, %s, into a temporary file in %s", path,
				      u->name ? " " : "", u->name ? u->name : "",
				      pfs_fmt_size(size, bytes), pfs_temporary_folder());
	if (d->info.unpacked && u[nr - 1].cut && !d->info.cut) {
		d->info.cut = pfs_strdup(&d->arena, u[nr - 1].cut);
		if (!d->info.cut)
			return pfs_err_set(err, ENOMEM, "out of memory");
	}
	return d->info.unpacked ? 0 : pfs_err_set(err, ENOMEM, "out of memory");
}

/* What was unpacked takes f's place; the further parts of a split dump come behind it. */
static int take_unpacked(struct pfs_dump *d, struct pfs_dump_file *f, const char *path,
			 struct pfs_unpacked *u, size_t nr, const struct opening *o,
			 struct pfs_err *err)
{
	size_t i;
	int r = note_unpacked(d, path, u, nr, err);

	if (!r && d->nr_files - 1 + nr > o->cap)
		r = pfs_err_set(err, EFBIG, "%zu files in one dump", d->nr_files - 1 + nr);
	if (r)
		return r;
	close(f->fd);
	f->fd = -1;
	d->nr_files += nr - 1;
	for (i = 0; i < nr && !r; i++, f++) {
		f->path = u[i].name ? pfs_printf(&d->arena, "%s (%s)", path, u[i].name) :
				      pfs_strdup(&d->arena, path);
		f->fd = u[i].fd;
		f->io = &d->io;
		f->size = u[i].size;
		u[i].fd = -1;
		r = f->path ? parse_file(d, f, o, err) : pfs_err_set(err, ENOMEM, "out of memory");
		if (r && u[i].name)
			pfs_err_wrap(err, "%s", u[i].name);
	}
	return r;
}

static int unpack(struct pfs_dump *d, struct pfs_dump_file *f, const char *path,
		  const struct opening *o, struct pfs_err *err)
{
	struct pfs_unpacked u[PFS_MAX_PACKED];
	size_t i, nr;
	int r = pfs_packed_open(f, o->progress, o->arg, u, &nr, err);

	if (!r)
		r = take_unpacked(d, f, path, u, nr, o, err);
	for (i = 0; i < nr; i++)
		pfs_unpacked_deinit(&u[i]);
	return r;
}

/* One of the files that were named, as number at of the dump's. */
static int take_file(struct pfs_dump *d, size_t at, const char *path, const struct opening *o,
		     struct pfs_err *err)
{
	struct pfs_dump_file *f = &d->files[at];
	enum pfs_dump_kind kind;
	int r = open_file(d, f, path, err);

	if (!r)
		r = pfs_dump_identify(f, &kind, err);
	if (!r)
		r = kind == PFS_DUMP_PACKED || kind == PFS_DUMP_PERHAPS_PACKED ?
			    unpack(d, f, path, o, err) :
			    parse_file(d, f, o, err);
	return r ? pfs_err_wrap(err, "%s", path) : 0;
}

static int open_files(struct handle *h, const char *const *paths, size_t nr, struct opening *o,
		      struct pfs_err *err)
{
	struct pfs_dump *d = h->d;
	const char **names;
	size_t i, at = 0;
	int r;

	o->cap = nr + PFS_MAX_PACKED;
	d->files = pfs_calloc(&d->arena, o->cap, sizeof(*d->files));
	names = pfs_calloc(&d->arena, nr, sizeof(*names));
	if (!d->files || !names)
		return pfs_err_set(err, ENOMEM, "out of memory");
	d->nr_files = nr;
	for (i = 0; i < o->cap; i++)
		d->files[i].fd = -1;
	for (i = 0; i < nr; i++) {
		r = take_file(d, at, paths[i], o, err);
		if (r)
			return r;
		names[i] = pfs_strdup(&d->arena, paths[i]);
		if (!names[i])
			return pfs_err_set(err, ENOMEM, "out of memory");
		at = d->nr_files - (nr - 1 - i);
	}
	d->info.path = names[0];
	d->info.paths = names;
	d->info.nr_paths = nr;
	h->t.ops = &elf_ops;
	d->info.io = &d->io;
	d->info.reader = "pfnscope";
	d->info.reader_version = "";
	if (d->kind == PFS_DUMP_KDUMP) {
		h->t.ops = &kdump_ops;
		r = pfs_pages_new(d, NULL, &h->pages, err);
		if (r)
			return pfs_err_wrap(err, "%s", paths[0]);
	}
	h->t.info = d->info;
	return 0;
}

int pfs_target_open_kdump(const char *const *paths, size_t nr,
			  void (*progress)(void *arg, const char *what, uint64_t done,
					   uint64_t total),
			  void *arg, struct pfs_target **ret, struct pfs_err *err)
{
	struct handle *h = calloc(1, sizeof(*h));
	struct pfs_dump *d = calloc(1, sizeof(*d));
	struct opening o = { progress, arg, 0 };
	int r;

	if (!nr || !h || !d) {
		free(h);
		free(d);
		return nr ? pfs_err_set(err, ENOMEM, "out of memory") :
			    pfs_err_set(err, EINVAL, "no dump given");
	}
	h->own_fd = -1;
	atomic_init(&d->refs, 1);
	pfs_arena_init(&d->arena);
	h->d = d;
	r = open_files(h, paths, nr, &o, err);
	if (r) {
		dump_free(&h->t);
		return r;
	}
	if (d->distilled.readable.desc)
		return pfs_target_distilled(&h->t, &d->distilled, ret, err);
	*ret = &h->t;
	return 0;
}
