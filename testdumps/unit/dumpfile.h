/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiny dump files in a temporary directory: bytes are put together in memory,
 * may be spoiled, and are written out.
 */
#ifndef PFS_TEST_DUMPFILE_H
#define PFS_TEST_DUMPFILE_H

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#include "blob.h"
#include "facts/mem.h"
#include "bytes/kdump_format.h"

#define PAGE 4096u

/* Its 0.5.1 leaves 94 bytes a context behind, and we the context (bytes/kdump_free.h). */
PFS_API const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libkdumpfile";
}

static inline void blob_note(struct blob *b, const char *name, uint32_t type, const void *desc,
			     size_t len)
{
	size_t at = b->len, n = strlen(name) + 1;

	blob_put32(b, at, (uint32_t)n);
	blob_put32(b, at + 4, (uint32_t)len);
	blob_put32(b, at + 8, type);
	blob_put(b, at + 12, name, n);
	at += 12 + (n + 3) / 4 * 4;
	blob_put(b, at, desc, len);
	blob_put(b, at + (len + 3) / 4 * 4, NULL, 0);
	b->len = at + (len + 3) / 4 * 4;
}

/* A directory for the files of one test program. */
static char dump_dir[64];

static inline int dump_setup(void **state)
{
	(void)state;
	strcpy(dump_dir, "/tmp/pfnscope-test.XXXXXX");
	setenv("TMPDIR", "/tmp", 1);
	return mkdtemp(dump_dir) ? 0 : -1;
}

static inline int dump_teardown(void **state)
{
	(void)state;
	return rmdir(dump_dir);
}

static inline const char *dump_path(const char *name, char *buf)
{
	sprintf(buf, "%s/%s", dump_dir, name);
	return buf;
}

static inline void dump_write(const struct blob *b, const char *name)
{
	char path[128];
	int fd = open(dump_path(name, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, b->p, b->len), b->len);
	close(fd);
}

static inline void dump_remove(const char *name)
{
	char path[128];

	assert_int_equal(unlink(dump_path(name, path)), 0);
}

static inline int dump_open(const char *name, struct pfs_target **t, struct pfs_err *err)
{
	char path[128];
	const char *paths[] = { dump_path(name, path) };

	*t = NULL;
	memset(err, 0, sizeof(*err));
	return pfs_target_open_kdump(paths, 1, NULL, NULL, t, err);
}

/* Write, open, unlink: the open file is enough for the target. */
static inline int dump_try(const struct blob *b, struct pfs_target **t, struct pfs_err *err)
{
	int r;

	dump_write(b, "dump");
	r = dump_open("dump", t, err);
	dump_remove("dump");
	return r;
}

/* What byte at physical address pa is in every dump made here. */
static inline unsigned char dump_byte(uint64_t pa)
{
	return (unsigned char)(pa * 7 + (pa >> 12) * 131 + 1);
}

static inline void dump_page(uint64_t pfn, unsigned char *page)
{
	unsigned int i;

	for (i = 0; i < PAGE; i++)
		page[i] = dump_byte(pfn * PAGE + i);
}

static inline void dump_check(const void *buf, uint64_t pa, size_t len)
{
	const unsigned char *p = buf;
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != dump_byte(pa + i))
			fail_msg("byte at 0x%lx is 0x%x, not 0x%x", (unsigned long)(pa + i), p[i],
				 dump_byte(pa + i));
}

static inline enum pfs_presence dump_answer(struct pfs_target *t, uint64_t pa)
{
	unsigned char c;
	uint64_t end;
	size_t got = 99;
	enum pfs_presence p = pfs_target_read(t, pa, &c, 1, &got);

	assert_int_equal(got, p == PFS_PRESENT);
	if (t->ops->presence) {
		enum pfs_presence q = t->ops->presence(t, pa, &end);

		/* Only a damaged page is found out by reading alone. */
		assert_true(q == p || (q == PFS_PRESENT && p == PFS_UNDECIDABLE));
		assert_true(end > pa || pa == UINT64_MAX);
	}
	return p;
}

static const char dump_vmcoreinfo[] = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\nSYMBOL(x)=ff\n";

/* prstatus: bytes of struct elf_prstatus; 0: of x86_64. */
static inline void dump_notes(struct blob *b, size_t prstatus_len)
{
	unsigned char prstatus[512] = { 0 };
	size_t len = prstatus_len ? prstatus_len : 336;

	/* The first register, of eight bytes. */
	prstatus[b->big ? 119 : 112] = 0x11;
	blob_note(b, "CORE", NT_PRSTATUS, prstatus, len);
	prstatus[b->big ? 119 : 112] = 0x22;
	blob_note(b, "CORE", NT_PRSTATUS, prstatus, len);
	blob_note(b, "VMCOREINFO", 0, dump_vmcoreinfo, sizeof(dump_vmcoreinfo) - 1);
}

/* Turn words around: "248" is one of two bytes, one of four, one of eight. */
static inline void dump_turn(unsigned char *p, const char *words)
{
	int i, size;

	for (; *words; words++, p += size) {
		size = *words - '0';
		for (i = 0; i < size / 2; i++) {
			unsigned char c = p[i];

			p[i] = p[size - 1 - i];
			p[size - 1 - i] = c;
		}
	}
}

/* ELF: one PT_NOTE, then these segments in pages; file of them are in the file. */
struct dump_seg {
	uint64_t pfn, file, mem;
};

static inline void dump_elf(struct blob *b, const struct dump_seg *seg, unsigned int nr)
{
	Elf64_Ehdr eh = { .e_type = ET_CORE,
			  .e_machine = EM_X86_64,
			  .e_version = EV_CURRENT,
			  .e_phoff = sizeof(eh),
			  .e_ehsize = sizeof(eh),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = (Elf64_Half)(nr + 1) };
	size_t at = PAGE;
	struct blob notes = { .big = b->big };
	Elf64_Phdr ph = { .p_type = PT_NOTE, .p_offset = at };
	unsigned char page[PAGE];
	unsigned int i;
	uint64_t j;

	memcpy(eh.e_ident, ELFMAG, SELFMAG);
	eh.e_ident[EI_CLASS] = ELFCLASS64;
	eh.e_ident[EI_DATA] = b->big ? ELFDATA2MSB : ELFDATA2LSB;
	eh.e_ident[EI_VERSION] = EV_CURRENT;
	blob_put(b, 0, &eh, sizeof(eh));
	dump_notes(&notes, 0);
	ph.p_filesz = ph.p_memsz = notes.len;
	blob_put(b, at, notes.p, notes.len);
	blob_put(b, sizeof(eh), &ph, sizeof(ph));
	at += notes.len;
	blob_free(&notes);
	for (i = 0; i < nr; i++) {
		ph = (Elf64_Phdr){ .p_type = PT_LOAD,
				   .p_offset = at,
				   .p_paddr = seg[i].pfn * PAGE,
				   .p_filesz = seg[i].file * PAGE,
				   .p_memsz = seg[i].mem * PAGE };
		blob_put(b, sizeof(eh) + (i + 1) * sizeof(ph), &ph, sizeof(ph));
		for (j = 0; j < seg[i].file; j++, at += PAGE) {
			dump_page(seg[i].pfn + j, page);
			blob_put(b, at, page, PAGE);
		}
	}
	if (!b->big)
		return;
	dump_turn(b->p + EI_NIDENT, "2248884222222");
	for (i = 0; i <= nr; i++)
		dump_turn(b->p + sizeof(eh) + i * sizeof(ph), "44888888");
}

/* Room for anything that dump_pack() makes of two pages. */
#define DUMP_PACKED (4 * PAGE)

/* As makedumpfile stores len bytes; returns how many they become. */
static inline size_t dump_pack(uint32_t flags, const void *page, size_t len, unsigned char *packed)
{
	static unsigned char work[LZO1X_1_MEM_COMPRESS];
	size_t n = DUMP_PACKED;
	lzo_uint lzo = n;
	uLongf zlib = n;

	switch (flags) {
	case KDUMP_ZLIB:
		assert_int_equal(compress2(packed, &zlib, page, len, 6), Z_OK);
		return zlib;
	case KDUMP_LZO:
		assert_int_equal(lzo_init(), LZO_E_OK);
		assert_int_equal(lzo1x_1_compress(page, len, packed, &lzo, work), LZO_E_OK);
		return lzo;
	case KDUMP_SNAPPY:
		assert_int_equal(snappy_compress(page, len, (char *)packed, &n), SNAPPY_OK);
		return n;
	case KDUMP_ZSTD:
		n = ZSTD_compress(packed, n, page, len, 1);
		assert_false(ZSTD_isError(n));
		return n;
	}
	memcpy(packed, page, len);
	return len;
}

static inline uint32_t dump_flags(char kind)
{
	switch (kind) {
	case 'z':
	case 'D':
		return KDUMP_ZLIB;
	case 'l':
		return KDUMP_LZO;
	case 's':
		return KDUMP_SNAPPY;
	case 'Z':
		return KDUMP_ZSTD;
	}
	return 0;
}

/*
 * kdump: one character a page. '.' no RAM, 'x' excluded, 'r' raw, 'z' zlib,
 * 'l' lzo, 's' snappy, 'Z' zstd, 'D' zlib that is damaged, '0' the shared page
 * of zeroes.
 */
struct dump_opts {
	const char *machine;
	bool no_notes;
	size_t prstatus; /* as dump_notes() takes it */
	/* Part of a split set, if end is not 0. */
	uint64_t start, end;
};

#define DUMP_SUB_BLOCKS 2u
#define DUMP_BITMAP ((1 + DUMP_SUB_BLOCKS) * PAGE)
#define DUMP_DESC (DUMP_BITMAP + 2 * PAGE)

static inline bool dump_in_file(const char *pages, uint64_t pfn)
{
	return pages[pfn] != '.' && pages[pfn] != 'x';
}

static inline void dump_kdump(struct blob *b, const char *pages, const struct dump_opts *o)
{
	uint64_t max = strlen(pages), end = o->end ? o->end : max, pfn;
	size_t desc = DUMP_DESC, data = desc, zero;
	unsigned char bits[2 * PAGE] = { 0 }, page[PAGE], packed[DUMP_PACKED];
	struct blob notes = { .big = b->big };

	blob_put(b, KDUMP_HDR_SIGNATURE, "KDUMP   ", 8);
	blob_put32(b, KDUMP_HDR_VERSION, 6);
	if (o->machine)
		blob_put(b, KDUMP_HDR_MACHINE, o->machine, strlen(o->machine));
	blob_put32(b, KDUMP_HDR_BLOCK_SIZE, PAGE);
	blob_put32(b, KDUMP_HDR_SUB_SIZE, DUMP_SUB_BLOCKS);
	blob_put32(b, KDUMP_HDR_BITMAP_BLOCKS, 2);
	blob_put32(b, KDUMP_HDR_MAX_MAPNR, (uint32_t)max);
	blob_put32(b, KDUMP_HDR_NR_CPUS, 2);
	blob_put64(b, PAGE + KDUMP_SUB_MAX_MAPNR_64, max);
	if (o->end) {
		blob_put32(b, PAGE + KDUMP_SUB_SPLIT, 1);
		blob_put64(b, PAGE + KDUMP_SUB_START_PFN_64, o->start);
		blob_put64(b, PAGE + KDUMP_SUB_END_PFN_64, o->end);
	}
	if (!o->no_notes) {
		dump_notes(&notes, o->prstatus);
		blob_put64(b, PAGE + KDUMP_SUB_OFFSET_NOTE, PAGE + KDUMP_SUB_SIZE);
		blob_put64(b, PAGE + KDUMP_SUB_SIZE_NOTE, notes.len);
		blob_put(b, PAGE + KDUMP_SUB_SIZE, notes.p, notes.len);
		blob_free(&notes);
	}
	for (pfn = 0; pfn < max; pfn++) {
		if (pages[pfn] != '.')
			bits[pfn / 8] |= (unsigned char)(1 << pfn % 8);
		if (dump_in_file(pages, pfn)) {
			bits[PAGE + pfn / 8] |= (unsigned char)(1 << pfn % 8);
			if (pfn >= o->start && pfn < end)
				data += KDUMP_DESC_SIZE;
		}
	}
	blob_put(b, DUMP_BITMAP, bits, sizeof(bits));
	zero = data;
	memset(page, 0, PAGE);
	blob_put(b, zero, page, PAGE);
	data += PAGE;
	for (pfn = o->start; pfn < end; pfn++) {
		bool shared = pages[pfn] == '0';
		size_t len;

		if (!dump_in_file(pages, pfn))
			continue;
		dump_page(pfn, page);
		len = dump_pack(dump_flags(pages[pfn]), page, PAGE, packed);
		if (pages[pfn] == 'D')
			memset(packed, 0xee, len);
		blob_put64(b, desc + KDUMP_DESC_OFFSET, shared ? zero : data);
		blob_put32(b, desc + KDUMP_DESC_LEN, (uint32_t)len);
		blob_put32(b, desc + KDUMP_DESC_FLAGS, dump_flags(pages[pfn]));
		blob_put64(b, desc + KDUMP_DESC_PAGE_FLAGS, 0);
		desc += KDUMP_DESC_SIZE;
		if (!shared) {
			blob_put(b, data, packed, len);
			data += len;
		}
	}
}

#endif
