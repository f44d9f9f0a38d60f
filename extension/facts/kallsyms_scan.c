/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kallsyms tables that nobody names, found by their structure. scripts/kallsyms.c
 * writes them one after the other into .rodata, each aligned to 8 bytes (4 in
 * later kernels), in one of these orders:
 *
 *	to v6.3				from v6.4 on (404bad70fcf7 "scripts/kallsyms:
 *					change the output order")
 *	offsets, relative_base		num_syms
 *	    or addresses		names
 *	num_syms			markers
 *	names				token_table
 *	markers				token_index
 *	seqs_of_names (v6.2)		offsets, relative_base (to v6.19)
 *	token_table			    or addresses (to v6.10)
 *	token_index			seqs_of_names
 *
 *	num_syms	u32; u64 before "kallsyms: reduce size a little on 64-bit"
 *			(v5.0)
 *	markers		offset into names of every 256th symbol: u32; u64 before v5.0
 *	token_table	256 strings, one after the other
 *	token_index	u16 each: where they begin
 *	seqs_of_names	3 bytes for each symbol
 *
 * A byte that occurs in symbols stands for itself, so that tokens '0' to '9' are
 * their digits: this is what is searched for. From there the index is found, as
 * it must agree with the strings, then the markers before the tokens, then the
 * names that end where the markers begin, and with them the number of symbols.
 * pfs_kallsyms_read() decodes all of it, and takes it only if the addresses fit.
 */
#include "facts/image.h"
#include "facts/kallsyms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS		48		/* token of '0' */
#define CHUNK		256		/* symbols for each marker */
/* Bytes of 256 names: each has a length, a type and a character at least. */
#define CHUNK_MIN	(CHUNK * 2)
#define CHUNK_MAX	(CHUNK * PFS_KALLSYMS_NAME)
/* A last chunk that is longer than this is none of the kernel's. */
#define LAST_MAX	((size_t)1 << 16)
#define MAX_HITS	64		/* digits that are not those of the tokens */

struct scan {
	struct pfs_mem *m;
	const struct pfs_vmcoreinfo *v;
	uint64_t text;
	struct pfs_kallsyms_at at;
	struct pfs_lookup *found;
	struct pfs_err *err;
	bool tables; /* were tables seen? Then err says what is wrong with them */
	unsigned int hits;
};

static uint64_t align(uint64_t v, uint64_t to)
{
	return (v + to - 1) & ~(to - 1);
}

static unsigned int le16(const unsigned char *p)
{
	return p[0] | (unsigned int)p[1] << 8;
}

/* Read from va on as many of len bytes as can be read; returns how many. */
static size_t read_some(struct pfs_mem *m, uint64_t va, void *buf, size_t len)
{
	uint64_t at;

	return pfs_read_va(m, va, buf, len, &at) == PFS_REACH_OK ? len : (size_t)(at - va);
}

/*
 * The bytes of [va, va + len) in new memory, with zeroes where they cannot be
 * read. NULL: out of memory.
 */
static unsigned char *read_around(struct pfs_mem *m, uint64_t va, size_t len)
{
	size_t page = (size_t)1 << m->page_shift, at = 0;
	unsigned char *buf = calloc(1, len);

	while (buf && at < len) {
		at += read_some(m, va + at, buf + at, len - at);
		if (at < len)
			at += page - (size_t)((va + at) % page);
	}
	return buf;
}

/* Lengths of tokens 48 to 255 must be what the index behind them says. */
static bool find_index(struct scan *s, uint64_t digits)
{
	unsigned char b[0x4000 + PFS_KALLSYMS_TOKENS * 2 + 16];
	size_t len = read_some(s->m, digits, b, sizeof(b)), off[PFS_KALLSYMS_TOKENS], at = 0, pad;
	unsigned int i;

	for (i = DIGITS; i < PFS_KALLSYMS_TOKENS; i++) {
		size_t n = strnlen((char *)b + at, len - at);

		if (at + n >= len || n >= PFS_KALLSYMS_NAME)
			return false;
		off[i] = at;
		at += n + 1;
	}
	for (pad = 0; pad < 16 && at + pad + PFS_KALLSYMS_TOKENS * 2 <= len; pad++) {
		const unsigned char *idx = b + at + pad;
		unsigned int first = le16(idx + DIGITS * 2);

		if (le16(idx) || first < DIGITS)
			continue;
		for (i = DIGITS; i < PFS_KALLSYMS_TOKENS; i++)
			if (le16(idx + i * 2) != first + off[i])
				break;
		if (i < PFS_KALLSYMS_TOKENS)
			continue;
		s->at.token_table = digits - first;
		s->at.token_index = digits + at + pad;
		return s->at.token_table % 4 == 0;
	}
	return false;
}

struct markers {
	uint64_t va;
	uint32_t nr;
	uint64_t last; /* the last of them */
};

static uint64_t marker(const unsigned char *p, unsigned int size, size_t i)
{
	return size == 4 ? pfs_le32(p + i * 4) : pfs_le64(p + i * 8);
}

/* Are the nr markers at p ascending from 0, in steps that fit 256 names? */
static bool ascending(const unsigned char *p, unsigned int size, size_t nr)
{
	size_t i;

	if (marker(p, size, 0))
		return false;
	for (i = 1; i < nr; i++) {
		uint64_t step = marker(p, size, i) - marker(p, size, i - 1);

		if (step < CHUNK_MIN || step > CHUNK_MAX)
			return false;
	}
	return true;
}

/*
 * Do nr markers that begin dist bytes before the tokens leave just the room for
 * what comes between? That is padding, or seqs_of_names and padding.
 */
static bool room(uint64_t dist, unsigned int size, uint64_t nr)
{
	uint64_t left;

	if (nr < 2 || nr > PFS_KALLSYMS_MAX / CHUNK || nr * size > dist)
		return false;
	left = dist - nr * size;
	return left < 8 || (left > (nr - 1) * CHUNK * 3 && left < nr * CHUNK * 3 + 16);
}

/* The length of nr names from p on; 0 if they are longer than len. */
static size_t skip_names(const unsigned char *p, size_t len, uint32_t nr)
{
	size_t at = 0;

	while (nr--) {
		size_t n;

		if (at + 2 > len || !p[at])
			return 0;
		n = p[at++];
		if (n & 0x80)
			n = (n & 0x7f) | (size_t)p[at++] << 7;
		if (n > len - at)
			return 0;
		at += n;
	}
	return at;
}

/*
 * names is where num_syms lies before it, and where the last chunk of so many
 * symbols ends at the markers. Every place is tried; two that fit are none.
 *
 *	num_syms  names ...................... last chunk      markers
 *	| 4 or 8 |<----- mk->last ----------->|<= LAST_MAX   ->|
 */
static bool find_names(struct scan *s, const struct markers *mk)
{
	uint32_t first = (mk->nr - 1) * CHUNK;
	uint64_t lowest = mk->va - mk->last - LAST_MAX;
	unsigned char *num, *tail;
	unsigned int found = 0, before;
	size_t i;

	if (mk->last + LAST_MAX + 8 > mk->va - s->m->image_start)
		return false;
	num = read_around(s->m, lowest - 8, LAST_MAX + 8);
	tail = read_around(s->m, mk->va - LAST_MAX, LAST_MAX);
	for (i = (size_t)(-lowest & 3); num && tail && i < LAST_MAX; i += 4) {
		for (before = 4; before <= 8; before += 4) {
			uint32_t nr = pfs_le32(num + i + 8 - before);
			size_t used;

			/*
			 * Behind a u32 there is padding, and the upper half of
			 * a small u64 is zero as well.
			 */
			if (nr <= first || nr - first > CHUNK || (lowest + i) % before ||
			    (before == 8 && pfs_le32(num + i + 4)))
				continue;
			used = skip_names(tail + i, LAST_MAX - i, nr - first);
			if (!used || LAST_MAX - i - used > 7)
				continue;
			s->at.names = lowest + i;
			s->at.names_end = s->at.names + mk->last + used;
			s->at.nr = nr;
			s->at.num_syms = s->at.names - before;
			found++;
		}
	}
	free(num);
	free(tail);
	return found == 1;
}

/*
 * Markers that begin dist bytes before the tokens, at p, and the names that go
 * with them. So many markers as there are bytes for: two ways to share them.
 */
static bool markers_at(struct scan *s, const unsigned char *p, uint64_t dist, unsigned int size)
{
	const uint64_t guess[] = { dist / size, dist / (size + CHUNK * 3) };
	uint64_t nr, i;

	for (i = 0; i < 2; i++) {
		for (nr = guess[i] ? guess[i] - 1 : 0; nr <= guess[i] + 1; nr++) {
			struct markers mk;

			if (!room(dist, size, nr) || !ascending(p, size, (size_t)nr))
				continue;
			mk.va = s->at.token_table - dist;
			mk.nr = (uint32_t)nr;
			mk.last = marker(p, size, (size_t)nr - 1);
			if (find_names(s, &mk))
				return true;
		}
	}
	return false;
}

/* Few words pass the check of the first two markers. */
static bool find_tables(struct scan *s)
{
	bool found = false;
	size_t len, dist;

	/* Most lie right before the tokens, some behind megabytes of seqs_of_names. */
	for (len = (size_t)1 << 17; len <= (size_t)1 << 23 && !found; len *= 8) {
		unsigned char *buf;

		if (len > s->at.token_table - s->m->image_start)
			return false;
		buf = read_around(s->m, s->at.token_table - len, len);
		for (dist = 8; buf && dist <= len && !found; dist += 4) {
			const unsigned char *p = buf + (len - dist);

			if (pfs_le32(p))
				continue;
			if (ascending(p, 4, 2))
				found = markers_at(s, p, dist, 4);
			else if (dist >= 16 && (s->at.token_table - dist) % 8 == 0 &&
				 ascending(p, 8, 2))
				found = markers_at(s, p, dist, 8);
		}
		free(buf);
	}
	return found;
}

static void add_try(struct scan *s, enum pfs_kallsyms_encoding e, uint64_t table, uint64_t base,
		    uint64_t base_at)
{
	s->at.try[s->at.tries++] = (struct pfs_kallsyms_try){ e, table, base, base_at };
}

static void add_relative(struct scan *s, uint64_t table, uint64_t relative_base)
{
	struct pfs_err ignored;
	uint64_t base;

	if (pfs_read_u64(s->m, relative_base, &base, "kallsyms_relative_base", &ignored))
		return;
	add_try(s, PFS_KALLSYMS_ABSOLUTE_PERCPU, table, base, relative_base);
	add_try(s, PFS_KALLSYMS_UNSIGNED, table, base, relative_base);
}

/* The addresses are before num_syms or behind the index: try both, in every encoding. */
static void list_addresses(struct scan *s)
{
	uint64_t num = s->at.num_syms & ~(uint64_t)7, behind = align(s->at.token_index + 512, 4);
	uint64_t nr = s->at.nr, base = num - 8;

	s->at.tries = 0;
	add_relative(s, base - align(nr * 4, 8), base);
	add_try(s, PFS_KALLSYMS_ADDRESSES, num - nr * 8, 0, 0);
	add_relative(s, behind, align(behind + nr * 4, 8));
	add_try(s, PFS_KALLSYMS_PLACE_RELATIVE, behind, behind, 0);
	add_try(s, PFS_KALLSYMS_ADDRESSES, align(behind, 8), 0, 0);
}

/* 1: found. 0: these digits are others. */
static int on_digits(void *arg, uint64_t va)
{
	struct scan *s = arg;
	int r;

	if (++s->hits > MAX_HITS)
		return -E2BIG;
	if (!find_index(s, va) || !find_tables(s))
		return 0;
	list_addresses(s);
	s->tables = true;
	r = pfs_kallsyms_read(s->m, &s->at, s->v, s->text, &s->found, s->err);
	return r == -ENOMEM ? r : !r;
}

int pfs_kallsyms_scan(struct pfs_mem *m, const struct pfs_image *image,
		      const struct pfs_vmcoreinfo *v, uint64_t text, struct pfs_lookup **ret,
		      struct pfs_err *err)
{
	struct scan s = {
		.m = m,
		.v = v,
		.text = text,
		.err = err,
		.at.from = "kallsyms (scan)",
	};
	char needle[20];
	int i, r;

	for (i = 0; i < 10; i++) {
		needle[2 * i] = (char)('0' + i);
		needle[2 * i + 1] = '\0';
	}
	r = pfs_image_search(m, image, false, needle, sizeof(needle), on_digits, &s);
	/*
	 * Before mark_rodata_ro(), or in kernels without it, all of the image
	 * is executable.
	 */
	if (!r)
		r = pfs_image_search(m, image, true, needle, sizeof(needle), on_digits, &s);
	if (r == -ENOMEM)
		return pfs_err_set(err, ENOMEM, "out of memory");
	if (r == 1) {
		*ret = s.found;
		return 0;
	}
	if (s.tables)
		return pfs_err_wrap(err, "kallsyms found by scanning");
	return pfs_err_set(err, ENOENT,
			   "no kallsyms tables in the kernel image: they are not in "
			   "the dump, or the kernel has none");
}
