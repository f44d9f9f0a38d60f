#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# batch and catalogue: logs without a dump, beside dumps that have theirs.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

synthetic=$top/testdumps/synthetic
all=$tmp/all
mkdir -p "$all/kdump" "$all/debian" "$all/flat" "$all/lone" "$all/other"

# A folder each, as kdump makes them: the log beside the dump is no second crash,
# whatever it is called and however it was written.
mkdump "$synthetic/s2-unmapped-read.text" "$all/kdump/vmcore"
mkdump --log "$synthetic/s2-unmapped-read.text" "$all/kdump/vmcore-dmesg.txt"
mkdump "$synthetic/sysrq-6.1.text" "$all/debian/dump.202611291000"
mkdump --log "$synthetic/sysrq-6.1.text" "$tmp/sysrq.log"
gzip -c "$tmp/sysrq.log" >"$all/debian/dmesg.202611291000"
# One folder for all: this log is of another crash than the dump.
mkdump "$synthetic/log-bad-page-state.text" "$all/flat/a.vmcore"
sed 's/^\[[^]]*\] /Nov 29 10:00:00 web7 kernel: /' "$tmp/sysrq.log" >"$all/flat/console"
# Logs alone: of the crash that a dump elsewhere shows, and one of no crash, and text.
sed 's/PID: [0-9]*/PID: 4711/' "$all/kdump/vmcore-dmesg.txt" >"$all/lone/serial.txt"
grep -v -e 'Kernel panic' -e 'sysrq' "$tmp/sysrq.log" | head -n 1 >"$all/other/boot.log"
printf '[    0.000000] Linux version 6.1 (x)\n[    0.000000] Command line: x\n' >>"$all/other/boot.log"
cp "$top/README.md" "$all/other/"

run "$pfnscope" batch "$all" -o "$tmp/out.d" -j 2
is 'exit status' "$status" 1
rows=$tmp/out.d/results.jsonl
jq -r '[.path | split("/")[-2:][]] + [.log // false | tostring] | join(" ")' "$rows" | sort >"$tmp/paths"
cat >"$tmp/want" <<'END'
debian dump.202611291000 false
flat a.vmcore false
flat console true
kdump vmcore false
lone serial.txt true
END
same 'a row for each crash' "$tmp/paths" "$tmp/want"
valid 'rows' batch "$rows"
like 'the table says which are logs' "$tmp/out" '^5 dumps in .*, 2 of them but a log: 5 done$'
is 'the crash key of the dump' "$(jq -r 'select(.path | test("/lone/")) | .signature.crash' "$rows")" \
	"$(jq -r 'select(.path | test("/kdump/")) | .signature.crash' "$rows")"
is 'nothing is explained of a log' \
	"$(jq -r 'select(.log) | .verdict.status' "$rows" | sort | tr '\n' ' ')" 'inconclusive unrelated '
is 'the host that syslog names' "$(jq -r 'select(.path | test("console")) | .host' "$rows")" web7

cp "$rows" "$tmp/before"
run "$pfnscope" batch "$all" -o "$tmp/out.d" -q
is 'again: exit status' "$status" 1
ok 'again: not a byte is written' cmp "$rows" "$tmp/before"

# One that is named has a row, whatever is in it.
run "$pfnscope" batch "$all/other/boot.log" -o "$tmp/named.d"
is 'named: a row' "$status $(jq -r '[.log, .verdict.status] | map(tostring) | join(" ")' \
	"$tmp/named.d/results.jsonl")" '0 true no-panic'
run "$pfnscope" batch "$all/debian" -o "$tmp/unrelated.d"
is 'a log without a row is no unknown' "$status $(wc -l <"$tmp/unrelated.d/results.jsonl")" '0 1'

# In the catalogue.
run "$pfnscope" catalogue "$tmp/db" import "$tmp/out.d"
is 'import' "$status" 0
run "$pfnscope" catalogue "$tmp/db" list
is 'list: what is a log' "$(grep -c '(log only)$' "$tmp/out") $(grep -c vmcore "$tmp/out")" '2 2'
run "$pfnscope" catalogue "$tmp/db" --by crash --json
is 'by crash: a log and a dump are one' "$(jq -c '[.groups[].dumps] | sort' "$tmp/out")" '[1,2,2]'
run "$pfnscope" catalogue "$tmp/db" show "$all/lone/serial.txt"
like 'show: a log' "$tmp/out" '^log only +.*/lone/serial.txt$'
run "$pfnscope" catalogue "$tmp/db" --html "$tmp/html"
is 'pages: what is a log' "$status $(grep -o '(log only)' "$tmp/html/index.html" | wc -l)" '0 2'

done_testing
