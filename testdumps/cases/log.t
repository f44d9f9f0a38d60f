#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A log without a dump: whoever wrote it, its panic has the crash key of the vmcore, and
# its verdict claims no more than a log can tell.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

synthetic=$top/testdumps/synthetic
mkdir "$tmp/json" "$tmp/logs"

# keys LOG: crash key and status of its verdict.
keys() {
	jq -r '[.verdict.signature.crash // "none", .verdict.status] | join(" ")' "$1"
}

# Every machine with a panic, its log as dmesg prints it. One has a log that cannot be
# read from its memory.
for text in "$synthetic"/*.text; do
	name=$(basename "$text" .text)
	grep -q '^log$' "$text" || continue
	[ "$name" != log-unreadable ] || continue
	mkdump "$text" "$tmp/dump"
	mkdump --log "$text" "$tmp/logs/$name.log"
	run "$pfnscope" --json "$tmp/dump"
	cp "$tmp/out" "$tmp/of-dump"
	run "$pfnscope" log --json "$tmp/logs/$name.log"
	cp "$tmp/out" "$tmp/json/$name.json"
	dump=$(keys "$tmp/of-dump") log=$(keys "$tmp/out")
	is "$name: the crash key of the dump" "${log% *}" "${dump% *}"
	case ${dump#* }:${log#* } in
	*:explained | explained:unrelated | unexplained:unrelated)
		is "$name: no more than a log can tell" "${log#* }" "${dump#* }, or inconclusive" ;;
	esac
	if grep -q 'BUG: Bad page' "$tmp/logs/$name.log"; then
		is "$name: a bad page is a problem" "$status $([ "${log#* }" != unrelated ] && echo named)" \
			'1 named'
	fi
	is "$name: as signature has it" \
		"$("$pfnscope" signature --json "$tmp/logs/$name.log" | jq -r .signature.crash)" "${log% *}"
	is "$name: nothing on stderr" "$(cat "$tmp/err")" ''
done
ok 'machines with a log' [ "$(find "$tmp/json" -name '*.json' | wc -l)" -ge 30 ]
valid 'their reports' --mutate report "$tmp"/json/*.json

# A distilled dump that carries its log.
for name in s2-unmapped-read log-bad-page-state sysrq-6.1; do
	mkdump "$synthetic/$name.text" "$tmp/dump"
	run "$pfnscope" distill --log -o "$tmp/small" "$tmp/dump"
	run "$pfnscope" signature --json "$tmp/small"
	is "$name, distilled: the crash key of its log" "$(jq -r .signature.crash "$tmp/out")" \
		"$(jq -r .verdict.signature.crash "$tmp/json/$name.json")"
done

# Other hands that a log went through. What they put before a line, and what they do to it.
log=$tmp/logs/log-bad-page-state.log
want=$(keys "$tmp/json/log-bad-page-state.json")

# form NAME: of the file $tmp/form.
form() {
	run "$pfnscope" log --json "$tmp/form"
	is "$1: the same panic" "$status $(keys "$tmp/out")" "1 $want"
	ok "$1: the same page" holds '.verdict.pfn == "0x9100" and
		.verdict.page == "0xffffea0000244000" and
		.kernel.vmemmap_base == "0xffffea0000000000" and
		.verdict.command == "pfnscope pfn VMCORE pfn:0x9100"' "$tmp/out"
	is "$1: the same events" "$(jq -c '[.log.boots[].events[] | [.kind, .deadly]]' "$tmp/out")" \
		'[["report",false],["panic",true]]'
}

sed 's/^\(\[[^]]*\]\)/\1[  T1176]/' "$log" >"$tmp/form" && form 'caller ids'
sed 's/^\[[^]]*\] /[Sun Nov 29 10:00:00 2026] /' "$log" >"$tmp/form" && form 'dmesg -T'
sed 's/^\[[^]]*\] //' "$log" >"$tmp/form" && form 'no times'
sed 's/^/kern  :alert : /' "$log" >"$tmp/form" && form 'dmesg -x'
sed 's/^/<1>/' "$log" >"$tmp/form" && form 'levels'
sed 's/^/Nov 29 10:00:00 host kernel: /
	1i Nov 29 10:00:00 host app[7]: BUG: kernel NULL pointer dereference, address: 0' "$log" >"$tmp/form"
form 'syslog'
sed 's/^\[[^]]*\] /2026-11-29T10:00:00+0100 host kernel: /' "$log" >"$tmp/form" && form 'journalctl -o short-iso'
sed 's/^\(\[[^]]*\]\)/\1 host kernel:/' "$log" >"$tmp/form" && form 'journalctl -o short-monotonic'
sed 's/^\[ *\([0-9]*\)\.\([0-9]*\)\] \(.*\)/__CURSOR=s\n_TRANSPORT=kernel\nMESSAGE=\3\
_SOURCE_MONOTONIC_TIMESTAMP=\1\2\n/' "$log" >"$tmp/form" && form 'journalctl -o export'
sed 's/$/\r/' "$log" >"$tmp/form" && form 'CR LF'
sed 's/^/\x1b[32m/; s/$/\x1b[0m/' "$log" >"$tmp/form" && form 'ANSI'
sed 's/^/[2026-11-29 10:00:00] /' "$log" >"$tmp/form" && form 'console server'
sed '3i root@host:~# ' "$log" >"$tmp/form" && form 'a prompt'
sed '1s/^/root@host:~# /' "$log" >"$tmp/form" && form 'behind a prompt'
{ head -c 300000 /dev/zero && cat "$log"; } >"$tmp/form" && form 'a block of NULs'
{ head -c 100000 /dev/urandom | tr -d '[:print:]\n' && echo && cat "$log"; } >"$tmp/form" && form 'binary junk before'
{ head -c 1000000 /dev/zero | tr '\0' x && echo && cat "$log"; } >"$tmp/form" && form 'a line of 1 MB before'
{ echo 'Panic#1 Part1' && tail -n 8 "$log" && echo 'Panic#1 Part2' && head -n -8 "$log"; } |
	sed 's/^\[/<1>[/' >"$tmp/form" && form 'pstore'
gzip -c "$log" >"$tmp/form" && form 'gzip'
{ head -n 5 "$log" | gzip -c && tail -n +6 "$log" | gzip -c; } >"$tmp/form" && form 'gzip, twice'
! command -v xz >"$tmp/null" || { xz -c "$log" >"$tmp/form" && form 'xz'; }
! command -v zstd >"$tmp/null" || { zstd -qc "$log" >"$tmp/form" && form 'zstd'; }

# From standard input; without its end.
run sh -c "'$pfnscope' log --json - <'$log'"
gzip -c "$log" >"$tmp/log.gz"
is 'standard input' "$status $(keys "$tmp/out")" "1 $want"
head -c 400 "$tmp/log.gz" >"$tmp/cut.gz"
run "$pfnscope" log --json "$tmp/cut.gz"
ok 'gzip, cut off: what comes before that' holds '(.log.lines > 0) and
	any(.limits[]; .why == "its compressed data end early")' "$tmp/out"
# Sanitizers take minutes for so many bytes.
case $pfnscope in
*/san/*) ;;
*)
head -c 64000000 /dev/zero | gzip -c1 >"$tmp/64.gz"
for part in 64 64 64 64 64 64 64 64 64 log; do
	cat "$tmp/$part.gz"
done >"$tmp/bomb.gz"
run "$pfnscope" log "$tmp/bomb.gz"
is 'gzip, a bomb: not to its end' "$status" 2
truncate -s 1G "$tmp/long" && cat "$log" >>"$tmp/long"
run "$pfnscope" log --json "$tmp/long"
is 'a file of 1 GB: its end' "$status $(keys "$tmp/out")" "1 $want"
;;
esac

# Boots: each that died has a verdict, the last one speaks for the file.
boot() {
	echo "[    0.000000] Linux version $1 (x) #1 SMP"
	cat "$2"
}
{
	boot 6.1.0-1 "$log"
	boot 6.1.0-2 "$tmp/logs/sysrq-6.1.log"
	boot 6.1.0-3 /dev/null
} >"$tmp/boots"
run "$pfnscope" log --json "$tmp/boots"
is 'boots: exit status of the worst' "$status" 1
is 'boots: a verdict each' \
	"$(jq -c '[.log.boot, .kernel.release, .verdict.status, [.log.boots[] | [.release, .verdict.status]]]' "$tmp/out")" \
	'[1,"6.1.0-2","unrelated",[["6.1.0-1","unexplained"],["6.1.0-2","unrelated"],["6.1.0-3","no-panic"]]]'
valid 'boots' --mutate report "$tmp/out"
run "$pfnscope" log "$tmp/boots"
like 'boots: in text' "$tmp/out" '^Other boots in this log'
like 'boots: that of another' "$tmp/out" "$(echo "$want" | cut -d ' ' -f 1)"

# A Bad page of a machine that went on, and nothing else: a problem, not a panic.
grep -v 'Kernel panic' "$log" >"$tmp/alive"
run "$pfnscope" log --json "$tmp/alive"
is 'no panic: the page' "$status $(jq -r '.verdict.status + " " + .findings[0].code + " " + .findings[0].start' "$tmp/out")" \
	'1 no-panic log-names-page 0x9100'
valid 'no panic' --mutate report "$tmp/out"
run "$pfnscope" signature "$tmp/alive"
is 'no panic: no key' "$status $(cat "$tmp/out")" '0 no signature: no panic in this log'

# Exit status 0: nothing in it names the memmap.
run "$pfnscope" log "$tmp/logs/s1-unrelated.log"
is 'unrelated: exit status' "$status" 0
run "$pfnscope" log "$tmp/logs/s2-unmapped-read.log"
is 'may be one: exit status' "$status" 3
ok 'text is printable' printable "$tmp/out"
ok 'text is narrow' [ "$(wc -L <"$tmp/out")" -le 80 ]
like 'text: what it would have to be' "$tmp/out" 'mm/sparse: never partially remove memmap for early section'
like 'text: the command that decides' "$tmp/out" 'to decide +pfnscope .*VMCORE'
run "$pfnscope" log --exit-zero -q "$tmp/logs/s2-unmapped-read.log"
is 'quiet, and status 0' "$status $(cat "$tmp/out" "$tmp/err")" '0 '

# says NAME WANT: status, arch, crash key's function of the log on standard input.
says() {
	cat >"$tmp/form"
	run "$pfnscope" log --json "$tmp/form"
	is "$1" "$(jq -r '[.verdict.status, .kernel.arch // "-", .panic.function // "-"] | join(" ")' \
		"$tmp/out")" "$2"
	valid "$1" --mutate report "$tmp/out"
}

# The machine is known by what it prints, or it is not.
cat >"$tmp/arm64" <<'END'
[   12.000000] Unable to handle kernel paging request at virtual address fffffdffc0c00034
[   12.000001] Mem abort info:
[   12.000002]   ESR = 0x0000000096000006
[   12.000005] Internal error: Oops: 0000000096000006 [#1] SMP
[   12.000006] CPU: 0 UID: 0 PID: 1 Comm: cat Not tainted 6.12.118+deb13-arm64 #1
[   12.000007] pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)
[   12.000008] pc : stable_page_flags+0x2c/0x350
[   12.000010] sp : ffff8000800ebc60
[   12.000012] Call trace:
[   12.000014]  kpageflags_read+0x94/0x150
[   12.000016] ---[ end trace 0000000000000000 ]---
[   12.000017] Kernel panic - not syncing: Oops: Fatal exception
END
says 'arm64' 'inconclusive aarch64 stable_page_flags' <"$tmp/arm64"
is 'arm64: the release of its oops' "$(jq -r .kernel.release "$tmp/out")" 6.12.118+deb13-arm64
tail -n 1 "$tmp/arm64" >"$tmp/part" && says 'the end of an oops alone is no claim' 'inconclusive - -' <"$tmp/part"
head -n 2 "$tmp/arm64" >"$tmp/part" && says 'nor is its beginning' 'inconclusive aarch64 -' <"$tmp/part"
says 'ppc64le' 'inconclusive ppc64le stable_page_flags' <<'END'
[   12.000000] BUG: Unable to handle kernel data access on read at 0xc00c000000000000
[   12.000002] Oops: Kernel access of bad area, sig: 11 [#1]
[   12.000004] CPU: 0 PID: 1 Comm: cat Not tainted 6.1.0-13-powerpc64le #1 Debian
[   12.000006] NIP [c00000000045b1a4] stable_page_flags+0x2c/0x350
[   12.000017] Kernel panic - not syncing: Fatal exception
END
says 'a machine that we do not know is no claim' 'inconclusive - -' <<'END'
[   12.000000] Unable to handle kernel pointer dereference in virtual kernel address space
[   12.000001] Failing address: 000000037a000000 TEID: 000000037a000803
[   12.000002] Fault in home space mode while using kernel ASCE.
[   12.000003] Oops: 0010 ilc:2 [#1] SMP
[   12.000004] CPU: 0 PID: 1 Comm: cat Not tainted 6.1.0-13-s390x #1 Debian
[   12.000005] Krnl PSW : 0704c00180000000 00000000001d2e4a (stable_page_flags+0x2c/0x350)
[   12.000017] Kernel panic - not syncing: Fatal exception: panic_on_oops
END
says 'x86 of 32 bits is no x86-64' 'inconclusive - -' <<'END'
[   12.000000] BUG: unable to handle kernel paging request at fdfdfdfd
[   12.000001] EIP: stable_page_flags+0x2c/0x350
[   12.000002] EAX: 00000000 EBX: fdfdfdfd ECX: 00000000 EDX: 00000000
[   12.000017] Kernel panic - not syncing: Fatal exception
END

# Most lists are not in the memmap: by where the stack is, this one is not.
list_of() {
	cat <<END
[   12.000000] list_del corruption. prev->next should be $1, but was dead000000000100. (prev=$2)
[   12.000001] kernel BUG at lib/list_debug.c:53!
[   12.000002] invalid opcode: 0000 [#1] SMP
[   12.000003] CPU: 0 PID: 9 Comm: kworker/0:1 Not tainted 6.1.0-13-amd64 #1 Debian
[   12.000004] RIP: 0010:__list_del_entry_valid+0x1d/0x69
[   12.000005] RSP: 0018:ffffb6c3405b7b20 EFLAGS: 00010046
[   12.000006] Call Trace:
[   12.000007]  nvme_drop_request+0x1/0x20 [nvme]
[   12.000008] Kernel panic - not syncing: Fatal exception
END
}
list_of ffff9a0300244008 ffff9a0300245008 >"$tmp/part"
says 'a list in the direct map' 'unrelated x86_64 __list_del_entry_valid' <"$tmp/part"
list_of ffffea0000244008 ffffea0000245008 >"$tmp/part"
says 'a list that may be in the memmap' 'inconclusive x86_64 __list_del_entry_valid' <"$tmp/part"
{ sed 's/^/<6>/' "$tmp/alive" && list_of ffffea0000244008 ffffea0000245008; } >"$tmp/part"
says 'a list that is in the memmap' 'unexplained x86_64 __list_del_entry_valid' <"$tmp/part"
is 'a list that is in the memmap: the page' "$(jq -r '.verdict.pfn, .verdict.page' "$tmp/out" | xargs)" \
	'0x9140 0xffffea0000245008'

# What is none, and what is more.
refuses() {
	what=$1 message=$2
	shift 2
	run "$pfnscope" "$@"
	is "$what: exit status 2, and nothing on stdout" "$status $(cat "$tmp/out")" '2 '
	like "$what: says why" "$tmp/err" "$message"
}
refuses 'a text' 'no line in it is of a kernel' log "$top/README.md"
refuses 'a program' 'no line in it is of a kernel' log "$pfnscope"
refuses 'nothing' 'nothing in it' log /dev/null
refuses 'not there' 'No such file' log "$tmp/absent"
refuses 'a folder' 'logs in this folder: name one' log "$tmp"
refuses 'a dump' 'is a dump and no log: pfnscope .*s1.kdump' log "$top/testdumps/s1/s1.kdump"
refuses 'two' "'log' wants one FILE" log "$log" "$log"
refuses 'none' "'log' wants one FILE" log
refuses 'a log for a dump' "not a dump but a log: pfnscope log .*log" "$log"
refuses 'a log for a dump, gzip' "not a dump but a log: pfnscope log .*log.gz" check "$tmp/log.gz"

# A page dump whose first lines are lost: a page without a name. What memory that cannot be
# emptied is dumped for is no fault of it.
dumped() # reason
{
	cat <<EOF
[    1.000000] raw: 000fffffc000000a dead000000000100 dead000000000122 0000000000000000
[    1.000010] raw: 0000000000000001 0000000000000000 fffffffffffffffe 0000000000000000
[    1.000020] page dumped because: $1
EOF
}
for reason in 'nonzero _refcount' 'VM_BUG_ON_PAGE(PageTail(page))'; do
	dumped "$reason" >"$tmp/dumped"
	run "$pfnscope" log --json "$tmp/dumped"
	is "a page without a name, $reason" "$(jq -r '.verdict.title' "$tmp/out")" \
		'nothing in this log killed the machine; it names a bad page'
	valid "a page without a name, $reason" report "$tmp/out"
done
for reason in 'migration failure' 'unmovable page' 'isolation failed'; do
	{
		echo '[    0.900000] page:ffffea0000244000 refcount:1 mapcount:0' \
			'mapping:0 index:0x0 pfn:0x9100'
		dumped "$reason"
	} >"$tmp/dumped"
	run "$pfnscope" log --json "$tmp/dumped"
	is "no bad page, $reason" "$(jq -r '.verdict.title' "$tmp/out")" \
		'nothing in this log killed the machine'
done

# Where the memmap is: a struct page of 56 bytes and its PFN; registers at the fault.
cat >"$tmp/56" <<'EOF'
[    1.000000] BUG: Bad page state in process cat  pfn:46c479
[    1.000000] page:ffffea000f7afa78 count:-2 mapcount:0 mapping:          (null) index:0x0
[    1.000000] page dumped because: nonzero _count
EOF
run "$pfnscope" log --json "$tmp/56"
is 'pages of 56 bytes' "$(jq -r .kernel.vmemmap_base "$tmp/out")" 0xffffea0000000000
# fault RBX R9 RSP: a fault on the struct page in RBX, and what may be its PFN in R9.
fault() {
	cat <<EOF
[    2.000000] BUG: unable to handle page fault for address: $1
[    2.000000] #PF: supervisor read access in kernel mode
[    2.000000] #PF: error_code(0x0000) - not-present page
[    2.000000] Oops: 0000 [#1] SMP
[    2.000000] CPU: 0 PID: 7 Comm: cat Not tainted 5.1.3 #1
[    2.000000] RIP: 0010:isolate_freepages_block+0x97/0x390
[    2.000000] Code: 90 90 <48> 8b 03 90 90 90
[    2.000000] RSP: 0018:$3 EFLAGS: 00010246
[    2.000000] RBX: $1 R09: $2 R10: 0000000001000000
EOF
}
fault ffffd0ea82030000 0000000000080c00 ffff9e4b63e33380 >"$tmp/regs"
run "$pfnscope" log --json "$tmp/regs"
is 'a page and its PFN in registers' \
	"$(jq -r '[.verdict.status, .kernel.vmemmap_base, .verdict.command] | join(" ")' "$tmp/out")" \
	'inconclusive 0xffffd0ea80000000 pfnscope pfn VMCORE pfn:0x80c00'
# One page more, so that the number is not round; the page is near the stack; a round PFN.
for other in 'ffffd0ea82030000 0000000000080c01 ffff9e4b63e33380' \
	'ffffd0ea82030000 0000000000080c00 ffffd0ea63e33380' \
	'ffffd0ea80000000 0000000000000000 ffff9e4b63e33380'; do
	# shellcheck disable=SC2086 # three words
	fault $other >"$tmp/regs"
	run "$pfnscope" log --json "$tmp/regs"
	is "registers, $other: of no page that is known" \
		"$(jq -r '.kernel.vmemmap_base // "none"' "$tmp/out")" none
done

# A fault that is not canonical, in a log whose "Code:" has lost its mark: of which pointer?
gp() {
	cat <<EOF
[   53.412266] general protection fault: 0000 [#1] SMP NOPTI
[   53.412670] CPU: 1 PID: 634 Comm: cat Not tainted 4.20.0 #1
[   53.413628] RIP: 0010:$1+0x1c1/0x11c0
[   53.414025] Code: 84 92 05 00 00 48 be 00 02 00 00 00 00 ad de 48 8b 44 24 10 48 83 c0
[   53.414495] RSP: 0018:ffffc90000137978 EFLAGS: 00000002
[   53.414495] RAX: ffffea00043d4090 RBX: ffff88813fdf4078 RCX: dead000000000100
EOF
}
for function in 'get_page_from_freelist 3 inconclusive' 'tty_write 0 unrelated'; do
	gp "${function%% *}" >"$tmp/gp"
	run "$pfnscope" log --json "$tmp/gp"
	is "GP fault in ${function%% *}" "$status $(jq -r .verdict.status "$tmp/out")" "${function#* }"
done

# An oops of a machine whose oopses nobody here can read.
cat >"$tmp/foreign" <<'EOF'
[   38.087918] Unable to handle kernel paging request at virtual address 00000061fed09482
[   38.096079] Oops [#1]
[   38.140298] CPU: 0 PID: 1842 Comm: kworker/0:1H Tainted: G        W         5.10.6+ #26
[   38.152768] epc: ffffffe00022affe ra : ffffffe00022afea sp : ffffffe086d3fe30
EOF
run "$pfnscope" log --json "$tmp/foreign"
is 'a foreign machine: it died, and of what is not said' \
	"$status $(jq -r '[.verdict.status, .panic.kind, .panic.task.comm] | join(" ")' "$tmp/out")" \
	'3 inconclusive oops kworker/0:1H'
valid 'a foreign machine' report "$tmp/out"

# What is in it is shown and not obeyed.
printf '[    1.000000] BUG: Bad page state in process \033]0;x\007<b>\302\233  pfn:09100\n' >"$tmp/evil"
run "$pfnscope" log "$tmp/evil"
ok 'evil: printable' printable "$tmp/out"
run "$pfnscope" log --json "$tmp/evil"
valid 'evil' report "$tmp/out"

done_testing
