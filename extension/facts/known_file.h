/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of the answers that are known (known.h). It was written by the same build of the
 * same program for the same user, and may be damaged, or made by a program that was taken
 * over: nothing in it is used before it was checked, and what makes no sense is no file.
 */
#ifndef PFS_FACTS_KNOWN_FILE_H
#define PFS_FACTS_KNOWN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define PFS_KNOWN_KEY 16
#define PFS_KNOWN_SUM 8
#define PFS_KNOWN_ANSWERS 4096u		/* of a kernel */
#define PFS_KNOWN_NAME 512u		/* bytes of a name */
#define PFS_KNOWN_EXTENT ((uint64_t)64 << 20) /* bytes of tables */

enum pfs_known_kind {
	PFS_KNOWN_SYMBOL,
	PFS_KNOWN_TYPE_SIZE,
	PFS_KNOWN_MEMBER,
	PFS_KNOWN_ENUMERATOR,
	PFS_KNOWN_KINDS
};

struct pfs_answer {
	enum pfs_known_kind kind;
	int code;   /* 0, ENOENT or EINVAL */
	bool moves; /* the value is a distance from _stext */
	uint64_t value[3];
	const char *name, *member; /* member is "" where there is none */
};

struct pfs_known_file {
	unsigned char key[PFS_KNOWN_KEY], sum[PFS_KNOWN_SUM];
	unsigned char stored_sum[PFS_KNOWN_SUM]; /* of the form in which a file had them */
	bool has_stored;
	/* Distances from _stext: of kallsyms and of BTF; start is below end. */
	struct pfs_known_extent {
		int64_t start, end;
		bool searched; /* nothing named it */
	} extent[2];
	bool has_base;
	int64_t base_at; /* kallsyms' pointer */
	struct pfs_answer *answers;
	size_t nr;
};

/* To be freed; NULL: out of memory, or larger than a file may be. */
void *pfs_known_encode(const struct pfs_known_file *f, size_t *ret_len);
/* Texts and answers are in the arena. 0, -EINVAL, -ENOMEM. */
int pfs_known_decode(const void *buf, size_t len, struct pfs_arena *a, struct pfs_known_file *ret);
/* The same without a look at the check sum, which buf does not have. */
int pfs_known_parse(const void *buf, size_t len, struct pfs_arena *a, struct pfs_known_file *ret);

#endif
