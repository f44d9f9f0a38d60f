// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memmap of RAM that is in use loses its mapping, 2 MiB of it, as a bug in the hot-remove
 * of memory would have it; then somebody looks. makedumpfile looks, too, and gives up.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <asm/special_insns.h>

static unsigned long pfn = 0x20000;
module_param(pfn, ulong, 0);

static void forget(void *addr)
{
	asm volatile("invlpg (%0)" : : "r"(addr) : "memory");
}

static __attribute__((noipa)) unsigned long lab_unmap_look(const struct page *page)
{
	return READ_ONCE(page->flags);
}

static int __init lab_unmap_init(void)
{
	struct page *page = pfn_to_page(pfn);
	unsigned long addr = (unsigned long)page;
	p4d_t *p4d = p4d_offset(pgd_offset_pgd(__va(__read_cr3() & PAGE_MASK), addr), addr);
	pmd_t *pmd = pmd_offset(pud_offset(p4d, addr), addr);

	if (!pmd_large(*pmd))
		return -EINVAL;
	WRITE_ONCE(pmd->pmd, 0);
	on_each_cpu(forget, page, 1);
	return lab_unmap_look(page) == 0;
}
module_init(lab_unmap_init);

MODULE_DESCRIPTION("memmap of RAM unmapped on load");
MODULE_LICENSE("GPL");
