/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scan of all struct pages by itself, and what bounds it: the same bytes, by
 * read(2), by memcpy, or decompressed and nothing more. One of them a process, so
 * that its peak memory is its own.
 *
 *	limits scan DUMP RUNS [JOBS]	pfs_scan_all()
 *	limits read DUMP RUNS		read(2) of an ELF dump's bytes, 1 MiB at once
 *	limits memcpy DUMP RUNS		from memory, into 1 MiB
 *	limits unpack DUMP RUNS		a kdump's pages, from memory into 1 MiB
 *	limits zlib DUMP RUNS		the same, but zlib's pages by zlib itself
 *	limits run COMMAND...		any other program
 *
 * Prints medians: seconds by the clock and of CPU, KiB at the peak, bytes of struct
 * pages, number of them; of another program its exit status instead of these. That
 * program's peak would be that of Python, had Python started it: what a process was
 * before exec() counts.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#include "bytes/dump.h"
#include "bytes/unpack.h"
#include "session/session.h"

#define PIECE ((size_t)1 << 20)

/* Bytes of the memmap that lie together: in physical memory, or in the file. */
struct extent {
	uint64_t at, len;
	uint32_t flags; /* of a page descriptor */
};

struct extents {
	struct extent *v;
	size_t nr, cap;
};

struct bench {
	struct pfs_session s;
	int fd;
	unsigned int jobs;
	uint64_t bytes, pages;
	struct extents memmap, stored;
	unsigned char *from, *to;
};

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("limits: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	exit(2);
}

static void *get(size_t len)
{
	void *p = malloc(len ? len : 1);

	if (!p)
		die("out of memory");
	return p;
}

static void add(struct extents *x, uint64_t at, uint64_t len, uint32_t flags)
{
	struct extent *last = x->nr ? &x->v[x->nr - 1] : NULL;

	if (last && !flags && !last->flags && last->at + last->len == at) {
		last->len += len;
		return;
	}
	if (x->nr == x->cap) {
		x->cap = x->cap ? x->cap * 2 : 1024;
		x->v = realloc(x->v, x->cap * sizeof(*x->v));
		if (!x->v)
			die("out of memory");
	}
	x->v[x->nr++] = (struct extent){ at, len, flags };
}

static void pread_all(int fd, void *buf, size_t len, uint64_t at)
{
	int r = pfs_pread(fd, buf, len, at);

	if (r)
		die("read: %s", strerror(-r));
}

/* Where the struct pages of all sections are, as far as the dump has them. */
static void find_memmap(struct bench *b)
{
	struct pfs_model *m = &b->s.model;
	uint64_t total = m->layout.pages_per_section * m->layout.struct_page, at, len;
	struct pfs_target *t = m->mem->target;
	size_t i;

	for (i = 0; i < m->nr_sections; i++) {
		uint64_t va = pfs_pfn_to_page(m, m->sections[i].nr * m->layout.pages_per_section);

		for (at = 0; m->sections[i].flags & PFS_SEC_HAS_MEM_MAP && at < total; at += len) {
			struct pfs_walk w;
			uint64_t end;

			pfs_walk_va(m->mem, va + at, &w);
			len = m->layout.page_size - (va + at) % m->layout.page_size;
			if (w.mapped && t->ops->presence(t, w.pa, &end) == PFS_PRESENT) {
				add(&b->memmap, w.pa, len, 0);
				b->bytes += len;
			}
		}
	}
	b->pages = b->bytes / m->layout.struct_page;
}

/* ELF: physical addresses to places in the file. */
static void find_segments(struct bench *b)
{
	Elf64_Ehdr eh;
	Elf64_Phdr *ph;
	size_t i, k;

	pread_all(b->fd, &eh, sizeof(eh), 0);
	ph = get(eh.e_phnum * sizeof(*ph));
	pread_all(b->fd, ph, eh.e_phnum * sizeof(*ph), eh.e_phoff);
	for (i = 0; i < b->memmap.nr; i++) {
		uint64_t at = b->memmap.v[i].at, end = at + b->memmap.v[i].len, n;

		for (; at < end; at += n) {
			for (k = 0; k < eh.e_phnum; k++)
				if (ph[k].p_type == PT_LOAD && at >= ph[k].p_paddr &&
				    at - ph[k].p_paddr < ph[k].p_filesz)
					break;
			if (k == eh.e_phnum)
				die("0x%llx is in no segment", (unsigned long long)at);
			n = ph[k].p_paddr + ph[k].p_filesz - at;
			if (n > end - at)
				n = end - at;
			add(&b->stored, ph[k].p_offset + (at - ph[k].p_paddr), n, 0);
		}
	}
	free(ph);
}

/* kdump, one file: the stored bytes of each page. */
static void find_stored(struct bench *b)
{
	unsigned char hdr[KDUMP_HDR_SIZE], desc[KDUMP_DESC_SIZE], *bitmap;
	uint64_t page = b->s.model.layout.page_size, at, *rank, words, i, pfn, end;
	size_t k, len;

	pread_all(b->fd, hdr, sizeof(hdr), 0);
	len = pfs_le32(hdr + KDUMP_HDR_BITMAP_BLOCKS) / 2 * page;
	at = (1 + (uint64_t)pfs_le32(hdr + KDUMP_HDR_SUB_SIZE)) * page + len;
	bitmap = get(len);
	pread_all(b->fd, bitmap, len, at);
	words = len / 8;
	rank = get((words + 1) * sizeof(*rank));
	for (rank[0] = 0, i = 0; i < words; i++)
		rank[i + 1] = rank[i] + pfs_popcount(bitmap + i * 8, 8);
	for (k = 0; k < b->memmap.nr; k++) {
		pfn = b->memmap.v[k].at / page;
		end = (b->memmap.v[k].at + b->memmap.v[k].len) / page;
		for (; pfn < end; pfn++) {
			uint64_t below = pfs_le64(bitmap + pfn / 64 * 8);

			below &= ((uint64_t)1 << pfn % 64) - 1;
			i = rank[pfn / 64] + (uint64_t)__builtin_popcountll(below);
			pread_all(b->fd, desc, sizeof(desc), at + len + i * KDUMP_DESC_SIZE);
			/* Raw pages are told by a flag that none has, so as not to be joined. */
			add(&b->stored, pfs_le64(desc + KDUMP_DESC_OFFSET),
			    pfs_le32(desc + KDUMP_DESC_LEN),
			    pfs_le32(desc + KDUMP_DESC_FLAGS) | UINT32_C(1) << 31);
		}
	}
	free(rank);
	free(bitmap);
}

static void load(struct bench *b, const struct extents *x)
{
	uint64_t total = 0;
	size_t i, done;

	for (i = 0; i < x->nr; i++)
		total += x->v[i].len;
	b->from = get(total);
	for (total = 0, i = 0; i < x->nr; total += x->v[i++].len)
		if (x == &b->stored)
			pread_all(b->fd, b->from + total, x->v[i].len, x->v[i].at);
		else if (pfs_target_read(b->s.target, x->v[i].at, b->from + total, x->v[i].len,
					 &done) != PFS_PRESENT)
			die("the memmap is not all there");
}

static void do_scan(struct bench *b)
{
	struct pfs_scan scan;
	struct pfs_err err;

	if (pfs_scan_all(&b->s.model, b->jobs, NULL, NULL, &scan, &err))
		die("%s", err.msg);
	b->pages = scan.pages;
}

static void do_read(struct bench *b)
{
	uint64_t at, n;
	size_t i;

	for (i = 0; i < b->stored.nr; i++)
		for (at = 0; at < b->stored.v[i].len; at += n) {
			n = b->stored.v[i].len - at;
			if (n > PIECE)
				n = PIECE;
			pread_all(b->fd, b->to, n, b->stored.v[i].at + at);
		}
}

static void do_memcpy(struct bench *b)
{
	uint64_t at, n;

	for (at = 0; at < b->bytes; at += n) {
		n = b->bytes - at < PIECE ? b->bytes - at : PIECE;
		memcpy(b->to, b->from + at, n);
		__asm__ volatile("" : : "r"(b->to) : "memory");
	}
}

static bool by_zlib(z_stream *z, unsigned char *src, size_t len, unsigned char *dst, size_t size)
{
	inflateReset(z);
	z->next_in = src;
	z->avail_in = (uInt)len;
	z->next_out = dst;
	z->avail_out = (uInt)size;
	return inflate(z, Z_FINISH) == Z_STREAM_END && !z->avail_out;
}

static void unpack(struct bench *b, bool zlib)
{
	size_t page = b->s.model.layout.page_size, i;
	unsigned char *src = b->from;
	struct pfs_unpack u;
	z_stream z = { 0 };

	if (!pfs_unpack_init(&u) || inflateInit(&z) != Z_OK)
		die("out of memory");
	for (i = 0; i < b->stored.nr; src += b->stored.v[i++].len) {
		uint32_t flags = b->stored.v[i].flags & ~(UINT32_C(1) << 31);
		unsigned char *dst = b->to + i * page % PIECE;
		size_t len = b->stored.v[i].len;

		if (zlib && flags & KDUMP_ZLIB ? !by_zlib(&z, src, len, dst, page) :
						 !pfs_unpack(&u, flags, src, len, dst, page))
			die("page %zu of the memmap does not decompress", i);
	}
	inflateEnd(&z);
	pfs_unpack_deinit(&u);
}

static void do_unpack(struct bench *b)
{
	unpack(b, false);
}

static void do_zlib(struct bench *b)
{
	unpack(b, true);
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void run_command(char **argv)
{
	double begun = seconds(CLOCK_MONOTONIC);
	struct rusage used;
	int status, null;
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		if (null >= 0 && dup2(null, 1) >= 0 && dup2(null, 2) >= 0)
			execvp(argv[0], argv);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &used) < 0)
		die("wait: %s", strerror(errno));
	begun = seconds(CLOCK_MONOTONIC) - begun;
	printf("%.9f %.9f %ld %d\n", begun,
	       (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6,
	       used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* clang-format off */
static const struct {
	const char *name;
	void (*run)(struct bench *b);
} modes[] = {
	{ "scan", do_scan },
	{ "read", do_read },
	{ "memcpy", do_memcpy },
	{ "unpack", do_unpack },
	{ "zlib", do_zlib },
};
/* clang-format on */

int main(int argc, char **argv)
{
	const struct pfs_session_opts o = { 0 };
	struct bench b = { 0 };
	struct pfs_target *t;
	struct rusage used;
	double *wall, *cpu;
	const char *path;
	struct pfs_err err;
	int runs, i;
	size_t mode;
	bool stored;

	if (argc > 2 && !strcmp(argv[1], "run")) {
		run_command(argv + 2);
		return 0;
	}
	if (argc < 4)
		die("usage: limits scan|read|memcpy|unpack|zlib DUMP RUNS [JOBS]");
	for (mode = 0; mode < sizeof(modes) / sizeof(*modes); mode++)
		if (!strcmp(argv[1], modes[mode].name))
			break;
	if (mode == sizeof(modes) / sizeof(*modes))
		die("no such measure: %s", argv[1]);
	path = argv[2];
	runs = atoi(argv[3]);
	if (runs < 1)
		die("no such number of runs: %s", argv[3]);
	b.jobs = argc > 4 ? (unsigned int)atoi(argv[4]) : 1;
	b.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (b.fd < 0)
		die("%s: %s", path, strerror(errno));
	if (pfs_target_open_kdump(&path, 1, NULL, NULL, &t, &err) ||
	    pfs_session_open(&b.s, t, &o, &err))
		die("%s", err.msg);
	find_memmap(&b);
	b.to = get(PIECE + b.s.model.layout.page_size);
	if (modes[mode].run == do_read && strcmp(t->info.format, "elf"))
		die("not an ELF dump");
	stored = modes[mode].run == do_unpack || modes[mode].run == do_zlib;
	if (stored && strcmp(t->info.format, "kdump"))
		die("not a kdump-compressed file");
	if (modes[mode].run == do_read)
		find_segments(&b);
	if (stored)
		find_stored(&b);
	if (modes[mode].run == do_memcpy)
		load(&b, &b.memmap);
	if (stored)
		load(&b, &b.stored);
	wall = get((size_t)runs * sizeof(*wall));
	cpu = get((size_t)runs * sizeof(*cpu));
	for (i = 0; i < runs; i++) {
		double w = seconds(CLOCK_MONOTONIC), c = seconds(CLOCK_PROCESS_CPUTIME_ID);

		modes[mode].run(&b);
		wall[i] = seconds(CLOCK_MONOTONIC) - w;
		cpu[i] = seconds(CLOCK_PROCESS_CPUTIME_ID) - c;
	}
	qsort(wall, (size_t)runs, sizeof(*wall), by_value);
	qsort(cpu, (size_t)runs, sizeof(*cpu), by_value);
	getrusage(RUSAGE_SELF, &used);
	printf("%.9f %.9f %ld %llu %llu\n", wall[runs / 2], cpu[runs / 2], used.ru_maxrss,
	       (unsigned long long)b.bytes, (unsigned long long)b.pages);
	pfs_session_close(&b.s);
	close(b.fd);
	free(b.memmap.v);
	free(b.stored.v);
	free(b.from);
	free(b.to);
	free(wall);
	free(cpu);
	return 0;
}
