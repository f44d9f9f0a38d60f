/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A BTF blob, and every look-up of a fact in it. */
#include "fuzz.h"

#include "facts/kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = { "page", "list_head", "pglist_data", "zone" };
	static const char *const members[] = {
		"flags", "lru", "lru.next", "node_zones.name", "compound_head", "tail", "a"
	};
	struct pfs_lookup *l;
	struct pfs_member m;
	struct pfs_err err;
	uint64_t bytes;
	int64_t value;
	unsigned int i, k;

	if (pfs_btf_open(data, size, "fuzz", &l, &err))
		return 0;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		l->ops->type_size(l, types[i], &bytes);
		for (k = 0; k < sizeof(members) / sizeof(*members); k++)
			l->ops->member(l, types[i], members[k], &m);
	}
	l->ops->enumerator(l, "PG_reserved", &value);
	l->ops->free(l);
	return 0;
}
