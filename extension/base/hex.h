/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses and PFNs as JSON has them: strings, as a double has 53 bits only. */
#ifndef PFS_BASE_HEX_H
#define PFS_BASE_HEX_H

#include <stdbool.h>
#include <stdint.h>

#define PFS_HEX_SIZE 19	/* 0x, 16 digits, NUL */

/* "0x1f", into buf. */
void pfs_hex(char buf[PFS_HEX_SIZE], uint64_t v);

/* What pfs_hex() wrote, and nothing else; s may be NULL. */
bool pfs_hex_parse(const char *s, uint64_t *ret);

#endif
