#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# When a machine panicked, by its own clock where VMCOREINFO has no CRASHTIME, and its name.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

# machine NAME REAL SEC NSEC KTIME PLACE: a machine that panicked 100 s after boot,
# whose struct timekeeper, PLACE bytes from its symbol at 0x9000000, holds REAL seconds since
# 1970, SEC.NSEC from that to monotonic time, and KTIME seconds of that. Standard input is more.
machine() {
	sed 's/^include /&'"$(echo "$top/testdumps/synthetic/" | sed 's/[\/&]/\\&/g')"'/' \
		"$top/testdumps/synthetic/sysrq-6.1.text" | sed 's/\[    9\./[  100./' >"$tmp/$1.text"
	cat >>"$tmp/$1.text"
	cat >>"$tmp/$1.text" <<-EOT
		vmcoreinfo OFFSET(timekeeper.xtime_sec)=112
		vmcoreinfo OFFSET(timekeeper.wall_to_monotonic)=128
		at $(printf '0x%x' $((0x9000000 + $6 + 112))) u64 $(printf '0x%x ' "$2" "$5" "$3" "$4")
	EOT
	mkdump "$tmp/$1.text" "$tmp/dumps/$1"
}

# As Debian 6.1 has it in a guest of QEMU: a second of boot time before the clock began.
mkdir "$tmp/dumps"
core='vmcoreinfo SYMBOL(tk_core)=ffff888009000000'
ktime='vmcoreinfo OFFSET(timekeeper.ktime_sec)=120'
boot=1796000000
wtm=-$((boot + 1))
printf '%s\n' "$core" "$ktime" | machine core $((boot + 101)) $wtm 400000000 100 8
# The sequence count is larger with CONFIG_DEBUG_LOCK_ALLOC.
printf '%s\n' "$core" "$ktime" | machine lockdep $((boot + 101)) $wtm 400000000 100 48
# The nanoseconds of both make a second more; a second is missed while it is updated.
printf '%s\n' "$core" "$ktime" | machine carried $((boot + 101)) $wtm 400000000 101 8
# From v6.13 on the structure has a name, from v6.17 on there are several.
printf '%s\n' 'vmcoreinfo SYMBOL(timekeeper_data)=ffff888009000000' "$ktime" \
	'vmcoreinfo OFFSET(tk_data.timekeeper)=8' |
	machine data $((boot + 101)) $wtm 400000000 100 8
# v3.10: no ktime_sec, of which the log is the witness.
echo 'vmcoreinfo SYMBOL(timekeeper)=ffff888009000000' |
	machine old $((boot + 101)) $wtm 400000000 0 0
# Nothing that could be a clock: words that do not agree, seconds of 1900, nothing there.
printf '%s\n' "$core" "$ktime" | machine differs $((boot + 101)) $wtm 400000000 3000 8
printf '%s\n' "$core" "$ktime" | machine before $((boot + 101)) $wtm 1000000000 100 8
printf '%s\n' "$core" "$ktime" | machine negative -100 -200 0 100 8
printf '%s\n' "$core" "$ktime" 'exclude 0x9000000-0x9000fff' |
	machine excluded $((boot + 101)) $wtm 400000000 100 8
echo 'vmcoreinfo SYMBOL(timekeeper)=ffff888009000000' |
	machine old-differs $((boot + 11)) $wtm 400000000 0 0
# Without the member it is the log as well.
echo "$core" | machine no-member $((boot + 101)) $wtm 400000000 100 8
# What the kernel says of itself comes first.
printf '%s\n' "$core" "$ktime" 'vmcoreinfo CRASHTIME=1700000000' |
	machine crashtime $((boot + 101)) $wtm 400000000 100 8
# panic() lets the clock go on; two clocks drift by 500 ppm at most.
printf '%s\n' "$core" "$ktime" |
	machine hour-later $((boot + 3701)) $wtm 400000000 3700 8
printf '%s\n' "$core" "$ktime" | machine drift $((boot + 103)) $wtm 400000000 102 8
# A name, and what a kernel calls itself that was given none.
for name in web01 '(none)'; do
	printf '%s\n' 'vmcoreinfo SYMBOL(init_uts_ns)=ffff888009800000' \
		'at 0x9800004 text Linux' "at 0x9800045 text $name" \
		'at 0x9800086 text 6.1.0-56-cloud-amd64' |
		machine "name-$name" $((boot + 101)) $wtm 400000000 100 8
done

run "$pfnscope" batch "$tmp/dumps" -o "$tmp/out.d"
is 'batch: exit status' "$status" 0
# time NAME SECONDS: of the row; -: none.
time_is() {
	is "$1: time" "$(jq -r --arg name "$1" 'select(.path | endswith("/" + $name)) |
		.time // "-" | if . == "-" then . else fromdate end' "$tmp/out.d/results.jsonl")" "$2"
}
for name in core lockdep carried data old no-member; do
	time_is "$name" $((boot + 101))
done
for name in differs before negative excluded old-differs; do
	time_is "$name" -
done
time_is crashtime 1700000000
time_is hour-later $((boot + 101))
time_is drift $((boot + 103))
is 'a name' "$(jq -r 'select(.path | endswith("/name-web01")).host' "$tmp/out.d/results.jsonl")" web01
is '(none): no name' "$(jq -r 'select(.path | endswith("/name-(none)")) | has("host")' \
	"$tmp/out.d/results.jsonl")" false
done_testing
