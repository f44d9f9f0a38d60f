/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the claims that a maintainer can check by hand before believing a
 * report. In arguments of crash, numbers are hexadecimal without a prefix.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/panic/arch.h"
#include "report/ticket.h"

/* Beyond the last, the spare one is overwritten. */
static struct pfs_claim *add(struct pfs_claims *cs)
{
	return &cs->c[cs->nr < PFS_MAX_CLAIMS ? cs->nr++ : PFS_MAX_CLAIMS];
}

/* The word at a virtual address. */
static void word(struct pfs_claim *c, uint64_t va, uint64_t value)
{
	snprintf(c->crash, sizeof(c->crash), "rd %" PRIx64, va);
	snprintf(c->drgn, sizeof(c->drgn), "hex(prog.read_u64(0x%" PRIx64 "))", va);
	snprintf(c->gives, sizeof(c->gives), "%016" PRIx64, value);
}

static void about_section(struct pfs_claims *cs, const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_section *sec = pfs_section_of(m, pfn);
	char flags[128];
	struct pfs_claim *c;
	unsigned int index;
	int bit;

	if (!sec)
		return;
	c = add(cs);
	snprintf(c->claim, sizeof(c->claim),
		 "section %" PRIu64 " is %s: the low bits of its "
		 "section_mem_map",
		 sec->nr, pfs_fmt_section_flags(flags, sec->flags));
	word(c, sec->va + pfs_val(m->facts, PFS_F_MS_MAP), sec->raw);
	bit = pfs_subsection_bit(m, sec, pfn, &index);
	if (bit < 0 || !pfs_have(m->facts, PFS_F_MSU_SUBSECTION_MAP))
		return;
	c = add(cs);
	snprintf(c->claim, sizeof(c->claim),
		 "subsection %u: bit %u of this word of subsection_map is "
		 "%s",
		 index, index % 64, bit ? "set" : "clear");
	word(c, sec->usage + pfs_val(m->facts, PFS_F_MSU_SUBSECTION_MAP) + index / 64 * 8,
	     sec->subsections[index / 64]);
}

static void about_mapping(struct pfs_claims *cs, const struct pfs_page *p)
{
	const struct pfs_step *last = pfs_walk_end(&p->walk);
	struct pfs_claim *c;
	char level[8];
	size_t i;

	if (pfs_walk_reach(&p->walk) == PFS_REACH_NO_TABLE)
		return;
	snprintf(level, sizeof(level), "%s", last->level);
	for (i = 0; level[i]; i++)
		level[i] = (char)toupper((unsigned char)level[i]);
	c = add(cs);
	snprintf(c->claim, sizeof(c->claim),
		 "the struct page is %s: its walk ends at this %s entry",
		 p->walk.mapped ? "mapped" : "not mapped", last->level);
	snprintf(c->crash, sizeof(c->crash), "vtop %" PRIx64, p->va);
	snprintf(c->gives, sizeof(c->gives), "%s: %" PRIx64 " => %" PRIx64, level, last->entry_pa,
		 last->entry);
	c = add(cs);
	snprintf(c->claim, sizeof(c->claim), "the %s entry by its physical address", last->level);
	snprintf(c->crash, sizeof(c->crash), "rd -p %" PRIx64, last->entry_pa);
	snprintf(c->drgn, sizeof(c->drgn), "hex(prog.read_u64(0x%" PRIx64 ", True))",
		 last->entry_pa);
	snprintf(c->gives, sizeof(c->gives), "%016" PRIx64, last->entry);
}

static void about_contents(struct pfs_claims *cs, const struct pfs_model *m,
			   const struct pfs_page *p)
{
	struct pfs_claim *c;

	if (!p->has_bytes)
		return;
	c = add(cs);
	snprintf(c->claim, sizeof(c->claim), "the struct page is %s", pfs_state_name(p->state));
	word(c, p->va, pfs_le64(p->bytes));
	snprintf(c->crash, sizeof(c->crash), "rd %" PRIx64 " %" PRIu64, p->va,
		 m->layout.struct_page / 8);
}

static void about_pgmap(struct pfs_claims *cs, const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_pgmap *g = pfs_pgmap_of(m, pfn);
	struct pfs_claim *c;
	uint64_t altmap;

	if (!g || !g->has_altmap || !pfs_have(m->facts, PFS_F_PGMAP_ALTMAP))
		return;
	altmap = g->va + pfs_val(m->facts, PFS_F_PGMAP_ALTMAP);
	c = add(cs);
	snprintf(c->claim, sizeof(c->claim),
		 "the device's altmap begins at PFN 0x%" PRIx64
		 " (altmap.base_pfn of struct dev_pagemap %" PRIx64 ")",
		 g->altmap.base_pfn, g->va);
	word(c, altmap + pfs_val(m->facts, PFS_F_ALT_BASE), g->altmap.base_pfn);
	c = add(cs);
	snprintf(c->claim, sizeof(c->claim),
		 "and reserves %" PRIu64 " pages, which the device's "
		 "memmap initialisation skips (altmap.reserve)",
		 g->altmap.reserve);
	word(c, altmap + pfs_val(m->facts, PFS_F_ALT_RESERVE), g->altmap.reserve);
}

static void about_place(struct pfs_claims *cs, const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_zone *z = pfs_zone_spanning(m, pfn, NULL);
	const struct pfs_resource *r = pfs_resource_of(m, pfn);
	struct pfs_claim *c;

	if (z) {
		c = add(cs);
		snprintf(c->claim, sizeof(c->claim), "zone %s of node %u spans it: zone_start_pfn",
			 z->name, z->node);
		word(c, z->va + pfs_val(m->facts, PFS_F_ZONE_START), z->start_pfn);
		c = add(cs);
		snprintf(c->claim, sizeof(c->claim), "and spanned_pages");
		word(c, z->va + pfs_val(m->facts, PFS_F_ZONE_SPANNED), z->spanned);
	}
	if (r) {
		c = add(cs);
		snprintf(c->claim, sizeof(c->claim),
			 "the resource there is \"%s\": the start of "
			 "struct resource %" PRIx64,
			 r->name, r->va);
		word(c, r->va + pfs_val(m->facts, PFS_F_RES_START), r->start);
	}
}

void pfs_claims_find(const struct pfs_session *s, struct pfs_claims *ret)
{
	const struct pfs_verdict *v = &s->verdict;
	const struct pfs_oops_arch *arch = pfs_oops_arch_of(&s->model);
	const struct pfs_panic *p = &s->panic;
	struct pfs_claim *c;

	memset(ret, 0, sizeof(*ret));
	if (!s->has_verdict || !v->has_pfn)
		return;
	if (p->function && !p->module && p->offset && arch && arch->bt_ip) {
		c = add(ret);
		snprintf(c->claim, sizeof(c->claim),
			 "the panic is in %.80s+0x%" PRIx64 "; bt also shows the registers",
			 p->function, p->offset);
		snprintf(c->crash, sizeof(c->crash), "bt");
		snprintf(c->gives, sizeof(c->gives), "[%s: %.40s+%" PRIu64 "]", arch->bt_ip,
			 p->function, p->offset);
	}
	about_mapping(ret, &v->page);
	about_contents(ret, &s->model, &v->page);
	about_section(ret, &s->model, v->page.pfn);
	about_pgmap(ret, &s->model, v->page.pfn);
	about_place(ret, &s->model, v->page.pfn);
}
