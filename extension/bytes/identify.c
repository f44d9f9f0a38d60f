/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of file is this? And if it is not a dump, what is it? */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bytes/dump.h"
#include "bytes/log.h"
#include "bytes/packed.h"

/* Kinds of files that people keep beside a vmcore, sorted by what they are. */
/* clang-format off */
static const struct {
	unsigned int at, len;
	const char *magic;
	const char *what;
} magics[] = {
	{ 0, 9, "\x89LZO\0\r\n\x1a\n", "a file compressed by lzop: decompress it first" },
	{ 0, 8, "\xed\x23\x8f\x61\x73\x01\x19\xa8", "an LKCD dump: not supported" },
	{ 0, 8, "\xa8\x19\x01\x73\x61\x8f\x23\xed", "an LKCD dump: not supported" },
	{ 0, 8, "\x00\x00\x00\x00sadu", "a SADUMP dump: not supported" },
	{ 0, 4, "sadu", "a SADUMP dump: not supported" },
	{ 0, 8, "\xa8\x19\x01\x73\x61\x8f\x23\xfd", "an s390 stand-alone dump: not supported" },
	{ 0, 8, "PAGEDU64", "a Windows crash dump" },
	{ 0, 8, "PAGEDUMP", "a Windows crash dump" },
	{ 0, 16, "LibvirtQemudSave", "a saved libvirt guest: use virsh dump --memory-only" },
	{ 0, 4, "QEVM", "a saved QEMU guest: use dump-guest-memory" },
	{ 0, 4, "QFI\xfb", "a qcow2 disk image" },
	{ 0, 4, "\xd2\xbe\xd2\xbe", "a VMware suspend file: not supported" },
};
/* clang-format on */

static int other(const unsigned char *b, size_t len, struct pfs_err *err)
{
	size_t i;

	for (i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (len >= magics[i].at + magics[i].len &&
		    !memcmp(b + magics[i].at, magics[i].magic, magics[i].len))
			return pfs_err_set(err, EINVAL, "not a dump but %s", magics[i].what);
	for (i = 0; i < len && !b[i]; i++)
		;
	if (i == len)
		return pfs_err_set(err, EINVAL, "not a dump: the first %zu bytes are all zero",
				   len);
	for (i = 0; i < len && i < 64; i++)
		if ((b[i] < 0x20 || b[i] > 0x7e) && b[i] != '\n' && b[i] != '\t' && b[i] != '\r')
			break;
	if (i == len || i == 64)
		return pfs_err_set(err, EINVAL, "not a dump but a text file");
	return pfs_err_set(err, EINVAL,
			   "not a dump: unknown format (starts with %02x %02x %02x %02x)", b[0],
			   len > 1 ? b[1] : 0U, len > 2 ? b[2] : 0U, len > 3 ? b[3] : 0U);
}

static int identify_elf(const unsigned char *b, struct pfs_err *err)
{
	enum pfs_order order = b[EI_DATA] == ELFDATA2MSB ? PFS_BIG : PFS_LITTLE;
	unsigned int type = pfs_get16(order, b + EI_NIDENT);

	if (b[EI_CLASS] != ELFCLASS64)
		return pfs_err_set(err, EINVAL, "32-bit ELF: not supported");
	if (type == ET_EXEC || type == ET_DYN)
		return pfs_err_set(err, EINVAL,
				   "not a dump but an ELF executable (is this the vmlinux?)");
	if (type != ET_CORE)
		return pfs_err_set(err, EINVAL, "not a dump but an ELF file of type %u", type);
	return 0;
}

int pfs_dump_identify_bytes(const unsigned char *b, size_t len, enum pfs_dump_kind *ret,
			    struct pfs_err *err)
{
	if (len >= 16 && !memcmp(b, "makedumpfile\0\0\0", 16)) {
		*ret = PFS_DUMP_FLATTENED;
		return 0;
	}
	if (len >= 8 && (!memcmp(b, "KDUMP   ", 8) || !memcmp(b, "DISKDUMP", 8))) {
		*ret = PFS_DUMP_KDUMP;
		return 0;
	}
	if (len >= 4 && !memcmp(b, ELFMAG, SELFMAG)) {
		if (len < sizeof(Elf64_Ehdr))
			return pfs_err_set(err, EIO, "truncated: %zu bytes of an ELF header", len);
		*ret = PFS_DUMP_ELF;
		return identify_elf(b, err);
	}
	return other(b, len, err);
}

int pfs_dump_identify(const struct pfs_dump_file *f, enum pfs_dump_kind *ret, struct pfs_err *err)
{
	unsigned char b[512] = { 0 };
	size_t len = f->size < sizeof(b) ? (size_t)f->size : sizeof(b);
	enum pfs_packed packed;
	int r;

	if (!len)
		return pfs_err_set(err, EINVAL, "not a dump: the file is empty");
	r = pfs_file_read(f, b, len, 0);
	if (r)
		return pfs_err_set(err, -r, "cannot read the first bytes: %s", strerror(-r));
	r = pfs_dump_identify_bytes(b, len, ret, err);
	if (r != -EINVAL || !memcmp(b, ELFMAG, SELFMAG))
		return r;
	packed = pfs_packed_how(b, len) ? pfs_packed_look(f->fd) : PFS_PACKED_NO_DUMP;
	if (packed != PFS_PACKED_DUMP && pfs_log_is_file(f->fd))
		return pfs_err_set(err, EINVAL, "not a dump but a log: pfnscope log %s",
				   f->path ? f->path : "FILE");
	if (packed == PFS_PACKED_NO_DUMP)
		return !pfs_packed_how(b, len) ?
			       r :
			       pfs_err_set(err, EINVAL, "not a dump, and none in it (%s)",
					   pfs_packed_how(b, len));
	err->code = 0;
	*ret = packed == PFS_PACKED_DUMP ? PFS_DUMP_PACKED : PFS_DUMP_PERHAPS_PACKED;
	return 0;
}
