/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --version prints: ours, and that of each library as it was loaded. */
#ifndef PFS_CLI_VERSIONS_H
#define PFS_CLI_VERSIONS_H

#include "report/report.h"

void pfs_versions_print(struct pfs_out *o);
void pfs_capstone_version(int *major, int *minor);

#endif
