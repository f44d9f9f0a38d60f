/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/panic/arch.h"

#include <errno.h>

#define MAX_REGS 40

const char *pfs_after(const char *s, const char *needle)
{
	const char *q = strstr(s, needle);

	return q ? q + strlen(needle) : NULL;
}

int pfs_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool pfs_take_hex(const char **s, uint64_t *ret)
{
	const char *q = *s;
	uint64_t v = 0;
	unsigned int n;

	if (q[0] == '0' && q[1] == 'x')
		q += 2;
	for (n = 0; pfs_hex_digit(*q) >= 0; n++, q++) {
		if (n == 16)
			return false;
		v = v << 4 | (uint64_t)pfs_hex_digit(*q);
	}
	if (!n)
		return false;
	*s = q;
	*ret = v;
	return true;
}

bool pfs_take_dec(const char **s, uint64_t *ret)
{
	const char *q = *s;
	uint64_t v = 0;
	unsigned int n;

	for (n = 0; *q >= '0' && *q <= '9'; n++, q++) {
		if (n == 10)
			return false;
		v = v * 10 + (uint64_t)(*q - '0');
	}
	if (!n)
		return false;
	*s = q;
	*ret = v;
	return true;
}

int pfs_parse_reg(struct pfs_parser *x, const char *name, uint64_t value)
{
	struct pfs_reg *r;

	if (pfs_panic_reg(x->p, name) || x->p->nr_regs == MAX_REGS)
		return 0;
	r = pfs_grow(&x->m->arena, &x->p->regs, &x->p->nr_regs, &x->cap_regs, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->name = name;
	r->value = value;
	x->p->regs_from = "log";
	return 0;
}

const char *pfs_reg_name(const struct pfs_oops_arch *arch, const char *s, size_t n)
{
	unsigned int i;

	for (i = 0; i < arch->nr_regs; i++)
		if (strlen(arch->reg_names[i]) == n && !memcmp(arch->reg_names[i], s, n))
			return arch->reg_names[i];
	return strlen(arch->ip_label) == n && !memcmp(arch->ip_label, s, n) ? arch->ip : NULL;
}

int pfs_parse_regs(struct pfs_parser *x, const char *s)
{
	const char *name;
	uint64_t v;
	size_t n;
	int r;

	for (;;) {
		s = pfs_skip_space(s);
		n = strcspn(s, " :");
		name = pfs_reg_name(x->arch, s, n);
		s = pfs_skip_space(s + n);
		if (!name || *s++ != ':')
			return 0;
		s = pfs_skip_space(s);
		if (!pfs_take_hex(&s, &v))
			return 0;
		r = pfs_parse_reg(x, name, v);
		if (r)
			return r;
	}
}

int pfs_parse_symbol(struct pfs_model *m, const char *s, struct pfs_frame *ret, bool *ret_ok)
{
	const char *name, *end;
	struct pfs_frame f = { 0 };
	uint64_t address;

	*ret_ok = false;
	s = pfs_skip_space(s);
	/* "[<ffffffff8026f3f2>] ", or of powerpc the stack pointer as well, "[c000...] [c000...] " */
	while (*s == '[') {
		bool angle = s[1] == '<';

		s += 1 + angle;
		if (!pfs_take_hex(&s, &address) || (angle && *s++ != '>') || *s++ != ']')
			return 0;
		s = pfs_skip_space(s);
	}
	if (*s == '?') {
		f.guess = true;
		s = pfs_skip_space(s + 1);
	}
	name = s;
	while ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
	       *s == '_' || *s == '.' || *s == '$')
		s++;
	end = s;
	if (end == name || end - name > 511 || !pfs_starts(s, "+0x"))
		return 0;
	s++;
	if (!pfs_take_hex(&s, &f.offset) || *s++ != '/' || !pfs_take_hex(&s, &f.size))
		return 0;
	f.function = pfs_strndup(&m->arena, name, (size_t)(end - name));
	if (!f.function)
		return -ENOMEM;
	s = pfs_skip_space(s);
	if (*s == '[') {
		size_t n = strcspn(++s, " ](");

		f.module = n && n < 64 ? pfs_strndup(&m->arena, s, n) : NULL;
		s += n;
	}
	f.guess = f.guess || strstr(s, "(unreliable)");
	*ret = f;
	*ret_ok = true;
	return 0;
}

int pfs_parse_function(struct pfs_parser *x, const char *s)
{
	struct pfs_frame f;
	bool ok;
	int r;

	r = pfs_parse_symbol(x->m, s, &f, &ok);
	if (r || !ok)
		return r;
	x->ip = true;
	x->p->function = f.function;
	x->p->module = f.module;
	x->p->offset = f.offset;
	return 0;
}

void pfs_parse_code(struct pfs_parser *x, const char *s)
{
	const char *mark = strchr(s, '<');
	int hi, lo;

	x->code = true;
	if (!mark)
		return;
	for (s = mark + 1; x->o->nr_code < PFS_OOPS_CODE_MAX; s++) {
		if (*s == ' ' || *s == '>')
			continue;
		hi = pfs_hex_digit(*s);
		lo = hi < 0 ? -1 : pfs_hex_digit(s[1]);
		if (lo < 0 || pfs_hex_digit(s[2]) >= 0)
			return;
		x->o->code[x->o->nr_code++] = (unsigned char)(hi << 4 | lo);
		s++;
	}
}
