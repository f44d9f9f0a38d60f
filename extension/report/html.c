/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.html is one file that needs nothing else: no script, no font, no
 * network. It is both HTML and well-formed XML, so that a strict parser can
 * prove that no text of a dump became markup.
 */
#include "report/html.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pfnscope/version.h>

#include "base/path.h"

#define NR_FIXES (sizeof(((struct pfs_mechanism *)0)->fixes) / sizeof(struct pfs_fix *))

static void put_head(struct pfs_out *o, const struct pfs_session *s)
{
	pfs_markup(o,
		   PFS_HTML_HEAD "<meta name=\"generator\" content=\"pfnscope " PFS_VERSION "\"/>\n"
				 "<link rel=\"icon\" href=\"data:,\"/>\n"
				 "<title>%s: %.*s%s</title>\n<style>\n",
		   pfs_status_name(s->verdict.status),
		   PFS_CLIPPED(s->verdict.title ? s->verdict.title : "no verdict"));
	pfs_svg_style(o);
	pfs_html_style(o);
	pfs_markup(o, "</style>\n</head>\n");
}

/* Nothing is loaded of it before somebody follows it. */
static void put_commit(struct pfs_out *o, const char *commit)
{
	pfs_markup(o,
		   "<a href=\"https://git.kernel.org/linus/%s\" rel=\"noreferrer\">"
		   "<code>%s</code></a>",
		   commit, commit);
}

static void put_verdict(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_verdict *v = &s->verdict;
	const struct pfs_mechanism *mech = v->mechanism;
	const struct pfs_panic *p = &s->panic;
	const struct pfs_target_info *i = &s->target->info;
	struct pfs_signature sig;
	char size[32];
	size_t k;

	pfs_markup(o,
		   "<header class=\"%s\">\n<p class=\"status\"><b>%s</b> %s, %s, %s</p>\n"
		   "<h1>%.*s%s</h1>\n<dl>\n",
		   pfs_status_name(v->status), pfs_status_name(v->status),
		   pfs_base_name(pfs_dump_name(i)), i->format ? i->format : "unknown format",
		   pfs_fmt_size(size, i->bytes), PFS_CLIPPED(v->title ? v->title : "no verdict"));
	if (s->has_panic && p->kind != PFS_PANIC_NONE)
		pfs_markup(o, "<dt>Panic</dt><dd>%.*s%s</dd>\n",
			   PFS_CLIPPED(p->message ? p->message : pfs_panic_kind_name(p->kind)));
	for (k = 0; mech && k < NR_FIXES && mech->fixes[k]; k++) {
		pfs_markup(o, "<dt>%s</dt><dd>", k ? "And" : "Fix");
		put_commit(o, mech->fixes[k]->commit);
		pfs_markup(o, " %s (%s)</dd>\n", mech->fixes[k]->title, mech->fixes[k]->in);
	}
	if (v->advice)
		pfs_markup(o, "<dt>Advice</dt><dd>%s</dd>\n", v->advice);
	pfs_markup(o, "<dt>Kernel</dt><dd>%s, %s",
		   s->facts.release && *s->facts.release ? s->facts.release : "unknown release",
		   s->mem.arch ? s->mem.arch->name : "unknown architecture");
	if (v->status != PFS_NO_PANIC)
		pfs_markup(o, "; confidence of the verdict: %s",
			   pfs_confidence_name(v->confidence));
	pfs_markup(o, "</dd>\n");
	if (v->decided_by)
		pfs_markup(o, "<dt>To decide</dt><dd>%s</dd>\n", v->decided_by);
	pfs_signature(s, &sig);
	if (*sig.crash)
		pfs_markup(o, "<dt>Signature</dt><dd class=\"v\">%s%s%s</dd>\n", sig.defect,
			   *sig.defect ? " " : "", sig.crash);
	pfs_markup(o, "</dl>\n</header>\n");
}

/* For a reader who has never heard of any of it. */
static void put_primer(struct pfs_out *o, const struct pfs_model *m)
{
	const struct pfs_layout *l = &m->layout;
	char page[32], section[32], sub[32];

	pfs_markup(
		o,
		"<p>Linux describes every page of physical memory (%s) by a <code>struct page</code> "
		"of %" PRIu64
		" bytes. All of these together are the <b>memmap</b>. A page is named by "
		"its number, counted from address 0: its <b>PFN</b>. Memory is managed in "
		"<b>sections</b> of %s, each with flags",
		pfs_fmt_size(page, l->page_size), l->struct_page,
		pfs_fmt_size(section, l->pages_per_section << l->page_shift));
	if (l->subsections > 1 && pfs_has_subsections(m))
		pfs_markup(
			o,
			", and <b>subsections</b> of %s, each with a bit that says whether it has "
			"struct pages",
			pfs_fmt_size(sub, l->pages_per_subsection << l->page_shift));
	pfs_markup(
		o,
		". The memmap lies in virtual memory, mapped by page tables like everything else; "
		"parts of it can be unmapped, or mapped and not initialised. Code that walks over "
		"memory asks <code>pfn_valid()</code> whether a PFN has a struct page, and reads it "
		"if the answer is yes.</p>\n");
}

static const char *without_page(enum pfs_status st)
{
	switch (st) {
	case PFS_UNRELATED:
		return "As far as this dump shows, the panic has nothing to do with the memmap. What the "
		       "check found is listed below; nothing ties it to the panic.";
	case PFS_NO_PANIC:
		return "The machine had not panicked when this dump was written. What follows is what the "
		       "check of its memmap found.";
	case PFS_INCONCLUSIVE:
		return "This dump lacks what a verdict needs; its limits, at the end, say what.";
	default:
		return "The panic points to the memmap, but to no page of which the dump shows that it "
		       "is the cause.";
	}
}

static void put_explanation(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_verdict *v = &s->verdict;
	const struct pfs_mechanism *mech = v->mechanism;
	size_t i;

	pfs_markup(o, "<section id=\"what\">\n<h2>What happened</h2>\n");
	if (v->has_pfn)
		put_primer(o, &s->model);
	if (mech) {
		pfs_markup(o, "<h3>%s</h3>\n<p>%s</p>\n", mech->title, v->explanation);
		pfs_svg_mechanism(o, mech->code, pfs_state_name(v->page.state));
	} else if (v->has_pfn) {
		pfs_markup(o,
			   "<p>The struct page of PFN 0x%" PRIx64
			   " is <b>%s</b>: %s. How it came to "
			   "that, pfnscope does not know.</p>\n",
			   v->page.pfn, pfs_state_name(v->page.state),
			   pfs_state_meaning(v->page.state));
	} else {
		pfs_markup(o, "<p>%s</p>\n", without_page(v->status));
	}
	for (i = 0; mech && i < NR_FIXES && mech->fixes[i]; i++) {
		pfs_markup(o, "<div class=\"fix\">Fixed by <b>%s</b>, commit ",
			   mech->fixes[i]->title);
		put_commit(o, mech->fixes[i]->commit);
		pfs_markup(o,
			   ", in %s and stable kernels that took it. This kernel is not known to "
			   "contain it; vendor kernels may carry it as a backport: look for the "
			   "title.</div>\n",
			   mech->fixes[i]->in);
	}
	if (v->evidence.nr) {
		pfs_markup(o, "<h3>Evidence</h3>\n<ul>\n");
		for (i = 0; i < v->evidence.nr; i++)
			pfs_markup(o, "<li>%.*s%s</li>\n", PFS_CLIPPED(v->evidence.line[i]));
		pfs_markup(o, "</ul>\n");
	}
	pfs_markup(o, "</section>\n");
}

static void put_map(struct pfs_out *o, const struct pfs_ticket *t)
{
	pfs_markup(o, "<figure class=\"map-box\" id=\"map\">\n");
	pfs_svg_map(o, t->s, &t->focus, PFS_MAP_WIDE, false);
	pfs_svg_map(o, t->s, &t->focus, PFS_MAP_NARROW, false);
	pfs_markup(o, "</figure>\n");
}

static void put_contents(struct pfs_out *o, const struct pfs_session *s)
{
	pfs_markup(o, "<nav aria-label=\"Contents\">\n<a href=\"#map\">Map</a>\n"
		      "<a href=\"#what\">What happened</a>\n");
	if (s->verdict.has_pfn)
		pfs_markup(o, "<a href=\"#page\">The page</a>\n");
	pfs_markup(o,
		   "<a href=\"#findings\">Findings: %zu</a>\n"
		   "<a href=\"#behind\">Behind it</a>\n</nav>\n",
		   s->findings.nr);
}

void pfs_html_ticket(struct pfs_out *o, const struct pfs_ticket *t)
{
	const struct pfs_session *s = t->s;

	o->dialect = PFS_MARKUP;
	put_head(o, s);
	pfs_markup(o, "<body>\n");
	put_verdict(o, s);
	put_contents(o, s);
	pfs_markup(o, "<main>\n");
	put_map(o, t);
	put_explanation(o, s);
	if (s->verdict.has_pfn)
		pfs_html_page(o, s);
	pfs_html_details(o, t);
	pfs_markup(o,
		   "</main>\n<footer>Made by <code>%s</code>, pfnscope " PFS_VERSION "%s</footer>\n"
		   "</body>\n</html>\n",
		   t->command,
		   s->target->info.live ?
			   "." :
			   "; the distilled dump that comes with it gives the same report.");
}
