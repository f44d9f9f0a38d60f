/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dump as an ELF core without memory, for the library of a debugger:
 *
 *	ELF header | PT_NOTE | VMCOREINFO, PRSTATUS of each CPU
 */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "core/panic/arch.h"

#define PRSTATUS_PID 32	/* bytes from the start of a struct elf_prstatus of 64 bits */

static const struct {
	const char *name;
	uint16_t machine;
	size_t prstatus;
} machines[] = {
#define ARCH(name, elf, prstatus, crash) { #name, elf, prstatus },
#include <pfnscope/archs.def>
#undef ARCH
};

static size_t padded(size_t len)
{
	return (len + 3) / 4 * 4;
}

static size_t note_size(const char *name, size_t len)
{
	return sizeof(Elf64_Nhdr) + padded(strlen(name) + 1) + padded(len);
}

/* What is behind name and text is zero already. */
static unsigned char *put_note(unsigned char **at, const char *name, uint32_t type, size_t len)
{
	Elf64_Nhdr h = { (Elf64_Word)strlen(name) + 1, (Elf64_Word)len, type };
	unsigned char *text = *at + sizeof(h) + padded(h.n_namesz);

	memcpy(*at, &h, sizeof(h));
	memcpy(*at + sizeof(h), name, h.n_namesz);
	*at += note_size(name, len);
	return text;
}

static bool has_note(const struct pfs_target_info *info, int cpu)
{
	size_t i;

	for (i = 0; i < info->nr_cpus; i++)
		if (info->cpus[i].prstatus && (int)info->cpus[i].cpu == cpu)
			return true;
	return false;
}

/*
 * The registers that the log has, as QEMU notes those of a CPU: where VMCOREINFO
 * has no CRASHTIME, a debugger knows the CPU by the number in place of the PID.
 */
static void put_logged(unsigned char **at, const struct pfs_oops_arch *arch,
		       const struct pfs_panic *p, size_t len)
{
	unsigned char *text = put_note(at, "CORE", NT_PRSTATUS, len);
	uint32_t pid = (uint32_t)p->cpu + 1;
	unsigned int i;

	memcpy(text + PRSTATUS_PID, &pid, sizeof(pid));
	for (i = 0; i < arch->nr_regs && arch->prstatus_regs_offset + (i + 1) * 8 <= len; i++) {
		bool ip = !strcmp(arch->reg_names[i], arch->ip);
		const struct pfs_reg *reg = pfs_panic_reg(p, arch->reg_names[i]);
		uint64_t value = reg ? reg->value : ip ? p->ip : 0;

		memcpy(text + arch->prstatus_regs_offset + i * 8, &value, sizeof(value));
	}
}

static void put_header(unsigned char *elf, uint16_t machine, size_t len)
{
	Elf64_Ehdr h = {
		.e_type = ET_CORE,
		.e_machine = machine,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(h),
		.e_ehsize = sizeof(h),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
	};
	Elf64_Phdr notes = {
		.p_type = PT_NOTE,
		.p_offset = sizeof(h) + sizeof(notes),
		.p_filesz = len - sizeof(h) - sizeof(notes),
		.p_memsz = len - sizeof(h) - sizeof(notes),
		.p_align = 4,
	};

	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	h.e_ident[EI_VERSION] = EV_CURRENT;
	memcpy(elf, &h, sizeof(h));
	memcpy(elf + sizeof(h), &notes, sizeof(notes));
}

static int read_memory(void *arg, uint64_t addr, void *buf, size_t len, bool physical)
{
	struct pfs_mem *m = arg;
	uint64_t at;

	if (physical)
		return pfs_read_phys(m, addr, buf, len, &at) == PFS_PRESENT ? 0 : -EFAULT;
	return pfs_read_va(m, addr, buf, len, &at) == PFS_REACH_OK ? 0 : -EFAULT;
}

/* Who hangs or stalls is reported by another, which is the one that crashed. */
static uint32_t stack_of(const struct pfs_panic *p)
{
	return p->kind == PFS_PANIC_LOCKUP && p->pid > 0 && p->pid <= INT32_MAX ? (uint32_t)p->pid :
										  0;
}

int pfs_panic_core(struct pfs_model *m, const struct pfs_panic *p, struct pfs_core *ret,
		   struct pfs_err *err)
{
	const struct pfs_target_info *info = &m->mem->target->info;
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	size_t i, k, len = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
	bool logged = arch && p->cpu >= 0 && !has_note(info, p->cpu) &&
		      pfs_panic_reg(p, arch->sp) && (p->ip || pfs_panic_reg(p, arch->ip));
	unsigned char *elf, *at;

	if (!info->vmcoreinfo || !info->vmcoreinfo_len)
		return pfs_err_set(err, ENODATA, "the dump has no VMCOREINFO");
	for (k = 0; k + 1 < sizeof(machines) / sizeof(machines[0]); k++)
		if (!strcmp(machines[k].name, m->mem->arch->name))
			break;
	len += note_size("VMCOREINFO", info->vmcoreinfo_len);
	for (i = 0; i < info->nr_cpus; i++)
		len += note_size("CORE", info->cpus[i].prstatus ? info->cpus[i].len : 0);
	len += logged ? note_size("CORE", machines[k].prstatus) : 0;
	elf = pfs_calloc(&m->arena, len, 1);
	if (!elf)
		return pfs_err_set(err, ENOMEM, "out of memory");
	at = elf + sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
	memcpy(put_note(&at, "VMCOREINFO", 0, info->vmcoreinfo_len), info->vmcoreinfo,
	       info->vmcoreinfo_len);
	for (i = 0; i < info->nr_cpus; i++)
		if (info->cpus[i].prstatus)
			memcpy(put_note(&at, "CORE", NT_PRSTATUS, info->cpus[i].len),
			       info->cpus[i].prstatus, info->cpus[i].len);
	if (logged)
		put_logged(&at, arch, p, machines[k].prstatus);
	put_header(elf, machines[k].machine, (size_t)(at - elf));
	*ret = (struct pfs_core){ elf, (size_t)(at - elf), read_memory, m->mem, stack_of(p) };
	return 0;
}
