/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures: what two dumps that show the same defect have in common. They
 * consist of names only, never of addresses, counts or releases, so that they
 * survive a reboot, KASLR and a backport. The crash key is of what the kernel
 * printed alone, so that a log without a dump has the same. A key contains the
 * version of its recipe; when the recipe changes, so does the version.
 */
#include <stdio.h>
#include <string.h>

#include <nettle/sha2.h>

#include "report/report.h"

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

/*
 * Is this one of the functions that print a trace or end the machine? They are
 * above what happened.
 */
static bool is_reporter(const char *name)
{
	static const char *const reporters[] = {
		"dump_backtrace", "dump_stack", "dump_stack_lvl", "show_stack", "panic",
		"vpanic",	  "die",	"oops_end",	  "__die",
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
	/*
	 * No call returns to a function's first byte. arm64's trace says what a return address
	 * is in (%pS, not %pB): behind a call that does not return, whatever function is next.
	 */
	if (!f->offset)
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

static void part(struct pfs_signature_parts *in, const char *name, const char *value, size_t len)
{
	in->part[in->nr].name = name;
	in->part[in->nr].value = value;
	in->part[in->nr++].len = len;
}

static void part_str(struct pfs_signature_parts *in, const char *name, const char *value)
{
	part(in, name, value, strlen(value));
}

static void frame(struct pfs_signature_parts *in, const char *function)
{
	part(in, "frame", function, function_len(function));
}

static void hash_parts(char dst[32], const char *prefix, const struct pfs_signature_parts *in)
{
	struct hash h;
	size_t i;

	sha256_init(&h.ctx);
	for (i = 0; i < in->nr; i++)
		add(&h, in->part[i].value, in->part[i].len);
	finish(&h, dst, prefix);
}

void pfs_signature(const struct pfs_session *s, struct pfs_signature *ret)
{
	const struct pfs_verdict *v = &s->verdict;
	const struct pfs_panic *p = &s->panic;
	const char *code = v->mechanism ? v->mechanism->code : v->code;
	const char *state = v->has_pfn ? pfs_state_name(v->page.state) : "";
	bool defect = v->status == PFS_EXPLAINED || v->status == PFS_UNEXPLAINED;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	if (!s->has_verdict)
		return;
	/* The state of the page is a part of it, and a log alone has none. */
	if (s->model.log_only)
		defect = false;
	if (defect) {
		part_str(&ret->defect_of, "mechanism", code ? code : "");
		part_str(&ret->defect_of, "state", state);
		part_str(&ret->defect_of, "arch", arch_name(s));
		hash_parts(ret->defect, "defect:v1:", &ret->defect_of);
	}
	if (s->has_panic && p->kind != PFS_PANIC_NONE) {
		part_str(&ret->crash_of, "kind", pfs_panic_kind_name(p->kind));
		if (p->function)
			frame(&ret->crash_of, p->function);
		for (i = 0; i < p->nr_stack && ret->crash_of.nr < PFS_NR_SIGNATURE_PARTS; i++)
			if (pfs_frame_telling(p, i))
				frame(&ret->crash_of, p->stack[i].function);
		hash_parts(ret->crash, "crash:v2:", &ret->crash_of);
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

static void put_parts(struct pfs_out *o, const struct pfs_signature_parts *in)
{
	char value[128];
	size_t i;

	for (i = 0; i < in->nr; i++) {
		pfs_escape(value, sizeof(value), in->part[i].value, in->part[i].len, false);
		pfs_outf(o, "    %-9s  %s\n", in->part[i].name, *value ? value : "(none)");
	}
}

void pfs_text_signature(struct pfs_out *o, const struct pfs_session *s)
{
	struct pfs_signature sig;

	pfs_signature(s, &sig);
	if (!*sig.crash) {
		pfs_outf(o, "no signature: no panic in this %s\n",
			 pfs_is_log(&s->model) ? "log" : "dump");
		return;
	}
	pfs_out_para(o, 0, "", "%s", sig.title);
	if (*sig.defect) {
		pfs_outf(o, "\n%s\n", sig.defect);
		put_parts(o, &sig.defect_of);
	}
	pfs_outf(o, "\n%s\n", sig.crash);
	put_parts(o, &sig.crash_of);
}
