/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict where no page reproduces the panic: is it unrelated, or can that not be told? */
#include "core/verdict/attach.h"
#include "core/verdict/deciding.h"

#define ULL(x) ((unsigned long long)(x))

/* What is lost may have named a page, or have been the panic. */
void pfs_log_damaged(struct pfs_verdict *v)
{
	v->status = PFS_INCONCLUSIVE;
	v->title =
		"records of the kernel log are damaged, and what is left of it names no bad page";
	v->advice = "The console's record of the panic is needed.";
	v->decided_by = "the console's record of the panic";
}

/*
 * The page of a page dump that tells neither where its struct page is nor its PFN: the address
 * is hashed, or the first lines are lost.
 */
static const struct pfs_named_page *page_without_name(const struct pfs_panic *p)
{
	size_t i;

	if (p->kind != PFS_PANIC_BUG && p->kind != PFS_PANIC_OTHER)
		return NULL;
	for (i = 0; i < p->nr_named; i++) {
		const struct pfs_named_page *n = &p->named[i];

		if (n->by == PFS_NAMED_BY_DUMP && !n->has_page && !n->has_pfn &&
		    (n->poisoned || (n->reason && !pfs_named_harmless(n))))
			return n;
	}
	return NULL;
}

/* What ends where the memmap was written on, if that is known. */
static void ends_before(struct pfs_deciding *d, uint64_t pfn)
{
	const struct pfs_pgmap *g;
	size_t i;

	for (i = 0; i < d->m->nr_pgmaps; i++) {
		g = &d->m->pgmaps[i];
		if (g->end_pfn == pfn && g->vmemmap_shift && g->vmemmap_shift < 64)
			pfs_tell(d,
				 "device pagemap 0x%llx, PFNs 0x%llx-0x%llx, ends there; its pages "
				 "are compound, of %llu",
				 ULL(g->va), ULL(g->start_pfn), ULL(g->end_pfn - 1),
				 1ULL << g->vmemmap_shift);
	}
}

/*
 * The fault is at what would be the struct page of a PFN that has none. Whoever computed that
 * address has a wrong PFN, unless it was the code that makes struct pages: then its range and
 * the memmap do not fit. memmap_init_compound() takes the last huge page of a device's range
 * for a whole one, which it is not where the range begins at no multiple of it.
 */
static void no_section(struct pfs_deciding *d, uint64_t at, uint64_t pfn)
{
	struct pfs_verdict *v = d->v;
	const char *why = "the fault's address was computed from a bad PFN or page table entry";

	v->status = PFS_UNRELATED;
	v->advice = "Look for where the PFN came from: a page table entry, a register, or a walker "
		    "that does not ask pfn_valid().";
	v->decided_by = "the code that computed the address (dis -rl in crash)";
	if (pfs_writes_device_pages(d->p)) {
		v->status = PFS_UNEXPLAINED;
		why = "the kernel was initialising it, as one of a device's";
		v->advice = "Compare the range of the device with the size of its pages (align in "
			    "ndctl list): begin it at a multiple of that. Report the stack to the "
			    "memory management list.";
		v->decided_by = "the range in the dev_pagemap that memremap_pages() was given, and "
				"its vmemmap_shift";
		pfs_tell(d, "by its call trace the panicking task was writing the struct pages of "
			    "a device");
		ends_before(d, pfn);
	}
	v->title = pfs_or_oom(d, pfs_printf(&d->m->arena, "PFN 0x%llx has no struct page: %s",
					    ULL(pfn), why));
	pfs_tell(d,
		 "0x%llx would be the struct page of PFN 0x%llx, physical 0x%llx, of which there "
		 "is no section",
		 ULL(at), ULL(pfn), ULL(pfn << d->m->layout.page_shift));
}

/* What a page that the panic may have met is held against was not all there. */
static bool looked_in_part(const struct pfs_deciding *d)
{
	const struct pfs_model *m = d->m;

	return (!m->sections_known || m->zones_damaged || !m->layout.vmemmap_known) &&
	       d->p->kind != PFS_PANIC_SYSRQ && d->p->kind != PFS_PANIC_LOCKUP;
}

void pfs_nothing_found(struct pfs_deciding *d)
{
	struct pfs_verdict *v = d->v;
	const struct pfs_named_page *nameless;
	uint64_t at, pfn;

	/*
	 * A crash on request explains itself; otherwise it only counts that no
	 * page was named, which is weaker.
	 */
	v->confidence = d->p->kind == PFS_PANIC_SYSRQ ? PFS_CONF_HIGH : PFS_CONF_MEDIUM;
	if (v->confidence != PFS_CONF_HIGH)
		v->decided_by = "the arguments and variables of the stack's functions (bt -f in "
				"crash; with a vmlinux, pfnscope tries them by itself): is one of "
				"them a page with a finding";
	if (d->cannot_tell) {
		v->status = PFS_INCONCLUSIVE;
		v->title = "the panic points to a struct page that this dump does not hold";
		v->advice = "A dump that keeps the memmap is needed (makedumpfile without -e).";
		v->decided_by = "the bytes of that struct page";
	} else if (d->any_null) {
		v->status = PFS_INCONCLUSIVE;
		v->title = "the panic points to a struct page with a wrong node link: whether its "
			   "zone is the NULL that was followed is not known";
		v->advice = "Report the page and the findings to the memory management list.";
		v->decided_by = "the code of the faulting function (dis -rl in crash): is what it "
				"followed page_zone() of that page";
	} else if (d->no_symbols) {
		v->status = PFS_INCONCLUSIVE;
		v->title = "the panic points to a compound page whose destructor is none: whether "
			   "the kernel called it is not known";
		v->advice = "Give the kernel's vmlinux, or its System.map.";
		v->decided_by = "the symbols of the kernel: a vmlinux or --system-map";
	} else if ((nameless = page_without_name(d->p))) {
		v->status = PFS_UNEXPLAINED;
		v->title = pfs_or_oom(d, pfs_printf(&d->m->arena,
						    "%s found a struct page bad, and which one is "
						    "not known: %s",
						    pfs_who(d),
						    nameless->reason ? nameless->reason :
								       nameless->line));
		pfs_tell_words(d, d->p->named, d->p->nr_named, false);
		v->advice = "Look for the page in the registers and on the stack, and for the "
			    "lines before these on the console.";
		v->decided_by = "the first lines of that page dump, on the console; or, where its "
				"address is hashed, the kernel's symbol ptr_key";
	} else if (d->p->no_log) {
		v->status = PFS_INCONCLUSIVE;
		v->title = "the machine had panicked, but the dump holds no log that says why";
		v->advice = "The console's record of the panic is needed.";
		v->decided_by = "the console's record of the panic";
	} else if (pfs_fault_at(d->p, &at) && pfs_in_memmap(d->m, at, &pfn) && !d->named &&
		   !pfs_section_of(d->m, pfn)) {
		no_section(d, at, pfn);
	} else if (pfs_fault_at(d->p, &at) && pfs_in_memmap(d->m, at, &pfn)) {
		v->status = PFS_UNEXPLAINED;
		v->title = "the fault is at a struct page, but no page reproduces it";
		v->advice = "Compare the page tables of the crashed task with init_mm's.";
		v->decided_by = "the walk of that address in the page tables of the crashed task "
				"(vtop -c in crash)";
	} else if (d->named) {
		v->status = PFS_UNEXPLAINED;
		v->title = "the kernel printed a struct page before it stopped, but that page "
			   "looks sound";
		pfs_tell_words(d, d->p->named, d->p->nr_named, true);
		v->advice = "Look at what the page dump says it is dumped because of.";
		v->decided_by = "the condition of the BUG that printed the page";
	} else if (d->p->log_damaged && d->p->kind != PFS_PANIC_SYSRQ) {
		pfs_log_damaged(v);
	} else if (looked_in_part(d)) {
		v->status = PFS_INCONCLUSIVE;
		v->title = "nothing that could be read ties the panic to the memmap, but sections, "
			   "nodes or zones are damaged, not in the dump, or of an unknown kind";
		v->advice = "Take another dump; or look at what the limits name in this one.";
		v->decided_by = "the sections, nodes and zones that the limits name";
	} else {
		v->status = PFS_UNRELATED;
		v->title = v->nr_candidates ?
				   "nothing ties the panic to the memmap: no page that it names "
				   "reproduces the fault" :
				   "nothing ties the panic to the memmap: it names no page";
		v->advice = "Look elsewhere for the cause of this panic.";
	}
}
