/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes markup with text in it. Once they are one string nobody can tell them
 * apart, so the format is parsed here: what is in the format is our markup, and
 * what a conversion inserts may come from anybody.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "report/report.h"

struct conversion {
	char spec[16]; /* "%016lx", for snprintf() */
	char length;   /* 0, 'l', 'L' for ll, 'z' or 't' */
	char type;
};

/* What stands behind '%'; the length of it, 0: none that we know. */
static size_t parse(const char *s, struct conversion *c)
{
	size_t n = strspn(s, "-+ #0123456789.*");

	c->length = 0;
	if (s[n] == 'l' || s[n] == 'z' || s[n] == 't')
		c->length = s[n++];
	if (c->length == 'l' && s[n] == 'l') {
		c->length = 'L';
		n++;
	}
	c->type = s[n];
	if (!c->type || !strchr("sducx", c->type) || n + 3 > sizeof(c->spec))
		return 0;
	memcpy(c->spec + 1, s, n + 1);
	c->spec[0] = '%';
	c->spec[n + 2] = '\0';
	return n + 1;
}

static void put_number(struct pfs_out *o, const struct conversion *c, va_list *ap)
{
	char buf[64];
	int n;

	/* The format came with the call, and was checked there against the arguments. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	switch (c->length) {
	case 'l':
		n = snprintf(buf, sizeof(buf), c->spec, va_arg(*ap, long));
		break;
	case 'L':
		n = snprintf(buf, sizeof(buf), c->spec, va_arg(*ap, long long));
		break;
	case 'z':
		n = snprintf(buf, sizeof(buf), c->spec, va_arg(*ap, size_t));
		break;
	case 't':
		n = snprintf(buf, sizeof(buf), c->spec, va_arg(*ap, ptrdiff_t));
		break;
	default:
		n = snprintf(buf, sizeof(buf), c->spec, va_arg(*ap, int));
		break;
	}
#pragma GCC diagnostic pop
	if (n > 0)
		pfs_out_text(o, buf, (size_t)n < sizeof(buf) ? (size_t)n : sizeof(buf) - 1);
}

/* "%s" and "%.*s" */
static void put_string(struct pfs_out *o, const struct conversion *c, va_list *ap)
{
	int max = strchr(c->spec, '*') ? va_arg(*ap, int) : -1;
	const char *s = va_arg(*ap, const char *);

	pfs_out_text(o, s, max >= 0 ? strnlen(s, (size_t)max) : strlen(s));
}

void pfs_markup(struct pfs_out *o, const char *fmt, ...)
{
	struct conversion c;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	while (*fmt) {
		n = strcspn(fmt, "%");
		pfs_out_raw(o, fmt, n);
		fmt += n;
		if (!*fmt)
			break;
		n = parse(++fmt, &c);
		if (!n) { /* "%%" */
			pfs_out_raw(o, "%", 1);
			fmt += *fmt == '%';
			continue;
		}
		fmt += n;
		if (c.type == 's')
			put_string(o, &c, &ap);
		else
			put_number(o, &c, &ap);
	}
	va_end(ap);
}
