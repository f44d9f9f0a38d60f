#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is written never replaces what is read, under whatever name, nor what somebody
# else made; it is whole, or not there.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

s1=$top/testdumps/s1/s1.kdump
v=$tmp/in/vmcore
mkdir "$tmp/in" "$tmp/else"
cp "$s1" "$v"
echo mine >"$tmp/mine"
ln -s in/vmcore "$tmp/link"
ln "$v" "$tmp/hard"
ln -s in "$tmp/folder"
# An ELF file that is no core is a vmlinux; this one is of no use.
cp "$pfnscope" "$tmp/vmlinux"
echo 'ffffffff81000000 T _stext' >"$tmp/System.map"
sums() {
	(cd "$tmp" && sha256sum in/vmcore link hard vmlinux mine System.map 2>&1)
}
before=$(sums)

# count FOLDER: the files in it.
count() {
	find "$1" -mindepth 1 | wc -l
}

# refused NAME WORD COMMAND...: status 2, a message with the word, all as it was.
refused() {
	name=$1 word=$2
	shift 2
	run "$@"
	is "$name: refused" "$status $(sums)" "2 $before"
	like "$name: why" "$tmp/err" "$word"
	is "$name: nothing left" "$(find "$tmp" -name '*.tmp[0-9]*')" ''
}

read='is a file that is read'
for force in '' --force; do
	for out in "$v" "$tmp/link" "$tmp/hard" "$tmp/folder/vmcore" "$tmp/else/../in/vmcore"; do
		refused "distill $force: ${out#"$tmp/"}" "vmcore|link|hard.*: $read" \
			"$pfnscope" distill "$v" $force -o "$out"
		refused "report --tar $force: ${out#"$tmp/"}" ": $read" \
			"$pfnscope" report "$v" $force --tar "$out"
	done
	refused "distill $force: the System.map" "System.map: $read" \
		"$pfnscope" distill "$v" --system-map "$tmp/System.map" $force -o "$tmp/System.map"
done
# From a folder that is the file's own.
(cd "$tmp/in" && "$pfnscope" distill vmcore -o vmcore) >"$tmp/out" 2>&1
is 'distill: by a name without a folder' "$? $(sums)" "2 $before"


# The members of a report, one by one.
for member in memmap.kdump report.txt report.json report.html map.svg MANIFEST; do
	rm -rf "$tmp/dir"
	mkdir "$tmp/dir"
	for how in 'ln -s ../in/vmcore' 'ln ../in/vmcore'; do
		(cd "$tmp/dir" && rm -f "$member" && $how "$member")
		refused "report -o DIR: DIR/$member is the dump, by ${how% *}" \
			"$member: $read" "$pfnscope" report "$v" --force -o "$tmp/dir"
		is "report -o DIR: DIR/$member is left alone" "$(ls "$tmp/dir")" "$member"
	done
	rm -f "$tmp/dir/$member"
	echo mine >"$tmp/dir/$member"
	refused "report -o DIR: DIR/$member is somebody's" "$member: exists, and pfnscope did not" \
		"$pfnscope" report "$v" -o "$tmp/dir"
	is "report -o DIR: DIR/$member is still somebody's" "$(cat "$tmp/dir"/*)" mine
done
run "$pfnscope" report "$v" --force -o "$tmp/dir"
is 'report -o DIR --force: over them' "$status $(count "$tmp/dir")" '1 6'
cp "$tmp/dir/memmap.kdump" "$tmp/small"
refused 'report DIR/memmap.kdump -o DIR' "memmap.kdump: $read" \
	"$pfnscope" report "$tmp/dir/memmap.kdump" --force -o "$tmp/dir"
ok 'report DIR/memmap.kdump -o DIR: as it was' cmp "$tmp/small" "$tmp/dir/memmap.kdump"
echo notes >"$tmp/dir/notes"
run "$pfnscope" report "$v" -o "$tmp/dir/"
is 'report -o DIR: over one of ours, beside other files' "$status $(cat "$tmp/dir/notes")" '1 notes'
ok 'report -o DIR: MANIFEST' sh -c "cd '$tmp/dir' && sha256sum --strict -c MANIFEST"
run "$pfnscope" report "$v" -o "$tmp/in"
is "report -o DIR: the dump's own folder" "$status $(sums)" "1 $before"

# What is not ours.
for what in distill 'report --tar'; do
	opt=${what#* }
	[ "$opt" != "$what" ] || opt=-o
	refused "$what: a file of somebody" 'mine: exists, and pfnscope did not write it' \
		"$pfnscope" "${what%% *}" "$v" "$opt" "$tmp/mine"
	refused "$what: a folder" 'else: exists and is not a file' \
		"$pfnscope" "${what%% *}" "$v" --force "$opt" "$tmp/else"
	refused "$what: no such folder" 'where.*: cannot create: No such file' \
		"$pfnscope" "${what%% *}" "$v" "$opt" "$tmp/no/where"
	cp "$tmp/mine" "$tmp/yours"
	ln -sf yours "$tmp/to-yours"
	run "$pfnscope" "${what%% *}" "$v" --force "$opt" "$tmp/to-yours"
	ok "$what --force: ends well" [ "$status" -lt 2 ]
	is "$what --force: through a link" \
		"$(cmp -s "$tmp/mine" "$tmp/yours" || echo another) $(readlink "$tmp/to-yours")" 'another yours'
	run "$pfnscope" "${what%% *}" "$v" "$opt" "$tmp/yours"
	ok "$what: over one of ours" [ "$status" -lt 2 ]
	: >"$tmp/empty"
	run "$pfnscope" "${what%% *}" "$v" "$opt" "$tmp/empty"
	ok "$what: over an empty file" [ "$status" -lt 2 ]
	ln -sf nowhere "$tmp/dangling"
	run "$pfnscope" "${what%% *}" "$v" "$opt" "$tmp/dangling"
	ok "$what: over a link to nowhere: ends well" [ "$status" -lt 2 ]
	ok "$what: over a link to nowhere: is written" [ -s "$tmp/dangling" ]
	rm -f "$tmp/empty" "$tmp/dangling" "$tmp/yours"
	# Into a pipe, and into a file that the shell opened.
	run sh -c '"$@" | cat >"$0"' "$tmp/piped" "$pfnscope" "${what%% *}" "$v" "$opt" /dev/stdout
	run sh -c '"$@" >"$0"' "$tmp/opened" "$pfnscope" "${what%% *}" "$v" "$opt" /dev/stdout
	run "$pfnscope" "${what%% *}" "$v" "$opt" "$tmp/named"
	ok "$what: /dev/stdout, a pipe" cmp "$tmp/piped" "$tmp/named"
	ok "$what: /dev/stdout, a file" cmp "$tmp/opened" "$tmp/named"
	rm -f "$tmp/piped" "$tmp/opened" "$tmp/named"
done
refused 'distill --verify: /dev/stdout is no file' 'stdout: no file, as --verify wants' \
	"$pfnscope" distill "$v" --verify -o /dev/stdout

# The files of a split dump, and its vmlinux.
PYTHONDONTWRITEBYTECODE=1 python3 "$top/testdumps/corpus.py" split "$s1" "$tmp/split"
split=$(cat "$tmp"/split/* | sha256sum)
for part in 1 2; do
	run "$pfnscope" distill "$tmp/split/vmcore.1" "$tmp/split/vmcore.2" --force \
		-o "$tmp/split/vmcore.$part"
	is "distill: over part $part of a split dump" "$status $(cat "$tmp"/split/* | sha256sum)" \
		"2 $split"
done

# batch: its reports and its rows.
mkdir "$tmp/out.d"
cp "$v" "$tmp/out.d/results.jsonl"
run "$pfnscope" batch "$tmp/out.d/results.jsonl" -o "$tmp/out.d"
is 'batch: results.jsonl is the dump' "$status $(cmp "$v" "$tmp/out.d/results.jsonl" && echo same)" '2 same'
like 'batch: results.jsonl is the dump: why' "$tmp/err" "results.jsonl: $read"
rm -r "$tmp/out.d"
run "$pfnscope" batch "$v" -o "$tmp/out.d" --reports
is 'batch --reports' "$status" 1
folder=$(echo "$tmp"/out.d/reports/*)
ln -f "$v" "$folder/memmap.kdump"
touch -d tomorrow "$v"
run "$pfnscope" batch "$v" -o "$tmp/out.d" --reports
is 'batch --reports: the report is where the dump is' "$(sums) $(jq -sr '.[1].error.message' \
	"$tmp/out.d/results.jsonl" | grep -c "memmap.kdump: $read")" "$before 1"
is 'batch --reports: nothing left' "$(find "$tmp/out.d" -name '*.tmp[0-9]*')" ''
rm "$folder/memmap.kdump"
run "$pfnscope" batch "$v" -o "$tmp/out.d" --reports --again
is 'batch --reports: again' "$status $(count "$folder")" '1 6'
refused 'batch: --from the rows' "results.jsonl: $read" \
	"$pfnscope" batch "$v" --from "$tmp/out.d/results.jsonl" -o "$tmp/out.d"

# catalogue: the database, and its pages.
: >"$tmp/empty"
refused 'catalogue: the rows as database' "empty: $read" \
	"$pfnscope" catalogue "$tmp/empty" import "$tmp/empty"
run "$pfnscope" catalogue "$tmp/db" import "$tmp/out.d" --html "$tmp/html"
is 'catalogue --html' "$status $(ls "$tmp/html")" "0 $(printf 'index.html\nreports')"
run "$pfnscope" catalogue "$tmp/db" --html "$tmp/html"
is 'catalogue --html: again' "$status" 0
echo mine >"$tmp/html/index.html"
run "$pfnscope" catalogue "$tmp/db" --html "$tmp/html"
is "catalogue --html: somebody's index.html" "$status $(cat "$tmp/html/index.html")" '2 mine'
run "$pfnscope" catalogue "$tmp/db" --html "$tmp/html" --force
is 'catalogue --html --force' "$status $(grep -c generator "$tmp/html/index.html")" '0 1'
report=$(sha256sum <"$folder/report.html")
ln -f "$folder/report.html" "$tmp"/html/reports/1.html
run "$pfnscope" catalogue "$tmp/db" --html "$tmp/html" --force
is 'catalogue --html: over the report itself' "$status $(sha256sum <"$folder/report.html")" "2 $report"

# A disk that is full, a limit on the size of files: no half of anything.
for what in 'distill -o' 'report -o' 'report --tar'; do
	# shellcheck disable=SC2086 # words
	refused "$what: RLIMIT_FSIZE" 'small.d.*: cannot write.*: File too large' \
		sh -c 'ulimit -f 4; exec "$@"' sh "$pfnscope" ${what% *} "$v" ${what#* } "$tmp/small.d"
	is "$what: RLIMIT_FSIZE: nothing there" "$(ls -d "$tmp/small.d" 2>/dev/null)" ''
done
mkdir "$tmp/kept"
"$pfnscope" report "$v" -o "$tmp/kept" >/dev/null
kept=$(cat "$tmp"/kept/* | sha256sum)
refused 'report -o DIR: RLIMIT_FSIZE, of one that is there' 'cannot write.*: File too large' \
	sh -c 'ulimit -f 4; exec "$@"' sh "$pfnscope" report "$v" -o "$tmp/kept"
is 'report -o DIR: RLIMIT_FSIZE: the old one is whole' \
	"$(cat "$tmp"/kept/* | sha256sum)$(count "$tmp/kept")" "${kept}6"
if [ -w /dev/full ]; then
	refused 'distill: a full device' '/dev/full: cannot write: No space' \
		"$pfnscope" distill "$v" -o /dev/full
	refused 'report --tar: a full device' '/dev/full: cannot write: No space' \
		"$pfnscope" report "$v" --tar /dev/full
fi
# A reader that goes away.
run sh -c '"$@" | :' sh "$pfnscope" report "$v" --tar /dev/stdout
is 'report --tar /dev/stdout: nobody reads' "$(find "$tmp" -name '*.tmp[0-9]*')" ''
done_testing
