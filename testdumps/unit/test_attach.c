/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks that attach a device, found by their call trace or on their stacks: a
 * machine of a few tasks, whole and damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>

#include <cmocka.h>

#include "core/checks/tables.h"
#include "core/verdict/attach.h"
#include "core/verdict/mechanism.h"
#include "world.h"

/* struct task_struct of 0x80 bytes and its signal_struct, one of each a task */
#define NR 4u
#define TASKS 0x10
#define PID 0x20
#define STACK 0x28
#define SP 0x30
#define ON_CPU 0x38
#define SIGNAL 0x40
#define THREAD_NODE 0x48
#define COMM 0x58
#define THREAD_HEAD 0x10
#define TASK(n) (OBJ + (n) * 0x100u)
#define SIG(n) (TASK(n) + 0x80)
#define STACK_OF(n) (0x20000 + (n) * 0x4000u)
#define STACK_SIZE 0x4000u
#define SP_OF(n) (STACK_OF(n) + 0x3000)

#define PGMAP (KERNEL + 0x18000)
#define OTHER (KERNEL + 0x18100)

/* Functions of 0x100 bytes each; RET(f) is a return address in one. */
enum function { SCHEDULE, MEMREMAP, MOVE, CONTIGUOUS, INIT, XA_STORE, NR_FUNCTIONS };
#define TEXT 0x40000u
#define AT(f) (KERNEL + TEXT + (f) * 0x100u)
#define RET(f) (AT(f) + 0x20)

static const char *const names[NR_FUNCTIONS] = {
	"schedule",
	"memremap_pages",
	"move_pfn_range_to_zone",
	"set_zone_contiguous",
	"memmap_init_zone_device.constprop.0",
	"xa_store_range",
};

static int symbol_at(struct pfs_lookup *l, uint64_t addr, const char **name, uint64_t *offset)
{
	(void)l;
	if (addr < AT(0) || addr >= AT(NR_FUNCTIONS))
		return -ENOENT;
	*name = names[(addr - AT(0)) / 0x100];
	*offset = (addr - AT(0)) % 0x100;
	return 0;
}

static const struct pfs_lookup_ops ops = { .symbol_at = symbol_at };
static const struct pfs_lookup_ops no_ops;
static struct pfs_lookup lookup = { .ops = &ops }, nameless = { .ops = &no_ops };

struct fixture {
	struct world *w;
	struct pfs_panic p;
	struct pfs_pgmap pgmaps[2];
	struct pfs_verdict v;
	struct pfs_findings f;
};

static void link_tasks(struct world *w, unsigned int from, unsigned int to)
{
	w_u64(w, TASK(from) + TASKS, KERNEL + TASK(to) + TASKS);
}

static int setup(void **state)
{
	static const enum pfs_fact_id ids[] = {
		PFS_F_TASK_TASKS,	  PFS_F_TASK_PID,    PFS_F_TASK_COMM,
		PFS_F_TASK_STACK,	  PFS_F_TASK_THREAD, PFS_F_THREAD_SP,
		PFS_F_TASK_ON_CPU,	  PFS_F_TASK_SIGNAL, PFS_F_TASK_THREAD_NODE,
		PFS_F_SIGNAL_THREAD_HEAD,
	};
	static const uint64_t offsets[] = { TASKS, PID,	   COMM,   STACK,	SP - 8,
					    8,	   ON_CPU, SIGNAL, THREAD_NODE, THREAD_HEAD };
	struct fixture *x = calloc(1, sizeof(*x));
	struct world *w = w_new();
	unsigned int i;

	if (!x)
		abort();
	x->w = w;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		w_fact(w, ids[i], offsets[i]);
	w_fact(w, PFS_F_INIT_TASK, KERNEL + TASK(0));
	w_fact(w, PFS_F_THREAD_SIZE, STACK_SIZE);
	for (i = 0; i < NR; i++) {
		link_tasks(w, i, (i + 1) % NR);
		w_u32(w, TASK(i) + PID, 100 + i);
		w_u64(w, TASK(i) + STACK, KERNEL + STACK_OF(i));
		w_u64(w, TASK(i) + SP, KERNEL + SP_OF(i));
		w_str(w, TASK(i) + COMM, i == 2 ? "ndctl" : "sh");
		w_u64(w, TASK(i) + SIGNAL, KERNEL + SIG(i));
		w_u64(w, SIG(i) + THREAD_HEAD, KERNEL + TASK(i) + THREAD_NODE);
		w_u64(w, TASK(i) + THREAD_NODE, KERNEL + SIG(i) + THREAD_HEAD);
		w_u64(w, SP_OF(i), RET(SCHEDULE));
	}
	x->pgmaps[0] = (struct pfs_pgmap){ .va = PGMAP, .start_pfn = 0x8000, .end_pfn = 0xc000 };
	x->pgmaps[1] = (struct pfs_pgmap){ .va = OTHER, .start_pfn = 0x10000, .end_pfn = 0x14000 };
	w->m.pgmaps = x->pgmaps;
	w->m.nr_pgmaps = 2;
	x->p.pid = 1;
	x->v.has_pfn = true;
	x->v.page.pfn = 0x8000;
	x->v.page.state = PFS_ST_POISONED;
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	w_free(x->w);
	free(x);
	return 0;
}

/* As the compiler leaves it: the call in memremap_pages(), its return address on the stack. */
static void call(struct fixture *x, enum function callee)
{
	uint64_t at = RET(MEMREMAP) - KERNEL;

	x->w->ram.bytes[at - 5] = 0xe8;
	w_u32(x->w, at - 4, (uint32_t)(AT(callee) - RET(MEMREMAP)));
}

static void push(struct fixture *x, unsigned int task, unsigned int word, uint64_t value)
{
	w_u64(x->w, SP_OF(task) + word * 8, value);
}

static void attaching(struct fixture *x, unsigned int task)
{
	push(x, task, 2, RET(INIT));
	push(x, task, 4, PGMAP);
	push(x, task, 6, RET(MEMREMAP));
}

static void find(struct fixture *x)
{
	struct pfs_lookup *lookups[] = { &nameless, &lookup };

	x->p.nr_attachers = 0;
	x->p.attachers = NULL;
	assert_int_equal(pfs_attach_find(&x->w->m, lookups, 2, &x->p, &x->w->err), 0);
}

static bool says(struct fixture *x, const char *text)
{
	size_t i;

	x->v.evidence.nr = 0;
	assert_true(pfs_attach_wanted(&x->w->m, &x->v, &x->f, 0));
	assert_int_equal(pfs_attach_explain(&x->w->m, &x->p, &x->v, &x->f, 0, &x->w->err), 0);
	for (i = 0; i < x->v.evidence.nr; i++)
		if (strstr(x->v.evidence.line[i], text))
			return true;
	return false;
}

static void asleep(void **state)
{
	struct fixture *x = *state;
	const struct pfs_attacher *a;

	attaching(x, 2);
	find(x);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_ALL);
	assert_int_equal(x->w->m.nr_limits, 0);
	assert_int_equal(x->p.nr_attachers, 1);
	a = &x->p.attachers[0];
	assert_int_equal(a->pid, 102);
	assert_string_equal(a->comm, "ndctl");
	assert_string_equal(a->function, "memmap_init_zone_device");
	assert_string_equal(a->root, "memremap_pages");
	assert_true(a->pgmap == PGMAP);
	assert_true(says(x, "task 102 (ndctl) was in memmap_init_zone_device(), called by "
			    "memremap_pages(): "));
	assert_true(says(x, "the address of this pagemap"));
	assert_true(says(x, "still initialising"));
	/* the same words say nothing of another device */
	x->v.page.pfn = 0x10000;
	assert_false(says(x, "task 102"));
	assert_true(says(x, "no task's stack shows one in memremap_pages() for this device"));
}

/* arm64: the stack pointer is in cpu_context, and return addresses are signed. */
static void signed_addresses(void **state)
{
	uint64_t mask = UINT64_C(0xff7f000000000000);
	struct fixture *x = *state;

	w_no_fact(x->w, PFS_F_THREAD_SP);
	w_fact(x->w, PFS_F_THREAD_CPU_SP, 8);
	push(x, 2, 2, RET(INIT) & ~mask);
	push(x, 2, 4, PGMAP);
	push(x, 2, 6, (RET(MEMREMAP) & ~mask) | UINT64_C(0x1234) << 56);
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
	x->w->mem.pac_mask = mask;
	find(x);
	assert_int_equal(x->p.nr_attachers, 1);
	assert_string_equal(x->p.attachers[0].function, "memmap_init_zone_device");
	assert_true(x->p.attachers[0].pgmap == PGMAP);
	/* Bit 55 is clear in the half of user space. */
	push(x, 2, 6, RET(MEMREMAP) & ~mask & ~(UINT64_C(1) << 55));
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
}

static void remains(void **state)
{
	struct fixture *x = *state;

	/* Calls of move_pfn_range_to_zone() come before, and leave words behind. */
	attaching(x, 2);
	push(x, 2, 1, RET(CONTIGUOUS));
	push(x, 2, 5, RET(MOVE));
	find(x);
	assert_string_equal(x->p.attachers[0].function, "memmap_init_zone_device");
	/* The call says better: the initialisation was that of an earlier device. */
	call(x, MOVE);
	find(x);
	assert_string_equal(x->p.attachers[0].function, "move_pfn_range_to_zone");
	assert_true(says(x, "it had yet to come to memmap_init_zone_device()"));
	call(x, XA_STORE);
	find(x);
	assert_string_equal(x->p.attachers[0].function, "memremap_pages");
	assert_true(says(x, "was in memremap_pages(): "));
	assert_true(says(x, "how far it had come is not known"));
	/* Without the address of a pagemap it may be any device. */
	push(x, 2, 4, 0);
	find(x);
	assert_true(x->p.attachers[0].pgmap == 0);
	assert_true(says(x, "but not for which device"));
}

static void not_attaching(void **state)
{
	struct fixture *x = *state;

	/* nothing of memremap_pages() above it */
	push(x, 1, 2, RET(INIT));
	push(x, 1, 3, PGMAP);
	/* its address, not one in it */
	push(x, 2, 2, AT(MEMREMAP));
	/* below the stack pointer */
	w_u64(x->w, SP_OF(3) - 8, RET(MEMREMAP));
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_ALL);
	assert_true(says(x, "no task's stack"));
}

static void thread(void **state)
{
	struct fixture *x = *state;

	/* task 3 is no process, but the second thread of task 1 */
	link_tasks(x->w, 2, 0);
	w_u64(x->w, TASK(1) + THREAD_NODE, KERNEL + TASK(3) + THREAD_NODE);
	w_u64(x->w, TASK(3) + THREAD_NODE, KERNEL + SIG(1) + THREAD_HEAD);
	attaching(x, 3);
	find(x);
	assert_int_equal(x->p.nr_attachers, 1);
	assert_int_equal(x->p.attachers[0].pid, 103);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_ALL);
	/* where the kernel's types are not known so far, processes must do */
	w_no_fact(x->w, PFS_F_SIGNAL_THREAD_HEAD);
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
}

static void on_a_cpu(void **state)
{
	struct fixture *x = *state;
	unsigned char prstatus[336] = { 0 };
	struct pfs_cpu_note note = { 0, prstatus, sizeof(prstatus) };
	unsigned int i;

	/* its stored stack pointer is from another time */
	attaching(x, 2);
	w_u32(x->w, TASK(2) + ON_CPU, 1);
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_IN_PART);
	assert_true(w_limit(x->w, "attaching task", "1 ran on a CPU"));
	assert_false(says(x, "task"));
	/* the registers have it: rsp is the 20th */
	x->w->ram.t.info.cpus = &note;
	x->w->ram.t.info.nr_cpus = 1;
	for (i = 0; i < 8; i++)
		prstatus[112 + 19 * 8 + i] = (unsigned char)((KERNEL + SP_OF(2)) >> 8 * i);
	find(x);
	assert_int_equal(x->p.nr_attachers, 1);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_ALL);
	/* and it is above what was attaching */
	prstatus[112 + 19 * 8] = 7 * 8;
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
	/* a note that is cut off */
	note.len = 200;
	find(x);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_IN_PART);
}

static void panicking(void **state)
{
	struct fixture *x = *state;
	struct pfs_frame frames[] = {
		{ .function = "__pageblock_pfn_to_page" },
		{ .function = "set_zone_contiguous" },
		{ .function = "memremap_pages" },
		{ .function = "pmem_attach_disk" },
	};

	attaching(x, 2);
	x->p.pid = 102;
	/* its own stack is not searched: the log has its trace */
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
	x->p.stack = frames;
	x->p.nr_stack = 4;
	assert_true(pfs_attach_by_panic(&x->p));
	assert_true(says(x,
			 "the panicking task itself is attaching a device, by its call trace: it "
			 "is in set_zone_contiguous(), called by memremap_pages()"));
	assert_true(says(x, "it had yet to come to memmap_init_zone_device()"));
	frames[1].function = "memmap_init_zone_device";
	assert_true(says(x, "still initialising"));
	frames[1].guess = true;
	assert_true(says(x, "it is in memremap_pages(); how far"));
	frames[2].module = "m";
	assert_false(pfs_attach_by_panic(&x->p));
	frames[2].module = NULL;
	frames[2].guess = true;
	assert_false(pfs_attach_by_panic(&x->p));
}

static void looped(void **state)
{
	struct fixture *x = *state;

	attaching(x, 2);
	link_tasks(x->w, 3, 1);
	find(x);
	assert_true(x->p.nr_attachers >= 1);
	assert_int_equal(x->p.attachers[0].pid, 102);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_IN_PART);
	assert_true(w_limit(x->w, "attaching task", "does not end"));
	/* said once, however often it was met */
	x->v.evidence.nr = 0;
	assert_true(says(x, "task 102"));
	assert_int_equal(x->v.evidence.nr, 1);
	/* threads in a circle that their process is not part of */
	link_tasks(x->w, 3, 0);
	w_u64(x->w, TASK(1) + THREAD_NODE, KERNEL + TASK(1) + THREAD_NODE);
	find(x);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_IN_PART);
	assert_int_equal(x->p.attachers[0].pid, 102);
	/* a list that leads out of the kernel */
	w_u64(x->w, TASK(1) + TASKS, 0x1000);
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_IN_PART);
}

static void not_there(void **state)
{
	struct fixture *x = *state;
	unsigned int i;

	attaching(x, 2);
	/* the stack of task 1 is left out, task 3 has none, init_task none that can be */
	for (i = 0; i < 4; i++)
		x->w->ram.presence[STACK_OF(1) / 4096 + i] = PFS_EXCLUDED;
	w_u64(x->w, TASK(3) + STACK, 0);
	find(x);
	assert_int_equal(x->p.nr_attachers, 1);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_IN_PART);
	assert_true(
		w_limit(x->w, "attaching task", "of 3 tasks, 1 or parts of their stacks cannot"));
	/* part of the stack is enough, if it has the words */
	x->w->ram.presence[SP_OF(2) / 4096] = PFS_PRESENT;
	x->w->ram.presence[STACK_OF(2) / 4096] = PFS_EXCLUDED;
	find(x);
	assert_int_equal(x->p.nr_attachers, 1);
	/* stack pointers that are none */
	w_u64(x->w, TASK(2) + SP, KERNEL + STACK_OF(2) + STACK_SIZE);
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
	w_u64(x->w, TASK(2) + SP, KERNEL + SP_OF(2) + 1);
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
	w_u64(x->w, TASK(2) + SP, UINT64_MAX - 7);
	w_u64(x->w, TASK(2) + STACK, UINT64_MAX & ~UINT64_C(4095));
	find(x);
	assert_int_equal(x->p.nr_attachers, 0);
	/* the task itself is not there */
	x->w->ram.presence[OBJ / 4096] = PFS_EXCLUDED;
	find(x);
	assert_int_equal(x->p.attach_search, PFS_ATTACH_IN_PART);
}

static void unknown(void **state)
{
	struct fixture *x = *state;
	struct pfs_lookup *lookups[] = { &nameless };

	attaching(x, 2);
	assert_int_equal(pfs_attach_find(&x->w->m, lookups, 1, &x->p, &x->w->err), 0);
	assert_true(w_limit(x->w, "attaching task", "no symbol table"));
	w_no_fact(x->w, PFS_F_THREAD_SP);
	find(x);
	assert_true(w_limit(x->w, "attaching task", "OFFSET(thread_struct.sp) is not known"));
	assert_int_equal(x->p.attach_search, PFS_ATTACH_IN_PART);
	assert_int_equal(x->p.nr_attachers, 0);
}

/* A page and a finding are of the same mind about what was never initialised. */
static void raw_states(struct pfs_model *m)
{
	static const char raw[] = "poisoned zero garbage mislinked";
	enum pfs_state s, back;
	enum pfs_problem_id id;

	for (s = 0; s < PFS_NR_STATES; s++) {
		struct pfs_finding f = { .severity = PFS_SEV_FATAL,
					 .start = 0x8000,
					 .end = 0x8001 };
		struct pfs_findings all = { &f, 1, 1, { 0 } };
		bool is = strstr(raw, pfs_state_name(s));

		assert_int_equal(pfs_state_raw(s), is);
		assert_int_equal(pfs_device_pending(m, 0x8000, s), is);
		if (!pfs_problem_of_state(s, &id)) {
			assert_false(is);
			continue;
		}
		f.problem = pfs_problem(id);
		assert_true(pfs_state_of_problem(f.problem, &back));
		assert_int_equal(back, s);
		assert_int_equal(pfs_attach_wanted(m, NULL, &all, 0), is);
	}
	assert_false(pfs_state_of_problem(pfs_problem(PFS_P_MEMMAP_ALIASED), &back));
}

/* What nobody has to initialise, or somebody has already undone, asks for no one. */
static void wanted(void **state)
{
	struct fixture *x = *state;
	struct pfs_model *m = &x->w->m;

	assert_true(pfs_device_pending(m, 0x8000, PFS_ST_ZERO));
	assert_false(pfs_device_pending(m, 0x8000, PFS_ST_DEVICE));
	assert_false(pfs_device_pending(m, 0x7fff, PFS_ST_ZERO));
	raw_states(m);
	x->pgmaps[0].has_altmap = true;
	x->pgmaps[0].altmap = (struct pfs_altmap){ .base_pfn = 0x8000, .reserve = 2 };
	assert_false(pfs_attach_wanted(m, &x->v, &x->f, 0));
	x->v.page.pfn = 0x8002;
	assert_true(pfs_attach_wanted(m, &x->v, &x->f, 0));
	x->pgmaps[0].ref = PFS_REF_LIVE;
	assert_true(pfs_attach_wanted(m, &x->v, &x->f, 0));
	x->pgmaps[0].ref = PFS_REF_DEAD;
	assert_false(pfs_attach_wanted(m, &x->v, &x->f, 0));
	assert_false(pfs_attach_wanted(m, NULL, &x->f, 0));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(asleep),    T(signed_addresses), T(remains),	 T(not_attaching),
		T(thread),    T(on_a_cpu),	   T(panicking), T(looped),
		T(not_there), T(unknown),	   T(wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
