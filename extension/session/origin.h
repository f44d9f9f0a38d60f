/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which machine a dump is of, and when it crashed: what a list of many dumps wants
 * to know, and no report says, as reports go to strangers.
 */
#ifndef PFS_SESSION_ORIGIN_H
#define PFS_SESSION_ORIGIN_H

#include "session/session.h"

/* VMCOREINFO alone knows these, before there is a session; "" and 0: it does not. */
struct pfs_origin {
	char release[128], build_id[72];
	int64_t time; /* seconds since 1970 */
};

void pfs_origin_read(const struct pfs_target *t, struct pfs_origin *ret);

/* The name that the machine gave itself (utsname), "" if unknown. */
void pfs_session_host(struct pfs_session *s, char ret[66]);

#endif
