#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Distilled dumps of synthetic machines: the same reports, the same file again, and
# nothing that is not the analysis's. All memory between the objects, page cache,
# user pages and slabs of these machines holds a secret; no four bytes of it in a
# row may be in the file.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

secret='rEcRe7!x'
word=0x7821376552634572		# the same, as a little-endian number
traces='rEcR|EcRe|cRe7|Re7!|e7!x|7!xr|!xrE|xrEc'
here=$top/testdumps/synthetic

# leaks DUMP: true if any of the secret is in it.
leaks() {
	"$top/testdumps/kdump-bytes" "$1" | grep -aqE "$traces"
}

# The reports of two dumps, but for what names the file, provenance and limits.
same_reports() { # name, original, distilled
	for verb in diagnose check map; do
		for d in original distilled; do
			dump=$2
			[ $d = original ] || dump=$3
			run "$pfnscope" $verb --json "$dump"
			echo "exit status $status" >"$tmp/$d"
			jq -S 'del(.dump, .target, .limits, .facts[]?.from)' "$tmp/out" >>"$tmp/$d"
		done
		same "$1: $verb: the original's" "$tmp/distilled" "$tmp/original"
	done
}

check_machine() { # name
	mkdump "$tmp/machine.text" "$tmp/dump" || return
	case $(head -c 5 "$tmp/dump") in
	KDUMP)	ok "$1: there is something to be kept" leaks "$tmp/dump" ;;
	esac
	for full in '' --full; do
		# shellcheck disable=SC2086
		run "$pfnscope" distill $full --verify -o "$tmp/small" "$tmp/dump"
		is "$1${full:+, $full}: distilled and verified" "$status $(cat "$tmp/out" "$tmp/err")" '0 '
		if leaks "$tmp/small"; then
			tap 'not ok' "$1${full:+, $full}: keeps the secret"
		else
			tap ok "$1${full:+, $full}: keeps the secret"
		fi
		same_reports "$1${full:+, $full}" "$tmp/dump" "$tmp/small"
		# shellcheck disable=SC2086
		run "$pfnscope" distill $full -o "$tmp/again" "$tmp/small"
		ok "$1${full:+, $full}: again, the same file" cmp "$tmp/again" "$tmp/small"
	done
	# From all struct pages to a few of them is no other way than from the dump.
	run "$pfnscope" distill -o "$tmp/again" "$tmp/small"
	run "$pfnscope" distill -o "$tmp/small" "$tmp/dump"
	ok "$1: by way of --full, the same file" cmp "$tmp/again" "$tmp/small"
}

# One machine of a kind: sound, explained, unmapped, hot-plugged, poisoned
# pages, pages on no list, copies of a head, one whose dump leaves pages out, and
# those whose page the log names, or a pointer that leads nowhere.
for name in healthy-6.1 s2-unmapped-read hotplug-offline-poisoned buddy-block-leaked \
	memmap-stale-lru memmap-head-copies memmap-excluded \
	log-list-del log-bad-page-earlier usage-wild mapping-one-bit leaf-reserved-bit; do
	{
		echo "include $here/$name.text"
		echo "secret $secret"
	} >"$tmp/machine.text"
	check_machine "$name"
done
for form in 'dump kdump filtered' 'dump elf filtered'; do
	{
		echo "include $here/s1-depopulated.text"
		echo "secret $secret"
		echo "$form"
	} >"$tmp/machine.text"
	check_machine "$form"
done

# Memory behind the memmap that was given to the page cache: what is at the place
# of these struct pages is a file.
{
	echo "include $here/memmap-in-page-cache.text"
	echo "at 0xffc0000 u64 $word*512"
	echo "secret $secret"
} >"$tmp/machine.text"
check_machine 'a file in place of struct pages'
run "$pfnscope" check "$tmp/small" --json
ok 'a file in place of struct pages: is told' holds \
	'[.findings[].code] | index("memmap-freed-but-mapped") and index("memmap-garbage")' "$tmp/out"

# What the panic stepped on lies in such a page: of it the one struct page is kept
# that the report shows, and how far the others are like it cannot be told. This
# is a difference, and --verify says so.
{
	echo "include $here/s1-depopulated.text"
	echo "back 0xa000-0xa03f 0x9fc0"
	echo "fill 0xa000-0xa03f 0xfd"
} >"$tmp/machine.text"
mkdump "$tmp/machine.text" "$tmp/dump"
run "$pfnscope" distill --verify -o "$tmp/small" "$tmp/dump"
is '--verify: a report that differs: exit status' "$status" 2
like '--verify: says where' "$tmp/err" "reopened: diagnose --json differs from the original's at .verdict.end"
run "$pfnscope" --json "$tmp/small"
ok '--verify: the page is there' holds '.verdict.pfn == "0xa000" and .verdict.state == "depopulated"' "$tmp/out"

# A note that an older tool wrote knows of no page that the log names, and may tell of
# another event: the log of the dump decides.
mkdump "$here/log-list-del.text" "$tmp/dump"
run "$pfnscope" distill --log -o "$tmp/small" "$tmp/dump"
for old in '"dumped_pages"' '"function"'; do
	python3 - "$tmp/small" "$tmp/old" "$old" <<'EOF'
import json
import sys
with open(sys.argv[1], "rb") as f:
    data = f.read()
at = data.index(b'{"schema":"pfnscope/panic-note"')
note, length = json.JSONDecoder().raw_decode(data[at:].decode("latin-1"))
note["dumped_pages"] = []
note.pop("named_elsewhere", None)
if sys.argv[3] == '"function"':
    note["function"] = "f"
    note["kind"] = "oops"
text = json.dumps(note, separators=(",", ":")).encode().ljust(length)
with open(sys.argv[2], "wb") as f:
    f.write(data[:at] + text + data[at + length:])
EOF
	run cmp -s "$tmp/old" "$tmp/small"
	is "an old note, without $old: is another" "$status" 1
	same_reports "an old note, without $old" "$tmp/dump" "$tmp/old"
done

# The counts and runs of the note are believed only where they fit what is there.
mkdump "$here/s1-depopulated.text" "$tmp/dump"
run "$pfnscope" distill -o "$tmp/small" "$tmp/dump"
python3 - "$tmp/small" "$tmp/lie" <<'EOF'
import re
import sys
with open(sys.argv[1], "rb") as f:
    data = f.read()
runs = re.search(rb'"runs":\[\[40960,2,(\d)\]\]', data)
with open(sys.argv[2], "wb") as f:
    f.write(data[:runs.start()] + runs[0].replace(b"40960", b"40961") + data[runs.end():])
EOF
run "$pfnscope" --json "$tmp/lie"
is 'a note that lies: exit status' "$status" 1
ok 'a note that lies: is not used, and that is said' holds '.summary.pages.excluded > 60000 and
	([.findings[] | select(.code == "memmap-depopulated") | .start, .end] == ["0xa000", "0xa002"]) and
	([.limits[] | select(.what == "scan note")] | length) == 1' "$tmp/out"

# Registers of CPUs, one of them in user mode.
{
	echo "kernel 6.1"
	echo "include $here/machines/ram.text"
	echo "include $here/machines/boot-log.text"
	echo "cpu rip=0xffffffff81000000 rax=$word"
	echo "cpu rip=0x401000 rbx=$word"
	echo "secret $secret"
} >"$tmp/machine.text"
check_machine registers

# SYMBOL(mem_section) is the variable's address: it is taken for the table first,
# and the words beside it for its roots.
mkdump "$here/healthy-6.1.text" "$tmp/dump"
run "$pfnscope" facts --json "$tmp/dump"
table=$(jq -r '.facts[] | select(.name == "SYMBOL(mem_section)").value' "$tmp/out")
{
	echo "include $here/healthy-6.1.text"
	echo "at 0x1490000 u64 $table 0xffff88800ffc2000 0xffff88800ffc3000"
	echo "vmcoreinfo SYMBOL(mem_section)=ffffffff81490000"
	echo "secret $secret"
} >"$tmp/machine.text"
check_machine 'the wrong table'

# The log may hold what customers say: only on request, and of it the records.
{
	echo "include $here/healthy-6.1.text"
	echo "secret $secret"
} >"$tmp/machine.text"
mkdump "$tmp/machine.text" "$tmp/dump"
run "$pfnscope" distill -o "$tmp/small" "$tmp/dump"
run "$pfnscope" distill --log --verify -o "$tmp/log" "$tmp/dump"
is '--log: exit status' "$status $(cat "$tmp/err")" '0 '
for dump in small log; do
	"$top/testdumps/kdump-bytes" "$tmp/$dump" | grep -aoE 'Command line:[ -~]*' >"$tmp/$dump.lines"
done
line=$(sed -n 's/^\[[^]]*\] \(Command line:.*\)/\1/p' "$here"/machines/boot-log.text)
is 'no --log: no line of it' "$(cat "$tmp/small.lines")" ''
is '--log: a line of it' "$(sort -u "$tmp/log.lines")" "$line"
ok '--log: keeps the secret' [ -z "$("$top/testdumps/kdump-bytes" "$tmp/log" | grep -aoE "$traces")" ]
run "$pfnscope" distill --log -o "$tmp/again" "$tmp/log"
ok '--log: again, the same file' cmp "$tmp/again" "$tmp/log"
run "$pfnscope" distill --log -o "$tmp/again" "$tmp/small"
is '--log without a log: exit status' "$status" 2
like '--log without a log: says so' "$tmp/err" 'no kernel log'

# A note is what a file says: where its parts contradict each other, a limit says so, and the
# verdict is not certain. Each change keeps the length.
change_note() { # dump, what, by what
	python3 - "$1" "$tmp/changed" "$2" "$3" <<'EOF'
import sys
data = open(sys.argv[1], "rb").read()
old, new = sys.argv[3].encode(), sys.argv[4].encode()
assert data.count(old) >= 1 and len(old) == len(new), (data.count(old), old, new)
open(sys.argv[2], "wb").write(data.replace(old, new, 1))
EOF
	run "$pfnscope" diagnose --json "$tmp/changed"
}
contradicts() { # name, dump, what, by what
	change_note "$2" "$3" "$4"
	ok "$1: a limit" holds '[.limits[] | select(.what == "panic note")] | length == 1' "$tmp/out"
	ok "$1: explained, and not certain" holds \
		'.verdict.status == "explained" and .verdict.confidence == "medium"' "$tmp/out"
}
s1=$top/testdumps/s1/s1.kdump
contradicts 'a register that does not lead to the fault' "$s1" \
	'"name":"rdx","value":"0xfdfdfdfdfdfdfdfd"' '"name":"rdx","value":"0xfdfdfdfdfdfdfd00"'
contradicts 'a fault elsewhere than the access' "$s1" \
	'"fault_address_effective":"0xfdfdfdfdfdfdfdfc"' '"fault_address_effective":"0xfdfdfdfdfdfdfd00"'
contradicts 'a fault behind the access' "$s1" \
	'"fault_address_effective":"0xfdfdfdfdfdfdfdfc"' '"fault_address_effective":"0xfdfdfdfdfdfdfe04"'
# The last of the eight bytes is what a page fault names, if only that one is not mapped.
change_note "$s1" \
	'"fault_address_effective":"0xfdfdfdfdfdfdfdfc"' '"fault_address_effective":"0xfdfdfdfdfdfdfe03"'
ok 'a fault inside the access: no contradiction' \
	holds '[.limits[] | select(.what == "panic note")] == []' "$tmp/out"
ok 'a fault inside the access: as certain as ever' \
	holds '.verdict.status == "explained" and .verdict.confidence == "high"' "$tmp/out"
for dump in "$top"/testdumps/*/*.kdump; do
	run "$pfnscope" diagnose --json "$dump"
	ok "$(basename "$dump"): its note agrees" \
		holds '[.limits[] | select(.what == "panic note")] == []' "$tmp/out"
done

done_testing
