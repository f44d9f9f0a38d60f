/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict where there is a log and no dump, or one whose sections cannot be read. The
 * kernel's own words may say that a struct page is bad; what a fault stepped on cannot be
 * looked at. Then it counts what it could have been: which known bugs were seen in these
 * functions, with these words, and which command on a vmcore of the same panic would tell.
 */
#include <errno.h>
#include <string.h>

#include "core/checks/tables.h"
#include "core/panic/arch.h"
#include "core/verdict/candidate.h"
#include "core/verdict/deciding.h"

#define ULL(x) ((unsigned long long)(x))

/* Do the kernel's words call this page bad, and not only name it? */
static bool accuses(const struct pfs_model *m, const struct pfs_named_page *n)
{
	uint64_t pfn;

	switch (n->by) {
	case PFS_NAMED_BY_CHECK:
	case PFS_NAMED_BY_PANIC:
	case PFS_NAMED_BY_SAN:
		return true;
	case PFS_NAMED_BY_MCE:
		return false;
	case PFS_NAMED_BY_DUMP:
		return n->poisoned || (n->reason && !pfs_named_harmless(n));
	case PFS_NAMED_BY_LIST:
		/* Any list may be corrupt; where the memmap is known, it tells. */
		return n->word_at && pfs_in_memmap(m, n->word_at, &pfn);
	}
	return false;
}

static const struct pfs_named_page *accused(const struct pfs_model *m,
					    const struct pfs_named_page *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (accuses(m, &list[i]))
			return &list[i];
	return NULL;
}

/*
 * Is there a panic of an oops, and not the oops; or its beginning alone? A log is cut off
 * anywhere, and what other machines print of an oops is not known.
 */
static bool half_told(const struct pfs_panic *p)
{
	if (p->function)
		return false;
	return p->kind != PFS_PANIC_OTHER || (p->message && strstr(p->message, "Fatal exception"));
}

static const char *command_for(struct pfs_deciding *d, const struct pfs_named_page *n)
{
	uint64_t at, pfn;

	if (n && n->has_pfn)
		return pfs_printf(&d->m->arena, "pfnscope pfn VMCORE pfn:0x%llx", ULL(n->pfn));
	if (n && n->has_page)
		return pfs_printf(&d->m->arena, "pfnscope pfn VMCORE page:0x%llx", ULL(n->page));
	if (d->p->kind == PFS_PANIC_PAGE_FAULT && pfs_fault_at(d->p, &at)) {
		if (pfs_in_memmap(d->m, at, &pfn))
			return pfs_printf(&d->m->arena, "pfnscope pfn VMCORE pfn:0x%llx", ULL(pfn));
	}
	return "pfnscope VMCORE";
}

static void decide_by(struct pfs_deciding *d, const struct pfs_named_page *n)
{
	if (d->m->lost) {
		d->v->decided_by = "a dump of this very panic whose sections can be read";
		return;
	}
	d->v->command = pfs_or_oom(d, command_for(d, n));
	d->v->decided_by = pfs_or_oom(d,
				      pfs_printf(&d->m->arena, "%s, of a vmcore of this very panic",
						 d->v->command ? d->v->command : ""));
}

static const char *page_name(struct pfs_deciding *d, const struct pfs_named_page *n)
{
	uint64_t pfn;

	if (pfs_named_no_page(n))
		return "a page table entry";
	if (pfs_named_pfn(d->m, n, &pfn))
		return pfs_or_oom(d, pfs_printf(&d->m->arena, "the struct page of PFN 0x%llx",
						ULL(pfn)));
	if (n->has_page)
		return pfs_or_oom(d, pfs_printf(&d->m->arena, "the struct page at 0x%llx",
						ULL(n->page)));
	return "a struct page";
}

static void blame(struct pfs_deciding *d, const struct pfs_named_page *n)
{
	struct pfs_verdict *v = d->v;
	const char *name = page_name(d, n);

	v->status = PFS_UNEXPLAINED;
	v->title = pfs_or_oom(d, pfs_printf(&d->m->arena, "%s found %s bad: %s", pfs_who(d),
					    name ? name : "", n->reason ? n->reason : n->line));
	v->has_pfn = pfs_named_pfn(d->m, n, &v->page.pfn);
	v->page.state = PFS_ST_UNDECIDABLE;
	v->page.va = n->has_page		? n->page :
		     d->m->layout.vmemmap_known ? pfs_pfn_to_page(d->m, v->page.pfn) :
						  0;
	v->page.why = "no section can be read, and so no struct page";
	if (d->m->lost)
		v->has_pfn &= v->page.va != 0;
	if (d->m->lost && v->has_pfn)
		pfs_walk_va(d->m->mem, v->page.va, &v->page.walk);
	v->advice = "Report the page, the condition and the stack to the memory management list. "
		    "A vmcore says what the page is now, and what is around it.";
}

static int candidates(struct pfs_deciding *d)
{
	struct pfs_verdict *v = d->v;
	struct pfs_leads leads;
	struct pfs_candidate *c;
	size_t i;
	int r = pfs_leads_find(d->m, d->p, &leads);

	for (i = 0; i < leads.nr && !r; i++) {
		c = pfs_grow(&d->m->arena, &v->candidates, &v->nr_candidates, &v->cap_candidates,
			     sizeof(*c));
		if (!c)
			return -ENOMEM;
		c->pfn = leads.l[i].pfn;
		c->from = leads.l[i].from;
		c->why = d->m->lost ? "no section can be read, and so no struct page" :
				      "a log has no struct page to look at";
	}
	return r;
}

/* Nothing died, or of what a page cannot be the cause; what was said before that counts. */
static void no_fault(struct pfs_deciding *d, const struct pfs_named_page *earlier)
{
	struct pfs_verdict *v = d->v;

	if (d->p->kind == PFS_PANIC_NONE) {
		v->status = PFS_NO_PANIC;
		v->title = !earlier ? "nothing in this log killed the machine" :
			   pfs_named_no_page(earlier) ?
				      "nothing in this log killed the machine; it names a bad "
				      "page table entry" :
				      "nothing in this log killed the machine; it names a bad page";
		return;
	}
	v->status = PFS_UNRELATED;
	v->title = "nothing ties the panic to the memmap: it names no page";
	v->confidence = d->p->kind == PFS_PANIC_SYSRQ ? PFS_CONF_HIGH : PFS_CONF_MEDIUM;
	v->advice = "Look elsewhere for the cause of this panic.";
}

/* No page of this dump can be judged: that is no word for or against any of them. */
static void lost(struct pfs_deciding *d)
{
	struct pfs_verdict *v = d->v;

	v->status = PFS_INCONCLUSIVE;
	v->confidence = PFS_CONF_LOW;
	v->title = "no section of the memmap can be read: whether a struct page has to do with "
		   "this panic is not known";
	v->advice = "The limits say what could not be read. If that is the dump's fault, take "
		    "another one, or give the kernel's vmlinux.";
}

static bool page_may_fault(const struct pfs_panic *p)
{
	return p->kind != PFS_PANIC_NONE && p->kind != PFS_PANIC_LOCKUP &&
	       p->kind != PFS_PANIC_SYSRQ;
}

/* An oops that nobody here can read may be of anything. */
static bool is_foreign(struct pfs_deciding *d)
{
	if (d->p->kind != PFS_PANIC_OOPS || pfs_oops_arch_of(d->m))
		return false;
	pfs_tell(d, "what its registers and addresses say is not known: no oops of a machine that "
		    "pfnscope knows looks like this");
	return true;
}

static void undecided(struct pfs_deciding *d, const struct pfs_named_page *earlier)
{
	struct pfs_verdict *v = d->v;
	const char *name;

	v->status = PFS_INCONCLUSIVE;
	v->confidence = PFS_CONF_LOW;
	name = earlier && !v->nr_possible && !d->has_symptom ? page_name(d, earlier) : NULL;
	if (name)
		v->title = pfs_or_oom(d,
				      pfs_printf(&d->m->arena,
						 "the kernel had found %s bad before; only a dump "
						 "tells whether that has to do with the panic",
						 name));
	else
		v->title = "this may be a bad struct page; only a dump tells";
	v->advice = "Keep a vmcore of the next one (kdump, makedumpfile without -e).";
}

/* Could a bad page be the cause, by what the log says of the fault? */
static bool is_possible(struct pfs_deciding *d, const struct pfs_named_page *now)
{
	const struct pfs_panic *p = d->p;
	bool possible = false, known = false;

	if (page_may_fault(p)) {
		d->no_memory |= candidates(d) != 0;
		possible = pfs_looks_like_page(d, now);
		/* Which bug it would be is for those to ask who have no dump. */
		known = !d->m->lost && pfs_find_possible(d);
	}
	possible |= known || d->has_symptom || d->v->nr_candidates ||
		    pfs_may_name_page(d, p->named, p->nr_named) || is_foreign(d);
	if (page_may_fault(p) && !possible && half_told(p)) {
		possible = true;
		pfs_tell(d, "the log does not hold all of the oops: what faulted is not known");
	}
	return possible;
}

static void decide(struct pfs_deciding *d, const struct pfs_named_page *now,
		   const struct pfs_named_page *earlier)
{
	const struct pfs_panic *p = d->p;
	bool possible = is_possible(d, now);

	if (now && page_may_fault(p)) {
		blame(d, now);
		d->v->confidence = PFS_CONF_MEDIUM;
	} else if (d->m->lost && p->kind != PFS_PANIC_NONE) {
		lost(d);
	} else if ((possible && page_may_fault(p)) ||
		   ((earlier || now || pfs_may_name_page(d, p->elsewhere, p->nr_elsewhere)) &&
		    p->kind != PFS_PANIC_NONE)) {
		undecided(d, earlier ? earlier : now);
	} else {
		no_fault(d, earlier);
	}
	if (d->v->confidence != PFS_CONF_HIGH || now || earlier)
		decide_by(d, now ? now : earlier);
}

int pfs_verdict_of_log(struct pfs_model *m, const struct pfs_panic *p, struct pfs_verdict *ret,
		       struct pfs_err *err)
{
	struct pfs_deciding d = { .m = m, .p = p, .v = ret };

	memset(ret, 0, sizeof(*ret));
	ret->confidence = PFS_CONF_HIGH;
	if (!pfs_died_of_table(&d))
		decide(&d, accused(m, p->named, p->nr_named),
		       accused(m, p->elsewhere, p->nr_elsewhere));
	pfs_tell_words(&d, p->named, p->nr_named, false);
	pfs_tell_words(&d, p->elsewhere, p->nr_elsewhere, false);
	return d.no_memory ? pfs_err_set(err, ENOMEM, "verdict: out of memory") : 0;
}
