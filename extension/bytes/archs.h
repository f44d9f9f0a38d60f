/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine of a dump, by what its headers and notes say; names as in archs.def. */
#ifndef PFS_BYTES_ARCHS_H
#define PFS_BYTES_ARCHS_H

#include <stddef.h>

/* By e_machine. NULL: none that we know the name of. */
const char *pfs_arch_of_elf(unsigned int machine);
/* By the size of struct elf_prstatus, by which a dump of unknown origin gives itself away. */
const char *pfs_arch_of_prstatus(size_t len);
/* What a dump is taken for that says nothing. */
const char *pfs_arch_first(void);

#endif
