/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes distilled dumps. They are standard kdump-compressed files, version 6,
 * so that every reader of those opens them:
 *
 *	header | sub header, notes | RAM bitmap, page bitmap | descriptors | page data
 *
 * Bytes of a kept page that nobody read are zeroed; a note says which are real.
 * There is no NT_PRSTATUS: the panic note has the registers that matter, and
 * those of a CPU in user mode are the user's.
 */
#include "distill/write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <zlib.h>

#include "bytes/distilled.h"
#include "bytes/dump.h"
#include "bytes/kdump_format.h"

#define SINK_SIZE ((size_t)256 << 10)
#define WINDOW ((uint64_t)4 << 10)	/* bytes of a bitmap held at once: what a hole may be */

/* Bytes that go to consecutive places of the file. */
struct sink {
	int fd;
	uint64_t at;
	size_t len;
	unsigned char buf[SINK_SIZE];
};

struct distill {
	struct pfs_target *t;
	const struct pfs_facts *f;
	const struct pfs_ranges *sections, *readable, *undecidable, *absent;
	struct pfs_ranges ram;
	int fd;
	uint64_t block, max_pfn, pages;
	uint64_t notes_len, vmcoreinfo_at, vmcoreinfo_len;
	uint64_t ram_at, bitmap_at, bitmap_len, desc_at, data_at;
	unsigned char *notes;
	struct sink desc, data;
	uint64_t zero_at; /* the one page of zeroes; 0: none yet */
};

static void put32(unsigned char *p, uint64_t v)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

static void put64(unsigned char *p, uint64_t v)
{
	put32(p, v);
	put32(p + 4, v >> 32);
}

static int write_at(int fd, const void *buf, size_t len, uint64_t at, struct pfs_err *err)
{
	const unsigned char *p = buf;

	while (len) {
		ssize_t n = pwrite(fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return pfs_err_set(err, errno, "cannot write: %s", strerror(errno));
		p += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return 0;
}

static int sink_flush(struct sink *s, struct pfs_err *err)
{
	int r = write_at(s->fd, s->buf, s->len, s->at - s->len, err);

	s->len = 0;
	return r;
}

/* len is at most a page. */
static int sink_put(struct sink *s, const void *p, size_t len, struct pfs_err *err)
{
	int r = s->len + len > sizeof(s->buf) ? sink_flush(s, err) : 0;

	if (r)
		return r;
	memcpy(s->buf + s->len, p, len);
	s->len += len;
	s->at += len;
	return 0;
}

/* Is there a line "key=..." in the text? */
static bool has_key(const char *text, size_t len, const char *key)
{
	size_t n = strlen(key);
	const char *p = text, *end = text + len;

	while (p && (size_t)(end - p) > n) {
		if (!memcmp(p, key, n) && p[n] == '=')
			return true;
		p = memchr(p, '\n', (size_t)(end - p));
		if (p)
			p++;
	}
	return false;
}

static void put_fact(FILE *out, const char *name, uint64_t value)
{
	/* Print facts like the kernel does: VMCOREINFO_SYMBOL, _OFFSET, _NUMBER ... */
	if (!strncmp(name, "SYMBOL(", 7) || !strcmp(name, "KERNELOFFSET"))
		fprintf(out, "%s=%" PRIx64 "\n", name, value);
	else if (!strncmp(name, "NUMBER(", 7))
		fprintf(out, "%s=%" PRId64 "\n", name, (int64_t)value);
	else
		fprintf(out, "%s=%" PRIu64 "\n", name, value);
}

char *pfs_distill_vmcoreinfo(const struct pfs_target *t, const struct pfs_facts *f, size_t *ret_len)
{
	const char *old = t->info.vmcoreinfo;
	size_t old_len = old ? t->info.vmcoreinfo_len : 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_len);
	const char *name;
	unsigned int i;

	if (!out)
		return NULL;
	if (old_len) {
		fwrite(old, 1, old_len, out);
		if (old[old_len - 1] != '\n')
			fputc('\n', out);
	}
	if (f->release && *f->release && !has_key(old, old_len, "OSRELEASE"))
		fprintf(out, "OSRELEASE=%s\n", f->release);
	if (f->build_id && *f->build_id && !has_key(old, old_len, "BUILD-ID"))
		fprintf(out, "BUILD-ID=%s\n", f->build_id);
	for (i = 0; (name = pfs_facts_name(f, i)); i++)
		if (pfs_have(f, i) && !has_key(old, old_len, name))
			put_fact(out, name, pfs_val(f, i));
	if (ferror(out) | fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static void put_note(FILE *out, const char *name, uint32_t type, const void *desc, size_t len)
{
	static const unsigned char pad[4];
	unsigned char h[12];
	size_t n = strlen(name) + 1;

	put32(h, n);
	put32(h + 4, len);
	put32(h + 8, type);
	fwrite(h, 1, sizeof(h), out);
	fwrite(name, 1, n, out);
	fwrite(pad, 1, -n & 3, out);
	fwrite(desc, 1, len, out);
	fwrite(pad, 1, -len & 3, out);
}

static int put_ranges(FILE *out, enum pfs_note_type type, const struct pfs_ranges *r)
{
	unsigned char *desc = calloc(r->nr ? r->nr : 1, 16);
	size_t i;

	if (!desc)
		return -ENOMEM;
	for (i = 0; i < r->nr; i++) {
		put64(desc + 16 * i, r->v[i].start);
		put64(desc + 16 * i + 8, r->v[i].end - r->v[i].start);
	}
	put_note(out, PFS_NOTE_NAME, type, desc, 16 * r->nr);
	free(desc);
	return 0;
}

/* The origin note. It must not name the place where the dump was kept. */
static char *origin(const struct pfs_target_info *i)
{
	json_t *j = json_pack("{s:s, s:s*, s:s*, s:I, s:i, s:s}", "format", i->format,
			      "compression", i->compression, "arch", i->arch, "bytes",
			      (json_int_t)i->bytes, "page_size", (int)i->page_size, "reader",
			      i->reader);
	char *text = j ? json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	json_decref(j);
	return text;
}

/*
 * Write the text of a note, or else that of the same note in the original; if
 * there is neither, nothing.
 */
static void put_text(FILE *out, enum pfs_note_type type, const char *text, const char *old,
		     size_t old_len)
{
	if (text)
		put_note(out, PFS_NOTE_NAME, type, text, strlen(text));
	else if (old)
		put_note(out, PFS_NOTE_NAME, type, old, old_len);
}

static int put_own_notes(struct distill *d, FILE *out, const char *panic_json,
			 const char *scan_json)
{
	const struct pfs_target_info *info = &d->t->info;
	int r = put_ranges(out, PFS_NOTE_READABLE, d->readable);

	if (!r && d->undecidable->nr)
		r = put_ranges(out, PFS_NOTE_UNDECIDABLE, d->undecidable);
	if (!r)
		r = put_ranges(out, PFS_NOTE_RAM, &d->ram);
	put_text(out, PFS_NOTE_PANIC, panic_json, info->panic_note, info->panic_note_len);
	put_text(out, PFS_NOTE_SCAN, scan_json, info->scan_note, info->scan_note_len);
	if (info->origin_note) {
		put_note(out, PFS_NOTE_NAME, PFS_NOTE_ORIGIN, info->origin_note,
			 info->origin_note_len);
	} else {
		char *text = origin(info);

		if (!text)
			return -ENOMEM;
		put_note(out, PFS_NOTE_NAME, PFS_NOTE_ORIGIN, text, strlen(text));
		free(text);
	}
	return r;
}

static uint64_t div_up(uint64_t a, uint64_t b)
{
	return a / b + !!(a % b);
}

/* The RAM of a dump that can tell. */
static int ask_for_ram(struct distill *d)
{
	uint64_t at = 0, end, past;
	int r = 0;

	if (__builtin_mul_overflow(d->max_pfn, d->block, &past))
		past = UINT64_MAX;
	for (; at < past && !r; at = end) {
		bool ram = d->t->ops->presence(d->t, at, &end) != PFS_ABSENT;

		if (end <= at)
			end = at + d->block;
		if (end > past)
			end = past;
		if (ram)
			r = pfs_ranges_add(&d->ram, at, end);
	}
	return r;
}

static int add_all(struct pfs_ranges *to, const struct pfs_ranges *from)
{
	size_t i;
	int r = 0;

	for (i = 0; i < from->nr && !r; i++)
		r = pfs_ranges_add(to, from->v[i].start, from->v[i].end);
	return r;
}

/*
 * Find out what is RAM. Where the host cannot tell (crash, drgn) it is what the
 * kernel has sections of, without the holes that a read ran into. A page that was
 * never read was left out by us, which is what `excluded` means.
 */
static int find_ram(struct distill *d)
{
	size_t i;
	int r;

	if (d->t->ops->presence) {
		r = ask_for_ram(d);
	} else {
		r = d->sections ? add_all(&d->ram, d->sections) : 0;
		for (i = 0; i < d->absent->nr && !r; i++)
			r = pfs_ranges_remove(&d->ram, d->absent->v[i].start, d->absent->v[i].end);
		if (!r)
			r = add_all(&d->ram, d->readable);
	}
	pfs_ranges_settle(&d->ram);
	return r;
}

static int build_notes(struct distill *d, const char *panic_json, const char *scan_json,
		       struct pfs_err *err)
{
	const struct pfs_range *last = &d->readable->v[d->readable->nr - 1];
	char *text = NULL, *notes = NULL;
	size_t len = 0, text_len;
	FILE *out = open_memstream(&notes, &len);
	uint64_t end;
	int r = -ENOMEM;

	d->max_pfn = div_up(last->end, d->block);
	/* The dump's own word; of one that has none (0), the model's. */
	end = d->t->info.max_pfn;
	if (!end && d->sections && d->sections->nr)
		end = div_up(d->sections->v[d->sections->nr - 1].end, d->block);
	if (end > d->max_pfn)
		d->max_pfn = end;
	text = pfs_distill_vmcoreinfo(d->t, d->f, &text_len);
	if (!out || !text || find_ram(d))
		goto out;
	put_note(out, "VMCOREINFO", 0, text, text_len);
	fflush(out);
	d->vmcoreinfo_len = text_len;
	d->vmcoreinfo_at = len - (text_len + 3) / 4 * 4;
	r = put_own_notes(d, out, panic_json, scan_json);
out:
	if (out && (ferror(out) | fclose(out)))
		r = -ENOMEM;
	free(text);
	d->notes = (unsigned char *)notes;
	d->notes_len = len;
	return r ? pfs_err_set(err, -r, "out of memory") : 0;
}

/* The next page to keep at or above pfn, by the readable ranges from *i on. */
static bool next_page(const struct distill *d, size_t *i, uint64_t pfn, uint64_t *ret)
{
	const struct pfs_ranges *r = d->readable;
	uint64_t at;

	/* pfn * block cannot wrap: it is at most one past the end of a range. */
	while (*i < r->nr && r->v[*i].end <= pfn * d->block)
		++*i;
	if (*i == r->nr)
		return false;
	at = r->v[*i].start / d->block;
	*ret = at > pfn ? at : pfn;
	return true;
}

/* Lay out the file: the size of each area follows from the one before. */
static int lay_out(struct distill *d, struct pfs_err *err)
{
	uint64_t next = 0, sub;
	size_t i;

	/* Ranges, not pages, are counted: there may be few of them with many pages. */
	for (i = 0; i < d->readable->nr; i++) {
		uint64_t start = d->readable->v[i].start / d->block;
		uint64_t end = div_up(d->readable->v[i].end, d->block);

		if (start < next)
			start = next;
		if (end > start)
			d->pages += end - start;
		if (end > next)
			next = end;
	}
	sub = div_up(KDUMP_SUB_SIZE + d->notes_len, d->block);
	d->ram_at = (1 + sub) * d->block;
	d->bitmap_len = div_up(div_up(d->max_pfn, 8), d->block) * d->block;
	if (d->notes_len > KDUMP_MAX_NOTES || sub > INT32_MAX ||
	    d->bitmap_len / d->block > UINT32_MAX / 2)
		return pfs_err_set(err, EFBIG,
				   "%" PRIu64 " pages and %" PRIu64 " bytes of notes "
				   "do not fit the format",
				   d->max_pfn, d->notes_len);
	d->bitmap_at = d->ram_at + d->bitmap_len;
	d->desc_at = d->bitmap_at + d->bitmap_len;
	d->data_at = d->desc_at + d->pages * KDUMP_DESC_SIZE;
	return 0;
}

static void put_string(unsigned char *field, const char *s)
{
	size_t n = strlen(s);

	memcpy(field, s, n < KDUMP_UTS_LEN ? n : KDUMP_UTS_LEN - 1);
}

static int write_headers(struct distill *d, struct pfs_err *err)
{
	const struct pfs_target_info *info = &d->t->info;
	uint64_t notes_at = d->block + KDUMP_SUB_SIZE;
	unsigned char h[KDUMP_HDR_SIZE] = { 0 }, s[KDUMP_SUB_SIZE] = { 0 };
	int phys_base = pfs_facts_find(d->f, "NUMBER(phys_base)"), r;

	memcpy(h + KDUMP_HDR_SIGNATURE, "KDUMP   ", 8);
	put32(h + KDUMP_HDR_VERSION, 6);
	/* libkdumpfile takes an empty string for a header without utsname. */
	put_string(h + KDUMP_HDR_UTSNAME, "Linux");
	put_string(h + KDUMP_HDR_UTSNAME + KDUMP_UTS_LEN, "(none)");
	put_string(h + KDUMP_HDR_UTSNAME + 3 * KDUMP_UTS_LEN, "(none)");
	put_string(h + KDUMP_HDR_UTSNAME + 5 * KDUMP_UTS_LEN, "(none)");
	put_string(h + KDUMP_HDR_RELEASE, d->f->release ? d->f->release : "");
	put_string(h + KDUMP_HDR_MACHINE, info->arch ? info->arch : "");
	put32(h + KDUMP_HDR_STATUS, KDUMP_ZLIB);
	put32(h + KDUMP_HDR_BLOCK_SIZE, d->block);
	put32(h + KDUMP_HDR_SUB_SIZE, d->ram_at / d->block - 1);
	put32(h + KDUMP_HDR_BITMAP_BLOCKS, 2 * d->bitmap_len / d->block);
	put32(h + KDUMP_HDR_MAX_MAPNR, d->max_pfn < UINT32_MAX ? d->max_pfn : UINT32_MAX);
	put32(h + KDUMP_HDR_WRITTEN, d->pages < UINT32_MAX ? d->pages : UINT32_MAX);
	put32(h + KDUMP_HDR_NR_CPUS, 1);
	put64(s + KDUMP_SUB_PHYS_BASE, phys_base < 0 ? 0 : d->f->f[phys_base].value);
	put32(s + KDUMP_SUB_DUMP_LEVEL, 31);
	put64(s + KDUMP_SUB_OFFSET_VMCOREINFO, notes_at + d->vmcoreinfo_at);
	put64(s + KDUMP_SUB_SIZE_VMCOREINFO, d->vmcoreinfo_len);
	put64(s + KDUMP_SUB_OFFSET_NOTE, notes_at);
	put64(s + KDUMP_SUB_SIZE_NOTE, d->notes_len);
	put64(s + KDUMP_SUB_MAX_MAPNR_64, d->max_pfn);
	r = write_at(d->fd, h, sizeof(h), 0, err);
	if (!r)
		r = write_at(d->fd, s, sizeof(s), d->block, err);
	return r ? r : write_at(d->fd, d->notes, d->notes_len, notes_at, err);
}

/* A bitmap whose bits are set in ascending order; parts without a set bit stay holes. */
struct bitmap {
	int fd;
	uint64_t at, len;
	uint64_t window; /* number of the one in bits */
	bool dirty;
	unsigned char bits[WINDOW];
};

static int bitmap_flush(struct bitmap *b, struct pfs_err *err)
{
	uint64_t from = b->window * WINDOW, len = b->len - from;
	int r = 0;

	if (b->dirty)
		r = write_at(b->fd, b->bits, len < WINDOW ? len : WINDOW, b->at + from, err);
	b->dirty = false;
	return r;
}

static int bitmap_set(struct bitmap *b, uint64_t start, uint64_t end, struct pfs_err *err)
{
	while (start < end) {
		uint64_t bit = start % (WINDOW * 8);

		if (!b->dirty || b->window != start / (WINDOW * 8)) {
			int r = bitmap_flush(b, err);

			if (r)
				return r;
			memset(b->bits, 0, sizeof(b->bits));
			b->window = start / (WINDOW * 8);
			b->dirty = true;
		}
		if (!(bit & 7) && end - start >= 8) {
			b->bits[bit / 8] = 0xff;
			start += 8;
		} else {
			b->bits[bit / 8] |= (unsigned char)(1 << (bit & 7));
			start++;
		}
	}
	return 0;
}

/*
 * The bitmap of RAM has the same bits as that of the pages kept, so that both
 * are holes nearly everywhere, however much memory the machine has. A note says
 * what is RAM.
 */
static int write_bitmaps(struct distill *d, struct pfs_err *err)
{
	struct bitmap *b = calloc(1, sizeof(*b));
	size_t i, k;
	int r = 0;

	if (!b)
		return pfs_err_set(err, ENOMEM, "out of memory");
	b->fd = d->fd;
	b->len = d->bitmap_len;
	for (k = 0; k < 2 && !r; k++) {
		b->at = k ? d->bitmap_at : d->ram_at;
		for (i = 0; i < d->readable->nr && !r; i++)
			r = bitmap_set(b, d->readable->v[i].start / d->block,
				       div_up(d->readable->v[i].end, d->block), err);
		if (!r)
			r = bitmap_flush(b, err);
	}
	free(b);
	return r;
}

/* Fill in a page as it was read; the rest of it is zeroed. */
static int fill_page(struct distill *d, size_t i, uint64_t pfn, unsigned char *page,
		     struct pfs_err *err)
{
	uint64_t first = pfn * d->block, past = first + d->block;

	memset(page, 0, d->block);
	for (; i < d->readable->nr && d->readable->v[i].start < past; i++) {
		const struct pfs_range *r = &d->readable->v[i];
		uint64_t start = r->start > first ? r->start : first;
		uint64_t end = r->end < past ? r->end : past;
		size_t got;
		enum pfs_presence p = pfs_target_read(d->t, start, page + (start - first),
						      end - start, &got);

		if (p != PFS_PRESENT)
			return pfs_err_set(err, EIO,
					   "0x%" PRIx64 " could be read before, and is "
					   "%s now",
					   start + got, pfs_presence_name(p));
	}
	return 0;
}

static bool all_zero(const unsigned char *p, size_t len)
{
	return !*p && !memcmp(p, p + 1, len - 1);
}

static int write_page(struct distill *d, const unsigned char *page, unsigned char *scratch,
		      size_t scratch_len, struct pfs_err *err)
{
	unsigned char desc[KDUMP_DESC_SIZE] = { 0 };
	uLongf len = scratch_len;
	bool zero = all_zero(page, d->block);
	int r;

	if (zero && d->zero_at) {
		put64(desc + KDUMP_DESC_OFFSET, d->zero_at);
		put32(desc + KDUMP_DESC_LEN, d->block);
		return sink_put(&d->desc, desc, sizeof(desc), err);
	}
	/* The shared page of zeroes is stored uncompressed, like that of makedumpfile. */
	if (zero)
		d->zero_at = d->data.at;
	if (zero || compress2(scratch, &len, page, d->block, Z_DEFAULT_COMPRESSION) != Z_OK ||
	    len >= d->block) {
		len = d->block;
		scratch = NULL;
	} else {
		put32(desc + KDUMP_DESC_FLAGS, KDUMP_ZLIB);
	}
	put64(desc + KDUMP_DESC_OFFSET, d->data.at);
	put32(desc + KDUMP_DESC_LEN, len);
	r = sink_put(&d->data, scratch ? scratch : page, len, err);
	return r ? r : sink_put(&d->desc, desc, sizeof(desc), err);
}

static int write_pages(struct distill *d, struct pfs_err *err)
{
	size_t scratch_len = compressBound(d->block), i = 0;
	unsigned char *page = malloc(d->block), *scratch = malloc(scratch_len);
	uint64_t pfn;
	int r = 0;

	if (!page || !scratch)
		r = pfs_err_set(err, ENOMEM, "out of memory");
	d->desc.fd = d->data.fd = d->fd;
	d->desc.at = d->desc_at;
	d->data.at = d->data_at;
	for (pfn = 0; !r && next_page(d, &i, pfn, &pfn); pfn++) {
		r = fill_page(d, i, pfn, page, err);
		if (!r)
			r = write_page(d, page, scratch, scratch_len, err);
	}
	if (!r)
		r = sink_flush(&d->data, err);
	if (!r)
		r = sink_flush(&d->desc, err);
	free(page);
	free(scratch);
	return r;
}

static int write_file(struct distill *d, struct pfs_err *err)
{
	int r = write_headers(d, err);

	if (!r)
		r = write_bitmaps(d, err);
	return r ? r : write_pages(d, err);
}

int pfs_distill_write(int fd, struct pfs_target *t, const struct pfs_facts *f,
		      const struct pfs_ranges *sections, const char *panic_json,
		      const char *scan_json, struct pfs_err *err)
{
	struct pfs_recorder *rec = pfs_target_recorder(t);
	struct distill *d;
	int r;

	if (!rec)
		return pfs_err_set(err, EINVAL, "what the analysis read was not recorded");
	d = calloc(1, sizeof(*d));
	if (!d)
		return pfs_err_set(err, ENOMEM, "out of memory");
	pfs_recorder_pause(rec);
	d->fd = fd;
	d->t = t;
	d->f = f;
	d->sections = sections;
	d->block = t->info.page_size;
	d->readable = pfs_recorder_ranges(rec, PFS_PRESENT);
	d->undecidable = pfs_recorder_ranges(rec, PFS_UNDECIDABLE);
	d->absent = pfs_recorder_ranges(rec, PFS_ABSENT);
	if (!d->readable || !d->undecidable || !d->absent)
		r = pfs_err_set(err, ENOSPC, "the analysis read more ranges than were recorded");
	else if (!d->readable->nr)
		r = pfs_err_set(err, EINVAL, "nothing was read");
	else
		r = build_notes(d, panic_json, scan_json, err);
	pfs_ranges_deinit(&d->ram);
	if (!r)
		r = lay_out(d, err);
	if (!r)
		r = write_file(d, err);
	pfs_recorder_resume(rec);
	free(d->notes);
	free(d);
	return r;
}

bool pfs_is_distilled(int fd)
{
	unsigned char h[KDUMP_HDR_SIZE], sub[KDUMP_SUB_SIZE], *notes;
	uint64_t len;
	bool yes = false;

	if (pfs_pread(fd, h, sizeof(h), 0) || memcmp(h + KDUMP_HDR_SIGNATURE, "KDUMP   ", 8) ||
	    pfs_pread(fd, sub, sizeof(sub), pfs_le32(h + KDUMP_HDR_BLOCK_SIZE)))
		return false;
	len = pfs_le64(sub + KDUMP_SUB_SIZE_NOTE);
	notes = len <= KDUMP_MAX_NOTES ? malloc(len + 1) : NULL;
	if (notes && !pfs_pread(fd, notes, len, pfs_le64(sub + KDUMP_SUB_OFFSET_NOTE)))
		yes = memmem(notes, len, PFS_NOTE_NAME, sizeof(PFS_NOTE_NAME));
	free(notes);
	return yes;
}
