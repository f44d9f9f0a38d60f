/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The build-id in the kernel image. VMCOREINFO has it from v5.9 on (0935288c6e00
 * "kdump: append kernel build-id string to VMCOREINFO"); before that, it is only
 * in the ELF notes that the linker script puts between __start_notes and
 * __stop_notes.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "facts/kernel.h"

#define MAX_NOTES 65536u
#define MAX_ID 64u

/* The descriptor of the note; NULL if there is none. */
static const unsigned char *find_note(const unsigned char *p, size_t len, size_t *ret_len)
{
	size_t at = 0;

	while (len - at >= 12) {
		uint64_t name = pfs_le32(p + at), desc = pfs_le32(p + at + 4);
		uint64_t name_end = at + 12 + (name + 3) / 4 * 4;
		uint64_t end = name_end + (desc + 3) / 4 * 4;

		if (end > len)
			return NULL;
		if (pfs_le32(p + at + 8) == NT_GNU_BUILD_ID && name == 4 &&
		    !memcmp(p + at + 12, "GNU", 4) && desc && desc <= MAX_ID) {
			*ret_len = (size_t)desc;
			return p + name_end;
		}
		at = (size_t)end;
	}
	return NULL;
}

static bool symbol(struct pfs_lookup *const *lookups, size_t nr, const char *name, uint64_t *ret)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (lookups[i]->ops->symbol && !lookups[i]->ops->symbol(lookups[i], name, ret))
			return true;
	return false;
}

const char *pfs_build_id_read(struct pfs_mem *m, struct pfs_lookup *const *lookups, size_t nr,
			      struct pfs_arena *a)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *id = NULL;
	unsigned char *notes;
	uint64_t start, stop;
	char *text = NULL;
	size_t len = 0, i;

	if (!symbol(lookups, nr, "__start_notes", &start) ||
	    !symbol(lookups, nr, "__stop_notes", &stop) || stop <= start ||
	    stop - start > MAX_NOTES)
		return NULL;
	notes = malloc(stop - start);
	if (notes && pfs_read_va(m, start, notes, stop - start, NULL) == PFS_REACH_OK)
		id = find_note(notes, stop - start, &len);
	if (id)
		text = pfs_alloc(a, 2 * len + 1);
	for (i = 0; text && i < len; i++) {
		text[2 * i] = digits[id[i] >> 4];
		text[2 * i + 1] = digits[id[i] & 15];
	}
	free(notes);
	return text;
}
