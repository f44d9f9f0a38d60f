/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of architectures, and the set-up of memory that they all share. */
#include "facts/arch.h"

#include <errno.h>
#include <string.h>

const struct pfs_arch *pfs_arch_nr(size_t i)
{
	static const struct pfs_arch *const archs[] = {
#define ARCH(arch, elf, prstatus, crash) &pfs_arch_##arch,
#include <pfnscope/archs.def>
#undef ARCH
	};

	return i < sizeof(archs) / sizeof(archs[0]) ? archs[i] : NULL;
}

const struct pfs_arch *pfs_arch_by_name(const char *name)
{
	const struct pfs_arch *arch;
	size_t i;

	for (i = 0; name && (arch = pfs_arch_nr(i)); i++)
		if (!strcmp(arch->name, name))
			return arch;
	return NULL;
}

const char *pfs_arch_missing(const struct pfs_arch *a)
{
	if (!a->name || !a->family || !a->facts || !a->top_symbol)
		return "its names";
	if (!a->page_sizes || !a->image_end || !a->entry_present)
		return "its constants";
	if (!a->section_size_bits || !a->max_physmem_bits || !a->hugetlb_order)
		return "the sizes of its sections and pageblocks";
	if (!a->init || !a->canonical || !a->entry_address || !a->walk)
		return "its page tables";
	if (!a->bootstrap != !a->describe || !a->firmware_map != !a->firmware_map_name)
		return "one hook of two that belong together";
	return NULL;
}

int pfs_mem_init(struct pfs_mem *m, struct pfs_target *t, const struct pfs_arch *arch,
		 const struct pfs_facts *f, struct pfs_err *err)
{
	const char *missing = pfs_arch_missing(arch);
	uint64_t size;

	memset(m, 0, sizeof(*m));
	if (missing)
		return pfs_err_set(err, EINVAL, "architecture %s is not supported: it lacks %s",
				   arch->name, missing);
	m->target = t;
	m->arch = arch;
	m->image_start = arch->image_start;
	m->image_end = arch->image_end;
	size = pfs_have(f, PFS_F_PAGESIZE) ? pfs_val(f, PFS_F_PAGESIZE) :
					     arch->page_sizes & -arch->page_sizes;
	if (!size || size & (size - 1) || !(arch->page_sizes & size))
		return pfs_err_set(err, EINVAL, "page size %llu is not one of %s",
				   (unsigned long long)size, arch->name);
	m->page_shift = (unsigned int)__builtin_ctzll(size);
	return arch->init(m, f, err);
}
