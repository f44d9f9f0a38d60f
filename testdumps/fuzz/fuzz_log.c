/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ring of printk of v5.10 on, and the records in a buffer before it; and one line
 * after the other without records. The first byte picks, the rest is the memory they are in.
 */
#include "fuzz.h"

#include "unit/world.h"

static void ring_facts(struct world *w)
{
	w_prb_facts(w);
	w_u64(w, OBJ, KERNEL + OBJ + 0x100);
	w_u32(w, OBJ + 0x100, 3);
	w_u64(w, OBJ + 0x108, KERNEL + OBJ + 0x200);
	w_u64(w, OBJ + 0x110, KERNEL + OBJ + 0x300);
	w_u64(w, OBJ + 0x118, 7);
	w_u32(w, OBJ + 0x128, 8);
	w_u64(w, OBJ + 0x130, KERNEL + OBJ + 0x600);
}

static void buffer_facts(struct world *w, bool records)
{
	w_fact(w, PFS_F_LOG_BUF, KERNEL + OBJ);
	w_fact(w, PFS_F_LOG_BUF_LEN, KERNEL + OBJ + 8);
	w_fact(w, PFS_F_LOG_FIRST_IDX, KERNEL + OBJ + 12);
	w_fact(w, PFS_F_LOG_NEXT_IDX, KERNEL + OBJ + 16);
	if (records) {
		w_fact(w, PFS_F_SZ_PRINTK_LOG, 16);
		w_fact(w, PFS_F_PL_TS, 0);
		w_fact(w, PFS_F_PL_LEN, 8);
		w_fact(w, PFS_F_PL_TEXT_LEN, 10);
	}
	w_u64(w, OBJ, KERNEL + OBJ + 0x100);
	w_u32(w, OBJ + 8, 0x1000);
	w_u32(w, OBJ + 16, 0x800);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = { data, size };
	struct world *w = w_new();
	uint64_t kind = feed_take(&f, 1);
	size_t i;

	if (kind & 1)
		ring_facts(w);
	else
		buffer_facts(w, kind & 2);
	feed_patch(&f, w->ram.bytes + OBJ, 0x4000);
	if (!pfs_model_log(&w->m, &w->err))
		for (i = 0; i < w->m.nr_log; i++)
			feed_look(w->m.log[i].text, w->m.log[i].len + 1);
	w_free(w);
	return 0;
}
