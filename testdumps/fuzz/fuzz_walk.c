/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables that are the input's, with 4 or 5 levels: single walks and reads. The first
 * byte picks the levels, then come eight addresses, and patches of the tables.
 */
#include "fuzz.h"

#include "unit/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = { data, size };
	static struct world w;
	unsigned char buf[4096];
	uint64_t va[8], at;
	unsigned int i;

	ram_init(&w.ram, feed_take(&f, 1) & 1 ? 5 : 4);
	ram_facts(&w.ram, &w.f);
	if (pfs_mem_init(&w.mem, &w.ram.t, pfs_arch_by_name("x86_64"), &w.f, &w.err))
		abort();
	for (i = 0; i < 8; i++)
		va[i] = feed_take(&f, 8);
	feed_patch(&f, w.ram.bytes + RAM_ROOT, 0x1000);
	feed_patch(&f, w.ram.bytes + RAM_TABLES, 0x10000);
	for (i = 0; i < 8; i++) {
		struct pfs_walk walk;

		pfs_walk_va(&w.mem, va[i], &walk);
		if (!walk.leaf_size)
			abort(); /* nobody could skip it */
		if (pfs_read_va(&w.mem, va[i], buf, sizeof(buf), &at) == PFS_REACH_OK)
			feed_look(buf, sizeof(buf));
	}
	return 0;
}
