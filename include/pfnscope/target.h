/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target gives the engine bytes: physical reads with an honest answer for
 * every page, the raw text of VMCOREINFO, the notes. It knows nothing of page
 * tables and has no policy. The engine has no other way to the dump, so that
 * the evidence is the same in every host (command line, crash, drgn).
 *
 * Targets can be stacked: "record" and "fault" (extension/bytes/) wrap another
 * one.
 */
#ifndef PFNSCOPE_TARGET_H
#define PFNSCOPE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pfnscope/err.h>

/* What a dump can say of a physical page. These four answers are never merged. */
enum pfs_presence {
	PFS_PRESENT,	 /* the bytes are in the dump */
	PFS_EXCLUDED,	 /* RAM that the dump's writer left out */
	PFS_ABSENT,	 /* no such RAM in the dump: a hole, or device memory */
	PFS_UNDECIDABLE, /* dropped, and the format cannot say whether as zero
				 * or as excluded; or the stored page is damaged */
};

struct pfs_target;

/* Debug information: symbols and types, from whoever has them. */
struct pfs_member {
	uint64_t offset; /* bytes from the start of the outermost type */
	uint64_t size;	 /* bytes; 0 for a flexible array */
	uint64_t nelems; /* array length, 0 if not an array */
};

struct pfs_lookup;

/*
 * All functions return 0, -ENOENT (there is no such thing), or another -errno.
 * Names of types have no keyword ("page", "mem_section"). Anonymous structs and
 * unions inside a type are transparent, and members may be nested
 * ("node_zones.name"). Addresses of symbols are those of the running kernel
 * (KASLR applied).
 */
struct pfs_lookup_ops {
	int (*symbol)(struct pfs_lookup *l, const char *name, uint64_t *ret_addr);
	int (*symbol_at)(struct pfs_lookup *l, uint64_t addr, const char **ret_name,
			 uint64_t *ret_offset);
	int (*type_size)(struct pfs_lookup *l, const char *type, uint64_t *ret_size);
	int (*member)(struct pfs_lookup *l, const char *type, const char *member,
		      struct pfs_member *ret);
	int (*enumerator)(struct pfs_lookup *l, const char *name, int64_t *ret_value);
	void (*free)(struct pfs_lookup *l);
};

struct pfs_lookup {
	const struct pfs_lookup_ops *ops; /* members may be NULL */
	const char *from;		  /* provenance of the last answer, as `facts` prints it */
};

/* A variable in a frame of the stack, with its name in the source. */
struct pfs_local {
	const char *name;
	uint64_t value;
};

/*
 * A frame of the stack. Frames come innermost first; all strings are valid
 * until the call returns.
 */
struct pfs_unwound {
	const char *function;		/* NULL: unknown */
	bool inlined;			/* inlined into the next frame that is not: no offset */
	uint64_t offset;		/* of the program counter, in bytes from the symbol */
	uint64_t size;			/* bytes of the symbol; 0: unknown */
	const char *file;		/* path as the compiler was given it; NULL: unknown */
	int line;			/* 0: unknown */
	const struct pfs_local *locals; /* parameters and variables: page, pfn, zone, pgmap */
	size_t nr_locals;
};

/*
 * A dump as the library of a debugger can open it, whatever the dump's own format:
 * an ELF core that has notes and no memory (VMCOREINFO, PRSTATUS of each CPU), and
 * memory through a function. That returns 0, or -EFAULT if any byte of it is not
 * there; virtual addresses are the kernel's.
 */
struct pfs_core {
	const void *elf;
	size_t len;
	int (*read)(void *arg, uint64_t addr, void *buf, size_t len, bool physical);
	void *arg;
	uint32_t pid; /* whose stack the panic is about; 0: the thread's that crashed */
};

/* Something that can unwind the stack of one thread: the library of a debugger. */
struct pfs_unwinder {
	/*
	 * Call frame() for each frame, until it returns other than 0, which is
	 * then returned. -errno. A library that reads the dump by itself has no
	 * use for the image.
	 */
	int (*unwind)(struct pfs_unwinder *u, const struct pfs_core *core,
		      int (*frame)(void *arg, const struct pfs_unwound *f), void *arg,
		      struct pfs_err *err);
};

struct pfs_cpu_note {
	unsigned int cpu;
	const void *prstatus; /* struct elf_prstatus of the dumped architecture */
	size_t len;
};

/* What dump-guest-memory of QEMU adds for each CPU (its QEMUCPUState): control registers. */
struct pfs_qemu_note {
	const void *state;
	size_t len;
};

/* A line of the kernel log. The text may be any bytes but NUL, and is to be escaped. */
struct pfs_log_line {
	uint64_t ts_nsec; /* since boot; 0: not known */
	const char *text; /* NUL-terminated */
	size_t len;
	size_t nr;	 /* its number in the file of a log; 0: it is of a dump */
	uint32_t caller; /* PID of the task that printed it, or its CPU with bit 31 set */
	bool has_caller; /* always from v5.10 on */
	bool more;	 /* no newline: a fragment, which the next one may go on with */
	bool goes_on;	 /* a fragment that goes on with the last one (KERN_CONT) */
	bool other;	 /* not printed by who died (core/panic/caller.c) */
};

/* What was read of the files of a dump, by all threads. To be read atomically. */
struct pfs_io {
	uint64_t requests, bytes;
};

struct pfs_target_info {
	const char *path;
	const char *const *paths; /* of a split dump, all of them, nr_paths; NULL: one */
	size_t nr_paths;
	const char *format;	 /* "elf", "kdump", "kdump-flattened", "log", ... */
	const char *compression; /* "zlib", "lzo", "zstd", "snappy"; NULL: none, unknown */
	const char *reader;	 /* "libkdumpfile" */
	const char *reader_version;
	const char *arch; /* "x86_64", or NULL if the dump does not say */
	uint64_t bytes;	  /* size of the dump's files on disk */
	uint32_t page_size;
	uint64_t max_pfn;	/* one past the last PFN that may be there; 0: nobody says */
	const char *vmcoreinfo; /* text, not terminated; NULL if none */
	size_t vmcoreinfo_len;
	const struct pfs_cpu_note *cpus;
	size_t nr_cpus;
	const struct pfs_qemu_note *qemu;
	size_t nr_qemu;
	const char *panic_note; /* a distilled dump's parsed panic (JSON text) */
	size_t panic_note_len;
	const char *origin_note; /* a distilled dump's origin (JSON text) */
	size_t origin_note_len;
	const char *scan_note; /* a distilled dump's counts and runs (JSON text) */
	size_t scan_note_len;
	const char *lost_notes; /* which notes are damaged, and how; NULL: none */
	const char *cut; /* how the file is cut off; NULL: it is not. What it lost is undecidable */
	const char
		*unpacked; /* from what the dump was unpacked, and where to; NULL: from nothing */
	const struct pfs_log_line *log; /* of a log without a dump, oldest first; else NULL */
	size_t nr_log;
	bool no_utsname;    /* kdump: it does not name the machine, as QEMU's does not */
	bool no_vmcoreinfo; /* the file has none: what is here was found in memory */
	bool live;	    /* memory changes under us: cache nothing */
	bool exact; /* read no more than is used: what is read is kept, or is all there is */
	const struct pfs_io *io; /* NULL: nobody counts */
};

enum pfs_trial { PFS_TRIAL_BEGIN, PFS_TRIAL_KEEP, PFS_TRIAL_DROP };

struct pfs_target_ops {
	const char *name; /* "kdump", "crash", "drgn", "record", ... */
	/*
	 * Copy len bytes from physical address pa on, up to the first page that
	 * is not present. *ret_len is the number of bytes copied. The return
	 * value is the answer for the page at pa + *ret_len, and PFS_PRESENT
	 * exactly if *ret_len == len. Bytes past *ret_len are unchanged. Zeroes
	 * are never made up.
	 */
	enum pfs_presence (*read)(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				  size_t *ret_len);
	/*
	 * The answer that read() would give at pa, without reading. It holds at
	 * least up to *ret_end. A damaged page counts as present. NULL: only
	 * reading can tell.
	 */
	enum pfs_presence (*presence)(struct pfs_target *t, uint64_t pa, uint64_t *ret_end);
	/*
	 * The first address at or after pa whose bytes take room in the file: before it
	 * all that is present is zero. NULL: not known, any may.
	 */
	uint64_t (*next_data)(struct pfs_target *t, uint64_t pa);
	/*
	 * What is read from PFS_TRIAL_BEGIN on is only tried: on PFS_TRIAL_DROP
	 * nothing of it must be kept, on PFS_TRIAL_KEEP all of it. Trials do
	 * not nest. NULL: the target keeps nothing anyway.
	 */
	void (*trial)(struct pfs_target *t, enum pfs_trial what);
	/* Make a second handle for another thread. NULL: the target is single-threaded. */
	int (*clone)(struct pfs_target *t, struct pfs_target **ret, struct pfs_err *err);
	void (*free)(struct pfs_target *t);
	/*
	 * Pass on the bytes of whole pages as the file stores them, with all that read() goes
	 * by to make the pages of them: where these are equal, so are the pages. False: one
	 * is not present, or it cannot be said. NULL: they are stored as they are.
	 */
	bool (*stored)(struct pfs_target *t, uint64_t pa, size_t len,
		       void (*add)(void *arg, const void *bytes, size_t len), void *arg);
};

struct pfs_target {
	const struct pfs_target_ops *ops;
	struct pfs_target_info info;
	struct pfs_lookup *lookup;     /* debug info of the host (crash, drgn), or NULL */
	struct pfs_unwinder *unwinder; /* not owned; NULL: nobody can */
};

static inline enum pfs_presence pfs_target_read(struct pfs_target *t, uint64_t pa, void *buf,
						size_t len, size_t *ret_len)
{
	return t->ops->read(t, pa, buf, len, ret_len);
}

static inline void pfs_target_trial(struct pfs_target *t, enum pfs_trial what)
{
	if (t->ops->trial)
		t->ops->trial(t, what);
}

PFS_API void pfs_target_free(struct pfs_target *t); /* NULL is fine */
PFS_API const char *pfs_presence_name(enum pfs_presence p);

/*
 * Open a dump: ELF, kdump-compressed, flattened, or a split set (nr > 1); also
 * compressed, or in an archive. Raw, zlib, lzo, snappy and zstd pages are read by
 * our own code, those of any other compression by libkdumpfile. progress (may be
 * NULL) is called while a dump is unpacked or rearranged. -ENOENT and other errors
 * of open(2); -EINVAL: no dump; -EIO: truncated or damaged.
 */
PFS_API int pfs_target_open_kdump(const char *const *paths, size_t nr,
				  void (*progress)(void *arg, const char *what, uint64_t done,
						   uint64_t total),
				  void *arg, struct pfs_target **ret, struct pfs_err *err);

#endif
