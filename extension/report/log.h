/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report of a log without a dump: that of a dump, and what is in the log beside it. */
#ifndef PFS_REPORT_LOG_H
#define PFS_REPORT_LOG_H

#include "report/report.h"
#include "session/log.h"

void pfs_text_log(struct pfs_out *o, const struct pfs_log *l);
json_t *pfs_json_log(const struct pfs_log *l);

#endif
