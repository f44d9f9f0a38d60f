/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from a dump may have been written by anybody: a task's name with ESC in
 * it must not drive the terminal of the engineer who reads the report, and a
 * line feed must not forge a line of it.
 */
#include <string.h>

#include "report/report.h"

/*
 * Length of the UTF-8 character at s, 0 if there is none:
 *
 *	0xxxxxxx                             U+0000  - U+007F
 *	110xxxxx 10xxxxxx                    U+0080  - U+07FF
 *	1110xxxx 10xxxxxx 10xxxxxx           U+0800  - U+FFFF
 *	11110xxx 10xxxxxx 10xxxxxx 10xxxxxx  U+10000 - U+10FFFF
 *
 * Overlong forms and surrogates are none.
 */
static size_t utf8_char(const unsigned char *s, size_t len, uint32_t *ret_cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t cp;
	size_t n, i;

	if (s[0] < 0x80) {
		*ret_cp = s[0];
		return 1;
	}
	if ((s[0] & 0xe0) == 0xc0) {
		n = 2;
		cp = s[0] & 0x1f;
	} else if ((s[0] & 0xf0) == 0xe0) {
		n = 3;
		cp = s[0] & 0x0f;
	} else if ((s[0] & 0xf8) == 0xf0) {
		n = 4;
		cp = s[0] & 0x07;
	} else {
		return 0;
	}
	if (n > len)
		return 0;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (s[i] & 0x3f);
	}
	if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*ret_cp = cp;
	return n;
}

static bool printable(uint32_t cp, bool keep_control)
{
	if (cp < 0x20 || cp == 0x7f)
		return keep_control && cp;
	if (cp < 0xa0)
		return cp < 0x7f;
	return !(cp >= 0x2028 && cp <= 0x202e) && !(cp >= 0x2066 && cp <= 0x2069);
}

size_t pfs_escape(char *dst, size_t size, const char *src, size_t len, bool keep_control)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *s = (const unsigned char *)src;
	bool full = !size;
	size_t i = 0, done = 0, at = 0;

	while (i < len) {
		char piece[16];
		uint32_t cp = 0;
		size_t k, n = utf8_char(s + i, len - i, &cp), w = 0;

		if (n && printable(cp, keep_control)) {
			memcpy(piece, s + i, n);
			w = n;
		} else {
			if (!n)
				n = 1;
			for (k = 0; k < n; k++) {
				piece[w++] = '\\';
				piece[w++] = 'x';
				piece[w++] = hex[s[i + k] >> 4];
				piece[w++] = hex[s[i + k] & 15];
			}
		}
		if (!full && w < size - at) {
			memcpy(dst + at, piece, w);
			at += w;
		} else {
			full = true;
		}
		done += w;
		i += n;
	}
	if (size)
		dst[at] = '\0';
	return done;
}
