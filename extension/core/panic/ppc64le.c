/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ppc64le: the text of its oopses, kernels 4.x to 7.x, and the faulting instruction's memory
 * operand. In the order in which they are printed:
 *
 *	BUG: Unable to handle kernel data access on read at 0xc00c000000410000
 *	Faulting instruction address: 0xc0000000006a6f44
 *	Oops: Kernel access of bad area, sig: 11 [#1]
 *	LE PAGE_SIZE=64K MMU=Radix SMP NR_CPUS=2048 NUMA pSeries
 *	CPU: 1 UID: 0 PID: 161 Comm: cat Not tainted 6.12.107+deb13-powerpc64le-64k #1
 *	NIP:  c0000000006a6f44 LR: c0000000006a7564 CTR: c0000000006a74b0
 *	REGS: c000000006e3b8f0 TRAP: 0300   Not tainted  (6.12.107+deb13-powerpc64le-64k)
 *	MSR:  8000000000009033 <SF,EE,ME,IR,DR,RI,LE>  CR: 24002282  XER: 00000000
 *	CFAR: c0000000006a7560 DAR: c00c000000410000 DSISR: 40000000 IRQMASK: 0
 *	GPR00: c0000000006a7564 c000000006e3bb90 c000000001bb8100 c00c000000410000
 *	GPR04: 0000000000000000 0000000000000000 0000000000000000 0000000000000000
 *	NIP [c0000000006a6f44] stable_page_flags+0x24/0x3b0
 *	LR [c0000000006a7564] kpageflags_read+0xb4/0x180
 *	Call Trace:
 *	[c000000006e3bb90] [c0000000006a7564] kpageflags_read+0xb4/0x180 (unreliable)
 *	[c000000006e3be10] [c00000000000c270] system_call_vectored_common+0xf0/0x280
 *	--- interrupt: 3000 at 0x7fff8f2a4a34
 *	NIP:  00007fff8f2a4a34 LR: 00007fff8f2a4a34 CTR: 0000000000000000
 *	Code: 60000000 7c0802a6 60000000 7c691b78 2c230000 4182034c f821ffb1 <e9430000>
 *
 * Before v5.2 the first line is "Unable to handle kernel paging request for data at address
 * 0x...", and the code is in two lines behind "Instruction dump:". DSISR is the error code.
 */
#include "core/panic/arch.h"

#include <errno.h>

#define DSISR_STORE	(1ULL << 25)
#define DSISR_UNSUPP	(1ULL << 19)	/* an entry that no CPU takes */

#define TRAP_DATA		0x300
#define TRAP_DATA_SEGMENT	0x380
#define TRAP_ALIGNMENT		0x600
#define TRAP_HYPERVISOR_DATA	0xe00

#define AT "Faulting instruction address: "

static enum pfs_oops_line classify(const char *s)
{
	static const char *const heads[] = {
		"BUG: Kernel NULL pointer dereference",
		"BUG: Unable to handle kernel ",
		"BUG: Unable to handle unknown paging fault",
		"Unable to handle kernel paging request for ",
	};
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (pfs_starts(s, heads[i]))
			return PFS_LINE_HEAD;
	return pfs_starts(s, "Oops: ") && strstr(s, " [#") ? PFS_LINE_DIE : PFS_LINE_OTHER;
}

/* "... data access on read at 0x...", "... for data at address 0x..." */
static void head(struct pfs_panic *p, const char *s)
{
	const char *q = pfs_after(s, " at 0x");

	if (!q)
		q = pfs_after(s, " at address 0x");
	p->kind = strstr(s, "unaligned access") || strstr(s, "unknown") ? PFS_PANIC_OOPS :
									  PFS_PANIC_PAGE_FAULT;
	if (q && pfs_take_hex(&q, &p->fault_address))
		p->has_fault_address = true;
	if (strstr(s, " on write at "))
		p->access = "write";
	else if (strstr(s, " on read at "))
		p->access = "read";
	else if (strstr(s, "instruction fetch"))
		p->access = "exec";
	p->accessed = p->has_fault_address || p->access;
}

static void die(struct pfs_panic *p, const char *s)
{
	(void)s;
	if (p->kind == PFS_PANIC_NONE)
		p->kind = PFS_PANIC_OOPS;
}

static bool speaks(const struct pfs_parser *x)
{
	return !x->user && !x->traces && !x->o->no_regs;
}

/* struct pt_regs */
/* clang-format off */
static const char *const reg_names[] = {
	"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13",
	"r14", "r15", "r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26",
	"r27", "r28", "r29", "r30", "r31", "nip", "msr", "orig_r3", "ctr", "lr", "xer", "cr",
	"softe", "trap", "dar", "dsisr", "result",
};
/* clang-format on */

/* The value behind "NIP:  " or the like in a line, as a register of this name. */
static int parse_named(struct pfs_parser *x, const char *s, const char *label, const char *name)
{
	const char *q = pfs_after(s, label);
	uint64_t v;

	if (!q)
		return 0;
	q = pfs_skip_space(q);
	return pfs_take_hex(&q, &v) ? pfs_parse_reg(x, name, v) : 0;
}

/* "NIP:  c0000000006a6f44 LR: c0000000006a7564 CTR: c0000000006a74b0" */
static int parse_nip(struct pfs_parser *x, const char *s)
{
	const char *q = pfs_skip_space(s + 4);
	uint64_t nip;
	int r;

	if (!speaks(x) || !pfs_take_hex(&q, &nip))
		return 0;
	/* After an instruction fetch from user mode's half the registers still are the kernel's. */
	r = pfs_parse_reg(x, "nip", nip);
	if (!r)
		r = parse_named(x, s, " LR: ", "lr");
	return r ? r : parse_named(x, s, " CTR: ", "ctr");
}

/* "REGS: c000000006e3b8f0 TRAP: 0300   Not tainted  (6.12.107)" */
static void parse_trap(struct pfs_panic *p, const char *s)
{
	const char *q = pfs_after(s, "TRAP: ");
	uint64_t trap;

	if (!q || !pfs_take_hex(&q, &trap))
		return;
	trap &= ~UINT64_C(15);
	p->accessed = p->accessed || trap == TRAP_DATA || trap == TRAP_DATA_SEGMENT ||
		      trap == TRAP_HYPERVISOR_DATA || trap == TRAP_ALIGNMENT;
}

/* "CFAR: c0000000006a7560 DAR: c00c000000410000 DSISR: 40000000 IRQMASK: 0" */
static int parse_dar(struct pfs_parser *x, const char *s)
{
	const char *q = pfs_after(s, "DSISR: ");
	struct pfs_panic *p = x->p;
	int r = parse_named(x, s, "DAR: ", "dar");

	if (r || p->has_error_code || !q || !pfs_take_hex(&q, &p->error_code))
		return r;
	p->has_error_code = true;
	if (p->kind != PFS_PANIC_PAGE_FAULT)
		return 0;
	if (!p->access)
		p->access = p->error_code & DSISR_STORE ? "write" : "read";
	p->bad_entry = p->error_code & DSISR_UNSUPP;
	return 0;
}

/* "GPR04: 0000000000000000 c000000006e3bb90 ...": four in a line. */
static int parse_gpr(struct pfs_parser *x, const char *s)
{
	uint64_t first, v;
	const char *q = s + 3;
	unsigned int i;
	int r = 0;

	if (!pfs_take_dec(&q, &first) || *q++ != ':')
		return 0;
	for (i = (unsigned int)first; i < 32 && !r; i++) {
		q = pfs_skip_space(q);
		if (!pfs_take_hex(&q, &v))
			break;
		r = pfs_parse_reg(x, reg_names[i], v);
	}
	return r;
}

/* The word in <> is the instruction's, as a number; memory has it little-endian. */
static void parse_code(struct pfs_parser *x, const char *s)
{
	const char *mark = strchr(s, '<');
	uint64_t word;
	unsigned int i;

	if (!mark)
		return;
	x->code = true;
	mark++;
	if (!pfs_take_hex(&mark, &word) || *mark != '>')
		return;
	for (i = 0; i < 4; i++)
		x->o->code[i] = (unsigned char)(word >> 8 * i);
	x->o->nr_code = 4;
}

/* Up to v6.5 they are in lines of their own. */
static bool is_words(const char *s)
{
	return strchr(s, '<') && !s[strspn(s, "0123456789abcdef<>X ")];
}

static int line(struct pfs_parser *x, const char *s, bool *ret_taken)
{
	*ret_taken = true;
	if (pfs_starts(s, "NIP: "))
		return parse_nip(x, s);
	if (pfs_starts(s, "NIP [")) {
		if (!speaks(x) || x->ip)
			return 0;
		s = strchr(s, ']');
		return s ? pfs_parse_function(x, pfs_skip_space(s + 1)) : 0;
	}
	if (pfs_starts(s, "REGS: ")) {
		if (speaks(x))
			parse_trap(x->p, s);
		return 0;
	}
	if (pfs_starts(s, "MSR: ") || pfs_starts(s, "LR ["))
		return 0;
	if (pfs_starts(s, "CFAR: ") || pfs_starts(s, "DAR: "))
		return speaks(x) ? parse_dar(x, s) : 0;
	if (pfs_starts(s, "GPR"))
		return speaks(x) ? parse_gpr(x, s) : 0;
	if (pfs_starts(s, AT)) {
		s += sizeof(AT) - 1;
		/* What could not be fetched is named here alone. */
		if (x->p->access && !strcmp(x->p->access, "exec") && !x->p->has_fault_address)
			x->p->has_fault_address = pfs_take_hex(&s, &x->p->fault_address);
		return 0;
	}
	if (pfs_starts(s, "--- interrupt: ")) {
		/* What follows is where the kernel was entered from user mode, or from itself. */
		x->user = x->user || strstr(s, " at 0x");
		return 0;
	}
	if (pfs_starts(s, "Code: ") || is_words(s)) {
		if (!x->code && !x->o->no_regs)
			parse_code(x, s);
		return 0;
	}
	*ret_taken = false;
	return 0;
}

struct form {
	unsigned int op; /* primary opcode; of 31 the extended one */
	const char *name;
	unsigned int size;
	bool write;
};

/*
 * Instructions that access memory. Of most the primary opcode says what, and that with an odd
 * number writes the address back:
 *
 *	 0    5 6  10 11 15 16                31
 *	+------+-----+-----+--------------------+
 *	| op   | reg | base|   displacement     |	D: of ld, std the last two bits are none
 *	|  31  | reg | base| index | op     |  -|	X
 *	+------+-----+-----+--------------------+
 *
 * Base 0 is no register, but zero.
 */
static const struct form d_forms[] = {
	{ 32, "lwz", 4, false },  { 33, "lwzu", 4, false }, { 34, "lbz", 1, false },
	{ 35, "lbzu", 1, false }, { 36, "stw", 4, true },   { 37, "stwu", 4, true },
	{ 38, "stb", 1, true },	  { 39, "stbu", 1, true },  { 40, "lhz", 2, false },
	{ 41, "lhzu", 2, false }, { 42, "lha", 2, false },  { 43, "lhau", 2, false },
	{ 44, "sth", 2, true },	  { 45, "sthu", 2, true },
};
static const struct form ds_forms[] = {
	{ 58 << 2, "ld", 8, false },	  { 58 << 2 | 1, "ldu", 8, false },
	{ 58 << 2 | 2, "lwa", 4, false }, { 62 << 2, "std", 8, true },
	{ 62 << 2 | 1, "stdu", 8, true },
};
static const struct form x_forms[] = {
	{ 20, "lwarx", 4, false },  { 21, "ldx", 8, false },	{ 23, "lwzx", 4, false },
	{ 52, "lbarx", 1, false },  { 53, "ldux", 8, false },	{ 55, "lwzux", 4, false },
	{ 84, "ldarx", 8, false },  { 87, "lbzx", 1, false },	{ 116, "lharx", 2, false },
	{ 119, "lbzux", 1, false }, { 149, "stdx", 8, true },	{ 150, "stwcx.", 4, true },
	{ 151, "stwx", 4, true },   { 181, "stdux", 8, true },	{ 183, "stwux", 4, true },
	{ 214, "stdcx.", 8, true }, { 215, "stbx", 1, true },	{ 247, "stbux", 1, true },
	{ 279, "lhzx", 2, false },  { 311, "lhzux", 2, false }, { 341, "lwax", 4, false },
	{ 343, "lhax", 2, false },  { 407, "sthx", 2, true },	{ 439, "sthux", 2, true },
	{ 532, "ldbrx", 8, false }, { 534, "lwbrx", 4, false }, { 660, "stdbrx", 8, true },
	{ 662, "stwbrx", 4, true }, { 694, "stbcx.", 1, true }, { 726, "sthcx.", 2, true },
	{ 790, "lhbrx", 2, false }, { 918, "sthbrx", 2, true },
};

#define FIND(forms, op) find(forms, sizeof(forms) / sizeof(*(forms)), op)

static const struct form *find(const struct form *forms, size_t nr, unsigned int op)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (forms[i].op == op)
			return &forms[i];
	return NULL;
}

static void resolve(const struct pfs_panic *p, const char *base_name, const char *index_name,
		    struct pfs_operand *op)
{
	const struct pfs_reg *base = base_name ? pfs_panic_reg(p, base_name) : NULL;
	const struct pfs_reg *index = index_name ? pfs_panic_reg(p, index_name) : NULL;

	if (!base || (index_name && !index))
		return;
	op->valid = true;
	op->base = base->name;
	op->index = index ? index->name : NULL;
	op->scale = index ? 1 : 0;
	op->address = base->value + (index ? index->value : 0) + (uint64_t)(int64_t)op->disp;
}

static int operand(struct pfs_arena *arena, const unsigned char *code, size_t len,
		   struct pfs_panic *p)
{
	const char *reg, *base_name, *index_name = NULL;
	struct pfs_operand op = { .valid = false };
	const struct form *f;
	uint32_t insn;

	if (len < 4)
		return 0;
	insn = pfs_le32(code);
	reg = reg_names[insn >> 21 & 31];
	base_name = reg_names[insn >> 16 & 31];
	if (insn >> 26 == 31) {
		f = FIND(x_forms, insn >> 1 & 0x3ff);
		index_name = reg_names[insn >> 11 & 31];
	} else if (insn >> 26 == 58 || insn >> 26 == 62) {
		f = FIND(ds_forms, insn >> 26 << 2 | (insn & 3));
		op.disp = (int16_t)(insn & 0xfffc);
	} else {
		f = FIND(d_forms, insn >> 26);
		op.disp = (int16_t)insn;
	}
	if (!f)
		return 0;
	op.size = f->size;
	op.write = f->write;
	op.text = index_name ?
			  pfs_printf(arena, "%s %s,%s,%s", f->name, reg, base_name, index_name) :
			  pfs_printf(arena, "%s %s,%d(%s)", f->name, reg, (int)op.disp, base_name);
	if (!op.text)
		return -ENOMEM;
	/* Where the base is zero, the index alone is the address. */
	if (!(insn >> 16 & 31)) {
		base_name = index_name;
		index_name = NULL;
	}
	resolve(p, base_name, index_name, &op);
	if (op.valid)
		p->operand = op;
	return 0;
}

/*
 * bl: 010010, the displacement in words, AA 0 and LK 1. It may lead behind the two instructions
 * by which a function that is called from elsewhere sets r2:
 *
 *	addis	r2,r12,...
 *	addi	r2,r2,...
 */
static bool call_target(struct pfs_mem *m, uint64_t ret, uint64_t *ret_target)
{
	unsigned char buf[8];
	uint32_t insn;

	if (pfs_read_va(m, ret - 4, buf, 4, NULL))
		return false;
	insn = pfs_le32(buf);
	if ((insn & 0xfc000003) != 0x48000001)
		return false;
	*ret_target = ret - 4 + (uint64_t)(int64_t)((int32_t)((insn & 0x03fffffc) << 6) >> 6);
	if (!pfs_read_va(m, *ret_target - 8, buf, 8, NULL) && pfs_le32(buf) >> 16 == 0x3c4c &&
	    pfs_le32(buf + 4) >> 16 == 0x3842)
		*ret_target -= 8;
	return true;
}

/* The stack, the table of contents, the CPU's own data, and what is no address of data. */
static const char *const no_pfn[] = { "nip", "r1", "r2",    "r13",  "msr",   "lr",     "ctr",
				      "xer", "cr", "softe", "trap", "dsisr", "result", NULL };

static const char *const marks[] = {
	AT, "NIP:  ", "NIP [", "GPR00: ", "REGS: ", "LE PAGE_SIZE=", "radix-mmu: ", NULL,
};

/* At 0xc00c with radix, and with the hash MMU elsewhere, behind the direct map, or at 0xf00. */
static bool may_be_memmap(const struct pfs_panic *p, uint64_t va)
{
	(void)p;
	return (va >= 0xc0003d0000000000 && va < 0xc010000000000000) || va >> 52 == 0xf00;
}

const struct pfs_oops_arch pfs_oops_ppc64le = {
	.name = "ppc64le",
	.classify = classify,
	.head = head,
	.die = die,
	.line = line,
	.operand = operand,
	.call_target = call_target,
	.marks = marks,
	.may_be_memmap = may_be_memmap,
	.ip = "nip",
	.sp = "r1",
	.ip_label = "NIP",
	.bt_ip = NULL,
	.no_pfn = no_pfn,
	.reg_names = reg_names,
	.nr_regs = sizeof(reg_names) / sizeof(reg_names[0]),
	.prstatus_regs_offset = 112,
};
