/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types from DWARF, through libdw. A kernel has several thousand compilation
 * units, and a handful of them contain every type that we ask for. So only
 * these are read, once, and only their top-level names. A name that they lack
 * is taken for one that this kernel does not have. Where none of them is found
 * by its file name, all units are read.
 */
#include "facts/dwarf.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "facts/arch.h"
#include "facts/names.h"

#define MAX_CHAIN	32
#define MAX_MEMBERS	(1 << 17)

/*
 * The units that have the types of facts.def: the memory model, records of
 * printk, resources, XArrays and radix trees, devices on their bus.
 */
static const char *const units[] = {
	"mm/page_alloc.c",
	"mm/memory_hotplug.c",
	"mm/memremap.c",
	"kernel/memremap.c",
	"kernel/printk/printk.c",
	"kernel/printk.c",
	"kernel/resource.c",
	"lib/xarray.c",
	"lib/radix-tree.c",
	"drivers/base/bus.c",
	NULL,
};

struct pfs_dwarf {
	struct pfs_lookup lookup;
	Dwarf *dw;
	struct pfs_names tags, typedefs, enumerators; /* values: DIE offsets; constants */
};

/* Is name the path of one of these, wherever the kernel was built? */
static bool is_unit(const char *name, const char *const *known)
{
	size_t n = strlen(name);

	for (; *known; known++) {
		size_t len = strlen(*known);

		if (n >= len && !strcmp(name + n - len, *known) &&
		    (n == len || name[n - len - 1] == '/'))
			return true;
	}
	return false;
}

static bool wanted_unit(Dwarf_Die *cu)
{
	const char *name = dwarf_diename(cu);
	const struct pfs_arch *arch;
	size_t i;

	if (!name)
		return false;
	for (i = 0; (arch = pfs_arch_nr(i)); i++)
		if (arch->dwarf_units && is_unit(name, arch->dwarf_units))
			return true;
	return is_unit(name, units);
}

static int add_enumerators(struct pfs_dwarf *d, Dwarf_Die *type)
{
	Dwarf_Die e;

	if (dwarf_child(type, &e))
		return 0;
	do {
		const char *name = dwarf_diename(&e);
		Dwarf_Attribute attr;
		Dwarf_Sword value;

		if (dwarf_tag(&e) != DW_TAG_enumerator || !name ||
		    !dwarf_attr(&e, DW_AT_const_value, &attr) || dwarf_formsdata(&attr, &value))
			continue;
		if (pfs_names_add(&d->enumerators, name, strlen(name), (uint64_t)value))
			return -ENOMEM;
	} while (!dwarf_siblingof(&e, &e));
	return 0;
}

static int add_unit(struct pfs_dwarf *d, Dwarf_Die *cu)
{
	Dwarf_Die die;

	if (dwarf_child(cu, &die))
		return 0;
	do {
		struct pfs_names *names = &d->tags;
		const char *name;

		switch (dwarf_tag(&die)) {
		case DW_TAG_enumeration_type:
			if (add_enumerators(d, &die))
				return -ENOMEM;
			break;
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
			break;
		case DW_TAG_typedef:
		case DW_TAG_base_type:
			names = &d->typedefs;
			break;
		default:
			continue;
		}
		name = dwarf_diename(&die);
		if (!name || dwarf_hasattr(&die, DW_AT_declaration))
			continue;
		if (pfs_names_add(names, name, strlen(name), dwarf_dieoffset(&die)))
			return -ENOMEM;
	} while (!dwarf_siblingof(&die, &die));
	return 0;
}

/* Read the units of the list, or all of them; *ret_nr is how many were read. */
static int add_units(struct pfs_dwarf *d, bool all, size_t *ret_nr)
{
	Dwarf_Off off = 0, next;
	size_t header;

	*ret_nr = 0;
	while (!dwarf_nextcu(d->dw, off, &next, &header, NULL, NULL, NULL)) {
		Dwarf_Die cu;

		if (dwarf_offdie(d->dw, off + header, &cu) && (all || wanted_unit(&cu))) {
			++*ret_nr;
			if (add_unit(d, &cu))
				return -ENOMEM;
		}
		off = next;
	}
	return 0;
}

/* Go on to the type behind typedefs and qualifiers. */
static int strip(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	int i;

	for (i = 0; i < MAX_CHAIN; i++) {
		switch (dwarf_tag(die)) {
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			if (!dwarf_attr(die, DW_AT_type, &attr) || !dwarf_formref_die(&attr, die))
				return -ENOENT;
			break;
		default:
			return 0;
		}
	}
	return -EINVAL;
}

static int type_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attr;

	if (!dwarf_attr(die, DW_AT_type, &attr) || !dwarf_formref_die(&attr, ret))
		return -ENOENT;
	return strip(ret);
}

static bool composite(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

static bool get_const(Dwarf_Die *die, unsigned int at, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;

	if (!dwarf_attr(die, at, &attr) || dwarf_formudata(&attr, &value))
		return false;
	*ret = value;
	return true;
}

/*
 * The offset in bits from the start of the struct; 0 where DWARF leaves it out,
 * as in a union.
 */
static uint64_t bit_offset(Dwarf_Die *member)
{
	uint64_t v;

	if (get_const(member, DW_AT_data_bit_offset, &v))
		return v;
	return get_const(member, DW_AT_data_member_location, &v) ? v * 8 : 0;
}

struct level {
	Dwarf_Die member;
	uint64_t bits; /* offset of the struct that it is in */
};

/* Find the member name[0..len) of type, also inside anonymous structs and unions. */
static int find_member(Dwarf_Die *type, const char *name, size_t len, Dwarf_Die *ret,
		       uint64_t *ret_bits)
{
	struct level stack[MAX_CHAIN];
	unsigned int depth = 0, seen = 0;

	if (dwarf_child(type, &stack[0].member))
		return -ENOENT;
	stack[depth++].bits = 0;
	while (depth) {
		struct level *l = &stack[depth - 1];
		Dwarf_Die m = l->member, in;
		uint64_t bits = l->bits + bit_offset(&m);
		const char *s = dwarf_diename(&m);

		if (++seen == MAX_MEMBERS)
			return -EINVAL;
		if (dwarf_siblingof(&l->member, &l->member))
			depth--;
		if (dwarf_tag(&m) != DW_TAG_member)
			continue;
		if (s) {
			if (strlen(s) != len || memcmp(s, name, len))
				continue;
			*ret = m;
			*ret_bits = bits;
			return 0;
		}
		if (type_of(&m, &in) || !composite(&in))
			continue;
		if (depth == MAX_CHAIN)
			return -EINVAL;
		if (!dwarf_child(&in, &stack[depth].member))
			stack[depth++].bits = bits;
	}
	return -ENOENT;
}

/* Length of the first dimension; 0: a flexible array. */
static uint64_t array_length(Dwarf_Die *array)
{
	Dwarf_Die d;
	uint64_t n;

	if (dwarf_child(array, &d) || dwarf_tag(&d) != DW_TAG_subrange_type)
		return 0;
	if (get_const(&d, DW_AT_count, &n))
		return n;
	/* GCC writes an upper bound of -1 for [0]. */
	return get_const(&d, DW_AT_upper_bound, &n) ? n + 1 : 0;
}

static int find_type(struct pfs_dwarf *d, const char *name, Dwarf_Die *ret)
{
	uint64_t off;
	int r = pfs_names_find(&d->tags, name, &off);

	if (r == -ENOENT)
		r = pfs_names_find(&d->typedefs, name, &off);
	if (r)
		return r;
	return dwarf_offdie(d->dw, off, ret) ? 0 : -EINVAL;
}

static int op_member(struct pfs_lookup *lookup, const char *type, const char *member,
		     struct pfs_member *ret)
{
	uint64_t bits = 0, at, size;
	Dwarf_Die t, elem, m;
	Dwarf_Word bytes;
	int r;

	r = find_type((struct pfs_dwarf *)lookup, type, &t);
	if (!r)
		r = strip(&t);
	if (r)
		return r;
	for (;;) {
		size_t len = strcspn(member, ".");

		if (!composite(&t) || !len)
			return -ENOENT;
		r = find_member(&t, member, len, &m, &at);
		if (!r)
			r = type_of(&m, &t);
		if (r)
			return r;
		bits += at;
		if (!member[len])
			break;
		member += len + 1;
		/* In a.b, if a is an array, its first element is meant. */
		if (dwarf_tag(&t) == DW_TAG_array_type) {
			elem = t;
			r = type_of(&elem, &t);
			if (r)
				return r;
		}
	}
	ret->offset = bits / 8;
	ret->nelems = dwarf_tag(&t) == DW_TAG_array_type ? array_length(&t) : 0;
	if (get_const(&m, DW_AT_bit_size, &size))
		ret->size = (bits % 8 + size + 7) / 8;
	else if (dwarf_tag(&t) == DW_TAG_array_type && !ret->nelems)
		ret->size = 0;
	else if (!dwarf_aggregate_size(&t, &bytes))
		ret->size = bytes;
	else
		return -EINVAL;
	return 0;
}

static int op_type_size(struct pfs_lookup *lookup, const char *type, uint64_t *ret_size)
{
	Dwarf_Word bytes;
	Dwarf_Die t;
	int r = find_type((struct pfs_dwarf *)lookup, type, &t);

	if (!r)
		r = strip(&t);
	if (r)
		return r;
	if (dwarf_aggregate_size(&t, &bytes))
		return -EINVAL;
	*ret_size = bytes;
	return 0;
}

static int op_enumerator(struct pfs_lookup *lookup, const char *name, int64_t *ret_value)
{
	uint64_t value;
	int r = pfs_names_find(&((struct pfs_dwarf *)lookup)->enumerators, name, &value);

	if (!r)
		*ret_value = (int64_t)value;
	return r;
}

static void op_free(struct pfs_lookup *lookup)
{
	struct pfs_dwarf *d = (struct pfs_dwarf *)lookup;

	dwarf_end(d->dw);
	pfs_names_deinit(&d->tags);
	pfs_names_deinit(&d->typedefs);
	pfs_names_deinit(&d->enumerators);
	free(d);
}

static const struct pfs_lookup_ops ops = {
	.type_size = op_type_size,
	.member = op_member,
	.enumerator = op_enumerator,
	.free = op_free,
};

int pfs_dwarf_open(Elf *elf, struct pfs_lookup **ret, struct pfs_err *err)
{
	struct pfs_dwarf *d = calloc(1, sizeof(*d));
	size_t nr = 0;
	int r;

	if (!d)
		return pfs_err_set(err, ENOMEM, "out of memory");
	d->lookup.ops = &ops;
	d->lookup.from = "vmlinux DWARF";
	d->dw = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (!d->dw) {
		free(d);
		return pfs_err_set(err, ENOENT, "neither BTF nor DWARF: %s", dwarf_errmsg(-1));
	}
	r = add_units(d, false, &nr);
	if (!r && !nr)
		r = add_units(d, true, &nr);
	if (r) {
		op_free(&d->lookup);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	*ret = &d->lookup;
	return 0;
}
