/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the faulting instruction addressed. */
#ifndef PFS_CORE_PANIC_INSN_H
#define PFS_CORE_PANIC_INSN_H

#include "core/panic/panic.h"

/*
 * Decode the x86-64 instruction at code and fill in p->operand from p's
 * registers; of several memory operands the one that explains the fault. Left
 * invalid where the bytes are no instruction, no memory is accessed, or a
 * register's value is not known. -ENOMEM.
 */
int pfs_insn_operand(struct pfs_arena *a, const unsigned char *code, size_t len,
		     struct pfs_panic *p);

#endif
