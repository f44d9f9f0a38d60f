/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a debugger's library says of a stack, put into the trace that the kernel
 * printed, and the pages that variables name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include "core/verdict/candidate.h"
#include "report/report.h"
#include "session/session.h"
#include "world.h"

/* Plays the frames that a test wrote down. */
struct player {
	struct pfs_unwinder u;
	const struct pfs_unwound *frames;
	size_t nr;
	int fails;
	uint32_t pid; /* whose stack is asked for */
};

static int play(struct pfs_unwinder *u, const struct pfs_core *core,
		int (*frame)(void *arg, const struct pfs_unwound *f), void *arg,
		struct pfs_err *err)
{
	const struct player *p = (struct player *)u;
	size_t i;
	int r = 0;

	assert_int_equal(core->pid, p->pid);
	assert_memory_equal(core->elf, "\177ELF\2\1\1", 7);
	for (i = 0; i < p->nr && !r; i++)
		r = frame(arg, &p->frames[i]);
	return r ? r : p->fails ? pfs_err_set(err, -p->fails, "no stack for you") : 0;
}

/* "f+0x8@fs/x.c:3 ..." with i: inlined, a: added, ?: guess; what the merged trace is. */
static const char *merged(struct player *player, struct pfs_panic *p, struct world *w)
{
	static char text[1024];
	size_t i, at = 0;

	player->u.unwind = play;
	w->ram.t.unwinder = &player->u;
	w->ram.t.info.vmcoreinfo = "OSRELEASE=6.1.0\n";
	w->ram.t.info.vmcoreinfo_len = 16;
	p->kind = PFS_PANIC_PAGE_FAULT;
	assert_int_equal(pfs_panic_unwind(&w->m, p, &w->err), 0);
	text[0] = '\0';
	for (i = 0; i < p->nr_stack && at < sizeof(text) - 128; i++) {
		const struct pfs_frame *f = &p->stack[i];

		at += (size_t)sprintf(text + at, "%s%s%s%s%s", i ? " " : "", f->guess ? "?" : "",
				      f->added ? "a:" : "", f->inlined ? "i:" : "", f->function);
		if (f->offset)
			at += (size_t)sprintf(text + at, "+0x%llx", (unsigned long long)f->offset);
		if (f->file)
			at += (size_t)sprintf(text + at, "@%s:%d", f->file, f->line);
	}
	return text;
}

static const struct pfs_local page_local = { "page", 0xffffea0000048d00 };
static const struct pfs_unwound frames[] = {
	{ .function = "delay_tsc",
	  .offset = 0x3e,
	  .file = "/src/l/arch/x86/lib/delay.c",
	  .line = 90 },
	{ .function = "panic", .offset = 0x107, .file = "/src/l/kernel/panic.c", .line = 445 },
	{ .function = "PageSlab",
	  .inlined = true,
	  .file = "/src/l/include/page.h",
	  .line = 7,
	  .locals = &page_local,
	  .nr_locals = 1 },
	{ .function = "stable_page_flags",
	  .offset = 0x40e,
	  .size = 0x510,
	  .file = "/src/l/fs/proc/page.c",
	  .line = 129,
	  .locals = &page_local,
	  .nr_locals = 1 },
	{ .function = "kpageflags_read", .offset = 0x81, .file = "fs/proc/page.c", .line = 251 },
	{ .function = "pde_read", .inlined = true, .file = "/elsewhere/inode.c", .line = 321 },
	{ .function = "proc_reg_read", .offset = 0x4a },
	{ .function = "entry_SYSCALL_64", .offset = 0xa8, .file = "entry_64.S", .line = 117 },
	{ .function = NULL },
};

static struct pfs_frame log_trace[] = {
	{ .function = "kpageflags_read", .offset = 0x81, .size = 0x150 },
	{ .function = "update_load_avg", .offset = 0x7e, .guess = true },
	{ .function = "proc_reg_read", .offset = 0x4a, .size = 0x90 },
	{ .function = "vfs_read", .offset = 0x8a, .size = 0x100 },
	{ .function = "entry_SYSCALL_64_after_hwframe", .offset = 0x44 },
};

#define NR(x) (sizeof(x) / sizeof((x)[0]))

static struct pfs_panic oops(void)
{
	return (struct pfs_panic){
		.function = "stable_page_flags",
		.offset = 0x40e,
		.stack = log_trace,
		.nr_stack = NR(log_trace),
	};
}

static void into_the_trace(void **unused)
{
	struct player player = { .frames = frames, .nr = NR(frames) };
	struct world *w = w_new();
	struct pfs_panic p = oops();
	size_t i;

	(void)unused;
	assert_string_equal(merged(&player, &p, w), "a:i:PageSlab@include/page.h:7 "
						    "a:stable_page_flags+0x40e@fs/proc/page.c:129 "
						    "kpageflags_read+0x81@fs/proc/page.c:251 "
						    "?update_load_avg+0x7e "
						    "a:i:pde_read@/elsewhere/inode.c:321 "
						    "proc_reg_read+0x4a "
						    "vfs_read+0x8a "
						    "entry_SYSCALL_64_after_hwframe+0x44");
	assert_int_equal(p.stack[1].nr_locals, 1);
	assert_int_equal(p.stack[1].locals[0].value, page_local.value);
	assert_int_equal(p.stack[2].size, 0x150);
	/* A crash is known by the frames that the kernel printed, with a library or without. */
	for (i = 0; i < 2; i++)
		assert_false(pfs_frame_telling(&p, i));
	assert_true(pfs_frame_telling(&p, 2));
	w_free(w);
}

/* The trace of the log may begin with the function that faulted: it is no caller of itself. */
static void trace_repeats_the_fault(void **unused)
{
	struct pfs_frame trace[] = { { .function = "stable_page_flags", .offset = 0x40e },
				     { .function = "kpageflags_read", .offset = 0x81 } };
	struct player player = { .frames = frames, .nr = NR(frames) };
	struct world *w = w_new();
	struct pfs_panic p = oops();

	(void)unused;
	p.stack = trace;
	p.nr_stack = NR(trace);
	assert_string_equal(merged(&player, &p, w), "a:i:PageSlab@include/page.h:7 "
						    "stable_page_flags+0x40e@fs/proc/page.c:129 "
						    "kpageflags_read+0x81@fs/proc/page.c:251");
	assert_false(pfs_frame_telling(&p, 1));
	assert_true(pfs_frame_telling(&p, 2));
	w_free(w);
}

static void other_stacks(void **unused)
{
	struct player player = { .frames = frames, .nr = NR(frames) };
	struct world *w = w_new();
	struct pfs_panic p = oops();

	(void)unused;
	/* Another CPU's stack, or one that went on: the log's trace stays as it is. */
	p.function = "compact_zone";
	player.nr = 4;
	merged(&player, &p, w);
	assert_ptr_equal(p.stack, log_trace);
	/* No log at all: everything that has a name. */
	player.nr = NR(frames);
	p = (struct pfs_panic){ .no_log = true };
	assert_string_equal(merged(&player, &p, w),
			    "a:delay_tsc+0x3e@arch/x86/lib/delay.c:90 "
			    "a:panic+0x107@kernel/panic.c:445 "
			    "a:i:PageSlab@include/page.h:7 "
			    "a:stable_page_flags+0x40e@fs/proc/page.c:129 "
			    "a:kpageflags_read+0x81@fs/proc/page.c:251 "
			    "a:i:pde_read@/elsewhere/inode.c:321 a:proc_reg_read+0x4a "
			    "a:entry_SYSCALL_64+0xa8@entry_64.S:117");
	w_free(w);
}

static void no_stack(void **unused)
{
	struct player player = { .frames = frames, .nr = 4, .fails = -EIO };
	struct world *w = w_new();
	struct pfs_panic p = oops();

	(void)unused;
	merged(&player, &p, w);
	assert_ptr_equal(p.stack, log_trace);
	assert_true(w_limit(w, "stack", "no stack for you"));
	/* Nobody to ask: nothing is missing that there could be. */
	w->m.nr_limits = 0;
	w->ram.t.unwinder = NULL;
	assert_int_equal(pfs_panic_unwind(&w->m, &p, &w->err), 0);
	assert_ptr_equal(p.stack, log_trace);
	assert_int_equal(w->m.nr_limits, 0);
	w_free(w);
}

/* A stack without an end, of frames without names or numbers that make sense. */
static void hostile(void **unused)
{
	static struct pfs_unwound many[4000];
	static struct pfs_local locals[64];
	struct player player = { .frames = many, .nr = NR(many) };
	struct world *w = w_new();
	struct pfs_panic p = oops();
	size_t i;

	(void)unused;
	for (i = 0; i < NR(locals); i++)
		locals[i] = page_local;
	for (i = 0; i < NR(many); i++)
		many[i] = (struct pfs_unwound){
			.function = i % 3 ? "stable_page_flags" : NULL,
			.inlined = i % 2,
			.offset = i % 5 ? 0x40e : UINT64_MAX,
			.file = i % 7 ? "/arch/" : "",
			.line = -1,
			.locals = locals,
			.nr_locals = NR(locals),
		};
	merged(&player, &p, w);
	assert_true(p.nr_stack >= NR(log_trace) && p.nr_stack <= 256 + NR(log_trace));
	for (i = 0; i < p.nr_stack; i++) {
		assert_non_null(p.stack[i].function);
		assert_true(p.stack[i].nr_locals <= 16);
	}
	w_free(w);
}

/* S1's dump with all but the operand's register forgotten: a variable alone names the page. */
static void alone(void **unused)
{
	static const char *const path = "testdumps/s1/s1.kdump";
	struct pfs_session_opts opts = { .jobs = 1 };
	struct pfs_frame frame = { .function = "stable_page_flags", .nr_locals = 1 };
	struct pfs_session *s = calloc(1, sizeof(*s));
	struct pfs_target *t;
	struct pfs_verdict v;
	struct pfs_local local;
	struct pfs_reg rdx;
	struct pfs_err err;
	const char *last;

	(void)unused;
	assert_int_equal(pfs_target_open_kdump(&path, 1, NULL, NULL, &t, &err), 0);
	assert_int_equal(pfs_session_open(s, t, &opts, &err), 0);
	assert_int_equal(pfs_session_diagnose(s, &err), 0);
	assert_int_equal(s->verdict.confidence, PFS_CONF_HIGH);
	rdx = *pfs_panic_reg(&s->panic, "rdx");
	s->panic.regs = &rdx;
	s->panic.nr_regs = 1;
	s->panic.nr_stack = s->panic.nr_words = s->panic.nr_named = 0;
	assert_int_equal(pfs_verdict_find(&s->model, &s->panic, &v, &err), 0);
	assert_int_equal(v.status, PFS_UNRELATED);

	local = (struct pfs_local){ "page", s->verdict.page.va };
	frame.locals = &local;
	s->panic.stack = &frame;
	s->panic.nr_stack = 1;
	assert_int_equal(pfs_verdict_find(&s->model, &s->panic, &v, &err), 0);
	assert_int_equal(v.status, PFS_EXPLAINED);
	assert_int_equal(v.page.pfn, 0x14000);
	assert_int_equal(v.confidence, PFS_CONF_MEDIUM);
	last = v.evidence.line[v.evidence.nr - 1];
	assert_non_null(strstr(last, "page in stable_page_flags()"));
	assert_string_equal(v.candidates[0].from, "page in stable_page_flags()");
	/* the same by its PFN; a zone is no page, and a page outside of the memmap none either */
	local = (struct pfs_local){ "pfn", 0x14000 };
	assert_int_equal(pfs_verdict_find(&s->model, &s->panic, &v, &err), 0);
	assert_int_equal(v.status, PFS_EXPLAINED);
	local = (struct pfs_local){ "zone", s->verdict.page.va };
	assert_int_equal(pfs_verdict_find(&s->model, &s->panic, &v, &err), 0);
	assert_int_equal(v.status, PFS_UNRELATED);
	local = (struct pfs_local){ "page", 0x14000 };
	assert_int_equal(pfs_verdict_find(&s->model, &s->panic, &v, &err), 0);
	assert_int_equal(v.nr_candidates, 0);
	local = (struct pfs_local){ "pfn", UINT64_MAX };
	assert_int_equal(pfs_verdict_find(&s->model, &s->panic, &v, &err), 0);
	assert_int_equal(v.nr_candidates, 0);
	pfs_session_close(s);
	free(s);
}

/* What a register names, too, is as certain as before, and its candidate reads as before. */
static void beside_registers(void **unused)
{
	static const char *const path = "testdumps/s1/s1.kdump";
	struct pfs_session_opts opts = { .jobs = 1 };
	struct pfs_local local;
	struct pfs_frame frame = { .function = "stable_page_flags",
				   .locals = &local,
				   .nr_locals = 1 };
	struct pfs_session *s = calloc(1, sizeof(*s));
	struct pfs_target *t;
	struct pfs_verdict v;
	struct pfs_err err;
	size_t i;

	(void)unused;
	assert_int_equal(pfs_target_open_kdump(&path, 1, NULL, NULL, &t, &err), 0);
	assert_int_equal(pfs_session_open(s, t, &opts, &err), 0);
	assert_int_equal(pfs_session_diagnose(s, &err), 0);
	local = (struct pfs_local){ "page", s->verdict.page.va };
	s->panic.stack = &frame;
	s->panic.nr_stack = 1;
	assert_int_equal(pfs_verdict_find(&s->model, &s->panic, &v, &err), 0);
	assert_int_equal(v.confidence, PFS_CONF_HIGH);
	assert_int_equal(v.evidence.nr, s->verdict.evidence.nr);
	assert_int_equal(v.nr_candidates, s->verdict.nr_candidates);
	for (i = 0; i < v.nr_candidates; i++)
		assert_string_equal(v.candidates[i].from, s->verdict.candidates[i].from);
	pfs_session_close(s);
	free(s);
}

/* The note of this name and type in a core; NULL: none. */
static const unsigned char *note_of(const struct pfs_core *c, const char *name, unsigned int type)
{
	const unsigned char *at = (const unsigned char *)c->elf + 64 + 56;
	const unsigned char *end = (const unsigned char *)c->elf + c->len;

	while (at < end) {
		uint32_t size = (pfs_le32(at) + 3) / 4 * 4;

		if (!strcmp((const char *)at + 12, name) && pfs_le32(at + 8) == type)
			return at + 12 + size;
		at += 12 + size + (pfs_le32(at + 4) + 3) / 4 * 4;
	}
	assert_ptr_equal(at, end);
	return NULL;
}

/* What a debugger opens in place of the dump: its notes, and the log's registers if it has none. */
static void core_of_a_dump(void **unused)
{
	static unsigned char prstatus[336] = { [32] = 1, [112 + 16 * 8] = 0x42 };
	const struct pfs_cpu_note cpus[] = { { 0, prstatus, sizeof(prstatus) } };
	struct pfs_reg regs[] = { { "rsp", 0xffffc90000003f58 } };
	struct pfs_panic p = { .cpu = 0, .regs = regs, .nr_regs = 1, .ip = 0xffffffff81001234 };
	const unsigned char *note;
	struct world *w = w_new();
	struct pfs_core core;
	uint64_t word = 0;

	(void)unused;
	assert_int_equal(pfs_panic_core(&w->m, &p, &core, &w->err), -ENODATA);
	w->ram.t.info.vmcoreinfo = "OSRELEASE=6.1.0\n";
	w->ram.t.info.vmcoreinfo_len = 16;
	assert_int_equal(pfs_panic_core(&w->m, &p, &core, &w->err), 0);
	assert_memory_equal(note_of(&core, "VMCOREINFO", 0), "OSRELEASE=6.1.0\n", 16);
	note = note_of(&core, "CORE", 1);
	/* QEMU's way to say which CPU it is. */
	assert_int_equal(pfs_le32(note + 32), 1);
	assert_int_equal(pfs_le64(note + 112 + 16 * 8), 0xffffffff81001234);
	assert_int_equal(pfs_le64(note + 112 + 19 * 8), 0xffffc90000003f58);

	w->ram.t.info.cpus = cpus;
	w->ram.t.info.nr_cpus = 1;
	assert_int_equal(pfs_panic_core(&w->m, &p, &core, &w->err), 0);
	assert_int_equal(pfs_le64(note_of(&core, "CORE", 1) + 112 + 16 * 8), 0x42);
	p.cpu = 1;
	assert_int_equal(pfs_panic_core(&w->m, &p, &core, &w->err), 0);
	assert_int_equal(pfs_le64(note_of(&core, "CORE", 1) + 112 + 16 * 8), 0x42);

	assert_int_equal(core.read(core.arg, 0, &word, 8, true), 0);
	assert_int_equal(core.read(core.arg, UINT64_MAX - 4096, &word, 8, true), -EFAULT);
	assert_int_equal(core.read(core.arg, 8, &word, 8, false), -EFAULT);
	w_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(into_the_trace),
		cmocka_unit_test(core_of_a_dump),
		cmocka_unit_test(trace_repeats_the_fault),
		cmocka_unit_test(other_stacks),
		cmocka_unit_test(no_stack),
		cmocka_unit_test(hostile),
		cmocka_unit_test(alone),
		cmocka_unit_test(beside_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
