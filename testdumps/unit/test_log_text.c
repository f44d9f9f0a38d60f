/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's lines in a text, whoever wrote it, and damaged at any place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report/log.h"

#define US 1000ull

struct log {
	struct pfs_arena a;
	struct pfs_text t;
	struct pfs_log_boots b;
};

static void split_n(struct log *l, const char *text, size_t len)
{
	struct pfs_err err;

	pfs_arena_init(&l->a);
	l->t = (struct pfs_text){ .text = malloc(len + 1), .len = len };
	assert_non_null(l->t.text);
	memcpy(l->t.text, text, len);
	l->t.text[len] = '\0';
	assert_int_equal(pfs_log_split(&l->a, &l->t, &l->b, &err), 0);
}

static void split(struct log *l, const char *text)
{
	split_n(l, text, strlen(text));
}

static void done(struct log *l)
{
	pfs_text_free(&l->t);
	pfs_arena_deinit(&l->a);
}

static const struct pfs_log_line *line(const struct log *l, size_t i)
{
	size_t k;

	for (k = 0; k < l->b.nr; k++) {
		if (i < l->b.boot[k].nr)
			return &l->b.boot[k].lines[i];
		i -= l->b.boot[k].nr;
	}
	return NULL;
}

static void what_is_before_a_line(void **state)
{
	static const struct {
		const char *text;
		uint64_t us;
		const char *line; /* NULL: it is none of the kernel's */
	} rows[] = {
		{ "[   12.345678] BUG: x", 12345678, "BUG: x" },
		{ "[   12.345678]  f+0x1/0x2", 12345678, " f+0x1/0x2" },
		{ "[   12.345678][  T123] BUG: x", 12345678, "BUG: x" },
		{ "[   12.345678] [    C0] BUG: x", 12345678, "BUG: x" },
		{ "[   12.345678][ T12@C3] BUG: x", 12345678, "BUG: x" },
		{ "[  T123] BUG: x", 0, "BUG: x" },
		{ "[12345678.345678] BUG: x", 12345678345678, "BUG: x" },
		{ "[   12.345678 <    0.000004>] BUG: x", 12345678, "BUG: x" },
		{ "[Sun Nov 29 10:00:00 2026] BUG: x", 0, "BUG: x" },
		{ "[Nov29 10:00] BUG: x", 0, "BUG: x" },
		{ "[  +0.000004] BUG: x", 0, "BUG: x" },
		{ "2026-11-29T10:00:00,123456+00:00 usb 1-1: x", 0, "usb 1-1: x" },
		{ "kern  :alert : [   12.345678] BUG: x", 12345678, "BUG: x" },
		{ "<1>[   12.345678] BUG: x", 12345678, "BUG: x" },
		{ "<1>BUG: x", 0, "BUG: x" },
		{ "1,339,12345678,-;BUG: x", 12345678, "BUG: x" },
		{ "1,339,12345678,-,caller=T1;BUG: x", 12345678, "BUG: x" },
		{ "Nov 29 10:00:00 host kernel: [   12.345678] BUG: x", 12345678, "BUG: x" },
		{ "Nov  9 10:00:00 host kernel: BUG: x", 0, "BUG: x" },
		{ "\xd0\xb0\xd0\xbf\xd1\x80 13 18:52:32 host kernel: BUG: x", 0, "BUG: x" },
		{ "nov. 29 10:00:00 host kernel: BUG: x", 0, "BUG: x" },
		{ "11\xe6\x9c\x88 29 10:00:00 host kernel: BUG: x", 0, "BUG: x" },
		{ "nov. 29 10:00:00 host sshd[12]: BUG: x", 0, NULL },
		{ "at 29 10:00:00 BUG: x", 0, "at 29 10:00:00 BUG: x" },
		{ "Nov 29 10:00:00 host kernel:[   12.345678] BUG: x", 12345678, "BUG: x" },
		{ "Nov 29 10:00:00.123456 host.example kernel: BUG: x", 0, "BUG: x" },
		{ "Nov 29 10:00:00 host sshd[12]: BUG: x", 0, NULL },
		{ "Nov 29 10:00:00 host systemd: BUG: x", 0, NULL },
		{ "2026-11-29T10:00:00.123456+00:00 host kernel: [   12.345678] BUG: x", 12345678,
		  "BUG: x" },
		{ "2026-11-29T10:00:00+0000 host kernel: BUG: x", 0, "BUG: x" },
		{ "2026-11-29T10:00:00Z host cron[1]: BUG: x", 0, NULL },
		{ "[   12.345678] host kernel: BUG: x", 12345678, "BUG: x" },
		{ "[   12.345678] host named: BUG: x", 12345678, "host named: BUG: x" },
		{ "[2026-11-29 10:00:00] [   12.345678] BUG: x", 12345678, "BUG: x" },
		{ "[2026-11-29 10:00:00.123] BUG: x", 0, "BUG: x" },
		{ "10:00:00.123 [   12.345678] BUG: x", 12345678, "BUG: x" },
		{ " kernel:[   12.345678] BUG: x", 12345678, "BUG: x" },
		{ "> > [   12.345678] BUG: x", 12345678, "BUG: x" },
		{ "\033[32m[   12.345678] \033[0m\033[1mBUG: x\033[0m", 12345678, "BUG: x" },
		{ "\033(B\033[m[   12.345678] BUG: x", 12345678, "BUG: x" },
		{ "\xef\xbb\xbf[   12.345678] BUG: x", 12345678, "BUG: x" },
		{ "BUG: x", 0, "BUG: x" },
		/* What is the kernel's own. */
		{ "[drm] x", 0, "[drm] x" },
		{ "[ffffea0000000000-ffffea00003fffff] PMD", 0,
		  "[ffffea0000000000-ffffea00003fffff] PMD" },
		{ "------------[ cut here ]------------", 0,
		  "------------[ cut here ]------------" },
		{ " [<ffffffff811d7ab3>] f+0x1/0x2", 0, " [<ffffffff811d7ab3>] f+0x1/0x2" },
		{ "[   12.345678] 0000:00:1f.2: x", 12345678, "0000:00:1f.2: x" },
		{ "[   12.345678] [<ffffffff811d7ab3>] f+0x1/0x2", 12345678,
		  "[<ffffffff811d7ab3>] f+0x1/0x2" },
	};
	struct log l;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		split(&l, rows[i].text);
		if (rows[i].line) {
			if (!line(&l, 0) || strcmp(line(&l, 0)->text, rows[i].line))
				print_error("%s: \"%s\"\n", rows[i].text,
					    line(&l, 0) ? line(&l, 0)->text : "nothing");
			assert_non_null(line(&l, 0));
			assert_string_equal(line(&l, 0)->text, rows[i].line);
			assert_int_equal(line(&l, 0)->ts_nsec, rows[i].us * US);
			assert_int_equal(line(&l, 0)->nr, 1);
			assert_int_equal(line(&l, 0)->len, strlen(rows[i].line));
			assert_null(line(&l, 1));
		} else {
			assert_null(line(&l, 0));
		}
		done(&l);
	}
}

static void line_ends(void **state)
{
	static const char text[] = "[    1.000000] a\r\n[    2.000000] b\n\r\0\0\0\0"
				   "[    3.000000] c\r[    4.000000] d\n\n"
				   "root@host:~# [    5.000000] e";
	static const char *const want[] = { "a", "b", "c", "d", "root@host:~# ", "e" };
	static const size_t nr[] = { 1, 3, 9, 10, 12, 12 };
	struct log l;
	size_t i;

	(void)state;
	split_n(&l, text, sizeof(text) - 1);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_non_null(line(&l, i));
		assert_string_equal(line(&l, i)->text, want[i]);
		assert_int_equal(line(&l, i)->nr, nr[i]);
	}
	assert_null(line(&l, i));
	assert_int_equal(line(&l, 5)->ts_nsec, 5000000 * US);
	done(&l);
}

static void long_lines(void **state)
{
	static char text[200000];
	struct log l;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "[    1.000000] ", 15);
	memcpy(text + 100000, "\n[    2.000000] b\n", 18);
	split_n(&l, text, sizeof(text));
	assert_in_range(line(&l, 0)->len, 1024, 10000);
	assert_string_equal(line(&l, 1)->text, "b");
	assert_in_range(line(&l, 2)->len, 1024, 10000);
	assert_null(line(&l, 3));
	done(&l);
}

static void boots(void **state)
{
	struct log l;

	(void)state;
	split(&l, "BIOS\n[    0.000000] microcode\n[    0.000000] Linux version 6.1.0-1 (x)\n"
		  "[    9.000000] a\n[    0.000000] Linux version 6.1.0-2 (x)\n[    1.000000] b\n");
	assert_int_equal(l.b.nr, 2);
	assert_int_equal(l.b.boot[0].nr, 4);
	assert_string_equal(l.b.boot[0].release, "6.1.0-1");
	assert_string_equal(l.b.boot[1].release, "6.1.0-2");
	done(&l);
	/* The first lines of a boot are lost: its clock tells. CPUs out of step do not. */
	split(&l, "[   99.000000] a\n[   98.999999] b\n[    0.100000] c\n[    0.000001] d\n");
	assert_int_equal(l.b.nr, 2);
	assert_int_equal(l.b.boot[0].nr, 2);
	assert_int_equal(l.b.boot[1].nr, 2);
	done(&l);
	split(&l, "-- Boot 0123 --\nNov 29 10:00:00 h kernel: a\n-- Boot 4567 --\n"
		  "Nov 29 10:00:00 h kernel: b\n");
	assert_int_equal(l.b.nr, 2);
	assert_string_equal(l.b.boot[1].lines[0].text, "b");
	assert_string_equal(l.b.boot[1].host, "h");
	done(&l);
}

static void pstore(void **state)
{
	static const char *const want[] = { "a", "b", "c", "d", "e" };
	struct log l;
	size_t i;

	(void)state;
	split(&l, "Panic#2 Part1\n<6>[   12.000000] c\n<6>[   13.000000] d\nPanic#2 Part3\n"
		  "<6>[   10.000000] a\nPanic#2 Part2\n<6>[   11.000000] b\n"
		  "Panic#3 Part1\n<6>[    1.000000] e\n");
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_string_equal(line(&l, i)->text, want[i]);
	assert_int_equal(l.b.nr, 2);
	assert_int_equal(line(&l, 0)->nr, 5);
	assert_int_equal(l.b.marks, 5 + 4);
	done(&l);
	split(&l, "====12.345678-D\n<1>[    1.000000] a\n");
	assert_string_equal(line(&l, 0)->text, "a");
	assert_null(line(&l, 1));
	done(&l);
}

static void journal_export(void **state)
{
	static const char text[] =
		"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\n__MONOTONIC_TIMESTAMP=9\n_BOOT_ID=aa\n"
		"_TRANSPORT=kernel\n_HOSTNAME=h\n_SOURCE_MONOTONIC_TIMESTAMP=1000000\nMESSAGE=a\n\n"
		"__CURSOR=s=2\n_BOOT_ID=aa\n_TRANSPORT=syslog\nMESSAGE=BUG: x\n\n"
		"__CURSOR=s=3\n_BOOT_ID=aa\n_SOURCE_MONOTONIC_TIMESTAMP=2000000\n"
		"MESSAGE\n\x05\0\0\0\0\0\0\0b\n\n=c\n_TRANSPORT=kernel\n\n"
		"__CURSOR=s=4\n_BOOT_ID=bb\nMESSAGE\n\xff\xff\xff\xff\xff\xff\xff\x7f\n"
		"_TRANSPORT=kernel\nMESSAGE=d\n";
	static const char *const want[] = { "a", "b", "=c", "d" };
	struct log l;
	size_t i;

	(void)state;
	split_n(&l, text, sizeof(text) - 1);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_non_null(line(&l, i));
		assert_string_equal(line(&l, i)->text, want[i]);
	}
	assert_null(line(&l, i));
	assert_int_equal(line(&l, 0)->ts_nsec, 1000000 * US);
	assert_int_equal(line(&l, 2)->ts_nsec, 2000000 * US);
	assert_int_equal(l.b.nr, 2);
	assert_string_equal(l.b.boot[0].host, "h");
	done(&l);
}

static bool is_log(const char *text)
{
	char buf[4096];

	snprintf(buf, sizeof(buf), "%s", text);
	return pfs_log_is(buf, strlen(buf));
}

static void what_is_a_log(void **state)
{
	(void)state;
	assert_true(is_log("[    0.000000] Linux version 6.1\n[    0.000000] Command line: x\n"));
	assert_true(is_log("Nov 29 10:00:00 h kernel: x\nNov 29 10:00:00 h sshd[1]: y\n"));
	assert_true(is_log(
		"BUG: unable to handle page fault for address: 0\nCall Trace:\n f+0x1/0x2\n"));
	assert_false(is_log(""));
	assert_false(is_log("hello, world\n"));
	assert_false(
		is_log("# Title\n\nIt printed:\n\n    BUG: Bad page state in process x\n\nand\n"
		       "then\nit\nwent\non\nfor\na\nwhile\nas\nif\nnothing\nwere\n"));
	assert_false(is_log("Nov 29 10:00:00 h sshd[1]: y\nNov 29 10:00:00 h cron[1]: z\n"));
}

/* A file of these bytes; the caller closes it. */
static int file_of(const char *text, size_t len, char path[64])
{
	int fd = memfd_create("log", 0);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static int discard(struct pfs_out *o, const char *buf, size_t len)
{
	(void)o;
	(void)buf;
	(void)len;
	return 0;
}

/* Open it, and write both reports of it. */
static int whole(const char *text, size_t len)
{
	struct pfs_out o = { .write = discard, .width = 78 };
	struct pfs_err err;
	struct pfs_log l;
	char path[64];
	int fd = file_of(text, len, path), r = pfs_log_open(path, &l, &err);

	if (!r) {
		assert_int_not_equal(pfs_log_chosen(&l)->s.verdict.status, PFS_EXPLAINED);
		pfs_text_log(&o, &l);
		pfs_json_write(&o, pfs_json_log(&l));
		assert_int_equal(o.error, 0);
		pfs_log_close(&l);
	} else {
		assert_int_equal(r, -EINVAL);
	}
	close(fd);
	return r;
}

static const char example[] =
	"Panic#1 Part2\n"
	"<6>[    0.000000] Linux version 6.1.0-13-amd64 (debian-kernel@lists.debian.org)\r\n"
	"<1>[    8.500000][  T12] BUG: Bad page state in process sh  pfn:09100\n"
	"[    8.500001] page:ffffea0000244000 refcount:0 mapcount:1 mapping:0 index:0x0 pfn:0x9100\n"
	"[    8.500002] raw: 000fffffc0000000 dead000000000100 dead000000000122 0000000000000000\n"
	"[    8.500003] page dumped because: nonzero mapcount\n"
	"Panic#1 Part1\n"
	"Nov 29 10:00:00 host kernel: [    9.000000] list_del corruption. next->prev should be "
	"ffffea0000230008, but was 5a5a5a5a5a5a5a5a. (next=ffffea0000240008)\n"
	"[    9.000001] ------------[ cut here ]------------\n"
	"[    9.000002] kernel BUG at lib/list_debug.c:62!\n"
	"[    9.000003] invalid opcode: 0000 [#1] PREEMPT SMP\n"
	"[    9.000004] CPU: 0 PID: 12 Comm: sh Tainted: G    B   6.1.0-13-amd64 #1 Debian 6.1.55-1\n"
	"[    9.000005] RIP: 0010:__list_del_entry_valid.cold+0x1d/0x69\n"
	"[    9.000006] Code: c7 c7 00 <0f> 0b 48 89\n"
	"[    9.000007] RSP: 0018:ffffa0c3405b7b20 EFLAGS: 00010046\n"
	"[    9.000008] RAX: 000000000000006d RBX: ffffea0000230000 RCX: 0000000000000000\n"
	"[    9.000009] Call Trace:\n"
	"[    9.000010]  <TASK>\n"
	"[    9.000011]  rmqueue_bulk+0x2a5/0x7f0\n"
	"[    9.000012]  ? get_page_from_freelist+0x1/0x2\n"
	"[    9.000013] ---[ end trace 0000000000000000 ]---\n"
	"[    9.000014] Kernel panic - not syncing: Fatal exception\n";

/* A sequence that is the same every time. */
static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void cut_off_anywhere(void **state)
{
	size_t len = sizeof(example) - 1, i;

	(void)state;
	assert_int_equal(whole(example, len), 0);
	for (i = 0; i < len; i++) {
		whole(example, i);
		whole(example + i, len - i);
	}
}

static void flipped_anywhere(void **state)
{
	static const char *const junk[] = { "\0",
					    "\n",
					    "\r",
					    "\033[",
					    "[",
					    "<",
					    "\xff\xfe",
					    "MESSAGE\n\xff",
					    "__CURSOR=",
					    "Panic#9 Part1\n",
					    "Linux version ",
					    "99999999999999999999" };
	char buf[sizeof(example) + 64];
	uint64_t seed = 88172645463325252;
	size_t len, i, k;

	(void)state;
	for (i = 0; i < 4000; i++) {
		len = sizeof(example) - 1;
		memcpy(buf, example, len);
		for (k = next(&seed) % 8; k; k--)
			buf[next(&seed) % len] ^= (char)(1 << next(&seed) % 8);
		for (k = next(&seed) % 4; k; k--) {
			const char *j = junk[next(&seed) % (sizeof(junk) / sizeof(junk[0]))];

			memcpy(buf + next(&seed) % (len - 24), j, strlen(j) + !*j);
		}
		whole(buf, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_before_a_line),
		cmocka_unit_test(line_ends),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(boots),
		cmocka_unit_test(pstore),
		cmocka_unit_test(journal_export),
		cmocka_unit_test(what_is_a_log),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(flipped_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
