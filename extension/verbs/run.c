/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs: each runs stages of the analysis, then a renderer. */
#include <errno.h>

#include "distill/write.h"
#include "report/ticket.h"
#include "verbs/args.h"
#include "verbs/nearest.h"
#include "verbs/report.h"

struct run {
	struct pfs_session *s;
	const struct pfs_args *a;
	const struct pfs_session_opts *opts;
	struct pfs_out *o;
	struct pfs_err *err;
};

static void begin_output(const struct run *r)
{
	if (r->opts->stage)
		r->opts->stage(r->opts->stage_arg, "output");
}

/* The scan of all struct pages; one that the user stopped is a limit, not a failure. */
static int scan(struct run *r)
{
	int rc = r->s->model.lost ? 0 : pfs_session_scan(r->s, r->opts, r->err);

	begin_output(r);
	if (rc != -EINTR)
		return rc;
	r->s->scan.complete = false;
	pfs_limit(&r->s->model, "scan", "stopped by %s: findings may be missing",
		  r->a->timeout ? "the user or --timeout" : "the user");
	return 0;
}

/* A view shows what there is; what is missing, and why, comes after it. */
static void put_limits(struct run *r)
{
	if (!r->a->json)
		pfs_text_limits(r->o, r->s);
}

/* If not one struct page could be read, the memmap must not be called sound. */
static bool saw_pages(const struct pfs_session *s)
{
	const struct pfs_scan *scan = &s->scan;

	return scan->pages > scan->count[PFS_ST_EXCLUDED] + scan->count[PFS_ST_ABSENT] +
				     scan->count[PFS_ST_UNDECIDABLE];
}

static enum pfs_exit status_of_findings(const struct pfs_session *s)
{
	if (pfs_has_problems(&s->findings))
		return PFS_EXIT_PROBLEMS;
	return s->has_scan && s->scan.complete && saw_pages(s) ? PFS_EXIT_OK :
								 PFS_EXIT_INCONCLUSIVE;
}

enum pfs_exit pfs_exit_of(const struct pfs_session *s)
{
	enum pfs_status st = s->verdict.status;

	if (st == PFS_EXPLAINED || st == PFS_UNEXPLAINED)
		return PFS_EXIT_PROBLEMS;
	if (st == PFS_INCONCLUSIVE && !pfs_has_problems(&s->findings))
		return PFS_EXIT_INCONCLUSIVE;
	return status_of_findings(s);
}

static enum pfs_exit run_diagnose(struct run *r)
{
	if (pfs_session_diagnose(r->s, r->err))
		return PFS_EXIT_FAILED;
	if (!r->a->json) {
		pfs_text_verdict(r->o, r->s);
		pfs_out_flush(r->o);
	}
	if (scan(r))
		return PFS_EXIT_FAILED;
	if (r->a->json) {
		pfs_json_write(r->o, pfs_json_report(r->s));
	} else {
		pfs_text_findings(r->o, r->s);
		pfs_text_limits(r->o, r->s);
		pfs_text_summary(r->o, r->s);
	}
	return pfs_exit_of(r->s);
}

static enum pfs_exit run_check(struct run *r)
{
	if (scan(r))
		return PFS_EXIT_FAILED;
	if (r->a->json) {
		pfs_json_write(r->o, pfs_json_check(r->s));
	} else {
		pfs_text_findings(r->o, r->s);
		pfs_text_limits(r->o, r->s);
		pfs_text_summary(r->o, r->s);
	}
	return status_of_findings(r->s);
}

static enum pfs_exit run_pfn(struct run *r)
{
	struct pfs_page_view v;

	if (pfs_page_view(&r->s->model, r->a->arg, r->a->hex, &v, r->err))
		return PFS_EXIT_FAILED;
	if (r->a->json)
		pfs_json_write(r->o, pfs_json_pfn(r->s, &v));
	else
		pfs_text_pfn(r->o, r->s, &v);
	put_limits(r);
	return PFS_EXIT_OK;
}

static enum pfs_exit run_sections(struct run *r)
{
	if (r->a->json)
		pfs_json_write(r->o, pfs_json_sections(r->s));
	else
		pfs_text_sections(r->o, r->s);
	put_limits(r);
	return PFS_EXIT_OK;
}

static enum pfs_exit run_vmemmap(struct run *r)
{
	if (r->a->json)
		pfs_json_write(r->o, pfs_json_vmemmap(r->s));
	else
		pfs_text_vmemmap(r->o, r->s);
	put_limits(r);
	return PFS_EXIT_OK;
}

static enum pfs_exit run_map(struct run *r)
{
	if (pfs_session_diagnose(r->s, r->err) || scan(r))
		return PFS_EXIT_FAILED;
	if (r->a->svg) {
		struct pfs_focus focus;

		pfs_focus_find(r->s, &focus);
		pfs_svg_map(r->o, r->s, &focus, PFS_MAP_WIDE, true);
		return r->s->scan.complete ? PFS_EXIT_OK : PFS_EXIT_INCONCLUSIVE;
	}
	if (r->a->json)
		pfs_json_write(r->o, pfs_json_map(r->s));
	else
		pfs_text_map(r->o, r->s);
	put_limits(r);
	return r->s->scan.complete ? PFS_EXIT_OK : PFS_EXIT_INCONCLUSIVE;
}

static enum pfs_exit run_facts(struct run *r)
{
	if (r->a->json)
		pfs_json_write(r->o, pfs_json_facts(r->s));
	else
		pfs_text_facts(r->o, r->s, r->a->all);
	put_limits(r);
	return PFS_EXIT_OK;
}

static enum pfs_exit run_signature(struct run *r)
{
	if (pfs_session_diagnose(r->s, r->err))
		return PFS_EXIT_FAILED;
	if (r->a->json)
		pfs_json_write(r->o, pfs_json_signature(r->s));
	else
		pfs_text_signature(r->o, r->s);
	put_limits(r);
	return PFS_EXIT_OK;
}

static enum pfs_exit run_explain(struct run *r)
{
	const char *words = r->a->arg;
	struct pfs_known known;

	pfs_known_find(&known, words);
	if (!known.found) {
		pfs_err_set(r->err, ENOENT, "nothing known of '%s'; explain alone lists all codes",
			    words);
		pfs_nearest_code(words, r->err);
		return PFS_EXIT_FAILED;
	}
	if (r->a->json)
		pfs_json_write(r->o, pfs_json_explain(words));
	else
		pfs_text_explain(r->o, words);
	return PFS_EXIT_OK;
}

static enum pfs_exit run_distill(struct run *r)
{
	const struct pfs_distill_opts d = { .full = r->a->full, .log = r->a->log };
	const char *path = r->a->output;
	struct pfs_output o;
	int rc;

	if (!path) {
		pfs_err_set(r->err, EINVAL, "distill: -o FILE says where to");
		return PFS_EXIT_FAILED;
	}
	if (pfs_output_open(&o, path, r->opts->inputs, pfs_is_distilled, r->err))
		return PFS_EXIT_FAILED;
	if (r->a->verify && o.stream) {
		rc = pfs_err_set(r->err, EINVAL, "%s: no file, as --verify wants", path);
	} else {
		rc = pfs_session_diagnose(r->s, r->err);
		if (!rc)
			rc = pfs_session_distill(r->s, r->opts, &d, o.fd, r->err);
		if (rc)
			pfs_err_wrap(r->err, "%s", path);
	}
	if (!rc)
		rc = pfs_output_commit(&o, r->err);
	pfs_output_discard(&o);
	if (!rc && r->a->verify)
		rc = pfs_verify(r->s, r->opts, path, r->err);
	return rc ? PFS_EXIT_FAILED : PFS_EXIT_OK;
}

static enum pfs_exit run_diff(struct run *r)
{
	return pfs_run_diff(r->a, r->o, r->err);
}

static enum pfs_exit run_log(struct run *r)
{
	return pfs_run_log(r->a, r->a->arg, r->o, r->err);
}

static enum pfs_exit run_report(struct run *r)
{
	const struct pfs_args *a = r->a;

	if (!a->output == !a->tar) {
		pfs_err_set(r->err, EINVAL, "report: -o DIR or --tar FILE says where to");
		return PFS_EXIT_FAILED;
	}
	if (pfs_session_diagnose(r->s, r->err) || pfs_report_write(r->s, a, r->opts, r->err))
		return PFS_EXIT_FAILED;
	/* What was written there is not to be followed by anything. */
	if (pfs_is_stdout(a->tar ? a->tar : a->output))
		return pfs_exit_of(r->s);
	if (a->json) {
		pfs_json_write(r->o, pfs_json_report(r->s));
	} else {
		pfs_out_para(r->o, 0, "", "%s: %s", pfs_status_name(r->s->verdict.status),
			     r->s->verdict.title ? r->s->verdict.title : "no verdict");
		pfs_out_para(r->o, 0, "", "the report is in %s", a->tar ? a->tar : a->output);
	}
	return pfs_exit_of(r->s);
}

enum pfs_exit pfs_run(struct pfs_session *s, const struct pfs_args *a,
		      const struct pfs_session_opts *opts, struct pfs_out *o, struct pfs_err *err)
{
	/* clang-format off */
	static enum pfs_exit (*const run[PFS_NR_VERBS])(struct run *r) = {
		[PFS_V_DIAGNOSE] = run_diagnose,
		[PFS_V_CHECK] = run_check,
		[PFS_V_PFN] = run_pfn,
		[PFS_V_SECTIONS] = run_sections,
		[PFS_V_VMEMMAP] = run_vmemmap,
		[PFS_V_MAP] = run_map,
		[PFS_V_FACTS] = run_facts,
		[PFS_V_SIGNATURE] = run_signature,
		[PFS_V_EXPLAIN] = run_explain,
		[PFS_V_DIFF] = run_diff,
		[PFS_V_DISTILL] = run_distill,
		[PFS_V_REPORT] = run_report,
		[PFS_V_LOG] = run_log,
	};
	/* clang-format on */
	struct run r = { s, a, opts, o, err };

	/* The session opened with fewer facts than it wanted, and err says why. */
	if (s && err->code) {
		pfs_limit(&s->model, "debug information", "%s%s", err->msg,
			  a->nr_files && !opts->vmlinux ?
				  "; the kernel's vmlinux, given after the dump, has all of it" :
				  "");
		err->code = 0;
	}
	if (s)
		begin_output(&r);
	return run[a->verb](&r);
}
