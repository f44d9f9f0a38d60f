/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types from the DWARF of a vmlinux that has no .BTF section. */
#ifndef PFS_FACTS_DWARF_H
#define PFS_FACTS_DWARF_H

#include <libelf.h>

#include <pfnscope/target.h>

/* -ENOENT: the file has no DWARF. elf must outlive *ret. */
int pfs_dwarf_open(Elf *elf, struct pfs_lookup **ret, struct pfs_err *err);

#endif
