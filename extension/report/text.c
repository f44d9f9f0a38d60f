/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings, limits and the closing line, as text. */
#include <inttypes.h>
#include <stdio.h>

#include "report/report.h"

static enum pfs_color severity_color(enum pfs_severity sev)
{
	switch (sev) {
	case PFS_SEV_FATAL:
	case PFS_SEV_CORRUPT:
		return PFS_RED;
	case PFS_SEV_SUSPICIOUS:
		return PFS_YELLOW;
	default:
		return PFS_CYAN;
	}
}

static void put_finding(struct pfs_out *o, const struct pfs_model *m, const struct pfs_finding *f)
{
	unsigned int shift = m->layout.page_shift;
	size_t i;

	pfs_out_color(o, severity_color(f->severity));
	pfs_outf(o, "%-10s", pfs_severity_name(f->severity));
	pfs_out_color(o, PFS_PLAIN);
	pfs_outf(o, "  %s\n", f->problem->code);
	if (f->end > f->start) {
		pfs_outf(o, "    pfn 0x%" PRIx64 "-0x%" PRIx64, f->start, f->end - 1);
		if (shift)
			pfs_outf(o, "  physical 0x%" PRIx64 "-0x%" PRIx64, f->start << shift,
				 (f->end << shift) - 1);
		pfs_outf(o, "  %" PRIu64 " %s\n", f->pages, f->pages == 1 ? "page" : "pages");
	}
	pfs_out_para(o, 4, "", "%s (confidence: %s)", f->title ? f->title : f->problem->title,
		     pfs_confidence_name(f->confidence));
	for (i = 0; i < f->evidence.nr; i++)
		pfs_out_para(o, 4, "- ", "%s", f->evidence.line[i]);
	if (f->decided_by)
		pfs_out_para(o, 4, "- ", "to decide: %s", f->decided_by);
}

void pfs_text_findings(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_findings *f = &s->findings;
	int sev;
	size_t i;

	if (!f->nr)
		return;
	pfs_out_heading(o, "Findings");
	for (sev = PFS_SEV_FATAL; sev >= PFS_SEV_NOTE; sev--)
		for (i = 0; i < f->nr; i++)
			if ((int)f->f[i].severity == sev)
				put_finding(o, &s->model, &f->f[i]);
}

void pfs_text_limits(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_model *m = &s->model;
	size_t i;

	if (!m->nr_limits)
		return;
	pfs_out_heading(o, pfs_is_log(m) ? "Limits of this log" : "Limits of this dump");
	for (i = 0; i < m->nr_limits; i++)
		pfs_out_para(o, 0, "  - ", "%s: %s", m->limits[i].what, m->limits[i].why);
}

/* ", 16 online", or nothing where the flag is not known, or not in this kernel. */
static const char *count_flag(char buf[48], const struct pfs_model *m, enum pfs_section_flag_id id)
{
	size_t i, n = 0;

	buf[0] = '\0';
	if (!pfs_has_section_flag(m, id))
		return buf;
	for (i = 0; i < m->nr_sections; i++)
		n += m->sections[i].flags >> id & 1;
	snprintf(buf, 48, ", %zu %s", n, pfs_section_flag_words(id));
	return buf;
}

void pfs_text_summary(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_model *m = &s->model;
	unsigned int nr[PFS_SEV_FATAL + 1] = { 0 };
	char line[512], online[48], early[48];
	size_t i, at = 0;
	int st;

	for (i = 0; i < s->findings.nr; i++)
		nr[s->findings.f[i].severity]++;
	pfs_out_heading(o, "Summary");
	if (m->lost)
		pfs_out_para(o, 0, "", "%s", "no section and no struct page could be read");
	else
		pfs_out_para(o, 0, "", "%zu sections%s%s%s", m->nr_sections,
			     count_flag(online, m, PFS_SF_ONLINE),
			     count_flag(early, m, PFS_SF_EARLY),
			     s->has_scan ? "" : "; struct pages not scanned");
	if (s->has_scan) {
		for (st = PFS_NR_STATES - 1; st >= 0 && at < sizeof(line); st--)
			if (s->scan.count[st])
				at += (size_t)snprintf(line + at, sizeof(line) - at,
						       "%s%" PRIu64 " %s", at ? ", " : ": ",
						       s->scan.count[st],
						       pfs_state_name((enum pfs_state)st));
		pfs_out_para(o, 0, "", "%" PRIu64 " struct pages%s%s", s->scan.pages,
			     at ? line : "", s->scan.complete ? "" : " (scan not complete)");
	}
	if (!s->findings.nr)
		pfs_out_para(o, 0, "", "%s", "no findings");
	else
		pfs_out_para(o, 0, "", "findings: %u fatal, %u corrupt, %u suspicious, %u %s",
			     nr[PFS_SEV_FATAL], nr[PFS_SEV_CORRUPT], nr[PFS_SEV_SUSPICIOUS],
			     nr[PFS_SEV_NOTE], nr[PFS_SEV_NOTE] == 1 ? "note" : "notes");
}
