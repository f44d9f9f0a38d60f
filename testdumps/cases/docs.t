#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Manual pages are clean and tell of every verb and option; shells complete what the parser
# takes; a program that is built by pkg-config against what make install installs runs.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

TIMEOUT=600
man=$B/man
completion=$B/completion
verbs=$("$pfnscope" --help | awk '/^Verbs/ { on = 1 } /^Options/ { on = 0 } on && /^  [a-z]/ { print $1 }')
options=$("$pfnscope" --help | sed -n 's/^  .*--\([a-z-]*\).*/\1/p' | sort -u)
ok 'there are verbs and options to look for' [ "$(echo "$verbs $options" | wc -w)" -gt 30 ]

# The verb itself, not a word that its text happens to have.
for verb in $verbs; do
	like "pfnscope(1) tells of $verb" "$man/pfnscope.1" "^\\.It Cm ..$verb( |\$)"
done
for option in $options; do
	like "pfnscope(1) tells of --$option" "$man/pfnscope.1" \
		"^\\.It .*Fl ..$(echo "$option" | sed 's/-/../g')( |\$)"
done
ok 'pfnscope(1): the option of another verb is not in pfnscope-catalogue(1)' \
	sh -c "! grep -q vmlinux $man/pfnscope-catalogue.1"
if command -v mandoc >/dev/null; then
	for page in "$man"/*; do
		# Pages that are not installed here are no fault of this one.
		mandoc -Tlint "$page" 2>&1 | grep -v 'referenced manual not found\|mandoc.db' >"$tmp/lint"
		is "$(basename "$page"): mandoc -Tlint" "$(cat "$tmp/lint")" ''
	done
else
	skip 'mandoc -Tlint' 'no mandoc'
fi
if man --version >/dev/null 2>&1 && command -v groff >/dev/null; then
	for page in "$man"/*; do
		LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" \
			2>&1 >/dev/null | grep -v 'mdoc.local' >"$tmp/warnings"
		is "$(basename "$page"): man --warnings" "$(cat "$tmp/warnings")" ''
	done
else
	skip 'man --warnings' 'no man-db'
fi

# offer WORD...: what bash offers for the last word, a line each, sorted.
offer() {
	bash --norc -c '
		compopt() { :; }
		. "$1"; shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_pfnscope && printf "%s\n" "${COMPREPLY[@]}"' bash "$completion/pfnscope.bash" "$@" | sort
}
is 'bash: verbs' "$(cd "$tmp" && mkdir empty && cd empty && offer pfnscope '' | paste -sd ' ')" \
	"$(printf '%s\n' "$verbs" help version | sort | paste -sd ' ')"
is 'bash: a verb' "$(offer pfnscope sig)" signature
is 'bash: a code' "$(offer pfnscope explain memmap-dep)" memmap-depopulated
is 'bash: words of an option' "$(offer pfnscope check --color = a | paste -sd ' ')" 'always auto'
is 'bash: an option of this verb' "$(offer pfnscope map --sv)" --svg
is 'bash: an option of another verb' "$(offer pfnscope check --sv)" ''
: >"$tmp/vmcore.1"
is 'bash: a file' "$(offer pfnscope check "$tmp/vmc")" "$tmp/vmcore.1"
is 'bash: a file for an option' "$(offer pfnscope distill x -o "$tmp/vmc")" "$tmp/vmcore.1"
# What is offered is taken: the parser knows each option of each verb.
for verb in $verbs; do
	refused=
	for option in $(offer pfnscope "$verb" --); do
		run "$pfnscope" "$verb" "${option%=}" /nonexistent /nonexistent
		! grep -q "unknown option\|has no option" "$tmp/err" || refused="$refused $option"
	done
	is "bash: what $verb offers is taken" "$refused" ''
done

# offered WORDS: what fish offers behind these.
offered() {
	HOME=$tmp fish --no-config -c "source $completion/pfnscope.fish; complete -C '$1'" | cut -f1
}
if command -v fish >/dev/null; then
	is 'fish: a verb' "$(offered 'pfnscope sig')" signature
	is 'fish: a code' "$(offered 'pfnscope explain memmap-dep')" memmap-depopulated
	is 'fish: words of an option' "$(offered 'pfnscope check --color=a' | sort | paste -sd ' ')" \
		'--color=always --color=auto'
	is 'fish: an option of this verb' "$(offered 'pfnscope map --sv')" --svg
	is 'fish: an option of another verb' "$(offered 'pfnscope check --sv')" ''
	is 'fish: an option without a verb' "$(offered 'pfnscope --exit-z')" --exit-zero
else
	skip 'fish' 'no fish'
fi

# zsh completes in a terminal only: it gets the keys, and shows what came of them.
typed() {
	python3 - "$completion" "$1" "$tmp" <<'EOT'
import os, pty, select, sys, time
folder, keys, home = sys.argv[1:]
pid, fd = pty.fork()
if not pid:
    os.environ.update(HOME=home, TERM="dumb", PS1="> ")
    os.chdir(home)
    os.execvp("zsh", ["zsh", "-f", "-i"])
def until(word, seconds=60):
    text, end = "", time.monotonic() + seconds
    while word not in text and time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            text += os.read(fd, 65536).decode(errors="replace")
    return text
os.write(fd, ("unsetopt zle prompt_cr prompt_sp; fpath=(%s/zsh $fpath); autoload -U compinit; "
              "compinit -u -D; setopt zle; print rea''dy\n" % home).encode())
until("ready\r\n")
# The widget prints the line that completion left, between marks.
os.write(fd, b"show() { zle complete-word; print -r -- \"<<$BUFFER>>\" }; "
         b"zle -N show; bindkey '^T' show; print do''ne\n")
until("done\r\n")
os.write(fd, keys.encode() + b"\x14")
text = until(">>")
print(text[text.rfind("<<") + 2:text.rfind(">>")].rstrip())
os.close(fd)
EOT
}
if command -v zsh >/dev/null; then
	mkdir -p "$tmp/zsh"
	cp "$completion/pfnscope.zsh" "$tmp/zsh/_pfnscope"
	is 'zsh: a verb' "$(typed 'pfnscope sig')" 'pfnscope signature'
	is 'zsh: a code' "$(typed 'pfnscope explain memmap-dep')" 'pfnscope explain memmap-depopulated'
	is 'zsh: an option of this verb' "$(typed 'pfnscope map --sv')" 'pfnscope map --svg'
	is 'zsh: an option of another verb' "$(typed 'pfnscope check --sv')" 'pfnscope check --sv'
	is 'zsh: a word of an option' "$(typed 'pfnscope check --color=al')" \
		'pfnscope check --color=always'
else
	skip 'zsh' 'no zsh'
fi

# Another prefix would build anew, under the feet of other tests: check-packages does that.
case $B in
*/san)	skip 'make install' 'its program would need the sanitizers' ;;
*)	mkdir "$tmp/prefix"
	run make -s -C "$top" install "DESTDIR=$tmp/prefix"
	is 'make install: exit status' "$status" 0
	run env "PKG_CONFIG_SYSROOT_DIR=$tmp/prefix" "PKG_CONFIG_PATH=$tmp/prefix/usr/local/lib/pkgconfig" \
		pkg-config --cflags --libs libpfnscope
	is 'pkg-config finds it' "$status" 0
	# shellcheck disable=SC2046 # words
	ok 'the example compiles' gcc -Wall -Wextra -Werror -o "$tmp/host" "$top/doc/examples/host.c" \
		$(cat "$tmp/out")
	run env "LD_LIBRARY_PATH=$tmp/prefix/usr/local/lib" "$tmp/host" "$top/testdumps/s1/s1.kdump" \
		pfn 0x14000
	is 'the example: exit status, errors' "$status$(cat "$tmp/err")" 0
	like 'the example: what it prints' "$tmp/out" '^state +depopulated'
	# shellcheck disable=SC2016 # awk's
	is 'nothing is exported but what the map has' \
		"$(nm -D --defined-only "$tmp/prefix/usr/local/lib/libpfnscope.so" |
			awk '$2 == "T" { print $3 }' | grep -vc '^pfs_.*@@PFNSCOPE_')" 0
	run make -s -C "$top" uninstall "DESTDIR=$tmp/prefix"
	is 'make uninstall: nothing is left' "$status$(find "$tmp/prefix" ! -type d)" 0
	;;
esac

done_testing
