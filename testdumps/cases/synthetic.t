#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every description in testdumps/synthetic becomes a dump, and its report must
# be what NAME.expect.json says, through expect.jq. The text report must end
# with the same status and hold nothing but printable ASCII.
#
#	build/cases/synthetic.t [NAME...]	these alone
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

[ $# -gt 0 ] || set -- "$top"/testdumps/synthetic/*.text
for name; do
	name=$(basename "$name" .text)
	text=$top/testdumps/synthetic/$name.text
	want=$top/testdumps/synthetic/$name.expect.json
	dump=$tmp/$name.dump
	ok "$name: compiles" mkdump "$text" "$dump" || continue

	run "$pfnscope" diagnose --json "$dump"
	cp "$tmp/out" "$tmp/$name.json"
	if ! jq -S --argjson exit "$status" --slurpfile want "$want" -f "$top/testdumps/expect.jq" "$tmp/out" \
		>"$tmp/got" 2>"$tmp/jq"; then
		cat "$tmp/err" "$tmp/jq" >"$tmp/got"
		echo "exit status $status" >>"$tmp/got"
	fi
	jq -S . "$want" >"$tmp/want" 2>&1
	same "$name: report" "$tmp/got" "$tmp/want"
	is "$name: quiet on stderr" "$(cat "$tmp/err")" ""

	json=$status
	run "$pfnscope" diagnose "$dump"
	is "$name: text, same status" "$status" "$json"
	ok "$name: text is printable" printable "$tmp/out"
	rm -f "$dump"
done
valid "all of these" report "$tmp"/*.json
done_testing
