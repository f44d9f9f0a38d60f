/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "facts/known.h"

#include <errno.h>
#include <nettle/umac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "facts/kallsyms.h"
#include "facts/known_file.h"

#define SLOTS (PFS_KNOWN_ANSWERS * 2)
#define PIECE ((size_t)256 << 10)

struct known {
	struct pfs_lookup asked[PFS_KNOWN_LOOKUPS]; /* what the session asks */
	struct pfs_lookup *real[PFS_KNOWN_LOOKUPS]; /* what decodes the tables; NULL: not open */
	struct pfs_known_at at;
	struct pfs_known_file file;
	struct pfs_arena arena; /* its answers */
	char name[129];
	uint16_t slot[SLOTS]; /* number of an answer + 1 */
	size_t cap;
	bool tried;	/* to open the tables */
	bool no_memory; /* for that */
	bool summed;	/* file.sum is that of this dump */
	bool news;	/* there is more than in the file */
	bool half;	/* one of the lookups is freed */
};

/* By the build-id alone, of which VMCOREINFO is free to say anything. */
static bool file_name(const char *build_id, char *buf, size_t size)
{
	size_t len = strlen(build_id);

	if (len < 16 || len >= size || strspn(build_id, "0123456789abcdef") != len)
		return false;
	memcpy(buf, build_id, len);
	buf[len] = '\0';
	return true;
}

static bool in_image(const struct pfs_mem *m, uint64_t va)
{
	return va >= m->image_start && va < m->image_end;
}

static void add_number(struct umac64_ctx *c, uint64_t value)
{
	umac64_update(c, sizeof(value), (const uint8_t *)&value);
}

static bool add_bytes(struct umac64_ctx *c, struct pfs_mem *m, uint64_t start, uint64_t end,
		      unsigned char *piece)
{
	while (start < end) {
		size_t n = end - start < PIECE ? (size_t)(end - start) : PIECE;

		if (pfs_read_va(m, start, piece, n, NULL) != PFS_REACH_OK)
			return false;
		umac64_update(c, n, piece);
		start += n;
	}
	return true;
}

/* By these it was decided which encoding the addresses of kallsyms have. */
static void add_vmcoreinfo(struct umac64_ctx *c, const struct known *k)
{
	const struct pfs_vmcoreinfo *v = &k->at.v;
	uint64_t value;
	size_t i;

	for (i = 0; i < v->nr; i++) {
		if (strncmp(v->rows[i].key, "SYMBOL(", 7) ||
		    pfs_vmcoreinfo_number(v, v->rows[i].key, &value) || !in_image(k->at.mem, value))
			continue;
		umac64_update(c, strlen(v->rows[i].key) + 1, (const uint8_t *)v->rows[i].key);
		add_number(c, value - k->at.stext);
	}
}

/* A sum that is being made. */
struct sum {
	struct umac64_ctx c;
	struct pfs_mem *m;
	unsigned char *piece;
	bool stored; /* of whole pages as the file has them, where it has another form of them */
};

static void add_stored(void *arg, const void *bytes, size_t len)
{
	umac64_update(&((struct sum *)arg)->c, len, bytes);
}

static bool add_pages(struct sum *s, uint64_t start, uint64_t end)
{
	struct pfs_target *t = s->m->target;

	while (start < end) {
		struct pfs_walk w;
		uint64_t n;

		pfs_walk_va(s->m, start, &w);
		n = pfs_min64(end - start, w.leaf_size - (start & (w.leaf_size - 1)));
		if (!w.mapped || !t->ops->stored(t, w.pa, (size_t)n, add_stored, s))
			return false;
		start += n;
	}
	return true;
}

/* What lies beside the tables in their first and last page may be another thing in each dump. */
static bool add_range(struct sum *s, uint64_t start, uint64_t end)
{
	uint64_t page = s->m->target->info.page_size;
	uint64_t first = (start + page - 1) / page * page, last = end / page * page;

	add_number(&s->c, end - start);
	if (!s->stored || first >= last)
		return add_bytes(&s->c, s->m, start, end, s->piece);
	return add_bytes(&s->c, s->m, start, first, s->piece) && add_pages(s, first, last) &&
	       add_bytes(&s->c, s->m, last, end, s->piece);
}

static bool add_tables(struct sum *s, const struct known *k)
{
	const struct pfs_known_file *f = &k->file;
	uint64_t start[2], end[2], base_at = (uint64_t)f->base_at + k->at.stext, base;
	struct pfs_err ignored;
	int i;

	for (i = 0; i < 2; i++) {
		start[i] = (uint64_t)f->extent[i].start + k->at.stext;
		end[i] = (uint64_t)f->extent[i].end + k->at.stext;
		add_number(&s->c, f->extent[i].searched);
	}
	add_vmcoreinfo(&s->c, k);
	add_number(&s->c, f->has_base);
	if (f->has_base) {
		if (base_at < start[0] || base_at > end[0] || end[0] - base_at < 8 ||
		    pfs_read_u64(s->m, base_at, &base, "", &ignored))
			return false;
		add_number(&s->c, base - k->at.stext);
		if (!add_range(s, start[0], base_at))
			return false;
		start[0] = base_at + 8;
	}
	return add_range(s, start[0], end[0]) && add_range(s, start[1], end[1]);
}

/*
 * The sum of all that the answers rest on, as this dump has it. The pointer among the tables
 * counts as a distance. Tables that a file has compressed are not unpacked for a sum of their
 * stored form; if that is another than the last dump's, they may still be the same tables.
 */
static bool sum_up(const struct known *k, bool stored, unsigned char *ret)
{
	static const uint8_t nonces[2] = { 2, 3 };
	struct sum *s = malloc(sizeof(*s) + PIECE);
	bool ok;

	if (!s)
		return false;
	s->m = k->at.mem;
	s->piece = (unsigned char *)(s + 1);
	s->stored = stored;
	umac64_set_key(&s->c, k->file.key);
	umac64_set_nonce(&s->c, 1, &nonces[stored]);
	ok = add_tables(s, k);
	umac64_digest(&s->c, PFS_KNOWN_SUM, ret);
	free(s);
	return ok;
}

static bool can_stored(const struct known *k)
{
	return k->at.mem->target->ops->stored && k->at.mem->target->info.page_size;
}

static void sum_up_stored(struct known *k)
{
	k->file.has_stored = can_stored(k) && sum_up(k, true, k->file.stored_sum);
}

static size_t hash(enum pfs_known_kind kind, const char *name, const char *member)
{
	uint64_t h = kind;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	for (; *member; member++)
		h = (h ^ (unsigned char)*member) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

/* The slot that has the answer, or where it would be: more than half of them are free. */
static uint16_t *slot_of(struct known *k, enum pfs_known_kind kind, const char *name,
			 const char *member)
{
	size_t at = hash(kind, name, member) % SLOTS;

	for (; k->slot[at]; at = (at + 1) % SLOTS) {
		const struct pfs_answer *a = &k->file.answers[k->slot[at] - 1];

		if (a->kind == kind && !strcmp(a->name, name) && !strcmp(a->member, member))
			break;
	}
	return &k->slot[at];
}

static void keep(struct known *k, struct pfs_answer a)
{
	struct pfs_answer *new;

	if (k->file.nr == PFS_KNOWN_ANSWERS || strlen(a.name) >= PFS_KNOWN_NAME ||
	    strlen(a.member) >= PFS_KNOWN_NAME || !*a.name ||
	    (a.code && a.code != ENOENT && a.code != EINVAL))
		return;
	if (a.kind == PFS_KNOWN_SYMBOL && !a.code && in_image(k->at.mem, a.value[0])) {
		a.moves = true;
		a.value[0] -= k->at.stext;
	}
	a.name = pfs_strdup(&k->arena, a.name);
	a.member = pfs_strdup(&k->arena, a.member);
	if (!a.name || !a.member)
		return;
	new = pfs_grow(&k->arena, &k->file.answers, &k->file.nr, &k->cap, sizeof(*new));
	if (!new)
		return;
	*new = a;
	*slot_of(k, a.kind, a.name, a.member) = (uint16_t)k->file.nr;
	k->news = true;
}

/* The tables have this sum, so they can be decoded as they were the first time. */
static struct pfs_lookup *real(struct known *k, int which)
{
	struct pfs_err ignored;

	if (!k->tried)
		k->no_memory = k->at.open(k->at.mem, &k->at.v, k->at.arena, k->real, &ignored) ==
			       -ENOMEM;
	k->tried = true;
	return k->real[which];
}

static int ask(struct pfs_lookup *l, struct pfs_answer *a)
{
	struct pfs_member m = { 0 };
	int64_t number = 0;
	int r = -ENOENT;

	switch (a->kind) {
	case PFS_KNOWN_SYMBOL:
		r = l->ops->symbol(l, a->name, &a->value[0]);
		break;
	case PFS_KNOWN_TYPE_SIZE:
		r = l->ops->type_size(l, a->name, &a->value[0]);
		break;
	case PFS_KNOWN_MEMBER:
		r = l->ops->member(l, a->name, a->member, &m);
		a->value[0] = m.offset;
		a->value[1] = m.size;
		a->value[2] = m.nelems;
		break;
	case PFS_KNOWN_ENUMERATOR:
		r = l->ops->enumerator(l, a->name, &number);
		a->value[0] = (uint64_t)number;
		break;
	case PFS_KNOWN_KINDS:
		break;
	}
	return r;
}

/* value has what the kind of question has for an answer. */
static int answer(struct known *k, int which, enum pfs_known_kind kind, const char *name,
		  const char *member, uint64_t *value)
{
	struct pfs_answer a = { .kind = kind, .name = name, .member = member };
	uint16_t slot = *slot_of(k, kind, name, member);
	struct pfs_lookup *l;
	int r;

	if (slot) {
		a = k->file.answers[slot - 1];
		a.value[0] += a.moves ? k->at.stext : 0;
		memcpy(value, a.value, sizeof(a.value));
		return -a.code;
	}
	l = real(k, which);
	if (!l)
		return k->no_memory ? -ENOMEM : -ENOENT;
	r = ask(l, &a);
	a.code = -r;
	memcpy(value, a.value, sizeof(a.value));
	keep(k, a);
	return r;
}

static struct known *symbols(struct pfs_lookup *l)
{
	return (struct known *)(void *)(l - PFS_KNOWN_SYMBOLS);
}

static struct known *types(struct pfs_lookup *l)
{
	return (struct known *)(void *)(l - PFS_KNOWN_TYPES);
}

static int op_symbol(struct pfs_lookup *l, const char *name, uint64_t *ret)
{
	uint64_t value[3];
	int r = answer(symbols(l), PFS_KNOWN_SYMBOLS, PFS_KNOWN_SYMBOL, name, "", value);

	if (!r)
		*ret = value[0];
	return r;
}

/* Addresses differ from dump to dump: nothing is kept of these. */
static int op_symbol_at(struct pfs_lookup *l, uint64_t addr, const char **ret_name,
			uint64_t *ret_offset)
{
	struct known *k = symbols(l);
	struct pfs_lookup *tables = real(k, PFS_KNOWN_SYMBOLS);

	if (!tables)
		return k->no_memory ? -ENOMEM : -ENOENT;
	return tables->ops->symbol_at(tables, addr, ret_name, ret_offset);
}

static int op_type_size(struct pfs_lookup *l, const char *type, uint64_t *ret)
{
	uint64_t value[3];
	int r = answer(types(l), PFS_KNOWN_TYPES, PFS_KNOWN_TYPE_SIZE, type, "", value);

	if (!r)
		*ret = value[0];
	return r;
}

static int op_member(struct pfs_lookup *l, const char *type, const char *member,
		     struct pfs_member *ret)
{
	uint64_t value[3];
	int r;

	if (!*member)
		return -ENOENT;
	r = answer(types(l), PFS_KNOWN_TYPES, PFS_KNOWN_MEMBER, type, member, value);
	if (!r)
		*ret = (struct pfs_member){ value[0], value[1], value[2] };
	return r;
}

static int op_enumerator(struct pfs_lookup *l, const char *name, int64_t *ret)
{
	uint64_t value[3];
	int r = answer(types(l), PFS_KNOWN_TYPES, PFS_KNOWN_ENUMERATOR, name, "", value);

	if (!r)
		*ret = (int64_t)value[0];
	return r;
}

static void destroy(struct known *k)
{
	int i;

	for (i = 0; i < PFS_KNOWN_LOOKUPS; i++)
		if (k->real[i])
			k->real[i]->ops->free(k->real[i]);
	pfs_arena_deinit(&k->arena);
	free(k);
}

static void put(struct known *k)
{
	if (k->half)
		destroy(k);
	else
		k->half = true;
}

static void free_symbols(struct pfs_lookup *l)
{
	put(symbols(l));
}

static void free_types(struct pfs_lookup *l)
{
	put(types(l));
}

static const struct pfs_lookup_ops ops[PFS_KNOWN_LOOKUPS] = {
	[PFS_KNOWN_SYMBOLS] = {
		.symbol = op_symbol,
		.symbol_at = op_symbol_at,
		.free = free_symbols,
	},
	[PFS_KNOWN_TYPES] = {
		.type_size = op_type_size,
		.member = op_member,
		.enumerator = op_enumerator,
		.free = free_types,
	},
};

void pfs_known_keep(struct pfs_lookup *l)
{
	struct known *k = l->ops == &ops[PFS_KNOWN_SYMBOLS] ? symbols(l) : NULL;
	size_t len = 0;
	void *buf;

	if (!k || !k->news || (!k->summed && !sum_up(k, false, k->file.sum)))
		return;
	if (!k->summed)
		sum_up_stored(k);
	k->summed = true;
	k->news = false;
	buf = pfs_known_encode(&k->file, &len);
	if (buf)
		pfs_store_write(k->at.store, k->name, buf, len);
	free(buf);
}

static struct known *create(const struct pfs_known_at *at)
{
	struct known *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->at = *at;
	pfs_arena_init(&k->arena);
	return k;
}

static void hand_out(struct known *k, struct pfs_lookup **ret)
{
	int i;

	k->asked[PFS_KNOWN_SYMBOLS].from = k->file.extent[0].searched ? "kallsyms (scan)" :
									"kallsyms";
	k->asked[PFS_KNOWN_TYPES].from = k->file.extent[1].searched ? "BTF (scan)" : "BTF";
	for (i = 0; i < PFS_KNOWN_LOOKUPS; i++) {
		k->asked[i].ops = &ops[i];
		ret[i] = &k->asked[i];
	}
}

static bool is_of_this_dump(struct known *k)
{
	unsigned char sum[PFS_KNOWN_SUM];

	if (k->file.has_stored && can_stored(k) && sum_up(k, true, sum) &&
	    !memcmp(sum, k->file.stored_sum, sizeof(sum)))
		return true;
	if (!sum_up(k, false, sum) || memcmp(sum, k->file.sum, sizeof(sum)))
		return false;
	/* The next dump may be by the same writer as this one. */
	if (can_stored(k)) {
		sum_up_stored(k);
		k->news = true;
	}
	return true;
}

int pfs_known_recall(const struct pfs_known_at *at, struct pfs_lookup **ret)
{
	struct known *k = create(at);
	void *buf = NULL;
	size_t len, i;
	int r = -ENOENT;

	if (!k)
		return -ENOMEM;
	if (file_name(at->build_id, k->name, sizeof(k->name)) &&
	    !pfs_store_read(at->store, k->name, &buf, &len))
		r = pfs_known_decode(buf, len, &k->arena, &k->file);
	free(buf);
	k->cap = k->file.nr;
	for (i = 0; !r && i < k->file.nr; i++) {
		const struct pfs_answer *a = &k->file.answers[i];

		*slot_of(k, a->kind, a->name, a->member) = (uint16_t)(i + 1);
	}
	k->summed = !r && is_of_this_dump(k);
	if (k->summed) {
		hand_out(k, ret);
		return 0;
	}
	destroy(k);
	return r == -ENOMEM ? r : -ENOENT;
}

static bool set_extent(struct pfs_known_extent *e, const struct pfs_known_at *at, uint64_t start,
		       uint64_t end, bool searched)
{
	*e = (struct pfs_known_extent){ (int64_t)(start - at->stext), (int64_t)(end - at->stext),
					searched };
	return in_image(at->mem, start) && start < end && in_image(at->mem, end) &&
	       end - start <= PFS_KNOWN_EXTENT;
}

/* Where the tables are; what their sum is can wait. False: this makes no file. */
static bool describe(struct known *k, struct pfs_lookup *const *lookups)
{
	struct pfs_known_file *f = &k->file;
	struct pfs_kallsyms_extent e;
	uint64_t start, end;

	pfs_kallsyms_extent(lookups[PFS_KNOWN_SYMBOLS], &e);
	pfs_btf_extent(lookups[PFS_KNOWN_TYPES], &start, &end);
	if (!set_extent(&f->extent[0], &k->at, e.start, e.end,
			strstr(lookups[PFS_KNOWN_SYMBOLS]->from, "scan")) ||
	    !set_extent(&f->extent[1], &k->at, start, end,
			strstr(lookups[PFS_KNOWN_TYPES]->from, "scan")))
		return false;
	f->has_base = e.base_at != 0;
	f->base_at = f->has_base ? (int64_t)(e.base_at - k->at.stext) : 0;
	return getrandom(f->key, sizeof(f->key), 0) == (ssize_t)sizeof(f->key);
}

int pfs_known_learn(const struct pfs_known_at *at, struct pfs_lookup **lookups)
{
	struct known *k = create(at);

	if (!k)
		return -ENOMEM;
	if (!file_name(at->build_id, k->name, sizeof(k->name)) || !describe(k, lookups)) {
		destroy(k);
		return 0;
	}
	memcpy(k->real, lookups, sizeof(k->real));
	k->tried = true;
	hand_out(k, lookups);
	return 0;
}
