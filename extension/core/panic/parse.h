/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the text of an oops: small steps, and what is known of it so far. For
 * oops.c, which knows what is the same on every machine, and the files of the
 * machines.
 */
#ifndef PFS_CORE_PANIC_PARSE_H
#define PFS_CORE_PANIC_PARSE_H

#include <string.h>

#include "core/panic/oops.h"

struct pfs_parser {
	const struct pfs_oops_arch *arch;
	struct pfs_model *m;
	struct pfs_oops *o;
	struct pfs_panic *p;
	size_t cap_regs, cap_stack;
	unsigned int traces; /* "Call Trace:" met */
	bool user;	     /* registers of user mode from here on */
	bool ip;	     /* the kernel's instruction pointer was met */
	bool code;
};

/* The first value of a register counts, as what follows repeats it. name: a constant. -ENOMEM. */
int pfs_parse_reg(struct pfs_parser *x, const char *name, uint64_t value);

/*
 * "function+0xoff/0xsize [module]", a "?" before it being a guess, an address in
 * [<>] being skipped. *ret_ok: there was one. -ENOMEM.
 */
int pfs_parse_symbol(struct pfs_model *m, const char *s, struct pfs_frame *ret, bool *ret_ok);

/* Bytes of the faulting instruction, from the one in <> on. Cut lines lack the mark. */
void pfs_parse_code(struct pfs_parser *x, const char *s);

/* At most 16 hex digits, with or without 0x; true and *s moved on if there is one. */
bool pfs_take_hex(const char **s, uint64_t *ret);
bool pfs_take_dec(const char **s, uint64_t *ret);
/* -1: it is none. */
int pfs_hex_digit(char c);
/* Text after the first needle, NULL if there is none. */
const char *pfs_after(const char *s, const char *needle);

static inline bool pfs_starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static inline const char *pfs_skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

#endif
