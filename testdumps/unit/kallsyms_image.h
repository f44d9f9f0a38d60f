/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel image in RAM, with kallsyms tables in it as scripts/kallsyms.c of
 * several versions lays them out. STEXT is where its text begins.
 */
#ifndef PFS_TEST_KALLSYMS_IMAGE_H
#define PFS_TEST_KALLSYMS_IMAGE_H

#include <stdio.h>

#include "ram.h"

enum encoding { ADDRESSES, ABSOLUTE_PERCPU, UNSIGNED, PLACE_RELATIVE };
enum order { BEFORE, BEFORE_SEQS, BEHIND }; /* the addresses, of the names */

#define TABLES	0x100000
#define NR	700
/* 256 * 2 + 188: the last chunk is not full. */

static struct ram ram;
static char names[NR][300]; /* with types */
static uint64_t addrs[NR];
static const char *extra[NR]; /* what a test calls a symbol, NULL: as it comes */

/* Where the parts are. */
static struct {
	uint64_t num, names, names_end, markers, markers_end, seqs, table, index, index_end,
		addresses, base, end;
} at;

static void put(uint64_t pa, uint64_t v, int bytes)
{
	int i;

	for (i = 0; i < bytes; i++)
		ram.bytes[pa + (uint64_t)i] = (unsigned char)(v >> (8 * i));
}

static uint64_t align_up(uint64_t v, unsigned int to)
{
	return (v + to - 1) / to * to;
}

static void make_symbols(bool absolute)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		sprintf(names[i], "tfunction_%u_init_", i * 7);
		addrs[i] = KERNEL + STEXT + i * 16;
	}
	/* A name of more than 127 characters, none of them in a token. */
	memset(names[300] + 1, 'R', 200);
	names[300][201] = '\0';
	strcpy(names[0], "A__per_cpu_start");
	addrs[0] = absolute ? 0 : KERNEL + 0x1000;
	strcpy(names[1], "Acpu_number");
	addrs[1] = absolute ? 0x1c000 : KERNEL + 0x2000;
	strcpy(names[2], "T_stext");
	strcpy(names[3], "T_text");
	addrs[2] = addrs[3] = KERNEL + STEXT;
	strcpy(names[NR - 2], "Dinit_uts_ns");
	strcpy(names[NR - 1], "B_end");
	addrs[NR - 1] = KERNEL + 0x1ff000;
	for (i = 0; i < NR; i++)
		if (extra[i])
			strcpy(names[i], extra[i]);
}

static uint64_t put_addresses(uint64_t pa, enum encoding e)
{
	uint64_t base = e == UNSIGNED ? addrs[0] : KERNEL + STEXT;
	unsigned int i;

	at.addresses = pa;
	for (i = 0; i < NR; i++) {
		switch (e) {
		case ADDRESSES:
			put(pa, addrs[i], 8);
			break;
		case ABSOLUTE_PERCPU:
			put(pa, addrs[i] >> 63 ? base - 1 - addrs[i] : addrs[i], 4);
			break;
		case UNSIGNED:
			put(pa, addrs[i] - base, 4);
			break;
		case PLACE_RELATIVE:
			put(pa, addrs[i] - (KERNEL + pa), 4);
			break;
		}
		pa += e == ADDRESSES ? 8 : 4;
	}
	if (e == ABSOLUTE_PERCPU || e == UNSIGNED) {
		at.base = pa = align_up(pa, 8);
		put(pa, base, 8);
		pa += 8;
	}
	return pa;
}

/* Returns the offset behind name i, which lies at names + off. */
static uint64_t put_name(unsigned int i, uint64_t off)
{
	unsigned char buf[300];
	const char *s = names[i];
	unsigned int n = 0;

	while (*s) {
		buf[n++] = strncmp(s, "init_", 5) ? (unsigned char)*s : 1;
		s += strncmp(s, "init_", 5) ? 1 : 5;
	}
	if (n > 127)
		ram.bytes[at.names + off++] = (unsigned char)(n | 0x80);
	ram.bytes[at.names + off++] = (unsigned char)(n > 127 ? n >> 7 : n);
	memcpy(ram.bytes + at.names + off, buf, n);
	return off + n;
}

static uint64_t put_tokens(uint64_t pa, unsigned int to)
{
	uint64_t off = 0;
	int c;

	at.table = pa;
	for (c = 0; c < 256; c++) {
		char s[8] = { (char)c, '\0' };

		if (c <= 32 || c >= 127)
			sprintf(s, c == 1 ? "init_" : "x%02x", c);
		memcpy(ram.bytes + pa + off, s, strlen(s) + 1);
		off += strlen(s) + 1;
	}
	at.index = align_up(pa + off, to);
	for (c = 0, off = 0; c < 256; c++) {
		put(at.index + (uint64_t)c * 2, off, 2);
		off += strlen((char *)ram.bytes + pa + off) + 1;
	}
	at.index_end = at.index + 512;
	return at.index_end;
}

/* size: of num_syms and markers. to: alignment of every part. */
static void layout(enum order order, enum encoding e, unsigned int size, unsigned int to)
{
	uint64_t pa = TABLES, off = 0;
	unsigned int i;

	memset(ram.bytes + TABLES, 0, 0x40000);
	make_symbols(e == ADDRESSES || e == ABSOLUTE_PERCPU);
	memset(&at, 0, sizeof(at));
	if (order != BEHIND)
		pa = put_addresses(pa, e);
	at.num = align_up(pa, to);
	put(at.num, NR, (int)size);
	at.names = align_up(at.num + size, to);
	for (i = 0; i < NR; i++)
		off = put_name(i, off);
	at.names_end = at.names + off;
	at.markers = align_up(at.names_end, to);
	for (i = 0, off = 0; i < NR; i++) {
		if (i % 256 == 0)
			put(at.markers + i / 256 * size, off, (int)size);
		off = put_name(i, off);
	}
	pa = at.markers_end = at.markers + 3 * size;
	if (order == BEFORE_SEQS) {
		pa = at.seqs = align_up(pa, to);
		/* The order by name does not matter here, but is as mixed. */
		for (i = 0; i < NR; i++, pa += 3) {
			unsigned int seq = i * 293 % NR;

			ram.bytes[pa + 1] = (unsigned char)(seq >> 8);
			ram.bytes[pa + 2] = (unsigned char)seq;
		}
	}
	pa = put_tokens(align_up(pa, to), to);
	if (order == BEHIND)
		pa = put_addresses(align_up(pa, e == ADDRESSES ? 8 : to), e);
	at.end = pa;
	/* What follows in .rodata are other things. */
	memset(ram.bytes + align_up(pa, 8), 0xa5, 64);
}

#endif
