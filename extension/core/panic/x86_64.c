/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86-64: the text of its oopses in kernels 3.x to 7.x, and the memory operand
 * of the faulting instruction, decoded by capstone. The lines are in the order
 * in which __die() prints them today:
 *
 *	BUG: unable to handle page fault for address: ffffec73c51000b4
 *	#PF: supervisor write access in kernel mode
 *	#PF: error_code(0x0002) - not-present page
 *	Oops: 0002 [#1] SMP NOPTI
 *	CPU: 16 PID: 1348 Comm: ndctl Kdump: loaded Tainted: G        W
 *	RIP: 0010:memmap_init_zone+0x154/0x1c2
 *	Code: 77 16 f6 40 10 02 ... <48> 8b 42 ff ...
 *	RSP: 0018:ffffbdc7011a39b0 EFLAGS: 00010282
 *	RAX: ffffec73c5100088 RBX: 0000000000144002 RCX: 0000000000144000
 *	CR2: ffffec73c51000b4 CR3: 000000007d718000 CR4: 0000000000340ee0
 *	Call Trace:
 *	 move_pfn_range_to_zone+0x128/0x150
 *	RIP: 0033:0x47b6fd		registers of user mode from here on
 *	---[ end trace 37065490f193895a ]---
 *
 * Before v4.18 Code: comes after the trace, before v4.10 symbols follow their
 * address, as in "RIP: 0010:[<ffffffff811d7ab3>]  [<ffffffff811d7ab3>] f+0x27/0x90".
 */
#include "core/panic/arch.h"

#include <capstone/capstone.h>
#include <errno.h>

#include "base/range.h"

/*
 * die() ends its title with the error code and a count: ": 0002 [#1] SMP".
 * Returns the place of the code, NULL if this is no such line.
 */
static const char *die_code(const char *s)
{
	const char *q = strstr(s, " [#"), *count;
	uint64_t n;

	if (!q || q - s < 6 || q - s > 200)
		return NULL;
	count = q + 3;
	if (!pfs_take_dec(&count, &n) || *count != ']')
		return NULL;
	for (s = q - 4; s < q; s++)
		if (pfs_hex_digit(*s) < 0)
			return NULL;
	return q[-6] == ':' && q[-5] == ' ' ? q - 4 : NULL;
}

static enum pfs_oops_line classify(const char *s)
{
	if (pfs_starts(s, "BUG: unable to handle ") ||
	    pfs_starts(s, "BUG: kernel NULL pointer dereference") ||
	    pfs_starts(s, "BUG: stack guard page was hit") ||
	    pfs_starts(s, "BUG: TASK stack guard page") || pfs_starts(s, "PANIC: double fault") ||
	    pfs_starts(s, "traps: PANIC: double fault"))
		return PFS_LINE_HEAD;
	return die_code(s) ? PFS_LINE_DIE : PFS_LINE_OTHER;
}

/* Parse what follows "RIP: " or "IP: ". */
static int parse_rip(struct pfs_parser *x, const char *s)
{
	uint64_t cs = 0x10, address;
	const char *q;
	int r;

	/* "0010:" in front; "[<" means that there is no selector. */
	q = s = pfs_skip_space(s);
	if (pfs_take_hex(&q, &cs) && *q == ':')
		s = q + 1;
	else
		cs = 0x10;
	if (cs & 3) {
		x->user = true;
		return 0;
	}
	if (x->ip || x->user || x->traces || x->o->no_regs)
		return 0;
	/* Old kernels print it twice: the value, and %pS of it. */
	while (pfs_starts(s = pfs_skip_space(s), "[<")) {
		q = s + 2;
		if (!pfs_take_hex(&q, &address) || !pfs_starts(q, ">]"))
			break;
		r = pfs_parse_reg(x, "rip", address);
		if (r)
			return r;
		s = q + 2;
	}
	q = s;
	if (pfs_starts(s, "0x") && pfs_take_hex(&q, &address)) {
		x->ip = true;
		return pfs_parse_reg(x, "rip", address);
	}
	return pfs_parse_function(x, s);
}

/* "RAX: 0123 RBX: 4567 ...", "RSP: 0018:0123 EFLAGS: 00010202", "CR2: 0123 CR3: ..." */
static int parse_regs(struct pfs_parser *x, const char *s)
{
	static const char *const names[][2] = {
		{ "RAX", "rax" },	{ "RBX", "rbx" }, { "RCX", "rcx" }, { "RDX", "rdx" },
		{ "RSI", "rsi" },	{ "RDI", "rdi" }, { "RBP", "rbp" }, { "RSP", "rsp" },
		{ "R08", "r8" },	{ "R09", "r9" },  { "R10", "r10" }, { "R11", "r11" },
		{ "R12", "r12" },	{ "R13", "r13" }, { "R14", "r14" }, { "R15", "r15" },
		{ "EFLAGS", "eflags" }, { "CR2", "cr2" }, { "CR3", "cr3" }, { "FS", "fs_base" },
		{ "GS", "gs_base" },
	};
	uint64_t v;
	size_t i, n;
	int r;

	for (;;) {
		s = pfs_skip_space(s);
		n = strcspn(s, ": ");
		if (!n || s[n] != ':')
			return 0;
		for (i = 0; i < sizeof(names) / sizeof(*names); i++)
			if (strlen(names[i][0]) == n && !memcmp(s, names[i][0], n))
				break;
		s = pfs_skip_space(s + n + 1);
		if (!pfs_take_hex(&s, &v))
			return 0;
		/* There is a selector before RSP, and one in brackets behind FS and GS. */
		if (*s == ':') {
			s++;
			if (!pfs_take_hex(&s, &v))
				return 0;
		}
		if (*s == '(') {
			s += strcspn(s, ")");
			s += *s == ')';
		}
		if (i < sizeof(names) / sizeof(*names)) {
			r = pfs_parse_reg(x, names[i][1], v);
			if (r)
				return r;
		}
	}
}

static void parse_fault_address(struct pfs_panic *p, const char *s)
{
	static const char *const before[] = {
		"for address: ",   "dereference, address: ", "request at ",
		"dereference at ", "non-canonical address ", "for address ",
	};
	const char *q;
	size_t i;

	for (i = 0; i < sizeof(before) / sizeof(*before) && !p->has_fault_address; i++) {
		q = pfs_after(s, before[i]);
		if (q && pfs_take_hex(&q, &p->fault_address))
			p->has_fault_address = true;
		else if (q && pfs_starts(pfs_skip_space(q), "(null)"))
			p->has_fault_address = true; /* at 0 */
	}
}

/*
 * "BUG: TASK stack guard page was hit at 00000000178098e0 (stack is ...": hashed, since v4.15.
 * A double fault comes of what the CPU itself pushed, and the address is CR2 as it was then.
 */
static void parse_guard(struct pfs_panic *p, const char *s)
{
	const char *q = pfs_after(s, " stack guard page was hit at ");
	uint64_t at;

	p->stack_hit = q || pfs_starts(s, "BUG: stack guard page was hit");
	if (q && pfs_take_hex(&q, &at) && at >> 63) {
		p->has_fault_address = true;
		p->fault_address = at;
	}
}

static void head(struct pfs_panic *p, const char *s)
{
	if (pfs_starts(s, "BUG: unable") || pfs_starts(s, "BUG: kernel NULL")) {
		p->kind = PFS_PANIC_PAGE_FAULT;
		parse_fault_address(p, s);
	} else {
		p->kind = PFS_PANIC_OOPS;
		parse_guard(p, s);
	}
}

/* Error code of a page fault: bit 1 write, bit 3 reserved bit, bit 4 instruction fetch. */
static const char *access_of(uint64_t error_code)
{
	return error_code & 0x10 ? "exec" : error_code & 2 ? "write" : "read";
}

static bool refused_entry(uint64_t error_code)
{
	return error_code & 8;
}

static void die(struct pfs_panic *p, const char *s)
{
	const char *q = die_code(s);

	if (!p->has_error_code && q && pfs_take_hex(&q, &p->error_code))
		p->has_error_code = true;
	if (strstr(s, "general protection fault")) {
		if (p->kind == PFS_PANIC_NONE)
			p->kind = PFS_PANIC_GP_FAULT;
		parse_fault_address(p, s);
	} else if (p->kind == PFS_PANIC_NONE) {
		p->kind = PFS_PANIC_OOPS;
		p->accessed = pfs_starts(s, "stack segment: ") ||
			      pfs_starts(s, "alignment check: ");
	}
	if (p->kind == PFS_PANIC_PAGE_FAULT && !p->access && p->has_error_code)
		p->access = access_of(p->error_code);
	p->bad_entry = p->kind == PFS_PANIC_PAGE_FAULT && p->has_error_code &&
		       refused_entry(p->error_code);
}

static void parse_pf(struct pfs_panic *p, const char *s)
{
	const char *q = pfs_after(s, "error_code(");

	if (q && pfs_take_hex(&q, &p->error_code))
		p->has_error_code = true;
	else if (strstr(s, " read access"))
		p->access = "read";
	else if (strstr(s, " write access"))
		p->access = "write";
	else if (strstr(s, " instruction fetch"))
		p->access = "exec";
}

static bool is_reg_line(const char *s)
{
	return (s[0] == 'R' && s[1] && s[2] && s[3] == ':') || pfs_starts(s, "CR2: ") ||
	       pfs_starts(s, "FS: ");
}

/*
 * Parse the line of the fault handler, which comes after everything else. It is
 * the right one: the CR2 among the registers is what the register held when
 * they were printed, and a fault on reading the bytes for Code: leaves its own
 * address there.
 */
static int parse_cr2(struct pfs_parser *x, const char *s)
{
	const char *q = pfs_skip_space(s + strlen("CR2:"));
	uint64_t v;
	size_t i;

	if (!pfs_take_hex(&q, &v) || *pfs_skip_space(q))
		return 0;
	for (i = 0; i < x->p->nr_regs; i++)
		if (!strcmp(x->p->regs[i].name, "cr2"))
			x->p->regs[i].value = v;
	return pfs_parse_reg(x, "cr2", v);
}

static int line(struct pfs_parser *x, const char *s, bool *ret_taken)
{
	*ret_taken = true;
	if (pfs_starts(s, "#PF: ")) {
		parse_pf(x->p, s);
		return 0;
	}
	if (pfs_starts(s, "RIP: "))
		return parse_rip(x, s + 5);
	if (pfs_starts(s, "IP: "))
		return parse_rip(x, s + 4);
	if (pfs_starts(s, "Code: ")) {
		if (!x->code && !x->user && !x->o->no_regs)
			pfs_parse_code(x, s + 6);
		return 0;
	}
	if (is_reg_line(s)) {
		if (x->o->no_regs)
			return 0;
		if (!x->traces && !x->user && x->ip)
			return parse_regs(x, s);
		return pfs_starts(s, "CR2: ") ? parse_cr2(x, s) : 0;
	}
	*ret_taken = false;
	return 0;
}

/* An operand, to be compared with the others. */
struct choice {
	struct pfs_operand op;
	bool have;
	bool hit; /* explains the fault address */
};

/* The 64-bit name of a general register: "eax" -> "rax", "r8d" -> "r8". */
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
 * bt and the like accept a bit number beyond the width of the operand:
 * test_bit() of the kernel on an array compiles to that.
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
			/* In an operand, rip is the address of the next instruction. */
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

/* Are bits 63 to 47 equal? That is canonical with 4 levels of page tables, and does for 5. */
static bool in_either_half(uint64_t va)
{
	uint64_t top = va >> 56;

	return !top || top == 0xff;
}

static bool explains(const struct pfs_panic *p, const struct pfs_operand *op)
{
	if (p->kind != PFS_PANIC_GP_FAULT && p->has_fault_address)
		return pfs_within(p->fault_address, op->address, op->size ? op->size : 1);
	return !in_either_half(op->address);
}

/* Some instructions have a memory operand and do not access it. */
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
	if (!best.have)
		return 0;
	best.op.text = pfs_printf(a, "%s %s", insn->mnemonic, insn->op_str);
	if (!best.op.text)
		return -ENOMEM;
	p->operand = best.op;
	return 0;
}

static int operand(struct pfs_arena *a, const unsigned char *code, size_t len, struct pfs_panic *p)
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
	"r15",	  "r14", "r13", "r12",	   "rbp",     "rbx", "r11",	 "r10", "r9",
	"r8",	  "rax", "rcx", "rdx",	   "rsi",     "rdi", "orig_rax", "rip", "cs",
	"eflags", "rsp", "ss",	"fs_base", "gs_base", "ds",  "es",	 "fs",	"gs",
};

static const char *const no_pfn[] = {
	"rip", "rsp", "eflags", "cs", "ss", "cr2", "orig_rax", NULL,
};

static const char *const marks[] = {
	"RIP: ",
	"RIP  [<",
	"RSP: ",
	"RAX: ",
	"RDX: ",
	"R13: ",
	"CR2: ",
	"#PF: ",
	"<TASK>",
	"<IRQ>",
	"BIOS-e820: ",
	"x86/",
	"x86: ",
	"smpboot: ",
	"BUG: unable to handle ",
	/* x86 of 32 bits */
	"!EIP: ",
	"!EAX: ",
	NULL,
};

/*
 * The direct map, vmalloc and the memmap lie in this order (mm/kaslr.c), below the CPU
 * entry area. A stack is in the first or the second of them, so that the memmap is
 * above it, and not near: the second has terabytes.
 */
static bool may_be_memmap(const struct pfs_panic *p, uint64_t va)
{
	const struct pfs_reg *sp = pfs_panic_reg(p, "rsp");
	uint64_t low = 0xff10000000000000, entry_area = 0xfffffe0000000000;

	if (sp && sp->value >= low && sp->value < entry_area)
		low = sp->value + ((uint64_t)1 << 40);
	return va >= low && va < entry_area;
}

const struct pfs_oops_arch pfs_oops_x86_64 = {
	.name = "x86_64",
	.classify = classify,
	.head = head,
	.die = die,
	.line = line,
	.operand = operand,
	.call_target = call_target,
	.marks = marks,
	.may_be_memmap = may_be_memmap,
	.ip = "rip",
	.sp = "rsp",
	.ip_label = "RIP",
	.bt_ip = "exception RIP",
	.fault = "cr2",
	.no_pfn = no_pfn,
	.reg_names = reg_names,
	.nr_regs = sizeof(reg_names) / sizeof(reg_names[0]),
	.prstatus_regs_offset = 112,
};
