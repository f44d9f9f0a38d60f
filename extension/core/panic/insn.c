/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faulting instruction's memory operand, decoded by capstone. */
#include "core/panic/insn.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <string.h>

#include "base/range.h"

/* An operand as it is weighed against the others. */
struct choice {
	struct pfs_operand op;
	bool have;
	bool hit;		/* explains the fault address */
};

/* 64-bit name of a general register: "eax" -> "rax", "r8d" -> "r8". */
static bool wide_name(csh cs, unsigned int reg, char buf[8], bool *ret_narrow)
{
	const char *name = cs_reg_name(cs, reg);
	size_t n = name ? strlen(name) : 0;

	*ret_narrow = false;
	if (n < 2 || n > 4)
		return false;
	memcpy(buf, name, n + 1);
	if (buf[0] == 'e' && n == 3) {
		buf[0] = 'r';
		*ret_narrow = true;
	} else if (buf[0] == 'r' && buf[n - 1] == 'd' && buf[1] >= '0' && buf[1] <= '9') {
		buf[n - 1] = '\0';
		*ret_narrow = true;
	}
	return true;
}

static const struct pfs_reg *value_of(csh cs, const struct pfs_panic *p, unsigned int reg,
				      uint64_t *ret)
{
	const struct pfs_reg *r;
	char name[8];
	bool narrow;

	if (!wide_name(cs, reg, name, &narrow))
		return NULL;
	r = pfs_panic_reg(p, name);
	if (r)
		*ret = narrow ? (uint32_t)r->value : r->value;
	return r;
}

static bool segment_base(const struct pfs_panic *p, unsigned int segment, uint64_t *ret)
{
	const struct pfs_reg *r;

	*ret = 0;
	if (segment != X86_REG_FS && segment != X86_REG_GS)
		return true;
	r = pfs_panic_reg(p, segment == X86_REG_FS ? "fs_base" : "gs_base");
	if (r)
		*ret = r->value;
	return r != NULL;
}

/*
 * bt and its kin take a bit number beyond the operand's width: the kernel's
 * test_bit() on an array compiles to it.
 */
static uint64_t bit_offset(csh cs, const struct pfs_panic *p, const cs_insn *insn)
{
	const cs_x86 *x = &insn->detail->x86;
	uint64_t bit;
	int64_t word;

	if (insn->id != X86_INS_BT && insn->id != X86_INS_BTS && insn->id != X86_INS_BTR &&
	    insn->id != X86_INS_BTC)
		return 0;
	if (x->op_count != 2 || x->operands[1].type != X86_OP_REG ||
	    !value_of(cs, p, x->operands[1].reg, &bit))
		return 0;
	switch (x->operands[0].size) {
	case 2:
		word = (int64_t)(int16_t)bit >> 4;
		break;
	case 4:
		word = (int64_t)(int32_t)bit >> 5;
		break;
	default:
		word = (int64_t)bit >> 6;
		break;
	}
	return (uint64_t)word * x->operands[0].size;
}

static bool resolve(csh cs, const struct pfs_panic *p, const cs_insn *insn, const cs_x86_op *x,
		    struct pfs_operand *op)
{
	const x86_op_mem *mem = &x->mem;
	const struct pfs_reg *r;
	uint64_t base = 0, index = 0, segment;

	if (!segment_base(p, mem->segment, &segment))
		return false;
	if (mem->base != X86_REG_INVALID) {
		if (mem->base == X86_REG_RIP) {
			r = pfs_panic_reg(p, "rip");
			/* Relative to the instruction that follows. */
			base = r ? r->value + insn->size : 0;
		} else {
			r = value_of(cs, p, mem->base, &base);
		}
		if (!r)
			return false;
		op->base = r->name;
	}
	if (mem->index != X86_REG_INVALID && mem->index != X86_REG_RIZ &&
	    mem->index != X86_REG_EIZ) {
		r = value_of(cs, p, mem->index, &index);
		if (!r)
			return false;
		op->index = r->name;
		op->scale = mem->scale;
	}
	op->disp = mem->disp;
	op->size = x->size;
	op->write = x->access & CS_AC_WRITE;
	op->address = base + index * (uint64_t)mem->scale + (uint64_t)mem->disp;
	if (insn->detail->x86.addr_size == 4)
		op->address = (uint32_t)op->address;
	op->address += segment + bit_offset(cs, p, insn);
	op->valid = true;
	return true;
}

/* Bits 63 to 47 alike: canonical with 4 levels of page tables, and with 5 as good. */
static bool in_either_half(uint64_t va)
{
	uint64_t top = va >> 56;

	return !top || top == 0xff;
}

static bool explains(const struct pfs_panic *p, const struct pfs_operand *op)
{
	if (p->kind == PFS_PANIC_PAGE_FAULT && p->has_fault_address)
		return pfs_within(p->fault_address, op->address, op->size ? op->size : 1);
	return !in_either_half(op->address);
}

/* Instructions that name memory and leave it alone. */
static bool touches_memory(const cs_insn *insn)
{
	return insn->id != X86_INS_LEA && insn->id != X86_INS_NOP && insn->id != X86_INS_INVLPG &&
	       insn->id != X86_INS_UD2;
}

static int choose(csh cs, struct pfs_arena *a, const cs_insn *insn, struct pfs_panic *p)
{
	const cs_x86 *x = &insn->detail->x86;
	struct choice best = { .have = false };
	unsigned int i;

	for (i = 0; i < x->op_count && i < sizeof(x->operands) / sizeof(*x->operands); i++) {
		struct choice c = { .have = true };

		if (x->operands[i].type != X86_OP_MEM ||
		    !resolve(cs, p, insn, &x->operands[i], &c.op))
			continue;
		c.hit = explains(p, &c.op);
		if (!best.have || (c.hit && !best.hit))
			best = c;
	}
	/*
	 * A page fault's address is exact: an operand that does not contain it
	 * did not fault, but something else of this instruction (its fetch, a push).
	 */
	if (!best.have || (p->kind == PFS_PANIC_PAGE_FAULT && p->has_fault_address && !best.hit))
		return 0;
	best.op.text = pfs_printf(a, "%s %s", insn->mnemonic, insn->op_str);
	if (!best.op.text)
		return -ENOMEM;
	p->operand = best.op;
	return 0;
}

int pfs_insn_operand(struct pfs_arena *a, const unsigned char *code, size_t len,
		     struct pfs_panic *p)
{
	cs_insn *insn;
	size_t n;
	csh cs;
	int r = 0;

	if (!len)
		return 0;
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &cs) != CS_ERR_OK)
		return -ENOMEM;
	cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
	n = cs_disasm(cs, code, len, 0, 1, &insn);
	if (n) {
		if (insn[0].detail && touches_memory(&insn[0]))
			r = choose(cs, a, &insn[0], p);
		cs_free(insn, n);
	}
	cs_close(&cs);
	return r;
}
