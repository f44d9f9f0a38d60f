/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For LD_PRELOAD: makes a program's reads of files take 0.5 ms longer, while the
 * file exists that SLOW names: the scan of a small dump takes seconds.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void delay(int fd)
{
	const char *flag = getenv("SLOW");
	struct stat st;

	if (flag && !access(flag, F_OK) && !fstat(fd, &st) && S_ISREG(st.st_mode))
		usleep(500);
}

ssize_t read(int fd, void *buf, size_t len)
{
	static ssize_t (*next)(int, void *, size_t);

	if (!next)
		next = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	delay(fd);
	return next(fd, buf, len);
}

ssize_t pread64(int fd, void *buf, size_t len, off64_t at)
{
	static ssize_t (*next)(int, void *, size_t, off64_t);

	if (!next)
		next = (ssize_t(*)(int, void *, size_t, off64_t))dlsym(RTLD_NEXT, "pread64");
	delay(fd);
	return next(fd, buf, len, at);
}

ssize_t pread(int fd, void *buf, size_t len, off_t at)
{
	return pread64(fd, buf, len, at);
}
