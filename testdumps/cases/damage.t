#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Hostile, truncated and damaged dumps. Whatever they hold, the command ends by
# itself, soon, within bounded memory, with a status of its own: a report that
# is JSON, or a message that names what is wrong.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
TIMEOUT=30
documents=0

# The sanitizers reserve address space without end.
limit=
case $B in
*/san)	;;
*)	limit='ulimit -v 4194304 && ' ;;
esac

# Well-formed, and within its columns, whatever is in it.
attachments() {
	for file in report.html map.svg report.txt; do
		python3 "$top/testdumps/hostile_text.py" "$file" "$tmp/ticket/$file" "" || return
	done
}

# survives NAME DUMP [text]: text tries the text report and the attachments, too.
survives() {
	run sh -c "$limit"'exec "$@"' sh "$pfnscope" diagnose --json "$2"
	why=
	case $status in
	2)	[ -s "$tmp/err" ] || why="no message" ;;
	0 | 1 | 3)
		holds .schema "$tmp/out" >/dev/null 2>&1 || why="no JSON"
		documents=$((documents + 1))
		cp "$tmp/out" "$tmp/$documents.json" ;;
	124 | 137)
		why="no end" ;;
	*)	why="status $status" ;;
	esac
	if grep -aqE 'Sanitizer|runtime error' "$tmp/err"; then
		why="sanitizer"
	fi
	json=$status
	if [ -z "$why" ] && [ "${3-}" = text ]; then
		run sh -c "$limit"'exec "$@"' sh "$pfnscope" diagnose "$2"
		[ "$status" = "$json" ] || why="status $status as text, $json as JSON"
		printable "$tmp/out" >/dev/null || why="unprintable text"
		printable "$tmp/err" >/dev/null || why="unprintable message"
		run sh -c "$limit"'exec "$@"' sh "$pfnscope" report "$2" -o "$tmp/ticket"
		[ "$status" = "$json" ] || why="status $status as a report, $json as JSON"
		! grep -aqE 'Sanitizer|runtime error' "$tmp/err" || why="sanitizer, in the report"
		[ "$status" = 2 ] || attachments || why="a report that is none"
	fi
	if [ -n "$why" ]; then
		tap 'not ok' "$1: $why"
		head -n 20 "$tmp/err" | diag
	else
		tap ok "$1: status $json"
	fi
}

for text in "$top"/testdumps/hostile/*.text; do
	mkdump "$text" "$tmp/dump"
	survives "$(basename "$text" .text)" "$tmp/dump" text
done

corpus() {
	PYTHONDONTWRITEBYTECODE=1 python3 "$top/testdumps/corpus.py" "$@"
}

# A file of 9 TiB, nearly all of it holes, that claims 2^38 pages: done at once.
mkdump --kdump "$top/testdumps/synthetic/s1-depopulated.text" "$tmp/dump"
if corpus holes "$tmp/dump" "$tmp/huge" 2>"$tmp/log" && corpus nothing "$tmp/nothing"; then
	run "$pfnscope" --json "$tmp/dump"
	jq 'del(.dump)' "$tmp/out" >"$tmp/want"
	survives '9 TiB of holes' "$tmp/huge" text
	jq 'del(.dump)' "$tmp/$documents.json" >"$tmp/got"
	same '9 TiB of holes: the same report' "$tmp/got" "$tmp/want"
	is '9 TiB of holes: not in what is distilled' \
		"$(($(stat -c %s "$tmp/ticket/memmap.kdump") < 16 << 20))" 1
	survives '9 TiB of nothing' "$tmp/nothing"
	is '9 TiB of nothing: no dump of a kernel' "$json" 2
	rm "$tmp/huge" "$tmp/nothing"
else
	skip '9 TiB of holes' "$(tail -n 1 "$tmp/log")"
fi

# What is no file is not even opened: that may take for ever.
mkfifo "$tmp/fifo"
for file in "$tmp/fifo" /dev/zero; do
	for args in "check $file" "diff $file $tmp/dump" "check $tmp/dump --system-map $file"; do
		# shellcheck disable=SC2086 # words
		run "$pfnscope" $args
		is "${args%% *} ${file##*/}: exit status" "$status" 2
		like "${args%% *} ${file##*/}: which, and why" "$tmp/err" "$file: not a"
	done
done

# --timeout and --memory, of any verb.
corpus hang "$tmp/hang"
for verb in check facts 'report --tar /dev/null'; do
	# shellcheck disable=SC2086 # words
	run "$pfnscope" $verb "$tmp/hang/vmcore" --json --timeout 1
	is "--timeout, ${verb%% *}: exit status" "$status" 2
	like "--timeout, ${verb%% *}: which" "$tmp/err" "^pfnscope: $tmp/hang/vmcore: not done in 1 s"
	ok "--timeout, ${verb%% *}: JSON" holds '.error.code == "timeout"' "$tmp/out"
done
rm -r "$tmp/hang"
if [ -n "$limit" ]; then
	corpus hungry "$tmp/hungry"
	run "$pfnscope" check "$tmp/hungry" --memory 96M
	is '--memory: exit status' "$status" 2
	like '--memory: says so' "$tmp/err" "$tmp/hungry: .*out of memory"
	rm "$tmp/hungry"
fi

# Cut off: in the headers, in the bitmaps, in the data.
for format in kdump elf flattened; do
	mkdump --$format "$top/testdumps/synthetic/healthy-6.1.text" "$tmp/dump"
	size=$(stat -c %s "$tmp/dump")
	for keep in 1 63 512 4096 4100 8200 12288 $((size / 100)) $((size / 4)) $((size / 2)) \
		$((size - size / 50)) $((size - 1)); do
		cp --sparse=always "$tmp/dump" "$tmp/cut"
		truncate -s "$keep" "$tmp/cut"
		survives "$format cut at $keep" "$tmp/cut"
		# A report of a dump that lacks half its pages says that something is lacking.
		if [ "$json" = 0 ] && [ "$keep" -le $((size / 2)) ]; then
			run "$pfnscope" diagnose --json "$tmp/cut"
			ok "$format cut at $keep: says what is lacking" holds '.limits != []' "$tmp/out"
		fi
	done
done

# Damaged: a few bytes of the headers and notes, the same ones on every run.
for format in kdump elf; do
	mkdump --$format "$top/testdumps/synthetic/s1-depopulated.text" "$tmp/dump"
	for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do
		cp --sparse=always "$tmp/dump" "$tmp/bad"
		python3 - "$tmp/bad" "$seed" <<'EOF'
import random
import sys
rng = random.Random(int(sys.argv[2]))
with open(sys.argv[1], "r+b") as f:
    for _ in range(8):
        f.seek(rng.choice((rng.randrange(64), rng.randrange(512), rng.randrange(20000))))
        f.write(bytes([rng.choice((0, 0xff, 0x7f, 0x80, rng.randrange(256)))]))
EOF
		survives "$format damaged, seed $seed" "$tmp/bad"
	done
done
valid "what was printed of all of these" report "$tmp"/*.json
done_testing
