#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The crash extension, in a real crash, on the distilled dumps: crash --minimal
# starts on them with a vmlinux made of a few lines of C. What crash's symbols and
# types give is tested by scripts/lab/crash-check, on whole dumps.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
# shellcheck source=testdumps/crash/every-verb.sh
. "$top/testdumps/crash/every-verb.sh"

so=$B/pfnscope.so
here=$top/testdumps/crash
dump=$top/testdumps/s1/s1.kdump
why=
[ -f "$so" ] || why='no extension here: it is built where <crash/defs.h> is, without sanitizers'
command -v crash >/dev/null || why='no crash here'
if [ -n "$why" ]; then
	skip 'the crash extension' "$why"
	done_testing
	exit
fi

# crash does not read the user's .crashrc.
export HOME="$tmp"
gcc -g -O0 -ffreestanding -fno-pic -no-pie -fno-stack-protector -mcmodel=kernel -nostdlib \
	-static -Wl,-Ttext=0xffffffff81000000,--build-id=none,-e,_stext \
	-o "$tmp/vmlinux" "$here/vmlinux.c" || exit

# crash_run DUMP LINE...: these lines, after the extension has been loaded.
crash_run() {
	of=$1
	shift
	{
		echo "extend $so"
		printf '%s\n' "$@" quit
	} >"$tmp/input"
	status=0
	# shellcheck disable=SC2086 # the files of a split dump are words
	timeout -k 5 60 crash -s --minimal $options "$tmp/vmlinux" $of \
		<"$tmp/input" >"$tmp/out" 2>"$tmp/err" || status=$?
}
options=

crash_run "$dump"
if ! grep -q 'shared object loaded' "$tmp/out"; then
	like 'crash takes the extension' "$tmp/out" 'shared object loaded'
	diag <"$tmp/err"
	done_testing
	exit
fi

# Through crash's own reader and through ours, as the command line.
for origin in "$top"/testdumps/*/ORIGIN; do
	dir=$(dirname "$origin")
	name=$(basename "$dir")
	run "$pfnscope" --json "$dir/$name.kdump"
	# A crash is built for one machine, and knows no dumps of others.
	[ "$(jq -r .kernel.arch "$tmp/out")" = x86_64 ] || continue
	jq "$same_report" "$tmp/out" >"$tmp/want"
	crash_run "$dir/$name.kdump" "pfnscope --json --reader=host > $tmp/host" \
		"pfnscope --json --reader=file > $tmp/file" "pfnscope > $tmp/text"
	for reader in host file; do
		jq "$same_report" "$tmp/$reader" >"$tmp/got"
		same "$name: --reader=$reader: the command line's JSON" "$tmp/got" "$tmp/want"
	done
	is "$name: bytes by crash's reader" "$(jq -r .target.name "$tmp/host")" crash
	run "$pfnscope" "$dir/$name.kdump"
	grep -v '^dump ' "$tmp/out" >"$tmp/want"
	grep -v '^dump ' "$tmp/text" >"$tmp/got"
	same "$name: the command line's text" "$tmp/got" "$tmp/want"
done

# Machines that no lab can make, in all forms, and with pages dropped as
# makedumpfile does: what an ELF says of them is undecidable, and not zero.
for form in 'dump kdump filtered' 'dump elf filtered' 'dump flattened' 'dump elf'; do
	for name in altmap-not-dumped garbage-tail healthy-6.1 memmap-excluded s2-unmapped-read; do
		{
			echo "include $top/testdumps/synthetic/$name.text"
			echo "$form"
		} >"$tmp/machine.text"
		mkdump "$tmp/machine.text" "$tmp/machine" || continue
		run "$pfnscope" --json "$tmp/machine"
		jq "$same_report" "$tmp/out" >"$tmp/want"
		crash_run "$tmp/machine" "pfnscope --json --reader=host > $tmp/host"
		jq "$same_report" "$tmp/host" >"$tmp/got"
		same "$name, $form: the command line's JSON" "$tmp/got" "$tmp/want"
	done
done

# Every verb on every form of one machine, by both readers.
in_session() {
	crash_run "$of_form" "$@"
}
for form in kdump 'kdump filtered' elf 'elf filtered' flattened 'flattened filtered' split; do
	{
		echo "include $top/testdumps/synthetic/s2-unmapped-read.text"
		[ "$form" = split ] && echo dump kdump || echo "dump $form"
	} >"$tmp/machine.text"
	of_form=$tmp/machine
	mkdump "$tmp/machine.text" "$of_form" || continue
	if [ "$form" = split ]; then
		rm -rf "$tmp/split"
		python3 "$top/testdumps/corpus.py" split "$of_form" "$tmp/split"
		of_form=$(echo "$tmp"/split/*)
	fi
	# shellcheck disable=SC2086 # the files of a split dump are words
	every_verb "$form" 0xa000 'host file' $of_form
	is "$form: bytes by crash's reader" "$(jq -r .target.name "$tmp/verbs/host.diagnose")" crash
	# shellcheck disable=SC2086
	is "$form: the size is that of the files" "$(jq .dump.bytes "$tmp/verbs/host.diagnose")" \
		"$(stat -c %s $of_form | awk '{ n += $1 } END { print n }')"
done
for file in $of_form; do
	crash_run "$file" 'pfnscope --json' "pfnscope --json --reader=host > $tmp/verbs/part"
	ok "one part of a set, $(basename "$file"): it comes to an end" \
		holds 'has("verdict") or has("error")' "$tmp/verbs/part"
done

# Told to take excluded pages for zeroes, crash does, and we do not.
options=--zero_excluded
crash_run "$dump" 'set zero_excluded' "pfnscope --json --reader=host > $tmp/zero" \
	'set zero_excluded'
options=
jq "$same_report" "$tmp/zero" >"$tmp/got"
run "$pfnscope" --json "$dump"
jq "$same_report" "$tmp/out" >"$tmp/want"
same 'crash --zero_excluded: no page is made up' "$tmp/got" "$tmp/want"

# The attachments of a ticket, out of a session.
run "$pfnscope" report "$dump" -o "$tmp/ticket"
for reader in host file; do
	crash_run "$dump" "pfnscope report --reader=$reader -o $tmp/ticket-$reader"
	for dir in ticket ticket-$reader; do
		jq "$same_report" "$tmp/$dir/report.json" >"$tmp/$dir.json"
		# Who knew a fact differs, and so does how one asked.
		sed -e '/^Facts that matter/,/^$/d' -e '/^    pfnscope report/d' \
			"$tmp/$dir/report.txt" >"$tmp/$dir.txt"
	done
	same "report --reader=$reader: report.json" "$tmp/ticket-$reader.json" "$tmp/ticket.json"
	same "report --reader=$reader: report.txt" "$tmp/ticket-$reader.txt" "$tmp/ticket.txt"
	ok "report --reader=$reader: map.svg" cmp "$tmp/ticket-$reader/map.svg" "$tmp/ticket/map.svg"
	ok "report --reader=$reader: MANIFEST" \
		sh -c "cd '$tmp/ticket-$reader' && sha256sum --strict -c MANIFEST"
	run "$pfnscope" --json "$tmp/ticket-$reader/memmap.kdump"
	jq "$same_report" "$tmp/out" | jq 'del(.summary.pages)' >"$tmp/got"
	jq 'del(.summary.pages)' "$tmp/ticket.json" >"$tmp/want"
	same "report --reader=$reader: memmap.kdump gives the same report" "$tmp/got" "$tmp/want"
done

# What crash reads is not written over: the dump by whatever name, and the vmlinux.
cp "$dump" "$tmp/mine"
ln -s mine "$tmp/link"
sum=$(cat "$tmp/mine" "$tmp/vmlinux" | sha256sum)
for out in mine link vmlinux; do
	crash_run "$tmp/mine" "pfnscope distill --force -o $tmp/$out" \
		"pfnscope report --force --tar $tmp/$out"
	is "-o: $out" "$(grep -c "$out: is a file that is read" "$tmp/out") $(cat "$tmp/mine" \
		"$tmp/vmlinux" | sha256sum)" "2 $sum"
done
mkdir "$tmp/ticket-mine"
ln "$tmp/mine" "$tmp/ticket-mine/memmap.kdump"
crash_run "$tmp/mine" "pfnscope report --force -o $tmp/ticket-mine"
is "report -o DIR: the dump is in it" "$(cat "$tmp/ticket-mine"/* "$tmp/vmlinux" | sha256sum)" "$sum"

# Words of the user.
crash_run "$dump" 'help pfnscope' >"$tmp/null"
cp "$tmp/out" "$tmp/help"
for want in NAME SYNOPSIS DESCRIPTION EXAMPLES diagnose --json; do
	like "help pfnscope: $want" "$tmp/help" "(^| )$want"
done
is 'help pfnscope: fits a terminal' "$(sed 1,2d "$tmp/help" | awk 'length > 80')" ""
crash_run "$dump" extend
is 'extend: the command, and no function of ours' \
	"$(sed -n "s|^$so *||p" "$tmp/out" | grep -v loaded | tr -d ' ')" pfnscope
crash_run "$dump" 'pfnscope pfn 14000' 'pfnscope pfn --json 14000 | jq -c .query' \
	'pfnscope pfn 82000' 'pfnscope pfn 0x14000 --json | jq -c .query'
like 'a number as crash reads it' "$tmp/out" '^query +14000 read as hexadecimal, 0x14000, a PFN;'
like 'and the other reading' "$tmp/out" 'decimal, 0x36b0, it is PFN 0x36b0'
like 'and for a program' "$tmp/out" '"value":"0x14000","base":16,.*"other":.*"value":"0x36b0"'
like 'nothing else can be meant' "$tmp/out" '"text":"0x14000","read_as":"pfn","value":"0x14000","base":16,"offset":"0x0"}'
crash_run "$dump" 'pfnscope --nonsense' 'pfnscope nonsense' 'pfnscope pfn' 'pfnscope --version'
like 'an unknown option' "$tmp/out" "^pfnscope: unknown option '--nonsense'"
like 'a file is no argument here' "$tmp/out" "^pfnscope: .* too many: 'nonsense'"
like 'an argument is missing' "$tmp/out" "^pfnscope: 'pfn' wants X"
like 'the session goes on' "$tmp/out" '^pfnscope [0-9]'

# Alone, without the library beside it, it says so and is not loaded.
if ! ldconfig -p 2>/dev/null | grep -q libpfnscope; then
	cp "$so" "$tmp/alone.so"
	crash_run "$dump" "extend -u $so" "extend $tmp/alone.so"
	like 'the library is missing: one line' "$tmp/out" '^extend: pfnscope: libpfnscope.*: not loaded$'
fi

# A reader that has seen enough, and the pipe after it.
crash_run "$dump" 'pfnscope | head -n 1' 'pfnscope facts | true' \
	"pfnscope sections --json | jq -r .schema"
like 'a pipe that closes early' "$tmp/out" '^EXPLAINED'
like 'the next pipe is clean' "$tmp/out" '^pfnscope/sections$'

# Loaded and unloaded again and again, beside another extension.
maps=$tmp/maps
other=
for dir in /usr/lib64/crash/extensions /usr/lib/crash/extensions; do
	[ ! -f "$dir/echo.so" ] || other=$dir/echo.so
done
set --
for round in 1 2 3 4 5 6 7 8 9 10; do
	set -- "$@" 'pfnscope -q' "extend -u $so" "!cat /proc/\$PPID/maps > $maps.$round" "extend $so"
done
[ -z "$other" ] || set -- "extend $other" "$@" 'echo one two'
crash_run "$dump" "$@" 'pfnscope --version'
is 'loaded eleven times' "$(grep -c "$so: shared object loaded" "$tmp/out")" 11
like 'and works' "$tmp/out" '^pfnscope [0-9]'
[ -z "$other" ] || like 'beside another extension' "$tmp/out" '^one two'
is 'unloaded, it is gone' "$(grep -c 'pfnscope\.so\|libkdumpfile' "$maps.10")" 0
# A library left behind is four mappings or more a round; a thread's malloc arena
# comes or comes not.
ok 'ten rounds leave nothing behind' test "$(wc -l <"$maps.10")" -le $(($(wc -l <"$maps.2") + 8))

# crash exports a zlib and a gdb of its own: nobody takes the wrong symbol.
LD_DEBUG=bindings LD_DEBUG_OUTPUT=$tmp/ld crash_run "$dump" 'pfnscope -q --reader=file' \
	'pfnscope -q --reader=host'
cat "$tmp"/ld.* | sed -nE 's/.*binding file ([^ ]+) \[0\] to ([^ ]+) \[0\]: .*symbol `([^'"'"']+).*/\1 \2 \3/p' \
	>"$tmp/bindings"
like 'bindings were seen' "$tmp/bindings" 'libpfnscope\.so.* .*libjansson\.so.* json_'
ours='(libpfnscope|libkdumpfile|libaddrxlat|libbpf|libdw|libelf|libjansson|libz|libdeflate'
ours="$ours|libcapstone|libnettle|liblzma|libbz2|liblzo2|libsnappy|libzstd)\.so"
# libc's streams are in crash's own memory, by copy relocations, for whoever asks.
is 'our libraries take nothing from crash' \
	"$(grep -E "^[^ ]*$ours" "$tmp/bindings" |
		awk '$2 ~ /(^|\/)crash$/ && $3 !~ /^std(in|out|err)$/')" ""
is 'crash takes nothing from us' \
	"$(awk '$1 ~ /(^|\/)crash$/ && $2 ~ /pfnscope\.so|libkdumpfile/' "$tmp/bindings")" ""
is 'the extension exports nothing' "$(nm -D --defined-only "$so")" ""

# A terminal: ^C before and in the scan, and a pager that is left.
if ! gcc -O1 -shared -fPIC -o "$tmp/slow.so" "$here/slow.c" -ldl; then
	skip 'on a terminal' 'slow.c does not build here'
	done_testing
	exit
fi
if ! python3 -c 'import os; os.openpty()' 2>/dev/null; then
	skip 'on a terminal' 'no pseudo-terminals here'
	done_testing
	exit
fi
# session [OPTION]...: of crash; -s spares the banner, for which some have a pager.
session() {
	cat >"$tmp/script"
	status=0
	SLOW=$tmp/flag LD_PRELOAD=$tmp/slow.so TERM=vt100 timeout -k 5 90 "$here/pty" "$tmp/script" \
		crash "$@" --minimal "$tmp/vmlinux" "$dump" >"$tmp/tty" 2>"$tmp/err" || status=$?
	[ "$status" = 0 ] || { tail -n 20 "$tmp/tty"; cat "$tmp/err"; } | tr -d '\r' | diag
	return "$status"
}
session -s <<EOF
expect 30 crash>
send extend $so
expect 10 loaded[^\$]*crash>
touch $tmp/flag
send pfnscope --reader=host
wait 0.1
key c
expect 15 \A(?:(?!EXPLAINED)[\s\S])*?pfnscope: interrupted[^\$]*crash>
remove $tmp/flag
send pfnscope --reader=host
expect 10 EXPLAINED[^\$]*crash>
EOF
is '^C before the verdict: it says so, the prompt comes back, and no verdict before it' "$status" 0
session -s <<EOF
expect 30 crash>
send extend $so
expect 10 loaded[^\$]*crash>
touch $tmp/flag
send pfnscope --reader=host
expect 60 Why
wait 0.5
key c
expect 15 stopped by the user[^\$]*crash>
remove $tmp/flag
send pfnscope --reader=host
expect 10 EXPLAINED[^\$]*crash>
EOF
is '^C in the scan: what was found is printed, the session goes on' "$status" 0
if command -v less >/dev/null; then
	session <<EOF
expect 30 crash>
send extend $so
expect 10 loaded[^\$]*crash>
send pfnscope facts
expect 10 VMCOREINFO
wait 0.5
type q
expect 5 crash>
send pfnscope facts --all
expect 10 VMCOREINFO
wait 0.5
type q
expect 5 crash>
send pfnscope --version
expect 5 pfnscope [0-9]
EOF
	is 'a pager that is left: the session goes on' "$status" 0
else
	skip 'a pager that is left' 'no less here'
fi

done_testing
