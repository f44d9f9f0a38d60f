/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of its own: capstone 5 and libbpf both have a bpf_insn, as different things. */
#include <capstone/capstone.h>

#include "cli/versions.h"

void pfs_capstone_version(int *major, int *minor)
{
	cs_version(major, minor);
}
