/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dump opened for a debugger that reads it through us: a session, and its core. */
#include <pfnscope/hosted.h>

#include <errno.h>
#include <stdlib.h>

#include "session/origin.h"
#include "session/packed_vmlinux.h"
#include "session/session.h"

struct pfs_opened {
	struct pfs_session session;
	struct pfs_core core;
	struct pfs_packed_vmlinux packed;
};

/* vmlinux may be a package. */
static int open_session(struct pfs_opened *o, struct pfs_target *t, const char *vmlinux,
			struct pfs_err *err)
{
	struct pfs_session_opts opts = { .vmlinux = vmlinux };
	struct pfs_origin origin;
	int r = 0;

	if (vmlinux && pfs_vmlinux_is_packed(vmlinux)) {
		pfs_origin_read(t, &origin);
		r = pfs_packed_vmlinux_open(vmlinux, origin.build_id, &(struct pfs_unpacking){ 0 },
					    &o->packed, err);
		opts.vmlinux = o->packed.path;
	}
	if (r)
		pfs_target_free(t);
	return r ? r : pfs_session_open(&o->session, t, &opts, err);
}

int pfs_opened_new(const char *const *paths, size_t nr, const char *vmlinux,
		   struct pfs_opened **ret, struct pfs_err *err)
{
	struct pfs_opened *o = calloc(1, sizeof(*o));
	struct pfs_target *t = NULL;
	int r;

	if (!o)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = pfs_target_open_kdump(paths, nr, NULL, NULL, &t, err);
	if (!r)
		r = open_session(o, t, vmlinux, err);
	if (!r) {
		r = pfs_session_core(&o->session, &o->core, err);
		if (r)
			pfs_session_close(&o->session);
	}
	if (r)
		pfs_packed_vmlinux_close(&o->packed);
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
	pfs_packed_vmlinux_close(&o->packed);
	free(o);
}
