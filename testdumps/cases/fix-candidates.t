#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# scripts/fix-candidates, on a changelog of nobody's kernel: what it takes and
# what it leaves.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

cat >"$tmp/changelog" <<'END'
linux (9.1.10-1) unstable; urgency=medium

  * New upstream stable update:
    https://www.kernel.org/pub/linux/kernel/v9.x/ChangeLog-9.1.9
    - mm/sparse: do not leave the memmap of a made-up section behind
    - [x86] mm: Fix the vmemmap of a machine that nobody has, in a title that
      goes on in the next line
    - wifi: made-up: fix a crash on resume
    - fs/proc/page.c: don't access uninitialized memmaps in fs/proc/page.c
    - [x86] mm/64: define ARCH_PAGE_TABLE_SYNC_MASK and
      arch_sync_kernel_mappings() (CVE-2099-0001)
    https://www.kernel.org/pub/linux/kernel/v9.x/ChangeLog-9.1.10
    - made-up: check pfn_valid() before use (CVE-2099-0002)

  [ Somebody ]
  * mm: Drop patches applied upstream:
    - mm/sparse: a patch of Debian's own for the memmap

 -- Somebody <nobody@example.org>  Thu, 01 Jan 2099 00:00:00 +0000

linux (9.1.9~rc2-1) experimental; urgency=medium

  * New upstream release candidate.
    - hugetlb: do not clear the tail of a made-up page
    - made-up: check pfn_valid() before use

 -- Somebody <nobody@example.org>  Thu, 01 Jan 2099 00:00:00 +0000
END
gzip -k "$tmp/changelog"

candidates() {
	run env PYTHONDONTWRITEBYTECODE=1 "$top/scripts/fix-candidates" "$@"
}

printf '%s\t%s\n' \
	'9.1.9~rc2-1' 'hugetlb: do not clear the tail of a made-up page' \
	'9.1.9~rc2-1' 'made-up: check pfn_valid() before use' \
	'9.1.10-1' "[x86] mm: Fix the vmemmap of a machine that nobody has, in a title that goes on in the next line" \
	'9.1.10-1' 'mm/sparse: do not leave the memmap of a made-up section behind' >"$tmp/want"
candidates "$tmp/changelog"
is 'exit status' "$status" 0
same 'candidates, oldest version first, without what fixes.def has' "$tmp/out" "$tmp/want"
candidates "$tmp/changelog.gz" "$tmp/changelog"
same 'compressed, and the same twice' "$tmp/out" "$tmp/want"
candidates --since 9.1.9 "$tmp/changelog"
grep -v '^9[.]1[.]9' "$tmp/want" >"$tmp/newer"
same '--since: what is newer' "$tmp/out" "$tmp/newer"
candidates 'no such file'
is 'neither a file nor a suite: exit status' "$status" 1
like 'neither a file nor a suite: says so' "$tmp/err" 'no such file'

done_testing
