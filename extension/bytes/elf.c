/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF dumps: /proc/vmcore and its copies, QEMU's dump-guest-memory, virsh dump
 * --memory-only, makedumpfile -E. Program headers say which bytes of the file
 * are which physical addresses:
 *
 *	p_paddr            + p_filesz              + p_memsz
 *	|  in the file     |  RAM, not in the file |
 *
 * The second part is what makedumpfile dropped. It drops pages of zeroes and
 * excluded pages alike, so nobody can tell what was there.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/archs.h"
#include "bytes/dump.h"

/* Bounds on what is kept in memory. A vmcore has one note per CPU, and VMCOREINFO. */
#define MAX_PHDRS (1U << 22)
#define MAX_NOTES ((uint64_t)64 << 20)

static void swap16(uint16_t *v)
{
	*v = __builtin_bswap16(*v);
}

static void swap32(uint32_t *v)
{
	*v = __builtin_bswap32(*v);
}

static void swap64(uint64_t *v)
{
	*v = __builtin_bswap64(*v);
}

/*
 * QEMU writes headers in the order that the machine started in, whatever the kernel then
 * changed to. What of them is read is turned into this machine's order.
 */
static void swap_file_header(Elf64_Ehdr *h)
{
	swap16(&h->e_type);
	swap16(&h->e_machine);
	swap64(&h->e_phoff);
	swap64(&h->e_shoff);
	swap16(&h->e_phentsize);
	swap16(&h->e_phnum);
	swap16(&h->e_shentsize);
}

static void swap_program_header(Elf64_Phdr *h)
{
	swap32(&h->p_type);
	swap64(&h->p_offset);
	swap64(&h->p_paddr);
	swap64(&h->p_filesz);
	swap64(&h->p_memsz);
}

/*
 * The number of program headers. If it is above 65534, sh_info of section
 * header 0 holds it.
 */
static int nr_phdrs(const struct pfs_dump *d, const Elf64_Ehdr *eh, uint32_t *ret,
		    struct pfs_err *err)
{
	Elf64_Shdr sh;

	*ret = eh->e_phnum;
	if (eh->e_phnum != PN_XNUM)
		return 0;
	if (eh->e_shentsize != sizeof(sh) || pfs_file_read(d->files, &sh, sizeof(sh), eh->e_shoff))
		return pfs_err_set(err, EIO,
				   "ELF header: section header 0 at offset %" PRIu64
				   " is not in the file",
				   eh->e_shoff);
	*ret = pfs_get32(d->order, &sh.sh_info);
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct pfs_extent *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/*
 * Remove overlaps: /proc/vmcore has the kernel image twice, in a segment of its
 * own and in that of the RAM around it, with the same bytes.
 */
static size_t disjoin(struct pfs_extent *e, size_t nr)
{
	size_t i, n = 0;

	qsort(e, nr, sizeof(*e), by_start);
	for (i = 0; i < nr; i++) {
		uint64_t start = e[i].start;

		if (n && start < e[n - 1].end)
			start = e[n - 1].end;
		if (start >= e[i].end)
			continue;
		e[n] = (struct pfs_extent){ start, e[i].end, e[i].offset + (start - e[i].start) };
		/* Join neighbours: one long extent is read faster than its halves. */
		if (n && e[n - 1].end == start &&
		    e[n - 1].offset + (start - e[n - 1].start) == e[n].offset)
			e[n - 1].end = e[n].end;
		else
			n++;
	}
	return n;
}

static int add_load(struct pfs_dump *d, const Elf64_Phdr *ph, uint32_t i, struct pfs_err *err)
{
	const uint64_t limit = (uint64_t)1 << PFS_MAX_PHYS_BITS;
	uint64_t size = ph->p_filesz > ph->p_memsz ? ph->p_filesz : ph->p_memsz, end;
	int r;

	/* /proc/kcore marks a segment that has no physical address like this. */
	if (ph->p_paddr == UINT64_MAX)
		return 0;
	if (__builtin_add_overflow(ph->p_paddr, size, &end) || end > limit)
		return pfs_err_set(err, EIO,
				   "program header %u: physical range 0x%" PRIx64 " + 0x%" PRIx64
				   " ends above 2^%d",
				   i, ph->p_paddr, size, PFS_MAX_PHYS_BITS);
	if (ph->p_filesz)
		d->extents[d->nr_extents++] = (struct pfs_extent){ ph->p_paddr,
								   ph->p_paddr + ph->p_filesz,
								   ph->p_offset };
	r = pfs_ranges_add(&d->ram, ph->p_paddr, end);
	return r ? pfs_err_set(err, -r, "out of memory") : 0;
}

static int add_notes(struct pfs_dump *d, const Elf64_Phdr *ph, uint32_t i, struct pfs_err *err)
{
	void *buf;
	int r;

	if (ph->p_filesz > MAX_NOTES)
		return pfs_err_set(err, EIO, "program header %u: %" PRIu64 " bytes of notes", i,
				   ph->p_filesz);
	buf = pfs_alloc(&d->arena, ph->p_filesz);
	if (!buf)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = pfs_file_read(d->files, buf, ph->p_filesz, ph->p_offset);
	if (r)
		return pfs_err_set(err, -r, "program header %u: cannot read the notes: %s", i,
				   strerror(-r));
	return pfs_dump_notes(d, buf, ph->p_filesz, err);
}

int pfs_dump_elf(struct pfs_dump *d, struct pfs_err *err)
{
	const struct pfs_dump_file *f = &d->files[0];
	uint64_t notes = 0, max = 0, end;
	uint32_t i, nr = 0;
	Elf64_Phdr *ph;
	Elf64_Ehdr eh;
	int r;

	if (pfs_file_read(f, &eh, sizeof(eh), 0))
		return pfs_err_set(err, EIO, "cannot read the ELF header");
	if (eh.e_ident[EI_DATA] == ELFDATA2MSB) {
		d->order = PFS_BIG;
		swap_file_header(&eh);
	}
	r = nr_phdrs(d, &eh, &nr, err);
	if (r)
		return r;
	if (!nr && eh.e_shnum)
		return pfs_err_set(err, EINVAL,
				   "ELF core without program headers, as xl dump-core writes it of "
				   "a guest of Xen: not supported");
	if (!nr || nr > MAX_PHDRS || eh.e_phentsize != sizeof(*ph))
		return pfs_err_set(err, EIO, "ELF header: %u program headers of %u bytes", nr,
				   eh.e_phentsize);
	if (__builtin_add_overflow(eh.e_phoff, (uint64_t)nr * sizeof(*ph), &end) || end > f->size)
		return pfs_err_set(err, EIO,
				   "truncated: the program headers end at byte %" PRIu64
				   ", the file at %" PRIu64,
				   end, f->size);
	ph = malloc(nr * sizeof(*ph));
	d->extents = pfs_calloc(&d->arena, nr, sizeof(*d->extents));
	if (!ph || !d->extents) {
		r = pfs_err_set(err, ENOMEM, "out of memory");
		goto out;
	}
	r = pfs_file_read(f, ph, nr * sizeof(*ph), eh.e_phoff);
	if (r) {
		pfs_err_set(err, -r, "cannot read the program headers: %s", strerror(-r));
		goto out;
	}
	for (i = 0; i < nr && d->order == PFS_BIG; i++)
		swap_program_header(&ph[i]);
	for (i = 0; i < nr && !r; i++) {
		if (ph[i].p_type != PT_LOAD && ph[i].p_type != PT_NOTE)
			continue;
		if (__builtin_add_overflow(ph[i].p_offset, ph[i].p_filesz, &end) ||
		    (ph[i].p_filesz && end > f->size)) {
			r = pfs_err_set(err, EIO,
					"truncated: program header %u says bytes 0x%" PRIx64
					" + 0x%" PRIx64 ", the file ends at 0x%" PRIx64,
					i, ph[i].p_offset, ph[i].p_filesz, f->size);
			if (ph[i].p_type == PT_NOTE)
				r = pfs_dump_lost_note(d, err);
		} else if (ph[i].p_type == PT_LOAD) {
			r = add_load(d, &ph[i], i, err);
		} else if (ph[i].p_filesz) {
			notes += ph[i].p_filesz;
			r = notes > MAX_NOTES ?
				    pfs_err_set(err, EIO, "%" PRIu64 " bytes of notes", notes) :
				    add_notes(d, &ph[i], i, err);
		}
	}
	if (r)
		goto out;
	d->nr_extents = disjoin(d->extents, d->nr_extents);
	pfs_ranges_settle(&d->ram);
	if (!d->ram.nr) {
		r = pfs_err_set(err, EIO, "the ELF file has no memory in it");
		goto out;
	}
	max = d->ram.v[d->ram.nr - 1].end;
	d->info.format = d->info.live ? "kcore" : d->flattened ? "elf-flattened" : "elf";
	/* In /proc/kcore the registers are those of the task that reads it, or zero. */
	if (d->info.live)
		d->info.nr_cpus = 0;
	d->info.page_size = pfs_page_size_of(d->info.vmcoreinfo, d->info.vmcoreinfo_len);
	d->info.max_pfn = (max + d->info.page_size - 1) / d->info.page_size;
	d->info.arch = pfs_arch_of_elf(eh.e_machine);
	if (!d->info.arch && d->order == PFS_BIG)
		r = pfs_err_set(err, EINVAL, "big-endian ELF of machine %u: not supported",
				eh.e_machine);
out:
	free(ph);
	return r;
}
