/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Headers of a kdump-compressed file, written by makedumpfile and QEMU:
 *
 *	block 0           struct disk_dump_header
 *	block 1 ...       struct kdump_sub_header, then VMCOREINFO and notes
 *	+ sub_hdr_size    bitmap of RAM, bitmap of pages in the file
 *	+ bitmap_blocks   one descriptor per page in the file, then their data
 *
 * The bitmaps of a machine with much memory are too large to be kept in memory:
 * only the number of pages before each piece is.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "bytes/dump.h"
#include "bytes/kdump_format.h"
#include "bytes/unpack.h"

/* 1 PiB in pages of 4 KiB. A hostile sparse file must not keep us reading for ever. */
#define MAX_PFN ((uint64_t)1 << 38)
#define CHUNK ((size_t)256 << 10)
/* How many threads count a bitmap at most, and how many bytes of it are worth a thread. */
#define MAX_COUNTERS 4
#define COUNT_PART ((uint64_t)16 << 20)

struct geometry {
	uint64_t block, ram, bitmap, desc, max_pfn;
	bool two_bitmaps;
};

static inline uint64_t popcount(const unsigned char *b, size_t len)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8)
		n += (uint64_t)__builtin_popcountll(pfs_le64(b + i));
	for (; i < len; i++)
		n += (uint64_t)__builtin_popcount(b[i]);
	return n;
}

/*
 * The bitmap has a bit for each page of the machine, 1 GiB for 32 TiB of
 * memory, and all of it is counted before anything else can be done. Baseline
 * x86_64 has no instruction for that, but nearly all CPUs do.
 */
#ifdef __x86_64__
/* clang-format off */
__attribute__((target("popcnt")))
static uint64_t popcount_by_cpu(const unsigned char *b, size_t len)
{
	return popcount(b, len);
}
/* clang-format on */
#endif

uint64_t pfs_popcount(const unsigned char *b, size_t len)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("popcnt"))
		return popcount_by_cpu(b, len);
#endif
	return popcount(b, len);
}

/* One thread's part of the bitmap. */
struct counter {
	struct pfs_dump_file *f;
	uint64_t at, end, last; /* bytes; last: of the whole */
	pthread_t thread;
	bool started;
	int error;
};

/* Count the pages of each window, into f->rank. */
static void *count_part(void *arg)
{
	struct counter *c = arg;
	struct pfs_dump_file *f = c->f;
	uint64_t skip = f->start_pfn / 8, i;
	unsigned char buf[CHUNK];

	while (c->at < c->end) {
		size_t len = c->end - c->at < CHUNK ? (size_t)(c->end - c->at) : CHUNK;
		uint64_t data = pfs_file_next_data(f, f->file_bitmap + c->at) - f->file_bitmap;

		/* A hostile file has terabytes of holes. */
		if (data - c->at >= len) {
			c->at += data >= c->end ? c->end - c->at : (data - c->at) / CHUNK * CHUNK;
			continue;
		}
		c->error = pfs_file_read(f, buf, len, f->file_bitmap + c->at);
		if (c->error)
			break;
		if (c->at < skip)
			memset(buf, 0, skip - c->at < len ? (size_t)(skip - c->at) : len);
		if (c->at <= skip && skip < c->at + len)
			buf[skip - c->at] &= (unsigned char)(0xff << (f->start_pfn & 7));
		if (c->at + len == c->last && (f->end_pfn & 7))
			buf[len - 1] &= (unsigned char)(0xff >> (8 - (f->end_pfn & 7)));
		for (i = 0; i < len; i += PFS_WINDOW)
			f->rank[(c->at + i) / PFS_WINDOW] =
				pfs_popcount(buf + i, len - i < PFS_WINDOW ? len - i : PFS_WINDOW);
		c->at += len;
	}
	return NULL;
}

/* Count the bits set in [start, end) of the file bitmap: as many descriptors follow. */
static int count_pages(struct pfs_dump *d, struct pfs_dump_file *f, uint64_t *ret,
		       struct pfs_err *err)
{
	uint64_t last = (f->end_pfn + 7) / 8, part, windows = last / PFS_WINDOW + 1, i;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct counter c[MAX_COUNTERS] = { 0 };
	unsigned int nr = MAX_COUNTERS, n;
	int r = 0;

	*ret = 0;
	f->rank = pfs_calloc(&d->arena, windows, sizeof(*f->rank));
	if (!f->rank)
		return pfs_err_set(err, ENOMEM, "out of memory");
	if (cpus < (long)nr)
		nr = cpus > 1 ? (unsigned int)cpus : 1;
	if (last / COUNT_PART < nr)
		nr = last < COUNT_PART ? 1 : (unsigned int)(last / COUNT_PART);
	part = (last / nr / CHUNK + 1) * CHUNK;
	for (n = nr; n-- > 0;) {
		c[n] = (struct counter){ .f = f, .at = n * part, .last = last };
		c[n].end = last - c[n].at < part ? last : c[n].at + part;
		c[n].started = n && !pthread_create(&c[n].thread, NULL, count_part, &c[n]);
		if (!c[n].started)
			count_part(&c[n]);
	}
	for (n = 0; n < nr; n++) {
		if (c[n].started)
			pthread_join(c[n].thread, NULL);
		r = r ? r : c[n].error;
	}
	if (r)
		return pfs_err_set(err, -r, "cannot read the page bitmap: %s", strerror(-r));
	for (i = 0; i < windows; i++) {
		uint64_t pages = f->rank[i];

		f->rank[i] = *ret;
		*ret += pages;
	}
	return 0;
}

static const char *compression(uint32_t flags)
{
	if (flags & KDUMP_ZLIB)
		return "zlib";
	if (flags & KDUMP_LZO)
		return "lzo";
	if (flags & KDUMP_SNAPPY)
		return "snappy";
	if (flags & KDUMP_ZSTD)
		return "zstd";
	return NULL;
}

/*
 * The page's data is behind the end of the file. Where the disk was full while the dump was
 * written, the end is all that is lost: the pages before it are read, and those behind it
 * are undecidable, as damaged ones are. A descriptor that no writer makes is damage.
 */
static int cut_off(struct pfs_dump *d, const struct pfs_dump_file *f, const unsigned char *desc,
		   uint64_t page, uint64_t pages, uint32_t block, struct pfs_err *err)
{
	uint64_t offset = pfs_get64(d->order, desc + KDUMP_DESC_OFFSET);
	uint32_t size = pfs_get32(d->order, desc + KDUMP_DESC_LEN);

	pfs_err_set(err, EIO,
		    "truncated: the data of page %" PRIu64 " of %" PRIu64 " is bytes 0x%" PRIx64
		    " + 0x%x, the file ends at 0x%" PRIx64,
		    page, pages, offset, size, f->size);
	if (size > block || offset > INT64_MAX)
		return -EIO;
	if (!d->info.cut)
		d->info.cut = pfs_printf(&d->arena, "%s", err->msg);
	return d->info.cut ? 0 : pfs_err_set(err, ENOMEM, "out of memory");
}

/*
 * Writers store page data in order, so a file that was cut off has lost its
 * end. Only the last descriptors are checked, because all of them may be very
 * many bytes.
 */
static int check_pages(struct pfs_dump *d, const struct pfs_dump_file *f, const struct geometry *g,
		       uint64_t pages, struct pfs_err *err)
{
	unsigned char buf[1024 * KDUMP_DESC_SIZE];
	size_t n = pages < 1024 ? (size_t)pages : 1024, i;
	uint64_t end, at, desc_end;
	int r;

	if (__builtin_mul_overflow(pages, (uint64_t)KDUMP_DESC_SIZE, &end) ||
	    __builtin_add_overflow(end, g->desc, &end) || end > f->size)
		return pfs_err_set(err, EIO,
				   "truncated: descriptors of %" PRIu64
				   " pages end at byte %" PRIu64 ", the file at %" PRIu64,
				   pages, end, f->size);
	desc_end = end;
	at = end - n * KDUMP_DESC_SIZE;
	r = pfs_file_read(f, buf, n * KDUMP_DESC_SIZE, at);
	if (r)
		return pfs_err_set(err, -r, "cannot read the page descriptors: %s", strerror(-r));
	for (i = 0; i < n; i++) {
		const unsigned char *p = buf + i * KDUMP_DESC_SIZE;
		uint64_t offset = pfs_get64(d->order, p + KDUMP_DESC_OFFSET);
		uint32_t size = pfs_get32(d->order, p + KDUMP_DESC_LEN);
		uint32_t flags = pfs_get32(d->order, p + KDUMP_DESC_FLAGS);

		if (!d->info.compression)
			d->info.compression = compression(flags);
		if (flags & ~PFS_UNPACK_FLAGS)
			d->foreign = true;
		if (__builtin_add_overflow(offset, (uint64_t)size, &end) || end > f->size)
			r = cut_off(d, f, p, pages - n + i + 1, pages, (uint32_t)g->block, err);
		if (r)
			return r;
	}
	/* Nothing of it is left, or libkdumpfile would have to read it. */
	if (d->info.cut && (f->size <= desc_end || d->foreign))
		return pfs_err_set(err, EIO, "%s", d->info.cut);
	return 0;
}

/* Read [offset, offset + len) of the file into the arena, if that is in the file. */
static int read_area(struct pfs_dump *d, const struct pfs_dump_file *f, uint64_t offset,
		     uint64_t len, const char *what, void **ret, struct pfs_err *err)
{
	uint64_t end;
	int r;

	*ret = NULL;
	if (!offset || !len)
		return 0;
	if (len > KDUMP_MAX_NOTES || __builtin_add_overflow(offset, len, &end) || end > f->size)
		return pfs_err_set(err, EIO,
				   "sub header: %s at bytes 0x%" PRIx64 " + 0x%" PRIx64
				   ", the file ends at 0x%" PRIx64,
				   what, offset, len, f->size);
	*ret = pfs_alloc(&d->arena, len);
	if (!*ret)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = pfs_file_read(f, *ret, len, offset);
	if (!r)
		return 0;
	*ret = NULL;
	return pfs_err_set(err, -r, "cannot read %s: %s", what, strerror(-r));
}

/*
 * Each header version added fields to the sub header; a file has only those of
 * its own version.
 */
static int sub_header(struct pfs_dump *d, struct pfs_dump_file *f, const unsigned char *hdr,
		      const unsigned char *sub, struct geometry *g, struct pfs_err *err)
{
	uint32_t version = pfs_get32(d->order, hdr + KDUMP_HDR_VERSION);
	bool split = version >= 2 && pfs_get32(d->order, sub + KDUMP_SUB_SPLIT);
	void *vmcoreinfo = NULL, *notes = NULL;
	int r;

	g->max_pfn = pfs_get32(d->order, hdr + KDUMP_HDR_MAX_MAPNR);
	if (version >= 6 && pfs_get64(d->order, sub + KDUMP_SUB_MAX_MAPNR_64))
		g->max_pfn = pfs_get64(d->order, sub + KDUMP_SUB_MAX_MAPNR_64);
	f->end_pfn = g->max_pfn;
	f->part = split;
	if (split) {
		bool wide = version >= 6;

		f->start_pfn = pfs_get64(d->order, sub + (wide ? KDUMP_SUB_START_PFN_64 :
								 KDUMP_SUB_START_PFN));
		f->end_pfn = pfs_get64(d->order,
				       sub + (wide ? KDUMP_SUB_END_PFN_64 : KDUMP_SUB_END_PFN));
		/* makedumpfile shares out pages that are kept: the last file may have none. */
		if (f->start_pfn > f->end_pfn || f->start_pfn > g->max_pfn)
			return pfs_err_set(err, EIO,
					   "sub header: part of a split set with pages 0x%" PRIx64
					   " to 0x%" PRIx64 " of 0x%" PRIx64,
					   f->start_pfn, f->end_pfn, g->max_pfn);
		if (f->end_pfn > g->max_pfn)
			f->end_pfn = g->max_pfn;
	}
	f->max_pfn = g->max_pfn;
	if (f != d->files)
		return 0;
	if (version >= 3) {
		uint64_t len = pfs_get64(d->order, sub + KDUMP_SUB_SIZE_VMCOREINFO);

		r = read_area(d, f, pfs_get64(d->order, sub + KDUMP_SUB_OFFSET_VMCOREINFO), len,
			      "VMCOREINFO", &vmcoreinfo, err);
		if (r == -EIO)
			r = pfs_dump_lost_note(d, err);
		if (r)
			return r;
		d->info.vmcoreinfo = vmcoreinfo;
		d->info.vmcoreinfo_len = vmcoreinfo ? strnlen(vmcoreinfo, len) : 0;
	}
	if (version >= 4) {
		uint64_t len = pfs_get64(d->order, sub + KDUMP_SUB_SIZE_NOTE);

		r = read_area(d, f, pfs_get64(d->order, sub + KDUMP_SUB_OFFSET_NOTE), len, "notes",
			      &notes, err);
		if (r == -EIO)
			r = pfs_dump_lost_note(d, err);
		else if (!r && notes)
			r = pfs_dump_notes(d, notes, len, err);
		if (r)
			return r;
	}
	return 0;
}

static int geometry(const struct pfs_dump *d, const struct pfs_dump_file *f,
		    const unsigned char *hdr, struct geometry *g, struct pfs_err *err)
{
	uint32_t block = pfs_get32(d->order, hdr + KDUMP_HDR_BLOCK_SIZE);
	uint32_t sub = pfs_get32(d->order, hdr + KDUMP_HDR_SUB_SIZE);
	uint32_t bitmaps = pfs_get32(d->order, hdr + KDUMP_HDR_BITMAP_BLOCKS);
	uint64_t end;

	/* The header of a 32-bit dump fails here, because its fields make no sense. */
	if (!kdump_is_block_size(block))
		return pfs_err_set(err, EIO,
				   "header: block size %u (damaged, or of a 32-bit machine: "
				   "not supported)",
				   block);
	if (!sub || !bitmaps)
		return pfs_err_set(err, EIO, "header: %u blocks of sub header, %u of bitmaps", sub,
				   bitmaps);
	g->block = block;
	g->ram = (1 + (uint64_t)sub) * block;
	g->bitmap = (uint64_t)bitmaps * block;
	end = g->desc = g->ram + g->bitmap;
	if (end > f->size)
		return pfs_err_set(err, EIO,
				   "truncated: the bitmaps end at byte %" PRIu64
				   ", the file at %" PRIu64,
				   end, f->size);
	return 0;
}

/* QEMU calls an arm64 machine "Unknown": as good as none. */
static int arch_from_utsname(struct pfs_dump *d, const unsigned char *hdr, struct pfs_err *err)
{
	static const char unknown[] = "Unknown";
	const char *machine = (const char *)hdr + KDUMP_HDR_MACHINE;
	size_t len = strnlen(machine, KDUMP_UTS_LEN), i;

	for (i = 0; i < len; i++)
		if (machine[i] <= ' ' || machine[i] > '~')
			len = 0; /* damaged: as good as none */
	if (!len || (len == sizeof(unknown) - 1 && !memcmp(machine, unknown, len)))
		return 0;
	d->info.arch = pfs_strndup(&d->arena, machine, len);
	return d->info.arch ? 0 : pfs_err_set(err, ENOMEM, "out of memory");
}

int pfs_dump_kdump(struct pfs_dump *d, struct pfs_dump_file *f, struct pfs_err *err)
{
	unsigned char hdr[KDUMP_HDR_SIZE], sub[KDUMP_SUB_SIZE];
	struct geometry g = { 0 };
	uint64_t bits;
	int r;

	if (f->size < sizeof(hdr) || pfs_file_read(f, hdr, sizeof(hdr), 0))
		return pfs_err_set(err, EIO, "truncated: %" PRIu64 " bytes of a kdump header",
				   f->size);
	if (f == d->files)
		d->order = kdump_order(hdr);
	r = geometry(d, f, hdr, &g, err);
	if (r)
		return r;
	r = pfs_file_read(f, sub, sizeof(sub), g.block);
	if (r)
		return pfs_err_set(err, -r, "cannot read the sub header: %s", strerror(-r));
	r = sub_header(d, f, hdr, sub, &g, err);
	if (r)
		return r;
	/*
	 * Each bitmap has half of the bits; a diskdump file has one bitmap for
	 * both purposes.
	 */
	bits = g.bitmap * 8;
	g.two_bitmaps = g.max_pfn <= bits / 2;
	if (!g.max_pfn || g.max_pfn > bits || g.max_pfn > MAX_PFN)
		return pfs_err_set(err, EIO, "header: %" PRIu64 " pages, and bitmaps for %" PRIu64,
				   g.max_pfn, bits / 2);
	f->desc = g.desc;
	f->ram_bitmap = g.ram;
	f->file_bitmap = g.two_bitmaps ? g.ram + g.bitmap / 2 : g.ram;
	if (f == d->files)
		d->info.compression = compression(pfs_get32(d->order, hdr + KDUMP_HDR_STATUS));
	r = count_pages(d, f, &f->nr_desc, err);
	if (!r)
		r = check_pages(d, f, &g, f->nr_desc, err);
	if (r || f != d->files)
		return r;
	d->info.format = d->flattened ? "kdump-flattened" : "kdump";
	d->info.page_size = (uint32_t)g.block;
	d->info.max_pfn = g.max_pfn;
	d->info.no_utsname = !hdr[KDUMP_HDR_UTSNAME];
	r = arch_from_utsname(d, hdr, err);
	if (!r && !d->info.arch)
		pfs_dump_guess_arch(d);
	return r;
}
