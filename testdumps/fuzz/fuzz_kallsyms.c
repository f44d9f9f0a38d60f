/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kallsyms tables that are found in the image by their structure. The first byte picks
 * their layout, then come patches of them.
 */
#include "fuzz.h"

#include "facts/image.h"
#include "facts/kallsyms.h"
#define STEXT 0x20000
#include "unit/kallsyms_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = { data, size };
	uint64_t kind = feed_take(&f, 1), v, off;
	struct pfs_vmcoreinfo info;
	struct pfs_image image;
	struct pfs_lookup *l;
	static struct pfs_mem mem;
	struct pfs_facts facts;
	struct pfs_arena a;
	struct pfs_err err;
	const char *name;
	static const char text[] = "OSRELEASE=6.1.0\nSYMBOL(_stext)=ffffffff80020000\n";

	ram_init(&ram, 4);
	ram_map(&ram, KERNEL, 21, P_W | PS);
	layout((enum order)(kind % 3), (enum encoding)(kind / 3 % 4), kind & 16 ? 4 : 8, 8);
	ram_facts(&ram, &facts);
	if (pfs_mem_init(&mem, &ram.t, pfs_arch_by_name("x86_64"), &facts, &err))
		abort();
	feed_patch(&f, ram.bytes + TABLES, 0x10000);
	pfs_arena_init(&a);
	if (!pfs_vmcoreinfo_parse(&a, text, sizeof(text) - 1, &info, &err) &&
	    !pfs_image_find(&mem, &a, &image, &err) &&
	    !pfs_kallsyms_scan(&mem, &image, &info, KERNEL + STEXT, &l, &err)) {
		l->ops->symbol(l, "init_uts_ns", &v);
		l->ops->symbol_at(l, KERNEL + STEXT + 0x123, &name, &off);
		l->ops->free(l);
	}
	pfs_arena_deinit(&a);
	return 0;
}
