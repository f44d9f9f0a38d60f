/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version, here and nowhere else: scripts/lint-tables looks after the copies. */
#ifndef PFNSCOPE_VERSION_H
#define PFNSCOPE_VERSION_H

#define PFS_VERSION "0.2"
/* The day of the release: manual pages and packages have it. */
#define PFS_RELEASED "2026-11-29"

#endif
