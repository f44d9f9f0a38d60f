/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict: panic -> page -> finding -> mechanism. */
#include <errno.h>
#include <string.h>

#include "core/checks/tables.h"
#include "core/verdict/candidate.h"
#include "core/verdict/deciding.h"
#include "core/verdict/mechanism.h"

#define ULL(x) ((unsigned long long)(x))

static const char *found_bad(struct pfs_deciding *d, const char *who)
{
	const char *reason = NULL;
	uint64_t pfn;
	size_t i;

	for (i = 0; i < d->p->nr_named && !reason; i++)
		if (pfs_named_pfn(d->m, &d->p->named[i], &pfn) && pfn == d->v->page.pfn)
			reason = d->p->named[i].reason ? d->p->named[i].reason :
							 d->p->named[i].line;
	return pfs_printf(&d->m->arena, "%s found the struct page of PFN 0x%llx bad: %s", who,
			  ULL(d->v->page.pfn), reason ? reason : "");
}

static void explain(struct pfs_deciding *d)
{
	char text[2048];

	pfs_mechanism_text(d->m, d->v->mechanism, text, sizeof(text));
	d->v->explanation = pfs_strdup(&d->m->arena, text);
	if (!d->v->explanation)
		d->no_memory = true;
}

/* The dump has no trace of a removal but what is not there. */
static void tell_removed(struct pfs_deciding *d)
{
	struct pfs_verdict *v = d->v;
	uint64_t pfn;

	if (!pfs_mechanism_removed(d->m, v->mechanism, &v->page, &pfn))
		return;
	pfs_tell(d,
		 "PFN 0x%llx, whose struct page would be behind the same leaf, is not valid: it "
		 "was removed, or was never there",
		 ULL(pfn));
	if (v->confidence > PFS_CONF_MEDIUM)
		v->confidence = PFS_CONF_MEDIUM;
	v->decided_by = "what was removed before the panic (the log, ndctl's and daxctl's history)";
}

static void find_mechanism(struct pfs_deciding *d)
{
	struct pfs_verdict *v = d->v;

	if (d->one_word)
		return;
	v->mechanism = pfs_mechanism_removing(d->m, d->p, &v->page);
	if (!v->mechanism)
		v->mechanism = pfs_mechanism_of(d->m, &v->page);
	if (!v->mechanism) {
		v->mechanism = pfs_mechanism_attaching(d->m, d->p, &v->page);
		if (!v->mechanism)
			return;
		pfs_tell(d, "the panicking task is attaching a device, by its call trace; which "
			    "pages that device has is not known");
		if (v->confidence > PFS_CONF_MEDIUM)
			v->confidence = PFS_CONF_MEDIUM;
		v->decided_by = "the device pagemap that covers the page: its layout takes the "
				"types of this kernel";
	}
	tell_removed(d);
	explain(d);
}

static void accept(struct pfs_deciding *d, const char *why)
{
	struct pfs_verdict *v = d->v;
	enum pfs_problem_id id;
	const struct pfs_run *r = &v->run;
	/* What is at the address of a wild jump is no function. */
	bool known = d->p->function && !(d->p->access && !strcmp(d->p->access, "exec"));
	const char *who = known ? pfs_who(d) : "the kernel";
	const char *leaf = pfs_leaf_wrong(d->m, d->p, &v->page);

	find_mechanism(d);
	v->status = v->mechanism ? PFS_EXPLAINED : PFS_UNEXPLAINED;
	if (pfs_problem_of_state(v->page.state, &id))
		v->code = pfs_problem(id)->code;
	if (leaf)
		v->title = pfs_printf(&d->m->arena, "%s used the struct page of PFN 0x%llx, %s",
				      who, ULL(v->page.pfn), leaf);
	else if (d->by_words && !pfs_state_abnormal(v->page.state))
		v->title = found_bad(d, who);
	else if (!pfs_state_abnormal(v->page.state))
		v->title = pfs_printf(&d->m->arena,
				      "%s wrote to the struct page of PFN 0x%llx, which is mapped "
				      "read-only",
				      who, ULL(v->page.pfn));
	else
		v->title = pfs_printf(&d->m->arena,
				      "%s stepped on PFN 0x%llx, whose struct page is %s%s%s", who,
				      ULL(v->page.pfn), pfs_state_name(v->page.state),
				      v->mechanism ? ": " : "",
				      v->mechanism ? v->mechanism->title : "");
	v->advice =
		v->mechanism ? v->mechanism->advice :
		leaf ? "The page table is wrong, and not the page. Test the machine's memory; if it "
		       "is sound, or if other machines have it, report the entry." :
		d->by_words ? "Report the page, the condition and the stack to the memory "
			      "management list. page_owner=on tells who had such a page before." :
			      "Report the page and the findings to the memory management list.";
	if (!v->title)
		d->no_memory = true;
	pfs_tell(d, "%s", why);
	if (d->by_words)
		pfs_tell_words(d, d->p->named, d->p->nr_named, true);
	pfs_tell(d, "%s: %s", pfs_state_name(v->page.state), pfs_state_meaning(v->page.state));
	pfs_tell_mapping(d);
	pfs_tell_place(d);
	if (pfs_state_abnormal(v->page.state))
		pfs_tell(d, "PFNs 0x%llx-0x%llx (%llu) are in this state", ULL(r->start),
			 ULL(r->end - 1), ULL(r->end - r->start));
}

/*
 * The candidate is innocent, or only the way to the culprit, which is the second page of its
 * compound page or of one that reached over it.
 */
static bool second_page(struct pfs_deciding *d, const struct pfs_lead *lead, struct pfs_page *page,
			bool found_bad, const char **ret_why)
{
	enum pfs_confidence confidence = PFS_CONF_MEDIUM;
	enum pfs_reproduces r = PFS_DOES_NOT;
	struct pfs_page second;

	if (lead->source > PFS_SRC_STACK)
		return false;
	if (!found_bad)
		r = pfs_wild_destructor(d->m, d->p, page, &second, &confidence, ret_why);
	else if (pfs_overreached(d->m, d->p, page, &second, &confidence, ret_why))
		r = PFS_REPRODUCES;
	if (r == PFS_CANNOT_TELL) {
		d->no_symbols = true;
		d->no_memory |= !*ret_why;
		d->v->candidates[d->v->nr_candidates - 1].why = *ret_why;
	}
	if (r != PFS_REPRODUCES)
		return false;
	if (!pfs_state_abnormal(second.state)) {
		second.state = PFS_ST_GARBAGE;
		second.why = "the second page of a compound page that was freed over its end";
	}
	d->v->confidence = confidence;
	*page = second;
	return true;
}

/* The candidate was not the culprit itself: the list says so, and names the one that is. */
static int add_second(struct pfs_deciding *d, uint64_t pfn, bool innocent, const char *why)
{
	struct pfs_verdict *v = d->v;
	struct pfs_candidate *c;

	v->candidates[v->nr_candidates - 1].why =
		pfs_printf(&d->m->arena,
			   innocent ?
				   "it is innocent: it is behind the end of the compound page "
				   "whose second page is PFN 0x%llx" :
				   "it is the head of the compound page whose second page is PFN "
				   "0x%llx",
			   ULL(pfn));
	c = pfs_grow(&d->m->arena, &v->candidates, &v->nr_candidates, &v->cap_candidates,
		     sizeof(*c));
	if (!c || !v->candidates[v->nr_candidates - 2].why)
		return -ENOMEM;
	*c = (struct pfs_candidate){
		.pfn = pfn, .from = "the compound page", .accepted = true, .why = why
	};
	return 0;
}

/*
 * A variable improved a lead that would do without it, which is what people without the
 * library of a debugger have.
 */
static bool stands_without(struct pfs_deciding *d, const struct pfs_lead *lead)
{
	struct pfs_lead bare = *lead;
	enum pfs_confidence confidence;
	struct pfs_page page;
	struct pfs_err ignored;
	const char *why;

	bare.source = lead->without;
	bare.local = NULL;
	if (bare.source == PFS_SRC_LOCAL || pfs_page_get(d->m, lead->pfn, &page, &ignored) ||
	    pfs_reproduce(d->m, d->p, &bare, &page, &confidence, &why) != PFS_REPRODUCES)
		return false;
	d->v->confidence = confidence;
	return true;
}

/* 1: accepted, 0: not, or -errno. */
static int try_lead(struct pfs_deciding *d, const struct pfs_lead *lead, bool done)
{
	struct pfs_verdict *v = d->v;
	struct pfs_candidate *c;
	enum pfs_reproduces r;
	const char *why = NULL;
	struct pfs_page page;
	bool sound;
	struct pfs_err err;

	c = pfs_grow(&d->m->arena, &v->candidates, &v->nr_candidates, &v->cap_candidates,
		     sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->pfn = lead->pfn;
	c->from = lead->from;
	if (done) {
		c->why = "not tried: a candidate before it reproduces the fault";
		return 0;
	}
	if (lead->source == PFS_SRC_LOG)
		d->named = true;
	if (pfs_page_get(d->m, lead->pfn, &page, &err)) {
		c->why = pfs_strdup(&d->m->arena, err.msg);
		return c->why ? 0 : -ENOMEM;
	}
	sound = !pfs_state_abnormal(page.state);
	r = PFS_DOES_NOT;
	if (lead->source <= PFS_SRC_LOG)
		r = pfs_named_reproduces(d->m, d->p, &page, &v->confidence, &c->why);
	if (r == PFS_REPRODUCES)
		d->by_words = true;
	else if (!c->why)
		r = pfs_reproduce(d->m, d->p, lead, &page, &v->confidence, &c->why);
	if (r != PFS_CANNOT_TELL && second_page(d, lead, &page, r == PFS_REPRODUCES, &why)) {
		if (!why || add_second(d, page.pfn, r == PFS_REPRODUCES, why))
			return -ENOMEM;
		c = &v->candidates[v->nr_candidates - 1];
		r = PFS_REPRODUCES;
		sound = true;
	}
	d->one_word = sound && pfs_state_abnormal(page.state);
	switch (r) {
	case PFS_REPRODUCES:
		break;
	case PFS_CANNOT_TELL:
		if (page.has_bytes)
			d->any_null = true;
		else if (lead->source <= PFS_SRC_LOCAL)
			d->cannot_tell = true;
		return 0;
	case PFS_DOES_NOT:
		return 0;
	}
	c->accepted = true;
	if (v->confidence < PFS_CONF_HIGH)
		v->decided_by = "the faulting instruction and its registers (dis -rl in crash): "
				"does its operand hold what the struct page holds";
	v->has_pfn = true;
	v->page = page;
	if (pfs_run_around(d->m, page.pfn, &v->run, &err))
		v->run = (struct pfs_run){ page.pfn, page.pfn + 1, page.state };
	accept(d, c->why);
	if (lead->local && !stands_without(d, lead)) {
		/*
		 * A value that a debugger derives from debug information was in
		 * no register.
		 */
		if (v->confidence > PFS_CONF_MEDIUM)
			v->confidence = PFS_CONF_MEDIUM;
		v->decided_by = "the code of that frame (dis -rl and bt -f in crash): which "
				"register or stack slot held the page";
		pfs_tell(d,
			 "it is %s, by the debug information of the kernel; neither the fault "
			 "address, nor the log, nor a register points to it",
			 lead->local);
	}
	return 1;
}

int pfs_verdict_find(struct pfs_model *m, const struct pfs_panic *p, struct pfs_verdict *ret,
		     struct pfs_err *err)
{
	struct pfs_deciding d = { .m = m, .p = p, .v = ret };
	struct pfs_leads leads = { 0 };
	bool done = false;
	size_t i;
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->confidence = PFS_CONF_HIGH;
	if (p->kind == PFS_PANIC_NONE && p->log_damaged) {
		ret->confidence = PFS_CONF_MEDIUM;
		pfs_log_damaged(ret);
		return 0;
	}
	if (p->kind == PFS_PANIC_NONE) {
		ret->status = p->no_log ? PFS_INCONCLUSIVE : PFS_NO_PANIC;
		ret->title = p->no_log ? "the dump holds no kernel log to find a panic in" :
					 "the machine had not panicked";
		return 0;
	}
	/* A lockup or a crash on request has no fault that a page could reproduce. */
	if (p->kind != PFS_PANIC_LOCKUP && p->kind != PFS_PANIC_SYSRQ) {
		r = pfs_leads_find(m, p, &leads);
		if (r)
			return pfs_err_set(err, -r, "verdict: out of memory");
	}
	for (i = 0; i < leads.nr; i++) {
		r = try_lead(&d, &leads.l[i], done);
		if (r < 0)
			return pfs_err_set(err, -r, "verdict: out of memory");
		done = done || r;
	}
	if (!done && !pfs_blame_usage(&d, &leads) && !pfs_blame_pageblock(&d, &leads) &&
	    !pfs_blame_entry(&d) && !pfs_blame_leaf(&d, &leads))
		pfs_nothing_found(&d);
	if (pfs_inferred(m) && ret->confidence == PFS_CONF_HIGH && p->kind != PFS_PANIC_SYSRQ) {
		ret->confidence = PFS_CONF_MEDIUM;
		ret->decided_by = PFS_INFERRED_DECIDED_BY;
	}
	if (p->doubted && ret->confidence == PFS_CONF_HIGH) {
		ret->confidence = PFS_CONF_MEDIUM;
		ret->decided_by = "the log of that panic, or the dump that this one was made from: "
				  "what is noted of the panic contradicts itself";
	}
	return d.no_memory ? pfs_err_set(err, ENOMEM, "verdict: out of memory") : 0;
}
