/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Struct pages of a device are initialised last, by memmap_init_zone_device(),
 * when the section and its subsection bits have made them valid already
 * (966cf44f637e "mm: defer ZONE_DEVICE page initialization to the point where we
 * init pgmap", v4.20). From v5.10 to v7.2:
 *
 *	memremap_pages
 *	  pagemap_range				mostly inlined
 *	    arch_add_memory, add_pages		the section, its bits, poison
 *	    move_pfn_range_to_zone		tail call of set_zone_contiguous
 *	    memmap_init_zone_device		the struct pages, at last
 *
 * A stack is just words: those that point into these functions are taken for
 * return addresses. One that an earlier call left in an unused part of a live
 * frame looks the same. So the return address of memremap_pages() must be among
 * them, further up; the call before that address says which part of the
 * function is live, and the address of the pagemap says which device it is.
 */
#include "core/verdict/attach.h"

#include <errno.h>
#include <string.h>

#include "base/range.h"
#include "core/checks/tables.h"
#include "core/panic/arch.h"
#include "core/verdict/mechanism.h"

#define MAX_TASKS (1u << 16)
#define MAX_ATTACHERS 64
#define STACK_ALIGN 4096	/* at least */
#define MAX_STACK 65536	/* of pfs_stack_size() */
#define ULL(x) ((unsigned long long)(x))

enum phase { NOTHING, ROOT, BEFORE, INITIALISING };

static const struct {
	const char *name;
	enum phase phase;
} functions[] = {
	{ "memremap_pages", ROOT },
	{ "pagemap_range", ROOT },
	{ "arch_add_memory", BEFORE },
	{ "add_pages", BEFORE },
	{ "__add_pages", BEFORE },
	{ "sparse_add_section", BEFORE },
	{ "move_pfn_range_to_zone", BEFORE },
	{ "memmap_init_zone", BEFORE },
	{ "memmap_init_range", BEFORE },
	{ "set_zone_contiguous", BEFORE },
	{ "memmap_init_zone_device", INITIALISING },
	{ "memmap_init_compound", INITIALISING },
	{ "__init_zone_device_page", INITIALISING },
};

/*
 * Clones that the compiler makes have names that end in ".cold", ".constprop.0"
 * and the like; *ret is the name without that.
 */
static enum phase phase_of(const char *name, const char **ret)
{
	size_t i, n = strcspn(name, ".");

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strncmp(name, functions[i].name, n) || functions[i].name[n])
			continue;
		*ret = functions[i].name;
		return functions[i].phase;
	}
	return NOTHING;
}

/* Frames come innermost first. What is inside the root counts only if the root follows. */
struct trace {
	const char *function; /* the root's part, or the root */
	const char *root;
	enum phase phase;
};

/*
 * Of the functions inside the root the outermost one counts. None of those that
 * run before memmap_init_zone_device() calls it: if both are on a stack, those
 * are remains.
 */
static void add_frame(struct trace *t, const char *name)
{
	enum phase phase = phase_of(name, &name);

	if (phase == NOTHING || t->root)
		return;
	if (phase == ROOT)
		t->root = name;
	if (!t->function || (phase != ROOT && (t->phase != INITIALISING || phase != BEFORE))) {
		t->function = name;
		t->phase = phase;
	}
}

static struct trace own_trace(const struct pfs_panic *p)
{
	struct trace t = { 0 };
	size_t i;

	if (p->function && !p->module)
		add_frame(&t, p->function);
	for (i = 0; i < p->nr_stack; i++)
		if (!p->stack[i].guess && !p->stack[i].added && !p->stack[i].module)
			add_frame(&t, p->stack[i].function);
	return t;
}

bool pfs_writes_device_pages(const struct pfs_panic *p)
{
	struct trace t = own_trace(p);

	return t.root && t.phase == INITIALISING;
}

struct search {
	struct pfs_model *m;
	struct pfs_lookup *const *lookups;
	size_t nr_lookups;
	struct pfs_panic *p;
	uint64_t stack_size;
	uint64_t text; /* the kernel's lies above */
	size_t cap;
	unsigned int tasks;
	unsigned int unreadable; /* tasks, or parts of their stacks */
	unsigned int running;	 /* tasks whose stack pointer nobody knows */
	bool endless;		 /* a list that does not come back to its head */
	unsigned char stack[MAX_STACK];
};

static const char *name_at(const struct search *s, uint64_t addr)
{
	const char *name;
	uint64_t offset;
	size_t i;

	for (i = 0; i < s->nr_lookups; i++)
		if (s->lookups[i]->ops->symbol_at &&
		    !s->lookups[i]->ops->symbol_at(s->lookups[i], addr, &name, &offset))
			return name;
	return NULL;
}

/* Are there names for addresses at all? */
static bool can_name(const struct search *s)
{
	size_t i;

	for (i = 0; i < s->nr_lookups; i++)
		if (s->lookups[i]->ops->symbol_at)
			return true;
	return false;
}

static const struct pfs_pgmap *pgmap_at(const struct pfs_model *m, uint64_t va)
{
	size_t i;

	for (i = 0; i < m->nr_pgmaps; i++)
		if (m->pgmaps[i].va == va)
			return &m->pgmaps[i];
	return NULL;
}

/*
 * The stack pointer of a task that is running, from the registers of the CPU
 * that says that its stack is this one.
 */
static bool running_sp(const struct search *s, uint64_t base, uint64_t *ret)
{
	const struct pfs_target_info *info = &s->m->mem->target->info;
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(s->m);
	size_t cpu;
	uint64_t v;

	for (cpu = 0; arch && cpu < info->nr_cpus; cpu++) {
		if (!pfs_note_reg_named(arch, &info->cpus[cpu], arch->sp, &v) ||
		    !pfs_within(v, base, s->stack_size))
			continue;
		*ret = v;
		return true;
	}
	return false;
}

/* The call of the root says which part of it is live, whatever remains are below. */
static void settle(const struct search *s, struct trace *t, uint64_t ret)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(s->m);
	const char *name;
	enum phase phase;
	uint64_t target;

	if (!arch || !arch->call_target || !arch->call_target(s->m->mem, ret, &target) ||
	    !(name = name_at(s, target)))
		return;
	phase = phase_of(name, &name);
	t->function = phase == NOTHING ? t->root : name;
	t->phase = phase == NOTHING ? ROOT : phase;
}

/*
 * Read the stack from sp up into s->stack, *ret_len bytes of it. What is not in
 * the dump reads as zero.
 */
static void read_stack(struct search *s, uint64_t sp, uint64_t end, size_t *ret_len)
{
	uint64_t va, n, page = s->m->layout.page_size;
	bool missing = false;

	memset(s->stack, 0, sizeof(s->stack));
	for (va = sp; va < end; va += n) {
		n = page - (va & (page - 1));
		n = n < end - va ? n : end - va;
		if (pfs_read_va(s->m->mem, va, s->stack + (va - sp), (size_t)n, NULL)) {
			memset(s->stack + (va - sp), 0, (size_t)n);
			missing = true;
		}
	}
	s->unreadable += missing;
	*ret_len = (size_t)(end - sp);
}

static int keep(struct search *s, uint64_t task, uint64_t pid, const struct trace *t,
		const struct pfs_pgmap *g)
{
	int64_t id = (int32_t)(uint32_t)pid;
	struct pfs_attacher *a;
	char comm[17] = "";
	size_t i;

	/* A list that leads into a circle leads past it again. */
	for (i = 0; i < s->p->nr_attachers; i++)
		if (s->p->attachers[i].pid == id)
			return 0;
	if (i == MAX_ATTACHERS)
		return 0;
	a = pfs_grow(&s->m->arena, &s->p->attachers, &s->p->nr_attachers, &s->cap, sizeof(*a));
	if (!a)
		return -ENOMEM;
	if (!pfs_have(s->m->facts, PFS_F_TASK_COMM) ||
	    pfs_read_va(s->m->mem, task + pfs_val(s->m->facts, PFS_F_TASK_COMM), comm, 16, NULL) ||
	    !*comm)
		strcpy(comm, "?");
	a->pid = id;
	a->comm = pfs_strdup(&s->m->arena, comm);
	a->function = t->function;
	a->root = t->root;
	a->pgmap = g ? g->va : 0;
	return a->comm ? 0 : -ENOMEM;
}

static enum pfs_fact_id sp_fact(const struct pfs_facts *f)
{
	return pfs_have(f, PFS_F_THREAD_CPU_SP) ? PFS_F_THREAD_CPU_SP : PFS_F_THREAD_SP;
}

static int look_at_task(struct search *s, uint64_t task)
{
	const struct pfs_facts *f = s->m->facts;
	const struct pfs_pgmap *g = NULL;
	struct trace t = { 0 };
	uint64_t pid, base, sp, word;
	unsigned char on_cpu = 0;
	size_t len, i;

	s->tasks++;
	if (!pfs_read_int(s->m, task, PFS_F_TASK_PID, &pid) ||
	    !pfs_read_long(s->m, task, PFS_F_TASK_STACK, &base) ||
	    !pfs_read_long(s->m, task + pfs_val(f, PFS_F_TASK_THREAD), sp_fact(f), &sp) ||
	    (pfs_have(f, PFS_F_TASK_ON_CPU) &&
	     pfs_read_va(s->m->mem, task + pfs_val(f, PFS_F_TASK_ON_CPU), &on_cpu, 1, NULL))) {
		s->unreadable++;
		return 0;
	}
	/* The log says more of the panicking task than its stack would. */
	if (!base || (s->p->pid >= 0 && (uint32_t)s->p->pid == (uint32_t)pid))
		return 0;
	if (!running_sp(s, base, &sp) && (on_cpu & 1)) {
		s->running++;
		return 0;
	}
	if (base & (STACK_ALIGN - 1) || !pfs_in_kernel_half(s->m->mem, base) ||
	    base + s->stack_size < base || sp & 7 || !pfs_within(sp, base, s->stack_size)) {
		s->unreadable++;
		return 0;
	}
	read_stack(s, sp, base + s->stack_size, &len);
	for (i = 0; i + 8 <= len; i += 8) {
		const char *name;

		word = pfs_unsigned(s->m->mem, pfs_le64(s->stack + i));
		if (!pfs_in_kernel_half(s->m->mem, word))
			continue;
		if (!g && (g = pgmap_at(s->m, word)))
			continue;
		/*
		 * A return address is behind its call, which may be the last
		 * instruction of its function.
		 */
		name = t.root || word <= s->text ? NULL : name_at(s, word - 1);
		if (name)
			add_frame(&t, name);
		if (name && t.root)
			settle(s, &t, word);
	}
	return t.root ? keep(s, task, pid, &t, g) : 0;
}

/*
 * Each entry of a struct list_head but its head; the first word is the next one.
 * Brent's method: a list that leads into a circle is left after a few rounds.
 */
static int walk_list(struct search *s, uint64_t head, uint64_t offset,
		     int (*fn)(struct search *s, uint64_t task))
{
	uint64_t at = head, mark = head, power = 1, steps = 0;
	unsigned char next[8];
	int r = 0;

	while (!r) {
		if (pfs_read_va(s->m->mem, at, next, sizeof(next), NULL)) {
			s->unreadable++;
			break;
		}
		at = pfs_le64(next);
		if (at == head)
			break;
		if (at == mark || s->tasks >= MAX_TASKS || !pfs_in_kernel_half(s->m->mem, at)) {
			s->endless = true;
			break;
		}
		if (++steps == power) {
			mark = at;
			power *= 2;
		}
		r = fn(s, at - offset);
	}
	return r;
}

/* Look at the threads of a process; the first of them is in the list as well. */
static int look_at_process(struct search *s, uint64_t task)
{
	const struct pfs_facts *f = s->m->facts;
	uint64_t signal;

	if (!pfs_have(f, PFS_F_TASK_SIGNAL) || !pfs_have(f, PFS_F_TASK_THREAD_NODE) ||
	    !pfs_have(f, PFS_F_SIGNAL_THREAD_HEAD))
		return look_at_task(s, task);
	if (!pfs_read_long(s->m, task, PFS_F_TASK_SIGNAL, &signal) ||
	    !pfs_in_kernel_half(s->m->mem, signal)) {
		s->unreadable++;
		return look_at_task(s, task);
	}
	return walk_list(s, signal + pfs_val(f, PFS_F_SIGNAL_THREAD_HEAD),
			 pfs_val(f, PFS_F_TASK_THREAD_NODE), look_at_task);
}

static bool facts_suffice(struct pfs_model *m)
{
	const enum pfs_fact_id needed[] = {
		PFS_F_INIT_TASK,  PFS_F_TASK_TASKS,  PFS_F_TASK_PID,
		PFS_F_TASK_STACK, PFS_F_TASK_THREAD, sp_fact(m->facts)
	};
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (pfs_have(m->facts, needed[i]))
			continue;
		pfs_limit(m, "attaching task", "%s is not known", pfs_fact_name(needed[i]));
		return false;
	}
	return true;
}

int pfs_attach_find(struct pfs_model *m, struct pfs_lookup *const *lookups, size_t nr_lookups,
		    struct pfs_panic *p, struct pfs_err *err)
{
	struct search *s = pfs_alloc(&m->arena, sizeof(*s));
	uint64_t offset;
	int r;

	if (!s)
		return pfs_err_set(err, ENOMEM, "tasks: out of memory");
	*s = (struct search){ .m = m,
			      .lookups = lookups,
			      .nr_lookups = nr_lookups,
			      .p = p,
			      .stack_size = pfs_stack_size(m),
			      .text = pfs_val(m->facts, PFS_F_STEXT) };
	p->attach_search = PFS_ATTACH_IN_PART;
	if (!can_name(s)) {
		pfs_limit(m, "attaching task", "no symbol table names the functions on the stacks");
		return 0;
	}
	if (!facts_suffice(m))
		return 0;
	offset = pfs_val(m->facts, PFS_F_TASK_TASKS);
	r = walk_list(s, pfs_val(m->facts, PFS_F_INIT_TASK) + offset, offset, look_at_process);
	if (r)
		return pfs_err_set(err, ENOMEM, "tasks: out of memory");
	if (s->endless)
		pfs_limit(m, "attaching task", "the list of tasks does not end: %u were looked at",
			  s->tasks);
	if (s->unreadable || s->running)
		pfs_limit(
			m, "attaching task",
			"of %u tasks, %u or parts of their stacks cannot be read, and %u ran on a "
			"CPU whose registers are not in the dump",
			s->tasks, s->unreadable, s->running);
	else if (!s->endless)
		p->attach_search = PFS_ATTACH_ALL;
	return 0;
}

static bool verdict_wants(struct pfs_model *m, const struct pfs_verdict *v)
{
	return v && v->has_pfn && pfs_device_pending(m, v->page.pfn, v->page.state);
}

/* A finding may begin in an altmap reserve, so that its last page decides. */
static bool finding_wants(struct pfs_model *m, const struct pfs_finding *f)
{
	enum pfs_state state;

	if (f->severity == PFS_SEV_NOTE || f->end <= f->start)
		return false;
	if (f->problem == pfs_problem(PFS_P_PGMAP_UNINITIALISED))
		return true;
	return pfs_state_of_problem(f->problem, &state) && pfs_device_pending(m, f->end - 1, state);
}

bool pfs_attach_wanted(struct pfs_model *m, const struct pfs_verdict *v,
		       const struct pfs_findings *f, size_t first)
{
	size_t i;

	for (i = first; i < f->nr; i++)
		if (finding_wants(m, &f->f[i]))
			return true;
	return verdict_wants(m, v);
}

bool pfs_attach_by_panic(const struct pfs_panic *p)
{
	return own_trace(p).root;
}

static const char *how_far(enum phase phase)
{
	switch (phase) {
	case INITIALISING:
		return "it was still initialising struct pages";
	case BEFORE:
		return "it had yet to come to memmap_init_zone_device()";
	default:
		return "how far it had come is not known";
	}
}

static const char *where(struct pfs_model *m, const char *function, const char *root)
{
	if (!strcmp(function, root))
		return pfs_printf(&m->arena, "%s()", root);
	return pfs_printf(&m->arena, "%s(), called by %s()", function, root);
}

static const char *about_panicking(struct pfs_model *m, const struct trace *t)
{
	return pfs_printf(
		&m->arena,
		"the panicking task itself is attaching a device, by its call trace: it is "
		"in %s; %s",
		where(m, t->function, t->root), how_far(t->phase));
}

static const char *about_task(struct pfs_model *m, const struct pfs_attacher *a,
			      const struct pfs_pgmap *g)
{
	const char *function;
	enum phase phase = phase_of(a->function, &function);

	return pfs_printf(&m->arena,
			  "task %lld (%s) was in %s: a scan of its stack for return addresses says "
			  "so, %s; %s",
			  (long long)a->pid, a->comm, where(m, a->function, a->root),
			  a->pgmap == g->va ? "and finds the address of this pagemap there" :
					      "but not for which device",
			  how_far(phase));
}

#define MAX_LINES 4	/* of evidence a page */

/* All that is to be said of the page. False: out of memory. */
static bool say(struct pfs_model *m, const struct pfs_panic *p, uint64_t pfn, struct pfs_lines *to)
{
	const struct pfs_pgmap *g = pfs_pgmap_of(m, pfn);
	struct trace own = own_trace(p);
	size_t n = 0, i;
	bool ok = true;

	if (!g || g->ref == PFS_REF_DEAD)
		return true;
	if (own.root) {
		ok = pfs_lines_add(&m->arena, to, about_panicking(m, &own));
		n++;
	}
	for (i = 0; i < p->nr_attachers && n < MAX_LINES && ok; i++) {
		if (p->attachers[i].pgmap && p->attachers[i].pgmap != g->va)
			continue;
		ok = pfs_lines_add(&m->arena, to, about_task(m, &p->attachers[i], g));
		n++;
	}
	if (!n && p->attach_search == PFS_ATTACH_ALL)
		ok = pfs_lines_add(&m->arena, to,
				   "no task's stack shows one in memremap_pages() for this device");
	return ok;
}

int pfs_attach_explain(struct pfs_model *m, const struct pfs_panic *p, struct pfs_verdict *v,
		       struct pfs_findings *f, size_t first, struct pfs_err *err)
{
	bool ok = true;
	size_t i;

	if (verdict_wants(m, v))
		ok = say(m, p, v->page.pfn, &v->evidence);
	for (i = first; i < f->nr && ok; i++)
		if (finding_wants(m, &f->f[i]))
			ok = say(m, p, f->f[i].end - 1, &f->f[i].evidence);
	return ok ? 0 : pfs_err_set(err, ENOMEM, "attaching task: out of memory");
}
