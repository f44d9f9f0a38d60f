/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The architecture of a dump, told by its headers and notes. Names are those of archs.def. */
#ifndef PFS_BYTES_ARCHS_H
#define PFS_BYTES_ARCHS_H

#include <stddef.h>

/* The name that belongs to an e_machine of ELF; NULL: we have no name for it. */
const char *pfs_arch_of_elf(unsigned int machine);
/*
 * The name that belongs to a struct elf_prstatus of len bytes; NULL: none. The
 * size gives away the architecture of a dump whose headers do not name it.
 */
const char *pfs_arch_of_prstatus(size_t len);
/* The architecture that is assumed where a dump does not say. */
const char *pfs_arch_first(void);

#endif
