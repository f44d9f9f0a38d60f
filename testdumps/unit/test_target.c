/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dump files as targets: the four answers, every format, and files that lie. */
#include <pthread.h>

#include "dumpfile.h"

/* Over the top of the second bitmap word, so that runs end where they should. */
static const char mixed[] =
	"..zrx0D.zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzxx..r";

static void check_mixed(struct pfs_target *t)
{
	uint64_t pfn, end;
	static unsigned char buf[80 * PAGE];
	unsigned int pieces = 0;
	size_t got;

	for (pfn = 0; pfn < strlen(mixed); pfn++) {
		enum pfs_presence want = mixed[pfn] == '.' ? PFS_ABSENT :
					 mixed[pfn] == 'x' ? PFS_EXCLUDED :
					 mixed[pfn] == 'D' ? PFS_UNDECIDABLE :
							     PFS_PRESENT;

		assert_int_equal(dump_answer(t, pfn * PAGE + 17), want);
	}
	assert_int_equal(dump_answer(t, pfn * PAGE), PFS_ABSENT);
	assert_int_equal(dump_answer(t, UINT64_MAX), PFS_ABSENT);
	/* Where a run ends, even if in pieces: a split set has two. */
	for (end = 8 * PAGE; t->ops->presence(t, end, &end) == PFS_PRESENT;)
		pieces++;
	assert_int_equal(end, 72 * PAGE);
	assert_in_range(pieces, 1, 2);

	/* A long read stops at the first page that is not there, and leaves the rest alone. */
	memset(buf, 0xaa, sizeof(buf));
	assert_int_equal(pfs_target_read(t, 8 * PAGE + 5, buf, sizeof(buf), &got), PFS_EXCLUDED);
	assert_int_equal(got, 62 * PAGE - 5);
	dump_check(buf, 8 * PAGE + 5, got);
	assert_int_equal(buf[got], 0xaa);
	assert_int_equal(pfs_target_read(t, 2 * PAGE, buf, 3 * PAGE, &got), PFS_EXCLUDED);
	assert_int_equal(got, 2 * PAGE);
	dump_check(buf, 2 * PAGE, got);
	/* Zeroes, then a page whose data does not decompress. */
	assert_int_equal(pfs_target_read(t, 5 * PAGE, buf, 2 * PAGE, &got), PFS_UNDECIDABLE);
	assert_int_equal(got, PAGE);
	assert_true(!buf[0] && !memcmp(buf, buf + 1, PAGE - 1));
	assert_int_equal(pfs_target_read(t, 3 * PAGE - 8, buf, 16, &got), PFS_PRESENT);
	assert_int_equal(got, 16);
	dump_check(buf, 3 * PAGE - 8, 16);
}

static void check_info(const struct pfs_target_info *i, const char *format)
{
	assert_string_equal(i->format, format);
	assert_string_equal(i->arch, "x86_64");
	assert_int_equal(i->page_size, PAGE);
	assert_int_equal(i->vmcoreinfo_len, sizeof(dump_vmcoreinfo) - 1);
	assert_memory_equal(i->vmcoreinfo, dump_vmcoreinfo, i->vmcoreinfo_len);
	assert_int_equal(i->nr_cpus, 2);
	assert_int_equal(i->cpus[1].cpu, 1);
	assert_int_equal(i->cpus[1].len, 336);
	assert_int_equal(((const unsigned char *)i->cpus[1].prstatus)[112], 0x22);
	assert_null(i->panic_note);
}

static void kdump_four_answers(void **state)
{
	struct blob b = { 0 };
	struct pfs_target *t, *c;
	struct pfs_err err;

	(void)state;
	dump_kdump(&b, mixed, &(struct dump_opts){ .machine = "x86_64" });
	assert_int_equal(dump_try(&b, &t, &err), 0);
	check_info(&t->info, "kdump");
	assert_string_equal(t->info.compression, "zlib");
	assert_int_equal(t->info.max_pfn, strlen(mixed));
	check_mixed(t);
	assert_int_equal(t->ops->clone(t, &c, &err), 0);
	pfs_target_free(t);
	check_mixed(c);
	pfs_target_free(c);
	blob_free(&b);
}

static void expect_bad(const struct blob *b, int code, const char *what)
{
	struct pfs_target *t;
	struct pfs_err err;
	int r = dump_try(b, &t, &err);

	if (!r)
		fail_msg("opened, though \"%s\" was to be said", what);
	if (r != code || !strstr(err.msg, what))
		fail_msg("%d \"%s\", and not %d \"%s\"", r, err.msg, code, what);
	assert_int_equal(err.code, -r);
	assert_non_null(strstr(err.msg, dump_dir));
}

/* Headers and notes of a machine of the other order; what the kernel wrote is not touched. */
static void big_endian_headers(void **state)
{
	static const struct dump_seg seg[] = { { 2, 4, 4 }, { 8, 62, 62 } };
	struct blob k = { .big = true }, e = { .big = true };
	unsigned char buf[16];
	struct pfs_target *t;
	struct pfs_err err;
	size_t got;

	(void)state;
	dump_kdump(&k, mixed, &(struct dump_opts){ .machine = "x86_64" });
	assert_int_equal(dump_try(&k, &t, &err), 0);
	check_info(&t->info, "kdump");
	assert_string_equal(t->info.compression, "zlib");
	check_mixed(t);
	pfs_target_free(t);
	blob_free(&k);

	dump_elf(&e, seg, 2);
	assert_int_equal(dump_try(&e, &t, &err), 0);
	check_info(&t->info, "elf");
	assert_int_equal(dump_answer(t, 6 * PAGE), PFS_ABSENT);
	assert_int_equal(pfs_target_read(t, 9 * PAGE + 5, buf, sizeof(buf), &got), PFS_PRESENT);
	dump_check(buf, 9 * PAGE + 5, got);
	pfs_target_free(t);
	/* The machine is the ELF header's; there is none of that number. */
	e.p[offsetof(Elf64_Ehdr, e_machine)] = 0x7f;
	expect_bad(&e, -EINVAL, "big-endian");
	blob_free(&e);
}

/*
 * QEMU writes no utsname, or a machine "Unknown": the size of PRSTATUS tells. Without
 * any, x86_64 is tried.
 */
static void kdump_without_utsname(void **state)
{
	struct blob b = { 0 };
	struct pfs_target *t;
	struct pfs_err err;

	(void)state;
	dump_kdump(&b, mixed, &(struct dump_opts){ 0 });
	assert_int_equal(dump_try(&b, &t, &err), 0);
	check_info(&t->info, "kdump");
	check_mixed(t);
	pfs_target_free(t);
	blob_free(&b);

	dump_kdump(&b, mixed, &(struct dump_opts){ .machine = "Unknown", .prstatus = 392 });
	assert_int_equal(dump_try(&b, &t, &err), 0);
	assert_string_equal(t->info.arch, "aarch64");
	pfs_target_free(t);
	blob_free(&b);

	dump_kdump(&b, mixed, &(struct dump_opts){ .no_notes = true });
	assert_int_equal(dump_try(&b, &t, &err), 0);
	assert_string_equal(t->info.arch, "x86_64");
	assert_null(t->info.vmcoreinfo);
	assert_int_equal(t->info.nr_cpus, 0);
	check_mixed(t);
	pfs_target_free(t);
	blob_free(&b);
}

static void kdump_split(void **state)
{
	char p0[128], p1[128];
	const char *paths[] = { dump_path("0", p0), dump_path("1", p1) };
	const char *swapped[] = { p1, p0 };
	unsigned int i;
	struct blob a = { 0 }, b = { 0 };
	struct pfs_target *t;
	struct pfs_err err;

	(void)state;
	dump_kdump(&a, mixed, &(struct dump_opts){ .machine = "x86_64", .end = 20 });
	dump_kdump(&b, mixed,
		   &(struct dump_opts){ .machine = "x86_64", .start = 20, .end = strlen(mixed) });
	dump_write(&a, "0");
	dump_write(&b, "1");
	assert_int_equal(pfs_target_open_kdump(paths, 2, NULL, NULL, &t, &err), 0);
	check_info(&t->info, "kdump");
	assert_int_equal(t->info.bytes, a.len + b.len);
	check_mixed(t);
	pfs_target_free(t);
	assert_int_equal(pfs_target_open_kdump(swapped, 2, NULL, NULL, &t, &err), 0);
	check_mixed(t);
	pfs_target_free(t);

	/* One part alone knows what the other has, but not its bytes. */
	assert_int_equal(pfs_target_open_kdump(&paths[1], 1, NULL, NULL, &t, &err), 0);
	assert_int_equal(dump_answer(t, 30 * PAGE), PFS_PRESENT);
	assert_int_equal(dump_answer(t, 10 * PAGE), PFS_UNDECIDABLE);
	assert_int_equal(dump_answer(t, 4 * PAGE), PFS_EXCLUDED);
	assert_int_equal(dump_answer(t, 0), PFS_ABSENT);
	pfs_target_free(t);

	/* makedumpfile shares out the pages that it keeps: the last part may have none. */
	blob_free(&a);
	blob_free(&b);
	dump_kdump(&a, mixed, &(struct dump_opts){ .machine = "x86_64", .end = strlen(mixed) });
	dump_kdump(&b, mixed,
		   &(struct dump_opts){
			   .machine = "x86_64", .start = strlen(mixed), .end = strlen(mixed) });
	dump_write(&a, "0");
	dump_write(&b, "1");
	assert_int_equal(pfs_target_open_kdump(paths, 2, NULL, NULL, &t, &err), 0);
	check_mixed(t);
	pfs_target_free(t);

	/* Not two parts of one dump. */
	blob_free(&a);
	dump_kdump(&a, "zzz", &(struct dump_opts){ .end = 2 });
	dump_write(&a, "0");
	assert_int_equal(pfs_target_open_kdump(paths, 2, NULL, NULL, &t, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "not of the same dump"));
	/* No part, pages that both have, and another machine's or time's. */
	blob_free(&b);
	dump_kdump(&b, mixed,
		   &(struct dump_opts){ .machine = "x86_64", .start = 20, .end = strlen(mixed) });
	dump_write(&b, "1");
	for (i = 0; i < 3; i++) {
		blob_free(&a);
		dump_kdump(&a, mixed,
			   &(struct dump_opts){ .machine = i == 2 ? "arm64" : "x86_64",
						.end = i ? 20 + (i == 1) : 0 });
		dump_write(&a, "0");
		assert_int_equal(pfs_target_open_kdump(paths, 2, NULL, NULL, &t, &err), -EINVAL);
		assert_non_null(strstr(err.msg, p0));
		assert_non_null(strstr(err.msg, p1));
	}
	dump_remove("0");
	dump_remove("1");
	blob_free(&a);
	blob_free(&b);
}

/*
 * 2 TiB: the bitmaps are counted in parts, by as many threads as there are CPUs. The
 * file is a few pages and holes.
 */
static void kdump_wide(void **state)
{
	static const uint64_t pfns[] = {
		0,
		1ull << 27,
		(1ull << 27) + 8,
		(1ull << 28) - 1,
		1ull << 28,
		(1ull << 28) + 12345,
		3ull << 27,
		(1ull << 29) - 1,
		(1ull << 29) + 4,
	};
	const uint64_t max = (1ull << 29) + 5, map = (1ull << 26) + PAGE;
	const unsigned int nr = sizeof(pfns) / sizeof(pfns[0]);
	uint64_t desc = DUMP_BITMAP + 2 * map, data = desc + nr * KDUMP_DESC_SIZE;
	unsigned char buf[PAGE];
	struct blob b = { 0 };
	struct pfs_target *t;
	struct pfs_err err;
	char path[128];
	unsigned int i;
	size_t got;
	int fd;

	(void)state;
	dump_kdump(&b, "r", &(struct dump_opts){ .machine = "x86_64" });
	blob_put32(&b, KDUMP_HDR_BITMAP_BLOCKS, (uint32_t)(2 * map / PAGE));
	blob_put32(&b, KDUMP_HDR_MAX_MAPNR, (uint32_t)max);
	blob_put64(&b, PAGE + KDUMP_SUB_MAX_MAPNR_64, max);
	b.len = DUMP_BITMAP;
	dump_write(&b, "dump");
	fd = open(dump_path("dump", path), O_WRONLY);
	assert_true(fd >= 0);
	for (i = 0; i < nr; i++) {
		unsigned char bit = (unsigned char)(1 << pfns[i] % 8);
		struct blob d = { 0 };

		/* No two of them are in one byte. */
		assert_int_equal(pwrite(fd, &bit, 1, (off_t)(DUMP_BITMAP + pfns[i] / 8)), 1);
		assert_int_equal(pwrite(fd, &bit, 1, (off_t)(DUMP_BITMAP + map + pfns[i] / 8)), 1);
		blob_put64(&d, KDUMP_DESC_OFFSET, data + i * PAGE);
		blob_put32(&d, KDUMP_DESC_LEN, PAGE);
		blob_put64(&d, KDUMP_DESC_FLAGS, 0);
		blob_put32(&d, KDUMP_DESC_PAGE_FLAGS + 4, 0);
		assert_int_equal(d.len, KDUMP_DESC_SIZE);
		assert_int_equal(pwrite(fd, d.p, d.len, (off_t)(desc + i * d.len)), d.len);
		dump_page(pfns[i], buf);
		assert_int_equal(pwrite(fd, buf, PAGE, (off_t)(data + i * PAGE)), PAGE);
		blob_free(&d);
	}
	close(fd);
	assert_int_equal(dump_open("dump", &t, &err), 0);
	dump_remove("dump");
	assert_int_equal(t->info.max_pfn, max);
	for (i = 0; i < nr; i++) {
		assert_int_equal(pfs_target_read(t, pfns[i] * PAGE, buf, PAGE, &got), PFS_PRESENT);
		dump_check(buf, pfns[i] * PAGE, PAGE);
		if (i + 1 == nr || pfns[i] + 1 < pfns[i + 1])
			assert_int_equal(dump_answer(t, (pfns[i] + 1) * PAGE), PFS_ABSENT);
	}
	pfs_target_free(t);
	blob_free(&b);
}

static void elf_four_answers(void **state)
{
	/* The kernel image first and again in its RAM, as in /proc/vmcore; out of order. */
	static const struct dump_seg seg[] = {
		{ 16, 4, 4 },
		{ 64, 8, 24 },
		{ 2, 40, 40 },
		{ 88, 0, 8 },
	};
	struct blob b = { 0 };
	struct pfs_target *t, *c;
	struct pfs_err err;
	unsigned char buf[40 * PAGE];
	size_t got;

	(void)state;
	dump_elf(&b, seg, 4);
	assert_int_equal(dump_try(&b, &t, &err), 0);
	check_info(&t->info, "elf");
	assert_int_equal(t->info.max_pfn, 96);
	assert_int_equal(t->ops->clone(t, &c, &err), 0);
	pfs_target_free(t);
	t = c;
	assert_int_equal(dump_answer(t, 0), PFS_ABSENT);
	assert_int_equal(dump_answer(t, 2 * PAGE - 1), PFS_ABSENT);
	assert_int_equal(dump_answer(t, 42 * PAGE - 1), PFS_PRESENT);
	assert_int_equal(dump_answer(t, 42 * PAGE), PFS_ABSENT);
	assert_int_equal(dump_answer(t, 71 * PAGE), PFS_PRESENT);
	assert_int_equal(dump_answer(t, 72 * PAGE), PFS_UNDECIDABLE);
	assert_int_equal(dump_answer(t, 96 * PAGE - 1), PFS_UNDECIDABLE);
	assert_int_equal(dump_answer(t, 96 * PAGE), PFS_ABSENT);
	assert_int_equal(pfs_target_read(t, 2 * PAGE, buf, sizeof(buf), &got), PFS_PRESENT);
	dump_check(buf, 2 * PAGE, sizeof(buf));
	memset(buf, 0xaa, sizeof(buf));
	assert_int_equal(pfs_target_read(t, 70 * PAGE, buf, sizeof(buf), &got), PFS_UNDECIDABLE);
	assert_int_equal(got, 2 * PAGE);
	dump_check(buf, 70 * PAGE, got);
	assert_int_equal(buf[got], 0xaa);
	pfs_target_free(t);
	blob_free(&b);
}

static void put_be64(struct blob *b, uint64_t v)
{
	v = __builtin_bswap64(v);
	blob_put(b, b->len, &v, 8);
}

static void flat_header(struct blob *b)
{
	blob_put(b, 0, "makedumpfile", 12);
	blob_put(b, 16, NULL, 0);
	put_be64(b, 1);
	put_be64(b, 1);
	blob_put(b, PAGE, NULL, 0);
}

static void flat_piece(struct blob *b, const struct blob *of, size_t at, size_t len)
{
	put_be64(b, at);
	put_be64(b, len);
	blob_put(b, b->len, of->p + at, len);
}

/* The head comes last and a first version of it before, as makedumpfile does. */
static void flatten(struct blob *b, const struct blob *of)
{
	size_t at, n;

	flat_header(b);
	put_be64(b, 0);
	put_be64(b, 4);
	blob_put(b, b->len, "junk", 4);
	for (at = 1000; at < of->len; at += n) {
		n = of->len - at < 3333 ? of->len - at : 3333;
		flat_piece(b, of, at, n);
	}
	flat_piece(b, of, 0, 1000);
	put_be64(b, UINT64_MAX);
	put_be64(b, UINT64_MAX);
}

/*
 * The head in more layers than an index tells apart, each shorter than the one below it, and
 * wrong where another lies on it.
 */
static void flatten_in_layers(struct blob *b, const struct blob *of)
{
	struct blob layer = { 0 };
	size_t len;

	flat_header(b);
	blob_put(&layer, 0, of->p, 1000);
	for (len = 1000; len > 290; len -= 10) {
		memcpy(layer.p, of->p, len);
		memset(layer.p, 0xee, len > 300 ? len - 10 : 0);
		flat_piece(b, &layer, 0, len);
	}
	flat_piece(b, of, 1000, of->len - 1000);
	put_be64(b, UINT64_MAX);
	put_be64(b, UINT64_MAX);
	blob_free(&layer);
}

static void count(void *arg, const char *what, uint64_t done, uint64_t total)
{
	assert_string_equal(what, "index");
	assert_true(done <= total);
	++*(unsigned int *)arg;
}

static void flattened(void **state)
{
	static const struct dump_seg seg[] = { { 2, 40, 40 } };
	struct blob b = { 0 }, f = { 0 };
	struct pfs_target *t;
	struct pfs_err err;
	char path[128];
	const char *paths[] = { dump_path("dump", path) };
	unsigned int calls = 0;

	(void)state;
	dump_kdump(&b, mixed, &(struct dump_opts){ .machine = "x86_64" });
	flatten(&f, &b);
	dump_write(&f, "dump");
	assert_int_equal(pfs_target_open_kdump(paths, 1, count, &calls, &t, &err), 0);
	dump_remove("dump");
	assert_true(calls > 0);
	check_info(&t->info, "kdump-flattened");
	assert_int_equal(t->info.bytes, f.len);
	check_mixed(t);
	pfs_target_free(t);
	blob_free(&f);

	/* No index: it is put together in a file without a name. */
	flatten_in_layers(&f, &b);
	assert_int_equal(dump_try(&f, &t, &err), 0);
	check_info(&t->info, "kdump-flattened");
	check_mixed(t);
	pfs_target_free(t);
	blob_free(&f);
	blob_free(&b);

	dump_elf(&b, seg, 1);
	flatten(&f, &b);
	assert_int_equal(dump_try(&f, &t, &err), 0);
	check_info(&t->info, "elf-flattened");
	assert_int_equal(dump_answer(t, 20 * PAGE), PFS_PRESENT);
	pfs_target_free(t);
	blob_free(&f);

	/* One inside the other would go on for ever. */
	blob_free(&b);
	flat_header(&b);
	put_be64(&b, UINT64_MAX);
	put_be64(&b, UINT64_MAX);
	blob_put(&b, 2000, "x", 1);
	flatten(&f, &b);
	assert_int_equal(dump_try(&f, &t, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "inside a flattened"));
	blob_free(&b);
	blob_free(&f);
}

/* Cut at every multiple of step: an error each time, and always the same kind. */
static void cut(struct blob *b, size_t step, size_t skip)
{
	size_t len = b->len, at;

	for (at = skip; at < len; at += step) {
		b->len = at;
		expect_bad(b, -EIO, "truncated");
	}
	b->len = len - 1;
	expect_bad(b, -EIO, "truncated");
	b->len = len;
}

/* The pages before the cut are there, those behind it are undecidable, and it is said. */
static void check_cut(struct pfs_target *t, const struct blob *b, size_t at)
{
	const unsigned char *desc = b->p + DUMP_DESC;
	uint64_t pfn;

	assert_non_null(t->info.cut);
	assert_non_null(strstr(t->info.cut, "truncated"));
	for (pfn = 0; pfn < strlen(mixed); pfn++) {
		enum pfs_presence want = mixed[pfn] == '.' ? PFS_ABSENT :
					 mixed[pfn] == 'x' ? PFS_EXCLUDED :
					 mixed[pfn] == 'D' ? PFS_UNDECIDABLE :
							     PFS_PRESENT;

		if (dump_in_file(mixed, pfn)) {
			if (pfs_le64(desc + KDUMP_DESC_OFFSET) + pfs_le32(desc + KDUMP_DESC_LEN) >
			    at)
				want = PFS_UNDECIDABLE;
			desc += KDUMP_DESC_SIZE;
		}
		assert_int_equal(dump_answer(t, pfn * PAGE + 17), want);
	}
}

static void disk_full(void **state)
{
	struct pfs_target *t;
	struct pfs_err err;
	struct blob b = { 0 };
	size_t len, at;

	(void)state;
	dump_kdump(&b, mixed, &(struct dump_opts){ .machine = "x86_64" });
	len = b.len;
	at = (size_t)pfs_le64(b.p + DUMP_DESC + KDUMP_DESC_OFFSET) - PAGE + 1;
	for (; at < len; at += 997) {
		b.len = at;
		if (dump_try(&b, &t, &err))
			fail_msg("cut at byte %zu: %s", at, err.msg);
		check_cut(t, &b, at);
		pfs_target_free(t);
	}
	b.len = len;
	assert_int_equal(dump_try(&b, &t, &err), 0);
	assert_null(t->info.cut);
	pfs_target_free(t);
	blob_free(&b);
}

static void truncated(void **state)
{
	static const struct dump_seg seg[] = { { 2, 40, 40 }, { 100, 3, 3 } };
	struct blob b = { 0 }, f = { 0 };

	(void)state;
	dump_kdump(&b, mixed, &(struct dump_opts){ .machine = "x86_64" });
	flatten(&f, &b);
	cut(&f, 499, 17);
	/* Up to the data of its pages, which the page of zeroes begins. */
	b.len = (size_t)pfs_le64(b.p + DUMP_DESC + KDUMP_DESC_OFFSET) - PAGE;
	cut(&b, 499, 9);
	blob_free(&b);
	blob_free(&f);
	dump_elf(&b, seg, 2);
	cut(&b, 1999, 9);
	blob_free(&b);
}

static void no_dump(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *what;
	} kinds[] = {
		{ "", 0, "empty" },
		{ "\x1f\x8b\x08 .....", 9, "gzip" },
		{ "\x28\xb5\x2f\xfd.....", 9, "zstd" },
		{ "\xfd"
		  "7zXZ\0......",
		  12, "xz" },
		{ "hello, world\n", 13, "text file" },
		{ "\0\0\0\0\0\0\0\0\0\0", 10, "all zero" },
		{ "\x80\x81\x82\x83\x84", 5, "80 81 82 83" },
		{ "PAGEDU64........", 16, "Windows" },
		{ "LibvirtQemudSave........", 24, "libvirt" },
	};
	char path[128];
	struct blob b = { 0 };
	struct pfs_target *t;
	struct pfs_err err;
	Elf64_Ehdr eh = { .e_type = ET_EXEC };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		blob_put(&b, 0, kinds[i].bytes, kinds[i].len);
		expect_bad(&b, -EINVAL, kinds[i].what);
		blob_free(&b);
	}
	memcpy(eh.e_ident, ELFMAG, SELFMAG);
	eh.e_ident[EI_CLASS] = ELFCLASS64;
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	blob_put(&b, 0, &eh, sizeof(eh));
	expect_bad(&b, -EINVAL, "vmlinux");
	b.p[EI_CLASS] = ELFCLASS32;
	expect_bad(&b, -EINVAL, "32-bit");
	b.p[EI_DATA] = ELFDATA2MSB;
	expect_bad(&b, -EINVAL, "32-bit");
	b.p[EI_CLASS] = ELFCLASS64;
	expect_bad(&b, -EINVAL, "type 512");
	blob_free(&b);
	assert_int_equal(dump_open("nothing-here", &t, &err), -ENOENT);
	assert_int_equal(dump_open(".", &t, &err), -EISDIR);
	assert_non_null(strstr(err.msg, dump_path(".", path)));
	assert_int_equal(pfs_target_open_kdump(NULL, 0, NULL, NULL, &t, &err), -EINVAL);
}

static void process_core(void **state)
{
	struct blob b = { 0 }, notes = { 0 };

	(void)state;
	dump_elf(&b, &(struct dump_seg){ 2, 1, 1 }, 1);
	blob_note(&notes, "CORE", NT_AUXV, "12345678", 8);
	memset(b.p + PAGE, 0, 800);
	blob_put(&b, PAGE, notes.p, notes.len);
	expect_bad(&b, -EINVAL, "process");
	blob_free(&b);
	blob_free(&notes);
}

#define PH(n, field) (sizeof(Elf64_Ehdr) + (n) * sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, field))

/* One field of a good file spoiled. */
static void hostile_elf(void **state)
{
	static const struct {
		size_t at;
		unsigned int len;
		uint64_t value;
		const char *what;
	} spoil[] = {
		{ offsetof(Elf64_Ehdr, e_phnum), 2, 0, "0 program headers" },
		{ offsetof(Elf64_Ehdr, e_phnum), 2, 0xfffe, "program headers end" },
		{ offsetof(Elf64_Ehdr, e_phnum), 2, 0xffff, "section header 0" },
		{ offsetof(Elf64_Ehdr, e_phentsize), 2, 0, "headers of 0 bytes" },
		{ offsetof(Elf64_Ehdr, e_phoff), 8, UINT64_MAX - 7, "truncated" },
		{ PH(1, p_offset), 8, UINT64_MAX - PAGE, "truncated" },
		{ PH(1, p_filesz), 8, UINT64_MAX, "truncated" },
		{ PH(1, p_memsz), 8, UINT64_MAX, "ends above 2^56" },
		{ PH(1, p_paddr), 8, UINT64_MAX - PAGE, "ends above 2^56" },
		{ PH(1, p_type), 4, PT_NULL, "no memory" },
	};
	struct blob b = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(spoil) / sizeof(*spoil); i++) {
		dump_elf(&b, &(struct dump_seg){ 2, 4, 4 }, 1);
		blob_put(&b, spoil[i].at, &spoil[i].value, spoil[i].len);
		expect_bad(&b, -EIO, spoil[i].what);
		blob_free(&b);
	}
}

static void hostile_kdump(void **state)
{
	static const struct {
		size_t at;
		unsigned int len;
		uint64_t value;
		const char *what;
	} spoil[] = {
		{ KDUMP_HDR_BLOCK_SIZE, 4, 0, "block size 0" },
		{ KDUMP_HDR_BLOCK_SIZE, 4, 4097, "block size 4097" },
		{ KDUMP_HDR_BLOCK_SIZE, 4, 0x80000000, "block size" },
		{ KDUMP_HDR_SUB_SIZE, 4, 0, "0 blocks of sub header" },
		{ KDUMP_HDR_SUB_SIZE, 4, 0xffffffff, "truncated" },
		{ KDUMP_HDR_BITMAP_BLOCKS, 4, 0, "0 of bitmaps" },
		{ KDUMP_HDR_BITMAP_BLOCKS, 4, 0xffffffff, "truncated" },
		{ PAGE + KDUMP_SUB_MAX_MAPNR_64, 8, UINT64_MAX, "and bitmaps for" },
		{ PAGE + KDUMP_SUB_SPLIT, 4, 1, "split set" },
		{ DUMP_DESC + KDUMP_DESC_OFFSET, 8, UINT64_MAX, "truncated" },
		{ DUMP_DESC + KDUMP_DESC_LEN, 4, UINT32_MAX, "truncated" },
	};
	struct blob b = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(spoil) / sizeof(*spoil); i++) {
		dump_kdump(&b, mixed, &(struct dump_opts){ .machine = "x86_64" });
		if (spoil[i].at == PAGE + KDUMP_SUB_SPLIT)
			blob_put64(&b, PAGE + KDUMP_SUB_START_PFN_64, 1 << 20);
		blob_put(&b, spoil[i].at, &spoil[i].value, spoil[i].len);
		expect_bad(&b, -EIO, spoil[i].what);
		blob_free(&b);
	}
	/* Both numbers of pages zero. */
	dump_kdump(&b, mixed, &(struct dump_opts){ 0 });
	blob_put32(&b, KDUMP_HDR_MAX_MAPNR, 0);
	blob_put64(&b, PAGE + KDUMP_SUB_MAX_MAPNR_64, 0);
	expect_bad(&b, -EIO, "0 pages");
	blob_free(&b);
}

static void hostile_flattened(void **state)
{
	static const uint64_t bad[][2] = {
		{ 0, 0 },
		{ UINT64_MAX, 1 },
		{ 1, UINT64_MAX },
		{ UINT64_C(1) << 62, 4 },
		{ INT64_MAX, INT64_MAX },
	};
	struct blob b = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		flat_header(&b);
		put_be64(&b, bad[i][0]);
		put_be64(&b, bad[i][1]);
		b.len += 64;
		blob_put(&b, b.len, "", 1);
		expect_bad(&b, -EIO, "damaged: the header at byte 4096");
		blob_free(&b);
	}
	flat_header(&b);
	b.p[23] = 2;
	expect_bad(&b, -EINVAL, "type 2");
	blob_free(&b);
}

/* Notes that are not in the file are lost, and nothing else. */
static void lost_notes(void **state)
{
	static const struct {
		bool elf;
		size_t at;
		uint64_t value;
		const char *what;
	} spoil[] = {
		{ true, PH(0, p_filesz), UINT64_MAX, "truncated: program header 0" },
		{ true, PH(0, p_offset), UINT64_MAX - PAGE, "truncated: program header 0" },
		{ false, PAGE + KDUMP_SUB_OFFSET_NOTE, UINT64_MAX - 7, "notes at" },
		{ false, PAGE + KDUMP_SUB_SIZE_NOTE, UINT64_MAX, "notes at" },
		{ false, PAGE + KDUMP_SUB_SIZE_NOTE, (uint64_t)1 << 25, "notes at" },
	};
	struct pfs_target *t;
	struct pfs_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(spoil) / sizeof(*spoil); i++) {
		struct blob b = { 0 };

		if (spoil[i].elf)
			dump_elf(&b, &(struct dump_seg){ 2, 4, 4 }, 1);
		else
			dump_kdump(&b, mixed, &(struct dump_opts){ .machine = "x86_64" });
		blob_put64(&b, spoil[i].at, spoil[i].value);
		assert_int_equal(dump_try(&b, &t, &err), 0);
		assert_non_null(t->info.lost_notes);
		assert_non_null(strstr(t->info.lost_notes, spoil[i].what));
		assert_null(t->info.vmcoreinfo);
		if (!spoil[i].elf)
			check_mixed(t);
		pfs_target_free(t);
		blob_free(&b);
	}
}

/* Notes that overrun end the notes, and nothing else. */
static void bad_notes(void **state)
{
	struct blob b = { 0 };
	struct pfs_target *t;
	struct pfs_err err;

	(void)state;
	dump_elf(&b, &(struct dump_seg){ 2, 4, 4 }, 1);
	blob_put32(&b, PAGE + 12 + 8 + 336 + 4, 0xfffffffd);
	assert_int_equal(dump_try(&b, &t, &err), 0);
	assert_int_equal(t->info.nr_cpus, 1);
	assert_null(t->info.vmcoreinfo);
	assert_int_equal(dump_answer(t, 2 * PAGE), PFS_PRESENT);
	pfs_target_free(t);
	blob_put32(&b, PAGE, 0xffffffff);
	assert_int_equal(dump_try(&b, &t, &err), 0);
	assert_int_equal(t->info.nr_cpus, 0);
	pfs_target_free(t);
	blob_free(&b);
}

/* Every byte of the headers set to each of a few values: no crash, no hang. */
static void spoiled_bytes(void **state)
{
	static const unsigned char values[] = { 0, 1, 0x7f, 0x80, 0xff };
	static unsigned char buf[4 * PAGE];
	struct blob b = { 0 };
	struct pfs_target *t;
	struct pfs_err err;
	size_t at, i, got;
	uint64_t pfn, end;

	(void)state;
	dump_kdump(&b, mixed, &(struct dump_opts){ .machine = "x86_64" });
	for (at = 8; at < DUMP_DESC + 24 * 6; at++) {
		/* The parts between the fields. */
		if ((at >= KDUMP_HDR_SIZE && at < PAGE) ||
		    (at >= PAGE + KDUMP_SUB_SIZE + 1024 && at < DUMP_BITMAP) ||
		    (at >= DUMP_BITMAP + 16 && at < DUMP_BITMAP + PAGE) ||
		    (at >= DUMP_BITMAP + PAGE + 16 && at < DUMP_DESC) ||
		    (at > 16 && at < KDUMP_HDR_TIMESTAMP && at % 13))
			continue;
		for (i = 0; i < sizeof(values); i++) {
			unsigned char old = b.p[at];

			b.p[at] = values[i];
			if (!dump_try(&b, &t, &err)) {
				for (pfn = 0; pfn < 80; pfn += 3) {
					pfs_target_read(t, pfn * PAGE, buf, sizeof(buf), &got);
					t->ops->presence(t, pfn * PAGE, &end);
					assert_true(end > pfn * PAGE);
				}
				pfs_target_free(t);
			}
			b.p[at] = old;
		}
	}
	blob_free(&b);
}

/*
 * libkdumpfile is asked about a page that is compressed by something else, and does not
 * know it either.
 */
static void foreign(void **state)
{
	struct blob b = { 0 };
	struct pfs_target *t, *c;
	struct pfs_err err;

	(void)state;
	dump_kdump(&b, "rrz", &(struct dump_opts){ .machine = "x86_64" });
	blob_put32(&b, DUMP_DESC + KDUMP_DESC_SIZE + KDUMP_DESC_FLAGS, 0x4000);
	blob_put32(&b, DUMP_DESC + 2 * KDUMP_DESC_SIZE + KDUMP_DESC_FLAGS, 0x4000);
	assert_int_equal(dump_try(&b, &t, &err), 0);
	assert_string_equal(t->info.reader, "libkdumpfile");
	assert_int_equal(dump_answer(t, 0), PFS_PRESENT);
	assert_int_equal(dump_answer(t, PAGE), PFS_UNDECIDABLE);
	assert_int_equal(dump_answer(t, 2 * PAGE), PFS_UNDECIDABLE);
	assert_int_equal(t->ops->clone(t, &c, &err), 0);
	assert_int_equal(dump_answer(c, 2 * PAGE), PFS_UNDECIDABLE);
	pfs_target_free(t);
	assert_int_equal(dump_answer(c, 0), PFS_PRESENT);
	pfs_target_free(c);
	blob_free(&b);
}

static void *reader(void *arg)
{
	struct pfs_target *t = arg;
	unsigned char buf[16 * PAGE];
	unsigned int i;
	size_t got;

	for (i = 0; i < 2000; i++) {
		uint64_t pa = (8 + i * 7 % 46) * PAGE + i % 97;

		if (pfs_target_read(t, pa, buf, sizeof(buf) - 97, &got) != PFS_PRESENT)
			return "a read failed";
		if (buf[i % got] != dump_byte(pa + i % got))
			return "a byte is wrong";
	}
	return NULL;
}

static void threads(void **state)
{
	enum { N = 8 };
	struct pfs_target *t[N];
	pthread_t thread[N];
	struct blob b = { 0 };
	struct pfs_err err;
	unsigned int i;
	void *bad;

	(void)state;
	dump_kdump(&b, mixed, &(struct dump_opts){ .machine = "x86_64" });
	assert_int_equal(dump_try(&b, &t[0], &err), 0);
	for (i = 1; i < N; i++)
		assert_int_equal(t[0]->ops->clone(t[0], &t[i], &err), 0);
	for (i = 0; i < N; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, reader, t[i]), 0);
	for (i = 0; i < N; i++) {
		pthread_join(thread[i], &bad);
		if (bad)
			fail_msg("thread %u: %s", i, (const char *)bad);
	}
	for (i = 0; i < N; i++)
		pfs_target_free(t[i]);
	blob_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kdump_four_answers),
		cmocka_unit_test(big_endian_headers),
		cmocka_unit_test(kdump_without_utsname),
		cmocka_unit_test(kdump_split),
		cmocka_unit_test(kdump_wide),
		cmocka_unit_test(elf_four_answers),
		cmocka_unit_test(flattened),
		cmocka_unit_test(truncated),
		cmocka_unit_test(disk_full),
		cmocka_unit_test(no_dump),
		cmocka_unit_test(process_core),
		cmocka_unit_test(hostile_elf),
		cmocka_unit_test(hostile_kdump),
		cmocka_unit_test(hostile_flattened),
		cmocka_unit_test(lost_notes),
		cmocka_unit_test(bad_notes),
		cmocka_unit_test(spoiled_bytes),
		cmocka_unit_test(foreign),
		cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, dump_setup, dump_teardown);
}
