/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An XArray whose nodes are the input's, with 64 or 16 slots each. */
#include "fuzz.h"

#include "core/model/xarray.h"
#include "unit/world.h"

static int see(void *arg, uint64_t first, uint64_t last, uint64_t entry)
{
	uint64_t *next = arg;

	(void)entry;
	if (first < *next || last < first)
		abort(); /* not in order */
	*next = last + 1;
	return !*next;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = { data, size };
	struct world *w = w_new();
	uint64_t next = 0;
	struct pfs_xa_stat stat;

	w_fact(w, PFS_F_XA_HEAD, 8);
	w_fact(w, PFS_F_XN_SHIFT, 0);
	w_fact(w, PFS_F_XN_SLOTS, 0x28);
	w_fact(w, PFS_F_XN_NSLOTS, feed_take(&f, 1) & 1 ? 16 : 64);
	feed_patch(&f, w->ram.bytes + OBJ, 0x8000);
	pfs_xa_walk(&w->m, KERNEL + OBJ, see, &next, &stat, &w->err);
	w_free(w);
	return 0;
}
