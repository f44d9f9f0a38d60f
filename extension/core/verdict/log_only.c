/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict where there is a log and no dump, or one whose sections cannot be read. The
 * kernel's own words may say that a struct page is bad; what a fault stepped on cannot be
 * looked at. Then it counts what it could have been: which known bugs were seen in these
 * functions, with these words, and which command on a vmcore of the same panic would tell.
 */
#include <errno.h>
#include <string.h>

#include "core/checks/tables.h"
#include "core/panic/arch.h"
#include "core/verdict/candidate.h"

#define ULL(x) ((unsigned long long)(x))

#define NEAR 6			/* frames of the trace that tell */
#define MAX_OFFSET 65536	/* of a member, from NULL or from an error in its place */
#define MAX_POSSIBLE 6
#define NR_MECH_FIXES (sizeof(((struct pfs_mechanism *)0)->fixes) / sizeof(struct pfs_fix *))

struct log_verdict {
	struct pfs_model *m;
	const struct pfs_panic *p;
	struct pfs_verdict *v;
	bool no_memory;
	/* What the fault looks like, if it looks like a bad struct page. */
	bool has_symptom;
	enum pfs_problem_id symptom;
};

static void evidence(struct log_verdict *d, const char *fmt, ...) PFS_PRINTF(2, 3);

static void evidence(struct log_verdict *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!pfs_lines_vprintf(&d->m->arena, &d->v->evidence, fmt, ap))
		d->no_memory = true;
	va_end(ap);
}

static const char *or_oom(struct log_verdict *d, const char *text)
{
	if (!text)
		d->no_memory = true;
	return text;
}

static const char *who(const struct pfs_panic *p)
{
	return p->function ? p->function : "the kernel";
}

/* Do the kernel's words call this page bad, and not only name it? */
static bool accuses(const struct pfs_model *m, const struct pfs_named_page *n)
{
	uint64_t pfn;

	switch (n->by) {
	case PFS_NAMED_BY_CHECK:
	case PFS_NAMED_BY_PANIC:
	case PFS_NAMED_BY_SAN:
		return true;
	case PFS_NAMED_BY_MCE:
		return false;
	case PFS_NAMED_BY_DUMP:
		return n->poisoned || n->reason;
	case PFS_NAMED_BY_LIST:
		/* Any list may be corrupt; where the memmap is known, it tells. */
		return n->word_at && pfs_in_memmap(m, n->word_at, &pfn);
	}
	return false;
}

static const struct pfs_named_page *accused(const struct pfs_model *m,
					    const struct pfs_named_page *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (accuses(m, &list[i]))
			return &list[i];
	return NULL;
}

static bool all_bytes(uint64_t v, uint64_t byte)
{
	return v == byte * 0x0101010101010101;
}

static void found_symptom(struct log_verdict *d, enum pfs_problem_id id)
{
	if (!d->has_symptom)
		d->symptom = id;
	d->has_symptom = true;
}

/* Is this what a struct page is filled with that is not, or no longer, in use? */
static void look_at_word(struct log_verdict *d, uint64_t value, const char *where)
{
	bool gone = all_bytes(value, 0xfd);

	if (!gone && !all_bytes(value, 0xff))
		return;
	found_symptom(d, gone ? PFS_P_MEMMAP_DEPOPULATED : PFS_P_MEMMAP_POISONED);
	evidence(d, "%s holds 0x%llx, which is what %s", where, ULL(value),
		 gone ? "x86 writes over a freed part of the memmap" :
			"a struct page is filled with before it is initialised");
}

static void look_at_operand(struct log_verdict *d)
{
	const struct pfs_operand *op = &d->p->operand;
	const char *const names[] = { op->base, op->index };
	const struct pfs_reg *r;
	size_t i;

	for (i = 0; op->valid && i < 2; i++) {
		r = names[i] ? pfs_panic_reg(d->p, names[i]) : NULL;
		if (r)
			look_at_word(d, r->value, r->name);
	}
	/* A list word is followed without a displacement. */
	if (!op->valid && d->p->has_fault_address)
		look_at_word(d, d->p->fault_address, "the faulting address");
}

static bool may_be_memmap(const struct log_verdict *d, uint64_t va)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(d->m);
	uint64_t pfn;

	if (d->m->layout.vmemmap_known)
		return pfs_in_memmap(d->m, va, &pfn);
	return va >> 63 && (!arch || !arch->may_be_memmap || arch->may_be_memmap(d->p, va));
}

/* Could what the kernel's words name be in the memmap? Most lists are elsewhere. */
static bool names_page(const struct log_verdict *d, const struct pfs_named_page *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		const struct pfs_named_page *n = &list[i];

		if (n->by != PFS_NAMED_BY_MCE &&
		    (n->by != PFS_NAMED_BY_LIST || may_be_memmap(d, n->page)))
			return true;
	}
	return false;
}

/*
 * Is there a panic of an oops, and not the oops; or its beginning alone? A log is cut off
 * anywhere, and what other machines print of an oops is not known.
 */
static bool half_told(const struct pfs_panic *p)
{
	if (p->function)
		return false;
	return p->kind != PFS_PANIC_OTHER || (p->message && strstr(p->message, "Fatal exception"));
}

/* Could the fault itself be at a struct page? */
static bool look_at_fault(struct log_verdict *d)
{
	uint64_t at, pfn;

	if (d->p->kind != PFS_PANIC_PAGE_FAULT || !pfs_fault_at(d->p, &at) || !may_be_memmap(d, at))
		return false;
	found_symptom(d, PFS_P_MEMMAP_UNMAPPED);
	if (pfs_in_memmap(d->m, at, &pfn))
		evidence(d, "the fault at 0x%llx is at the struct page of PFN 0x%llx", ULL(at),
			 ULL(pfn));
	else
		evidence(d,
			 "the fault at 0x%llx may be at a struct page: the log does not say where "
			 "the memmap is",
			 ULL(at));
	return true;
}

/*
 * Words in the names of functions that follow pointers of struct pages. That of the
 * fault's handler is none of them.
 */
static bool works_on_pages(const char *name)
{
	static const char *const words[] = {
		"page",	   "folio",   "pfn",	 "vmemmap", "memmap",	       "lruvec",
		"rmqueue", "compact", "hugetlb", "kfree",   "kmem_cache_free", "slab_free",
	};
	size_t i;

	if (!name || strstr(name, "page_fault"))
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(name, words[i]))
			return true;
	return false;
}

/*
 * An access that was not canonical has no address but that of its operand, which a log that
 * lost the mark in "Code:" does not tell: then it may have been any pointer.
 */
static bool look_at_unknown(struct log_verdict *d)
{
	if (d->p->kind != PFS_PANIC_GP_FAULT || !works_on_pages(d->p->function))
		return false;
	evidence(d, "%s() follows pointers of struct pages, and which one led nowhere is not known",
		 d->p->function);
	return true;
}

/*
 * A pointer that leads nowhere: from where it is, a dump tells. What called the function
 * has to do with it only where it is not NULL with an offset.
 */
static bool look_at_pointer(struct log_verdict *d)
{
	const struct pfs_panic *p = d->p;
	const char *name = NULL;
	size_t i, n = 0;
	uint64_t at;
	bool wild, fetch = p->access && !strcmp(p->access, "exec");

	if (p->kind != PFS_PANIC_PAGE_FAULT && p->kind != PFS_PANIC_GP_FAULT)
		return false;
	if (!pfs_fault_at(p, &at))
		return look_at_unknown(d);
	wild = at + MAX_OFFSET >= 2 * MAX_OFFSET;
	if (works_on_pages(p->function))
		name = p->function;
	for (i = 0; wild && !name && i < p->nr_stack && n < 2; i++) {
		const struct pfs_frame *f = &p->stack[i];

		/* What called where no function is, the kernel can only guess. */
		if (f->added || (f->guess && !fetch))
			continue;
		n++;
		if (works_on_pages(f->function))
			name = f->function;
	}
	if (name)
		evidence(d,
			 "%s() follows pointers of struct pages, and 0x%llx is where one led that "
			 "leads nowhere",
			 name, ULL(at));
	return name;
}

static void look_at_words(struct log_verdict *d, const struct pfs_named_page *n)
{
	if (n->poisoned || (n->nr_raw && all_bytes(n->raw[0], 0xff)))
		found_symptom(d, PFS_P_MEMMAP_POISONED);
	else if (n->nr_raw && all_bytes(n->raw[0], 0xfd))
		found_symptom(d, PFS_P_MEMMAP_DEPOPULATED);
}

/* Compilers clone functions under names with a dot. */
static bool is_function(const char *name, const char *item, size_t len)
{
	return name && strcspn(name, ".") == len && !memcmp(name, item, len);
}

/* What bugs of all kinds end in: it counts beside something particular, not alone. */
static bool is_common(const char *item, size_t len)
{
	static const char *const common[] = {
		"Bad page state",	  "list_del corruption", "list_add corruption",
		"__list_del_entry_valid", "__list_add_valid",
	};
	size_t i;

	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strlen(common[i]) == len && !memcmp(common[i], item, len))
			return true;
	return false;
}

/* How near the fault is to the function: 4, 2, 1; 0: it is not there. */
static int function_score(const struct pfs_panic *p, const char *item, size_t len)
{
	size_t i, n = 0;

	if (is_function(p->function, item, len))
		return is_common(item, len) ? 1 : 4;
	for (i = 0; i < p->nr_stack && n < NEAR; i++) {
		const struct pfs_frame *f = &p->stack[i];

		if (f->guess || f->added || !f->function)
			continue;
		n++;
		if (is_function(f->function, item, len))
			return n > 3 || is_common(item, len) ? 1 : 2;
	}
	return 0;
}

static bool words_have(const struct log_verdict *d, const char *item, size_t len)
{
	const struct pfs_panic *p = d->p;
	size_t i;

	if (p->message && pfs_line_has(p->message, item, len))
		return true;
	for (i = 0; i < p->nr_named; i++)
		if (pfs_line_has(p->named[i].line, item, len) ||
		    (p->named[i].reason && pfs_line_has(p->named[i].reason, item, len)))
			return true;
	return false;
}

/* Is the bug one of another machine? The catalogue begins with its name then. */
static bool of_another_machine(const struct log_verdict *d, const struct pfs_fix *fix)
{
	static const struct {
		const char *word, *arch;
	} machines[] = {
		{ "arm64", "aarch64" },	      { "arm:", "arm" },	{ "32-bit ARM", "arm" },
		{ "ppc64", "ppc64le" },	      { "powerpc", "ppc64le" }, { "book3s64", "ppc64le" },
		{ "riscv", "riscv64" },	      { "s390", "s390x" },	{ "x86", "x86_64" },
		{ "LoongArch", "loongarch" },
	};
	const char *arch = d->m->mem->arch ? d->m->mem->arch->name : NULL;
	size_t i;

	for (i = 0; arch && i < sizeof(machines) / sizeof(machines[0]); i++) {
		size_t n = strlen(machines[i].word);

		if (strcmp(arch, machines[i].arch) && (!strncmp(fix->title, machines[i].word, n) ||
						       !strncmp(fix->sign, machines[i].word, n)))
			return true;
	}
	return false;
}

/* "v5.9", "6.12.118-amd64": major and minor in one number; 0: none. */
static uint64_t version(const char *s)
{
	uint64_t major, minor;

	s += *s == 'v';
	if (!pfs_take_dec(&s, &major) || *s++ != '.' || !pfs_take_dec(&s, &minor))
		return 0;
	return major << 32 | minor;
}

/* Does the release say that the fix is in it? A vendor may have left it out, or undone it. */
static bool should_have(const struct log_verdict *d, const struct pfs_fix *fix)
{
	uint64_t in = version(fix->in);

	return in && version(d->m->facts->release) >= in;
}

static const struct pfs_mechanism *ended_by(const struct pfs_fix *fix)
{
	const struct pfs_mechanism *mech;
	size_t nr, i, k;

	mech = pfs_mechanisms(&nr);
	for (i = 0; i < nr; i++)
		for (k = 0; k < NR_MECH_FIXES && mech[i].fixes[k]; k++)
			if (!strcmp(mech[i].fixes[k]->id, fix->id))
				return &mech[i];
	return NULL;
}

/* How well the bug fits, and the best item of what it was seen with. */
static int score(const struct log_verdict *d, const struct pfs_fix *fix, bool *ret_function,
		 const char **ret_item, size_t *ret_len)
{
	const char *list = fix->seen, *item;
	int sum = 0, best = 0, s;
	size_t len;

	*ret_function = false;
	while ((item = pfs_list_item(&list, &len))) {
		s = function_score(d->p, item, len);
		*ret_function |= s > 1;
		if (!s && words_have(d, item, len))
			s = is_common(item, len) ? 1 : 2;
		sum += s;
		if (s > best) {
			best = s;
			*ret_item = item;
			*ret_len = len;
		}
	}
	if (best < 2)
		return 0;
	if (d->has_symptom && *fix->shows)
		sum += pfs_fix_shows(fix, pfs_problem(d->symptom)->code) ? 3 : -3;
	return sum;
}

static void add_possible(struct log_verdict *d, const struct pfs_fix *fix, int sum,
			 const char *because)
{
	struct pfs_verdict *v = d->v;
	struct pfs_possible new = { fix, ended_by(fix), because, sum }, *p;
	size_t i;

	if (v->nr_possible < MAX_POSSIBLE &&
	    !pfs_grow(&d->m->arena, &v->possible, &v->nr_possible, &v->cap_possible, sizeof(*p))) {
		d->no_memory = true;
		return;
	}
	/* The last place is free, or whose is there falls out. */
	for (i = v->nr_possible - 1; i && v->possible[i - 1].score < sum; i--)
		v->possible[i] = v->possible[i - 1];
	if (i < v->nr_possible - 1 || v->possible[i].score < sum)
		v->possible[i] = new;
}

/* Returns whether a function of the panic is one in which a bug of the memmap was seen. */
static bool find_possible(struct log_verdict *d)
{
	const struct pfs_fix *fix;
	const char *item = NULL;
	size_t nr, i, len = 0;
	bool any = false, function, shows;
	int sum;

	fix = pfs_fixes(&nr);
	for (i = 0; i < nr; i++) {
		sum = score(d, &fix[i], &function, &item, &len);
		if (should_have(d, &fix[i]))
			sum -= 2;
		if (sum < 2 || of_another_machine(d, &fix[i]))
			continue;
		any |= function;
		shows = d->has_symptom && pfs_fix_shows(&fix[i], pfs_problem(d->symptom)->code);
		add_possible(d, &fix[i], sum,
			     or_oom(d, pfs_printf(&d->m->arena, "it was seen with %.*s%s%s%s",
						  (int)len, item, shows ? ", and leaves " : "",
						  shows ? pfs_problem(d->symptom)->code : "",
						  should_have(d, &fix[i]) ?
							  "; a kernel of this release should "
							  "have it" :
							  "")));
	}
	return any;
}

static const char *command_for(struct log_verdict *d, const struct pfs_named_page *n)
{
	uint64_t at, pfn;

	if (n && n->has_pfn)
		return pfs_printf(&d->m->arena, "pfnscope pfn VMCORE pfn:0x%llx", ULL(n->pfn));
	if (n && n->has_page)
		return pfs_printf(&d->m->arena, "pfnscope pfn VMCORE page:0x%llx", ULL(n->page));
	if (d->p->kind == PFS_PANIC_PAGE_FAULT && pfs_fault_at(d->p, &at)) {
		if (pfs_in_memmap(d->m, at, &pfn))
			return pfs_printf(&d->m->arena, "pfnscope pfn VMCORE pfn:0x%llx", ULL(pfn));
	}
	return "pfnscope VMCORE";
}

static void decide_by(struct log_verdict *d, const struct pfs_named_page *n)
{
	if (d->m->lost) {
		d->v->decided_by = "a dump of this very panic whose sections can be read";
		return;
	}
	d->v->command = or_oom(d, command_for(d, n));
	d->v->decided_by = or_oom(d, pfs_printf(&d->m->arena, "%s, of a vmcore of this very panic",
						d->v->command ? d->v->command : ""));
}

static void tell_words(struct log_verdict *d, const struct pfs_named_page *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		const struct pfs_named_page *n = &list[i];

		if (i && n->line == n[-1].line)
			continue;
		evidence(d, "the kernel says \"%s\"%s%s%s", n->line,
			 n->reason ? ", because \"" : "", n->reason ? n->reason : "",
			 n->reason ? "\"" : "");
	}
}

static const char *page_name(struct log_verdict *d, const struct pfs_named_page *n)
{
	uint64_t pfn;

	if (pfs_named_no_page(n))
		return "a page table entry";
	if (pfs_named_pfn(d->m, n, &pfn))
		return or_oom(d,
			      pfs_printf(&d->m->arena, "the struct page of PFN 0x%llx", ULL(pfn)));
	if (n->has_page)
		return or_oom(d,
			      pfs_printf(&d->m->arena, "the struct page at 0x%llx", ULL(n->page)));
	return "a struct page";
}

static void blame(struct log_verdict *d, const struct pfs_named_page *n)
{
	struct pfs_verdict *v = d->v;
	const char *name = page_name(d, n);

	v->status = PFS_UNEXPLAINED;
	v->title = or_oom(d, pfs_printf(&d->m->arena, "%s%s found %s bad: %s", who(d->p),
					d->p->function ? "()" : "", name ? name : "",
					n->reason ? n->reason : n->line));
	v->has_pfn = pfs_named_pfn(d->m, n, &v->page.pfn);
	v->page.state = PFS_ST_UNDECIDABLE;
	v->page.va = n->has_page		? n->page :
		     d->m->layout.vmemmap_known ? pfs_pfn_to_page(d->m, v->page.pfn) :
						  0;
	v->page.why = "no section can be read, and so no struct page";
	if (d->m->lost)
		v->has_pfn &= v->page.va != 0;
	if (d->m->lost && v->has_pfn)
		pfs_walk_va(d->m->mem, v->page.va, &v->page.walk);
	v->advice = "Report the page, the condition and the stack to the memory management list. "
		    "A vmcore says what the page is now, and what is around it.";
}

static int candidates(struct log_verdict *d)
{
	struct pfs_verdict *v = d->v;
	struct pfs_leads leads;
	struct pfs_candidate *c;
	size_t i;
	int r = pfs_leads_find(d->m, d->p, &leads);

	for (i = 0; i < leads.nr && !r; i++) {
		c = pfs_grow(&d->m->arena, &v->candidates, &v->nr_candidates, &v->cap_candidates,
			     sizeof(*c));
		if (!c)
			return -ENOMEM;
		c->pfn = leads.l[i].pfn;
		c->from = leads.l[i].from;
		c->why = d->m->lost ? "no section can be read, and so no struct page" :
				      "a log has no struct page to look at";
	}
	return r;
}

/* Nothing died, or of what a page cannot be the cause; what was said before that counts. */
static void no_fault(struct log_verdict *d, const struct pfs_named_page *earlier)
{
	struct pfs_verdict *v = d->v;

	if (d->p->kind == PFS_PANIC_NONE) {
		v->status = PFS_NO_PANIC;
		v->title = !earlier ? "nothing in this log killed the machine" :
			   pfs_named_no_page(earlier) ?
				      "nothing in this log killed the machine; it names a bad "
				      "page table entry" :
				      "nothing in this log killed the machine; it names a bad page";
		return;
	}
	v->status = PFS_UNRELATED;
	v->title = "nothing ties the panic to the memmap: it names no page";
	v->confidence = d->p->kind == PFS_PANIC_SYSRQ ? PFS_CONF_HIGH : PFS_CONF_MEDIUM;
	v->advice = "Look elsewhere for the cause of this panic.";
}

/* Is the address in the page of sections that this word leads to, where nothing is mapped? */
static bool leads_nowhere(const struct log_verdict *d, uint64_t word, uint64_t at)
{
	struct pfs_walk walk;

	/* What is followed from near NULL is any pointer. */
	if (word < MAX_OFFSET || !pfs_within(at, word, d->m->layout.page_size))
		return false;
	if (!d->m->mem->arch->canonical(d->m->mem, word))
		return true;
	pfs_walk_va(d->m->mem, word, &walk);
	return pfs_walk_reach(&walk) == PFS_REACH_UNMAPPED;
}

/* Where one bit alone makes an address of the word, that is what bad memory does. */
static void one_bit_of_table(struct log_verdict *d, uint64_t word)
{
	unsigned int bit, found = 0, which = 0;
	struct pfs_walk walk;
	uint64_t va;

	for (bit = d->m->layout.page_shift; bit < 64; bit++) {
		va = word ^ UINT64_C(1) << bit;
		pfs_walk_va(d->m->mem, va, &walk);
		if (!d->m->mem->arch->canonical(d->m->mem, va) || !walk.mapped)
			continue;
		which = bit;
		found++;
	}
	if (found == 1)
		evidence(d, "one bit from 0x%llx, which is mapped, bit %u: bad memory looks so",
			 ULL(word ^ UINT64_C(1) << which), which);
}

/*
 * Did the kernel itself go where the table of sections leads? The address of the table is
 * that of its first word, or of a variable that points to it (facts.def).
 */
static bool died_of_table(struct log_verdict *d)
{
	struct pfs_model *m = d->m;
	struct pfs_verdict *v = d->v;
	unsigned char buf[8];
	uint64_t at, word;
	unsigned int i;

	if (!m->lost || !pfs_have(m->facts, PFS_F_MEM_SECTION) || !pfs_fault_at(d->p, &at))
		return false;
	word = pfs_val(m->facts, PFS_F_MEM_SECTION);
	for (i = 0; i < 2; i++) {
		if (pfs_read_va(m->mem, word, buf, sizeof(buf), NULL))
			return false;
		word = pfs_le64(buf);
		if (leads_nowhere(d, word, at))
			break;
	}
	if (i == 2)
		return false;
	v->status = PFS_UNEXPLAINED;
	v->title = or_oom(d,
			  pfs_printf(&m->arena,
				     "mem_section leads to 0x%llx, where nothing is: the kernel "
				     "finds no section of its memory, and died when it went there",
				     ULL(word)));
	v->advice =
		"Test the memory of this machine. If it is sound, report the word and the stack "
		"to the memory management list.";
	evidence(d, "%s%s went to 0x%llx, which is mem_section's 0x%llx and 0x%llx bytes",
		 who(d->p), d->p->function ? "()" : "", ULL(at), ULL(word), ULL(at - word));
	one_bit_of_table(d, word);
	return true;
}

/* No page of this dump can be judged: that is no word for or against any of them. */
static void lost(struct log_verdict *d)
{
	struct pfs_verdict *v = d->v;

	v->status = PFS_INCONCLUSIVE;
	v->confidence = PFS_CONF_LOW;
	v->title = "no section of the memmap can be read: whether a struct page has to do with "
		   "this panic is not known";
	v->advice = "The limits say what could not be read. If that is the dump's fault, take "
		    "another one, or give the kernel's vmlinux.";
}

static bool page_may_fault(const struct pfs_panic *p)
{
	return p->kind != PFS_PANIC_NONE && p->kind != PFS_PANIC_LOCKUP &&
	       p->kind != PFS_PANIC_SYSRQ;
}

/* An oops that nobody here can read may be of anything. */
static bool is_foreign(struct log_verdict *d)
{
	if (d->p->kind != PFS_PANIC_OOPS || pfs_oops_arch_of(d->m))
		return false;
	evidence(d, "what its registers and addresses say is not known: no oops of a machine that "
		    "pfnscope knows looks like this");
	return true;
}

static void undecided(struct log_verdict *d, const struct pfs_named_page *earlier)
{
	struct pfs_verdict *v = d->v;
	const char *name;

	v->status = PFS_INCONCLUSIVE;
	v->confidence = PFS_CONF_LOW;
	name = earlier && !v->nr_possible && !d->has_symptom ? page_name(d, earlier) : NULL;
	if (name)
		v->title = or_oom(d, pfs_printf(&d->m->arena,
						"the kernel had found %s bad before; only a dump "
						"tells whether that has to do with the panic",
						name));
	else
		v->title = "this may be a bad struct page; only a dump tells";
	v->advice = "Keep a vmcore of the next one (kdump, makedumpfile without -e).";
}

/* Could a bad page be the cause, by what the log says of the fault? */
static bool is_possible(struct log_verdict *d, const struct pfs_named_page *now)
{
	const struct pfs_panic *p = d->p;
	bool possible = false, known = false;

	if (page_may_fault(p)) {
		d->no_memory |= candidates(d) != 0;
		if (now)
			look_at_words(d, now);
		look_at_operand(d);
		possible = look_at_fault(d) || look_at_pointer(d);
		/* Which bug it would be is for those to ask who have no dump. */
		known = !d->m->lost && find_possible(d);
	}
	possible |= known || d->has_symptom || d->v->nr_candidates ||
		    names_page(d, p->named, p->nr_named) || is_foreign(d);
	if (page_may_fault(p) && !possible && half_told(p)) {
		possible = true;
		evidence(d, "the log does not hold all of the oops: what faulted is not known");
	}
	return possible;
}

static void decide(struct log_verdict *d, const struct pfs_named_page *now,
		   const struct pfs_named_page *earlier)
{
	const struct pfs_panic *p = d->p;
	bool possible = is_possible(d, now);

	if (now && page_may_fault(p)) {
		blame(d, now);
		d->v->confidence = PFS_CONF_MEDIUM;
	} else if (d->m->lost && p->kind != PFS_PANIC_NONE) {
		lost(d);
	} else if ((possible && page_may_fault(p)) ||
		   ((earlier || now || names_page(d, p->elsewhere, p->nr_elsewhere)) &&
		    p->kind != PFS_PANIC_NONE)) {
		undecided(d, earlier ? earlier : now);
	} else {
		no_fault(d, earlier);
	}
	if (d->v->confidence != PFS_CONF_HIGH || now || earlier)
		decide_by(d, now ? now : earlier);
}

int pfs_verdict_of_log(struct pfs_model *m, const struct pfs_panic *p, struct pfs_verdict *ret,
		       struct pfs_err *err)
{
	struct log_verdict d = { .m = m, .p = p, .v = ret };

	memset(ret, 0, sizeof(*ret));
	ret->confidence = PFS_CONF_HIGH;
	if (!died_of_table(&d))
		decide(&d, accused(m, p->named, p->nr_named),
		       accused(m, p->elsewhere, p->nr_elsewhere));
	tell_words(&d, p->named, p->nr_named);
	tell_words(&d, p->elsewhere, p->nr_elsewhere);
	return d.no_memory ? pfs_err_set(err, ENOMEM, "verdict: out of memory") : 0;
}
