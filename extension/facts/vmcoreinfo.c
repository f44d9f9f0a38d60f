/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMCOREINFO: lines of KEY=VALUE with which the kernel describes itself. */
#include "facts/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The kernel writes a page or so of it, and a distilled dump somewhat more. */
#define MAX_BYTES ((size_t)1 << 20)

static bool printable(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || (unsigned char)s[i] > 0x7e)
			return false;
	return true;
}

/* Equal keys stay in the order of the text: rows lie in the arena in that order. */
static int compare_rows(const void *a, const void *b)
{
	const struct pfs_vmcoreinfo_row *x = a, *y = b;
	int r = strcmp(x->key, y->key);

	if (r)
		return r;
	return x->value < y->value ? -1 : x->value > y->value;
}

int pfs_vmcoreinfo_parse(struct pfs_arena *a, const char *text, size_t len,
			 struct pfs_vmcoreinfo *ret, struct pfs_err *err)
{
	struct pfs_vmcoreinfo v = { NULL, 0, "VMCOREINFO" };
	size_t i, lines = 1, at = 0, kept = 0;
	char *copy;

	if (len > MAX_BYTES)
		return pfs_err_set(err, EINVAL, "VMCOREINFO of %zu bytes: absurd", len);
	/* Make one copy and split it in place; a NUL ends a line as a newline does. */
	copy = pfs_strndup(a, text ? text : "", len);
	if (!copy)
		return pfs_err_set(err, ENOMEM, "out of memory");
	for (i = 0; i < len; i++)
		lines += copy[i] == '\n' || !copy[i];
	v.rows = pfs_calloc(a, lines, sizeof(*v.rows));
	if (!v.rows)
		return pfs_err_set(err, ENOMEM, "out of memory");
	while (at < len) {
		size_t n = strcspn(copy + at, "\n");
		char *line = copy + at, *eq = memchr(line, '=', n);

		at += n + 1;
		if (!eq || eq == line || !printable(line, n))
			continue;
		*eq = '\0';
		line[n] = '\0';
		v.rows[v.nr].key = line;
		v.rows[v.nr++].value = eq + 1;
	}
	if (v.nr)
		qsort(v.rows, v.nr, sizeof(*v.rows), compare_rows);
	for (i = 0; i < v.nr; i++)
		if (i + 1 == v.nr || strcmp(v.rows[i].key, v.rows[i + 1].key))
			v.rows[kept++] = v.rows[i];
	v.nr = kept;
	*ret = v;
	return 0;
}

const char *pfs_vmcoreinfo_get(const struct pfs_vmcoreinfo *v, const char *key)
{
	size_t low = 0, high = v->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int r = strcmp(key, v->rows[mid].key);

		if (!r)
			return v->rows[mid].value;
		if (r < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/*
 * Addresses are hexadecimal without 0x. All other numbers are decimal (signed
 * in NUMBER()), or hexadecimal with 0x.
 */
int pfs_vmcoreinfo_number(const struct pfs_vmcoreinfo *v, const char *key, uint64_t *ret)
{
	const char *s = pfs_vmcoreinfo_get(v, key);
	bool hex = !strncmp(key, "SYMBOL(", 7) || !strcmp(key, "KERNELOFFSET");
	bool negative = false;
	uint64_t n = 0;

	if (!s)
		return -ENOENT;
	if (*s == '-' && !hex) {
		negative = true;
		s++;
	}
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		hex = true;
		s += 2;
	}
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		unsigned int base = hex ? 16 : 10, digit;

		if (*s >= '0' && *s <= '9')
			digit = (unsigned int)(*s - '0');
		else if (hex && ((*s | 32) >= 'a' && (*s | 32) <= 'f'))
			digit = (unsigned int)((*s | 32) - 'a') + 10;
		else
			return -EINVAL;
		if (__builtin_mul_overflow(n, base, &n) || __builtin_add_overflow(n, digit, &n))
			return -EINVAL;
	}
	if (negative && n > (uint64_t)1 << 63)
		return -EINVAL;
	*ret = negative ? 0 - n : n;
	return 0;
}
