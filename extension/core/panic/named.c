/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Struct pages that the messages of the kernel name, in kernels 3.10 to 7.x:
 *
 *	BUG: Bad page state in process omicli  pfn:09100
 *	BUG: Bad page map in process sh  pte:80000000091000a7 pmd:02a6b067
 *	page:ffffea0000244000 count:0 mapcount:1 mapping:          (null) index:0x7f
 *	page:0000000061ad3c95 refcount:0 mapcount:1 mapping:... index:0x0 pfn:0x9100
 *	page: refcount:0 mapcount:1 mapping:... index:0x0 pfn:0x9100	(v6.10)
 *	page:ffffea0001100000 is uninitialized and poisoned
 *	raw: 000fffffc0080018 dead000000000100 ...
 *	page dumped because: nonzero mapcount
 *	list_del corruption. next->prev should be ffffea0000230008, but was 5a5a... (next=...)
 *
 * Where the address is hashed (v5.8 on), its upper half is zero.
 */
#include "core/panic/parse.h"

#include <errno.h>

#define MAX_NAMED 16

/* dump_page()'s first line. */
static bool parse_page(const char *s, struct pfs_named_page *ret)
{
	const char *q;

	if (!pfs_starts(s, "page:"))
		return false;
	*ret = (struct pfs_named_page){ .line = s, .by = PFS_NAMED_BY_DUMP };
	ret->poisoned = strstr(s, " is uninitialized and poisoned") != NULL;
	q = s + 5;
	if (pfs_take_hex(&q, &ret->page) && *q == ' ' && ret->page >> 63)
		ret->has_page = true;
	else
		ret->page = 0;
	q = pfs_after(s, " pfn:");
	if (q && pfs_take_hex(&q, &ret->pfn))
		ret->has_pfn = true;
	return ret->poisoned || strstr(s, " refcount:") || strstr(s, " count:");
}

/*
 * Parse lines of bad_page() and print_bad_pte(). The latter has no PFN, but is
 * followed by "page:".
 */
static bool parse_bad(const char *s, struct pfs_named_page *ret)
{
	const char *q;

	if (!pfs_starts(s, "BUG: Bad page state in process ") &&
	    !pfs_starts(s, "BUG: Bad page map in process "))
		return false;
	*ret = (struct pfs_named_page){ .line = s, .by = PFS_NAMED_BY_CHECK };
	q = pfs_after(s, "  pfn:");
	if (q && pfs_take_hex(&q, &ret->pfn))
		ret->has_pfn = true;
	return true;
}

/* The hexadecimal number behind the words, or in brackets behind a name: "prev (ffff...)". */
static bool number_after(const char *s, const char *words, uint64_t *ret)
{
	const char *q = pfs_after(s, words);
	size_t name;

	if (!q)
		return false;
	/* %p of old kernels, padded to the width of a pointer. */
	if (pfs_starts(pfs_skip_space(q), "(null)")) {
		*ret = 0;
		return true;
	}
	name = strspn(q, "abcdefghijklmnopqrstuvwxyz");
	if (pfs_starts(q + name, " ("))
		q += name + 2;
	return pfs_take_hex(&q, ret);
}

/*
 * Messages of lib/list_debug.c, in all versions: the word at the list_head that
 * is given in brackets should be the entry (list_del) or the other neighbour
 * (list_add), and is something else.
 */
static bool parse_list(const char *s, struct pfs_named_page *holder, struct pfs_named_page *entry)
{
	bool next = strstr(s, " next->prev should be ") != NULL;
	uint64_t should, is, head;

	if (!pfs_starts(s, "list_del corruption") && !pfs_starts(s, "list_add corruption"))
		return false;
	*holder = *entry = (struct pfs_named_page){ .line = s, .by = PFS_NAMED_BY_LIST };
	if (!number_after(s, "->prev should be ", &should) &&
	    !number_after(s, "->next should be ", &should))
		return false;
	if (!number_after(s, "but was ", &is))
		return false;
	entry->page = should;
	entry->has_page = true;
	if (!number_after(s, next ? "(next=" : "(prev=", &head))
		return true;
	holder->page = head;
	holder->has_page = true;
	holder->word_at = head + (next ? 8 : 0);
	holder->word_is = is;
	holder->word_should = should;
	return true;
}

/* "list_del corruption, ffffea0000230008->next is LIST_POISON1 (dead000000000100)": deleted twice. */
static bool parse_list_entry(const char *s, struct pfs_named_page *entry)
{
	const char *q = pfs_after(s, "list_del corruption, ");

	*entry = (struct pfs_named_page){ .line = s, .by = PFS_NAMED_BY_LIST };
	if (!q || !pfs_take_hex(&q, &entry->page) || !pfs_starts(q, "->"))
		return false;
	entry->has_page = true;
	return true;
}

static void parse_raw(const char *s, struct pfs_named_page *d)
{
	uint64_t v;

	while (d->nr_raw < sizeof(d->raw) / sizeof(*d->raw)) {
		s = pfs_skip_space(s);
		if (!pfs_take_hex(&s, &v))
			return;
		d->raw[d->nr_raw++] = v;
	}
}

struct names {
	struct pfs_arena *arena;
	struct pfs_named_page *list;
	size_t nr, cap;
	const struct pfs_log_line *at; /* the line at hand */
};

static int add(struct names *n, const struct pfs_named_page *d)
{
	struct pfs_named_page *new;

	if (n->nr == MAX_NAMED)
		return 0;
	new = pfs_grow(n->arena, &n->list, &n->nr, &n->cap, sizeof(*d));
	if (!new)
		return -ENOMEM;
	*new = *d;
	new->ts_nsec = n->at->ts_nsec;
	new->line_nr = n->at->nr;
	return 0;
}

/* The "page:" line after a "Bad page" tells more of the page that this has named. */
static bool belongs(const struct pfs_named_page *last, const struct pfs_named_page *d)
{
	return last && last->by == PFS_NAMED_BY_CHECK && !last->dumped && !last->nr_raw &&
	       !(last->has_pfn && d->has_pfn && last->pfn != d->pfn);
}

static int take_page(struct names *n, struct pfs_named_page *last, const struct pfs_named_page *d)
{
	if (!belongs(last, d))
		return add(n, d);
	last->dumped = true;
	last->page = d->page;
	last->has_page = d->has_page;
	last->poisoned = d->poisoned;
	if (d->has_pfn) {
		last->pfn = d->pfn;
		last->has_pfn = true;
	}
	return 0;
}

static int take_line(struct names *n, const char *s)
{
	static const char because[] = "page dumped because: ";
	struct pfs_named_page *last = n->nr ? &n->list[n->nr - 1] : NULL;
	struct pfs_named_page d, other;
	int r;

	if (pfs_starts(s, "raw: ") && last) {
		parse_raw(s + 5, last);
		return 0;
	}
	if (pfs_starts(s, because) && last) {
		if (!last->reason)
			last->reason = s + strlen(because);
		return 0;
	}
	if (parse_page(s, &d))
		return take_page(n, last, &d);
	if (parse_bad(s, &d))
		return add(n, &d);
	if (parse_list(s, &d, &other)) {
		r = d.has_page ? add(n, &d) : 0;
		return r ? r : add(n, &other);
	}
	return parse_list_entry(s, &d) ? add(n, &d) : 0;
}

int pfs_oops_named_pages(struct pfs_model *m, size_t start, size_t end, struct pfs_named_page **ret,
			 size_t *ret_nr)
{
	struct names n = { .arena = &m->arena };
	size_t i;
	int r = 0;

	for (i = start; i < end && i < m->nr_log && !r; i++) {
		n.at = &m->log[i];
		r = take_line(&n, pfs_skip_space(m->log[i].text));
	}
	*ret = n.list;
	*ret_nr = n.nr;
	return r;
}

bool pfs_named_pfn(const struct pfs_model *m, const struct pfs_named_page *d, uint64_t *ret_pfn)
{
	if (d->has_pfn)
		*ret_pfn = d->pfn;
	return d->has_pfn || (d->has_page && pfs_in_memmap(m, d->page, ret_pfn));
}
