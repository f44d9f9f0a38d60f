/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of a kernel from one dump to the next: the facts are those that the dump's
 * own tables give, whatever is in the file and in the dump.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dump_image.h"

#include "facts/known.h"
#include "facts/known_file.h"

#define FILE_NAME "abcdef0123456789"
#define SHIFT UINT64_C(0x1200000)

static char folder[] = "/tmp/pfnscope-known-XXXXXX";
static struct pfs_store store;

/* Of a dump: its facts as text, and whether its names had to be read for them. */
struct seen {
	char facts[1 << 16];
	bool decoded;
};

static struct seen with, without;

static unsigned long names_read, plain_read;
static unsigned char form; /* of the writer of the dump; 0: it stores pages as they are */

/* The fewest bytes that decoding takes and summing up does not: reads of the table of tokens. */
static enum pfs_presence watched_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				      size_t *ret_len)
{
	names_read += pa == TOKEN_INDEX && len == 512;
	plain_read += pa <= NAMES + 0x3000 && pa + len > NAMES + 0x3000;
	return ram_read(t, pa, buf, len, ret_len);
}

static bool ram_stored(struct pfs_target *t, uint64_t pa, size_t len,
		       void (*add)(void *arg, const void *bytes, size_t len), void *arg)
{
	const struct ram *r = (const struct ram *)t;

	assert_int_equal(pa % 4096 + len % 4096, 0);
	if (r->presence[pa / 4096])
		return false;
	add(arg, &form, 1);
	add(arg, r->bytes + pa, len);
	return true;
}

static void look(const struct pfs_store *s, struct seen *ret)
{
	const struct pfs_target_ops ops = { .name = "ram",
					    .read = watched_read,
					    .stored = form ? ram_stored : NULL };
	const struct pfs_hints hints = { .store = s };
	struct pfs_lookup *l[4];
	struct pfs_arena a;
	struct pfs_facts f;
	struct pfs_err err;
	unsigned int id;
	const char *name;
	size_t nr, i, n = 0;
	int r;

	names_read = plain_read = 0;
	ram.t.ops = &ops;
	pfs_arena_init(&a);
	r = pfs_kernel_discover(&ram.t, &hints, &a, &f, &mem, l, 4, &nr, &err);
	n += (size_t)sprintf(ret->facts, "%d %s\n", r, err.code ? err.msg : "");
	for (id = 0; !r && (name = pfs_facts_name(&f, id)); id++)
		n += (size_t)sprintf(ret->facts + n, "%s %llx %s\n", name,
				     (unsigned long long)f.f[id].value,
				     f.f[id].from ? f.f[id].from : "none");
	ret->decoded = names_read > 0;
	for (i = 0; !r && i < nr; i++)
		pfs_known_keep(l[i]);
	for (i = 0; i < nr; i++)
		l[i]->ops->free(l[i]);
	pfs_arena_deinit(&a);
}

/* The dump as it lies in RAM, with the store and without: one answer. */
static void same(bool decoded)
{
	look(&store, &with);
	look(NULL, &without);
	assert_string_equal(with.facts, without.facts);
	assert_int_equal(with.decoded, decoded);
}

static void dump(enum encoding e, uint64_t to)
{
	moved = to;
	setup_all(e);
	pfs_arena_deinit(&arena);
	moved = 0;
}

static int fresh(void **unused)
{
	(void)unused;
	pfs_store_close(&store);
	assert_int_equal(pfs_store_open(&store, folder), 0);
	unlinkat(store.fd, FILE_NAME, 0);
	return 0;
}

static void once(void **unused)
{
	static const enum encoding all[] = { ABSOLUTE_PERCPU, UNSIGNED, PLACE_RELATIVE };
	size_t i;

	(void)unused;
	for (i = 0; i < 3; i++) {
		fresh(NULL);
		dump(all[i], 0);
		assert_non_null(strcpy(with.facts, ""));
		same(true);
		assert_non_null(strstr(with.facts, "OFFSET(page.compound_head) 8 BTF"));
		same(false);
		/* Of another boot, which KASLR has put elsewhere. */
		dump(all[i], SHIFT);
		same(false);
		assert_non_null(
			strstr(with.facts, "SYMBOL(vmemmap_base) ffffffff81303000 kallsyms"));
	}
}

/* Addresses of 64 bits each were moved themselves: those are other tables. */
static void other_tables(void **unused)
{
	(void)unused;
	dump(ADDRESSES, 0);
	same(true);
	same(false);
	dump(ADDRESSES, SHIFT);
	same(true);
	same(false);
}

/* Compressed pages are compared as they are; those of another writer, by what is in them. */
static void stored(void **unused)
{
	static const struct {
		unsigned char form;
		bool decoded, plain;
	} steps[] = {
		{ 1, true, true },  { 1, false, false }, { 2, false, true }, { 2, false, false },
		{ 0, false, true }, { 2, false, false }, { 1, false, true },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		dump(ABSOLUTE_PERCPU, i % 2 ? SHIFT : 0);
		form = steps[i].form;
		look(&store, &with);
		assert_int_equal(with.decoded, steps[i].decoded);
		assert_int_equal(plain_read > 0, steps[i].plain);
		same(false);
	}
	dump(ABSOLUTE_PERCPU, 0);
	ram.bytes[OFFSETS + 5] ^= 4;
	same(true);
	form = 0;
}

/* One bit of what the answers rest on: they are not used, and those of this dump are kept. */
static void damaged_dump(void **unused)
{
	static const uint64_t places[] = {
		NUM_SYMS,    NAMES + 1,	    TOKEN_TABLE, TOKEN_INDEX + 3,
		OFFSETS + 5, RELATIVE_BASE, BTF + 100,
	};
	size_t i;

	(void)unused;
	dump(ABSOLUTE_PERCPU, 0);
	same(true);
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		dump(ABSOLUTE_PERCPU, 0);
		look(&store, &with);
		assert_false(with.decoded);
		ram.bytes[places[i]] ^= 4;
		memset(mem.table, 0, sizeof(mem.table));
		same(true);
		dump(ABSOLUTE_PERCPU, 0);
		look(&store, &with);
	}
	dump(ABSOLUTE_PERCPU, 0);
	ram.presence[BTF / 4096] = PFS_EXCLUDED;
	same(true);
	dump(ABSOLUTE_PERCPU, 0);
	strstr(text, "init_uts_ns)=ffffffff80101000")[24] = '1';
	same(true);
}

static size_t get(unsigned char *buf, size_t size)
{
	int fd = openat(store.fd, FILE_NAME, O_RDONLY);
	ssize_t n = read(fd, buf, size);

	assert_true(n > 0);
	close(fd);
	return (size_t)n;
}

static void set(const unsigned char *buf, size_t len, mode_t mode)
{
	int fd;

	unlinkat(store.fd, FILE_NAME, 0);
	fd = openat(store.fd, FILE_NAME, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_equal(write(fd, buf, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* A file that is damaged anywhere, or cut off, is none; nor is one of a size that no file has. */
static void damaged_file(void **unused)
{
	static unsigned char good[1 << 16], bad[PFS_STORE_FILE + 1];
	struct pfs_known_file f;
	struct pfs_arena a;
	size_t len, i;

	(void)unused;
	dump(ABSOLUTE_PERCPU, 0);
	look(&store, &with);
	len = get(good, sizeof(good));
	for (i = 0; i < len; i++) {
		memcpy(bad, good, len);
		bad[i] ^= (unsigned char)(1 << i % 8);
		pfs_arena_init(&a);
		assert_int_equal(pfs_known_decode(bad, len, &a, &f), -EINVAL);
		assert_int_equal(pfs_known_decode(good, i, &a, &f), -EINVAL);
		/* What only the sum would tell makes no sense, or is read to its end. */
		pfs_known_parse(bad, len - PFS_KNOWN_SUM, &a, &f);
		pfs_arena_deinit(&a);
	}
	for (i = 0; i < len; i += 97) {
		memcpy(bad, good, len);
		bad[i] ^= 0x10;
		set(bad, len, 0600);
		same(true);
		set(good, i, 0600);
		same(true);
	}
	set(bad, sizeof(bad), 0600);
	same(true);
	set(good, len, 0600);
	same(false);
}

/* Whoever else could have written it is not believed. */
static void not_ours(void **unused)
{
	static unsigned char good[1 << 16];
	size_t len;

	(void)unused;
	dump(ABSOLUTE_PERCPU, 0);
	look(&store, &with);
	len = get(good, sizeof(good));
	set(good, len, 0600);
	same(false);
	set(good, len, 0620);
	same(true);
	set(good, len, 0602);
	same(true);
	if (!geteuid()) {
		set(good, len, 0600);
		assert_int_equal(fchownat(store.fd, FILE_NAME, 1, 1, 0), 0);
		same(true);
	}
	unlinkat(store.fd, FILE_NAME, 0);
	set(good, len, 0600);
	assert_int_equal(renameat(store.fd, FILE_NAME, store.fd, "aside"), 0);
	assert_int_equal(symlinkat("aside", store.fd, FILE_NAME), 0);
	same(true);
	unlinkat(store.fd, FILE_NAME, 0);
	assert_int_equal(mkfifoat(store.fd, FILE_NAME, 0600), 0);
	same(true);
	unlinkat(store.fd, "aside", 0);
}

static void folders(void **unused)
{
	struct pfs_store s;
	char path[128];
	struct stat st;

	(void)unused;
	assert_int_equal(pfs_store_open(&s, "relative"), -EINVAL);
	snprintf(path, sizeof(path), "%s/a/b/c", folder);
	assert_int_equal(pfs_store_open(&s, path), 0);
	pfs_store_close(&s);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(chmod(path, 0770), 0);
	assert_int_equal(pfs_store_open(&s, path), -EPERM);
	assert_int_equal(s.fd, -1);
	rmdir(path);
	assert_int_equal(symlink(folder, path), 0);
	assert_true(pfs_store_open(&s, path) < 0);
	unlink(path);
	/* In a folder where others may write, none is made. */
	snprintf(path, sizeof(path), "%s/a/b", folder);
	assert_int_equal(chmod(path, 0777), 0);
	strcat(path, "/c");
	assert_int_equal(pfs_store_open(&s, path), -EPERM);
	snprintf(path, sizeof(path), "%s/a/b", folder);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/x/y/z/w", folder);
	assert_int_equal(pfs_store_open(&s, path), -ENOENT);
	snprintf(path, sizeof(path), "%s/a", folder);
	rmdir(path);
}

/* It does not grow without end, and what is written is whole. */
static void bounded(void **unused)
{
	static char large[PFS_STORE_FILE + 1];
	char name[32];
	void *buf;
	size_t len;
	int i;

	(void)unused;
	assert_int_equal(pfs_store_write(&store, "large", large, sizeof(large)), -EFBIG);
	assert_int_equal(pfs_store_read(&store, "large", &buf, &len), -ENOENT);
	for (i = 0; i < PFS_STORE_FILES + 3; i++) {
		struct timespec at[2] = { { 1000 + i, 0 }, { 1000 + i, 0 } };

		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(pfs_store_write(&store, name, name, strlen(name)), 0);
		utimensat(store.fd, name, at, 0);
	}
	assert_int_equal(pfs_store_read(&store, "n2", &buf, &len), -ENOENT);
	assert_int_equal(pfs_store_read(&store, "n3", &buf, &len), 0);
	assert_int_equal(len, 2);
	assert_memory_equal(buf, "n3", 2);
	free(buf);
	for (i = 0; i < PFS_STORE_FILES + 3; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		unlinkat(store.fd, name, 0);
	}
}

/* Who is not told the build, or told something that is no build, keeps nothing. */
static void no_build_id(void **unused)
{
	static const char *const ids[] = { "", "abc", "../../../../etc/x", NULL };
	const char *const *id;
	char *at;

	(void)unused;
	for (id = ids; *id; id++) {
		dump(ABSOLUTE_PERCPU, 0);
		at = strstr(text, "BUILD-ID=") + 9;
		memset(at, ' ', strlen("ABCDEF0123456789"));
		memcpy(at, *id, strlen(*id));
		same(true);
		same(true);
	}
}

/* What is asked for the first time is asked of the tables, and known from then on. */
static void new_question(void **unused)
{
	const struct pfs_hints hints = { .store = &store };
	struct pfs_lookup *l[4];
	struct pfs_facts f;
	struct pfs_err err;
	const char *name;
	uint64_t v, off;
	size_t nr;
	int i;

	(void)unused;
	dump(ABSOLUTE_PERCPU, 0);
	look(&store, &with);
	for (i = 0; i < 2; i++) {
		dump(ABSOLUTE_PERCPU, i ? SHIFT : 0);
		ram.t.ops = &(const struct pfs_target_ops){ .name = "ram", .read = watched_read };
		names_read = 0;
		pfs_arena_init(&arena);
		assert_int_equal(pfs_kernel_discover(&ram.t, &hints, &arena, &f, &mem, l, 4, &nr,
						     &err),
				 0);
		assert_int_equal(nr, 2);
		assert_int_equal(names_read, 0);
		assert_int_equal(l[0]->ops->symbol(l[0], LONG_NAME, &v), 0);
		assert_int_equal(v, KERNEL + STEXT + 0x80 + (i ? SHIFT : 0));
		assert_int_equal(l[0]->ops->symbol(l[0], "cpu_number", &v), 0);
		assert_int_equal(v, 0x1c000);
		assert_int_equal(l[0]->ops->symbol(l[0], "not_there", &v), -ENOENT);
		assert_int_equal(names_read, i ? 0 : 1);
		assert_int_equal(l[0]->ops->symbol_at(l[0],
						      v = KERNEL + STEXT + 0x3f + (i ? SHIFT : 0),
						      &name, &off),
				 0);
		assert_string_equal(name, "_stext");
		assert_int_equal(names_read, 1);
		pfs_known_keep(l[0]);
		l[0]->ops->free(l[0]);
		l[1]->ops->free(l[1]);
		pfs_arena_deinit(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(once, fresh),
		cmocka_unit_test_setup(other_tables, fresh),
		cmocka_unit_test_setup(stored, fresh),
		cmocka_unit_test_setup(damaged_dump, fresh),
		cmocka_unit_test_setup(damaged_file, fresh),
		cmocka_unit_test_setup(not_ours, fresh),
		cmocka_unit_test_setup(folders, fresh),
		cmocka_unit_test_setup(bounded, fresh),
		cmocka_unit_test_setup(no_build_id, fresh),
		cmocka_unit_test_setup(new_question, fresh),
	};
	int r;

	if (!mkdtemp(folder))
		return 1;
	store.fd = -1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	fresh(NULL);
	pfs_store_close(&store);
	rmdir(folder);
	return r;
}
