/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A world whose log holds the lines of a text, and the panic in it. For use behind cmocka.h. */
#ifndef PFS_TEST_PANIC_LOG_H
#define PFS_TEST_PANIC_LOG_H

#include "core/panic/panic.h"
#include "world.h"

static inline struct world *log_of(const char *text)
{
	struct world *w = w_new();
	size_t cap = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");
		struct pfs_log_line *l = pfs_grow(&w->m.arena, &w->m.log, &w->m.nr_log, &cap,
						  sizeof(*l));

		assert_non_null(l);
		*l = (struct pfs_log_line){ .text = pfs_strndup(&w->m.arena, text, n), .len = n };
		text += n + (text[n] == '\n');
	}
	return w;
}

static inline struct pfs_panic find(struct world *w)
{
	struct pfs_panic p;

	assert_int_equal(pfs_panic_find(&w->m, &p, &w->err), 0);
	return p;
}

#endif
