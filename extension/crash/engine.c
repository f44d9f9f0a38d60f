/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crash is linked with a gdb and a zlib of its own and exports thousands of
 * their symbols, which come first for every library that is loaded the usual
 * way: libkdumpfile would inflate() with crash's zlib, and libdw would open
 * with gzdopen() of the one and read with gzread() of the other. So this object
 * needs nothing but libc, and the library is loaded into a scope of its own:
 *
 *	RTLD_DEEPBIND	it and what it needs look among themselves first
 *	RTLD_LOCAL	nothing else looks among them
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pfnscope/version.h>

#include "crash/crash.h"

static void *load(const char *path)
{
	return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
}

/* The library beside this object, as in a build folder; else the installed one. */
static void *find(void)
{
	static const char name[] = "libpfnscope.so";
	void *handle = NULL;
	char *path, *slash;
	Dl_info self;

	if (!dladdr((void *)(uintptr_t)&pfs_engine_load, &self) || !self.dli_fname)
		return load("libpfnscope.so.0");
	path = malloc(strlen(self.dli_fname) + sizeof(name) + 1);
	if (path) {
		strcpy(path, self.dli_fname);
		slash = strrchr(path, '/');
		strcpy(slash ? slash + 1 : path, name);
		handle = slash ? load(path) : NULL;
		free(path);
	}
	return handle ? handle : load("libpfnscope.so.0");
}

int pfs_engine_load(struct pfs_engine *e, struct pfs_err *err)
{
	const char *(*version)(void);
	const char *why;

	memset(e, 0, sizeof(*e));
	e->handle = find();
	if (!e->handle) {
		why = dlerror();
		return pfs_err_set(err, ENOENT, "%s", why ? why : "libpfnscope.so.0: not found");
	}
	/* POSIX lets dlsym()'s result be stored so; ISO C has no such cast. */
	*(void **)&version = dlsym(e->handle, "pfs_version");
	*(void **)&e->hosted_run = dlsym(e->handle, "pfs_hosted_run");
	*(void **)&e->open_kdump = dlsym(e->handle, "pfs_target_open_kdump");
	if (version && e->hosted_run && e->open_kdump && !strcmp(version(), PFS_VERSION))
		return 0;
	pfs_err_set(err, EINVAL, "libpfnscope.so.0 is of version %s, and this is %s",
		    version ? version() : "unknown", PFS_VERSION);
	pfs_engine_unload(e);
	return -EINVAL;
}

void pfs_engine_unload(struct pfs_engine *e)
{
	if (e->handle)
		dlclose(e->handle);
	memset(e, 0, sizeof(*e));
}
