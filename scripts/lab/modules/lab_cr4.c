// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel exports native_write_cr4() to a module only where LKDTM is in its configuration.
 * This one does what it says, and lets LKDTM be loaded; its crash UNSET_SMEP, which looks into
 * the code of the kernel's own, is none of the lab's.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <asm/special_insns.h>

void native_write_cr4(unsigned long val)
{
	asm volatile("mov %0, %%cr4" ::"r"(val) : "memory");
}
EXPORT_SYMBOL_GPL(native_write_cr4);

MODULE_DESCRIPTION("What LKDTM needs of the kernel");
MODULE_LICENSE("GPL");
