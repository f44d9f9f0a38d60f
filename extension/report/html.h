/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of report.html; files html*.c only. */
#ifndef PFS_REPORT_HTML_H
#define PFS_REPORT_HTML_H

#include "report/ticket.h"

void pfs_html_style(struct pfs_out *o);
/* The struct page, its section and its mapping (html_page.c). */
void pfs_html_page(struct pfs_out *o, const struct pfs_session *s);
/* Panic, candidates, findings, ranges, facts, limits: what folds (html_details.c). */
void pfs_html_details(struct pfs_out *o, const struct pfs_ticket *t);

#endif
