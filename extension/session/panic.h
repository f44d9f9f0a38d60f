/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PFS_SESSION_PANIC_H
#define PFS_SESSION_PANIC_H

#include "session/session.h"

/*
 * Find the panic in the log and, in a distilled dump, in its panic note. A note that is
 * damaged is a limit. -ENOMEM.
 */
int pfs_session_find_panic(struct pfs_session *s, struct pfs_panic *ret, struct pfs_err *err);
/* Where the panic's function is, if a symbol table of the session has it. */
void pfs_session_find_ip(struct pfs_session *s, struct pfs_panic *p);

#endif
