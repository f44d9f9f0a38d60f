/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pfnscope asks of crash. Only api.c sees <crash/defs.h>, which defines
 * names like error, fp and INFO; the rest of this folder sees these functions.
 * crash leaves its functions by longjmp() where they fail, and we have frames
 * of libraries below us: none of these functions lets a jump through.
 */
#ifndef PFS_CRASH_CRASH_H
#define PFS_CRASH_CRASH_H

#include <stdbool.h>

#include <pfnscope/hosted.h>

struct pfs_crash_info {
	const char *version;
	const char *arch;	/* as in archs.def */
	size_t prstatus_size;	/* bytes of its struct elf_prstatus */
	unsigned int page_size; /* bytes: at most 65536 */
	const char *dumpfile;	/* as typed; NULL on a live system */
	const char *format;	/* the words of our own reader, where it knows it */
	bool live;
	bool minimal; /* crash --minimal: crash knows no types */
	bool elf;     /* an ELF dump: crash cannot say what it lacks */
	bool raw;     /* images of RAM: no file but crash knows where they belong */
	bool split;   /* a set of files */
	bool flattened;
	unsigned int cpus; /* 0 with --minimal */
	bool terminal;	   /* output goes to a terminal, not to a pager or a file */
};

void pfs_crash_info(struct pfs_crash_info *ret);

/* crash's list of a dump's files, as `sys` prints it; false: the dump is in one. */
bool pfs_crash_file_list(char *buf, size_t size);

/* The files of the dump (files.c). */
struct pfs_crash_files {
	char **paths;
	size_t nr; /* 0: a live system, or no longer what crash has open */
	uint64_t bytes;
};

/* -ENOMEM. */
int pfs_crash_files(const struct pfs_crash_info *info, struct pfs_crash_files *ret);
void pfs_crash_files_free(struct pfs_crash_files *f);

/* crash's answer to a physical read inside one page. */
enum pfs_crash_read {
	PFS_CRASH_OK,
	PFS_CRASH_NO_RAM, /* crash: "seek error" */
	PFS_CRASH_EXCLUDED,
	PFS_CRASH_FAILED, /* any other; ELF: also no such RAM */
};

enum pfs_crash_read pfs_crash_read_phys(uint64_t pa, void *buf, size_t len);
bool pfs_crash_read_virt(uint64_t va, void *buf, size_t len);

/* The registers that the dump's notes have of a CPU; NULL: none. */
const void *pfs_crash_prstatus(unsigned int cpu, size_t *ret_len);

/* False: not there. */
bool pfs_crash_symbol(const char *name, uint64_t *ret);
bool pfs_crash_symbol_at(uint64_t addr, const char **ret_name, uint64_t *ret_offset);
bool pfs_crash_type_size(const char *type, uint64_t *ret);
bool pfs_crash_member(const char *type, const char *member, struct pfs_member *ret);
bool pfs_crash_enumerator(const char *name, int64_t *ret);
/* The last of these calls did not come to its end: its false is no answer. */
bool pfs_crash_failed(void);

/* False, with errno set or 0: nobody reads on. */
bool pfs_crash_write(const char *buf, size_t len);
bool pfs_crash_flush(void);
void pfs_crash_complain(const char *line);
/* For the scan: ^C was hit, or the pager is gone. */
bool pfs_crash_stop(void);

/* The look-up made of the above (lookup.c); it is not to be freed. */
extern struct pfs_lookup pfs_crash_lookup;

/*
 * A target that reads memory through crash alone (target.c). file (may be
 * NULL) is the same dump through libkdumpfile; it is taken over, also on
 * failure, and gives VMCOREINFO and registers where crash has none, and where
 * crash fills in zeroes, what is there. files outlives the target.
 */
int pfs_crash_target(const struct pfs_crash_info *info, const struct pfs_crash_files *files,
		     struct pfs_target *file, struct pfs_target **ret, struct pfs_err *err);

/* The library, loaded so that it and crash share no symbols (engine.c). */
struct pfs_engine {
	void *handle;
	int (*hosted_run)(const struct pfs_host *h, int argc, const char *const *argv);
	int (*open_kdump)(const char *const *paths, size_t nr,
			  void (*progress)(void *arg, const char *what, uint64_t done,
					   uint64_t total),
			  void *arg, struct pfs_target **ret, struct pfs_err *err);
};

int pfs_engine_load(struct pfs_engine *e, struct pfs_err *err);
void pfs_engine_unload(struct pfs_engine *e);

/* One command line (command.c). */
void pfs_crash_command(const struct pfs_engine *e, int argc, const char *const *argv);

/* The help page in crash's form (help.c): name, line, synopsis, text, NULL. */
char **pfs_crash_help(void);

#endif
