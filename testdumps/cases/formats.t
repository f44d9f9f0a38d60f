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
done_testing
