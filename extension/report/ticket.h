/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the attachments of a ticket (report.txt, report.html, map.svg) are made of
 * beside the session; the renderers of them.
 */
#ifndef PFS_REPORT_TICKET_H
#define PFS_REPORT_TICKET_H

#include <string.h>

#include "report/report.h"

/* A claim of the report, and how to check it by hand in stock crash and drgn. */
struct pfs_claim {
	char claim[192];
	char crash[96]; /* a command */
	char drgn[96];	/* a Python expression; "" if there is none */
	char gives[96]; /* what the answer must contain */
};

#define PFS_MAX_CLAIMS 16

struct pfs_claims {
	struct pfs_claim c[PFS_MAX_CLAIMS + 1]; /* the last is spare */
	size_t nr;
};

/* About the culprit; none without one (claims.c). */
void pfs_claims_find(const struct pfs_session *s, struct pfs_claims *ret);

/*
 * The page that the picture zooms in to, and its neighbours in rows: the culprit,
 * else the first page of the worst finding (focus.c).
 */
#define PFS_FOCUS_ROW 32u
#define PFS_FOCUS_PAGES (3 * PFS_FOCUS_ROW)

struct pfs_focus {
	bool has;
	bool culprit;
	uint64_t pfn;
	const char *what; /* "the page of the panic", or a finding's code */
	uint64_t start;	  /* PFN of page[0] */
	struct {
		bool known; /* there is a struct page */
		enum pfs_state state;
	} page[PFS_FOCUS_PAGES];
};

void pfs_focus_find(struct pfs_session *s, struct pfs_focus *ret);

struct pfs_ticket {
	const struct pfs_session *s;
	struct pfs_focus focus;
	struct pfs_claims claims;
	const char *command; /* that makes this report again */
};

/* report.txt: ASCII, at most 75 columns, whatever the dump holds. */
#define PFS_TICKET_WIDTH 75u
void pfs_text_ticket(struct pfs_out *o, const struct pfs_ticket *t);
void pfs_html_ticket(struct pfs_out *o, const struct pfs_ticket *t);

/* Pictures, as <svg> elements; alone: a file of its own, with its style sheet. */
void pfs_svg_map(struct pfs_out *o, const struct pfs_session *s, const struct pfs_focus *f,
		 bool alone);
void pfs_svg_walk(struct pfs_out *o, const struct pfs_model *m, const struct pfs_walk *w);
/*
 * What happened to a page in this state, step by step: the rows of pictures.def.
 * false: there are none.
 */
bool pfs_svg_mechanism(struct pfs_out *o, const char *code, const char *state);
/* The style sheet of all of them. */
void pfs_svg_style(struct pfs_out *o);

/* The last component of a path: where a dump lay is nobody's business. */
const char *pfs_base_name(const char *path);

/* Text of a dump in a report has an end: the rest is left to report.json. */
#define PFS_CLIP 600
#define PFS_CLIPPED(s) (int)PFS_CLIP, (s), strnlen((s), PFS_CLIP + 1) > PFS_CLIP ? " [...]" : ""

#endif
