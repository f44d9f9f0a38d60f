/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report of a log without a dump, as JSON. */
#include <inttypes.h>
#include <stdio.h>

#include "report/json.h"
#include "report/log.h"

/* "12.345678", as the kernel prints it; nothing where there was no time. */
static void set_time(struct pfs_json *j, json_t *o, uint64_t ns)
{
	char text[40];

	if (!ns)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 ".%06" PRIu64, ns / 1000000000,
		 ns / 1000 % 1000000);
	pfs_json_str(j, o, "time", text);
}

static json_t *events(struct pfs_json *j, const struct pfs_log_session *b)
{
	json_t *a = pfs_json_array(j);
	size_t i;

	for (i = 0; i < b->events.nr; i++) {
		const struct pfs_event *e = &b->events.e[i];
		const struct pfs_log_line *line = &b->s.model.log[e->line];
		json_t *o = pfs_json_object(j);

		pfs_json_int(j, o, "line", line->nr);
		set_time(j, o, line->ts_nsec);
		pfs_json_str(j, o, "kind", e->kind);
		pfs_json_str(j, o, "message", line->text);
		pfs_json_str(j, o, "function", e->panic.function);
		pfs_json_str(j, o, "comm", e->panic.comm);
		pfs_json_bool(j, o, "deadly", e->deadly);
		pfs_json_add(j, a, o);
	}
	return a;
}

static void add_pages(struct pfs_json *j, json_t *a, const struct pfs_model *m,
		      const struct pfs_named_page *list, size_t nr)
{
	uint64_t pfn;
	size_t i;

	for (i = 0; i < nr; i++) {
		const struct pfs_named_page *n = &list[i];
		json_t *o = pfs_json_object(j);

		if (pfs_named_pfn(m, n, &pfn)) {
			pfs_json_hex(j, o, "pfn", pfn);
			if (m->layout.vmemmap_known)
				pfs_json_hex(j, o, "page", pfs_pfn_to_page(m, pfn));
		}
		if (n->has_page)
			pfs_json_hex(j, o, "address", n->page);
		pfs_json_int(j, o, "line", n->line_nr);
		set_time(j, o, n->ts_nsec);
		pfs_json_str(j, o, "message", n->line);
		pfs_json_str(j, o, "reason", n->reason);
		pfs_json_add(j, a, o);
	}
}

static json_t *boot(struct pfs_json *j, const struct pfs_log_session *b)
{
	const struct pfs_model *m = &b->s.model;
	const struct pfs_panic *p = &b->s.panic;
	json_t *o = pfs_json_object(j), *pages = pfs_json_array(j);

	if (*b->s.facts.release)
		pfs_json_str(j, o, "release", b->s.facts.release);
	pfs_json_int(j, o, "first_line", m->log[0].nr);
	pfs_json_int(j, o, "last_line", m->log[m->nr_log - 1].nr);
	pfs_json_set(j, o, "events", events(j, b));
	if (b->events.more)
		pfs_json_int(j, o, "more_events", b->events.more);
	add_pages(j, pages, m, p->named, p->nr_named);
	add_pages(j, pages, m, p->elsewhere, p->nr_elsewhere);
	pfs_json_set(j, o, "pages", pages);
	if (b->memmap_from)
		pfs_json_str(j, o, "vmemmap_from", b->memmap_from);
	if (p->kind != PFS_PANIC_NONE)
		pfs_json_set(j, o, "panic", pfs_json_panic(j, &b->s));
	pfs_json_set(j, o, "verdict", pfs_json_verdict(j, &b->s));
	return o;
}

json_t *pfs_json_log(const struct pfs_log *l)
{
	json_t *doc = pfs_json_report(&pfs_log_chosen(l)->s), *log, *boots;
	struct pfs_json j = { !doc };
	size_t i;

	log = pfs_json_object(&j);
	boots = pfs_json_array(&j);
	pfs_json_int(&j, log, "lines", l->lines);
	pfs_json_int(&j, log, "boot", l->chosen);
	for (i = 0; i < l->nr; i++)
		pfs_json_add(&j, boots, boot(&j, l->boots[i]));
	pfs_json_set(&j, log, "boots", boots);
	pfs_json_set(&j, doc, "log", log);
	return pfs_json_done(&j, doc);
}
