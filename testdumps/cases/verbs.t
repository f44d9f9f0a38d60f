#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The verbs beside diagnose, on one bad machine and one sound one.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

mkdump "$top/testdumps/synthetic/s1-depopulated.text" "$tmp/bad"
mkdump "$top/testdumps/synthetic/healthy-6.1.text" "$tmp/good"

# json VERB STATUS FILTER ARGUMENTS...: the filter must be true of the document.
json() {
	verb=$1 want=$2 filter=$3
	shift 3
	run "$pfnscope" "$verb" "$@" --json
	is "$verb --json: exit status" "$status" "$want"
	ok "$verb --json: $(echo "$filter" | tr -s '\n\t' '  ')" holds "$filter" "$tmp/out"
}

# With symbols it is known that the word behind the table of destructors was called, or was not.
mkdump "$top/testdumps/synthetic/compound-dtor-called.text" "$tmp/dtor"
for at in 8128b080:0x9101 8128c080:none; do
	printf '%s %s %s\n' ffffffff81000000 T _stext ffffffff81279000 T seq_open \
		"ffffffff${at%:*}" T swaps_open ffffffff81401000 D init_top_pgt \
		ffff888003000000 D compound_page_dtors | sort >"$tmp/dtor.map"
	run "$pfnscope" --json --system-map "$tmp/dtor.map" "$tmp/dtor"
	is "the destructor is at ${at%:*}" "$(jq -r '.verdict.pfn // "none"' "$tmp/out")" "${at#*:}"
	run "$pfnscope" distill --system-map "$tmp/dtor.map" -o "$tmp/dtor.small" "$tmp/dtor"
	run "$pfnscope" --json "$tmp/dtor.small"
	is "the same, distilled" "$(jq -r '.verdict.pfn // "none"' "$tmp/out")" "${at#*:}"
	rm -f "$tmp/dtor.small"
done

json check 1 '.schema == "pfnscope/check" and (has("verdict") | not)' "$tmp/bad"
json check 0 '.findings == []' "$tmp/good"
for x in 0xa000 phys:0xa000000 page:0xffffea0000280000 0xffffea0000280038; do
	json pfn 0 '.pfn == "0xa000" and .page.state == "depopulated"' \
		"$tmp/bad" "$x"
done
json facts 0 '[.facts[] | select(.name == "SIZE(page)")][0] | .value == "0x40" and
	.from == "VMCOREINFO"' "$tmp/bad"
json sections 0 '[.sections[].subsection_map[0]] == ["0xffffffffffffffff", "0xffffffffffffffff"]' \
	"$tmp/bad"
json vmemmap 0 'tostring | contains("2097152")' "$tmp/bad"
json explain 0 '.. | strings | select(test("0xfd"))' memmap-depopulated
json explain 0 '.fixes[] | select(.title == "mm/sparse: never partially remove memmap for early section")' \
	ef69bc9f689d
json explain 0 'any(.fixes[]; .commit == "aad5f69bc161") and any(.problems[]; .code == "memmap-poisoned") and
	any(.mechanisms[]; .code == "offline-memmap-walked")' stable_page_flags
json explain 0 '[.fixes[].commit] | index("462a8e08e0e6") and index("c594b83457cc")' 'nonzero mapcount'
json explain 0 '[.fixes[].commit] == ["b1d5488a252d"] and .fixes[0].seen[0] == "get_page_ext_owner"' \
	'BUG: KASAN: use-after-free in get_page_ext_owner+0x2b/0x40'
json explain 0 'all(.fixes[]; (.commit // "0") != "" and (.in // "v") != "" and (.title and .sign))' --list
json explain 0 '(.fixes | length) > 20 and (.problems | length) > 20' --list

for verb in check sections vmemmap map facts; do
	run "$pfnscope" "$verb" "$tmp/bad"
	ok "$verb: text is printable" printable "$tmp/out"
	is "$verb: quiet on stderr" "$(cat "$tmp/err")" ""
	ok "$verb: prints" [ -s "$tmp/out" ]
	ok "$verb: no line beyond 80 columns" [ "$(wc -L <"$tmp/out")" -le 80 ]
done

# On a terminal: as many letters in a row as it has room for, and no line longer.
for columns in 40:16 60:32 80:64 150:128 400:256; do
	script -qec "stty cols ${columns%:*} && for verb in map sections; do
		$pfnscope \$verb --color=never $tmp/bad; done" /dev/null </dev/null >"$tmp/tty"
	like "a terminal of ${columns%:*} columns: map" "$tmp/tty" ", ${columns#*:} a row"
	is "a terminal of ${columns%:*} columns: pictures fit" "$(tr -d '\r' <"$tmp/tty" |
		grep '^ ' | awk -v columns="${columns%:*}" 'length > columns')" ''
done

run "$pfnscope" --quiet "$tmp/bad"
is '--quiet: exit status' "$status" 1
is '--quiet: prints nothing' "$(cat "$tmp/out" "$tmp/err")" ""
run "$pfnscope" --exit-zero "$tmp/bad"
is '--exit-zero: exit status' "$status" 0
run "$pfnscope" "$tmp/bad"
cp "$tmp/out" "$tmp/first"
run "$pfnscope" diagnose "$tmp/bad" --jobs=1
same 'one thread as many threads' "$tmp/out" "$tmp/first"
run "$pfnscope" diagnose "$tmp/bad" --color=always
sed 's/\x1b\[[0-9;]*m//g' "$tmp/out" >"$tmp/plain"
same 'colour changes no letter' "$tmp/plain" "$tmp/first"

# distill: the small dump gives the same report.
run "$pfnscope" distill "$tmp/bad" -o "$tmp/small"
is 'distill: exit status' "$status" 0
if [ -s "$tmp/small" ]; then
	ok 'distill: smaller' [ "$(stat -c %s "$tmp/small")" -lt "$(stat -c %s "$tmp/bad")" ]
	for d in bad small; do
		run "$pfnscope" diagnose --json "$tmp/$d"
		jq -S --argjson exit "$status" --argjson want '[]' -f "$top/testdumps/expect.jq" "$tmp/out" |
			jq 'del(.pages)' >"$tmp/$d.json"
	done
	same 'distill: same report' "$tmp/small.json" "$tmp/bad.json"
fi
# ---- What is tried, and how long it takes ----

run "$pfnscope" "$top/testdumps/s1/s1.kdump"
cp "$tmp/out" "$tmp/want"
run "$pfnscope" -v --timings "$top/testdumps/s1/s1.kdump"
same '-v: stdout is as without' "$tmp/out" "$tmp/want"
like '-v: which dump' "$tmp/err" '^pfnscope: open: .*s1.kdump: kdump, zlib, read by pfnscope$'
like '-v: which vmlinux' "$tmp/err" '^pfnscope: vmlinux: '
like '-v: where the facts are from' "$tmp/err" '^pfnscope: facts: [0-9]* from VMCOREINFO'
tail -n 1 "$tmp/err" >"$tmp/timings"
ok '--timings: each stage once, and all together' holds '
	[.stages[].stage] == ["open", "facts", "model", "panic", "verdict", "struct pages",
		"findings", "output"] and
	all(.stages[]; .seconds >= 0) and ([.stages[].seconds] | add) <= .seconds' "$tmp/timings"
run "$pfnscope" --timings pfn "$top/testdumps/s1/s1.kdump" 0x14000
ok '--timings alone: one line' test "$(wc -l <"$tmp/err")" = 1
run "$pfnscope" explain -v
is '-v: not of a verb that opens no dump' "$status" 2
run "$pfnscope" pfn "$top/testdumps/s1/s1.kdump" 0x14000
cp "$tmp/out" "$tmp/want"
run "$pfnscope" "$top/testdumps/s1/s1.kdump" pfn 0x14000
same 'a verb behind the dump' "$tmp/out" "$tmp/want"
run "$pfnscope" --version
like '--version: ours is the first' "$tmp/out" '^pfnscope [0-9.]+$'
is '--version: each library has one' "$(grep -Evc '^[a-z]+ ([0-9.]+[0-9a-z.~-]*|is not installed)$' \
	"$tmp/out")" 0
done_testing
