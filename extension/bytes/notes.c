/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF notes: a sequence of
 *
 *	+--------+--------+------+---------------------+---------------------+
 *	| namesz | descsz | type | name, padded to 4   | desc, padded to 4   |
 *	+--------+--------+------+---------------------+---------------------+
 *	  4 bytes each
 *
 * in a PT_NOTE segment of an ELF dump, or at offset_note of a kdump's sub
 * header. A bad length ends the sequence: what came before it stands.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "bytes/archs.h"
#include "bytes/distilled.h"
#include "bytes/dump.h"

/* More CPUs than any kernel is built for. */
#define MAX_CPUS 65536

struct note {
	const char *name;
	size_t namesz;
	uint32_t type;
	const unsigned char *desc;
	size_t descsz;
};

static bool next_note(enum pfs_order order, const unsigned char *buf, size_t len, size_t *at,
		      struct note *ret)
{
	size_t left = len - *at, name, desc;
	const unsigned char *p = buf + *at;

	if (left < 12)
		return false;
	left -= 12;
	ret->namesz = pfs_get32(order, p);
	ret->descsz = pfs_get32(order, p + 4);
	ret->type = pfs_get32(order, p + 8);
	name = (ret->namesz + 3) / 4 * 4;
	if (name > left)
		return false;
	left -= name;
	/* The last note of a file may come without its padding. */
	if (ret->descsz > left)
		return false;
	desc = (ret->descsz + 3) / 4 * 4;
	if (desc > left)
		desc = left;
	ret->name = (const char *)p + 12;
	ret->desc = p + 12 + name;
	*at += 12 + name + desc;
	return true;
}

static bool is(const struct note *n, const char *name)
{
	size_t len = strlen(name);

	/* Some writers count the terminating NUL in namesz, some do not. */
	return (n->namesz == len || n->namesz == len + 1) && !memcmp(n->name, name, len);
}

static void own_note(struct pfs_dump *d, const struct note *n)
{
	switch (n->type) {
	case PFS_NOTE_READABLE:
		d->distilled.readable = (struct pfs_distilled_note){ n->desc, n->descsz };
		break;
	case PFS_NOTE_PANIC:
		d->info.panic_note = (const char *)n->desc;
		d->info.panic_note_len = n->descsz;
		break;
	case PFS_NOTE_ORIGIN:
		d->info.origin_note = (const char *)n->desc;
		d->info.origin_note_len = n->descsz;
		break;
	case PFS_NOTE_SCAN:
		d->info.scan_note = (const char *)n->desc;
		d->info.scan_note_len = n->descsz;
		break;
	case PFS_NOTE_UNDECIDABLE:
		d->distilled.undecidable = (struct pfs_distilled_note){ n->desc, n->descsz };
		break;
	case PFS_NOTE_RAM:
		d->distilled.ram = (struct pfs_distilled_note){ n->desc, n->descsz };
		break;
	}
}

/*
 * A PRSTATUS of a big-endian file as little-endian, which is how all others read it. Of a 64-bit
 * machine it is three ints, a short, two longs, four pids, four times, then registers.
 */
static const unsigned char *swapped(struct pfs_dump *d, const struct note *n)
{
	unsigned char *to = pfs_alloc(&d->arena, n->descsz);
	size_t at, size, i;

	for (at = 0; to && at < n->descsz; at += size) {
		size = at == 12 ? 2 : at == 14 ? 2 : at < 16 || (at >= 32 && at < 48) ? 4 : 8;
		/* The last one is an int again: whether there are registers of the FPU. */
		if (size > n->descsz - at)
			size = n->descsz - at;
		for (i = 0; i < size; i++)
			to[at + i] = n->desc[at + size - 1 - i];
	}
	return to;
}

static int add_cpu(struct pfs_dump *d, const struct note *n)
{
	const unsigned char *prstatus = d->order == PFS_BIG ? swapped(d, n) : n->desc;
	struct pfs_cpu_note *cpu, *cpus = (struct pfs_cpu_note *)d->info.cpus;
	unsigned int nr = (unsigned int)d->info.nr_cpus;

	cpu = pfs_grow(&d->arena, &cpus, &d->info.nr_cpus, &d->cap_cpus, sizeof(*cpu));
	if (!cpu || !prstatus)
		return -ENOMEM;
	*cpu = (struct pfs_cpu_note){ nr, prstatus, n->descsz };
	d->info.cpus = cpus;
	return 0;
}

static int add_qemu(struct pfs_dump *d, const struct note *n)
{
	struct pfs_qemu_note *cpu, *cpus = (struct pfs_qemu_note *)d->info.qemu;

	cpu = pfs_grow(&d->arena, &cpus, &d->info.nr_qemu, &d->cap_qemu, sizeof(*cpu));
	if (!cpu)
		return -ENOMEM;
	*cpu = (struct pfs_qemu_note){ n->desc, n->descsz };
	d->info.qemu = cpus;
	return 0;
}

int pfs_dump_notes(struct pfs_dump *d, const void *buf, size_t len, struct pfs_err *err)
{
	bool auxv = false;
	struct note n;
	size_t at = 0;
	int r = 0;

	while (next_note(d->order, buf, len, &at, &n)) {
		if (is(&n, "VMCOREINFO") && !d->info.vmcoreinfo) {
			d->info.vmcoreinfo = (const char *)n.desc;
			d->info.vmcoreinfo_len = strnlen((const char *)n.desc, n.descsz);
		} else if (is(&n, "VMCOREINFO_XEN")) {
			return pfs_err_set(err, EINVAL,
					   "dump of a machine under Xen, whose memory is not in "
					   "dom0's order: not supported (crash reads it)");
		} else if (is(&n, "CORE") && n.type == NT_PRSTATUS && d->info.nr_cpus < MAX_CPUS) {
			r = add_cpu(d, &n);
		} else if (is(&n, "QEMU") && !n.type && d->info.nr_qemu < MAX_CPUS) {
			r = add_qemu(d, &n);
		} else if (is(&n, "CORE") && n.type == NT_AUXV) {
			auxv = true;
		} else if (is(&n, PFS_NOTE_NAME)) {
			own_note(d, &n);
		}
		if (r)
			return pfs_err_set(err, ENOMEM, "out of memory");
	}
	if (auxv && !d->info.vmcoreinfo)
		return pfs_err_set(err, EINVAL, "core dump of a process, not of a kernel");
	return 0;
}

uint32_t pfs_page_size_of(const char *vmcoreinfo, size_t len)
{
	static const char key[] = "PAGESIZE=";
	const char *p = vmcoreinfo ? memmem(vmcoreinfo, len, key, sizeof(key) - 1) : NULL;
	const char *end = vmcoreinfo ? vmcoreinfo + len : NULL;
	unsigned long v = 0;

	if (p)
		for (p += sizeof(key) - 1; p < end && *p >= '0' && *p <= '9' && v < 1UL << 20; p++)
			v = v * 10 + (unsigned long)(*p - '0');
	return v < 4096 || v > PFS_MAX_PAGE || (v & (v - 1)) ? 4096 : (uint32_t)v;
}

void pfs_dump_guess_arch(struct pfs_dump *d)
{
	if (d->info.nr_cpus)
		d->info.arch = pfs_arch_of_prstatus(d->info.cpus[0].len);
	/*
	 * kdump files of QEMU carry no utsname. Nearly all of them are of the
	 * first architecture.
	 */
	if (!d->info.arch && d->info.page_size == 4096)
		d->info.arch = pfs_arch_first();
}

int pfs_dump_lost_note(struct pfs_dump *d, const struct pfs_err *err)
{
	const char *had = d->info.lost_notes;

	d->info.lost_notes = pfs_printf(&d->arena, "%s%s%s", had ? had : "", had ? "; " : "",
					err->msg);
	return d->info.lost_notes ? 0 : -ENOMEM;
}
