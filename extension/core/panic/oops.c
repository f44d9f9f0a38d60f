/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86-64 oops text of kernels 3.x to 7.x. In the log buffer lines carry neither
 * level nor time stamp. In the order in which __die() prints them today:
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
#include "core/panic/oops.h"

#include <errno.h>
#include <string.h>

#define MAX_FRAMES 128
#define MAX_REGS 40
#define MAX_DUMPED 16

struct parser {
	struct pfs_model *m;
	struct pfs_oops *o;
	struct pfs_panic *p;
	size_t cap_regs, cap_stack;
	unsigned int traces;		/* "Call Trace:" met */
	bool user;			/* a user-mode RIP was met */
	bool rip;			/* the kernel RIP was met */
	bool code;
};

static bool starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static const char *skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* Text after the first needle, NULL if there is none. */
static const char *after(const char *s, const char *needle)
{
	const char *q = strstr(s, needle);

	return q ? q + strlen(needle) : NULL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* At most 16 hex digits, with or without 0x; true and *s moved on if there is one. */
static bool take_hex(const char **s, uint64_t *ret)
{
	const char *q = *s;
	uint64_t v = 0;
	unsigned int n;

	if (q[0] == '0' && q[1] == 'x')
		q += 2;
	for (n = 0; hex_digit(*q) >= 0; n++, q++) {
		if (n == 16)
			return false;
		v = v << 4 | (uint64_t)hex_digit(*q);
	}
	if (!n)
		return false;
	*s = q;
	*ret = v;
	return true;
}

static bool take_dec(const char **s, uint64_t *ret)
{
	const char *q = *s;
	uint64_t v = 0;
	unsigned int n;

	for (n = 0; *q >= '0' && *q <= '9'; n++, q++) {
		if (n == 10)
			return false;
		v = v * 10 + (uint64_t)(*q - '0');
	}
	if (!n)
		return false;
	*s = q;
	*ret = v;
	return true;
}

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
	if (!take_dec(&count, &n) || *count != ']')
		return NULL;
	for (s = q - 4; s < q; s++)
		if (hex_digit(*s) < 0)
			return NULL;
	return q[-6] == ':' && q[-5] == ' ' ? q - 4 : NULL;
}

static bool is_lockup(const char *s)
{
	return strstr(s, "BUG: soft lockup - CPU#") ||
	       strstr(s, "Watchdog detected hard LOCKUP on cpu") ||
	       (starts(s, "INFO: task ") && strstr(s, " blocked for more than ")) ||
	       (starts(s, "INFO: task ") && strstr(s, " blocked in I/O wait for more than ")) ||
	       (strstr(s, "INFO: rcu") && strstr(s, "stall"));
}

enum pfs_oops_line pfs_oops_classify(const char *text)
{
	const char *s = skip_space(text);

	/* Most lines are of no interest, and are told by their first letter. */
	switch (*s) {
	case 'K':
		return starts(s, "Kernel panic - not syncing: ") ? PFS_LINE_PANIC : PFS_LINE_OTHER;
	case '-':
		return starts(s, "---[ end trace") ? PFS_LINE_END : PFS_LINE_OTHER;
	case 'C':
		if (starts(s, "Call Trace:"))
			return PFS_LINE_TRACE;
		break;
	case 'W':
		if (starts(s, "WARNING: "))
			return PFS_LINE_WARN;
		break;
	case 's':
	case 'S':
		if ((starts(s, "sysrq: ") || starts(s, "SysRq : ")) &&
		    strstr(s, "Trigger a crash"))
			return PFS_LINE_SYSRQ;
		break;
	}
	if (starts(s, "BUG: unable to handle ") ||
	    starts(s, "BUG: kernel NULL pointer dereference") || starts(s, "kernel BUG at ") ||
	    starts(s, "BUG: stack guard page was hit") || starts(s, "BUG: TASK stack guard page") ||
	    starts(s, "PANIC: double fault") || starts(s, "traps: PANIC: double fault"))
		return PFS_LINE_HEAD;
	if (die_code(s))
		return PFS_LINE_DIE;
	if (is_lockup(s))
		return PFS_LINE_LOCKUP;
	return PFS_LINE_OTHER;
}

static int add_reg(struct parser *x, const char *name, uint64_t value)
{
	struct pfs_reg *r;

	if (pfs_panic_reg(x->p, name) || x->p->nr_regs == MAX_REGS)
		return 0;
	r = pfs_grow(&x->m->arena, &x->p->regs, &x->p->nr_regs, &x->cap_regs, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->name = name;
	r->value = value;
	x->p->regs_from = "log";
	return 0;
}

/* "function+0xoff/0xsize [module]", an address in [<>] before it being skipped. */
static int take_symbol(struct parser *x, const char *s, struct pfs_frame *ret, bool *ret_ok)
{
	const char *name, *end;
	struct pfs_frame f = { 0 };
	uint64_t address;

	*ret_ok = false;
	s = skip_space(s);
	if (starts(s, "[<")) {
		s += 2;
		if (!take_hex(&s, &address) || !starts(s, ">]"))
			return 0;
		s = skip_space(s + 2);
	}
	if (*s == '?') {
		f.guess = true;
		s = skip_space(s + 1);
	}
	name = s;
	while ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
	       *s == '_' || *s == '.' || *s == '$')
		s++;
	end = s;
	if (end == name || end - name > 511 || !starts(s, "+0x"))
		return 0;
	s++;
	if (!take_hex(&s, &f.offset) || *s++ != '/' || !take_hex(&s, &f.size))
		return 0;
	f.function = pfs_strndup(&x->m->arena, name, (size_t)(end - name));
	if (!f.function)
		return -ENOMEM;
	s = skip_space(s);
	if (*s == '[') {
		size_t n = strcspn(++s, " ](");

		f.module = n && n < 64 ? pfs_strndup(&x->m->arena, s, n) : NULL;
	}
	*ret = f;
	*ret_ok = true;
	return 0;
}

/* After "RIP: " or "IP: ". */
static int parse_rip(struct parser *x, const char *s)
{
	struct pfs_frame f;
	uint64_t cs = 0x10, address;
	const char *q;
	bool ok;
	int r;

	/* "0010:" in front; "[<" means that there is no selector. */
	q = s = skip_space(s);
	if (take_hex(&q, &cs) && *q == ':')
		s = q + 1;
	else
		cs = 0x10;
	if (cs & 3) {
		x->user = true;
		return 0;
	}
	if (x->rip || x->user || x->traces || x->o->no_regs)
		return 0;
	/* Twice in old kernels: the value, and what %pS would make of it. */
	while (starts(s = skip_space(s), "[<")) {
		q = s + 2;
		if (!take_hex(&q, &address) || !starts(q, ">]"))
			break;
		r = add_reg(x, "rip", address);
		if (r)
			return r;
		s = q + 2;
	}
	q = s;
	if (starts(s, "0x") && take_hex(&q, &address)) {
		x->rip = true;
		return add_reg(x, "rip", address);
	}
	r = take_symbol(x, s, &f, &ok);
	if (r || !ok)
		return r;
	x->rip = true;
	x->p->function = f.function;
	x->p->module = f.module;
	x->p->offset = f.offset;
	return 0;
}

/* "RAX: 0123 RBX: 4567 ...", "RSP: 0018:0123 EFLAGS: 00010202", "CR2: 0123 CR3: ..." */
static int parse_regs(struct parser *x, const char *s)
{
	static const char *const names[][2] = {
		{ "RAX", "rax" }, { "RBX", "rbx" }, { "RCX", "rcx" }, { "RDX", "rdx" },
		{ "RSI", "rsi" }, { "RDI", "rdi" }, { "RBP", "rbp" }, { "RSP", "rsp" },
		{ "R08", "r8" }, { "R09", "r9" }, { "R10", "r10" }, { "R11", "r11" },
		{ "R12", "r12" }, { "R13", "r13" }, { "R14", "r14" }, { "R15", "r15" },
		{ "EFLAGS", "eflags" }, { "CR2", "cr2" }, { "CR3", "cr3" },
		{ "FS", "fs_base" }, { "GS", "gs_base" },
	};
	uint64_t v;
	size_t i, n;
	int r;

	for (;;) {
		s = skip_space(s);
		n = strcspn(s, ": ");
		if (!n || s[n] != ':')
			return 0;
		for (i = 0; i < sizeof(names) / sizeof(*names); i++)
			if (strlen(names[i][0]) == n && !memcmp(s, names[i][0], n))
				break;
		s = skip_space(s + n + 1);
		if (!take_hex(&s, &v))
			return 0;
		/* A selector before RSP, one in brackets behind FS and GS. */
		if (*s == ':') {
			s++;
			if (!take_hex(&s, &v))
				return 0;
		}
		if (*s == '(') {
			s += strcspn(s, ")");
			s += *s == ')';
		}
		if (i < sizeof(names) / sizeof(*names)) {
			r = add_reg(x, names[i][1], v);
			if (r)
				return r;
		}
	}
}

/* Bytes from the one in <> on. Cut lines lack the mark, and give nothing. */
static void parse_code(struct parser *x, const char *s)
{
	const char *mark = strchr(s, '<');
	int hi, lo;

	x->code = true;
	if (!mark)
		return;
	for (s = mark + 1; x->o->nr_code < PFS_OOPS_CODE_MAX; s++) {
		if (*s == ' ' || *s == '>')
			continue;
		hi = hex_digit(*s);
		lo = hi < 0 ? -1 : hex_digit(s[1]);
		if (lo < 0 || hex_digit(s[2]) >= 0)
			return;
		x->o->code[x->o->nr_code++] = (unsigned char)(hi << 4 | lo);
		s++;
	}
}

static int set_comm(struct parser *x, const char *s, size_t n)
{
	if (x->p->comm || !n || n > 63)
		return 0;
	x->p->comm = pfs_strndup(&x->m->arena, s, n);
	return x->p->comm ? 0 : -ENOMEM;
}

/* "CPU: 0 UID: 0 PID: 123 Comm: cat Not tainted ..."; a comm may contain blanks. */
static int parse_cpu(struct parser *x, const char *s)
{
	static const char *const ends[] = { " Kdump: loaded", " Tainted: ", " Not tainted" };
	const char *q;
	uint64_t v;
	size_t i, n;

	if (x->p->cpu >= 0)
		return 0;
	q = s + strlen("CPU: ");
	if (take_dec(&q, &v) && v < INT32_MAX)
		x->p->cpu = (int)v;
	q = after(s, " PID: ");
	if (q && take_dec(&q, &v))
		x->p->pid = (int64_t)v;
	q = after(s, " Comm: ");
	if (!q)
		return 0;
	n = strlen(q);
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		const char *e = strstr(q, ends[i]);

		if (e && (size_t)(e - q) < n)
			n = (size_t)(e - q);
	}
	return set_comm(x, q, n);
}

/* "CPU#1 stuck for 22s! [cat:123]", "... on cpu 1", "INFO: task cat:123 blocked for ..." */
static int parse_lockup(struct parser *x, const char *s)
{
	const char *q, *name = NULL, *colon;
	uint64_t v;

	x->p->kind = PFS_PANIC_LOCKUP;
	if (((q = after(s, "CPU#")) || (q = after(s, " on cpu "))) && take_dec(&q, &v) &&
	    v < INT32_MAX)
		x->p->cpu = (int)v;
	if (starts(s, "INFO: task "))
		name = s + strlen("INFO: task ");
	else if ((q = after(s, "! [")))
		name = q;
	if (!name)
		return 0;
	colon = starts(s, "INFO: task ") ? strstr(name, " blocked ") : strrchr(name, ']');
	if (!colon)
		return 0;
	while (colon > name && *colon != ':')
		colon--;
	q = colon + 1;
	if (colon == name || !take_dec(&q, &v))
		return 0;
	x->p->pid = (int64_t)v;
	return set_comm(x, name, (size_t)(colon - name));
}

static void parse_fault_address(struct pfs_panic *p, const char *s)
{
	static const char *const before[] = {
		"for address: ", "dereference, address: ", "request at ", "dereference at ",
		"non-canonical address ", "for address ",
	};
	const char *q;
	size_t i;

	for (i = 0; i < sizeof(before) / sizeof(*before) && !p->has_fault_address; i++) {
		q = after(s, before[i]);
		if (q && take_hex(&q, &p->fault_address))
			p->has_fault_address = true;
		else if (q && starts(skip_space(q), "(null)"))
			p->has_fault_address = true;	/* at 0 */
	}
}

/* Error code of a page fault: bit 1 write, bit 4 instruction fetch. */
static const char *access_of(uint64_t error_code)
{
	return error_code & 0x10 ? "exec" : error_code & 2 ? "write" : "read";
}

static void parse_die(struct parser *x, const char *s)
{
	struct pfs_panic *p = x->p;
	const char *q = die_code(s);

	if (!p->has_error_code && q && take_hex(&q, &p->error_code))
		p->has_error_code = true;
	if (strstr(s, "general protection fault")) {
		if (p->kind == PFS_PANIC_NONE)
			p->kind = PFS_PANIC_GP_FAULT;
		parse_fault_address(p, s);
	} else if (p->kind == PFS_PANIC_NONE) {
		p->kind = PFS_PANIC_OOPS;
	}
	if (p->kind == PFS_PANIC_PAGE_FAULT && !p->access && p->has_error_code)
		p->access = access_of(p->error_code);
}

static void parse_head(struct parser *x, const char *s)
{
	struct pfs_panic *p = x->p;

	if (p->kind != PFS_PANIC_NONE)
		return;
	if (starts(s, "kernel BUG at ")) {
		p->kind = PFS_PANIC_BUG;
	} else if (starts(s, "BUG: unable") || starts(s, "BUG: kernel NULL")) {
		p->kind = PFS_PANIC_PAGE_FAULT;
		parse_fault_address(p, s);
	} else {
		p->kind = PFS_PANIC_OOPS;
	}
}

static void parse_pf(struct pfs_panic *p, const char *s)
{
	const char *q = after(s, "error_code(");

	if (q && take_hex(&q, &p->error_code))
		p->has_error_code = true;
	else if (strstr(s, " read access"))
		p->access = "read";
	else if (strstr(s, " write access"))
		p->access = "write";
	else if (strstr(s, " instruction fetch"))
		p->access = "exec";
}

static int parse_frame(struct parser *x, const char *text)
{
	struct pfs_panic *p = x->p;
	struct pfs_frame f, *g;
	bool ok;
	int r;

	if (x->traces != 1 || x->user || p->nr_stack == MAX_FRAMES)
		return 0;
	r = take_symbol(x, text, &f, &ok);
	if (r || !ok)
		return r;
	g = pfs_grow(&x->m->arena, &p->stack, &p->nr_stack, &x->cap_stack, sizeof(*g));
	if (!g)
		return -ENOMEM;
	*g = f;
	return 0;
}

static bool is_reg_line(const char *s)
{
	return (s[0] == 'R' && s[1] && s[2] && s[3] == ':') || starts(s, "CR2: ") ||
	       starts(s, "FS: ");
}

/*
 * The fault handler's own line, behind everything else. The one among the
 * registers is what CR2 holds by then: a fault on reading the Code: bytes
 * leaves its address there.
 */
static int parse_cr2(struct parser *x, const char *s)
{
	const char *q = skip_space(s + strlen("CR2:"));
	uint64_t v;
	size_t i;

	if (!take_hex(&q, &v) || *skip_space(q))
		return 0;
	for (i = 0; i < x->p->nr_regs; i++)
		if (!strcmp(x->p->regs[i].name, "cr2"))
			x->p->regs[i].value = v;
	return add_reg(x, "cr2", v);
}

static int parse_line(struct parser *x, const char *text)
{
	const char *s = skip_space(text);

	switch (pfs_oops_classify(s)) {
	case PFS_LINE_HEAD:
		parse_head(x, s);
		return 0;
	case PFS_LINE_DIE:
		parse_die(x, s);
		return 0;
	case PFS_LINE_LOCKUP:
		return x->p->kind == PFS_PANIC_NONE ? parse_lockup(x, s) : 0;
	case PFS_LINE_TRACE:
		x->traces++;
		/* Older kernels put the first frames behind it. */
		return 0;
	default:
		break;
	}
	if (starts(s, "#PF: ")) {
		parse_pf(x->p, s);
		return 0;
	}
	if (starts(s, "CPU: "))
		return parse_cpu(x, s);
	if (starts(s, "RIP: "))
		return parse_rip(x, s + 5);
	if (starts(s, "IP: "))
		return parse_rip(x, s + 4);
	if (starts(s, "Code: ")) {
		if (!x->code && !x->user && !x->o->no_regs)
			parse_code(x, s + 6);
		return 0;
	}
	if (is_reg_line(s)) {
		if (x->o->no_regs)
			return 0;
		if (!x->traces && !x->user && x->rip)
			return parse_regs(x, s);
		return starts(s, "CR2: ") ? parse_cr2(x, s) : 0;
	}
	return parse_frame(x, text);
}

int pfs_oops_parse(struct pfs_model *m, size_t start, size_t end, struct pfs_oops *o,
		   struct pfs_panic *p)
{
	struct parser x = { .m = m, .o = o, .p = p };
	size_t i;
	int r = 0;

	for (i = start; i < end && i < m->nr_log && !r; i++)
		r = parse_line(&x, m->log[i].text);
	return r;
}

/*
 * dump_page(): "page:ffffea0001100000 is uninitialized and poisoned",
 * "page:... refcount:1 mapcount:0 mapping:... index:0x0 pfn:0x44000", from v6.10
 * on "page: refcount:...". Where the address is hashed (v5.8 on), its upper half
 * is zero.
 */
static bool parse_page_line(const char *s, struct pfs_dumped_page *ret)
{
	const char *q;

	if (!starts(s, "page:"))
		return false;
	*ret = (struct pfs_dumped_page){ .line = s };
	ret->poisoned = strstr(s, " is uninitialized and poisoned") != NULL;
	q = s + 5;
	if (take_hex(&q, &ret->page) && *q == ' ' && ret->page >> 63)
		ret->has_page = true;
	else
		ret->page = 0;
	q = after(s, " pfn:");
	if (q && take_hex(&q, &ret->pfn))
		ret->has_pfn = true;
	return ret->poisoned || strstr(s, " refcount:") || strstr(s, " count:");
}

static void parse_raw(const char *s, struct pfs_dumped_page *d)
{
	uint64_t v;

	while (d->nr_raw < sizeof(d->raw) / sizeof(*d->raw)) {
		s = skip_space(s);
		if (!take_hex(&s, &v))
			return;
		d->raw[d->nr_raw++] = v;
	}
}

int pfs_oops_dumped_pages(struct pfs_model *m, size_t start, size_t end, struct pfs_panic *p)
{
	struct pfs_dumped_page d, *new;
	size_t i, cap = 0;

	for (i = start; i < end && i < m->nr_log; i++) {
		const char *s = skip_space(m->log[i].text);

		if (starts(s, "raw: ") && p->nr_dumped) {
			parse_raw(s + 5, &p->dumped[p->nr_dumped - 1]);
		} else if (parse_page_line(s, &d)) {
			if (p->nr_dumped == MAX_DUMPED)
				return 0;
			new = pfs_grow(&m->arena, &p->dumped, &p->nr_dumped, &cap, sizeof(d));
			if (!new)
				return -ENOMEM;
			*new = d;
		}
	}
	return 0;
}
