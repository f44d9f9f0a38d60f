/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dump opened for a debugger that reads it through us: a session, and its core. */
#include <pfnscope/hosted.h>

#include <errno.h>
#include <stdlib.h>

#include "session/session.h"

struct pfs_opened {
	struct pfs_session session;
	struct pfs_core core;
};

int pfs_opened_new(const char *const *paths, size_t nr, const char *vmlinux,
		   struct pfs_opened **ret, struct pfs_err *err)
{
	const struct pfs_session_opts opts = { .vmlinux = vmlinux };
	struct pfs_opened *o = calloc(1, sizeof(*o));
	struct pfs_target *t = NULL;
	int r;

	if (!o)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = pfs_target_open_kdump(paths, nr, NULL, NULL, &t, err);
	if (!r)
		r = pfs_session_open(&o->session, t, &opts, err);
	if (!r) {
		r = pfs_session_core(&o->session, &o->core, err);
		if (r)
			pfs_session_close(&o->session);
	}
	if (r)
		free(o);
	else
		*ret = o;
	return r;
}

const struct pfs_core *pfs_opened_core(const struct pfs_opened *o)
{
	return &o->core;
}

void pfs_opened_free(struct pfs_opened *o)
{
	if (!o)
		return;
	pfs_session_close(&o->session);
	free(o);
}
