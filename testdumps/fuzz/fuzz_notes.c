/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notes of a distilled dump: the panic, and what is adopted of the scan. */
#include "fuzz.h"

#include "core/pages/scan.h"
#include "distill/panic_note.h"
#include "distill/scan_note.h"
#include "unit/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = w_new();
	struct pfs_section sections[2] = { { .nr = 0 }, { .nr = 2 } };
	struct pfs_panic p;
	struct pfs_scan scan;
	char *note;

	if (!pfs_panic_from_json((const char *)data, size, &w->m.arena, &p, &w->err)) {
		note = pfs_panic_to_json(&p);
		if (!note || pfs_panic_from_json(note, strlen(note), &w->m.arena, &p, &w->err))
			abort();
		free(note);
	}
	w->m.sections = sections;
	w->m.nr_sections = 2;
	if (!pfs_scan_from_json((const char *)data, size, &w->m, &scan, &w->err)) {
		note = pfs_scan_to_json(&w->m, &scan);
		if (!note || pfs_scan_from_json(note, strlen(note), &w->m, &scan, &w->err))
			abort();
		free(note);
	}
	w_free(w);
	return 0;
}
