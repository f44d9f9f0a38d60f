#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The rules of the source, each a test: layers, tables, style, format.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

ok 'layers: who may know whom' "$top/scripts/lint-layers" "$B"
if [ "$B" = "$top/build" ]; then
	ok 'tables: unique, sorted, complete' "$top/scripts/lint-tables"
	ok 'style: licence, layout, scripts' "$top/scripts/lint-style"
	case $("$top/scripts/lint-format") in
	SKIP:*) skip 'format: as .clang-format says' 'no clang-format 19 here' ;;
	*) ok 'format: as .clang-format says' "$top/scripts/lint-format" ;;
	esac
fi
# Two builds of the same source are the same, wherever they were made.
no_path() {
	for f in "$B"/pfnscope "$B"/libpfnscope.so "$B"/libpfnscope.a "$B"/*.so; do
		! grep -aqF "$top/" "$f" || { echo "$f"; return 1; }
	done
}
ok 'binaries: not where they were built' no_path
done_testing
