/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads the sides of a diff: documents of ours, from a file or from a session. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "report/diff.h"

#define MAX_BYTES ((off_t)256 << 20)

static int open_file(const char *path, FILE **ret, struct pfs_err *err)
{
	struct stat st;
	FILE *f = fopen(path, "re");

	if (!f)
		return pfs_err_set(err, errno, "cannot open '%s': %s", path, strerror(errno));
	if (!fstat(fileno(f), &st) && S_ISREG(st.st_mode) && st.st_size > MAX_BYTES) {
		fclose(f);
		return pfs_err_set(err, EFBIG, "%s: more than %lld MiB of JSON", path,
				   (long long)MAX_BYTES >> 20);
	}
	*ret = f;
	return 0;
}

int pfs_diff_is_json(const char *path, bool *ret, struct pfs_err *err)
{
	FILE *f = fopen(path, "re");
	int c;

	if (!f)
		return pfs_err_set(err, errno, "cannot open '%s': %s", path, strerror(errno));
	do
		c = getc(f);
	while (c == ' ' || c == '\t' || c == '\n' || c == '\r');
	*ret = c == '{';
	fclose(f);
	return 0;
}

int pfs_diff_load(const char *path, struct pfs_diff_side *ret, struct pfs_err *err)
{
	static const char *const schemas[] = { "pfnscope/report", "pfnscope/check",
					       "pfnscope/sections", "pfnscope/map" };
	const char *schema, *version;
	json_error_t why;
	json_t *doc;
	FILE *f = NULL;
	size_t i;
	int r = open_file(path, &f, err);

	if (r)
		return r;
	/* jansson bounds the nesting, and takes valid UTF-8 alone. */
	doc = json_loadf(f, JSON_REJECT_DUPLICATES, &why);
	fclose(f);
	if (!doc)
		return pfs_err_set(err, EINVAL, "%s:%d: %s", path, why.line, why.text);
	schema = json_string_value(json_object_get(doc, "schema"));
	version = json_string_value(json_object_get(doc, "version"));
	for (i = 0; schema && i < sizeof(schemas) / sizeof(*schemas); i++)
		if (!strcmp(schema, schemas[i]))
			break;
	if (!schema || i == sizeof(schemas) / sizeof(*schemas))
		r = pfs_err_set(err, EINVAL, "%s: no report, and no view of sections or states",
				path);
	else if (!version || strncmp(version, "1.", 2))
		r = pfs_err_set(err, EINVAL, "%s: of another version of the format", path);
	if (r) {
		json_decref(doc);
		return r;
	}
	*ret = (struct pfs_diff_side){ path, schemas[i], { doc }, 1 };
	return 0;
}

int pfs_diff_from(const struct pfs_session *s, const char *path, struct pfs_diff_side *ret,
		  struct pfs_err *err)
{
	*ret = (struct pfs_diff_side){
		path,
		"dump",
		{ pfs_json_report(s), pfs_json_sections(s), pfs_json_map(s) },
		3,
	};
	if (ret->docs[0] && ret->docs[1] && ret->docs[2])
		return 0;
	pfs_diff_side_deinit(ret);
	return pfs_err_set(err, ENOMEM, "out of memory");
}

void pfs_diff_side_deinit(struct pfs_diff_side *s)
{
	size_t i;

	for (i = 0; i < s->nr_docs; i++)
		json_decref(s->docs[i]);
	s->nr_docs = 0;
}
