#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Signatures: which dumps show the same defect, which the same crash, which do not.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

# keys NAME DUMP: both keys into a table of "NAME DEFECT CRASH", "-" for none.
keys() {
	run "$pfnscope" signature --json "$2"
	is "$1: exit status" "$status" 0
	jq -r --arg name "$1" '"\($name) \(.signature.defect // "-") \(.signature.crash // "-")"' \
		"$tmp/out" >>"$tmp/keys"
	cp "$tmp/out" "$tmp/$1.json"
}

# key NAME defect|crash
key() {
	awk -v name="$1" -v col="$([ "$2" = defect ] && echo 2 || echo 3)" \
		'$1 == name { print $col }' "$tmp/keys"
}

# all_equal KIND NAME...; all_differ KIND NAME...: pairwise, and none is missing.
all_equal() {
	kind=$1 first=$2
	shift 2
	for name; do
		is "$kind key: $name as $first" "$(key "$name" "$kind")" "$(key "$first" "$kind")"
	done
}

all_differ() {
	kind=$1
	shift
	for name; do
		key "$name" "$kind"
	done >"$tmp/list"
	is "$kind keys of $*: all there" "$(grep -c "^$kind:v[12]:[0-9a-f]\{16\}\$" "$tmp/list")" "$#"
	is "$kind keys of $*: all different" "$(sort -u "$tmp/list" | wc -l)" "$#"
}

for origin in "$top"/testdumps/*/ORIGIN; do
	name=$(basename "$(dirname "$origin")")
	keys "$name" "$(dirname "$origin")/$name.kdump"
done
for name in s1-depopulated s1-kaslr s2-unmapped-read s2-unmapped-write s3-poisoned-tail \
	s5-device-not-initialised healthy-6.1; do
	mkdump "$top/testdumps/synthetic/$name.text" "$tmp/$name.dump"
	keys "$name" "$tmp/$name.dump"
done

# The defect: whatever the machine, its memory, KASLR, and the walker that met it.
all_equal defect s1 s1-compact s1-depopulated s1-kaslr
all_equal defect s2 s2-ndctl s2-unmapped-read s2-unmapped-write
all_equal defect s3 s3-poisoned-tail
all_equal defect s5 s5-device-not-initialised
all_differ defect s1 s2 s3 s5

# The crash: the same walker and the same fault, on another machine. The defect is no part
# of it: a log has the crash key of its dump.
all_equal crash s1 s1-depopulated s1-kaslr
all_equal crash s2 s3
all_differ crash s1 s1-compact s2 s2-ndctl s5 s1-uaf debian-6.1-null

# A panic that has nothing to do with the memmap has no defect key, also on a memmap
# that is bad. One on request is the same crash on another kernel release.
for name in s1-clean s1-sysrq s1-uaf debian-6.1 debian-6.1-null; do
	is "$name: no defect key" "$(key "$name" defect)" -
done
all_equal crash s1-clean s1-sysrq debian-6.1
is 'no panic: no key' "$(grep '^healthy-6.1 ' "$tmp/keys")" 'healthy-6.1 - -'

# What a key is made of is printed, and makes that key: its first 64 bits.
for name in s1 s1-uaf; do
	for kind in defect crash; do
		[ "$(key $name $kind)" != - ] || continue
		sum=$(jq -j ".${kind}_of[] | .value, \"\\u0000\"" "$tmp/$name.json" | sha256sum)
		is "$name: $kind key is the hash of what is printed" "$(key $name $kind)" \
			"$kind:v$([ $kind = defect ] && echo 1 || echo 2):$(echo "$sum" | cut -c -16)"
	done
done
run "$pfnscope" signature "$top/testdumps/s1/s1.kdump"
for word in "$(key s1 defect)" "$(key s1 crash)" early-section-depopulated depopulated \
	stable_page_flags kpageflags_read; do
	like "text: $word" "$tmp/out" "$word"
done
is 'text: no address, no release' "$(grep -E '0x|5\.10|ff[0-9a-f]{14}' "$tmp/out")" ''

done_testing
