/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drives the stages, from a target to the verdict and the findings. */
#include "session/session.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bytes/record.h"
#include "core/verdict/attach.h"
#include "distill/scan_note.h"
#include "facts/known.h"
#include "session/panic.h"

/* What is read between these two calls is needed now, but not in a distilled dump. */
static void unrecorded(struct pfs_session *s)
{
	struct pfs_recorder *r = pfs_target_recorder(s->target);

	if (r)
		pfs_recorder_pause(r);
}

static void recorded(struct pfs_session *s)
{
	struct pfs_recorder *r = pfs_target_recorder(s->target);

	if (r) {
		pfs_mem_forget(&s->mem);
		pfs_recorder_resume(r);
	}
}

static void begin(const struct pfs_session *s, const char *stage)
{
	if (s->stage)
		s->stage(s->stage_arg, stage);
}

int pfs_session_decode(struct pfs_session *s, struct pfs_model *m, struct pfs_err *err)
{
	int r = pfs_model_build(m, &s->facts, &s->mem, err);

	return r ? r : pfs_pages_open(m, err);
}

/*
 * A structure of a live kernel may make no sense while it is being changed: try
 * three times.
 */
static int build_model(struct pfs_session *s, struct pfs_err *err)
{
	unsigned int looks = s->target->info.live ? 3 : 1;
	int r = pfs_session_decode(s, &s->model, err);

	while (r && r != -ENOMEM && --looks) {
		pfs_model_deinit(&s->model);
		r = pfs_session_decode(s, &s->model, err);
	}
	return r;
}

static int find_panic(struct pfs_session *s, struct pfs_panic *ret, struct pfs_err *err);

/*
 * No sections, but the log may be there: then the panic of it is in s->panic, and why there
 * is nothing else in the model. If it tells of none, *err stays as it is.
 */
static int lose_model(struct pfs_session *s, struct pfs_err *err)
{
	struct pfs_err ignored;
	struct pfs_model *m = &s->model;
	int r;

	pfs_model_deinit(m);
	pfs_model_unknown(m, &s->facts, &s->mem);
	/* Where the memmap is, facts alone may tell. */
	if (pfs_model_layout(m, &ignored))
		memset(&m->layout, 0, sizeof(m->layout));
	m->layout.page_shift = s->mem.page_shift;
	m->layout.page_size = UINT64_C(1) << s->mem.page_shift;
	m->log_only = true;
	m->lost = pfs_printf(&m->arena, "%s", err->msg);
	if (!m->lost)
		return pfs_err_set(err, ENOMEM, "out of memory");
	pfs_limit(m, "memmap", "no section and no struct page could be looked at: %s", m->lost);
	r = find_panic(s, &s->panic, &ignored);
	if (r == -ENOMEM) {
		*err = ignored;
		return r;
	}
	if (r || s->panic.kind == PFS_PANIC_NONE)
		return -err->code;
	err->code = 0;
	s->has_panic = true;
	return 0;
}

int pfs_session_open(struct pfs_session *s, struct pfs_target *t, const struct pfs_session_opts *o,
		     struct pfs_err *err)
{
	const struct pfs_hints hints = { o->vmlinux, o->system_map, o->store };
	int r;

	memset(s, 0, sizeof(*s));
	pfs_arena_init(&s->arena);
	s->target = t;
	s->stage = o->stage;
	s->stage_arg = o->stage_arg;
	begin(s, "facts");
	unrecorded(s);
	r = pfs_kernel_discover(t, &hints, &s->arena, &s->facts, &s->mem, s->lookups,
				sizeof(s->lookups) / sizeof(s->lookups[0]), &s->nr_lookups, err);
	recorded(s);
	if (!r) {
		s->built = true;
		begin(s, "model");
		r = build_model(s, err);
		if ((r == -EINVAL || r == -EIO) && o->log_will_do && !t->info.live)
			r = lose_model(s, err);
		if (!r && t->info.lost_notes)
			pfs_limit(&s->model, "notes", "%s", t->info.lost_notes);
		if (!r && t->info.live)
			pfs_limit(&s->model, "time",
				  "memory changed while it was read: what is "
				  "counted is of no one moment");
		if (!r && t->info.cut)
			pfs_limit(&s->model, "file", "cut off, and read as far as it goes: %s",
				  t->info.cut);
	}
	/* Most likely this is why. */
	if (r && r != -EINTR && t->info.cut)
		r = pfs_err_wrap(err, "%s", t->info.cut);
	if (r)
		pfs_session_close(s);
	return r;
}

/* What is in the log is kept as the panic note, and the log only if that is asked for. */
static int find_panic(struct pfs_session *s, struct pfs_panic *ret, struct pfs_err *err)
{
	int r;

	unrecorded(s);
	r = pfs_session_find_panic(s, ret, err);
	recorded(s);
	return r;
}

int pfs_session_core(struct pfs_session *s, struct pfs_core *ret, struct pfs_err *err)
{
	struct pfs_panic found, *p = s->has_panic ? &s->panic : &found;
	int r = s->has_panic ? 0 : find_panic(s, &found, err);

	if (!r)
		pfs_session_find_ip(s, p);
	return r ? r : pfs_panic_core(&s->model, p, ret, err);
}

/*
 * Get names for addresses where the lookup of a debugger has none. If the dump
 * has none either, the search says so.
 */
static int get_names(struct pfs_session *s, struct pfs_err *err)
{
	struct pfs_lookup *host = s->target->lookup;
	struct pfs_err why;
	size_t i;
	int r;

	if ((host && host->ops->symbol_at) ||
	    s->nr_lookups == sizeof(s->lookups) / sizeof(s->lookups[0]))
		return 0;
	for (i = 0; i < s->nr_lookups; i++)
		if (s->lookups[i]->ops->symbol_at)
			return 0;
	r = pfs_kernel_symbols(&s->mem, &s->arena, &s->lookups[s->nr_lookups], &why);
	if (r == -ENOMEM)
		return pfs_err_set(err, ENOMEM, "%s", why.msg);
	s->nr_lookups += !r;
	return 0;
}

/*
 * Add to the evidence of the verdict (may be NULL) and of the findings from
 * number first on who was attaching a device whose struct pages are bad. All
 * tasks are searched, once, and only if something asks for it. In a distilled
 * dump the panic note has the result. On a live machine this is left out,
 * because stacks change while they are read.
 */
static int explain_attach(struct pfs_session *s, struct pfs_verdict *v, size_t first,
			  struct pfs_err *err)
{
	const struct pfs_target_info *info = &s->target->info;
	struct pfs_lookup *lookups[1 + sizeof(s->lookups) / sizeof(s->lookups[0])];
	struct pfs_panic found, *p = s->has_panic ? &s->panic : &found;
	size_t nr = 0, i;
	int r = 0;

	if (info->live || !pfs_attach_wanted(&s->model, v, &s->findings, first))
		return 0;
	if (!s->has_panic)
		r = find_panic(s, &found, err);
	if (!r && p->attach_search == PFS_ATTACH_NOT_LOOKED && !info->panic_note &&
	    !pfs_attach_by_panic(p)) {
		unrecorded(s);
		r = get_names(s, err);
		if (s->target->lookup)
			lookups[nr++] = s->target->lookup;
		for (i = 0; i < s->nr_lookups; i++)
			lookups[nr++] = s->lookups[i];
		if (!r)
			r = pfs_attach_find(&s->model, lookups, nr, p, err);
		recorded(s);
	}
	return r ? r : pfs_attach_explain(&s->model, p, v, &s->findings, first, err);
}

int pfs_session_diagnose_log(struct pfs_session *s, struct pfs_err *err)
{
	int r = pfs_check_panic(&s->model, &s->panic, &s->findings, err);

	if (!r)
		r = pfs_verdict_of_log(&s->model, &s->panic, &s->verdict, err);
	s->has_verdict = !r;
	return r;
}

int pfs_session_diagnose(struct pfs_session *s, struct pfs_err *err)
{
	int r;

	begin(s, "panic");
	if (s->model.lost)
		return pfs_session_diagnose_log(s, err);
	r = find_panic(s, &s->panic, err);
	if (r)
		return r;
	s->has_panic = true;
	begin(s, "verdict");
	r = pfs_check_structure(&s->model, &s->findings, err);
	if (!r)
		r = pfs_check_panic(&s->model, &s->panic, &s->findings, err);
	if (!r)
		r = pfs_verdict_find(&s->model, &s->panic, &s->verdict, err);
	if (!r)
		r = explain_attach(s, &s->verdict, 0, err);
	s->has_verdict = !r;
	return r;
}

struct scan_progress {
	const struct pfs_session_opts *o;
};

static int scan_progress(void *arg, uint64_t done, uint64_t total)
{
	const struct scan_progress *p = arg;

	return p->o->progress(p->o->arg, "struct pages", done, total);
}

/* If the note does not fit, that is a limit, and only what is in the file counts. */
static int adopt_note(struct pfs_session *s, struct pfs_err *err)
{
	const struct pfs_target_info *info = &s->target->info;
	struct pfs_scan whole;
	struct pfs_err why;
	int r;

	if (!info->scan_note)
		return 0;
	r = pfs_scan_from_json(info->scan_note, info->scan_note_len, &s->model, &whole, &why);
	if (!r)
		r = pfs_scan_adopt(&s->model, &s->scan, &whole, &why);
	if (r == -ENOMEM)
		return pfs_err_set(err, ENOMEM, "%s", why.msg);
	if (r)
		pfs_limit(&s->model, "scan note", "not used, as it does not fit the dump: %s",
			  why.msg);
	return 0;
}

int pfs_session_scan_pages(struct pfs_session *s, const struct pfs_session_opts *o,
			   struct pfs_err *err)
{
	struct scan_progress p = { .o = o };
	unsigned int jobs = o->jobs;
	long cpus;
	int r;

	if (!jobs) {
		cpus = sysconf(_SC_NPROCESSORS_ONLN);
		jobs = cpus > 0 ? (unsigned int)cpus : 1;
	}
	if (!s->has_panic) {
		r = pfs_check_structure(&s->model, &s->findings, err);
		if (r)
			return r;
	}
	begin(s, "struct pages");
	/* From here on the user may stop the scan, and what was found until then counts. */
	if (o->progress)
		o->progress(o->arg, "struct pages", 0, 1);
	r = pfs_scan_all(&s->model, jobs, o->progress ? scan_progress : NULL, &p, &s->scan, err);
	if (!r)
		r = adopt_note(s, err);
	/* What a stopped scan has found still counts. */
	if (r && r != -EINTR)
		return r;
	pfs_scan_limits(&s->model, &s->scan);
	s->has_scan = true;
	return r;
}

int pfs_session_check_pages(struct pfs_session *s, struct pfs_err *err)
{
	size_t first = s->findings.nr;
	int r;

	begin(s, "findings");
	r = pfs_check_pages(&s->model, &s->scan, &s->findings, err);
	return r ? r : explain_attach(s, NULL, first, err);
}

int pfs_session_scan(struct pfs_session *s, const struct pfs_session_opts *o, struct pfs_err *err)
{
	struct pfs_err ignored;
	int r = pfs_session_scan_pages(s, o, err), checks;

	if (r && r != -EINTR)
		return r;
	checks = pfs_session_check_pages(s, r ? &ignored : err);
	if (!checks && s->target->info.live)
		checks = pfs_session_confirm(s, o, r ? &ignored : err);
	return r ? r : checks;
}

void pfs_session_keep(struct pfs_session *s)
{
	size_t i;

	for (i = 0; i < s->nr_lookups; i++)
		pfs_known_keep(s->lookups[i]);
}

void pfs_session_close(struct pfs_session *s)
{
	size_t i;

	pfs_session_keep(s);
	if (s->built)
		pfs_model_deinit(&s->model);
	for (i = 0; i < s->nr_lookups; i++)
		s->lookups[i]->ops->free(s->lookups[i]);
	pfs_target_free(s->target);
	pfs_arena_deinit(&s->arena);
	memset(s, 0, sizeof(*s));
}
