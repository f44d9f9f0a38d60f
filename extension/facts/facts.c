/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the facts, from the table. */
#include "facts/facts.h"

#include <string.h>

const char *pfs_fact_name(enum pfs_fact_id id)
{
	static const char *const names[] = {
#define FACT(fact, name, what) name,
#include <pfnscope/facts.def>
#undef FACT
	};

	return (unsigned int)id < PFS_NR_COMMON_FACTS ? names[id] : "?";
}

const char *pfs_facts_name(const struct pfs_facts *f, unsigned int id)
{
	unsigned int i;

	if (id < PFS_NR_COMMON_FACTS)
		return pfs_fact_name((enum pfs_fact_id)id);
	for (i = PFS_NR_COMMON_FACTS; f->machine && i < PFS_NR_FACTS; i++) {
		if (!f->machine[i - PFS_NR_COMMON_FACTS])
			return NULL;
		if (i == id)
			return f->machine[i - PFS_NR_COMMON_FACTS];
	}
	return NULL;
}

int pfs_facts_find(const struct pfs_facts *f, const char *name)
{
	const char *s;
	int i;

	for (i = 0; (s = pfs_facts_name(f, (unsigned int)i)); i++)
		if (!strcmp(s, name))
			return i;
	return -1;
}
