/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Markup and its escapes, and the dialects of a sink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>

#include <cmocka.h>

#include "report_sink.h"

static struct sink s;

static void clear(enum pfs_dialect d)
{
	sink_init(&s);
	s.o.dialect = d;
}

static void test_text_in_markup(void **state)
{
	(void)state;
	clear(PFS_MARKUP);
	pfs_markup(&s.o, "<p title=\"%s\">%s</p>", "\"'>", "a<b>&amp;");
	assert_string_equal(s.buf, "<p title=\"&quot;&#39;&gt;\">a&lt;b&gt;&amp;amp;</p>");
	clear(PFS_MARKUP);
	pfs_markup(&s.o, "%s", "\033[31m\xff\xe2\x80\xae\n\xc3\xa9");
	assert_string_equal(s.buf, "\\x1b[31m\\xff\\xe2\\x80\\xae\\x0a\xc3\xa9");
}

static void test_numbers(void **state)
{
	(void)state;
	clear(PFS_MARKUP);
	pfs_markup(&s.o, "%d %5d|%-4d|%u %x %02zx %016" PRIx64 " %" PRIu64 " %c%c %lld %%", -3, 42,
		   7, 4000000000u, 255u, (size_t)8, UINT64_C(0xfdfdfdfdfdfdfdfd), UINT64_MAX, 'D',
		   '<', -5ll);
	assert_string_equal(s.buf, "-3    42|7   |4000000000 ff 08 fdfdfdfdfdfdfdfd "
				   "18446744073709551615 D&lt; -5 %");
}

/* A string that is cut may end in the middle of a character, which is then none. */
static void test_cut(void **state)
{
	(void)state;
	clear(PFS_MARKUP);
	pfs_markup(&s.o, "[%.*s]", 3, "<b\xc3\xa9>");
	assert_string_equal(s.buf, "[&lt;b\\xc3]");
	clear(PFS_MARKUP);
	pfs_markup(&s.o, "[%.*s]", 100, "short");
	assert_string_equal(s.buf, "[short]");
}

static void test_long(void **state)
{
	static char text[40001];
	size_t i, lt = 0;

	(void)state;
	memset(text, '<', sizeof(text) - 1);
	clear(PFS_MARKUP);
	s.o.width = 0;
	/* The sink holds 128 KiB: 30000 times "&lt;" fits. */
	pfs_markup(&s.o, "%.*s", 30000, text);
	for (i = 0; i + 3 < s.len; i += 4)
		lt += !memcmp(s.buf + i, "&lt;", 4);
	assert_int_equal(lt, 30000);
	assert_int_equal(s.len, 120000);
}

static void test_dialects(void **state)
{
	(void)state;
	clear(PFS_TERMINAL);
	pfs_outf(&s.o, "<%s>\n", "\xc3\xa9\033");
	assert_string_equal(s.buf, "<\xc3\xa9\\x1b>\n");
	clear(PFS_ASCII);
	pfs_outf(&s.o, "<%s>\n", "\xc3\xa9\033");
	assert_string_equal(s.buf, "<\\xc3\\xa9\\x1b>\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_in_markup),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_dialects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
