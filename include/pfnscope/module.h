/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The library of a debugger, for the command line. It is in a shared object of
 * its own that is loaded when it is wanted: libdrgn has the same soname in
 * every version, so that nothing that others load may be linked with it.
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
 * The only symbol of such an object, "pfs_module_open". version is PFS_VERSION
 * of the caller. If now is set, the dump and the vmlinux (NULL: none) are
 * opened by libdrgn at once, and this fails if they cannot be; otherwise there is
 * the unwinder alone, which opens the core that it is given. -EPROTO: the object is of another
 * version; -EINVAL: no dump of a kernel, or a vmlinux of another kernel; any
 * other -errno: the library cannot read the dump.
 */
typedef int pfs_module_open_fn(const char *version, const char *dump, const char *vmlinux, bool now,
			       struct pfs_module **ret, struct pfs_err *err);

#endif
