// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's own answers about every PFN, as /proc/lab_predicates: a line for
 * each run of PFNs with equal answers, "START-END pfn_valid() pfn_to_online_page()
 * is_zone_device_page() PageReserved()", END not included, "-" where there is no
 * struct page to ask about. Predicates that read struct page get a copy of it,
 * taken with the fault handler of the kernel: a memmap that is not mapped
 * reads "!".
 */
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

static unsigned long end_pfn;
module_param_named(end, end_pfn, ulong, 0);
MODULE_PARM_DESC(end, "one past the last PFN to ask about");

struct answers {
	char valid, online, device, reserved;
};

static void ask(unsigned long pfn, struct answers *a)
{
	struct page copy;

	memset(a, '-', sizeof(*a));
	a->online = pfn_to_online_page(pfn) ? '1' : '0';
	a->valid = pfn_valid(pfn) ? '1' : '0';
	if (a->valid == '0')
		return;
	if (copy_from_kernel_nofault(&copy, pfn_to_page(pfn), sizeof(copy))) {
		a->device = a->reserved = '!';
		return;
	}
	a->device = is_zone_device_page(&copy) ? '1' : '0';
	a->reserved = PageReserved(&copy) ? '1' : '0';
}

static int show(struct seq_file *f, void *unused)
{
	unsigned long pfn, start = 0;
	struct answers a, last;

	ask(0, &last);
	for (pfn = 1; pfn <= end_pfn; pfn++) {
		if (pfn < end_pfn)
			ask(pfn, &a);
		if (pfn < end_pfn && !memcmp(&a, &last, sizeof(a)))
			continue;
		seq_printf(f, "%lx-%lx %c %c %c %c\n", start, pfn, last.valid, last.online,
			   last.device, last.reserved);
		start = pfn;
		last = a;
		cond_resched();
	}
	return 0;
}

static int __init lab_predicates_init(void)
{
	return proc_create_single("lab_predicates", 0400, NULL, show) ? 0 : -ENOMEM;
}
module_init(lab_predicates_init);

static void __exit lab_predicates_exit(void)
{
	remove_proc_entry("lab_predicates", NULL);
}
module_exit(lab_predicates_exit);

MODULE_DESCRIPTION("pfn_valid() and its relatives, PFN by PFN");
MODULE_LICENSE("GPL");
