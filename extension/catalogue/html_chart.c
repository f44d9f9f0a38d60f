/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draws crashes by day and signature as stacked bars. Times come from machines whose clocks
 * may be anything: a chart of a long time has bars of several days.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "catalogue/html.h"

#define BARS 120
#define COLOURS 6 /* of signatures; the next is of all others */
#define WIDTH 840
#define HEIGHT 130
#define DAY (24 * 60 * 60)

struct chart {
	int64_t first, last; /* days since 1970 */
	int64_t step;	     /* days in a bar */
	int bars;
	unsigned int at[BARS][COLOURS + 1];
	unsigned int highest;
	size_t timed, untimed;
};

static const char *get(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* "2023-11-14T22:13:20Z"; -1: it is no time. */
static int64_t day_of(const json_t *dump)
{
	const char *s = get(dump, "time");
	struct tm tm = { 0 };
	int end = 0;
	time_t t;

	if (!s || sscanf(s, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &end) != 3 ||
	    end != 10 || tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	t = timegm(&tm);
	return t < 0 ? -1 : t / DAY;
}

/* The digits of a day: 2023-11-14. */
static const char *day_name(char buf[16], int64_t day)
{
	time_t t = day * DAY;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, 16, "%Y-%m-%d", &tm))
		snprintf(buf, 16, "?");
	return buf;
}

static void find_ends(struct chart *c, const json_t *groups, const json_t *sets)
{
	const json_t *g, *d;
	size_t i, k;

	json_array_foreach(groups, i, g)
		json_array_foreach(json_object_get(sets, get(g, "key")), k, d) {
			int64_t day = day_of(d);

			if (day < 0) {
				c->untimed++;
				continue;
			}
			if (!c->timed || day < c->first)
				c->first = day;
			if (!c->timed || day > c->last)
				c->last = day;
			c->timed++;
		}
	c->step = (c->last - c->first) / BARS + 1;
	c->bars = (int)((c->last - c->first) / c->step) + 1;
}

static void count(struct chart *c, const json_t *groups, const json_t *sets)
{
	const json_t *g, *d;
	size_t i, k;
	int bar, n;

	json_array_foreach(groups, i, g)
		json_array_foreach(json_object_get(sets, get(g, "key")), k, d)
			if (day_of(d) >= 0)
				c->at[(day_of(d) - c->first) / c->step]
				     [i < COLOURS ? i : COLOURS]++;
	for (bar = 0; bar < c->bars; bar++) {
		unsigned int sum = 0;

		for (n = 0; n <= COLOURS; n++)
			sum += c->at[bar][n];
		if (sum > c->highest)
			c->highest = sum;
	}
}

static const char *title_of(const json_t *groups, size_t i)
{
	const char *title = i < COLOURS ? get(json_array_get(groups, i), "title") : "others";

	return title ? title : "-";
}

static void put_bar(struct pfs_out *o, const struct chart *c, int bar, const json_t *groups)
{
	int slot = WIDTH / c->bars, w = slot > 40 ? 36 : slot > 3 ? slot - 2 : slot;
	int x = (int)((int64_t)bar * WIDTH / c->bars), y = HEIGHT;
	unsigned int below = 0;
	char day[16];
	size_t i;

	for (i = 0; i <= COLOURS; i++) {
		int top;

		if (!c->at[bar][i])
			continue;
		below += c->at[bar][i];
		top = HEIGHT - (int)((uint64_t)below * (HEIGHT - 4) / c->highest);
		pfs_markup(o,
			   "<rect class=\"c%zu\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">"
			   "<title>%s: %u of %s</title></rect>\n",
			   i, x, top, w, y - top, day_name(day, c->first + bar * c->step),
			   c->at[bar][i], title_of(groups, i));
		y = top;
	}
}

static void put_legend(struct pfs_out *o, const json_t *groups)
{
	size_t i, nr = json_array_size(groups);

	pfs_markup(o, "<ul class=\"legend\">\n");
	for (i = 0; i < nr && i <= COLOURS; i++) {
		pfs_markup(o,
			   "<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect "
			   "class=\"c%zu\" width=\"12\" height=\"12\"/></svg> ",
			   i);
		if (i < COLOURS)
			pfs_markup(o, "<a href=\"#g%zu\">%s</a></li>\n", i, title_of(groups, i));
		else
			pfs_markup(o, "others: %zu</li>\n", nr - i);
	}
	pfs_markup(o, "</ul>\n");
}

void pfs_catalogue_chart(struct pfs_out *o, const json_t *groups, const json_t *sets)
{
	struct chart c = { 0 };
	char from[16], to[16];
	int bar;

	find_ends(&c, groups, sets);
	if (!c.timed)
		return;
	count(&c, groups, sets);
	day_name(from, c.first);
	day_name(to, c.last);
	pfs_markup(o, "<section>\n<h2>Crashes by day and signature</h2>\n<p>");
	if (c.step > 1)
		pfs_markup(o, "A bar is %" PRId64 " days. ", c.step);
	pfs_markup(o, "The highest is %u.", c.highest);
	if (c.untimed)
		pfs_markup(o, " Without a time, and not in it: %zu.", c.untimed);
	pfs_markup(
		o,
		"</p>\n<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d "
		"%d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Crashes by day and "
		"signature, %s to %s\">\n",
		WIDTH, HEIGHT, from, to);
	for (bar = 0; bar < c.bars; bar++)
		put_bar(o, &c, bar, groups);
	pfs_markup(o, "</svg>\n<p class=\"ends\"><span>%s</span><span>%s</span></p>\n", from,
		   c.last > c.first ? to : "");
	put_legend(o, groups);
	pfs_markup(o, "</section>\n");
}
