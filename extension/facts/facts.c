/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the facts, from the table. */
#include "facts/facts.h"

const char *pfs_fact_name(enum pfs_fact_id id)
{
	static const char *const names[] = {
#define FACT(fact, name, what) name,
#include <pfnscope/facts.def>
#undef FACT
	};

	return (unsigned int)id < PFS_NR_FACTS ? names[id] : "?";
}
