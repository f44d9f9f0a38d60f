// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A panic that has nothing to do with the memmap: an object is used after it
 * was freed to its slab. With fill= its next owner has filled it with that byte;
 * without, it is left to what the allocator itself writes into free objects.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define LAB_OBJECTS	64

struct lab_buffer {
	char name[64];
	unsigned long *tail;
	char data[120];
};

static int fill = -1;
module_param(fill, int, 0444);

static __attribute__((noipa)) unsigned long lab_uaf_tail(struct lab_buffer *buf)
{
	return READ_ONCE(*buf->tail);
}

static int __init lab_uaf_init(void)
{
	struct lab_buffer *buf = kzalloc(sizeof(*buf), GFP_KERNEL);
	int i;

	if (!buf)
		return -ENOMEM;
	buf->tail = (unsigned long *)buf->data;
	kfree(buf);
	/* Free lists may be shuffled: take enough objects to meet the freed one. */
	for (i = 0; fill >= 0 && i < LAB_OBJECTS; i++) {
		void *next = kmalloc(sizeof(*buf), GFP_KERNEL);

		if (next)
			memset(next, fill, sizeof(*buf));
	}
	return lab_uaf_tail(buf) != 0;
}
module_init(lab_uaf_init);

MODULE_DESCRIPTION("Use of a slab object after it was freed");
MODULE_LICENSE("GPL");
