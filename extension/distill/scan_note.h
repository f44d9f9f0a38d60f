/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of the scan as JSON, for a note of a distilled dump, which does
 * not carry all struct pages:
 *
 *	{"schema": "pfnscope/scan-note", "version": 1,
 *	 "states": ["ok", ...],			those that occur, by states.def
 *	 "sections": [[nr, pages, ...], ...],	a count for each of "states"
 *	 "runs": [[pfn, pages, state], ...],	abnormal ones; state: index in "states"
 *	 "marks": {"hwpoison": [[pfn, pages, state], ...], ...}}
 *
 * Sections without struct pages and marks without pages are left out.
 */
#ifndef PFS_DISTILL_SCAN_NOTE_H
#define PFS_DISTILL_SCAN_NOTE_H

#include "core/pages/page.h"

/* Returns one line of text, which the caller frees; NULL when out of memory. */
char *pfs_scan_to_json(const struct pfs_model *m, const struct pfs_scan *s);

/*
 * *ret is in the arena of m, and set on success only. -EINVAL: the text is no
 * JSON, or nothing that pfs_scan_to_json() writes for the sections of m;
 * -ENOMEM. Whether the note is true is for pfs_scan_adopt() to find out.
 */
int pfs_scan_from_json(const char *text, size_t len, struct pfs_model *m, struct pfs_scan *ret,
		       struct pfs_err *err);

#endif
