/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library to be preloaded, in which one call fails: PFS_INJECT=KIND:N lets the Nth call
 * of that kind fail, and PFS_INJECT_COUNT=FILE writes how many there are of each.
 * testdumps/inject/run uses it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define KINDS(X) \
	X(read, EIO) X(alloc, ENOMEM) X(thread, EAGAIN) X(write, ENOSPC) X(open, EMFILE) \
	X(rename, EIO) X(fsync, EIO) X(mkdir, ENOSPC) X(fork, EAGAIN)

enum kind {
#define X(name, code) K_##name,
	KINDS(X)
#undef X
		NR_KINDS
};

static const struct {
	const char *name;
	int code;
} kinds[NR_KINDS] = {
#define X(name, code) { #name, code },
	KINDS(X)
#undef X
};

static atomic_ulong calls[NR_KINDS];
static int chosen = -1;
static unsigned long nth;
static int count_to = -1;

static int fails(enum kind k)
{
	unsigned long n = atomic_fetch_add(&calls[k], 1) + 1;

	if ((int)k != chosen || n != nth)
		return 0;
	errno = kinds[k].code;
	return 1;
}

__attribute__((constructor)) static void begin(void)
{
	const char *s = getenv("PFS_INJECT"), *counts = getenv("PFS_INJECT_COUNT");
	int k;

	/* Now: later on, the command cannot write there. */
	if (counts)
		count_to = open(counts, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	for (k = 0; s && k < NR_KINDS; k++) {
		size_t len = strlen(kinds[k].name);

		if (!strncmp(s, kinds[k].name, len) && s[len] == ':') {
			nth = strtoul(s + len + 1, NULL, 10);
			chosen = k;
		}
	}
	for (k = 0; k < NR_KINDS; k++)
		atomic_store(&calls[k], 0);
}

__attribute__((destructor)) static void end(void)
{
	int k;

	for (k = 0; count_to >= 0 && k < NR_KINDS; k++)
		dprintf(count_to, "%s %lu\n", kinds[k].name, (unsigned long)calls[k]);
}

/* The next one of that name: the C library's, or a sanitizer's. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#ifndef NO_ALLOC
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

/* These do not survive it, wherever it happens: not ours to mend. */
static int by_others(void *caller)
{
	Dl_info info;

	if (chosen != K_alloc || !dladdr(caller, &info) || !info.dli_fname)
		return 0;
	/* Helpers of fts_open() have no symbol: they lie around it. */
	return strstr(info.dli_fname, "libcapstone") ||
	       labs((char *)caller - (char *)&fts_open) < 16384;
}

void *malloc(size_t size)
{
	int no = fails(K_alloc) && !by_others(__builtin_return_address(0));

	return no ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	int no = fails(K_alloc) && !by_others(__builtin_return_address(0));

	return no ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	int no = fails(K_alloc) && !by_others(__builtin_return_address(0));

	return no ? NULL : __libc_realloc(p, size);
}
#endif

ssize_t pread64(int fd, void *buf, size_t len, off_t at)
{
	return fails(K_read) ? -1 : NEXT(pread64)(fd, buf, len, at);
}

ssize_t pread(int fd, void *buf, size_t len, off_t at)
{
	return fails(K_read) ? -1 : NEXT(pread)(fd, buf, len, at);
}

ssize_t read(int fd, void *buf, size_t len)
{
	return fails(K_read) ? -1 : NEXT(read)(fd, buf, len);
}

ssize_t write(int fd, const void *buf, size_t len)
{
	/* What is said of it must come out. */
	return fd != STDERR_FILENO && fails(K_write) ? -1 : NEXT(write)(fd, buf, len);
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t at)
{
	return fails(K_write) ? -1 : NEXT(pwrite)(fd, buf, len, at);
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off_t at)
{
	return fails(K_write) ? -1 : NEXT(pwrite64)(fd, buf, len, at);
}

size_t fwrite(const void *p, size_t size, size_t n, FILE *f)
{
	return f != stderr && fileno(f) >= 0 && fails(K_write) ? 0 : NEXT(fwrite)(p, size, n, f);
}

int fclose(FILE *f)
{
	int bad = fileno(f) >= 0 && fails(K_write), r = NEXT(fclose)(f);

	if (bad)
		errno = ENOSPC;
	return bad ? EOF : r;
}

static mode_t mode_of(int flags, mode_t mode)
{
	return flags & (O_CREAT | O_TMPFILE) ? mode : 0;
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, va_arg(ap, mode_t));
	va_end(ap);
	return fails(K_open) ? -1 : NEXT(open)(path, flags, mode);
}

int rename(const char *from, const char *to)
{
	return fails(K_rename) ? -1 : NEXT(rename)(from, to);
}

int linkat(int fd, const char *from, int fd2, const char *to, int flags)
{
	return fails(K_rename) ? -1 : NEXT(linkat)(fd, from, fd2, to, flags);
}

int fsync(int fd)
{
	return fails(K_fsync) ? -1 : NEXT(fsync)(fd);
}

int fdatasync(int fd)
{
	return fails(K_fsync) ? -1 : NEXT(fdatasync)(fd);
}

int mkdir(const char *path, mode_t mode)
{
	return fails(K_mkdir) ? -1 : NEXT(mkdir)(path, mode);
}

pid_t fork(void)
{
	return fails(K_fork) ? -1 : NEXT(fork)();
}

int pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*fn)(void *), void *arg)
{
	return fails(K_thread) ? EAGAIN : NEXT(pthread_create)(t, attr, fn, arg);
}
