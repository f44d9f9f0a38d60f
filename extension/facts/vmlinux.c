/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vmlinux given by the user: symbols from its ELF symbol table, types from
 * its .BTF section, or from DWARF where it has none. (pahole makes the BTF of a
 * kernel from that same DWARF, so that neither knows more.) The file may also
 * be a debug file that has only the sections for symbols and types.
 */
#include "facts/dwarf.h"
#include "facts/kernel.h"
#include "facts/names.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct vmlinux {
	struct pfs_lookup lookup;
	int fd;
	Elf *elf;
	struct pfs_names symbols;
	struct pfs_lookup *types; /* NULL: none */
};

/* The contents of a section; NULL if it has none in this file. */
static Elf_Data *contents(Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *data;

	/* Only debug sections are compressed, and libdw reads those. */
	if (sh->sh_type == SHT_NOBITS || sh->sh_flags & SHF_COMPRESSED)
		return NULL;
	data = elf_getdata(scn, NULL);
	return data && data->d_buf && data->d_size ? data : NULL;
}

static Elf_Scn *section_by_name(Elf *elf, const char *name, GElf_Shdr *sh)
{
	Elf_Scn *scn = NULL;
	size_t strndx;

	if (elf_getshdrstrndx(elf, &strndx))
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *s;

		if (!gelf_getshdr(scn, sh))
			continue;
		s = elf_strptr(elf, strndx, sh->sh_name);
		if (s && !strcmp(s, name))
			return scn;
	}
	return NULL;
}

/* The GNU build-id in lower-case hex; "" if there is none. */
static void read_build_id(Elf *elf, char *buf, size_t size)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	buf[0] = '\0';
	while ((scn = elf_nextscn(elf, scn))) {
		size_t off = 0, name, desc, i;
		GElf_Nhdr nh;
		Elf_Data *d;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_NOTE)
			continue;
		d = contents(scn, &sh);
		while (d && (off = gelf_getnote(d, off, &nh, &name, &desc)) > 0) {
			const unsigned char *id = (const unsigned char *)d->d_buf + desc;

			if (nh.n_type != NT_GNU_BUILD_ID || nh.n_namesz != 4 ||
			    memcmp((const char *)d->d_buf + name, "GNU", 4))
				continue;
			if (!nh.n_descsz || nh.n_descsz > (size - 1) / 2)
				return;
			for (i = 0; i < nh.n_descsz; i++)
				sprintf(buf + 2 * i, "%02x", id[i]);
			return;
		}
	}
}

/*
 * The release in linux_banner ("Linux version 6.1.0-13-amd64 (..."), where the
 * file has the contents of .rodata; "" otherwise.
 */
static void read_release(struct vmlinux *v, uint64_t kerneloffset, char *buf, size_t size)
{
	static const char prefix[] = "Linux version ";
	Elf_Scn *scn = NULL;
	uint64_t va;
	GElf_Shdr sh;

	buf[0] = '\0';
	if (pfs_names_find(&v->symbols, "linux_banner", &va))
		return;
	va -= kerneloffset;
	while ((scn = elf_nextscn(v->elf, scn))) {
		const char *s, *end;
		Elf_Data *d;
		size_t n;

		if (!gelf_getshdr(scn, &sh) || !(sh.sh_flags & SHF_ALLOC) || va < sh.sh_addr ||
		    va - sh.sh_addr >= sh.sh_size)
			continue;
		d = contents(scn, &sh);
		n = va - sh.sh_addr;
		if (!d || n + sizeof(prefix) > d->d_size)
			return;
		s = (const char *)d->d_buf + n;
		n = d->d_size - n - (sizeof(prefix) - 1);
		if (memcmp(s, prefix, sizeof(prefix) - 1))
			return;
		s += sizeof(prefix) - 1;
		end = memchr(s, ' ', n < size ? n : size);
		if (end) {
			memcpy(buf, s, (size_t)(end - s));
			buf[end - s] = '\0';
		}
		return;
	}
}

/* KASLR moves the symbols in the half of the kernel; per-CPU symbols are offsets, and stay. */
static int read_symbols(struct vmlinux *v, uint64_t kerneloffset, struct pfs_err *err)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr sh;
	size_t i, n;
	int locals;

	while ((scn = elf_nextscn(v->elf, scn)))
		if (gelf_getshdr(scn, &sh) && sh.sh_type == SHT_SYMTAB)
			break;
	data = scn ? contents(scn, &sh) : NULL;
	if (!data || !sh.sh_entsize)
		return pfs_err_set(err, EINVAL, "no symbol table: stripped");
	n = data->d_size / sh.sh_entsize;
	/* Global symbols come first: among equal names one of them is meant. */
	for (locals = 0; locals < 2; locals++) {
		for (i = 0; i < n && i <= INT32_MAX; i++) {
			const char *name;
			GElf_Sym sym;
			int type;

			if (!gelf_getsym(data, (int)i, &sym))
				break;
			type = GELF_ST_TYPE(sym.st_info);
			if ((GELF_ST_BIND(sym.st_info) == STB_LOCAL) != locals ||
			    type == STT_SECTION || type == STT_FILE || type == STT_TLS ||
			    sym.st_shndx == SHN_UNDEF || sym.st_shndx == SHN_ABS)
				continue;
			name = elf_strptr(v->elf, sh.sh_link, sym.st_name);
			if (!name || !*name)
				continue;
			if (sym.st_value >> 63)
				sym.st_value += kerneloffset;
			if (pfs_names_add(&v->symbols, name, strlen(name), sym.st_value))
				return pfs_err_set(err, ENOMEM, "out of memory");
		}
	}
	return 0;
}

static int open_types(struct vmlinux *v, struct pfs_err *err)
{
	GElf_Shdr sh;
	Elf_Scn *scn = section_by_name(v->elf, ".BTF", &sh);
	Elf_Data *data = scn ? contents(scn, &sh) : NULL;

	if (data)
		return pfs_btf_open(data->d_buf, data->d_size, "vmlinux BTF", &v->types, err);
	return pfs_dwarf_open(v->elf, &v->types, err);
}

/* Note which source answered, because this lookup has three of them. */
static int answered(struct pfs_lookup *l, const char *from, int r)
{
	if (!r)
		l->from = from;
	return r;
}

static int op_symbol(struct pfs_lookup *l, const char *name, uint64_t *ret_addr)
{
	struct vmlinux *v = (struct vmlinux *)l;

	return answered(l, "vmlinux symbols", pfs_names_find(&v->symbols, name, ret_addr));
}

static int op_symbol_at(struct pfs_lookup *l, uint64_t addr, const char **ret_name,
			uint64_t *ret_offset)
{
	struct vmlinux *v = (struct vmlinux *)l;

	return answered(l, "vmlinux symbols",
			pfs_names_at(&v->symbols, addr, ret_name, ret_offset));
}

static int op_type_size(struct pfs_lookup *l, const char *type, uint64_t *ret_size)
{
	struct pfs_lookup *t = ((struct vmlinux *)l)->types;

	return t ? answered(l, t->from, t->ops->type_size(t, type, ret_size)) : -ENOENT;
}

static int op_member(struct pfs_lookup *l, const char *type, const char *member,
		     struct pfs_member *ret)
{
	struct pfs_lookup *t = ((struct vmlinux *)l)->types;

	return t ? answered(l, t->from, t->ops->member(t, type, member, ret)) : -ENOENT;
}

static int op_enumerator(struct pfs_lookup *l, const char *name, int64_t *ret_value)
{
	struct pfs_lookup *t = ((struct vmlinux *)l)->types;

	return t ? answered(l, t->from, t->ops->enumerator(t, name, ret_value)) : -ENOENT;
}

static void op_free(struct pfs_lookup *l)
{
	struct vmlinux *v = (struct vmlinux *)l;

	if (v->types)
		v->types->ops->free(v->types);
	pfs_names_deinit(&v->symbols);
	if (v->elf)
		elf_end(v->elf);
	if (v->fd >= 0)
		close(v->fd);
	free(v);
}

static const struct pfs_lookup_ops ops = {
	.symbol = op_symbol,
	.symbol_at = op_symbol_at,
	.type_size = op_type_size,
	.member = op_member,
	.enumerator = op_enumerator,
	.free = op_free,
};

static int open_elf(struct vmlinux *v, const char *path, struct pfs_err *err)
{
	GElf_Ehdr eh;

	v->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (v->fd < 0)
		return pfs_err_set(err, errno, "%s", strerror(errno));
	elf_version(EV_CURRENT);
	v->elf = elf_begin(v->fd, ELF_C_READ_MMAP, NULL);
	if (!v->elf || elf_kind(v->elf) != ELF_K_ELF || !gelf_getehdr(v->elf, &eh))
		return pfs_err_set(err, EINVAL,
				   "not an ELF file (a vmlinuz is not one: give the vmlinux of the "
				   "debug package)");
	if (eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_ident[EI_DATA] != ELFDATA2LSB)
		return pfs_err_set(err, EINVAL, "not a 64-bit little-endian ELF file");
	if (eh.e_type == ET_CORE)
		return pfs_err_set(err, EINVAL, "a core dump, not a vmlinux");
	return 0;
}

static int check_identity(struct vmlinux *v, const char *build_id, const char *release,
			  uint64_t kerneloffset, struct pfs_err *err)
{
	char own[256];

	read_build_id(v->elf, own, sizeof(own));
	if (build_id[0] && own[0]) {
		if (strcasecmp(build_id, own))
			return pfs_err_set(err, EINVAL,
					   "vmlinux is of another kernel: build-id %s, the "
					   "dump's is %s",
					   own, build_id);
		return 0;
	}
	read_release(v, kerneloffset, own, sizeof(own));
	if (release[0] && own[0] && strcmp(release, own))
		return pfs_err_set(err, EINVAL,
				   "vmlinux is of another kernel: release %s, the dump's is "
				   "%s",
				   own, release);
	return 0;
}

int pfs_vmlinux_open(const char *path, const char *build_id, const char *release,
		     uint64_t kerneloffset, struct pfs_lookup **ret, struct pfs_err *err)
{
	struct vmlinux *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return pfs_err_set(err, ENOMEM, "out of memory");
	err->code = 0;
	v->lookup.ops = &ops;
	v->lookup.from = "vmlinux";
	v->fd = -1;
	r = open_elf(v, path, err);
	if (!r)
		r = read_symbols(v, kerneloffset, err);
	if (!r)
		r = check_identity(v, build_id ? build_id : "", release ? release : "",
				   kerneloffset, err);
	if (!r)
		r = open_types(v, err);
	if (r)
		pfs_err_wrap(err, "%s", path);
	/* Symbols without types are still worth having. */
	if (r && (r != -ENOENT || !v->elf)) {
		op_free(&v->lookup);
		return r;
	}
	*ret = &v->lookup;
	return 0;
}

int pfs_vmlinux_build_id(const char *path, char *buf, size_t size, struct pfs_err *err)
{
	struct vmlinux *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return pfs_err_set(err, ENOMEM, "out of memory");
	v->lookup.ops = &ops;
	v->fd = -1;
	r = open_elf(v, path, err);
	if (!r)
		read_build_id(v->elf, buf, size);
	op_free(&v->lookup);
	return r;
}
