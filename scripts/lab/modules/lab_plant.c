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
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/version.h>
#include <asm/io.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>

/*
 * Still canonical with five page-table levels of x86 and 52 bits of arm64: what follows the word
 * gets a page fault.
 */
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

/* Words that several users of struct page share have other names with other kernels. */
static unsigned long *words(struct page *page)
{
	return (unsigned long *)page;
}

#define FLAGS	0
#define HEAD	1 /* compound_head, compound_info */
#define PGMAP	1 /* of a page of a device */
#define MAPPING	3
#define FREELIST 4
#define PRIVATE	5

/* Since "mm/slub: reorder struct slab". */
#define SLAB_CACHE (LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0) ? 3 : 1)

static bool has(struct page *page, int flag)
{
	return test_bit(flag, words(page));
}

static unsigned long *memcg_word(struct page *page)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
	return (unsigned long *)&page->mem_cgroup;
#else
	return &page->memcg_data;
#endif
}

/* The order of a compound page is in a byte of its second struct page. */
static u8 *order_byte(struct page *head)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return (u8 *)&head[1].compound_order;
#else
	return (u8 *)&head[1].flags;
#endif
}

/* And in another one, until v6.6, the number of the function that frees it. */
static u8 *dtor_byte(struct page *head)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return (u8 *)&head[1].compound_dtor;
#else
	return NULL;
#endif
}

static struct list_head *free_list(struct zone *zone)
{
	return &zone->free_area[ARRAY_SIZE(zone->free_area) - 1].free_list[MIGRATE_MOVABLE];
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
		if (page && has(page, PG_lru) && !has(page, PG_unevictable) &&
		    words(page)[MAPPING] && !(words(page)[MAPPING] & 3) &&
		    atomic_read(&page->_mapcount) == -1 && page_ref_count(page) == 1)
			return page;
	}
	return NULL;
}

/* The lowest page of a block device that has buffers, which have a reference of their own. */
static struct page *buffered_page(void)
{
	struct page *page;
	unsigned long pfn;

	for (pfn = 0; pfn < node_end_pfn(0); pfn++) {
		page = pfn_to_online_page(pfn);
		if (page && has(page, PG_lru) && has(page, PG_private) && !has(page, PG_dirty) &&
		    words(page)[MAPPING] && !(words(page)[MAPPING] & 3) && words(page)[PRIVATE] &&
		    page_ref_count(page) == 2)
			return page;
	}
	return NULL;
}

/* The lowest page that one task has mapped and no file. */
static struct page *anon_page(void)
{
	struct page *page;
	unsigned long pfn;

	for (pfn = 0; pfn < node_end_pfn(0); pfn++) {
		page = pfn_to_online_page(pfn);
		if (page && has(page, PG_lru) && !has(page, PG_unevictable) &&
		    (words(page)[MAPPING] & 3) == 1 && !(words(page)[HEAD] & 1) &&
		    !atomic_read(&page->_mapcount) && page_ref_count(page) == 1)
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

/* The page and its PFN are the first two arguments, and so in registers (rdi, rsi; x0, x1). */
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
	truth(page, "all", words(page)[FLAGS], ~0UL);
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
	truth(page, "all", words(page)[FLAGS], ~0UL);
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
	truth(page, "all", words(page)[FLAGS], byte * (~0UL / 0xff));
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
	flip(page, &words(page)[MAPPING], "mapping", WILD);
	return 0;
}

static int anonflip(void)
{
	struct page *page = anon_page();

	if (!page)
		return -ENOENT;
	flip(page, &words(page)[MAPPING], "mapping", WILD);
	return 0;
}

/* The list of the page's buffers. */
static int privateflip(void)
{
	struct page *page = buffered_page();

	if (!page)
		return -ENOENT;
	flip(page, &words(page)[PRIVATE], "private", WILD);
	return 0;
}

/* A page of a device: who drops a reference asks its pagemap what kind of device that is. */
static int pgmapflip(void)
{
	struct page *page;
	unsigned long pfn;

	for (pfn = 0; pfn < node_end_pfn(0); pfn++) {
		page = pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
		if (page && is_zone_device_page(page) && page_ref_count(page) == 1)
			break;
	}
	if (pfn >= node_end_pfn(0))
		return -ENOENT;
	flip(page, &words(page)[PGMAP], "pgmap", WILD);
	get_page(page);
	put_page(page);
	return 0;
}

static int memcgflip(void)
{
	struct page *page = cached_page();

	if (!page || !*memcg_word(page))
		return -ENOENT;
	flip(page, memcg_word(page), "memcg", WILD);
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

static int slabflip(void)
{
	void *object = kmalloc(96, GFP_KERNEL);
	struct page *page;

	if (!object)
		return -ENOMEM;
	page = virt_to_page(object);
	if (words(page)[HEAD] & 1 && SLAB_CACHE != HEAD)
		page = compound_head(page);
	flip(page, &words(page)[SLAB_CACHE], "slab_cache", WILD);
	kfree(object);
	return 0;
}

/*
 * The first free object of a slab of which some are in use: all objects but those of one slab
 * are kept, so that the cache has nothing else to give out but what is behind the word.
 */
static int freelistflip(void)
{
	struct kmem_cache *cache = kmem_cache_create("lab_plant", 2000, 0, SLAB_POISON, NULL);
	static void *objects[512];
	struct page *page;
	unsigned int i;

	if (!cache)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	for (i = 128; i < 384; i += 3)
		kmem_cache_free(cache, objects[i]);
	for (i = 128; i < 384; i += 3) {
		page = compound_head(virt_to_page(objects[i]));
		if (words(page)[FREELIST])
			break;
	}
	if (i >= 384)
		return -ENOENT;
	flip(page, &words(page)[FREELIST], "freelist", WILD);
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
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

static int zoneprev(void)
{
	struct page *page = free_block();

	if (!page)
		return -ENOENT;
	flip(page, &page->lru.prev, "lru.prev", WILD);
	return 0;
}

/* The page that was freed last is the first of its list of this CPU, and the next to go. */
static int cpu_list(bool next, unsigned long bits)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	preempt_disable();
	__free_page(page);
	if (next)
		flip(page, &page->lru.next, "lru.next", bits);
	else
		flip(page, &page->lru.prev, "lru.prev", bits);
	preempt_enable();
	return 0;
}

static int pcpnext(void)
{
	return cpu_list(true, WILD);
}

static int pcpnear(void)
{
	return cpu_list(true, NEAR);
}

static int pcpprev(void)
{
	return cpu_list(false, WILD);
}

static int zonenear(void)
{
	struct page *page = free_block();

	if (!page)
		return -ENOENT;
	flip(page, &page->lru.next, "lru.next", NEAR);
	return 0;
}

/* The second section of RAM, or the only one: PFN 0 is not where all machines begin. */
static unsigned long section_pfn(unsigned long further)
{
	unsigned long first = SECTION_ALIGN_DOWN(node_start_pfn(0));
	unsigned long pfn = first + further * PAGES_PER_SECTION;

	return pfn < node_end_pfn(0) ? pfn : first;
}

static int usagenull(void)
{
	struct mem_section *ms = __pfn_to_section(section_pfn(1));

	truth(pfn_to_page(section_pfn(1)), "usage", (unsigned long)ms->usage, 0);
	WRITE_ONCE(ms->usage, NULL);
	return 0;
}

static int usageflip(void)
{
	struct mem_section *ms = __pfn_to_section(section_pfn(1));

	flip(pfn_to_page(section_pfn(1)), &ms->usage, "usage", WILD);
	return 0;
}

static int headflip(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 4);

	if (!page)
		return -ENOMEM;
	flip(page + 5, &words(page + 5)[HEAD], "compound_head", WILD);
	return 0;
}

static int compound_byte(u8 *(*byte_of)(struct page *), const char *word, u8 bits)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 4);
	u8 *byte = page ? byte_of(page) : NULL;

	if (!byte)
		return -ENOENT;
	truth(page + 1, word, *byte, *byte ^ bits);
	WRITE_ONCE(*byte, *byte ^ bits);
	put_page(page);
	return 0;
}

/* Twice what it was. */
static int orderflip(void)
{
	return compound_byte(order_byte, "compound_order", 1);
}

static int dtorflip(void)
{
	return compound_byte(dtor_byte, "compound_dtor", BIT(7));
}

static int block_bits(unsigned long bits)
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
	truth(page, "pageblock", *map, *map | bits << bit);
	WRITE_ONCE(*map, *map | bits << bit);
	return 0;
}

/* A type that no kernel knows: all three bits. */
static int blocktype(void)
{
	return block_bits(7);
}

/* A block that nobody isolates says that it is isolated: a bit of its own since v6.17. */
static int blockisolate(void)
{
	return block_bits(BIT(4));
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
	flip(page + 1, &words(page + 1)[FLAGS], "flags", BIT(PG_reserved));
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
	flip(page, &words(page)[FLAGS], "flags", 2UL << NODES_PGSHIFT);
	__free_page(page);
	return 0;
}

/*
 * How the memmap is mapped. That of section_1() is a leaf of a PMD, with small pages; init_mm is
 * not exported, but all tables of kernel addresses are shared below the first level.
 */
static struct page *section_1(void)
{
	return pfn_to_page(section_pfn(1));
}

#ifdef CONFIG_ARM64
/* An entry that is no table has bit 1 clear in a PMD, and set in a PTE. */
#define LEAF_ADDRESS	GENMASK_ULL(47, PAGE_SHIFT)
#define LEAF_TABLE	PMD_TYPE_TABLE
#define LEAF_WRITE	PTE_WRITE
#define LEAF_READ	PTE_RDONLY

static pgd_t *kernel_root(void)
{
	return (pgd_t *)__va(read_sysreg(ttbr1_el1) & GENMASK_ULL(47, 6));
}

static bool is_leaf(unsigned long pmd)
{
	return (pmd & PMD_TYPE_MASK) == PMD_TYPE_SECT;
}

static unsigned long small_leaf(unsigned long pmd)
{
	return pmd | PTE_TYPE_PAGE;
}

static void forget(void *va)
{
	flush_tlb_all();
}
#else
#define LEAF_ADDRESS	PTE_PFN_MASK
#define LEAF_TABLE	_KERNPG_TABLE
#define LEAF_WRITE	_PAGE_RW
#define LEAF_READ	0

static pgd_t *kernel_root(void)
{
	return (pgd_t *)__va(read_cr3_pa());
}

static bool is_leaf(unsigned long pmd)
{
	return pmd & _PAGE_PSE;
}

static unsigned long small_leaf(unsigned long pmd)
{
	return pmd & ~_PAGE_PSE;
}

static void forget(void *va)
{
	asm volatile("invlpg (%0)" ::"r"(va) : "memory");
}
#endif

static pud_t *memmap_pud(struct page *page)
{
	unsigned long va = (unsigned long)page;

	return pud_offset(p4d_offset(kernel_root() + pgd_index(va), va), va);
}

static pmd_t *memmap_pmd(struct page *page)
{
	return pmd_offset(memmap_pud(page), (unsigned long)page);
}

static int entry(struct page *page, const char *word, unsigned long *at, unsigned long is)
{
	truth(page, word, *at, is);
	WRITE_ONCE(*at, is);
	on_each_cpu(forget, page, 1);
	return 0;
}

static int pmd_entry(unsigned long clear, unsigned long set)
{
	unsigned long *pmd = (unsigned long *)memmap_pmd(section_1());

	if (!is_leaf(*pmd))
		return -ENOENT;
	return entry(section_1(), "pmd", pmd, (*pmd & ~clear) | set);
}

static int pmdnone(void)
{
	return pmd_entry(~0UL, 0);
}

static int pmdro(void)
{
	return pmd_entry(LEAF_WRITE, LEAF_READ);
}

/* An address beyond what the CPU has, and for arm64, which may have it all, no block at all. */
static int pmdrsvd(void)
{
	return IS_ENABLED(CONFIG_ARM64) ? -ENOENT : pmd_entry(0, BIT(51));
}

/* What maps section 2 maps section 1, too. */
static int pmdwrong(void)
{
	struct page *other = pfn_to_page(section_pfn(2));

	return pmd_entry(~0UL, *(unsigned long *)memmap_pmd(other));
}

/* Another one yet: to memory that there is not. */
static int pmdbeyond(void)
{
	return pmd_entry(0, BIT(38));
}

/* The whole memmap of these gigabytes. */
static int pudnone(void)
{
	return entry(section_1(), "pud", (unsigned long *)memmap_pud(section_1()), 0);
}

/*
 * The same leaf as a table, which is as good, unless it is one already; then one of its entries,
 * that of the struct pages half-way in section_1(), is made another one.
 */
static int pte_entry(unsigned long clear, unsigned long set)
{
	struct page *page = section_1() + PAGES_PER_SECTION / 2;
	unsigned long *pmd = (unsigned long *)memmap_pmd(page), pa, bits;
	unsigned long *table = (unsigned long *)__get_free_page(GFP_KERNEL);
	unsigned int i;

	if (!table)
		return -ENOENT;
	if (is_leaf(*pmd)) {
		pa = *pmd & LEAF_ADDRESS & PMD_MASK;
		bits = small_leaf(*pmd) & ~LEAF_ADDRESS;
		for (i = 0; i < PTRS_PER_PTE; i++)
			table[i] = (pa + i * PAGE_SIZE) | bits;
		WRITE_ONCE(*pmd, __pa(table) | LEAF_TABLE);
		on_each_cpu(forget, page, 1);
	} else {
		table = __va(*pmd & LEAF_ADDRESS);
	}
	table += ((unsigned long)page >> PAGE_SHIFT) & (PTRS_PER_PTE - 1);
	return entry(page, "pte", table, (*table & ~clear) | set);
}

static int splitok(void)
{
	return pte_entry(0, 0);
}

static int ptenone(void)
{
	return pte_entry(~0UL, 0);
}

static int ptero(void)
{
	return pte_entry(LEAF_WRITE, LEAF_READ);
}

static int ptersvd(void)
{
#ifdef CONFIG_ARM64
	/* A block, where there is none. */
	return pte_entry(PTE_TYPE_PAGE & ~1UL, 0);
#else
	return pte_entry(0, BIT(51));
#endif
}

/* To a page of a driver's own. */
static int ptewrong(void)
{
	struct page *other = alloc_page(GFP_KERNEL);

	if (!other)
		return -ENOMEM;
	memset(page_address(other), 0x5a, PAGE_SIZE);
	return pte_entry(LEAF_ADDRESS, page_to_phys(other));
}

static int ptezero(void)
{
	struct page *other = alloc_page(GFP_KERNEL | __GFP_ZERO);

	if (!other)
		return -ENOMEM;
	return pte_entry(LEAF_ADDRESS, page_to_phys(other));
}

/* Where all sections are found: the kernel finds none of them. */
static int rootflip(void)
{
	flip(pfn_to_page(0), &mem_section[0], "mem_section", WILD);
	return 0;
}

#define FAULT(name) { #name, name }
static const struct {
	const char *name;
	int (*plant)(void);
} faults[] = {
	FAULT(decoyff),	  FAULT(decoylist),    FAULT(decoybad),	   FAULT(fillfree),
	FAULT(fillones),  FAULT(fillzero),     FAULT(mapflip),	   FAULT(anonflip),
	FAULT(memcgflip), FAULT(lrunext),      FAULT(lrunear),	   FAULT(lruprev),
	FAULT(lrubehind), FAULT(slabflip),     FAULT(zonelink),	   FAULT(zoneprev),
	FAULT(zonenear),  FAULT(pcpnext),      FAULT(pcpnear),	   FAULT(pcpprev),
	FAULT(usageflip), FAULT(usagenull),    FAULT(headflip),	   FAULT(orderflip),
	FAULT(dtorflip),  FAULT(blocktype),    FAULT(refbad),	   FAULT(reserved),
	FAULT(badmap),	  FAULT(doublefree),   FAULT(nodeflip),	   FAULT(freelistflip),
	FAULT(pmdnone),	  FAULT(pmdro),	       FAULT(pmdrsvd),	   FAULT(pmdwrong),
	FAULT(pmdbeyond), FAULT(pudnone),      FAULT(splitok),	   FAULT(ptenone),
	FAULT(ptero),	  FAULT(ptersvd),      FAULT(ptewrong),	   FAULT(ptezero),
	FAULT(rootflip),  FAULT(blockisolate), FAULT(privateflip), FAULT(pgmapflip),
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
