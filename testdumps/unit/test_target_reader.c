/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libkdumpfile is the reader of record: whatever our own reader says of a
 * dump, libkdumpfile must say as well, page by page.
 */
#include "dumpfile.h"

#include <pfnscope/target.h>

#include "bytes/kdump_free.h"

static void compare(const char *path)
{
	unsigned char ours[4096], theirs[4096];
	struct pfs_target *t = NULL;
	uint64_t pfn, same = 0, gone = 0;
	struct pfs_err err;
	kdump_ctx_t *k;
	int fd;

	if (pfs_target_open_kdump(&path, 1, NULL, NULL, &t, &err))
		fail_msg("%s: %s", path, err.msg);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	k = kdump_new();
	assert_non_null(k);
	assert_int_equal(kdump_open_fd(k, fd), KDUMP_OK);
	for (pfn = 0; pfn < t->info.max_pfn; pfn++) {
		size_t done = 0, len = sizeof(theirs);
		enum pfs_presence p = pfs_target_read(t, pfn << 12, ours, sizeof(ours), &done);
		kdump_status st = kdump_read(k, KDUMP_MACHPHYSADDR, pfn << 12, theirs, &len);

		if (st == KDUMP_OK) {
			/* In a distilled dump we may know that the rest was never read. */
			assert_true(p == PFS_PRESENT || p == PFS_EXCLUDED);
			assert_memory_equal(ours, theirs, done);
			same += done != 0;
		} else {
			assert_int_equal(st, KDUMP_ERR_NODATA);
			assert_true(p == PFS_EXCLUDED || p == PFS_ABSENT);
			assert_int_equal(done, 0);
			gone++;
		}
	}
	assert_true(same > 0 && gone > 0);
	printf("# %s: %llu pages the same, %llu in neither\n", path, (unsigned long long)same,
	       (unsigned long long)gone);
	if (PFS_KDUMP_FREE_WORKS)
		kdump_free(k);
	close(fd);
	pfs_target_free(t);
}

static void same_bytes(void **unused)
{
	(void)unused;
	compare("testdumps/s1/s1.kdump");
	compare("testdumps/debian-6.1/debian-6.1.kdump");
}

static void slurp(const char *path, struct blob *b)
{
	FILE *f = fopen(path, "rb");
	unsigned char buf[1 << 16];
	size_t n;

	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)))
		blob_put(b, b->len, buf, n);
	fclose(f);
}

/*
 * The same dump with its pages compressed by another library: all of it up to
 * the descriptors as it is, then new page data. A page that does not get smaller
 * stays as it is, as makedumpfile has it.
 */
static void repack(const struct blob *from, struct blob *to, uint32_t flags)
{
	size_t block = pfs_le32(from->p + KDUMP_HDR_BLOCK_SIZE);
	size_t bitmaps = block * pfs_le32(from->p + KDUMP_HDR_BITMAP_BLOCKS);
	size_t at = block * (1 + pfs_le32(from->p + KDUMP_HDR_SUB_SIZE)), data, i;
	unsigned char page[PAGE], packed[DUMP_PACKED];
	uint64_t pages = 0;

	assert_int_equal(block, PAGE);
	for (i = bitmaps / 2; i < bitmaps; i++)
		pages += (uint64_t)__builtin_popcount(from->p[at + i]);
	at += bitmaps;
	data = at + pages * KDUMP_DESC_SIZE;
	blob_put(to, 0, from->p, data);
	blob_put32(to, KDUMP_HDR_STATUS, flags);
	for (; pages; pages--, at += KDUMP_DESC_SIZE) {
		const unsigned char *desc = from->p + at;
		const unsigned char *src = from->p + pfs_le64(desc + KDUMP_DESC_OFFSET);
		size_t len = pfs_le32(desc + KDUMP_DESC_LEN);
		uLongf out = PAGE;

		if (pfs_le32(desc + KDUMP_DESC_FLAGS) & KDUMP_ZLIB)
			assert_int_equal(uncompress(page, &out, src, len), Z_OK);
		else
			memcpy(page, src, PAGE);
		len = dump_pack(flags, page, PAGE, packed);
		blob_put64(to, at + KDUMP_DESC_OFFSET, data);
		blob_put32(to, at + KDUMP_DESC_LEN, (uint32_t)(len < PAGE ? len : PAGE));
		blob_put32(to, at + KDUMP_DESC_FLAGS, len < PAGE ? flags : 0);
		blob_put(to, data, len < PAGE ? packed : page, len < PAGE ? len : PAGE);
		data += len < PAGE ? len : PAGE;
	}
}

static void every_compression(void **unused)
{
	static const struct {
		uint32_t flags;
		const char *name;
	} by[] = {
		{ 0, "raw" },		{ KDUMP_ZLIB, "zlib" },
		{ KDUMP_LZO, "lzo" },	{ KDUMP_SNAPPY, "snappy" },
		{ KDUMP_ZSTD, "zstd" },
	};
	struct blob from = { 0 };
	size_t i;

	(void)unused;
	slurp("testdumps/debian-6.1/debian-6.1.kdump", &from);
	for (i = 0; i < sizeof(by) / sizeof(*by); i++) {
		struct blob to = { 0 };
		char path[128];

		repack(&from, &to, by[i].flags);
		dump_write(&to, by[i].name);
		compare(dump_path(by[i].name, path));
		dump_remove(by[i].name);
		blob_free(&to);
	}
	blob_free(&from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_bytes),
		cmocka_unit_test(every_compression),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, dump_setup, dump_teardown);
}
