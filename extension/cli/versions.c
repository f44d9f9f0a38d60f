/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one file that asks the libraries which they are; libkdumpfile and libdeflate do not
 * tell, and are named as they were when this was built.
 */
#include "cli/versions.h"

#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <libdeflate.h>
#include <libkdumpfile/kdumpfile.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <nettle/version.h>
#include <sqlite3.h>
#include <zlib.h>
#include <zstd.h>

#include <pfnscope/version.h>

#include "cli/privileges.h"

static void print_libarchive(struct pfs_out *o)
{
	const char *(*version)(void) = NULL;
	void *handle = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	/* POSIX lets dlsym()'s result be stored so; ISO C has no such cast. */
	if (handle)
		*(void **)&version = dlsym(handle, "archive_version_string");
	pfs_outf(o, "%s\n", version ? version() : "libarchive is not installed");
	if (handle)
		dlclose(handle);
}

void pfs_versions_print(struct pfs_out *o)
{
	int major = 0, minor = 0;
	char words[64];

	pfs_capstone_version(&major, &minor);
	pfs_outf(o, "pfnscope %s\n", PFS_VERSION);
	pfs_outf(o, "libkdumpfile %s\n", KDUMPFILE_VERSION_STRING);
	pfs_outf(o, "elfutils %s\n", dwfl_version(NULL));
	pfs_outf(o, "libbpf %s\n", libbpf_version_string() + 1);
	pfs_outf(o, "capstone %d.%d\n", major, minor);
	pfs_outf(o, "nettle %d.%d\n", nettle_version_major(), nettle_version_minor());
	pfs_outf(o, "jansson %s\n", jansson_version_str());
	pfs_outf(o, "sqlite %s\n", sqlite3_libversion());
	pfs_outf(o, "zlib %s\n", zlibVersion());
	pfs_outf(o, "libdeflate %s\n", LIBDEFLATE_VERSION_STRING);
	pfs_outf(o, "lzo %s\n", lzo_version_string());
	pfs_outf(o, "zstd %s\n", ZSTD_versionString());
	pfs_outf(o, "xz %s\n", lzma_version_string());
	print_libarchive(o);
	pfs_outf(o, "sandbox: %s\n", pfs_privileges_words(NULL, words, sizeof(words)));
}
