/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills the numbers of a kernel into the text of a mechanism. */
#include "core/verdict/mechanism.h"

#include <string.h>

#include "base/size.h"

/* What may stand in braces in mechanisms.def. */
struct word {
	const char *name;
	char text[32];
};

static void words_of(const struct pfs_model *m, struct word w[4])
{
	static const struct pfs_facts none;
	const struct pfs_arch *arch = m ? m->mem->arch : pfs_arch_nr(0);
	uint64_t page = m ? m->layout.page_size : arch->page_sizes & -arch->page_sizes;
	unsigned int section = m ? m->layout.section_shift : arch->section_size_bits(&none);
	struct pfs_mem usual = { .arch = arch, .page_shift = (unsigned int)__builtin_ctzll(page) };

	w[0].name = "{section}";
	pfs_fmt_size(w[0].text, UINT64_C(1) << section);
	w[1].name = "{page}";
	pfs_fmt_size(w[1].text, page);
	w[2].name = "{leaf}";
	pfs_fmt_size(w[2].text, page << arch->hugetlb_order(m ? m->mem : &usual));
	w[3].name = "{machine}";
	strncpy(w[3].text, arch->family, sizeof(w[3].text) - 1);
	w[3].text[sizeof(w[3].text) - 1] = '\0';
}

void pfs_mechanism_text(const struct pfs_model *m, const struct pfs_mechanism *mech, char *buf,
			size_t size)
{
	const char *s = mech->text;
	struct word w[4];
	size_t used = 0, i, n;

	words_of(m, w);
	while (*s && used + 1 < size) {
		for (i = 0; i < 4 && strncmp(s, w[i].name, strlen(w[i].name)); i++)
			;
		if (i == 4) {
			buf[used++] = *s++;
			continue;
		}
		n = strlen(w[i].text);
		if (n > size - 1 - used)
			n = size - 1 - used;
		memcpy(buf + used, w[i].text, n);
		used += n;
		s += strlen(w[i].name);
	}
	buf[used] = '\0';
}
