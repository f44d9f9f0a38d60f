/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures: what two dumps have in common that show the same defect. Made of
 * names alone, never of addresses, counts or releases, so that they survive a
 * reboot, KASLR and a backport. A key names the version of its recipe; another
 * recipe is another version.
 */
#include <stdio.h>
#include <string.h>

#include <nettle/sha2.h>

#include "report/report.h"

#define TOP_FRAMES 3

struct hash {
	struct sha256_ctx ctx;
};

/* Every part ends in NUL, so that "ab", "c" and "a", "bc" differ. */
static void add(struct hash *h, const char *s, size_t len)
{
	sha256_update(&h->ctx, len, (const uint8_t *)s);
	sha256_update(&h->ctx, 1, (const uint8_t *)"");
}

static void finish(struct hash *h, char dst[32], const char *prefix)
{
	uint8_t digest[8];
	size_t i, n = strlen(prefix);

	sha256_digest(&h->ctx, sizeof(digest), digest);
	memcpy(dst, prefix, n);
	for (i = 0; i < sizeof(digest); i++)
		snprintf(dst + n + 2 * i, 3, "%02x", digest[i]);
}

/* What printed the trace, or ended the machine, stands above what happened. */
static bool is_reporter(const char *name)
{
	static const char *const reporters[] = {
		"dump_stack", "dump_stack_lvl", "show_stack", "panic", "vpanic", "die",
		"oops_end", "__die",
	};
	size_t i;

	for (i = 0; i < sizeof(reporters) / sizeof(reporters[0]); i++)
		if (!strcmp(name, reporters[i]))
			return true;
	return false;
}

bool pfs_frame_telling(const struct pfs_panic *p, size_t i)
{
	const struct pfs_frame *f = &p->stack[i];

	/* The kernel is not sure of a guess, and the trace may repeat the fault itself. */
	if (f->guess || f->added || !f->function || is_reporter(f->function))
		return false;
	while (i && p->stack[i - 1].added)
		i--;
	return i || !p->function || strcmp(f->function, p->function);
}

/* Compilers clone functions under names with a dot: f.isra.0, f.cold, f.part.3. */
static size_t function_len(const char *name)
{
	return strcspn(name, ".");
}

static const char *arch_name(const struct pfs_session *s)
{
	if (s->mem.arch)
		return s->mem.arch->name;
	return s->target && s->target->info.arch ? s->target->info.arch : "unknown";
}

void pfs_signature(const struct pfs_session *s, struct pfs_signature *ret)
{
	const struct pfs_verdict *v = &s->verdict;
	const struct pfs_panic *p = &s->panic;
	const char *code = v->mechanism ? v->mechanism->code : v->code;
	const char *state = v->has_pfn ? pfs_state_name(v->page.state) : "";
	bool defect = v->status == PFS_EXPLAINED || v->status == PFS_UNEXPLAINED;
	struct hash h;
	unsigned int n = 0;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	if (!s->has_verdict)
		return;
	if (defect) {
		sha256_init(&h.ctx);
		add(&h, code ? code : "", code ? strlen(code) : 0);
		add(&h, state, strlen(state));
		add(&h, arch_name(s), strlen(arch_name(s)));
		finish(&h, ret->defect, "defect:v1:");
	}
	if (s->has_panic && p->kind != PFS_PANIC_NONE) {
		const char *kind = pfs_panic_kind_name(p->kind);

		sha256_init(&h.ctx);
		add(&h, ret->defect, strlen(ret->defect));
		add(&h, kind, strlen(kind));
		if (p->function) {
			add(&h, p->function, function_len(p->function));
			n++;
		}
		for (i = 0; i < p->nr_stack && n < TOP_FRAMES; i++) {
			if (!pfs_frame_telling(p, i))
				continue;
			add(&h, p->stack[i].function, function_len(p->stack[i].function));
			n++;
		}
		finish(&h, ret->crash, "crash:v1:");
	}
	if (defect)
		snprintf(ret->title, sizeof(ret->title), "%s: %s struct page%s%.*s (%s)",
			 code ? code : "unknown mechanism", *state ? state : "bad",
			 p->function ? " in " : "",
			 p->function ? (int)function_len(p->function) : 0,
			 p->function ? p->function : "", arch_name(s));
	else if (*ret->crash)
		snprintf(ret->title, sizeof(ret->title), "%s%s%.*s (%s)",
			 pfs_panic_kind_name(p->kind), p->function ? " in " : "",
			 p->function ? (int)function_len(p->function) : 0,
			 p->function ? p->function : "", arch_name(s));
}
