/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attachments of a ticket. */
#ifndef PFS_VERBS_REPORT_H
#define PFS_VERBS_REPORT_H

#include "verbs/args.h"

/*
 * Distil and scan a diagnosed session on a record target, and write all files
 * to a->output or a->tar.
 */
int pfs_report_write(struct pfs_session *s, const struct pfs_args *a,
		     const struct pfs_session_opts *opts, struct pfs_err *err);

#endif
