/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON reports: keys in their order, types, bytes that are no UTF-8. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report_session.h"

static void check_keys(json_t *o, const char *const *keys)
{
	const char *key;
	json_t *v;

	json_object_foreach(o, key, v) {
		assert_non_null(*keys);
		assert_string_equal(key, *keys);
		keys++;
	}
	assert_null(*keys);
}

static const char *text_of(json_t *o, const char *path)
{
	char part[64];
	size_t n;

	while (*path) {
		n = strcspn(path, "/");
		memcpy(part, path, n);
		part[n] = '\0';
		o = json_object_get(o, part);
		if (!o)
			fail_msg("no '%s'", part);
		path += n + (path[n] == '/');
	}
	return json_string_value(o);
}

static void report(void **state)
{
	static const char *const top[] = { "schema",   "version", "dump",    "target",
					   "kernel",   "panic",	  "verdict", "summary",
					   "findings", "facts",	  "limits",  NULL };
	static struct fixture f;
	json_t *doc, *o;

	(void)state;
	fixture_init(&f);
	doc = pfs_json_report(&f.s);
	assert_non_null(doc);
	check_keys(doc, top);
	assert_string_equal(text_of(doc, "schema"), "pfnscope/report");
	assert_string_equal(text_of(doc, "version"), "1.0");
	assert_string_equal(text_of(doc, "panic/task/comm"), "cat\033]0;x\n\\xff");
	assert_string_equal(text_of(doc, "panic/fault_address_effective"), "0xfdfdfdfdfdfdfdfc");
	assert_string_equal(text_of(doc, "panic/kind"), "gp-fault");
	assert_string_equal(text_of(doc, "verdict/status"), "explained");
	assert_string_equal(text_of(doc, "verdict/pfn"), "0x44000");
	assert_string_equal(text_of(doc, "verdict/page"), "0xffffea0001100000");
	assert_string_equal(text_of(doc, "verdict/state"), "depopulated");
	assert_string_equal(text_of(doc, "verdict/mechanism"), "early-section-depopulated");
	assert_string_equal(text_of(doc, "verdict/start"), "0x44000");
	assert_string_equal(text_of(doc, "verdict/end"), "0x44002");
	assert_string_equal(text_of(doc, "kernel/kaslr_offset"), "0x1c000000");
	o = json_object_get(doc, "findings");
	assert_int_equal(json_array_size(o), 1);
	assert_string_equal(text_of(json_array_get(o, 0), "end"), "0x44002");
	assert_int_equal(json_integer_value(json_object_get(json_array_get(o, 0), "pages")), 2);
	/* By name: KERNELOFFSET before SIZE(page). */
	o = json_object_get(doc, "facts");
	assert_int_equal(json_array_size(o), 2);
	assert_string_equal(text_of(json_array_get(o, 0), "name"), "KERNELOFFSET");
	assert_string_equal(text_of(json_array_get(o, 1), "value"), "0x40");
	json_decref(doc);
}

static void no_panic(void **state)
{
	static struct fixture f;
	json_t *doc;

	(void)state;
	fixture_init(&f);
	f.s.panic.kind = PFS_PANIC_NONE;
	f.s.verdict = (struct pfs_verdict){ .status = PFS_NO_PANIC, .title = "no panic" };
	doc = pfs_json_report(&f.s);
	assert_non_null(doc);
	assert_null(json_object_get(doc, "panic"));
	assert_string_equal(text_of(doc, "verdict/status"), "no-panic");
	assert_null(json_object_get(json_object_get(doc, "verdict"), "signature"));
	json_decref(doc);
}

static void same_bytes(void **state)
{
	static struct fixture f;
	static struct sink a, b;

	(void)state;
	fixture_init(&f);
	sink_init(&a);
	sink_init(&b);
	pfs_json_write(&a.o, pfs_json_report(&f.s));
	pfs_json_write(&b.o, pfs_json_report(&f.s));
	assert_int_equal(a.o.error, 0);
	assert_string_equal(a.buf, b.buf);
	assert_int_equal(a.buf[a.len - 1], '\n');
}

static void views(void **state)
{
	static struct fixture f;
	json_t *doc, *fix;

	(void)state;
	fixture_init(&f);
	doc = pfs_json_sections(&f.s);
	assert_string_equal(text_of(doc, "schema"), "pfnscope/sections");
	assert_int_equal(json_array_size(json_object_get(doc, "sections")), 16);
	json_decref(doc);
	doc = pfs_json_vmemmap(&f.s);
	assert_string_equal(text_of(json_array_get(json_object_get(doc, "vmemmap"), 0), "mapping"),
			    "mapped");
	json_decref(doc);
	doc = pfs_json_map(&f.s);
	assert_string_equal(text_of(doc, "pfn"), "0x44000");
	json_decref(doc);
	doc = pfs_json_facts(&f.s);
	assert_int_equal(json_array_size(json_object_get(doc, "missing")), PFS_NR_COMMON_FACTS - 2);
	json_decref(doc);
	doc = pfs_json_check(&f.s);
	assert_null(json_object_get(doc, "verdict"));
	json_decref(doc);
	doc = pfs_json_explain("memmap-depopulated");
	assert_int_equal(json_array_size(json_object_get(doc, "problems")), 1);
	json_decref(doc);
	assert_null(pfs_json_explain("no-such-code"));
	doc = pfs_json_explain("VM_BUG_ON_PAGE(PagePoisoned(page))");
	fix = json_array_get(json_object_get(doc, "fixes"), 0);
	assert_string_equal(text_of(fix, "commit"), "d613f53c83ec");
	assert_string_equal(json_string_value(json_array_get(json_object_get(fix, "seen"), 0)),
			    "unpoison_memory");
	assert_int_equal(json_array_size(json_object_get(fix, "shows")), 2);
	assert_int_equal(json_array_size(json_object_get(doc, "problems")), 2);
	json_decref(doc);
	/* What was not seen has no key. */
	doc = pfs_json_explain(
		"mm/mm_init: fix pageblock migratetype for ZONE_DEVICE compound pages");
	fix = json_array_get(json_object_get(doc, "fixes"), 0);
	assert_null(json_object_get(fix, "commit"));
	assert_null(json_object_get(fix, "in"));
	json_decref(doc);
}

static void errors(void **state)
{
	static struct sink s;
	json_t *doc = pfs_json_error("damaged", "cannot read '\377'");

	(void)state;
	assert_string_equal(text_of(doc, "schema"), "pfnscope/error");
	assert_string_equal(text_of(doc, "error/message"), "cannot read '\\xff'");
	sink_init(&s);
	s.calls_left = 1;
	s.fail_with = -ENOSPC;
	pfs_json_write(&s.o, doc);
	assert_int_equal(s.o.error, -ENOSPC);
	sink_init(&s);
	pfs_json_write(&s.o, NULL);
	assert_int_equal(s.o.error, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report), cmocka_unit_test(no_panic), cmocka_unit_test(same_bytes),
		cmocka_unit_test(views),  cmocka_unit_test(errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
