/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports: what a session found, as text and as JSON. Renderers write to a
 * struct pfs_out and touch no file and no terminal, so that the command line,
 * crash and drgn print the same bytes. They decide nothing: every statement
 * comes from the model, the findings or the verdict.
 */
#ifndef PFS_REPORT_H
#define PFS_REPORT_H

#include <jansson.h>

#include "base/size.h"
#include "core/pages/walker.h"
#include "session/session.h"

enum pfs_color {
	PFS_PLAIN,
	PFS_BOLD,
	PFS_DIM,
	PFS_RED,
	PFS_GREEN,
	PFS_YELLOW,
	PFS_BLUE,
	PFS_MAGENTA,
	PFS_CYAN,
	PFS_REVERSE,
};

/* How text that stems from a dump is changed after pfs_escape(). */
enum pfs_dialect {
	PFS_TERMINAL, /* as it is */
	PFS_ASCII,    /* for mail: bytes beyond ASCII become \xNN */
	PFS_MARKUP,   /* characters with a meaning in HTML and XML become entities */
};

/*
 * Where a report is written to. The first failure is remembered, and all that
 * follows is dropped.
 */
struct pfs_out {
	int (*write)(struct pfs_out *o, const char *buf, size_t len); /* 0 or -errno */
	int (*flush)(struct pfs_out *o);			      /* the same; may be NULL */
	void *arg;
	bool color;
	enum pfs_dialect dialect;
	unsigned int width;   /* columns that wrapped text may use */
	unsigned int columns; /* of the terminal; 0: it is none */
	int error;	      /* 0 or -errno */
};

/* The sink and its layout (out.c). */
/* For pfs_out.write: arg is a struct pfs_text (base/text.h). */
int pfs_out_to_text(struct pfs_out *o, const char *buf, size_t len);
void pfs_out_raw(struct pfs_out *o, const char *buf, size_t len);
/* Write text that may stem from a dump, escaped. */
void pfs_out_text(struct pfs_out *o, const char *s, size_t len);
/*
 * Make what was written so far appear, because it is worth reading before the
 * next stage ends.
 */
void pfs_out_flush(struct pfs_out *o);
void pfs_out_color(struct pfs_out *o, enum pfs_color c);
/*
 * Write formatted text, escaped. One call makes at most one line: line feeds at
 * the beginning or end of fmt are kept, but any other control character may
 * come from the dump and is written as \xNN.
 */
void pfs_outf(struct pfs_out *o, const char *fmt, ...) PFS_PRINTF(2, 3);
/*
 * Write markup: fmt is written as it is, but what its conversions insert is
 * text, and escaped. Knows %s, %.*s, %c, %d, %u, %x with flags, width and l,
 * ll, z, t; and %%.
 */
void pfs_markup(struct pfs_out *o, const char *fmt, ...) PFS_PRINTF(2, 3);
/*
 * Write "label value", wrapped so that the value keeps its column; label may be
 * NULL. A value that starts with "- " is an item, and wrapped behind its dash.
 */
void pfs_out_field(struct pfs_out *o, const char *label, const char *fmt, ...) PFS_PRINTF(3, 4);
void pfs_out_cfield(struct pfs_out *o, enum pfs_color c, const char *label, const char *fmt, ...)
	PFS_PRINTF(4, 5);
/* Write a wrapped paragraph. lead ("- ") is put before its first line, at column indent. */
void pfs_out_para(struct pfs_out *o, unsigned int indent, const char *lead, const char *fmt, ...)
	PFS_PRINTF(4, 5);
/*
 * Letters of a picture in a line, behind margin columns: a power of two, because addresses
 * mean something. 64 where the output is no terminal.
 */
#define PFS_MAX_LETTERS 256
unsigned int pfs_out_letters(const struct pfs_out *o, unsigned int margin);
void pfs_out_heading(struct pfs_out *o, const char *title);

/*
 * Escape len bytes that stem from a dump (escape.c): control characters (C0,
 * DEL, C1), characters that reorder or break lines (U+2028-202E, U+2066-2069)
 * and bytes that are no UTF-8 become \xNN. Writes at most size bytes with the
 * NUL, never half a character, and returns the length of the whole result.
 * keep_control: leave C0 and DEL alone, for JSON has an escape of its own.
 */
size_t pfs_escape(char *dst, size_t size, const char *src, size_t len, bool keep_control);

/* The path of a dump, or what it is if it has none. */
const char *pfs_dump_name(const struct pfs_target_info *i);
/* "present, has mem_map, online"; "none" for no flag. */
const char *pfs_fmt_section_flags(char buf[128], unsigned int flags);

/*
 * Returns the bit of the subsection that pfn is in, -1 if unknown. *ret_index
 * is the number of the subsection.
 */
int pfs_subsection_bit(const struct pfs_model *m, const struct pfs_section *sec, uint64_t pfn,
		       unsigned int *ret_index);
/* Are two sections equal, except for their number and addresses? */
bool pfs_section_equal(const struct pfs_model *m, const struct pfs_section *a,
		       const struct pfs_section *b);
/* The name of the state of a memory block; NULL: not known in this kernel. */
const char *pfs_memory_block_state_name(const struct pfs_model *m,
					const struct pfs_memory_block *b);

/* What the X of `pfn X` was taken for (query.c). */
enum pfs_query_kind {
	PFS_Q_PFN,
	PFS_Q_PHYS,
	PFS_Q_PAGE,
	PFS_Q_VIRT,
	PFS_NR_QUERY_KINDS,
};

struct pfs_reading {
	uint64_t value;
	int base; /* 10 or 16 */
	enum pfs_query_kind kind;
	uint64_t pfn;
	uint64_t offset; /* of value inside the page or the struct page */
};

struct pfs_query {
	const char *text;
	bool forced; /* by a prefix */
	struct pfs_reading read;
	bool has_other; /* in the other base it is a page of a section, too */
	struct pfs_reading other;
};

/*
 * Parse "0x44000", "279552", "ffffea0001100000", or the same after pfn:, phys:,
 * page: or virt:. hex: what may be decimal is hexadecimal, as in crash. Without
 * a prefix the value decides: inside the window of the memmap it is a struct page;
 * below the end of the last section, a PFN; below the limit of physical addresses, a
 * physical address; otherwise a virtual address that is mapped.
 */
int pfs_query_parse(struct pfs_model *m, const char *text, bool hex, struct pfs_query *ret,
		    struct pfs_err *err);
const char *pfs_query_kind_name(enum pfs_query_kind k);

/* What `pfn X` prints beyond what is in the model. */
struct pfs_page_view {
	struct pfs_query query;
	bool has_page;
	struct pfs_page page;
	struct pfs_err why;	 /* without has_page: the reason */
	const char *migratetype; /* NULL: the pageblock is not known */
	uint64_t pageblock_bits;
	struct pfs_walker walkers[PFS_NR_WALKERS];
};

int pfs_page_view(struct pfs_model *m, const char *x, bool hex, struct pfs_page_view *ret,
		  struct pfs_err *err);

/* What a key is the hash of, in order: names and values; the values are not terminated. */
#define PFS_NR_SIGNATURE_PARTS 4	/* the kind of panic, three frames */

struct pfs_signature_parts {
	struct {
		const char *name, *value;
		size_t len;
	} part[PFS_NR_SIGNATURE_PARTS];
	size_t nr;
};

/*
 * A title for people and two keys for machines (signature.c). It must not be
 * copied, because it points into itself.
 */
struct pfs_signature {
	char title[192];
	char defect[32]; /* "defect:v1:0123456789abcdef", "" if there is no defect */
	char crash[32];	 /* "crash:v2:...", "" if there was no panic */
	struct pfs_signature_parts defect_of, crash_of;
};

/* Does frame i of the trace say anything that neither the others nor p->function do? */
bool pfs_frame_telling(const struct pfs_panic *p, size_t i);

struct pfs_fact_row {
	const char *name;
	const struct pfs_fact *fact;
};

/*
 * Fill row with every fact that this kernel may have, sorted by name; returns
 * how many there are.
 */
size_t pfs_facts_sorted(const struct pfs_facts *f, struct pfs_fact_row row[PFS_NR_FACTS]);

void pfs_signature(const struct pfs_session *s, struct pfs_signature *ret);
void pfs_text_signature(struct pfs_out *o, const struct pfs_session *s);

/* The first PFN whose struct page starts at or after va. */
uint64_t pfs_va_to_pfn(const struct pfs_layout *l, uint64_t va);
/* Is any finding more than a note? */
bool pfs_has_problems(const struct pfs_findings *f);

/* Text: verdict_text.c, text.c, page_text.c, views.c, map.c, explain.c */
void pfs_text_verdict(struct pfs_out *o, const struct pfs_session *s);
/* Its title, and what panicked where. */
void pfs_text_panic(struct pfs_out *o, const struct pfs_session *s);
void pfs_text_candidates(struct pfs_out *o, const struct pfs_verdict *v);
/* The mechanism, its fixes, the advice, the evidence and the signature. */
void pfs_text_why(struct pfs_out *o, const struct pfs_session *s);
void pfs_text_range(struct pfs_out *o, const struct pfs_model *m, const struct pfs_run *r);
void pfs_text_findings(struct pfs_out *o, const struct pfs_session *s);
void pfs_text_limits(struct pfs_out *o, const struct pfs_session *s);
void pfs_text_summary(struct pfs_out *o, const struct pfs_session *s);
void pfs_text_page_block(struct pfs_out *o, const struct pfs_model *m, const struct pfs_page *p);
void pfs_text_section_line(struct pfs_out *o, const struct pfs_model *m, uint64_t pfn);
void pfs_text_pfn(struct pfs_out *o, const struct pfs_session *s, const struct pfs_page_view *v);
void pfs_text_sections(struct pfs_out *o, const struct pfs_session *s);
void pfs_text_vmemmap(struct pfs_out *o, const struct pfs_session *s);
void pfs_text_facts(struct pfs_out *o, const struct pfs_session *s, bool all);
void pfs_text_map(struct pfs_out *o, const struct pfs_session *s);
/* If words is NULL, print the list of all. -ENOENT: nothing matches the words. */
int pfs_text_explain(struct pfs_out *o, const char *words);

/* What `explain` was asked for (known.c). */
struct pfs_known {
	const char *words; /* NULL: everything */
	bool exact;	   /* they are a code, a commit or the title of a fix */
	size_t found;	   /* rows found in all catalogues */
};

/*
 * Find the rows that match. Words that are no code are searched for in all
 * texts. The functions and messages of a fix (pfs_fix.seen) are also searched
 * for in the words, which may be a line of a log. A mechanism is found together
 * with its fixes, and a problem with the fixes of bugs that show it.
 */
void pfs_known_find(struct pfs_known *k, const char *words);
bool pfs_known_problem(const struct pfs_known *k, const struct pfs_problem *p);
bool pfs_known_mechanism(const struct pfs_known *k, const struct pfs_mechanism *mech);
bool pfs_known_fix(const struct pfs_known *k, const struct pfs_fix *fix);
/*
 * JSON documents. Each function returns a new reference, or NULL when out of
 * memory (pfs_json_explain() also if nothing matches the words). The order of
 * keys is fixed.
 */
json_t *pfs_json_report(const struct pfs_session *s);
json_t *pfs_json_check(const struct pfs_session *s);
json_t *pfs_json_pfn(const struct pfs_session *s, const struct pfs_page_view *v);
json_t *pfs_json_sections(const struct pfs_session *s);
json_t *pfs_json_vmemmap(const struct pfs_session *s);
json_t *pfs_json_map(const struct pfs_session *s);
json_t *pfs_json_facts(const struct pfs_session *s);
json_t *pfs_json_signature(const struct pfs_session *s);
json_t *pfs_json_explain(const char *words);
json_t *pfs_json_error(const char *code, const char *message);
/* Write and release a document; NULL sets o->error to -ENOMEM. */
void pfs_json_write(struct pfs_out *o, json_t *doc);

#endif
