/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole engine over a dump with changed bytes. The first byte picks the dump, out of
 * those in $FUZZ_DUMPS, and whether it is distilled; then come patches: which of its pages,
 * where, how many bytes, and the bytes. With all stages and both renderers.
 */
#include "fuzz.h"

#include <dirent.h>

#include "bytes/record.h"
#include "distill/panic_note.h"
#include "distill/scan_note.h"
#include "distill/write.h"
#include "report/json.h"
#include "report/report.h"
#include "report/ticket.h"
#include "session/session.h"

#define MAX_DUMPS 64
#define MAX_PAGES 4096

/* Opened once, and its pages read once: what an input costs is the engine. */
static struct dump {
	char *path;
	struct pfs_target *t;
	uint64_t pages[MAX_PAGES];
	uint8_t *bytes[MAX_PAGES];
	unsigned int nr;
} dumps[MAX_DUMPS];
static unsigned int nr_dumps;

struct overlay {
	struct pfs_target t;
	struct dump *d;
	struct patch {
		uint64_t pa;
		size_t len;
		const uint8_t *bytes;
	} patch[32];
	unsigned int nr;
};

static int by_address(const void *key, const void *page)
{
	uint64_t pa = *(const uint64_t *)key, at = *(const uint64_t *)page;

	return pa < at ? -1 : pa > at;
}

/* Of one page: known by heart, or asked for. */
static enum pfs_presence read_page(struct dump *d, uint64_t pa, uint8_t *buf, size_t len,
				   size_t *ret_len)
{
	uint64_t first = pa & ~(uint64_t)4095;
	const uint64_t *page = bsearch(&first, d->pages, d->nr, sizeof(first), by_address);

	if (!page)
		return pfs_target_read(d->t, pa, buf, len, ret_len);
	memcpy(buf, d->bytes[page - d->pages] + (pa - first), len);
	*ret_len = len;
	return PFS_PRESENT;
}

static enum pfs_presence overlay_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				      size_t *ret_len)
{
	struct overlay *o = (struct overlay *)t;
	enum pfs_presence p = PFS_PRESENT;
	size_t done = 0, n, k;
	unsigned int i;

	while (done < len && p == PFS_PRESENT) {
		n = 4096 - (size_t)((pa + done) & 4095);
		p = read_page(o->d, pa + done, (uint8_t *)buf + done,
			      n < len - done ? n : len - done, &n);
		done += n;
	}
	for (i = 0; i < o->nr; i++) {
		const struct patch *a = &o->patch[i];

		if (a->pa >= pa + done || a->pa + a->len <= pa)
			continue;
		for (k = 0; k < a->len; k++)
			if (a->pa + k - pa < done)
				((uint8_t *)buf)[a->pa + k - pa] = a->bytes[k];
	}
	*ret_len = done;
	return p;
}

static enum pfs_presence overlay_presence(struct pfs_target *t, uint64_t pa, uint64_t *ret_end)
{
	struct overlay *o = (struct overlay *)t;

	return o->d->t->ops->presence(o->d->t, pa, ret_end);
}

static void overlay_free(struct pfs_target *t)
{
	free(t);
}

static const struct pfs_target_ops ops = {
	.name = "overlay",
	.read = overlay_read,
	.presence = overlay_presence,
	.free = overlay_free,
};

static void read_pages(struct dump *d)
{
	const char *path = d->path;
	uint64_t pa = 0, until;
	struct pfs_err err;
	size_t len;

	if (pfs_target_open_kdump(&path, 1, NULL, NULL, &d->t, &err))
		abort();
	while (d->nr < MAX_PAGES && pa < d->t->info.max_pfn * d->t->info.page_size) {
		if (d->t->ops->presence(d->t, pa, &until) == PFS_PRESENT) {
			if (until > (pa | 4095) + 1)
				until = (pa | 4095) + 1;
			d->bytes[d->nr] = malloc(4096);
			if (!d->bytes[d->nr])
				abort();
			if (pfs_target_read(d->t, pa, d->bytes[d->nr], 4096, &len) == PFS_PRESENT)
				d->pages[d->nr++] = pa;
			else
				free(d->bytes[d->nr]);
		}
		pa = until;
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *folder = getenv("FUZZ_DUMPS");
	struct dirent **list;
	int i, n = folder ? scandir(folder, &list, NULL, alphasort) : -1;

	(void)argc;
	(void)argv;
	for (i = 0; i < n; i++) {
		if (*list[i]->d_name != '.' && nr_dumps < MAX_DUMPS) {
			if (asprintf(&dumps[nr_dumps].path, "%s/%s", folder, list[i]->d_name) < 0)
				abort();
			read_pages(&dumps[nr_dumps++]);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	if (!nr_dumps) {
		fprintf(stderr, "FUZZ_DUMPS: no folder of dumps\n");
		exit(2);
	}
	return 0;
}

static int nowhere(struct pfs_out *o, const char *buf, size_t len)
{
	(void)o;
	feed_look(buf, len);
	return 0;
}

static void render(struct pfs_session *s)
{
	struct pfs_out o = { .write = nowhere, .width = 78 };
	struct pfs_page_view *v = calloc(1, sizeof(*v));
	struct pfs_err err;

	pfs_text_verdict(&o, s);
	pfs_text_findings(&o, s);
	pfs_text_limits(&o, s);
	pfs_text_summary(&o, s);
	pfs_text_sections(&o, s);
	pfs_text_vmemmap(&o, s);
	pfs_text_map(&o, s);
	pfs_json_write(&o, pfs_json_report(s));
	if (v && s->verdict.has_pfn) {
		char x[32];

		snprintf(x, sizeof(x), "pfn:%#llx", (unsigned long long)s->verdict.page.pfn);
		if (!pfs_page_view(&s->model, x, false, v, &err))
			pfs_text_pfn(&o, s, v);
	}
	free(v);
}

static struct overlay *open_overlay(struct feed *f)
{
	struct dump *d = &dumps[(feed_take(f, 1) & 127) % nr_dumps];
	struct overlay *o = calloc(1, sizeof(*o));

	if (!o)
		abort();
	o->t = *d->t;
	o->t.ops = &ops;
	o->d = d;
	while (f->left > 5 && o->nr < 32) {
		struct patch *p = &o->patch[o->nr++];
		uint64_t page = feed_take(f, 2), at = feed_take(f, 2);

		p->pa = d->pages[page % d->nr] + at % 4096;
		p->len = (size_t)feed_take(f, 1) % 64 + 1;
		if (p->len > f->left)
			p->len = f->left;
		p->bytes = f->p;
		f->p += p->len;
		f->left -= p->len;
	}
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = { data, size };
	const struct pfs_distill_opts small = { 0 };
	const struct pfs_session_opts opts = { .jobs = 1 };
	struct pfs_session *s = calloc(1, sizeof(*s));
	struct pfs_err err = { 0 };
	struct pfs_target *t;
	char path[32];
	int fd;

	if (!s || pfs_target_record(&open_overlay(&f)->t, &t, &err))
		abort();
	if (!pfs_session_open(s, t, &opts, &err)) {
		fd = feed_file((const uint8_t *)"", 0, path);
		if (!pfs_session_diagnose(s, &err) &&
		    !(size && *data >> 7 ? pfs_session_distill(s, &opts, &small, fd, &err) :
					   pfs_session_scan(s, &opts, &err)))
			render(s);
		close(fd);
		pfs_session_close(s);
	}
	free(s);
	return 0;
}
