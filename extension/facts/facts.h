/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts are numbers about the dumped kernel, each with its provenance.
 * extension/facts/resolve.c fills them in; afterwards they are only read.
 */
#ifndef PFS_FACTS_FACTS_H
#define PFS_FACTS_FACTS_H

#include <pfnscope/target.h>

enum pfs_fact_id {
#define FACT(id, name, what) PFS_F_##id,
#include <pfnscope/facts.def>
#undef FACT
	PFS_NR_COMMON_FACTS,
	/*
	 * Behind them come the facts of the architecture, which names them
	 * itself (struct pfs_arch).
	 */
	PFS_NR_FACTS = PFS_NR_COMMON_FACTS + 24
};

struct pfs_fact {
	uint64_t value;
	const char *from; /* NULL: this kernel or dump does not have it */
};

struct pfs_facts {
	struct pfs_fact f[PFS_NR_FACTS];
	const char *const *machine; /* names of the machine facts, NULL at the end; or NULL */
	const char *release;	    /* OSRELEASE, "" if unknown */
	const char *build_id;	    /* lower-case hex, "" if unknown */
};

/* The name of a fact of facts.def, in the syntax of VMCOREINFO; "?" for any other. */
const char *pfs_fact_name(enum pfs_fact_id id);
/* The name of any fact that f may have; NULL: no fact has this number. */
const char *pfs_facts_name(const struct pfs_facts *f, unsigned int id);
/* The number of the fact with this name; -1: there is none. */
int pfs_facts_find(const struct pfs_facts *f, const char *name);

static inline bool pfs_have(const struct pfs_facts *f, unsigned int id)
{
	return f->f[id].from != NULL;
}

static inline uint64_t pfs_val(const struct pfs_facts *f, unsigned int id)
{
	return f->f[id].value;
}

#endif
