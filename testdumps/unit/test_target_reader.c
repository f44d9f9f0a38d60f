/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libkdumpfile is the reader of record: whatever our own reader of raw and zlib
 * pages says of a dump, libkdumpfile must say as well, page by page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdio.h>
#include <unistd.h>

#include <pfnscope/target.h>

/* libkdumpfile 0.5.1 leaves 94 bytes a context behind. */
PFS_API const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libkdumpfile";
}

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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(same_bytes) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
