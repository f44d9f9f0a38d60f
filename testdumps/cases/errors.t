#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is no dump, is not there, or is of another kernel: exit status 2, a line
# on stderr that says so (and for a usage error one on where to read on), nothing
# on stdout.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

# refuses NAME REGEXP ARGUMENTS...
refuses() {
	what=$1 message=$2
	shift 2
	run "$pfnscope" "$@"
	is "$what: exit status 2" "$status" 2
	is "$what: nothing on stdout" "$(cat "$tmp/out")" ""
	like "$what: says why" "$tmp/err" "$message"
	ok "$what: in a line or two" [ "$(wc -l <"$tmp/err")" -le 2 ]
}

mkdump "$top/testdumps/synthetic/healthy-6.1.text" "$tmp/ok.kdump"
mkdump "$top/testdumps/synthetic/machines/build-id.text" "$tmp/id.kdump"
printf 'no dump at all\n' >"$tmp/text"
: >"$tmp/empty"
head -c 100000 /dev/zero >"$tmp/zero"

refuses 'missing file' 'absent.*(No such file|no such file)' diagnose "$tmp/absent"
mkdir "$tmp/folder"
refuses 'a folder' 'no dump in this folder' diagnose "$tmp/folder"
refuses 'empty file' 'empty.*' diagnose "$tmp/empty"
refuses 'text' 'text.*(not|no|unknown|neither)' diagnose "$tmp/text"
refuses 'zeroes' 'zero.*(not|no|unknown|neither)' diagnose "$tmp/zero"
refuses 'an executable' '(core|dump|vmcore)' diagnose /bin/true
refuses 'vmlinux that is not there' 'absent.*(No such file|no such file)' \
	diagnose "$tmp/ok.kdump" "$tmp/absent"
refuses 'vmlinux that is none' 'text' diagnose "$tmp/ok.kdump" "$tmp/text"
refuses 'vmlinux of another build' 'build.id' diagnose "$tmp/id.kdump" "$pfnscope"
refuses 'System.map that is not there' 'absent.*(No such file|no such file)' \
	diagnose --system-map "$tmp/absent" "$tmp/ok.kdump"
refuses 'System.map that is none' 'text.*not a System.map' \
	diagnose --system-map="$tmp/text" "$tmp/ok.kdump"
printf 'ffffffff81000000 T _stext\nffffffff81000010 D init_top_pgt\n' >"$tmp/map"
refuses 'System.map of another kernel' 'map: of another kernel: its init_top_pgt' \
	diagnose --system-map "$tmp/map" "$tmp/ok.kdump"
printf 'ffff800080010000 T _stext\nffff800081d3b000 D swapper_pg_dir\n' >"$tmp/map"
refuses 'System.map of another kernel, arm64' 'map: of another kernel: its swapper_pg_dir' \
	diagnose --system-map "$tmp/map" "$top/testdumps/arm64-6.12-poison/arm64-6.12-poison.kdump"
refuses 'no dump named' 'pfnscope' diagnose
refuses 'no such option' 'nonsense' diagnose --nonsense "$tmp/ok.kdump"
refuses 'no such code' 'nonsense' explain nonsense

# A dump without VMCOREINFO's facts names what is missing.
mkdump "$top/testdumps/synthetic/machines/no-facts.text" "$tmp/none.kdump"
refuses 'no facts' '(mem_section|fact|VMCOREINFO)' diagnose "$tmp/none.kdump"

mkdump "$top/testdumps/synthetic/machines/root-flipped.text" "$tmp/root.kdump"
refuses 'sections that lead nowhere' \
	'mem_section: no plausible section table at .*, 0xff28c9c99e86c000 .*no kernel address' \
	diagnose "$tmp/root.kdump"

# Where the log tells of a panic, that much is diagnosed, and what is lost is a limit; no other
# verb has anything to go by.
for name in fault gp null bad-page sysrq; do
	mkdump "$top/testdumps/synthetic/sections-lost-$name.text" "$tmp/lost-$name.kdump"
	run "$pfnscope" "$tmp/lost-$name.kdump"
	ok "sections lost, $name: a limit says so" grep -qz \
		'Limits of this dump.*memmap: no section.*mem_section:[[:space:]]*no' "$tmp/out"
	is "sections lost, $name: not called unrelated" "$(grep -ci unrelated "$tmp/out")" 0
	refuses "sections lost, $name: check" 'mem_section: no plausible' check "$tmp/lost-$name.kdump"
done
run "$pfnscope" "$tmp/lost-fault.kdump"
ok 'sections lost: the word that the kernel followed' grep -qz \
	'mem_section leads to 0xffff988002008000.*bit 44' "$tmp/out"

mkdump "$top/testdumps/synthetic/machines/flatmem.text" "$tmp/flat.kdump"
refuses 'FLATMEM' 'not applicable: a FLATMEM kernel' check "$tmp/flat.kdump"

# In JSON mode an error is no half document.
run "$pfnscope" diagnose --json "$tmp/text"
is 'JSON mode: exit status 2' "$status" 2
ok 'JSON mode: stdout is empty or JSON' jq -s . "$tmp/out"

run "$pfnscope" --help
is '--help: exit status 0' "$status" 0
like '--help: on stdout' "$tmp/out" diagnose
run "$pfnscope" --version
is '--version: exit status 0' "$status" 0

# A full disk is an error, not a short report.
if [ -w /dev/full ]; then
	status=0
	"$pfnscope" diagnose "$tmp/ok.kdump" >/dev/full 2>"$tmp/err" || status=$?
	is 'a full disk: exit status 2' "$status" 2
fi
# A vmlinux that nobody gave, found by its build-id, ends nothing: one without symbols.
release=$("$pfnscope" facts --json "$tmp/id.kdump" | jq -r .kernel.release)
printf 'void _start(void) { }\n' >"$tmp/v.c"
gcc -s -nostdlib -static -Wl,--build-id=0x00112233445566778899aabbccddeeff00112233 \
	-o "$tmp/vmlinux" "$tmp/v.c"
if unshare -m mount -t tmpfs none /boot 2>/dev/null; then
	"$pfnscope" --json "$tmp/id.kdump" >"$tmp/without"
	# shellcheck disable=SC2016
	run unshare -m sh -c 'mount -t tmpfs none /boot && cp "$1" "/boot/vmlinux-$2" &&
		exec "$3" --json "$4"' sh "$tmp/vmlinux" "$release" "$pfnscope" "$tmp/id.kdump"
	same 'a useless vmlinux that was found: the report without it' "$tmp/out" "$tmp/without"
	like 'a useless vmlinux that was found: is named' "$tmp/err" \
		"^pfnscope: '/boot/vmlinux-.*is of no use: .*stripped"
else
	skip 'a useless vmlinux that was found' 'no file system can be mounted here'
fi
done_testing
