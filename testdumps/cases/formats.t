#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One machine, three formats: the same report, but for what names the file.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

for name in healthy-6.1 s1-depopulated s2-unmapped-read s3-poisoned-tail \
	hotplug-offline-poisoned; do
	for format in kdump elf flattened; do
		mkdump --$format "$top/testdumps/synthetic/$name.text" "$tmp/dump"
		run "$pfnscope" diagnose --json "$tmp/dump"
		jq -S 'del(.dump, .target, .limits, .facts[].from, .panic.stack)' "$tmp/out" >"$tmp/$format"
		ok "$name: $format: a report" holds '.kernel and .verdict' "$tmp/$format"
		rm -f "$tmp/dump"
	done
	same "$name: elf as kdump" "$tmp/elf" "$tmp/kdump"
	same "$name: flattened as kdump" "$tmp/flattened" "$tmp/kdump"
done

# Older headers of makedumpfile's. Before version 4 there are no notes, and so no registers
# of CPUs but those of the log; before version 3 no VMCOREINFO, and this machine's memory has
# none either.
machine=$top/testdumps/synthetic/s1-depopulated.text
mkdump "$machine" "$tmp/dump"
run "$pfnscope" diagnose --json "$tmp/dump"
same_report='del(.dump, .target, .limits, .facts[].from, .panic.stack)'
jq -S "$same_report" "$tmp/out" >"$tmp/want"
for version in 3 4 5; do
	{ echo "include $machine"; echo "dump kdump header=$version"; } >"$tmp/machine.text"
	mkdump "$tmp/machine.text" "$tmp/dump"
	run "$pfnscope" diagnose --json "$tmp/dump"
	jq -S "$same_report" "$tmp/out" >"$tmp/got"
	same "header version $version: the same report" "$tmp/got" "$tmp/want"
done
for version in 1 2; do
	{ echo "include $machine"; echo "dump kdump header=$version"; } >"$tmp/machine.text"
	mkdump "$tmp/machine.text" "$tmp/dump"
	run "$pfnscope" "$tmp/dump"
	is "header version $version: exit status" "$status" 2
	like "header version $version: says so" "$tmp/err" 'VMCOREINFO'
done

# The hypervisor's memory is not in dom0's order.
for form in kdump elf; do
	{ echo "include $machine"; echo "dump $form xen"; } >"$tmp/machine.text"
	mkdump "$tmp/machine.text" "$tmp/dump"
	run "$pfnscope" "$tmp/dump"
	is "Xen, $form: exit status" "$status" 2
	like "Xen, $form: says so" "$tmp/err" 'machine under Xen'
done
# What xl dump-core writes of a guest: sections, and no program headers.
python3 -c 'import struct, sys
sys.stdout.buffer.write(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 4, 62, 1, 0, 0, 64,
    0, 64, 0, 0, 64, 7, 1) + bytes(8192))' >"$tmp/dump"
run "$pfnscope" "$tmp/dump"
is 'a guest of Xen: exit status' "$status" 2
like 'a guest of Xen: says so' "$tmp/err" 'xl dump-core'
done_testing
