/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of report.html; files html*.c only. */
#ifndef PFS_REPORT_HTML_H
#define PFS_REPORT_HTML_H

#include "report/ticket.h"

/*
 * How each page of ours begins: nothing in it can be loaded or run before the policy
 * holds that forbids it.
 */
#define PFS_HTML_HEAD \
	"<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n" \
	"<head>\n<meta charset=\"utf-8\"/>\n" \
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n" \
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; " \
	"style-src 'unsafe-inline'; img-src data:\"/>\n"

void pfs_html_style(struct pfs_out *o);
/* The struct page, its section and its mapping (html_page.c). */
void pfs_html_page(struct pfs_out *o, const struct pfs_session *s);
/* Panic, candidates, findings, ranges, facts, limits: what folds (html_details.c). */
void pfs_html_details(struct pfs_out *o, const struct pfs_ticket *t);

#endif
