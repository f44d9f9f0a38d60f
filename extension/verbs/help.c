/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The help, made from verbs.def and options.def. */
#include <stdio.h>

#include "verbs/args.h"

static void put_usage(struct pfs_out *o, const struct pfs_verb_row *v, bool hosted)
{
	const char *name = v ? v->name : "[VERB]";
	const char *files = hosted || (v && !v->needs_dump) ? "" : " VMCORE... [VMLINUX]";
	const char *arg = v ? v->arg : "[ARGUMENT]";

	pfs_outf(o, "usage: pfnscope %s%s%s%s [OPTION]...\n", name, files, arg ? " " : "",
		 arg ? arg : "");
}

static void put_verbs(struct pfs_out *o, bool whole, bool hosted)
{
	char name[64];
	int i;

	for (i = 0; i < PFS_NR_VERBS; i++) {
		const struct pfs_verb_row *v = &pfs_verbs[i];

		if (hosted && pfs_verb_alone((enum pfs_verb)i))
			continue;
		snprintf(name, sizeof(name), "%s%s%s", v->name, v->arg ? " " : "",
			 v->arg ? v->arg : "");
		pfs_outf(o, "  %-19s %s\n", name, v->line);
		if (whole)
			pfs_out_para(o, 22, "", "%s", v->text);
	}
}

static void put_options(struct pfs_out *o, const struct pfs_args *a, bool hosted)
{
	char name[48];
	unsigned int i;

	for (i = 0; i < pfs_nr_options; i++) {
		const struct pfs_option_row *r = &pfs_options[i];

		if (a->has_verb && (!(r->verbs >> a->verb & 1) || r->verbs & PFS_OPTION_COMMAND))
			continue;
		/* A screen has room for what many verbs share; VERB -h has the rest. */
		if (a->help == PFS_HELP_SHORT && !a->has_verb &&
		    (r->verbs & PFS_OPTION_ALONE || (r->arg && !r->letter) ||
		     __builtin_popcountll(r->verbs & ((1ull << PFS_NR_VERBS) - 1)) <=
			     (r->letter ? 2 : 3)))
			continue;
		if (r->verbs & (hosted ? PFS_OPTION_ALONE : PFS_OPTION_HOSTED))
			continue;
		if (r->letter)
			snprintf(name, sizeof(name), "-%c, --%s%s%s", (char)r->letter, r->name,
				 r->arg ? "=" : "", r->arg ? r->arg : "");
		else
			snprintf(name, sizeof(name), "    --%s%s%s", r->name, r->arg ? "=" : "",
				 r->arg ? r->arg : "");
		pfs_outf(o, "  %-19s %s\n", name, r->text);
	}
}

const char pfs_about[] =
	"pfnscope is fsck for the Linux memmap: it opens a vmcore and explains which struct page a "
	"panic stepped on.";

const char pfs_about_files[] =
	"VMCORE is a kdump (compressed, flattened or split) or an ELF core; /proc/kcore is the "
	"kernel that runs. VMLINUX, the kernel with its debug information, is needed only where "
	"the kernel in the dump has no BTF and no kallsyms. Files are told apart by content, in "
	"any order: an ELF file that is no core is the vmlinux, and all others are parts of one "
	"split dump. A file that has the name of a verb is ./NAME.";

const char pfs_about_numbers[] =
	"Ranges are inclusive in text, as in /proc/iomem, and half-open in JSON (start, end). PFNs "
	"and addresses are \"0x...\" strings in JSON. The text may change from release to "
	"release; programs read the JSON.";

const char *const pfs_exit_meaning[PFS_NR_EXITS] = {
	[PFS_EXIT_OK] = "no problem found; for a view (pfn, sections, vmemmap, map, "
			"facts, explain) and distill: done",
	[PFS_EXIT_PROBLEMS] = "problems found: a finding above note, or a panic that a "
			      "struct page caused (explained or unexplained). A panic that has "
			      "nothing to do with the memmap is none.",
	[PFS_EXIT_FAILED] = "could not run: usage, unreadable dump, missing facts, output "
			    "that could not be written",
	[PFS_EXIT_INCONCLUSIVE] = "inconclusive: no problem found, but the dump lacks "
				  "what the verdict needs, or the scan was stopped before its "
				  "end",
};

const struct pfs_example pfs_examples[] = {
	{ "pfnscope vmcore", "what did this machine die of?" },
	{ "pfnscope vmcore vmlinux --json", "the same for a program" },
	{ "pfnscope check vmcore || echo bad", "is its memmap in order?" },
	{ "pfnscope pfn vmcore 0xbffd7", "all about one page" },
	{ NULL, NULL },
};

static void put_exit_status(struct pfs_out *o)
{
	char lead[8];
	unsigned int i;

	pfs_out_heading(o, "Exit status");
	for (i = 0; i < PFS_NR_EXITS; i++) {
		snprintf(lead, sizeof(lead), "%u  ", i);
		pfs_out_para(o, 2, lead, "%s", pfs_exit_meaning[i]);
	}
	pfs_out_para(o, 2, "", "%s", "--exit-zero turns 1 and 3 into 0.");
}

static void put_examples(struct pfs_out *o)
{
	const struct pfs_example *e;

	pfs_out_heading(o, "Examples");
	for (e = pfs_examples; e->command; e++)
		pfs_outf(o, "  %-34s  %s\n", e->command, e->meaning);
}

static void put_about(struct pfs_out *o, const char *title, const char *text)
{
	pfs_out_heading(o, title);
	pfs_out_para(o, 2, "", "%s", text);
}

void pfs_help_print(struct pfs_out *o, const struct pfs_args *a, bool hosted)
{
	const struct pfs_verb_row *v = a->has_verb ? &pfs_verbs[a->verb] : NULL;
	bool whole = a->help == PFS_HELP_LONG;

	put_usage(o, v, hosted);
	if (v) {
		pfs_outf(o, "\n");
		pfs_out_para(o, 0, "", "%s.", v->line);
		if (whole) {
			pfs_outf(o, "\n");
			pfs_out_para(o, 0, "", "%s", v->text);
		}
		pfs_out_heading(o, "Options");
	} else {
		if (whole) {
			pfs_outf(o, "\n");
			pfs_out_para(o, 0, "", "%s", pfs_about);
			put_examples(o);
			pfs_out_heading(o, "Verbs");
		}
		put_verbs(o, whole, hosted);
		if (whole)
			pfs_out_heading(o, "Options");
		else
			pfs_outf(o, "\n");
	}
	put_options(o, a, hosted);
	if (whole) {
		if (!hosted)
			put_about(o, "Files", pfs_about_files);
		put_exit_status(o);
		put_about(o, "Numbers", pfs_about_numbers);
	}
}
