/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of the page states, and the states of a struct page that cannot be read. */
#include "core/pages/page.h"

static const struct {
	const char *name, *meaning;
	bool abnormal, raw;
	char letter;
} states[PFS_NR_STATES] = {
#define STATE(id, name, abnormal, raw, letter, meaning) \
	[PFS_ST_##id] = { name, meaning, abnormal, raw, letter },
#include <pfnscope/states.def>
#undef STATE
};

const char *pfs_state_name(enum pfs_state s)
{
	return states[s].name;
}

const char *pfs_state_meaning(enum pfs_state s)
{
	return states[s].meaning;
}

bool pfs_state_abnormal(enum pfs_state s)
{
	return states[s].abnormal;
}

bool pfs_state_raw(enum pfs_state s)
{
	return states[s].raw;
}

char pfs_state_letter(enum pfs_state s)
{
	return states[s].letter;
}

enum pfs_state pfs_walk_state(const struct pfs_walk *w)
{
	switch (pfs_walk_reach(w)) {
	case PFS_REACH_OK:
		return PFS_ST_OK;
	case PFS_REACH_UNMAPPED:
		return PFS_ST_UNMAPPED;
	default:
		return PFS_ST_UNDECIDABLE;
	}
}

enum pfs_state pfs_presence_state(enum pfs_presence p)
{
	switch (p) {
	case PFS_PRESENT:
		return PFS_ST_OK;
	case PFS_EXCLUDED:
		return PFS_ST_EXCLUDED;
	case PFS_ABSENT:
		return PFS_ST_ABSENT;
	case PFS_UNDECIDABLE:
		break;
	}
	return PFS_ST_UNDECIDABLE;
}

const char *pfs_answer_why(enum pfs_state s)
{
	switch (s) {
	case PFS_ST_UNMAPPED:
		return "the page-table walk ends at an entry that is not present";
	case PFS_ST_EXCLUDED:
		return "the page behind it was left out of the dump";
	case PFS_ST_ABSENT:
		return "the page behind it is in no memory that the dump covers";
	default:
		return "the dump cannot say what the page behind it holds";
	}
}
