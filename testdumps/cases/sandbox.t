#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What code could do that a dump had smuggled in: testdumps/inject/violate.c is that code.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

case $("$pfnscope" --version | grep '^sandbox: ') in
'sandbox: Landlock '*', seccomp')
	;;
*instruments*)
	tap ok 'a build with instruments: no sandbox, and it says so'
	done_testing
	exit ;;
*)	skip 'the sandbox' "$("$pfnscope" --version | grep '^sandbox: ')"
	done_testing
	exit ;;
esac

mkdir "$tmp/outside" "$tmp/in" "$tmp/to" "$tmp/t"
echo secret >"$tmp/outside/secret"
export TMPDIR="$tmp/t" PFS_OUTSIDE="$tmp/outside"
cp "$top/testdumps/s1/s1.kdump" "$tmp/in/dump"
cp "$top/testdumps/synthetic/machines/boot-log.text" "$tmp/in/log"
cd "$tmp" || exit

# violated ARG...: the lines of its processes
violated() {
	rm -f "$tmp/outside/new"
	LD_PRELOAD=$B/violate.so "$pfnscope" "$@" 9>"$tmp/lines" >"$tmp/out.text" 2>"$tmp/err"
	violated_status=$?
	[ ! -e "$tmp/outside/new" ] || echo 'a file was made' >>"$tmp/lines"
	sort "$tmp/lines" | uniq -c | sed 's/^ *//' | paste -sd ';'
}
refused='1 run refused, socket refused, read refused, write refused'

# refuses WORD STATUS ARG...
refuses() {
	name=$1 want=$2
	shift 2
	got=$(violated "$@"; exit "$violated_status")
	is "$name: its status" "$?" "$want"
	is "$name: refused" "$got" "$refused"
}
refuses diagnose 1 diagnose in/dump
refuses 'no verb' 1 in/dump
refuses pfn 0 pfn in/dump 0x14000
refuses 'a folder' 1 check in
refuses distill 0 distill in/dump -o to/small --verify
refuses 'report -o' 1 report in/dump -o to/report
refuses 'report -o, again' 1 report in/dump -o to/report
refuses 'report --tar' 1 report in/dump --tar to/tar
refuses diff 0 diff in/dump to/small
refuses log 0 log in/log
refuses explain 0 explain
# Each of these does what it is for, too.
ok 'report -o: the folder is whole' sh -c 'cd to/report && sha256sum -c MANIFEST'
ok 'report --tar: the archive is whole' tar -tf to/tar
ok 'nothing is left' test -z "$(ls "$tmp/t")"

# batch itself may read and write, its scout read, and its worker neither.
got=$(violated batch in/dump -o to/batch --reports)
is 'batch: programs and sockets are refused, and files as they should be' "$got" \
	"1 a file was made;1 run refused, socket refused, read done, write done;$(
	)1 run refused, socket refused, read done, write refused;$refused"
ok 'batch: its report is whole' sh -c 'cd to/batch/reports/* && sha256sum -c MANIFEST'
is 'batch: its row' "$(jq -r .outcome to/batch/results.jsonl)" 'done'
# The database has names of reports in it: read they may be wherever they are.
got=$(violated catalogue to/db import to/batch)
is 'catalogue: no program, socket, or file elsewhere' "$got" \
	'1 run refused, socket refused, read done, write refused'
got=$(violated catalogue to/db --html to/html)
is 'catalogue --html: neither' "$got" '1 run refused, socket refused, read done, write refused'
ok 'catalogue --html: the report is there' sh -c 'ls to/html/reports/*'

# The tries are good for something.
got=$(violated diagnose --no-sandbox in/dump)
is '--no-sandbox: all is done' "$got" \
	'1 a file was made;1 run done, socket done, read done, write done'
got=$(violated batch --no-sandbox in/dump -o to/batch2)
is 'batch --no-sandbox: all is done' "$got" \
	'1 a file was made;3 run done, socket done, read done, write done'

# What is named may lie elsewhere.
mkdir linked
ln -s "$tmp/in/dump" linked/vmcore
run "$pfnscope" check linked
is 'a folder with a link to the dump: status' "$status" 1
ln -s "$tmp/to/there" linked/small
run "$pfnscope" distill in/dump -o linked/small
is 'a link to where there is no file yet: status' "$status" 0
ok 'a link to where there is no file yet: takes its place' test -s linked/small
: >to/there2
ln -s "$tmp/to/there2" linked/small2
run "$pfnscope" distill in/dump -o linked/small2
ok 'a link to an empty file: that one is written' test -s to/there2
run "$pfnscope" distill in/dump -o /dev/null
is '-o /dev/null: status' "$status" 0
gzip -c in/dump >in/dump.gz
run "$pfnscope" check in/dump.gz
is 'a library that is loaded when it is wanted: status' "$status" 1
run "$pfnscope" -v check in/dump
like '-v says what there is' "$tmp/err" '^pfnscope: sandbox: Landlock [0-9]+, seccomp$'
run "$pfnscope" -v check in/dump --no-sandbox
like '-v says that there is none' "$tmp/err" '^pfnscope: sandbox: none \(--no-sandbox\)$'

# The filter of system calls asks for no_new_privs, or for root: all of this without it, too.
if [ "$(id -u)" = 0 ]; then
	as_nobody() {
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	}
	self=$B/cases/sandbox.t
	if as_nobody sh -c "test -x '$pfnscope' && test -r '$B/violate.so' && test -x '$self'" \
		2>/dev/null; then
		as_nobody env -C / TMPDIR=/tmp "$self" >"$tmp/nobody" 2>&1
		ok 'as a user who is not root: to the end' grep -q '^1[.][.][0-9]*$' "$tmp/nobody"
		ok 'as a user who is not root: as for root' sh -c "! grep -E 'not ok|SKIP' $tmp/nobody"
	else
		skip 'as a user who is not root' 'nobody may not read what is tested, or no setpriv'
	fi
fi

# crash and drgn are not ours to confine.
ok 'the libraries know of no sandbox' \
	sh -c "! nm -D --defined-only '$B/libpfnscope.so' | grep sandbox &&
	! nm '$B/libpfnscope.a' | grep -E 'pfs_(sandbox|privileges)_'"
done_testing
