/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The help page, made of verbs.def and options.def. crash prints the lines of
 * an array, and takes them for formats where they have a "%s".
 */
#include <stdio.h>
#include <string.h>

#include "crash/crash.h"

#define WIDTH 78
#define MAX_LINES 240

struct page {
	char *line[MAX_LINES + 1];
	unsigned int nr;
	char text[16384];
	size_t used;
};

static struct page page;

static void add(const char *line)
{
	size_t len = strlen(line) + 1;

	if (page.nr == MAX_LINES || len > sizeof(page.text) - page.used)
		return;
	page.line[page.nr++] = memcpy(page.text + page.used, line, len);
	page.used += len;
}

/* lead, and the words of text from column indent on. */
static void paragraph(const char *lead, unsigned int indent, const char *text)
{
	char line[WIDTH + 1];
	unsigned int at;

	at = (unsigned int)snprintf(line, sizeof(line), "%-*s", (int)indent, lead);
	if (at > indent) {
		add(line);
		at = (unsigned int)snprintf(line, sizeof(line), "%*s", (int)indent, "");
	}
	while (*text) {
		size_t len = strcspn(text, " ");

		if (at > indent && at + 1 + len > WIDTH) {
			add(line);
			at = (unsigned int)snprintf(line, sizeof(line), "%*s", (int)indent, "");
		}
		at += (unsigned int)snprintf(line + at, sizeof(line) - at, "%s%.*s",
					     at > indent ? " " : "", (int)len, text);
		text += len + (text[len] == ' ');
	}
	add(line);
}

static void verb(const char *name, const char *arg, const char *line, const char *text)
{
	char lead[32];

	snprintf(lead, sizeof(lead), "  %s%s%s", name, arg ? " " : "", arg ? arg : "");
	add("");
	paragraph(lead, 18, line);
	paragraph("", 18, text);
}

static void option(int letter, const char *name, const char *arg, const char *text)
{
	char lead[32], l[8] = "   ";

	if (letter)
		snprintf(l, sizeof(l), "-%c,", (char)letter);
	snprintf(lead, sizeof(lead), "  %s --%s%s%s", l, name, arg ? "=" : "", arg ? arg : "");
	paragraph(lead, 24, text);
}

static const char *const examples[] = {
	"EXAMPLES",
	"  What did this machine die of?\n",
	"    crash> pfnscope",
	"    EXPLAINED: stable_page_flags() stepped on PFN 0x44000, whose struct page is",
	"               depopulated: partial depopulation of an early section",
	"    ...\n",
	"  All about one page: by PFN, by physical address, by struct page address.\n",
	"    crash> pfnscope pfn 0x44000",
	"    crash> pfnscope pfn phys:0x44000000",
	"    crash> pfnscope pfn ffffea0001100000\n",
	"  The section table, and the same for a program.\n",
	"    crash> pfnscope sections",
	"    crash> pfnscope sections --json | jq .\n",
	"  A dump without debug information, or one that crash opens only with",
	"  --minimal: kernels from 6.0 on bring their own symbols and types.\n",
	"    $ crash --minimal vmlinux vmcore",
	"    crash> extend pfnscope.so",
	"    crash> pfnscope",
};

char **pfs_crash_help(void)
{
	unsigned int i;

	memset(&page, 0, sizeof(page));
	add("pfnscope");
	add("which struct page the panic stepped on, and why");
	add("[verb] [argument] [option]...");
	paragraph("", 2,
		  "pfnscope is fsck for the Linux memmap: it decodes the sections, the "
		  "mapping of the memmap and every struct page, checks them against each other, "
		  "and ties the panic to the page that it stepped on. Nothing is written to the "
		  "kernel, and nothing of its memory is kept between two commands.");
#define VERB(id, name, arg, needs, line, text) verb(name, arg, line, text);
#include <pfnscope/verbs.def>
#undef VERB
	add("");
	add("  Options:\n");
#define ALONE true
#define HOSTED false
#define ANY false
#define DUMPS 0
#define COMMAND 0
#define V(id) 0
#define OPTION(id, letter, name, arg, verbs, sets, text) \
	if (!(verbs)) \
		option(letter, name, arg, text);
#include <pfnscope/options.def>
#undef OPTION
#undef V
#undef COMMAND
#undef DUMPS
#undef ANY
#undef HOSTED
#undef ALONE
	add("");
	paragraph("", 2,
		  "Memory is read from the dump file that crash has open, and through crash "
		  "where the file cannot be read so (a live system, a dump of several files, a "
		  "format of crash's alone). Symbols and types are those of crash; with crash "
		  "--minimal they come from the dump. A ^C ends the scan of all struct pages; "
		  "what was found until then is printed.");
	add("");
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		add(examples[i]);
	return page.line;
}
