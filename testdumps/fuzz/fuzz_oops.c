/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a log: the panic in it, of either machine, as the note of a distilled dump too. */
#include "fuzz.h"

#include "core/panic/panic.h"
#include "distill/panic_note.h"
#include "unit/world.h"

static void panic_of(const char *text, size_t len, const char *arch)
{
	struct world *w = w_new();
	struct pfs_panic p, again;
	size_t cap = 0, n;
	char *note;

	w->mem.arch = pfs_arch_by_name(arch);
	while (len) {
		const char *end = memchr(text, '\n', len);
		struct pfs_log_line *l = pfs_grow(&w->m.arena, &w->m.log, &w->m.nr_log, &cap,
						  sizeof(*l));

		n = end ? (size_t)(end - text) : len;
		l->text = pfs_strndup(&w->m.arena, text, n);
		l->len = n;
		n += end != NULL;
		text += n;
		len -= n;
	}
	if (!pfs_panic_find(&w->m, &p, &w->err)) {
		note = pfs_panic_to_json(&p);
		/* Nothing is lost, or refused, on the way there and back. */
		if (!note || pfs_panic_from_json(note, strlen(note), &w->m.arena, &again, &w->err))
			abort();
		free(note);
	}
	w_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	panic_of((const char *)data, size, "x86_64");
	panic_of((const char *)data, size, "aarch64");
	return 0;
}
