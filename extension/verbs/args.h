/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grammar of the command, which is the same in all hosts:
 *
 *	[verb] VMCORE... [VMLINUX] [argument]		command line; the verb may come later
 *	[verb] [argument]				inside crash and drgn
 */
#ifndef PFS_VERBS_ARGS_H
#define PFS_VERBS_ARGS_H

#include <pfnscope/hosted.h>

#include "report/report.h"

enum pfs_verb {
#define VERB(id, name, arg, needs, line, text) PFS_V_##id,
#include <pfnscope/verbs.def>
#undef VERB
	PFS_NR_VERBS
};

struct pfs_verb_row {
	const char *name;
	const char *arg; /* NULL, "X", or "[X]" */
	bool needs_dump;
	const char *line, *text;
};

extern const struct pfs_verb_row pfs_verbs[PFS_NR_VERBS];

/* Does the verb write a distilled dump? Then its session has to record what is read. */
static inline bool pfs_verb_records(enum pfs_verb v)
{
	return v == PFS_V_DISTILL || v == PFS_V_REPORT;
}

/* Can the verb do without a section and a struct page, where the log tells of a panic? */
static inline bool pfs_verb_log_will_do(enum pfs_verb v)
{
	return v == PFS_V_DIAGNOSE || v == PFS_V_SIGNATURE;
}

/* Does the verb exist only on the command line? It works on many dumps, or on none. */
static inline bool pfs_verb_alone(enum pfs_verb v)
{
	return v == PFS_V_BATCH || v == PFS_V_CATALOGUE;
}

struct pfs_option_row {
	int letter; /* 0: none */
	const char *name;
	const char *arg;
	unsigned int verbs; /* bits 1 << enum pfs_verb, and PFS_OPTION_... */
	const char *text;
};

#define PFS_OPTION_HOSTED (1u << 31)	/* exists only inside a host */
#define PFS_OPTION_ALONE (1u << 30)	/* exists only outside */
#define PFS_OPTION_COMMAND (1u << 29)	/* of the command itself: no verb's help has it */

/* Options that are spelled like verbs as well: "help VERB" is "VERB --help". */
#define PFS_WORD_HELP "help"
#define PFS_WORD_VERSION "version"

extern const struct pfs_option_row pfs_options[];
extern const unsigned int pfs_nr_options;

enum pfs_when { PFS_AUTO, PFS_ALWAYS, PFS_NEVER };
enum pfs_help { PFS_HELP_NONE, PFS_HELP_SHORT, PFS_HELP_LONG };

struct pfs_args {
	enum pfs_verb verb;
	bool has_verb; /* the user named it */
	bool json, quiet, all, full, log, svg, verify, exit_zero, version, crash_extension;
	bool list, reports, again, force, verbose, timings, no_sandbox, no_cache;
	bool hex; /* a number that may be decimal is hexadecimal: the host's rule */
	enum pfs_help help;
	enum pfs_when color, progress;
	enum pfs_reader reader;
	unsigned int jobs, timeout; /* timeout: seconds */
	uint64_t memory;	    /* bytes; 0: no limit */
	const char *output, *tar, *system_map, *from, *vmlinux_dir, *by, *html;
	char *const *files; /* dumps and vmlinux, in argv */
	size_t nr_files;
	const char *arg; /* X, CODE; NULL: none */
};

/*
 * Parse argv, and permute it. hosted: the host has opened the dump. -EINVAL
 * with a message for the user in err. If help or the version is asked for, the
 * rest is not checked.
 */
int pfs_args_parse(int argc, char **argv, bool hosted, struct pfs_args *ret, struct pfs_err *err);

/* Print the help of a verb, or that of the command if no verb was named. */
void pfs_help_print(struct pfs_out *o, const struct pfs_args *a, bool hosted);

enum pfs_exit {
	PFS_EXIT_OK, /* no problem found */
	PFS_EXIT_PROBLEMS,
	PFS_EXIT_FAILED, /* usage, unreadable dump, missing facts, full disk */
	PFS_EXIT_INCONCLUSIVE,
	PFS_NR_EXITS
};

/* What the help and the manual pages say in the same words (help.c). */
struct pfs_example {
	const char *command, *meaning;
};

extern const char *const pfs_exit_meaning[PFS_NR_EXITS];
extern const struct pfs_example pfs_examples[]; /* up to one whose command is NULL */
extern const char pfs_about[], pfs_about_files[], pfs_about_numbers[];

/*
 * Run a verb on an open session (NULL for a verb that needs none) and print its
 * output. With PFS_EXIT_FAILED there is a message in err. The caller handles
 * --exit-zero.
 */
enum pfs_exit pfs_run(struct pfs_session *s, const struct pfs_args *a,
		      const struct pfs_session_opts *opts, struct pfs_out *o, struct pfs_err *err);

/*
 * Open a distilled dump without vmlinux and compare it (verify.c). s was
 * diagnosed and scanned. 0 if the reports are the same, except for what names
 * the file and its limits; -EBADMSG if they differ, and err says where.
 */
int pfs_verify(const struct pfs_session *s, const struct pfs_session_opts *opts, const char *path,
	       struct pfs_err *err);

/* The exit status for a session that was diagnosed, and scanned completely or in part. */
enum pfs_exit pfs_exit_of(const struct pfs_session *s);

/*
 * The verbs batch and catalogue (extension/cli/batch.c,
 * extension/cli/catalogue.c), which are not in the libraries.
 */
enum pfs_exit pfs_run_batch(const struct pfs_args *a, const struct pfs_store *cache,
			    struct pfs_out *o, struct pfs_err *err);
enum pfs_exit pfs_run_catalogue(const struct pfs_args *a, struct pfs_out *o, struct pfs_err *err);

/* The verb diff (diff.c): PFS_EXIT_PROBLEMS if the two sides differ. */
enum pfs_exit pfs_run_diff(const struct pfs_args *a, struct pfs_out *o, struct pfs_err *err);

/*
 * The verb log, and signature of a log (log.c). Exit status: PFS_EXIT_PROBLEMS if the
 * kernel's words call a struct page bad, PFS_EXIT_INCONCLUSIVE if a dump has to decide.
 */
enum pfs_exit pfs_run_log(const struct pfs_args *a, const char *path, struct pfs_out *o,
			  struct pfs_err *err);
/* The exit status for a log. */
struct pfs_log;
enum pfs_exit pfs_exit_of_log(const struct pfs_log *l);

/* The code of a JSON error document (error.c). */
const char *pfs_error_code(const struct pfs_err *err);

#endif
