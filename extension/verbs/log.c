/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb log, and what signature says of a log. */
#include <errno.h>
#include <stdlib.h>

#include "report/log.h"
#include "verbs/args.h"
#include "verbs/files.h"

enum pfs_exit pfs_exit_of_log(const struct pfs_log *l)
{
	enum pfs_exit st = PFS_EXIT_OK;
	size_t i;

	for (i = 0; i < l->nr; i++) {
		const struct pfs_session *s = &l->boots[i]->s;

		if (s->verdict.status == PFS_UNEXPLAINED || pfs_has_problems(&s->findings))
			return PFS_EXIT_PROBLEMS;
		if (s->verdict.status == PFS_INCONCLUSIVE)
			st = PFS_EXIT_INCONCLUSIVE;
	}
	return st;
}

enum pfs_exit pfs_run_log(const struct pfs_args *a, const char *path, struct pfs_out *o,
			  struct pfs_err *err)
{
	const struct pfs_session *s;
	char *found = NULL;
	enum pfs_exit st;
	struct pfs_log l;
	int r = pfs_files_log(path, &found, err);

	if (!r || r == -ENOTDIR)
		r = pfs_log_open(found ? found : path, &l, err);
	if (r) {
		free(found);
		return PFS_EXIT_FAILED;
	}
	s = &pfs_log_chosen(&l)->s;
	st = pfs_exit_of_log(&l);
	if (a->verb == PFS_V_SIGNATURE) {
		if (a->json)
			pfs_json_write(o, pfs_json_signature(s));
		else
			pfs_text_signature(o, s);
		st = PFS_EXIT_OK;
	} else if (a->json) {
		pfs_json_write(o, pfs_json_log(&l));
	} else {
		pfs_text_log(o, &l);
	}
	pfs_log_close(&l);
	free(found);
	return st;
}
