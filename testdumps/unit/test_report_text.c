/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text reports: layout, escaping, sinks that fail. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report_session.h"

static void check_escape(const char *in, size_t len, const char *want)
{
	char buf[256];

	assert_int_equal(pfs_escape(buf, sizeof(buf), in, len, false), strlen(want));
	assert_string_equal(buf, want);
}

static void escape(void **state)
{
	char buf[8];

	(void)state;
	check_escape("plain", 5, "plain");
	check_escape("a\033[31m", 6, "a\\x1b[31m");
	check_escape("a\nb\tc", 5, "a\\x0ab\\x09c");
	check_escape("\0x", 2, "\\x00x");
	check_escape("\x7f", 1, "\\x7f");
	/* U+009B is a control sequence introducer of its own. */
	check_escape("\xc2\x9b", 2, "\\xc2\\x9b");
	check_escape("\xc3\xa9", 2, "\xc3\xa9");
	check_escape("\xe2\x82\xac \xf0\x9f\x98\x80", 8, "\xe2\x82\xac \xf0\x9f\x98\x80");
	/* U+202E turns the reading direction round. */
	check_escape("\xe2\x80\xae", 3, "\\xe2\\x80\\xae");
	/* Cut short, overlong, surrogate, beyond Unicode, stray. */
	check_escape("\xe2\x82", 2, "\\xe2\\x82");
	check_escape("\xc0\xaf", 2, "\\xc0\\xaf");
	check_escape("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");
	check_escape("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80");
	check_escape("\x80", 1, "\\x80");
	/* Too small a buffer: whole pieces only, the full length returned. */
	assert_int_equal(pfs_escape(buf, sizeof(buf), "ab\033\033", 4, false), 10);
	assert_string_equal(buf, "ab\\x1b");
	assert_int_equal(pfs_escape(NULL, 0, "ab", 2, false), 2);
}

static void sizes(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(pfs_fmt_size(buf, 0), "0 bytes");
	assert_string_equal(pfs_fmt_size(buf, 64), "64 bytes");
	assert_string_equal(pfs_fmt_size(buf, 4096), "4 KiB");
	assert_string_equal(pfs_fmt_size(buf, 3 << 19), "1.5 MiB");
	assert_string_equal(pfs_fmt_size(buf, 128 << 20), "128 MiB");
	assert_string_equal(pfs_fmt_size(buf, 1ull << 63), "8 EiB");
}

/* No line is longer than the page but one with a word that is. */
static void check_width(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > 78)
			fail_msg("line of %zu columns: %.*s", n, (int)n, text);
		text += n + !!text[n];
	}
}

/* Nothing but printable characters and line feeds reaches a terminal. */
static void check_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' && *text != '\n')
			fail_msg("control character 0x%02x", *text);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void verdict(void **state)
{
	static struct fixture f;
	static struct sink s;

	(void)state;
	fixture_init(&f);
	sink_init(&s);
	pfs_text_verdict(&s.o, &f.s);
	pfs_text_findings(&s.o, &f.s);
	pfs_text_limits(&s.o, &f.s);
	pfs_text_summary(&s.o, &f.s);
	assert_int_equal(s.o.error, 0);
	check_width(s.buf);
	check_clean(s.buf);
	assert_int_equal(strncmp(s.buf, "EXPLAINED: stable_page_flags()", 30), 0);
	has(s.buf, "/dumps/a\\x01b");
	has(s.buf, "cat\\x1b]0;x\\x0a\\xff");
	has(s.buf, "stable_page_flags+0x40e <- kpageflags_read <- vfs_read");
	has(s.buf, "rdi = 0xffffea0001100000, the struct page");
	has(s.buf, "r12 = 0x0000000000044000, its PFN");
	has(s.buf, "rdx = 0xfdfdfdfdfdfdfdfd, in the faulting operand");
	has(s.buf, "8 (pfn 0x40000-0x47fff): present, has mem_map, online, early");
	has(s.buf, "32 of 64 (2 MiB each), bit clear");
	has(s.buf, "################################................................");
	has(s.buf, "a 2 MiB leaf, writable");
	has(s.buf, "all 8 words fdfdfdfdfdfdfdfd");
	has(s.buf, "pfn 0x44000-0x44001 (2 pages, 8 KiB) are in this state");
	has(s.buf, "not known to contain");
	has(s.buf, "defect:v1:");
	has(s.buf, "physical 0x44000000-0x44001fff");
	has(s.buf, "findings: 1 fatal, 0 corrupt, 0 suspicious, 0 notes");
}

/* What a host reads of its own kernel has neither path nor size. */
static void of_a_live_kernel(void **state)
{
	static struct fixture f;
	static struct sink s;

	(void)state;
	fixture_init(&f);
	sink_init(&s);
	f.target.info.path = NULL;
	f.target.info.format = "live";
	f.target.info.live = true;
	pfs_text_verdict(&s.o, &f.s);
	has(s.buf, " the running kernel (live)\n");
}

static void colors(void **state)
{
	static struct fixture f;
	static struct sink s;

	(void)state;
	fixture_init(&f);
	sink_init(&s);
	s.o.color = true;
	pfs_text_verdict(&s.o, &f.s);
	has(s.buf, "\033[1;31mEXPLAINED");
	/* The task's own escape sequence stays harmless. */
	assert_null(strstr(s.buf, "\033]0;"));
}

static void views(void **state)
{
	static struct fixture f;
	static struct sink s;

	(void)state;
	fixture_init(&f);
	sink_init(&s);
	pfs_text_sections(&s.o, &f.s);
	has(s.buf, "0-7: pfn 0x0-0x3ffff, 1 GiB: present");
	has(s.buf, "32 of 64");
	pfs_text_vmemmap(&s.o, &f.s);
	has(s.buf, "16 leaves of 2 MiB (pmd), writable, first at physical 0x2000000");
	has(s.buf, "not mapped: pte is 0x0000000000000000");
	pfs_text_map(&s.o, &f.s);
	has(s.buf, "@");
	pfs_text_facts(&s.o, &f.s, false);
	has(s.buf, "SIZE(page)");
	assert_null(strstr(s.buf, "SIZE(zone)"));
	pfs_text_facts(&s.o, &f.s, true);
	has(s.buf, "SIZE(zone)");
	assert_int_equal(s.o.error, 0);
	check_width(s.buf);
	check_clean(s.buf);
}

static void explain(void **state)
{
	static struct sink s;

	(void)state;
	sink_init(&s);
	assert_int_equal(pfs_text_explain(&s.o, "no-such-code"), -ENOENT);
	assert_int_equal(s.len, 0);
	assert_int_equal(pfs_text_explain(&s.o, "memmap-depopulated"), 0);
	assert_int_equal(pfs_text_explain(&s.o, "early-section-depopulated"), 0);
	has(s.buf, "mm/sparse: never partially remove memmap for early section");
	check_width(s.buf);
	assert_int_equal(pfs_text_explain(&s.o, NULL), 0);
}

/* What explain prints for these words, in s. */
static void explained(struct sink *s, const char *words)
{
	sink_init(s);
	assert_int_equal(pfs_text_explain(&s->o, words), 0);
	assert_int_equal(s->o.error, 0);
	check_width(s->buf);
	check_clean(s->buf);
}

static void explain_words(void **state)
{
	static struct sink s;

	(void)state;
	/* A function: what it was seen with, of all three kinds. */
	explained(&s, "stable_page_flags");
	has(s.buf, "Findings\n  memmap-depopulated");
	has(s.buf, "Mechanisms\n  early-section-depopulated");
	has(s.buf, "Known fixes\n  aad5f69bc161");
	assert_null(strstr(s.buf, "hwpoison-count"));
	/* As a log has it, in any case of letters; not a part of a longer name. */
	explained(&s, "RIP: 0010:STABLE_page_flags+0x27/0x3f0");
	has(s.buf, "aad5f69bc161");
	sink_init(&s);
	assert_int_equal(pfs_text_explain(&s.o, "unstable_page_flags2"), -ENOENT);
	/* A message, cut off or whole; one row is told in full. */
	explained(&s, "VM_BUG_ON_FOLIO(folio_test_slab(folio)");
	has(s.buf, "2fde9e7f9e6d  fix");
	has(s.buf, "split_huge_page_to_list");
	explained(&s, "page dumped because: nonzero mapcount");
	has(s.buf, "462a8e08e0e6");
	assert_null(strstr(s.buf, "Findings"));
	/* A fix whose commit and release nobody saw answers to its title. */
	explained(&s, "mm/mm_init: fix pageblock migratetype for ZONE_DEVICE compound pages");
	has(s.buf, "(commit not known)  fix");
	has(s.buf, "a release that is not known here");
	explained(&s, "memmap_init_zone_device");
	has(s.buf, "  -    ");
	sink_init(&s);
	assert_int_equal(pfs_text_explain(&s.o, ""), -ENOENT);
	assert_int_equal(pfs_text_explain(&s.o, "mm"), -ENOENT);
	assert_int_equal(s.len, 0);
}

static void full_disk(void **state)
{
	static struct fixture f;
	static struct sink s;

	(void)state;
	fixture_init(&f);
	sink_init(&s);
	s.calls_left = 7;
	s.fail_with = -ENOSPC;
	pfs_text_verdict(&s.o, &f.s);
	assert_int_equal(s.o.error, -ENOSPC);
}

static void signatures(void **state)
{
	static struct fixture f;
	struct pfs_signature a, b;

	(void)state;
	fixture_init(&f);
	pfs_signature(&f.s, &a);
	assert_int_equal(strlen(a.defect), strlen("defect:v1:") + 16);
	assert_int_equal(strlen(a.crash), strlen("crash:v2:") + 16);
	assert_string_equal(a.title, "early-section-depopulated: depopulated struct page "
				     "in stable_page_flags (x86_64)");
	/* Addresses, counts, releases and clones of a function do not matter. */
	f.s.facts.release = "6.1";
	f.s.verdict.page.pfn++;
	f.s.panic.offset++;
	f.s.panic.function = "stable_page_flags.isra.0";
	pfs_signature(&f.s, &b);
	assert_string_equal(a.defect, b.defect);
	assert_string_equal(a.crash, b.crash);
	/* What printed the trace is none of it; this one does so on arm64. */
	f.frames[0] = (struct pfs_frame){ .function = "dump_backtrace", .offset = 0xe4 };
	pfs_signature(&f.s, &b);
	assert_string_equal(a.crash, b.crash);
	/* Nor is what lies behind the last call of a function. */
	f.frames[0] = (struct pfs_frame){ .function = "trace_suspend_resume" };
	pfs_signature(&f.s, &b);
	assert_string_equal(a.crash, b.crash);
	/* Another caller is another crash of the same defect. */
	f.frames[1].function = "page_owner_read";
	pfs_signature(&f.s, &b);
	assert_string_equal(a.defect, b.defect);
	assert_string_not_equal(a.crash, b.crash);
	f.s.verdict.page.state = PFS_ST_UNMAPPED;
	pfs_signature(&f.s, &b);
	assert_string_not_equal(a.defect, b.defect);
	/* What the dump adds to the log is no part of the crash key. */
	f.frames[1].function = "kpageflags_read";
	pfs_signature(&f.s, &b);
	assert_string_equal(a.crash, b.crash);
	f.s.verdict.status = PFS_UNRELATED;
	pfs_signature(&f.s, &b);
	assert_string_equal(b.defect, "");
	assert_string_equal(a.crash, b.crash);
}

static void query(const char *text, enum pfs_query_kind kind, uint64_t pfn, uint64_t offset)
{
	static struct fixture f;
	struct pfs_query q;
	struct pfs_err err;

	fixture_init(&f);
	assert_int_equal(pfs_query_parse(&f.s.model, text, false, &q, &err), 0);
	assert_int_equal(q.read.kind, kind);
	assert_int_equal(q.read.pfn, pfn);
	assert_int_equal(q.read.offset, offset);
}

/* A number of digits alone, in a host that says hexadecimal and in one that does not. */
static void bases(void **state)
{
	static struct fixture f;
	struct pfs_query q;
	struct pfs_err err;

	(void)state;
	fixture_init(&f);
	assert_int_equal(pfs_query_parse(&f.s.model, "44000", true, &q, &err), 0);
	assert_int_equal(q.read.pfn, 0x44000);
	assert_int_equal(q.read.base, 16);
	assert_int_equal(pfs_query_parse(&f.s.model, "44000", false, &q, &err), 0);
	assert_int_equal(q.read.pfn, 44000);
	assert_int_equal(q.read.base, 10);
	/* 0x278528 PFNs are more than the machine has: a physical address, of section 0. */
	assert_int_equal(pfs_query_parse(&f.s.model, "278528", true, &q, &err), 0);
	assert_int_equal(q.read.kind, PFS_Q_PHYS);
	assert_int_equal(q.read.pfn, 0x278);
	/* What cannot be both, and what is the same in both. */
	assert_int_equal(pfs_query_parse(&f.s.model, "0x44000", true, &q, &err), 0);
	assert_false(q.has_other);
	assert_int_equal(pfs_query_parse(&f.s.model, "4400a", false, &q, &err), 0);
	assert_int_equal(q.read.pfn, 0x4400a);
	assert_false(q.has_other);
	assert_int_equal(pfs_query_parse(&f.s.model, "7", true, &q, &err), 0);
	assert_false(q.has_other);
	assert_int_equal(pfs_query_parse(&f.s.model, "pfn:44000", true, &q, &err), 0);
	assert_int_equal(q.read.pfn, 0x44000);
}

static void queries(void **state)
{
	static const char *const bad[] = {
		"",
		"pfn:",
		"0x",
		"zz",
		"-1",
		"0x1g",
		"0x10000000000000000",
		"pfn:0xffffffffffff",
		"page:0x44000",
		" 1",
		"page:0xffffffffffffffff",
	};
	static struct fixture f;
	struct pfs_query q;
	struct pfs_err err;
	size_t i;

	(void)state;
	query("0x44000", PFS_Q_PFN, 0x44000, 0);
	query("278528", PFS_Q_PFN, 0x44000, 0);
	query("0x44000123", PFS_Q_PHYS, 0x44000, 0x123);
	query("ffffea0001100008", PFS_Q_PAGE, 0x44000, 8);
	query("0xffffea0001100000", PFS_Q_PAGE, 0x44000, 0);
	query("phys:0x44000", PFS_Q_PHYS, 0x44, 0);
	query("pfn:0x90000", PFS_Q_PFN, 0x90000, 0);
	query("page:0xffffea0001100000", PFS_Q_PAGE, 0x44000, 0);
	fixture_init(&f);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(pfs_query_parse(&f.s.model, bad[i], false, &q, &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bases),
		cmocka_unit_test(escape),
		cmocka_unit_test(sizes),
		cmocka_unit_test(verdict),
		cmocka_unit_test(of_a_live_kernel),
		cmocka_unit_test(colors),
		cmocka_unit_test(views),
		cmocka_unit_test(explain),
		cmocka_unit_test(explain_words),
		cmocka_unit_test(full_disk),
		cmocka_unit_test(signatures),
		cmocka_unit_test(queries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
