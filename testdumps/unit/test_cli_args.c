/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grammar of the command, its help, and the sorting of files. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "verbs/args.c"
#include "verbs/files.c"
#include "verbs/help.c"
#include "verbs/nearest.c"
#include "report_sink.h"

static struct pfs_args args;
static struct pfs_err error;
static char words[256];
static char *vec[32];

/* Parses a line; the result and its strings live until the next call. */
static int parse(const char *line, bool hosted)
{
	int n = 0;
	char *p;

	snprintf(words, sizeof(words), "pfnscope %s", line);
	for (p = strtok(words, " "); p && n < 31; p = strtok(NULL, " "))
		vec[n++] = p;
	vec[n] = NULL;
	return pfs_args_parse(n, vec, hosted, &args, &error);
}

static void grammar(void **state)
{
	(void)state;
	assert_int_equal(parse("vmcore", false), 0);
	assert_int_equal(args.verb, PFS_V_DIAGNOSE);
	assert_false(args.has_verb);
	assert_int_equal(args.nr_files, 1);
	assert_int_equal(parse("check vmcore vmlinux --json -q", false), 0);
	assert_int_equal(args.verb, PFS_V_CHECK);
	assert_int_equal(args.nr_files, 2);
	assert_true(args.json && args.quiet);
	assert_int_equal(parse("--json pfn a b c 0x44000 --jobs 3", false), 0);
	assert_int_equal(args.verb, PFS_V_PFN);
	assert_int_equal(args.nr_files, 3);
	assert_string_equal(args.arg, "0x44000");
	assert_int_equal(args.jobs, 3);
	assert_int_equal(parse("explain memmap-zero", false), 0);
	assert_string_equal(args.arg, "memmap-zero");
	assert_int_equal(parse("explain", false), 0);
	assert_null(args.arg);
	assert_int_equal(parse("distill vmcore -o out --full", false), 0);
	assert_string_equal(args.output, "out");
	assert_true(args.full);
	assert_int_equal(parse("facts vmcore -a --color=always --progress=never", false), 0);
	assert_true(args.all);
	assert_int_equal(args.color, PFS_ALWAYS);
	assert_int_equal(args.progress, PFS_NEVER);
	/* A dump named like a verb, and one named like an option. */
	assert_int_equal(parse("./check", false), 0);
	assert_int_equal(args.verb, PFS_V_DIAGNOSE);
	assert_int_equal(parse("-- --json", false), 0);
	assert_false(args.json);
	assert_string_equal(args.files[0], "--json");
}

static void hosted(void **state)
{
	(void)state;
	assert_int_equal(parse("", true), 0);
	assert_int_equal(args.verb, PFS_V_DIAGNOSE);
	assert_int_equal(parse("pfn 0x1", true), 0);
	assert_string_equal(args.arg, "0x1");
	assert_true(parse("check vmcore", true) < 0);
	assert_true(parse("pfn", true) < 0);
	assert_int_equal(parse("check --reader host", true), 0);
	assert_int_equal(args.reader, PFS_READER_HOST);
	assert_true(parse("--reader=both", true) < 0);
	assert_true(parse("--reader=drgn", true) < 0);
	assert_int_equal(parse("vmcore vmlinux --reader=drgn", false), 0);
	assert_int_equal(args.reader, PFS_READER_HOST);
	assert_int_equal(parse("check vmcore --reader file", false), 0);
	assert_int_equal(args.reader, PFS_READER_FILE);
	assert_true(parse("--crash-extension", true) < 0);
	assert_int_equal(parse("--crash-extension", false), 0);
	assert_true(args.crash_extension);
}

/* Each option sets its own member, and no other of its kind. */
static void members(void **state)
{
	static const struct {
		const char *line;
		const bool *flag;
	} flags[] = {
		{ "check v --json", &args.json },
		{ "check v -q", &args.quiet },
		{ "facts v --all", &args.all },
		{ "map v --svg", &args.svg },
		{ "distill v --full", &args.full },
		{ "distill v --log", &args.log },
		{ "distill v --verify", &args.verify },
		{ "batch v --list", &args.list },
		{ "batch v --reports", &args.reports },
		{ "batch v --again", &args.again },
		{ "v --exit-zero", &args.exit_zero },
		{ "--version", &args.version },
		{ "--crash-extension", &args.crash_extension },
	};
	static const struct {
		const char *line;
		const char *const *text;
	} texts[] = {
		{ "report v -o x", &args.output },
		{ "report v --tar x", &args.tar },
		{ "batch v --from=x", &args.from },
		{ "batch v --vmlinux-dir x", &args.vmlinux_dir },
		{ "catalogue v --by x", &args.by },
		{ "catalogue v --html=x", &args.html },
		{ "v --system-map x", &args.system_map },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		assert_int_equal(parse(flags[i].line, false), 0);
		for (k = 0; k < sizeof(flags) / sizeof(flags[0]); k++)
			assert_int_equal(*flags[k].flag, k == i);
	}
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(parse(texts[i].line, false), 0);
		for (k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			assert_int_equal(*texts[k].text != NULL, k == i);
		assert_string_equal(*texts[i].text, "x");
	}
	assert_int_equal(parse("v", false), 0);
	assert_int_equal(args.timeout, 0);
	assert_int_equal(parse("v --timeout=7", false), 0);
	assert_int_equal(args.timeout, 7);
	assert_int_equal(parse("batch v", false), 0);
	assert_int_equal(args.timeout, 600);
	assert_int_equal(parse("batch v --timeout=5 -j7 --memory 2G", false), 0);
	assert_int_equal(args.timeout, 5);
	assert_int_equal(args.jobs, 7);
	assert_int_equal(args.memory, UINT64_C(2) << 30);
	/* What takes an argument, and what takes none. */
	for (i = 0; i < NR_OPTIONS; i++)
		assert_int_equal(!pfs_options[i].arg,
				 setters[i].kind == FLAG || setters[i].kind == FORM);
}

static void bad(const char *line, const char *part)
{
	assert_int_equal(parse(line, false), -EINVAL);
	if (!strstr(error.msg, part))
		fail_msg("no '%s' in '%s'", part, error.msg);
}

static void mistakes(void **state)
{
	(void)state;
	bad("", "no vmcore");
	bad("check", "no vmcore");
	bad("pfn vmcore", "wants X");
	bad("explain a b", "too many");
	bad("vmcore --nonsense", "unknown option '--nonsense'");
	bad("vmcore -z", "unknown option '-z'");
	bad("vmcore --jobs", "wants an argument");
	bad("vmcore --jobs=x", "want a number");
	bad("vmcore --jobs=-1", "want a number");
	bad("vmcore --color=red", "--color=red: want auto, always or never");
	bad("vmcore --progress=always", "--progress=always: want auto or never");
	bad("batch v --jobs=1025", "--jobs=1025: want a number up to 1024");
	bad("batch v --memory=15M", "--memory=15M: want 16M or more");
	bad("vmcore --json=yes", "--json=yes");
	bad("check vmcore --full", "'check' has no option --full");
	bad("vmcore --reader=host", "want auto, file or drgn");
	bad("vmcore --jso", "unknown option '--jso'");
	bad("vmcore -j", "wants an argument");
	bad("vmcore -o x", "'diagnose' has no option --output");
	bad("explain --jobs 3", "'explain' has no option --jobs");
}

/* "" where nothing is near enough. */
static const char *nearest(const char *word, const char *a, const char *b)
{
	struct pfs_nearest n = { .word = word };

	pfs_nearest_try(&n, a);
	pfs_nearest_try(&n, b);
	return n.best ? n.best : "";
}

static void near_misses(void **state)
{
	static const char word[] =
		"a-word-that-is-much-longer-than-anybody-would-ever-mistype-it-here";

	(void)state;
	assert_string_equal(nearest("chcek", "diagnose", "check"), "check");
	assert_string_equal(nearest("sig", "sections", "signature"), "signature");
	assert_string_equal(nearest("memap-zero", "memmap-stale", "memmap-zero"), "memmap-zero");
	assert_string_equal(nearest("vmcore", "vmemmap", "report"), "");
	assert_string_equal(nearest("", "map", "pfn"), "");
	assert_string_equal(nearest(word, word, "pfn"), "");
	bad("vmcore --jsno", "'--jsno'; did you mean '--json'?");
	bad("vmcore --tiemout=3", "did you mean '--timeout'?");
	bad("help chekc", "no verb 'chekc'; did you mean 'check'?");
	bad("help nothing-like-it", "no verb 'nothing-like-it'");
	assert_null(strstr(error.msg, "mean"));
}

/* A verb may come after the dump; help and version are words, too. */
static void late_verbs(void **state)
{
	(void)state;
	assert_int_equal(parse("vmcore vmlinux pfn 0x44000 --json", false), 0);
	assert_int_equal(args.verb, PFS_V_PFN);
	assert_int_equal(args.nr_files, 2);
	assert_string_equal(args.files[1], "vmlinux");
	assert_string_equal(args.arg, "0x44000");
	assert_int_equal(parse("vmcore check", false), 0);
	assert_int_equal(args.verb, PFS_V_CHECK);
	assert_int_equal(args.nr_files, 1);
	/* The first of two is the verb, the other one a file. */
	assert_int_equal(parse("check ./map map", false), 0);
	assert_int_equal(args.verb, PFS_V_CHECK);
	assert_int_equal(args.nr_files, 2);
	assert_int_equal(parse("help", false), 0);
	assert_int_equal(args.help, PFS_HELP_LONG);
	assert_false(args.has_verb);
	assert_int_equal(parse("help pfn", false), 0);
	assert_int_equal(args.help, PFS_HELP_LONG);
	assert_int_equal(args.verb, PFS_V_PFN);
	assert_int_equal(parse("version", false), 0);
	assert_true(args.version);
}

/* The help of a verb has its options, and no other's. */
static void help_of_verb(void **state)
{
	static struct sink s;

	(void)state;
	sink_init(&s);
	assert_int_equal(parse("explain --help", false), 0);
	pfs_help_print(&s.o, &args, false);
	assert_non_null(strstr(s.buf, "--list"));
	assert_null(strstr(s.buf, "--jobs"));
	assert_null(strstr(s.buf, "--crash-extension"));
	assert_null(strstr(s.buf, "--version"));
}

static void help(void **state)
{
	static struct sink s;
	unsigned int lines = 0;
	const char *p;
	int i;

	(void)state;
	sink_init(&s);
	assert_int_equal(parse("-h", false), 0);
	assert_int_equal(args.help, PFS_HELP_SHORT);
	pfs_help_print(&s.o, &args, false);
	for (p = s.buf; *p; p++)
		lines += *p == '\n';
	assert_in_range(lines, 10, 24);
	assert_int_equal(parse("--help", false), 0);
	pfs_help_print(&s.o, &args, false);
	for (i = 0; i < PFS_NR_VERBS; i++) {
		char line[64];

		assert_non_null(strstr(s.buf, pfs_verbs[i].name));
		snprintf(line, sizeof(line), "%s --help", pfs_verbs[i].name);
		assert_int_equal(parse(line, false), 0);
		pfs_help_print(&s.o, &args, false);
	}
	for (p = s.buf; *p; p += strcspn(p, "\n") + 1)
		assert_in_range(strcspn(p, "\n"), 0, 80);
}

static const char *make_file(char path[64], const void *bytes, size_t len)
{
	int fd;

	strcpy(path, "/tmp/test_cli.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
	return path;
}

static void files(void **state)
{
	static const unsigned char core[] = "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\4";
	static const unsigned char exec[] = "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2";
	static const unsigned char big[] = "\177ELF\2\2\1\0\0\0\0\0\0\0\0\0\0\4";
	char a[64], b[64], c[64], d[64], folder[] = "/tmp/pfnscope-test.XXXXXX";
	char *all[3];
	struct pfs_files f;

	(void)state;
	make_file(a, core, 18);
	make_file(b, exec, 18);
	make_file(c, "KDUMP   ", 8);
	make_file(d, big, 18);
	all[0] = a;
	all[1] = b;
	assert_int_equal(pfs_files_sort(all, 2, &f, &error), 0);
	assert_int_equal(f.nr_dumps, 1);
	assert_string_equal(f.dumps[0], a);
	assert_string_equal(f.vmlinux, b);
	pfs_files_free(&f);
	all[0] = b;
	all[1] = c;
	all[2] = d;
	assert_int_equal(pfs_files_sort(all, 3, &f, &error), 0);
	assert_int_equal(f.nr_dumps, 2);
	assert_string_equal(f.vmlinux, b);
	pfs_files_free(&f);
	assert_int_equal(pfs_files_sort(all, 1, &f, &error), -EINVAL);
	all[1] = b;
	assert_int_equal(pfs_files_sort(all, 2, &f, &error), -EINVAL);
	/* A folder stands for the dump in it. */
	assert_non_null(mkdtemp(folder));
	all[0] = folder;
	assert_int_equal(pfs_files_sort(all, 1, &f, &error), -EINVAL);
	assert_non_null(strstr(error.msg, "no dump in this folder"));
	rmdir(folder);
	all[0] = (char *)"/tmp/no/such/file";
	assert_int_equal(pfs_files_sort(all, 1, &f, &error), -ENOENT);
	unlink(a);
	unlink(b);
	unlink(c);
	unlink(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar),	cmocka_unit_test(hosted),
		cmocka_unit_test(members),	cmocka_unit_test(mistakes),
		cmocka_unit_test(near_misses),	cmocka_unit_test(late_verbs),
		cmocka_unit_test(help_of_verb), cmocka_unit_test(help),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
