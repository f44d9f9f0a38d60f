/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small steps of reading the text of an oops, and what is known of it so far.
 * They are shared by oops.c, which knows what all architectures have in common,
 * and the files of the architectures.
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
	unsigned int traces; /* how many "Call Trace:" lines were met */
	bool user;	     /* from here on registers are those of user mode */
	bool ip;	     /* the kernel's instruction pointer was met */
	bool code;
};

/*
 * Note a register. Only its first value counts, as later ones repeat it. name
 * is a constant. -ENOMEM.
 */
int pfs_parse_reg(struct pfs_parser *x, const char *name, uint64_t value);

/*
 * The constant name of a register of the machine's notes that is called so by the n bytes at
 * s, or as the kernel prints the program counter; NULL: none is.
 */
const char *pfs_reg_name(const struct pfs_oops_arch *arch, const char *s, size_t n);
/*
 * Note the registers of a line, until one that is none: "x1 : 0123 x0 : 4567", " s11: 0123".
 * -ENOMEM.
 */
int pfs_parse_regs(struct pfs_parser *x, const char *s);

/*
 * Parse "function+0xoff/0xsize [module]". A "?" before it or "(unreliable)"
 * behind it marks a guess; addresses in [<>] or [] are skipped. *ret_ok: there
 * was a symbol. -ENOMEM.
 */
int pfs_parse_symbol(struct pfs_model *m, const char *s, struct pfs_frame *ret, bool *ret_ok);

/* The symbol of the program counter, if s begins with one: the panic's function. -ENOMEM. */
int pfs_parse_function(struct pfs_parser *x, const char *s);

/*
 * Parse the bytes of the faulting instruction, from the one in <> on. A line
 * that was cut off lacks that mark.
 */
void pfs_parse_code(struct pfs_parser *x, const char *s);

/*
 * Read at most 16 hex digits, with or without 0x. If there are any, true, and
 * *s is moved behind them.
 */
bool pfs_take_hex(const char **s, uint64_t *ret);
bool pfs_take_dec(const char **s, uint64_t *ret);
/* The value of a digit; -1: c is none. */
int pfs_hex_digit(char c);
/* The text after the first occurrence of needle, NULL if there is none. */
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
