// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A panic that has nothing to do with the memmap: the init function keeps its
 * CPU and never schedules, until the soft lockup detector has enough of it.
 */
#include <linux/module.h>
#include <linux/preempt.h>

static __attribute__((noipa)) void lab_lockup_spin(void)
{
	for (;;)
		cpu_relax();
}

static int __init lab_lockup_init(void)
{
	preempt_disable();
	lab_lockup_spin();
	return 0;
}
module_init(lab_lockup_init);

MODULE_DESCRIPTION("Soft lockup on load");
MODULE_LICENSE("GPL");
