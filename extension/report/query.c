/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out which page a number on the command line means. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

static const struct prefix {
	const char *text;
	enum pfs_query_kind kind;
	const char *name;
} prefixes[] = {
	{ "pfn:", PFS_Q_PFN, "pfn" },
	{ "phys:", PFS_Q_PHYS, "physical-address" },
	{ "page:", PFS_Q_PAGE, "struct-page-address" },
	{ "virt:", PFS_Q_VIRT, "virtual-address" },
};

const char *pfs_query_kind_name(enum pfs_query_kind k)
{
	return k < PFS_NR_QUERY_KINDS ? prefixes[k].name : "unknown";
}

/* Without 0x, and of digits that both bases have? */
static bool is_ambiguous(const char *s)
{
	return s[0] && !s[strspn(s, "0123456789")];
}

/*
 * 0x44000, 279552, or hexadecimal as crash prints it: ffffea0001100000. base is that of
 * a number that is ambiguous.
 */
static int parse_number(const char *s, int base, struct pfs_reading *ret)
{
	const char *p;

	if (!is_ambiguous(s))
		base = 16;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	for (p = s; *p; p++)
		if (!isxdigit((unsigned char)*p))
			return -EINVAL;
	if (p == s)
		return -EINVAL;
	errno = 0;
	ret->value = strtoull(s, NULL, base);
	ret->base = base;
	return errno ? -ERANGE : 0;
}

/* Bytes of the window in which every PFN of this kernel has its struct page. */
static bool memmap_offset(const struct pfs_model *m, uint64_t va, uint64_t *ret)
{
	const struct pfs_layout *l = &m->layout;
	uint64_t pfns, bytes;

	if (!l->vmemmap_known || !l->struct_page || va < l->vmemmap ||
	    __builtin_mul_overflow(l->nr_sections, l->pages_per_section, &pfns) ||
	    __builtin_mul_overflow(pfns, l->struct_page, &bytes) || va - l->vmemmap >= bytes)
		return false;
	*ret = va - l->vmemmap;
	return true;
}

static enum pfs_query_kind kind_of(const struct pfs_model *m, uint64_t value)
{
	const struct pfs_layout *l = &m->layout;
	uint64_t off;

	if (memmap_offset(m, value, &off))
		return PFS_Q_PAGE;
	if (value < pfs_end_pfn(m))
		return PFS_Q_PFN;
	if (l->section_shift < 64 && value >> l->section_shift < l->nr_sections)
		return PFS_Q_PHYS;
	return PFS_Q_VIRT;
}

/* Find the page that the value means, as what r->kind says. */
static int find_page(struct pfs_model *m, const char *text, struct pfs_reading *r,
		     struct pfs_err *err)
{
	const struct pfs_layout *l = &m->layout;
	struct pfs_walk w;
	uint64_t off, pa = r->value;

	switch (r->kind) {
	case PFS_Q_PFN:
		r->pfn = r->value;
		break;
	case PFS_Q_PAGE:
		if (!memmap_offset(m, r->value, &off))
			return pfs_err_set(err, EINVAL, "'%s': not in this kernel's memmap", text);
		r->pfn = off / l->struct_page;
		r->offset = off % l->struct_page;
		break;
	case PFS_Q_VIRT:
	default:
		pfs_walk_va(m->mem, r->value, &w);
		if (!w.mapped)
			return pfs_err_set(err, EINVAL,
					   "'%s': no PFN, physical address or struct "
					   "page, and not mapped as a virtual address",
					   text);
		pa = w.pa;
		/* fallthrough */
	case PFS_Q_PHYS:
		r->pfn = pa >> l->page_shift;
		r->offset = pa & (l->page_size - 1);
	}
	if (l->pages_per_section && r->pfn / l->pages_per_section >= l->nr_sections)
		return pfs_err_set(err, EINVAL,
				   "'%s': beyond the physical addresses of this kernel", text);
	return 0;
}

/* The same digits in the other base: is that a page, too? */
static bool read_otherwise(struct pfs_model *m, const char *number, const struct pfs_query *q,
			   struct pfs_reading *ret)
{
	struct pfs_err ignored;

	*ret = (struct pfs_reading){ .kind = q->read.kind };
	if (!is_ambiguous(number) || parse_number(number, q->read.base == 16 ? 10 : 16, ret) ||
	    ret->value == q->read.value)
		return false;
	if (!q->forced)
		ret->kind = kind_of(m, ret->value);
	return !find_page(m, number, ret, &ignored) && pfs_section_of(m, ret->pfn);
}

int pfs_query_parse(struct pfs_model *m, const char *text, bool hex, struct pfs_query *ret,
		    struct pfs_err *err)
{
	struct pfs_query q = { .text = text };
	const char *number = text;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t n = strlen(prefixes[i].text);

		if (!strncmp(text, prefixes[i].text, n)) {
			q.read.kind = prefixes[i].kind;
			q.forced = true;
			number = text + n;
		}
	}
	rc = parse_number(number, hex ? 16 : 10, &q.read);
	if (rc)
		return pfs_err_set(
			err, -rc, "'%s': %s", text,
			rc == -ERANGE ?
				"more than 64 bits" :
				"no number (want 0x44000, 279552, pfn:, phys:, page: or virt:)");
	if (!q.forced)
		q.read.kind = kind_of(m, q.read.value);
	rc = find_page(m, text, &q.read, err);
	if (rc)
		return rc;
	q.has_other = read_otherwise(m, number, &q, &q.other);
	*ret = q;
	return 0;
}

int pfs_page_view(struct pfs_model *m, const char *x, bool hex, struct pfs_page_view *ret,
		  struct pfs_err *err)
{
	struct pfs_page_view v = { .has_page = false };
	struct pfs_err ignored;
	int rc;

	rc = pfs_query_parse(m, x, hex, &v.query, err);
	if (rc)
		return rc;
	rc = pfs_page_get(m, v.query.read.pfn, &v.page, &v.why);
	if (rc && rc != -ENOENT) {
		*err = v.why;
		return rc;
	}
	v.has_page = !rc;
	if (pfs_pageblock(m, v.query.read.pfn, &v.pageblock_bits, &v.migratetype, &ignored))
		v.migratetype = NULL;
	pfs_walkers(m, v.query.read.pfn, v.has_page ? &v.page : NULL, v.walkers);
	*ret = v;
	return 0;
}
