// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One fault in the memmap of a kernel that has none, as fault= names it. Says in the log what
 * it did, after "TRUTH:", and leaves the kernel to die of it, at once or where a later step
 * meets it. What is said must not read as anything that a kernel says of a page.
 *
 * Nothing here asks for a symbol that is not exported: zones are reached by their node, all else
 * by looking at struct pages.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Still canonical with five page-table levels: what follows the word gets a page fault. */
#define WILD		BIT(50)
/* Two struct pages further, or back: what follows the word meets an innocent page. */
#define NEAR		BIT(7)
#define CHURN		2048
#define FILL_PAGES	64

static char *fault = "";
module_param(fault, charp, 0444);

static struct page *churn[CHURN];

static void truth(const struct page *page, const char *word, unsigned long was, unsigned long is)
{
	pr_notice("lab_plant: TRUTH: fault=%s pfn=0x%lx word=%s was=0x%lx is=0x%lx\n", fault,
		  page_to_pfn(page), word, was, is);
}

static void flip(struct page *page, void *at, const char *word, unsigned long bits)
{
	unsigned long *p = at;

	truth(page, word, *p, *p ^ bits);
	WRITE_ONCE(*p, *p ^ bits);
}

static struct list_head *free_list(struct zone *zone)
{
	return &zone->free_area[MAX_ORDER - 1].free_list[MIGRATE_MOVABLE];
}

/*
 * The first page of a largest free block that has others before and behind it in its list: a
 * list_del() of a neighbour meets it, too.
 */
static struct page *free_block(void)
{
	struct zone *zone = NODE_DATA(0)->node_zones + MAX_NR_ZONES;
	struct page *page, *found = NULL;
	unsigned long flags;
	unsigned int n;

	while (!found && zone-- > NODE_DATA(0)->node_zones) {
		if (!populated_zone(zone))
			continue;
		n = 0;
		spin_lock_irqsave(&zone->lock, flags);
		list_for_each_entry(page, free_list(zone), lru)
		{
			if (n++ == 3)
				found = page;
		}
		spin_unlock_irqrestore(&zone->lock, flags);
	}
	return found;
}

/*
 * The lowest page of a file that nobody has mapped: compaction begins with low pages, and ends
 * early where most of memory is free.
 */
static struct page *cached_page(void)
{
	struct page *page;
	unsigned long pfn;

	for (pfn = 0; pfn < node_end_pfn(0); pfn++) {
		page = pfn_to_online_page(pfn);
		if (page && PageLRU(page) && !PageAnon(page) && !PageUnevictable(page) &&
		    page->mapping && !page_mapped(page) && page_count(page) == 1)
			return page;
	}
	return NULL;
}

/*
 * Free a page and so many behind it that it leaves the lists of its CPU, where nobody looks at
 * it, for a free block. They are taken before: the next allocation would get the page itself.
 */
static void free_for_good(struct page *page)
{
	unsigned int i;

	for (i = 0; i < CHURN; i++)
		churn[i] = alloc_page(GFP_KERNEL);
	preempt_disable();
	__free_page(page);
	for (i = 0; i < CHURN; i++)
		if (churn[i])
			__free_page(churn[i]);
	preempt_enable();
}

struct lab_ring {
	char name[0x30];
	char ready;
};

static struct lab_ring *lab_ring;

/* The page and its PFN are the first two arguments, and so in rdi and rsi. */
static __attribute__((noipa)) int lab_plant_ready(struct page *page, unsigned long pfn)
{
	struct lab_ring *ring = READ_ONCE(lab_ring);

	WRITE_ONCE(ring->ready, 1);
	return page && pfn;
}

static int decoyff(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	truth(page, "all", page->flags, ~0UL);
	memset(page, 0xff, sizeof(*page));
	return lab_plant_ready(page, page_to_pfn(page));
}

struct lab_job {
	struct list_head list;
	char name[80];
};

/* A list of a driver's own loses a link, while the page that its job is about is all ones. */
static int decoylist(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct lab_job *job = kzalloc(sizeof(*job), GFP_KERNEL);
	LIST_HEAD(jobs);

	if (!page || !job)
		return -ENOMEM;
	truth(page, "all", page->flags, ~0UL);
	memset(page, 0xff, sizeof(*page));
	list_add(&job->list, &jobs);
	WRITE_ONCE(jobs.next, (struct list_head *)job->name);
	list_del(&job->list);
	return 0;
}

static int fill(struct page *page, u8 byte)
{
	if (!page)
		return -ENOENT;
	truth(page, "all", page->flags, byte * (~0UL / 0xff));
	memset(page, byte, FILL_PAGES * sizeof(*page));
	return 0;
}

static int fillfree(void)
{
	return fill(free_block(), 0x5a);
}

static int fillones(void)
{
	return fill(free_block(), 0xff);
}

/* Behind the page that is on the list: they are met when the block is split. */
static int fillzero(void)
{
	struct page *page = free_block();

	return fill(page ? page + 1 : NULL, 0);
}

static int mapflip(void)
{
	struct page *page = cached_page();

	if (!page)
		return -ENOENT;
	flip(page, &page->mapping, "mapping", WILD);
	return 0;
}

static int lrunext(void)
{
	struct page *page = cached_page();

	if (!page)
		return -ENOENT;
	flip(page, &page->lru.next, "lru.next", WILD);
	return 0;
}

static int lrunear(void)
{
	struct page *page = cached_page();

	if (!page)
		return -ENOENT;
	flip(page, &page->lru.next, "lru.next", NEAR);
	return 0;
}

static int lruprev(void)
{
	struct page *page = cached_page();

	if (!page)
		return -ENOENT;
	flip(page, &page->lru.prev, "lru.prev", WILD);
	return 0;
}

/* Its neighbour, which is met when the page before it is taken off the list. */
static int lrubehind(void)
{
	struct page *page = cached_page();
	unsigned long next = page ? (unsigned long)page->lru.next : 0;

	if (!page || next < VMEMMAP_START || next > (unsigned long)pfn_to_page(node_end_pfn(0)))
		return -ENOENT;
	page = list_entry(page->lru.next, struct page, lru);
	flip(page, &page->lru.prev, "lru.prev", NEAR);
	return 0;
}

/* slab_cache of struct slab lies where struct page has its mapping. */
static int slabflip(void)
{
	void *object = kmalloc(96, GFP_KERNEL);
	struct page *page;

	if (!object)
		return -ENOMEM;
	page = virt_to_head_page(object);
	flip(page, &page->mapping, "slab_cache", WILD);
	kfree(object);
	return 0;
}

static int zonelink(void)
{
	struct page *page = free_block();

	if (!page)
		return -ENOENT;
	flip(page, &page->lru.next, "lru.next", WILD);
	return 0;
}

static int zonenear(void)
{
	struct page *page = free_block();

	if (!page)
		return -ENOENT;
	flip(page, &page->lru.next, "lru.next", NEAR);
	return 0;
}

static int usagenull(void)
{
	struct mem_section *ms = __nr_to_section(1);

	truth(pfn_to_page(section_nr_to_pfn(1)), "usage", (unsigned long)ms->usage, 0);
	WRITE_ONCE(ms->usage, NULL);
	return 0;
}

static int usageflip(void)
{
	struct mem_section *ms = __nr_to_section(1);

	flip(pfn_to_page(section_nr_to_pfn(1)), &ms->usage, "usage", WILD);
	return 0;
}

static int headflip(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 4);

	if (!page)
		return -ENOMEM;
	flip(page + 5, &page[5].compound_head, "compound_head", WILD);
	return 0;
}

/* The order of a compound page is in its second struct page: here twice what it was. */
static int orderflip(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 4);

	if (!page)
		return -ENOMEM;
	truth(page + 1, "compound_order", page[1].compound_order, page[1].compound_order ^ 1);
	page[1].compound_order ^= 1;
	put_page(page);
	return 0;
}

/* And so is the number of the function that frees it. */
static int dtorflip(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 4);

	if (!page)
		return -ENOMEM;
	truth(page + 1, "compound_dtor", page[1].compound_dtor, page[1].compound_dtor ^ BIT(7));
	page[1].compound_dtor ^= BIT(7);
	put_page(page);
	return 0;
}

/* A type that no kernel knows: all three bits. */
static int blocktype(void)
{
	struct page *page = free_block();
	unsigned long pfn, bit, *map;

	if (!page)
		return -ENOENT;
	pfn = page_to_pfn(page);
	map = __pfn_to_section(pfn)->usage->pageblock_flags;
	bit = ((pfn & (PAGES_PER_SECTION - 1)) >> pageblock_order) * NR_PAGEBLOCK_BITS;
	map += bit / BITS_PER_LONG;
	bit %= BITS_PER_LONG;
	truth(page, "pageblock", *map, *map | 7UL << bit);
	WRITE_ONCE(*map, *map | 7UL << bit);
	return 0;
}

/* Inside a free block: nobody looks at the page before it is handed out. */
static int refbad(void)
{
	struct page *page = free_block();

	if (!page)
		return -ENOENT;
	truth(page + 1, "_refcount", page_ref_count(page + 1), page_ref_count(page + 1) + 1);
	page_ref_inc(page + 1);
	return 0;
}

static int reserved(void)
{
	struct page *page = free_block();

	if (!page)
		return -ENOENT;
	flip(page + 1, &page[1].flags, "flags", BIT(PG_reserved));
	return 0;
}

static int badmap(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	truth(page, "_mapcount", (u32)atomic_read(&page->_mapcount), 0);
	atomic_set(&page->_mapcount, 0);
	free_for_good(page);
	return 0;
}

/* The kernel survives it, and a driver dies of something else. */
static int decoybad(void)
{
	int r = badmap();

	return r ? r : lab_plant_ready(NULL, 0);
}

static int doublefree(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	free_for_good(page);
	truth(page, "_refcount", (u32)page_ref_count(page), (u32)page_ref_count(page) - 1);
	__free_page(page);
	return 0;
}

/* The page says that it is of a node that there is not: its zone is near NULL. */
static int nodeflip(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	flip(page, &page->flags, "flags", 2UL << NODES_PGSHIFT);
	__free_page(page);
	return 0;
}

#define FAULT(name) { #name, name }
static const struct {
	const char *name;
	int (*plant)(void);
} faults[] = {
	FAULT(decoyff),	  FAULT(decoylist), FAULT(decoybad),  FAULT(fillfree),	 FAULT(fillones),
	FAULT(fillzero),  FAULT(mapflip),   FAULT(lrunext),   FAULT(lrunear),	 FAULT(lruprev),
	FAULT(lrubehind), FAULT(slabflip),  FAULT(zonelink),  FAULT(zonenear),	 FAULT(usageflip),
	FAULT(usagenull), FAULT(headflip),  FAULT(orderflip), FAULT(dtorflip),	 FAULT(blocktype),
	FAULT(refbad),	  FAULT(reserved),  FAULT(badmap),    FAULT(doublefree), FAULT(nodeflip),
};

static int __init lab_plant_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(faults); i++)
		if (!strcmp(fault, faults[i].name))
			return faults[i].plant();
	return -EINVAL;
}
module_init(lab_plant_init);

MODULE_DESCRIPTION("One fault in the memmap");
MODULE_LICENSE("GPL");
