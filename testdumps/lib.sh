# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# TAP for shell cases. A case sources this first, calls ok, is, like or skip
# for each test, and ends with done_testing.
#
#	top	the checkout
#	B	the build under test: build, or build/san
#	pfnscope the command under test
#	tmp	a folder of this case's own, removed at its end

top=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
case $0 in
*/cases/*)	B=$(cd "$(dirname "$0")/.." && pwd) ;;
esac
case ${B-} in
"" | "$top/testdumps")	B=$top/build ;;
esac
# shellcheck disable=SC2034 # for the cases
pfnscope=$B/pfnscope
tmp=$(mktemp -d)
# What is kept of kernels, too, is this case's own.
export XDG_CACHE_HOME="$tmp/cache"
trap 'rm -rf "$tmp"' EXIT
tests=0

# TAP's own meaning of '#' and of line ends must not come from a test's name.
tap() {
	tests=$((tests + 1))
	printf '%s %d - %s\n' "$1" "$tests" "$2" | tr '#' '.'
}

diag() {
	sed 's/^/# /'
}

# ok NAME COMMAND...: passes if the command does, and returns as it did.
ok() {
	test=$1
	shift
	if "$@" >"$tmp/ok.log" 2>&1; then
		tap ok "$test"
	else
		tap 'not ok' "$test"
		diag <"$tmp/ok.log"
		return 1
	fi
}

# is NAME GOT WANT: passes if the strings are equal.
is() {
	if [ "$2" = "$3" ]; then
		tap ok "$1"
	else
		tap 'not ok' "$1"
		printf 'got:  %s\nwant: %s\n' "$2" "$3" | diag
	fi
}

# like NAME FILE REGEXP: passes if a line of the file matches.
like() {
	if grep -Eq -- "$3" "$2"; then
		tap ok "$1"
	else
		tap 'not ok' "$1"
		{ printf 'no line matches: %s\n' "$3"; head -n 20 "$2"; } | diag
	fi
}

# same NAME FILE WANTED: passes if the files are equal.
same() {
	if diff -u "$3" "$2" >"$tmp/diff"; then
		tap ok "$1"
	else
		tap 'not ok' "$1"
		diag <"$tmp/diff"
	fi
}

# holds FILTER FILE: one JSON document, of which this is true. (jq -e alone is
# content with an empty file.)
holds() {
	jq -es "length == 1 and (.[0] | ($1) | . != null and . != false)" "$2"
}

# skip NAME WHY
skip() {
	tests=$((tests + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tests" "$1" "$2"
}

# run COMMAND...: with a time limit; leaves $status, $tmp/out and $tmp/err.
# shellcheck disable=SC2034 # status is for the cases
run() {
	status=0
	timeout -k 5 "${TIMEOUT-60}" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# mkdump DESCRIPTION DUMP
mkdump() {
	PYTHONDONTWRITEBYTECODE=1 python3 "$top/testdumps/mkdump" "$@"
}

# valid NAME [--mutate] report|check|batch FILE...: these JSON documents fit the schema.
valid() {
	if python3 -c 'import jsonschema' 2>/dev/null; then
		test=$1
		shift
		ok "$test: as the schema says" python3 "$top/testdumps/validate.py" "$@"
	else
		skip "$1: as the schema says" 'no python3-jsonschema'
	fi
}

# No control characters but tab and line feed, nothing beyond ASCII.
printable() {
	! grep -naP '[^\t\x20-\x7e]' "$1"
}

done_testing() {
	echo "1..$tests"
}
