/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes in units that people read. */
#ifndef PFS_BASE_SIZE_H
#define PFS_BASE_SIZE_H

#include <stdint.h>

/* "128 MiB", "4 KiB", "1.5 GiB", "12 bytes". */
const char *pfs_fmt_size(char buf[32], uint64_t bytes);

#endif
