/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The script of the catalogue's page, which hides the dumps that one does not look for.
 * It is the only one that the page's policy lets run, by its hash; all else that the page
 * holds stays text. Without it the page lacks the search and nothing else.
 */
#include <string.h>

#include <nettle/base64.h>
#include <nettle/sha2.h>

#include "catalogue/html.h"
#include "report/html.h"

/* Neither "<" nor "&": the page is XML, too. */
static const char script[] =
	"\"use strict\";\n"
	"(() => {\n"
	"  const id = name => document.getElementById(name);\n"
	"  const all = (at, what) => Array.from(at.querySelectorAll(what));\n"
	"  const parts = all(document, 'section[id^=\"g\"]').map(section => ({\n"
	"    section, line: all(document, `td a[href=\"#${section.id}\"]`).map(a => a.closest('tr')),\n"
	"    head: section.querySelector('h2').textContent,\n"
	"    rows: all(section, 'tr').filter(row => row.querySelector('td'))}));\n"
	"  const verdict = row => row.querySelector('td.k').textContent;\n"
	"  const show = () => {\n"
	"    const words = id('words').value.toLowerCase().split(/\\s+/);\n"
	"    const want = id('verdict').value;\n"
	"    let found = 0, total = 0;\n"
	"    for (const part of parts) {\n"
	"      let here = 0;\n"
	"      for (const row of part.rows) {\n"
	"        const text = (part.head + ' ' + row.textContent).toLowerCase();\n"
	"        row.hidden = !words.every(word => text.includes(word)) ||\n"
	"          ![\"\", verdict(row)].includes(want);\n"
	"        here += !row.hidden;\n"
	"        total++;\n"
	"      }\n"
	"      for (const e of [part.section, ...part.line]) e.hidden = !here;\n"
	"      found += here;\n"
	"    }\n"
	"    id('found').textContent = `${found} of ${total} dumps`;\n"
	"  };\n"
	"  const kinds = new Set(parts.flatMap(part => part.rows.map(verdict)));\n"
	"  for (const kind of Array.from(kinds).sort())\n"
	"    id('verdict').add(new Option(kind, kind));\n"
	"  for (const field of ['words', 'verdict']) id(field).addEventListener('input', show);\n"
	"  id('find').hidden = false;\n"
	"  show();\n"
	"})();\n";

static const char style[] =
	":root{--c0:#b42318;--c1:#1f6feb;--c2:#2a7d46;--c3:#8250df;--c4:#9a6700;--c5:#bf3989;"
	"--c6:#6e7781}\n"
	"@media (prefers-color-scheme:dark){:root{--c0:#ff7b72;--c1:#58a6ff;--c2:#56d364;"
	"--c3:#bc8cff;--c4:#d4a72c;--c5:#f778ba;--c6:#9aa5b1}}\n"
	".c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}"
	".c4{fill:var(--c4)}.c5{fill:var(--c5)}.c6{fill:var(--c6)}\n"
	"[hidden]{display:none!important}\n"
	"svg.chart{display:block;width:100%;height:130px;border-bottom:1px solid var(--dim)}\n"
	".ends{display:flex;justify-content:space-between;margin:2px 0;font-size:13px;"
	"color:var(--dim)}\n"
	".legend{list-style:none;padding:0;font-size:13px}\n"
	"td.d,td.p{white-space:nowrap}\n"
	"#find{display:flex;flex-wrap:wrap;gap:8px 18px;align-items:center;margin:12px 0}\n"
	"#find input,#find select{font:inherit;max-width:100%;color:var(--fg);"
	"background:var(--soft);border:1px solid var(--dim);border-radius:3px;padding:2px 6px}\n"
	"@media screen and (min-width:1240px){body{display:block;max-width:1240px}}\n"
	/* Side by side, one long cell would make a tall row of which nothing is in sight. */
	"@media screen and (max-width:700px){.dumps tr{display:block;padding:6px 0;"
	"border-bottom:1px solid var(--rule)}.dumps td{display:block;border:0;padding:0;"
	"white-space:normal;overflow-wrap:anywhere}.dumps tr:first-child{display:none}}\n"
	"@media print{#find{display:none}td.p,td.t{white-space:normal;overflow-wrap:anywhere;"
	"min-width:0}th,td{padding-right:8px}}\n";

void pfs_catalogue_policy(struct pfs_out *o)
{
	char hash[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1];
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx c;

	sha256_init(&c);
	sha256_update(&c, sizeof(script) - 1, (const uint8_t *)script);
	sha256_digest(&c, sizeof(digest), digest);
	base64_encode_raw(hash, sizeof(digest), digest);
	hash[sizeof(hash) - 1] = '\0';
	pfs_markup(o, PFS_HTML_START "; script-src 'sha256-%s'\"/>\n", hash);
}

void pfs_catalogue_style(struct pfs_out *o)
{
	pfs_svg_style(o);
	pfs_html_style(o);
	pfs_out_raw(o, style, sizeof(style) - 1);
}

void pfs_catalogue_search(struct pfs_out *o)
{
	pfs_markup(o, "<div id=\"find\" role=\"search\" hidden=\"hidden\">\n"
		      "<label>Search <input type=\"search\" id=\"words\" size=\"28\"/></label>\n"
		      "<label>Verdict <select id=\"verdict\"><option value=\"\">any</option>"
		      "</select></label>\n<span id=\"found\" role=\"status\"></span>\n</div>\n");
}

void pfs_catalogue_script(struct pfs_out *o)
{
	pfs_markup(o, "<script>");
	pfs_out_raw(o, script, sizeof(script) - 1);
	pfs_markup(o, "</script>\n");
}
