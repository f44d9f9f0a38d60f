/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts: numbers about the dumped kernel, each with its provenance. Filled by
 * extension/facts/resolve.c, read-only afterwards.
 */
#ifndef PFS_FACTS_FACTS_H
#define PFS_FACTS_FACTS_H

#include <pfnscope/target.h>

enum pfs_fact_id {
#define FACT(id, name, what) PFS_F_##id,
#include <pfnscope/facts.def>
#undef FACT
	PFS_NR_FACTS
};

struct pfs_fact {
	uint64_t value;
	const char *from;	/* NULL: this kernel or dump does not have it */
};

struct pfs_facts {
	struct pfs_fact f[PFS_NR_FACTS];
	const char *release;	/* OSRELEASE, "" if unknown */
	const char *build_id;	/* lower-case hex, "" if unknown */
};

/* Name of a fact in VMCOREINFO's syntax. */
const char *pfs_fact_name(enum pfs_fact_id id);

static inline bool pfs_have(const struct pfs_facts *f, enum pfs_fact_id id)
{
	return f->f[id].from != NULL;
}

static inline uint64_t pfs_val(const struct pfs_facts *f, enum pfs_fact_id id)
{
	return f->f[id].value;
}

#endif
