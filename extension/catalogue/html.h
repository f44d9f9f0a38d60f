/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of the catalogue's page. Only the files html*.c use this header. */
#ifndef PFS_CATALOGUE_HTML_H
#define PFS_CATALOGUE_HTML_H

#include "report/report.h"

/* The policy for the script, and what the page has beside a report's style (html_script.c). */
void pfs_catalogue_policy(struct pfs_out *o);
void pfs_catalogue_style(struct pfs_out *o);
/* The fields to search by, which are hidden until the script runs, and the script. */
void pfs_catalogue_search(struct pfs_out *o);
void pfs_catalogue_script(struct pfs_out *o);

/*
 * Crashes by day and signature (html_chart.c). groups: the largest first; sets: the dumps
 * of each group by its key. Nothing where no dump has a time.
 */
void pfs_catalogue_chart(struct pfs_out *o, const json_t *groups, const json_t *sets);

#endif
