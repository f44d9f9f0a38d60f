/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sources of the facts: VMCOREINFO, kallsyms and BTF in the dump, a
 * vmlinux, a System.map and the debug information of the host.
 */
#ifndef PFS_FACTS_KERNEL_H
#define PFS_FACTS_KERNEL_H

#include "base/arena.h"
#include "facts/arch.h"

/*
 * The text of VMCOREINFO as pairs of key and value (vmcoreinfo.c). Malformed
 * lines are skipped.
 */
struct pfs_vmcoreinfo {
	struct pfs_vmcoreinfo_row {
		const char *key, *value; /* arena */
	} *rows;			 /* sorted by key; the last of equal keys wins */
	size_t nr;
	const char *from; /* provenance of what it says */
};

int pfs_vmcoreinfo_parse(struct pfs_arena *a, const char *text, size_t len,
			 struct pfs_vmcoreinfo *ret, struct pfs_err *err);
/*
 * Where the dump has no VMCOREINFO: find its text in the memory of the kernel
 * that ran (vmcoreinfo_find.c). *ret is in the arena. -ENOENT: it could not be
 * found.
 */
struct pfs_found_vmcoreinfo {
	const char *text;
	size_t len;
	const char *from;
};

int pfs_vmcoreinfo_find(struct pfs_target *t, const struct pfs_arch *arch, struct pfs_arena *a,
			struct pfs_found_vmcoreinfo *ret, struct pfs_err *err);
/* NULL if absent. */
const char *pfs_vmcoreinfo_get(const struct pfs_vmcoreinfo *v, const char *key);
/* -ENOENT, or -EINVAL where the value is not a number of the key's kind. */
int pfs_vmcoreinfo_number(const struct pfs_vmcoreinfo *v, const char *key, uint64_t *ret);

/*
 * Symbols from the kallsyms tables in the dump (kallsyms.c), which VMCOREINFO
 * names from v6.0 on. -ENOENT: it does not name them; -EINVAL: they are
 * damaged. The caller frees *ret, which owns its memory.
 */
int pfs_kallsyms_open(struct pfs_mem *m, const struct pfs_vmcoreinfo *v, struct pfs_lookup **ret,
		      struct pfs_err *err);
/*
 * The same, where the tables are found in the kernel image by their structure
 * (kallsyms_scan.c). text: see kallsyms.h. -ENOENT: there are none; -EINVAL:
 * what was found does not fit the dump.
 */
struct pfs_image;
int pfs_kallsyms_scan(struct pfs_mem *m, const struct pfs_image *image,
		      const struct pfs_vmcoreinfo *v, uint64_t text, struct pfs_lookup **ret,
		      struct pfs_err *err);

/* Types from a BTF blob (btf.c, libbpf). The blob is copied. */
int pfs_btf_open(const void *blob, size_t len, const char *from, struct pfs_lookup **ret,
		 struct pfs_err *err);
/* The blob between __start_BTF and __stop_BTF of the dump; -ENOENT: no such symbols. */
int pfs_btf_from_dump(struct pfs_mem *m, struct pfs_lookup *symbols, struct pfs_lookup **ret,
		      struct pfs_err *err);
/* Where in the dump the blob of such a lookup lies, also one that was searched for. */
void pfs_btf_extent(struct pfs_lookup *l, uint64_t *ret_start, uint64_t *ret_end);
/* The same blob, found by its header where no symbol names it. -ENOENT: there is none. */
int pfs_btf_scan(struct pfs_mem *m, const struct pfs_image *image, struct pfs_lookup **ret,
		 struct pfs_err *err);

/*
 * A vmlinux (vmlinux.c): symbols of its ELF symbol table, displaced by
 * KERNELOFFSET; types from its .BTF section, and from its DWARF (libdw) where
 * BTF is missing or lacks them. build_id is that of the dump, "" if unknown;
 * -EINVAL if the file has another one. Success with err->code set: the file has
 * symbols, but no types.
 */
int pfs_vmlinux_open(const char *path, const char *build_id, const char *release,
		     uint64_t kerneloffset, struct pfs_lookup **ret, struct pfs_err *err);

/* Only the build-id of such a file, "" if it has none. -EINVAL: the file is no executable. */
int pfs_vmlinux_build_id(const char *path, char *buf, size_t size, struct pfs_err *err);

/*
 * Symbols of a System.map (system_map.c), displaced so that _stext is where the
 * dump has it.
 */
int pfs_system_map_open(const char *path, const struct pfs_facts *f, struct pfs_lookup **ret,
			struct pfs_err *err);

/*
 * Fill in every fact that some source has: first from the lookups (best first),
 * then from VMCOREINFO, then from the table of the architecture; facts.def says
 * for which rows VMCOREINFO comes first. Provenance strings are "vmlinux BTF",
 * "vmlinux DWARF", "vmlinux symbols", "System.map", "kallsyms", "BTF", the
 * latter two with " (scan)" where they were found by their structure,
 * "VMCOREINFO", "VMCOREINFO (memory)", "CPU and kernel image", and "table" with
 * the name of the architecture. Called once with VMCOREINFO alone (to set up
 * pfs_mem), and again when kallsyms and BTF can be read.
 */
int pfs_facts_resolve(struct pfs_facts *f, struct pfs_arena *a, struct pfs_lookup *const *lookups,
		      size_t nr_lookups, const struct pfs_vmcoreinfo *v,
		      const struct pfs_arch *arch, struct pfs_err *err);

/*
 * The build-id from the notes in the kernel image, in lower-case hex
 * (build_id.c), for kernels whose VMCOREINFO has none. NULL: it could not be
 * read.
 */
const char *pfs_build_id_read(struct pfs_mem *m, struct pfs_lookup *const *lookups, size_t nr,
			      struct pfs_arena *a);

struct pfs_store;
struct pfs_hints {
	const char *vmlinux, *system_map; /* files that the user gave; NULL: none */
	const struct pfs_store *store;	  /* of what earlier dumps told (known.h); NULL: none */
};

/*
 * From an open target to the facts and the memory that the model needs: all of
 * the above in order (discover.c). Without a vmlinux, symbols and types come
 * from the kallsyms and BTF of the dump, if it has them; a System.map takes the
 * place of kallsyms. t->lookup is asked before all of them. hints may be NULL.
 * If t->info has no VMCOREINFO, it gets the one that was found. The caller
 * frees lookups[0..*nr), which are best first, also on failure; t->lookup is
 * not among them. -EINVAL: VMCOREINFO is missing or makes no sense, the
 * architecture is not supported, or a file belongs to another kernel. Success
 * with err->code set: there are fewer facts than there could be, and err says
 * why.
 */
int pfs_kernel_discover(struct pfs_target *t, const struct pfs_hints *hints, struct pfs_arena *a,
			struct pfs_facts *f, struct pfs_mem *mem, struct pfs_lookup **lookups,
			size_t max, size_t *nr, struct pfs_err *err);

/*
 * The symbols of the dump itself, for a session whose lookups cannot name
 * addresses. The target must have a VMCOREINFO. The caller frees *ret. Errors
 * are those of the functions for kallsyms above.
 */
int pfs_kernel_symbols(struct pfs_mem *mem, struct pfs_arena *a, struct pfs_lookup **ret,
		       struct pfs_err *err);

#endif
