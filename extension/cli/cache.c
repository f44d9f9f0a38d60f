/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cache.h"

#include <stdio.h>
#include <stdlib.h>

/* What is recorded for another machine is read from the dump itself. */
static bool is_wanted(const struct pfs_args *a)
{
	if (a->no_cache || pfs_verb_records(a->verb))
		return false;
	return a->verb == PFS_V_BATCH ? !a->reports && !a->list : pfs_verbs[a->verb].needs_dump;
}

void pfs_cache_open(struct pfs_store *s, const struct pfs_args *a)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char path[sizeof(s->path)];
	int n = -1;

	s->fd = -1;
	if (!is_wanted(a))
		return;
	/* One that is not absolute does not count, says the specification of these variables. */
	if (cache && *cache == '/')
		n = snprintf(path, sizeof(path), "%s/pfnscope/facts", cache);
	else if (home && *home == '/')
		n = snprintf(path, sizeof(path), "%s/.cache/pfnscope/facts", home);
	if (n > 0 && (size_t)n < sizeof(path))
		pfs_store_open(s, path);
}
