/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Before libkdumpfile 0.5.2 kdump_free() follows attributes that it has just
 * freed (97c716a "Run attribute cleanup hooks before deallocating attributes"),
 * and crashes if their memory was used again meanwhile. With those versions we
 * rather leak the context, which harms nobody.
 */
#ifndef PFS_BYTES_KDUMP_FREE_H
#define PFS_BYTES_KDUMP_FREE_H

#include <libkdumpfile/kdumpfile.h>

#define PFS_KDUMP_FREE_WORKS (KDUMPFILE_VERSION >= KDUMPFILE_MKVER(0, 5, 2))

#endif
