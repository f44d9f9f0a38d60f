/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols, types and enumerators of the vmlinux. */
#include "bytes/drgn/libdrgn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_CHAIN 32

int pfs_libdrgn_symbol(void *arg, const char *name, uint64_t *ret)
{
	struct pfs_libdrgn *d = arg;
	struct drgn_symbol *sym;
	int r = pfs_libdrgn_errno(drgn_program_find_symbol_by_name(d->prog, name, &sym));

	if (r)
		return r;
	*ret = drgn_symbol_address(sym);
	drgn_symbol_destroy(sym);
	return 0;
}

/* Find struct NAME or else the union, the enumeration or the typedef of that name. */
static int find_type(struct pfs_libdrgn *d, const char *name, struct drgn_type **ret)
{
	static const char *const kinds[] = { "struct ", "union ", "enum ", "" };
	struct drgn_qualified_type type;
	char full[160];
	size_t i;
	int r = -ENOENT;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && r == -ENOENT; i++) {
		if (snprintf(full, sizeof(full), "%s%s", kinds[i], name) >= (int)sizeof(full))
			return -ENOENT;
		r = pfs_libdrgn_errno(drgn_program_find_type(d->prog, full, NULL, &type));
	}
	if (!r)
		*ret = type.type;
	return r;
}

static struct drgn_type *strip(struct drgn_type *t)
{
	unsigned int i;

	for (i = 0; i < MAX_CHAIN && drgn_type_kind(t) == DRGN_TYPE_TYPEDEF; i++)
		t = drgn_type_type(t).type;
	return t;
}

int pfs_libdrgn_type_size(void *arg, const char *type, uint64_t *ret)
{
	struct drgn_type *t;
	int r = find_type(arg, type, &t);

	return r ? r : pfs_libdrgn_errno(drgn_type_sizeof(t, ret));
}

static bool is_array(struct drgn_type *t)
{
	return drgn_type_kind(t) == DRGN_TYPE_ARRAY;
}

int pfs_libdrgn_member(void *arg, const char *type, const char *member, struct pfs_member *ret)
{
	struct drgn_type_member *m;
	struct drgn_qualified_type q;
	uint64_t bits = 0, at, width;
	struct drgn_type *t;
	int r = find_type(arg, type, &t);

	for (t = r ? NULL : strip(t);;) {
		size_t len = strcspn(member, ".");

		if (!t)
			return r;
		if (!len || !drgn_type_has_members(t))
			return -ENOENT;
		r = pfs_libdrgn_errno(drgn_type_find_member_len(t, member, len, &m, &at));
		if (!r)
			r = pfs_libdrgn_errno(drgn_member_type(m, &q, &width));
		if (r)
			return r;
		bits += at;
		t = strip(q.type);
		if (!member[len])
			break;
		member += len + 1;
		/* In a.b, if a is an array, its first element is meant. */
		while (is_array(t))
			t = strip(drgn_type_type(t).type);
	}
	ret->offset = bits / 8;
	ret->nelems = is_array(t) && drgn_type_is_complete(t) ? drgn_type_length(t) : 0;
	ret->size = (bits % 8 + width + 7) / 8;
	if (width || (is_array(t) && !drgn_type_is_complete(t))) {
		ret->size = width ? ret->size : 0;
		return 0;
	}
	return pfs_libdrgn_errno(drgn_type_sizeof(t, &ret->size));
}

int pfs_libdrgn_enumerator(void *arg, const char *name, int64_t *ret)
{
	struct pfs_libdrgn *d = arg;
	struct drgn_object o;
	union drgn_value value;
	int r;

	drgn_object_init(&o, d->prog);
	r = pfs_libdrgn_errno(
		drgn_program_find_object(d->prog, name, NULL, DRGN_FIND_OBJECT_CONSTANT, &o));
	if (!r && o.encoding == DRGN_OBJECT_ENCODING_SIGNED) {
		r = pfs_libdrgn_errno(drgn_object_read_signed(&o, ret));
	} else if (!r && o.encoding == DRGN_OBJECT_ENCODING_UNSIGNED) {
		r = pfs_libdrgn_errno(drgn_object_read_unsigned(&o, &value.uvalue));
		if (!r)
			*ret = (int64_t)value.uvalue;
	} else if (!r) {
		r = -ENOENT;
	}
	drgn_object_deinit(&o);
	return r;
}
