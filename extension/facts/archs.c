/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The architectures, and the set-up of memory that all of them share. */
#include "facts/kernel.h"

#include <errno.h>
#include <string.h>

const struct pfs_arch *pfs_arch_by_name(const char *name)
{
	static const struct pfs_arch *const archs[] = {
#define ARCH(arch) &pfs_arch_##arch,
#include <pfnscope/archs.def>
#undef ARCH
	};
	size_t i;

	for (i = 0; name && i < sizeof(archs) / sizeof(archs[0]); i++)
		if (!strcmp(archs[i]->name, name))
			return archs[i];
	return NULL;
}

int pfs_mem_init(struct pfs_mem *m, struct pfs_target *t, const struct pfs_arch *arch,
		 const struct pfs_facts *f, struct pfs_err *err)
{
	uint64_t size = (uint64_t)1 << arch->page_shift;

	memset(m, 0, sizeof(*m));
	m->target = t;
	m->arch = arch;
	if (pfs_have(f, PFS_F_PAGESIZE) && pfs_val(f, PFS_F_PAGESIZE) != size)
		return pfs_err_set(err, EINVAL, "page size %llu is not one of %s",
				   (unsigned long long)pfs_val(f, PFS_F_PAGESIZE), arch->name);
	return arch->init(m, f, err);
}
