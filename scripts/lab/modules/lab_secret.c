// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fill slabs with a word that must not be found in a distilled dump: every size
 * of kmalloc(), so that the partial slabs which hold kernel structures get it
 * too, nodes of an XArray, and whole pages. Half of the objects are freed, and
 * keep what they hold. A resource is added whose name lies between secrets, as
 * one allocation among many. Says how many structures of the resource tree, and of
 * their names, have a secret beside them, in their own slab page.
 */
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#define WORD 0x7821376552634572UL	/* "rEcRe7!x" */
#define NR_PAGES 256
#define PER_SIZE (1UL << 20)
#define NOWHERE 0x7000000000UL		/* a physical address that these guests do not have */

static const unsigned int sizes[] = { 8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096 };
static DEFINE_XARRAY(nodes);

static void fill(unsigned long *at, size_t bytes)
{
	while (bytes >= sizeof(*at)) {
		*at++ = WORD;
		bytes -= sizeof(*at);
	}
}

/* What is kept is never found again: the guest has not long to live. */
static int fill_slabs(unsigned int size)
{
	unsigned long i, *p, *last = NULL;

	for (i = 0; i < PER_SIZE / size; i++) {
		p = kmalloc(size, GFP_KERNEL);
		if (!p)
			return -ENOMEM;
		fill(p, size);
		if (i & 1)
			kfree(last);
		last = p;
	}
	return 0;
}

/* Sixteen bytes each, and no slab of these has room for other things now. */
static int name_between(void)
{
	unsigned long *p;
	char *name = NULL;
	unsigned int i;

	for (i = 0; i < 256; i++) {
		p = kmalloc(16, GFP_KERNEL);
		if (!p)
			return -ENOMEM;
		fill(p, 16);
		if (i == 128)
			name = (char *)p;
	}
	strcpy(name, "lab");
	return request_mem_region(NOWHERE, PAGE_SIZE, name) ? 0 : -EBUSY;
}

static int fill_nodes(void)
{
	unsigned long i;
	int r;

	for (i = 0; i < 64 * 256; i++) {
		r = xa_err(xa_store(&nodes, i, xa_mk_value(WORD >> 1), GFP_KERNEL));
		if (r)
			return r;
	}
	return 0;
}

static bool beside(const void *object)
{
	struct page *head = virt_to_head_page(object);
	unsigned long *p = page_address(head), *end = p + page_size(head) / sizeof(*p);

	for (; p < end; p++)
		if (*p == WORD)
			return true;
	return false;
}

static bool in_slab(const void *object)
{
	return virt_addr_valid(object) && PageSlab(virt_to_head_page(object));
}

static void report(void)
{
	unsigned int all = 0, slab = 0, with = 0;
	struct resource *r = iomem_resource.child;

	while (r) {
		all++;
		slab += in_slab(r) + in_slab(r->name);
		with += (in_slab(r) && beside(r)) + (in_slab(r->name) && beside(r->name));
		if (r->child) {
			r = r->child;
			continue;
		}
		while (r && !r->sibling)
			r = r->parent;
		r = r ? r->sibling : NULL;
	}
	pr_info("lab_secret: resources %u in-slab %u beside-secret %u\n", all, slab, with);
}

static int __init lab_secret_init(void)
{
	struct page *page;
	unsigned int i;
	int r = fill_nodes();

	for (i = 0; !r && i < ARRAY_SIZE(sizes); i++)
		r = fill_slabs(sizes[i]);
	if (!r)
		r = name_between();
	for (i = 0; !r && i < NR_PAGES; i++) {
		page = alloc_page(GFP_KERNEL);
		if (page)
			fill(page_address(page), PAGE_SIZE);
		else
			r = -ENOMEM;
	}
	report();
	return r;
}
module_init(lab_secret_init);

MODULE_DESCRIPTION("Slabs full of a secret");
MODULE_LICENSE("GPL");
