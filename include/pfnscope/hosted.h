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
	PFS_READER_HOST, /* the host's own reader of memory */
	PFS_READER_FILE, /* the dump file that the host has open, by our own reader */
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
	bool terminal;	    /* the output goes to one: --color=auto, --progress=auto */
	unsigned int width; /* columns of text */
};

/* argv[0] is not looked at. Returns the exit status of the command line. */
PFS_API int pfs_hosted_run(const struct pfs_host *h, int argc, const char *const *argv);

/*
 * Memory, symbols and types by callbacks, for a host that cannot make a target
 * of its own: another language, or a debugger's library. All functions are
 * called by the thread that called pfs_hosted_run(), and by it alone.
 */
struct pfs_callbacks {
	size_t size;		/* of this structure, as the host knows it */
	const char *name;	/* of the reader: "drgn" */
	const char *version;	/* NULL: it has none */
	const char *path;	/* the dump file that the host has open; NULL: none, unknown */
	const char *arch;	/* "x86_64"; NULL: as the file says */
	const char *vmcoreinfo; /* text, not terminated; NULL: the file's */
	size_t vmcoreinfo_len;
	bool live; /* memory changes under us */
	/*
	 * All len bytes at physical address pa, which may span pages: 0. Else
	 * nothing is taken, and the same is asked of parts, down to a page:
	 * -ENODATA: the dump's writer left it out; -ENXIO: no such memory; any
	 * other -errno: it cannot be read, nobody knows why.
	 */
	int (*read)(void *arg, uint64_t pa, void *buf, size_t len);
	/* As in struct pfs_lookup_ops; NULL: the host has none. */
	int (*symbol)(void *arg, const char *name, uint64_t *ret_addr);
	int (*type_size)(void *arg, const char *type, uint64_t *ret_size);
	int (*member)(void *arg, const char *type, const char *member, struct pfs_member *ret);
	int (*enumerator)(void *arg, const char *name, int64_t *ret_value);
	void *arg;
	struct pfs_lookup lookup; /* ours */
};

/*
 * For pfs_host.open: the dump file through our own reader (PFS_READER_FILE, and
 * PFS_READER_AUTO where there is a file), or memory through c->read; symbols and
 * types through c either way. c must outlive the target. The file, if it is
 * there, says also in the second case which bytes are the dump's, before the
 * host is asked for them. -EINVAL: c is of another version;
 * -errno of the file.
 */
PFS_API int pfs_target_callbacks(struct pfs_callbacks *c, enum pfs_reader reader,
				 struct pfs_target **ret, struct pfs_err *err);

/* Of this library, for a host that loads it at run time: "0.1". */
PFS_API const char *pfs_version(void);

#endif
