#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Machines of testdumps/synthetic that need nothing that only some kernels have, under each of
# the older kernels: the report is that of NAME.expect.json, but for the section's flags, of
# which older kernels have fewer. Healthy machines are silent, also without types.
#
#	build/cases/kernels.t [KERNEL...]	these alone
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

faults="aliased-first hwpoison-compound hwpoison-count hwpoison-counted hwpoison-in-buddy-5.10
	leaf-beyond-memory leaf-reserved-bit log-memory-failure-undone
	memmap-aliased memmap-excluded memmap-freed-but-mapped memmap-in-page-cache memmap-moved
	mislinked-node mislinked-zone one-bit-entry one-bit-section
	ram-linked-to-device refcount-negative reserved-disagreement s3-before-early
	s3-poisoned-tail s3-zero-tail section-mislinked sysrq-6.1 undecidable-elf unmapped-ram"

# same_as NAME KERNEL: the machine NAME under that kernel has the report that NAME has.
same_as() {
	dump=$tmp/dump
	ok "$2: $1: compiles" mkdump --kernel="$2" "$top/testdumps/synthetic/$1.text" "$dump" ||
		return
	run "$pfnscope" diagnose --json "$dump"
	jq -S --argjson exit "$status" --slurpfile want "$top/testdumps/synthetic/$1.expect.json" \
		-f "$top/testdumps/expect.jq" "$tmp/out" |
		jq -S 'del(.section)' >"$tmp/got"
	jq -S 'del(.section)' "$top/testdumps/synthetic/$1.expect.json" >"$tmp/want"
	same "$2: $1: report" "$tmp/got" "$tmp/want"
	rm -f "$dump"
}

all="3.10 4.4 4.12 4.15 4.18 5.4 5.15" faulty="3.10 4.12 4.18 5.4"
case $B in
*/san)	faulty=3.10 ;;		# minutes each with sanitizers
esac
[ $# -eq 0 ] || all=$* faulty=$*
for kernel in $all; do
	for name in healthy-6.1 hotplug-online; do
		same_as "$name" "$kernel"
		same_as "$name" "$kernel,bare"
	done
done
for kernel in $faulty; do
	for name in $faults; do
		same_as "$name" "$kernel"
	done
done

# A device that shares a section with RAM: noted where nothing taints the section (v5.12).
same_as healthy-pmem-6.1 5.15
for kernel in 5.4 5.15; do
	same_as device-part-of-section "$kernel"
done
same_as s5-device-not-initialised 5.4
# A call trace in memremap_pages() stands for the pagemap, whose layout takes types.
mkdump --kernel=5.4,bare "$top/testdumps/synthetic/s5-device-not-initialised.text" "$tmp/dump"
run "$pfnscope" diagnose --json "$tmp/dump"
is "5.4 without types: the device that is being attached" \
	"$(jq -r '.verdict | "\(.status) \(.mechanism) \(.pfn) \(.confidence)"' "$tmp/out")" \
	"explained device-memmap-not-initialised 0xa000 medium"
done_testing
