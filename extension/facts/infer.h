/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds facts in the memory of a kernel whose types are not known. */
#ifndef PFS_FACTS_INFER_H
#define PFS_FACTS_INFER_H

#include "facts/facts.h"
#include "facts/mem.h"

/*
 * Add to the facts what memory itself tells, each with "inferred" and what it was checked
 * against as its source. Does nothing where the types are known. True if there was any.
 */
bool pfs_facts_infer(struct pfs_mem *m, struct pfs_facts *f);

#endif
