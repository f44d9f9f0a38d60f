/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/privileges.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/output.h"
#include "cli/module.h"
#include "cli/sandbox.h"

#ifdef PFS_INSTRUMENTED
#define CONFINED false
#else
#define CONFINED true
#endif

/* Read by us or a library, some time after the start: as patterns of glob(3). */
static const char *const places[] = {
	/* libraries that are loaded when they are wanted: libarchive, libdrgn with its own */
	"/usr",
	"/lib",
	"/lib64",
	"/nix/store",
	"/gnu/store",
	"/etc/ld.so.cache",
	PFS_MODULEDIR,
	/* a vmlinux that is found by the dump's build-id; what is below /usr, too */
	"/boot",
	"/lib/modules/*/build/vmlinux",
	/* libc and OpenMP count CPUs; SQLite wants its random numbers */
	"/proc/self",
	"/sys/devices/system/cpu",
	"/dev/urandom",
};

static int allow_places(struct pfs_sandbox *s, struct pfs_err *err)
{
	glob_t g = { 0 };
	size_t i, k;
	int r = 0;

	for (i = 0; i < sizeof(places) / sizeof(places[0]) && !r; i++) {
		if (!strchr(places[i], '*')) {
			r = pfs_sandbox_allow(s, places[i], PFS_MAY_READ, err);
			continue;
		}
		if (glob(places[i], GLOB_NOSORT, NULL, &g) == GLOB_NOSPACE)
			r = pfs_err_set(err, ENOMEM, "out of memory");
		for (k = 0; k < g.gl_pathc && !r; k++)
			r = pfs_sandbox_allow(s, g.gl_pathv[k], PFS_MAY_READ, err);
		globfree(&g);
	}
	return r;
}

/* A module in a build folder brings its libraries along; so does who set this variable. */
static int allow_own_libraries(struct pfs_sandbox *s, struct pfs_err *err)
{
	const char *path = getenv("LD_LIBRARY_PATH");
	char folder[4096], *list, *at, *one;
	int r = 0;

	if (!pfs_own_folder(folder, sizeof(folder)))
		r = pfs_sandbox_allow(s, folder, PFS_MAY_READ, err);
	if (r || !path)
		return r;
	at = list = strdup(path);
	if (!list)
		return pfs_err_set(err, ENOMEM, "out of memory");
	while (!r && (one = strsep(&at, ":;")))
		r = pfs_sandbox_allow(s, *one ? one : ".", PFS_MAY_READ, err);
	free(list);
	return r;
}

static int is_link(const struct dirent *e)
{
	return e->d_type == DT_LNK || e->d_type == DT_UNKNOWN;
}

/* What a folder has links to is as good as in it. */
static int allow_links(struct pfs_sandbox *s, const char *folder, struct pfs_err *err)
{
	struct dirent **e = NULL;
	int n = scandir(folder, &e, is_link, NULL), i, r = 0;

	for (i = 0; i < n; i++) {
		char *path = NULL;

		if (!r && asprintf(&path, "%s/%s", folder, e[i]->d_name) < 0)
			r = pfs_err_set(err, ENOMEM, "out of memory");
		if (!r && strcmp(e[i]->d_name, "..") != 0)
			r = pfs_sandbox_allow(s, path, PFS_MAY_READ, err);
		free(path);
		free(e[i]);
	}
	free(e);
	return r;
}

static int allow_input(struct pfs_sandbox *s, const char *path, struct pfs_err *err)
{
	struct stat st;
	int r;

	if (!path)
		return 0;
	r = pfs_sandbox_allow(s, path, PFS_MAY_READ, err);
	if (!r && !stat(path, &st) && S_ISDIR(st.st_mode))
		r = allow_links(s, path, err);
	/* Of the running kernel, libdrgn reads more than this file. */
	if (!r && !strncmp(path, "/proc/", 6)) {
		r = pfs_sandbox_allow(s, "/proc", PFS_MAY_READ, err);
		if (!r)
			r = pfs_sandbox_allow(s, "/sys", PFS_MAY_READ, err);
	}
	return r;
}

static int allow_output(struct pfs_sandbox *s, const char *path, struct pfs_err *err)
{
	char *place = path ? pfs_output_place(path) : NULL;
	int r = place ? pfs_sandbox_allow(s, place, PFS_MAY_WRITE, err) : 0;

	free(place);
	return r;
}

/*
 * Which file of it, the dump's build-id says: it cannot be opened before the dump is read. Who
 * has taken over this process may so leave wrong facts behind, as a dump may hold wrong facts,
 * but no other file, and nothing that is trusted more than a dump is.
 */
static int allow_cache(struct pfs_sandbox *s, const struct pfs_store *cache, struct pfs_err *err)
{
	return cache->fd < 0 ? 0 : pfs_sandbox_allow(s, cache->path, PFS_MAY_KEEP, err);
}

static int begin(struct pfs_sandbox *s, const struct pfs_store *cache, struct pfs_err *err)
{
	int r = pfs_sandbox_begin(s, err);

	if (!r)
		r = allow_places(s, err);
	if (!r)
		r = allow_own_libraries(s, err);
	if (!r)
		r = allow_cache(s, cache, err);
	return r ? r : pfs_sandbox_allow(s, pfs_temporary_folder(), PFS_MAY_WRITE, err);
}

/* The database has names of reports in it, which are copied: they may be anywhere. */
static int allow_catalogue(struct pfs_sandbox *s, const struct pfs_args *a, struct pfs_err *err)
{
	int r = pfs_sandbox_allow(s, "/", PFS_MAY_READ, err);

	if (!r && a->nr_files)
		r = allow_output(s, a->files[0], err);
	return r ? r : allow_output(s, a->html, err);
}

static int allow_arguments(struct pfs_sandbox *s, const struct pfs_args *a, struct pfs_err *err)
{
	size_t i;
	int r = allow_input(s, a->system_map, err);

	for (i = 0; i < a->nr_files && !r; i++)
		r = allow_input(s, a->files[i], err);
	/* signature and log take a file as their argument. */
	if (!r)
		r = allow_input(s, a->arg, err);
	if (!r)
		r = allow_output(s, a->output, err);
	return r ? r : allow_output(s, a->tar, err);
}

static int finish(struct pfs_sandbox *s, int r, struct pfs_err *err)
{
	if (!r)
		return pfs_sandbox_enter(s, err);
	pfs_sandbox_discard(s);
	return r;
}

static bool is_wanted(const struct pfs_args *a)
{
	return CONFINED && !a->no_sandbox;
}

int pfs_privileges_drop(const struct pfs_args *a, const struct pfs_store *cache,
			struct pfs_err *err)
{
	struct pfs_sandbox s = { .fd = -1 };
	int r = 0;

	if (!is_wanted(a))
		return 0;
	if (a->verb != PFS_V_BATCH)
		r = begin(&s, cache, err);
	if (!r && a->verb == PFS_V_CATALOGUE)
		r = allow_catalogue(&s, a, err);
	else if (!r && a->verb != PFS_V_BATCH)
		r = allow_arguments(&s, a, err);
	return finish(&s, r, err);
}

int pfs_privileges_drop_worker(const struct pfs_args *a, const struct pfs_batch_dump *d,
			       const struct pfs_vmlinux_dir *vmlinuxes, const char *report,
			       const struct pfs_store *cache, struct pfs_err *err)
{
	struct pfs_sandbox s;
	char *parent = NULL;
	size_t i;
	int r;

	if (!is_wanted(a))
		return 0;
	r = begin(&s, cache, err);
	for (i = 0; i < d->nr_files && !r; i++)
		r = allow_input(&s, d->files[i], err);
	for (i = 0; i < vmlinuxes->nr && !r; i++)
		r = allow_input(&s, vmlinuxes->files[i].path, err);
	if (!r && *report && asprintf(&parent, "%s/..", report) < 0)
		r = pfs_err_set(err, ENOMEM, "out of memory");
	if (!r && parent)
		r = pfs_sandbox_allow(&s, parent, PFS_MAY_REMOVE, err);
	if (!r && *report)
		r = pfs_sandbox_allow(&s, report, PFS_MAY_WRITE, err);
	free(parent);
	return finish(&s, r, err);
}

int pfs_privileges_drop_scout(const struct pfs_args *a, struct pfs_err *err)
{
	struct pfs_sandbox s;
	int r;

	if (!is_wanted(a))
		return 0;
	r = pfs_sandbox_begin(&s, err);
	return finish(&s, r ? r : pfs_sandbox_allow(&s, "/", PFS_MAY_READ, err), err);
}

const char *pfs_privileges_words(const struct pfs_args *a, char *buf, size_t size)
{
	if (CONFINED && !(a && a->no_sandbox))
		return pfs_sandbox_words(buf, size);
	snprintf(buf, size, "none (%s)", CONFINED ? "--no-sandbox" : "a build with instruments");
	return buf;
}
