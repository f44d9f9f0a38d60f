/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the checks of checks.def. It knows all of them, and none of them knows it. */
#include "core/checks/check.h"

#include <errno.h>

enum needs { MODEL, SCAN, PANIC };

static const struct {
	void (*run)(struct pfs_check *c);
	enum needs needs;
} checks[] = {
#define CHECK(name, needs) { pfs_check_##name, needs },
#include <pfnscope/checks.def>
#undef CHECK
};

static int run(struct pfs_check *c, enum needs needs, struct pfs_err *err)
{
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].needs == needs)
			checks[i].run(c);
	return c->no_memory ? pfs_err_set(err, ENOMEM, "checks: out of memory") : 0;
}

int pfs_check_structure(struct pfs_model *m, struct pfs_findings *out, struct pfs_err *err)
{
	struct pfs_check c = { .m = m, .out = out };

	return run(&c, MODEL, err);
}

int pfs_check_pages(struct pfs_model *m, const struct pfs_scan *scan, struct pfs_findings *out,
		    struct pfs_err *err)
{
	struct pfs_check c = { .m = m, .scan = scan, .out = out };

	return run(&c, SCAN, err);
}

int pfs_check_panic(struct pfs_model *m, const struct pfs_panic *p, struct pfs_findings *out,
		    struct pfs_err *err)
{
	struct pfs_check c = { .m = m, .panic = p, .out = out };

	return run(&c, PANIC, err);
}
