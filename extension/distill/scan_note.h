/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the scan found, as JSON, for the note of a distilled dump, which does not
 * carry all struct pages:
 *
 *	{"schema": "pfnscope/scan-note", "version": 1,
 *	 "states": ["ok", ...],			those that occur, by states.def
 *	 "sections": [[nr, pages, ...], ...],	a count for each of "states"
 *	 "runs": [[pfn, pages, state], ...],	abnormal ones; state: index in "states"
 *	 "marks": {"hwpoison": [[pfn, pages, state], ...], ...}}
 *
 * A section without struct pages is left out, and a mark without pages.
 */
#ifndef PFS_DISTILL_SCAN_NOTE_H
#define PFS_DISTILL_SCAN_NOTE_H

#include "core/pages/page.h"

/* One line; free() it. NULL when out of memory. */
char *pfs_scan_to_json(const struct pfs_model *m, const struct pfs_scan *s);

/*
 * Into m's arena. -EINVAL: no JSON, or not what pfs_scan_to_json() writes for
 * the sections of m; -ENOMEM. *ret is set on success. Whether it is true is for
 * pfs_scan_adopt() to see.
 */
int pfs_scan_from_json(const char *text, size_t len, struct pfs_model *m, struct pfs_scan *ret,
		       struct pfs_err *err);

#endif
