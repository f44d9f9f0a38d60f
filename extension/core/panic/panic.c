/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds which of the oopses and panics in the log killed the machine, and what
 * its registers and its stack hold.
 */
#include "core/panic/arch.h"

#include <errno.h>

#include "base/range.h"

#define MAX_BLOCK 1024		/* lines of one oops */
#define MAX_WORDS 256
#define NONE SIZE_MAX

/* Line numbers of events in the log. */
struct survey {
	size_t oops, oops_end; /* the last before the panic, or at all */
	size_t warn, warn_end;
	size_t report; /* "BUG: Bad page state ...", "BUG: KASAN: ..." */
	size_t lockup;
	size_t sysrq;
	size_t panic; /* the first: later ones are its consequences */
};

static bool contains(const char *s, const char *needle)
{
	return strstr(s, needle) != NULL;
}

/*
 * An oops begins with a line that names the fault; the title that die() prints
 * belongs to it, unless it has one already. It ends with its trace, or where
 * another event begins.
 */
static void survey_log(const struct pfs_model *m, struct survey *s)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	size_t *open = NULL, begun = 0, i;
	bool died = false;

	*s = (struct survey){ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE };
	for (i = 0; i < m->nr_log && s->panic == NONE; i++) {
		enum pfs_oops_line kind = pfs_oops_classify(arch, m->log[i].text);

		if (m->log[i].other)
			continue;
		switch (kind) {
		case PFS_LINE_OTHER:
		case PFS_LINE_TRACE:
			continue;
		case PFS_LINE_DIE:
			if (open == &s->oops_end && !died && i - begun < 32) {
				died = true;
				continue;
			}
			break;
		case PFS_LINE_SYSRQ:
			s->sysrq = i;
			break;
		case PFS_LINE_LOCKUP:
			s->lockup = i;
			break;
		case PFS_LINE_REPORT:
			s->report = i;
			break;
		case PFS_LINE_PANIC:
			s->panic = i;
			break;
		case PFS_LINE_HEAD:
		case PFS_LINE_WARN:
		case PFS_LINE_END:
			break;
		}
		if (open)
			*open = i;
		open = NULL;
		if (kind == PFS_LINE_HEAD || kind == PFS_LINE_DIE) {
			s->oops = begun = i;
			s->oops_end = m->nr_log;
			open = &s->oops_end;
			died = kind == PFS_LINE_DIE;
		} else if (kind == PFS_LINE_WARN) {
			s->warn = i;
			s->warn_end = m->nr_log;
			open = &s->warn_end;
		}
	}
}

static size_t block_end(const struct pfs_model *m, size_t start, size_t end)
{
	if (end > m->nr_log)
		end = m->nr_log;
	return end - start > MAX_BLOCK ? start + MAX_BLOCK : end;
}

/* dump_page() prints before the BUG that it belongs to, and after other events. */
static size_t dump_start(const struct pfs_model *m, size_t start)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	size_t i = start;

	while (i > 0 && start - i < 64) {
		enum pfs_oops_line kind = pfs_oops_classify(arch, m->log[i - 1].text);

		if (kind != PFS_LINE_OTHER && !m->log[i - 1].other)
			break;
		i--;
	}
	return i;
}

/* Was panic() called from the end of an oops? */
static bool panic_of_oops(const char *text, const struct pfs_panic *oops)
{
	if (contains(text, "Attempted to kill init!"))
		return oops->pid == 1;
	if (contains(text, "Attempted to kill the idle task"))
		return oops->pid == 0;
	return contains(text, "Fatal exception") || contains(text, "killing interrupt handler") ||
	       contains(text, "Machine halted") || contains(text, "double fault") ||
	       contains(text, "kernel stack overflow") || contains(text, "panic_on_oops");
}

static bool panic_of_lockup(const char *text)
{
	return contains(text, "softlockup") || contains(text, "LOCKUP") ||
	       contains(text, "hung_task") || contains(text, "RCU Stall") ||
	       contains(text, "lockup");
}

static void defaults(struct pfs_panic *p)
{
	*p = (struct pfs_panic){ .kind = PFS_PANIC_NONE, .pid = -1, .cpu = -1 };
}

static int parse_oops(struct pfs_model *m, size_t start, size_t end, struct pfs_oops *o,
		      struct pfs_panic *p)
{
	size_t last = block_end(m, start, end);
	int r;

	defaults(p);
	*o = (struct pfs_oops){ .nr_code = 0 };
	p->message = m->log[start].text;
	r = pfs_oops_parse(m, start, last, o, p);
	return r ? r :
		   pfs_oops_named_pages(m, dump_start(m, start), last, false, &p->named,
					&p->nr_named);
}

/*
 * SysRq-c panics with "sysrq triggered crash" since "sysrq: Use panic() to force
 * a crash"; before, it dereferenced NULL.
 */
static bool oops_of_sysrq(const struct survey *s, const struct pfs_panic *p)
{
	if (p->function && !strcmp(p->function, "sysrq_handle_crash"))
		return true;
	return s->sysrq != NONE && s->sysrq < s->oops && s->oops - s->sysrq < 8;
}

static size_t later(size_t a, size_t b)
{
	return a == NONE ? b : b == NONE || b < a ? a : b;
}

/*
 * The function that a report is about: KASAN and the like name it; for others
 * it is in the trace, above the functions that print.
 */
static int function_of_report(struct pfs_model *m, struct pfs_panic *p)
{
	static const char *const printers[] = {
		"dump_backtrace", "dump_stack", "show_stack", "print_", "kasan_",
	};
	const size_t nr = sizeof(printers) / sizeof(printers[0]);
	const char *q = pfs_after(p->message, " in ");
	struct pfs_frame f;
	bool ok = false;
	size_t i, k;
	int r;

	if (p->function)
		return 0;
	if (q) {
		r = pfs_parse_symbol(m, q, &f, &ok);
		if (r)
			return r;
	}
	for (i = 0; !ok && i < p->nr_stack; i++) {
		f = p->stack[i];
		for (k = 0; k < nr && !pfs_starts(f.function, printers[k]); k++)
			;
		ok = k == nr && !f.guess;
	}
	if (!ok)
		return 0;
	p->function = f.function;
	p->module = f.module;
	p->offset = f.offset;
	/* The trace goes on with its caller. */
	for (i = 0; i < p->nr_stack; i++) {
		if (strcmp(p->stack[i].function, f.function))
			continue;
		p->stack += i + 1;
		p->nr_stack -= i + 1;
		break;
	}
	return 0;
}

int pfs_panic_parse(struct pfs_model *m, size_t start, size_t end, struct pfs_panic *ret)
{
	struct pfs_oops o;
	int r = parse_oops(m, start, end, &o, ret);

	if (!r && pfs_oops_classify(pfs_oops_arch_of(m), m->log[start].text) == PFS_LINE_REPORT)
		r = function_of_report(m, ret);
	return r;
}

/*
 * The lines behind a panic() name the task and the CPU that noticed; those of the culprit
 * come before. Are they the same, or is nothing known of a culprit?
 */
static bool same_context(const struct pfs_panic *p, const struct pfs_panic *after)
{
	if (p->cpu >= 0 && after->cpu >= 0)
		return p->cpu == after->cpu;
	if (p->pid >= 0 && after->pid >= 0)
		return p->pid == after->pid;
	return !p->comm && p->pid < 0 && !p->nr_stack;
}

static void fill_in(struct pfs_panic *p, const struct pfs_panic *after)
{
	if (!p->nr_stack) {
		p->stack = after->stack;
		p->nr_stack = after->nr_stack;
	}
	if (!p->comm && p->pid < 0) {
		p->comm = after->comm;
		p->pid = after->pid;
	}
	if (p->cpu < 0)
		p->cpu = after->cpu;
}

/* Parse a panic() without an oops: what is around its line. */
static int parse_panic(struct pfs_model *m, const struct survey *s, struct pfs_oops *o,
		       struct pfs_panic *p)
{
	const char *text = m->log[s->panic].text;
	struct pfs_panic after;
	struct pfs_oops rest = { .no_regs = true };
	size_t start = NONE, end = s->panic;
	int r;

	defaults(p);
	*o = (struct pfs_oops){ .nr_code = 0 };
	if (panic_of_lockup(text))
		start = s->lockup;
	else if (contains(text, "panic_on_warn") || contains(text, "panic_on_taint"))
		start = later(s->warn, s->report);
	if (start != NONE) {
		r = parse_oops(m, start, end, o, p);
		if (!r && start == s->report)
			r = function_of_report(m, p);
	} else {
		r = pfs_oops_named_pages(m, dump_start(m, s->panic), s->panic + 1, false, &p->named,
					 &p->nr_named);
	}
	if (r)
		return r;
	defaults(&after);
	r = pfs_oops_parse(m, s->panic, block_end(m, s->panic, m->nr_log), &rest, &after);
	if (r)
		return r;
	if (same_context(p, &after))
		fill_in(p, &after);
	p->message = text;
	if (contains(text, "sysrq triggered crash") || contains(text, "SysRq triggered crash"))
		p->kind = PFS_PANIC_SYSRQ;
	else
		p->kind = panic_of_lockup(text) ? PFS_PANIC_LOCKUP : PFS_PANIC_OTHER;
	return 0;
}

/* Does the panic speak of an event that is not among what its own CPU or task printed? */
static bool event_missing(const struct pfs_model *m, const struct survey *s)
{
	const char *text = s->panic == NONE ? "" : m->log[s->panic].text;

	if (contains(text, "Fatal exception"))
		return s->oops == NONE;
	if (panic_of_lockup(text))
		return s->lockup == NONE;
	if (contains(text, "panic_on_warn") || contains(text, "panic_on_taint"))
		return s->warn == NONE && s->report == NONE;
	return s->oops == NONE && s->warn == NONE && s->report == NONE && s->sysrq == NONE;
}

static int find_in_log(struct pfs_model *m, struct pfs_oops *o, struct pfs_panic *p)
{
	struct survey s;
	int r;

	pfs_log_mark_others(m);
	survey_log(m, &s);
	if (event_missing(m, &s) && pfs_log_forget_others(m))
		survey_log(m, &s);
	if (s.oops != NONE) {
		r = parse_oops(m, s.oops, s.oops_end, o, p);
		if (r)
			return r;
		if (s.panic == NONE || panic_of_oops(m->log[s.panic].text, p)) {
			if (oops_of_sysrq(&s, p))
				p->kind = PFS_PANIC_SYSRQ;
			return 0;
		}
	}
	if (s.panic != NONE)
		return parse_panic(m, &s, o, p);
	defaults(p);
	return 0;
}

/* panic_cpu: -1 (PANIC_CPU_INVALID) until some CPU panics or starts a crash kernel. */
static int panic_cpu(const struct pfs_model *m)
{
	unsigned char buf[4];
	uint32_t cpu;

	if (!pfs_have(m->facts, PFS_F_PANIC_CPU) ||
	    pfs_read_va(m->mem, pfs_val(m->facts, PFS_F_PANIC_CPU), buf, sizeof(buf), NULL))
		return -1;
	cpu = pfs_le32(buf);
	return cpu < 8192 ? (int)cpu : -1;
}

static int regs_from_note(struct pfs_model *m, struct pfs_panic *p)
{
	const struct pfs_target_info *info = &m->mem->target->info;
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	const struct pfs_cpu_note *note = NULL;
	uint64_t ip;
	unsigned int i;

	for (i = 0; i < info->nr_cpus && !note; i++)
		if (p->cpu >= 0 && info->cpus[i].cpu == (unsigned int)p->cpu)
			note = &info->cpus[i];
	/* A CPU in user mode tells nothing of a panic. */
	if (!note || !arch || !pfs_note_reg_named(arch, note, arch->ip, &ip) ||
	    !pfs_in_kernel_half(m->mem, ip))
		return 0;
	p->regs = pfs_calloc(&m->arena, arch->nr_regs, sizeof(*p->regs));
	if (!p->regs)
		return -ENOMEM;
	for (i = 0; i < arch->nr_regs && pfs_note_reg(arch, note, i, &p->regs[i].value); i++)
		p->regs[i].name = arch->reg_names[i];
	p->nr_regs = i;
	p->regs_from = "PRSTATUS";
	return 0;
}

/* If debug information does not say: 16 KiB. */
uint64_t pfs_stack_size(const struct pfs_model *m)
{
	uint64_t size = pfs_have(m->facts, PFS_F_THREAD_SIZE) ?
				pfs_val(m->facts, PFS_F_THREAD_SIZE) :
				16384;

	return size < 4096 || size > 65536 || size & (size - 1) ? 16384 : size;
}

/* Stacks are aligned to their size. */
static uint64_t stack_end(const struct pfs_model *m, uint64_t sp)
{
	return (sp | (pfs_stack_size(m) - 1)) + 1;
}

static int read_stack(struct pfs_model *m, struct pfs_panic *p)
{
	const struct pfs_layout *l = &m->layout;
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	const struct pfs_reg *sp = arch ? pfs_panic_reg(p, arch->sp) : NULL;
	uint64_t va, end, pages, at, value;
	struct pfs_stack_word *w;
	unsigned char buf[4096];
	size_t cap = 0, n, i;

	if (!sp || !pfs_in_kernel_half(m->mem, sp->value) || !l->vmemmap_known || !m->nr_sections)
		return 0;
	pages = pfs_end_pfn(m);
	end = stack_end(m, sp->value);
	if (!end)
		return 0;
	for (va = (sp->value + 7) & ~7ull; va < end; va += n) {
		n = 4096 - (va & 4095);
		if (n > end - va)
			n = (size_t)(end - va);
		if (pfs_read_va(m->mem, va, buf, n, NULL))
			continue;
		for (i = 0; i + 8 <= n; i += 8) {
			at = va + i - sp->value;
			value = pfs_le64(buf + i);
			if (!pfs_within(value, l->vmemmap, pages * l->struct_page))
				continue;
			if (p->nr_words == MAX_WORDS)
				return 0;
			w = pfs_grow(&m->arena, &p->words, &p->nr_words, &cap, sizeof(*w));
			if (!w)
				return -ENOMEM;
			*w = (struct pfs_stack_word){ at, value };
		}
	}
	return 0;
}

/* What was not printed, or as a hash, is in a register; below the kernel's half it is of before. */
static void settle_fault(const struct pfs_model *m, struct pfs_panic *p)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	const struct pfs_reg *at = arch && arch->fault ? pfs_panic_reg(p, arch->fault) : NULL;

	if (p->has_fault_address || !at)
		return;
	if (p->kind == PFS_PANIC_PAGE_FAULT ||
	    (p->stack_hit && pfs_in_kernel_half(m->mem, at->value))) {
		p->has_fault_address = true;
		p->fault_address = at->value;
	}
}

/* Does the address that was printed lie in an operand at this one? */
static bool within(const struct pfs_panic *p, uint64_t at)
{
	return pfs_within(p->fault_address, at, p->operand.size ? p->operand.size : 1);
}

/*
 * Is the operand what faulted? An address is exact: where the operand does not contain it,
 * something else in this instruction faulted (its fetch, a push, the frame of the exception).
 * Without one, it takes an exception that is of an access: a division, a machine check or a
 * lockup says nothing of the memory that its instruction has as an operand.
 */
static bool operand_faulted(const struct pfs_oops_arch *arch, const struct pfs_panic *p)
{
	const struct pfs_operand *op = &p->operand;

	if (p->kind != PFS_PANIC_GP_FAULT && p->has_fault_address)
		return within(p, op->address) ||
		       (arch->printed && within(p, arch->printed(op->address)));
	return p->accessed || p->kind == PFS_PANIC_GP_FAULT || p->kind == PFS_PANIC_PAGE_FAULT;
}

/*
 * A page fault's address is the byte that faulted. For a general protection
 * fault the kernel prints what it makes of the instruction, and may leave the
 * displacement out (v5.10 does): the operand is more exact.
 */
static void settle_addresses(struct pfs_panic *p)
{
	if (p->kind != PFS_PANIC_GP_FAULT && p->has_fault_address) {
		p->has_effective = true;
		/* Where the operand is known, the kernel may have printed less of its address. */
		p->fault_address_effective = p->operand.valid && !within(p, p->operand.address) ?
						     p->operand.address :
						     p->fault_address;
	} else if (p->operand.valid) {
		p->has_effective = true;
		p->fault_address_effective = p->operand.address;
	}
	if (!p->access && p->operand.valid && p->kind == PFS_PANIC_GP_FAULT)
		p->access = p->operand.write ? "write" : "read";
}

/* A task that hangs or stalls is reported by another, whose CPU is the one that panicked. */
static bool of_another(const struct pfs_panic *p)
{
	return p->kind == PFS_PANIC_LOCKUP && (p->comm || p->pid >= 0 || p->nr_stack);
}

static int complete(struct pfs_model *m, const struct pfs_oops *o, struct pfs_panic *p)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);
	int cpu, r = 0;

	settle_fault(m, p);
	if (!arch)
		pfs_limit(m, "panic", "what an oops of %s says is not known",
			  m->mem->arch ? m->mem->arch->name : "its machine");
	if (p->cpu < 0 && !of_another(p) && (cpu = panic_cpu(m)) >= 0)
		p->cpu = cpu;
	if (!p->nr_regs)
		r = regs_from_note(m, p);
	if (!r && arch && arch->operand && p->regs_from && !strcmp(p->regs_from, "log") &&
	    (!p->access || strcmp(p->access, "exec")) && p->kind != PFS_PANIC_BUG)
		r = arch->operand(&m->arena, o->code, o->nr_code, p);
	if (p->operand.valid && !operand_faulted(arch, p))
		p->operand = (struct pfs_operand){ .valid = false };
	settle_addresses(p);
	return r ? r : read_stack(m, p);
}

/* Lines that belong to the panic itself are recognised by their place in the log. */
static int find_elsewhere(struct pfs_model *m, struct pfs_panic *p)
{
	size_t i, k, kept = 0;
	int r = pfs_oops_named_pages(m, 0, m->nr_log, true, &p->elsewhere, &p->nr_elsewhere);

	for (i = 0; i < p->nr_elsewhere; i++) {
		for (k = 0; k < p->nr_named && p->named[k].line != p->elsewhere[i].line; k++)
			;
		if (k == p->nr_named)
			p->elsewhere[kept++] = p->elsewhere[i];
	}
	p->nr_elsewhere = kept;
	return r;
}

int pfs_panic_find(struct pfs_model *m, struct pfs_panic *ret, struct pfs_err *err)
{
	struct pfs_oops o = { .nr_code = 0 };
	struct pfs_panic p;
	int r = 0;

	defaults(&p);
	if (m->nr_log) {
		r = find_in_log(m, &o, &p);
		pfs_unhash_named(m, p.named, r ? 0 : p.nr_named);
		if (!r)
			r = find_elsewhere(m, &p);
	} else {
		p.cpu = panic_cpu(m);
		pfs_limit(m, "panic", "the dump has no readable kernel log");
		p.no_log = true;
		if (p.cpu >= 0) {
			p.kind = PFS_PANIC_OTHER;
			p.message = pfs_printf(&m->arena, "CPU %d panicked, by panic_cpu; no log",
					       p.cpu);
			r = p.message ? 0 : -ENOMEM;
		}
	}
	if (!r && p.kind != PFS_PANIC_NONE)
		r = complete(m, &o, &p);
	if (r)
		return pfs_err_set(err, ENOMEM, "panic: out of memory");
	p.log_damaged = m->log_damaged;
	*ret = p;
	return 0;
}

const char *pfs_panic_kind_name(enum pfs_panic_kind k)
{
	/* clang-format off */
	static const char *const names[] = {
		[PFS_PANIC_NONE] = "none",
		[PFS_PANIC_PAGE_FAULT] = "page-fault",
		[PFS_PANIC_GP_FAULT] = "gp-fault",
		[PFS_PANIC_BUG] = "bug",
		[PFS_PANIC_OOPS] = "oops",
		[PFS_PANIC_LOCKUP] = "lockup",
		[PFS_PANIC_SYSRQ] = "sysrq",
		[PFS_PANIC_OTHER] = "panic",
	};
	/* clang-format on */

	return (unsigned int)k < sizeof(names) / sizeof(*names) ? names[k] : "?";
}
