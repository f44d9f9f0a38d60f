/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The note of a distilled dump has what came from memory that such a dump does not hold: the
 * stack, and who was attaching a device. What came from the log is taken from the log itself,
 * where the dump has it: the tool that wrote the note may have been an older one, which read
 * less in it.
 */
#include "session/panic.h"

#include <errno.h>
#include <string.h>

#include "distill/panic_note.h"
#include "session/note_check.h"

#define NAMED_FRAMES 8 /* of the trace, whose addresses are looked up */

/* What prints a symbol and an offset in it, at which address is that? 0: nobody knows. */
static uint64_t address_of(struct pfs_session *s, const char *function, const char *module,
			   uint64_t offset)
{
	struct pfs_lookup *l = s->target->lookup;
	uint64_t at;
	size_t i;

	for (i = 0; function && !module && i <= s->nr_lookups; i++) {
		if (l && l->ops->symbol && !l->ops->symbol(l, function, &at))
			return at + offset;
		l = i < s->nr_lookups ? s->lookups[i] : NULL;
	}
	return 0;
}

void pfs_session_find_ip(struct pfs_session *s, struct pfs_panic *p)
{
	size_t i, n = 0;

	if (!p->ip)
		p->ip = address_of(s, p->function, p->module, p->offset);
	for (i = 0; i < p->nr_stack && n < NAMED_FRAMES; i++) {
		struct pfs_frame *f = &p->stack[i];

		if (f->guess || f->added)
			continue;
		n++;
		if (!f->ip)
			f->ip = address_of(s, f->function, f->module, f->offset);
	}
}

static int from_log(struct pfs_session *s, struct pfs_panic *ret, struct pfs_err *err)
{
	int r = pfs_panic_find(&s->model, ret, err);

	if (!r)
		pfs_session_find_ip(s, ret);
	if (!r)
		r = pfs_panic_unwind(&s->model, ret, err);
	/* Of the frames of a debugger, which take the place of those that were printed. */
	if (!r)
		pfs_session_find_ip(s, ret);
	return r;
}

/* A distilled dump has the whole log or, by chance, pieces of it: those say nothing. */
static int read_log(struct pfs_session *s, bool *have, struct pfs_err *err)
{
	size_t nr_limits = s->model.nr_limits;
	int r = pfs_model_log(&s->model, err);

	*have = !r && s->model.nr_log && s->model.nr_limits == nr_limits;
	if (!*have) {
		s->model.nr_limits = nr_limits;
		s->model.log = NULL;
		s->model.nr_log = 0;
	}
	return r;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Do both tell of one event? */
static bool same_event(const struct pfs_panic *a, const struct pfs_panic *b)
{
	return a->kind == b->kind && same_text(a->function, b->function) &&
	       a->offset == b->offset && a->fault_address == b->fault_address;
}

/* What the tool makes of the log today, and from the note what is not in the log. */
static int settle(struct pfs_session *s, const struct pfs_panic *note, struct pfs_panic *ret,
		  struct pfs_err *err)
{
	struct pfs_panic p;
	int r = pfs_panic_find(&s->model, &p, err);

	if (r)
		return r;
	if (same_event(&p, note)) {
		p.ip = note->ip;
		p.stack = note->stack;
		p.nr_stack = note->nr_stack;
		p.words = note->words;
		p.nr_words = note->nr_words;
		if (!p.nr_regs) {
			p.regs = note->regs;
			p.nr_regs = note->nr_regs;
			p.regs_from = note->regs_from;
		}
		if (p.cpu < 0)
			p.cpu = note->cpu;
	}
	p.attach_search = note->attach_search;
	p.attachers = note->attachers;
	p.nr_attachers = note->nr_attachers;
	*ret = p;
	return 0;
}

int pfs_session_find_panic(struct pfs_session *s, struct pfs_panic *ret, struct pfs_err *err)
{
	const struct pfs_target_info *info = &s->target->info;
	struct pfs_panic note;
	struct pfs_err why;
	bool have_log;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (info->panic_note) {
		r = pfs_panic_from_json(info->panic_note, info->panic_note_len, &s->model.arena,
					&note, &why);
		if (r == -ENOMEM)
			return pfs_err_set(err, ENOMEM, "%s", why.msg);
		if (!r)
			r = read_log(s, &have_log, err);
		if (!r && !have_log) {
			*ret = note;
			pfs_note_check(&s->model, ret);
		}
		if (!r)
			return have_log ? settle(s, &note, ret, err) : 0;
		pfs_limit(&s->model, "panic note", "damaged, and not used: %s", why.msg);
	}
	r = pfs_model_log(&s->model, err);
	return r ? r : from_log(s, ret, err);
}
