/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map: physical memory from left to right, and what is there in lanes;
 * below it the section and the pages that the report is about, each drawn
 * across the full width. The axis leaves out stretches without memory. However
 * large the machine is, a lane has no more pieces than columns.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/pages/predicate.h"
#include "report/ticket.h"

#define MAX_SEGMENTS 12
#define MAX_PIECES 8192		/* of the axis, before it is joined */
#define MAX_LEGEND 24

/* A picture for a page as wide as a screen, and one for a telephone. */
static const struct shape {
	const char *class;
	int width, left, right; /* lanes are from left to right; their names left of it */
	int skipped;		/* columns of a stretch left out */
	unsigned int segments;	/* at most */
	unsigned int row;	/* pages, of the cells */
	bool narrow;
} shapes[] = {
	[PFS_MAP_WIDE] = { "map", 880, 92, 876, 18, MAX_SEGMENTS, PFS_FOCUS_ROW, false },
	[PFS_MAP_NARROW] = { "map narrow", 344, 78, 340, 10, 5, PFS_FOCUS_ROW / 2, true },
};

struct segment {
	uint64_t start, end; /* PFNs */
	int x, w;
};

struct axis {
	struct segment seg[MAX_SEGMENTS];
	unsigned int nr;
	unsigned int page_shift;
	const struct shape *shape;
};

struct lane {
	struct pfs_out *o;
	const struct axis *a;
	int y, h;
	int min_width;
	/* The piece that may still grow. */
	bool pending;
	int x0, x1;
	const char *class;
	int rank; /* where pieces share a column, the lowest shows */
	uint64_t start, end;
	unsigned int joined;
	char label[160];
};

struct map {
	struct pfs_out *o;
	const struct pfs_session *s;
	const struct pfs_model *m;
	const struct pfs_focus *f;
	const struct shape *shape;
	int y;
	struct {
		const char *class, *text;
	} legend[MAX_LEGEND];
	unsigned int nr_legend;
};

static void legend(struct map *p, const char *class, const char *text)
{
	unsigned int i;

	for (i = 0; i < p->nr_legend; i++)
		if (!strcmp(p->legend[i].text, text))
			return;
	if (p->nr_legend < MAX_LEGEND) {
		p->legend[p->nr_legend].class = class;
		p->legend[p->nr_legend++].text = text;
	}
}

static int x_of(const struct axis *a, uint64_t pfn)
{
	const struct segment *s = a->seg;
	unsigned int i;

	for (i = 0; i < a->nr; i++) {
		s = &a->seg[i];
		if (pfn < s->start)
			return s->x;
		if (pfn < s->end)
			return s->x +
			       (int)((double)(pfn - s->start) / (double)(s->end - s->start) * s->w);
	}
	return s->x + s->w;
}

static void lane_flush(struct lane *l)
{
	char size[32];

	if (!l->pending)
		return;
	l->pending = false;
	pfs_markup(l->o, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"><title>",
		   l->class, l->x0, l->y, l->x1 - l->x0, l->h);
	if (l->joined > 1)
		pfs_markup(l->o, "%u ranges, among them: ", l->joined);
	pfs_markup(l->o,
		   "%s\nPFN 0x%" PRIx64 "-0x%" PRIx64 ", physical 0x%" PRIx64 "-0x%" PRIx64
		   ", %s</title></rect>\n",
		   l->label, l->start, l->end - 1, l->start << l->a->page_shift,
		   (l->end << l->a->page_shift) - 1,
		   pfs_fmt_size(size, (l->end - l->start) << l->a->page_shift));
}

/*
 * Add a piece. Pieces come in order of start; of those that share a column the
 * worst one is drawn.
 */
static void lane_add(struct lane *l, uint64_t start, uint64_t end, const char *class, int rank,
		     const char *label)
{
	const struct segment *last = &l->a->seg[l->a->nr - 1];
	int x0, x1;

	if (start < l->a->seg[0].start)
		start = l->a->seg[0].start;
	if (end > last->end)
		end = last->end;
	if (end <= start)
		return;
	x0 = x_of(l->a, start);
	x1 = x_of(l->a, end);
	if (x1 < x0 + l->min_width)
		x1 = x0 + l->min_width;
	if (l->pending && x0 < l->x1) {
		if (x1 > l->x1 + l->min_width) {
			x0 = l->x1;
		} else {
			if (rank < l->rank) {
				l->class = class;
				l->rank = rank;
				snprintf(l->label, sizeof(l->label), "%s", label);
			}
			if (x1 > l->x1)
				l->x1 = x1;
			if (end > l->end)
				l->end = end;
			l->joined++;
			return;
		}
	}
	lane_flush(l);
	l->pending = true;
	l->x0 = x0;
	l->x1 = x1;
	l->class = class;
	l->rank = rank;
	l->start = start;
	l->end = end;
	l->joined = 1;
	snprintf(l->label, sizeof(l->label), "%s", label);
}

static struct lane lane_open(struct map *p, const struct axis *a, const char *name, int h)
{
	struct lane l = { .o = p->o, .a = a, .y = p->y, .h = h, .min_width = 1 };

	if (*name)
		pfs_markup(p->o, "<text class=\"name\" x=\"0\" y=\"%d\">%s</text>\n",
			   p->y + h / 2 + 4, name);
	return l;
}

static void lane_close(struct map *p, struct lane *l)
{
	lane_flush(l);
	p->y += l->h + 4;
}

/*
 * Draw what the resource tree has at top level: RAM and devices, without what
 * is inside them.
 */
static void put_memory(struct map *p, const struct axis *a)
{
	struct lane l = lane_open(p, a, "memory", 18);
	const struct pfs_model *m = p->m;
	unsigned int shift = m->layout.page_shift, skip = 0;
	bool skipping = false;
	size_t i;

	for (i = 0; i < m->nr_resources; i++) {
		const struct pfs_resource *r = &m->resources[i];
		bool ram = !strncmp(r->name, "System RAM", 10);
		bool dev = !strncmp(r->name, "Persistent Memory", 17) ||
			   !strncmp(r->name, "Soft Reserved", 13);
		bool fw = !strncmp(r->name, "Reserved", 8) || !strncmp(r->name, "ACPI", 4);

		if (skipping && r->depth > skip)
			continue;
		skipping = ram || dev;
		skip = r->depth;
		if (!ram && !dev && !fw)
			continue;
		legend(p,
		       ram ? "ram" :
		       dev ? "dev" :
			     "fw",
		       ram ? "RAM" :
		       dev ? "device memory" :
			     "firmware");
		lane_add(&l, r->start >> shift, (r->end >> shift) + 1,
			 ram ? "ram" :
			 dev ? "dev" :
			       "fw",
			 ram ? 2 :
			 dev ? 0 :
			       1,
			 *r->name ? r->name : "no name");
	}
	for (i = 0; !m->nr_resources && i < m->nr_firmware; i++) {
		const struct pfs_firmware_range *f = &m->firmware[i];

		if (f->size)
			lane_add(&l, f->addr >> shift, ((f->addr + (f->size - 1)) >> shift) + 1,
				 f->kind == PFS_FW_RAM	  ? "ram" :
				 f->kind == PFS_FW_DEVICE ? "dev" :
							    "fw",
				 1, f->type);
	}
	lane_close(p, &l);
}

static void put_nodes(struct map *p, const struct axis *a)
{
	static const char *const class[] = { "node0", "node1" };
	struct lane l = lane_open(p, a, "nodes", 10);
	char label[64];
	size_t i;

	for (i = 0; i < p->m->nr_nodes; i++) {
		const struct pfs_node *n = &p->m->nodes[i];

		snprintf(label, sizeof(label), "node %u", n->nid);
		lane_add(&l, n->start_pfn, n->start_pfn + n->spanned, class[i % 2], 0, label);
	}
	lane_close(p, &l);
}

static bool is_device_zone(const struct pfs_zone *z)
{
	return !strcmp(z->name, "Device");
}

/* Write the name of a zone where it fits. */
static void put_zone_name(struct map *p, const struct axis *a, const struct pfs_zone *z, int y)
{
	int x0 = x_of(a, z->start_pfn), x1 = x_of(a, z->start_pfn + z->spanned);
	int need = (int)strnlen(z->name, sizeof(z->name)) * 7 + 8;

	if (x1 - x0 >= need)
		pfs_markup(p->o, "<text class=\"in\" x=\"%d\" y=\"%d\">%.*s</text>\n", x0 + 4,
			   y + 11, (int)sizeof(z->name), z->name);
}

static void put_zones(struct map *p, const struct axis *a)
{
	static const char *const class[] = { "zone0", "zone1" };
	const struct pfs_model *m = p->m;
	char label[96];
	struct lane l;
	size_t i;
	int device;

	/*
	 * ZONE_DEVICE has a lane of its own, because it also spans what belongs
	 * to other zones.
	 */
	for (device = 0; device < 2; device++) {
		bool any = !device;

		for (i = 0; i < m->nr_zones; i++)
			any = any || (is_device_zone(&m->zones[i]) && m->zones[i].spanned);
		if (!any)
			continue;
		l = lane_open(p, a, device ? "" : "zones", 14);
		for (i = 0; i < m->nr_zones; i++) {
			const struct pfs_zone *z = &m->zones[i];

			if (is_device_zone(z) != device || !z->spanned)
				continue;
			snprintf(label, sizeof(label), "zone %.*s of node %u", (int)sizeof(z->name),
				 z->name, z->node);
			lane_add(&l, z->start_pfn, z->start_pfn + z->spanned,
				 device ? "dev" : class[i % 2], 0, label);
		}
		lane_flush(&l);
		for (i = 0; i < m->nr_zones; i++)
			if (is_device_zone(&m->zones[i]) == device && m->zones[i].spanned)
				put_zone_name(p, a, &m->zones[i], l.y);
		lane_close(p, &l);
	}
}

static void put_sections(struct map *p, const struct axis *a)
{
	struct lane l = lane_open(p, a, "sections", 14);
	const struct pfs_model *m = p->m;
	uint64_t pps = m->layout.pages_per_section;
	char flags[128], label[192];
	size_t i, j;

	for (i = 0; i < m->nr_sections; i = j) {
		const struct pfs_section *s = &m->sections[i];
		bool present = s->flags & PFS_SEC_PRESENT;
		bool online = s->flags & PFS_SEC_ONLINE || !pfs_has_section_flag(m, PFS_SF_ONLINE);

		for (j = i + 1; j < m->nr_sections; j++)
			if (m->sections[j].nr != m->sections[j - 1].nr + 1 ||
			    !pfs_section_equal(m, s, &m->sections[j]))
				break;
		legend(p,
		       !present ? "warn" :
		       online	? "online" :
				  "offline",
		       !present ? "section left over" :
		       online	? "section online" :
				  "section not online");
		snprintf(label, sizeof(label), "section %" PRIu64 "%s%.0" PRIu64 ": %s", s->nr,
			 j - i > 1 ? " to " : "", j - i > 1 ? m->sections[j - 1].nr : 0,
			 pfs_fmt_section_flags(flags, s->flags));
		lane_add(&l, s->nr * pps, (m->sections[j - 1].nr + 1) * pps,
			 !present ? "warn" :
			 online	  ? "online" :
				    "offline",
			 !present ? 0 :
			 online	  ? 2 :
				    1,
			 label);
	}
	lane_close(p, &l);
}

/* Worst first. */
static const struct look {
	enum pfs_state state;
	const char *class;
} looks[] = {
	{ PFS_ST_UNMAPPED, "bad" },	{ PFS_ST_POISONED, "bad" },
	{ PFS_ST_DEPOPULATED, "bad" },	{ PFS_ST_GARBAGE, "bad" },
	{ PFS_ST_MISLINKED, "warn" },	{ PFS_ST_ZERO, "warn" },
	{ PFS_ST_STALE, "warn" },	{ PFS_ST_UNDECIDABLE, "unknown" },
	{ PFS_ST_EXCLUDED, "unknown" }, { PFS_ST_ABSENT, "unknown" },
	{ PFS_ST_DEVICE, "dev" },	{ PFS_ST_RESERVED, "fw" },
	{ PFS_ST_FREE, "free" },	{ PFS_ST_OK, "ok" },
};

static int look_of(enum pfs_state st)
{
	int i, n = sizeof(looks) / sizeof(looks[0]);

	for (i = 0; i < n - 1; i++)
		if (looks[i].state == st)
			break;
	return i;
}

static const char *state_legend(enum pfs_state st)
{
	switch (st) {
	case PFS_ST_OK:
		return "in use";
	case PFS_ST_FREE:
		return "free";
	case PFS_ST_DEVICE:
		return "device memory";
	case PFS_ST_RESERVED:
		return "reserved hole";
	default:
		return pfs_state_name(st);
	}
}

/* One past the last of the sections that follow number i without a gap. */
static size_t run_end(const struct pfs_model *m, size_t i)
{
	for (i++; i < m->nr_sections && m->sections[i].nr == m->sections[i - 1].nr + 1; i++)
		;
	return i;
}

/*
 * Draw pages in normal states as a background, by section, and on it the runs
 * of the others.
 */
static void put_states(struct map *p, const struct axis *a)
{
	struct lane l = lane_open(p, a, "struct pages", 18), bad;
	const struct pfs_model *m = p->m;
	uint64_t pps = m->layout.pages_per_section;
	size_t i, j;

	for (i = 0; i < m->nr_sections; i = j) {
		j = run_end(m, i);
		lane_add(&l, m->sections[i].nr * pps, (m->sections[j - 1].nr + 1) * pps, "ok", 0,
			 "struct pages of these sections: sound but where marked");
	}
	lane_flush(&l);
	legend(p, "ok", "sound");
	for (i = 0; i < m->nr_pgmaps; i++)
		lane_add(&l, m->pgmaps[i].start_pfn, m->pgmaps[i].end_pfn, "dev", 0,
			 "struct pages of a device: sound but where marked");
	lane_flush(&l);
	bad = l;
	bad.min_width = 3;
	for (i = 0; p->s->has_scan && i < p->s->scan.nr_runs; i++) {
		const struct pfs_run *r = &p->s->scan.runs[i];
		int k = look_of(r->state);

		legend(p, looks[k].class, pfs_state_name(r->state));
		lane_add(&bad, r->start, r->end, looks[k].class, k, pfs_state_name(r->state));
	}
	lane_close(p, &bad);
}

static void put_subsections(struct map *p, const struct axis *a, const struct pfs_section *sec)
{
	struct lane l = lane_open(p, a, "subsections", 14);
	const struct pfs_layout *lay = &p->m->layout;
	uint64_t first = sec->nr * lay->pages_per_section;
	char label[64];
	unsigned int i;

	if (!sec->subsections)
		pfs_markup(p->o, "<text class=\"in\" x=\"%d\" y=\"%d\">%s</text>\n",
			   p->shape->left + 4, p->y + 11,
			   pfs_has_subsections(p->m) ? "no bitmap known" : "none in this kernel");
	for (i = 0; sec->subsections && i < lay->subsections; i++) {
		bool set = sec->subsections[i / 64] >> (i % 64) & 1;

		legend(p, set ? "set" : "clear", set ? "subsection bit set" : "bit clear");
		snprintf(label, sizeof(label), "subsection %u: bit %s", i, set ? "set" : "clear");
		lane_add(&l, first + i * lay->pages_per_subsection,
			 first + (i + 1) * lay->pages_per_subsection, set ? "set" : "clear", !set,
			 label);
	}
	lane_close(p, &l);
}

/* How the struct pages of this section are mapped. */
static void put_mapping(struct map *p, const struct axis *a)
{
	struct lane l = lane_open(p, a, "mapped by", 14);
	const struct pfs_model *m = p->m;
	const struct pfs_layout *lay = &m->layout;
	char label[128], size[32];
	size_t i;

	for (i = 0; lay->vmemmap_known && lay->struct_page && i < m->nr_vmemmap; i++) {
		const struct pfs_vmemmap_run *r = &m->vmemmap[i];
		const char *class = r->no_table			  ? "unknown" :
				    !r->mapped			  ? "bad" :
				    r->leaf_size > lay->page_size ? "leaf" :
								    "leaf4k";

		if (r->start < lay->vmemmap)
			continue;
		if (r->no_table)
			snprintf(label, sizeof(label), "a page table is not in the dump");
		else if (r->mapped)
			snprintf(label, sizeof(label), "memmap mapped by leaves of %s",
				 pfs_fmt_size(size, r->leaf_size));
		else
			snprintf(label, sizeof(label), "memmap not mapped");
		if (r->start < pfs_pfn_to_page(m, a->seg[0].end) &&
		    r->end > pfs_pfn_to_page(m, a->seg[0].start))
			legend(p, class,
			       !strcmp(class, "leaf")	? "memmap by large leaves" :
			       !strcmp(class, "leaf4k") ? "memmap by small leaves" :
			       !strcmp(class, "bad")	? "not mapped" :
							  "not in the dump");
		lane_add(&l, pfs_va_to_pfn(lay, r->start), pfs_va_to_pfn(lay, r->end), class,
			 r->mapped, label);
	}
	lane_close(p, &l);
}

/*
 * Write an address as a multiple of the largest unit that divides it: 1280 MiB,
 * not 1.2 GiB.
 */
static void put_tick(struct map *p, int x, uint64_t at)
{
	static const char *const unit[] = { "", " KiB", " MiB", " GiB", " TiB" };
	unsigned int u = 0;
	uint64_t n;

	for (n = at; n && !(n & 1023) && u < 4; n >>= 10)
		u++;
	pfs_markup(p->o,
		   "<path class=\"tick\" d=\"M%d %dv5\"/><text class=\"tick\" x=\"%d\" y=\"%d\">"
		   "%" PRIu64 "%s</text>\n",
		   x, p->y + 9, x, p->y + 6, n, unit[u]);
}

static void put_ticks(struct map *p, const struct axis *a)
{
	unsigned int i, shift = 0;
	uint64_t total = 0, pfn, step;
	int last = -1000, x;

	for (i = 0; i < a->nr; i++)
		total += a->seg[i].end - a->seg[i].start;
	while (shift < 52 && total >> shift > 8)
		shift++;
	step = 1ull << shift;
	for (i = 0; i < a->nr; i++) {
		pfn = a->seg[i].start;
		while (pfn <= a->seg[i].end) {
			x = x_of(a, pfn);
			if (x - last >= 78 && x <= a->shape->right - 34) {
				put_tick(p, x, pfn << a->page_shift);
				last = x;
			}
			pfn = pfn / step * step + step;
		}
		if (i + 1 < a->nr) {
			x = a->seg[i].x + a->seg[i].w + a->shape->skipped / 2;
			pfs_markup(p->o,
				   "<text class=\"tick\" x=\"%d\" y=\"%d\">&#8230;"
				   "<title>0x%" PRIx64 "-0x%" PRIx64
				   ": no memory known here</title>"
				   "</text>\n",
				   x, p->y + 14, a->seg[i].end << a->page_shift,
				   (a->seg[i + 1].start << a->page_shift) - 1);
		}
	}
	p->y += 16;
}

struct piece {
	uint64_t start, end;
};

static int by_start(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/*
 * Collect sections, RAM and devices, which is all that there is to see. NULL:
 * out of memory.
 */
static struct piece *collect(const struct pfs_model *m, size_t *nr)
{
	uint64_t pps = m->layout.pages_per_section, limit;
	struct piece *v = calloc(MAX_PIECES, sizeof(*v));
	size_t i, j, n = 0;

	/* No page is beyond 64 bits. */
	if (__builtin_mul_overflow(m->layout.nr_sections, pps, &limit) ||
	    limit > UINT64_MAX >> m->layout.page_shift)
		limit = UINT64_MAX >> m->layout.page_shift;
	for (i = 0; v && i < m->nr_sections && n < MAX_PIECES; i = j) {
		j = run_end(m, i);
		v[n++] = (struct piece){ m->sections[i].nr * pps,
					 (m->sections[j - 1].nr + 1) * pps };
	}
	for (i = 0; v && i < m->nr_resources && n < MAX_PIECES; i++) {
		const struct pfs_resource *r = &m->resources[i];

		if (!strncmp(r->name, "System RAM", 10) || !strncmp(r->name, "Persistent", 10))
			v[n++] = (struct piece){ r->start >> m->layout.page_shift,
						 (r->end >> m->layout.page_shift) + 1 };
	}
	for (i = 0; i < n;) {
		if (v[i].end > limit)
			v[i].end = limit;
		if (v[i].end <= v[i].start)
			v[i] = v[--n];
		else
			i++;
	}
	if (n)
		qsort(v, n, sizeof(*v), by_start);
	*nr = v ? n : 0;
	return v;
}

/* Join pieces that touch, and then across the smallest gaps until few are left. */
static size_t join(struct piece *v, size_t n, unsigned int max)
{
	uint64_t gap = 0, smallest;
	size_t i, k = n;

	do {
		for (i = 1, n = k, k = 1, smallest = UINT64_MAX; i < n; i++) {
			if (v[i].start <= v[k - 1].end || v[i].start - v[k - 1].end <= gap) {
				if (v[i].end > v[k - 1].end)
					v[k - 1].end = v[i].end;
				continue;
			}
			if (v[i].start - v[k - 1].end < smallest)
				smallest = v[i].start - v[k - 1].end;
			v[k++] = v[i];
		}
		gap = smallest;
	} while (k > max);
	return k;
}

static bool make_axis(const struct pfs_model *m, const struct shape *shape, struct axis *a)
{
	uint64_t total = 0;
	struct piece *v;
	size_t i, nr;
	int room, x = shape->left;

	memset(a, 0, sizeof(*a));
	a->page_shift = m->layout.page_shift;
	a->shape = shape;
	v = collect(m, &nr);
	if (nr) {
		nr = join(v, nr, shape->segments);
		for (i = 0; i < nr; i++)
			total += v[i].end - v[i].start;
		room = shape->right - shape->left - shape->skipped * ((int)nr - 1) - 4 * (int)nr;
		for (i = 0; i < nr; i++) {
			struct segment *s = &a->seg[a->nr++];

			*s = (struct segment){ v[i].start, v[i].end, x, 0 };
			s->w = 4 + (int)((double)(s->end - s->start) / (double)total * room);
			x += s->w + shape->skipped;
		}
	}
	free(v);
	return a->nr;
}

static void zoom_axis(const struct map *p, struct axis *a, uint64_t start, uint64_t end)
{
	const struct shape *sh = p->shape;

	*a = (struct axis){ .nr = 1, .page_shift = p->m->layout.page_shift, .shape = sh };
	a->seg[0] = (struct segment){ start, end, sh->left, sh->right - sh->left };
}

/* From a stretch of one axis down to the whole width of the next. */
static void put_wedge(struct map *p, const struct axis *a, uint64_t start, uint64_t end)
{
	int x0 = x_of(a, start), x1 = x_of(a, end);

	if (x1 < x0 + 2)
		x1 = x0 + 2;
	pfs_markup(p->o, "<path class=\"wedge\" d=\"M%d %dL%d %dH%dL%d %dz\"/>\n", x0, p->y,
		   p->shape->left, p->y + 14, p->shape->right, x1, p->y);
	p->y += 20;
}

static void put_marker(struct map *p, const struct axis *a, int top)
{
	int x = x_of(a, p->f->pfn);

	if (!p->f->has)
		return;
	pfs_markup(p->o,
		   "<path class=\"mark%s\" d=\"M%d %dV%d\"><title>PFN 0x%" PRIx64 ": %s</title>"
		   "</path><path class=\"arrow%s\" d=\"M%d %dl-5 -7h10z\"/>\n",
		   p->f->culprit ? " culprit" : "", x, top, p->y - 3, p->f->pfn, p->f->what,
		   p->f->culprit ? " culprit" : "", x, top);
}

static void put_page(struct map *p, unsigned int i, int x, int y, int w, int h)
{
	uint64_t pfn = p->f->start + i;
	bool marked = pfn == p->f->pfn;
	int k = look_of(p->f->page[i].state);
	const char *class = p->f->page[i].known ? looks[k].class : "nothing";
	const char *name = p->f->page[i].known ? pfs_state_name(p->f->page[i].state) :
						 "no struct page";

	pfs_markup(p->o,
		   "<rect class=\"%s page\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"><title>"
		   "PFN 0x%" PRIx64 ", physical 0x%" PRIx64 ": %s%s%s</title></rect>",
		   class, x, y, w - 2, h - 2, pfn, pfn << p->m->layout.page_shift, name,
		   marked ? "\n" : "", marked ? p->f->what : "");
	if (p->f->page[i].known) {
		legend(p, looks[k].class, state_legend(p->f->page[i].state));
		pfs_markup(p->o, "<text class=\"letter %s\" x=\"%d\" y=\"%d\">%c</text>", class,
			   x + w / 2 - 1, y + h - 6, pfs_state_letter(p->f->page[i].state));
	}
	pfs_markup(p->o, "\n");
}

static void put_pages(struct map *p)
{
	const struct shape *sh = p->shape;
	const int w = (sh->right - sh->left) / (int)sh->row, h = 21;
	unsigned int i;

	for (i = 0; i < PFS_FOCUS_PAGES; i++) {
		int x = sh->left + (int)(i % sh->row) * w;
		int y = p->y + (int)(i / sh->row) * h;

		if (!(i % sh->row))
			pfs_markup(p->o,
				   "<text class=\"name\" x=\"0\" y=\"%d\">0x%" PRIx64 "</text>\n",
				   y + h - 7, p->f->start + i);
		put_page(p, i, x, y, w, h);
	}
	/* Draw it on top of its neighbours. */
	i = (unsigned int)(p->f->pfn - p->f->start);
	pfs_markup(p->o,
		   "<rect class=\"frame%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
		   "height=\"%d\"/>\n",
		   p->f->culprit ? " culprit" : "", sh->left + (int)(i % sh->row) * w - 2,
		   p->y + (int)(i / sh->row) * h - 2, w + 2, h + 2);
	p->y += (int)(PFS_FOCUS_PAGES / sh->row) * h + 4;
}

/* Titles of the narrow picture begin at its edge, and have lines of their own. */
static void put_title(struct map *p, const char *fmt, ...) PFS_PRINTF(2, 3);
static void put_title(struct map *p, const char *fmt, ...)
{
	char title[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(title, sizeof(title), fmt, ap);
	va_end(ap);
	pfs_markup(p->o, "<text class=\"title\" x=\"%d\" y=\"%d\">%s</text>\n",
		   p->shape->narrow ? 0 : p->shape->left, p->y + 11, title);
	p->y += 20;
}

static void put_zoom(struct map *p, const struct axis *whole)
{
	const struct pfs_layout *l = &p->m->layout;
	uint64_t nr = p->f->pfn / l->pages_per_section, first = nr * l->pages_per_section;
	const struct pfs_section *sec = pfs_section_of(p->m, p->f->pfn);
	struct axis a;
	char size[32], framed[96];
	int top;

	snprintf(framed, sizeof(framed), "; framed: PFN 0x%" PRIx64 ", %s", p->f->pfn, p->f->what);
	put_wedge(p, whole, first, first + l->pages_per_section);
	zoom_axis(p, &a, first, first + l->pages_per_section);
	put_title(p, "Section %" PRIu64 ": PFN 0x%" PRIx64 "-0x%" PRIx64 ", %s", nr, first,
		  first + l->pages_per_section - 1,
		  pfs_fmt_size(size, l->pages_per_section << l->page_shift));
	put_ticks(p, &a);
	top = p->y;
	put_memory(p, &a);
	put_zones(p, &a);
	if (sec)
		put_subsections(p, &a, sec);
	put_mapping(p, &a);
	put_states(p, &a);
	put_marker(p, &a, top);
	put_wedge(p, &a, p->f->start, p->f->start + PFS_FOCUS_PAGES);
	put_title(p, "Pages from PFN 0x%" PRIx64 " on, one a cell%s", p->f->start,
		  p->shape->narrow ? "" : framed);
	if (p->shape->narrow)
		put_title(p, "%s", framed + 2);
	put_pages(p);
}

static void put_legend(struct map *p)
{
	const int left = p->shape->narrow ? 0 : p->shape->left;
	int x = left;
	unsigned int i;

	p->y += 2;
	for (i = 0; i < p->nr_legend; i++) {
		int w = 34 + (int)strlen(p->legend[i].text) * 13 / 2;

		if (x + w > p->shape->right) {
			x = left;
			p->y += 18;
		}
		pfs_markup(p->o,
			   "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"12\" height=\"12\"/>"
			   "<text class=\"key\" x=\"%d\" y=\"%d\">%s</text>\n",
			   p->legend[i].class, x, p->y, x + 17, p->y + 10, p->legend[i].text);
		x += w;
	}
	p->y += 18;
}

static void put_body(struct map *p)
{
	struct axis a;
	int top;

	if (!p->m->layout.pages_per_section || !make_axis(p->m, p->shape, &a)) {
		pfs_markup(p->o, "<text class=\"title\" x=\"0\" y=\"14\">no sections</text>\n");
		p->y = 24;
		return;
	}
	p->y = 6;
	put_ticks(p, &a);
	top = p->y;
	put_memory(p, &a);
	put_nodes(p, &a);
	put_zones(p, &a);
	put_sections(p, &a);
	put_states(p, &a);
	put_marker(p, &a, top);
	if (p->f->has)
		put_zoom(p, &a);
	put_legend(p);
}

/* The height must be stated first, but is known only when all is drawn. */
void pfs_svg_map(struct pfs_out *o, const struct pfs_session *s, const struct pfs_focus *f,
		 enum pfs_map_shape shape, bool alone)
{
	struct pfs_text all = { 0 };
	struct pfs_out body = { .write = pfs_out_to_text, .arg = &all, .dialect = PFS_MARKUP };
	const struct shape *sh = &shapes[shape];
	struct map p = { .o = &body, .s = s, .m = &s->model, .f = f, .shape = sh };
	enum pfs_dialect dialect = o->dialect;
	size_t len;
	char *text;

	put_body(&p);
	text = pfs_text_take(&all, &len);
	if (!text || body.error) {
		o->error = -ENOMEM;
		free(text);
		return;
	}
	o->dialect = PFS_MARKUP;
	pfs_markup(o,
		   "<svg class=\"%s\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		   "role=\"img\" aria-label=\"Map of physical memory\"",
		   sh->class, sh->width, p.y);
	if (alone)
		pfs_markup(o, " width=\"%d\" height=\"%d\"", sh->width, p.y);
	pfs_markup(o, ">\n");
	if (alone) {
		pfs_markup(o, "<title>Physical memory: %s</title>\n<style>\n",
			   s->has_verdict && s->verdict.title ? s->verdict.title : "map");
		pfs_svg_style(o);
		pfs_markup(o, "</style>\n<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n",
			   sh->width, p.y);
	}
	pfs_out_raw(o, text, len);
	pfs_markup(o, "</svg>\n");
	o->dialect = dialect;
	free(text);
}
