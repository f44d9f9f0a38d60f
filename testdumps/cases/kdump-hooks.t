#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The hooks of the capture kernel (scripts/kdump) on this machine: a dump in the place of
# /proc/vmcore, a makedumpfile that says when it runs. Whatever becomes of the verdict, the
# dump goes on. scripts/lab/capture-check does it in real capture kernels, with kdump-tools; the
# half for kdump.conf is run nowhere but here.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

"$top/scripts/kdump/install" "$tmp/usr"
lib=$tmp/usr/lib/pfnscope
mkdir -p "$tmp/usr/bin" "$tmp/stub"
ln -s "$pfnscope" "$tmp/usr/bin/pfnscope"
export PFNSCOPE_VMCORE="$top/testdumps/s1/s1.kdump"
# The sanitizers map terabytes.
case $B in */san) export PFNSCOPE_KDUMP_MEMORY=$((1 << 34)) PFNSCOPE_MEMORY=$((1 << 24))G ;; esac
attachments='MANIFEST map.svg memmap.kdump report.html report.json report.txt '

# stub NAME: a program for the hooks, from standard input.
stub()
{
	cat >"$tmp/stub/$1"
	chmod 755 "$tmp/stub/$1"
}

# list DIR
# shellcheck disable=SC2012 # names of ours
list() { ls -A "$1" 2>/dev/null | tr '\n' ' '; }

# The core, by each sh that a capture kernel may have.
for sh in dash 'bash --posix' 'busybox sh'; do
	if ! command -v "${sh%% *}" >/dev/null; then
		skip "$sh" 'not here'
		continue
	fi
	rm -rf "$tmp/crash"
	# shellcheck disable=SC2086 # words
	run $sh "$lib/kdump-verdict" "$PFNSCOPE_VMCORE" "$tmp/crash/1/pfnscope"
	is "$sh: exit status" "$status" 0
	is "$sh: nothing on stdout" "$(cat "$tmp/out")" ''
	like "$sh: the verdict is said" "$tmp/err" '^pfnscope: EXPLAINED: .* PFN 0x14000'
	is "$sh: the report, and nothing else" "$(list "$tmp/crash/1")" 'pfnscope '
	is "$sh: all of it" "$(list "$tmp/crash/1/pfnscope")" "$attachments"
done

# fails NAME REGEX [VAR=VALUE...]: no verdict, said why, nothing left, and status 0.
fails()
{
	test=$1 why=$2
	shift 2
	rm -rf "$tmp/crash"
	run env "$@" "$lib/kdump-verdict" "$PFNSCOPE_VMCORE" "$tmp/crash/1/pfnscope"
	is "$test: exit status" "$status" 0
	like "$test: said" "$tmp/err" "$why"
	is "$test: nothing left" "$(list "$tmp/crash/1")" ''
}

stub hangs <<'END'
#!/bin/sh
trap '' INT
sleep 30 & wait
sleep 30 & wait
END
stub eats <<'END'
#!/bin/sh
exec python3 -c 'x = bytearray(300 << 20)'
END
stub half <<'END'
#!/bin/sh
for last; do :; done
while [ "$1" != -o ]; do shift; done
echo half >"$2/report.txt"
kill -SEGV $$
END
fails 'no pfnscope' 'no /nowhere here' PFNSCOPE=/nowhere
mkdir "$tmp/few"
for tool in sh mkdir mv rm; do ln -s "$(command -v $tool)" "$tmp/few/$tool"; done
fails 'no timeout' 'no timeout here' PATH="$tmp/few"
sed 's/^GRACE=.*/GRACE=1/; s/^SYNC=.*/SYNC=1/' "$lib/kdump-verdict" >"$tmp/usr/quick"
cp "$tmp/usr/quick" "$lib/kdump-verdict"
fails 'hangs' 'exit status 137: no verdict' PFNSCOPE="$tmp/stub/hangs" PFNSCOPE_KDUMP_TIMEOUT=1
fails 'out of memory' 'exit status 1: no verdict' PFNSCOPE="$tmp/stub/eats" \
	PFNSCOPE_KDUMP_MEMORY=128
fails 'half a report' 'exit status 139: no verdict' PFNSCOPE="$tmp/stub/half"
fails 'no dump' 'no verdict' PFNSCOPE_KDUMP_TIMEOUT=60 PFNSCOPE=/bin/false
rm -rf "$tmp/crash"
mkdir "$tmp/dead"
cat >"$tmp/dead/sync" <<'END'
#!/bin/sh
sleep 20
END
chmod 755 "$tmp/dead/sync"
TIMEOUT=15 run env PATH="$tmp/dead:$PATH" "$lib/kdump-verdict" "$PFNSCOPE_VMCORE" "$tmp/crash/1/pfnscope"
is 'a disk that does not answer: goes on' "$status $(list "$tmp/crash/1/pfnscope")" "0 $attachments"
if [ "$B" = "$top/build" ]; then
	fails 'pfnscope itself, out of memory' 'no verdict' PFNSCOPE_KDUMP_MEMORY=12
fi
if [ -w /dev/full ] && unshare --map-root-user --mount true 2>/dev/null; then
	mkdir "$tmp/small"
	# shellcheck disable=SC2016 # of the inner shell
	run unshare --map-root-user --mount sh -c '
		mount -t tmpfs -o size=128k tmpfs "$1/small" || exit 9
		"$1/usr/lib/pfnscope/kdump-verdict" "$2" "$1/small/1/pfnscope" || exit 8
		find "$1/small/1" -mindepth 1' sh "$tmp" "$PFNSCOPE_VMCORE"
	is 'full disk: exit status' "$status" 0
	like 'full disk: said' "$tmp/err" 'No space left on device'
	is 'full disk: nothing left' "$(cat "$tmp/out")" ''
else
	skip 'full disk' 'no mount namespace here'
fi

# kdump-tools. A kdump-config that saves a dump as Debian's does: log, then dump, through
# a pipe.
stub makedumpfile <<'END'
#!/bin/sh
case $1 in
--dump-dmesg) echo log >"$3" ;;
*) echo dump; exit "${MAKEDUMPFILE_STATUS:-0}" ;;
esac
[ -d "$KDUMP_STAMPDIR/pfnscope" ] && echo "verdict before $1" >&2
:
END
stub kdump-config <<'END'
#!/bin/sh
PATH=$STUB:/bin:/usr/bin
. "$DEFAULTS"
export KDUMP_STAMPDIR=$KDUMP_COREDIR/202611210000
[ "$1" = remote ] && KDUMP_STAMPDIR='' || mkdir -p "$KDUMP_STAMPDIR"
out=${KDUMP_STAMPDIR:-$KDUMP_COREDIR}
[ "$2" = nolog ] || makedumpfile --dump-dmesg /proc/vmcore "$out/dmesg"
makedumpfile -F -c -d 31 /proc/vmcore | cat >"$out/dump-incomplete"
mv "$out/dump-incomplete" "$out/dump"
END
{
	echo "KDUMP_COREDIR=$tmp/crash"
	sed -n "s|^#	\(\[ .*kdump-tools.sh\)$|\1|p" "$lib/kdump-tools.sh"
} >"$tmp/defaults"
like 'kdump-tools: the line to add' "$tmp/defaults" '^\[ ! -r .*/kdump-tools.sh \] \|\| \. '
export STUB="$tmp/stub" DEFAULTS="$tmp/defaults"
for log in '' nolog; do
	rm -rf "$tmp/crash" && mkdir "$tmp/crash"
	run "$tmp/stub/kdump-config" local $log
	is "kdump-tools${log:+, no log}: the dump is the dump" \
		"$(cat "$tmp/crash/202611210000/dump")" dump
	is "kdump-tools${log:+, no log}: the verdict beside it" \
		"$(list "$tmp/crash/202611210000/pfnscope")" "$attachments"
	is "kdump-tools${log:+, no log}: once" "$(grep -c 'report in' "$tmp/err")" 1
	[ "$log" ] || like 'kdump-tools: before' "$tmp/err" 'verdict before --dump-dmesg'
done
rm -rf "$tmp/crash" && mkdir "$tmp/crash"
run "$tmp/stub/kdump-config" remote
is 'kdump-tools, dump elsewhere: the verdict stays here' \
	"$(list "$tmp/crash"/2*/pfnscope)" "$attachments"
for broken in kdump-verdict kdump-tools.sh; do
	rm -rf "$tmp/crash" && mkdir "$tmp/crash"
	mv "$lib/$broken" "$tmp/away"
	run "$tmp/stub/kdump-config" local
	is "kdump-tools, no $broken: the dump goes on" \
		"$(cat "$tmp/crash/202611210000/dump")" dump
	mv "$tmp/away" "$lib/$broken"
done

# kdump.conf, as kdump.sh of kdump-utils goes about it: any status but 0 of kdump_pre is
# the end. findmnt stands for a machine whose dump target is $tmp/sysroot.
stub findmnt <<'END'
#!/bin/sh
case " $* " in
*' OPTIONS '*) echo ro,relatime ;;
*' --source /dev/vdb1 '*) echo "$MP" ;;
*' --source '*) exit 1 ;;
esac
END
stub mount <<'END'
#!/bin/sh
echo "mount $*" >&2
END
stub kdump.sh <<'END'
#!/bin/sh
PATH=$STUB:/bin:/usr/bin
"$LIB/kdump-conf" || exit 9
out=$MP$1/127.0.0.1-2026-11-21-00:00:00
[ "$1" = none ] || mkdir -p "$out"
[ "$1" = none ] || echo dump >"$out/vmcore"
"$LIB/kdump-conf" "${2:-0}" || exit 8
END
export LIB="$lib" KDUMP_CONF="$tmp/kdump.conf" KDUMP_MNT="$tmp/kdump-mnt"
export PFNSCOPE_STATE="$tmp/state"
# saves NAME WHERE STATUS, after kdump.conf has come from standard input
saves()
{
	cat >"$KDUMP_CONF"
	rm -rf "${MP:?}" && mkdir -p "$MP$2/127.0.0.1-2026-11-20-00:00:00"
	run "$STUB/kdump.sh" "$2" "$3"
	is "$1: exit status" "$status" 0
	is "$1: the verdict is beside the dump" \
		"$(list "$MP$2/127.0.0.1-2026-11-21-00:00:00/pfnscope")" "$attachments"
	is "$1: not beside another" "$(list "$MP$2/127.0.0.1-2026-11-20-00:00:00")" ''
	is "$1: nothing else" "$(list "$MP$2")" \
		'127.0.0.1-2026-11-20-00:00:00 127.0.0.1-2026-11-21-00:00:00 '
}
export MP="$tmp/sysroot" NEWROOT="$tmp/sysroot"
saves 'kdump.conf' /var/crash 0 <<'END'
# path /nowhere
core_collector makedumpfile -l --message-level 7 -d 31
END
like 'kdump.conf: made writable' "$tmp/err" '^mount -o remount,rw /.*/sysroot$'
export MP="$tmp/disk"
saves 'kdump.conf, a disk and a path' '/a b' 0 <<'END'
path /nowhere
path "/a b" # where it goes
ext4 /dev/vdb1
END
saves 'kdump.conf, backslashes' '/a\new\c' 0 <<'END'
path /a\new\c
ext4 /dev/vdb1
END
printf 'ext4 /dev/vdb1\npath /last' >"$tmp/unended"
saves 'kdump.conf, a last line without its end' /last 0 <"$tmp/unended"
saves 'kdump.conf, dracut_args, a failed dump' /var/crash 1 <<'END'
dracut_args --mount "/dev/vdb1 /mnt ext4 defaults"
END
mkdir "$KDUMP_MNT"
export MP="$tmp/kdump-mnt"
saves 'SUSE' /var/crash 0 <<'END'
KDUMP_PROTO='file'
KDUMP_SAVEDIR='/var/crash'
END
rm -rf "$KDUMP_MNT"
export MP="$tmp/disk"
for to in 'raw /dev/vdc' 'ssh root@there' 'ext4 /dev/missing' ''; do
	if [ "$to" ]; then echo "$to" >"$KDUMP_CONF"; else rm "$KDUMP_CONF"; fi
	[ "$to" ] || export NEWROOT=/dev/null
	rm -rf "$MP" "$tmp/state"*
	run "$STUB/kdump.sh" none
	is "kdump.conf, ${to:-none}: exit status" "$status" 0
	like "kdump.conf, ${to:-none}: the verdict is said" "$tmp/err" '^pfnscope: EXPLAINED: '
	is "kdump.conf, ${to:-none}: no report is left in memory" "$(list "$tmp" | grep -c 'state\.')" 0
done
rm "$lib/kdump-verdict"
run "$STUB/kdump.sh" none
is 'kdump.conf, no kdump-verdict: exit status' "$status" 0

# What looks at /var/crash once the machine is up: $tmp/crash has a dump, one that is
# unfinished, one that is none, and a report of a capture kernel.
rm -rf "$tmp/crash"
mkdir -p "$tmp/crash/1/pfnscope" "$tmp/crash/2" "$tmp/out.d"
cp "$PFNSCOPE_VMCORE" "$tmp/crash/1/dump.1"
cp "$PFNSCOPE_VMCORE" "$tmp/crash/1/pfnscope/memmap.kdump"
cp "$PFNSCOPE_VMCORE" "$tmp/crash/2/dump-incomplete"
head -c 100000 /dev/zero >"$tmp/crash/2/vmcore"
look() { run env PFNSCOPE_SETTLE="${SETTLE-0}" "$lib/crash-dumps" "$tmp/crash" "$tmp/out.d"; }
# rows: what is said of each dump.
rows()
{
	jq -r '"\(.path | split("/")[-1]) \(.verdict.status)"' "$tmp/out.d/results.jsonl" | sort -u
}
look
is 'crash-dumps: exit status' "$status" 0
is 'crash-dumps: the finished dump alone' "$(rows)" 'dump.1 explained'
is 'crash-dumps: with its report' "$(list "$tmp/out.d/reports"/*)" "$attachments"
look
is 'crash-dumps, again: nothing done twice' "$status $(wc -l <"$tmp/out.d/results.jsonl")" '0 1'
cp "$PFNSCOPE_VMCORE" "$tmp/crash/2/vmcore"
look
is 'crash-dumps: a dump that has come' "$(rows)" 'dump.1 explained
vmcore explained'
# A name that some echo would end the list at; it sorts before the others.
mkdir "$tmp/crash/1/b\\c"
cp "$PFNSCOPE_VMCORE" "$tmp/crash/1/b\\c/core"
cp "$PFNSCOPE_VMCORE" "$tmp/crash/2/after"
look
is 'crash-dumps: a backslash hides nothing' "$status $(rows | cut -d ' ' -f 1 | paste -sd ' ')" \
	'0 after core dump.1 vmcore'
# The clock was put back by an hour when the files had been written.
stub find <<'END'
#!/bin/sh
for a; do
	shift
	case $a in
	*' seconds ago') a="$((${a%% *} + 3600)) seconds ago" ;;
	now) a='3600 seconds ago' ;;
	esac
	set -- "$@" "$a"
done
exec /usr/bin/find "$@"
END
cp "$PFNSCOPE_VMCORE" "$tmp/crash/2/future"
TIMEOUT=30 SETTLE=60 PATH="$tmp/stub:$PATH" look
is 'crash-dumps: a time in the future is not waited for' "$status $(rows | grep -c future)" '0 1'
rm "$tmp/stub/find"
stub lists-nothing <<'END'
#!/bin/sh
exit 2
END
PFNSCOPE="$tmp/stub/lists-nothing" look
is 'crash-dumps: dumps that cannot be listed: exit status' "$status" 2
touch "$tmp/crash/1/dump.1"
TIMEOUT=2 SETTLE=60 look
is 'crash-dumps: waits while there is change' "$status$(cat "$tmp/out")" 124
rm -rf "$tmp/crash"/[12]/*
look
is 'crash-dumps: no dump at all: exit status' "$status" 0
if command -v systemd-analyze >/dev/null; then
	ok 'units: systemd-analyze verify' systemd-analyze verify --man=no \
		"$tmp/usr/lib/systemd/system/pfnscope-crash.service" \
		"$tmp/usr/lib/systemd/system/pfnscope-crash.path" \
		"$tmp/usr/lib/systemd/system/pfnscope-crash.timer"
	is 'units: nothing unknown in them' "$(cat "$tmp/ok.log")" ''
else
	skip 'units: systemd-analyze verify' 'no systemd here'
fi
done_testing
