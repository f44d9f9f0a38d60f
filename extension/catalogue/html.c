/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalogue as pages: an index by signature, and the report.html of each dump
 * that has one, copied, so that the folder can be moved or served. All that stems
 * from a dump or a file's name is escaped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pfnscope/version.h>

#include "base/output.h"
#include "catalogue/catalogue.h"
#include "catalogue/html.h"
#include "report/html.h"

#define MAX_REPORT ((off_t)64 << 20)
#define GENERATED "<meta name=\"generator\" content=\"pfnscope "
#define GENERATOR GENERATED PFS_VERSION "\"/>\n"

static const char *get(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static const char *or_dash(const char *s)
{
	return s ? s : "-";
}

static int write_file(struct pfs_out *o, const char *buf, size_t len)
{
	return fwrite(buf, 1, len, o->arg) == len ? 0 : -(errno ? errno : EIO);
}

static void put_head(struct pfs_out *o, size_t dumps)
{
	pfs_catalogue_policy(o);
	pfs_markup(o,
		   GENERATOR "<link rel=\"icon\" href=\"data:,\"/>\n"
			     "<title>%zu dumps</title>\n<style>\n",
		   dumps);
	pfs_catalogue_style(o);
	pfs_markup(o,
		   "</style>\n</head>\n<body>\n<header>\n<p class=\"status\">pfnscope</p>\n"
		   "<h1>%zu dumps by signature</h1>\n</header>\n<main>\n",
		   dumps);
}

/* Of "2023-11-14T22:13:20Z", the day. */
#define DATE 10

static void put_groups(struct pfs_out *o, const json_t *groups)
{
	const json_t *g;
	size_t i;

	pfs_markup(o,
		   "<section>\n<h2>Signatures</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n"
		   "<tr><th>Signature</th><th>Dumps</th><th>Problems</th><th>Kernels</th>"
		   "<th>Hosts</th><th>First</th><th>Last</th></tr>\n");
	json_array_foreach(groups, i, g) {
		static const char *const counts[] = { "dumps", "problems", "kernels", "hosts" };
		size_t k;

		pfs_markup(o, "<tr><td class=\"t\"><a href=\"#g%zu\">%s</a></td>", i,
			   or_dash(get(g, "title")));
		for (k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
			pfs_markup(o, "<td class=\"n\">%lld</td>",
				   (long long)json_integer_value(json_object_get(g, counts[k])));
		pfs_markup(o, "<td class=\"d\">%.*s</td><td class=\"d\">%.*s</td></tr>\n", DATE,
			   or_dash(get(g, "first")), DATE, or_dash(get(g, "last")));
	}
	pfs_markup(o, "</table></div>\n</section>\n");
}

/* As pfs_catalogue_groups() has it. */
static const char *key_of(const json_t *d)
{
	const char *outcome = or_dash(get(d, "outcome"));

	if (get(d, "defect"))
		return get(d, "defect");
	if (get(d, "crash"))
		return get(d, "crash");
	return strcmp(outcome, "done") ? outcome : or_dash(get(d, "verdict"));
}

static void put_dump(struct pfs_out *o, const json_t *d)
{
	const char *what = get(d, "title");

	pfs_markup(o,
		   "<tr><td class=\"d\">%s</td><td>%s</td><td class=\"d\">%s</td>"
		   "<td class=\"k\">%s</td><td class=\"t\">%s</td>",
		   or_dash(get(d, "time")), or_dash(get(d, "host")), or_dash(get(d, "release")),
		   get(d, "verdict") ? get(d, "verdict") : or_dash(get(d, "outcome")),
		   what ? what : or_dash(get(d, "outcome")));
	if (json_is_true(json_object_get(d, "has_report")))
		pfs_markup(o, "<td class=\"p\"><a href=\"reports/%lld.html\">%s</a></td></tr>\n",
			   (long long)json_integer_value(json_object_get(d, "nr")),
			   or_dash(get(d, "path")));
	else
		pfs_markup(o, "<td class=\"p\">%s%s</td></tr>\n", or_dash(get(d, "path")),
			   get(d, "log") ? " (log only)" : "");
}

/* The dumps of each key, in their order; NULL: out of memory. */
static json_t *by_key(const json_t *dumps)
{
	json_t *sets = json_object(), *set, *d;
	size_t i;
	bool oom = !sets;

	json_array_foreach(dumps, i, d) {
		set = json_object_get(sets, key_of(d));
		if (!set) {
			set = json_array();
			oom |= json_object_set_new(sets, key_of(d), set);
		}
		if (oom || json_array_append(set, d)) {
			json_decref(sets);
			return NULL;
		}
	}
	return sets;
}

static void put_dumps(struct pfs_out *o, const json_t *groups, const json_t *sets)
{
	const json_t *g, *d;
	size_t i, k;

	json_array_foreach(groups, i, g) {
		const char *key = or_dash(get(g, "key"));

		pfs_markup(o, "<section id=\"g%zu\">\n<h2>%s</h2>\n", i, or_dash(get(g, "title")));
		if (strchr(key, ':'))
			pfs_markup(o, "<p><code>%s</code></p>\n", key);
		pfs_markup(
			o,
			"<div class=\"scroll\" tabindex=\"0\"><table class=\"dumps\">\n<tr><th>Time</th>"
			"<th>Host</th><th>Kernel</th><th>Verdict</th><th>In words</th>"
			"<th>Dump</th></tr>\n");
		json_array_foreach(json_object_get(sets, key), k, d)
			put_dump(o, d);
		pfs_markup(o, "</table></div>\n</section>\n");
	}
}

static void put_page(struct pfs_out *o, const json_t *groups, const json_t *dumps)
{
	json_t *sets = by_key(dumps);

	if (!sets && !o->error)
		o->error = -ENOMEM;
	put_head(o, json_array_size(dumps));
	pfs_catalogue_chart(o, groups, sets);
	pfs_catalogue_search(o);
	put_groups(o, groups);
	put_dumps(o, groups, sets);
	pfs_markup(o, "</main>\n");
	pfs_catalogue_script(o);
	pfs_markup(o, "</body>\n</html>\n");
	json_decref(sets);
}

/*
 * A report comes from another machine, as its row does, and a page in the index's
 * folder is trusted like the index: one that does not begin as ours is none.
 */
static bool is_report(int fd)
{
	static const char head[] = PFS_HTML_HEAD GENERATED;
	char buf[sizeof(head) - 1];

	return pread(fd, buf, sizeof(buf), 0) == (ssize_t)sizeof(buf) &&
	       !memcmp(buf, head, sizeof(buf));
}

/* An index of ours, of any version: it may be written again. */
static bool is_index(int fd)
{
	static const char head[] = PFS_HTML_START;
	char buf[1024];
	ssize_t n = pread(fd, buf, sizeof(buf) - 1, 0);

	if (n < (ssize_t)sizeof(head))
		return false;
	buf[n] = '\0';
	return !strncmp(buf, head, sizeof(head) - 1) && strstr(buf, GENERATED);
}

static int copy(int from, int to, const char *path, struct pfs_err *err)
{
	char buf[65536];
	ssize_t n;
	int r = 0;

	while (!r && (n = read(from, buf, sizeof(buf))) > 0)
		r = pfs_write_all(to, buf, (size_t)n);
	if (r)
		return pfs_err_set(err, -r, "%s: cannot write: %s", path, strerror(-r));
	return n ? pfs_err_set(err, errno, "cannot read the report for '%s': %s", path,
			       strerror(errno)) :
		   0;
}

static int copy_to(int in, const char *to, const struct pfs_inputs *inputs, struct pfs_err *err)
{
	struct pfs_output o;
	int r = pfs_output_open(&o, to, inputs, is_report, err);

	if (r)
		return r;
	o.lazy = true;
	r = copy(in, o.fd, to, err);
	if (!r)
		r = pfs_output_commit(&o, err);
	pfs_output_discard(&o);
	return r;
}

/* NULL with err->code 0: the dump has no report. */
static char *report_of(const json_t *d, struct pfs_err *err)
{
	const char *results = or_dash(get(d, "results")), *report = get(d, "report");
	int folder = (int)(strrchr(results, '/') ? strrchr(results, '/') - results : 0);
	char *path = NULL;

	err->code = 0;
	if (report && asprintf(&path, "%.*s/%s/report.html", folder, results, report) < 0) {
		pfs_err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	return path;
}

/* A report that is not there (any more) is none; one that cannot be copied is an error. */
static int copy_report(const json_t *d, const char *dir, const struct pfs_inputs *inputs, bool *ret,
		       struct pfs_err *err)
{
	char *from = report_of(d, err), *to = NULL;
	struct stat st;
	int in, r = 0;

	*ret = false;
	if (!from)
		return -err->code;
	if (asprintf(&to, "%s/reports/%lld.html", dir,
		     (long long)json_integer_value(json_object_get(d, "nr"))) < 0) {
		free(from);
		return pfs_err_set(err, ENOMEM, "out of memory");
	}
	in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (in >= 0 &&
	    (fstat(in, &st) || !S_ISREG(st.st_mode) || st.st_size > MAX_REPORT || !is_report(in))) {
		fprintf(stderr, "pfnscope: not linked: no report of pfnscope's: dump %s\n",
			or_dash(get(d, "id")));
	} else if (in >= 0) {
		r = copy_to(in, to, inputs, err);
		*ret = !r;
	}
	if (in >= 0)
		close(in);
	free(from);
	free(to);
	return r;
}

static int make_dirs(const char *dir, struct pfs_err *err)
{
	char *reports = NULL;
	int r = 0;

	if (asprintf(&reports, "%s/reports", dir) < 0)
		return pfs_err_set(err, ENOMEM, "out of memory");
	if ((mkdir(dir, 0777) && errno != EEXIST) || (mkdir(reports, 0777) && errno != EEXIST))
		r = pfs_err_set(err, errno, "cannot make '%s': %s", reports, strerror(errno));
	free(reports);
	return r;
}

static int write_index(const char *dir, const json_t *groups, const json_t *dumps,
		       const struct pfs_inputs *inputs, struct pfs_err *err)
{
	struct pfs_out o = { .write = write_file, .dialect = PFS_MARKUP };
	struct pfs_output file;
	char *path = NULL;
	int r, fd;

	if (asprintf(&path, "%s/index.html", dir) < 0)
		return pfs_err_set(err, ENOMEM, "out of memory");
	r = pfs_output_open(&file, path, inputs, is_index, err);
	if (r)
		goto out;
	fd = fcntl(file.fd, F_DUPFD_CLOEXEC, 0);
	o.arg = fd < 0 ? NULL : fdopen(fd, "w");
	if (o.arg) {
		put_page(&o, groups, dumps);
		if (fclose(o.arg) && !o.error)
			o.error = -errno;
	} else {
		o.error = -errno;
		if (fd >= 0)
			close(fd);
	}
	r = o.error ? pfs_err_set(err, -o.error, "%s: cannot write: %s", path, strerror(-o.error)) :
		      pfs_output_commit(&file, err);
	pfs_output_discard(&file);
out:
	free(path);
	return r;
}

static int note_inputs(struct pfs_inputs *in, const struct pfs_catalogue *c, const json_t *dumps,
		       struct pfs_err *err)
{
	int r = pfs_inputs_add(in, c->path, err);
	const json_t *d;
	size_t i;

	json_array_foreach(dumps, i, d) {
		char *path = r ? NULL : report_of(d, err);

		if (path)
			r = pfs_inputs_add(in, path, err);
		else if (!r)
			r = -err->code;
		free(path);
	}
	return r;
}

int pfs_catalogue_html(struct pfs_catalogue *c, const char *dir, bool force, struct pfs_err *err)
{
	json_t *list = NULL, *groups = NULL, *dumps, *d;
	struct pfs_inputs in = { .force = force };
	size_t i;
	bool has;
	int r = pfs_catalogue_list(c, &list, err);

	if (!r)
		r = pfs_catalogue_groups(c, NULL, &groups, err);
	dumps = json_object_get(list, "dumps");
	if (!r)
		r = note_inputs(&in, c, dumps, err);
	if (!r)
		r = make_dirs(dir, err);
	json_array_foreach(dumps, i, d) {
		if (r)
			break;
		r = copy_report(d, dir, &in, &has, err);
		if (!r && has && json_object_set_new(d, "has_report", json_true()))
			r = pfs_err_set(err, ENOMEM, "out of memory");
	}
	if (!r)
		r = write_index(dir, json_object_get(groups, "groups"), dumps, &in, err);
	pfs_inputs_deinit(&in);
	json_decref(list);
	json_decref(groups);
	return r;
}
