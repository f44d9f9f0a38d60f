/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the attachments of a ticket (report.txt, report.html, map.svg) need
 * besides the session, and the functions that write them.
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

/* Make the claims about the culprit; without one there are none (claims.c). */
void pfs_claims_find(const struct pfs_session *s, struct pfs_claims *ret);

/*
 * The page that the picture zooms in on, and its neighbours in rows. It is the
 * culprit, or else the first page of the worst finding (focus.c).
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
	const char *command; /* the command that makes this report again */
};

/* report.txt is ASCII with at most 75 columns, whatever the dump holds. */
#define PFS_TICKET_WIDTH 75u
void pfs_text_ticket(struct pfs_out *o, const struct pfs_ticket *t);
/* The commands that open the dump in crash and drgn (opening.c). */
void pfs_text_opening(struct pfs_out *o, const struct pfs_session *s);
void pfs_html_ticket(struct pfs_out *o, const struct pfs_ticket *t);

enum pfs_map_shape {
	PFS_MAP_WIDE,
	PFS_MAP_NARROW, /* for a screen of 360 columns */
};

/* Pictures, as <svg> elements. alone: as a file of its own, with the style sheet in it. */
void pfs_svg_map(struct pfs_out *o, const struct pfs_session *s, const struct pfs_focus *f,
		 enum pfs_map_shape shape, bool alone);
void pfs_svg_walk(struct pfs_out *o, const struct pfs_model *m, const struct pfs_walk *w);
/*
 * Draw, step by step, what happened to a page in this state: the rows of
 * pictures.def. False: there are none.
 */
bool pfs_svg_mechanism(struct pfs_out *o, const char *code, const char *state);
/* The style sheet of all pictures. */
void pfs_svg_style(struct pfs_out *o);

/* Text of a dump is cut off in a report; report.json has all of it. */
#define PFS_CLIP 600
#define PFS_CLIPPED(s) (int)PFS_CLIP, (s), strnlen((s), PFS_CLIP + 1) > PFS_CLIP ? " [...]" : ""

#endif
