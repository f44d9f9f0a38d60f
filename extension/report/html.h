/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of report.html. Only the files html*.c use this header. */
#ifndef PFS_REPORT_HTML_H
#define PFS_REPORT_HTML_H

#include "report/ticket.h"

/*
 * Each HTML page of ours begins like this: the policy that forbids it to load
 * or run anything is in force before anything could be loaded or run.
 */
#define PFS_HTML_START \
	"<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n" \
	"<head>\n<meta charset=\"utf-8\"/>\n" \
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n" \
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; " \
	"style-src 'unsafe-inline'; img-src data:"
#define PFS_HTML_HEAD PFS_HTML_START "\"/>\n"

void pfs_html_style(struct pfs_out *o);
/* The struct page, its section and its mapping (html_page.c). */
void pfs_html_page(struct pfs_out *o, const struct pfs_session *s);
/*
 * The collapsible parts: panic, candidates, findings, ranges, facts, limits
 * (html_details.c).
 */
void pfs_html_details(struct pfs_out *o, const struct pfs_ticket *t);

#endif
