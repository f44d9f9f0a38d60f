/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pfs_text_add(struct pfs_text *t, const void *p, size_t len)
{
	size_t cap = t->cap ? t->cap : 256;
	char *grown;

	while (!t->lost && cap - t->len <= len) {
		t->lost = cap > SIZE_MAX / 2;
		cap *= 2;
	}
	if (!t->lost && cap != t->cap) {
		grown = realloc(t->p, cap);
		t->lost = !grown;
		if (grown) {
			t->p = grown;
			t->cap = cap;
		}
	}
	if (t->lost)
		return;
	if (len)
		memcpy(t->p + t->len, p, len);
	t->len += len;
	t->p[t->len] = '\0';
}

void pfs_text_printf(struct pfs_text *t, const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0) {
		t->lost = true;
		return;
	}
	pfs_text_add(t, s, (size_t)n);
	free(s);
}

char *pfs_text_take(struct pfs_text *t, size_t *ret_len)
{
	char *p;

	pfs_text_add(t, "", 0);
	p = t->p;
	if (t->lost) {
		free(p);
		p = NULL;
	}
	if (ret_len)
		*ret_len = t->len;
	*t = (struct pfs_text){ 0 };
	return p;
}
