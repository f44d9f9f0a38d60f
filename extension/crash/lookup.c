/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols and types of the vmlinux that crash has open. */
#include <errno.h>

#include "crash/crash.h"

static int symbol(struct pfs_lookup *l, const char *name, uint64_t *ret)
{
	(void)l;
	return pfs_crash_symbol(name, ret) ? 0 : -ENOENT;
}

static int type_size(struct pfs_lookup *l, const char *type, uint64_t *ret)
{
	(void)l;
	return pfs_crash_type_size(type, ret) ? 0 : -ENOENT;
}

static int member(struct pfs_lookup *l, const char *type, const char *name,
		  struct pfs_member *ret)
{
	(void)l;
	return pfs_crash_member(type, name, ret) ? 0 : -ENOENT;
}

static int enumerator(struct pfs_lookup *l, const char *name, int64_t *ret)
{
	(void)l;
	return pfs_crash_enumerator(name, ret) ? 0 : -ENOENT;
}

static const struct pfs_lookup_ops ops = {
	.symbol = symbol,
	.type_size = type_size,
	.member = member,
	.enumerator = enumerator,
};

struct pfs_lookup pfs_crash_lookup = { .ops = &ops, .from = "crash" };
