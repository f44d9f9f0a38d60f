/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The catalogues, for `explain`: problems, mechanisms, fixes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/verdict/mechanism.h"
#include "report/report.h"

#define NR_FIXES (sizeof(((struct pfs_mechanism *)0)->fixes) / sizeof(struct pfs_fix *))

static const char *put_code(char lead[40], const char *code)
{
	snprintf(lead, 40, "%-30s ", code);
	return lead;
}

static void put_list(struct pfs_out *o)
{
	const struct pfs_mechanism *mech;
	const struct pfs_problem *p;
	const struct pfs_fix *fix;
	char lead[40];
	size_t i, nr;

	pfs_out_color(o, PFS_BOLD);
	pfs_outf(o, "Findings\n");
	pfs_out_color(o, PFS_PLAIN);
	p = pfs_problems(&nr);
	for (i = 0; i < nr; i++)
		pfs_out_para(o, 2, put_code(lead, p[i].code), "%s: %s",
			     pfs_severity_name(p[i].severity), p[i].title);
	pfs_out_heading(o, "Mechanisms");
	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++)
		pfs_out_para(o, 2, put_code(lead, mech[i].code), "%s", mech[i].title);
	pfs_out_heading(o, "Known fixes");
	fix = pfs_fixes(&nr);
	for (i = 0; i < nr; i++)
		pfs_out_para(o, 2, put_code(lead, fix[i].commit), "%s (%s)", fix[i].title,
			     fix[i].in);
}

/* A fix answers to its commit, also to a longer abbreviation of it. */
static void put_fix(struct pfs_out *o, const struct pfs_fix *fix)
{
	const struct pfs_mechanism *mech;
	bool first = true;
	size_t i, j, nr;

	pfs_out_color(o, PFS_BOLD);
	pfs_outf(o, "%s", fix->commit);
	pfs_out_color(o, PFS_PLAIN);
	pfs_outf(o, "  fix\n\n");
	pfs_out_field(o, "title", "\"%s\"", fix->title);
	pfs_out_field(o, "in", "%s, and stable kernels that took it", fix->in);
	pfs_out_field(o, "in a dump", "%s", fix->sign);
	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++) {
		for (j = 0; j < NR_FIXES && mech[i].fixes[j]; j++) {
			if (strcmp(mech[i].fixes[j]->commit, fix->commit))
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

int pfs_text_explain(struct pfs_out *o, const char *code)
{
	const struct pfs_mechanism *mech;
	const struct pfs_problem *p;
	const struct pfs_fix *fix;
	size_t i, nr;

	if (!code) {
		put_list(o);
		return 0;
	}
	p = pfs_problem_by_code(code);
	if (p) {
		pfs_out_color(o, PFS_BOLD);
		pfs_outf(o, "%s", p->code);
		pfs_out_color(o, PFS_PLAIN);
		pfs_outf(o, "  finding, usually %s\n\n", pfs_severity_name(p->severity));
		pfs_out_field(o, "title", "%s", p->title);
		pfs_out_field(o, "meaning", "%s", p->meaning);
		pfs_out_field(o, "advice", "%s", p->advice);
		return 0;
	}
	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++) {
		if (!strcmp(mech[i].code, code)) {
			put_mechanism(o, &mech[i]);
			return 0;
		}
	}
	fix = pfs_fixes(&nr);
	for (i = 0; i < nr; i++) {
		if (!strncmp(fix[i].commit, code, strlen(fix[i].commit))) {
			put_fix(o, &fix[i]);
			return 0;
		}
	}
	return -ENOENT;
}
