/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Distilled dumps: what was read comes back, and nothing else does. */
#include "bytes/kdump_free.h"
#include "distill/write.h"
#include "dumpfile.h"
#include "facts/arch.h"

static const char pages[] = "..zzx0zzDzzzzzzzz..zzzz";

static void facts(struct pfs_facts *f)
{
	memset(f, 0, sizeof(*f));
	f->release = "6.1.0-test";
	f->build_id = "0123abcd";
	f->f[PFS_F_STEXT] = (struct pfs_fact){ 0xffffffff81000000, "kallsyms" };
	f->machine = pfs_arch_by_name("x86_64")->facts;
	f->f[pfs_facts_find(f, "NUMBER(phys_base)")] = (struct pfs_fact){ (uint64_t)-4096,
									  "VMCOREINFO" };
	f->f[PFS_F_SZ_PAGE] = (struct pfs_fact){ 64, "BTF" };
	f->f[PFS_F_PAGESIZE] = (struct pfs_fact){ 4096, "VMCOREINFO" };
	f->f[PFS_F_KERNELOFFSET] = (struct pfs_fact){ 0x1a000000, "VMCOREINFO" };
}

static struct pfs_target *open_recorded(void)
{
	struct blob b = { 0 };
	struct pfs_target *t, *rec;
	struct pfs_err err;

	dump_kdump(&b, pages, &(struct dump_opts){ .machine = "x86_64" });
	assert_int_equal(dump_try(&b, &t, &err), 0);
	assert_int_equal(pfs_target_record(t, &rec, &err), 0);
	blob_free(&b);
	return rec;
}

/* What an analysis might do, with every answer. */
static void analyse(struct pfs_target *t)
{
	unsigned char buf[3 * PAGE];
	size_t got;

	assert_int_equal(pfs_target_read(t, 2 * PAGE + 64, buf, 64, &got), PFS_PRESENT);
	dump_check(buf, 2 * PAGE + 64, 64);
	assert_int_equal(pfs_target_read(t, 2 * PAGE + 256, buf, 8, &got), PFS_PRESENT);
	dump_check(buf, 2 * PAGE + 256, 8);
	assert_int_equal(pfs_target_read(t, 5 * PAGE, buf, 3 * PAGE, &got), PFS_PRESENT);
	assert_int_equal(buf[0] | buf[PAGE - 1], 0);
	dump_check(buf + PAGE, 6 * PAGE, 2 * PAGE);
	assert_int_equal(pfs_target_read(t, 4 * PAGE, buf, 8, &got), PFS_EXCLUDED);
	assert_int_equal(pfs_target_read(t, 8 * PAGE, buf, 8, &got), PFS_UNDECIDABLE);
	assert_int_equal(pfs_target_read(t, 0, buf, 8, &got), PFS_ABSENT);
	assert_int_equal(pfs_target_read(t, 11 * PAGE - 4, buf, 8, &got), PFS_PRESENT);
	dump_check(buf, 11 * PAGE - 4, 8);
}

static void slurp(const char *name, struct blob *b)
{
	char path[128];
	unsigned char buf[PAGE];
	int fd = open(dump_path(name, path), O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		blob_put(b, b->len, buf, (size_t)n);
	close(fd);
}

static int new_file(const char *name)
{
	char path[128];
	int fd = open(dump_path(name, path), O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void distill(const char *name, struct pfs_target *t, const char *panic)
{
	int fd = new_file(name), r;
	struct pfs_facts f;
	struct pfs_err err;

	facts(&f);
	r = pfs_distill_write(fd, t, &f, NULL, panic, NULL, &err);
	if (r)
		fail_msg("%s", err.msg);
	assert_true(pfs_is_distilled(fd));
	close(fd);
}

static const char text[] =
	"OSRELEASE=6.1.0-test\nPAGESIZE=4096\nSYMBOL(x)=ff\n"
	"BUILD-ID=0123abcd\nKERNELOFFSET=1a000000\n"
	"SYMBOL(_stext)=ffffffff81000000\nSIZE(page)=64\nNUMBER(phys_base)=-4096\n";

static void round_trip(void **state)
{
	struct pfs_target *t = open_recorded(), *rec;
	struct blob first = { 0 }, second = { 0 };
	struct pfs_err err;
	uint64_t pfn;

	(void)state;
	analyse(t);
	distill("a", t, "{\"kind\":\"oops\"}");
	pfs_target_free(t);

	assert_int_equal(dump_open("a", &t, &err), 0);
	assert_string_equal(t->info.format, "kdump");
	assert_string_equal(t->info.arch, "x86_64");
	assert_int_equal(t->info.max_pfn, strlen(pages));
	/* Registers may hold the user's data. */
	assert_int_equal(t->info.nr_cpus, 0);
	assert_int_equal(t->info.vmcoreinfo_len, sizeof(text) - 1);
	assert_memory_equal(t->info.vmcoreinfo, text, sizeof(text) - 1);
	assert_int_equal(t->info.panic_note_len, 15);
	assert_memory_equal(t->info.panic_note, "{\"kind\":\"oops\"}", 15);
	assert_non_null(
		memmem(t->info.origin_note, t->info.origin_note_len, "\"format\":\"kdump\"", 16));
	assert_null(
		memmem(t->info.origin_note, t->info.origin_note_len, dump_dir, strlen(dump_dir)));

	assert_int_equal(pfs_target_record(t, &rec, &err), 0);
	analyse(rec);
	distill("b", rec, NULL);
	/* Not read, so not there: in a kept page, and in one that is not. */
	assert_int_equal(dump_answer(rec, 2 * PAGE), PFS_EXCLUDED);
	assert_int_equal(dump_answer(rec, 2 * PAGE + 128), PFS_EXCLUDED);
	assert_int_equal(dump_answer(rec, 2 * PAGE + 255), PFS_EXCLUDED);
	assert_int_equal(dump_answer(rec, 2 * PAGE + 264), PFS_EXCLUDED);
	for (pfn = 0; pfn < strlen(pages); pfn++) {
		enum pfs_presence p = dump_answer(rec, pfn * PAGE + 2000);

		if (pages[pfn] == '.')
			assert_int_equal(p, PFS_ABSENT);
		else if (pfn == 8)
			assert_int_equal(p, PFS_UNDECIDABLE);
		else if (pfn < 5 || pfn > 7)
			assert_int_equal(p, PFS_EXCLUDED);
		else
			assert_int_equal(p, PFS_PRESENT);
	}
	pfs_target_free(rec);

	slurp("a", &first);
	slurp("b", &second);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.p, second.p, first.len);
	blob_free(&first);
	blob_free(&second);
	dump_remove("a");
	dump_remove("b");
}

/* No byte that was not read is in the file: a page is stored as it was read. */
static void no_neighbours(void **state)
{
	struct pfs_target *t = open_recorded();
	char path[128];
	kdump_ctx_t *ctx = kdump_new();
	unsigned char page[2 * PAGE];
	size_t i, len = PAGE;
	const char *s;
	kdump_num_t n;
	int fd;

	(void)state;
	analyse(t);
	distill("a", t, NULL);
	pfs_target_free(t);
	fd = open(dump_path("a", path), O_RDONLY);
	assert_int_equal(kdump_open_fd(ctx, fd), KDUMP_OK);
	assert_int_equal(kdump_get_string_attr(ctx, "arch.name", &s), KDUMP_OK);
	assert_string_equal(s, "x86_64");
	assert_int_equal(kdump_get_string_attr(ctx, "linux.uts.release", &s), KDUMP_OK);
	assert_string_equal(s, "6.1.0-test");
	assert_int_equal(kdump_get_number_attr(ctx, "linux.vmcoreinfo.SIZE.page", &n), KDUMP_OK);
	assert_int_equal(n, 64);
	assert_int_equal(kdump_read(ctx, KDUMP_MACHPHYSADDR, 2 * PAGE, page, &len), KDUMP_OK);
	for (i = 0; i < PAGE; i++) {
		bool kept = (i >= 64 && i < 128) || (i >= 256 && i < 264);

		assert_int_equal(page[i], kept ? dump_byte(2 * PAGE + i) : 0);
	}
	len = PAGE;
	assert_int_equal(kdump_read(ctx, KDUMP_MACHPHYSADDR, 3 * PAGE, page, &len),
			 KDUMP_ERR_NODATA);
	len = 2 * PAGE;
	assert_int_equal(kdump_read(ctx, KDUMP_MACHPHYSADDR, 6 * PAGE, page, &len), KDUMP_OK);
	dump_check(page, 6 * PAGE, 2 * PAGE);
	if (PFS_KDUMP_FREE_WORKS)
		kdump_free(ctx);
	close(fd);
	dump_remove("a");
}

static void failures(void **state)
{
	struct pfs_target *t = open_recorded();
	struct blob b = { 0 };
	struct pfs_facts f;
	struct pfs_err err;
	struct pfs_target *plain;
	int fd = new_file("a");

	(void)state;
	facts(&f);
	assert_int_equal(pfs_distill_write(fd, t, &f, NULL, NULL, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "nothing was read"));
	assert_false(pfs_is_distilled(fd));
	analyse(t);
	dump_kdump(&b, pages, &(struct dump_opts){ 0 });
	assert_int_equal(dump_try(&b, &plain, &err), 0);
	assert_int_equal(pfs_distill_write(fd, plain, &f, NULL, NULL, NULL, &err), -EINVAL);
	close(fd);
	dump_remove("a");
	pfs_target_free(plain);
	pfs_target_free(t);
	blob_free(&b);
}

/* A dump that lost pages after they were read, by another thread: what it buffered is its own. */
static void lost_pages(void **state)
{
	struct pfs_target *t, *rec, *other;
	struct blob b = { 0 };
	struct pfs_facts f;
	struct pfs_err err;
	int fd = new_file("a");
	char path[128];

	(void)state;
	facts(&f);
	dump_kdump(&b, pages, &(struct dump_opts){ 0 });
	dump_write(&b, "dump");
	assert_int_equal(dump_open("dump", &t, &err), 0);
	assert_int_equal(pfs_target_record(t, &rec, &err), 0);
	assert_int_equal(rec->ops->clone(rec, &other, &err), 0);
	analyse(other);
	pfs_target_free(other);
	assert_int_equal(truncate(dump_path("dump", path), DUMP_DESC), 0);
	assert_int_equal(pfs_distill_write(fd, rec, &f, NULL, NULL, NULL, &err), -EIO);
	assert_non_null(strstr(err.msg, "undecidable now"));
	close(fd);
	dump_remove("a");
	pfs_target_free(rec);
	dump_remove("dump"); /* and the directory is empty, or its removal fails */
	blob_free(&b);
}

/* Every byte of the notes spoiled: opened or refused, never anything worse. */
static void hostile_notes(void **state)
{
	struct pfs_target *t = open_recorded();
	struct blob b = { 0 };
	struct pfs_err err;
	uint64_t notes, len, at, pfn, end;
	unsigned int refused = 0, i;
	unsigned char buf[2 * PAGE];
	size_t got;

	(void)state;
	analyse(t);
	distill("a", t, "{}");
	pfs_target_free(t);
	slurp("a", &b);
	dump_remove("a");
	notes = pfs_le64(b.p + PAGE + KDUMP_SUB_OFFSET_NOTE);
	len = pfs_le64(b.p + PAGE + KDUMP_SUB_SIZE_NOTE);
	for (at = notes; at < notes + len; at++) {
		for (i = 0; i < 3; i++) {
			unsigned char old = b.p[at];

			b.p[at] = (unsigned char)(i == 0 ? 0 : i == 1 ? 0xff : old + 1);
			if (dump_try(&b, &t, &err)) {
				refused++;
			} else {
				for (pfn = 0; pfn < 30; pfn++) {
					pfs_target_read(t, pfn * PAGE + 64, buf, PAGE, &got);
					t->ops->presence(t, pfn * PAGE, &end);
				}
				pfs_target_free(t);
			}
			b.p[at] = old;
		}
	}
	assert_true(refused > 0);
	blob_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),	 cmocka_unit_test(no_neighbours),
		cmocka_unit_test(failures),	 cmocka_unit_test(lost_pages),
		cmocka_unit_test(hostile_notes),
	};

	return cmocka_run_group_tests(tests, dump_setup, dump_teardown);
}
