// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A panic that has nothing to do with the memmap: a NULL pointer dereference
 * in a module's own function, a few frames below its init function
 * (noipa: each of them stays a function of its own, in the module's text).
 */
#include <linux/module.h>

struct lab_device {
	char name[48];
	unsigned long *ring;
};

static struct lab_device *lab_current;

static __attribute__((noipa)) unsigned long lab_null_ring_head(struct lab_device *dev)
{
	return READ_ONCE(dev->ring[0]);
}

static __attribute__((noipa)) int lab_null_poll(struct lab_device *dev)
{
	return lab_null_ring_head(dev) != 0;
}

static int __init lab_null_init(void)
{
	return lab_null_poll(READ_ONCE(lab_current));
}
module_init(lab_null_init);

MODULE_DESCRIPTION("NULL pointer dereference on load");
MODULE_LICENSE("GPL");
