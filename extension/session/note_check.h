/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PFS_SESSION_NOTE_CHECK_H
#define PFS_SESSION_NOTE_CHECK_H

#include "core/panic/panic.h"

/*
 * Hold the parts of a panic that a note has told against each other and against the dump. A
 * contradiction is a limit, and p->doubted: no verdict that rests on it has high confidence.
 */
void pfs_note_check(struct pfs_model *m, struct pfs_panic *p);

#endif
