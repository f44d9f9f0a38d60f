/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols from the kernel's own kallsyms tables. VMCOREINFO names them from
 * v6.0 on (5fd8fea935a1 "vmcoreinfo: include kallsyms symbols", f09bddbd8661
 * "vmcoreinfo: add kallsyms_num_syms symbol"); kallsyms_scan.c finds those of
 * older kernels.
 *
 * kallsyms_names holds, for each symbol in the order of addresses, a length
 * and as many bytes; each byte stands for a string of kallsyms_token_table.
 * The first character of the expanded string is the symbol's type, as in nm.
 * A length above 127 takes two bytes, low 7 bits first (73bbb94466fd
 * "kallsyms: support "big" kernel symbols", v6.1).
 *
 * Addresses come in four encodings, and nothing in the dump says which one it
 * is. So each that is possible is tried, and one is taken only if the addresses
 * are in order and if the symbols that VMCOREINFO names have the addresses that
 * it gives:
 *
 *	addresses[i]				64 bits each; to v6.10
 *	offset >= 0 ? offset :			32 bits, absolute-percpu: x86 to
 *	    relative_base - 1 - offset		v6.14 (01157ddc58dc "kallsyms:
 *						Remove KALLSYMS_ABSOLUTE_PERCPU")
 *	relative_base + (u32)offset		others, and all from v6.15 on
 *	&offsets[i] + offset			from v7.0 on (a081b5789255 "kallsyms:
 *						Get rid of kallsyms relative base")
 */
#include "facts/kallsyms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "facts/names.h"

#define MAX_NAME	PFS_KALLSYMS_NAME
#define MAX_NAMES	((size_t)64 << 20)	/* bytes of all, as they are stored */
#define NR_TOKENS	PFS_KALLSYMS_TOKENS
#define CHUNK		((size_t)256 << 10)
#define BASE		UINT64_C(0x100000001b3)	/* of the hash */

/*
 * The start of the image, and variables. mem_section and vmemmap are not among
 * them, because VMCOREINFO holds their values.
 */
static const char *const known[] = {
	"_stext",	"_text", "init_uts_ns", "node_online_map", "node_data",
	"init_top_pgt", "prb",	 "clear_seq",	"vmap_area_list",  "log_buf",
};
#define NR_KNOWN (sizeof(known) / sizeof(known[0]))

struct tokens {
	char text[0x10000 + MAX_NAME];
	struct token {
		const char *s;
		uint32_t len;
		uint32_t count; /* the same; more than any name has, if it cannot be printed */
		/* Of the hash: what the token adds, also without its first byte; BASE^len. */
		uint64_t sum, sum_of_rest, power;
	} token[NR_TOKENS];
};

/*
 * Of the names of a hundred thousand symbols a few hundred are ever asked for. So they stay
 * as they are stored, and are expanded one by one; their hashes follow from those of tokens.
 */
struct kallsyms {
	struct pfs_lookup lookup;
	struct pfs_names symbols;
	struct tokens *tokens;
	unsigned char *stored;	/* kallsyms_names */
	uint32_t *at;		/* of each symbol: where its bytes are in there, */
	uint16_t *len;		/* and how many */
	struct pfs_arena names; /* expanded, each terminated */
	struct pfs_kallsyms_extent extent;
};

static int symbol_va(const struct pfs_vmcoreinfo *v, const char *name, uint64_t *ret)
{
	char key[64] = "SYMBOL(";

	strncat(key, name, sizeof(key) - 9);
	strcat(key, ")");
	return pfs_vmcoreinfo_number(v, key, ret);
}

static bool printable(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] <= 0x20 || (unsigned char)s[i] > 0x7e)
			return false;
	return true;
}

/* The hash of a name: its bytes are the digits of a number. */
static uint64_t sum_of(const char *s, size_t len)
{
	uint64_t sum = 0;

	while (len--)
		sum = sum * BASE + (unsigned char)*s++;
	return sum;
}

static uint32_t finish(uint64_t sum, size_t len)
{
	sum = (sum ^ len) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(sum >> 32 ^ sum >> 8);
}

static uint32_t hash_of(const char *name, size_t len)
{
	return finish(sum_of(name, len), len);
}

static struct token token_of(const char *s, size_t len)
{
	struct token t = { .s = s, .len = (uint32_t)len };
	size_t i;

	t.count = printable(s, len) ? t.len : t.len + MAX_NAME;
	t.sum = sum_of(s, len);
	t.sum_of_rest = len ? sum_of(s + 1, len - 1) : 0;
	for (t.power = 1, i = 0; i < len; i++)
		t.power *= BASE;
	return t;
}

/* The tokens lie one after the other, and the index says where each begins. */
static int read_tokens(struct pfs_mem *m, uint64_t table, uint64_t index, struct tokens *t,
		       struct pfs_err *err)
{
	unsigned char idx[NR_TOKENS * 2];
	size_t len, off = 0;
	uint64_t at;
	int i, r;

	r = pfs_read_obj(m, index, idx, sizeof(idx), "kallsyms_token_index", err);
	if (r)
		return r;
	/* Nothing bounds the last token, and what follows it may be unreadable. */
	len = ((size_t)idx[sizeof(idx) - 2] | (size_t)idx[sizeof(idx) - 1] << 8) + MAX_NAME;
	if (pfs_read_va(m, table, t->text, len, &at) != PFS_REACH_OK)
		len = (size_t)(at - table);
	for (i = 0; i < NR_TOKENS; i++) {
		size_t start = (size_t)idx[2 * i] | (size_t)idx[2 * i + 1] << 8, n;

		n = off < len ? strnlen(t->text + off, len - off) : 0;
		if (start != off || off + n >= len)
			return pfs_err_set(err, EINVAL,
					   "kallsyms_token_table at 0x%llx: token %d is damaged",
					   (unsigned long long)table, i);
		t->token[i] = token_of(t->text + off, n);
		off += n + 1;
	}
	return 0;
}

/* kallsyms_names as far as it was read; its size is not stored anywhere. */
struct stream {
	struct pfs_mem *m;
	uint64_t va; /* of the byte to be read next */
	unsigned char *buf;
	size_t pos, len, cap;
};

static int stream_more(struct stream *s, size_t n)
{
	uint64_t at;
	size_t got = CHUNK;

	if (s->cap - s->len < CHUNK) {
		size_t cap = s->cap ? 2 * s->cap : 8 * CHUNK;
		unsigned char *buf = cap <= MAX_NAMES ? realloc(s->buf, cap) : NULL;

		if (!buf)
			return -ENOMEM;
		s->buf = buf;
		s->cap = cap;
	}
	if (pfs_read_va(s->m, s->va, s->buf + s->len, CHUNK, &at) != PFS_REACH_OK)
		got = (size_t)(at - s->va);
	s->len += got;
	s->va += got;
	return s->len - s->pos >= n ? 0 : -EIO;
}

/* Make n bytes (n < CHUNK) available at s->pos. */
static inline int stream_need(struct stream *s, size_t n)
{
	return s->len - s->pos >= n ? 0 : stream_more(s, n);
}

/* Pass the next name: where it is stored, and its hash, which the type before it is no part of. */
static int next_name(struct stream *s, const struct tokens *t, uint32_t *ret_at, uint16_t *ret_len,
		     uint32_t *ret_hash)
{
	size_t len, i = 0, out = 0;
	const unsigned char *p;
	uint64_t sum = 0;
	int r = stream_need(s, 1);

	if (r)
		return r;
	len = s->buf[s->pos++];
	if (len & 0x80) {
		r = stream_need(s, 1);
		if (r)
			return r;
		len = (len & 0x7f) | (size_t)s->buf[s->pos++] << 7;
	}
	if (!len || len >= MAX_NAME)
		return -EINVAL;
	r = stream_need(s, len);
	if (r)
		return r;
	p = s->buf + s->pos;
	*ret_at = (uint32_t)s->pos;
	*ret_len = (uint16_t)len;
	s->pos += len;
	while (i < len && !t->token[p[i]].len)
		i++;
	if (i < len) {
		sum = t->token[p[i]].sum_of_rest;
		out = t->token[p[i]].count;
	}
	for (i++; i < len; i++) {
		const struct token *token = &t->token[p[i]];

		out += token->count;
		sum = sum * token->power + token->sum;
	}
	if (out < 2 || out >= MAX_NAME)
		return -EINVAL;
	*ret_hash = finish(sum, out - 1);
	return 0;
}

static const char *expand(struct pfs_names *names, size_t i)
{
	struct kallsyms *k =
		(struct kallsyms *)((char *)names - offsetof(struct kallsyms, symbols));
	const unsigned char *p = k->stored + k->at[i];
	size_t size = 1, n;
	char *text, *end;

	for (n = 0; n < k->len[i]; n++)
		size += k->tokens->token[p[n]].len;
	text = end = pfs_alloc(&k->names, size);
	for (n = 0; text && n < k->len[i]; n++) {
		const struct token *token = &k->tokens->token[p[n]];

		memcpy(end, token->s, token->len);
		end += token->len;
	}
	if (!text)
		return NULL;
	*end = '\0';
	return text + 1;
}

static void widen(struct pfs_kallsyms_extent *e, uint64_t va, uint64_t len)
{
	bool first = !e->end;

	e->start = first ? va : pfs_min64(e->start, va);
	e->end = first ? va + len : pfs_max64(e->end, va + len);
}

static uint64_t tokens_end(const struct tokens *t)
{
	const struct token *last = &t->token[NR_TOKENS - 1];

	return (uint64_t)(last->s - t->text) + last->len + 1;
}

static int name_error(const struct pfs_kallsyms_at *at, uint32_t i, int r, struct pfs_err *err)
{
	if (r == -ENOMEM || r == -E2BIG)
		return pfs_err_set(err, ENOMEM, "kallsyms_names: out of memory");
	return pfs_err_set(err, EINVAL, "kallsyms_names at 0x%llx: symbol %u of %u is %s",
			   (unsigned long long)at->names, i, at->nr,
			   r == -EIO ? "not readable" : "damaged");
}

/* Read all names into k->symbols, in the order of the table; their addresses come later. */
static int read_names(struct pfs_mem *m, const struct pfs_kallsyms_at *at, struct kallsyms *k,
		      struct pfs_err *err)
{
	struct stream s = { .m = m, .va = at->names };
	uint32_t i, hash = 0;
	uint64_t end;
	int r = 0;

	k->at = malloc(at->nr * sizeof(*k->at));
	k->len = malloc(at->nr * sizeof(*k->len));
	if (!k->at || !k->len)
		return pfs_err_set(err, ENOMEM, "out of memory");
	for (i = 0; i < at->nr && !r; i++) {
		r = next_name(&s, k->tokens, &k->at[i], &k->len[i], &hash);
		if (!r)
			r = pfs_names_add_hashed(&k->symbols, NULL, hash, 0);
		if (r)
			name_error(at, i, r, err);
	}
	k->stored = s.buf;
	if (r)
		return -err->code;
	end = s.va - (s.len - s.pos);
	widen(&k->extent, at->names, end - at->names);
	if (at->names_end && end != at->names_end)
		return pfs_err_set(err, EINVAL,
				   "kallsyms_names at 0x%llx: %u symbols end elsewhere "
				   "than its markers say",
				   (unsigned long long)at->names, at->nr);
	return 0;
}

static uint64_t decode(const struct pfs_kallsyms_try *try, const unsigned char *table, uint32_t i)
{
	uint32_t raw;
	uint64_t sign;

	if (try->encoding == PFS_KALLSYMS_ADDRESSES)
		return pfs_le64(table + (size_t)i * 8);
	raw = pfs_le32(table + (size_t)i * 4);
	sign = (uint64_t)(int64_t)(int32_t)raw;
	switch (try->encoding) {
	case PFS_KALLSYMS_ABSOLUTE_PERCPU:
		return raw >> 31 ? try->base - 1 - sign : raw;
	case PFS_KALLSYMS_PLACE_RELATIVE:
		return try->base + (uint64_t)i * 4 + sign;
	default:
		return try->base + raw;
	}
}

/* Is there a symbol with this name at this address? The symbols are in order of address. */
static bool is_at(struct pfs_names *t, const char *name, uint64_t addr)
{
	size_t low = 0, high = t->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->n[mid].value < addr)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < t->nr && t->n[low].value == addr; low++) {
		const char *text = pfs_names_text(t, low);

		if (text && !strcmp(text, name))
			return true;
	}
	return false;
}

/*
 * Give all symbols the addresses that one encoding yields. False if they are
 * not in order, or if known symbols are not where they must be. A static
 * variable of another file may have the same name as one of those.
 */
static bool set_addresses(struct pfs_names *symbols, const struct pfs_kallsyms_try *try,
			  const unsigned char *table, const struct pfs_vmcoreinfo *v, uint64_t text)
{
	uint64_t want, any, last = 0;
	bool start = false;
	size_t i;

	for (i = 0; i < symbols->nr; i++) {
		uint64_t addr = decode(try, table, (uint32_t)i);

		if (addr < last)
			return false;
		last = symbols->n[i].value = addr;
	}
	for (i = 0; i < NR_KNOWN; i++) {
		if (text && !strcmp(known[i], "_text"))
			want = text;
		else if (symbol_va(v, known[i], &want) || !want)
			continue;
		if (is_at(symbols, known[i], want))
			start |= i < 2; /* _stext or _text */
		else if (!pfs_names_find(symbols, known[i], &any))
			return false;
	}
	return start;
}

static int read_addresses(struct pfs_mem *m, const struct pfs_kallsyms_at *at,
			  const struct pfs_vmcoreinfo *v, uint64_t text, struct kallsyms *k,
			  struct pfs_err *err)
{
	unsigned char *table = malloc((size_t)at->nr * 8);
	bool readable = false;
	unsigned int i;
	int r = 0;

	if (!table)
		return pfs_err_set(err, ENOMEM, "out of memory");
	for (i = 0; i < at->tries; i++) {
		const struct pfs_kallsyms_try *try = &at->try[i];
		size_t size = try->encoding == PFS_KALLSYMS_ADDRESSES ? 8 : 4;

		r = pfs_read_obj(m, try->table, table, at->nr * size, "kallsyms addresses", err);
		if (r)
			continue;
		readable = true;
		if (set_addresses(&k->symbols, try, table, v, text)) {
			widen(&k->extent, try->table, at->nr * size);
			k->extent.base_at = try->base_at;
			if (try->base_at)
				widen(&k->extent, try->base_at, 8);
			break;
		}
	}
	free(table);
	if (i == at->tries && (readable || !i))
		return pfs_err_set(err, EINVAL,
				   "kallsyms addresses: damaged, or of an unknown encoding");
	return r;
}

static int op_symbol(struct pfs_lookup *l, const char *name, uint64_t *ret_addr)
{
	return pfs_names_find(&((struct kallsyms *)l)->symbols, name, ret_addr);
}

static int op_symbol_at(struct pfs_lookup *l, uint64_t addr, const char **ret_name,
			uint64_t *ret_offset)
{
	return pfs_names_at(&((struct kallsyms *)l)->symbols, addr, ret_name, ret_offset);
}

static void op_free(struct pfs_lookup *l)
{
	struct kallsyms *k = (struct kallsyms *)l;

	pfs_names_deinit(&k->symbols);
	pfs_arena_deinit(&k->names);
	free(k->tokens);
	free(k->stored);
	free(k->at);
	free(k->len);
	free(k);
}

static const struct pfs_lookup_ops ops = {
	.symbol = op_symbol,
	.symbol_at = op_symbol_at,
	.free = op_free,
};

int pfs_kallsyms_read(struct pfs_mem *m, const struct pfs_kallsyms_at *at,
		      const struct pfs_vmcoreinfo *v, uint64_t text, struct pfs_lookup **ret,
		      struct pfs_err *err)
{
	struct kallsyms *k;
	int r;

	if (!at->nr || at->nr > PFS_KALLSYMS_MAX)
		return pfs_err_set(err, EINVAL, "kallsyms_num_syms: %u symbols: absurd", at->nr);
	k = calloc(1, sizeof(*k));
	if (!k)
		return pfs_err_set(err, ENOMEM, "out of memory");
	pfs_arena_init(&k->names);
	k->symbols.text = expand;
	k->symbols.hash_of = hash_of;
	k->tokens = calloc(1, sizeof(*k->tokens));
	k->lookup.ops = &ops;
	k->lookup.from = at->from;
	r = k->tokens ? read_tokens(m, at->token_table, at->token_index, k->tokens, err) :
			pfs_err_set(err, ENOMEM, "out of memory");
	if (!r)
		r = read_names(m, at, k, err);
	if (!r)
		r = read_addresses(m, at, v, text, k, err);
	if (r) {
		op_free(&k->lookup);
		return r;
	}
	widen(&k->extent, at->num_syms, sizeof(uint32_t));
	widen(&k->extent, at->token_table, tokens_end(k->tokens));
	widen(&k->extent, at->token_index, NR_TOKENS * 2);
	*ret = &k->lookup;
	return 0;
}

void pfs_kallsyms_extent(struct pfs_lookup *l, struct pfs_kallsyms_extent *ret)
{
	*ret = ((struct kallsyms *)l)->extent;
}

/* The encodings that are possible where VMCOREINFO names these tables. */
static int named_addresses(struct pfs_mem *m, const struct pfs_vmcoreinfo *v,
			   struct pfs_kallsyms_at *at, struct pfs_err *err)
{
	uint64_t va, base = 0, relative_base;
	int r;

	if (!symbol_va(v, "kallsyms_offsets", &va)) {
		if (symbol_va(v, "kallsyms_relative_base", &relative_base)) {
			at->try[at->tries++] =
				(struct pfs_kallsyms_try){ PFS_KALLSYMS_PLACE_RELATIVE, va, va, 0 };
			return 0;
		}
		r = pfs_read_u64(m, relative_base, &base, "kallsyms_relative_base", err);
		if (r)
			return r;
		at->try[at->tries++] = (struct pfs_kallsyms_try){ PFS_KALLSYMS_ABSOLUTE_PERCPU, va,
								  base, relative_base };
		at->try[at->tries++] = (struct pfs_kallsyms_try){ PFS_KALLSYMS_UNSIGNED, va, base,
								  relative_base };
		return 0;
	}
	if (symbol_va(v, "kallsyms_addresses", &va))
		return pfs_err_set(err, ENOENT, "VMCOREINFO names no table of kallsyms addresses");
	at->try[at->tries++] = (struct pfs_kallsyms_try){ PFS_KALLSYMS_ADDRESSES, va, 0, 0 };
	return 0;
}

int pfs_kallsyms_open(struct pfs_mem *m, const struct pfs_vmcoreinfo *v, struct pfs_lookup **ret,
		      struct pfs_err *err)
{
	struct pfs_kallsyms_at at = { .from = "kallsyms" };
	unsigned char raw[4];
	int r;

	if (symbol_va(v, "kallsyms_names", &at.names) ||
	    symbol_va(v, "kallsyms_num_syms", &at.num_syms) ||
	    symbol_va(v, "kallsyms_token_table", &at.token_table) ||
	    symbol_va(v, "kallsyms_token_index", &at.token_index))
		return pfs_err_set(err, ENOENT,
				   "VMCOREINFO does not say where kallsyms is (kernels before "
				   "v6.0)");
	r = pfs_read_obj(m, at.num_syms, raw, sizeof(raw), "kallsyms_num_syms", err);
	if (r)
		return r;
	at.nr = pfs_le32(raw);
	r = named_addresses(m, v, &at, err);
	return r ? r : pfs_kallsyms_read(m, &at, v, 0, ret, err);
}
