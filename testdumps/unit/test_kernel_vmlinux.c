/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vmlinux made on the spot: displacement by KASLR, identity, and what is no vmlinux. */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "btf_blob.h"
#include "facts/kernel.h"
#include "session/find_vmlinux.h"

#define TEXT	UINT64_C(0xffffffff81000000)
#define KASLR	UINT64_C(0x1ac00000)

enum { SYMTAB = 1, NOTES = 2, WITH_BTF = 4, BANNER = 8, CORE = 16 };

static const char strtab[] = "\0_stext\0twice\0pcpu\0absolute\0undefined\0linux_banner";
static const char shstrtab[] = "\0.text\0.notes\0.BTF\0.rodata\0.symtab\0.strtab\0.shstrtab";
static const char banner[] = "Linux version 6.1.0-test (build@host) #1";
static const unsigned char note[] = {
	4, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 0xab, 0xcd, 0xef, 0x01,
};

static unsigned int offset_of(const char *table, size_t size, const char *name)
{
	size_t i;

	for (i = 1; i < size; i += strlen(table + i) + 1)
		if (!strcmp(table + i, name))
			return (unsigned int)i;
	return 0;
}

static size_t add_section(Elf *elf, const char *name, unsigned int type, uint64_t addr,
			  const void *data, size_t size, unsigned int link, size_t entsize)
{
	Elf_Scn *scn = elf_newscn(elf);
	Elf_Data *d = elf_newdata(scn);
	GElf_Shdr sh;

	d->d_buf = (void *)(uintptr_t)data;
	d->d_size = size;
	d->d_type = type == SHT_SYMTAB ? ELF_T_SYM : ELF_T_BYTE;
	d->d_align = type == SHT_NOTE ? 4 : 8;
	d->d_version = EV_CURRENT;
	gelf_getshdr(scn, &sh);
	sh.sh_name = offset_of(shstrtab, sizeof(shstrtab), name);
	sh.sh_type = type;
	sh.sh_addr = addr;
	sh.sh_flags = addr ? SHF_ALLOC : 0;
	sh.sh_link = link;
	sh.sh_entsize = entsize;
	gelf_update_shdr(scn, &sh);
	return elf_ndxscn(scn);
}

static Elf64_Sym symbol(const char *name, uint64_t value, unsigned int shndx, int bind)
{
	Elf64_Sym s = {
		.st_name = offset_of(strtab, sizeof(strtab), name),
		.st_info = (unsigned char)ELF64_ST_INFO(bind, STT_OBJECT),
		.st_shndx = (Elf64_Half)shndx,
		.st_value = value,
	};

	return s;
}

static void make(const char *path, int what)
{
	static unsigned char blob[8192], text[16];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	Elf64_Sym syms[8];
	size_t n = 0, textndx, strndx;
	GElf_Ehdr eh;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	gelf_newehdr(elf, ELFCLASS64);
	gelf_getehdr(elf, &eh);
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	eh.e_type = what & CORE ? ET_CORE : ET_EXEC;
	eh.e_machine = EM_X86_64;
	eh.e_version = EV_CURRENT;
	gelf_update_ehdr(elf, &eh);
	textndx = add_section(elf, ".text", SHT_PROGBITS, TEXT, text, sizeof(text), 0, 0);
	if (what & NOTES)
		add_section(elf, ".notes", SHT_NOTE, TEXT + 0x1000, note, sizeof(note), 0, 0);
	if (what & BANNER)
		add_section(elf, ".rodata", SHT_PROGBITS, TEXT + 0x2000, banner, sizeof(banner), 0,
			    0);
	if (what & WITH_BTF)
		add_section(elf, ".BTF", SHT_PROGBITS, TEXT + 0x3000, blob,
			    blob_make(blob, sizeof(blob)), 0, 0);
	if (what & SYMTAB) {
		unsigned int t = (unsigned int)textndx;

		memset(syms, 0, sizeof(syms[0]));
		n = 1;
		syms[n++] = symbol("twice", TEXT + 0x10, t, STB_LOCAL);
		syms[n++] = symbol("pcpu", 0x1c000, t, STB_LOCAL);
		syms[n++] = symbol("_stext", TEXT, t, STB_GLOBAL);
		syms[n++] = symbol("twice", TEXT + 0x20, t, STB_GLOBAL);
		syms[n++] = symbol("absolute", 0x1234, SHN_ABS, STB_GLOBAL);
		syms[n++] = symbol("undefined", 0, SHN_UNDEF, STB_GLOBAL);
		syms[n++] = symbol("linux_banner", TEXT + 0x2000, t, STB_GLOBAL);
		strndx = add_section(elf, ".strtab", SHT_STRTAB, 0, strtab, sizeof(strtab), 0, 0);
		add_section(elf, ".symtab", SHT_SYMTAB, 0, syms, n * sizeof(syms[0]),
			    (unsigned int)strndx, sizeof(syms[0]));
	}
	gelf_getehdr(elf, &eh);
	eh.e_shstrndx = (Elf64_Half)add_section(elf, ".shstrtab", SHT_STRTAB, 0, shstrtab,
						sizeof(shstrtab), 0, 0);
	gelf_update_ehdr(elf, &eh);
	assert_true(elf_update(elf, ELF_C_WRITE) > 0);
	elf_end(elf);
	close(fd);
}

static char path[] = "/tmp/pfnscope-vmlinux.XXXXXX";

static int setup(void **unused)
{
	int fd = mkstemp(path);

	(void)unused;
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **unused)
{
	(void)unused;
	return unlink(path);
}

static void expect(int what, const char *build_id, const char *release, int code, const char *msg)
{
	struct pfs_lookup *l = NULL;
	struct pfs_err err = { 0, "" };

	make(path, what);
	assert_int_equal(pfs_vmlinux_open(path, build_id, release, KASLR, &l, &err), -code);
	if (code)
		assert_non_null(strstr(err.msg, msg));
	else
		l->ops->free(l);
}

static void symbols_and_types(void **unused)
{
	struct pfs_lookup *l;
	struct pfs_member m;
	struct pfs_err err;
	const char *name;
	uint64_t v, off;
	int64_t e;

	(void)unused;
	make(path, SYMTAB | NOTES | WITH_BTF);
	assert_int_equal(pfs_vmlinux_open(path, "ABCDEF01", "", KASLR, &l, &err), 0);
	assert_int_equal(l->ops->symbol(l, "_stext", &v), 0);
	assert_int_equal(v, TEXT + KASLR);
	assert_string_equal(l->from, "vmlinux symbols");
	/* A global symbol outranks a local one of its name; per-CPU offsets stay. */
	assert_int_equal(l->ops->symbol(l, "twice", &v), 0);
	assert_int_equal(v, TEXT + KASLR + 0x20);
	assert_int_equal(l->ops->symbol(l, "pcpu", &v), 0);
	assert_int_equal(v, 0x1c000);
	assert_int_equal(l->ops->symbol(l, "absolute", &v), -ENOENT);
	assert_int_equal(l->ops->symbol(l, "undefined", &v), -ENOENT);
	assert_int_equal(l->ops->symbol_at(l, TEXT + KASLR + 0x28, &name, &off), 0);
	assert_string_equal(name, "twice");
	assert_int_equal(off, 8);
	assert_int_equal(l->ops->symbol_at(l, TEXT, &name, &off), -ENOENT);
	assert_int_equal(l->ops->member(l, "page", "lru.prev", &m), 0);
	assert_int_equal(m.offset, 16);
	assert_string_equal(l->from, "vmlinux BTF");
	assert_int_equal(l->ops->type_size(l, "page", &v), 0);
	assert_int_equal(v, 64);
	assert_int_equal(l->ops->enumerator(l, "PG_reserved", &e), 0);
	assert_int_equal(e, 12);
	l->ops->free(l);

	/* Without types symbols are still of use. */
	make(path, SYMTAB | NOTES);
	assert_int_equal(pfs_vmlinux_open(path, "", "", KASLR, &l, &err), 0);
	assert_int_equal(err.code, ENOENT);
	assert_int_equal(l->ops->symbol(l, "_stext", &v), 0);
	assert_int_equal(l->ops->type_size(l, "page", &v), -ENOENT);
	l->ops->free(l);
}

static void identity(void **unused)
{
	(void)unused;
	expect(SYMTAB | NOTES, "abcdef01", "6.1.0", 0, NULL);
	expect(SYMTAB | NOTES, "abcdef02", "6.1.0", EINVAL,
	       "vmlinux is of another kernel: build-id abcdef01, the dump's is abcdef02");
	expect(SYMTAB | NOTES, "", "6.1.0", 0, NULL);
	expect(SYMTAB | BANNER, "abcdef01", "6.1.0-test", 0, NULL);
	expect(SYMTAB | BANNER, "", "6.1.0", EINVAL,
	       "vmlinux is of another kernel: release 6.1.0-test, the dump's is 6.1.0");
	expect(SYMTAB | BANNER, "", "", 0, NULL);
}

static void not_a_vmlinux(void **unused)
{
	struct pfs_lookup *l;
	struct pfs_err err;
	FILE *f;

	(void)unused;
	expect(NOTES, "", "", EINVAL, "stripped");
	expect(SYMTAB | CORE, "", "", EINVAL, "core dump");
	f = fopen(path, "w");
	fputs("MZ this is a bzImage", f);
	fclose(f);
	assert_int_equal(pfs_vmlinux_open(path, "", "", 0, &l, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "not an ELF file"));
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(pfs_vmlinux_open(path, "", "", 0, &l, &err), -EINVAL);
	assert_int_equal(pfs_vmlinux_open("/tmp", "", "", 0, &l, &err), -EINVAL);
	assert_int_equal(pfs_vmlinux_open("/nonexistent/vmlinux", "", "", 0, &l, &err), -ENOENT);
	assert_string_equal(err.msg, "/nonexistent/vmlinux: No such file or directory");
}

/* Cut off anywhere, or with any byte changed: an error or an answer. */
static void damaged(void **unused)
{
	struct pfs_lookup *l;
	struct pfs_member m;
	struct pfs_err err;
	char *all;
	long size, i;
	uint64_t v;
	FILE *f;

	(void)unused;
	make(path, SYMTAB | NOTES | WITH_BTF | BANNER);
	f = fopen(path, "r");
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	all = malloc((size_t)size);
	assert_int_equal(fread(all, 1, (size_t)size, f), size);
	fclose(f);
	srand(1);
	for (i = 0; i < 1000; i++) {
		long len = i & 1 ? size : rand() % size, at = rand() % size;
		char old = all[at];

		all[at] = (char)rand();
		f = fopen(path, "w");
		fwrite(all, 1, (size_t)len, f);
		fclose(f);
		all[at] = old;
		if (!pfs_vmlinux_open(path, "", "", KASLR, &l, &err)) {
			(void)l->ops->symbol(l, "_stext", &v);
			(void)l->ops->member(l, "page", "lru", &m);
			l->ops->free(l);
		}
	}
	free(all);
}

static void make_below(const char *root, const char *place, int what)
{
	char to[512], command[1200];

	snprintf(to, sizeof(to), "%s%s", root, place);
	snprintf(command, sizeof(command), "mkdir -p \"$(dirname %s)\"", to);
	assert_int_equal(system(command), 0);
	make(to, what);
}

/* By build-id alone, wherever it lies: a file of the release's name may be of another build. */
static void found_by_build_id(void **unused)
{
	struct pfs_origin o = { .release = "6.1.0-test", .build_id = "abcdef01" };
	char root[] = "/tmp/pfnscope-root.XXXXXX", found[512], command[600];

	(void)unused;
	assert_non_null(mkdtemp(root));
	assert_int_equal(pfs_find_vmlinux(root, &o, found, sizeof(found)), -ENOENT);
	make_below(root, "/boot/vmlinux-6.1.0-test", SYMTAB | BANNER);
	assert_int_equal(pfs_find_vmlinux(root, &o, found, sizeof(found)), -ENOENT);
	make_below(root, "/lib/modules/6.1.0-test/build/vmlinux", SYMTAB | NOTES);
	assert_int_equal(pfs_find_vmlinux(root, &o, found, sizeof(found)), 0);
	assert_string_equal(found + strlen(root), "/lib/modules/6.1.0-test/build/vmlinux");
	make_below(root, "/usr/lib/debug/.build-id/ab/cdef01.debug", SYMTAB | NOTES);
	assert_int_equal(pfs_find_vmlinux(root, &o, found, sizeof(found)), 0);
	assert_string_equal(found + strlen(root), "/usr/lib/debug/.build-id/ab/cdef01.debug");

	snprintf(o.build_id, sizeof(o.build_id), "abcdef02");
	assert_int_equal(pfs_find_vmlinux(root, &o, found, sizeof(found)), -ENOENT);
	/* A hostile dump's: no path of its own. */
	snprintf(o.build_id, sizeof(o.build_id), "ab/../cd");
	assert_int_equal(pfs_find_vmlinux(root, &o, found, sizeof(found)), -ENOENT);
	snprintf(o.build_id, sizeof(o.build_id), "abcdef01");
	snprintf(o.release, sizeof(o.release), "../../lib/modules/6.1.0-test");
	snprintf(command, sizeof(command), "rm %s/usr/lib/debug/.build-id/ab/cdef01.debug", root);
	assert_int_equal(system(command), 0);
	assert_int_equal(pfs_find_vmlinux(root, &o, found, sizeof(found)), -ENOENT);
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(symbols_and_types, setup, NULL),
		cmocka_unit_test(identity),
		cmocka_unit_test(not_a_vmlinux),
		cmocka_unit_test(found_by_build_id),
		cmocka_unit_test_setup_teardown(damaged, NULL, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
