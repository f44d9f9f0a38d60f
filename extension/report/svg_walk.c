/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draws the page-table walk to a struct page: one box for each entry, and the
 * result in the last one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/ticket.h"

#define BOX 160
#define GAP 20
#define HEIGHT 84

static void put_entry(struct pfs_out *o, const struct pfs_model *m, const struct pfs_step *st,
		      int x, const char *class, const char *says)
{
	uint64_t index = (st->entry_pa & (m->layout.page_size - 1)) / 8;

	pfs_markup(o,
		   "<rect class=\"box%s\" x=\"%d\" y=\"1\" width=\"%d\" height=\"%d\" rx=\"3\"/>"
		   "<text class=\"title\" x=\"%d\" y=\"19\">%s[%" PRIu64 "]</text>"
		   "<text class=\"tip\" x=\"%d\" y=\"37\">at 0x%" PRIx64 "</text>",
		   class, x, BOX, HEIGHT - 2, x + 10, st->level, index, x + 10, st->entry_pa);
	if (st->presence == PFS_PRESENT)
		pfs_markup(o, "<text class=\"mono\" x=\"%d\" y=\"56\">%016" PRIx64 "</text>",
			   x + 10, st->entry);
	pfs_markup(o, "<text class=\"%s\" x=\"%d\" y=\"74\">%s</text>\n", *class ? "alarm" : "tip",
		   x + 10, says);
}

static void put_arrow(struct pfs_out *o, int x)
{
	pfs_markup(o, "<path class=\"link\" d=\"M%d %dh%dm-5 -4l5 4l-5 4\"/>\n", x + 2, HEIGHT / 2,
		   GAP - 5);
}

void pfs_svg_walk(struct pfs_out *o, const struct pfs_model *m, const struct pfs_walk *w)
{
	unsigned int i, nr = w->nr < PFS_MAX_LEVELS ? w->nr : PFS_MAX_LEVELS;
	int boxes = (int)nr + w->mapped, x = 1;
	char says[64], size[32];

	pfs_markup(o,
		   "<svg class=\"walk\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		   "width=\"%d\" role=\"img\" aria-label=\"Page-table walk of 0x%" PRIx64 "\">\n",
		   boxes * (BOX + GAP) - GAP + 2, HEIGHT, boxes * (BOX + GAP) - GAP + 2, w->va);
	for (i = 0; i < nr; i++, x += BOX + GAP) {
		const struct pfs_step *st = &w->step[i];
		bool last = i + 1 == nr;

		if (i)
			put_arrow(o, x - GAP);
		if (st->presence != PFS_PRESENT) {
			snprintf(says, sizeof(says), "table page %s",
				 pfs_presence_name(st->presence));
			put_entry(o, m, st, x, " gone", says);
		} else if (!last) {
			put_entry(o, m, st, x, "", "points to a table");
		} else if (w->mapped) {
			snprintf(says, sizeof(says), "leaf of %s, %s",
				 pfs_fmt_size(size, w->leaf_size),
				 w->writable ? "writable" : "read-only");
			put_entry(o, m, st, x, "", says);
		} else {
			put_entry(o, m, st, x, " gone", "not present: ends here");
		}
	}
	if (w->mapped) {
		put_arrow(o, x - GAP);
		pfs_markup(o,
			   "<rect class=\"box leaf\" x=\"%d\" y=\"1\" width=\"%d\" height=\"%d\" "
			   "rx=\"3\"/><text class=\"title\" x=\"%d\" y=\"19\">struct page</text>"
			   "<text class=\"tip\" x=\"%d\" y=\"37\">in physical memory at</text>"
			   "<text class=\"mono\" x=\"%d\" y=\"56\">0x%" PRIx64 "</text>"
			   "<text class=\"tip\" x=\"%d\" y=\"74\">PFN 0x%" PRIx64 "</text>\n",
			   x, BOX, HEIGHT - 2, x + 10, x + 10, x + 10, w->pa, x + 10,
			   w->pa >> m->layout.page_shift);
	}
	pfs_markup(o, "</svg>\n");
}
