/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pfs_hex(char buf[PFS_HEX_SIZE], uint64_t v)
{
	snprintf(buf, PFS_HEX_SIZE, "0x%" PRIx64, v);
}

bool pfs_hex_parse(const char *s, uint64_t *ret)
{
	size_t n;

	if (!s || s[0] != '0' || s[1] != 'x')
		return false;
	n = strspn(s + 2, "0123456789abcdef");
	if (!n || n > 16 || s[2 + n])
		return false;
	*ret = strtoull(s + 2, NULL, 16);
	return true;
}
