/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The style sheet of the pictures, for light and dark backgrounds. The colours
 * of states also differ in brightness, so that they can be told apart when
 * printed in grey.
 */
#include <string.h>

#include "report/ticket.h"

static const char style[] =
	":root{--fg:#1f2328;--dim:#59636e;--rule:#d1d9e0;--paper:#fff;--soft:#f6f8fa;"
	"--ram:#b6cfe8;--dev:#cdb8e6;--fw:#d0d5da;--node0:#e4e8ec;--node1:#cfd6dc;"
	"--zone0:#dbe7d3;--zone1:#c5d8b8;--online:#a9cfa4;--offline:#e8d9a0;"
	"--set:#8fb7dd;--clear:#f2f4f6;--leaf:#cfe0ea;--leaf4k:#a8c8da;"
	"--ok:#dcebd9;--free:#eef5ec;--bad:#c0281c;--badfg:#fff;--warn:#e08a1e;"
	"--unknown:#e3e3e3;--mark:#9b1c12}\n"
	"@media (prefers-color-scheme:dark){:root{--fg:#e6edf3;--dim:#9aa5b1;--rule:#3d444d;"
	"--paper:#0f1318;--soft:#171c23;--ram:#2f5579;--dev:#5b4680;--fw:#454c55;"
	"--node0:#2a313a;--node1:#39424d;--zone0:#33472b;--zone1:#43603a;--online:#3f6f3d;"
	"--offline:#6d5f22;--set:#3c6d9e;--clear:#1d232b;--leaf:#2c4657;--leaf4k:#3c6379;"
	"--ok:#2b4029;--free:#1f2b1e;--bad:#cb362d;--badfg:#fff;--warn:#c77a17;"
	"--unknown:#3a3a3a;--mark:#ff7b72}}\n"
	"@media print{:root{--fg:#000;--dim:#444;--rule:#bbb;--paper:#fff;--soft:#fff;"
	"--ram:#b6cfe8;--dev:#cdb8e6;--fw:#d0d5da;--node0:#e4e8ec;--node1:#cfd6dc;"
	"--zone0:#dbe7d3;--zone1:#c5d8b8;--online:#a9cfa4;--offline:#e8d9a0;"
	"--set:#8fb7dd;--clear:#f2f4f6;--leaf:#cfe0ea;--leaf4k:#a8c8da;"
	"--ok:#dcebd9;--free:#eef5ec;--bad:#c0281c;--badfg:#fff;--warn:#e08a1e;"
	"--unknown:#e3e3e3;--mark:#9b1c12}}\n"
	"svg{font:12px system-ui,sans-serif;fill:var(--fg)}\n"
	"svg .paper{fill:var(--paper)}svg .ram{fill:var(--ram)}svg .dev{fill:var(--dev)}"
	"svg .fw{fill:var(--fw)}svg .node0{fill:var(--node0)}svg .node1{fill:var(--node1)}"
	"svg .zone0{fill:var(--zone0)}svg .zone1{fill:var(--zone1)}"
	"svg .online{fill:var(--online)}svg .offline{fill:var(--offline)}"
	"svg .set{fill:var(--set);stroke:var(--paper);stroke-width:1}"
	"svg .clear{fill:var(--clear);stroke:var(--rule);stroke-width:1}"
	"svg .leaf{fill:var(--leaf)}svg .leaf4k{fill:var(--leaf4k)}"
	"svg .ok{fill:var(--ok)}svg .free{fill:var(--free)}svg .bad{fill:var(--bad)}"
	"svg .warn{fill:var(--warn)}svg .unknown{fill:var(--unknown)}"
	"svg .nothing{fill:none;stroke:var(--rule);stroke-width:1}\n"
	"svg .page{stroke:var(--rule);stroke-width:1}"
	"svg .name,svg .key{fill:var(--dim)}"
	"svg .title{font-weight:600}"
	"svg .in{font-size:10px}"
	"svg text.tick{font-size:11px;fill:var(--dim);text-anchor:middle}"
	"svg path.tick{stroke:var(--rule);fill:none}"
	"svg .letter{font:11px ui-monospace,monospace;text-anchor:middle;fill:var(--fg)}"
	"svg text.letter.bad{fill:var(--badfg);font-weight:700}"
	"svg text.letter.warn{fill:#000;font-weight:700}"
	"svg .wedge{fill:var(--soft);stroke:var(--rule);stroke-width:1}"
	"svg .mark{stroke:var(--mark);stroke-width:2;fill:none}"
	"svg .arrow{fill:var(--mark)}"
	"svg .frame{fill:none;stroke:var(--mark);stroke-width:3}"
	"svg .box{fill:var(--soft);stroke:var(--rule)}"
	"svg .box.gone{fill:none;stroke:var(--mark);stroke-width:2;stroke-dasharray:5 3}"
	"svg .box.leaf{fill:var(--leaf);stroke:var(--rule)}"
	"svg .mono{font:12px ui-monospace,monospace}"
	"svg .link{fill:none;stroke:var(--dim);stroke-width:1.5}"
	"svg .tip{fill:var(--dim)}"
	"svg .alarm{fill:var(--mark);font-weight:600}svg.walk .alarm{font-size:11px}svg .below{text-anchor:middle}\n";

void pfs_svg_style(struct pfs_out *o)
{
	pfs_out_raw(o, style, strlen(style));
}
