#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Words that are one bit from valid: the evidence of the finding names the bit.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

# one_bit NAME REGEXP: of testdumps/synthetic
one_bit() {
	ok "$1: compiles" mkdump "$top/testdumps/synthetic/$1.text" "$tmp/dump" || return
	run "$pfnscope" check "$tmp/dump"
	tr -s ' \n' ' ' <"$tmp/out" >"$tmp/flat"
	like "$1: names the bit" "$tmp/flat" "$2"
}

one_bit one-bit-section 'one bit from a sound word, bit 13'
one_bit one-bit-flags 'one bit from valid, bit 52'
one_bit one-bit-entry 'one bit from a mapped one, bit 0'
one_bit reserved-disagreement 'one bit from valid, bit 12'
one_bit hwpoison-count 'one bit from valid, bit 22'
one_bit taint-missing 'bit 4 of the word is clear'
done_testing
