/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names: a hash by name, and a sorted index by value. */
#include "facts/names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAMES ((size_t)1 << 24)
/* A dump may be hostile: as many collisions as this happen only on purpose. */
#define MAX_PROBES 1024

static uint64_t load(const char *s)
{
	uint64_t word;

	memcpy(&word, s, sizeof(word));
	return word;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

/*
 * FNV-1a, but eight bytes at a time, because a kernel has more than a hundred
 * thousand symbols.
 */
static uint32_t hash(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ULL ^ len, word = 0;
	const char *end = s + len;

	if (len >= sizeof(word)) {
		for (; end - s > (ptrdiff_t)sizeof(word); s += sizeof(word))
			h = mix(h, load(s));
		/* The last eight, whether some of them were in the word before or not. */
		h = mix(h, load(end - sizeof(word)));
	} else {
		while (s < end)
			word = word << 8 | (unsigned char)*s++;
		h = mix(h, word);
	}
	/* The last bits of the last word are still above those of an index. */
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h ^ h >> 40);
}

int pfs_names_add_hashed(struct pfs_names *t, const char *name, uint32_t h, uint64_t value)
{
	if (t->nr == MAX_NAMES)
		return -E2BIG;
	if (t->nr == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 1024;
		struct pfs_name *p = realloc(t->n, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		t->n = p;
		t->cap = cap;
	}
	t->n[t->nr++] = (struct pfs_name){ name, value, h };
	return 0;
}

/* Hash now, while the name is in the cache and its length is known. */
int pfs_names_add(struct pfs_names *t, const char *name, size_t len, uint64_t value)
{
	return pfs_names_add_hashed(t, name, hash(name, len), value);
}

const char *pfs_names_text(struct pfs_names *t, size_t i)
{
	if (!t->n[i].name && t->text)
		t->n[i].name = t->text(t, i);
	return t->n[i].name;
}

void pfs_names_deinit(struct pfs_names *t)
{
	free(t->n);
	free(t->hash);
	free(t->by_value);
	memset(t, 0, sizeof(*t));
}

static bool is_named(struct pfs_names *t, size_t i, const char *name, uint32_t h)
{
	const char *text = t->n[i].hash == h ? pfs_names_text(t, i) : NULL;

	return text && name && !strcmp(text, name);
}

/* Have i and j the same name? */
static bool same(struct pfs_names *t, size_t i, size_t j)
{
	return t->n[i].hash == t->n[j].hash && is_named(t, i, pfs_names_text(t, j), t->n[j].hash);
}

static int build_hash(struct pfs_names *t)
{
	size_t i, size = 64;

	while (size < t->nr * 2)
		size *= 2;
	t->hash = calloc(size, sizeof(*t->hash));
	if (!t->hash)
		return -ENOMEM;
	t->hash_size = size;
	for (i = 0; i < t->nr; i++) {
		size_t at = t->n[i].hash & (size - 1), probes = 0;

		while (t->hash[at] && ++probes < MAX_PROBES && !same(t, t->hash[at] - 1, i))
			at = (at + 1) & (size - 1);
		if (!t->hash[at])
			t->hash[at] = (uint32_t)i + 1;
	}
	return 0;
}

int pfs_names_find(struct pfs_names *t, const char *name, uint64_t *ret_value)
{
	uint32_t h = (t->hash_of ? t->hash_of : hash)(name, strlen(name));
	size_t at;

	if (!t->hash && build_hash(t))
		return -ENOMEM;
	for (at = h & (t->hash_size - 1); t->hash[at]; at = (at + 1) & (t->hash_size - 1)) {
		size_t i = t->hash[at] - 1;

		if (t->n[i].hash == h && !pfs_names_text(t, i))
			return -ENOMEM;
		if (is_named(t, i, name, h)) {
			*ret_value = t->n[i].value;
			return 0;
		}
	}
	return -ENOENT;
}

static int compare_value(const void *a, const void *b, void *arg)
{
	const struct pfs_name *s = arg;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;

	if (s[i].value != s[j].value)
		return s[i].value < s[j].value ? -1 : 1;
	return i < j ? -1 : i > j;
}

/* The image reaches from _stext to _end, or over all addresses where these are missing. */
static int build_by_value(struct pfs_names *t)
{
	bool sorted = true;
	size_t i;

	if (pfs_names_find(t, "_stext", &t->start))
		t->start = 0;
	if (pfs_names_find(t, "_end", &t->end) || t->end < t->start)
		t->end = UINT64_MAX;
	t->by_value = malloc((t->nr ? t->nr : 1) * sizeof(*t->by_value));
	if (!t->by_value)
		return -ENOMEM;
	for (i = 0; i < t->nr; i++) {
		t->by_value[i] = (uint32_t)i;
		if (i && t->n[i].value < t->n[i - 1].value)
			sorted = false;
	}
	if (!sorted)
		qsort_r(t->by_value, t->nr, sizeof(*t->by_value), compare_value, t->n);
	return 0;
}

int pfs_names_at(struct pfs_names *t, uint64_t addr, const char **ret_name, uint64_t *ret_offset)
{
	size_t low = 0, high = t->nr;
	size_t sym;

	if (!t->by_value && build_by_value(t))
		return -ENOMEM;
	if (addr < t->start || addr >= t->end)
		return -ENOENT;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->n[t->by_value[mid]].value <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return -ENOENT;
	/* Among aliases take the first one, as the kernel itself does. */
	sym = t->by_value[--low];
	while (low && t->n[t->by_value[low - 1]].value == t->n[sym].value)
		sym = t->by_value[--low];
	*ret_name = pfs_names_text(t, sym);
	*ret_offset = addr - t->n[sym].value;
	return *ret_name ? 0 : -ENOMEM;
}
