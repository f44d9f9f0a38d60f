# SPDX-License-Identifier: GPL-2.0-or-later
# The part of a report that a case of testdumps/synthetic expects, word for word.
# $exit is the exit status. Page states are the abnormal ones alone. Of the panic it is the
# keys that $want[0] names under "panic", null where there is none; of the stack, the first
# three functions.
{
	exit: $exit,
	status: .verdict.status,
	pfn: .verdict.pfn,
	state: .verdict.state,
	run: (if .verdict.start then "\(.verdict.start)-\(.verdict.end)" else null end),
	section: (.verdict.section_flags | if . then join(" ") else null end),
	leaf: (.verdict.walk | if . then last(.entries[]?).level else null end),
	mechanism: .verdict.mechanism,
	fixes: [.verdict.fixes[]?.title],
	findings: [.findings[] | "\(.severity) \(.code) \(.start)-\(.end)"],
	pages: (.summary.pages
		| with_entries(select(.key | IN("ok", "free", "reserved-hole", "device") | not))),
	panic: (.panic // {} | .stack |= (. // [] | .[:3] | map(.function))
		| . as $panic | $want[0].panic // {} | with_entries(.value = $panic[.key]))
}
| with_entries(select(.value != null and .value != [] and .value != {}))
