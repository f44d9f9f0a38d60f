/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/module.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <pfnscope/version.h>

#define NAME "pfnscope-drgn.so"

int pfs_own_folder(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size);
	char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;

	if (!slash)
		return -ENOENT;
	slash[1] = 0;
	return 0;
}

/* Beside us, as in a build folder; else where make install puts it; false: nowhere. */
static bool find(char *path, size_t size)
{
	if (!pfs_own_folder(path, size - sizeof(NAME))) {
		strcat(path, NAME);
		if (!access(path, R_OK))
			return true;
	}
	memcpy(path, PFS_MODULEDIR "/" NAME, sizeof(PFS_MODULEDIR "/" NAME));
	return !access(path, R_OK);
}

static int load(struct pfs_library *l, bool now, struct pfs_err *err)
{
	pfs_module_open_fn *open;
	char path[4096];
	int r;

	if (l->m)
		return 0;
	if (!find(path, sizeof(path)))
		return pfs_err_set(err, ENOENT, "built without libdrgn: there is no " NAME);
	if (now && l->files->nr_dumps > 1)
		return pfs_err_set(err, EINVAL, "libdrgn reads no split dump");
	if (!l->handle)
		/* It has threads of OpenMP, which outlive all that one could close. */
		l->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!l->handle)
		return pfs_err_set(err, EINVAL, "%s", dlerror());
	/* POSIX lets dlsym()'s result be stored so; ISO C has no such cast. */
	*(void **)&open = dlsym(l->handle, "pfs_module_open");
	if (!open)
		return pfs_err_set(err, EINVAL, "%s: no module of ours", path);
	r = open(PFS_VERSION, l->files->dumps[0], pfs_files_vmlinux(l->files), now, &l->m, err);
	if (r == -EPROTO)
		pfs_err_wrap(err, "%s", path);
	return r;
}

static int unwind(struct pfs_unwinder *u, const struct pfs_core *core,
		  int (*frame)(void *arg, const struct pfs_unwound *f), void *arg,
		  struct pfs_err *err)
{
	struct pfs_library *l =
		(struct pfs_library *)((char *)u - offsetof(struct pfs_library, unwinder));
	int r = load(l, false, err);

	if (r == -ENOENT)
		return 0;
	return r ? r : l->m->unwinder.unwind(&l->m->unwinder, core, frame, arg, err);
}

void pfs_library_init(struct pfs_library *l, const struct pfs_files *files)
{
	*l = (struct pfs_library){ .unwinder = { unwind }, .files = files };
}

void pfs_library_deinit(struct pfs_library *l)
{
	if (l->m)
		l->m->close(l->m);
	if (l->handle)
		dlclose(l->handle);
}

int pfs_library_target(struct pfs_library *l, struct pfs_target **ret, struct pfs_err *err)
{
	int r = load(l, true, err);

	if (!r)
		r = pfs_target_callbacks(&l->m->callbacks, PFS_READER_HOST, ret, err);
	return r ? pfs_err_wrap(err, "--reader=drgn") : 0;
}
