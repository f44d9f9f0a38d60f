/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report as JSON: panic, verdict, summary, findings, facts, limits. */
#include "report/json.h"

static json_t *registers(struct pfs_json *j, const struct pfs_panic *p)
{
	json_t *o = pfs_json_object(j);
	size_t i;

	for (i = 0; i < p->nr_regs; i++)
		pfs_json_hex(j, o, p->regs[i].name, p->regs[i].value);
	return o;
}

/* What only a debugger's library knows. */
static void set_source(struct pfs_json *j, json_t *o, const struct pfs_frame *f)
{
	json_t *locals;
	size_t i;

	if (f->inlined)
		pfs_json_bool(j, o, "inlined", true);
	pfs_json_str(j, o, "file", f->file);
	if (f->line > 0)
		pfs_json_int(j, o, "line", (uint64_t)f->line);
	if (!f->nr_locals)
		return;
	locals = pfs_json_object(j);
	for (i = 0; i < f->nr_locals; i++)
		pfs_json_hex(j, locals, f->locals[i].name, f->locals[i].value);
	pfs_json_set(j, o, "locals", locals);
}

static json_t *stack(struct pfs_json *j, const struct pfs_panic *p)
{
	json_t *a = pfs_json_array(j);
	size_t i;

	for (i = 0; i < p->nr_stack; i++) {
		const struct pfs_frame *f = &p->stack[i];
		json_t *o = pfs_json_object(j);

		pfs_json_str(j, o, "function", f->function);
		pfs_json_hex(j, o, "offset", f->offset);
		pfs_json_hex(j, o, "size", f->size);
		pfs_json_str(j, o, "module", f->module);
		pfs_json_bool(j, o, "guess", f->guess);
		set_source(j, o, f);
		pfs_json_add(j, a, o);
	}
	return a;
}

static json_t *candidates(struct pfs_json *j, const struct pfs_verdict *v)
{
	json_t *a = pfs_json_array(j);
	size_t i;

	for (i = 0; i < v->nr_candidates; i++) {
		const struct pfs_candidate *c = &v->candidates[i];
		json_t *o = pfs_json_object(j);

		pfs_json_hex(j, o, "pfn", c->pfn);
		pfs_json_str(j, o, "from", c->from);
		pfs_json_bool(j, o, "accepted", c->accepted);
		pfs_json_str(j, o, "why", c->why);
		pfs_json_add(j, a, o);
	}
	return a;
}

json_t *pfs_json_panic(struct pfs_json *j, const struct pfs_session *s)
{
	const struct pfs_panic *p = &s->panic;
	json_t *o = pfs_json_object(j), *task;

	pfs_json_str(j, o, "message", p->message);
	pfs_json_str(j, o, "function", p->function);
	pfs_json_str(j, o, "module", p->module);
	if (p->function)
		pfs_json_hex(j, o, "offset", p->offset);
	pfs_json_str(j, o, "kind", pfs_panic_kind_name(p->kind));
	if (p->has_fault_address)
		pfs_json_hex(j, o, "fault_address", p->fault_address);
	if (p->has_effective)
		pfs_json_hex(j, o, "fault_address_effective", p->fault_address_effective);
	pfs_json_str(j, o, "access", p->access);
	if (p->has_error_code)
		pfs_json_hex(j, o, "error_code", p->error_code);
	if (p->operand.valid)
		pfs_json_str(j, o, "instruction", p->operand.text);
	if (p->pid >= 0 || p->comm) {
		task = pfs_json_object(j);
		if (p->pid >= 0)
			pfs_json_int(j, task, "pid", (uint64_t)p->pid);
		pfs_json_str(j, task, "comm", p->comm);
		pfs_json_set(j, o, "task", task);
	}
	if (p->cpu >= 0)
		pfs_json_int(j, o, "cpu", (uint64_t)p->cpu);
	pfs_json_set(j, o, "registers", registers(j, p));
	pfs_json_str(j, o, "registers_from", p->regs_from);
	pfs_json_set(j, o, "stack", stack(j, p));
	pfs_json_set(j, o, "candidates", candidates(j, &s->verdict));
	return o;
}

static json_t *fix_object(struct pfs_json *j, const struct pfs_fix *fix)
{
	json_t *o = pfs_json_object(j);

	pfs_json_str(j, o, "title", fix->title);
	pfs_json_str(j, o, "commit", fix->commit);
	pfs_json_str(j, o, "in", fix->in);
	return o;
}

static json_t *fixes(struct pfs_json *j, const struct pfs_mechanism *mech)
{
	json_t *a = pfs_json_array(j);
	size_t i, n = sizeof(mech->fixes) / sizeof(mech->fixes[0]);

	for (i = 0; mech && i < n && mech->fixes[i]; i++)
		pfs_json_add(j, a, fix_object(j, mech->fixes[i]));
	return a;
}

/* What it would have to be, of a log. A commit that was not seen with its title is left out. */
static json_t *possible(struct pfs_json *j, const struct pfs_verdict *v)
{
	json_t *a = pfs_json_array(j);
	size_t i;

	for (i = 0; i < v->nr_possible; i++) {
		const struct pfs_possible *p = &v->possible[i];
		json_t *o = pfs_json_object(j);

		pfs_json_str(j, o, "title", p->fix->title);
		if (*p->fix->commit)
			pfs_json_str(j, o, "commit", p->fix->commit);
		if (*p->fix->in)
			pfs_json_str(j, o, "in", p->fix->in);
		if (p->mechanism)
			pfs_json_str(j, o, "mechanism", p->mechanism->code);
		pfs_json_str(j, o, "because", p->because);
		pfs_json_add(j, a, o);
	}
	return a;
}

static json_t *signature(struct pfs_json *j, const struct pfs_session *s)
{
	struct pfs_signature sig;
	json_t *o = pfs_json_object(j);

	pfs_signature(s, &sig);
	if (*sig.title)
		pfs_json_str(j, o, "title", sig.title);
	if (*sig.defect)
		pfs_json_str(j, o, "defect", sig.defect);
	if (*sig.crash)
		pfs_json_str(j, o, "crash", sig.crash);
	return o;
}

static void set_page(struct pfs_json *j, json_t *o, const struct pfs_model *m,
		     const struct pfs_verdict *v)
{
	const struct pfs_page *p = &v->page;
	const struct pfs_section *sec = pfs_section_of(m, p->pfn);
	unsigned int index;

	pfs_json_hex(j, o, "pfn", p->pfn);
	if (p->va)
		pfs_json_hex(j, o, "page", p->va);
	/* A log has no more of it. */
	if (pfs_is_log(m))
		return;
	if (sec) {
		pfs_json_int(j, o, "section", sec->nr);
		pfs_json_set(j, o, "section_flags", pfs_json_section_flags(j, sec->flags));
		if (pfs_subsection_bit(m, sec, p->pfn, &index) >= 0) {
			pfs_json_int(j, o, "subsection", index);
			pfs_json_bool(j, o, "subsection_bit",
				      pfs_subsection_bit(m, sec, p->pfn, &index) == 1);
		}
	}
	pfs_json_str(j, o, "state", pfs_state_name(p->state));
	pfs_json_str(j, o, "why", p->why);
	if (v->run.end > v->run.start) {
		pfs_json_hex(j, o, "start", v->run.start);
		pfs_json_hex(j, o, "end", v->run.end);
	}
	pfs_json_set(j, o, "walk", pfs_json_walk(j, &p->walk));
	if (p->has_bytes)
		pfs_json_set(j, o, "words", pfs_json_words(j, m, p));
}

json_t *pfs_json_verdict(struct pfs_json *j, const struct pfs_session *s)
{
	const struct pfs_verdict *v = &s->verdict;
	json_t *o = pfs_json_object(j), *sig;

	pfs_json_str(j, o, "status", pfs_status_name(v->status));
	pfs_json_str(j, o, "title", v->title);
	sig = signature(j, s);
	if (json_object_size(sig))
		pfs_json_set(j, o, "signature", sig);
	else
		json_decref(sig);
	pfs_json_str(j, o, "code", v->code);
	if (v->has_pfn)
		set_page(j, o, &s->model, v);
	if (v->mechanism) {
		pfs_json_str(j, o, "mechanism", v->mechanism->code);
		pfs_json_str(j, o, "explanation", v->explanation);
	}
	if (v->status != PFS_NO_PANIC)
		pfs_json_str(j, o, "confidence", pfs_confidence_name(v->confidence));
	pfs_json_str(j, o, "decided_by", v->decided_by);
	pfs_json_set(j, o, "evidence", pfs_json_strings(j, v->evidence.line, v->evidence.nr));
	pfs_json_set(j, o, "fixes", fixes(j, v->mechanism));
	pfs_json_str(j, o, "advice", v->advice);
	if (pfs_is_log(&s->model)) {
		pfs_json_set(j, o, "possible", possible(j, v));
		pfs_json_str(j, o, "command", v->command);
	}
	return o;
}

static json_t *summary(struct pfs_json *j, const struct pfs_session *s)
{
	const struct pfs_model *m = &s->model;
	json_t *o = pfs_json_object(j), *sec = pfs_json_object(j), *pages = pfs_json_object(j);
	enum pfs_section_flag_id id;
	size_t i;
	int st;

	pfs_json_int(j, sec, "total", m->nr_sections);
	for (id = 0; id < PFS_NR_SECTION_FLAGS; id++) {
		uint64_t n = 0;

		for (i = 0; i < m->nr_sections; i++)
			n += m->sections[i].flags >> id & 1;
		if (pfs_has_section_flag(m, id))
			pfs_json_int(j, sec, pfs_section_flag_name(id), n);
	}
	pfs_json_set(j, o, "sections", sec);
	if (s->has_scan) {
		for (st = 0; st < PFS_NR_STATES; st++)
			if (s->scan.count[st])
				pfs_json_int(j, pages, pfs_state_name((enum pfs_state)st),
					     s->scan.count[st]);
	}
	pfs_json_set(j, o, "pages", pages);
	pfs_json_bool(j, o, "complete", s->has_scan && s->scan.complete);
	return o;
}

static json_t *findings(struct pfs_json *j, const struct pfs_findings *fs)
{
	json_t *a = pfs_json_array(j);
	size_t i;

	for (i = 0; i < fs->nr; i++) {
		const struct pfs_finding *f = &fs->f[i];
		json_t *o = pfs_json_object(j);

		pfs_json_str(j, o, "code", f->problem->code);
		pfs_json_str(j, o, "severity", pfs_severity_name(f->severity));
		pfs_json_str(j, o, "confidence", pfs_confidence_name(f->confidence));
		pfs_json_str(j, o, "decided_by", f->decided_by);
		pfs_json_hex(j, o, "start", f->start);
		pfs_json_hex(j, o, "end", f->end);
		pfs_json_int(j, o, "pages", f->pages);
		pfs_json_str(j, o, "title", f->title ? f->title : f->problem->title);
		pfs_json_set(j, o, "evidence",
			     pfs_json_strings(j, f->evidence.line, f->evidence.nr));
		pfs_json_add(j, a, o);
	}
	return a;
}

static json_t *facts(struct pfs_json *j, const struct pfs_facts *f)
{
	struct pfs_fact_row row[PFS_NR_FACTS];
	size_t nr = pfs_facts_sorted(f, row), i;
	json_t *a = pfs_json_array(j);

	for (i = 0; i < nr; i++) {
		json_t *o;

		if (!row[i].fact->from)
			continue;
		o = pfs_json_object(j);
		pfs_json_str(j, o, "name", row[i].name);
		pfs_json_hex(j, o, "value", row[i].fact->value);
		pfs_json_str(j, o, "from", row[i].fact->from);
		pfs_json_add(j, a, o);
	}
	return a;
}

json_t *pfs_json_report(const struct pfs_session *s)
{
	struct pfs_json j = { false };
	json_t *doc = pfs_json_document(&j, "pfnscope/report", s);

	if (s->has_panic && s->panic.kind != PFS_PANIC_NONE)
		pfs_json_set(&j, doc, "panic", pfs_json_panic(&j, s));
	if (s->has_verdict)
		pfs_json_set(&j, doc, "verdict", pfs_json_verdict(&j, s));
	pfs_json_set(&j, doc, "summary", summary(&j, s));
	pfs_json_set(&j, doc, "findings", findings(&j, &s->findings));
	pfs_json_set(&j, doc, "facts", facts(&j, &s->facts));
	pfs_json_set(&j, doc, "limits", pfs_json_limits(&j, &s->model));
	return pfs_json_done(&j, doc);
}

static json_t *signature_parts(struct pfs_json *j, const struct pfs_signature_parts *in)
{
	json_t *a = pfs_json_array(j);
	char value[512];
	size_t i;

	for (i = 0; i < in->nr; i++) {
		json_t *o = pfs_json_object(j);

		pfs_json_str(j, o, "name", in->part[i].name);
		pfs_escape(value, sizeof(value), in->part[i].value, in->part[i].len, true);
		pfs_json_str(j, o, "value", value);
		pfs_json_add(j, a, o);
	}
	return a;
}

json_t *pfs_json_signature(const struct pfs_session *s)
{
	struct pfs_json j = { false };
	json_t *doc = pfs_json_document(&j, "pfnscope/signature", s);
	struct pfs_signature sig;

	pfs_signature(s, &sig);
	pfs_json_set(&j, doc, "signature", signature(&j, s));
	if (*sig.defect)
		pfs_json_set(&j, doc, "defect_of", signature_parts(&j, &sig.defect_of));
	if (*sig.crash)
		pfs_json_set(&j, doc, "crash_of", signature_parts(&j, &sig.crash_of));
	pfs_json_set(&j, doc, "limits", pfs_json_limits(&j, &s->model));
	return pfs_json_done(&j, doc);
}

json_t *pfs_json_check(const struct pfs_session *s)
{
	struct pfs_json j = { false };
	json_t *doc = pfs_json_document(&j, "pfnscope/check", s);

	pfs_json_set(&j, doc, "summary", summary(&j, s));
	pfs_json_set(&j, doc, "findings", findings(&j, &s->findings));
	pfs_json_set(&j, doc, "limits", pfs_json_limits(&j, &s->model));
	return pfs_json_done(&j, doc);
}

json_t *pfs_json_facts(const struct pfs_session *s)
{
	struct pfs_json j = { false };
	json_t *doc = pfs_json_document(&j, "pfnscope/facts", s), *missing = pfs_json_array(&j);
	struct pfs_fact_row row[PFS_NR_FACTS];
	size_t nr = pfs_facts_sorted(&s->facts, row), i;

	pfs_json_set(&j, doc, "facts", facts(&j, &s->facts));
	for (i = 0; i < nr; i++)
		if (!row[i].fact->from)
			pfs_json_add(&j, missing, json_string(row[i].name));
	pfs_json_set(&j, doc, "missing", missing);
	pfs_json_set(&j, doc, "limits", pfs_json_limits(&j, &s->model));
	return pfs_json_done(&j, doc);
}
