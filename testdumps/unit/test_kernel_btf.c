/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types from BTF, and BTF that was damaged on its way. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "btf_blob.h"
#include "facts/kernel.h"

static unsigned char blob[8192];
static size_t len;

static struct pfs_lookup *open_blob(void)
{
	struct pfs_lookup *l = NULL;
	struct pfs_err err;

	len = blob_make(blob, sizeof(blob));
	assert_true(len > 0);
	assert_int_equal(pfs_btf_open(blob, len, "BTF", &l, &err), 0);
	assert_string_equal(l->from, "BTF");
	return l;
}

static void check_member(struct pfs_lookup *l, const char *type, const char *member,
			 uint64_t offset, uint64_t size, uint64_t nelems)
{
	struct pfs_member m;

	assert_int_equal(l->ops->member(l, type, member, &m), 0);
	assert_int_equal(m.offset, offset);
	assert_int_equal(m.size, size);
	assert_int_equal(m.nelems, nelems);
}

static void members(void **unused)
{
	struct pfs_lookup *l = open_blob();
	struct pfs_member m;

	(void)unused;
	check_member(l, "page", "flags", 0, 8, 0);
	check_member(l, "page", "lru", 8, 16, 0);
	check_member(l, "page", "lru.prev", 16, 8, 0);
	check_member(l, "page", "mapping", 24, 8, 0);
	check_member(l, "page", "compound_head", 8, 8, 0);
	check_member(l, "page", "pins", 32, 8, 0);
	check_member(l, "page", "pins.counter", 32, 8, 0);
	check_member(l, "page", "a", 40, 1, 0);
	check_member(l, "page", "b", 40, 2, 0);
	check_member(l, "page", "tail", 64, 0, 0);
	check_member(l, "atomic_long_t", "counter", 0, 8, 0);
	check_member(l, "pglist_data", "node_zones", 0, 64, 4);
	check_member(l, "pglist_data", "node_zones.name", 8, 8, 8);
	check_member(l, "pglist_data", "nr_zones", 64, 4, 0);
	check_member(l, "thread_union", "stack", 0, 16384, 2048);
	assert_int_equal(l->ops->member(l, "page", "nothing", &m), -ENOENT);
	assert_int_equal(l->ops->member(l, "page", "flags.x", &m), -ENOENT);
	assert_int_equal(l->ops->member(l, "page", "lru.", &m), -ENOENT);
	assert_int_equal(l->ops->member(l, "page", "", &m), -ENOENT);
	assert_int_equal(l->ops->member(l, "pageflags", "flags", &m), -ENOENT);
	assert_int_equal(l->ops->member(l, "nothing", "flags", &m), -ENOENT);
	/* A pointer is not walked through. */
	assert_int_equal(l->ops->member(l, "list_head", "next.prev", &m), -ENOENT);
	l->ops->free(l);
}

static void sizes_and_enumerators(void **unused)
{
	struct pfs_lookup *l = open_blob();
	uint64_t size;
	int64_t v;

	(void)unused;
	assert_int_equal(l->ops->type_size(l, "page", &size), 0);
	assert_int_equal(size, 64);
	assert_int_equal(l->ops->type_size(l, "atomic_long_t", &size), 0);
	assert_int_equal(size, 8);
	assert_int_equal(l->ops->type_size(l, "pageflags", &size), 0);
	assert_int_equal(size, 4);
	assert_int_equal(l->ops->type_size(l, "thread_union", &size), 0);
	assert_int_equal(size, 16384);
	assert_int_equal(l->ops->type_size(l, "nothing", &size), -ENOENT);
	assert_int_equal(l->ops->enumerator(l, "SECTION_MAP_LAST_BIT", &v), 0);
	assert_int_equal(v, 6);
	assert_int_equal(l->ops->enumerator(l, "PG_reserved", &v), 0);
	assert_int_equal(v, 12);
	assert_int_equal(l->ops->enumerator(l, "PG_high", &v), 0);
	assert_true(v == 0xf0000000LL);
	assert_int_equal(l->ops->enumerator(l, "BIG", &v), 0);
	assert_true(v == 1LL << 40);
	assert_int_equal(l->ops->enumerator(l, "NEGATIVE", &v), 0);
	assert_true(v == -2);
	assert_int_equal(l->ops->enumerator(l, "pageflags", &v), -ENOENT);
	l->ops->free(l);
}

/* Ask an opened blob, sound or not, for everything. */
static void ask_all(struct pfs_lookup *l)
{
	static const char *const types[] = {
		"page", "list_head", "atomic_long_t", "zone", "pglist_data", "thread_union",
	};
	static const char *const names[] = {
		"flags", "lru.next",	    "compound_head", "pins.counter", "b",    "tail",
		"start", "node_zones.name", "stack",	     "counter",	     "none",
	};
	struct pfs_member m;
	uint64_t size;
	int64_t v;
	size_t i, j;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		(void)l->ops->type_size(l, types[i], &size);
		for (j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			(void)l->ops->member(l, types[i], names[j], &m);
	}
	(void)l->ops->enumerator(l, "PG_reserved", &v);
}

static void hostile(void **unused)
{
	unsigned char *copy;
	struct pfs_lookup *l;
	struct pfs_err err;
	size_t i;
	int bit;

	(void)unused;
	l = open_blob();
	l->ops->free(l);
	/* Of the exact size, so that AddressSanitizer sees a read past the end. */
	for (i = 0; i < len; i++) {
		copy = malloc(i ? i : 1);
		memcpy(copy, blob, i);
		assert_int_equal(pfs_btf_open(copy, i, "BTF", &l, &err), -EINVAL);
		free(copy);
	}
	copy = malloc(len);
	for (i = 0; i < len; i++) {
		for (bit = 0; bit < 8; bit++) {
			memcpy(copy, blob, len);
			copy[i] ^= (unsigned char)(1 << bit);
			if (!pfs_btf_open(copy, len, "BTF", &l, &err)) {
				ask_all(l);
				l->ops->free(l);
			}
		}
	}
	/* Many bits at once, also in the header alone. */
	srand(1);
	for (i = 0; i < 20000; i++) {
		size_t n = (size_t)rand() % 6 + 1, area = i & 1 ? len : 24;

		memcpy(copy, blob, len);
		while (n--)
			copy[(size_t)rand() % area] = (unsigned char)rand();
		copy[0] = blob[0];
		copy[1] = blob[1];
		copy[2] = blob[2];
		if (!pfs_btf_open(copy, len, "BTF", &l, &err)) {
			ask_all(l);
			l->ops->free(l);
		}
	}
	free(copy);
}

/* An anonymous member that holds itself; a typedef of itself; an array whose elements it is. */
static void cyclic(void **unused)
{
	struct btf *b = btf__new_empty();
	struct pfs_lookup *l;
	struct pfs_member m;
	struct pfs_err err;
	const void *raw;
	uint64_t size;
	uint32_t n;

	(void)unused;
	btf__add_struct(b, "a", 8);
	btf__add_field(b, "", 1, 0, 0);
	btf__add_field(b, "", 1, 0, 0);
	btf__add_typedef(b, "t", 3);
	btf__add_typedef(b, "u", 2);
	btf__add_array(b, 4, 4, 2);
	btf__add_struct(b, "s", 8);
	btf__add_field(b, "x", 4, 0, 0);
	raw = btf__raw_data(b, &n);
	if (!pfs_btf_open(raw, n, "BTF", &l, &err)) {
		assert_int_equal(l->ops->member(l, "a", "x", &m), -EINVAL);
		assert_int_equal(l->ops->member(l, "t", "x", &m), -ENOENT);
		assert_int_equal(l->ops->type_size(l, "t", &size), -EINVAL);
		assert_int_equal(l->ops->member(l, "s", "x.y", &m), -ENOENT);
		l->ops->free(l);
	}
	btf__free(b);
}

/* A header of 32 bytes, as <linux/btf.h> has it where BTF may have a layout section. */
static void longer_header(void **state)
{
	static unsigned char longer[sizeof(blob) + 8];
	struct pfs_lookup *l = open_blob();
	struct pfs_err err;

	(void)state;
	l->ops->free(l);
	memcpy(longer, blob, 24);
	memset(longer + 24, 0, 8);
	memcpy(longer + 32, blob + 24, len - 24);
	longer[4] = 32;
	assert_int_equal(pfs_btf_open(longer, len + 8, "BTF", &l, &err), 0);
	l->ops->free(l);
	longer[4] = 20;
	assert_int_equal(pfs_btf_open(longer, len + 8, "BTF", &l, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members),
		cmocka_unit_test(longer_header),
		cmocka_unit_test(sizes_and_enumerators),
		cmocka_unit_test(hostile),
		cmocka_unit_test(cyclic),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
