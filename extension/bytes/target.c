/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all targets share. */
#include <pfnscope/target.h>

void pfs_target_free(struct pfs_target *t)
{
	if (t)
		t->ops->free(t);
}

const char *pfs_presence_name(enum pfs_presence p)
{
	switch (p) {
	case PFS_PRESENT:
		return "present";
	case PFS_EXCLUDED:
		return "excluded";
	case PFS_ABSENT:
		return "absent";
	case PFS_UNDECIDABLE:
		return "undecidable";
	}
	return "unknown";
}
