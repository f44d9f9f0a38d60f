/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small BTF with every construct that a look-up has to see through. */
#ifndef PFS_TEST_BTF_BLOB_H
#define PFS_TEST_BTF_BLOB_H

#include <stdint.h>
#include <string.h>

#include <bpf/btf.h>

/*
 *	struct list_head { struct list_head *next, *prev; };
 *	typedef struct { long counter; } atomic_long_t;
 *	struct page {					64 bytes
 *		unsigned long flags;			0
 *		union {					8
 *			struct { struct list_head lru; void *mapping; };
 *			struct { unsigned long compound_head; };
 *		};
 *		const volatile atomic_long_t pins;	32
 *		unsigned int a : 3, b : 7;		40
 *		size_tt tail[];				64
 *	};
 *	struct zone { long start; char name[8]; };	16
 *	struct pglist_data { struct zone node_zones[4]; int nr_zones; };
 *	enum { SECTION_MARKED_PRESENT_BIT, SECTION_MAP_LAST_BIT = 6 };
 *	enum pageflags { PG_locked, PG_reserved = 12, PG_high = 0xf0000000 };
 *	enum big { BIG = 1 << 40, NEGATIVE = -2 };		(an enum64)
 *	union thread_union { unsigned long stack[2048]; };
 */
static inline struct btf *blob_btf(void)
{
	struct btf *b = btf__new_empty();
	int lng = btf__add_int(b, "long", 8, BTF_INT_SIGNED);
	int intt = btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	int chr = btf__add_int(b, "char", 1, BTF_INT_CHAR);
	int list, ptr, counter, atomic, vol, cst, in1, in2, un, szt, tail, zone, zones, name, stack;

	list = btf__add_struct(b, "list_head", 16);
	ptr = list + 1;
	btf__add_field(b, "next", ptr, 0, 0);
	btf__add_field(b, "prev", ptr, 64, 0);
	btf__add_ptr(b, list);
	counter = btf__add_struct(b, "", 8);
	btf__add_field(b, "counter", lng, 0, 0);
	atomic = btf__add_typedef(b, "atomic_long_t", counter);
	vol = btf__add_volatile(b, atomic);
	cst = btf__add_const(b, vol);
	in1 = btf__add_struct(b, "", 24);
	btf__add_field(b, "lru", list, 0, 0);
	btf__add_field(b, "mapping", ptr, 128, 0);
	in2 = btf__add_struct(b, "", 8);
	btf__add_field(b, "compound_head", lng, 0, 0);
	un = btf__add_union(b, "", 24);
	btf__add_field(b, "", in1, 0, 0);
	btf__add_field(b, "", in2, 0, 0);
	szt = btf__add_typedef(b, "size_tt", lng);
	tail = btf__add_array(b, intt, szt, 0);
	/* A forward declaration and a second, other struct of the name change nothing. */
	btf__add_fwd(b, "page", BTF_FWD_STRUCT);
	btf__add_struct(b, "page", 64);
	btf__add_field(b, "flags", lng, 0, 0);
	btf__add_field(b, "", un, 64, 0);
	btf__add_field(b, "pins", cst, 256, 0);
	btf__add_field(b, "a", intt, 320, 3);
	btf__add_field(b, "b", intt, 323, 7);
	btf__add_field(b, "tail", tail, 512, 0);
	btf__add_struct(b, "page", 8);
	zone = btf__add_struct(b, "zone", 16);
	name = zone + 1;
	btf__add_field(b, "start", lng, 0, 0);
	btf__add_field(b, "name", name, 64, 0);
	btf__add_array(b, intt, chr, 8);
	zones = btf__add_array(b, intt, zone, 4);
	btf__add_struct(b, "pglist_data", 72);
	btf__add_field(b, "node_zones", zones, 0, 0);
	btf__add_field(b, "nr_zones", intt, 512, 0);
	btf__add_enum(b, "", 4);
	btf__add_enum_value(b, "SECTION_MARKED_PRESENT_BIT", 0);
	btf__add_enum_value(b, "SECTION_MAP_LAST_BIT", 6);
	btf__add_enum(b, "pageflags", 4);
	btf__add_enum_value(b, "PG_locked", 0);
	btf__add_enum_value(b, "PG_reserved", 12);
	btf__add_enum_value(b, "PG_high", 0xf0000000);
	btf__add_enum64(b, "big", 8, true);
	btf__add_enum64_value(b, "BIG", UINT64_C(1) << 40);
	btf__add_enum64_value(b, "NEGATIVE", (uint64_t)-2);
	stack = btf__add_array(b, intt, lng, 2048);
	btf__add_union(b, "thread_union", 16384);
	btf__add_field(b, "stack", stack, 0, 0);
	return b;
}

/* Copy the blob out; returns its length. */
static inline size_t blob_make(unsigned char *buf, size_t size)
{
	struct btf *b = blob_btf();
	uint32_t len = 0;
	const void *raw = btf__raw_data(b, &len);

	if (!raw || len > size)
		len = 0;
	else
		memcpy(buf, raw, len);
	btf__free(b);
	return len;
}

#endif
