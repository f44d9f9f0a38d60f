/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzzers share. Each fuzz_NAME.c is a program of its own, fed by libFuzzer; its
 * inputs are in the folder NAME beside it, and testdumps/fuzz/run runs them.
 */
#ifndef PFS_FUZZ_H
#define PFS_FUZZ_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pfnscope/target.h>

#include "base/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The bytes of the input, one after the other; zeroes behind its end. */
struct feed {
	const uint8_t *p;
	size_t left;
};

static inline uint64_t feed_take(struct feed *f, unsigned int bytes)
{
	uint64_t v = 0;
	unsigned int i;

	for (i = 0; i < bytes && f->left; i++, f->p++, f->left--)
		v |= (uint64_t)*f->p << 8 * i;
	return v;
}

/* Patches of memory: three bytes say where, one how long, and the bytes. */
static inline void feed_patch(struct feed *f, unsigned char *ram, size_t size)
{
	while (f->left > 4) {
		size_t at = (size_t)feed_take(f, 3) % size, len = (size_t)feed_take(f, 1) + 1;

		if (len > f->left)
			len = f->left;
		if (len > size - at)
			len = size - at;
		memcpy(ram + at, f->p, len);
		f->p += len;
		f->left -= len;
	}
}

/* The input as a file, for what wants a path. */
static inline int feed_file(const uint8_t *data, size_t size, char path[32])
{
	int fd = memfd_create("fuzz", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

/* What is written must be there, and is not looked at. */
static inline void feed_look(const void *p, size_t len)
{
	static volatile unsigned int sum;
	const unsigned char *b = p;

	while (len--)
		sum += *b++;
}

#endif
