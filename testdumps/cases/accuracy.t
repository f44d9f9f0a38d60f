#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make accuracy in small: faults planted in the distilled dump that carries its whole
# memmap, each found with its code and its range. The same faults every time.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

# What the dump was distilled without (PG_reported, PG_unevictable, the heads of the
# free lists) cannot be found in it, and its summary speaks of the original, not of
# pages that were changed since.
without=buddy-lost,buddy-unlinked,free-flag,mapping-wild,stale-place,stale-zone
without=$without,late-exchanged,device-zone-lost,device-not-initialised,free-reserved
without=$without,late-device-as-ram

TIMEOUT=120 run env PYTHONDONTWRITEBYTECODE=1 TMPDIR="$tmp" python3 "$top/scripts/accuracy" \
	--pfnscope "$pfnscope" --seed 1 --count 60 --without "$without" \
	"$top/testdumps/debian-6.1/debian-6.1.kdump"
is "exit status" "$status" 0
like "planted, and found" "$tmp/out" \
	'^accuracy: planted 60 found 60 misnamed 0 missed 0 false 0$'
like "and some that nobody can see" "$tmp/out" '^[1-9][0-9]* more that no reader can see'
[ "$status" = 0 ] || grep -v '^|' "$tmp/out" | cat - "$tmp/err" | diag
done_testing
