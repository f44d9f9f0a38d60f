/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86_64: page tables of 4 or 5 levels with leaves of 4 KiB, 2 MiB and 1 GiB.
 *
 * A page-table entry, as far as a walk needs it:
 *
 *	 63   62    52 51                          12 11   8  7   6     2  1   0
 *	+----+--------+------------------------------+------+----+-------+---+---+
 *	| NX | ignored| physical address             | AVL  | PS |  ...  | W | P |
 *	+----+--------+------------------------------+------+----+-------+---+---+
 *
 * PS makes a leaf of a pud (1 GiB) or pmd (2 MiB) entry; in a pte the same bit
 * is PAT. In a large leaf PAT is bit 12, below the address. With memory
 * encryption one of the address bits is the C bit (sme_mask) and no address.
 * An entry without P is not mapped, whatever its other bits say: PROT_NONE
 * (bit 8) and swap entries keep a value there.
 */
#include "facts/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PTE_P		(1ULL << 0)
#define PTE_W		(1ULL << 1)
#define PTE_PS		(1ULL << 7)
#define PTE_ADDR	0x000ffffffffff000ULL
#define PTE_NX		(1ULL << 63)

/* Virtual address that the linker gives to physical address 0 of the image. */
#define START_KERNEL_MAP 0xffffffff80000000ULL
/* From there on at most 1 GiB (KERNEL_IMAGE_SIZE), modules included where it has less. */
#define END_KERNEL_MAP	0xffffffffc0000000ULL

static bool canonical(const struct pfs_mem *m, uint64_t va)
{
	unsigned int bits = m->root.levels == 5 ? 57 : 48;
	uint64_t top = va >> (bits - 1);

	return top == 0 || top == UINT64_MAX >> (bits - 1);
}

/* Entry idx of the table at pa, through the cache of its level. */
static enum pfs_presence entry_read(struct pfs_mem *m, unsigned int depth, uint64_t pa,
				    unsigned int idx, uint64_t *ret)
{
	enum pfs_presence p;
	uint64_t at;

	/* Of a table page that holds the kernel's entries, those beside ours are not ours. */
	if (m->target->info.live || m->target->info.exact) {
		unsigned char b[8];

		p = pfs_read_phys(m, pa + idx * 8, b, sizeof(b), &at);
		if (p == PFS_PRESENT)
			*ret = pfs_le64(b);
		return p;
	}
	if (!m->table[depth].valid || m->table[depth].pa != pa) {
		m->table[depth].valid = false;
		p = pfs_read_phys(m, pa, m->table[depth].entry, sizeof(m->table[depth].entry),
				  &at);
		if (p != PFS_PRESENT)
			return p;
		m->table[depth].pa = pa;
		m->table[depth].valid = true;
	}
	*ret = pfs_le64(&m->table[depth].entry[idx]);
	return PFS_PRESENT;
}

static void walk(struct pfs_mem *m, const struct pfs_root *root, uint64_t va,
		 struct pfs_walk *ret)
{
	static const char *const names[] = { "pte", "pmd", "pud", "p4d", "pgd" };
	uint64_t table = root->pa & m->pte_mask;
	unsigned int depth;

	ret->va = va;
	ret->nr = 0;
	ret->mapped = false;
	ret->writable = true;
	ret->executable = true;
	ret->pa = 0;
	for (depth = 0; depth < root->levels && depth < PFS_MAX_LEVELS; depth++) {
		unsigned int level = root->levels - 1 - depth;	/* 0: pte */
		unsigned int shift = 12 + 9 * level;
		unsigned int idx = (unsigned int)(va >> shift) & 511;
		struct pfs_step *s = &ret->step[depth];
		uint64_t size = 1ULL << shift;

		/* The top level is the pgd, also where the p4d is folded into it. */
		s->level = depth ? names[level] : "pgd";
		s->entry_pa = table + idx * 8;
		s->entry = 0;
		s->presence = entry_read(m, depth, table, idx, &s->entry);
		ret->nr = depth + 1;
		ret->leaf_size = size;
		if (s->presence != PFS_PRESENT || !(s->entry & PTE_P)) {
			ret->writable = false;
			ret->executable = false;
			return;
		}
		if (!(s->entry & PTE_W))
			ret->writable = false;
		if (s->entry & PTE_NX)
			ret->executable = false;
		if (level == 0 || (level <= 2 && s->entry & PTE_PS)) {
			ret->mapped = true;
			ret->pa = (s->entry & m->pte_mask & ~(size - 1)) | (va & (size - 1));
			return;
		}
		table = s->entry & m->pte_mask;
	}
}

static bool l5(const struct pfs_facts *f)
{
	return pfs_have(f, PFS_F_L5) && pfs_val(f, PFS_F_L5);
}

/* Of kernels from v2.6.31 on; by the paging mode from v4.17 on. */
static unsigned int max_physmem_bits(const struct pfs_facts *f)
{
	return l5(f) ? 52 : 46;
}

static int init(struct pfs_mem *m, const struct pfs_facts *f, struct pfs_err *err)
{
	enum pfs_fact_id top = pfs_have(f, PFS_F_INIT_TOP_PGT) ? PFS_F_INIT_TOP_PGT :
								 PFS_F_SWAPPER_PG_DIR;
	uint64_t va;

	if (!pfs_have(f, top))
		return pfs_err_set(err, EINVAL, "VMCOREINFO has neither %s nor %s",
				   pfs_fact_name(PFS_F_INIT_TOP_PGT),
				   pfs_fact_name(PFS_F_SWAPPER_PG_DIR));
	if (!pfs_have(f, PFS_F_PHYS_BASE))
		return pfs_err_set(err, EINVAL, "VMCOREINFO has no %s",
				   pfs_fact_name(PFS_F_PHYS_BASE));
	va = pfs_val(f, top);
	if (va < START_KERNEL_MAP || va & 0xfff)
		return pfs_err_set(err, EINVAL, "%s is 0x%llx: not a page of the kernel image",
				   pfs_fact_name(top), (unsigned long long)va);
	m->pte_mask = PTE_ADDR;
	if (pfs_have(f, PFS_F_SME_MASK))
		m->pte_mask &= ~pfs_val(f, PFS_F_SME_MASK);
	/* phys_base is signed: the image may lie below where it was linked for. */
	m->root.pa = va - START_KERNEL_MAP + pfs_val(f, PFS_F_PHYS_BASE);
	m->root.levels = l5(f) ? 5 : 4;
	m->table_words = 512;
	if (m->root.pa & ~m->pte_mask)
		return pfs_err_set(err, EINVAL, "%s at physical address 0x%llx: impossible",
				   pfs_fact_name(top), (unsigned long long)m->root.pa);
	return 0;
}

/*
 * QEMUCPUState, version 1: after 18 general registers and 10 segments of 24 bytes
 * come cr0 to cr4 and kernel_gs_base.
 */
#define QEMU_CR0	392
#define QEMU_CR3	416
#define QEMU_CR4	424
#define QEMU_SIZE	440
#define CR0_PG		(1ULL << 31)
#define CR4_LA57	(1ULL << 12)

/*
 * The kernel's half is in every process's tables. With page table isolation a
 * CPU in user space has tables without it, which lie one page behind those with
 * it (PTI_USER_PGTABLE_BIT).
 */
static int bootstrap(struct pfs_mem *m, const void *qemu, size_t len, unsigned int attempt)
{
	const unsigned char *p = qemu;
	uint64_t cr3;

	if (len < QEMU_SIZE || pfs_le32(p) != 1 || !(pfs_le64(p + QEMU_CR0) & CR0_PG))
		return -ENOENT;
	cr3 = pfs_le64(p + QEMU_CR3) & PTE_ADDR;
	if (attempt > 1 || (attempt == 1 && !(cr3 & 0x1000)))
		return -ENOENT;
	memset(m->table, 0, sizeof(m->table));
	m->pte_mask = PTE_ADDR;
	m->root.pa = attempt ? cr3 & ~0x1000ULL : cr3;
	m->root.levels = pfs_le64(p + QEMU_CR4) & CR4_LA57 ? 5 : 4;
	m->table_words = 512;
	return 0;
}

static int describe(struct pfs_mem *m, uint64_t text, uint64_t top, char *buf, size_t size)
{
	struct pfs_walk w;
	int64_t phys_base;

	pfs_walk_va(m, text, &w);
	if (!w.mapped)
		return -EFAULT;
	phys_base = (int64_t)(w.pa - (text - START_KERNEL_MAP));
	return snprintf(buf, size, "PAGESIZE=4096\nSYMBOL(init_top_pgt)=%llx\n"
			"NUMBER(phys_base)=%lld\nNUMBER(pgtable_l5_enabled)=%d\n",
			(unsigned long long)top, (long long)phys_base, m->root.levels == 5);
}

/* CALL rel32: e8 and the displacement from behind the instruction. */
static bool call_target(struct pfs_mem *m, uint64_t ret, uint64_t *ret_target)
{
	unsigned char insn[5];

	if (pfs_read_va(m, ret - 5, insn, sizeof(insn), NULL) || insn[0] != 0xe8)
		return false;
	*ret_target = ret + (uint64_t)(int64_t)(int32_t)pfs_le32(insn + 1);
	return true;
}

static const char *const reg_names[] = {
	"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9",
	"r8", "rax", "rcx", "rdx", "rsi", "rdi", "orig_rax", "rip", "cs",
	"eflags", "rsp", "ss", "fs_base", "gs_base", "ds", "es", "fs", "gs",
};

const struct pfs_arch pfs_arch_x86_64 = {
	.name = "x86_64",
	.page_shift = 12,
	.section_size_bits = 27,	/* since v2.6.13 */
	.max_physmem_bits = max_physmem_bits,
	.subsection_shift = 21,
	.pageblock_order = 9,
	.image_start = START_KERNEL_MAP,
	.image_end = END_KERNEL_MAP,
	.canonical = canonical,
	.walk = walk,
	.init = init,
	.bootstrap = bootstrap,
	.describe = describe,
	.top_symbol = "init_top_pgt",
	.call_target = call_target,
	.reg_names = reg_names,
	.nr_regs = sizeof(reg_names) / sizeof(reg_names[0]),
	.prstatus_regs_offset = 112,
	.prstatus_size = 336,
};
