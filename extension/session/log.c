/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/panic/arch.h"

/* A boot is a session of 30 KiB and what its lines take. */
#define MAX_BOOTS 256

static void limits(const struct pfs_log *l, const struct pfs_log_boots *found, struct pfs_model *m)
{
	pfs_limit(m, "dump",
		  "there is none, but a log: no struct page, no page table and no "
		  "section could be looked at");
	if (l->text.damage)
		pfs_limit(m, "log", "%s", l->text.damage);
	if (l->text.late || found->full)
		pfs_limit(m, "log", "too long: its beginning is left out");
	if (l->first)
		pfs_limit(m, "log", "too many boots: the first %zu are left out", l->first);
}

/* The kernel's own words say on what machine it runs, and which it is. */
static void who_is_it(struct pfs_session *s, const struct pfs_log_boot *boot)
{
	const char *arch = pfs_oops_arch_in_log(&s->model), *release = boot->release;

	s->mem.arch = pfs_arch_by_name(arch);
	s->target->info.arch = arch;
	if (!release)
		release = pfs_panic_release(&s->model);
	s->facts.release = release ? release : "";
	s->facts.build_id = "";
	if (!s->mem.arch)
		return;
	/* Where a machine has pages of one size, that is it. */
	if (!(s->mem.arch->page_sizes & (s->mem.arch->page_sizes - 1))) {
		s->model.layout.page_size = s->mem.arch->page_sizes;
		s->model.layout.page_shift =
			(unsigned int)__builtin_ctzll(s->model.layout.page_size);
	}
}

static int open_boot(const struct pfs_log *l, const char *path, const struct pfs_log_boots *found,
		     const struct pfs_log_boot *boot, struct pfs_log_session *ret,
		     struct pfs_err *err)
{
	struct pfs_session *s = &ret->s;
	size_t nr_limits;
	int r;

	pfs_arena_init(&s->arena);
	pfs_model_unknown(&s->model, &s->facts, &s->mem);
	s->model.log_only = true;
	s->built = true;
	r = pfs_target_log(path, &l->text, boot, &s->target, err);
	if (r)
		return r;
	s->mem.target = s->target;
	ret->host = boot->host;
	limits(l, found, &s->model);
	r = pfs_model_log(&s->model, err);
	if (r)
		return r;
	who_is_it(s, boot);
	nr_limits = s->model.nr_limits;
	r = pfs_panic_find(&s->model, &s->panic, err);
	if (r)
		return r;
	s->has_panic = true;
	pfs_panic_memmap(&s->model, &s->panic, &ret->memmap_from);
	/* Now that it is known where the memmap is, more of what was printed is in it. */
	if (ret->memmap_from) {
		s->model.nr_limits = nr_limits;
		r = pfs_panic_find(&s->model, &s->panic, err);
		if (r)
			return r;
	}
	r = pfs_panic_events(&s->model, &s->panic, &ret->events, err);
	return r ? r : pfs_session_diagnose_log(s, err);
}

static int rank(const struct pfs_log_session *b)
{
	if (b->s.panic.kind != PFS_PANIC_NONE)
		return 3;
	return b->events.nr ? 2 : *b->s.facts.release != '\0';
}

static void choose(struct pfs_log *l)
{
	size_t i;
	int best = -1;

	for (i = l->nr; i--;) {
		if (rank(l->boots[i]) <= best)
			continue;
		best = rank(l->boots[i]);
		l->chosen = i;
	}
}

static int open_boots(struct pfs_log *l, const char *path, struct pfs_err *err)
{
	struct pfs_log_boots found;
	size_t i;
	int r = pfs_log_split(&l->arena, &l->text, &found, err);

	if (r)
		return r;
	l->lines = found.lines;
	l->first = found.nr > MAX_BOOTS ? found.nr - MAX_BOOTS : 0;
	l->boots = calloc(found.nr ? found.nr : 1, sizeof(struct pfs_log_session *));
	if (!l->boots)
		return pfs_err_set(err, ENOMEM, "out of memory");
	for (i = l->first; i < found.nr && !r; i++) {
		if (!found.boot[i].nr)
			continue;
		l->boots[l->nr] = calloc(1, sizeof(**l->boots));
		if (!l->boots[l->nr])
			return pfs_err_set(err, ENOMEM, "out of memory");
		r = open_boot(l, path, &found, &found.boot[i], l->boots[l->nr++], err);
	}
	if (!r && (!l->nr || !pfs_log_has_kernel(&found)))
		r = pfs_err_set(err, EINVAL, "'%s' is no log: no line in it is of a kernel", path);
	if (!r)
		choose(l);
	return r;
}

int pfs_log_open(const char *path, struct pfs_log *ret, struct pfs_err *err)
{
	int r;

	*ret = (struct pfs_log){ .nr = 0 };
	pfs_arena_init(&ret->arena);
	r = pfs_text_read(path, PFS_MAX_LOG, &ret->text, err);
	if (!r)
		r = open_boots(ret, path, err);
	if (r)
		pfs_log_close(ret);
	return r;
}

void pfs_log_close(struct pfs_log *l)
{
	size_t i;

	for (i = 0; i < l->nr; i++) {
		pfs_session_close(&l->boots[i]->s);
		free(l->boots[i]);
	}
	free(l->boots);
	pfs_arena_deinit(&l->arena);
	pfs_text_free(&l->text);
	*l = (struct pfs_log){ .nr = 0 };
}
