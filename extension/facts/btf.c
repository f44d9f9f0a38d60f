/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types from a BTF blob. libbpf parses it; names are looked up in an index of
 * our own, made in one pass, as libbpf searches them one by one.
 */
#include "facts/image.h"
#include "facts/names.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define MAX_BLOB	((size_t)256 << 20)	/* vmlinux has 4 to 8 MiB of it */
#define MAX_CHAIN	32	/* typedefs and qualifiers in a row; nesting of anonymous types */
#define MAX_MEMBERS	(1 << 17)	/* members looked at in one look-up */
/*
 * For a search: how many headers may turn out not to be those of kernel types,
 * and how many bytes are read behind one.
 */
#define MAX_HITS	16
#define MAX_FOUND	((size_t)64 << 20)

struct pfs_btf {
	struct pfs_lookup lookup;
	struct btf *btf;
	char *from;
	uint64_t start, end; /* of the blob in the dump; 0: it is from elsewhere */
	/* Three name spaces, as in C: values are type ids, or the enumerator's value. */
	struct pfs_names tags, typedefs, enumerators;
};

/* To str_len. A younger header has more behind it, as hdr_len says, and so may <linux/btf.h>. */
#define HEADER 24u

/*
 * libbpf trusts the header in places (v1.1 lets sections begin behind a header
 * length that it has not added up), so it is checked here first.
 */
static int check_header(const unsigned char *p, size_t len, struct pfs_err *err)
{
	uint64_t hdr, type_off, type_len, str_off, str_len;

	if (len < HEADER || len > MAX_BLOB)
		return pfs_err_set(err, EINVAL, "%zu bytes cannot be BTF", len);
	if (p[0] != (BTF_MAGIC & 0xff) || p[1] != BTF_MAGIC >> 8 || p[2] != BTF_VERSION)
		return pfs_err_set(err, EINVAL, "no BTF header (it begins with %02x %02x %02x)",
				   p[0], p[1], p[2]);
	hdr = pfs_le32(p + offsetof(struct btf_header, hdr_len));
	type_off = pfs_le32(p + offsetof(struct btf_header, type_off));
	type_len = pfs_le32(p + offsetof(struct btf_header, type_len));
	str_off = pfs_le32(p + offsetof(struct btf_header, str_off));
	str_len = pfs_le32(p + offsetof(struct btf_header, str_len));
	if (hdr < HEADER || hdr % 4 || type_off % 4 || hdr + type_off + type_len > len ||
	    hdr + str_off + str_len > len || type_off + type_len > str_off || !str_len)
		return pfs_err_set(err, EINVAL,
				   "BTF header is damaged: header 0x%llx, types 0x%llx+0x%llx, "
				   "strings 0x%llx+0x%llx of 0x%zx bytes",
				   (unsigned long long)hdr, (unsigned long long)type_off,
				   (unsigned long long)type_len, (unsigned long long)str_off,
				   (unsigned long long)str_len, len);
	return 0;
}

/* Among equal names the first one wins, as in other readers of BTF. */
static int add(struct pfs_btf *b, struct pfs_names *names, uint32_t name_off, uint64_t value)
{
	const char *s = btf__name_by_offset(b->btf, name_off);

	return s && *s ? pfs_names_add(names, s, strlen(s), value) : 0;
}

static int add_enumerators(struct pfs_btf *b, const struct btf_type *t)
{
	unsigned int i, n = btf_vlen(t);

	for (i = 0; i < n; i++) {
		uint32_t name_off;
		int64_t value;

		if (btf_is_enum(t)) {
			const struct btf_enum *e = &btf_enum(t)[i];

			name_off = e->name_off;
			value = btf_kflag(t) ? (int64_t)e->val : (int64_t)(uint32_t)e->val;
		} else {
			const struct btf_enum64 *e = &btf_enum64(t)[i];

			name_off = e->name_off;
			value = (int64_t)((uint64_t)e->val_hi32 << 32 | e->val_lo32);
		}
		if (add(b, &b->enumerators, name_off, (uint64_t)value))
			return -ENOMEM;
	}
	return 0;
}

static int build_names(struct pfs_btf *b)
{
	uint32_t id, n = btf__type_cnt(b->btf);

	for (id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(b->btf, id);
		struct pfs_names *names;

		if (!t)
			continue;
		switch (btf_kind(t)) {
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			if (add_enumerators(b, t))
				return -ENOMEM;
			names = &b->tags;
			break;
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			names = &b->tags;
			break;
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_INT:
			names = &b->typedefs;
			break;
		default:
			continue;
		}
		if (add(b, names, t->name_off, id))
			return -ENOMEM;
	}
	return 0;
}

/* The struct, union or enum with this name, or else the typedef; 0: none. */
static uint32_t type_by_name(struct pfs_btf *b, const char *name)
{
	uint64_t id;

	if (pfs_names_find(&b->tags, name, &id) && pfs_names_find(&b->typedefs, name, &id))
		return 0;
	return (uint32_t)id;
}

/* The type behind typedefs and qualifiers; NULL: a reference leads nowhere. */
static const struct btf_type *strip(struct pfs_btf *b, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(b->btf, id);
	int i;

	for (i = 0; t && i < MAX_CHAIN; i++) {
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			return t;
		t = btf__type_by_id(b->btf, t->type);
	}
	return NULL;
}

/* A struct or union whose members are still to be looked at. */
struct level {
	const struct btf_type *t;
	uint64_t bits;	   /* its offset */
	unsigned int next; /* member to look at */
};

struct found {
	uint32_t type;
	uint64_t bits;	       /* offset */
	unsigned int bitfield; /* width, 0: none */
};

/* Find the member name[0..len) of t, also inside anonymous structs and unions. */
static int find_member(struct pfs_btf *b, const struct btf_type *t, const char *name, size_t len,
		       struct found *ret)
{
	struct level stack[MAX_CHAIN];
	unsigned int depth = 1, seen = 0;

	stack[0] = (struct level){ t, 0, 0 };
	while (depth) {
		struct level *l = &stack[depth - 1];
		const struct btf_member *m;
		const struct btf_type *in;
		const char *s;
		uint64_t bits;

		if (l->next == btf_vlen(l->t)) {
			depth--;
			continue;
		}
		if (++seen == MAX_MEMBERS)
			return -EINVAL;
		m = &btf_members(l->t)[l->next];
		bits = l->bits + btf_member_bit_offset(l->t, l->next);
		s = btf__name_by_offset(b->btf, m->name_off);
		if (s && strlen(s) == len && !memcmp(s, name, len)) {
			ret->type = m->type;
			ret->bits = bits;
			ret->bitfield = btf_member_bitfield_size(l->t, l->next);
			return 0;
		}
		l->next++;
		if (s && *s)
			continue;
		in = strip(b, m->type);
		if (!in || !btf_is_composite(in))
			continue;
		if (depth == MAX_CHAIN)
			return -EINVAL;
		stack[depth++] = (struct level){ in, bits, 0 };
	}
	return -ENOENT;
}

static int op_member(struct pfs_lookup *lookup, const char *type, const char *member,
		     struct pfs_member *ret)
{
	struct pfs_btf *b = (struct pfs_btf *)lookup;
	const struct btf_type *t = strip(b, type_by_name(b, type));
	struct found f = { 0 };
	unsigned int depth;
	uint64_t bits = 0;
	int64_t size;

	for (;;) {
		size_t len = strcspn(member, ".");
		int r;

		if (!t || !btf_is_composite(t) || !len)
			return -ENOENT;
		r = find_member(b, t, member, len, &f);
		if (r)
			return r;
		bits += f.bits;
		t = strip(b, f.type);
		if (!member[len])
			break;
		member += len + 1;
		/* In a.b, if a is an array, its first element is meant. One may be of itself. */
		for (depth = 0; t && btf_is_array(t) && depth < MAX_CHAIN; depth++)
			t = strip(b, btf_array(t)->type);
	}
	ret->offset = bits / 8;
	ret->nelems = t && btf_is_array(t) ? btf_array(t)->nelems : 0;
	if (f.bitfield) {
		ret->size = (bits % 8 + f.bitfield + 7) / 8;
		return 0;
	}
	size = btf__resolve_size(b->btf, f.type);
	if (size < 0)
		return -EINVAL;
	ret->size = (uint64_t)size;
	return 0;
}

static int op_type_size(struct pfs_lookup *lookup, const char *type, uint64_t *ret_size)
{
	struct pfs_btf *b = (struct pfs_btf *)lookup;
	uint32_t id = type_by_name(b, type);
	int64_t size = id ? btf__resolve_size(b->btf, id) : -ENOENT;

	if (size < 0)
		return id ? -EINVAL : -ENOENT;
	*ret_size = (uint64_t)size;
	return 0;
}

static int op_enumerator(struct pfs_lookup *lookup, const char *name, int64_t *ret_value)
{
	uint64_t value;
	int r = pfs_names_find(&((struct pfs_btf *)lookup)->enumerators, name, &value);

	if (!r)
		*ret_value = (int64_t)value;
	return r;
}

static void op_free(struct pfs_lookup *lookup)
{
	struct pfs_btf *b = (struct pfs_btf *)lookup;

	btf__free(b->btf);
	pfs_names_deinit(&b->tags);
	pfs_names_deinit(&b->typedefs);
	pfs_names_deinit(&b->enumerators);
	free(b->from);
	free(b);
}

static const struct pfs_lookup_ops ops = {
	.type_size = op_type_size,
	.member = op_member,
	.enumerator = op_enumerator,
	.free = op_free,
};

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

int pfs_btf_open(const void *blob, size_t len, const char *from, struct pfs_lookup **ret,
		 struct pfs_err *err)
{
	libbpf_print_fn_t print;
	struct pfs_btf *b;
	int r;

	r = check_header(blob, len, err);
	if (r)
		return r;
	b = calloc(1, sizeof(*b));
	if (!b)
		return pfs_err_set(err, ENOMEM, "out of memory");
	b->lookup.ops = &ops;
	b->lookup.from = b->from = strdup(from);
	/* libbpf prints its complaints to stderr: silence it. */
	print = libbpf_set_print(quiet);
	b->btf = btf__new(blob, (uint32_t)len);
	r = b->btf ? 0 : errno;
	libbpf_set_print(print);
	if (r) {
		/* libbpf returns EINVAL for most of what can be wrong. */
		free(b->from);
		free(b);
		return pfs_err_set(err, r == ENOMEM ? ENOMEM : EINVAL, "BTF is damaged: %s",
				   strerror(r));
	}
	if (!b->from || build_names(b)) {
		op_free(&b->lookup);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	*ret = &b->lookup;
	return 0;
}

static void came_from(struct pfs_lookup *l, uint64_t start, uint64_t len)
{
	struct pfs_btf *b = (struct pfs_btf *)l;

	b->start = start;
	b->end = start + len;
}

void pfs_btf_extent(struct pfs_lookup *l, uint64_t *ret_start, uint64_t *ret_end)
{
	const struct pfs_btf *b = (struct pfs_btf *)l;

	*ret_start = b->start;
	*ret_end = b->end;
}

int pfs_btf_from_dump(struct pfs_mem *m, struct pfs_lookup *symbols, struct pfs_lookup **ret,
		      struct pfs_err *err)
{
	uint64_t start, stop;
	void *blob;
	int r;

	if (!symbols || !symbols->ops->symbol ||
	    symbols->ops->symbol(symbols, "__start_BTF", &start) ||
	    symbols->ops->symbol(symbols, "__stop_BTF", &stop))
		return pfs_err_set(err, ENOENT,
				   "no __start_BTF: a kernel without CONFIG_DEBUG_INFO_BTF, "
				   "or without CONFIG_KALLSYMS_ALL");
	if (stop <= start || stop - start > MAX_BLOB)
		return pfs_err_set(err, EINVAL, "BTF from 0x%llx to 0x%llx: absurd",
				   (unsigned long long)start, (unsigned long long)stop);
	blob = malloc(stop - start);
	if (!blob)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = pfs_read_obj(m, start, blob, stop - start, "BTF", err);
	if (!r)
		r = pfs_btf_open(blob, stop - start, "BTF", ret, err);
	if (!r)
		came_from(*ret, start, stop - start);
	free(blob);
	return r;
}

struct btf_scan {
	struct pfs_mem *m;
	struct pfs_lookup *found;
	struct pfs_err *err;
	unsigned int hits;
};

/* 1: types of a kernel. 0: something else. */
static int on_header(void *arg, uint64_t va)
{
	struct btf_scan *s = arg;
	unsigned char h[HEADER];
	struct pfs_lookup *l;
	uint64_t len, size;
	void *blob;
	int r;

	if (++s->hits > MAX_HITS)
		return -E2BIG;
	if (va % 4 || pfs_read_va(s->m, va, h, sizeof(h), NULL))
		return 0;
	len = (uint64_t)pfs_le32(h + offsetof(struct btf_header, hdr_len)) +
	      pfs_le32(h + offsetof(struct btf_header, str_off)) +
	      pfs_le32(h + offsetof(struct btf_header, str_len));
	if (len > MAX_FOUND || check_header(h, len, s->err))
		return 0;
	blob = malloc(len);
	if (!blob)
		return -ENOMEM;
	r = pfs_read_obj(s->m, va, blob, len, "BTF", s->err);
	if (!r)
		r = pfs_btf_open(blob, len, "BTF (scan)", &l, s->err);
	free(blob);
	if (r)
		return r == -ENOMEM ? r : 0;
	/* The types of a module build upon those of the kernel, and have none of these. */
	if (l->ops->type_size(l, "page", &size) || l->ops->type_size(l, "pglist_data", &size)) {
		l->ops->free(l);
		return 0;
	}
	came_from(l, va, len);
	s->found = l;
	return 1;
}

int pfs_btf_scan(struct pfs_mem *m, const struct pfs_image *image, struct pfs_lookup **ret,
		 struct pfs_err *err)
{
	/* magic, version, flags */
	static const unsigned char header[] = { BTF_MAGIC & 0xff, BTF_MAGIC >> 8, BTF_VERSION, 0 };
	struct btf_scan s = { .m = m, .err = err };
	int r = pfs_image_search(m, image, false, header, sizeof(header), on_header, &s);

	if (!r)
		r = pfs_image_search(m, image, true, header, sizeof(header), on_header, &s);
	if (r == -ENOMEM)
		return pfs_err_set(err, ENOMEM, "out of memory");
	if (r == 1) {
		*ret = s.found;
		return 0;
	}
	return pfs_err_set(err, ENOENT,
			   "no BTF in the kernel image: a kernel without CONFIG_DEBUG_INFO_BTF");
}
