/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command inside a debugger: the host hands in its memory and a place for
 * output, and gets the verbs and options of the command line, but for the
 * files. Everything is allocated and freed within one call, and nothing is
 * kept for the next.
 */
#ifndef PFNSCOPE_HOSTED_H
#define PFNSCOPE_HOSTED_H

#include <pfnscope/target.h>

enum pfs_reader {
	PFS_READER_AUTO,
	PFS_READER_HOST,	/* the host's own reader of memory */
	PFS_READER_FILE,	/* the dump file that the host has open, through libkdumpfile */
};

/* None of these functions may leave by longjmp() or an exception. */
struct pfs_host {
	/* The memory; its look-up, if any, is the host's to free. -errno. */
	int (*open)(void *arg, enum pfs_reader reader, struct pfs_target **ret,
		    struct pfs_err *err);
	/* 0 or -errno; after a failure, no more output comes. */
	int (*write)(void *arg, const char *buf, size_t len);
	int (*flush)(void *arg);
	/* Called now and then by the thread that called us; true: the user wants it to end. */
	bool (*stop)(void *arg);
	/* An error message: one line, escaped, without its end. */
	void (*complain)(void *arg, const char *line);
	void *arg;
	bool terminal;		/* the output goes to one: --color=auto, --progress=auto */
	unsigned int width;	/* columns of text */
};

/* argv[0] is not looked at. Returns the exit status of the command line. */
PFS_API int pfs_hosted_run(const struct pfs_host *h, int argc, const char *const *argv);

/* Of this library, for a host that loads it at run time: "0.1". */
PFS_API const char *pfs_version(void);

#endif
