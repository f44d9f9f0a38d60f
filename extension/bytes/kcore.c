/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/kcore is the memory of the running kernel as an ELF core. Segments of
 * System RAM have their physical address (464920104bf7 "/proc/kcore: update
 * physical address for kcore ram and text"; 4.12 has it), so that they are read
 * like those of a dump. The others (vmalloc, vmemmap, modules) have none. What they
 * map is either RAM, which is read by its own segment, or device memory, which
 * the file does not have.
 *
 * It differs from a dump in that the file has no size, offsets are virtual
 * addresses, and memory changes while it is read. VMCOREINFO is among the notes
 * from v4.19 on. What the kernel cannot read appears as zeroes; page tables and
 * struct pages are never among that.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bytes/dump.h"

/*
 * A descriptor must not be shared by threads: up to v6.3, and again from v6.5
 * on, all that is read goes through one buffer of the open file, which no lock
 * protects.
 */
int pfs_dump_reopen(int fd)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return open(link, O_RDONLY | O_CLOEXEC);
}

/* /proc/vmcore does not count: its memory does not change. */
bool pfs_dump_is_kcore(int fd)
{
	static const char name[] = "/kcore";
	char link[32], path[4096];
	struct statfs fs;
	ssize_t n;

	if (fstatfs(fd, &fs) || fs.f_type != PROC_SUPER_MAGIC)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path));
	return n >= (ssize_t)sizeof(name) - 1 &&
	       !memcmp(path + n - (sizeof(name) - 1), name, sizeof(name) - 1);
}
