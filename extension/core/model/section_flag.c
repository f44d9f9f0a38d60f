/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of section flags. */
#include "core/model/model.h"

#include <string.h>

static const struct {
	const char *spelling, *name, *words;
} rows[PFS_NR_SECTION_FLAGS] = {
#define SECTION_FLAG(id, fact, bit, letter, name, words) [PFS_SF_##id] = { #id, name, words },
#include <pfnscope/section_flags.def>
#undef SECTION_FLAG
};

/* Bytes of all names together, each with the separator or the NUL behind it. */
enum {
	MAX_LEN = 0
#define SECTION_FLAG(id, ...) + sizeof(#id)
#include <pfnscope/section_flags.def>
#undef SECTION_FLAG
};

const char *pfs_section_flag_name(enum pfs_section_flag_id id)
{
	return rows[id].name;
}

const char *pfs_section_flag_words(enum pfs_section_flag_id id)
{
	return rows[id].words;
}

const char *pfs_section_flag_names(struct pfs_arena *a, unsigned int flags)
{
	char buf[MAX_LEN] = "";
	unsigned int i;

	for (i = 0; i < PFS_NR_SECTION_FLAGS; i++) {
		if (!(flags >> i & 1))
			continue;
		if (*buf)
			strcat(buf, "|");
		strcat(buf, rows[i].spelling);
	}
	return *buf ? pfs_strdup(a, buf) : "none";
}
