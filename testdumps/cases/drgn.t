#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The Python module, in the drgn of this machine, on distilled dumps and synthetic
# machines: the command line's answers, and Programs and users that misbehave. What a
# vmlinux gives is tested by scripts/lab/drgn-check, on whole dumps.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

here=$top/testdumps/drgn
python=${PYTHON-}
# Debian's module is its own Python's.
for p in /usr/bin/python3 python3; do
	[ -z "$python" ] && "$p" -c 'import drgn' 2>/dev/null && python=$p
done
if [ -z "$python" ]; then
	skip 'the module for drgn' 'no drgn here'
	done_testing
	exit
fi

export PYTHONPATH="$top/extension/drgn" PYTHONDONTWRITEBYTECODE=1
export PFNSCOPE_LIBRARY="$B/libpfnscope.so"
if nm -D "$B/libpfnscope.so" | grep -q __asan_init; then
	# Python's own leaks, and those of its modules, are not the matter here.
	export ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0"
	preload="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)"
else
	preload=
fi
in_drgn() {
	run env LD_PRELOAD="$preload" "$python" "$@"
}

same_report='del(.dump, .target, .limits, .facts[].from, .panic.stack)'
compare() {
	name=$1
	run "$pfnscope" --json "$2"
	jq "$same_report" "$tmp/out" >"$tmp/want"
	for reader in host file; do
		jq "$same_report" "$2.$reader" >"$tmp/got"
		same "$name: reader=$reader: the command line's JSON" "$tmp/got" "$tmp/want"
	done
	is "$name: bytes by drgn's reader" "$(jq -r .target.name "$2.host")" drgn
}

mkdir "$tmp/dumps"
for origin in "$top"/testdumps/*/ORIGIN; do
	name=$(basename "$(dirname "$origin")")
	# libkdumpfile of Debian 12 knows no kdump of the one, and reads no memory of the other.
	case $name in riscv64-* | ppc64le-*) continue ;; esac
	cp "$(dirname "$origin")/$name.kdump" "$tmp/dumps/$name"
done
in_drgn "$here/reports.py" "$tmp/dumps" "$tmp"/dumps/*
is 'drgn opens all distilled dumps' "$status$(cat "$tmp/out" "$tmp/err")" 0
for file in "$tmp"/dumps/*.host; do
	compare "$(basename "$file" .host)" "${file%.host}"
done

# With pages dropped as makedumpfile does: what an ELF says of them is undecidable,
# and not the zeroes that drgn reads there.
rm -rf "$tmp/dumps" && mkdir "$tmp/dumps"
for form in 'dump kdump filtered' 'dump elf filtered' 'dump elf'; do
	for name in altmap-not-dumped garbage-tail healthy-6.1 memmap-excluded s2-unmapped-read; do
		{
			echo "include $top/testdumps/synthetic/$name.text"
			echo "$form"
		} >"$tmp/machine.text"
		mkdump "$tmp/machine.text" "$tmp/dumps/$(echo "$name $form" | tr ' ' -)" || break
	done
done
in_drgn "$here/reports.py" "$tmp/dumps" "$tmp"/dumps/*
is 'drgn opens all synthetic dumps' "$status$(cat "$tmp/out" "$tmp/err")" 0
for file in "$tmp"/dumps/*.host; do
	compare "$(basename "$file" .host)" "${file%.host}"
done

# pfnscope.open(): a Program of what drgn refuses, and of what it reads.
rm -rf "$tmp/dumps" && mkdir "$tmp/dumps"
for form in kdump 'kdump filtered' elf 'elf filtered' flattened; do
	{
		echo "include $top/testdumps/synthetic/s2-unmapped-read.text"
		echo "dump $form"
	} >"$tmp/machine.text"
	mkdump "$tmp/machine.text" "$tmp/dumps/$(echo "$form" | tr ' ' -)" || break
done
PYTHONDONTWRITEBYTECODE=1 python3 "$top/testdumps/corpus.py" split "$tmp/dumps/kdump" "$tmp/dumps/set"
cp "$tmp/dumps/kdump" "$tmp/kdump"
mv "$tmp"/dumps/set/* "$tmp/dumps" && rmdir "$tmp/dumps/set"
cp "$top/testdumps/s1/s1.kdump" "$tmp/dumps/s1"
in_drgn "$here/opened.py" "$tmp/dumps" "$tmp"/dumps/[efk]* "$tmp/dumps/s1" \
	"$(echo "$tmp"/dumps/vmcore.* | tr ' ' ,)"
is 'open(): all of them, and they read as they should' "$status$(cat "$tmp/out")" 0 || diag <"$tmp/err"
like 'open(): what is no dump is refused' "$tmp/err" '^refused: .*opened\.py'
for file in "$tmp"/dumps/*.host; do
	dump=${file%.host}
	case $dump in
	# Of the first file alone the command line would say less.
	*vmcore.1)
		cp "$dump.host" "$tmp/kdump.host"
		cp "$dump.file" "$tmp/kdump.file"
		compare 'open(): a split dump' "$tmp/kdump"
		;;
	*) compare "open(): $(basename "$dump")" "$dump" ;;
	esac
done

# A session: results, and everything that can go wrong in one.
cp "$top/testdumps/s1/s1.kdump" "$tmp/dump"
in_drgn "$here/session.py" "$tmp/dump" "$(command -v ls)" "$tmp"
grep -E '^(not )?ok ' "$tmp/out" >"$tmp/results"
while read -r word rest; do
	if [ "$word" = ok ]; then
		tap ok "$rest"
	else
		tap 'not ok' "${rest#ok }"
	fi
done <"$tmp/results"
is 'the session came to its end' "$status" 0
[ "$status" = 0 ] || diag <"$tmp/err"
run "$pfnscope" --json "$top/testdumps/s1/s1.kdump"
jq -S . "$tmp/report/report.json" 2>/dev/null | jq 'del(.dump, .target, .limits)' >"$tmp/got"
jq -S . "$tmp/out" | jq 'del(.dump, .target, .limits)' >"$tmp/want"
same 'report.json is the JSON of the command line' "$tmp/got" "$tmp/want"

# The library: not there, and of another version.
PFNSCOPE_LIBRARY=$tmp/none.so in_drgn -c 'import pfnscope; pfnscope.run(None, "explain")'
like 'the library is missing' "$tmp/err" 'LibraryError: .*none\.so'
echo 'const char *pfs_version(void) { return "0.0"; }
int pfs_target_callbacks; int pfs_hosted_run;' >"$tmp/old.c"
gcc -shared -fPIC -o "$tmp/old.so" "$tmp/old.c"
PFNSCOPE_LIBRARY=$tmp/old.so in_drgn -c 'import pfnscope; pfnscope.run(None, "explain")'
like 'the library is of another version' "$tmp/err" 'LibraryError: .*of version 0\.0, and this is'

# One file, copied somewhere: that is all it takes.
mkdir "$tmp/one"
cp "$top/extension/drgn/pfnscope/__init__.py" "$tmp/one/pfnscope.py"
PYTHONPATH=$tmp/one in_drgn -c 'import pfnscope; print(pfnscope.__file__, len(pfnscope.run(None, "explain")[1]))'
like 'a copy of one file' "$tmp/out" "$tmp/one/pfnscope\.py [0-9]{4,}"

done_testing
