#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the README, HACKING and doc/ show is what the command prints; their commands run,
# and what they point to is there.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

cd "$top" || exit
awk '/^    \$ build\/pfnscope testdumps\/s1\/s1.kdump$/ { on = 1; next }
	on && /^$/ { print; next }
	on && !/^    / { exit }
	on { print substr($0, 5) }' README.md | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$tmp/shown"
run "$pfnscope" testdumps/s1/s1.kdump
head -n "$(wc -l <"$tmp/shown")" "$tmp/out" >"$tmp/printed"
ok 'the README shows a verdict' grep -q '^EXPLAINED: ' "$tmp/shown"
same 'and it is the one that is printed' "$tmp/shown" "$tmp/printed"

# The commands of each page, in their order, in a folder where the files that they name
# are: four blanks, build/pfnscope or testdumps/mkdump and its words, and behind two blanks
# or more what it does.
mkdir -p "$tmp/at/crash"
ln -s "$B" "$tmp/at/build"
ln -s "$top/testdumps" "$tmp/at/testdumps"
export PYTHONDONTWRITEBYTECODE=1
for f in vmcore before after crash/a crash/b; do
	cp testdumps/s1/s1.kdump "$tmp/at/$f"
done
mkdump --log testdumps/synthetic/log-bad-page-state.text "$tmp/at/console.log"
for page in README.md HACKING.md doc/*.md; do
	grep -E '^    (build/pfnscope|python3 testdumps/mkdump) ' "$page" | sed -E 's/^ +//; s/ {2,}.*//' >"$tmp/commands"
	while read -r command; do
		name="$page: $command"
		case $command in
		*\ /proc/kcore*)
			skip "$name" 'of the running kernel, and for root'
			continue ;;
		*\ vmlinux* | *\ kernel-debuginfo*)
			skip "$name" 'no vmlinux of that build here'
			continue ;;
		esac
		command=$(echo "$command" | sed -E 's,/(var|shared)/crash,crash,; s,/tmp/,,;
			s,0x44000,0x14000,')
		# The sanitizers reserve more address space than any limit allows.
		[ "$B" = "$top/build" ] || command=$(echo "$command" | sed 's/ --memory 2G//')
		(cd "$tmp/at" && run sh -c "$command" && cat "$tmp/err" && exit "$status") \
			>"$tmp/said" 2>&1
		status=$?
		is "$name" "$([ "$status" -le 1 ] || cat "$tmp/said")" ''
	done <"$tmp/commands"
done

awk '/^    \$ build\/pfnscope log console.log$/ { on = 1; next }
	on && /^#/ { exit }
	on { sub("^    ", ""); print }' doc/logs.md | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$tmp/shown"
(cd "$tmp/at" && run build/pfnscope log console.log)
ok 'doc/logs.md shows a verdict' grep -q '^UNEXPLAINED: ' "$tmp/shown"
same 'and it is the one that is printed of the log' "$tmp/out" "$tmp/shown"

# finding FILE: the first one in it.
finding() {
	awk '/^ *corrupt +subsection-vs-memmap$/ { on = 1 } on && /^$/ { exit } on' "$1"
}
finding HACKING.md | sed 's/^    //' >"$tmp/shown"
run "$pfnscope" check "$tmp/at/dump"
finding "$tmp/out" >"$tmp/printed"
ok 'HACKING shows a finding' [ -s "$tmp/shown" ]
same 'and it is the one that is printed in HACKING' "$tmp/printed" "$tmp/shown"

# Links, from the page that has them, and paths of the source, from the top.
for page in *.md doc/*.md; do
	{
		grep -oE '\]\([^)#]+\)' "$page" | sed -E 's/^..//; s/.$//' | grep -v '://' |
			while read -r to; do
			[ -e "$(dirname "$page")/$to" ] || echo "link: $to"
		done
		# shellcheck disable=SC2016 # of Markdown
		grep -oE '`(doc|extension|include|scripts|testdumps)/[A-Za-z0-9_./-]*[` ]' "$page" |
			sed 's/^.//; s/.$//' | grep -v NAME | while read -r to; do
			[ -e "$to" ] || echo "path: $to"
		done
	} >"$tmp/lost"
	is "$page: what it points to is there" "$(cat "$tmp/lost")" ''
done

done_testing
