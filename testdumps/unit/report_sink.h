/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report's sink in memory, which can be told to fail. */
#ifndef REPORT_SINK_H
#define REPORT_SINK_H

#include <string.h>

#include "report/report.h"

struct sink {
	struct pfs_out o;
	char buf[1 << 17];
	size_t len;
	unsigned int calls_left; /* 0: no limit */
	int fail_with;
};

static int sink_write(struct pfs_out *o, const char *buf, size_t len)
{
	struct sink *s = o->arg;

	if (s->calls_left && !--s->calls_left)
		return s->fail_with;
	if (len > sizeof(s->buf) - 1 - s->len)
		return -1;
	memcpy(s->buf + s->len, buf, len);
	s->len += len;
	s->buf[s->len] = '\0';
	return 0;
}

static void sink_init(struct sink *s)
{
	memset(s, 0, sizeof(*s));
	s->o.write = sink_write;
	s->o.arg = s;
	s->o.width = 78;
}

#endif
