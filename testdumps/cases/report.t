#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The attachments of a ticket: complete, the same each time, what other verbs print,
# and fit for a mail. testdumps/*/expect.report.txt is report.txt as reviewed.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

same_report='del(.dump, .target, .limits, .summary.pages, .facts[].from)'
attachments='MANIFEST map.svg memmap.kdump report.html report.json report.txt'

for origin in "$top"/testdumps/*/ORIGIN; do
	dir=$(dirname "$origin")
	name=$(basename "$dir")
	cd "$dir" || exit
	run "$pfnscope" --json "$name.kdump"
	cp "$tmp/out" "$tmp/json"
	want=$status
	run "$pfnscope" report "$name.kdump" -o "$tmp/$name"
	is "$name: exit status as of diagnose" "$status" "$want"
	is "$name: nothing on stderr" "$(cat "$tmp/err")" ""
	cd "$tmp/$name" || exit
	# shellcheck disable=SC2012 # names of ours
	is "$name: the files" "$(ls -A | tr '\n' ' ')" "$attachments "
	ok "$name: MANIFEST: sums" sha256sum --strict -c MANIFEST
	is "$name: MANIFEST: sizes" \
		"$(awk '$1 == "#" && $3 == "bytes" { print $2, $4 }' MANIFEST | sort)" \
		"$(stat -c '%s %n' map.svg memmap.kdump report.* | sort)"
	same "$name: report.json is what --json prints" report.json "$tmp/json"
	if [ -f "$dir/expect.report.txt" ]; then
		same "$name: report.txt" report.txt "$dir/expect.report.txt"
	fi
	title=$(jq -r .verdict.title report.json)
	head=$(jq -r '(.verdict.pfn // .verdict.title) | ascii_downcase' report.json)
	ok "$name: report.txt: 75 columns of ASCII, and the verdict" \
		python3 "$top/testdumps/hostile_text.py" report.txt report.txt "$head"
	sed '/^$/q' report.txt >"$tmp/head"
	ok "$name: report.txt: five lines at most say it all" [ "$(wc -l <"$tmp/head")" -le 6 ]
	like "$name: report.txt: the verdict is first" "$tmp/head" \
		"^$(jq -r '.verdict.status | ascii_upcase | sub("-"; " ")' report.json): "
	commit=$(jq -r '.verdict.fixes[0].commit // "kernel"' report.json)
	like "$name: report.txt: the fix is among them" "$tmp/head" "$commit"
	ok "$name: report.html: well-formed, no script, nothing to fetch" \
		python3 "$top/testdumps/hostile_text.py" report.html report.html "$title"
	ok "$name: map.svg, too" python3 "$top/testdumps/hostile_text.py" map.svg map.svg "$title"

	run "$pfnscope" --json memmap.kdump
	jq "$same_report" report.json >"$tmp/want"
	jq "$same_report" "$tmp/out" >"$tmp/got"
	same "$name: memmap.kdump gives the same report" "$tmp/got" "$tmp/want"
done

# Twice, by another number of threads, and as an archive: the same bytes.
cd "$top/testdumps/s1" || exit
run "$pfnscope" report s1.kdump -o "$tmp/again" --jobs 1
ok 'again: the same bytes' diff -r "$tmp/s1" "$tmp/again"
run "$pfnscope" report s1.kdump -o "$tmp/again"
is 'into a folder that is there' "$status" 1
ok 'and the same bytes' diff -r "$tmp/s1" "$tmp/again"
run "$pfnscope" report s1.kdump --tar "$tmp/s1.tar"
is '--tar: exit status' "$status" 1
(cd "$tmp" && tar -xf s1.tar)
ok '--tar: the same files' diff -r "$tmp/s1" "$tmp/pfnscope-report"
is '--tar: no owner, no date' \
	"$(TZ=UTC tar -tvf "$tmp/s1.tar" | awk '{ print $1, $2, $4, $5 }' | sort -u)" \
	'-rw-r--r-- 0/0 1970-01-01 00:00'
cp "$tmp/s1.tar" "$tmp/first.tar"
run "$pfnscope" report s1.kdump --tar "$tmp/s1.tar"
ok '--tar: again, over the old one' cmp "$tmp/s1.tar" "$tmp/first.tar"
is 'nothing else is left beside it' "$(find "$tmp" -maxdepth 1 -name 's1.tar*')" "$tmp/s1.tar"
run "$pfnscope" report s1.kdump --json -o "$tmp/again"
same '--json prints report.json' "$tmp/out" "$tmp/s1/report.json"

# How to open the dump, in whatever form it is; scripts/lab/report-check tries it.
opening() {
	run "$pfnscope" report "$@" -o "$tmp/opening"
	sed -n '/^To check it by hand/,/^ 1\. /{ /^    /p }' "$tmp/opening/report.txt" |
		sed 's/^    //' >"$tmp/opens"
}
for form in kdump flattened elf; do
	{
		echo "include $top/testdumps/synthetic/s2-unmapped-read.text"
		echo "dump $form"
	} >"$tmp/machine.text"
	mkdump "$tmp/machine.text" "$tmp/it's.$form"
	opening "$tmp/it's.$form"
	is "$form: how crash opens it" "$(grep '^\$ crash' "$tmp/opens")" "\$ crash vmlinux 'it'\\''s.$form'"
	if [ "$form" = flattened ]; then
		like "$form: drgn cannot" "$tmp/opens" '^drgn cannot open a flattened dump; pfnscope'
		is "$form: but we can" "$(grep '^>>> prog\|^\.\.\.' "$tmp/opens" | tr '\n' '|')" \
			">>> prog = pfnscope.open(\"it's.$form\",|... vmlinux=\"vmlinux\")|"
	else
		like "$form: how drgn opens it" "$tmp/opens" '^\$ drgn -c .* -s vmlinux$'
	fi
done
PYTHONDONTWRITEBYTECODE=1 python3 "$top/testdumps/corpus.py" split "$tmp/it's.kdump" "$tmp/set"
opening "$tmp"/set/*
like 'a split dump: all its files' "$tmp/opens" '^\$ crash vmlinux vmcore\.1 vmcore\.2$'
like 'a split dump: drgn cannot' "$tmp/opens" '^drgn cannot open a split dump'
is 'a split dump: but we can' "$(grep '^>>> prog\|^\.\.\.' "$tmp/opens" | tr '\n' '|')" \
	'>>> prog = pfnscope.open("vmcore.1",|... "vmcore.2",|... vmlinux="vmlinux")|'
opening "$top/testdumps/s1/s1.kdump"
like 'a distilled dump: the one it was made of' "$tmp/opens" '^\$ crash vmlinux VMCORE$'

# What a maintainer looks for in S1's.
for line in 'section_mem_map +[0-9a-f]{16}' 'subsection_map +[0-9a-f]{16}' \
	'pmd at 0x[0-9a-f]+: [0-9a-f]{16}, a 2 MiB leaf' 'contents +all 8 words fdfdfdfdfdfdfdfd' \
	'flags +fdfdfdfdfdfdfdfd' 'RIP: stable_page_flags\+0x40e' 'RDI +[0-9a-f]{16}' \
	' kpageflags_read\+0x81/0x150' 'crash> vtop ' 'crash> rd -p ' 'crash> rd ' \
	'>>> hex\(prog.read_u64\(' 'SYMBOL\(mem_section\)' 'pfnscope report s1.kdump' \
	'"mm/sparse: never partially remove memmap for early section"'; do
	like "report.txt has $line" "$tmp/s1/report.txt" "$line"
done
for word in 'culprit' '<title>PFN 0x14000, physical 0x14000000: depopulated' 'pmd\[2\]' \
	'subsection 32: bit set' 'zone DMA32 of node 0' 'node 0'; do
	like "report.html has $word" "$tmp/s1/report.html" "$word"
done
is 'report.html: a picture for each of three steps' "$(grep -c '<figcaption>' "$tmp/s1/report.html")" 3

like 'report.html of s1: what was freed was filled' "$tmp/s1/report.html" \
	'as one large page maps it all, it is filled with 0xfd'
like 'report.html of s2: what was freed was unmapped' "$tmp/s2/report.html" \
	'small pages map it, so it is unmapped'

# Each mechanism that there is has its pictures.
for code in $(jq -nr "$("$pfnscope" explain --json | jq -c .) | .mechanisms[].code"); do
	ok "$code: has steps in pictures.def" \
		grep -q "\"$code\"" "$top/include/pfnscope/pictures.def"
done

# Errors, and nothing half done.
run "$pfnscope" report s1.kdump
is 'neither -o nor --tar' "$status" 2
run "$pfnscope" report s1.kdump -o "$tmp/x" --tar "$tmp/y"
is 'both' "$status" 2
echo keep >"$tmp/file"
run "$pfnscope" report s1.kdump -o "$tmp/file"
is 'a file in the way' "$status $(cat "$tmp/file")" '2 keep'
run "$pfnscope" report s1.kdump --tar "$tmp/no/where.tar"
is 'no such folder' "$status" 2
run "$pfnscope" report s1.kdump --tar "$tmp/s1"
is 'a folder in the way' "$status" 2
if [ -w /dev/full ]; then
	run "$pfnscope" report s1.kdump --tar /dev/full
	is 'a device in the way' "$status" 2
fi

done_testing
