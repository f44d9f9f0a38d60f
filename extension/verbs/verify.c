/* SPDX-License-Identifier: GPL-2.0-or-later */
/* distill --verify: compares the new file with the dump that it was made from. */
#include <errno.h>
#include <stdlib.h>

#include "report/json.h"
#include "verbs/args.h"

static json_t *view_report(const struct pfs_session *s)
{
	json_t *doc = pfs_json_report(s), *facts = json_object_get(doc, "facts");
	size_t i;

	/* In a distilled dump all facts come from VMCOREINFO. */
	for (i = 0; i < json_array_size(facts); i++)
		json_object_del(json_array_get(facts, i), "from");
	return doc;
}

static const struct {
	const char *name;
	json_t *(*make)(const struct pfs_session *s);
} views[] = {
	{ "diagnose", view_report },
	{ "sections", pfs_json_sections },
	{ "vmemmap", pfs_json_vmemmap },
	{ "map", pfs_json_map },
};

/* Remove what names the file, and the limits, of which either file may have its own. */
static void forget(json_t *doc)
{
	json_object_del(doc, "dump");
	json_object_del(doc, "target");
	json_object_del(doc, "limits");
}

static int compare(const struct pfs_session *s, const struct pfs_session *again,
		   struct pfs_err *err)
{
	char path[128];
	size_t i;
	int r = 0;

	for (i = 0; i < sizeof(views) / sizeof(views[0]) && !r; i++) {
		json_t *a = views[i].make(s), *b = views[i].make(again);

		if (!a || !b) {
			r = pfs_err_set(err, ENOMEM, "out of memory");
		} else {
			forget(a);
			forget(b);
			if (pfs_json_differ(a, b, path, sizeof(path)))
				r = pfs_err_set(err, EBADMSG,
						"%s --json differs from the "
						"original's at %s",
						views[i].name, path);
		}
		json_decref(a);
		json_decref(b);
	}
	return r;
}

int pfs_verify(const struct pfs_session *s, const struct pfs_session_opts *opts, const char *path,
	       struct pfs_err *err)
{
	struct pfs_session_opts again_opts = *opts;
	struct pfs_session *again = calloc(1, sizeof(*again));
	struct pfs_target *t = NULL;
	int r;

	if (!again)
		return pfs_err_set(err, ENOMEM, "out of memory");
	again_opts.vmlinux = again_opts.system_map = NULL;
	r = pfs_target_open_kdump(&path, 1, NULL, NULL, &t, err);
	if (!r)
		r = pfs_session_open(again, t, &again_opts, err);
	if (!r) {
		r = pfs_session_diagnose(again, err);
		if (!r)
			r = pfs_session_scan(again, &again_opts, err);
		if (!r)
			r = compare(s, again, err);
		pfs_session_close(again);
	}
	free(again);
	if (r)
		pfs_err_wrap(err, "%s, reopened", path);
	return r;
}
