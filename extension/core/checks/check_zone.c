/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of zones and nodes: their spans, their counts and their deferred initialisation. */
#include "core/checks/check.h"

#define ULL(x) ((unsigned long long)(x))

/*
 * present_pages counts pages inside the span (include/linux/mmzone.h), and
 * resize_zone_range() and update_pgdat_span() keep a zone inside its node.
 */
void pfs_check_zone_spans(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	size_t i, j;

	for (i = 0; i < m->nr_zones; i++) {
		const struct pfs_zone *z = &m->zones[i];
		const struct pfs_node *n = NULL;
		struct pfs_finding *f;
		uint64_t end;

		if (__builtin_add_overflow(z->start_pfn, z->spanned, &end))
			end = UINT64_MAX;
		if (pfs_have(m->facts, PFS_F_ZONE_PRESENT) && z->present > z->spanned) {
			f = pfs_find(c, PFS_P_ZONE_SPAN_EXCLUDES_PRESENT, z->start_pfn, end);
			pfs_evidence(c, f,
				     "zone %s of node %u spans %llu pages and has %llu present",
				     z->name, z->node, ULL(z->spanned), ULL(z->present));
		}
		for (j = 0; j < m->nr_nodes; j++)
			if (m->nodes[j].nid == z->node)
				n = &m->nodes[j];
		if (!n || !z->spanned || !pfs_have(m->facts, PFS_F_PGDAT_START) ||
		    !pfs_have(m->facts, PFS_F_PGDAT_SPANNED))
			continue;
		if (z->start_pfn >= n->start_pfn &&
		    z->start_pfn - n->start_pfn + z->spanned <= n->spanned && end != UINT64_MAX)
			continue;
		f = pfs_find(c, PFS_P_ZONE_SPAN_EXCLUDES_PRESENT, z->start_pfn, end);
		f->severity = PFS_SEV_SUSPICIOUS;
		f->title = "a zone reaches beyond its node";
		pfs_evidence(c, f,
			     "zone %s begins at PFN 0x%llx and spans %llu pages; its node %u "
			     "begins at 0x%llx and spans %llu",
			     z->name, ULL(z->start_pfn), ULL(z->spanned), n->nid, ULL(n->start_pfn),
			     ULL(n->spanned));
	}
}

/* system_state, an enum in an int in all kernels; -1: unknown. */
static int64_t system_state(const struct pfs_model *m)
{
	unsigned char buf[4];

	if (!pfs_have(m->facts, PFS_F_SYSTEM_STATE) ||
	    pfs_read_va(m->mem, pfs_val(m->facts, PFS_F_SYSTEM_STATE), buf, 4, NULL))
		return -1;
	return pfs_le32(buf);
}

/*
 * page_alloc_init_late() waits for deferred_init_memmap() of every node before
 * the system runs (v4.2 on), and ULONG_MAX stands for done.
 */
void pfs_check_deferred(struct pfs_check *c)
{
	const struct pfs_model *m = c->m;
	int64_t state = system_state(m);
	size_t i;

	for (i = 0; i < m->nr_nodes; i++) {
		const struct pfs_node *n = &m->nodes[i];
		struct pfs_finding *f;

		if (!pfs_node_deferred(n))
			continue;
		f = pfs_find(c, PFS_P_DEFERRED_INIT_UNFINISHED, n->first_deferred_pfn,
			     n->start_pfn + n->spanned);
		pfs_evidence(c, f, "node %u: first_deferred_pfn is 0x%llx", n->nid,
			     ULL(n->first_deferred_pfn));
		if (state >= 0 && pfs_have(m->facts, PFS_F_SYSTEM_RUNNING) &&
		    (uint64_t)state >= pfs_val(m->facts, PFS_F_SYSTEM_RUNNING)) {
			f->severity = PFS_SEV_SUSPICIOUS;
			pfs_evidence(c, f, "system_state is %lld: boot is over", (long long)state);
		}
	}
}
