/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine that a dump is of, and the time of its crash. A list of many
 * dumps wants to show them; no report does, because reports go to strangers.
 */
#ifndef PFS_SESSION_ORIGIN_H
#define PFS_SESSION_ORIGIN_H

#include "session/session.h"

/* What VMCOREINFO states, which needs no session; "" and 0 where it does not. */
struct pfs_origin {
	char release[128], build_id[72];
	int64_t time; /* seconds since 1970 */
};

void pfs_origin_read(const struct pfs_target *t, struct pfs_origin *ret);

/* The host name of the machine (utsname), "" if unknown. */
void pfs_session_host(struct pfs_session *s, char ret[66]);

/*
 * When the machine panicked, or was dumped, by its own clock, for dumps whose VMCOREINFO has no
 * CRASHTIME: QEMU's. 0: not known.
 */
int64_t pfs_session_time(struct pfs_session *s);

#endif
