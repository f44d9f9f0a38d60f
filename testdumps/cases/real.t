#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The distilled dumps of real machines: text, JSON, single pages and exit status
# are as reviewed, whatever the number of threads, and distilling again changes
# nothing. No vmlinux is at hand.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

for origin in "$top"/testdumps/*/ORIGIN; do
	dir=$(dirname "$origin")
	name=$(basename "$dir")
	cd "$dir" || exit
	want=0
	jq -e '.verdict.status == "explained" or any(.findings[]; .severity != "note")' expect.json \
		>/dev/null && want=1

	run "$pfnscope" "$name.kdump"
	same "$name: text" "$tmp/out" expect.txt
	is "$name: exit status" "$status" "$want"
	is "$name: nothing on stderr" "$(cat "$tmp/err")" ""

	run "$pfnscope" --json "$name.kdump"
	jq 'del(.facts, .target)' "$tmp/out" >"$tmp/json"
	same "$name: JSON" "$tmp/json" expect.json
	cp "$tmp/out" "$tmp/two"
	run "$pfnscope" --json --jobs 1 "$name.kdump"
	same "$name: JSON by one thread" "$tmp/out" "$tmp/two"

	full=
	! grep -q -e "distill --full" ORIGIN || full=--full
	# shellcheck disable=SC2086
	run "$pfnscope" distill $full -o "$tmp/again.kdump" "$name.kdump"
	ok "$name: distilled again, the same bytes" cmp "$tmp/again.kdump" "$name.kdump"

	[ -f pfns ] || continue
	while read -r pfn; do
		"$pfnscope" pfn "$name.kdump" "pfn:$pfn" || break
		echo
	done <pfns >"$tmp/pfn" 2>&1
	same "$name: single pages" "$tmp/pfn" expect.pfn.txt
done

done_testing
