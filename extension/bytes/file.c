/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of the files of a dump, and the count of what is read of them. */
#include <errno.h>
#include <unistd.h>

#include "bytes/dump.h"
#include "bytes/flat.h"

int pfs_pread(int fd, void *buf, size_t len, uint64_t offset)
{
	unsigned char *p = buf;

	if (offset > INT64_MAX - len)
		return -EIO;
	while (len) {
		ssize_t n = pread(fd, p, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;
		p += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

uint64_t pfs_next_data(int fd, uint64_t offset)
{
	off_t at = offset > INT64_MAX ? -1 : lseek(fd, (off_t)offset, SEEK_DATA);

	if (at >= 0)
		return (uint64_t)at;
	/* ENXIO: there are none up to the end. */
	return offset <= INT64_MAX && errno == ENXIO ? UINT64_MAX : offset;
}

int pfs_file_raw(const struct pfs_dump_file *f, void *buf, size_t len, uint64_t offset)
{
	if (f->io) {
		__atomic_fetch_add(&f->io->requests, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&f->io->bytes, len, __ATOMIC_RELAXED);
	}
	return pfs_pread(f->fd, buf, len, offset);
}

int pfs_file_read(const struct pfs_dump_file *f, void *buf, size_t len, uint64_t offset)
{
	return f->flat ? pfs_flat_read(f->flat, buf, len, offset) :
			 pfs_file_raw(f, buf, len, offset);
}

uint64_t pfs_file_next_data(const struct pfs_dump_file *f, uint64_t offset)
{
	return f->flat ? pfs_flat_next_data(f->flat, offset) : pfs_next_data(f->fd, offset);
}
