/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The architecture of a dump, told by its headers and notes. */
#include "bytes/archs.h"

#include <elf.h>

static const struct {
	const char *name;
	unsigned int machine;
	size_t prstatus;
} archs[] = {
#define ARCH(name, elf, prstatus, crash) { #name, elf, prstatus },
#define FOREIGN(name, elf, prstatus, crash) { #name, elf, prstatus },
#include <pfnscope/archs.def>
#undef ARCH
};

#define NR_ARCHS (sizeof(archs) / sizeof(archs[0]))

const char *pfs_arch_of_elf(unsigned int machine)
{
	size_t i;

	for (i = 0; i < NR_ARCHS; i++)
		if (archs[i].machine == machine)
			return archs[i].name;
	return NULL;
}

const char *pfs_arch_of_prstatus(size_t len)
{
	size_t i;

	for (i = 0; i < NR_ARCHS; i++)
		if (archs[i].prstatus == len)
			return archs[i].name;
	return NULL;
}

const char *pfs_arch_first(void)
{
	return archs[0].name;
}
