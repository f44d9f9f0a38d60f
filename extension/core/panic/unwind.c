/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Merges what the library of a debugger knows of the stack into the trace that
 * the kernel printed. A frame of the trace is a function and an offset; two
 * frames that agree in these are the same. The stack of the library begins in
 * panic(), and is of interest from the function that faulted on.
 */
#include "core/panic/panic.h"

#include <errno.h>
#include <string.h>

#define MAX_FRAMES 256
#define MAX_LOCALS 16

struct unwinding {
	struct pfs_model *m;
	struct pfs_panic *p;
	struct pfs_frame *frames; /* as the library has them */
	size_t nr, cap;
	const char *root; /* path of the kernel's source, up to the last '/' */
};

/*
 * The source tree ends before "arch/" in a path like
 * "/build/linux/arch/x86/entry/common.c": every stack has a frame in such a
 * file.
 */
static int find_root(struct unwinding *w, const char *file)
{
	const char *arch = file[0] == '/' ? strstr(file, "/arch/") : NULL;

	if (w->root || !arch)
		return 0;
	w->root = pfs_strndup(&w->m->arena, file, (size_t)(arch - file) + 1);
	return w->root ? 0 : -ENOMEM;
}

static int keep(void *arg, const struct pfs_unwound *u)
{
	struct unwinding *w = arg;
	struct pfs_arena *a = &w->m->arena;
	struct pfs_frame *f;
	size_t i;

	if (w->nr == MAX_FRAMES)
		return -E2BIG;
	f = pfs_grow(a, &w->frames, &w->nr, &w->cap, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->added = true;
	f->inlined = u->inlined;
	f->offset = u->offset;
	f->size = u->size;
	f->function = u->function ? pfs_strdup(a, u->function) : NULL;
	f->file = u->file ? pfs_strdup(a, u->file) : NULL;
	f->line = u->line;
	if ((u->function && !f->function) || (u->file && !f->file))
		return -ENOMEM;
	if (f->file && find_root(w, f->file))
		return -ENOMEM;
	f->nr_locals = u->nr_locals < MAX_LOCALS ? u->nr_locals : MAX_LOCALS;
	if (!f->nr_locals)
		return 0;
	f->locals = pfs_calloc(a, f->nr_locals, sizeof(*f->locals));
	if (!f->locals)
		return -ENOMEM;
	for (i = 0; i < f->nr_locals; i++) {
		f->locals[i].name = pfs_strdup(a, u->locals[i].name);
		f->locals[i].value = u->locals[i].value;
		if (!f->locals[i].name)
			return -ENOMEM;
	}
	return 0;
}

static void cut_root(struct unwinding *w)
{
	size_t i, len = w->root ? strlen(w->root) : 0;

	for (i = 0; i < w->nr; i++)
		if (len && w->frames[i].file && !strncmp(w->frames[i].file, w->root, len))
			w->frames[i].file += len;
}

static bool faulted(const struct pfs_panic *p, const struct pfs_frame *f)
{
	return f->function && !f->inlined && p->function && f->offset == p->offset &&
	       !strcmp(f->function, p->function);
}

/* The frame of the printed trace, from number `from` on, that f is; nr_stack: none. */
static size_t printed(const struct pfs_panic *p, const struct pfs_frame *f, size_t from)
{
	size_t i;

	for (i = from; f->function && !f->inlined && i < p->nr_stack; i++)
		if (!p->stack[i].guess && p->stack[i].offset == f->offset &&
		    !strcmp(p->stack[i].function, f->function))
			return i;
	return p->nr_stack;
}

static int put(struct unwinding *w, struct pfs_frame **stack, size_t *nr, size_t *cap,
	       const struct pfs_frame *from, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct pfs_frame *f;

		if (!from[i].function)
			continue;
		f = pfs_grow(&w->m->arena, stack, nr, cap, sizeof(*f));
		if (!f)
			return -ENOMEM;
		*f = from[i];
	}
	return 0;
}

/*
 * Add those frames of the library that come before the first one of the trace,
 * from the function that faulted on, and those that the compiler inlined. If
 * nothing was printed, add all that have a name.
 */
static int merge(struct unwinding *w)
{
	struct pfs_panic *p = w->p;
	/* first: of the inlined frames that belong to frame i; next: of the printed ones */
	size_t i, first = 0, next = 0, nr = 0, cap = 0;
	struct pfs_frame *stack = NULL;
	bool begun = !p->nr_stack && !p->function;
	int r = 0;

	for (i = 0; i < w->nr && !r; i++) {
		struct pfs_frame *f = &w->frames[i];
		size_t at = printed(p, f, next);

		if (f->inlined)
			continue;
		if (at < p->nr_stack) {
			r = put(w, &stack, &nr, &cap, p->stack + next, at - next);
			if (!r)
				r = put(w, &stack, &nr, &cap, w->frames + first, i - first);
			f->added = false;
			f->module = p->stack[at].module;
			if (!f->size)
				f->size = p->stack[at].size;
			if (!r)
				r = put(w, &stack, &nr, &cap, f, 1);
			next = at + 1;
			begun = true;
		} else if (f->function && (faulted(p, f) || (begun && !p->nr_stack))) {
			r = put(w, &stack, &nr, &cap, w->frames + first, i + 1 - first);
			begun = true;
		}
		first = i + 1;
	}
	if (!begun || r)
		return r;
	r = put(w, &stack, &nr, &cap, p->stack + next, p->nr_stack - next);
	if (r)
		return r;
	p->stack = stack;
	p->nr_stack = nr;
	return 0;
}

int pfs_panic_unwind(struct pfs_model *m, struct pfs_panic *p, struct pfs_err *err)
{
	struct pfs_unwinder *u = m->mem->target->unwinder;
	struct unwinding w = { .m = m, .p = p };
	struct pfs_err why = { .code = 0 };
	struct pfs_core core;
	int r;

	if (!u || p->kind == PFS_PANIC_NONE)
		return 0;
	r = pfs_panic_core(m, p, &core, &why);
	if (!r)
		r = u->unwind(u, &core, keep, &w, &why);
	if (r == -E2BIG && w.nr == MAX_FRAMES)
		r = 0;
	if (r && r != -ENOMEM) {
		pfs_limit(m, "stack", "%s", why.code ? why.msg : "cannot be unwound");
		return 0;
	}
	cut_root(&w);
	if (!r)
		r = merge(&w);
	return r ? pfs_err_set(err, ENOMEM, "stack: out of memory") : 0;
}
