/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The architectures whose registers and oopses are known. */
#include "core/panic/arch.h"

static const struct pfs_oops_arch *const archs[] = {
#define ARCH(arch, elf, prstatus, crash) &pfs_oops_##arch,
#include <pfnscope/archs.def>
#undef ARCH
};

#define NR_ARCHS (sizeof(archs) / sizeof(archs[0]))

const struct pfs_oops_arch *pfs_oops_arch_of(const struct pfs_model *m)
{
	size_t i;

	for (i = 0; m->mem && m->mem->arch && i < NR_ARCHS; i++) {
		const struct pfs_oops_arch *a = archs[i];

		if (!strcmp(a->name, m->mem->arch->name) && a->classify && a->head && a->die &&
		    a->line && a->ip && a->sp && a->ip_label && a->no_pfn && a->reg_names)
			return a;
	}
	return NULL;
}

const char *pfs_ip_label(const struct pfs_model *m)
{
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(m);

	return arch ? arch->ip_label : "IP";
}

static size_t count_marks(const struct pfs_model *m, const char *const *marks)
{
	size_t i, k, nr = 0;

	for (i = 0; marks && i < m->nr_log; i++) {
		const char *s = pfs_skip_space(m->log[i].text);

		for (k = 0; marks[k] && !pfs_starts(s, marks[k] + (*marks[k] == '!')); k++)
			;
		if (marks[k] && *marks[k] == '!')
			return 0;
		nr += marks[k] != NULL;
	}
	return nr;
}

const char *pfs_oops_arch_in_log(const struct pfs_model *m)
{
	const char *name = NULL;
	size_t i, nr, most = 0;

	for (i = 0; i < NR_ARCHS; i++) {
		nr = count_marks(m, archs[i]->marks);
		if (nr > most)
			name = archs[i]->name;
		else if (nr && nr == most)
			name = NULL;
		if (nr > most)
			most = nr;
	}
	return name;
}
