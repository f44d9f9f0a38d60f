/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump file, opened and checked: what the readers of each format share.
 * Nothing that these structures say of offsets and sizes points outside the
 * file; a library that trusts the file gets to see it only afterwards.
 */
#ifndef PFS_BYTES_DUMP_H
#define PFS_BYTES_DUMP_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/le.h"
#include "base/range.h"
#include "bytes/distilled.h"
#include "bytes/ranges.h"

/* Bytes of the largest page that a kernel may be built with. */
#define PFS_MAX_PAGE 65536

/* Physical addresses above this come from damage, not from a machine. */
#define PFS_MAX_PHYS_BITS 56

/* Bytes of a bitmap that are looked at at once: 128 MiB of 4 KiB pages. */
#define PFS_WINDOW ((uint64_t)4096)

enum pfs_dump_kind {
	PFS_DUMP_ELF,
	PFS_DUMP_KDUMP,
	PFS_DUMP_FLATTENED,
};

/* One file; only kdump has sets of them. */
struct pfs_dump_file {
	int fd;
	const char *path;
	uint64_t size;
	/* kdump: offsets of the two bitmaps, equal where the file has but one. */
	uint64_t ram_bitmap, file_bitmap;
	uint64_t max_pfn;
	uint64_t desc; /* offset of the descriptors */
	/* Pages of this file before each PFS_WINDOW bytes of its bitmap. */
	uint64_t *rank;
	/* kdump: pages whose data is in this file, [0, max_pfn) unless split. */
	uint64_t start_pfn, end_pfn;
};

/* ELF: bytes [start, end) of physical memory lie at offset. */
struct pfs_extent {
	uint64_t start, end, offset;
};

/* Opened once, shared by all clones of a target. */
struct pfs_dump {
	atomic_uint refs;
	struct pfs_arena arena;
	enum pfs_dump_kind kind;
	bool flattened;
	bool foreign; /* kdump: compressed by something that we do not know */
	struct pfs_dump_file *files;
	size_t nr_files;
	struct pfs_target_info info;
	size_t cap_cpus, cap_qemu;
	/* ELF: sorted, disjoint. */
	struct pfs_extent *extents;
	size_t nr_extents;
	struct pfs_ranges ram; /* by p_memsz */
	/* Of a distilled dump; without `readable` it is none. */
	struct pfs_distilled_notes distilled;
};

/* Set bits of a bitmap in bytes; one of whole words is fastest. */
uint64_t pfs_popcount(const unsigned char *b, size_t len);

/* Exactly len bytes, or -EIO at the end of the file, or another -errno. */
int pfs_pread(int fd, void *buf, size_t len, uint64_t offset);

/* identify.c: what fd is; -EINVAL with the name of what was found. */
int pfs_dump_identify(const struct pfs_dump_file *f, enum pfs_dump_kind *ret, struct pfs_err *err);

/* kcore.c: is this the running kernel's /proc/kcore? */
bool pfs_dump_is_kcore(int fd);
/* A second, independent descriptor of it; -1 and errno. */
int pfs_dump_reopen(int fd);

/* elf.c, kdump_header.c: parse and check; fill in extents or bitmaps, and info. */
int pfs_dump_elf(struct pfs_dump *d, struct pfs_err *err);
int pfs_dump_kdump(struct pfs_dump *d, struct pfs_dump_file *f, struct pfs_err *err);

/*
 * notes.c: PAGESIZE=... of VMCOREINFO (may be NULL); arm64 and ppc64 leave the
 * choice to the kernel's builder. 4096 where it says nothing.
 */
uint32_t pfs_page_size_of(const char *vmcoreinfo, size_t len);
/* notes.c: VMCOREINFO, PRSTATUS and our own notes; buf must outlive d. */
int pfs_dump_notes(struct pfs_dump *d, const void *buf, size_t len, struct pfs_err *err);
/* Architecture, page size of an ELF: what the notes tell. */
void pfs_dump_guess_arch(struct pfs_dump *d);

/*
 * flattened.c: rearrange into an unlinked temporary file, whose descriptor
 * replaces f->fd.
 */
int pfs_dump_unflatten(struct pfs_dump_file *f,
		       void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total),
		       void *arg, struct pfs_err *err);

#endif
