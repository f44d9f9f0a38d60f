/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parsed panic as JSON, for a note of a distilled dump. Nothing in struct
 * pfs_panic is lost on the way there and back.
 */
#ifndef PFS_DISTILL_PANIC_NOTE_H
#define PFS_DISTILL_PANIC_NOTE_H

#include "core/panic/panic.h"

/* Returns one line of text, which the caller frees; NULL when out of memory. */
char *pfs_panic_to_json(const struct pfs_panic *p);

/*
 * -EINVAL: the text is no JSON, or nothing that pfs_panic_to_json() writes;
 * -ENOMEM. *ret is set on success only.
 */
int pfs_panic_from_json(const char *text, size_t len, struct pfs_arena *a, struct pfs_panic *ret,
			struct pfs_err *err);

#endif
