/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel log instead of a dump: a file of text (log_file.c), the lines of the
 * kernel in it (log_text.c), and a target that has these and not one byte of
 * memory (log_target.c).
 */
#ifndef PFS_BYTES_LOG_H
#define PFS_BYTES_LOG_H

#include <pfnscope/target.h>

#include "base/arena.h"

struct pfs_text {
	char *text; /* owned; a NUL is behind its end */
	size_t len;
	uint64_t bytes;		 /* of the file */
	const char *compression; /* "gzip", "xz", "zstd"; NULL: none */
	const char *damage;	 /* why it does not go on; NULL: it is whole */
	bool late;		 /* its beginning was too much, and is left out */
};

/*
 * Read a file, or standard input where path is "-", and decompress it. max is
 * the most that is kept, of the end, where the panic is; of what is compressed, or
 * comes through a pipe, 8 times as much is looked at. -EINVAL: a dump, or nothing;
 * -ENOMEM; errors of open(2), read(2).
 */
int pfs_text_read(const char *path, size_t max, struct pfs_text *ret, struct pfs_err *err);
void pfs_text_free(struct pfs_text *t);

/* The most of a log that is kept. */
#define PFS_MAX_LOG ((size_t)64 << 20)

/* The lines of one boot, oldest first. */
struct pfs_log_boot {
	struct pfs_log_line *lines;
	size_t nr, cap;
	const char *release; /* of "Linux version ..."; NULL: that line is not there */
	const char *host;    /* that syslog names; NULL: none */
};

struct pfs_log_boots {
	struct pfs_log_boot *boot;
	size_t nr, cap;
	size_t lines; /* of the text */
	size_t marks; /* lines with what only a kernel log has: the kernel's time, or its name */
	size_t words; /* lines that begin as those of a kernel do that is in trouble */
	bool full;    /* the oldest lines are left out */
};

/*
 * Take the lines of the kernel out of the text of a log, whoever wrote it: dmesg in
 * all its forms, the journal, syslog, a serial console, pstore. Their text is in t,
 * which is changed. Every byte may be anything. -ENOMEM.
 */
int pfs_log_split(struct pfs_arena *a, struct pfs_text *t, struct pfs_log_boots *ret,
		  struct pfs_err *err);

/* Is there any line in it that a kernel wrote? */
bool pfs_log_has_kernel(const struct pfs_log_boots *b);

/* Is this, the beginning of a file, that of a kernel log? It is changed. */
bool pfs_log_is(char *text, size_t len);

/* Is this file one? Its beginning is decompressed. A path: "-" is taken for one. */
bool pfs_log_is_file(int fd);
bool pfs_log_is_path(const char *path);

/*
 * The target of one boot. What it points to must outlive it. -ENOMEM.
 */
int pfs_target_log(const char *path, const struct pfs_text *t, const struct pfs_log_boot *boot,
		   struct pfs_target **ret, struct pfs_err *err);

#endif
