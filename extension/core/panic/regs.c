/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks registers up by name. */
#include "core/panic/arch.h"

const struct pfs_reg *pfs_panic_reg(const struct pfs_panic *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->nr_regs; i++)
		if (!strcmp(p->regs[i].name, name))
			return &p->regs[i];
	return NULL;
}

bool pfs_note_reg(const struct pfs_oops_arch *arch, const struct pfs_cpu_note *note, unsigned int i,
		  uint64_t *ret)
{
	size_t at = arch->prstatus_regs_offset;

	if (!note->prstatus || i >= arch->nr_regs || note->len < at ||
	    (note->len - at) / 8 < arch->nr_regs)
		return false;
	*ret = pfs_le64((const unsigned char *)note->prstatus + at + i * 8);
	return true;
}

bool pfs_note_reg_named(const struct pfs_oops_arch *arch, const struct pfs_cpu_note *note,
			const char *name, uint64_t *ret)
{
	unsigned int i;

	for (i = 0; i < arch->nr_regs; i++)
		if (!strcmp(arch->reg_names[i], name))
			return pfs_note_reg(arch, note, i, ret);
	return false;
}

bool pfs_reg_special(const struct pfs_oops_arch *arch, const char *name)
{
	const char *const *n;

	for (n = arch->no_pfn; *n; n++)
		if (!strcmp(*n, name))
			return true;
	return false;
}
