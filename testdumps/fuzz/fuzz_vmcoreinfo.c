/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of VMCOREINFO, the facts that are made of it, and how memory is mapped by them. */
#include "fuzz.h"

#include "facts/kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const archs[] = { "x86_64", "aarch64" };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		const struct pfs_arch *arch = pfs_arch_by_name(archs[i]);
		struct pfs_facts f = { .machine = arch->facts };
		struct pfs_vmcoreinfo v;
		struct pfs_arena a;
		struct pfs_err err;

		pfs_arena_init(&a);
		if (!pfs_vmcoreinfo_parse(&a, (const char *)data, size, &v, &err))
			pfs_facts_resolve(&f, &a, NULL, 0, &v, arch, &err);
		pfs_arena_deinit(&a);
	}
	return 0;
}
