/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is at which address: the iomem resource tree and the memory map of the
 * firmware. The kernel keeps siblings in ascending order without overlap, and
 * children inside their parent. A link that breaks this rule is damage and not
 * followed, so that the walk ends.
 */
#include "core/model/model.h"

#include <errno.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_RESOURCES 65536

#define IORESOURCE_MEM 0x00000200ull
#define IORESOURCE_SYSRAM 0x01000000ull		/* v4.6 */

struct node {
	uint64_t sibling, child;
};

static bool read_resource(struct pfs_model *m, uint64_t va, struct pfs_resource *r, struct node *n)
{
	struct pfs_err ignored;
	uint64_t name;

	if (!pfs_read_long(m, va, PFS_F_RES_START, &r->start) ||
	    !pfs_read_long(m, va, PFS_F_RES_END, &r->end) ||
	    !pfs_read_long(m, va, PFS_F_RES_SIBLING, &n->sibling) ||
	    !pfs_read_long(m, va, PFS_F_RES_CHILD, &n->child) ||
	    (pfs_have(m->facts, PFS_F_RES_FLAGS) &&
	     !pfs_read_long(m, va, PFS_F_RES_FLAGS, &r->flags)))
		return false;
	/* If the name cannot be read, the range is kept: it matters more. */
	if (!pfs_have(m->facts, PFS_F_RES_NAME) || !pfs_read_long(m, va, PFS_F_RES_NAME, &name) ||
	    !name ||
	    pfs_read_str(m->mem, name, r->name, sizeof(r->name), "resource name", &ignored))
		r->name[0] = '\0';
	return true;
}

struct level {
	uint64_t next; /* sibling to visit, 0: none */
	uint64_t min;  /* its start must not be below */
	uint64_t parent_end;
};

static int walk_tree(struct pfs_model *m, uint64_t root_child, struct pfs_err *err)
{
	struct level level[MAX_DEPTH] = { { .next = root_child, .parent_end = UINT64_MAX } };
	uint64_t unreadable = 0, damaged = 0;
	unsigned int depth = 0;
	size_t cap = 0;

	for (;;) {
		struct level *l = &level[depth];
		struct pfs_resource res = { .depth = depth, .va = l->next }, *p;
		struct node n;
		uint64_t va = l->next;

		if (!va) {
			if (!depth)
				break;
			depth--;
			continue;
		}
		l->next = 0;
		if (m->nr_resources == MAX_RESOURCES) {
			pfs_limit(m, "resources", "more than %d: the rest is left out",
				  MAX_RESOURCES);
			break;
		}
		if (!read_resource(m, va, &res, &n)) {
			unreadable++;
			continue;
		}
		if (res.start < l->min || res.start > res.end || res.end > l->parent_end) {
			damaged++;
			continue;
		}
		p = pfs_grow(&m->arena, &m->resources, &m->nr_resources, &cap, sizeof(*p));
		if (!p)
			return pfs_err_set(err, ENOMEM, "resources: out of memory");
		*p = res;
		if (res.end != UINT64_MAX) {
			l->next = n.sibling;
			l->min = res.end + 1;
		} else if (n.sibling) {
			damaged++;
		}
		if (!n.child)
			continue;
		if (depth + 1 == MAX_DEPTH) {
			damaged++;
			continue;
		}
		depth++;
		level[depth] =
			(struct level){ .next = n.child, .min = res.start, .parent_end = res.end };
	}
	if (unreadable || damaged)
		pfs_limit(m, "resources",
			  "incomplete: %llu unreadable, %llu out of order or nested too deep",
			  (unsigned long long)unreadable, (unsigned long long)damaged);
	return 0;
}

static int read_iomem(struct pfs_model *m, struct pfs_err *err)
{
	static const enum pfs_fact_id need[] = { PFS_F_IOMEM_RESOURCE, PFS_F_RES_START,
						 PFS_F_RES_END, PFS_F_RES_SIBLING,
						 PFS_F_RES_CHILD };
	uint64_t child;
	size_t i;

	for (i = 0; i < sizeof(need) / sizeof(*need); i++) {
		if (!pfs_have(m->facts, need[i])) {
			pfs_limit(m, "resources", "%s is not known", pfs_fact_name(need[i]));
			return 0;
		}
	}
	if (!pfs_read_long(m, pfs_val(m->facts, PFS_F_IOMEM_RESOURCE), PFS_F_RES_CHILD, &child)) {
		pfs_limit(m, "resources", "iomem_resource cannot be read");
		return 0;
	}
	return walk_tree(m, child, err);
}

struct firmware {
	struct pfs_model *m;
	size_t cap;
};

static int firmware_range(void *arg, const struct pfs_firmware_range *r)
{
	struct firmware *w = arg;
	struct pfs_model *m = w->m;
	struct pfs_firmware_range *new;

	new = pfs_grow(&m->arena, &m->firmware, &m->nr_firmware, &w->cap, sizeof(*new));
	if (!new)
		return -ENOMEM;
	*new = *r;
	return 0;
}

/* The memory map of the firmware, on architectures whose kernels keep it. */
static int read_firmware_map(struct pfs_model *m, struct pfs_err *err)
{
	const struct pfs_arch *arch = m->mem->arch;
	struct firmware w = { .m = m };
	struct pfs_err why;
	int r;

	if (!arch->firmware_map)
		return 0;
	r = arch->firmware_map(m->mem, m->facts, firmware_range, &w, &why);
	if (r == -ENOMEM)
		return pfs_err_set(err, ENOMEM, "%s: out of memory", arch->firmware_map_name);
	if (r)
		pfs_limit(m, arch->firmware_map_name, "%s", why.msg);
	return 0;
}

static bool named_ram(const struct pfs_resource *r)
{
	return !strncmp(r->name, "System RAM", 10);
}

/* Up to v4.5 no flag says that a resource is RAM, only its name. */
static bool flags_tell_ram(const struct pfs_model *m)
{
	bool named = false;
	size_t i;

	if (!pfs_have(m->facts, PFS_F_RES_FLAGS))
		return false;
	for (i = 0; i < m->nr_resources; i++) {
		if (m->resources[i].flags & IORESOURCE_SYSRAM)
			return true;
		named |= named_ram(&m->resources[i]);
	}
	return !named;
}

int pfs_model_resources(struct pfs_model *m, struct pfs_err *err)
{
	int r = read_iomem(m, err);

	m->ram_by_flags = flags_tell_ram(m);
	return r ? r : read_firmware_map(m, err);
}

/* The first and the last byte of a page; false if that is beyond 64 bits. */
static bool page_bytes(const struct pfs_model *m, uint64_t pfn, uint64_t *first, uint64_t *last)
{
	if (pfn > UINT64_MAX >> m->layout.page_shift)
		return false;
	*first = pfn << m->layout.page_shift;
	*last = *first + m->layout.page_size - 1;
	return true;
}

const struct pfs_resource *pfs_resource_of(const struct pfs_model *m, uint64_t pfn)
{
	const struct pfs_resource *best = NULL, *r;
	uint64_t first, last;
	size_t i;

	if (!page_bytes(m, pfn, &first, &last))
		return NULL;
	/*
	 * Pre-order is also the order of start, so that the last one that
	 * covers the page is the deepest.
	 */
	for (i = 0; i < m->nr_resources && m->resources[i].start <= first; i++) {
		r = &m->resources[i];
		if (r->end >= last)
			best = r;
	}
	return best;
}

/*
 * RAM counts at any depth: memory that a driver hands to the kernel ("System
 * RAM (kmem)") is inside the resource of the driver.
 */
static bool is_ram(const struct pfs_model *m, const struct pfs_resource *r)
{
	const uint64_t ram = IORESOURCE_MEM | IORESOURCE_SYSRAM;

	return m->ram_by_flags ? (r->flags & ram) == ram : named_ram(r);
}

int pfs_is_system_ram(const struct pfs_model *m, uint64_t pfn)
{
	uint64_t first, last;
	size_t i;

	if (!m->nr_resources)
		return -1;
	if (!page_bytes(m, pfn, &first, &last))
		return 0;
	for (i = 0; i < m->nr_resources && m->resources[i].start <= last; i++)
		if (m->resources[i].end >= first && is_ram(m, &m->resources[i]))
			return 1;
	return 0;
}
