/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command inside a debugger. The host passes its memory and a place for
 * output, and gets the verbs and options of the command line, except for its
 * files. Everything is allocated and freed within one call, and nothing is kept
 * for the next.
 */
#ifndef PFNSCOPE_HOSTED_H
#define PFNSCOPE_HOSTED_H

#include <pfnscope/target.h>

enum pfs_reader {
	PFS_READER_AUTO,
	PFS_READER_HOST, /* the host's own reader of memory */
	PFS_READER_FILE, /* the dump file that the host has open, by our own reader */
};

/* None of these functions may leave by longjmp() or an exception. */
struct pfs_host {
	/*
	 * Open the memory of the dump as a target. Its lookup, if it has one,
	 * is freed by the host. -errno.
	 */
	int (*open)(void *arg, enum pfs_reader reader, struct pfs_target **ret,
		    struct pfs_err *err);
	/* 0 or -errno. After a failure there is no more output. */
	int (*write)(void *arg, const char *buf, size_t len);
	int (*flush)(void *arg);
	/*
	 * Called now and then, by the thread that called us. True: the user
	 * wants the work to end.
	 */
	bool (*stop)(void *arg);
	/* Print an error message: one line, escaped, without a line feed. */
	void (*complain)(void *arg, const char *line);
	void *arg;
	bool terminal;	    /* the output is a terminal: for --color=auto and --progress=auto */
	unsigned int width; /* columns of text */
	bool hex;	    /* 24000 is 0x24000, as in the host's own commands */
};

/* Run the command. argv[0] is ignored. Returns the exit status of the command line. */
PFS_API int pfs_hosted_run(const struct pfs_host *h, int argc, const char *const *argv);

/*
 * Memory, symbols and types through callbacks, for a host that cannot make a
 * target of its own: one in another language, or the library of a debugger.
 * Only the thread that called pfs_hosted_run() calls these functions.
 */
struct pfs_callbacks {
	size_t size;	     /* size of this structure, as the host was built with */
	const char *name;    /* of the reader: "drgn" */
	const char *version; /* NULL: it has none */
	const char *path;    /* the dump file that the host has open; NULL: none, or not known */
	const char *const *more; /* the other files of a split dump, NULL at the end; or NULL */
	const char *arch;	 /* "x86_64"; NULL: the file says */
	const char *vmcoreinfo;	 /* text, not terminated; NULL: that of the file */
	size_t vmcoreinfo_len;
	bool live; /* memory changes under us */
	/*
	 * Read all len bytes at physical address pa, which may span pages, and
	 * return 0. After a failure nothing of them is used, and smaller parts
	 * are asked for, down to a page. -ENODATA: the writer of the dump left
	 * it out; -ENXIO: there is no such memory; any other -errno: it cannot
	 * be read for an unknown reason.
	 */
	int (*read)(void *arg, uint64_t pa, void *buf, size_t len);
	/* These are as in struct pfs_lookup_ops; NULL: the host has none. */
	int (*symbol)(void *arg, const char *name, uint64_t *ret_addr);
	int (*type_size)(void *arg, const char *type, uint64_t *ret_size);
	int (*member)(void *arg, const char *type, const char *member, struct pfs_member *ret);
	int (*enumerator)(void *arg, const char *name, int64_t *ret_value);
	void *arg;
	struct pfs_lookup lookup; /* ours */
};

/*
 * For pfs_host.open: make a target that reads the dump file by our own reader
 * (PFS_READER_FILE, and PFS_READER_AUTO where there is a file), or memory
 * through c->read. Symbols and types come through c in both cases. c must
 * outlive the target. If there is a file, it also tells in the second case
 * which bytes the dump has, before the host is asked for them. -EINVAL: c is of
 * another version; -errno of opening the file.
 */
PFS_API int pfs_target_callbacks(struct pfs_callbacks *c, enum pfs_reader reader,
				 struct pfs_target **ret, struct pfs_err *err);

/*
 * A dump for a debugger that may not be able to read it by itself: it opens
 * pfs_opened_core()->elf in place of the file, and gets memory through ->read().
 * That, and all else of one opened dump, is for one thread at a time. vmlinux may
 * be NULL. -EINVAL: no dump of a kernel, or facts are missing; other -errno.
 */
struct pfs_opened;

PFS_API int pfs_opened_new(const char *const *paths, size_t nr, const char *vmlinux,
			   struct pfs_opened **ret, struct pfs_err *err);
PFS_API const struct pfs_core *pfs_opened_core(const struct pfs_opened *o);
PFS_API void pfs_opened_free(struct pfs_opened *o); /* NULL is fine */

/* The version of this library, for a host that loads it at run time: "0.1". */
PFS_API const char *pfs_version(void);

#endif
