/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/size.h"

#include <inttypes.h>
#include <stdio.h>

const char *pfs_fmt_size(char buf[32], uint64_t bytes)
{
	static const char *const unit[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int u = 0, tenths;

	while (u < 6 && bytes >> (10 * (u + 1)))
		u++;
	tenths = u ? (unsigned int)((bytes >> (10 * (u - 1)) & 1023) * 10 / 1024) : 0;
	if (tenths)
		snprintf(buf, 32, "%" PRIu64 ".%u %s", bytes >> (10 * u), tenths, unit[u]);
	else
		snprintf(buf, 32, "%" PRIu64 " %s", bytes >> (10 * u), unit[u]);
	return buf;
}
