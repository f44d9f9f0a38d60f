/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *	head, answers with their names behind them, check sum of both
 *
 * Numbers are in the byte order of this machine, as no other build can read them.
 */
#include "facts/known_file.h"

#include <errno.h>
#include <link.h>
#include <nettle/umac.h>
#include <stdlib.h>
#include <string.h>

#include "base/store.h"

#define MAGIC "PFSKNOWN"
#define BUILDER 20 /* bytes of our own build-id */

struct head {
	char magic[8];
	unsigned char builder[BUILDER];
	uint32_t nr;
	unsigned char key[PFS_KNOWN_KEY], sum[PFS_KNOWN_SUM], stored_sum[PFS_KNOWN_SUM];
	int64_t start[2], end[2], base_at;
	uint32_t searched[2], has_base, has_stored;
};

struct row {
	uint64_t value[3];
	uint16_t name_len, member_len;
	uint8_t kind, code, moves, zero;
};

static int read_note(struct dl_phdr_info *info, size_t size, void *arg)
{
	unsigned char *builder = arg;
	ElfW(Half) i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		const unsigned char *at = (const unsigned char *)(info->dlpi_addr + p->p_vaddr);
		const unsigned char *end = at + p->p_memsz;

		while (p->p_type == PT_NOTE && (size_t)(end - at) >= sizeof(ElfW(Nhdr)) + 4) {
			const ElfW(Nhdr) *n = (const ElfW(Nhdr) *)at;

			at += sizeof(*n) + (n->n_namesz + 3) / 4 * 4;
			if (n->n_type == NT_GNU_BUILD_ID && n->n_descsz == BUILDER)
				memcpy(builder, at, BUILDER);
			at += (n->n_descsz + 3) / 4 * 4;
		}
	}
	return 1; /* the program itself comes first */
}

/* Of one build the rules are the same by which answers are made. False: it has no build-id. */
static bool own_build(unsigned char *builder)
{
	static const unsigned char none[BUILDER];

	memset(builder, 0, BUILDER);
	dl_iterate_phdr(read_note, builder);
	return memcmp(builder, none, BUILDER) != 0;
}

static void sum_up(const struct head *h, const void *buf, size_t len, uint8_t *ret)
{
	static const uint8_t nonce[1] = { 1 };
	struct umac64_ctx c;

	umac64_set_key(&c, h->key);
	umac64_set_nonce(&c, sizeof(nonce), nonce);
	umac64_update(&c, len, buf);
	umac64_digest(&c, PFS_KNOWN_SUM, ret);
}

static size_t size_of(const struct pfs_known_file *f)
{
	size_t size = sizeof(struct head) + PFS_KNOWN_SUM, i;

	for (i = 0; i < f->nr; i++)
		size += sizeof(struct row) + strlen(f->answers[i].name) +
			strlen(f->answers[i].member) + 2;
	return size;
}

static struct head head_of(const struct pfs_known_file *f)
{
	struct head h = { .nr = (uint32_t)f->nr };
	int i;

	memcpy(h.magic, MAGIC, sizeof(h.magic));
	memcpy(h.key, f->key, sizeof(h.key));
	memcpy(h.sum, f->sum, sizeof(h.sum));
	memcpy(h.stored_sum, f->stored_sum, sizeof(h.stored_sum));
	h.has_stored = f->has_stored;
	for (i = 0; i < 2; i++) {
		h.start[i] = f->extent[i].start;
		h.end[i] = f->extent[i].end;
		h.searched[i] = f->extent[i].searched;
	}
	h.has_base = f->has_base;
	h.base_at = f->base_at;
	return h;
}

static unsigned char *put(unsigned char *p, const void *from, size_t len)
{
	memcpy(p, from, len);
	return p + len;
}

void *pfs_known_encode(const struct pfs_known_file *f, size_t *ret_len)
{
	struct head h = head_of(f);
	size_t len = size_of(f), i;
	unsigned char *buf, *p;

	if (len > PFS_STORE_FILE || !own_build(h.builder))
		return NULL;
	buf = malloc(len);
	if (!buf)
		return NULL;
	p = put(buf, &h, sizeof(h));
	for (i = 0; i < f->nr; i++) {
		const struct pfs_answer *a = &f->answers[i];
		struct row r = {
			.name_len = (uint16_t)strlen(a->name),
			.member_len = (uint16_t)strlen(a->member),
			.kind = (uint8_t)a->kind,
			.code = (uint8_t)a->code,
			.moves = a->moves,
		};

		memcpy(r.value, a->value, sizeof(r.value));
		p = put(p, &r, sizeof(r));
		p = put(p, a->name, r.name_len + 1u);
		p = put(p, a->member, r.member_len + 1u);
	}
	sum_up(&h, buf, (size_t)(p - buf), p);
	*ret_len = len;
	return buf;
}

/* The text that has to be at *p; NULL: it is none. */
static const char *text(const unsigned char **p, const unsigned char *end, size_t len)
{
	const char *s = (const char *)*p;

	if (len > PFS_KNOWN_NAME || (size_t)(end - *p) <= len || strnlen(s, len + 1) != len)
		return NULL;
	*p += len + 1;
	return s;
}

static bool read_row(const unsigned char **p, const unsigned char *end, struct pfs_answer *ret)
{
	struct row r;

	if ((size_t)(end - *p) < sizeof(r))
		return false;
	memcpy(&r, *p, sizeof(r));
	*p += sizeof(r);
	if (r.kind >= PFS_KNOWN_KINDS || r.moves > 1 || r.zero ||
	    (r.code && r.code != ENOENT && r.code != EINVAL) ||
	    (r.moves && r.kind != PFS_KNOWN_SYMBOL))
		return false;
	ret->kind = (enum pfs_known_kind)r.kind;
	ret->code = r.code;
	ret->moves = r.moves;
	memcpy(ret->value, r.value, sizeof(r.value));
	ret->name = text(p, end, r.name_len);
	ret->member = ret->name ? text(p, end, r.member_len) : NULL;
	return ret->member && *ret->name && (*ret->member != 0) == (r.kind == PFS_KNOWN_MEMBER);
}

static bool read_head(const struct head *h, struct pfs_known_file *ret)
{
	unsigned char builder[BUILDER];
	int i;

	if (memcmp(h->magic, MAGIC, sizeof(h->magic)) || !own_build(builder) ||
	    memcmp(h->builder, builder, BUILDER) || h->nr > PFS_KNOWN_ANSWERS || h->has_base > 1 ||
	    h->has_stored > 1)
		return false;
	memcpy(ret->key, h->key, sizeof(ret->key));
	memcpy(ret->sum, h->sum, sizeof(ret->sum));
	memcpy(ret->stored_sum, h->stored_sum, sizeof(ret->stored_sum));
	ret->has_stored = h->has_stored;
	for (i = 0; i < 2; i++) {
		if (h->end[i] <= h->start[i] || h->searched[i] > 1 ||
		    (uint64_t)h->end[i] - (uint64_t)h->start[i] > PFS_KNOWN_EXTENT)
			return false;
		ret->extent[i].start = h->start[i];
		ret->extent[i].end = h->end[i];
		ret->extent[i].searched = h->searched[i];
	}
	ret->has_base = h->has_base;
	ret->base_at = h->base_at;
	ret->nr = h->nr;
	return true;
}

int pfs_known_parse(const void *buf, size_t len, struct pfs_arena *a, struct pfs_known_file *ret)
{
	const unsigned char *p, *end;
	unsigned char *copy;
	struct head h;
	size_t i;

	if (len < sizeof(h))
		return -EINVAL;
	memcpy(&h, buf, sizeof(h));
	if (!read_head(&h, ret))
		return -EINVAL;
	copy = pfs_alloc(a, len);
	ret->answers = pfs_calloc(a, ret->nr + 1, sizeof(*ret->answers));
	if (!copy || !ret->answers)
		return -ENOMEM;
	memcpy(copy, buf, len);
	p = copy + sizeof(h);
	end = copy + len;
	for (i = 0; i < ret->nr; i++)
		if (!read_row(&p, end, &ret->answers[i]))
			return -EINVAL;
	return p == end ? 0 : -EINVAL;
}

int pfs_known_decode(const void *buf, size_t len, struct pfs_arena *a, struct pfs_known_file *ret)
{
	unsigned char sum[PFS_KNOWN_SUM];
	struct head h;

	if (len < sizeof(h) + sizeof(sum) || len > PFS_STORE_FILE)
		return -EINVAL;
	len -= sizeof(sum);
	memcpy(&h, buf, sizeof(h));
	sum_up(&h, buf, len, sum);
	if (memcmp((const unsigned char *)buf + len, sum, sizeof(sum)))
		return -EINVAL;
	return pfs_known_parse(buf, len, a, ret);
}
