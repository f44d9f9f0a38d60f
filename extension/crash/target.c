/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory through crash's own reader, a page at a time: crash takes no more in
 * one go, and its answer speaks for one page.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crash/crash.h"

#define MAX_PAGE 65536
#define MAX_VMCOREINFO 65536
#define MAX_CPUS 8192

struct crash_target {
	struct pfs_target t;
	struct pfs_crash_info info;
	struct pfs_target *file;
	char *vmcoreinfo;
	struct pfs_cpu_note *cpus;
};

static struct crash_target *to_crash(struct pfs_target *t)
{
	return (struct crash_target *)((char *)t - offsetof(struct crash_target, t));
}

static bool all_zero(const unsigned char *p, size_t len)
{
	return !len || (!*p && !memcmp(p, p + 1, len - 1));
}

static enum pfs_presence answer_of(const struct crash_target *c, enum pfs_crash_read r)
{
	switch (r) {
	case PFS_CRASH_OK:
		return PFS_PRESENT;
	case PFS_CRASH_NO_RAM:
		/* Or in a file of the set that crash was not given. */
		return c->info.split ? PFS_UNDECIDABLE : PFS_ABSENT;
	case PFS_CRASH_EXCLUDED:
		return PFS_EXCLUDED;
	case PFS_CRASH_FAILED:
		break;
	}
	return PFS_UNDECIDABLE;
}

/*
 * Are the bytes at pa the dump's, and how far? crash makes up zeroes where an
 * ELF segment ends in the file but not in memory, and takes whatever follows in
 * the file where the dump has one segment; and it does not know that a
 * distilled dump has parts of pages.
 */
static enum pfs_presence ask_file(struct crash_target *c, uint64_t pa, uint64_t *ret_end)
{
	*ret_end = UINT64_MAX;
	if (!c->file || !c->file->ops->presence || !(c->info.elf || c->t.info.origin_note))
		return PFS_PRESENT;
	return c->file->ops->presence(c->file, pa, ret_end);
}

/* Inside one page. */
static enum pfs_presence read_part(struct crash_target *c, uint64_t pa, void *buf, size_t len)
{
	size_t size = c->info.page_size;
	unsigned char page[MAX_PAGE];
	enum pfs_presence p;

	if (c->file || !c->info.elf)
		return answer_of(c, pfs_crash_read_phys(pa, buf, len));
	/* Nobody to ask: zeroes are not believed. */
	p = answer_of(c, pfs_crash_read_phys(pa - pa % size, page, size));
	if (p == PFS_PRESENT && all_zero(page, size))
		p = PFS_UNDECIDABLE;
	if (p == PFS_PRESENT)
		memcpy(buf, page + pa % size, len);
	return p;
}

static enum pfs_presence crash_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				    size_t *ret_len)
{
	struct crash_target *c = to_crash(t);
	unsigned char *to = buf;
	uint64_t end;

	for (*ret_len = 0; *ret_len < len;) {
		size_t n = c->info.page_size - pa % c->info.page_size;
		enum pfs_presence p = ask_file(c, pa, &end);

		if (n > len - *ret_len)
			n = len - *ret_len;
		if (n > end - pa)
			n = (size_t)(end - pa);
		if (p == PFS_PRESENT)
			p = read_part(c, pa, to, n);
		if (p != PFS_PRESENT)
			return p;
		to += n;
		pa += n;
		*ret_len += n;
	}
	return PFS_PRESENT;
}

static void crash_free(struct pfs_target *t)
{
	struct crash_target *c = to_crash(t);

	pfs_target_free(c->file);
	free(c->vmcoreinfo);
	free(c->cpus);
	free(c);
}

static const struct pfs_target_ops ops = {
	.name = "crash",
	.read = crash_read,
	.free = crash_free,
};

/*
 * The ELF note that the kernel keeps ready for the dump, from its own memory:
 * the capture kernel's /proc/vmcore copies it from there.
 *
 *	+0 namesz  +4 descsz  +8 type  +12 "VMCOREINFO"  +24 text
 *
 * (The text is not read where vmcoreinfo_data points: in a kernel that was
 * crashing, that is a copy inside the memory of the capture kernel.)
 */
static int vmcoreinfo_from_memory(struct crash_target *c)
{
	uint64_t note, at;
	uint32_t head[6];

	if (!pfs_crash_symbol("vmcoreinfo_note", &at) ||
	    !pfs_crash_read_virt(at, &note, sizeof(note)) ||
	    !pfs_crash_read_virt(note, head, sizeof(head)) || head[0] != sizeof("VMCOREINFO") ||
	    memcmp(head + 3, "VMCOREINFO", sizeof("VMCOREINFO")) || !head[1] ||
	    head[1] > MAX_VMCOREINFO)
		return 0;
	c->vmcoreinfo = malloc(head[1]);
	if (!c->vmcoreinfo)
		return -ENOMEM;
	if (!pfs_crash_read_virt(note + sizeof(head), c->vmcoreinfo, head[1]))
		return 0;
	c->t.info.vmcoreinfo = c->vmcoreinfo;
	c->t.info.vmcoreinfo_len = strnlen(c->vmcoreinfo, head[1]);
	return 0;
}

/* The dump's notes live as long as the session of crash. */
static int registers_from_crash(struct crash_target *c)
{
	unsigned int cpu, nr = c->info.cpus < MAX_CPUS ? c->info.cpus : MAX_CPUS;
	size_t n = 0, len;

	c->cpus = calloc(nr ? nr : 1, sizeof(*c->cpus));
	if (!c->cpus)
		return -ENOMEM;
	for (cpu = 0; cpu < nr; cpu++) {
		const void *p = pfs_crash_prstatus(cpu, &len);

		if (p && len == c->info.prstatus_size)
			c->cpus[n++] = (struct pfs_cpu_note){ cpu, p, len };
	}
	c->t.info.cpus = c->cpus;
	c->t.info.nr_cpus = n;
	return 0;
}

int pfs_crash_target(const struct pfs_crash_info *info, const struct pfs_crash_files *files,
		     struct pfs_target *file, struct pfs_target **ret, struct pfs_err *err)
{
	struct crash_target *c = calloc(1, sizeof(*c));

	if (!c) {
		pfs_target_free(file);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	c->info = *info;
	c->file = file;
	c->t.ops = &ops;
	if (file)
		c->t.info = file->info;
	else
		c->t.info = (struct pfs_target_info){
			.path = files->nr ? files->paths[0] : info->dumpfile,
			.format = info->format,
			.bytes = files->bytes,
		};
	c->t.info.reader = "crash";
	c->t.info.reader_version = info->version;
	c->t.info.arch = info->arch;
	c->t.info.page_size = info->page_size;
	c->t.info.live = info->live;
	if (vmcoreinfo_from_memory(c) || (!file && registers_from_crash(c))) {
		crash_free(&c->t);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	*ret = &c->t;
	return 0;
}
