/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host of libpfnscope that has the name of a dump, and nothing else:
 *
 *	cc -o host host.c $(pkg-config --cflags --libs libpfnscope)
 *	./host vmcore check --json
 */
#include <pfnscope/hosted.h>
#include <pfnscope/version.h>

#include <stdio.h>
#include <string.h>

static int open_dump(void *arg, enum pfs_reader reader, struct pfs_target **ret,
		     struct pfs_err *err)
{
	const char *path = arg;

	(void)reader;
	return pfs_target_open_kdump(&path, 1, NULL, NULL, ret, err);
}

static int write_out(void *arg, const char *buf, size_t len)
{
	(void)arg;
	return fwrite(buf, 1, len, stdout) == len ? 0 : -5;
}

static int flush_out(void *arg)
{
	(void)arg;
	return fflush(stdout) ? -5 : 0;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void complain(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "host: %s\n", line);
}

int main(int argc, char **argv)
{
	struct pfs_host host = {
		.open = open_dump,
		.write = write_out,
		.flush = flush_out,
		.stop = never,
		.complain = complain,
		.arg = argc > 1 ? argv[1] : NULL,
		.width = 78,
	};

	if (argc < 2) {
		fprintf(stderr, "usage: host VMCORE [VERB] [ARGUMENT] [OPTION]...\n");
		return 2;
	}
	if (strcmp(pfs_version(), PFS_VERSION))
		fprintf(stderr, "host: made with %s, runs with %s\n", PFS_VERSION, pfs_version());
	return pfs_hosted_run(&host, argc - 1, (const char *const *)argv + 1);
}
