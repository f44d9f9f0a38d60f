/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stack of the thread that crashed, unwound by DWARF and ORC. */
#include "bytes/drgn/libdrgn.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define MAX_FRAMES 256	/* inlined ones count */

static const char *const of_interest[] = { "page", "pfn", "zone", "pgmap" };

#define NR_LOCALS (sizeof(of_interest) / sizeof(of_interest[0]))

/* Read an integer or a pointer; false: it was optimised out, or is something else. */
static bool read_local(struct drgn_stack_trace *trace, size_t i, const char *name, uint64_t *ret)
{
	struct drgn_object o;
	int64_t value;
	int r;

	drgn_object_init(&o, drgn_stack_trace_program(trace));
	r = pfs_libdrgn_errno(drgn_stack_frame_find_object(trace, i, name, &o));
	if (!r && o.kind == DRGN_OBJECT_ABSENT)
		r = -ENOENT;
	if (!r && o.encoding == DRGN_OBJECT_ENCODING_UNSIGNED) {
		r = pfs_libdrgn_errno(drgn_object_read_unsigned(&o, ret));
	} else if (!r && o.encoding == DRGN_OBJECT_ENCODING_SIGNED) {
		r = pfs_libdrgn_errno(drgn_object_read_signed(&o, &value));
		if (!r)
			*ret = (uint64_t)value;
	} else if (!r) {
		r = -ENOENT;
	}
	drgn_object_deinit(&o);
	return !r;
}

/* libdrgn also finds global variables by these names: take only what the frame itself has. */
static size_t read_locals(struct drgn_stack_trace *trace, size_t i, struct pfs_local *ret)
{
	const char **names;
	size_t count, nr = 0, k, n;

	if (pfs_libdrgn_errno(drgn_stack_frame_locals(trace, i, &names, &count)))
		return 0;
	for (k = 0; k < NR_LOCALS; k++) {
		for (n = 0; n < count; n++)
			if (!strcmp(names[n], of_interest[k]))
				break;
		if (n < count && read_local(trace, i, of_interest[k], &ret[nr].value))
			ret[nr++].name = of_interest[k];
	}
	drgn_stack_frame_locals_destroy(names, count);
	return nr;
}

static int put_frame(struct drgn_stack_trace *trace, size_t i,
		     int (*frame)(void *arg, const struct pfs_unwound *f), void *arg)
{
	struct pfs_local locals[NR_LOCALS];
	struct pfs_unwound f = {
		.function = drgn_stack_frame_function_name(trace, i),
		.inlined = drgn_stack_frame_is_inline(trace, i),
		.locals = locals,
	};
	struct drgn_symbol *sym = NULL;
	uint64_t pc;
	int r;

	f.file = drgn_stack_frame_source(trace, i, &f.line, NULL);
	if (f.file && !*f.file)
		f.file = NULL;
	f.nr_locals = read_locals(trace, i, locals);
	if (!f.inlined && drgn_stack_frame_pc(trace, i, &pc) &&
	    !pfs_libdrgn_errno(drgn_stack_frame_symbol(trace, i, &sym))) {
		f.function = drgn_symbol_name(sym);
		f.offset = pc - drgn_symbol_address(sym);
		f.size = drgn_symbol_size(sym);
	}
	r = frame(arg, &f);
	if (sym)
		drgn_symbol_destroy(sym);
	return r;
}

static int crashed(struct pfs_libdrgn *d, struct drgn_stack_trace **ret, struct pfs_err *err)
{
	struct drgn_thread *thread;
	int r = pfs_libdrgn_err(err, drgn_program_crashed_thread(d->prog, &thread),
				"crashed thread");

	return r ? r : pfs_libdrgn_err(err, drgn_thread_stack_trace(thread, ret), "stack");
}

static int trace_of(struct pfs_libdrgn *d, uint32_t pid, struct drgn_stack_trace **ret,
		    struct pfs_err *err)
{
	struct drgn_thread *thread;
	int r = pfs_libdrgn_err(err, drgn_program_find_thread(d->prog, pid, &thread), "thread");

	if (r)
		return r;
	if (!thread)
		return pfs_err_set(err, ESRCH, "no thread has the PID %u", pid);
	r = pfs_libdrgn_err(err, drgn_thread_stack_trace(thread, ret), "stack");
	drgn_thread_destroy(thread);
	return r;
}

int pfs_libdrgn_unwind(struct pfs_unwinder *u, const struct pfs_core *core,
		       int (*frame)(void *arg, const struct pfs_unwound *f), void *arg,
		       struct pfs_err *err)
{
	struct pfs_libdrgn *d =
		(struct pfs_libdrgn *)((char *)u - offsetof(struct pfs_libdrgn, m.unwinder));
	struct drgn_stack_trace *trace;
	size_t i, nr;
	int r = pfs_libdrgn_program(d, core, err);

	if (!r)
		r = core->pid ? trace_of(d, core->pid, &trace, err) : crashed(d, &trace, err);
	if (r)
		return r;
	nr = drgn_stack_trace_num_frames(trace);
	for (i = 0; i < nr && i < MAX_FRAMES && !r; i++)
		r = put_frame(trace, i, frame, arg);
	drgn_stack_trace_destroy(trace);
	return r;
}
