/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an opened target to facts and memory. */
#include "kernel/image.h"

#include <errno.h>

/*
 * Does the look-up speak of the kernel that ran, where it ran? A build-id may be
 * missing on either side, and the displacement may be wrong.
 */
static int check_stext(struct pfs_lookup *l, const struct pfs_facts *f, const char *whose,
		       struct pfs_err *err)
{
	uint64_t addr;

	if (!pfs_have(f, PFS_F_STEXT) || !l->ops->symbol || l->ops->symbol(l, "_stext", &addr) ||
	    addr == pfs_val(f, PFS_F_STEXT))
		return 0;
	return pfs_err_set(err, EINVAL,
			   "%s: of another kernel: its _stext is at 0x%llx, the dump's at 0x%llx",
			   whose, (unsigned long long)addr,
			   (unsigned long long)pfs_val(f, PFS_F_STEXT));
}

static int from_vmlinux(const char *path, const struct pfs_facts *f, struct pfs_lookup **lookups,
			size_t max, size_t *nr, struct pfs_err *err)
{
	int r;

	if (*nr == max)
		return pfs_err_set(err, EINVAL, "no room for another look-up");
	r = pfs_vmlinux_open(path, f->build_id, f->release, pfs_val(f, PFS_F_KERNELOFFSET),
			     &lookups[*nr], err);
	return r ? r : check_stext(lookups[(*nr)++], f, path, err);
}

/* By name, or else by their looks. */
static int symbols_of_dump(struct pfs_mem *mem, const struct pfs_vmcoreinfo *v,
			   struct pfs_arena *a, struct pfs_image *image, struct pfs_lookup **ret,
			   struct pfs_err *err)
{
	int r = pfs_kallsyms_open(mem, v, ret, err);

	if (r != -ENOENT)
		return r;
	r = pfs_image_find(mem, a, image, err);
	return r ? r : pfs_kallsyms_scan(mem, image, v, 0, ret, err);
}

static int types_of_dump(struct pfs_mem *mem, struct pfs_arena *a, struct pfs_image *image,
			 struct pfs_lookup *symbols, struct pfs_lookup **ret, struct pfs_err *err)
{
	int r = pfs_btf_from_dump(mem, symbols, ret, err);

	if (r == -ENOENT && !image->nr)
		r = pfs_image_find(mem, a, image, err) == -ENOMEM ? -ENOMEM : r;
	return r == -ENOENT ? pfs_btf_scan(mem, image, ret, err) : r;
}

/* What the dump has of its own; -ENOMEM alone is fatal. */
static int from_dump(struct pfs_mem *mem, const struct pfs_vmcoreinfo *v, struct pfs_arena *a,
		     struct pfs_lookup **lookups, size_t max, size_t *nr, struct pfs_err *err)
{
	struct pfs_image image = { NULL, 0 };
	struct pfs_lookup *symbols;
	int r;

	if (max - *nr < 2)
		return pfs_err_set(err, EINVAL, "no room for another look-up");
	r = symbols_of_dump(mem, v, a, &image, &lookups[*nr], err);
	if (r)
		return pfs_err_wrap(err, "no symbols from the dump");
	symbols = lookups[(*nr)++];
	r = types_of_dump(mem, a, &image, symbols, &lookups[*nr], err);
	if (r)
		return pfs_err_wrap(err, "no types from the dump");
	++*nr;
	return 0;
}

int pfs_kernel_discover(struct pfs_target *t, const char *vmlinux, struct pfs_arena *a,
			struct pfs_facts *f, struct pfs_mem *mem, struct pfs_lookup **lookups,
			size_t max, size_t *nr, struct pfs_err *err)
{
	struct pfs_lookup *all[8];
	const struct pfs_arch *arch = pfs_arch_by_name(t->info.arch);
	struct pfs_vmcoreinfo v;
	size_t i, n = 0;
	int r;

	*nr = 0;
	err->code = 0;
	if (!t->info.vmcoreinfo || !t->info.vmcoreinfo_len)
		return pfs_err_set(err, EINVAL,
				   "the dump has no VMCOREINFO: take it with kdump, or give the "
				   "guest a vmcoreinfo device (qemu -device vmcoreinfo)");
	if (!arch)
		return pfs_err_set(err, EINVAL, "architecture %s is not supported",
				   t->info.arch ? t->info.arch : "(which the dump does not say)");
	r = pfs_vmcoreinfo_parse(a, t->info.vmcoreinfo, t->info.vmcoreinfo_len, &v, err);
	if (!r)
		r = pfs_facts_resolve(f, a, NULL, 0, &v, arch, err);
	if (!r)
		r = pfs_mem_init(mem, t, arch, f, err);
	if (r)
		return r;
	if (t->lookup) {
		r = check_stext(t->lookup, f, t->lookup->from, err);
		if (r)
			return r;
		all[n++] = t->lookup;
	}
	if (vmlinux) {
		r = from_vmlinux(vmlinux, f, lookups, max, nr, err);
		if (r)
			return r;
	}
	/*
	 * Also where the vmlinux has symbols alone, which err then says. A distilled
	 * dump has every fact in its VMCOREINFO, and the tables no more.
	 */
	if ((!vmlinux || err->code) && !t->info.origin_note) {
		r = from_dump(mem, &v, a, lookups, max, nr, err);
		if (r == -ENOMEM)
			return r;
		/* The host's look-up knows all that the dump's tables would tell. */
		if (!r || t->lookup)
			err->code = 0;
	}
	for (i = 0; i < *nr && n < sizeof(all) / sizeof(all[0]); i++)
		all[n++] = lookups[i];
	return pfs_facts_resolve(f, a, all, n, &v, arch, err);
}
