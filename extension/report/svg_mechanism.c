/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws pictures.def: what happened, step by step. */
#include <stdio.h>
#include <string.h>

#include "report/ticket.h"

#define CELLS 16
#define CELL 11
#define LEFT 76
#define LANE 19

static const struct picture {
	const char *code, *state, *text;
	const char *memory, *valid, *memmap, *reader;
} pictures[] = {
#define PICTURE(id, code, state, text, memory, valid, memmap, reader) \
	{ code, state, text, memory, valid, memmap, reader },
#include <pfnscope/pictures.def>
#undef PICTURE
};

/* How a cell looks, and what its letter means; letter ' ': none is drawn. */
static const struct cell {
	char is;
	const char *class;
	char letter;
	const char *meaning;
} cells[] = {
	{ 'R', "ram", ' ', "RAM" },
	{ 'P', "dev", ' ', "device memory" },
	{ 'A', "offline", ' ', "added memory, not online" },
	{ 'F', "fw", ' ', "firmware" },
	{ '#', "set", ' ', "pfn_valid() says yes" },
	{ 'i', "ok", ' ', "initialised" },
	{ 'n', "bad", 'n', "never initialised" },
	{ 'f', "bad", 'D', "filled with 0xfd" },
	{ 'U', "bad", 'U', "not mapped" },
	{ 'w', "warn", 'M', "linked to another zone" },
};

/* Does this step belong to the story of a page in this state? */
static bool told(const struct picture *p, const char *code, const char *state)
{
	return !strcmp(p->code, code) && (!*p->state || !strcmp(p->state, state));
}

static const struct cell *look(char is)
{
	size_t i;

	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		if (cells[i].is == is)
			return &cells[i];
	return NULL;
}

static void put_lane(struct pfs_out *o, const char *name, const char *lane, int y)
{
	int i;

	pfs_markup(o, "<text class=\"name\" x=\"0\" y=\"%d\">%s</text>", y + 13, name);
	for (i = 0; i < CELLS && lane[i]; i++) {
		const struct cell *c = look(lane[i]);

		pfs_markup(o,
			   "<rect class=\"%s page\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\"/>",
			   c ? c->class : "nothing", LEFT + i * CELL, y, CELL - 1);
		if (c && c->letter != ' ')
			pfs_markup(o, "<text class=\"letter %s\" x=\"%d\" y=\"%d\">%c</text>",
				   c->class, LEFT + i * CELL + CELL / 2, y + 12, c->letter);
	}
	pfs_markup(o, "\n");
}

static void put_reader(struct pfs_out *o, const char *reader, int y)
{
	const int half = 66, width = LEFT + CELLS * CELL;
	const char *at = strchr(reader, '^');
	int x, middle;

	if (!at)
		return;
	x = LEFT + (int)(at - reader) * CELL + CELL / 2;
	middle = x + half > width ? width - half : x;
	pfs_markup(
		o,
		"<path class=\"arrow\" d=\"M%d %dl-5 8h10z\"/><text class=\"alarm below\" x=\"%d\" "
		"y=\"%d\">the kernel steps here</text>\n",
		x, y, middle, y + 21);
}

/* Of those lanes that one must know the colours of. */
static void put_key(struct pfs_out *o, const char *code, const char *state)
{
	size_t i, k;

	pfs_markup(o, "<p class=\"keys\">");
	for (k = 0; k < sizeof(cells) / sizeof(cells[0]); k++) {
		bool used = false;

		for (i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++)
			used = used || (told(&pictures[i], code, state) &&
					(strchr(pictures[i].memory, cells[k].is) ||
					 strchr(pictures[i].valid, cells[k].is) ||
					 strchr(pictures[i].memmap, cells[k].is)));
		if (used)
			pfs_markup(
				o,
				"<span><svg width=\"12\" height=\"12\" aria-hidden=\"true\">"
				"<rect class=\"%s\" width=\"12\" height=\"12\"/></svg> %s</span> ",
				cells[k].class, cells[k].meaning);
	}
	pfs_markup(o, "</p>\n");
}

bool pfs_svg_mechanism(struct pfs_out *o, const char *code, const char *state)
{
	const int width = LEFT + CELLS * CELL + 2;
	unsigned int step = 0;
	size_t i;

	for (i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
		const struct picture *p = &pictures[i];

		if (!told(p, code, state))
			continue;
		if (!step)
			pfs_markup(o, "<div class=\"steps\">\n");
		step++;
		pfs_markup(
			o,
			"<figure><figcaption><b>%u.</b> %s</figcaption>\n<svg xmlns=\""
			"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" "
			"aria-label=\"Step %u\">\n",
			step, p->text, width, 4 * LANE + 8, width, step);
		put_lane(o, "memory", p->memory, 1);
		put_lane(o, "pfn_valid()", p->valid, 1 + LANE);
		put_lane(o, "struct page", p->memmap, 1 + 2 * LANE);
		put_reader(o, p->reader, 1 + 3 * LANE);
		pfs_markup(o, "</svg></figure>\n");
	}
	if (!step)
		return false;
	pfs_markup(o, "</div>\n");
	put_key(o, code, state);
	return true;
}
