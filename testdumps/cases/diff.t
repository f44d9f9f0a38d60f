#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# diff: dumps and reports of one machine against each other, and against JSON that
# somebody else wrote.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

clean=$top/testdumps/s1-clean/s1-clean.kdump
sysrq=$top/testdumps/s1-sysrq/s1-sysrq.kdump
s1=$top/testdumps/s1/s1.kdump

# differ NAME A B STATUS FILTER: the filter is true of the document.
differ() {
	run "$pfnscope" diff --json "$2" "$3"
	is "$1: exit status" "$status $(cat "$tmp/err")" "$4 "
	ok "$1: $(echo "$5" | tr -s '\n\t' '  ')" holds "$5" "$tmp/out"
	run "$pfnscope" diff "$2" "$3"
	is "$1: text, exit status" "$status" "$4"
	ok "$1: text is printable" printable "$tmp/out"
}

nothing='.schema == "pfnscope/diff" and (.differ | not) and .not_compared == [] and
	([.kernel, .verdict, .sections, .states, .pages, .findings] | add == [])'
for dump in "$s1" "$clean"; do
	name=$(basename "$dump" .kdump)
	differ "$name and itself" "$dump" "$dump" 0 "$nothing"
	is "$name and itself: no text" "$(cat "$tmp/out")" ''
done

# A finding may be of no page at all, and a document from elsewhere end before it begins.
for end in '0x14000' '0x10'; do
	"$pfnscope" --json "$s1" | jq --arg last "$end" \
		'.findings[0] |= (.start = "0x14000" | .end = $last)' >"$tmp/empty.json"
	differ "a finding up to $end and itself" "$tmp/empty.json" "$tmp/empty.json" 0 "$nothing"
done

# Two boots of one machine, where KASLR put everything elsewhere: the second has
# the bad pages of S1, the panic is the same.
differ 'two boots' "$clean" "$sysrq" 1 '
	.kernel == [] and .verdict == [] and .sections == [] and .not_compared == [] and
	.states == [{start: "0x44000", end: "0x44002", pages: 2, from: null, to: "depopulated"}] and
	.pages == [{what: "device", from: 32768, to: 32766}, {what: "depopulated", from: 0, to: 2}] and
	[.findings[] | [.change, .code, .from, .to.start, .to.pages]] ==
		[["new", "memmap-depopulated", null, "0x44000", 2]]'
differ 'and back' "$sysrq" "$clean" 1 '
	.states == [{start: "0x44000", end: "0x44002", pages: 2, from: "depopulated", to: null}] and
	[.findings[] | [.change, .code, .from.start, .to]] == [["gone", "memmap-depopulated", "0x44000", null]]'

# The same kernel with a quarter of the memory, and a panic of its own.
differ 'with less memory' "$clean" "$s1" 1 '
	([.verdict[] | {(.what): .to}] | add) == {status: "explained", code: "memmap-depopulated",
		pfn: "0x14000", state: "depopulated", mechanism: "early-section-depopulated"} and
	[.sections[] | [.start, .end, .from.flags, .from.subsection_map, .to]] == [["0x20000", "0x80000",
		["present", "has_mem_map", "online", "early"], ["0xffffffffffffffff"], null]]'
run "$pfnscope" diff "$clean" "$s1"
like 'text: sections' "$tmp/out" '^  0x20000-0x7ffff: present, has_mem_map, online, early; '
like 'text: states' "$tmp/out" '^  0x14000-0x14001: nothing abnormal -> depopulated$'
like 'text: findings' "$tmp/out" '^  new +fatal +memmap-depopulated$'
ok 'text: fits a terminal' [ "$(wc -L <"$tmp/out")" -le 80 ]

# From files: what both have is compared, and what one lacks is said.
for d in clean sysrq; do
	eval "dump=\$$d"
	for verb in diagnose check sections map; do
		# shellcheck disable=SC2154
		"$pfnscope" $verb --json "$dump" >"$tmp/$d.$verb"
	done
done
differ 'reports' "$tmp/clean.diagnose" "$tmp/sysrq.diagnose" 1 '
	(has("states") | not) and .section_counts == [] and .not_compared == [] and
	[.findings[].code] == ["memmap-depopulated"] and (.pages | length) == 2'
differ 'a report and the dump of it' "$tmp/clean.diagnose" "$clean" 0 '
	[.not_compared[] | [.what, .not_in]] == [["sections", "'"$tmp"'/clean.diagnose"],
		["states", "'"$tmp"'/clean.diagnose"]]'
like 'a report and the dump of it: says what was not compared' "$tmp/out" '^  - states: not in '
differ 'views of states' "$tmp/clean.map" "$tmp/sysrq.map" 1 '(.states | length) == 1'
differ 'views of sections' "$tmp/clean.sections" "$tmp/sysrq.sections" 0 '.sections == []'
differ 'two things that have nothing in common' "$tmp/clean.sections" "$tmp/sysrq.map" 0 '
	[.not_compared[].what] == ["sections", "states"]'

# What moved, grew or shrank is one finding; flags and bitmaps are compared bit by bit.
jq '.findings[0].end = "0x48000" | .findings[0].pages = 16384' "$tmp/clean.diagnose" >"$tmp/shrunk"
differ 'a finding that shrank' "$tmp/clean.diagnose" "$tmp/shrunk" 1 '
	[.findings[] | [.change, .code, .from.end, .to.end]] ==
	[["changed", "online-device-overlap", "0x4c000", "0x48000"]]'
jq '.sections[2].subsection_map = ["0x1"] | del(.sections[4].flags[2])' "$tmp/clean.sections" >"$tmp/bits"
differ 'a bitmap and a flag' "$tmp/clean.sections" "$tmp/bits" 1 '
	[.sections[] | [.start, .to.subsection_map[0], (.to.flags | length)]] ==
	[["0x10000", "0x1", 4], ["0x20000", "0xffffffffffffffff", 3]]'
jq '.states = [{start: "0x10", end: "0x30", state: "zero"}, {start: "0x30", end: "0x40", state: "stale"}]' \
	"$tmp/clean.map" >"$tmp/left"
jq '.states = [{start: "0x20", end: "0x38", state: "stale"}]' "$tmp/clean.map" >"$tmp/right"
differ 'overlapping ranges' "$tmp/left" "$tmp/right" 1 '
	[.states[] | [.start, .end, .from, .to]] == [["0x10", "0x20", "zero", null],
	["0x20", "0x30", "zero", "stale"], ["0x38", "0x40", "stale", null]]'
jq '.verdict.status = "<script>\u001b[31m\u202e"' "$tmp/clean.diagnose" >"$tmp/script"
differ 'control characters' "$tmp/clean.diagnose" "$tmp/script" 1 '.verdict | length == 1'

# refused NAME A B REGEXP
refused() {
	run "$pfnscope" diff --json "$2" "$3"
	is "$1: exit status" "$status" 2
	like "$1: says why" "$tmp/err" "$4"
	ok "$1: an error document" holds '.schema == "pfnscope/error"' "$tmp/out"
}
jq '.kernel.section_size_bits = 30' "$tmp/clean.diagnose" >"$tmp/other"
refused 'of another machine' "$tmp/clean.diagnose" "$tmp/other" 'not of one machine: section_size_bits'
refused 'no dump and no JSON' "$clean" "$0" 'pfnscope: '
refused 'no such file' "$clean" "$tmp/nothing" 'No such file'
run "$pfnscope" diff "$clean"
is 'one argument: exit status' "$status" 2
run "$pfnscope" diff "$clean" "$clean" "$clean"
is 'three dumps: exit status' "$status" 2
like 'three dumps: says why' "$tmp/err" 'two reports or dumps are wanted, not 3'
while read -r from filter; do
	jq "$filter" "$tmp/clean.$from" >"$tmp/bad"
	refused "hostile: $from: $filter" "$tmp/clean.$from" "$tmp/bad" 'bad.*(malformed|no report|version)|not of one machine'
done <<'EOT'
diagnose .schema = "pfnscope/facts"
diagnose .schema = null
diagnose .version = "2.0"
diagnose .kernel = []
diagnose .kernel.release = {}
diagnose .verdict.status = []
diagnose .findings = {}
diagnose .findings[0].code = 1
diagnose .findings[0].start = 81920
diagnose .findings[0].start = "0x"
diagnose .findings[0].end = "0x10000000000000000"
diagnose .findings = [1]
diagnose .summary.pages = []
diagnose .summary.pages.ok = "many"
diagnose .summary.pages.ok = 9223372036854774784 | .summary.pages.free = .summary.pages.ok
diagnose .summary.sections = null
sections .sections = null
sections .sections[1].start = .sections[0].start
sections .sections[0].end = .sections[0].start
sections .sections[0].flags = "present"
sections .sections[0].flags = [1]
sections .sections[0].subsection_map = {}
map .states = [{"start": "0x1", "end": "0x2"}]
map .states = [{"start": "0x2", "end": "0x1", "state": "zero"}]
map .states = "all"
EOT
printf '{"schema": "pfnscope/report"' >"$tmp/bad"
refused 'hostile: cut off' "$tmp/clean.diagnose" "$tmp/bad" 'bad:1: '
{ yes '{"a":' | head -n 5000; } | tr -d '\n' >"$tmp/bad"
refused 'hostile: nested deep' "$tmp/clean.diagnose" "$tmp/bad" 'bad:1: '

done_testing
