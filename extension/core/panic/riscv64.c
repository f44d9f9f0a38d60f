/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * riscv64: the text of its oopses, kernels 5.10 to 7.x, and the faulting instruction's memory
 * operand. In the order in which they are printed:
 *
 *	Unable to handle kernel paging request at virtual address ff1c000001100000
 *	Oops [#1]
 *	CPU: 0 PID: 161 Comm: cat Not tainted 6.12.118+deb13-riscv64 #1
 *	epc : stable_page_flags+0x1a/0x2f0
 *	 ra : kpageflags_read+0x8c/0x130
 *	epc : ffffffff8026f3f2 ra : ffffffff8026f754 sp : ff2000000060bd70
 *	 gp : ffffffff81506f38 tp : ff6000000183c600 t0 : ffffffff8026f754
 *	 s11: 0000000000000000 t3 : 0000000000000000 t4 : 0000000000000000
 *	status: 0000000200000120 badaddr: ff1c000001100000 cause: 000000000000000d
 *	[<ffffffff8026f3f2>] stable_page_flags+0x1a/0x2f0
 *	Code: 0001 0001 1141 e422 0800 (651c) 8b85
 *	---[ end trace 0000000000000000 ]---
 *
 * Other traps have the first line alone: "Oops - load access fault [#1]". cause is scause, an
 * exception of the privileged architecture's table; badaddr is stval. The halfwords of
 * Code: are those of dump_kernel_instr(): the one in brackets begins the instruction.
 */
#include "core/panic/arch.h"

#include <errno.h>

/* scause */
#define FETCH_ACCESS	1
#define LOAD_ACCESS	5
#define STORE_ACCESS	7
#define FETCH_PAGE	12
#define LOAD_PAGE	13
#define STORE_PAGE	15

static const char unable[] = "Unable to handle kernel ";

static enum pfs_oops_line classify(const char *s)
{
	if (pfs_starts(s, unable))
		return PFS_LINE_HEAD;
	return (pfs_starts(s, "Oops") || pfs_starts(s, "Kernel BUG")) && strstr(s, " [#") ?
		       PFS_LINE_DIE :
		       PFS_LINE_OTHER;
}

/* Only what the page tables refuse is a page fault; PMP and the bus refuse accesses. */
static void head(struct pfs_panic *p, const char *s)
{
	const char *q = pfs_after(s, " at virtual address ");

	p->kind = PFS_PANIC_PAGE_FAULT;
	if (q && pfs_take_hex(&q, &p->fault_address))
		p->has_fault_address = true;
}

static void die(struct pfs_panic *p, const char *s)
{
	if (p->kind == PFS_PANIC_NONE)
		p->kind = pfs_starts(s, "Kernel BUG") ? PFS_PANIC_BUG : PFS_PANIC_OOPS;
}

static bool speaks(const struct pfs_parser *x)
{
	return !x->user && !x->traces && !x->o->no_regs;
}

/* struct user_regs_struct */
/* clang-format off */
static const char *const reg_names[] = {
	"pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4",
	"a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3",
	"t4", "t5", "t6",
};
/* The order of the instructions' register numbers; x0 is always 0. */
static const char *const numbers[] = {
	"zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4",
	"a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3",
	"t4", "t5", "t6",
};
/* clang-format on */

/* The symbol comes first, on a line of its own, and then the address. */
static int parse_epc(struct pfs_parser *x, const char *s, const char *value)
{
	const char *q = value;
	uint64_t v;

	if (!speaks(x))
		return 0;
	if (pfs_take_hex(&q, &v) && q - value == 16) {
		x->ip = true;
		return pfs_parse_regs(x, s);
	}
	return x->ip ? 0 : pfs_parse_function(x, value);
}

static const char *access_of(uint64_t cause)
{
	switch (cause) {
	case FETCH_ACCESS:
	case FETCH_PAGE:
		return "exec";
	case LOAD_ACCESS:
	case LOAD_PAGE:
		return "read";
	case STORE_ACCESS:
	case STORE_PAGE:
		return "write";
	default:
		return NULL;
	}
}

/* "status: 0000000200000120 badaddr: ff1c000001100000 cause: 000000000000000d" */
static void parse_status(struct pfs_panic *p, const char *s)
{
	const char *cause = pfs_after(s, " cause: ");

	if (p->has_error_code || !cause || !pfs_take_hex(&cause, &p->error_code))
		return;
	p->has_error_code = true;
	p->accessed = access_of(p->error_code) != NULL;
	if (p->kind == PFS_PANIC_PAGE_FAULT && !p->access)
		p->access = access_of(p->error_code);
}

/* Halfwords: the one in brackets, and the next one. */
static void parse_code(struct pfs_parser *x, const char *s)
{
	const char *mark = strchr(s, '(');
	uint64_t half;
	size_t n = 0;

	x->code = true;
	if (!mark)
		return;
	for (mark++; n < 4 && pfs_take_hex(&mark, &half); n += 2) {
		x->o->code[n] = (unsigned char)half;
		x->o->code[n + 1] = (unsigned char)(half >> 8);
		mark = pfs_skip_space(mark + (*mark == ')'));
	}
	x->o->nr_code = n;
}

static int line(struct pfs_parser *x, const char *s, bool *ret_taken)
{
	*ret_taken = true;
	if (pfs_starts(s, "epc : ") || pfs_starts(s, "epc: "))
		return parse_epc(x, s, pfs_skip_space(strchr(s, ':') + 1));
	if (pfs_starts(s, "status: ") && strstr(s, " badaddr: ")) {
		if (speaks(x))
			parse_status(x->p, s);
		/* The trace of the registers has no head of its own, that of panic() has. */
		x->traces++;
		return 0;
	}
	if (pfs_starts(s, "Code: ")) {
		if (!x->code && !x->user && !x->o->no_regs)
			parse_code(x, s + 6);
		return 0;
	}
	/* Of "ra : f+0x1/0x2" the first value is no number, and nothing is taken. */
	if (pfs_reg_name(x->arch, s, strcspn(s, " :")) &&
	    pfs_skip_space(s + strcspn(s, " :"))[0] == ':')
		return speaks(x) ? pfs_parse_regs(x, s) : 0;
	*ret_taken = false;
	return 0;
}

struct access {
	const char *name; /* of the instruction */
	unsigned int base;
	int32_t disp;
	unsigned int size;
	bool write;
};

/* The value's bits from hi to lo. */
static uint32_t bits(uint32_t v, unsigned int hi, unsigned int lo)
{
	return v >> lo & ((1u << (hi - lo + 1)) - 1);
}

/*
 * Instructions of four bytes that access memory:
 *
 *	 31                  20 19  15 14 12 11   7 6     0
 *	+----------------------+------+-----+------+-------+
 *	| displacement         | base |size | to   |0000011|	load; 0000111: floating point
 *	| disp. 11-5 |  from   | base |size | 4-0  |0100011|	store; 0100111
 *	| op   aq rl |  from   | base |size | to   |0101111|	atomic; op 00010: lr
 *	+------------+---------+------+-----+------+-------+
 */
static bool decode_4(uint32_t insn, struct access *a)
{
	static const char *const loads[] = { "lb", "lh", "lw", "ld", "lbu", "lhu", "lwu", NULL };
	static const char *const stores[] = { "sb", "sh", "sw", "sd", NULL, NULL, NULL, NULL };
	unsigned int width = bits(insn, 14, 12);

	a->base = bits(insn, 19, 15);
	a->size = 1u << (width & 3);
	switch (insn & 0x7f) {
	case 0x03:
		a->name = loads[width];
		a->disp = (int32_t)insn >> 20;
		break;
	case 0x07:
		a->name = width == 2 ? "flw" : width == 3 ? "fld" : NULL;
		a->disp = (int32_t)insn >> 20;
		break;
	case 0x23:
	case 0x27:
		a->name = (insn & 0x7f) == 0x23 ? stores[width] :
			  width == 2		? "fsw" :
			  width == 3		? "fsd" :
						  NULL;
		a->disp = (int32_t)(insn & 0xfe000000) >> 20 | (int32_t)bits(insn, 11, 7);
		a->write = true;
		break;
	case 0x2f:
		a->name = width != 2 && width != 3 ? NULL : bits(insn, 31, 27) == 2 ? "lr" : "amo";
		a->write = bits(insn, 31, 27) != 2;
		break;
	default:
		return false;
	}
	return a->name;
}

/*
 * Instructions of two bytes that access memory (C extension). Of the registers s0 to a5 the
 * number has three bits. The displacement is in units of what is accessed, its bits are mixed:
 *
 *	 15 13 12    10 9  7 6 5 4  2 1 0
 *	+-----+--------+----+---+----+---+
 *	| f   | 5 to 3 |base|2 6| reg| 00|	f 010 lw, 110 sw: bits 5-3, 2, 6
 *	| f   | 5 to 3 |base|7 6| reg| 00|	f 011 ld, 111 sd, 001 fld, 101 fsd: 5-3, 7-6
 *	+-----+--------+----+---+----+---+
 *	| f   |5|  reg      |4-3, 8-6| 10|	f 011 ld, 001 fld; 010 lw: 5, 4-2, 7-6; from sp
 *	| f   | 5-3, 8-6    |  reg   | 10|	f 111 sd, 101 fsd; 110 sw: 5-2, 7-6; from sp
 *	+-----+-------------+--------+---+
 */
static bool decode_2(uint32_t insn, struct access *a)
{
	static const char *const names[] = { NULL, "fld", "lw", "ld", NULL, "fsd", "sw", "sd" };
	unsigned int f = bits(insn, 15, 13);
	bool word = (f & 3) == 2, sp = (insn & 3) == 2;
	uint32_t disp;

	a->name = names[f];
	a->size = word ? 4 : 8;
	a->write = f >= 5;
	if (!a->name || insn & 1)
		return false;
	a->base = sp ? 2 : 8 + bits(insn, 9, 7);
	if (!sp)
		disp = bits(insn, 12, 10) << 3 |
		       (word ? bits(insn, 6, 6) << 2 | bits(insn, 5, 5) << 6 :
			       bits(insn, 6, 5) << 6);
	else if (a->write)
		disp = word ? bits(insn, 12, 9) << 2 | bits(insn, 8, 7) << 6 :
			      bits(insn, 12, 10) << 3 | bits(insn, 9, 7) << 6;
	else
		disp = bits(insn, 12, 12) << 5 |
		       (word ? bits(insn, 6, 4) << 2 | bits(insn, 3, 2) << 6 :
			       bits(insn, 6, 5) << 3 | bits(insn, 4, 2) << 6);
	a->disp = (int32_t)disp;
	return true;
}

static int operand(struct pfs_arena *arena, const unsigned char *code, size_t len,
		   struct pfs_panic *p)
{
	struct pfs_operand op = { .valid = false };
	struct access a = { .name = NULL };
	const struct pfs_reg *base;

	if (len < 2 || ((code[0] & 3) == 3 && len < 4))
		return 0;
	if (!((code[0] & 3) == 3 ? decode_4(pfs_le32(code), &a) :
				   decode_2(code[0] | (uint32_t)code[1] << 8, &a)))
		return 0;
	base = pfs_panic_reg(p, numbers[a.base]);
	if (!base)
		return 0;
	op.valid = true;
	op.base = base->name;
	op.disp = a.disp;
	op.size = a.size;
	op.write = a.write;
	op.address = base->value + (uint64_t)(int64_t)a.disp;
	op.text = pfs_printf(arena, "%s %d(%s)", a.name, (int)a.disp, base->name);
	if (!op.text)
		return -ENOMEM;
	p->operand = op;
	return 0;
}

/*
 * jal ra, or auipc ra and jalr ra, which reach farther:
 *
 *	 31 30       21 20 19      12 11   7 6     0
 *	+--+-----------+--+----------+------+-------+
 *	|20| 10 to 1   |11| 19 to 12 |  ra  |1101111|	the displacement's bits
 *	+--+-----------+--+----------+------+-------+
 */
static bool call_target(struct pfs_mem *m, uint64_t ret, uint64_t *ret_target)
{
	unsigned char buf[8];
	uint32_t first, insn, disp;

	if (pfs_read_va(m, ret - 8, buf, sizeof(buf), NULL))
		return false;
	first = pfs_le32(buf);
	insn = pfs_le32(buf + 4);
	if ((insn & 0xfff) == 0x0ef) {
		disp = bits(insn, 31, 31) << 20 | bits(insn, 19, 12) << 12 |
		       bits(insn, 20, 20) << 11 | bits(insn, 30, 21) << 1;
		*ret_target = ret - 4 + (uint64_t)(int64_t)((int32_t)(disp << 11) >> 11);
		return true;
	}
	if ((first & 0xfff) != 0x097 || (insn & 0xfffff) != 0x080e7)
		return false;
	*ret_target = ret - 8 + (uint64_t)(int64_t)(int32_t)(first & 0xfffff000) +
		      (uint64_t)(int64_t)((int32_t)insn >> 20);
	return true;
}

static const char *const no_pfn[] = { "pc", "sp", "gp", "tp", "ra", NULL };

static const char *const marks[] = {
	"epc : ", "gp : ", "s11: ", "SBI specification v", "Booting Linux on hartid ", NULL,
};

/* With 57 bits at 0xff1c..., 48 0xffff8d8..., 39 0xffffffc...; the image is above 0xffffffff8... */
static bool may_be_memmap(const struct pfs_panic *p, uint64_t va)
{
	(void)p;
	return va >= 0xff00000000000000 && va < 0xffffffff00000000;
}

const struct pfs_oops_arch pfs_oops_riscv64 = {
	.name = "riscv64",
	.classify = classify,
	.head = head,
	.die = die,
	.line = line,
	.operand = operand,
	.call_target = call_target,
	.marks = marks,
	.may_be_memmap = may_be_memmap,
	.ip = "pc",
	.sp = "sp",
	.ip_label = "epc",
	.bt_ip = NULL,
	.no_pfn = no_pfn,
	.reg_names = reg_names,
	.nr_regs = sizeof(reg_names) / sizeof(reg_names[0]),
	.prstatus_regs_offset = 112,
};
