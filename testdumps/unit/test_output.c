/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are written: names, refusals, and what is left of them. */
#include "base/output.h"

#include "base/unfinished.h"
#include <sys/mman.h>

#include "dumpfile.h"

static const char *path_of(const char *name)
{
	static char paths[4][160];
	static unsigned int turn;

	return dump_path(name, paths[turn++ % 4]);
}

static void put(const char *name, const char *text)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pfs_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

static void holds(const char *name, const char *want)
{
	int fd = open(path_of(name), O_RDONLY);
	char buf[64] = { 0 };

	assert_true(fd >= 0);
	assert_true(read(fd, buf, sizeof(buf) - 1) >= 0);
	assert_string_equal(buf, want);
	close(fd);
}

static bool is_ours(int fd)
{
	char c;

	return pread(fd, &c, 1, 0) == 1 && c == '!';
}

static void checks(void **state)
{
	struct pfs_inputs in = { 0 };
	struct pfs_err err;

	(void)state;
	put("input", "!");
	put("ours", "!");
	put("mine", "?");
	put("empty", "");
	assert_int_equal(symlink("input", path_of("link")), 0);
	assert_int_equal(link(path_of("input"), path_of("hard")), 0);
	assert_int_equal(pfs_inputs_add(&in, path_of("input"), &err), 0);
	assert_int_equal(pfs_inputs_add(&in, path_of("nothing"), &err), 0);
	assert_int_equal(pfs_inputs_add(&in, NULL, &err), 0);
	assert_int_equal(in.nr, 1);
	for (in.force = false;; in.force = true) {
		assert_int_equal(pfs_output_check(path_of("input"), &in, is_ours, &err), -EEXIST);
		assert_int_equal(pfs_output_check(path_of("link"), &in, is_ours, &err), -EEXIST);
		assert_int_equal(pfs_output_check(path_of("hard"), &in, is_ours, &err), -EEXIST);
		assert_int_equal(pfs_output_check(path_of("mine"), &in, is_ours, &err),
				 in.force ? 0 : -EEXIST);
		assert_int_equal(pfs_output_check(path_of("ours"), &in, is_ours, &err), 0);
		assert_int_equal(pfs_output_check(path_of("ours"), &in, NULL, &err),
				 in.force ? 0 : -EEXIST);
		assert_int_equal(pfs_output_check(path_of("empty"), &in, NULL, &err), 0);
		assert_int_equal(pfs_output_check(path_of("nothing"), &in, NULL, &err), 0);
		assert_int_equal(pfs_output_check(dump_dir, &in, is_ours, &err), -EEXIST);
		assert_int_equal(pfs_output_check("/dev/null", &in, NULL, &err), 0);
		if (in.force)
			break;
	}
	pfs_inputs_deinit(&in);
	dump_remove("link");
	dump_remove("hard");
}

/* In a debugger: what it reads, whoever opened it; not the log that it writes. */
static void hosted(void **state)
{
	struct pfs_inputs in = { .hosted = true, .force = true };
	struct pfs_err err;
	int fd = open(path_of("input"), O_RDONLY);
	void *p;

	(void)state;
	assert_int_equal(pfs_output_check(path_of("input"), &in, NULL, &err), -EEXIST);
	p = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(p, MAP_FAILED);
	close(fd);
	assert_int_equal(pfs_output_check(path_of("input"), &in, NULL, &err), -EEXIST);
	munmap(p, 1);
	assert_int_equal(pfs_output_check(path_of("input"), &in, NULL, &err), 0);
	fd = open(path_of("input"), O_WRONLY);
	assert_int_equal(pfs_output_check(path_of("input"), &in, NULL, &err), 0);
	close(fd);
}

static void writes(void **state)
{
	struct pfs_output o;
	struct pfs_err err;
	int i;

	(void)state;
	put("ours", "!old");
	assert_int_equal(symlink("ours", path_of("link")), 0);
	/* Given up: nothing has changed. Committed: the file that the link leads to. */
	for (i = 0; i < 2; i++) {
		assert_int_equal(pfs_output_open(&o, path_of("link"), NULL, is_ours, &err), 0);
		assert_int_equal(pfs_write_all(o.fd, "!new", 4), 0);
		holds("ours", "!old");
		if (i)
			assert_int_equal(pfs_output_commit(&o, &err), 0);
		else
			pfs_output_discard(&o);
		assert_int_equal(o.fd, -1);
	}
	holds("ours", "!new");
	holds("link", "!new");
	assert_int_equal(unlink(path_of("ours")), 0);
	assert_int_equal(access(path_of("link"), F_OK), -1);
	assert_int_equal(pfs_output_open(&o, path_of("no/where"), NULL, NULL, &err), -ENOENT);
	assert_int_equal(pfs_output_open(&o, dump_dir, NULL, NULL, &err), -EEXIST);
	assert_non_null(strstr(err.msg, dump_dir));
	dump_remove("link");
	dump_remove("input");
	dump_remove("mine");
	dump_remove("empty"); /* and the directory is empty, or its removal fails */
}

static void streams(void **state)
{
	struct pfs_output o;
	struct pfs_err err;
	char buf[8] = { 0 };
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	fd = open(path_of("fifo"), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pfs_output_open(&o, path_of("fifo"), NULL, NULL, &err), 0);
	assert_true(o.stream);
	assert_int_equal(pfs_write_all(o.fd, "abc", 3), 0);
	assert_int_equal(pfs_output_commit(&o, &err), 0);
	assert_int_equal(read(fd, buf, sizeof(buf)), 3);
	assert_string_equal(buf, "abc");
	close(fd);
	dump_remove("fifo");
	if (access("/dev/full", W_OK))
		return;
	assert_int_equal(pfs_output_open(&o, "/dev/full", NULL, NULL, &err), 0);
	assert_int_equal(pfs_write_all(o.fd, "abc", 3), 0);
	assert_int_equal(pfs_output_commit(&o, &err), -ENOSPC);
	assert_non_null(strstr(err.msg, "/dev/full: cannot write: "));
}

/* What pfs_unfinished() named goes, and nothing else. */
static void sweeps(void **state)
{
	static const char *const stay[] = { "mine.tmp", "a.tmp7.json", "a.tmp7x", "tmp7" };
	char *first = pfs_unfinished(path_of("a.tmp.json")), *second, *inside;
	size_t i;

	(void)state;
	second = pfs_unfinished(first);
	assert_non_null(second);
	assert_int_equal(close(open(second, O_CREAT | O_WRONLY, 0600)), 0);
	assert_int_equal(mkdir(first, 0700), 0);
	assert_true(asprintf(&inside, "%s/file", first) > 0);
	assert_int_equal(close(open(inside, O_CREAT | O_WRONLY, 0600)), 0);
	for (i = 0; i < 4; i++)
		put(stay[i], "");
	pfs_sweep(dump_dir);
	assert_int_equal(access(first, F_OK), -1);
	assert_int_equal(access(second, F_OK), -1);
	for (i = 0; i < 4; i++)
		dump_remove(stay[i]);
	free(inside);
	free(second);
	free(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks),  cmocka_unit_test(hosted), cmocka_unit_test(writes),
		cmocka_unit_test(streams), cmocka_unit_test(sweeps),
	};

	return cmocka_run_group_tests(tests, dump_setup, dump_teardown);
}
