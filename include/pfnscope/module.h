/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A debugger's library behind the command line, in a shared object of its own
 * that is loaded when it is wanted: libdrgn has one soname for every version,
 * so that nothing that others load may be linked with it.
 */
#ifndef PFNSCOPE_MODULE_H
#define PFNSCOPE_MODULE_H

#include <pfnscope/hosted.h>

struct pfs_module {
	struct pfs_callbacks callbacks; /* for pfs_target_callbacks() */
	struct pfs_unwinder unwinder;
	void (*close)(struct pfs_module *m); /* after the target is freed */
};

/*
 * The one symbol of such an object, "pfs_module_open". version: PFS_VERSION of the
 * caller. The dump and the vmlinux (NULL: none) are opened when something is first
 * asked of them, or now, if now is set: then they are there, or this fails.
 * -EPROTO: of another version; -EINVAL: no kernel's dump, or a vmlinux of another
 * kernel; any other -errno: no dump that the library reads.
 */
typedef int pfs_module_open_fn(const char *version, const char *dump, const char *vmlinux, bool now,
			       struct pfs_module **ret, struct pfs_err *err);

#endif
