/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands that open this dump in crash and in drgn, to be pasted as they are,
 * in a folder that has the dump and its vmlinux.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "report/ticket.h"

/* What each of them needs to know of a format, and whether it reads it at all. */
static const struct format {
	const char *name;
	bool crash_alone; /* a format that we read through crash */
	bool drgn;
	const char *why; /* not */
} formats[] = {
	{ "elf", false, true, NULL },
	{ "kdump", false, true, NULL },
	{ "elf-flattened", false, false, "a flattened dump" },
	{ "kdump-flattened", false, false, "a flattened dump" },
};

static const struct format other = { "", true, false, "this format" };

static const struct format *format_of(const struct pfs_target_info *i)
{
	size_t k;

	for (k = 0; i->format && k < sizeof(formats) / sizeof(formats[0]); k++)
		if (!strcmp(formats[k].name, i->format))
			return &formats[k];
	return &other;
}

/* As a word of a shell, or a string of Python. */
static void quote(char *to, size_t size, const char *name, bool python)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._+,:@%-";
	char mark = python ? '"' : '\'';
	size_t n = 0;

	if (!python && *name && *name != '-' && !name[strspn(name, plain)]) {
		snprintf(to, size, "%s", name);
		return;
	}
	to[n++] = mark;
	for (; *name && n + 6 < size; name++) {
		if (python && (*name == mark || *name == '\\'))
			to[n++] = '\\';
		if (!python && *name == mark)
			n += (size_t)snprintf(to + n, size - n, "'\\'");
		to[n++] = *name;
	}
	to[n++] = mark;
	to[n] = '\0';
}

static size_t nr_files(const struct pfs_target_info *i)
{
	return i->nr_paths ? i->nr_paths : 1;
}

static const char *file(const struct pfs_target_info *i, size_t k)
{
	if (i->origin_note)
		return "VMCORE";
	return pfs_base_name(i->nr_paths ? i->paths[k] : i->path ? i->path : "VMCORE");
}

/* What crash looks for in VMCOREINFO. */
static void put_crash(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_target_info *i = &s->target->info;
	int base = pfs_facts_find(&s->facts, "NUMBER(phys_base)");
	char name[256];
	size_t k;

	pfs_outf(o, "    $ crash");
	if (i->no_vmcoreinfo && pfs_have(&s->facts, PFS_F_KERNELOFFSET))
		pfs_outf(o, " --kaslr=0x%" PRIx64, pfs_val(&s->facts, PFS_F_KERNELOFFSET));
	if (i->no_vmcoreinfo && base >= 0 && pfs_have(&s->facts, (unsigned int)base))
		pfs_outf(o, " -m phys_base=%" PRId64, (int64_t)s->facts.f[base].value);
	pfs_outf(o, " vmlinux");
	for (k = 0; k < nr_files(i); k++) {
		quote(name, sizeof(name), file(i, k), false);
		pfs_outf(o, " %s", name);
	}
	pfs_outf(o, "\n");
}

static void put_open(struct pfs_out *o, const struct pfs_target_info *i)
{
	char name[256];
	size_t k;

	pfs_outf(o, "    >>> import pfnscope\n");
	for (k = 0; k < nr_files(i); k++) {
		quote(name, sizeof(name), file(i, k), true);
		pfs_outf(o, "    %s%s,\n", k ? "... " : ">>> prog = pfnscope.open(", name);
	}
	pfs_outf(o, "    ... vmlinux=\"vmlinux\")\n");
}

static void put_drgn(struct pfs_out *o, const struct pfs_target_info *i)
{
	const struct format *f = format_of(i);
	const char *why = !f->drgn	   ? f->why :
			  nr_files(i) > 1  ? "a split dump" :
			  i->no_vmcoreinfo ? "a dump without VMCOREINFO" :
			  i->no_utsname	   ? "a kdump that does not name its machine" :
					     NULL;
	char name[256];

	if (why && !i->origin_note) {
		pfs_out_para(o, 0, "    ", "drgn cannot open %s%s", why,
			     f->crash_alone ? "." : "; pfnscope.open() can, in drgn or in Python:");
		if (!f->crash_alone)
			put_open(o, i);
		return;
	}
	quote(name, sizeof(name), file(i, 0), false);
	/* drgn's own walks in an ELF dump of QEMU fail before 0.0.27. */
	if (i->nr_qemu)
		pfs_outf(o, "    $ export DRGN_USE_LIBKDUMPFILE_FOR_ELF=1\n");
	pfs_outf(o, "    $ drgn -c %s -s vmlinux\n", name);
}

void pfs_text_opening(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_target_info *i = &s->target->info;

	if (i->live) {
		pfs_outf(o, "    $ crash\n");
		pfs_outf(o, "    $ drgn\n");
		return;
	}
	if (i->origin_note)
		pfs_out_para(o, 0, "    ", "VMCORE is the dump that this one was distilled from.");
	put_crash(o, s);
	put_drgn(o, i);
}
