/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distilled dumps: a kdump file with ELF notes of our own that say what of it
 * is real. extension/distill/write.c writes them, distilled.c reads them.
 */
#ifndef PFS_BYTES_DISTILLED_H
#define PFS_BYTES_DISTILLED_H

#include <pfnscope/target.h>

#define PFS_NOTE_NAME "PFNSCOPE"

/*
 * Types of notes by that name. Ranges are pairs of 64-bit little-endian words.
 * Not 1, 2, ...: crash takes any note of type 1 for an NT_PRSTATUS.
 */
enum pfs_note_type {
	PFS_NOTE_READABLE = 0x50460001,	   /* (pa, len): bytes that were read; sorted */
	PFS_NOTE_PANIC = 0x50460002,	   /* JSON text: the parsed panic */
	PFS_NOTE_ORIGIN = 0x50460003,	   /* JSON text: the dump this was made from */
	PFS_NOTE_UNDECIDABLE = 0x50460004, /* (pa, len): where the original could not decide */
	PFS_NOTE_SCAN = 0x50460005,	   /* JSON text: counts and runs, distill/scan_note.h */
	PFS_NOTE_RAM = 0x50460006,	   /* (pa, len): RAM that the original knew of; sorted */
};

/* Those of ranges; a descriptor that is NULL: there is no such note. */
struct pfs_distilled_notes {
	struct pfs_distilled_note {
		const void *desc;
		size_t len;
	} readable, undecidable, ram;
};

/*
 * Wrap the target of a distilled file: bytes that were not read answer
 * `excluded`, also inside a page that is kept. Takes lower over, also on
 * failure. What is not RAM by its note is `absent`; without that note, lower
 * says what is.
 */
int pfs_target_distilled(struct pfs_target *lower, const struct pfs_distilled_notes *n,
			 struct pfs_target **ret, struct pfs_err *err);

#endif
