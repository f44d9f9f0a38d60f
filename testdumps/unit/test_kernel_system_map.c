/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System.map: its form, its displacement, and files that are none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "facts/kernel.h"

#include <string.h>

static char path[] = "/tmp/system-map-XXXXXX";
static struct pfs_facts f;
static struct pfs_err err;

static int open_map(const char *text, size_t len, struct pfs_lookup **ret)
{
	FILE *out = fopen(path, "w");
	int r;

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, len, out), len);
	fclose(out);
	*ret = NULL;
	r = pfs_system_map_open(path, &f, ret, &err);
	assert_true(!r == (*ret != NULL));
	return r;
}

#define OPEN(text, ret) open_map(text, sizeof(text) - 1, ret)

static void fact(enum pfs_fact_id id, uint64_t value)
{
	f.f[id] = (struct pfs_fact){ value, "test" };
}

static void displaced(void **unused)
{
	static const char text[] = "0000000000000000 D __per_cpu_start\n"
				   "000000000001c000 A cpu_number\n"
				   "ffffffff81000000 T _stext\n"
				   "ffffffff81000010 t twice\n"
				   "ffffffff81000020 t twice\n"
				   "ffffffff82000000 B _end";
	struct pfs_lookup *l;
	const char *name;
	uint64_t v;

	(void)unused;
	memset(&f, 0, sizeof(f));
	assert_int_equal(OPEN(text, &l), 0);
	assert_string_equal(l->from, "System.map");
	assert_int_equal(l->ops->symbol(l, "_stext", &v), 0);
	assert_int_equal(v, UINT64_C(0xffffffff81000000));
	l->ops->free(l);

	fact(PFS_F_KERNELOFFSET, 0x1a600000);
	assert_int_equal(OPEN(text, &l), 0);
	assert_int_equal(l->ops->symbol(l, "_stext", &v), 0);
	assert_int_equal(v, UINT64_C(0xffffffff9b600000));
	l->ops->free(l);

	/* What the running kernel says of itself outranks that. */
	fact(PFS_F_STEXT, UINT64_C(0xffffffff81200000));
	assert_int_equal(OPEN(text, &l), 0);
	assert_int_equal(l->ops->symbol(l, "_end", &v), 0);
	assert_int_equal(v, UINT64_C(0xffffffff82200000));
	assert_int_equal(l->ops->symbol(l, "cpu_number", &v), 0);
	assert_int_equal(v, 0x1c000);
	assert_int_equal(l->ops->symbol(l, "twice", &v), 0);
	assert_int_equal(v, UINT64_C(0xffffffff81200010));
	assert_int_equal(l->ops->symbol(l, "absent", &v), -ENOENT);
	assert_int_equal(l->ops->symbol_at(l, UINT64_C(0xffffffff81200005), &name, &v), 0);
	assert_string_equal(name, "_stext");
	assert_int_equal(v, 5);
	l->ops->free(l);
}

/* A copy of /proc/kallsyms: modules are left out, addresses are those of the time. */
static void kallsyms(void **unused)
{
	struct pfs_lookup *l;
	uint64_t v;

	(void)unused;
	memset(&f, 0, sizeof(f));
	fact(PFS_F_KERNELOFFSET, 0x200000);
	fact(PFS_F_STEXT, UINT64_C(0xffffffff81200000));
	assert_int_equal(OPEN("ffffffff81200000 T _stext\r\nffffffffc0000000 t init\t[ext4]\n", &l),
			 0);
	assert_int_equal(l->ops->symbol(l, "_stext", &v), 0);
	assert_int_equal(v, UINT64_C(0xffffffff81200000));
	assert_int_equal(l->ops->symbol(l, "init", &v), -ENOENT);
	l->ops->free(l);
}

static void refuse(const char *text, size_t len, const char *part)
{
	struct pfs_lookup *l;

	assert_int_equal(open_map(text, len, &l), -EINVAL);
	if (!strstr(err.msg, part) || !strstr(err.msg, path))
		fail_msg("%s", err.msg);
}

#define REFUSE(text, part) refuse(text, sizeof(text) - 1, part)

static void refused(void **unused)
{
	struct pfs_lookup *l = NULL;

	(void)unused;
	memset(&f, 0, sizeof(f));
	REFUSE("", "empty");
	REFUSE("ffffffff81000000 T schedule\n", "no _stext");
	REFUSE("0000000000000000 T _stext\n", "hidden");
	REFUSE("ffffffff81000000 T _stext\n\n", "line 2");
	REFUSE("ffffffff81000000 T _stext\nffffffff81000000 T\n", "line 2");
	REFUSE("ffffffff81000000 T _stext\nffffffff81000000 T \n", "line 2");
	REFUSE("ffffffff81000000 T _stext\n-1 T minus\n", "line 2");
	REFUSE("ffffffff81000000 T _stext\nfffffffff81000000 T long\n", "line 2");
	REFUSE("ffffffff81000000 T _stext\0\n", "NUL");
	REFUSE("\177ELF\2\1\1\0\0", "NUL");
	assert_int_equal(pfs_system_map_open("/", &f, &l, &err), -EINVAL);
	assert_int_equal(pfs_system_map_open("/nonexistent/System.map", &f, &l, &err), -ENOENT);
	assert_null(l);
}

static int setup(void **unused)
{
	int fd = mkstemp(path);

	(void)unused;
	if (fd >= 0)
		close(fd);
	return fd < 0;
}

static int teardown(void **unused)
{
	(void)unused;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(displaced),
		cmocka_unit_test(kallsyms),
		cmocka_unit_test(refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
