/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses and PFNs in JSON. They are strings, because a double holds no more
 * than 53 bits.
 */
#ifndef PFS_BASE_HEX_H
#define PFS_BASE_HEX_H

#include <stdbool.h>
#include <stdint.h>

#define PFS_HEX_SIZE 19	/* 0x, 16 digits, NUL */

/* Write v to buf in lower case: "0x1f". */
void pfs_hex(char buf[PFS_HEX_SIZE], uint64_t v);

/* Parse "0x" and 1 to 16 lower-case digits; false for anything else. s may be NULL. */
bool pfs_hex_parse(const char *s, uint64_t *ret);

#endif
