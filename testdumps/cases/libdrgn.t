#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command with libdrgn behind it, and without. The distilled dumps come with no
# vmlinux: types and stacks through libdrgn are tested by scripts/lab/drgn-check.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

dump=$top/testdumps/s1/s1.kdump
# libkdumpfile loses the messages of a dump that it does not open in the end, and we
# its contexts and what libdrgn has around them (extension/bytes/kdump_free.h).
printf 'leak:%s\n' libkdumpfile libdrgn >"$tmp/leaks"
export LSAN_OPTIONS="suppressions=$tmp/leaks:print_suppressions=0"

# Alone: all but libdrgn's share works, and who asks for that is told.
mkdir "$tmp/alone"
cp "$pfnscope" "$tmp/alone"
run "$tmp/alone/pfnscope" --reader=drgn "$dump"
if ! [ -f /usr/local/lib/pfnscope/pfnscope-drgn.so ]; then
	is 'no module: status 2' "$status" 2
	like 'no module: the message' "$tmp/err" '^pfnscope: --reader=drgn: built without libdrgn'
fi
run "$tmp/alone/pfnscope" --reader=file "$dump"
is 'no module: all else works' "$status" 1
cp "$top/testdumps/README.md" "$tmp/alone/pfnscope-drgn.so"
run "$tmp/alone/pfnscope" --reader=drgn "$dump"
like 'something else by its name' "$tmp/err" '^pfnscope: --reader=drgn: .*pfnscope-drgn\.so'
echo 'int pfs_module_open(const char *v, const char *d, const char *l, _Bool n, void **r,
struct { int code; char msg[512]; } *e) { e->code = 71; __builtin_strcpy(e->msg, "of version 0");
return -71; }' >"$tmp/old.c"
gcc -w -shared -fPIC -o "$tmp/alone/pfnscope-drgn.so" "$tmp/old.c"
run "$tmp/alone/pfnscope" --reader=drgn "$dump"
like 'a module of another version' "$tmp/err" 'pfnscope-drgn\.so: of version 0'

run "$pfnscope" --reader=host "$dump"
like 'a reader that debuggers have' "$tmp/err" '^pfnscope: --reader=host: want auto, file or drgn'
run "$pfnscope" --help
like 'the help names it' "$tmp/out" '^ +--reader=WHICH .*drgn'

if ! [ -f "$B/pfnscope-drgn.so" ]; then
	skip 'libdrgn' 'built without it'
	done_testing
	exit
fi

# libpfnscope.so and crash's extension must not bring a libdrgn to anybody.
for so in libpfnscope.so pfnscope.so; do
	[ -f "$B/$so" ] || continue
	is "$so needs no libdrgn" "$(readelf -d "$B/$so" | grep -c libdrgn)" 0
done
is 'nor does the command' "$(readelf -d "$pfnscope" | grep -c libdrgn)" 0
is 'the module exports one function' \
	"$(nm -D --defined-only "$B/pfnscope-drgn.so" | awk '{ print $3 }' | grep -v '^__[au]')" \
	pfs_module_open

same_report='del(.dump, .target, .limits, .facts[].from, .panic.stack)'
for origin in "$top"/testdumps/*/ORIGIN; do
	dir=$(dirname "$origin")
	name=$(basename "$dir")
	# libkdumpfile of Debian 12 knows no kdump of the one, and reads no memory of the other.
	case $name in riscv64-* | ppc64le-*) continue ;; esac
	run "$pfnscope" --json "$dir/$name.kdump"
	jq "$same_report" "$tmp/out" >"$tmp/want"
	run "$pfnscope" --json --reader=drgn "$dir/$name.kdump"
	jq "$same_report" "$tmp/out" >"$tmp/got"
	same "$name: --reader=drgn: the same JSON" "$tmp/got" "$tmp/want"
	is "$name: bytes by libdrgn" "$(jq -r .target.name "$tmp/out")" libdrgn
done
for form in 'dump kdump filtered' 'dump elf filtered' 'dump elf'; do
	for name in altmap-not-dumped garbage-tail healthy-6.1 memmap-excluded s2-unmapped-read; do
		{
			echo "include $top/testdumps/synthetic/$name.text"
			echo "$form"
		} >"$tmp/machine.text"
		mkdump "$tmp/machine.text" "$tmp/machine" || continue
		run "$pfnscope" --json "$tmp/machine"
		jq "$same_report" "$tmp/out" >"$tmp/want"
		run "$pfnscope" --json --reader=drgn "$tmp/machine"
		jq "$same_report" "$tmp/out" >"$tmp/got"
		same "$name, $form: the same JSON" "$tmp/got" "$tmp/want"
	done
done
like 'memory is read by libdrgn' "$tmp/out" '"name": "libdrgn"'

# What libdrgn does not take.
gcc -g -c -o "$tmp/other.o" -x c - <<'EOF'
struct page { unsigned long flags; } page;
EOF
gcc -nostdlib -static -Wl,-e,0 -o "$tmp/vmlinux" "$tmp/other.o"
run "$pfnscope" --reader=drgn "$dump" "$tmp/vmlinux"
is 'a vmlinux of another kernel: status 2' "$status" 2
like 'a vmlinux of another kernel: the message' "$tmp/err" 'libdrgn: .*vmlinux: .*another kernel'
head -c 100000 "$dump" >"$tmp/cut"
run "$pfnscope" --reader=drgn "$tmp/cut"
is 'a dump that is cut off: status 2' "$status" 2
{ echo "include $top/testdumps/synthetic/healthy-6.1.text"; echo 'dump flattened'; } >"$tmp/machine.text"
mkdump "$tmp/machine.text" "$tmp/machine"
run "$pfnscope" --reader=drgn "$tmp/machine"
# Not every libkdumpfile reads it. One that does gives the same text.
if [ "$status" = 2 ]; then
	like 'a flattened dump' "$tmp/err" '^pfnscope: --reader=drgn: libdrgn: '
else
	cp "$tmp/out" "$tmp/got"
	run "$pfnscope" "$tmp/machine"
	same 'a flattened dump: the same text' "$tmp/got" "$tmp/out"
fi

done_testing
