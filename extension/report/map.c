/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The physical address space as a picture: one letter for each cell of 2^n
 * pages, as many cells in a row as the terminal has room for. A cell shows the
 * worst of its pages, so that one bad struct page in a terabyte is still seen.
 * Rows begin at round addresses, because addresses mean something; rows without
 * memory are left out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/pages/predicate.h"
#include "report/report.h"

#define MARGIN 13 /* an address, and a space */
#define MAX_ROWS 40

#define L_NONE ' '
#define L_INVALID '-'
#define L_OFFLINE 'o'
#define L_CULPRIT '@'

static const struct {
	char letter;
	enum pfs_color color;
	const char *meaning;
} plain[] = {
	{ '.', PFS_GREEN, "RAM" },
	{ 'r', PFS_DIM, "a memmap over no RAM" },
	{ 'd', PFS_CYAN, "device memory" },
	{ L_OFFLINE, PFS_BLUE, "present, not online" },
	{ L_INVALID, PFS_DIM, "section without these pages" },
	{ L_CULPRIT, PFS_REVERSE, "the page of the panic" },
};

/* What a cell shows where pages of several states share it. */
static const enum pfs_state worst_first[] = {
	PFS_ST_UNMAPPED, PFS_ST_POISONED, PFS_ST_DEPOPULATED, PFS_ST_GARBAGE,  PFS_ST_MISLINKED,
	PFS_ST_ZERO,	 PFS_ST_STALE,	  PFS_ST_UNDECIDABLE, PFS_ST_EXCLUDED, PFS_ST_ABSENT,
};

static int rank(enum pfs_state st)
{
	int i, n = sizeof(worst_first) / sizeof(worst_first[0]);

	for (i = 0; i < n; i++)
		if (worst_first[i] == st)
			return i;
	return n;
}

static enum pfs_color state_color(enum pfs_state st)
{
	int r = rank(st);

	return r < 4 ? PFS_RED : r < 7 ? PFS_MAGENTA : PFS_YELLOW;
}

static enum pfs_color letter_color(char c)
{
	size_t i;
	int st;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (plain[i].letter == c)
			return plain[i].color;
	for (st = 0; st < PFS_NR_STATES; st++)
		if (pfs_state_letter((enum pfs_state)st) == c)
			return state_color((enum pfs_state)st);
	return PFS_PLAIN;
}

/* Rows of 2^shift pages each that hold a section. */
static uint64_t count_rows(const struct pfs_model *m, unsigned int shift)
{
	uint64_t pps = m->layout.pages_per_section, rows = 0, next = 0;
	size_t i;

	for (i = 0; i < m->nr_sections; i++) {
		uint64_t from = m->sections[i].nr * pps >> shift;
		uint64_t to = (m->sections[i].nr * pps + pps - 1) >> shift;

		if (from < next)
			from = next;
		if (to < from)
			continue;
		rows += to - from + 1;
		next = to + 1;
	}
	return rows;
}

struct cursor {
	size_t section, run;
};

/* What a cell without a bad page is, by its first, middle and last page. */
static char plain_letter(const struct pfs_model *m, const struct pfs_section *sec, uint64_t start,
			 uint64_t end)
{
	uint64_t sample[3];
	int i, invalid = 0, ram = 0, device = 0;

	sample[0] = start;
	sample[1] = start + (end - start) / 2;
	sample[2] = end - 1;
	for (i = 0; i < 3; i++) {
		invalid += pfs_pfn_valid(m, sample[i]) == 0;
		ram += pfs_is_system_ram(m, sample[i]) != 0;
		device += pfs_pgmap_of(m, sample[i]) != NULL;
	}
	if (invalid == 3)
		return L_INVALID;
	if (device)
		return 'd';
	if (!(sec->flags & PFS_SEC_ONLINE) && pfs_has_section_flag(m, PFS_SF_ONLINE))
		return L_OFFLINE;
	return ram ? '.' : 'r';
}

static char cell_letter(const struct pfs_session *s, struct cursor *c, uint64_t start, uint64_t end)
{
	const struct pfs_model *m = &s->model;
	uint64_t pps = m->layout.pages_per_section;
	int best = PFS_NR_STATES;
	char letter = L_NONE;
	size_t i;

	while (c->section < m->nr_sections && (m->sections[c->section].nr + 1) * pps <= start)
		c->section++;
	while (c->run < s->scan.nr_runs && s->scan.runs[c->run].end <= start)
		c->run++;
	for (i = c->section; i < m->nr_sections && m->sections[i].nr * pps < end; i++) {
		const struct pfs_section *sec = &m->sections[i];
		uint64_t a = sec->nr * pps > start ? sec->nr * pps : start;
		uint64_t b = (sec->nr + 1) * pps < end ? (sec->nr + 1) * pps : end;
		char l;

		if (!(sec->flags & PFS_SEC_PRESENT))
			continue;
		l = plain_letter(m, sec, a, b);
		/* Several sections in a cell: RAM shows before what is not there. */
		if (letter == L_NONE || letter == L_INVALID || l == '.')
			letter = l;
	}
	for (i = c->run; i < s->scan.nr_runs && s->scan.runs[i].start < end; i++) {
		int r = rank(s->scan.runs[i].state);

		if (r < best) {
			best = r;
			letter = pfs_state_letter(s->scan.runs[i].state);
		}
		if (!best)
			break;
	}
	if (s->has_verdict && s->verdict.has_pfn && s->verdict.page.pfn >= start &&
	    s->verdict.page.pfn < end)
		letter = L_CULPRIT;
	return letter;
}

static void put_row(struct pfs_out *o, const struct pfs_session *s, struct cursor *c,
		    uint64_t start, uint64_t cell, unsigned int letters, bool *seen)
{
	enum pfs_color now = PFS_PLAIN, want;
	char line[PFS_MAX_LETTERS];
	unsigned int i, last = 0;

	for (i = 0; i < letters; i++) {
		line[i] = cell_letter(s, c, start + i * cell, start + (i + 1) * cell);
		seen[(unsigned char)line[i]] = true;
		if (line[i] != L_NONE)
			last = i + 1;
	}
	pfs_outf(o, "%12" PRIx64 " ", start << s->model.layout.page_shift);
	for (i = 0; i < last; i++) {
		want = letter_color(line[i]);
		if (want != now) {
			if (now != PFS_PLAIN)
				pfs_out_color(o, PFS_PLAIN);
			if (want != PFS_PLAIN)
				pfs_out_color(o, want);
			now = want;
		}
		pfs_out_raw(o, &line[i], 1);
	}
	if (now != PFS_PLAIN)
		pfs_out_color(o, PFS_PLAIN);
	pfs_out_raw(o, "\n", 1);
}

static void put_legend_line(struct pfs_out *o, char letter, enum pfs_color color,
			    const char *meaning)
{
	pfs_outf(o, "  ");
	pfs_out_color(o, color);
	pfs_out_raw(o, &letter, 1);
	pfs_out_color(o, PFS_PLAIN);
	pfs_outf(o, "  %s\n", meaning);
}

void pfs_text_map(struct pfs_out *o, const struct pfs_session *s)
{
	const struct pfs_model *m = &s->model;
	uint64_t pps = m->layout.pages_per_section, cell, row, next = 0;
	unsigned int letters = pfs_out_letters(o, MARGIN), shift;
	struct cursor c = { 0, 0 };
	bool seen[256] = { false };
	char size[32];
	size_t i;
	int st;

	if (!m->nr_sections || !pps) {
		pfs_outf(o, "no sections\n");
		return;
	}
	shift = (unsigned int)__builtin_ctz(letters);
	while ((1ull << shift) / letters < m->layout.pages_per_subsection && shift < 48)
		shift++;
	while (shift < 48 && count_rows(m, shift) > MAX_ROWS)
		shift++;
	cell = (1ull << shift) / letters;
	pfs_outf(o, "physical memory, %s a letter, %u a row\n\n",
		 pfs_fmt_size(size, cell << m->layout.page_shift), letters);
	for (i = 0; i < m->nr_sections; i++) {
		uint64_t from = m->sections[i].nr * pps >> shift;
		uint64_t to = (m->sections[i].nr * pps + pps - 1) >> shift;

		for (row = from < next ? next : from; row <= to; row++) {
			if (row > next)
				pfs_outf(o, "%12s\n", "...");
			put_row(o, s, &c, row << shift, cell, letters, seen);
			next = row + 1;
		}
	}
	pfs_out_raw(o, "\n", 1);
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (seen[(unsigned char)plain[i].letter])
			put_legend_line(o, plain[i].letter, plain[i].color, plain[i].meaning);
	if (seen[(unsigned char)L_CULPRIT])
		pfs_outf(o, "     (pfn 0x%" PRIx64 ", %s)\n", s->verdict.page.pfn,
			 pfs_state_name(s->verdict.page.state));
	for (i = 0; i < sizeof(worst_first) / sizeof(worst_first[0]); i++) {
		st = (int)worst_first[i];
		if (seen[(unsigned char)pfs_state_letter((enum pfs_state)st)])
			put_legend_line(o, pfs_state_letter((enum pfs_state)st),
					state_color((enum pfs_state)st),
					pfs_state_name((enum pfs_state)st));
	}
	if (!s->has_scan || !s->scan.complete)
		pfs_outf(o, "\nthe struct pages were not all scanned: bad ones may be missing\n");
}
