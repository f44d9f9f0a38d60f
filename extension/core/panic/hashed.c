/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses that %p printed: from v4.15 on (ad67b74d2469 "printk: hash addresses printed with
 * %p") the lower half of SipHash-2-4 of the address, under a key that the kernel drew at boot.
 * The key is in the dump, and struct pages are few enough to try them all.
 */
#include "core/panic/parse.h"

#include "base/order.h"

#define MAX_PAGES (UINT64_C(1) << 27) /* 512 GiB of RAM: a second or two */

struct sip {
	uint64_t v[4];
};

static uint64_t turn(uint64_t x, unsigned int by)
{
	return x << by | x >> (64 - by);
}

static void rounds(struct sip *s, unsigned int nr)
{
	uint64_t *v = s->v;

	while (nr--) {
		v[0] += v[1];
		v[1] = turn(v[1], 13) ^ v[0];
		v[0] = turn(v[0], 32);
		v[2] += v[3];
		v[3] = turn(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = turn(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = turn(v[1], 17) ^ v[2];
		v[2] = turn(v[2], 32);
	}
}

/* siphash_1u64() of lib/siphash.c: eight bytes, and a last word with their number. */
static uint32_t hash(const uint64_t *key, uint64_t address)
{
	const uint64_t last = UINT64_C(8) << 56;
	struct sip s = {
		{ UINT64_C(0x736f6d6570736575) ^ key[0], UINT64_C(0x646f72616e646f6d) ^ key[1],
		  UINT64_C(0x6c7967656e657261) ^ key[0], UINT64_C(0x7465646279746573) ^ key[1] }
	};

	s.v[3] ^= address;
	rounds(&s, 2);
	s.v[0] ^= address;
	s.v[3] ^= last;
	rounds(&s, 2);
	s.v[0] ^= last;
	s.v[2] ^= 0xff;
	rounds(&s, 4);
	return (uint32_t)(s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3]);
}

static bool is_poisoned(struct pfs_model *m, uint64_t va)
{
	unsigned char flags[8];

	return pfs_read_va(m->mem, va, flags, sizeof(flags), NULL) == PFS_REACH_OK &&
	       pfs_le64(flags) == UINT64_MAX;
}

struct wanted {
	struct pfs_named_page *named;
	unsigned int found;
};

static void try_page(struct pfs_model *m, const uint64_t *key, uint64_t va, struct wanted *w,
		     size_t nr)
{
	uint32_t h = hash(key, va);
	size_t i;

	for (i = 0; i < nr; i++) {
		if (w[i].named->hashed != h || (w[i].named->poisoned && !is_poisoned(m, va)))
			continue;
		w[i].named->page = va;
		w[i].found++;
	}
}

static bool read_key(struct pfs_model *m, uint64_t *key)
{
	unsigned char raw[16];

	if (m->log_only || !m->layout.vmemmap_known || !pfs_have(m->facts, PFS_F_PTR_KEY) ||
	    pfs_read_va(m->mem, pfs_val(m->facts, PFS_F_PTR_KEY), raw, sizeof(raw), NULL) !=
		    PFS_REACH_OK)
		return false;
	key[0] = pfs_le64(raw);
	key[1] = pfs_le64(raw + 8);
	return key[0] || key[1];
}

void pfs_unhash_named(struct pfs_model *m, struct pfs_named_page *list, size_t nr)
{
	uint64_t key[2], pages = m->layout.pages_per_section, tried = 0, pfn;
	struct wanted w[PFS_MAX_NAMED];
	size_t nr_wanted = 0, i;

	for (i = 0; i < nr && nr_wanted < PFS_MAX_NAMED; i++)
		if (list[i].hashed && !list[i].has_pfn)
			w[nr_wanted++] = (struct wanted){ .named = &list[i] };
	if (!nr_wanted || !read_key(m, key))
		return;
	for (i = 0; i < m->nr_sections && tried < MAX_PAGES; i++) {
		if (!(m->sections[i].flags & PFS_SEC_HAS_MEM_MAP))
			continue;
		for (pfn = m->sections[i].nr * pages; pfn < (m->sections[i].nr + 1) * pages; pfn++)
			try_page(m, key, pfs_pfn_to_page(m, pfn), w, nr_wanted);
		tried += pages;
	}
	/* Two that fit, which one in some hundred large machines has, are none. */
	for (i = 0; i < nr_wanted; i++) {
		w[i].named->has_page = w[i].found == 1 && tried < MAX_PAGES;
		if (!w[i].named->has_page)
			w[i].named->page = 0;
	}
}
