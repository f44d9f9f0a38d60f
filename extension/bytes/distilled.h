/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distilled dumps are kdump files with ELF notes of our own, which say which
 * bytes of them are real. extension/distill/write.c writes them, distilled.c
 * reads them.
 */
#ifndef PFS_BYTES_DISTILLED_H
#define PFS_BYTES_DISTILLED_H

#include <pfnscope/target.h>

#define PFS_NOTE_NAME "PFNSCOPE"

/*
 * Types of the notes with that name. Ranges are pairs of 64-bit little-endian
 * words. The types do not count from 1, because crash takes any note of type 1
 * for an NT_PRSTATUS.
 */
enum pfs_note_type {
	PFS_NOTE_READABLE = 0x50460001,	   /* (pa, len): bytes that were read; sorted */
	PFS_NOTE_PANIC = 0x50460002,	   /* JSON text: the parsed panic */
	PFS_NOTE_ORIGIN = 0x50460003,	   /* JSON text: the dump this was made from */
	PFS_NOTE_UNDECIDABLE = 0x50460004, /* (pa, len): what the original dump could not decide */
	PFS_NOTE_SCAN = 0x50460005,	   /* JSON text: counts and runs, distill/scan_note.h */
	PFS_NOTE_RAM = 0x50460006,	   /* (pa, len): RAM, as the original dump has it; sorted */
};

/* The notes that hold ranges. desc is NULL where the dump has no such note. */
struct pfs_distilled_notes {
	struct pfs_distilled_note {
		const void *desc;
		size_t len;
	} readable, undecidable, ram;
};

/*
 * Wrap the target of a distilled file: bytes that the analysis did not read are
 * answered `excluded`, even inside a page that was kept. Takes lower over, also
 * on failure. The RAM note tells what is `absent`; without that note, lower
 * does.
 */
int pfs_target_distilled(struct pfs_target *lower, const struct pfs_distilled_notes *n,
			 struct pfs_target **ret, struct pfs_err *err);

#endif
