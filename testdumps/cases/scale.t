#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Machines larger than the lab's, made by scripts/bench/bigdump: the panic is
# explained, and each planted fault is found where it is, and no other. Memory is
# bounded whatever the size. How long it takes is for scripts/bench/scale to say.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
TIMEOUT=300

# make FILE OPTION... SIZE: the vmcore, and in FILE.json what is wrong with it.
make_dump() {
	dump=$1
	shift
	PYTHONDONTWRITEBYTECODE=1 python3 "$top/scripts/bench/bigdump" "$@" "$dump" >"$dump.json"
}

# wanted FILE: findings of a whole check, by the name of the fault.
wanted() {
	jq -r '{ panic: "fatal memmap-depopulated", unmapped: "fatal memmap-unmapped",
		usage: "fatal section-usage-null", offline: "corrupt memory-block-vs-section",
		mislinked: "corrupt memmap-mislinked" } as $finding
		| to_entries[] | "\($finding[.key]) \(.value | join("-"))"' "$1.json" | sort
}

found() {
	jq -r '.findings[] | select(.severity != "note") | "\(.severity) \(.code) \(.start)-\(.end)"' \
		"$tmp/out" | sort
}

# A run that is stopped as soon as it can be: all but the struct pages.
audit() {
	run env PFNSCOPE="$pfnscope" PYTHONDONTWRITEBYTECODE=1 \
		python3 "$top/scripts/bench/scale" --audit "$2"
	is "$1: the audit ends" "$status" 0
	is "$1: the panic is explained" \
		"$(jq -r '[.verdict.status, .verdict.start, .verdict.end, .verdict.mechanism] | join(" ")' \
			"$tmp/out")" \
		"explained $(jq -r '.panic | join(" ")' "$2.json") early-section-depopulated"
	found >"$tmp/got"
	wanted "$2" | grep -E 'section-usage-null|memory-block-vs-section' >"$tmp/want"
	same "$1: faults of the structure" "$tmp/got" "$tmp/want"
	is "$1: it was stopped" "$(jq .summary.complete "$tmp/out")" false
	# Without the sanitizers' own. Python is some 15 MiB of it, and 16 GiB are memmap.
	if [ "$B" = "$top/build" ]; then
		ok "$1: memory" [ "$(cat "$tmp/err")" -le 40 ]
	fi
}

# state NAME DUMP PFN STATE
state() {
	run "$pfnscope" pfn --json "$2" "$3"
	is "$1: page $3" "$(jq -r .page.state "$tmp/out")" "$4"
}

# edges NAME DUMP FAULT STATE: of the pages at both ends, and of those outside.
edges() {
	first=$(jq -r ".$3[0]" "$2.json")
	end=$(jq -r ".$3[1]" "$2.json")
	state "$1, $3" "$2" "$(printf '0x%x' $((first - 1)))" ok
	state "$1, $3" "$2" "$first" "$4"
	state "$1, $3" "$2" "$(printf '0x%x' $((end - 1)))" "$4"
	state "$1, $3" "$2" "$end" ok
}

# whole NAME DUMP: every struct page.
whole() {
	run "$pfnscope" check --json "$2"
	is "$1: status" "$status" 1
	found >"$tmp/got"
	wanted "$2" >"$tmp/want"
	same "$1: all faults, and no other" "$tmp/got" "$tmp/want"
	is "$1: states" "$(jq -cS '.summary.pages | del(.ok, .free, .device, .["reserved-hole"])' \
		"$tmp/out")" '{"depopulated":2,"mislinked":512,"unmapped":32768}'
	rm -f "$2"
}

ok '1 TiB, elf: made' make_dump "$tmp/elf" --region 1 1T
audit '1 TiB, elf' "$tmp/elf"
edges '1 TiB, elf' "$tmp/elf" unmapped unmapped
edges '1 TiB, elf' "$tmp/elf" mislinked mislinked
rm -f "$tmp/elf"

ok '256 GiB, kdump: made' make_dump "$tmp/kdump" --format kdump --region 1 256G
audit '256 GiB, kdump' "$tmp/kdump"
edges '256 GiB, kdump' "$tmp/kdump" mislinked mislinked
rm -f "$tmp/kdump"

# What the sanitizers make of a page takes them ten times as long.
size=64G
[ "$B" = "$top/build" ] || size=16G
ok "$size, elf: made" make_dump "$tmp/elf" --region 1 "$size"
whole "$size, elf" "$tmp/elf"

ok '5 GiB, kdump, no two sections alike: made' \
	make_dump "$tmp/scan" --format kdump --profile scan 5G
whole '5 GiB, kdump, no two sections alike' "$tmp/scan"
done_testing
