#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the README shows is what the command prints.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

cd "$top" || exit
awk '/^    \$ build\/pfnscope testdumps\/s1\/s1.kdump$/ { on = 1; next }
	on && /^$/ { print; next }
	on && !/^    / { exit }
	on { print substr($0, 5) }' README.md | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$tmp/shown"
run "$pfnscope" testdumps/s1/s1.kdump
head -n "$(wc -l <"$tmp/shown")" "$tmp/out" >"$tmp/printed"
ok 'the README shows a verdict' grep -q '^EXPLAINED: ' "$tmp/shown"
same 'and it is the one that is printed' "$tmp/shown" "$tmp/printed"

done_testing
