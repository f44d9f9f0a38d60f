/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The catalogues, for `explain`: problems, mechanisms, fixes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/checks/tables.h"
#include "core/verdict/mechanism.h"
#include "report/report.h"

#define NR_FIXES (sizeof(((struct pfs_mechanism *)0)->fixes) / sizeof(struct pfs_fix *))

static const char *put_code(char lead[40], const char *code)
{
	snprintf(lead, 40, "%-30s ", code);
	return lead;
}

/* A heading of the list, before the first row that it has. */
static void put_heading(struct pfs_out *o, const char *title, size_t *rows, bool *first)
{
	if ((*rows)++)
		return;
	if (!*first) {
		pfs_out_heading(o, title);
		return;
	}
	pfs_out_color(o, PFS_BOLD);
	pfs_outf(o, "%s\n", title);
	pfs_out_color(o, PFS_PLAIN);
	*first = false;
}

static void put_list(struct pfs_out *o, const struct pfs_known *k)
{
	const struct pfs_mechanism *mech;
	const struct pfs_problem *p;
	const struct pfs_fix *fix;
	size_t i, nr, rows = 0;
	bool first = true;
	char lead[40];

	p = pfs_problems(&nr);
	for (i = 0; i < nr; i++) {
		if (!pfs_known_problem(k, &p[i]))
			continue;
		put_heading(o, "Findings", &rows, &first);
		pfs_out_para(o, 2, put_code(lead, p[i].code), "%s: %s",
			     pfs_severity_name(p[i].severity), p[i].title);
	}
	mech = pfs_mechanisms(&nr);
	for (i = 0, rows = 0; i < nr; i++) {
		if (!pfs_known_mechanism(k, &mech[i]))
			continue;
		put_heading(o, "Mechanisms", &rows, &first);
		pfs_out_para(o, 2, put_code(lead, mech[i].code), "%s", mech[i].title);
	}
	fix = pfs_fixes(&nr);
	for (i = 0, rows = 0; i < nr; i++) {
		if (!pfs_known_fix(k, &fix[i]))
			continue;
		put_heading(o, "Known fixes", &rows, &first);
		pfs_out_para(o, 2, put_code(lead, *fix[i].commit ? fix[i].commit : "-"), "%s%s%s%s",
			     fix[i].title, *fix[i].in ? " (" : "", fix[i].in,
			     *fix[i].in ? ")" : "");
	}
}

static void put_items(struct pfs_out *o, const char *label, const char *list)
{
	const char *item;
	size_t len;

	for (; (item = pfs_list_item(&list, &len)); label = NULL)
		pfs_out_field(o, label, "%.*s", (int)len, item);
}

static void put_fix(struct pfs_out *o, const struct pfs_fix *fix)
{
	const struct pfs_mechanism *mech;
	bool first = true;
	size_t i, j, nr;

	pfs_out_color(o, PFS_BOLD);
	pfs_outf(o, "%s", *fix->commit ? fix->commit : "(commit not known)");
	pfs_out_color(o, PFS_PLAIN);
	pfs_outf(o, "  fix\n\n");
	pfs_out_field(o, "title", "\"%s\"", fix->title);
	pfs_out_field(o, "in", "%s%sstable kernels that took it", fix->in,
		      *fix->in ? ", and " : "a release that is not known here, and ");
	pfs_out_field(o, "in a dump", "%s", fix->sign);
	put_items(o, "shows as", fix->shows);
	put_items(o, "seen in", fix->seen);
	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++) {
		for (j = 0; j < NR_FIXES && mech[i].fixes[j]; j++) {
			if (strcmp(mech[i].fixes[j]->title, fix->title))
				continue;
			pfs_out_field(o, first ? "ends" : NULL, "%s", mech[i].code);
			first = false;
		}
	}
}

static void put_mechanism(struct pfs_out *o, const struct pfs_mechanism *mech)
{
	char text[2048];
	size_t i;

	pfs_out_color(o, PFS_BOLD);
	pfs_outf(o, "%s", mech->code);
	pfs_out_color(o, PFS_PLAIN);
	pfs_outf(o, "  mechanism\n\n");
	pfs_out_field(o, "title", "%s", mech->title);
	pfs_mechanism_text(NULL, mech, text, sizeof(text));
	pfs_out_field(o, "meaning", "%s", text);
	pfs_out_field(o, "advice", "%s", mech->advice);
	for (i = 0; i < NR_FIXES && mech->fixes[i]; i++) {
		pfs_out_field(o, i ? NULL : "fixes", "\"%s\"", mech->fixes[i]->title);
		pfs_out_field(o, NULL, "commit %s, in %s", mech->fixes[i]->commit,
			      mech->fixes[i]->in);
	}
}

static void put_problem(struct pfs_out *o, const struct pfs_problem *p)
{
	pfs_out_color(o, PFS_BOLD);
	pfs_outf(o, "%s", p->code);
	pfs_out_color(o, PFS_PLAIN);
	pfs_outf(o, "  finding, usually %s\n\n", pfs_severity_name(p->severity));
	pfs_out_field(o, "title", "%s", p->title);
	pfs_out_field(o, "meaning", "%s", p->meaning);
	pfs_out_field(o, "advice", "%s", p->advice);
}

/* The whole story of the one row that was found. */
static void put_one(struct pfs_out *o, const struct pfs_known *k)
{
	const struct pfs_mechanism *mech;
	const struct pfs_problem *p;
	const struct pfs_fix *fix;
	size_t i, nr;

	p = pfs_problems(&nr);
	for (i = 0; i < nr; i++)
		if (pfs_known_problem(k, &p[i]))
			put_problem(o, &p[i]);
	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++)
		if (pfs_known_mechanism(k, &mech[i]))
			put_mechanism(o, &mech[i]);
	fix = pfs_fixes(&nr);
	for (i = 0; i < nr; i++)
		if (pfs_known_fix(k, &fix[i]))
			put_fix(o, &fix[i]);
}

int pfs_text_explain(struct pfs_out *o, const char *words)
{
	struct pfs_known k;

	pfs_known_find(&k, words);
	if (!k.found)
		return -ENOENT;
	if (k.found == 1)
		put_one(o, &k);
	else
		put_list(o, &k);
	if (words && k.found > 1) {
		pfs_outf(o, "\n");
		pfs_out_para(o, 0, "",
			     "explain with a code, or with the title of a fix, tells the whole.");
	}
	return 0;
}
