/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attachments of a ticket. */
#ifndef PFS_VERBS_REPORT_H
#define PFS_VERBS_REPORT_H

#include "verbs/args.h"

/*
 * Distils and scans a diagnosed session that records, and writes all files to
 * a->output or a->tar.
 */
int pfs_report_write(struct pfs_session *s, const struct pfs_args *a,
		     const struct pfs_session_opts *opts, struct pfs_err *err);

#endif
