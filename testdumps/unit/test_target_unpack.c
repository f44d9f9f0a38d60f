/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stored pages that lie, by each compression: an answer, and not a byte outside the page. */
#include "dumpfile.h"

#include "bytes/unpack.h"

#define GUARD 64

static const uint32_t kinds[] = { KDUMP_ZLIB, KDUMP_LZO, KDUMP_SNAPPY, KDUMP_ZSTD };
static const char letters[] = { 'z', 'l', 's', 'Z' };
#define NR_KINDS (sizeof(kinds) / sizeof(*kinds))

/* From and into memory of exactly that size, so that sanitizers see a byte too many. */
static bool unpack(struct pfs_unpack *u, uint32_t flags, const void *packed, size_t len,
		   unsigned char *ret)
{
	unsigned char *src = malloc(len ? len : 1), *dst = malloc(PAGE + GUARD);
	bool good;
	size_t i;

	assert_non_null(src);
	assert_non_null(dst);
	memcpy(src, packed, len);
	memset(dst, 0xa5, PAGE + GUARD);
	good = pfs_unpack(u, flags, src, len, dst, PAGE);
	for (i = PAGE; i < PAGE + GUARD; i++)
		assert_int_equal(dst[i], 0xa5);
	memcpy(ret, dst, PAGE);
	free(src);
	free(dst);
	return good;
}

/* Words of text in no order: long enough a stream to be cut in many places. */
static void make_page(unsigned char *page, size_t len)
{
	uint32_t x = 1;
	size_t i;

	for (i = 0; i < len; i++) {
		x = x * 1664525 + 1013904223;
		page[i] = x >> 30 ? (unsigned char)(x >> 24 & 15) : 0;
	}
}

static void round_trip(void **state)
{
	unsigned char page[PAGE], packed[DUMP_PACKED], out[PAGE];
	struct pfs_unpack u;
	size_t k, len;

	(void)state;
	assert_true(pfs_unpack_init(&u));
	make_page(page, PAGE);
	for (k = 0; k < NR_KINDS; k++) {
		len = dump_pack(kinds[k], page, PAGE, packed);
		assert_true(len < PAGE);
		assert_true(unpack(&u, kinds[k], packed, len, out));
		assert_memory_equal(out, page, PAGE);
	}
	assert_true(unpack(&u, 0, page, PAGE, out));
	assert_memory_equal(out, page, PAGE);
	assert_false(unpack(&u, 0, page, PAGE - 1, out));
	pfs_unpack_deinit(&u);
}

static void not_a_page(void **state)
{
	unsigned char page[2 * PAGE], packed[DUMP_PACKED], out[PAGE];
	static const size_t sizes[] = { 0, 1, PAGE - 1, PAGE + 1, 2 * PAGE };
	struct pfs_unpack u;
	size_t k, i, len;

	(void)state;
	assert_true(pfs_unpack_init(&u));
	make_page(page, sizeof(page));
	for (k = 0; k < NR_KINDS; k++) {
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			len = dump_pack(kinds[k], page, sizes[i], packed);
			assert_false(unpack(&u, kinds[k], packed, len, out));
		}
		/* The end of a stream that is cut off anywhere. */
		len = dump_pack(kinds[k], page, PAGE, packed);
		for (i = 0; i < len; i++)
			assert_false(unpack(&u, kinds[k], packed, i, out));
		/* Nor does a damaged one harm the next. */
		assert_true(unpack(&u, kinds[k], packed, len, out));
		assert_memory_equal(out, page, PAGE);
	}
	pfs_unpack_deinit(&u);
}

/* Whatever comes of it, it is one page at most. */
static void spoiled(void **state)
{
	static const unsigned char values[] = { 0, 1, 0x0f, 0x10, 0x20, 0x40, 0x7f, 0x80, 0xff };
	unsigned char page[PAGE], packed[DUMP_PACKED], out[PAGE];
	struct pfs_unpack u;
	unsigned int refused;
	size_t k, i, v, len;

	(void)state;
	assert_true(pfs_unpack_init(&u));
	make_page(page, PAGE);
	for (k = 0; k < NR_KINDS; k++) {
		len = dump_pack(kinds[k], page, PAGE, packed);
		for (i = 0, refused = 0; i < len; i += i < 64 ? 1 : 7) {
			unsigned char old = packed[i];

			for (v = 0; v < sizeof(values); v++) {
				packed[i] = values[v];
				refused += !unpack(&u, kinds[k], packed, len, out);
			}
			packed[i] = old;
		}
		assert_true(refused > 0);
	}
	pfs_unpack_deinit(&u);
}

static uint32_t other_than(size_t k)
{
	return kinds[(k + 1) % NR_KINDS];
}

/* Descriptors that lie: the page is damaged, and those around it are not. */
static void forged(void **state)
{
	const struct {
		size_t at;
		uint32_t value;
	} forge[] = {
		{ KDUMP_DESC_LEN, 0 },
		{ KDUMP_DESC_LEN, 1 },
		{ KDUMP_DESC_LEN, PAGE },
		{ KDUMP_DESC_LEN, PAGE + 1 },
		{ KDUMP_DESC_LEN, 2 * PAGE },
		{ KDUMP_DESC_FLAGS, 0 },
		{ KDUMP_DESC_FLAGS, UINT32_MAX },
		{ KDUMP_DESC_FLAGS, 0x40 },
		{ KDUMP_DESC_OFFSET, 0 },
		{ KDUMP_DESC_OFFSET, 1 },
	};
	const size_t second = DUMP_DESC + KDUMP_DESC_SIZE;
	unsigned char buf[3 * PAGE];
	size_t k, i, got;

	(void)state;
	for (k = 0; k < NR_KINDS; k++) {
		char pages[] = { letters[k], letters[k], letters[k], 'r', 'r', 'r', 0 };

		for (i = 0; i <= sizeof(forge) / sizeof(*forge); i++) {
			struct blob b = { 0 };
			struct pfs_target *t;
			struct pfs_err err;
			bool good;

			dump_kdump(&b, pages, &(struct dump_opts){ .machine = "x86_64" });
			if (i < sizeof(forge) / sizeof(*forge))
				blob_put32(&b, second + forge[i].at, forge[i].value);
			else
				blob_put32(&b, second + KDUMP_DESC_FLAGS, other_than(k));
			assert_int_equal(dump_try(&b, &t, &err), 0);
			/*
			 * zlib's end is in the stream, and what lies behind it is let be. A
			 * flag that nobody knows is libkdumpfile's, which looks for zlib's first.
			 */
			good = kinds[k] == KDUMP_ZLIB && (i == 2 || i == 6);
			assert_int_equal(dump_answer(t, PAGE),
					 good ? PFS_PRESENT : PFS_UNDECIDABLE);
			assert_int_equal(pfs_target_read(t, 0, buf, sizeof(buf), &got),
					 good ? PFS_PRESENT : PFS_UNDECIDABLE);
			assert_int_equal(got, good ? 3 * PAGE : PAGE);
			dump_check(buf, 0, got);
			assert_int_equal(pfs_target_read(t, 2 * PAGE, buf, 2 * PAGE, &got),
					 PFS_PRESENT);
			dump_check(buf, 2 * PAGE, got);
			pfs_target_free(t);
			blob_free(&b);
		}
	}
}

/* Pages of all kinds in one dump, and every thread for itself. */
static void mixed(void **state)
{
	static const char pages[] = ".zlsZrxZslz0lllssszzzZZZ";
	static unsigned char buf[sizeof(pages) * PAGE];
	struct pfs_target *t, *c;
	struct blob b = { 0 };
	struct pfs_err err;
	size_t got;

	(void)state;
	dump_kdump(&b, pages, &(struct dump_opts){ .machine = "x86_64" });
	assert_int_equal(dump_try(&b, &t, &err), 0);
	assert_int_equal(t->ops->clone(t, &c, &err), 0);
	assert_string_equal(t->info.reader, "pfnscope");
	pfs_target_free(t);
	assert_int_equal(pfs_target_read(c, PAGE + 3, buf, sizeof(buf), &got), PFS_EXCLUDED);
	assert_int_equal(got, 5 * PAGE - 3);
	dump_check(buf, PAGE + 3, got);
	assert_int_equal(pfs_target_read(c, 12 * PAGE, buf, 12 * PAGE, &got), PFS_PRESENT);
	dump_check(buf, 12 * PAGE, got);
	pfs_target_free(c);
	blob_free(&b);
}

/* Store page from of the dump once more, behind all others, as page to. */
static void store_again(struct blob *b, size_t from, size_t to, size_t spoil)
{
	size_t desc = DUMP_DESC + from * KDUMP_DESC_SIZE, at = b->len;
	uint32_t len = pfs_le32(b->p + desc + KDUMP_DESC_LEN);
	unsigned char stored[DUMP_PACKED];

	memcpy(stored, b->p + pfs_le64(b->p + desc + KDUMP_DESC_OFFSET), len);
	if (spoil)
		stored[len - spoil] ^= 0x10;
	blob_put(b, at, stored, len);
	desc = DUMP_DESC + to * KDUMP_DESC_SIZE;
	blob_put64(b, desc + KDUMP_DESC_OFFSET, at);
	blob_put32(b, desc + KDUMP_DESC_LEN, len);
	blob_put32(b, desc + KDUMP_DESC_FLAGS,
		   pfs_le32(b->p + DUMP_DESC + from * KDUMP_DESC_SIZE + KDUMP_DESC_FLAGS));
}

/* Equal bytes are not unpacked twice: one read, whole and in part, and after the buffer is used. */
static void equal_bytes(void **state)
{
	static const size_t again[][2] = { { 0, 1 }, { 0, 5 }, { 2, 3 }, { 4, 7 } };
	static unsigned char buf[8 * PAGE], other[8 * PAGE];
	size_t k, i, got;

	(void)state;
	for (k = 0; k < NR_KINDS; k++) {
		char pages[] = { letters[k], letters[k], letters[k], letters[k], letters[k],
				 letters[k], 'r',	 'r',	     0 };
		struct blob b = { 0 };
		struct pfs_target *t;
		struct pfs_err err;

		dump_kdump(&b, pages, &(struct dump_opts){ .machine = "x86_64" });
		for (i = 0; i < sizeof(again) / sizeof(*again); i++)
			store_again(&b, again[i][0], again[i][1], 0);
		assert_int_equal(dump_try(&b, &t, &err), 0);
		assert_int_equal(pfs_target_read(t, 0, buf, sizeof(buf), &got), PFS_PRESENT);
		assert_int_equal(got, sizeof(buf));
		dump_check(buf, 0, PAGE);
		dump_check(buf + 2 * PAGE, 2 * PAGE, PAGE);
		dump_check(buf + 4 * PAGE, 4 * PAGE, PAGE);
		dump_check(buf + 6 * PAGE, 6 * PAGE, PAGE);
		for (i = 0; i < sizeof(again) / sizeof(*again); i++)
			assert_memory_equal(buf + again[i][1] * PAGE, buf + again[i][0] * PAGE,
					    PAGE);
		/* What a call left in the caller's buffer says nothing to the next. */
		memset(buf, 0xa5, sizeof(buf));
		assert_int_equal(pfs_target_read(t, PAGE, other, PAGE, &got), PFS_PRESENT);
		dump_check(other, 0, PAGE);
		assert_int_equal(pfs_target_read(t, 8, other, 8 * PAGE - 16, &got), PFS_PRESENT);
		assert_int_equal(got, 8 * PAGE - 16);
		dump_check(other, 8, PAGE - 8);
		dump_check(other + PAGE - 8, 0, PAGE);
		dump_check(other + 5 * PAGE - 8, 0, PAGE);
		dump_check(other + 7 * PAGE - 8, 4 * PAGE, PAGE - 8);
		pfs_target_free(t);
		blob_free(&b);
	}
}

/* Nearly the same is not the same: a byte of the stream, or of zlib's checksum, differs. */
static void nearly_equal(void **state)
{
	static const size_t spoil[] = { 1, 9 };
	unsigned char buf[2 * PAGE];
	size_t i, got;

	(void)state;
	for (i = 0; i < sizeof(spoil) / sizeof(*spoil); i++) {
		struct blob b = { 0 };
		struct pfs_target *t;
		struct pfs_err err;

		dump_kdump(&b, "zz", &(struct dump_opts){ .machine = "x86_64" });
		store_again(&b, 0, 1, spoil[i]);
		assert_int_equal(dump_try(&b, &t, &err), 0);
		assert_int_equal(pfs_target_read(t, 0, buf, sizeof(buf), &got), PFS_UNDECIDABLE);
		assert_int_equal(got, PAGE);
		dump_check(buf, 0, PAGE);
		pfs_target_free(t);
		blob_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),	cmocka_unit_test(not_a_page),
		cmocka_unit_test(spoiled),	cmocka_unit_test(forged),
		cmocka_unit_test(mixed),	cmocka_unit_test(equal_bytes),
		cmocka_unit_test(nearly_equal),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, dump_setup, dump_teardown);
}
