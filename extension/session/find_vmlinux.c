/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/find_vmlinux.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "facts/kernel.h"

static bool is_it(const char *path, const char *build_id)
{
	struct pfs_err ignored;
	struct stat st;
	char own[72];

	/* Opening something that is no regular file, such as a FIFO, would block. */
	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, R_OK) &&
	       !pfs_vmlinux_build_id(path, own, sizeof(own), &ignored) &&
	       !strcasecmp(own, build_id);
}

/* May this text from a dump become part of a path? */
static bool plain(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/');
}

int pfs_find_vmlinux(const char *root, const struct pfs_origin *o, char *path, size_t size)
{
	/*
	 * The places of Debian, of Fedora and SUSE, of Ubuntu, and of "make
	 * install" of the kernel.
	 */
	static const char *const places[] = {
		"/usr/lib/debug/boot/vmlinux-%s",
		"/usr/lib/debug/lib/modules/%s/vmlinux",
		"/usr/lib/debug/usr/lib/modules/%s/vmlinux",
		"/lib/modules/%s/build/vmlinux",
		"/boot/vmlinux-%s",
	};
	const char *id = o->build_id;
	char rest[256];
	size_t i;

	if (strlen(id) < 3 || strspn(id, "0123456789abcdefABCDEF") != strlen(id))
		return -ENOENT;
	if ((size_t)snprintf(path, size, "%s/usr/lib/debug/.build-id/%.2s/%s.debug", root, id,
			     id + 2) < size &&
	    is_it(path, id))
		return 0;
	for (i = 0; plain(o->release) && i < sizeof(places) / sizeof(places[0]); i++) {
		const char *hole = strstr(places[i], "%s");

		snprintf(rest, sizeof(rest), "%.*s%s%s", (int)(hole - places[i]), places[i],
			 o->release, hole + 2);
		if ((size_t)snprintf(path, size, "%s%s", root, rest) < size && is_it(path, id))
			return 0;
	}
	return -ENOENT;
}
