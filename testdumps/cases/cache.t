#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is kept of kernels, as the command sees it: where, and that no answer depends on it.
# test_known.c has dumps with tables, scripts/lab/verify whole ones.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

for name in s1 s3 debian-6.1 arm64-6.1-sysrq; do
	dump=$top/testdumps/$name/$name.kdump
	run "$pfnscope" --json --no-cache "$dump"
	cp "$tmp/out" "$tmp/without"
	run "$pfnscope" --json "$dump"
	same "$name: JSON as without" "$tmp/out" "$tmp/without"
done
is 'a dump that brings its facts adds nothing' "$(ls "$XDG_CACHE_HOME/pfnscope/facts")" ''
is 'the folder is for its owner alone' "$(stat -c %a "$XDG_CACHE_HOME/pfnscope/facts")" 700
dump=$top/testdumps/s1/s1.kdump

# says NAME WORD [VARIABLE=VALUE...]: what -v calls the folder
says() {
	name=$1 want=$2
	shift 2
	run env "$@" "$pfnscope" sections -v "$dump"
	is "$name" "$(sed -n 's/^pfnscope: cache: //p' "$tmp/err")" "$want"
	is "$name: its status" "$status" 0
}
mkdir "$tmp/home" "$tmp/shared" "$tmp/real"
chmod 777 "$tmp/shared"
touch "$tmp/file"
says 'where the variable says' "$XDG_CACHE_HOME/pfnscope/facts" "A=1"
says 'at home' "$tmp/home/.cache/pfnscope/facts" -u XDG_CACHE_HOME "HOME=$tmp/home"
says 'a relative path does not count' "$tmp/home/.cache/pfnscope/facts" XDG_CACHE_HOME=x "HOME=$tmp/home"
says 'no home' none -u XDG_CACHE_HOME -u HOME
says 'a file in its place' none "XDG_CACHE_HOME=$tmp/file"
says 'where others may write' none "XDG_CACHE_HOME=$tmp/shared"
says 'a place that is not there' none "XDG_CACHE_HOME=$tmp/a/b/c/d"
mkdir -p "$tmp/home2/pfnscope"
ln -s "$tmp/real" "$tmp/home2/pfnscope/facts"
says 'a link' none "XDG_CACHE_HOME=$tmp/home2"

run "$pfnscope" sections -v --no-cache "$dump"
like '--no-cache' "$tmp/err" '^pfnscope: cache: none$'
run env XDG_CACHE_HOME="$tmp/new" "$pfnscope" distill "$dump" -o "$tmp/small"
ok 'distill reads by itself' test ! -e "$tmp/new"
run env XDG_CACHE_HOME="$tmp/new" "$pfnscope" explain --list
ok 'a verb without a dump makes no folder' test ! -e "$tmp/new"

done_testing
