#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One call fails, of each kind, and everything holds: testdumps/inject/run says what that is.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

preload=$B/inject.so
case $B in
*/san)	preload="$(gcc -print-file-name=libasan.so) $preload"
	export ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0" ;;
esac
mkdump --kdump "$top/testdumps/synthetic/s1-depopulated.text" "$tmp/dump"
"$top/testdumps/inject/run" "$pfnscope" "$preload" "$tmp" "$tmp/dump"
