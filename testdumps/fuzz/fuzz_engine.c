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

static struct dump {
	char *path;
	uint64_t pages[MAX_PAGES];
	unsigned int nr;
} dumps[MAX_DUMPS];
static unsigned int nr_dumps;

struct overlay {
	struct pfs_target t;
	struct pfs_target *lower;
	struct patch {
		uint64_t pa;
		size_t len;
		const uint8_t *bytes;
	} patch[32];
	unsigned int nr;
};

static enum pfs_presence overlay_read(struct pfs_target *t, uint64_t pa, void *buf, size_t len,
				      size_t *ret_len)
{
	struct overlay *o = (struct overlay *)t;
	enum pfs_presence p = pfs_target_read(o->lower, pa, buf, len, ret_len);
	unsigned int i;
	size_t k;

	for (i = 0; i < o->nr; i++)
		for (k = 0; k < o->patch[i].len; k++)
			if (o->patch[i].pa + k - pa < *ret_len)
				((uint8_t *)buf)[o->patch[i].pa + k - pa] = o->patch[i].bytes[k];
	return p;
}

static enum pfs_presence overlay_presence(struct pfs_target *t, uint64_t pa, uint64_t *ret_end)
{
	struct overlay *o = (struct overlay *)t;

	return o->lower->ops->presence(o->lower, pa, ret_end);
}

static void overlay_free(struct pfs_target *t)
{
	pfs_target_free(((struct overlay *)t)->lower);
	free(t);
}

static const struct pfs_target_ops ops = {
	.name = "overlay",
	.read = overlay_read,
	.presence = overlay_presence,
	.free = overlay_free,
};

static void find_pages(struct dump *d)
{
	const char *path = d->path;
	uint64_t pa = 0, until;
	struct pfs_target *t;
	struct pfs_err err;

	if (pfs_target_open_kdump(&path, 1, NULL, NULL, &t, &err))
		abort();
	while (d->nr < MAX_PAGES && pa < t->info.max_pfn * t->info.page_size) {
		if (t->ops->presence(t, pa, &until) == PFS_PRESENT) {
			d->pages[d->nr++] = pa;
			if (until > (pa | 4095) + 1)
				until = (pa | 4095) + 1;
		}
		pa = until;
	}
	pfs_target_free(t);
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
			find_pages(&dumps[nr_dumps++]);
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
	const struct dump *d = &dumps[(feed_take(f, 1) & 127) % nr_dumps];
	struct overlay *o = calloc(1, sizeof(*o));
	const char *path = d->path;
	struct pfs_err err;

	if (!o || pfs_target_open_kdump(&path, 1, NULL, NULL, &o->lower, &err))
		abort();
	o->t = *o->lower;
	o->t.ops = &ops;
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
