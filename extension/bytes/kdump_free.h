/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kdump_free() before libkdumpfile 0.5.2 follows attributes that it has just freed (97c716a
 * "Run attribute cleanup hooks before deallocating attributes"), and crashes where their
 * memory has been used since. A context that is lost harms nobody.
 */
#ifndef PFS_BYTES_KDUMP_FREE_H
#define PFS_BYTES_KDUMP_FREE_H

#include <libkdumpfile/kdumpfile.h>

#define PFS_KDUMP_FREE_WORKS (KDUMPFILE_VERSION >= KDUMPFILE_MKVER(0, 5, 2))

#endif
