/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Did the kernel die of mem_section itself, where that leads to no section? */
#include "base/range.h"
#include "core/verdict/deciding.h"

#define ULL(x) ((unsigned long long)(x))

/* Is the address in the page of sections that this word leads to, where nothing is mapped? */
static bool leads_nowhere(const struct pfs_deciding *d, uint64_t word, uint64_t at)
{
	struct pfs_walk walk;

	/* What is followed from near NULL is any pointer. */
	if (word < PFS_MAX_OFFSET || !pfs_within(at, word, d->m->layout.page_size))
		return false;
	if (!d->m->mem->arch->canonical(d->m->mem, word))
		return true;
	pfs_walk_va(d->m->mem, word, &walk);
	return pfs_walk_reach(&walk) == PFS_REACH_UNMAPPED;
}

/* Where one bit alone makes an address of the word, that is what bad memory does. */
static void one_bit_of_table(struct pfs_deciding *d, uint64_t word)
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
		pfs_tell(d, "one bit from 0x%llx, which is mapped, bit %u: bad memory looks so",
			 ULL(word ^ UINT64_C(1) << which), which);
}

/* The address of the table is that of its first word, or of a variable that points to it. */
bool pfs_died_of_table(struct pfs_deciding *d)
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
	v->title =
		pfs_or_oom(d,
			   pfs_printf(&m->arena,
				      "mem_section leads to 0x%llx, where nothing is: the kernel "
				      "finds no section of its memory, and died when it went there",
				      ULL(word)));
	v->advice =
		"Test the memory of this machine. If it is sound, report the word and the stack "
		"to the memory management list.";
	pfs_tell(d, "%s went to 0x%llx, which is mem_section's 0x%llx and 0x%llx bytes", pfs_who(d),
		 ULL(at), ULL(word), ULL(at - word));
	one_bit_of_table(d, word);
	return true;
}
