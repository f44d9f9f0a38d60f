/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flattened files by their index: what is read is what the writer meant, wherever in the file
 * it lies, and never anything else.
 */
#include "bytes/flat.h"

#include "bytes/dump.h"
#include "dumpfile.h"
#define NR_DESC 60000
#define DATA ((size_t)24 << 20)
#include "flat_file.h"

struct opened {
	struct pfs_io io;
	struct pfs_dump_file f;
	struct pfs_flat *x;
	uint64_t size;
	char path[128];
};

static int open_flat(struct opened *o, const struct blob *b, uint64_t whole, struct pfs_err *err)
{
	int r;

	*o = (struct opened){ .f = { .io = &o->io, .size = b->len } };
	dump_write(b, "flat");
	o->f.fd = open(dump_path("flat", o->path), O_RDONLY);
	assert_true(o->f.fd >= 0);
	dump_remove("flat");
	r = pfs_flat_open(&o->f, whole, NULL, NULL, &o->x, &o->size, err);
	if (r)
		close(o->f.fd);
	return r;
}

static void close_flat(struct opened *o)
{
	pfs_flat_free(o->x);
	close(o->f.fd);
}

/* Reads of all sizes, all over it. Those that fail are counted. */
static unsigned int compare(struct opened *o, const struct blob *of, unsigned int times)
{
	static unsigned char buf[300000];
	unsigned int bad = 0, i;

	assert_int_equal(o->size, of->len);
	for (i = 0; i < times; i++) {
		size_t at = (size_t)dice(i % 4 ? of->len : least(DATA_AT, of->len));
		size_t len = least((size_t)dice(i % 3 ? 5000 : sizeof(buf)) + 1, of->len - at);

		if (pfs_flat_read(o->x, buf, len, at))
			bad++;
		else
			assert_memory_equal(buf, of->p + at, len);
	}
	return bad;
}

static void every_writer(void **state)
{
	struct blob of = { 0 };
	enum writer w;

	(void)state;
	seed = 1;
	make(&of);
	for (w = 0; w < NR_WRITERS; w++) {
		struct blob b = { 0 };
		struct pfs_err err;
		struct opened o;

		write_all(&b, &of, w);
		end(&b);
		assert_int_equal(open_flat(&o, &b, 0, &err), 0);
		/* Not from end to end, but where nobody writes so. */
		assert_true(w == OTHER || o.io.bytes < b.len / 8);
		assert_int_equal(compare(&o, &of, 600), 0);
		assert_int_equal(pfs_flat_read(o.x, &w, 1, of.len), -EIO);
		close_flat(&o);
		/* And so of a small file. */
		assert_int_equal(open_flat(&o, &b, UINT64_MAX, &err), 0);
		assert_int_equal(compare(&o, &of, 100), 0);
		close_flat(&o);
		blob_free(&b);
	}
	blob_free(&of);
}

/* All of it in order, as a scan does: no more requests than it takes, and not twice. */
static void in_order(void **state)
{
	static unsigned char buf[1 << 18];
	struct blob of = { 0 }, b = { 0 };
	struct pfs_err err;
	struct opened o;
	size_t at, n;

	(void)state;
	seed = 2;
	make(&of);
	write_all(&b, &of, MAKEDUMPFILE);
	end(&b);
	assert_int_equal(open_flat(&o, &b, 0, &err), 0);
	for (at = DATA_AT; at < of.len; at += n) {
		n = least(sizeof(buf), of.len - at);
		assert_int_equal(pfs_flat_read(o.x, buf, n, at), 0);
		assert_memory_equal(buf, of.p + at, n);
	}
	assert_true(o.io.bytes < b.len + b.len / 4);
	assert_true(o.io.requests < 64 + 4 * DATA / sizeof(buf));
	close_flat(&o);
	blob_free(&b);
	blob_free(&of);
}

/* The head is written once more at the end, when it is known how much there is. */
static void head_last(void **state)
{
	struct blob of = { 0 }, b = { 0 }, first = { 0 };
	struct pfs_err err;
	struct opened o;
	unsigned char buf[2 * PAGE];

	(void)state;
	seed = 3;
	make(&of);
	blob_put(&first, 0, of.p, of.len);
	blob_put32(&first, KDUMP_HDR_WRITTEN, 77);
	write_all(&b, &first, MAKEDUMPFILE);
	piece(&b, &of, 0, KDUMP_HDR_SIZE);
	piece(&b, &of, PAGE + 100, 50);
	end(&b);
	assert_int_equal(open_flat(&o, &b, 0, &err), 0);
	assert_true(o.io.bytes < b.len / 8);
	assert_int_equal(pfs_flat_read(o.x, buf, sizeof(buf), 0), 0);
	assert_memory_equal(buf, of.p, sizeof(buf));
	assert_int_equal(compare(&o, &of, 200), 0);
	close_flat(&o);
	blob_free(&first);
	blob_free(&b);
	blob_free(&of);
}

/* Pieces on pieces: the later one counts, byte for byte. */
static void overlaps(void **state)
{
	struct blob of = { 0 };
	unsigned int round;

	(void)state;
	seed = 4;
	for (round = 0; round < 50; round++) {
		struct blob b = { 0 }, want = { 0 }, from = { 0 };
		struct pfs_err err;
		struct opened o;
		unsigned int i;

		begin(&b);
		blob_put(&want, 9999, "", 1);
		blob_put(&from, 9999, "", 1);
		for (i = 0; i < 20; i++) {
			size_t at = (size_t)dice(9000), len = (size_t)dice(1000) + 1, k;

			for (k = at; k < at + len; k++)
				from.p[k] = (unsigned char)dice(256);
			memcpy(want.p + at, from.p + at, len);
			piece(&b, &from, at, len);
		}
		end(&b);
		assert_int_equal(open_flat(&o, &b, 0, &err), 0);
		want.len = o.size;
		assert_int_equal(compare(&o, &want, 50), 0);
		close_flat(&o);
		blob_free(&from);
		blob_free(&want);
		blob_free(&b);
	}
	blob_free(&of);
}

/* Cut off anywhere: said when it is opened, as nobody knows what is missing. */
static void cut_off(void **state)
{
	struct blob of = { 0 }, b = { 0 };
	struct pfs_err err;
	struct opened o;
	unsigned int i;

	(void)state;
	seed = 5;
	make(&of);
	write_all(&b, &of, MAKEDUMPFILE);
	end(&b);
	for (i = 0; i < 20; i++) {
		struct blob cut = { 0 };
		size_t len = i < 16 ? b.len - 1 - i : PAGE + (size_t)dice(b.len - PAGE);

		blob_put(&cut, 0, b.p, len);
		assert_int_equal(open_flat(&o, &cut, 0, &err), -EIO);
		assert_non_null(strstr(err.msg, "truncated"));
		blob_free(&cut);
	}
	blob_free(&b);
	blob_free(&of);
}

/*
 * A header in the middle lies. What is behind it is found from elsewhere; the bytes that are
 * read are right, or they are none.
 */
static void damaged(void **state)
{
	struct blob of = { 0 };
	unsigned int round, bad = 0;

	(void)state;
	seed = 6;
	make(&of);
	for (round = 0; round < 12; round++) {
		struct blob b = { 0 };
		struct pfs_err err;
		struct opened o;
		size_t pos = PAGE, hops;

		write_all(&b, &of, round % 2 ? QEMU : MAKEDUMPFILE);
		end(&b);
		for (hops = 200 + (size_t)dice(150); hops; hops--)
			pos += 16 + (size_t)__builtin_bswap64(pfs_le64(b.p + pos + 8));
		b.p[pos + (size_t)dice(16)] ^= (unsigned char)(1 + dice(255));

		if (!open_flat(&o, &b, 0, &err)) {

			bad += compare(&o, &of, 300);
			close_flat(&o);
		}
		blob_free(&b);
	}
	/* Of 3600 reads, a few may not be served. */
	assert_in_range(bad, 1, 1200);
	blob_free(&of);
}

/* Data that are a flattened file of the same dump: no header in it is taken for one. */
static void nested(void **state)
{
	struct blob of = { 0 }, inner = { 0 }, b = { 0 };
	struct pfs_err err;
	struct opened o;

	(void)state;
	seed = 7;
	make(&of);
	write_all(&inner, &of, MAKEDUMPFILE);
	memcpy(of.p + DATA_AT + (1 << 20), inner.p + (4 << 20), 16 << 20);
	write_all(&b, &of, MAKEDUMPFILE);
	end(&b);
	assert_int_equal(open_flat(&o, &b, 0, &err), 0);
	compare(&o, &of, 600);
	close_flat(&o);
	blob_free(&b);
	blob_free(&inner);
	blob_free(&of);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_writer), cmocka_unit_test(in_order),
		cmocka_unit_test(head_last),	cmocka_unit_test(overlaps),
		cmocka_unit_test(cut_off),	cmocka_unit_test(damaged),
		cmocka_unit_test(nested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
