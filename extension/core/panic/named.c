/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Struct pages that the messages of the kernel name, in kernels 3.10 to 7.x:
 *
 *	BUG: Bad page state in process omicli  pfn:09100
 *	BUG: Bad page map in process sh  pte:80000000091000a7 pmd:02a6b067
 *	BUG: Bad page map in process sh  pmd:80000000092000e7		(later)
 *	page:ffffea0000244000 count:0 mapcount:1 mapping:          (null) index:0x7f
 *	page:0000000061ad3c95 refcount:0 mapcount:1 mapping:... index:0x0 pfn:0x9100
 *	page: refcount:0 mapcount:1 mapping:... index:0x0 pfn:0x9100	(v6.10)
 *	page:ffffea0001100000 is uninitialized and poisoned
 *	raw: 000fffffc0080018 dead000000000100 ...
 *	page dumped because: nonzero mapcount
 *	list_del corruption. next->prev should be ffffea0000230008, but was 5a5a... (next=...)
 *	BUG: KASAN: wild-memory-access in get_page_ext_owner+0x1c/0x40
 *	Read of size 8 at addr ffffea0000244008 by task cat/77
 *	Memory failure: 0x9100: recovery action for dirty LRU page: Recovered
 *	MCE 0x9100: dirty LRU page recovery: Recovered		(to v4.5)
 *	page last allocated via order 0, migratetype Movable, gfp_mask 0x..., pid 1, ts 12
 *
 * Where the address is hashed (v5.8 on), its upper half is zero.
 */
#include "core/panic/parse.h"

#include <errno.h>

#define BECAUSE "page dumped because: "

static bool take_int(const char **s, int32_t *ret)
{
	const char *q = *s;
	bool minus = *q == '-';
	uint64_t v;

	q += minus;
	if (!pfs_take_dec(&q, &v) || v > INT32_MAX)
		return false;
	*ret = minus ? -(int32_t)v : (int32_t)v;
	*s = q;
	return true;
}

/* "refcount:-1 mapcount:0", before v4.19 "count:-1 mapcount:0". */
static bool parse_counts(const char *s, struct pfs_named_page *ret)
{
	const char *ref = pfs_after(s, "count:"), *map = pfs_after(s, " mapcount:");

	if (!ref || !map || !take_int(&ref, &ret->refcount) || !take_int(&map, &ret->mapcount))
		return false;
	ret->has_counts = true;
	return true;
}

/* dump_page()'s first line. */
static bool parse_page(const char *s, struct pfs_named_page *ret)
{
	const char *q;

	if (!pfs_starts(s, "page:"))
		return false;
	*ret = (struct pfs_named_page){ .line = s, .by = PFS_NAMED_BY_DUMP };
	ret->poisoned = strstr(s, " is uninitialized and poisoned") != NULL;
	q = s + 5;
	if (!pfs_take_hex(&q, &ret->page) || *q != ' ')
		ret->page = 0;
	ret->has_page = ret->page >> 63;
	if (!ret->has_page) {
		ret->hashed = (uint32_t)ret->page;
		ret->page = 0;
	}
	q = pfs_after(s, " pfn:");
	if (q && pfs_take_hex(&q, &ret->pfn))
		ret->has_pfn = true;
	return parse_counts(s, ret) || ret->poisoned;
}

/* A command may have any name, so the last one counts. */
static const char *after_last(const char *s, const char *words)
{
	const char *q = pfs_after(s, words), *ret = NULL;

	for (; q; q = pfs_after(q, words))
		ret = q;
	return ret;
}

/* The first entry is that of the page; later it may be of any level, and is the only one. */
static bool parse_entry(const char *s, uint64_t *ret)
{
	static const char *const levels[] = { " pte:", " pmd:", " pud:", " p4d:", " pgd:" };
	const char *q = NULL;
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]) && !q; i++)
		q = after_last(s, levels[i]);
	return q && pfs_take_hex(&q, ret);
}

/*
 * Parse lines of bad_page(), print_bad_pte() and filemap_unaccount_folio(). The second has
 * an entry and no PFN; "page:" follows where the entry leads to a struct page.
 */
static bool parse_bad(const char *s, struct pfs_named_page *ret)
{
	const char *q;

	if (!pfs_starts(s, "BUG: Bad page state in process ") &&
	    !pfs_starts(s, "BUG: Bad page map in process ") &&
	    !pfs_starts(s, "BUG: Bad page cache in process "))
		return false;
	*ret = (struct pfs_named_page){ .line = s, .by = PFS_NAMED_BY_CHECK };
	q = pfs_after(s, "  pfn:");
	if (q && pfs_take_hex(&q, &ret->pfn))
		ret->has_pfn = true;
	ret->has_entry = pfs_starts(s, "BUG: Bad page map ") && parse_entry(s, &ret->entry);
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
	if (!number_after(s, next ? "(next=" : "(prev=", &head)) {
		entry->word_is = is;
		entry->word_should = should;
		return true;
	}
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

/*
 * The address of a report of KASAN, UBSAN or KFENCE: on its first line in old kernels ("... in f+0x1/0x2 at addr
 * ffff...", v4.0 to v4.9), on the next one since. An address that %p hashed is no kernel
 * address.
 */
static bool parse_report(const char *s, bool inside, struct pfs_named_page *ret)
{
	static const char *const words[] = {
		" at addr ", " address ", "read at ", "write at ", "corruption at ", "free of ",
	};
	const char *q;
	size_t i;

	if (!inside && !pfs_starts(s, "BUG: KASAN: ") && !pfs_starts(s, "BUG: KFENCE: "))
		return false;
	*ret = (struct pfs_named_page){ .line = s, .by = PFS_NAMED_BY_SAN, .has_page = true };
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		q = pfs_after(s, words[i]);
		if (q && pfs_take_hex(&q, &ret->page) && ret->page >> 63)
			return true;
	}
	return false;
}

/*
 * What memory_failure() and soft_offline_page() print: "Memory failure: 0x9100: ..." since
 * v4.6, "MCE 0x9100: ..." before, "soft offline: 0x9100: ...", with an underline in some.
 */
static bool parse_failure(const char *s, struct pfs_named_page *ret)
{
	static const char *const starts[] = { "Memory failure: ", "MCE ", "soft offline: ",
					      "soft_offline: ", "Soft offlining pfn " };
	const char *q = NULL;
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]) && !q; i++)
		if (pfs_starts(s, starts[i]))
			q = s + strlen(starts[i]);
	*ret = (struct pfs_named_page){ .line = s, .by = PFS_NAMED_BY_MCE };
	ret->has_pfn = q && pfs_starts(q, "0x") && pfs_take_hex(&q, &ret->pfn);
	return ret->has_pfn;
}

/* "Unpoison: Software-unpoisoned page 0x9100", since v6.7 "Unpoison: 0x9100: ...". */
static bool parse_unpoison(const char *s, uint64_t *ret)
{
	const char *q = pfs_starts(s, "Unpoison: ") || pfs_starts(s, "MCE: ") ||
					pfs_starts(s, "Memory failure: ") ?
				strstr(s, "0x") :
				NULL;

	return q && (strstr(s, "oftware-unpoisoned") || strstr(s, "just unpoisoned")) &&
	       pfs_take_hex(&q, ret);
}

/* A panic() whose message has a PFN: "pfn:9100", "PFN 0x9100", "Memory failure: 0x9100: ...". */
static bool parse_panic(const char *s, struct pfs_named_page *ret)
{
	static const char *const words[] = { "pfn:", "pfn ", "PFN ", "PFN: ", "Memory failure: " };
	const char *message = pfs_after(s, "Kernel panic - not syncing: "), *q;
	size_t i;

	*ret = (struct pfs_named_page){ .line = s, .by = PFS_NAMED_BY_PANIC };
	for (i = 0; message && i < sizeof(words) / sizeof(words[0]) && !ret->has_pfn; i++) {
		q = pfs_after(message, words[i]);
		ret->has_pfn = q && pfs_take_hex(&q, &ret->pfn);
	}
	return ret->has_pfn;
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
	struct pfs_model *m;
	struct pfs_named_page *list;
	size_t nr, cap;
	const struct pfs_log_line *line; /* at hand */
	uint32_t callers[PFS_MAX_NAMED]; /* who printed them */
	size_t report;			 /* lines since the head of a report of a sanitizer */
};

static int add(struct names *n, const struct pfs_named_page *d)
{
	struct pfs_named_page *new;

	/* Poisoned pages may be many, and are not what the panic is about. */
	if (n->nr == (d->by == PFS_NAMED_BY_MCE ? PFS_MAX_NAMED / 2 : PFS_MAX_NAMED))
		return 0;
	new = pfs_grow(&n->m->arena, &n->list, &n->nr, &n->cap, sizeof(*d));
	if (!new)
		return -ENOMEM;
	*new = *d;
	new->ts_nsec = n->line->ts_nsec;
	new->line_nr = n->line->nr;
	n->callers[n->nr - 1] = n->line->caller;
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
	last->has_counts = d->has_counts;
	last->refcount = d->refcount;
	last->mapcount = d->mapcount;
	last->page = d->page;
	last->has_page = d->has_page;
	last->hashed = d->hashed;
	last->poisoned = d->poisoned;
	if (d->has_pfn) {
		last->pfn = d->pfn;
		last->has_pfn = true;
	}
	return 0;
}

/* The last line of dump_page(). Where the first ones are lost, it is of a page without a name. */
static int take_reason(struct names *n, struct pfs_named_page *last, const char *s)
{
	const char *reason = s + strlen(BECAUSE);
	struct pfs_named_page d = { .line = s, .by = PFS_NAMED_BY_DUMP, .reason = reason };

	if (!last || last->reason ||
	    (last->by != PFS_NAMED_BY_DUMP && last->by != PFS_NAMED_BY_CHECK))
		return add(n, &d);
	last->reason = reason;
	return 0;
}

/* What follows the first line of dump_page(): true, and it is in the page named last. */
static bool take_detail(struct pfs_named_page *last, const char *s)
{
	if (!last)
		return false;
	if (pfs_starts(s, "raw: "))
		parse_raw(s + 5, last);
	else if (pfs_starts(s, "page_owner tracks the page as "))
		last->tracked = last->tracked ? last->tracked : s;
	else if (pfs_starts(s, "page last allocated via order ") ||
		 pfs_starts(s, "page allocated via order "))
		last->owner = last->owner ? last->owner : s;
	else
		return false;
	return true;
}

/* Does this line follow the head of a report closely enough to belong to it? */
static bool in_report(struct names *n, const char *s)
{
	if (pfs_starts(s, "BUG: KASAN: ") || pfs_starts(s, "BUG: KFENCE: ") ||
	    pfs_starts(s, "UBSAN: "))
		n->report = 4;
	else if (n->report)
		n->report--;
	return n->report;
}

/* The page that this line may say more of: that which its printer named last. */
static struct pfs_named_page *last_of(const struct names *n)
{
	size_t i = n->nr;

	while (i && n->callers[i - 1] != n->line->caller)
		i--;
	return i ? &n->list[i - 1] : NULL;
}

static int take_line(struct names *n, const char *s)
{
	struct pfs_named_page *last = last_of(n);
	struct pfs_named_page d, other;
	bool report = in_report(n, s);
	uint64_t pfn;
	size_t i;
	int r;

	if (pfs_starts(s, BECAUSE))
		return take_reason(n, last, s);
	if (take_detail(last, s))
		return 0;
	if (parse_unpoison(s, &pfn)) {
		for (i = 0; i < n->nr; i++)
			if (n->list[i].by == PFS_NAMED_BY_MCE && n->list[i].pfn == pfn)
				n->list[i].unpoisoned = true;
		return 0;
	}
	if (parse_report(s, report, &d)) {
		n->report = 0;
		return pfs_in_memmap(n->m, d.page, &pfn) ? add(n, &d) : 0;
	}
	if (parse_failure(s, &d) || parse_panic(s, &d))
		return add(n, &d);
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

int pfs_oops_named_pages(struct pfs_model *m, size_t start, size_t end, bool all,
			 struct pfs_named_page **ret, size_t *ret_nr)
{
	struct names n = { .m = m };
	size_t i;
	int r = 0;

	for (i = start; i < end && i < m->nr_log && !r; i++) {
		n.line = &m->log[i];
		if (all || !n.line->other)
			r = take_line(&n, pfs_skip_space(n.line->text));
	}
	*ret = n.list;
	*ret_nr = n.nr;
	return r;
}

bool pfs_named_no_page(const struct pfs_named_page *d)
{
	return d->has_entry && !d->has_page && !d->has_pfn && !d->dumped;
}

/*
 * What do_migrate_range(), has_unmovable_pages() and alloc_contig_range() say of memory that
 * cannot be emptied ("mm, memory_hotplug: be more verbose for memory offline failures", v5.0).
 */
bool pfs_named_harmless(const struct pfs_named_page *d)
{
	static const char *const reasons[] = {
		"migration failure",	     "unmovable page",
		"has_unmovable_pages",	     "isolation failed",
		"failed to remove from LRU",
	};
	size_t i;

	for (i = 0; d->reason && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (!strcmp(d->reason, reasons[i]))
			return true;
	return false;
}

bool pfs_entry_pfn(const struct pfs_model *m, uint64_t entry, uint64_t *ret_pfn)
{
	if (m->log_only || !(entry & m->mem->arch->entry_present))
		return false;
	*ret_pfn = m->mem->arch->entry_address(m->mem, entry) >> m->layout.page_shift;
	return true;
}

bool pfs_named_pfn(const struct pfs_model *m, const struct pfs_named_page *d, uint64_t *ret_pfn)
{
	if (d->has_pfn)
		*ret_pfn = d->pfn;
	return d->has_pfn || (d->has_page && pfs_in_memmap(m, d->page, ret_pfn));
}
