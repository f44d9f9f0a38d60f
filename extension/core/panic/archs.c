/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The architectures whose registers and oopses are known. */
#include "core/panic/arch.h"

const struct pfs_oops_arch *pfs_oops_arch_of(const struct pfs_model *m)
{
	static const struct pfs_oops_arch *const archs[] = {
#define ARCH(arch, elf, prstatus, crash) &pfs_oops_##arch,
#include <pfnscope/archs.def>
#undef ARCH
	};
	size_t i;

	for (i = 0; m->mem && m->mem->arch && i < sizeof(archs) / sizeof(archs[0]); i++) {
		const struct pfs_oops_arch *a = archs[i];

		if (!strcmp(a->name, m->mem->arch->name) && a->classify && a->head && a->die &&
		    a->line && a->ip && a->sp && a->ip_label && a->no_pfn && a->reg_names)
			return a;
	}
	return NULL;
}

const char *pfs_ip_label(const struct pfs_model *m)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);

	return arch ? arch->ip_label : "IP";
}
