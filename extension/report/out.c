/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sink of a report and the layout of its text: fields, paragraphs, colours. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/report.h"

#define LABEL_WIDTH 13

int pfs_out_to_text(struct pfs_out *o, const char *buf, size_t len)
{
	struct pfs_text *t = o->arg;

	pfs_text_add(t, buf, len);
	return t->lost ? -ENOMEM : 0;
}

void pfs_out_raw(struct pfs_out *o, const char *buf, size_t len)
{
	int rc;

	if (o->error || !len)
		return;
	rc = o->write(o, buf, len);
	if (rc)
		o->error = rc;
}

void pfs_out_flush(struct pfs_out *o)
{
	if (!o->error && o->flush)
		o->error = o->flush(o);
}

void pfs_out_color(struct pfs_out *o, enum pfs_color c)
{
	static const char *const seq[] = {
		[PFS_PLAIN] = "\033[0m",     [PFS_BOLD] = "\033[1m",	 [PFS_DIM] = "\033[2m",
		[PFS_RED] = "\033[1;31m",    [PFS_GREEN] = "\033[32m",	 [PFS_YELLOW] = "\033[33m",
		[PFS_BLUE] = "\033[34m",     [PFS_MAGENTA] = "\033[35m", [PFS_CYAN] = "\033[36m",
		[PFS_REVERSE] = "\033[1;7m",
	};

	if (o->color)
		pfs_out_raw(o, seq[c], strlen(seq[c]));
}

/* Formats into buf, or onto the heap where that is too small; NULL: out of memory. */
static char *format(struct pfs_out *o, char *buf, size_t size, const char *fmt, va_list ap)
{
	va_list again;
	char *p = buf;
	int n;

	va_copy(again, ap);
	n = vsnprintf(buf, size, fmt, ap);
	if (n < 0) {
		p = NULL;
	} else if ((size_t)n >= size) {
		p = malloc((size_t)n + 1);
		if (p)
			vsnprintf(p, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	if (!p && !o->error)
		o->error = -ENOMEM;
	return p;
}

static void put_ascii(struct pfs_out *o, const char *s, size_t len)
{
	char piece[8];
	size_t i, from = 0;

	for (i = 0; i < len; i++) {
		if (!((unsigned char)s[i] & 0x80))
			continue;
		pfs_out_raw(o, s + from, i - from);
		pfs_out_raw(o, piece,
			    (size_t)snprintf(piece, sizeof(piece), "\\x%02x", (unsigned char)s[i]));
		from = i + 1;
	}
	pfs_out_raw(o, s + from, len - from);
}

static void put_entities(struct pfs_out *o, const char *s, size_t len)
{
	size_t i, from = 0;

	for (i = 0; i < len; i++) {
		const char *entity = s[i] == '&'  ? "&amp;" :
				     s[i] == '<'  ? "&lt;" :
				     s[i] == '>'  ? "&gt;" :
				     s[i] == '"'  ? "&quot;" :
				     s[i] == '\'' ? "&#39;" :
						    NULL;

		if (!entity)
			continue;
		pfs_out_raw(o, s + from, i - from);
		pfs_out_raw(o, entity, strlen(entity));
		from = i + 1;
	}
	pfs_out_raw(o, s + from, len - from);
}

static void put_dialect(struct pfs_out *o, const char *s, size_t len)
{
	if (o->dialect == PFS_MARKUP)
		put_entities(o, s, len);
	else if (o->dialect == PFS_ASCII)
		put_ascii(o, s, len);
	else
		pfs_out_raw(o, s, len);
}

/* The longest piece that pfs_escape() makes of a byte is 4 bytes long. */
void pfs_out_text(struct pfs_out *o, const char *s, size_t len)
{
	char buf[1024];

	while (len) {
		size_t n = len < sizeof(buf) / 4 - 1 ? len : sizeof(buf) / 4 - 1;

		/* Do not cut a character in two: step back over continuation bytes. */
		if (n < len) {
			size_t cut = n;

			while (cut > n - 4 && ((unsigned char)s[cut] & 0xc0) == 0x80)
				cut--;
			n = cut;
		}
		put_dialect(o, buf, pfs_escape(buf, sizeof(buf), s, n, false));
		s += n;
		len -= n;
	}
}

void pfs_outf(struct pfs_out *o, const char *fmt, ...)
{
	char buf[512], *p;
	size_t len, begins, ends, i;
	va_list ap;

	va_start(ap, fmt);
	p = format(o, buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (!p)
		return;
	/* The format's own line feeds are before and behind it; others are not ours. */
	len = strlen(fmt);
	begins = strspn(fmt, "\n");
	for (ends = 0; ends < len - begins && fmt[len - 1 - ends] == '\n'; ends++)
		;
	for (i = 0; i < begins; i++)
		pfs_out_raw(o, "\n", 1);
	pfs_out_text(o, p + begins, strlen(p) - begins - ends);
	for (i = 0; i < ends; i++)
		pfs_out_raw(o, "\n", 1);
	if (p != buf)
		free(p);
}

static void spaces(struct pfs_out *o, unsigned int n)
{
	static const char blank[] = "                ";

	while (n) {
		unsigned int k = n < sizeof(blank) - 1 ? n : (unsigned int)sizeof(blank) - 1;

		pfs_out_raw(o, blank, k);
		n -= k;
	}
}

/* The cursor is at column indent. Runs of spaces become one. */
static void wrap(struct pfs_out *o, unsigned int indent, const char *text)
{
	size_t col = indent;

	while (*text) {
		size_t n = 0, cols;

		if (*text == ' ') {
			text++;
			continue;
		}
		while (text[n] && text[n] != ' ')
			n++;
		cols = pfs_escape(NULL, 0, text, n, false);
		if (col > indent && col + 1 + cols > o->width) {
			pfs_out_raw(o, "\n", 1);
			spaces(o, indent);
			col = indent;
		} else if (col > indent) {
			pfs_out_raw(o, " ", 1);
			col++;
		}
		pfs_out_text(o, text, n);
		col += cols;
		text += n;
	}
	pfs_out_raw(o, "\n", 1);
}

static void vfield(struct pfs_out *o, enum pfs_color c, const char *label, const char *fmt,
		   va_list ap)
{
	char buf[512], *p = format(o, buf, sizeof(buf), fmt, ap);
	size_t len = label ? strlen(label) : 0;

	if (!p)
		return;
	if (label) {
		pfs_out_color(o, PFS_BOLD);
		pfs_out_raw(o, label, len);
		pfs_out_color(o, PFS_PLAIN);
	}
	spaces(o, len < LABEL_WIDTH ? LABEL_WIDTH - (unsigned int)len : 1);
	if (c != PFS_PLAIN)
		pfs_out_color(o, c);
	/* The lines of an item stay behind its dash. */
	if (!strncmp(p, "- ", 2)) {
		pfs_out_raw(o, p, 2);
		wrap(o, LABEL_WIDTH + 2, p + 2);
	} else {
		wrap(o, LABEL_WIDTH, p);
	}
	if (c != PFS_PLAIN)
		pfs_out_color(o, PFS_PLAIN);
	if (p != buf)
		free(p);
}

void pfs_out_field(struct pfs_out *o, const char *label, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfield(o, PFS_PLAIN, label, fmt, ap);
	va_end(ap);
}

void pfs_out_cfield(struct pfs_out *o, enum pfs_color c, const char *label, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfield(o, c, label, fmt, ap);
	va_end(ap);
}

void pfs_out_para(struct pfs_out *o, unsigned int indent, const char *lead, const char *fmt, ...)
{
	char buf[1024], *p;
	va_list ap;

	va_start(ap, fmt);
	p = format(o, buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (!p)
		return;
	spaces(o, indent);
	pfs_out_raw(o, lead, strlen(lead));
	wrap(o, indent + (unsigned int)strlen(lead), p);
	if (p != buf)
		free(p);
}

void pfs_out_heading(struct pfs_out *o, const char *title)
{
	pfs_out_raw(o, "\n", 1);
	pfs_out_color(o, PFS_BOLD);
	pfs_out_raw(o, title, strlen(title));
	pfs_out_color(o, PFS_PLAIN);
	pfs_out_raw(o, "\n", 1);
}

unsigned int pfs_out_letters(const struct pfs_out *o, unsigned int margin)
{
	unsigned int n = PFS_MAX_LETTERS;

	if (!o->columns)
		return 64;
	while (n > 16 && n + margin > o->columns)
		n /= 2;
	return n;
}
