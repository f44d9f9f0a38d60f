/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An open dump file whose headers were checked, and what the readers of all
 * formats share. No offset or size in these structures points outside the file.
 * A library that trusts the file is only given it after these checks.
 */
#ifndef PFS_BYTES_DUMP_H
#define PFS_BYTES_DUMP_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/order.h"
#include "base/range.h"
#include "bytes/distilled.h"
#include "bytes/ranges.h"

/* Bytes of the largest page size that a kernel can be built with. */
#define PFS_MAX_PAGE 65536

/* A physical address with more bits than this is damage: no machine has it. */
#define PFS_MAX_PHYS_BITS 56

/* Bytes of a bitmap that are looked at in one go: they stand for 128 MiB of 4 KiB pages. */
#define PFS_WINDOW ((uint64_t)4096)

enum pfs_dump_kind {
	PFS_DUMP_ELF,
	PFS_DUMP_KDUMP,
	PFS_DUMP_FLATTENED,
	PFS_DUMP_PACKED,	 /* compressed, or in an archive */
	PFS_DUMP_PERHAPS_PACKED, /* far behind in an archive, or none is there */
};

/* One file of a dump. Only kdump can split a dump over several files. */
struct pfs_dump_file {
	int fd;
	const char *path;
	uint64_t size;
	struct pfs_flat *flat; /* flattened: where its pieces are; size is that of what they make */
	struct pfs_io *io;     /* NULL: nobody counts */
	/* kdump: offsets of the two bitmaps; they are equal where the file has only one. */
	uint64_t ram_bitmap, file_bitmap;
	uint64_t max_pfn;
	uint64_t desc, nr_desc; /* offset of the page descriptors, and how many there are */
	/*
	 * rank[i]: how many pages of this file come before piece i of its
	 * bitmap (PFS_WINDOW bytes).
	 */
	uint64_t *rank;
	/*
	 * kdump: the PFNs whose data is in this file; [0, max_pfn) unless the
	 * dump is split.
	 */
	uint64_t start_pfn, end_pfn;
	bool part; /* of a split dump */
};

/* ELF: the bytes of physical memory [start, end) are in the file at offset. */
struct pfs_extent {
	uint64_t start, end, offset;
};

/* A dump is opened once and shared by all clones of its target. */
struct pfs_dump {
	atomic_uint refs;
	struct pfs_arena arena;
	enum pfs_dump_kind kind;
	bool flattened;
	enum pfs_order order; /* of its headers and notes; the kernel's own is another thing */
	bool foreign;	      /* kdump: its pages have a compression that we do not know */
	struct pfs_dump_file *files;
	size_t nr_files;
	struct pfs_target_info info;
	struct pfs_io io; /* of all files */
	size_t cap_cpus, cap_qemu;
	/* ELF: sorted, disjoint. */
	struct pfs_extent *extents;
	size_t nr_extents;
	struct pfs_ranges ram; /* by p_memsz */
	/* The notes of a distilled dump. Without `readable` it is an ordinary dump. */
	struct pfs_distilled_notes distilled;
};

/* Count the bits set in len bytes; fastest where b is aligned and len a multiple of 8. */
uint64_t pfs_popcount(const unsigned char *b, size_t len);

/* Read exactly len bytes: 0, -EIO if the file ends before, or another -errno. */
int pfs_pread(int fd, void *buf, size_t len, uint64_t offset);

/*
 * Where the file has bytes at or after offset: before that it is a hole, which reads as
 * zeroes and takes no room. offset where the file system does not say.
 */
uint64_t pfs_next_data(int fd, uint64_t offset);

/* The same two of a file of a dump; what is flattened is read as what it was before. */
int pfs_file_read(const struct pfs_dump_file *f, void *buf, size_t len, uint64_t offset);
uint64_t pfs_file_next_data(const struct pfs_dump_file *f, uint64_t offset);
/* Read it as it lies there. */
int pfs_file_raw(const struct pfs_dump_file *f, void *buf, size_t len, uint64_t offset);

/* identify.c: what kind of dump begins so? Never a packed one. */
int pfs_dump_identify_bytes(const unsigned char *b, size_t len, enum pfs_dump_kind *ret,
			    struct pfs_err *err);
/* What kind of dump f is. -EINVAL if it is none; err then names what it is. */
int pfs_dump_identify(const struct pfs_dump_file *f, enum pfs_dump_kind *ret, struct pfs_err *err);

/* kcore.c: is this the running kernel's /proc/kcore? */
bool pfs_dump_is_kcore(int fd);
/* Open it once more, independently of fd. -1 with errno set. */
int pfs_dump_reopen(int fd);

/*
 * elf.c, kdump_header.c: parse and check the headers; fill in info and the
 * extents or bitmaps.
 */
int pfs_dump_elf(struct pfs_dump *d, struct pfs_err *err);
int pfs_dump_kdump(struct pfs_dump *d, struct pfs_dump_file *f, struct pfs_err *err);

/*
 * notes.c: the page size that VMCOREINFO (may be NULL) states as PAGESIZE=;
 * 4096 where it does not. On arm64 and ppc64 the kernel's configuration chooses
 * it.
 */
uint32_t pfs_page_size_of(const char *vmcoreinfo, size_t len);
/* notes.c: take in VMCOREINFO, PRSTATUS and our own notes. buf must outlive d. */
int pfs_dump_notes(struct pfs_dump *d, const void *buf, size_t len, struct pfs_err *err);
/* A damaged note costs that note, and no more: err says what is wrong with it. */
int pfs_dump_lost_note(struct pfs_dump *d, const struct pfs_err *err);
/* Set architecture and page size of an ELF dump from what its notes tell. */
void pfs_dump_guess_arch(struct pfs_dump *d);

/*
 * flattened.c: write the rearranged dump to an unlinked temporary file, whose
 * descriptor replaces f->fd. For those that no index can be made of.
 */
int pfs_dump_unflatten(struct pfs_dump_file *f,
		       void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total),
		       void *arg, struct pfs_err *err);

#endif
