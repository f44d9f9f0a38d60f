#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# batch: which files are dumps; rows, whatever becomes of a worker or of the whole
# run; what is done again and what is not. make check-fleet does it with 1,000 dumps.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

s1=$top/testdumps/s1/s1.kdump
clean=$top/testdumps/debian-6.1/debian-6.1.kdump
out=$tmp/out.d
TIMEOUT=900

# Where a dump shall have a row and another one no time: how long, on a machine that does
# as much beside us as this one does now. A limit of so many seconds is enough for it.
patience=$(date +%s%N)
"$pfnscope" -q "$clean"
patience=$(((3000 + 20 * ($(date +%s%N) - patience) / 1000000) / 1000))
[ $patience -lt 30 ] || patience=30

corpus() {
	PYTHONDONTWRITEBYTECODE=1 python3 "$top/testdumps/corpus.py" "$@"
}

# rows DIR: what does not differ from run to run, sorted, the last of each dump.
rows() {
	jq -Ss 'map({(.id): del(.run)}) | add // {}' "$1/results.jsonl"
}

lines() {
	if [ -f "$1/results.jsonl" ]; then wc -l <"$1/results.jsonl"; else echo 0; fi
}

# children PID
children() {
	cat "/proc/$1/task/$1/children" 2>/dev/null
}

# worker PID FILE: waits for the process that a batch gave to a dump, with this file open.
# The first that it starts only looks at files, and has no memory file.
worker() {
	i=0
	while [ $i -lt 3000 ] && kill -0 "$1" 2>/dev/null; do
		for p in $(children "$1"); do
			readlink "/proc/$p/fd/"* >"$tmp/fds" 2>/dev/null
			grep -q memfd "$tmp/fds" && grep -q "$2" "$tmp/fds" && echo "$p" && return
		done
		sleep 0.02
		i=$((i + 1))
	done
	return 1
}

# gone PID: waits until it has ended, or at least has nothing open any more.
gone() {
	while [ -e "/proc/$1/fd/0" ]; do
		sleep 0.02
	done
}

# A run from end to end.
corpus many "$tmp/many" 60
run "$pfnscope" batch "$tmp/many" -o "$tmp/whole" -j 3 --progress never
is 'many: exit status, and no word but the table' "$status $(cat "$tmp/err")" '1 '
like 'many: the table counts' "$tmp/out" '^60 dumps in .*/whole: [0-9]+ done, [0-9]+ failed$'
is 'many: the groups are of all dumps' "$(awk '/^ +[0-9]/ { n += $1 } END { print n }' "$tmp/out")" 60
like 'many: a defect by its key' "$tmp/out" '^ +defect:v1:86306f6b0fa3d468$'
ok 'many: the table is printable' printable "$tmp/out"
is 'many: a row each' "$(jq -r .id "$tmp/whole/results.jsonl" | sort -u | wc -l)" 60
valid 'many' --mutate batch "$tmp/whole/results.jsonl"
rows "$tmp/whole" >"$tmp/whole.rows"

# What a row says is what the command says of that dump alone.
jq -r 'select(.path | endswith("/vmcore")) | "\(.status) \(.path)"' "$tmp/whole/results.jsonl" |
	head -n 4 >"$tmp/some"
while read -r want path; do
	run "$pfnscope" --json "$path"
	is "row of $(basename "$(dirname "$path")"): exit status" "$status" "$want"
	[ "$status" != 2 ] || continue
	jq -c '[.verdict.status, .verdict.title, .verdict.signature, .kernel.build_id,
		([.findings[].code] | unique)]' "$tmp/out" >"$tmp/alone"
	jq -c --arg path "$path" 'select(.path == $path) | [.verdict.status, .verdict.title,
		.signature, .kernel.build_id, ([.findings[].code] | unique)]' \
		"$tmp/whole/results.jsonl" >"$tmp/row"
	same "row of $(basename "$(dirname "$path")"): as alone" "$tmp/row" "$tmp/alone"
done <"$tmp/some"

# Killed three times on the way, each time with rows written. One dump takes minutes: there
# are rows to come, however late the kill is.
corpus hang "$tmp/slow"
kills=0
have=0
while [ $kills -lt 3 ]; do
	"$pfnscope" batch "$tmp/many" "$tmp/slow" -o "$out" -j 3 >"$tmp/killed.out" 2>&1 &
	pid=$!
	goal=$((have + 3 + $(od -An -N1 -tu1 /dev/urandom) % 12))
	[ $goal -le 60 ] || goal=60
	while [ "$(lines "$out")" -lt $goal ] && kill -0 $pid 2>/dev/null; do
		:
	done
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
	killed=$?
	have=$(lines "$out")
	kills=$((kills + 1))
	ok "kill $kills: with rows written and to come" [ $killed = 137 -a "$have" -ge $goal ]
done
run "$pfnscope" batch "$tmp/many" -o "$out" -j 3
is 'killed three times: exit status' "$status" 1
is 'killed three times: no dump was done twice' "$(lines "$out")" 60
rows "$out" >"$tmp/rows"
same 'killed three times: the rows of the whole run' "$tmp/rows" "$tmp/whole.rows"

# Again: nothing is done. A torn line: its dump is.
cp "$out/results.jsonl" "$tmp/before"
run "$pfnscope" batch "$tmp/many" -o "$out"
is 'again: exit status' "$status" 1
ok 'again: not a byte is written' cmp "$out/results.jsonl" "$tmp/before"
truncate -s -40 "$out/results.jsonl"
run "$pfnscope" batch "$tmp/many" -o "$out"
is 'torn: one is done again' "$(lines "$out")" 60
rows "$out" >"$tmp/rows"
same 'torn: the rows of the whole run' "$tmp/rows" "$tmp/whole.rows"
sed -i '30s/.*/{"schema":"something"}/; 31s/^{/[/' "$out/results.jsonl"
run "$pfnscope" batch "$tmp/many" -o "$out"
is 'damaged: two are done again' "$(lines "$out")" 62
like 'damaged: says where' "$tmp/err" 'results.jsonl:31: not a row'
is 'damaged: and goes on' "$status" 1

# A changed dump has a new row, and the old report is not the new one's.
mkdir "$tmp/change"
cp "$clean" "$tmp/change/vmcore"
run "$pfnscope" batch "$tmp/change" -o "$tmp/change.d" --reports
is 'change: no problem before' "$status $(jq -r .status "$tmp/change.d/results.jsonl")" '0 0'
cp "$s1" "$tmp/change/vmcore"
run "$pfnscope" batch "$tmp/change" -o "$tmp/change.d" --reports --json
is 'change: a problem after' "$status" 1
is 'change: one more row, of the same id' \
	"$(jq -r .id "$tmp/change.d/results.jsonl" | uniq -c | awk '{ print $1 }')" 2
ok 'change: counted once' holds '.dumps == 1 and .outcomes.done == 1 and
	(.groups | length) == 1 and .groups[0].key == "defect:v1:86306f6b0fa3d468"' "$tmp/out"
report=$tmp/change.d/$(jq -r .report "$tmp/change.d/results.jsonl" | tail -n 1)
ok 'reports: the files' [ -s "$report/report.html" -a -s "$report/report.txt" -a -s "$report/MANIFEST" ]
is 'reports: of that dump' "$(jq -r .verdict.status "$report/report.json")" explained
valid 'reports: rows' batch "$tmp/change.d/results.jsonl"
# The distilled dump in the report is not taken for one to analyse.
run "$pfnscope" batch "$tmp" -o "$tmp/change.d" --list
is 'reports: the folder of results is not searched' \
	"$status $(grep -c change.d/ "$tmp/out") $(grep -cx "$(realpath "$tmp")/change/vmcore" "$tmp/out")" \
	'0 0 1'

run "$pfnscope" batch "$tmp" --list
is 'reports: nor is a report that is found, whose ever' \
	"$status $(grep -c change.d/ "$tmp/out") $(grep -cx "$(realpath "$tmp")/change/vmcore" "$tmp/out")" \
	'0 0 1'
run "$pfnscope" batch "$report" --list
is 'reports: one that is named' "$(cat "$tmp/out")" "$(realpath "$report")/memmap.kdump"
touch "$report/memmap.kdump.tmp4711" "$report/mine.tmp" "$tmp/change/vmcore"
run "$pfnscope" batch "$tmp/change" -o "$tmp/change.d" --reports -q
is 'reports: nothing is left of a worker that was killed' \
	"$status $(find "$report" -name '*.tmp*' -printf '%f ')" '1 mine.tmp '
long=$tmp/long.d
mkdir "$long"
while [ ${#long} -lt 4080 ]; do long=$long/.; done
run "$pfnscope" batch "$s1" -o "$long" --reports -q
is 'reports: a path that is too long' "$status $(find "$tmp/long.d" -name report.json) $(jq -r \
	'.outcome + " " + .error.message' "$tmp/long.d/results.jsonl")" \
	'3  failed the folder of the report: File name too long'

# What is a dump. Not by name, and not a core of a process, nor what links point to.
mkdir -p "$tmp/zoo/deep/er" "$tmp/zoo/empty"
cp "$s1" "$tmp/zoo/deep/er/holiday.jpg"
ln "$tmp/zoo/deep/er/holiday.jpg" "$tmp/zoo/deep/hard-link"
ln -s .. "$tmp/zoo/deep/loop"
ln -s "$clean" "$tmp/zoo/link"
echo 'no dump at all' >"$tmp/zoo/vmcore"
: >"$tmp/zoo/vmcore-empty"
mkfifo "$tmp/zoo/fifo"
cp "$pfnscope" "$tmp/zoo/vmlinux"
head -c 4000 "$s1" >"$tmp/zoo/cut-off"
python3 - "$tmp/zoo/core" <<'EOT'
import struct, sys
note = b"".join(struct.pack("<III4s", 5, 16, kind, b"CORE") + bytes(4) + bytes(16) for kind in (1, 6))
head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack(
    "<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
ph = struct.pack("<IIQQQQQQ", 4, 0, 120, 0, 0, len(note), 0, 4)
open(sys.argv[1], "wb").write(head + ph + note)
EOT
run "$pfnscope" "$tmp/zoo/core"
like 'a core of a process is seen as such' "$tmp/err" 'core dump of a process'
run "$pfnscope" batch "$tmp/zoo" --list
is 'zoo: by content' "$(sed "s|$tmp/zoo/||" "$tmp/out" | paste -sd ' ')" 'cut-off deep/er/holiday.jpg'
run "$pfnscope" batch "$tmp/zoo/link" --list
is 'zoo: a link that is named' "$(cat "$tmp/out")" "$clean"
run "$pfnscope" batch "$tmp/zoo/vmcore" "$tmp/zoo/fifo" "$tmp/zoo/nothing" -o "$tmp/zoo.d"
is 'named, and no dump: exit status' "$status" 3
is 'named, and no dump: a row' "$(jq -r '[.outcome, .error.code] | join(" ")' "$tmp/zoo.d/results.jsonl")" \
	'failed invalid'
like 'named, and no file: says so' "$tmp/err" 'skipped: .*/nothing: No such file'
like 'named, and a FIFO: says so' "$tmp/err" 'skipped: .*/fifo: '
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	cp "$pfnscope" "$tmp/command"
	mkdir -m 777 "$tmp/private" "$tmp/private.d"
	cp "$clean" "$tmp/private/readable"
	cp "$s1" "$tmp/private/unreadable"
	chmod 600 "$tmp/private/unreadable"
	mkdir -m 700 "$tmp/private/folder"
	chmod 755 "$tmp"
	run setpriv --reuid 65534 --clear-groups "$tmp/command" batch "$tmp/private" -o "$tmp/private.d"
	is 'what may not be read: exit status' "$status $(lines "$tmp/private.d")" '3 1'
	is 'what may not be read is said' "$(grep -c 'skipped: .*/\(unreadable\|folder\): Permission denied' \
		"$tmp/err")" 2
fi
printf '%s\n' "$s1" '' "$tmp/zoo/deep" >"$tmp/list"
run "$pfnscope" batch --from "$tmp/list" --list
is 'from a list' "$(wc -l <"$tmp/out")" 2
mkdir "$tmp/lines"
cp "$clean" "$tmp/lines/one"
cp "$clean" "$(printf '%s/two\nlines' "$tmp/lines")"
run "$pfnscope" batch "$tmp/lines" --list
is 'list: a name of two lines is no line' "$status $(cat "$tmp/out")" "3 $(realpath "$tmp")/lines/one"
like 'list: a name of two lines is said' "$tmp/err" 'skipped: .*/two\\x0alines: a line end in its name'
run "$pfnscope" batch "$tmp/lines" -o "$tmp/lines.d"
is 'a name of two lines is a dump' "$status $(lines "$tmp/lines.d")" '0 2'
run "$pfnscope" batch "$tmp/zoo/empty" -o "$tmp/none.d"
is 'no dump at all: exit status' "$status" 2
like 'no dump at all: says so' "$tmp/err" 'no dump found'

# The files of a split dump are one, found or named.
corpus split "$s1" "$tmp/split"
for path in "$tmp/split" "$tmp/split/vmcore.2" "$tmp/split/vmcore.1 $tmp/split/vmcore.2"; do
	rm -rf "$tmp/split.d"
	# shellcheck disable=SC2086 # words
	run "$pfnscope" batch $path -o "$tmp/split.d"
	is "split, $(basename "$path"): the verdict of the whole" "$(jq -c '[(.files | length),
		.verdict.status, .verdict.state]' "$tmp/split.d/results.jsonl")" '[2,"explained","depopulated"]'
done

# It is the same dump before all of it is there.
mkdir "$tmp/partly"
for part in 2 1; do
	cp "$tmp/split/vmcore.$part" "$tmp/partly"
	run "$pfnscope" batch "$tmp/partly" -o "$tmp/partly.d"
done
is 'split, one after the other: two rows of one dump, the last of all of it' \
	"$(jq -rs '[length, (map(.id) | unique | length), (last | .files | length), last.verdict.state] |
		join(" ")' "$tmp/partly.d/results.jsonl")" '2 1 2 depopulated'
mkdir "$tmp/partly/other"
cp "$tmp/split/vmcore.1" "$tmp/partly/other"
run "$pfnscope" batch "$tmp/partly" -o "$tmp/partly.d"
is 'split, in another folder: another dump' \
	"$(jq -rs 'map(.id) | unique | length' "$tmp/partly.d/results.jsonl")" 2

# One that takes minutes, one that takes too much memory.
corpus hang "$tmp/hang"
run "$pfnscope" batch "$tmp/hang" -o "$tmp/hang.d" --timeout 2
is 'hang: exit status' "$status" 3
is 'hang: a row' "$(jq -c '[.outcome, .status]' "$tmp/hang.d/results.jsonl")" '["timeout",2]'
ok 'hang: not ended before its time' holds '.run.wall_ms >= 2000' "$tmp/hang.d/results.jsonl"
valid hang batch "$tmp/hang.d/results.jsonl"
case $B in
*/san)	skip 'memory' 'the sanitizers take address space without end' ;;
*)	mkdir "$tmp/hungry"
	corpus hungry "$tmp/hungry/vmcore"
	cp "$clean" "$tmp/hungry/zz"
	run "$pfnscope" batch "$tmp/hungry" -o "$tmp/hungry.d" --memory 96M
	is 'memory: exit status' "$status" 3
	is 'memory: a row, and the next' "$(jq -r .outcome "$tmp/hungry.d/results.jsonl" | sort |
		paste -sd ' ')" 'done memory'
	valid memory batch "$tmp/hungry.d/results.jsonl"
	run "$pfnscope" batch "$tmp/hungry" -o "$tmp/hungry.d" --again
	is 'memory, again without a limit' "$(jq -r .outcome "$tmp/hungry.d/results.jsonl" | sort |
		paste -sd ' ')" 'done failed memory'
	;;
esac

# A worker that dies of itself, one that is stopped, one that somebody kills.
mkdir "$tmp/victim"
mv "$tmp/hang" "$tmp/victim/a"
cp "$clean" "$tmp/victim/b"
# victim SIGNAL TIMES: $tmp/victim.d has the rows.
victim() {
	rm -rf "$tmp/victim.d"
	# A sanitizer would catch the signal first.
	ASAN_OPTIONS="${ASAN_OPTIONS-}:handle_segv=0" \
		"$pfnscope" batch "$tmp/victim" -o "$tmp/victim.d" -j 1 --timeout "${3-600}" >"$tmp/out" 2>&1 &
	pid=$!
	for _ in $(seq "$2"); do
		child=$(worker $pid /victim/a/)
		kill "-$1" "$child"
		[ "$1" = STOP ] || gone "$child"
	done
	wait $pid
	jq -rs 'sort_by(.path) | map(.outcome + " " + (.error.message // "")) | join("; ")' \
		"$tmp/victim.d/results.jsonl"
}
is 'a worker crashes: a row, and the next' "$(victim SEGV 1)" \
	'crashed killed by signal 11 (Segmentation fault); done '
is 'a worker is killed, and again: a row' "$(victim KILL 2)" 'crashed killed by signal 9 (Killed); done '
is 'a worker is stopped: a row' "$(victim STOP 1 $patience)" 'timeout not done within the time limit; done '
is 'a worker is killed by its group, once: tried again' "$(victim TERM 1 $patience)" \
	'timeout not done within the time limit; done '

# A file that nobody can open: the process that looks at files hangs on it.
# The kernel takes the lease from its holder after 45 s.
cat >"$tmp/lease.py" <<'EOT'
import fcntl, signal, sys, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
f = open(sys.argv[1], "rb+")
fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("held", flush=True)
time.sleep(600)
EOT
# hold FILE: a process, $lease, has it, where the file system knows of leases.
hold() {
	: >"$tmp/lease"
	python3 "$tmp/lease.py" "$1" >"$tmp/lease" 2>&1 &
	lease=$!
	while kill -0 $lease 2>/dev/null && ! grep -q held "$tmp/lease"; do
		sleep 0.05
	done
	grep -q held "$tmp/lease"
}

release() {
	kill $lease
	wait $lease 2>/dev/null
}

# Somebody waits for the file that is held.
awaited() {
	awk -v pid=$lease '$2 == "LEASE" && $3 == "BREAKING" && $5 == pid { n++ }
		END { exit !n }' /proc/locks
}
mkdir "$tmp/leased"
for f in a b c; do
	cp "$clean" "$tmp/leased/$f"
done
if hold "$tmp/leased/b"; then
	run "$pfnscope" batch "$tmp/leased" -o "$tmp/leased.d" --timeout $patience
	is 'a file hangs: exit status' "$status" 3
	is 'a file hangs: a row, and the others' "$(jq -rs 'sort_by(.path) | map(.outcome) | join(" ")' \
		"$tmp/leased.d/results.jsonl")" 'done timeout done'
	release
	# Who looks at the files dies over one: that is no timeout, and takes its own time.
	hold "$tmp/leased/b"
	ASAN_OPTIONS="${ASAN_OPTIONS-}:handle_segv=0" \
		"$pfnscope" batch "$tmp/leased" -o "$tmp/scout.d" --timeout 600 >"$tmp/out" 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null && ! awaited; do
		sleep 0.05
	done
	# shellcheck disable=SC2046 # it has one child
	kill -SEGV $(children $pid)
	wait $pid
	is 'a file kills who looks at it: a row, and the others' "$? $(jq -rs 'sort_by(.path) |
		map(.outcome + " " + (.error.message // "")) | join("; ")' "$tmp/scout.d/results.jsonl")" \
		'3 done ; crashed killed by signal 11 (Segmentation fault); done '
	ok 'a file kills who looks at it: in a time that was measured' \
		[ "$(jq 'select(.outcome == "crashed") | .run.wall_ms' "$tmp/scout.d/results.jsonl")" -lt 600000 ]
	release
	run "$pfnscope" batch "$tmp/leased" -o "$tmp/leased.d"
	is 'a file hung: it has its row' "$status $(lines "$tmp/leased.d")" '3 3'
	run "$pfnscope" batch "$tmp/leased" -o "$tmp/leased.d" --again
	is 'a file hung: again' "$status $(lines "$tmp/leased.d")" '0 4'
else
	skip 'a file hangs' 'no leases on this file system'
fi

# SIGTERM ends it, its workers with it, and all that was done is there.
"$pfnscope" batch "$tmp/victim" -o "$tmp/term.d" -j 2 >"$tmp/out" 2>"$tmp/err" &
pid=$!
while [ "$(lines "$tmp/term.d")" -lt 1 ]; do
	sleep 0.05
done
# The one that is left hangs: there is a worker to be ended.
child=$(worker $pid /victim/a/)
ok 'SIGTERM: there was a worker' [ -n "$child" -a -e "/proc/$child/fd/0" ]
kill $pid
wait $pid
is 'SIGTERM: ends by it' $? 143
like 'SIGTERM: says how to go on' "$tmp/err" 'interrupted; the same command goes on'
ok 'SIGTERM: no worker is left' [ -n "$child" -a ! -e "/proc/$child/fd/0" ]
is 'SIGTERM: what was done is there' "$(jq -r .outcome "$tmp/term.d/results.jsonl")" 'done'

# What is ignored does not end it: nohup.
(trap '' HUP; exec "$pfnscope" batch "$tmp/victim" -o "$tmp/nohup.d" -j 2 --timeout $patience \
	>"$tmp/out" 2>"$tmp/err") &
pid=$!
ok 'SIGHUP, ignored: a worker' [ -n "$(worker $pid /victim/a/)" ]
kill -HUP $pid
wait $pid
is 'SIGHUP, ignored: goes on to the end' "$? $(jq -rs 'map(.outcome) | sort | join(" ")' \
	"$tmp/nohup.d/results.jsonl")" '3 done timeout'

# One at a time.
flock -F "$tmp/term.d/results.jsonl" sleep 600 &
pid=$!
while flock -n "$tmp/term.d/results.jsonl" true; do
	sleep 0.05
done
run "$pfnscope" batch "$clean" -o "$tmp/term.d"
is 'two at once: exit status' "$status" 2
like 'two at once: says why' "$tmp/err" 'in use by another batch'
kill $pid

# What is no result of ours is not written to; a first row that was torn is no hindrance.
mkdir "$tmp/mine.d"
for mine in 'my notes\n' 'my notes, without an end' '{}\n{"schema":"pfn'; do
	# shellcheck disable=SC2059 # a format
	printf "$mine" | tee "$tmp/mine.d/results.jsonl" >"$tmp/mine"
	run "$pfnscope" batch "$clean" -o "$tmp/mine.d"
	is "no results of ours: exit status" "$status" 2
	like "no results of ours: says so" "$tmp/err" "no row of batch's in it"
	same "no results of ours: left alone" "$tmp/mine.d/results.jsonl" "$tmp/mine"
done
for torn in 30 4; do
	head -c $torn "$tmp/term.d/results.jsonl" >"$tmp/mine.d/results.jsonl"
	run "$pfnscope" batch "$clean" -o "$tmp/mine.d"
	is "torn at its first row: goes on" "$status $(lines "$tmp/mine.d")" '0 1'
done

# vmlinux by its build-id, wherever it lies and whatever its name.
cat >"$tmp/v.c" <<'EOT'
char big[5 << 20] = { 1 };
void _start(void) { }
EOT
mkdir -p "$tmp/debug/a/b"
id=$("$pfnscope" facts --json "$s1" | jq -r .kernel.build_id)
for v in "$id a/b/kernel.debug" "0123456789abcdef0123456789abcdef01234567 vmlinux"; do
	gcc -nostdlib -static "-Wl,--build-id=0x${v%% *}" -o "$tmp/debug/${v#* }" "$tmp/v.c"
done
run "$pfnscope" batch "$s1" "$clean" -o "$tmp/vmlinux.d" --vmlinux-dir "$tmp/debug"
is 'vmlinux: that of the build-id' "$(jq -rs 'sort_by(.path) | map(.vmlinux) | tostring' \
	"$tmp/vmlinux.d/results.jsonl")" "[null,\"$tmp/debug/a/b/kernel.debug\"]"
# The package of that release, where none is installed; one of another build is passed over.
release=$("$pfnscope" facts --json "$s1" | jq -r .kernel.release)
mkdir "$tmp/pool"
for v in "vmlinux kernel-a" "a/b/kernel.debug kernel-b"; do
	# Names are of 110 bytes and more, and the file is not compressed: it has to be a large one.
	python3 - "$tmp/debug/${v% *}" "$tmp/pool/${v#* }-debuginfo-$release.rpm" <<-'EOT'
	import struct, sys
	def newc(name, data):
	    head = "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x" % (
	        1, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
	    out = head.encode() + name.encode() + b"\0"
	    out += bytes(-len(out) % 4) + data
	    return out + bytes(-len(out) % 4)
	header = (b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">IIIIII", 1, 8, 1000, 6, 0, 1) +
	          b"package\0")
	with open(sys.argv[2], "wb") as f:
	    f.write((b"\xed\xab\xee\xdb\3\0\0\0\0\1").ljust(78, b"\0") + b"\0\5" + bytes(16))
	    f.write(header + header)
	    f.write(newc("./usr/lib/debug/vmlinux", open(sys.argv[1], "rb").read()))
	    f.write(newc("TRAILER!!!", b""))
	EOT
done
run "$pfnscope" batch "$s1" "$clean" -o "$tmp/pool.d" --vmlinux-dir "$tmp/pool"
is 'vmlinux: that of the package' "$(jq -rs 'sort_by(.path) | map(.vmlinux) | tostring' \
	"$tmp/pool.d/results.jsonl")" "[null,\"$tmp/pool/kernel-b-debuginfo-$release.rpm\"]"
run "$pfnscope" batch "$s1" -o "$tmp/vmlinux.d" --vmlinux-dir "$tmp/nothing"
is 'vmlinux: no such folder' "$status" 2

# A terminal sees how it goes; a log, and --quiet, do not.
if command -v script >/dev/null; then
	# The last one is slow enough to be seen.
	script -qec "$pfnscope batch $tmp/many/host0 $tmp/slow -o $tmp/tty.d -j 1 --timeout 2" \
		/dev/null </dev/null >"$tmp/tty" 2>&1
	like 'progress on a terminal' "$tmp/tty" \
		'9 of 10 dumps done, [0-9]+ failed, [0-9.]+/s, ETA [0-9:]+'
fi
run "$pfnscope" batch "$s1" -o "$tmp/quiet.d" -q
is 'quiet' "$status$(cat "$tmp/out" "$tmp/err")" 1

# usage WHAT WORD...
usage() {
	what=$1
	shift
	run "$pfnscope" batch "$@"
	is "usage: $what" "$status" 2
	like "usage: $what: says so" "$tmp/err" '^pfnscope: .*(batch|--)'
}
usage 'no path' -o "$tmp/x"
usage 'no folder' "$s1"
usage 'too little memory' "$s1" -o "$tmp/x" --memory 1M
usage 'memory that is no number' "$s1" -o "$tmp/x" --memory much
usage 'memory beyond all' "$s1" -o "$tmp/x" --memory 99999999999999G
usage 'a time that is none' "$s1" -o "$tmp/x" --timeout=-1
run "$pfnscope" check "$s1" --again
is 'usage: an option of batch alone' "$status" 2

done_testing
