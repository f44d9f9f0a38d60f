/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that we write. None of them may replace a file that is read, by whatever
 * name or link, nor a file that somebody else made, unless the user said --force.
 * A file is complete under its name, or not there.
 */
#ifndef PFS_BASE_OUTPUT_H
#define PFS_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <pfnscope/err.h>

/* The files that are read. All zero: none are known. */
struct pfs_inputs {
	struct pfs_input {
		dev_t dev;
		ino_t ino;
	} *f;
	size_t nr;
	bool hosted; /* and what this process has open, mapped, or in its command line */
	bool force;  /* what is not ours may be replaced; never what is read */
};

/* Of a path that leads nowhere, or is NULL, nothing is remembered. */
int pfs_inputs_add(struct pfs_inputs *in, const char *path, struct pfs_err *err);
void pfs_inputs_deinit(struct pfs_inputs *in);

/*
 * May path be written? It is looked at through links. ours() is asked of a regular
 * file that is there and not empty; NULL: none is ours. The message of a refusal
 * begins with the path. in may be NULL.
 */
int pfs_output_check(const char *path, const struct pfs_inputs *in, bool (*ours)(int fd),
		     struct pfs_err *err);

struct pfs_output {
	int fd;	     /* to write to, and to read again */
	char *path;  /* where links lead to */
	char *tmp;   /* the name until it is complete; NULL: none */
	bool lazy;   /* need not outlive a loss of power: set by the caller */
	bool stream; /* a pipe, a terminal, our own stdout: copied to it at the end */
};

/* pfs_output_check(), and a new file for what is to be at path. */
int pfs_output_open(struct pfs_output *o, const char *path, const struct pfs_inputs *in,
		    bool (*ours)(int fd), struct pfs_err *err);
/* Everything is written: put it in its place. Closes o, also on failure. */
int pfs_output_commit(struct pfs_output *o, struct pfs_err *err);
/* Nothing shall be left of it. */
void pfs_output_discard(struct pfs_output *o);

/* Is path our standard output, under whatever name? */
bool pfs_is_stdout(const char *path);

/*
 * What has to be writable for path to be written, and nothing else: the folder that it will
 * be in; path itself, if that is a folder, or a stream. To be freed; NULL with errno set.
 */
char *pfs_output_place(const char *path);

/* $TMPDIR, or /var/tmp. */
const char *pfs_temporary_folder(void);
/* A file without a name there. -errno. */
int pfs_temporary(struct pfs_err *err);

/* Write all of it. 0 or -errno. */
int pfs_write_all(int fd, const void *buf, size_t len);

#endif
