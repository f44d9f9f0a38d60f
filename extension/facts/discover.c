/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an open target to facts and memory. */
#include "facts/image.h"
#include "facts/infer.h"
#include "facts/known.h"

#include <errno.h>

/*
 * Does the lookup belong to the kernel that ran, at the address where it ran?
 * This is checked by symbols, because a build-id may be missing on either side
 * and the displacement may be wrong.
 */
static int check_places(struct pfs_lookup *l, const struct pfs_facts *f, const char *whose,
			struct pfs_err *err)
{
	static const struct {
		enum pfs_fact_id id;
		const char *name;
	} known[] = {
		{ PFS_F_STEXT, "_stext" },
		{ PFS_F_INIT_TOP_PGT, "init_top_pgt" },
		{ PFS_F_SWAPPER_PG_DIR, "swapper_pg_dir" },
		{ PFS_F_INIT_UTS_NS, "init_uts_ns" },
	};
	uint64_t addr;
	size_t i;

	for (i = 0; l->ops->symbol && i < sizeof(known) / sizeof(known[0]); i++) {
		if (!pfs_have(f, known[i].id) || l->ops->symbol(l, known[i].name, &addr) ||
		    addr == pfs_val(f, known[i].id))
			continue;
		return pfs_err_set(err, EINVAL,
				   "%s: of another kernel: its %s is at 0x%llx, the dump's at "
				   "0x%llx",
				   whose, known[i].name, (unsigned long long)addr,
				   (unsigned long long)pfs_val(f, known[i].id));
	}
	return 0;
}

/* Open a vmlinux where VMCOREINFO does not say how far KASLR moved the kernel. */
static int open_displaced(const char *path, const struct pfs_facts *f, struct pfs_lookup **ret,
			  struct pfs_err *err)
{
	uint64_t shift = pfs_val(f, PFS_F_KERNELOFFSET), stext;
	int r = pfs_vmlinux_open(path, f->build_id, f->release, shift, ret, err);

	if (r || pfs_have(f, PFS_F_KERNELOFFSET) || !pfs_have(f, PFS_F_STEXT) ||
	    (*ret)->ops->symbol(*ret, "_stext", &stext) || stext == pfs_val(f, PFS_F_STEXT))
		return r;
	(*ret)->ops->free(*ret);
	shift = pfs_val(f, PFS_F_STEXT) - stext;
	return pfs_vmlinux_open(path, f->build_id, f->release, shift, ret, err);
}

static int from_vmlinux(const char *path, const struct pfs_facts *f, struct pfs_lookup **lookups,
			size_t max, size_t *nr, struct pfs_err *err)
{
	int r;

	if (*nr == max)
		return pfs_err_set(err, EINVAL, "no room for another look-up");
	r = open_displaced(path, f, &lookups[*nr], err);
	return r ? r : check_places(lookups[(*nr)++], f, path, err);
}

/*
 * Open the kallsyms tables, by the symbols that VMCOREINFO names or else by
 * their structure.
 */
static int symbols_of_dump(struct pfs_mem *mem, const struct pfs_vmcoreinfo *v, struct pfs_arena *a,
			   bool scan, struct pfs_image *image, struct pfs_lookup **ret,
			   struct pfs_err *err)
{
	int r = pfs_kallsyms_open(mem, v, ret, err);

	if (r != -ENOENT || !scan)
		return r;
	r = pfs_image_find(mem, a, image, err);
	return r ? r : pfs_kallsyms_scan(mem, image, v, 0, ret, err);
}

static int from_system_map(const char *path, const struct pfs_facts *f, struct pfs_lookup **lookups,
			   size_t max, size_t *nr, struct pfs_err *err)
{
	int r;

	if (*nr == max)
		return pfs_err_set(err, EINVAL, "no room for another look-up");
	r = pfs_system_map_open(path, f, &lookups[*nr], err);
	return r ? r : check_places(lookups[(*nr)++], f, path, err);
}

static int types_of_dump(struct pfs_mem *mem, struct pfs_arena *a, struct pfs_image *image,
			 struct pfs_lookup *symbols, struct pfs_lookup **ret, struct pfs_err *err)
{
	int r = pfs_btf_from_dump(mem, symbols, ret, err);

	if (r == -ENOENT && !image->nr)
		r = pfs_image_find(mem, a, image, err) == -ENOMEM ? -ENOMEM : r;
	return r == -ENOENT ? pfs_btf_scan(mem, image, ret, err) : r;
}

static int open_tables(struct pfs_mem *mem, const struct pfs_vmcoreinfo *v, struct pfs_arena *a,
		       struct pfs_lookup **ret, struct pfs_err *err)
{
	struct pfs_image image = { NULL, 0 };
	int r = symbols_of_dump(mem, v, a, true, &image, &ret[PFS_KNOWN_SYMBOLS], err);

	return r ? r :
		   types_of_dump(mem, a, &image, ret[PFS_KNOWN_SYMBOLS], &ret[PFS_KNOWN_TYPES],
				 err);
}

/*
 * May the answers of the dump's own tables be kept, or be those of earlier dumps? What is
 * recorded has to be read, and on a live machine nothing is kept.
 */
static bool can_know(const struct pfs_target *t, const struct pfs_facts *f,
		     const struct pfs_hints *hints)
{
	return hints->store && !hints->vmlinux && !hints->system_map && !t->lookup &&
	       !t->info.live && !t->info.exact && pfs_have(f, PFS_F_STEXT);
}

/*
 * Add the lookups that the dump itself holds; only -ENOMEM is fatal. symbols:
 * those of a System.map, NULL where there is none.
 */
static int from_dump(struct pfs_mem *mem, const struct pfs_vmcoreinfo *v, struct pfs_arena *a,
		     struct pfs_lookup *symbols, struct pfs_lookup **lookups, size_t max,
		     size_t *nr, struct pfs_err *err)
{
	struct pfs_image image = { NULL, 0 };
	int r;

	if (max - *nr < 2)
		return pfs_err_set(err, EINVAL, "no room for another look-up");
	if (!symbols) {
		/* If the host has symbols, the slow search is left out. */
		r = symbols_of_dump(mem, v, a, !mem->target->lookup, &image, &lookups[*nr], err);
		if (r)
			return pfs_err_wrap(err, "no symbols from the dump");
		symbols = lookups[(*nr)++];
	}
	r = types_of_dump(mem, a, &image, symbols, &lookups[*nr], err);
	if (r)
		return pfs_err_wrap(err, "no types from the dump");
	++*nr;
	return 0;
}

/* The same, where earlier dumps of the kernel may have told what the tables have. */
static int from_known(const struct pfs_hints *hints, struct pfs_mem *mem,
		      const struct pfs_vmcoreinfo *v, const struct pfs_facts *f,
		      struct pfs_arena *a, struct pfs_lookup **lookups, size_t max, size_t *nr,
		      struct pfs_err *err)
{
	const struct pfs_known_at at = { hints->store, mem,	    a,
					 *v,	       f->build_id, pfs_val(f, PFS_F_STEXT),
					 open_tables };
	int r = max < PFS_KNOWN_LOOKUPS ? -ENOENT : pfs_known_recall(&at, lookups);

	if (!r) {
		*nr = PFS_KNOWN_LOOKUPS;
		return 0;
	}
	if (r == -ENOENT)
		r = from_dump(mem, v, a, NULL, lookups, max, nr, err);
	return r || *nr != PFS_KNOWN_LOOKUPS ? r : pfs_known_learn(&at, lookups);
}

/* Get VMCOREINFO from the note of the dump, or else from its memory. */
static int get_vmcoreinfo(struct pfs_target *t, const struct pfs_arch *arch, struct pfs_arena *a,
			  struct pfs_vmcoreinfo *ret, struct pfs_err *err)
{
	struct pfs_found_vmcoreinfo found = { .from = "VMCOREINFO" };
	int r;

	if (!t->info.vmcoreinfo || !t->info.vmcoreinfo_len) {
		r = pfs_vmcoreinfo_find(t, arch, a, &found, err);
		if (r == -ENOENT) {
			err->code = EINVAL;
			return pfs_err_wrap(err,
					    "the dump has no VMCOREINFO (take it with kdump, "
					    "or give the guest a vmcoreinfo device), and none was "
					    "found in its memory");
		}
		if (r)
			return r;
		t->info.no_vmcoreinfo = true;
		t->info.vmcoreinfo = found.text;
		t->info.vmcoreinfo_len = found.len;
	}
	r = pfs_vmcoreinfo_parse(a, t->info.vmcoreinfo, t->info.vmcoreinfo_len, ret, err);
	ret->from = found.from;
	return r;
}

/*
 * Does the host have the symbols and types of the whole kernel? Then the tables
 * in the dump add nothing, as with a vmlinux, and reading them takes longer
 * than all else.
 */
static bool knows_kernel(struct pfs_lookup *l)
{
	const struct pfs_lookup_ops *ops = l ? l->ops : NULL;
	uint64_t value;
	int64_t number;

	return ops && ops->symbol && ops->type_size && ops->enumerator &&
	       !ops->symbol(l, "_stext", &value) && !ops->type_size(l, "mem_section", &value) &&
	       !ops->type_size(l, "zone", &value) && !ops->enumerator(l, "PG_reserved", &number);
}

int pfs_kernel_discover(struct pfs_target *t, const struct pfs_hints *hints, struct pfs_arena *a,
			struct pfs_facts *f, struct pfs_mem *mem, struct pfs_lookup **lookups,
			size_t max, size_t *nr, struct pfs_err *err)
{
	static const struct pfs_hints none;
	struct pfs_lookup *all[8], *map = NULL;
	const struct pfs_arch *arch = pfs_arch_by_name(t->info.arch);
	struct pfs_vmcoreinfo v = { NULL, 0, NULL };
	size_t i, n = 0;
	int r;

	*nr = 0;
	err->code = 0;
	if (!hints)
		hints = &none;
	if (!arch || pfs_arch_missing(arch))
		return pfs_err_set(err, EINVAL, "architecture %s is not supported%s%s",
				   t->info.arch ? t->info.arch : "(which the dump does not say)",
				   arch ? ": it lacks " : "", arch ? pfs_arch_missing(arch) : "");
	r = get_vmcoreinfo(t, arch, a, &v, err);
	if (!r)
		r = pfs_facts_resolve(f, a, NULL, 0, &v, arch, err);
	if (!r)
		r = pfs_mem_init(mem, t, arch, f, err);
	if (r)
		return r;
	err->code = 0;
	if (t->lookup) {
		r = check_places(t->lookup, f, t->lookup->from, err);
		if (r)
			return r;
		all[n++] = t->lookup;
	}
	if (hints->vmlinux) {
		r = from_vmlinux(hints->vmlinux, f, lookups, max, nr, err);
		if (r)
			return r;
	}
	if (hints->system_map) {
		r = from_system_map(hints->system_map, f, lookups, max, nr, err);
		if (r)
			return r;
		map = lookups[*nr - 1];
	}
	/*
	 * This is also done where the vmlinux has only symbols, which err then
	 * says. A distilled dump has every fact in its VMCOREINFO, but not
	 * these tables.
	 */
	if ((!hints->vmlinux || err->code) && !t->info.origin_note && !knows_kernel(t->lookup)) {
		r = can_know(t, f, hints) ?
			    from_known(hints, mem, &v, f, a, lookups, max, nr, err) :
			    from_dump(mem, &v, a, map, lookups, max, nr, err);
		if (r == -ENOMEM)
			return r;
		/* The lookup of the host knows all that the tables in the dump would tell. */
		if (!r || t->lookup)
			err->code = 0;
	}
	for (i = 0; i < *nr && n < sizeof(all) / sizeof(all[0]); i++)
		all[n++] = lookups[i];
	r = pfs_facts_resolve(f, a, all, n, &v, arch, err);
	if (!r && arch->learn)
		arch->learn(mem, f);
	if (!r)
		pfs_facts_infer(mem, f);
	if (!r && !f->build_id[0]) {
		const char *id = pfs_build_id_read(mem, all, n, a);

		f->build_id = id ? id : "";
	}
	return r;
}

int pfs_kernel_symbols(struct pfs_mem *mem, struct pfs_arena *a, struct pfs_lookup **ret,
		       struct pfs_err *err)
{
	const struct pfs_target_info *info = &mem->target->info;
	struct pfs_vmcoreinfo v = { NULL, 0, NULL };
	struct pfs_image image = { NULL, 0 };
	int r = pfs_vmcoreinfo_parse(a, info->vmcoreinfo, info->vmcoreinfo_len, &v, err);

	return r ? r : symbols_of_dump(mem, &v, a, true, &image, ret, err);
}
