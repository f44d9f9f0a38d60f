/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aarch64: the text of its oopses, kernels 4.14 to 7.x, and the faulting instruction's
 * memory operand, decoded by capstone. In the order in which they are printed today:
 *
 *	Unable to handle kernel paging request at virtual address fffffdffc0c00034
 *	Mem abort info:
 *	  ESR = 0x0000000096000006
 *	  EC = 0x25: DABT (current EL), IL = 32 bits
 *	Data abort info:
 *	  CM = 0, WnR = 0, TnD = 0, TagAccess = 0
 *	swapper pgtable: 4k pages, 48-bit VAs, pgdp=0000000041858000
 *	Internal error: Oops: 0000000096000006 [#1] SMP
 *	CPU: 0 UID: 0 PID: 1 Comm: cat Not tainted 6.12.118+deb13-arm64 #1
 *	pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)
 *	pc : stable_page_flags+0x2c/0x350
 *	lr : kpageflags_read+0x94/0x150
 *	sp : ffff8000800ebc60
 *	x29: ffff8000800ebc60 x28: ffff000003e18000 x27: 0000000000000000
 *	Call trace:
 *	 stable_page_flags+0x2c/0x350 (P)
 *	Code: aa1e03e9 d503201f d503233f a9bd7bfd (f9400014)
 *	---[ end trace 0000000000000000 ]---
 *
 * The exception syndrome is the error code:
 *
 *	 31    26 25 24                    9   8   7   6   5      0
 *	+--------+--+-----------------------+--+---+----+---+--------+
 *	| EC     |IL|          ...          |  | CM|    |WnR|  fault |
 *	+--------+--+-----------------------+--+---+----+---+--------+
 *
 * Of registers in user mode no symbol is printed. Before v4.19 one line has three of
 * them, "pc : [<ffff00000828c0f4>] lr : [<ffff00000828c0e8>] pstate: 60000145", and
 * "PC is at f+0x14/0x40" comes before it.
 */
#include "core/panic/arch.h"

#include <capstone/capstone.h>
#include <errno.h>

#include "base/range.h"

#define ESR_EC(esr)	((esr) >> 26 & 0x3f)
#define EC_IABT_LOW	0x20	/* instruction abort; 0x21 from the same level */
#define EC_DABT_LOW	0x24	/* data abort; 0x25 likewise */
#define ESR_WNR		(1ULL << 6)
#define ESR_CM		(1ULL << 8)	/* cache maintenance, for which WnR is set, too */
#define ESR_FSC		0x3fULL		/* fault status; the last two bits are the level */

#define TOP_BIT		(UINT64_C(1) << 55)	/* of the kernel's addresses */
#define TOP_BYTE	(UINT64_C(0xff) << 56)

static const char unable[] = "Unable to handle kernel ";
static const char internal[] = "Internal error: ";

static enum pfs_oops_line classify(const char *s)
{
	static const char *const heads[] = {
		unable,
		"Bad mode in ",
		"Insufficient stack space to handle exception!",
		"SError Interrupt on CPU",
	};
	size_t i;

	if (pfs_starts(s, internal))
		return strstr(s, " [#") ? PFS_LINE_DIE : PFS_LINE_OTHER;
	for (i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (pfs_starts(s, heads[i]))
			return PFS_LINE_HEAD;
	return pfs_starts(s, "Unhandled ") && strstr(s, " exception on CPU") ? PFS_LINE_HEAD :
									       PFS_LINE_OTHER;
}

/* "Unable to handle kernel write to read-only memory at virtual address ffff8000093d0000" */
static void head(struct pfs_panic *p, const char *s)
{
	const char *q = pfs_after(s, " at virtual address ");

	p->kind = PFS_PANIC_OOPS;
	if (!pfs_starts(s, unable))
		return;
	p->kind = PFS_PANIC_PAGE_FAULT;
	if (q && pfs_take_hex(&q, &p->fault_address))
		p->has_fault_address = true;
	s += sizeof(unable) - 1;
	if (pfs_starts(s, "write to "))
		p->access = "write";
	else if (pfs_starts(s, "read from "))
		p->access = "read";
	else if (pfs_starts(s, "execute from "))
		p->access = "exec";
}

/* NULL: not an access of memory. */
static const char *access_of(uint64_t esr)
{
	switch (ESR_EC(esr) & ~1ULL) {
	case EC_IABT_LOW:
		return "exec";
	case EC_DABT_LOW:
		return esr & ESR_WNR && !(esr & ESR_CM) ? "write" : "read";
	default:
		return NULL;
	}
}

/* "level 2 address size fault": of an access, not of a fetch from user mode. */
static bool refused_entry(uint64_t esr)
{
	return access_of(esr) && !(esr & ESR_FSC & ~UINT64_C(3));
}

/*
 * The address was translated, and what answers there said no (0x10; 0x18: parity or ECC), or a
 * table of the walk did (0x13 to 0x17, 0x1b to 0x1f): the memory's fault, whatever it holds.
 */
static bool external_abort(uint64_t esr)
{
	unsigned int fsc = esr & 0x3f;

	return access_of(esr) && fsc >= 0x10 && fsc <= 0x1f && fsc != 0x11;
}

static void set_esr(struct pfs_panic *p, uint64_t esr)
{
	if (p->has_error_code)
		return;
	p->has_error_code = true;
	p->error_code = esr;
	if (p->kind == PFS_PANIC_PAGE_FAULT && !p->access)
		p->access = access_of(esr);
	p->accessed = access_of(esr) != NULL;
	p->bad_entry = p->kind == PFS_PANIC_PAGE_FAULT && refused_entry(esr);
}

/* "Internal error: Oops: 0000000096000006 [#1] SMP", "... Oops - BUG: 0 [#1] ..." */
static void die(struct pfs_panic *p, const char *s)
{
	const char *q = strstr(s, " [#");
	uint64_t esr;

	if (p->kind == PFS_PANIC_NONE)
		p->kind = PFS_PANIC_OOPS;
	while (q && q > s && pfs_hex_digit(q[-1]) >= 0)
		q--;
	if (q && q - s > 2 && q[-1] == ' ' && q[-2] == ':' && pfs_take_hex(&q, &esr) && esr)
		set_esr(p, esr);
}

static bool speaks(const struct pfs_parser *x)
{
	return !x->user && !x->traces && !x->o->no_regs;
}

/* After "pc : ": a symbol, "0x..." where there is none, digits alone in user mode. */
static int parse_pc(struct pfs_parser *x, const char *s)
{
	bool old = pfs_starts(s, "[<"), address = pfs_starts(s, "0x");
	const char *q = old ? s + 2 : s, *lr = pfs_after(s, "lr : [<");
	uint64_t v;
	int r;

	if (!speaks(x) || (x->ip && !old))
		return 0;
	if (!old && !address && pfs_take_hex(&q, &v) && q - s == 16) {
		x->user = true;
		return 0;
	}
	if (!old && !address)
		return pfs_parse_function(x, s);
	if (!pfs_take_hex(&q, &v))
		return 0;
	x->ip = true;
	r = pfs_parse_reg(x, "pc", v);
	if (!r && lr && pfs_take_hex(&lr, &v))
		r = pfs_parse_reg(x, "x30", v);
	return r;
}

/* struct user_pt_regs */
/* clang-format off */
static const char *const reg_names[] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
	"x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24",
	"x25", "x26", "x27", "x28", "x29", "x30", "sp", "pc", "pstate",
};
/* clang-format on */

static bool is_reg_line(const char *s)
{
	return pfs_starts(s, "sp : ") || pfs_starts(s, "pstate: ") ||
	       (s[0] == 'x' && s[1] >= '0' && s[1] <= '9' &&
		pfs_reg_name(&pfs_oops_aarch64, s, strcspn(s, " :")));
}

/* Words, where the others print bytes: the one in brackets is the instruction's. */
static void parse_code(struct pfs_parser *x, const char *s)
{
	const char *mark = strchr(s, '(');
	uint64_t word;
	unsigned int i;

	x->code = true;
	if (!mark)
		return;
	mark++;
	if (!pfs_take_hex(&mark, &word) || *mark != ')')
		return;
	for (i = 0; i < 4; i++)
		x->o->code[i] = (unsigned char)(word >> 8 * i);
	x->o->nr_code = 4;
}

static int line(struct pfs_parser *x, const char *s, bool *ret_taken)
{
	const char *q;
	uint64_t esr;

	*ret_taken = true;
	if (pfs_starts(s, "ESR = ")) {
		q = s + 6;
		if (pfs_take_hex(&q, &esr))
			set_esr(x->p, esr);
		return 0;
	}
	if (pfs_starts(s, "FAR: ")) {
		/* of handle_bad_stack(), with which the address is exact */
		q = s + 5;
		if (x->p->kind == PFS_PANIC_OOPS && !x->p->has_fault_address)
			x->p->has_fault_address = pfs_take_hex(&q, &x->p->fault_address);
		return 0;
	}
	if (pfs_starts(s, "pc : "))
		return parse_pc(x, s + 5);
	if (pfs_starts(s, "PC is at "))
		return speaks(x) && !x->ip ? pfs_parse_function(x, s + 9) : 0;
	if (pfs_starts(s, "lr : ") || pfs_starts(s, "LR is at "))
		return 0;
	if (pfs_starts(s, "Code: ")) {
		if (!x->code && !x->user && !x->o->no_regs)
			parse_code(x, s + 6);
		return 0;
	}
	if (is_reg_line(s))
		return speaks(x) ? pfs_parse_regs(x, s) : 0;
	*ret_taken = false;
	return 0;
}

/* What is known of the instruction before its registers' values are. */
struct access {
	const char *base, *index; /* as in reg_names; NULL: none */
	bool narrow, extend;	  /* the index is a w register; with its sign */
	unsigned int shift;
	int32_t disp;
	unsigned int size;
	bool write;
	const char *text;
};

/* "w9" -> "x9", "fp" -> "x29"; capstone names registers by their use. */
static const char *wide_name(csh cs, unsigned int reg, bool *ret_narrow)
{
	const char *s = cs_reg_name(cs, reg);
	char name[8];
	size_t n;

	*ret_narrow = false;
	if (reg == ARM64_REG_X29)
		return "x29";
	if (reg == ARM64_REG_X30)
		return "x30";
	n = s ? strlen(s) : 0;
	if (!n || n >= sizeof(name))
		return NULL;
	memcpy(name, s, n + 1);
	if (name[0] == 'w') {
		*ret_narrow = true;
		name[0] = 'x';
	}
	return pfs_reg_name(&pfs_oops_aarch64, name, n);
}

/* From v5 on, capstone calls these two "fp" and "lr" as operands of all instructions. */
static const char *data_name(csh cs, unsigned int reg)
{
	return reg == ARM64_REG_X29 || reg == ARM64_REG_X30 ? "x30" : cs_reg_name(cs, reg);
}

/* Bytes that a register holds, by the first letter of its name. */
static unsigned int reg_size(const char *name)
{
	switch (name ? name[0] : 0) {
	case 'q':
	case 'v':
		return 16;
	case 'x':
	case 'd':
		return 8;
	case 'w':
	case 's':
		return 4;
	case 'h':
		return 2;
	case 'b':
		return 1;
	default:
		return 0;
	}
}

/* What comes behind ld or st tells a part of a register, or two of them: "ldrsw", "stp". */
static unsigned int size_of(const char *mnemonic, const char *data)
{
	size_t n = strlen(mnemonic);

	if (data && (data[0] == 'x' || data[0] == 'w')) {
		if (mnemonic[n - 1] == 'b')
			return 1;
		if (mnemonic[n - 1] == 'h')
			return 2;
		if (strstr(mnemonic, "sw"))
			return strstr(mnemonic, "psw") ? 8 : 4;
	}
	return mnemonic[n - 1] == 'p' ? 2 * reg_size(data) : reg_size(data);
}

/* capstone says of stp that it reads its operand: the name is more to be trusted. */
static bool by_capstone(csh cs, const cs_insn *insn, struct access *a)
{
	const cs_arm64 *d = &insn->detail->arm64;
	const char *data = NULL;
	bool ignored;
	unsigned int i;

	if (!pfs_starts(insn->mnemonic, "ld") && !pfs_starts(insn->mnemonic, "st"))
		return false;
	for (i = 0; i < d->op_count && d->operands[i].type != ARM64_OP_MEM; i++)
		if (d->operands[i].type == ARM64_OP_REG)
			data = data_name(cs, d->operands[i].reg);
	if (i == d->op_count)
		return false;
	a->base = wide_name(cs, d->operands[i].mem.base, &ignored);
	a->disp = d->operands[i].mem.disp;
	a->size = size_of(insn->mnemonic, data);
	a->write = insn->mnemonic[0] == 's';
	if (d->operands[i].mem.index == ARM64_REG_INVALID)
		return a->base;
	a->index = wide_name(cs, d->operands[i].mem.index, &a->narrow);
	a->extend = d->operands[i].ext == ARM64_EXT_SXTW;
	a->shift = d->operands[i].shift.value & 7;
	return a->base && a->index;
}

/*
 * Atomics of ARMv8.1, which all of a page's counts are handled with: [Xn] and nothing
 * else. capstone knows them from v5 on, but not by what of its names that they write.
 *
 *	 31 30 29    24 23 22 21 20 16 15 14 12 11 10 9  5 4  0
 *	+-----+--------+--+--+--+-----+--+-----+-----+----+----+
 *	|size | 111000 | A| R| 1| Rs  |o3| opc | 0 0 | Rn | Rt |	ldadd, swp, ldapr
 *	|size | 001000 | 1| A| 1| Rs  | R| 1 1   1 1 1| Rn | Rt |	cas
 *	|0 sz | 001000 | 0| A| 1| Rs  | R| 1 1   1 1 1| Rn | Rt |	casp
 *	+-----+--------+--+--+--+-----+--+-----+-----+----+----+
 */
static bool by_hand(uint32_t insn, struct access *a)
{
	static const char *const names[] = {
		"ldadd", "ldclr", "ldeor", "ldset", "ldsmax", "ldsmin", "ldumax", "ldumin",
	};
	unsigned int size = 1u << (insn >> 30);

	a->write = true;
	if ((insn & 0x3fa07c00) == 0x08a07c00) {
		a->text = "cas";
	} else if ((insn & 0xbfa07c00) == 0x08207c00) {
		a->text = "casp";
		size = 8 * size;
	} else if ((insn & 0x3f20fc00) == 0x38208000) {
		a->text = "swp";
	} else if ((insn & 0x3ffffc00) == 0x38bfc000) {
		a->text = "ldapr";
		a->write = false;
	} else if ((insn & 0x3f208c00) == 0x38200000) {
		a->text = names[insn >> 12 & 7];
	} else {
		return false;
	}
	a->base = (insn >> 5 & 31) == 31 ? "sp" : reg_names[insn >> 5 & 31];
	a->size = size;
	return true;
}

static bool resolve(const struct pfs_panic *p, const struct access *a, struct pfs_operand *op)
{
	const struct pfs_reg *base = pfs_panic_reg(p, a->base);
	const struct pfs_reg *index = a->index ? pfs_panic_reg(p, a->index) : NULL;
	uint64_t value = index ? index->value : 0;

	if (!base || (a->index && !index))
		return false;
	if (a->narrow)
		value = a->extend ? (uint64_t)(int64_t)(int32_t)value : (uint32_t)value;
	op->base = base->name;
	op->index = index ? index->name : NULL;
	op->scale = index ? 1 << a->shift : 0;
	op->disp = a->disp;
	op->size = a->size;
	op->write = a->write;
	op->address = base->value + (value << a->shift) + (uint64_t)(int64_t)a->disp;
	op->valid = true;
	return true;
}

static int decode(csh cs, struct pfs_arena *arena, const unsigned char *code, struct access *a)
{
	cs_insn *insn;
	size_t n;

	if (by_hand(pfs_le32(code), a)) {
		a->text = pfs_printf(arena, "%s [%s]", a->text, a->base);
		return a->text ? 0 : -ENOMEM;
	}
	*a = (struct access){ .base = NULL };
	n = cs_disasm(cs, code, 4, 0, 1, &insn);
	if (!n)
		return 0;
	if (insn[0].detail && by_capstone(cs, &insn[0], a))
		a->text = pfs_printf(arena, "%s %s", insn[0].mnemonic, insn[0].op_str);
	else
		a->base = NULL;
	cs_free(insn, n);
	return !a->base || a->text ? 0 : -ENOMEM;
}

static int operand(struct pfs_arena *arena, const unsigned char *code, size_t len,
		   struct pfs_panic *p)
{
	struct pfs_operand op = { .valid = false };
	struct access a = { .base = NULL };
	csh cs;
	int r;

	if (len < 4 || (p->has_error_code && external_abort(p->error_code)))
		return 0;
	if (cs_open(CS_ARCH_ARM64, CS_MODE_ARM, &cs) != CS_ERR_OK)
		return -ENOMEM;
	cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
	r = decode(cs, arena, code, &a);
	cs_close(&cs);
	if (r || !a.base || !resolve(p, &a, &op))
		return r;
	op.text = a.text;
	p->operand = op;
	return 0;
}

/* BL: 100101 and the displacement in words, from the instruction itself. */
static bool call_target(struct pfs_mem *m, uint64_t ret, uint64_t *ret_target)
{
	unsigned char buf[4];
	uint32_t insn;

	if (pfs_read_va(m, ret - 4, buf, sizeof(buf), NULL))
		return false;
	insn = pfs_le32(buf);
	if (insn >> 26 != 0x25)
		return false;
	*ret_target = ret - 4 + (uint64_t)(int64_t)((int32_t)(insn << 6) >> 4);
	return true;
}

static const char *const no_pfn[] = { "pc", "sp", "pstate", "x29", "x30", NULL };

static const char *const marks[] = {
	"Mem abort info:",
	"Data abort info:",
	"pstate: ",
	"x29: ",
	"x2 : ",
	"ESR = 0x",
	"swapper pgtable: ",
	"Booting Linux on physical CPU 0x0000",
	NULL,
};

/*
 * untagged_addr() takes away the top byte, which may be a tag, where bit 55 says that the address
 * would be one of user mode.
 */
static uint64_t printed(uint64_t va)
{
	return va & TOP_BIT ? va : va & ~TOP_BYTE;
}

/* VMEMMAP_START to VMEMMAP_END are at the top, with 39, 48 or 52 bits of addresses. */
static bool may_be_memmap(const struct pfs_panic *p, uint64_t va)
{
	(void)p;
	return va >= 0xffffe00000000000 && va < 0xffffffffc0000000;
}

const struct pfs_oops_arch pfs_oops_aarch64 = {
	.name = "aarch64",
	.classify = classify,
	.head = head,
	.die = die,
	.line = line,
	.operand = operand,
	.printed = printed,
	.call_target = call_target,
	.marks = marks,
	.may_be_memmap = may_be_memmap,
	.ip = "pc",
	.sp = "sp",
	.ip_label = "pc",
	.bt_ip = NULL, /* "PC: ADDRESS  [function+offset]" */
	.no_pfn = no_pfn,
	.reg_names = reg_names,
	.nr_regs = sizeof(reg_names) / sizeof(reg_names[0]),
	.prstatus_regs_offset = 112,
};
