#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Text of a dump may have been written by anybody. Markup, escape sequences, bytes
# that are no UTF-8 and lines of 64 KiB, in the log, a task's name, a module's, a
# resource's, a zone's and the release of the kernel: no output is driven by them.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

python3 "$top/testdumps/hostile_text.py" make "$top/testdumps/synthetic" >"$tmp/evil.text" || exit
ok 'compiles' mkdump "$tmp/evil.text" "$tmp/evil.dump"

run "$pfnscope" "$tmp/evil.dump"
is 'exit status' "$status" 1
like 'the verdict stands' "$tmp/out" 'stepped on PFN 0xa000'
ok 'text: no control character, no broken UTF-8' \
	python3 "$top/testdumps/hostile_text.py" text "$tmp/out"
for verb in check map 'pfn 0xa000' signature facts sections vmemmap; do
	# shellcheck disable=SC2086
	set -- $verb
	run "$pfnscope" "$1" "$tmp/evil.dump" ${2+"$2"}
	ok "$1: text" python3 "$top/testdumps/hostile_text.py" text "$tmp/out"
	run "$pfnscope" "$1" --json "$tmp/evil.dump" ${2+"$2"}
	ok "$1: JSON" python3 "$top/testdumps/hostile_text.py" json "$tmp/out"
done
run "$pfnscope" --json "$tmp/evil.dump"
ok 'JSON, and what was planted is in it' \
	python3 "$top/testdumps/hostile_text.py" json "$tmp/out" planted
cp "$tmp/out" "$tmp/evil.json"
valid 'JSON' report "$tmp/evil.json"

run "$pfnscope" report "$tmp/evil.dump" -o "$tmp/report"
is 'report: exit status' "$status" 1
for file in report.txt report.html map.svg report.json; do
	ok "report: $file" python3 "$top/testdumps/hostile_text.py" "$file" "$tmp/report/$file"
done
ok 'report: report.txt ends, however long a line of the log is' \
	[ "$(wc -c <"$tmp/report/report.txt")" -lt 40000 ]
ok 'report: report.html, too' [ "$(wc -c <"$tmp/report/report.html")" -lt 400000 ]
run "$pfnscope" map --svg "$tmp/evil.dump"
same 'map --svg: the same as map.svg' "$tmp/out" "$tmp/report/map.svg"

done_testing
