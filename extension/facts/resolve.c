/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolve the facts: each row of facts.def from the best source that has it. */
#include "facts/kernel.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define MAX_NAME 128

enum kind { KIND_KEY, KIND_SYMBOL, KIND_SIZE, KIND_OFFSET, KIND_LENGTH, KIND_NUMBER };

/* A fact's NAME taken apart: OFFSET(page.lru) is KIND_OFFSET, "page", "lru". */
struct query {
	enum kind kind;
	char name[MAX_NAME]; /* symbol, type or enumerator */
	const char *member;  /* inside name's buffer; NULL: none */
};

struct sources {
	struct pfs_lookup *const *lookups;
	size_t nr;
	const struct pfs_vmcoreinfo *v;
	const struct pfs_arch *arch;
	struct pfs_arena *arena;
	const char *last_from; /* the arena's copy of the last provenance */
};

static void parse(const char *fact, struct query *q)
{
	static const struct {
		const char *prefix;
		enum kind kind;
	} kinds[] = {
		{ "SYMBOL(", KIND_SYMBOL }, { "SIZE(", KIND_SIZE },	{ "OFFSET(", KIND_OFFSET },
		{ "LENGTH(", KIND_LENGTH }, { "NUMBER(", KIND_NUMBER },
	};
	size_t i, n;
	char *dot;

	q->kind = KIND_KEY;
	q->name[0] = '\0';
	q->member = NULL;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(fact, kinds[i].prefix, len))
			continue;
		n = strcspn(fact + len, ")");
		if (n >= sizeof(q->name))
			return;
		q->kind = kinds[i].kind;
		memcpy(q->name, fact + len, n);
		q->name[n] = '\0';
		dot = strchr(q->name, '.');
		if (dot) {
			*dot = '\0';
			q->member = dot + 1;
		}
	}
}

/* Ask one lookup; 0, or -errno where it has no answer. */
static int ask(struct pfs_lookup *l, const struct query *q, uint64_t *ret)
{
	struct pfs_member m = { 0 };
	int64_t value;
	int r;

	switch (q->kind) {
	case KIND_SYMBOL:
		return l->ops->symbol ? l->ops->symbol(l, q->name, ret) : -ENOENT;
	case KIND_NUMBER:
		r = l->ops->enumerator ? l->ops->enumerator(l, q->name, &value) : -ENOENT;
		if (!r)
			*ret = (uint64_t)value;
		return r;
	case KIND_SIZE:
		if (!q->member)
			return l->ops->type_size ? l->ops->type_size(l, q->name, ret) : -ENOENT;
		break;
	case KIND_OFFSET:
	case KIND_LENGTH:
		break;
	case KIND_KEY:
		return -ENOENT;
	}
	if (!q->member || !l->ops->member)
		return -ENOENT;
	r = l->ops->member(l, q->name, q->member, &m);
	if (r)
		return r;
	if (q->kind == KIND_LENGTH && !m.nelems)
		return -ENOENT;
	*ret = q->kind == KIND_OFFSET ? m.offset : q->kind == KIND_SIZE ? m.size : m.nelems;
	return 0;
}

/*
 * Addresses of variables come from VMCOREINFO first. It is what the running
 * kernel says itself, while a symbol table may have two static variables with
 * one name; and for mem_section and vmemmap it holds values instead of
 * addresses (see facts.def). LENGTH() of a variable is not in BTF.
 */
static bool vmcoreinfo_first(const struct query *q)
{
	return q->kind == KIND_KEY || q->kind == KIND_SYMBOL ||
	       (q->kind == KIND_LENGTH && !q->member);
}

static bool from_vmcoreinfo(const struct sources *s, const char *key, struct pfs_fact *ret)
{
	if (pfs_vmcoreinfo_number(s->v, key, &ret->value))
		return false;
	ret->from = s->v->from;
	return true;
}

/* -ENOMEM. That no lookup has an answer is no error. */
static int from_lookups(struct sources *s, const struct query *q, struct pfs_fact *ret)
{
	size_t i;

	for (i = 0; i < s->nr; i++) {
		struct pfs_lookup *l = s->lookups[i];
		uint64_t value;
		int r = ask(l, q, &value);

		if (r == -ENOMEM)
			return r;
		if (r)
			continue;
		if (!s->last_from || strcmp(s->last_from, l->from))
			s->last_from = pfs_strdup(s->arena, l->from);
		if (!s->last_from)
			return -ENOMEM;
		ret->value = value;
		ret->from = s->last_from;
		return 0;
	}
	return 0;
}

static int resolve(struct sources *s, const char *key, struct pfs_fact *ret)
{
	struct query q;
	int r = 0;

	ret->from = NULL;
	ret->value = 0;
	parse(key, &q);
	if (vmcoreinfo_first(&q) && from_vmcoreinfo(s, key, ret))
		return 0;
	if (q.kind != KIND_KEY)
		r = from_lookups(s, &q, ret);
	if (!r && !ret->from && !vmcoreinfo_first(&q))
		from_vmcoreinfo(s, key, ret);
	return r;
}

/*
 * What a fact was called before its kernel renamed it; asked for only where the
 * present name has no answer. _refcount: 0139aa7b7fa1 "mm: rename _count, field of
 * the struct page, to _refcount" (v4.6).
 */
static int renamed(struct pfs_facts *f, struct sources *s)
{
	static const struct {
		enum pfs_fact_id id;
		const char *name;
	} earlier[] = {
		{ PFS_F_PG_REFCOUNT, "OFFSET(page._count)" },
	};
	size_t i;
	int r = 0;

	for (i = 0; !r && i < sizeof(earlier) / sizeof(earlier[0]); i++)
		if (!pfs_have(f, earlier[i].id))
			r = resolve(s, earlier[i].name, &f->f[earlier[i].id]);
	return r;
}

/*
 * Up to v3.10 (RHEL 7) a record of the log is a struct log, also in VMCOREINFO.
 * Because other types may have that name, it is asked for only in kernels that
 * have a buffer of records, and counts only if all four of its facts are found.
 */
static int old_log_record(struct pfs_facts *f, struct sources *s)
{
	static const struct {
		enum pfs_fact_id id;
		const char *name;
	} old[] = {
		{ PFS_F_SZ_PRINTK_LOG, "SIZE(log)" },
		{ PFS_F_PL_TS, "OFFSET(log.ts_nsec)" },
		{ PFS_F_PL_LEN, "OFFSET(log.len)" },
		{ PFS_F_PL_TEXT_LEN, "OFFSET(log.text_len)" },
	};
	struct pfs_fact found[4];
	size_t i;
	int r;

	if (!pfs_have(f, PFS_F_LOG_BUF) || pfs_have(f, PFS_F_PRB) ||
	    pfs_have(f, PFS_F_SZ_PRINTK_LOG))
		return 0;
	for (i = 0; i < 4; i++) {
		r = resolve(s, old[i].name, &found[i]);
		if (r || !found[i].from)
			return r;
	}
	for (i = 0; i < 4; i++)
		f->f[old[i].id] = found[i];
	return 0;
}

/* Find a symbol that is no fact of its own; ret->from is NULL where there is none. */
static int symbol(struct sources *s, const char *name, struct pfs_fact *ret)
{
	struct query q = { .kind = KIND_SYMBOL };

	ret->from = NULL;
	strncat(q.name, name, sizeof(q.name) - 1);
	return from_lookups(s, &q, ret);
}

/*
 * From v4.16 on no type has the size of a kernel stack, but the linker script
 * reserves one for the first task (0500871f21b2 "Construct init thread stack in
 * the linker script rather than by union"; 8f69cba096b5 "x86: Rename
 * __{start,end}_init_task to __{start,end}_init_stack", v6.10).
 */
static int thread_size(struct pfs_facts *f, struct sources *s)
{
	static const char *const names[][2] = {
		{ "__start_init_stack", "__end_init_stack" },
		{ "__start_init_task", "__end_init_task" },
	};
	struct pfs_fact start, end;
	size_t i;

	for (i = 0; i < 2 && !pfs_have(f, PFS_F_THREAD_SIZE); i++) {
		uint64_t size;

		if (symbol(s, names[i][0], &start) || symbol(s, names[i][1], &end))
			return -ENOMEM;
		if (!start.from || !end.from)
			continue;
		size = end.value - start.value;
		if (size >= 4096 && size <= 1 << 20 && !(size & (size - 1)))
			f->f[PFS_F_THREAD_SIZE] = (struct pfs_fact){ size, end.from };
	}
	return 0;
}

/*
 * No type tells the length of a variable, and VMCOREINFO has it on x86 alone. But struct
 * kmem_cache had an array of MAX_NUMNODES elements, and a struct zonelist has one of all zones
 * of all nodes, and of an end mark.
 */
static int node_length(struct pfs_facts *f, struct sources *s)
{
	static const struct query cache = { KIND_LENGTH, "kmem_cache", "node" };
	static const struct query zones = { KIND_LENGTH, "zonelist", "_zonerefs" };
	struct pfs_fact *nr = &f->f[PFS_F_NR_NODES_MAX], refs = { 0 };
	uint64_t per_node;
	int r;

	if (pfs_have(f, PFS_F_NR_NODES_MAX))
		return 0;
	r = from_lookups(s, &cache, nr);
	if (r || nr->from || !pfs_have(f, PFS_F_MAX_NR_ZONES))
		return r;
	per_node = pfs_val(f, PFS_F_MAX_NR_ZONES);
	r = from_lookups(s, &zones, &refs);
	if (!r && refs.from && per_node && refs.value > per_node && refs.value % per_node == 1)
		*nr = (struct pfs_fact){ (refs.value - 1) / per_node, refs.from };
	return r;
}

static void from_table(struct pfs_facts *f, enum pfs_fact_id id, uint64_t value, const char *from)
{
	if (pfs_have(f, id))
		return;
	f->f[id].value = value;
	f->f[id].from = from;
}

enum {
#define SECTION_FLAG(id, fact, bit, letter, name, words) BIT_##fact = bit,
#include <pfnscope/section_flags.def>
#undef SECTION_FLAG
};

/*
 * Section flags before v6.0 are macros, which no debug information that we
 * read has (ed7802dd48f7 "mm: memory_hotplug: enumerate all supported section
 * flags", v6.0, made them enumerators). Where there is no enumerator, other
 * things tell which macros there were:
 *
 *	PRESENT		always
 *	HAS_MEM_MAP	always (v2.6.24)
 *	ONLINE		v4.13, as is __highest_present_section_nr; and
 *			so wherever there is a mem_section.usage
 *	EARLY		v5.3 (326e1b8f83a4 "mm/sparsemem: introduce a
 *			SECTION_IS_EARLY flag"), as is mem_section.usage
 *			(f1eca35a0dc7 "mm/sparsemem: introduce struct
 *			mem_section_usage")
 *	TAINT		v5.12 (1f90a3477df3 "mm: teach
 *			pfn_to_online_page() about ZONE_DEVICE section
 *			collisions"); two commits earlier in the same
 *			series 9f605f260594 "mm: move
 *			pfn_to_online_page() out of line" made that
 *			function a symbol
 *
 * That something is absent counts only if a source was asked that would know
 * it.
 */
static int section_flags(struct pfs_facts *f, struct sources *s, const char *from)
{
	bool types = false, symbols = false, usage;
	struct pfs_fact online;
	uint64_t last = BIT_HAS_MEM_MAP + 1;
	size_t i;

	if (pfs_have(f, PFS_F_BIT_PRESENT) || pfs_have(f, PFS_F_BIT_LAST))
		return 0;
	for (i = 0; i < s->nr; i++) {
		types = types || s->lookups[i]->ops->member;
		symbols = symbols || s->lookups[i]->ops->symbol;
	}
	/* A distilled dump brings mem_section.usage in its VMCOREINFO. */
	usage = pfs_have(f, PFS_F_MS_USAGE);
	from_table(f, PFS_F_BIT_PRESENT, BIT_PRESENT, from);
	from_table(f, PFS_F_BIT_HAS_MEM_MAP, BIT_HAS_MEM_MAP, from);
	if (usage || pfs_have(f, PFS_F_HIGHEST_SECTION)) {
		from_table(f, PFS_F_BIT_ONLINE, BIT_ONLINE, from);
		last = BIT_ONLINE + 1;
	}
	if (usage) {
		from_table(f, PFS_F_BIT_EARLY, BIT_EARLY, from);
		last = BIT_EARLY + 1;
		if (symbol(s, "pfn_to_online_page", &online))
			return -ENOMEM;
		if (online.from) {
			from_table(f, PFS_F_BIT_TAINT, BIT_TAINT, from);
			last = BIT_TAINT + 1;
		}
	}
	if (types && symbols)
		from_table(f, PFS_F_BIT_LAST, last, from);
	return 0;
}

static int tables(struct pfs_facts *f, struct sources *s)
{
	const char *from = pfs_printf(s->arena, "table %s", s->arch->name);

	if (!from)
		return -ENOMEM;
	from_table(f, PFS_F_SECTION_SIZE_BITS, s->arch->section_size_bits(f), from);
	from_table(f, PFS_F_MAX_PHYSMEM_BITS, s->arch->max_physmem_bits(f), from);
	return section_flags(f, s, from);
}

static const char *text(struct pfs_arena *a, const struct pfs_vmcoreinfo *v, const char *key,
			bool hex)
{
	const char *s = pfs_vmcoreinfo_get(v, key);
	char *copy = pfs_strdup(a, s ? s : ""), *p;

	for (p = copy; hex && p && *p; p++) {
		if (!isxdigit((unsigned char)*p))
			return "";
		*p = (char)tolower((unsigned char)*p);
	}
	return copy;
}

int pfs_facts_resolve(struct pfs_facts *f, struct pfs_arena *a, struct pfs_lookup *const *lookups,
		      size_t nr_lookups, const struct pfs_vmcoreinfo *v,
		      const struct pfs_arch *arch, struct pfs_err *err)
{
	struct sources s = { lookups, nr_lookups, v, arch, a, NULL };
	const char *name;
	unsigned int id;
	int r = 0;

	memset(f, 0, sizeof(*f));
	f->release = text(a, v, "OSRELEASE", false);
	f->build_id = text(a, v, "BUILD-ID", true);
	if (!f->release || !f->build_id)
		r = -ENOMEM;
	f->machine = arch ? arch->facts : NULL;
	for (id = 0; !r && (name = pfs_facts_name(f, id)); id++)
		r = resolve(&s, name, &f->f[id]);
	if (!r)
		r = renamed(f, &s);
	if (!r)
		r = old_log_record(f, &s);
	if (!r)
		r = thread_size(f, &s);
	if (!r)
		r = node_length(f, &s);
	if (!r && arch)
		r = tables(f, &s);
	return r ? pfs_err_set(err, ENOMEM, "out of memory") : 0;
}
